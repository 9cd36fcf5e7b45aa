//! Our files in other programs: they open them, and what they make of them is compared with what is seen here.
//!
//! Needs Krita 5, MyPaint 2 and GIMP 2.10 (`apt-get install krita mypaint gimp xvfb`): `cargo test --test other_programs -- --ignored`.
//!
//! Neither Krita 5.1 nor MyPaint 2.0 knows `alpha-preserve`, Drawpile's word for layers that are clipped and blend in
//! another mode than the normal one; what these paint beyond their base shows there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::process::Command;

use brushfire::document::{BlendMode, CanvasSize, Document, Layer, LayerContent, LayerProps};
use brushfire::files::save_document;
use image::{DynamicImage, Rgba, RgbaImage};

/// Side of a mode's part of the picture.
const CELL: u32 = 16;
const HEIGHT: u32 = 2 * CELL;

fn width() -> u32 {
    BlendMode::all().count() as u32 * CELL
}

/// A layer of 8-bit pixels, transparent outside columns `from..to`.
fn layer(props: LayerProps, from: u32, to: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Layer {
    let image = RgbaImage::from_fn(width(), HEIGHT, |x, y| {
        Rgba(if (from..to).contains(&x) { pixel(x - from, y) } else { [0; 4] })
    });
    let pixels = Document::from_image(&DynamicImage::ImageRgba8(image)).unwrap().flattened();
    Layer::new(props, LayerContent::Paint(pixels))
}

/// Every mode on a ground of its own, in a group of its own: opaque above, half transparent below.
fn every_mode() -> Document {
    let group = |(index, mode): (usize, BlendMode)| {
        let from = index as u32 * CELL;
        let alpha = |y: u32| if y < CELL { 255 } else { 140 };
        let ground = |x: u32, y: u32| [40 + x as u8 * 12, 200 - (y % CELL) as u8 * 10, 90 + x as u8 * 3, alpha(y)];
        let over =
            |x: u32, y: u32| [230 - x as u8 * 9, 30 + (y % CELL) as u8 * 13, 60 + x as u8 * 7, 50 + x as u8 * 13];
        let layers = vec![
            layer(LayerProps::named("ground"), from, from + CELL, ground),
            layer(
                LayerProps { blend: mode, opacity: 0.8, ..LayerProps::named(mode.name()) },
                from + 2,
                from + 14,
                over,
            ),
        ];
        Layer::new(LayerProps::named(format!("{} group", mode.name())), LayerContent::Group(layers))
    };
    // MyPaint has a white background of its own, which is then the same.
    let paper = layer(LayerProps::named("paper"), 0, width(), |_, _| [255; 4]);
    let layers = std::iter::once(paper).chain(BlendMode::all().enumerate().map(group)).collect();
    Document::with_layers(CanvasSize::new(width(), HEIGHT).unwrap(), layers, false).unwrap()
}

/// Clipping, a group that blends and is transparent, a hidden layer, a locked one, a mask, a hint.
fn everything_else() -> Document {
    let paint = |name: &str, change: &dyn Fn(&mut LayerProps), from: u32, to: u32, color: [u8; 4]| {
        let mut props = LayerProps::named(name);
        change(&mut props);
        layer(props, from, to, |x, y| {
            [color[0], color[1].wrapping_add(x as u8), color[2].wrapping_add(y as u8), color[3]]
        })
    };
    let inner = vec![
        paint("base", &|_| (), 30, 120, [200, 60, 10, 180]),
        paint("shade", &|props| props.clipped = true, 60, 200, [90, 90, 220, 255]),
        paint("light", &|props| (props.clipped, props.opacity) = (true, 0.5), 20, 90, [250, 240, 130, 200]),
    ];
    let group = LayerProps { blend: BlendMode::Screen, opacity: 0.7, ..LayerProps::named("group") };
    let hint = paint("pose", &|_| (), 0, 50, [255; 4]).pixels().unwrap().clone();
    let layers = vec![
        paint("Background", &|props| props.locked = true, 0, width(), [70, 90, 110, 255]),
        paint("clip base", &|props| props.opacity = 0.6, 130, 220, [20, 160, 60, 220]),
        paint("clipped", &|props| props.clipped = true, 180, 300, [140, 20, 90, 255]),
        Layer::new(group, LayerContent::Group(inner)),
        paint("hidden", &|props| props.visible = false, 0, width(), [255, 0, 0, 255]),
        Layer::new(
            LayerProps::named("hint"),
            LayerContent::Hint { pixels: hint, kind: "pose".to_owned(), objects: None },
        ),
    ];
    let mut document = Document::with_layers(CanvasSize::new(width(), HEIGHT).unwrap(), layers, false).unwrap();
    document.fill_mask();
    document
}

/// The largest difference of any channel of premultiplied colours in columns `from..to`, in levels of 255.
fn difference(a: &RgbaImage, b: &RgbaImage, from: u32, to: u32) -> u8 {
    let premultiplied = |image: &RgbaImage, x: u32, y: u32| {
        let Rgba([red, green, blue, alpha]) = *image.get_pixel(x, y);
        let times = |value: u8| ((u32::from(value) * u32::from(alpha) + 127) / 255) as u8;
        [times(red), times(green), times(blue), alpha]
    };
    let points = (0..HEIGHT).flat_map(|y| (from..to).map(move |x| (x, y)));
    let of_point = |(x, y)| {
        let (a, b) = (premultiplied(a, x, y), premultiplied(b, x, y));
        a.into_iter().zip(b).map(|(a, b)| a.abs_diff(b)).max().unwrap()
    };
    points.map(of_point).max().unwrap()
}

/// Saves the document as OpenRaster and has a program make a PNG of it.
fn through(document: &Document, program: impl Fn(&Path, &Path) -> Command) -> RgbaImage {
    through_file("ours.ora", document, program)
}

/// The same through a file of this name.
fn through_file(name: &str, document: &Document, program: impl Fn(&Path, &Path) -> Command) -> RgbaImage {
    let folder = tempfile::tempdir().unwrap();
    let (ours, png): (PathBuf, PathBuf) = (folder.path().join(name), folder.path().join("theirs.png"));
    save_document(&ours, document, None).unwrap();
    let output = program(&ours, &png).env("HOME", folder.path()).output().unwrap();
    assert!(png.exists(), "{}", String::from_utf8_lossy(&output.stderr));
    image::open(&png).unwrap().to_rgba8()
}

fn krita(ora: &Path, png: &Path) -> Command {
    let mut command = Command::new("xvfb-run");
    command.args(["-a", "krita", "--export", "--export-filename"]).arg(png).arg(ora);
    command
}

/// GIMP's batch mode (150: 8 bits, sRGB's curve); the layers are merged by GIMP, so that what it makes of them is seen and not the merged picture.
fn gimp(psd: &Path, png: &Path) -> Command {
    let script = format!(
        "(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE \"{0}\" \"{0}\")))\
                (layer (car (gimp-image-merge-visible-layers image CLIP-TO-IMAGE))))\
           (if (not (= (car (gimp-image-get-precision image)) 150)) (gimp-image-convert-precision image 150))\
           (gimp-layer-resize-to-image-size layer)\
           (file-png-save RUN-NONINTERACTIVE image layer \"{1}\" \"\" 0 9 0 0 0 0 0)\
           (gimp-quit 0))",
        psd.display(),
        png.display()
    );
    let mut command = Command::new("gimp-console");
    command.args(["-i", "--no-data", "--no-fonts", "-b", &script]);
    command
}

/// MyPaint's own library, with colours mixed as they are stored.
fn mypaint(ora: &Path, png: &Path) -> Command {
    const SCRIPT: &str = "
import sys
sys.path.insert(0, '/usr/lib/mypaint')
import gi
gi.require_version('Gtk', '3.0')
gi.require_version('GdkPixbuf', '2.0')
import lib.document, lib.eotf
lib.eotf.set_eotf(1.0)
document = lib.document.Document(painting_only=True)
document.load(sys.argv[1])
document.save(sys.argv[2])
";
    // The system's own, which has the library's.
    let mut command = Command::new("/usr/bin/python3");
    command.current_dir("/usr/lib/mypaint").args(["-c", SCRIPT]).arg(ora).arg(png);
    command
}

/// Modes whose pictures differ, with the largest difference.
fn differing(theirs: &RgbaImage, document: &Document, tolerance: u8) -> Vec<(BlendMode, u8)> {
    let ours = document.rgba_image(document.bounds());
    let of_mode = |(index, mode): (usize, BlendMode)| {
        let from = index as u32 * CELL;
        (mode, difference(&ours, theirs, from, from + CELL))
    };
    BlendMode::all().enumerate().map(of_mode).filter(|(_, difference)| *difference > tolerance).collect()
}

#[test]
#[ignore = "needs Krita"]
fn krita_shows_every_mode_as_it_is_here() {
    let document = every_mode();
    assert_eq!(differing(&through(&document, krita), &document, 2), []);
}

#[test]
#[ignore = "needs Krita"]
fn krita_shows_clipping_groups_and_hidden_layers_as_they_are_here() {
    let document = everything_else();
    let ours = document.rgba_image(document.bounds());
    assert!(difference(&through(&document, krita), &ours, 0, width()) <= 2);
}

#[test]
#[ignore = "needs MyPaint"]
fn mypaint_shows_the_modes_of_openraster_as_they_are_here() {
    let document = every_mode();
    let differing = differing(&through(&document, mypaint), &document, 2);
    let modes: Vec<_> = differing.iter().map(|(mode, _)| *mode).collect();
    // Two that only Krita has names for, and the sum, which adds up alpha there where the ground is transparent.
    assert_eq!(modes, [BlendMode::Exclusion, BlendMode::Add, BlendMode::Subtract], "{differing:?}");
}

#[test]
#[ignore = "needs MyPaint"]
fn mypaint_shows_groups_and_hidden_layers_as_they_are_here() {
    let document = everything_else();
    let ours = document.rgba_image(document.bounds());
    assert!(difference(&through(&document, mypaint), &ours, 0, width()) <= 2);
}

/// Photoshop has no name for the operators that cut.
fn is_photoshop_s(mode: BlendMode) -> bool {
    mode.psd_key().is_some()
}

/// Groups that are not opaque Krita 5.1 shows otherwise than it flattens them itself, also in PSD files of its own.
#[test]
#[ignore = "needs Krita"]
fn krita_shows_every_mode_of_a_psd_as_it_is_here() {
    let document = every_mode();
    for name in ["ours.psd", "ours.psb"] {
        let mut differing = differing(&through_file(name, &document, krita), &document, 2);
        differing.retain(|(mode, _)| is_photoshop_s(*mode));
        assert_eq!(differing, [], "{name}");
    }
}

/// Where Photoshop's modes are not GIMP's own, it takes its nearest, with another formula; Krita shows these as they are here.
#[test]
#[ignore = "needs GIMP"]
fn gimp_shows_the_modes_of_a_psd_that_it_has_as_they_are_here() {
    let document = every_mode();
    let mut differing = differing(&through_file("ours.psd", &document, gimp), &document, 2);
    differing.retain(|(mode, _)| is_photoshop_s(*mode));
    let modes: Vec<_> = differing.iter().map(|(mode, _)| *mode).collect();
    let near = [
        BlendMode::ColorDodge,
        BlendMode::ColorBurn,
        BlendMode::SoftLight,
        BlendMode::Add,
        BlendMode::Subtract,
        BlendMode::Hue,
        BlendMode::Saturation,
        BlendMode::Color,
        BlendMode::Luminosity,
    ];
    assert_eq!(modes, near, "{differing:?}");
}

#[test]
#[ignore = "needs GIMP"]
fn gimp_shows_groups_and_hidden_layers_of_a_psd_as_they_are_here() {
    let document = everything_else();
    let ours = document.rgba_image(document.bounds());
    assert!(difference(&through_file("ours.psd", &document, gimp), &ours, 0, width()) <= 2);
}
