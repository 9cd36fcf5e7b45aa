//! Language, theme, the size of the interface and of the grid, memory for the history.

use egui::{Button, ComboBox, DragValue, RichText, Ui, vec2};

use crate::canvas::ViewAids;
use crate::commands::Command;
use crate::desk::{Desk, Dialog};
use crate::files::Settings;
use crate::language::{Language, LanguageChoice, text, text_with};
use crate::panels::controls::row;
use crate::theme::CONTROL_HEIGHT;

/// Sizes of the interface, as factors.
const SCALES: [f32; 7] = [0.75, 0.9, 1.0, 1.25, 1.5, 1.75, 2.0];
const WIDTH: f32 = 392.0;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    ui.set_width(WIDTH);
    ui.heading(Command::Settings.info().label());
    language(ui, desk);
    theme(ui, desk);
    scale(ui, desk);
    grid(ui, desk);
    history(ui, desk);
    row(ui, "settings-shortcuts", |ui| {
        let button =
            Button::new(text("settings-change-shortcuts")).min_size(vec2(ui.available_width(), CONTROL_HEIGHT));
        if ui.add(button).clicked() {
            desk.open_dialog(Dialog::Shortcuts);
        }
    });
}

fn language(ui: &mut Ui, desk: &mut Desk) {
    let name = |choice| match choice {
        LanguageChoice::System => text("settings-language-system"),
        LanguageChoice::Of(language) => language.own_name().to_owned(),
    };
    row(ui, "settings-language", |ui| {
        let choices = [LanguageChoice::System].into_iter().chain(Language::ALL.map(LanguageChoice::Of));
        ComboBox::from_id_salt("language").width(ui.available_width()).selected_text(name(desk.language)).show_ui(
            ui,
            |ui| {
                for choice in choices {
                    ui.selectable_value(&mut desk.language, choice, name(choice));
                }
            },
        );
    });
}

fn theme(ui: &mut Ui, desk: &mut Desk) {
    row(ui, "settings-theme", |ui| {
        let width = (ui.available_width() - ui.spacing().item_spacing.x) / 2.0;
        for (dark, key) in [(true, "settings-theme-dark"), (false, "settings-theme-light")] {
            let button = Button::new(text(key)).selected(desk.dark == dark).min_size(vec2(width, CONTROL_HEIGHT));
            if ui.add(button).clicked() {
                desk.dark = dark;
            }
        }
    });
}

fn scale(ui: &mut Ui, desk: &mut Desk) {
    let name = |scale: f32| format!("{:.0} %", scale * 100.0);
    row(ui, "settings-scale", |ui| {
        ComboBox::from_id_salt("scale").width(ui.available_width()).selected_text(name(desk.scale)).show_ui(ui, |ui| {
            for scale in SCALES {
                ui.selectable_value(&mut desk.scale, scale, name(scale));
            }
        });
    });
}

fn grid(ui: &mut Ui, desk: &mut Desk) {
    row(ui, "settings-grid", |ui| {
        let side = DragValue::new(&mut desk.view.aids.grid_side).range(1..=ViewAids::MAX_GRID_SIDE).suffix(" px");
        ui.add_sized(vec2(ui.available_width(), CONTROL_HEIGHT), side);
    });
}

/// How much memory the steps that can be undone may take, and how much they take.
fn history(ui: &mut Ui, desk: &mut Desk) {
    row(ui, "settings-history", |ui| {
        let range = Settings::HISTORY_MEGABYTES;
        let budget = DragValue::new(&mut desk.history_megabytes).range(range).speed(16.0).suffix(" MB");
        let width = (ui.available_width() - ui.spacing().item_spacing.x) / 2.0;
        ui.add_sized(vec2(width, CONTROL_HEIGHT), budget);
        let used = desk.studio.history_bytes().div_ceil(1 << 20);
        ui.label(RichText::new(text_with("settings-history-used", &[("megabytes", used.into())])).weak());
    });
}
