//! The tools, at the left wall.

use egui::scroll_area::ScrollBarVisibility;
use egui::{ScrollArea, Ui, Vec2};

use super::controls::{Look, command_button};
use crate::canvas::Tool;
use crate::commands::Command;
use crate::desk::Desk;

/// Side of a tool's button.
const SIDE: f32 = 36.0;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    // Scrolls where the window is too low for all of them.
    ScrollArea::vertical().scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden).show(ui, |ui| {
        tools(ui, desk);
    });
}

fn tools(ui: &mut Ui, desk: &mut Desk) {
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.vertical_centered(|ui| {
        for tool in Tool::ALL {
            command_button(ui, desk, Command::UseTool(tool), Look::Quiet, Vec2::splat(SIDE));
        }
        ui.add_space(8.0);
        ui.separator();
        ui.add_space(8.0);
        for command in [Command::Undo, Command::Redo] {
            command_button(ui, desk, command, Look::Quiet, Vec2::splat(SIDE));
        }
    });
}
