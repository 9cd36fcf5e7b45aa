//! What must be answered before a picture is closed or saved.

use std::path::Path;

use egui::{Button, Id, Modal, Ui, vec2};

use super::{accent, frame};
use crate::desk::Desk;
use crate::files;
use crate::language::{text, text_with};
use crate::studio::{Question, Studio};
use crate::theme::CONTROL_HEIGHT;

const WIDTH: f32 = 392.0;

/// Shows the question; Escape stays where we are.
pub fn show(ui: &Ui, desk: &mut Desk, question: &Question) {
    let modal = Modal::new(Id::unique("question")).frame(frame(ui)).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing = vec2(8.0, 12.0);
        match question {
            Question::Unsaved { .. } => unsaved(ui, &mut desk.studio),
            Question::CannotKeepLayers { path } => cannot_keep_layers(ui, &mut desk.studio, path),
        }
    });
    if modal.should_close() {
        desk.studio.answer_stay();
    }
}

fn unsaved(ui: &mut Ui, studio: &mut Studio) {
    ui.heading(text_with("question", &[("picture", studio.title().into())]));
    ui.label(text("question-lost"));
    ui.horizontal(|ui| {
        if default_button(ui, text("question-save"), 120.0) {
            studio.answer_save();
        }
        if button(ui, text("question-discard"), 120.0) {
            studio.answer_discard();
        }
        if button(ui, text("question-stay"), 120.0) {
            studio.answer_stay();
        }
    });
}

fn cannot_keep_layers(ui: &mut Ui, studio: &mut Studio, path: &Path) {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (file, beside) = (name(path), name(&path.with_extension("ora")));
    let (heading, explained, go_on) = match files::is_of_others(path) {
        true => ("question-of-others", "question-of-others-explained", "question-save-to"),
        false => ("question-layers", "question-layers-explained", "question-flatten"),
    };
    ui.heading(text_with(heading, &[("file", file.clone().into())]));
    ui.label(text(explained));
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        if default_button(ui, text_with("question-keep-layers", &[("file", beside.into())]), WIDTH) {
            studio.answer_keep_layers();
        }
        if button(ui, text_with(go_on, &[("file", file.into())]), WIDTH) {
            studio.answer_flatten();
        }
        if button(ui, text("question-stay"), WIDTH) {
            studio.answer_stay();
        }
    });
}

/// The button that Enter presses.
fn default_button(ui: &mut Ui, words: String, width: f32) -> bool {
    let button = accent(words).truncate().min_size(vec2(width, CONTROL_HEIGHT));
    // Beside others a button's text stands in its middle.
    let button = ui.horizontal(|ui| ui.add(button)).inner;
    if ui.memory(|memory| memory.focused().is_none()) {
        button.request_focus();
    }
    button.clicked()
}

fn button(ui: &mut Ui, words: String, width: f32) -> bool {
    let button = Button::new(words).truncate().min_size(vec2(width, CONTROL_HEIGHT));
    ui.horizontal(|ui| ui.add(button)).inner.clicked()
}
