//! Moving, cropping, gradients and erasing through the window, with pointer and keys.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use brushfire::canvas::{CropRatio, GradientPreset, Tool};
use brushfire::commands::Menu;
use brushfire::document::{CanvasSize, Document, Pixel};
use brushfire::files::Settings;
use brushfire::paint::fill::GradientShape;
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable as _;
use painter::Desk;

fn pixel(desk: &Desk, x: u32, y: u32) -> Pixel {
    desk.document().flattened().pixel(x, y)
}

fn color_at(desk: &Desk, x: u32, y: u32) -> [u8; 4] {
    desk.document().rgba_image(desk.document().bounds()).get_pixel(x, y).0
}

fn selected(document: &Document, x: u32, y: u32) -> u16 {
    document.selection().map_or(u16::MAX, |selection| selection.pixel(x, y))
}

fn when_done(desk: &mut Desk) {
    desk.wait_for(|window| !window.desk.studio.is_editing());
}

fn drag(desk: &mut Desk, points: &[(f32, f32)]) {
    desk.stroke(points);
    when_done(desk);
}

fn take(desk: &mut Desk, key: Key) {
    desk.press(Modifiers::NONE, key);
    desk.settle();
}

fn size(desk: &Desk) -> [u32; 2] {
    let size = desk.document().size();
    [size.width(), size.height()]
}

#[test]
fn a_drag_moves_the_layer_at_once_and_is_one_step() {
    let mut desk = Desk::with_picture();
    let before = pixel(&desk, 20, 20);
    take(&mut desk, Key::T);
    drag(&mut desk, &[(20.0, 20.0), (25.0, 22.0), (31.0, 24.0)]);
    assert_eq!(pixel(&desk, 31, 24), before);
    assert_eq!(pixel(&desk, 3, 30), [0; 4]);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!((pixel(&desk, 20, 20), pixel(&desk, 3, 30)[3]), (before, 65535));
}

#[test]
fn arrow_keys_move_by_one_pixel_and_with_shift_by_ten() {
    let mut desk = Desk::with_picture();
    let before = pixel(&desk, 20, 20);
    take(&mut desk, Key::T);
    desk.press(Modifiers::NONE, Key::ArrowRight);
    when_done(&mut desk);
    assert_eq!(pixel(&desk, 21, 20), before);
    desk.press(Modifiers::SHIFT, Key::ArrowDown);
    when_done(&mut desk);
    assert_eq!(pixel(&desk, 21, 30), before);
    desk.press(Modifiers::NONE, Key::ArrowLeft);
    desk.press(Modifiers::NONE, Key::ArrowLeft);
    when_done(&mut desk);
    assert_eq!(pixel(&desk, 19, 30), before);
}

#[test]
fn what_is_selected_moves_alone_and_its_selection_with_it() {
    let mut desk = Desk::with_picture();
    let (moved, left) = (pixel(&desk, 12, 12), pixel(&desk, 40, 12));
    desk.click("Rectangle selection");
    drag(&mut desk, &[(10.0, 10.0), (15.0, 15.0), (20.0, 20.0)]);
    take(&mut desk, Key::T);
    drag(&mut desk, &[(12.0, 12.0), (20.0, 20.0), (22.0, 32.0)]);
    assert_eq!((pixel(&desk, 22, 32), pixel(&desk, 12, 12), pixel(&desk, 40, 12)), (moved, [0; 4], left));
    assert_eq!((selected(desk.document(), 22, 32), selected(desk.document(), 12, 12)), (65535, 0));
}

#[test]
fn a_drag_from_inside_a_selection_moves_only_its_outline() {
    let mut desk = Desk::with_picture();
    let before = desk.document().to_image();
    desk.click("Ellipse selection");
    drag(&mut desk, &[(10.0, 10.0), (20.0, 20.0)]);
    drag(&mut desk, &[(15.0, 15.0), (20.0, 20.0), (45.0, 25.0)]);
    assert_eq!((selected(desk.document(), 15, 15), selected(desk.document(), 45, 25)), (0, 65535));
    assert_eq!(desk.document().to_image(), before);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!((selected(desk.document(), 15, 15), selected(desk.document(), 45, 25)), (65535, 0));
    drag(&mut desk, &[(15.0, 15.0), (15.0, 15.0)]);
    assert!(desk.document().selection().is_none(), "a click takes it away");
}

