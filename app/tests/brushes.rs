//! The panel of brushes, by names and pointer.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use brushfire::canvas::{Mirror, Tool};
use brushfire::panels::PanelKind;
use egui::{Modifiers, Role, vec2};
use egui_kittest::kittest::Queryable as _;

use painter::Desk;

/// A picture, the paint brush in hand, and the brushes beside it.
fn desk_with_brushes() -> Desk {
    let mut desk = Desk::with_picture();
    // All of the panel can be seen.
    desk.harness.set_size(vec2(1440.0, 3200.0));
    desk.settle();
    desk.window_mut().desk.tools.take(Tool::ColorBrush);
    desk.window_mut().desk.tools.color = [255, 0, 0];
    desk.window_mut().desk.show_or_hide(PanelKind::Brushes);
    desk.settle();
    for _ in 0..2000 {
        if desk.harness.query_by_role_and_label(Role::Button, "Take the brush Hard round").is_some() {
            return desk;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        desk.harness.step();
    }
    panic!("the brushes were not read");
}

fn red_at(desk: &Desk, x: u32, y: u32) -> bool {
    let [red, green, ..] = desk.document().rgba_image(desk.document().bounds()).get_pixel(x, y).0;
    red > 200 && green < 60
}

#[test]
fn a_brush_of_the_panel_is_taken_and_paints_and_each_tool_keeps_its_own() {
    let mut desk = desk_with_brushes();
    let mask_brush = desk.window().desk.tools.mask_brush.diameter;
    desk.click("Take the brush Hard round");
    let brush = desk.window().desk.tools.brush().unwrap().clone();
    assert_eq!((brush.diameter, brush.hardness, brush.dynamics.len()), (40.0, 0.95, 1));
    desk.window_mut().desk.tools.color_brush.dynamics.clear();
    desk.window_mut().desk.tools.color_brush.diameter = 8.0;
    desk.stroke(&[(10.0, 24.0), (30.0, 24.0), (50.0, 24.0)]);
    assert!(red_at(&desk, 30, 24) && !red_at(&desk, 30, 40));
    assert_eq!(desk.window().desk.tools.mask_brush.diameter, mask_brush, "the mask brush is as it was");
}

#[test]
fn a_mirror_repeats_the_stroke() {
    let mut desk = desk_with_brushes();
    desk.window_mut().desk.tools.mirror = Mirror::LeftRight;
    desk.window_mut().desk.tools.color_brush.diameter = 8.0;
    desk.stroke(&[(10.0, 10.0), (10.0, 20.0), (10.0, 30.0)]);
    assert!(red_at(&desk, 10, 20) && red_at(&desk, 53, 20) && !red_at(&desk, 32, 20));
}

#[test]
fn the_curves_of_a_parameter_open_under_it() {
    let mut desk = desk_with_brushes();
    desk.click("Take the brush Hard round");
    assert!(desk.harness.query_by_label("Curve of Pressure").is_none());
    desk.click("Size: Curves");
    assert!(desk.harness.query_by_label("Curve of Pressure").is_some());
}

#[test]
fn the_wheel_changes_the_colour_and_what_was_painted_with_can_be_taken_again() {
    let mut desk = Desk::new();
    desk.window_mut().desk.show_or_hide(PanelKind::Color);
    desk.settle();
    desk.window_mut().desk.tools.take(Tool::ColorBrush);
    desk.window_mut().desk.tools.color = [255, 0, 0];
    desk.settle();
    desk.stroke(&[(20.0, 20.0), (40.0, 40.0)]);
    let wheel = desk.harness.get_by_label("Colour wheel").rect();
    // The square's middle: half the saturation, half the value.
    desk.harness.event(egui::Event::PointerMoved(wheel.center()));
    desk.harness.step();
    desk.harness.event(painter::press_at(wheel.center(), true));
    desk.harness.step();
    desk.harness.event(painter::press_at(wheel.center(), false));
    desk.settle();
    let [red, green, blue] = desk.window().desk.tools.color;
    assert!((126..=129).contains(&red) && (62..=66).contains(&green) && green == blue, "{red} {green} {blue}");
    desk.click("Used lately: #ff0000");
    assert_eq!(desk.window().desk.tools.color, [255, 0, 0]);
}

#[test]
fn a_right_click_lays_colours_and_brushes_beside_the_pointer() {
    let mut desk = desk_with_brushes();
    desk.window_mut().desk.show_or_hide(PanelKind::Brushes);
    desk.window_mut().desk.tools.take(Tool::ColorBrush);
    desk.settle();
    assert!(desk.harness.query_by_label("Take the brush Chalk").is_none());
    let pos = desk.on_screen(20.0, 20.0);
    desk.harness.event(egui::Event::PointerMoved(pos));
    for pressed in [true, false] {
        let button = egui::PointerButton::Secondary;
        desk.harness.event(egui::Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
        desk.harness.step();
    }
    desk.settle();
    assert!(desk.harness.query_by_label("Colour wheel").is_some());
    desk.click("Take the brush Pencil");
    let brush = desk.window().desk.tools.color_brush.clone();
    assert!(brush.grain.is_some(), "a pencil shows the paper");
}
