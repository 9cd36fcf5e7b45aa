//! Pictures of parts of the window, drawn by whatever adapter there is (a software one will do) and compared with those
//! in `snapshots/`.
//!
//! Where a change is meant, `BRUSHFIRE_UPDATE_SNAPSHOTS=1 cargo test --test snapshots` makes them anew; look at them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "shared with the window's tests")]
mod painter;

use std::path::{Path, PathBuf};

use brushfire::canvas::{MaskView, Mirror, Tool};
use brushfire::document::{BlendMode, LayerProps};
use brushfire::panels::PanelKind;
use brushfire::studio::{SelectOptions, SelectionShape};
use egui::{Key, Modifiers, Rect, pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use image::{RgbImage, imageops};

use painter::Desk;

/// Adapters round differently where edges are smoothed; text and shapes in another place differ by far more.
const SAME: u8 = 48;
/// Of all pixels, so many may differ by more.
const MAY_DIFFER: f64 = 0.002;

fn place_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name).with_extension("png")
}

/// A part of the window as it is drawn.
fn look_at(desk: &mut Desk, part: Rect) -> RgbImage {
    desk.harness.event(egui::Event::PointerGone);
    // What did not go up with the first frame does with the next.
    for _ in 0..6 {
        desk.harness.render().unwrap();
        desk.harness.step();
    }
    let whole = desk.harness.render().unwrap();
    let [left, top] = [part.left(), part.top()].map(|side| side.round() as u32);
    let [width, height] = [part.width(), part.height()].map(|side| side.round() as u32);
    let part = imageops::crop_imm(&whole, left, top, width, height).to_image();
    image::DynamicImage::ImageRgba8(part).to_rgb8()
}

/// Compares with the picture of this name; the one that differs is left in the folder for tests' files.
fn assert_looks_like(name: &str, seen: &RgbImage) {
    let path = place_of(name);
    if std::env::var_os("BRUSHFIRE_UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        seen.save(&path).unwrap();
        return;
    }
    let expected = image::open(&path).map(image::DynamicImage::into_rgb8).unwrap_or_default();
    let is_other = |(a, b): &(&image::Rgb<u8>, &image::Rgb<u8>)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > SAME);
    let differing = seen.pixels().zip(expected.pixels()).filter(is_other).count();
    let share = differing as f64 / f64::from(seen.width() * seen.height());
    if seen.dimensions() != expected.dimensions() || share > MAY_DIFFER {
        let left = std::env::temp_dir().join(format!("brushfire-snapshot-{name}.png"));
        seen.save(&left).unwrap();
        panic!("{name}: {:.2} % of the pixels differ; what was seen is in {}", share * 100.0, left.display());
    }
}

/// A painter at the canvas of 256 x 256, with strokes in several layers and modes.
fn painted() -> Desk {
    let mut desk = Desk::new();
    desk.window_mut().desk.tools.take(Tool::ColorBrush);
    desk.window_mut().desk.tools.mirror = Mirror::LeftRight;
    for (mode, color, y) in [
        (BlendMode::Normal, [214, 69, 43], 60.0),
        (BlendMode::Multiply, [60, 140, 210], 100.0),
        (BlendMode::Screen, [40, 120, 60], 140.0),
    ] {
        let tools = &mut desk.window_mut().desk.tools;
        (tools.color, tools.color_brush.diameter, tools.color_brush.hardness) = (color, 44.0, 0.6);
        let studio = &mut desk.window_mut().desk.studio;
        studio.edit(|document| Some(document.add_paint_layer(format!("{mode:?}"))));
        let active = studio.document().active();
        let props = LayerProps { blend: mode, ..LayerProps::named(format!("{mode:?}")) };
        studio.edit(|document| document.set_props(active, props));
        desk.settle();
        desk.stroke(&[(30.0, y), (60.0, y - 30.0), (100.0, y + 50.0), (128.0, y)]);
    }
    desk.window_mut().desk.tools.mirror = Mirror::None;
    desk
}

