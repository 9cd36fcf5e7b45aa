//! Control: the hints that the picture follows beside the prompt, one line each, and the one in hand in full.

mod classes;
mod details;
mod list;
mod making;
mod seen;

use egui::containers::menu::MenuButton;
use egui::{RichText, Ui, vec2};

use self::classes::ClassSearch;
use self::seen::SeenTextures;
use super::controls::{Look, command_button};
use super::menu;
use crate::commands::{Command, HintCommand, Menu};
use crate::desk::Desk;
use crate::icons;
use crate::language::text;
use crate::theme::CONTROL_HEIGHT;

/// What the panel keeps from frame to frame.
#[derive(Default)]
pub struct ControlPanel {
    seen: SeenTextures,
    classes: ClassSearch,
}

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    head(ui, desk);
    if desk.studio.document().hints().next().is_none() {
        ui.add_space(4.0);
        ui.label(RichText::new(text("control-empty")).weak());
        return;
    }
    list::show(ui, desk);
    details::show(ui, desk);
}

/// What begins a hint.
fn head(ui: &mut Ui, desk: &mut Desk) {
    ui.horizontal(|ui| {
        let width = (ui.available_width() - ui.spacing().item_spacing.x) / 2.0;
        let size = vec2(width, CONTROL_HEIGHT);
        command_button(ui, desk, Command::Hint(HintCommand::Sketch), Look::Named, size);
        let label = text("add-hint");
        let image = icons::PLUS.image().tint(ui.visuals().text_color());
        let button = egui::Button::image_and_text(image, &label).min_size(size);
        let (response, _) = MenuButton::from_button(button).ui(ui, |ui| menu::scrolling(ui, |ui| kinds(ui, desk)));
        response.accessible_name(label).on_hover_text(text("add-hint-tooltip"));
    });
}

/// The kinds of hints; those that no network follows are paler.
fn kinds(ui: &mut Ui, desk: &mut Desk) {
    ui.set_min_width(232.0);
    for info in Menu::Control.commands() {
        let Command::Hint(HintCommand::Add(kind)) = info.command else { continue };
        let name = text(&format!("hint-{kind}"));
        let has_network = desk.studio.networks_for(kind).next().is_some();
        let words = if has_network { RichText::new(&name) } else { RichText::new(&name).weak() };
        let button = egui::Button::new(words).min_size(vec2(0.0, CONTROL_HEIGHT));
        let mut tooltip = info.tooltip();
        if !has_network {
            tooltip = format!("{tooltip}\n{}", text("control-no-network"));
        }
        let response = ui.add_enabled(info.command.is_enabled(desk), button).accessible_name(name);
        if response.on_hover_text(tooltip).clicked() {
            info.command.run(desk);
            ui.close();
        }
    }
}
