//! The options of the tool in hand, one line above the canvas.

use std::ops::RangeInclusive;

use egui::{RichText, ScrollArea, Ui};

use super::controls::{Number, Unit};
use crate::canvas::Tool;
use crate::desk::Desk;
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
                if desk.tools.in_hand() == Tool::ColorBrush {
                    let tooltip = "The colour that is painted. Alt and click takes one from the picture.";
                    ui.label(RichText::new("Colour").weak()).on_hover_text(tooltip);
                    ui.color_edit_button_srgb(&mut desk.tools.color).accessible_name("Colour").on_hover_text(tooltip);
                    ui.add_space(8.0);
                }
                match desk.tools.brush_mut() {
                    Some(brush) => brush_options(ui, brush),
                    None => {
                        ui.label(RichText::new("Drag to move the picture, turn the wheel to zoom.").weak());
                    }
                }
            });
        });
}

fn brush_options(ui: &mut Ui, brush: &mut Brush) {
    let size =
        Number { name: "Size", tooltip: "The brush's diameter in pixels of the picture: [ and ].", unit: Unit::Pixels };
    option(ui, &size, &mut brush.diameter, Brush::MIN_DIAMETER..=MAX_DRAGGED_SIZE, Brush::MAX_DIAMETER);
    let tooltip = "How sharp the edge is. A soft edge blends the new into the old: Shift+[ and Shift+].";
    option(ui, &Number { name: "Hardness", tooltip, unit: Unit::Percent }, &mut brush.hardness, 0.0..=1.0, 1.0);
    let opacity = Number { name: "Opacity", tooltip: "How much one stroke covers.", unit: Unit::Percent };
    option(ui, &opacity, &mut brush.opacity, 0.0..=1.0, 1.0);
}

fn option(ui: &mut Ui, number: &Number<'_>, value: &mut f32, range: RangeInclusive<f32>, max_typed: f32) {
    ui.label(RichText::new(number.name).weak()).on_hover_text(number.tooltip);
    number.show(ui, NUMBER_WIDTH, value, range, max_typed);
    ui.add_space(8.0);
}
