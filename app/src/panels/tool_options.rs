//! The options of the tool in hand, one line above the canvas.

use std::ops::RangeInclusive;

use egui::{RichText, ScrollArea, Ui};

use super::controls::{Number, Unit};
use super::marking_options;
use super::mask;
use crate::canvas::Tool;
use crate::desk::Desk;
use crate::language::{text, tooltip};
use crate::paint::Brush;

/// Width of a slider with its number.
const NUMBER_WIDTH: f32 = 168.0;
/// Brushes beyond this are typed, not dragged.
const MAX_DRAGGED_SIZE: f32 = 1000.0;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    // Scrolls where the window is too narrow for the line.
    ScrollArea::horizontal()
        .auto_shrink([false, false])
        .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                if desk.tools.in_hand().uses_color() {
                    let (name, tooltip) = (text("brush-color"), tooltip("brush-color"));
                    ui.label(RichText::new(&name).weak()).on_hover_text(&tooltip);
                    ui.color_edit_button_srgb(&mut desk.tools.color).accessible_name(name).on_hover_text(tooltip);
                    ui.add_space(8.0);
                }
                let paints_mask = matches!(desk.tools.in_hand(), Tool::MaskBrush | Tool::MaskEraser);
                marking_options::show(ui, &mut desk.tools);
                let moves = desk.tools.in_hand() == Tool::Hand;
                match desk.tools.brush_mut() {
                    Some(brush) => brush_options(ui, brush),
                    None if !moves => {}
                    None => {
                        ui.label(RichText::new(text("hand-hint")).weak());
                    }
                }
                if paints_mask {
                    ui.separator();
                    mask::show(ui, desk);
                }
            });
        });
}

fn brush_options(ui: &mut Ui, brush: &mut Brush) {
    let size = Number { key: "brush-size", unit: Unit::Pixels };
    option(ui, &size, &mut brush.diameter, Brush::MIN_DIAMETER..=MAX_DRAGGED_SIZE, Brush::MAX_DIAMETER);
    option(ui, &Number { key: "brush-hardness", unit: Unit::Percent }, &mut brush.hardness, 0.0..=1.0, 1.0);
    let opacity = Number { key: "brush-opacity", unit: Unit::Percent };
    option(ui, &opacity, &mut brush.opacity, 0.0..=1.0, 1.0);
}

fn option(ui: &mut Ui, number: &Number, value: &mut f32, range: RangeInclusive<f32>, max_typed: f32) {
    ui.label(RichText::new(text(number.key)).weak()).on_hover_text(tooltip(number.key));
    number.show(ui, NUMBER_WIDTH, value, range, max_typed);
    ui.add_space(8.0);
}
