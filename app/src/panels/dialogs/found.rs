//! "This picture was not closed properly": what a crash has left, with the choice to have it back.

use std::time::SystemTime;

use egui::{Button, Id, Modal, Ui, vec2};

use super::{accent, frame};
use crate::desk::Desk;
use crate::language::{text, text_with};
use crate::panels::wording::duration_in_words;
use crate::theme::CONTROL_HEIGHT;

pub fn show(ui: &Ui, desk: &mut Desk) {
    let Some(found) = desk.studio.found_picture() else { return };
    let name = found.file_name().unwrap_or_else(|| text("found-untitled"));
    let ago = found.last_change().and_then(|at| SystemTime::now().duration_since(at).ok()).unwrap_or_default();
    let [width, height] = found.size();
    let about = text_with(
        "found-about",
        &[("width", width.into()), ("height", height.into()), ("ago", duration_in_words(ago).into())],
    );
    let modal = Modal::new(Id::unique("found")).frame(frame(ui)).show(ui.ctx(), |ui| {
        ui.set_width(392.0);
        ui.spacing_mut().item_spacing = vec2(8.0, 12.0);
        ui.heading(text_with("found-heading", &[("name", name.into())]));
        ui.label(about);
        ui.label(text("found-explained"));
        ui.horizontal(|ui| {
            let size = vec2(120.0, CONTROL_HEIGHT);
            let recover = ui.add(accent(text("found-recover")).min_size(size));
            if ui.memory(|memory| memory.focused().is_none()) {
                recover.request_focus();
            }
            if recover.clicked() {
                desk.studio.recover_found();
            }
            if ui.add(Button::new(text("found-discard")).min_size(size)).clicked() {
                desk.studio.discard_found();
            }
            if ui.add(Button::new(text("found-later")).min_size(size)).clicked() {
                desk.studio.leave_found();
            }
        });
    });
    if modal.should_close() {
        desk.studio.leave_found();
    }
}
