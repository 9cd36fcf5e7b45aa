//! The main job, done in a real window with pointer and keys: open a photograph, paint a mask, say what should be
//! there, generate, accept, save; then take it back.
//!
//! With `BRUSHFIRE_SCREENSHOTS` set to a folder, pictures of the window are kept there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod desktop;

use std::fs;
use std::path::Path;

use brushfire::files::{RecipeWriter, read_recipe};
use desktop::Desktop;
use desktop::framebuffer::is_near;
use desktop::landscape::landscape;
use desktop::window::Window;
use image::{DynamicImage, RgbImage, RgbaImage, imageops};

/// What is painted over, in the picture's pixels.
const STROKE: [[u32; 2]; 4] = [[84, 122], [116, 138], [148, 134], [172, 116]];
/// Radius of the mask brush at the first start.
const RADIUS: f32 = 32.0;
/// The brush's line is a curve through the points, and its edge is soft: so far from the straight line and from the
/// edge it may be seen.
const LEEWAY: f32 = 4.0;
const PROMPT: &str = "a red sailboat";

#[test]
fn a_photograph_is_changed_where_it_was_painted_over_and_nowhere_else() {
    let Some(desktop) = Desktop::start() else { return };
    let path = desktop.path("photograph.png");
    let photograph = landscape(256, 256);
    photograph.save(&path).unwrap();
    let original = open(&path);

    let window = Window::open(&desktop, &path);
    println!("first frame {}", window.wait_for_log("first frame"));
    paint_and_generate(&window, "photograph", &photograph, &STROKE, PROMPT);
    assert_eq!(open(&path), original, "nothing is written before the painter asks for it");

    window.press("Return");
    window.press("ctrl+s");
    // A PNG cannot keep the result's layer: of the answers, the one after the first puts all into the file.
    window.look_when_still();
    window.press("Tab");
    window.press("Return");
    let found = window.wait_for_soon("the result to be saved", || read_recipe(&path).unwrap());
    assert_eq!((found.written_by, found.recipe.prompt.as_str()), (RecipeWriter::Brushfire, PROMPT));
    assert_changed_under_the_stroke_only(&original, &open(&path));
    window.look_when_still();
    window.keep_screenshot("photograph_4_saved");

    window.press("ctrl+z");
    window.press("ctrl+s");
    window.wait_for_soon("the picture to be saved without the result", || {
        read_recipe(&path).unwrap().is_none().then_some(())
    });
    assert_eq!(open(&path), original, "undo brings every pixel back");

    window.press("ctrl+q");
    assert!(window.wait_for_end().success());
}

/// Does the same to the picture of the first start, for looking at.
#[test]
#[ignore = "makes the readme's pictures, in the folder BRUSHFIRE_SCREENSHOTS"]
fn the_readme_shows_the_example() {
    let Some(desktop) = Desktop::start() else { return };
    let path = desktop.path("scene.png");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/example/scene.png"), &path).unwrap();
    let scene = DynamicImage::from(open(&path)).into_rgb8();
    let window = Window::open(&desktop, &path);
    // Over the meadow between the tree and the tulips.
    let stroke = [[108, 110], [160, 110], [166, 150], [104, 150], [112, 190], [156, 190]];
    paint_and_generate(&window, "example", &scene, &stroke, "a mushroom in a meadow");
}

/// Up to the result that waits on the canvas; pictures of the window are kept under this name.
fn paint_and_generate(window: &Window<'_>, name: &str, picture: &RgbImage, stroke: &[[u32; 2]], prompt: &str) {
    let corner = window.show_actual_size(picture);
    paint_mask(window, corner, stroke);
    window.press("2");
    write_prompt(window, prompt);
    let painted = window.look_when_still();
    window.keep_screenshot(&format!("{name}_1_painted"));

    window.press("ctrl+Return");
    window.wait_for_log("overlay Preview");
    let [width, height] = [picture.width(), picture.height()];
    let middle = |window: &RgbImage| imageops::crop_imm(window, corner[0], corner[1], width, height).to_image();
    window.wait_for_soon("the preview", || (middle(&window.look()) != middle(&painted)).then_some(()));
    // Half way, for the picture's sake; a busy machine draws fewer previews than there are steps.
    window.wait_for_log_times("overlay Preview", 10, "overlay Result");
    window.keep_screenshot(&format!("{name}_2_running"));
    window.wait_for_log("overlay Result");
    window.look_when_still();
    window.keep_screenshot(&format!("{name}_3_result"));
}

/// Draws with the mask brush, which is in hand at the start; `corner` is where the picture begins in the window.
fn paint_mask(window: &Window<'_>, corner: [u32; 2], stroke: &[[u32; 2]]) {
    let in_window = |[x, y]: &[u32; 2]| [corner[0] + x, corner[1] + y];
    let points: Vec<_> = stroke.iter().map(in_window).collect();
    let [x, y] = points[points.len() / 2];
    let before = *window.look().get_pixel(x, y);
    window.draw(&points);
    window.wait_for_soon("the mask's tint", || (!is_near(window.look().get_pixel(x, y), &before)).then_some(()));
}

/// The prompt stands at the head of the wall to the right.
fn write_prompt(window: &Window<'_>, prompt: &str) {
    let [width, _] = window.size();
    window.click([width - 168, 96]);
    window.write(prompt);
}

fn assert_changed_under_the_stroke_only(original: &RgbaImage, saved: &RgbaImage) {
    assert_eq!(original.dimensions(), saved.dimensions());
    let (mut under, mut changed) = (0, 0);
    for (x, y, before) in original.enumerate_pixels() {
        let is_same = saved.get_pixel(x, y) == before;
        let distance = distance_to_stroke([x as f32, y as f32]);
        if distance > RADIUS + LEEWAY {
            assert!(is_same, "the pixel at {x}, {y} was not painted over, but has changed");
        } else if distance < RADIUS / 2.0 {
            under += 1;
            changed += u32::from(!is_same);
        }
    }
    assert!(changed * 10 > under * 9, "only {changed} of {under} pixels under the stroke have changed");
}

/// Distance of a point from the nearest of the lines between the stroke's points.
fn distance_to_stroke(point: [f32; 2]) -> f32 {
    let distances = STROKE.windows(2).map(|part| {
        let [from, to] = [0, 1].map(|end| part[end].map(|coordinate| coordinate as f32));
        let (along, away) = ([to[0] - from[0], to[1] - from[1]], [point[0] - from[0], point[1] - from[1]]);
        let share = (away[0] * along[0] + away[1] * along[1]) / (along[0] * along[0] + along[1] * along[1]);
        let share = share.clamp(0.0, 1.0);
        (away[0] - share * along[0]).hypot(away[1] - share * along[1])
    });
    distances.fold(f32::INFINITY, f32::min)
}

fn open(path: &Path) -> RgbaImage {
    image::load_from_memory(&fs::read(path).unwrap()).unwrap().to_rgba8()
}