#[test]
fn the_crop_frame_is_drawn_dragged_and_applied() {
    let mut desk = Desk::with_picture();
    let before = pixel(&desk, 25, 18);
    take(&mut desk, Key::C);
    drag(&mut desk, &[(10.0, 8.0), (30.0, 20.0), (50.0, 40.0)]);
    assert_eq!(size(&desk), [64, 48], "not before Enter");
    // The bottom right corner, then the whole frame.
    drag(&mut desk, &[(50.0, 40.0), (46.0, 36.0), (42.0, 32.0)]);
    drag(&mut desk, &[(25.0, 20.0), (26.0, 20.0), (27.0, 21.0)]);
    desk.press(Modifiers::NONE, Key::Enter);
    when_done(&mut desk);
    assert_eq!(size(&desk), [32, 24]);
    assert_eq!(pixel(&desk, 25 - 12, 18 - 9), before);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!((size(&desk), pixel(&desk, 25, 18)), ([64, 48], before));
}

#[test]
fn a_frame_beyond_the_canvas_lets_it_grow_and_escape_gives_it_up() {
    let mut desk = Desk::with_picture();
    let before = pixel(&desk, 0, 0);
    desk.click("Zoom out");
    take(&mut desk, Key::C);
    drag(&mut desk, &[(0.0, 0.0), (-5.0, -5.0), (-16.0, -8.0)]);
    desk.press(Modifiers::NONE, Key::Escape);
    drag(&mut desk, &[(0.0, 0.0), (-5.0, -5.0), (-6.0, -8.0)]);
    desk.click("Apply");
    when_done(&mut desk);
    assert_eq!(size(&desk), [70, 56]);
    assert_eq!((pixel(&desk, 6, 8), pixel(&desk, 5, 8)), (before, [0; 4]));
}

#[test]
fn a_crop_keeps_the_proportions_that_are_chosen() {
    let mut desk = Desk::with_picture();
    desk.window_mut().desk.tools.crop_ratio = CropRatio::Fixed(1, 1);
    take(&mut desk, Key::C);
    drag(&mut desk, &[(4.0, 4.0), (10.0, 5.0), (24.0, 6.0)]);
    desk.press(Modifiers::NONE, Key::Enter);
    when_done(&mut desk);
    assert_eq!(size(&desk), [20, 20]);
}

#[test]
fn the_eraser_takes_paint_away_and_keeps_its_own_brush() {
    let mut desk = Desk::with_picture();
    desk.press(Modifiers::SHIFT, Key::E);
    assert_eq!(desk.window().desk.tools.in_hand(), Tool::Eraser);
    desk.window_mut().desk.tools.brush_mut().unwrap().diameter = 12.0;
    desk.stroke(&[(10.0, 20.0), (40.0, 20.0)]);
    assert_eq!(color_at(&desk, 25, 20), [0; 4]);
    assert_eq!(desk.mask_at(25, 20), 0);
    desk.click("Paint brush");
    assert_ne!(desk.window().desk.tools.brush().unwrap().diameter, 12.0);
}

#[test]
fn colours_are_added_to_a_gradient_and_removed() {
    let mut desk = Desk::new();
    desk.window_mut().desk.tools.gradient.stops = GradientPreset::ToSecond.stops();
    desk.window_mut().desk.tools.color = [0; 3];
    desk.click("Gradient");
    let bar = desk.harness.get_by_role_and_label(Role::Button, "Add a colour to the gradient").rect();
    desk.harness.get_by_role_and_label(Role::Button, "Add a colour to the gradient").click();
    desk.settle();
    assert_eq!(desk.window().desk.tools.gradient.stops.len(), 3);
    // The new one hangs in the middle; it is dragged to the right.
    let from = desk.harness.get_by_role_and_label(Role::Button, "Colour 3 at 50 %").rect().center();
    desk.harness.event(egui::Event::PointerMoved(from));
    desk.harness.step();
    desk.harness.event(painter::press_at(from, true));
    desk.harness.step();
    for step in 1..=4 {
        desk.harness.event(egui::Event::PointerMoved(from + egui::vec2(step as f32 * bar.width() / 16.0, 0.0)));
        desk.harness.step();
    }
    desk.harness.event(painter::press_at(from + egui::vec2(bar.width() / 4.0, 0.0), false));
    desk.settle();
    let position = desk.window().desk.tools.gradient.stops[2].position;
    assert!((position - 0.75).abs() < 0.03, "{position}");
    drag(&mut desk, &[(28.0, 100.0), (100.0, 100.0), (228.0, 100.0)]);
    // Half of white is reached at three quarters of the way.
    assert!((i32::from(color_at(&desk, 178, 40)[0]) - 128).abs() < 8, "{:?}", color_at(&desk, 178, 40));
    desk.click("Remove the colour");
    assert_eq!(desk.window().desk.tools.gradient.stops.len(), 2);
}

