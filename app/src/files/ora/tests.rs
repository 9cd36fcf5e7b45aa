//! Whole files: what goes in comes out, and what is damaged is told.

use std::io::{Cursor, Write as _};

use image::{DynamicImage, ImageBuffer, Rgba, RgbaImage};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::read::Opened;
use super::*;
use crate::document::transform::Projection;
use crate::document::{
    BlendMode, CanvasSize, Document, HintControl, HintObjects, Layer, LayerContent, LayerProps, MaskUse, Pixel,
    PixelRect, TileGrid, TileValue,
};
use crate::files::layered::LayeredError;

fn canvas() -> CanvasSize {
    CanvasSize::new(300, 280).unwrap()
}

/// 16-bit noise in a rectangle, transparent elsewhere.
fn noise(seed: u32, rect: PixelRect) -> TileGrid<Pixel> {
    let image = ImageBuffer::<Rgba<u16>, _>::from_fn(canvas().width(), canvas().height(), |x, y| {
        let value = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503) ^ seed).wrapping_mul(2_246_822_519);
        let alpha = if rect.contains(x, y) { (value >> 7) as u16 | 1 } else { 0 };
        Rgba([value as u16, (value >> 8) as u16, (value >> 16) as u16, alpha])
    });
    Document::from_image(&DynamicImage::ImageRgba16(image)).unwrap().flattened()
}

fn rect(left: u32, top: u32, right: u32, bottom: u32) -> PixelRect {
    PixelRect { left, top, right, bottom }
}

fn paint(name: &str, seed: u32, blend: BlendMode, clipped: bool) -> Layer {
    let props = LayerProps { blend, clipped, opacity: 0.75, ..LayerProps::named(name) };
    Layer::new(props, LayerContent::Paint(noise(seed, rect(seed * 10, 5, 290, 200 + seed))))
}

fn mask(name: &str, value: u16) -> Layer {
    let mask_use = MaskUse::Region { prompt: "a \"red\" hat & a scarf".to_owned(), strength: 0.25 };
    let props = LayerProps { tint: [1, 200, 30], opacity: 0.4, mask_use, ..LayerProps::named(name) };
    let values = TileGrid::from_rows(canvas(), |left, y, row| {
        row.iter_mut().zip(left..).for_each(|(v, x)| *v = if x > 40 && y > 30 { value ^ x as u16 } else { 0 });
    });
    Layer::new(props, LayerContent::Mask(values))
}

/// Layers of every kind in every state.
fn everything() -> Document {
    let size = canvas();
    let result =
        LayerContent::Result { pixels: noise(3, rect(0, 0, 64, 64)), recipe: Some("{\"seed\": 7}".to_owned()) };
    let hint = LayerContent::Hint { pixels: noise(4, rect(9, 9, 10, 10)), kind: "scribble".to_owned(), objects: None };
    let control =
        HintControl { weight: 0.7, end: 0.5, network: "scribble <v1.1>".to_owned(), ..HintControl::default() };
    let moved = Projection::rotation(30.0).then(Projection::translation([0.1, -7.0]));
    let objects = Some(HintObjects { placement: moved, ..HintObjects::new("{\"people\": [\"é\"]}") });
    let figures = LayerContent::Hint { pixels: noise(11, rect(3, 3, 50, 70)), kind: "pose".to_owned(), objects };
    let empty = LayerContent::Paint(TileGrid::filled(size, [0; 4]));
    let inner = vec![
        paint("flats", 5, BlendMode::Normal, false),
        paint("shading", 6, BlendMode::Multiply, true),
        mask("inner mask", 0x3333),
        paint("lights", 7, BlendMode::Normal, true),
        paint("lines", 8, BlendMode::Darken, false),
    ];
    let group = LayerProps { blend: BlendMode::Screen, opacity: 0.3, ..LayerProps::named("group") };
    let layers = vec![
        paint("back", 1, BlendMode::Normal, false),
        Layer::new(LayerProps { locked: true, alpha_locked: true, ..LayerProps::named("result") }, result),
        Layer::new(LayerProps { visible: false, tint: [9, 8, 7], control, ..LayerProps::named("hint") }, hint),
        Layer::new(LayerProps::named("figures"), figures),
        paint("base", 2, BlendMode::Overlay, false),
        Layer::new(LayerProps { clipped: true, ..group.clone() }, LayerContent::Group(inner)),
        paint("atop", 9, BlendMode::SourceAtop, false),
        paint("cut", 10, BlendMode::Erase, false),
        Layer::new(group, LayerContent::Group(vec![])),
        Layer::new(LayerProps::named("empty & <odd> \"name\""), empty),
        mask("mask", 0xffff),
        mask("other mask", 0x0f0f),
    ];
    let selected = TileGrid::from_rows(canvas(), |left, y, row| {
        row.iter_mut().zip(left..).for_each(|(v, x)| *v = if x > 7 && y < 270 { (x * 31 + y) as u16 } else { 0 });
    });
    let mut document = Document::with_layers(size, layers, true)
        .unwrap()
        .with_pixels_per_inch(Some([300, 72]))
        .with_selection(Some(selected));
    let id = document.all_layers().find(|layer| layer.props().name == "shading").unwrap().id();
    document.set_active(id);
    document
}

