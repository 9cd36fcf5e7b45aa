//! What the canvas shows, pixel by pixel, drawn by whatever adapter there is; a software one will do.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "shared with the window's tests")]
mod painter;

use brushfire::canvas::{MaskView, Tool};
use brushfire::document::{BlendMode, LayerProps};
use egui::{Key, Modifiers, Pos2, pos2};
use image::{Rgba, RgbaImage};

use painter::{Desk, scene};

/// A painter with a picture of 64 x 48 at its actual size.
fn desk() -> Desk {
    let mut desk = Desk::with_picture();
    desk.press(Modifiers::NONE, Key::Num1);
    desk
}

/// The window as it is drawn.
fn look(desk: &mut Desk) -> RgbaImage {
    // What did not go up with the first frame does with the next.
    for _ in 0..4 {
        desk.harness.render().unwrap();
        desk.harness.step();
    }
    desk.harness.render().unwrap()
}

fn at(screen: &RgbaImage, pos: Pos2) -> Rgba<u8> {
    *screen.get_pixel(pos.x as u32, pos.y as u32)
}

/// Where the middle of a pixel of the picture is drawn.
fn middle_of(desk: &Desk, x: u32, y: u32) -> Pos2 {
    let camera = desk.window().desk.view.camera().on_whole_pixels(1.0);
    camera.screen_from_canvas(pos2(x as f32 + 0.5, y as f32 + 0.5))
}

/// Asserts that every pixel of the scene that is seen stands where the camera says.
fn assert_shows_the_scene(desk: &mut Desk, what: &str) {
    let screen = look(desk);
    let view = desk.window().desk.view.rect().shrink(2.0);
    let mut count = 0;
    for (x, y, expected) in scene().enumerate_pixels() {
        let [red, green, blue] = expected.0;
        let pos = middle_of(desk, x, y);
        if view.contains(pos) {
            assert_eq!(at(&screen, pos), Rgba([red, green, blue, 255]), "{what}: {x}, {y}");
            count += 1;
        }
    }
    assert!(count > 1500, "{what}: {count} pixels are seen");
}

#[test]
fn at_its_actual_size_every_pixel_of_the_picture_is_one_of_the_screen() {
    let mut desk = desk();
    assert_shows_the_scene(&mut desk, "upright");
    for _ in 0..6 {
        desk.press(Modifiers::NONE, Key::Num6);
    }
    assert_eq!(desk.window().desk.view.camera().angle(), 90.0);
    assert_shows_the_scene(&mut desk, "a quarter turn");
    desk.press(Modifiers::NONE, Key::M);
    assert_shows_the_scene(&mut desk, "mirrored");
    desk.press(Modifiers::NONE, Key::Num5);
    assert_shows_the_scene(&mut desk, "mirrored and upright");
}

#[test]
fn enlarged_pixels_are_squares_also_where_the_view_is_turned() {
    let mut desk = desk();
    for _ in 0..10 {
        desk.press(Modifiers::COMMAND, Key::Plus);
    }
    assert!(desk.window().desk.view.magnification() > 8.0);
    assert_shows_the_scene(&mut desk, "enlarged");
    desk.press(Modifiers::NONE, Key::Num6);
    desk.press(Modifiers::NONE, Key::Num6);
    assert_shows_the_scene(&mut desk, "turned by 30 degrees");
}

#[test]
fn what_is_painted_in_a_turned_and_mirrored_view_lies_under_the_pointer() {
    let mut desk = desk();
    for _ in 0..5 {
        desk.press(Modifiers::COMMAND, Key::Plus);
    }
    desk.press(Modifiers::NONE, Key::Num4);
    desk.press(Modifiers::NONE, Key::M);
    desk.window_mut().desk.tools.take(Tool::ColorBrush);
    desk.window_mut().desk.tools.color = [255, 0, 255];
    desk.window_mut().desk.tools.color_brush.diameter = 12.0;
    desk.stroke(&[(20.0, 10.0), (30.0, 30.0)]);
    let painted = desk.document().rgb_image(desk.document().bounds());
    assert_eq!(painted.get_pixel(25, 20).0, [255, 0, 255]);
    desk.harness.event(egui::Event::PointerGone);
    let screen = look(&mut desk);
    for (x, y) in [(20, 10), (25, 20), (30, 30), (5, 40), (60, 5)] {
        let [red, green, blue] = painted.get_pixel(x, y).0;
        let pos = middle_of(&desk, x, y);
        assert_eq!(at(&screen, pos), Rgba([red, green, blue, 255]), "{x}, {y}");
    }
}

