//! The options of the tool in hand, one line above the canvas.

use egui::{RichText, Slider, Ui, Vec2};

use super::controls::{Look, command_button, from_right};
use crate::canvas::Tool;
use crate::commands::Command;
use crate::desk::Desk;
use crate::paint::Brush;
use crate::theme::CONTROL_HEIGHT;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    ui.horizontal_centered(|ui| {
        let tool = desk.tools.in_hand();
        ui.add_sized([104.0, CONTROL_HEIGHT], egui::Label::new(RichText::new(Command::UseTool(tool).info().label).strong()).halign(egui::Align::LEFT));
        if tool == Tool::ColorBrush {
            ui.color_edit_button_srgb(&mut desk.tools.color).accessible_name("Colour").on_hover_text("The colour that is painted.");
        }
        match desk.tools.brush_mut() {
            Some(brush) => brush_options(ui, brush),
            None => {
                ui.label(RichText::new("Drag to move the picture, turn the wheel to zoom.").weak());
            }
        }
        from_right(ui, |ui| {
            let square = Vec2::splat(CONTROL_HEIGHT);
            for command in [Command::ZoomToFit, Command::ZoomIn, Command::ZoomOut] {
                command_button(ui, desk, command, Look::Icon, square);
            }
        });
    });
}

fn brush_options(ui: &mut Ui, brush: &mut Brush) {
    ui.spacing_mut().slider_width = 112.0;
    let size = Slider::new(&mut brush.diameter, 1.0..=Brush::MAX_DIAMETER.min(1000.0)).logarithmic(true).fixed_decimals(0).suffix(" px");
    option(ui, "Size", "The brush's diameter in pixels of the picture: [ and ].", size);
    let hardness = Slider::new(&mut brush.hardness, 0.0..=1.0).custom_formatter(percent).custom_parser(parse_percent);
    option(ui, "Hardness", "How sharp the edge is. A soft edge blends the new into the old: Shift+[ and Shift+].", hardness);
    let opacity = Slider::new(&mut brush.opacity, 0.0..=1.0).custom_formatter(percent).custom_parser(parse_percent);
    option(ui, "Opacity", "How much one stroke covers.", opacity);
}

fn option(ui: &mut Ui, name: &str, tooltip: &str, slider: Slider<'_>) {
    ui.add_space(4.0);
    ui.label(RichText::new(name).weak()).on_hover_text(tooltip);
    ui.name_inputs(name, |ui| ui.add(slider).on_hover_text(tooltip));
}

/// A share as per cent.
pub fn percent(share: f64, _: std::ops::RangeInclusive<usize>) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Per cent as a share.
pub fn parse_percent(text: &str) -> Option<f64> {
    text.trim().trim_end_matches('%').trim().parse::<f64>().ok().map(|percent| percent / 100.0)
}