fn written(document: &Document, recipe: Option<&str>) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    write(&mut file, document, recipe, str::to_owned).unwrap();
    file.into_inner()
}

fn same_tiles<P: TileValue>(a: &TileGrid<P>, b: &TileGrid<P>) -> bool {
    a.size() == b.size() && a.positions().all(|at| a.tile(at) == b.tile(at))
}

fn assert_same_layers(got: &[Layer], expected: &[Layer]) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        let name = &expected.props().name;
        assert_eq!(got.props(), expected.props());
        match (got.content(), expected.content()) {
            (LayerContent::Paint(a), LayerContent::Paint(b)) => assert!(same_tiles(a, b), "{name}"),
            (LayerContent::Mask(a), LayerContent::Mask(b)) => assert!(same_tiles(a, b), "{name}"),
            (LayerContent::Result { pixels: a, recipe: c }, LayerContent::Result { pixels: b, recipe: d }) => {
                assert!(same_tiles(a, b) && c == d, "{name}")
            }
            (
                LayerContent::Hint { pixels: a, kind: c, objects: e },
                LayerContent::Hint { pixels: b, kind: d, objects: f },
            ) => assert!(same_tiles(a, b) && c == d && e == f, "{name}"),
            (LayerContent::Group(a), LayerContent::Group(b)) => assert_same_layers(a, b),
            _ => panic!("{name} became something else"),
        }
    }
}

#[test]
fn every_layer_comes_back_as_it_was() {
    let document = everything();
    let file = written(&document, Some("{\"prompt\": \"a fox\"}"));
    let opened = read(&file).unwrap();
    assert_same_layers(opened.document.layers(), document.layers());
    assert_eq!(opened.notices, []);
    assert_eq!(recipe(&file).as_deref(), Some("{\"prompt\": \"a fox\"}"));
    assert!(opened.document.has_16_bits());
    assert!(same_tiles(opened.document.selection().unwrap(), document.selection().unwrap()));
    assert_eq!(opened.document.pixels_per_inch(), Some([300, 72]));
    let active = opened.document.layer(opened.document.active()).unwrap();
    assert_eq!(active.props().name, "shading");
}

#[test]
fn the_first_entry_tells_what_the_file_is_and_the_merged_picture_is_the_picture() {
    let document = everything();
    let file = written(&document, None);
    assert!(is_openraster(&file));
    assert_eq!(&file[30..38 + MIMETYPE.len()], b"mimetypeimage/openraster");
    let mut archive = ZipArchive::new(Cursor::new(file.as_slice())).unwrap();
    let names: Vec<_> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    for name in ["stack.xml", "mergedimage.png", "Thumbnails/thumbnail.png"] {
        assert!(names.iter().any(|known| known == name), "{name} of {names:?}");
    }
    let mut merged = Vec::new();
    std::io::copy(&mut archive.by_name("mergedimage.png").unwrap(), &mut merged).unwrap();
    let merged = crate::files::png_tiles::read_pixels(&merged, canvas(), [0, 0]).unwrap().tiles;
    assert!(same_tiles(&merged, &document.flattened()));
}

/// An archive of these entries.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn png(width: u32, height: u32, color: [u8; 4]) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    RgbaImage::from_pixel(width, height, Rgba(color)).write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

fn opened(stack: &str) -> Result<Opened, LayeredError> {
    let stack = format!("<image w='8' h='8'><stack>{stack}</stack></image>");
    read(&archive(&[
        ("mimetype", MIMETYPE.as_bytes()),
        ("stack.xml", stack.as_bytes()),
        ("red.png", &png(8, 8, [255, 0, 0, 255])),
        ("part.png", &png(4, 4, [0, 255, 0, 255])),
    ]))
}

fn error_of(stack: &str) -> String {
    opened(stack).err().unwrap().to_string()
}

