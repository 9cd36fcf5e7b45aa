//! What a right click on the canvas lays beside the pointer: the colour, size and opacity, and the brushes of the tool in
//! hand, as Krita's palette does.

use egui::{Popup, PopupCloseBehavior, Response, Ui};

use super::controls::{Number, Unit, row};
use super::{brush, color};
use crate::desk::Desk;
use crate::paint::Brush;

/// Its width, in points.
const WIDTH: f32 = 312.0;

/// Shows it where it was asked for; a click beside it takes it away.
pub fn show(canvas: &Response, desk: &mut Desk) {
    let tool = desk.tools.in_hand();
    let has_brush = desk.tools.brush().is_some();
    if !has_brush && !tool.uses_color() {
        return;
    }
    Popup::context_menu(canvas).close_behavior(PopupCloseBehavior::CloseOnClickOutside).width(WIDTH).show(|ui| {
        ui.set_width(WIDTH);
        if tool.uses_color() {
            color::show_small(ui, desk);
        }
        if has_brush {
            brush_numbers(ui, desk);
            brush::show_shelf(ui, desk);
        }
    });
}

fn brush_numbers(ui: &mut Ui, desk: &mut Desk) {
    let Some(brush) = desk.tools.brush_mut() else { return };
    ui.add_space(4.0);
    row(ui, "brush-size", |ui| {
        let size = Number { key: "brush-size", unit: Unit::Pixels };
        size.show(ui, ui.available_width(), &mut brush.diameter, Brush::MIN_DIAMETER..=1000.0, Brush::MAX_DIAMETER);
    });
    row(ui, "brush-opacity", |ui| {
        let opacity = Number { key: "brush-opacity", unit: Unit::Percent };
        opacity.show(ui, ui.available_width(), &mut brush.opacity, 0.0..=1.0, 1.0);
    });
    ui.add_space(4.0);
}
