//! What: the prompt and what should not be there.

use egui::{TextEdit, Ui};

use super::controls::heading;
use crate::desk::Desk;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    heading(ui, "Prompt");
    let recipe = &mut desk.studio.recipe;
    let prompt =
        TextEdit::multiline(&mut recipe.prompt).id_salt("prompt").desired_rows(4).hint_text("What should be there");
    let prompt = ui
        .add_sized([ui.available_width(), 96.0], prompt)
        .accessible_name("Prompt")
        .on_hover_text("Describe what should be there. (word:1.3) gives a word more weight, [word] less.");
    ui.label(egui::RichText::new("Negative prompt").weak());
    let negative = TextEdit::multiline(&mut recipe.negative_prompt)
        .id_salt("negative")
        .desired_rows(2)
        .hint_text("What should not be there");
    let negative = ui
        .add_sized([ui.available_width(), 56.0], negative)
        .accessible_name("Negative prompt")
        .on_hover_text("The negative prompt: what the picture is steered away from.");
    if prompt.lost_focus() || negative.lost_focus() {
        desk.studio.seal_parameters();
    }
}