#[test]
fn what_krita_and_drawpile_mean_by_preserving_alpha_looks_the_same() {
    // One layer below: clipping.
    let one =
        opened("<layer src='red.png' composite-op='svg:multiply' alpha-preserve='true'/><layer src='part.png' x='2'/>");
    let one = one.unwrap().document;
    assert!(one.layers()[1].props().clipped && one.layers()[1].props().blend == BlendMode::Multiply);
    // Several below: they become one group, and what is drawn covers all of them but nothing else.
    let several = "<layer src='red.png' composite-op='svg:difference' alpha-preserve='true'/>
                   <layer src='part.png' x='2'/><layer src='part.png' x='4' y='4'/>";
    let several = opened(several).unwrap().document;
    assert_eq!(several.layers()[0].children().len(), 2);
    let picture = several.rgba_image(several.bounds());
    assert_eq!((picture.get_pixel(3, 0).0, picture.get_pixel(5, 5).0), ([255, 255, 0, 255], [255, 255, 0, 255]));
    assert_eq!(picture.get_pixel(0, 0).0, [0; 4]);
    // Normal: an operator of its own.
    let atop = "<layer src='red.png' composite-op='svg:src-atop'/><layer src='part.png' x='2'/><layer src='part.png' x='4' y='4'/>";
    assert_eq!(opened(atop).unwrap().document.layers()[2].props().blend, BlendMode::SourceAtop);
    // On an opaque ground there is no alpha to preserve.
    let ground = "<layer src='part.png' composite-op='svg:multiply' alpha-preserve='true'/><layer src='part.png'/><layer src='red.png'/>";
    let ground = opened(ground).unwrap().document;
    assert!(ground.layers().iter().all(|layer| !layer.props().clipped && !layer.is_group()));
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    assert!(error_of("<layer name='sky' src='data/sky.png'/>").contains("“sky” (data/sky.png) is missing"));
    for trick in ["../../../etc/passwd", "/etc/passwd", "C:\\secret.png", "", "data/../red.png", "stack.xml/"] {
        assert!(error_of(&format!("<layer src='{trick}'/>")).contains("is missing"), "{trick}");
    }
    assert!(error_of("<layer name='self' src='stack.xml'/>").contains("is not a PNG"));
    let no_stack = read(&archive(&[("mimetype", MIMETYPE.as_bytes())])).err().unwrap().to_string();
    assert_eq!(no_stack, "it has no stack.xml");
    assert!(read(b"PK\x03\x04 nonsense").is_err());
    let cut = &png(8, 8, [1, 2, 3, 4])[..40];
    let cut = archive(&[
        ("stack.xml", b"<image w='8' h='8'><stack><layer name='a' src='a.png'/></stack></image>"),
        ("a.png", cut),
    ]);
    let cut = read(&cut).err().unwrap().to_string();
    assert!(cut.contains("“a” (a.png)"), "{cut}");
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let zeros = vec![b' '; 40 << 20];
    let error = read(&archive(&[("stack.xml", &zeros)])).err().unwrap().to_string();
    assert!(error.contains("unfolds to more than"), "{error}");
    // A PNG header that says 2 000 000 000 x 3.
    let mut wide = png(3, 3, [1; 4]);
    wide[16..20].copy_from_slice(&2_000_000_000u32.to_be_bytes());
    let wide = archive(&[
        ("stack.xml", b"<image w='8' h='8'><stack><layer name='a' src='a.png'/></stack></image>"),
        ("a.png", &wide),
    ]);
    assert!(read(&wide).is_err());
    // A small picture, and behind it more than any small picture has.
    let mut long = png(3, 3, [1; 4]);
    long.resize(40 << 20, 0);
    let long = archive(&[
        ("stack.xml", b"<image w='8' h='8'><stack><layer name='a' src='a.png'/></stack></image>"),
        ("a.png", &long),
    ]);
    let error = read(&long).err().unwrap().to_string();
    assert!(error.contains("a.png in it unfolds to more than"), "{error}");
    let nested = "<stack>".repeat(5000);
    assert!(opened(&nested).is_err());
    let many = format!(
        "<image w='8' h='8'><stack/><brushfire:aids>{}</brushfire:aids></image>",
        "<brushfire:mask/>".repeat(9000)
    );
    assert!(read(&archive(&[("stack.xml", many.as_bytes())])).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn damaged_files_are_opened_or_refused(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        static FILE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let mut bytes = FILE.get_or_init(|| {
            let stack = "<image w='8' h='8'><stack><layer src='red.png' alpha-preserve='true'/><stack opacity='.3'>\
                <layer src='part.png' x='2' composite-op='svg:multiply'/></stack></stack></image>";
            archive(&[("mimetype", MIMETYPE.as_bytes()), ("stack.xml", stack.as_bytes()),
                ("red.png", &png(8, 8, [255, 0, 0, 255])), ("part.png", &png(4, 4, [0, 255, 0, 255]))])
        }).clone();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(opened) = read(&bytes) {
            prop_assert_eq!(opened.document.flattened().size(), opened.document.size());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn damaged_files_of_other_programs_are_opened_or_refused_at_once(
        is_krita in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..9),
        // The list of entries stands at the end.
        at_the_end in prop::collection::vec((0_usize..1200, any::<u8>()), 0..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = if is_krita { KRITA.to_vec() } else { MYPAINT.to_vec() };
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        for (from_end, byte) in at_the_end {
            let at = bytes.len() - 1 - from_end;
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let begun = std::time::Instant::now();
        if let Ok(opened) = read(&bytes) {
            prop_assert_eq!(opened.document.flattened().size(), opened.document.size());
        }
        prop_assert!(begun.elapsed().as_secs() < 5);
    }
}

const MYPAINT: &[u8] = include_bytes!("../../../tests/data/ora/mypaint.ora");
const KRITA: &[u8] = include_bytes!("../../../tests/data/ora/krita.ora");

/// The picture that a file's own program flattened.
fn merged_in(file: &[u8], size: CanvasSize) -> TileGrid<Pixel> {
    let mut archive = ZipArchive::new(Cursor::new(file)).unwrap();
    let mut merged = Vec::new();
    std::io::copy(&mut archive.by_name("mergedimage.png").unwrap(), &mut merged).unwrap();
    crate::files::png_tiles::read_pixels(&merged, size, [0, 0]).unwrap().tiles
}

/// The largest difference of any channel of the straight colours, in levels of 255.
fn difference(a: &TileGrid<Pixel>, b: &TileGrid<Pixel>) -> u16 {
    let (width, height) = (a.size().width(), a.size().height());
    let points = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    points
        .flat_map(|(x, y)| {
            let (a, b) = (crate::document::to_rgba8(a.pixel(x, y)), crate::document::to_rgba8(b.pixel(x, y)));
            (0..4).map(move |channel| u16::from(a[channel].abs_diff(b[channel])))
        })
        .max()
        .unwrap_or_default()
}

#[test]
fn mypaint_s_and_krita_s_pictures_look_as_they_flattened_them() {
    // MyPaint composites with 15 bits a channel.
    for (name, file, tolerance) in [("MyPaint", MYPAINT, 2), ("Krita", KRITA, 1)] {
        let Opened { document, notices } = read(file).unwrap();
        let found = difference(&document.flattened(), &merged_in(file, document.size()));
        assert!(found <= tolerance, "{name}: {found} of 255 levels");
        // Of MyPaint's file, that a group is gone.
        assert_eq!(notices.len(), usize::from(name == "MyPaint"), "{notices:?}");
        assert_eq!(document.pixels_per_inch().is_some(), name == "Krita");
    }
}

#[test]
fn mypaint_s_layers_keep_their_order_and_groups() {
    let document = read(MYPAINT).unwrap().document;
    let names: Vec<_> = document.all_layers().map(|layer| layer.props().name.as_str()).collect();
    assert_eq!(&names[..6], ["background", "light", "isolated", "shade", "inside", "top"]);
    assert_eq!(document.layer(document.active()).unwrap().props().name, "top");
    assert!(!document.has_16_bits());
}

#[test]
fn only_what_is_part_of_the_picture_stands_in_the_stack() {
    let document = everything();
    let file = written(&document, None);
    let mut archive = ZipArchive::new(Cursor::new(file.as_slice())).unwrap();
    let mut stack = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("stack.xml").unwrap(), &mut stack).unwrap();
    let root = xml::parse(&stack).unwrap();
    fn names(element: &xml::Element) -> Vec<&str> {
        let inner = element.children.iter().flat_map(|child| names(child));
        std::iter::once(element.name.as_str()).chain(inner).collect()
    }
    let in_stack = names(&root.children[0]);
    assert!(in_stack.iter().all(|name| matches!(*name, "stack" | "layer")), "{in_stack:?}");
    assert_eq!(names(&root.children[1]).len(), 1 + 6, "three masks, two hints and the selection");
}

#[test]
fn masks_find_a_place_even_where_another_program_has_changed_the_groups() {
    let stack = "<image w='8' h='8' brushfire:depth='8'><stack><layer src='red.png'/></stack><brushfire:aids>\
        <brushfire:mask name='a' place='7/3'/><brushfire:mask name='b' place='0'/><brushfire:hint name='c'/>\
        <brushfire:mask name='d' place='1/1'/></brushfire:aids></image>";
    let file = archive(&[("stack.xml", stack.as_bytes()), ("red.png", &png(8, 8, [1, 2, 3, 255]))]);
    let document = read(&file).unwrap().document;
    let names: Vec<_> = document.layers().iter().map(|layer| layer.props().name.as_str()).collect();
    assert_eq!(names, ["b", "", "a", "c", "d"]);
}
