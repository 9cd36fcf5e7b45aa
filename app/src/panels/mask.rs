//! Where: the mask's operations and how it is drawn.

use egui::{Ui, vec2};

use super::controls::{Look, Number, Unit, command_button, heading, row};
use crate::commands::Command;
use crate::desk::Desk;
use crate::theme::CONTROL_HEIGHT;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    heading(ui, "Mask");
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let width = (ui.available_width() - 3.0 * 4.0) / 4.0;
        let buttons = [
            (Command::MaskEverything, "All"),
            (Command::InvertMask, "Invert"),
            (Command::ClearMask, "Clear"),
            (Command::ShowMask, "Show"),
        ];
        for (command, word) in buttons {
            command_button(ui, desk, command, Look::Short(word), vec2(width, CONTROL_HEIGHT));
        }
    });
    row(ui, "Tint", "How the mask is drawn over the picture. It changes nothing else.", |ui| {
        let mut look = desk.studio.document().mask_look();
        let before = look;
        ui.color_edit_button_srgb(&mut look.color).accessible_name("Tint colour");
        let width = ui.available_width();
        let opacity = Number { name: "Tint opacity", tooltip: "How strongly the mask is tinted.", unit: Unit::Percent };
        opacity.show(ui, width, &mut look.opacity, 0.0..=1.0, 1.0);
        if look != before {
            desk.change_mask_look(|current| *current = look);
        }
    });
}
