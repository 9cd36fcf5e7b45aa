//! What: the prompt and what should not be there.

use egui::{Color32, Frame, Id, Margin, Response, RichText, ScrollArea, Stroke, TextEdit, Ui};

use super::controls::heading;
use crate::desk::Desk;
use crate::language::{text, tooltip};

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    heading(ui, "prompt");
    let recipe = &mut desk.studio.recipe;
    let prompt = Field { key: "prompt", hint: "prompt-hint", rows: 5 };
    let prompt = prompt.show(ui, &mut recipe.prompt);
    ui.label(RichText::new(text("negative-prompt")).weak());
    let negative = Field { key: "negative-prompt", hint: "negative-prompt-hint", rows: 2 };
    let negative = negative.show(ui, &mut recipe.negative_prompt);
    if prompt.lost_focus() || negative.lost_focus() {
        desk.studio.seal_parameters();
    }
}

/// A text field that keeps its height: what is below it must not move while one types.
struct Field {
    /// Of its name and explanation.
    key: &'static str,
    /// The key of what stands in it while it is empty.
    hint: &'static str,
    rows: usize,
}

impl Field {
    fn show(self, ui: &mut Ui, typed: &mut String) -> Response {
        let id = Id::unique(self.key);
        let has_focus = ui.memory(|memory| memory.has_focus(id));
        // An edge that is not seen has its width all the same: nothing moves when the field gets the keyboard.
        let edge = if has_focus { ui.visuals().selection.stroke.color } else { Color32::TRANSPARENT };
        let height = ui.text_style_height(&egui::TextStyle::Body) * self.rows as f32 + 12.0;
        let margin = Margin::symmetric(8, 6);
        Frame::new()
            .fill(ui.visuals().text_edit_bg_color())
            .corner_radius(6)
            .stroke(Stroke::new(1.0, edge))
            .show(ui, |ui| {
                ui.set_height(height);
                ScrollArea::vertical().id_salt(self.key).auto_shrink([false, false]).show(ui, |ui| {
                    let edit = TextEdit::multiline(typed).id(id).hint_text(text(self.hint)).desired_rows(self.rows);
                    let edit = edit.desired_width(f32::INFINITY).frame(Frame::new().inner_margin(margin));
                    ui.add(edit).accessible_name(text(self.key)).on_hover_text(tooltip(self.key))
                })
            })
            .inner
            .inner
    }
}