#[test]
fn a_mask_is_shown_as_the_painter_wants_to_see_it() {
    let mut desk = desk();
    desk.window_mut().desk.tools.mask_brush.diameter = 16.0;
    desk.stroke(&[(20.0, 24.0), (30.0, 24.0)]);
    desk.harness.event(egui::Event::PointerGone);
    let picture = scene();
    let (inside, outside) = ((25, 24), (55, 40));
    let mut shown = |mask_view, (x, y): (u32, u32)| {
        desk.window_mut().desk.view.aids.mask_view = mask_view;
        let screen = look(&mut desk);
        let Rgba([red, green, blue, _]) = at(&screen, middle_of(&desk, x, y));
        [red, green, blue]
    };
    let original = |(x, y): (u32, u32)| picture.get_pixel(x, y).0;
    let tinted = shown(MaskView::Tint, inside);
    let [red, green, blue] = original(inside);
    // Half of the tint's 230, 50, 50.
    for (shown, expected) in tinted.into_iter().zip([(red / 2) + 115, green / 2 + 25, blue / 2 + 25]) {
        assert!(shown.abs_diff(expected) <= 1, "{tinted:?}");
    }
    assert_eq!(shown(MaskView::Tint, outside), original(outside));
    assert_eq!(shown(MaskView::BlackAndWhite, inside), [255; 3]);
    assert_eq!(shown(MaskView::BlackAndWhite, outside), [0; 3]);
    assert_eq!(shown(MaskView::Isolated, inside), original(inside));
    assert_ne!(shown(MaskView::Isolated, outside), original(outside));
    assert_eq!(shown(MaskView::Outline, inside), original(inside));
    // The mask's edge is 8 pixels above the stroke's middle.
    let edge = shown(MaskView::Outline, (25, 16));
    assert!(edge[0] > 150 && edge[1] < 100, "the line is red: {edge:?}");
}

#[test]
fn what_an_undo_takes_back_is_gone_from_the_canvas() {
    let mut desk = desk();
    desk.window_mut().desk.tools.take(Tool::ColorBrush);
    desk.window_mut().desk.tools.color_brush.diameter = 30.0;
    look(&mut desk);
    desk.stroke(&[(20.0, 20.0), (40.0, 30.0)]);
    desk.harness.event(egui::Event::PointerGone);
    let screen = look(&mut desk);
    let place = middle_of(&desk, 30, 25);
    assert_ne!(at(&screen, place).0[..3], scene().get_pixel(30, 25).0);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_shows_the_scene(&mut desk, "undone");
}

#[test]
fn a_layer_s_mode_and_eye_are_seen() {
    let mut desk = desk();
    let background = desk.document().active();
    desk.window_mut().desk.studio.edit(|document| document.duplicate_layer(background));
    let copy = desk.document().active();
    assert_ne!(copy, background);
    let mut shown = |props: LayerProps| {
        desk.window_mut().desk.studio.edit(|document| document.set_props(copy, props));
        let screen = look(&mut desk);
        let Rgba([red, green, blue, _]) = at(&screen, middle_of(&desk, 30, 25));
        [red, green, blue]
    };
    let below = scene().get_pixel(30, 25).0;
    assert_eq!(shown(LayerProps::named("Copy")), below);
    let multiplied = shown(LayerProps { blend: BlendMode::Multiply, ..LayerProps::named("Copy") });
    for (shown, below) in multiplied.into_iter().zip(below.map(f32::from)) {
        assert!(shown.abs_diff((below * below / 255.0).round() as u8) <= 1, "{multiplied:?}");
    }
    assert_eq!(shown(LayerProps { visible: false, ..LayerProps::named("Copy") }), below);
}

#[test]
fn rulers_make_room_and_a_grid_lies_over_the_picture() {
    let mut desk = desk();
    let before = desk.window().desk.view.rect();
    desk.window_mut().desk.view.aids.rulers = true;
    desk.window_mut().desk.view.aids.grid = true;
    desk.window_mut().desk.view.aids.grid_side = 16;
    desk.settle();
    assert_eq!(desk.window().desk.view.rect().min, before.min + egui::vec2(20.0, 20.0));
    let screen = look(&mut desk);
    let on_line = at(&screen, desk.on_screen(32.0, 7.5));
    assert_ne!(on_line.0[..3], scene().get_pixel(32, 7).0, "a line");
    let beside = at(&screen, middle_of(&desk, 24, 7));
    assert_eq!(beside.0[..3], scene().get_pixel(24, 7).0);
}
