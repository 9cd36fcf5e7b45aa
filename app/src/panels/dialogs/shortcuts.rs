//! Every shortcut on one page: found by a part of the command's name, changed by pressing other keys.

use egui::{
    Align, Align2, Button, Color32, Event, Grid, Key, KeyboardShortcut, Label, Layout, RichText, ScrollArea, TextEdit,
    Ui, vec2,
};

use crate::commands::{Command, CommandInfo, Menu, search, shortcut_of};
use crate::desk::Desk;
use crate::icons;
use crate::language::{text, text_with};
use crate::panels::controls::{icon_button, shortcut_text};
use crate::theme::{ACCENT, CONTROL_HEIGHT};

const WIDTH: f32 = 560.0;
const NAME_WIDTH: f32 = 184.0;
const KEYS_WIDTH: f32 = 208.0;

/// What the dialog remembers from frame to frame.
#[derive(Default)]
pub struct ShortcutsDialog {
    query: String,
    /// The command whose new keys are waited for.
    waits_for: Option<Command>,
    /// The command that has got keys, and the one that had them before.
    taken: Option<(Command, Command)>,
}

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    take_in_keys(ui, desk);
    ui.set_width(WIDTH);
    ui.heading(Command::Shortcuts.info().label());
    ui.horizontal(|ui| {
        let field = TextEdit::singleline(&mut desk.shortcuts_dialog.query)
            .hint_text(text("shortcuts-search"))
            .align(Align2::LEFT_CENTER)
            .desired_width(WIDTH - 168.0 - ui.spacing().item_spacing.x);
        ui.add(field.min_size(vec2(0.0, CONTROL_HEIGHT))).accessible_name(text("shortcuts-search"));
        let reset = Button::new(text("shortcuts-reset-all")).min_size(vec2(168.0, CONTROL_HEIGHT));
        if ui.add(reset).clicked() {
            desk.keymap.reset_all();
        }
    });
    let height = (ui.ctx().content_rect().height() - 264.0).max(200.0);
    // As high from the first frame on as in the others: a dialog knows its room only after it was shown once.
    let area = ScrollArea::vertical().max_height(height).min_scrolled_height(height);
    area.auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        for menu in Menu::ALL {
            group(ui, desk, menu);
        }
        if desk.shortcuts_dialog.query.is_empty() {
            on_the_canvas(ui);
        }
    });
}

/// The keys that are waited for become the command's only shortcut; Escape leaves it as it was.
fn take_in_keys(ui: &Ui, desk: &mut Desk) {
    let Some(command) = desk.shortcuts_dialog.waits_for else { return };
    let mut pressed = None;
    ui.input_mut(|input| {
        input.events.retain(|event| match event {
            Event::Key { key, pressed: true, modifiers, .. } => {
                pressed = pressed.or(Some(shortcut_of(*key, *modifiers)));
                false
            }
            Event::Text(_) | Event::Key { .. } => false,
            _ => true,
        });
    });
    let Some(shortcut) = pressed else { return };
    desk.shortcuts_dialog.waits_for = None;
    if shortcut != KeyboardShortcut::new(egui::Modifiers::NONE, Key::Escape) {
        let loser = desk.keymap.give(command, shortcut);
        desk.shortcuts_dialog.taken = loser.map(|loser| (command, loser));
    }
}

fn group(ui: &mut Ui, desk: &mut Desk, menu: Menu) {
    let query = desk.shortcuts_dialog.query.clone();
    let mut found = menu.commands().filter(|info| search::score(&query, info).is_some()).peekable();
    if found.peek().is_none() {
        return;
    }
    ui.label(RichText::new(menu.label()).strong());
    for info in found {
        ui.push_id(info.key, |ui| line(ui, desk, info));
    }
    ui.add_space(8.0);
}

fn line(ui: &mut Ui, desk: &mut Desk, info: &CommandInfo) {
    ui.horizontal(|ui| {
        let name = vec2(NAME_WIDTH, CONTROL_HEIGHT);
        ui.allocate_ui_with_layout(name, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_size(name);
            ui.add(Label::new(info.label()).truncate()).on_hover_text(info.tooltip());
        });
        keys(ui, desk, info);
        let has_keys = !desk.keymap.shortcuts(info.command).is_empty();
        if has_keys && icon_button(ui, icons::X, "shortcuts-remove", None).clicked() {
            desk.keymap.set(info.command, vec![]);
        }
        if desk.keymap.is_changed(info.command) && icon_button(ui, icons::ROTATE_CCW, "shortcuts-reset", None).clicked()
        {
            desk.keymap.reset(info.command);
        }
        conflict(ui, desk, info);
    });
}

/// The button with the command's keys; a click waits for others.
fn keys(ui: &mut Ui, desk: &mut Desk, info: &CommandInfo) {
    let waits = desk.shortcuts_dialog.waits_for == Some(info.command);
    let shortcuts = desk.keymap.shortcuts(info.command);
    let words = if waits {
        RichText::new(text("shortcuts-press")).color(ACCENT)
    } else if shortcuts.is_empty() {
        RichText::new("–").weak()
    } else {
        let all: Vec<_> = shortcuts.iter().map(|shortcut| shortcut_text(ui, shortcut)).collect();
        let is_changed = desk.keymap.is_changed(info.command);
        RichText::new(all.join(", ")).color(if is_changed {
            ui.visuals().strong_text_color()
        } else {
            Color32::PLACEHOLDER
        })
    };
    let button = Button::new(words).truncate().min_size(vec2(KEYS_WIDTH, CONTROL_HEIGHT));
    let name = text_with("shortcuts-change", &[("command", info.label().into())]);
    if ui.add_sized([KEYS_WIDTH, CONTROL_HEIGHT], button).accessible_name(name).clicked() {
        desk.shortcuts_dialog.waits_for = (!waits).then_some(info.command);
    }
}

fn conflict(ui: &mut Ui, desk: &Desk, info: &CommandInfo) {
    let shortcuts = desk.keymap.shortcuts(info.command);
    let other = shortcuts.iter().find_map(|shortcut| desk.keymap.conflict(info.command, *shortcut));
    let taken = desk.shortcuts_dialog.taken.filter(|(winner, _)| *winner == info.command).map(|(_, loser)| loser);
    let words = other.map(|other| ("shortcuts-conflict", other)).or(taken.map(|loser| ("shortcuts-taken", loser)));
    if let Some((key, other)) = words {
        let words = text_with(key, &[("command", other.info().label().into())]);
        ui.add(Label::new(RichText::new(words).color(ui.visuals().warn_fg_color)).truncate());
    }
}

/// What pointer and keys do together, which no command stands for.
fn on_the_canvas(ui: &mut Ui) {
    ui.label(RichText::new(text("on-canvas")).strong());
    Grid::new("canvas").num_columns(2).spacing([8.0, 4.0]).min_col_width(NAME_WIDTH).show(ui, |ui| {
        for key in ["on-canvas-zoom", "on-canvas-move", "on-canvas-line", "on-canvas-pick", "on-canvas-at-hand"] {
            ui.label(text(key));
            ui.label(RichText::new(text(&format!("{key}-how"))).weak());
            ui.end_row();
        }
    });
}
