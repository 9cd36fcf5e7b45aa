//! The right wall: what, where, how, and the button.

use egui::{Frame, Margin, Panel, ScrollArea, Ui, vec2};

use super::controls::{Look, command_button};
use super::{generation, mask, progress, prompt};
use crate::commands::Command;
use crate::desk::Desk;

/// Height of the button.
const BUTTON_HEIGHT: f32 = 44.0;
const CANCEL_WIDTH: f32 = 92.0;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let margin = Frame::new().inner_margin(Margin::same(16));
    Panel::bottom("generate").exact_size(BUTTON_HEIGHT + 32.0).frame(margin).resizable(false).show(ui, |ui| {
        ui.horizontal(|ui| {
            let width = ui.available_width() - CANCEL_WIDTH - ui.spacing().item_spacing.x;
            // While a result waits, accepting it is what comes next.
            let is_next = Command::Generate.is_enabled(desk) && desk.studio.results().shown().is_none();
            let look = if is_next { Look::Accent } else { Look::Named };
            let response = command_button(ui, desk, Command::Generate, look, vec2(width, BUTTON_HEIGHT));
            progress::on_button(ui, desk, response.rect);
            if let Some(problem) = desk.studio.recipe_problem() {
                response.on_disabled_hover_text(problem);
            }
            command_button(ui, desk, Command::Cancel, Look::Named, vec2(CANCEL_WIDTH, BUTTON_HEIGHT));
        });
    });
    ScrollArea::vertical().auto_shrink([false, false]).content_margin(Margin::same(16)).show(ui, |ui| {
        prompt::show(ui, desk);
        ui.separator();
        mask::show(ui, desk);
        ui.separator();
        generation::show(ui, desk);
    });
}
