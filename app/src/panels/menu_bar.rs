//! The menus, straight from the table of commands, and the picture's name.

use egui::{Button, MenuBar, RichText, Ui, Vec2, vec2};

use super::controls::{as_choice, from_right, shortcut_text};
use super::menu;
use crate::commands::{Command, CommandInfo, Menu};
use crate::desk::Desk;
use crate::language::text;
use crate::theme::CONTROL_HEIGHT;

/// Room around an entry's text within its ground.
const ENTRY_PADDING: Vec2 = vec2(8.0, 4.0);

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL {
            if menu.commands().next().is_none() {
                continue;
            }
            ui.menu_button(menu.label(), |ui| {
                ui.set_min_width(232.0);
                ui.spacing_mut().button_padding = ENTRY_PADDING;
                menu::scrolling(ui, |ui| {
                    for info in menu.commands() {
                        entry(ui, desk, info);
                        if info.command == Command::Open {
                            recent_files(ui, desk);
                        }
                    }
                });
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

fn recent_files(ui: &mut Ui, desk: &mut Desk) {
    ui.add_enabled_ui(!desk.recent_files.is_empty(), |ui| {
        ui.menu_button(text("open-recent"), |ui| {
            ui.spacing_mut().button_padding = ENTRY_PADDING;
            let mut chosen = None;
            for path in &desk.recent_files {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if ui.button(name.as_ref()).on_hover_text(path.display().to_string()).clicked() {
                    chosen = Some(path.clone());
                }
            }
            if let Some(path) = chosen {
                desk.studio.open_path(&path);
                ui.close();
            }
        });
    });
}

fn entry(ui: &mut Ui, desk: &mut Desk, info: &CommandInfo) {
    if info.starts_group {
        ui.separator();
    }
    let label = info.label();
    let shortcut =
        desk.keymap.shortcuts(info.command).first().map(|shortcut| shortcut_text(ui, shortcut)).unwrap_or_default();
    let mut button =
        Button::new(&label).min_size(vec2(0.0, CONTROL_HEIGHT)).shortcut_text(RichText::new(shortcut).weak());
    button = as_choice(ui, button, info.command.is_on(desk));
    let response =
        ui.add_enabled(info.command.is_enabled(desk), button).accessible_name(label).on_hover_text(info.tooltip());
    if response.clicked() {
        ui.close();
        info.command.run(desk);
    }
}
