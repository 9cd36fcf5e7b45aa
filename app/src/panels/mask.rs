//! What is done to the whole mask, beside the options of the tools that paint it.

use egui::{Ui, Vec2};

use super::controls::{Look, command_button};
use crate::commands::Command;
use crate::desk::Desk;
use crate::theme::CONTROL_HEIGHT;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    ui.spacing_mut().item_spacing.x = 4.0;
    for command in [Command::MaskEverything, Command::InvertMask, Command::ClearMask, Command::ShowMask] {
        command_button(ui, desk, command, Look::Quiet, Vec2::splat(CONTROL_HEIGHT));
    }
}
