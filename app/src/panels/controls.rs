//! Buttons and rows as every panel uses them: one height, one look, always with a name and an explanation.

use egui::{Align, Align2, Button, Layout, Response, RichText, Ui, Vec2, vec2};

use crate::commands::Command;
use crate::desk::Desk;
use crate::icons::Icon;
use crate::theme::{ACCENT, CONTROL_HEIGHT, ON_ACCENT};

/// Width of the labels before controls.
const LABEL_WIDTH: f32 = 88.0;

/// A section's heading.
pub fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(4.0);
    ui.label(RichText::new(text).strong());
}

/// One labelled control; the label names it for screen readers and both explain it.
pub fn row<R>(ui: &mut Ui, label: &str, tooltip: &str, control: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal(|ui| {
        let (rect, response) = ui.allocate_exact_size(vec2(LABEL_WIDTH, CONTROL_HEIGHT), egui::Sense::hover());
        let font = egui::TextStyle::Body.resolve(ui.style());
        let colour = ui.visuals().weak_text_color();
        ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, label, font, colour);
        response.on_hover_text(tooltip);
        ui.name_inputs(label, control)
    })
    .inner
}

/// A square button with an icon only.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str, tooltip: &str, is_enabled: bool) -> Response {
    let button = Button::image(icon.image()).image_tint_follows_text_color(true).min_size(Vec2::splat(CONTROL_HEIGHT));
    ui.add_enabled(is_enabled, button).accessible_name(name).on_hover_text(tooltip).on_disabled_hover_text(tooltip)
}

/// How a command's button looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Only the icon.
    Icon,
    /// Icon and name.
    Named,
    /// Icon and name on the accent: the one thing to do next.
    Accent,
}

/// A command's button. Runs the command.
pub fn command_button(ui: &mut Ui, desk: &mut Desk, command: Command, look: Look, size: Vec2) -> Response {
    let info = command.info();
    let is_enabled = command.is_enabled(desk);
    let button = match (info.icon, look) {
        (Some(icon), Look::Icon) => Button::image(icon.image()),
        (Some(icon), Look::Named | Look::Accent) => Button::image_and_text(icon.image(), info.label),
        (None, _) => Button::new(info.label),
    };
    let button = match look {
        Look::Accent => Button::image_and_text(
            info.icon.map_or_else(|| crate::icons::CHECK.image(), Icon::image).tint(ON_ACCENT),
            RichText::new(info.label).color(ON_ACCENT),
        )
        .fill(ACCENT),
        Look::Icon | Look::Named => button,
    };
    let mut button = button.image_tint_follows_text_color(true).min_size(size);
    if let Some(is_on) = command.is_on(desk) {
        button = button.selected(is_on);
    }
    let tooltip = tooltip_of(ui, command);
    let response = ui.add_enabled(is_enabled, button).accessible_name(info.label).on_hover_text(&tooltip).on_disabled_hover_text(&tooltip);
    if response.clicked() {
        command.run(desk);
    }
    response
}

/// What a command does, and its shortcut.
pub fn tooltip_of(ui: &Ui, command: Command) -> String {
    let info = command.info();
    match info.shortcuts.first() {
        Some(shortcut) => format!("{} ({})\n{}", info.label, ui.ctx().format_shortcut(shortcut), info.tooltip),
        None => format!("{}\n{}", info.label, info.tooltip),
    }
}

/// Lays the rest of a line out from its right end.
pub fn from_right<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.with_layout(Layout::right_to_left(Align::Center), contents).inner
}
