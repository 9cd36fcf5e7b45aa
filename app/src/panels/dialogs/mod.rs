//! The few small windows that open over the desk.

mod color_range;
mod found;
mod new_canvas;
mod picture_size;
mod question;
mod refine;
mod settings;
mod shortcuts;
mod small_picture;
mod turn_picture;

pub use self::color_range::ColorRangeDialog;
pub use self::picture_size::{PictureSizeChoice, filter_choice};
pub use self::shortcuts::ShortcutsDialog;
pub use self::turn_picture::TurnPictureDialog;

use egui::{Button, Frame, Id, Margin, Modal, RichText, TextEdit, Ui, vec2};

use crate::desk::{Desk, Dialog};
use crate::language::text;
use crate::theme::{ACCENT, CONTROL_HEIGHT, ON_ACCENT};

pub fn show(ui: &Ui, desk: &mut Desk) {
    if let Some(question) = desk.studio.question().cloned() {
        question::show(ui, desk, &question);
        return;
    }
    if desk.studio.typed_path_mut().is_some() {
        typed_path(ui, desk);
        return;
    }
    if desk.studio.found_picture().is_some() {
        found::show(ui, desk);
        return;
    }
    let Some(dialog) = desk.dialog() else { return };
    let modal = Modal::new(Id::unique("dialog")).frame(frame(ui)).show(ui.ctx(), |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 12.0);
        match dialog {
            Dialog::NewCanvas => new_canvas::show(ui, desk),
            Dialog::Refine(refined, kind) => refine::show(ui, desk, refined, kind),
            Dialog::ImageSize => picture_size::show_image_size(ui, desk),
            Dialog::CanvasSize => picture_size::show_canvas_size(ui, desk),
            Dialog::TurnPicture => turn_picture::show(ui, desk),
            Dialog::ColorRange(refined) => color_range::show(ui, desk, refined),
            Dialog::Settings => settings::show(ui, desk),
            Dialog::Shortcuts => shortcuts::show(ui, desk),
            Dialog::About => about(ui),
        }
        let close = Button::new(text("close")).min_size(vec2(96.0, CONTROL_HEIGHT));
        // Beside others a button's text stands in its middle.
        let only_closes = matches!(dialog, Dialog::Settings | Dialog::Shortcuts | Dialog::About);
        if only_closes && ui.horizontal(|ui| ui.add(close)).inner.clicked() {
            desk.close_dialog();
        }
    });
    if modal.should_close() {
        desk.close_dialog();
    }
}

/// Stands in for the system's file dialog where there is none.
fn typed_path(ui: &Ui, desk: &mut Desk) {
    let Some(typed) = desk.studio.typed_path_mut() else { return };
    let mut answer = None;
    let modal = Modal::new(Id::unique("typed_path")).frame(frame(ui)).show(ui.ctx(), |ui| {
        ui.set_width(480.0);
        ui.spacing_mut().item_spacing = vec2(8.0, 12.0);
        ui.heading(text(typed.purpose.key()));
        ui.label(text(typed.question_key()));
        let field = TextEdit::singleline(&mut typed.text).desired_width(f32::INFINITY);
        let field = ui.add(field).accessible_name(text("path"));
        let is_confirmed = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if ui.memory(|memory| memory.focused().is_none()) && !is_confirmed {
            field.request_focus();
        }
        ui.horizontal(|ui| {
            let size = vec2(120.0, CONTROL_HEIGHT);
            let use_it = if typed.asks_to_replace() { "replace-file" } else { "use-path" };
            if ui.add(accent(text(use_it)).min_size(size)).clicked() || is_confirmed {
                answer = Some(true);
            }
            if ui.add(Button::new(text("back")).min_size(size)).clicked() {
                answer = Some(false);
            }
        });
    });
    if modal.should_close() {
        answer = Some(false);
    }
    if let Some(is_accepted) = answer {
        desk.studio.answer_typed_path(is_accepted);
    }
}

fn frame(ui: &Ui) -> Frame {
    Frame::popup(ui.style()).inner_margin(Margin::same(24))
}

/// A dialog's last row: does it, or goes back; closes the dialog either way. True where it is to be done, by the button or by
/// Enter.
fn confirmed(ui: &mut Ui, desk: &mut Desk, is_possible: bool) -> bool {
    ui.horizontal(|ui| {
        let size = vec2(120.0, CONTROL_HEIGHT);
        let by_key = ui.input(|input| input.key_pressed(egui::Key::Enter)) && !ui.ctx().egui_wants_keyboard_input();
        let button = ui.add_enabled(is_possible, accent(text("refine-do")).min_size(size));
        let is_confirmed = button.clicked() || (by_key && is_possible);
        if is_confirmed | ui.add(Button::new(text("back")).min_size(size)).clicked() {
            desk.close_dialog();
        }
        is_confirmed
    })
    .inner
}

fn accent(text: String) -> Button<'static> {
    Button::new(RichText::new(text).color(ON_ACCENT)).fill(ACCENT)
}

fn about(ui: &mut Ui) {
    ui.set_width(392.0);
    ui.heading(format!("Brushfire {}", env!("CARGO_PKG_VERSION")));
    ui.label(text("about-what"));
    ui.label(RichText::new(text("about-licences")).weak());
}
