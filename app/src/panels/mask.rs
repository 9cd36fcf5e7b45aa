//! Where: the mask's operations and how it is drawn.

use egui::{Ui, vec2};

use super::controls::{Look, Number, Unit, command_button, heading, row};
use crate::commands::Command;
use crate::desk::Desk;
use crate::language::text;
use crate::theme::CONTROL_HEIGHT;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    heading(ui, "mask");
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let width = (ui.available_width() - 3.0 * 4.0) / 4.0;
        let buttons = [
            (Command::MaskEverything, "mask-everything-short"),
            (Command::InvertMask, "invert-mask-short"),
            (Command::ClearMask, "clear-mask-short"),
            (Command::ShowMask, "show-mask-short"),
        ];
        for (command, word) in buttons {
            command_button(ui, desk, command, Look::Short(word), vec2(width, CONTROL_HEIGHT));
        }
    });
    row(ui, "tint", |ui| {
        let mut look = desk.studio.document().mask_look();
        let before = look;
        ui.color_edit_button_srgb(&mut look.color).accessible_name(text("tint-color"));
        let width = ui.available_width();
        let opacity = Number { key: "tint-opacity", unit: Unit::Percent };
        opacity.show(ui, width, &mut look.opacity, 0.0..=1.0, 1.0);
        if look != before {
            desk.change_mask_look(|current| *current = look);
        }
    });
}