#[test]
fn a_square_gradient_is_laid_as_it_was_shown() {
    let mut desk = Desk::new();
    let options = &mut desk.window_mut().desk.tools.gradient;
    options.stops = GradientPreset::ToSecond.stops();
    options.shape = GradientShape::Square;
    desk.window_mut().desk.tools.color = [0; 3];
    desk.click("Gradient");
    drag(&mut desk, &[(128.0, 128.0), (140.0, 128.0), (228.0, 128.0)]);
    let level = |x, y| i32::from(color_at(&desk, x, y)[0]);
    assert!((level(178, 128) - 128).abs() < 4 && (level(170, 78) - 128).abs() < 4, "{}", level(170, 78));
    assert!(level(250, 250) == 255 && level(128, 128) <= 2, "{}", level(128, 128));
}

#[test]
fn options_of_the_tools_are_there_again_at_the_next_start() {
    let mut desk = Desk::new();
    desk.window_mut().desk.tools.fill.tolerance = 0.5;
    desk.window_mut().desk.tools.gradient.stops = GradientPreset::Spectrum.stops();
    desk.window_mut().desk.tools.sectors = 11;
    let mut settings = Settings::default();
    desk.window().desk.give_settings(&mut settings);
    let mut next = Desk::new();
    next.window_mut().desk.take_settings(&settings);
    let tools = &next.window().desk.tools;
    assert_eq!((tools.fill.tolerance, tools.gradient.stops.len(), tools.sectors), (0.5, 7, 11));
}

#[test]
fn the_crop_tool_begins_with_what_is_selected() {
    let mut desk = Desk::with_picture();
    desk.click("Rectangle selection");
    drag(&mut desk, &[(8.0, 4.0), (20.0, 10.0), (40.0, 28.0)]);
    desk.click_in_menu(Menu::Tools, "Crop");
    desk.settle();
    desk.press(Modifiers::NONE, Key::Enter);
    when_done(&mut desk);
    assert_eq!(desk.document().size(), CanvasSize::new(32, 24).unwrap());
}

#[test]
fn the_picture_turns_by_any_angle_and_the_canvas_grows_with_it() {
    let mut desk = Desk::with_picture();
    desk.click_in_menu(Menu::Image, "Rotate picture by an angle");
    // Enter in the field is also the dialog's.
    type_number(&mut desk, "Angle", "30");
    when_done(&mut desk);
    // 64 cos 30° + 48 sin 30°, 64 sin 30° + 48 cos 30°
    assert_eq!(size(&desk), [80, 74]);
    assert_eq!((pixel(&desk, 1, 1), pixel(&desk, 40, 37)[3]), ([0; 4], 65535));
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(size(&desk), [64, 48]);
}

/// Types a number into the field of this name.
fn type_number(desk: &mut Desk, name: &str, value: &str) {
    desk.harness.get_by_role_and_label(Role::SpinButton, name).click();
    desk.settle();
    desk.press(Modifiers::COMMAND, Key::A);
    desk.harness.event(egui::Event::Text(value.to_owned()));
    desk.settle();
    desk.press(Modifiers::NONE, Key::Enter);
}

