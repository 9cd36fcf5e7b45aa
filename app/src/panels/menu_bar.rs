//! The menus, straight from the table of commands, and the picture's name.

use egui::{Button, MenuBar, RichText, Ui, vec2};

use super::controls::from_right;
use crate::commands::{COMMANDS, CommandInfo, Menu};
use crate::desk::Desk;
use crate::theme::CONTROL_HEIGHT;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL {
            ui.menu_button(menu.label(), |ui| {
                ui.set_min_width(232.0);
                for info in COMMANDS.iter().filter(|info| info.menu == menu) {
                    entry(ui, desk, info);
                }
            });
        }
        from_right(ui, |ui| {
            let mark = if desk.studio.is_modified() { " •" } else { "" };
            let size = desk.studio.document().size();
            ui.add_space(4.0);
            ui.label(RichText::new(format!("{} × {}", size.width(), size.height())).weak());
            ui.label(format!("{}{mark}", desk.studio.title()));
        });
    });
}

fn entry(ui: &mut Ui, desk: &mut Desk, info: &CommandInfo) {
    if info.starts_group {
        ui.separator();
    }
    let shortcut = info.shortcuts.first().map(|shortcut| ui.ctx().format_shortcut(shortcut)).unwrap_or_default();
    let mut button =
        Button::new(info.label).min_size(vec2(0.0, CONTROL_HEIGHT)).shortcut_text(RichText::new(shortcut).weak());
    if let Some(is_on) = info.command.is_on(desk) {
        button = button.selected(is_on);
    }
    let response =
        ui.add_enabled(info.command.is_enabled(desk), button).accessible_name(info.label).on_hover_text(info.tooltip);
    if response.clicked() {
        ui.close();
        info.command.run(desk);
    }
}
