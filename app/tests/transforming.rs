//! The transform tool by its handles, other sizes by their dialogs, turns by the menu.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use brushfire::commands::Menu;
use brushfire::document::{CanvasSize, Pixel};
use egui::{Event, Key, Modifiers, Role};
use egui_kittest::kittest::Queryable as _;

use painter::Desk;

fn pixel(desk: &Desk, x: u32, y: u32) -> Pixel {
    desk.document().flattened().pixel(x, y)
}

fn wait_for_edit(desk: &mut Desk) {
    desk.wait_for(|window| !window.desk.studio.is_editing());
}

fn take_transform_tool(desk: &mut Desk) {
    desk.press(Modifiers::COMMAND, Key::T);
    // The tool looks at the layer in the frame after.
    desk.settle();
}

#[test]
fn a_layer_is_dragged_and_comes_back() {
    let mut desk = Desk::with_picture();
    let before = pixel(&desk, 20, 20);
    take_transform_tool(&mut desk);
    desk.stroke(&[(20.0, 20.0), (25.0, 22.0), (30.0, 24.0)]);
    assert_eq!(pixel(&desk, 20, 20), before, "not before Enter");
    desk.press(Modifiers::NONE, Key::Enter);
    wait_for_edit(&mut desk);
    assert_eq!(pixel(&desk, 30, 24), before);
    assert_eq!(pixel(&desk, 3, 3), [0; 4]);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(pixel(&desk, 20, 20), before);
}

#[test]
fn a_corner_makes_it_half_as_large() {
    let mut desk = Desk::with_picture();
    take_transform_tool(&mut desk);
    desk.stroke(&[(64.0, 48.0), (48.0, 36.0), (32.0, 24.0)]);
    desk.press(Modifiers::NONE, Key::Enter);
    wait_for_edit(&mut desk);
    assert_eq!(pixel(&desk, 40, 10)[3], 0);
    assert_eq!(pixel(&desk, 10, 30)[3], 0);
    let [red, green, ..] = pixel(&desk, 16, 12).map(|channel| i32::from(channel / 257));
    assert!((red - 33 * 4).abs() < 6 && (green - 25 * 5).abs() < 6, "{red} {green}");
}

#[test]
fn escape_leaves_all_as_it_was() {
    let mut desk = Desk::with_picture();
    let before = desk.document().to_image();
    take_transform_tool(&mut desk);
    desk.stroke(&[(20.0, 20.0), (25.0, 22.0), (30.0, 24.0)]);
    desk.press(Modifiers::NONE, Key::Escape);
    desk.press(Modifiers::NONE, Key::Enter);
    wait_for_edit(&mut desk);
    assert_eq!(desk.document().to_image(), before);
}

#[test]
fn the_picture_turns_and_the_canvas_grows() {
    let mut desk = Desk::with_picture();
    let before = pixel(&desk, 5, 7);
    desk.click_in_menu(Menu::Image, "Rotate picture clockwise");
    wait_for_edit(&mut desk);
    assert_eq!(desk.document().size(), CanvasSize::new(48, 64).unwrap());
    assert_eq!(pixel(&desk, 47 - 7, 5), before);
    desk.click_in_menu(Menu::Image, "Canvas size");
    desk.window_mut().desk.new_picture_size = [100, 80];
    desk.click("Apply");
    wait_for_edit(&mut desk);
    assert_eq!(desk.document().size(), CanvasSize::new(100, 80).unwrap());
    assert_eq!(pixel(&desk, 47 - 7 + 26, 5 + 8), before);
    desk.click_in_menu(Menu::Image, "Image size");
    desk.window_mut().desk.new_picture_size = [50, 40];
    desk.click("Apply");
    wait_for_edit(&mut desk);
    assert_eq!(desk.document().size(), CanvasSize::new(50, 40).unwrap());
}

/// Types a number into the option line, as a painter does.
fn type_number(desk: &mut Desk, name: &str, value: &str) {
    desk.harness.get_by_role_and_label(Role::SpinButton, name).click();
    desk.settle();
    desk.press(Modifiers::COMMAND, Key::A);
    desk.harness.event(Event::Text(value.to_owned()));
    desk.settle();
    desk.press(Modifiers::NONE, Key::Enter);
}

#[test]
fn numbers_turn_and_scale_and_enter_in_a_field_is_not_for_the_tool() {
    let mut desk = Desk::with_picture();
    let before = pixel(&desk, 20, 20);
    take_transform_tool(&mut desk);
    type_number(&mut desk, "Angle", "180");
    assert_eq!(pixel(&desk, 20, 20), before, "not before the tool's own Enter");
    desk.click("Apply");
    wait_for_edit(&mut desk);
    assert_eq!(pixel(&desk, 63 - 20, 47 - 20), before);
    type_number(&mut desk, "W", "50");
    desk.click("Apply");
    wait_for_edit(&mut desk);
    assert_eq!((pixel(&desk, 10, 24)[3], pixel(&desk, 32, 6)[3], pixel(&desk, 32, 24)[3]), (0, 0, 65535));
}

#[test]
fn a_flip_by_its_button_and_a_reset_by_its_own() {
    let mut desk = Desk::with_picture();
    let before = pixel(&desk, 20, 20);
    take_transform_tool(&mut desk);
    desk.click("Flip vertically");
    desk.click("Reset");
    desk.press(Modifiers::NONE, Key::Enter);
    wait_for_edit(&mut desk);
    assert_eq!(pixel(&desk, 20, 20), before);
    desk.click("Flip horizontally");
    desk.press(Modifiers::NONE, Key::Enter);
    wait_for_edit(&mut desk);
    assert_eq!(pixel(&desk, 63 - 20, 20), before);
}

#[test]
fn a_mask_is_transformed_where_it_is_the_active_layer() {
    let mut desk = Desk::with_picture();
    desk.stroke(&[(10.0, 10.0), (11.0, 10.0)]);
    assert!(desk.mask_at(10, 10) > 60000);
    let mask = desk.document().active_mask();
    desk.window_mut().desk.studio.choose_layer(mask);
    take_transform_tool(&mut desk);
    desk.click("Flip horizontally");
    desk.press(Modifiers::NONE, Key::Enter);
    wait_for_edit(&mut desk);
    let bounds = desk.document().mask_bounds().unwrap();
    assert!(bounds.right <= 64 && desk.mask_at(10, 10) > 0, "about its own middle");
}

#[test]
fn all_of_a_group_moves_together() {
    let mut desk = Desk::with_picture();
    let before = pixel(&desk, 20, 20);
    desk.press(Modifiers::COMMAND, Key::G);
    take_transform_tool(&mut desk);
    desk.stroke(&[(20.0, 20.0), (25.0, 22.0), (30.0, 24.0)]);
    desk.press(Modifiers::NONE, Key::Enter);
    wait_for_edit(&mut desk);
    assert_eq!((pixel(&desk, 30, 24), pixel(&desk, 3, 3)), (before, [0; 4]));
}