#[test]
fn what_has_about_a_colour_is_selected_and_masked() {
    let mut desk = Desk::new();
    desk.window_mut().desk.tools.color = [200, 30, 30];
    desk.click("Rectangle selection");
    drag(&mut desk, &[(20.0, 20.0), (100.0, 100.0)]);
    desk.click_in_menu(Menu::Select, "Fill selection");
    when_done(&mut desk);
    desk.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
    desk.click_in_menu(Menu::Select, "Select by colour");
    desk.click("Apply");
    when_done(&mut desk);
    assert_eq!((selected(desk.document(), 50, 50), selected(desk.document(), 150, 150)), (65535, 0));
    desk.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
    desk.click_in_menu(Menu::Mask, "Mask by colour");
    // The small picture is made on a thread; its corner is paper.
    let picture = desk.harness.get_by_role_and_label(Role::Button, "Take the colour from the picture").rect();
    for _ in 0..200 {
        std::thread::sleep(std::time::Duration::from_millis(5));
        desk.harness.step();
    }
    let corner = picture.max - egui::vec2(8.0, 8.0);
    desk.harness.event(egui::Event::PointerMoved(corner));
    desk.harness.step();
    desk.harness.event(painter::press_at(corner, true));
    desk.harness.step();
    desk.harness.event(painter::press_at(corner, false));
    desk.settle();
    desk.click("Apply");
    when_done(&mut desk);
    assert_eq!((desk.mask_at(50, 50), desk.mask_at(150, 150)), (0, 65535));
}

#[test]
fn a_mask_is_blurred_to_both_sides_of_its_edge() {
    let mut desk = Desk::new();
    desk.click("Rectangle selection");
    drag(&mut desk, &[(100.0, 0.0), (256.0, 256.0)]);
    desk.click_in_menu(Menu::Mask, "Mask from selection");
    when_done(&mut desk);
    desk.click_in_menu(Menu::Mask, "Blur mask");
    desk.click("Apply");
    when_done(&mut desk);
    // A Gaussian of 8 pixels: one standard deviation from the edge is 15.9 and 84.1 %.
    let share = |x| f64::from(desk.mask_at(x, 128)) / 65535.0;
    assert!(
        ((share(91) + share(92)) / 2.0 - 0.159).abs() < 0.01 && ((share(107) + share(108)) / 2.0 - 0.841).abs() < 0.01
    );
}

#[test]
fn a_gradient_on_a_mask_fades_it() {
    let mut desk = Desk::new();
    let mask = desk.document().active_mask();
    desk.window_mut().desk.studio.choose_layer(mask);
    desk.click("Gradient");
    drag(&mut desk, &[(28.0, 100.0), (100.0, 100.0), (228.0, 100.0)]);
    assert_eq!((desk.mask_at(5, 40), desk.mask_at(250, 40)), (65535, 0));
    assert!(desk.mask_at(128, 40).abs_diff(32768) < 800, "{}", desk.mask_at(128, 40));
}

#[test]
fn colours_are_exchanged_and_black_and_white_again() {
    let mut desk = Desk::new();
    desk.window_mut().desk.tools.color = [1, 2, 3];
    desk.window_mut().desk.tools.second_color = [200, 100, 0];
    desk.press(Modifiers::NONE, Key::X);
    let tools = &desk.window().desk.tools;
    assert_eq!((tools.color, tools.second_color), ([200, 100, 0], [1, 2, 3]));
    desk.click("Paint brush");
    desk.click("Swap colours");
    assert_eq!(desk.window().desk.tools.color, [1, 2, 3]);
    desk.press(Modifiers::NONE, Key::D);
    let tools = &desk.window().desk.tools;
    assert_eq!((tools.color, tools.second_color), ([0; 3], [255; 3]));
}

#[test]
fn with_ctrl_or_alt_the_paint_brush_takes_colours_as_long_as_it_is_dragged() {
    for modifiers in [Modifiers::COMMAND, Modifiers::ALT] {
        let mut desk = Desk::with_picture();
        desk.window_mut().desk.tools.take(Tool::ColorBrush);
        let before = desk.document().picture_revision();
        let [from, to] = [desk.on_screen(10.5, 10.5), desk.on_screen(40.5, 20.5)];
        desk.harness.event_modifiers(egui::Event::PointerMoved(from), modifiers);
        let button =
            |pos, pressed| egui::Event::PointerButton { pos, button: egui::PointerButton::Primary, pressed, modifiers };
        desk.harness.event_modifiers(button(from, true), modifiers);
        desk.harness.step();
        assert_eq!(desk.window().desk.tools.color, [40, 50, 90]);
        desk.harness.event_modifiers(egui::Event::PointerMoved(to), modifiers);
        desk.harness.step();
        desk.harness.event_modifiers(button(to, false), modifiers);
        desk.settle();
        assert_eq!(desk.window().desk.tools.color, [160, 100, 90]);
        assert_eq!(desk.document().picture_revision(), before, "nothing is painted");
    }
}
