//! Selecting, filling and picking through the window, with pointer and keys.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use brushfire::commands::Menu;
use brushfire::document::Document;
use egui::{Event, Key, Modifiers};
use painter::Desk;

/// The selection at a pixel.
fn selected(document: &Document, x: u32, y: u32) -> u16 {
    document.selection().map_or(u16::MAX, |selection| selection.pixel(x, y))
}

fn color_at(document: &Document, x: u32, y: u32) -> [u8; 4] {
    document.rgba_image(document.bounds()).get_pixel(x, y).0
}

fn when_done(desk: &mut Desk) {
    desk.wait_for(|window| !window.desk.studio.is_editing());
}

fn drag(desk: &mut Desk, points: &[(f32, f32)]) {
    desk.stroke(points);
    when_done(desk);
}

/// A drag while modifiers are held, as they were when the button went down.
fn drag_with(desk: &mut Desk, modifiers: Modifiers, points: &[(f32, f32)]) {
    let events = desk.drag(points);
    for event in events {
        let event = match event {
            Event::PointerButton { pos, button, pressed, .. } => {
                Event::PointerButton { pos, button, pressed, modifiers }
            }
            event => event,
        };
        desk.harness.event(event);
        desk.harness.step();
    }
    when_done(desk);
}

#[test]
fn a_dragged_rectangle_is_selected_and_undone() {
    let mut desk = Desk::new();
    desk.click("Rectangle selection");
    drag(&mut desk, &[(20.0, 30.0), (60.0, 70.0), (120.2, 99.8)]);
    let document = desk.document();
    assert_eq!((selected(document, 20, 30), selected(document, 119, 99)), (65535, 65535));
    assert_eq!((selected(document, 19, 30), selected(document, 120, 50), selected(document, 50, 100)), (0, 0, 0));
    desk.press(Modifiers::COMMAND, Key::Z);
    assert!(desk.document().selection().is_none());
}

#[test]
fn shift_adds_and_alt_takes_away() {
    let mut desk = Desk::new();
    desk.click("Rectangle selection");
    drag(&mut desk, &[(20.0, 20.0), (100.0, 100.0)]);
    drag_with(&mut desk, Modifiers::SHIFT, &[(150.0, 20.0), (200.0, 100.0)]);
    assert_eq!((selected(desk.document(), 50, 50), selected(desk.document(), 170, 50)), (65535, 65535));
    drag_with(&mut desk, Modifiers::ALT, &[(0.0, 40.0), (256.0, 60.0)]);
    assert_eq!((selected(desk.document(), 50, 50), selected(desk.document(), 170, 30)), (0, 65535));
    drag_with(&mut desk, Modifiers::ALT | Modifiers::SHIFT, &[(0.0, 0.0), (60.0, 256.0)]);
    assert_eq!((selected(desk.document(), 50, 30), selected(desk.document(), 170, 30)), (65535, 0));
    desk.click("Ellipse selection");
    drag(&mut desk, &[(100.0, 100.0), (100.0, 100.0)]);
    assert!(desk.document().selection().is_none(), "a click takes the selection away");
}

#[test]
fn all_nothing_and_the_other_way_round() {
    let mut desk = Desk::new();
    desk.press(Modifiers::COMMAND, Key::A);
    assert_eq!(selected(desk.document(), 255, 255), 65535);
    assert!(desk.document().selection().is_some());
    desk.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
    assert!(desk.document().selection().is_none());
    desk.click("Lasso selection");
    drag(&mut desk, &[(20.0, 20.0), (200.0, 20.0), (200.0, 200.0), (20.0, 200.0)]);
    desk.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::I);
    when_done(&mut desk);
    assert_eq!((selected(desk.document(), 100, 100), selected(desk.document(), 240, 240)), (0, 65535));
}