fn canvas_of(desk: &Desk) -> Rect {
    let corner = desk.on_screen(0.0, 0.0);
    let size = desk.on_screen(256.0, 256.0) - corner;
    Rect::from_min_size(corner, size).intersect(desk.window().desk.view.rect())
}

#[test]
fn layers_that_blend() {
    let mut desk = painted();
    desk.press(Modifiers::NONE, Key::Num1);
    let part = canvas_of(&desk);
    assert_looks_like("layers-that-blend", &look_at(&mut desk, part));
}

#[test]
fn a_mask_as_outline_and_a_grid_in_a_turned_view() {
    let mut desk = painted();
    desk.window_mut().desk.tools.take(Tool::MaskBrush);
    desk.stroke(&[(60.0, 180.0), (190.0, 200.0)]);
    let aids = &mut desk.window_mut().desk.view.aids;
    (aids.mask_view, aids.rulers, aids.grid, aids.grid_side) = (MaskView::Outline, true, true, 32);
    desk.press(Modifiers::NONE, Key::Num1);
    desk.press(Modifiers::NONE, Key::Num6);
    let middle = desk.window().desk.view.rect().center();
    let part = Rect::from_center_size(middle.round(), vec2(420.0, 420.0));
    assert_looks_like("mask-grid", &look_at(&mut desk, part));
}

#[test]
fn the_transform_tool_with_its_handles() {
    let mut desk = painted();
    let options = SelectOptions::default();
    let shape = SelectionShape::Rectangle([[40.0, 30.0], [220.0, 190.0]]);
    desk.window_mut().desk.studio.select_shape(shape, options);
    desk.settle();
    desk.press(Modifiers::NONE, Key::Num1);
    desk.press(Modifiers::COMMAND, Key::T);
    let from = desk.on_screen(40.0, 30.0);
    let to = desk.on_screen(90.0, 70.0);
    desk.harness.event(egui::Event::PointerMoved(from));
    desk.harness.step();
    desk.harness.event(painter::press_at(from, true));
    desk.harness.event(egui::Event::PointerMoved(from.lerp(to, 0.5)));
    desk.harness.step();
    desk.harness.event(egui::Event::PointerMoved(to));
    desk.harness.step();
    desk.harness.event(painter::press_at(to, false));
    desk.settle();
    let part = canvas_of(&desk);
    assert_looks_like("transform", &look_at(&mut desk, part));
}

#[test]
fn a_selections_line_is_dashed_along_edges_of_every_slope() {
    let mut desk = Desk::new();
    let corners = [[128.0, 20.0], [236.0, 128.0], [128.0, 236.0], [20.0, 128.0]];
    for zoom in [Key::Num1, Key::Num2] {
        let shape = SelectionShape::Polygon(corners.to_vec());
        desk.window_mut().desk.studio.select_shape(shape, SelectOptions::default());
        desk.settle();
        desk.press(Modifiers::NONE, zoom);
        let part = desk.window().desk.view.rect();
        let seen = look_at(&mut desk, part);
        for (number, from) in corners.iter().enumerate() {
            let to = corners[(number + 1) % 4];
            let is_dark = |step: u32| {
                let share = 0.1 + 0.8 * step as f32 / 400.0;
                let place = desk.on_screen(from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]));
                let at = place - part.min;
                seen.get_pixel_checked(at.x as u32, at.y as u32).is_some_and(|pixel| pixel.0[1] < 110)
            };
            let dark = (0..400).filter(|step| is_dark(*step)).count();
            assert!((100..300).contains(&dark), "{dark} of 400 places are dark on edge {number}, {zoom:?}");
        }
    }
}

#[test]
fn the_wheel_and_the_colours_used_lately() {
    let mut desk = painted();
    desk.window_mut().desk.tools.color = [214, 69, 43];
    desk.window_mut().desk.show_or_hide(PanelKind::Color);
    desk.settle();
    // From the wheel to the window's end, less the line below.
    let wheel = desk.harness.get_by_label("Colour wheel").rect();
    let part = Rect::from_min_max(wheel.left_top() - vec2(12.0, 40.0), pos2(1440.0, 868.0));
    assert_looks_like("wheel", &look_at(&mut desk, part));
}