#[test]
fn a_polygon_is_clicked_corner_by_corner_and_closed_by_enter() {
    let mut desk = Desk::new();
    desk.click("Polygon selection");
    for corner in [(20.0, 20.0), (220.0, 20.0), (120.0, 220.0)] {
        desk.stroke(&[corner, corner]);
    }
    assert!(desk.document().selection().is_none(), "not closed yet");
    desk.press(Modifiers::NONE, Key::Enter);
    when_done(&mut desk);
    assert_eq!((selected(desk.document(), 120, 100), selected(desk.document(), 30, 200)), (65535, 0));
}

#[test]
fn backspace_takes_a_corner_of_the_polygon_back() {
    let mut desk = Desk::new();
    desk.click("Polygon selection");
    for corner in [(20.0, 20.0), (220.0, 20.0), (250.0, 250.0)] {
        desk.stroke(&[corner, corner]);
    }
    desk.press(Modifiers::NONE, Key::Backspace);
    desk.stroke(&[(20.0, 220.0), (20.0, 220.0)]);
    desk.press(Modifiers::NONE, Key::Enter);
    when_done(&mut desk);
    assert_eq!((selected(desk.document(), 40, 40), selected(desk.document(), 230, 200)), (65535, 0));
}

#[test]
fn what_is_selected_becomes_the_mask() {
    let mut desk = Desk::new();
    desk.click("Ellipse selection");
    drag(&mut desk, &[(50.0, 50.0), (150.0, 150.0)]);
    desk.click_in_menu(Menu::Mask, "Mask from selection");
    when_done(&mut desk);
    assert_eq!((desk.document().mask().pixel(100, 100), desk.document().mask().pixel(52, 52)), (65535, 0));
    desk.click_in_menu(Menu::Mask, "Grow mask");
    desk.click("Apply");
    when_done(&mut desk);
    assert_eq!((desk.document().mask().pixel(100, 43), desk.document().mask().pixel(100, 40)), (65535, 0));
}

#[test]
fn the_bucket_fills_what_is_selected_and_nothing_else() {
    let mut desk = Desk::new();
    desk.click("Rectangle selection");
    drag(&mut desk, &[(20.0, 20.0), (100.0, 100.0)]);
    desk.window_mut().desk.tools.color = [10, 200, 30];
    desk.click("Fill");
    drag(&mut desk, &[(200.0, 200.0), (200.0, 200.0)]);
    let document = desk.document();
    assert_eq!((color_at(document, 50, 50), color_at(document, 150, 150)), ([10, 200, 30, 255], [255; 4]));
    desk.press(Modifiers::NONE, Key::Delete);
    when_done(&mut desk);
    assert_eq!(color_at(desk.document(), 50, 50), [0; 4]);
}

#[test]
fn the_wand_selects_the_area_of_one_colour() {
    let mut desk = Desk::new();
    desk.click("Ellipse selection");
    drag(&mut desk, &[(50.0, 50.0), (150.0, 150.0)]);
    desk.click_in_menu(Menu::Select, "Fill selection");
    when_done(&mut desk);
    desk.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
    desk.click("Magic wand");
    drag(&mut desk, &[(100.0, 100.0), (100.0, 100.0)]);
    assert_eq!((selected(desk.document(), 60, 100), selected(desk.document(), 20, 20)), (65535, 0));
}

#[test]
fn a_gradient_goes_from_the_colour_in_hand_to_what_was_there() {
    let mut desk = Desk::new();
    desk.window_mut().desk.tools.color = [0, 0, 0];
    desk.click("Gradient");
    drag(&mut desk, &[(28.0, 100.0), (100.0, 100.0), (228.0, 100.0)]);
    let document = desk.document();
    let level = |x| i32::from(color_at(document, x, 40)[0]);
    assert_eq!((level(5), level(250)), (0, 255));
    assert!((level(128) - 128).abs() <= 2, "{}", level(128));
}

#[test]
fn the_eyedropper_takes_the_colour_under_it() {
    let mut desk = Desk::with_picture();
    desk.click("Eyedropper");
    drag(&mut desk, &[(5.0, 5.0), (20.0, 20.0)]);
    let [red, green, blue, _] = color_at(desk.document(), 20, 20);
    assert_eq!(desk.window().desk.tools.color, [red, green, blue]);
}
