//! What: the prompt, what should not be there, and the button.

use egui::{Color32, Frame, Id, Margin, Response, RichText, ScrollArea, Stroke, TextEdit, Ui, vec2};

use super::controls::{Look, command_button};
use super::progress;
use crate::commands::Command;
use crate::desk::Desk;
use crate::language::{text, tooltip};

/// Height of the button.
const BUTTON_HEIGHT: f32 = 44.0;
const CANCEL_WIDTH: f32 = 92.0;
/// Lines of the lower field; the upper one has what is left.
const NEGATIVE_LINES: f32 = 2.0;
/// Room between a field's text and its edges, above and below together.
const FIELD_PADDING: f32 = 12.0;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let gap = ui.spacing().item_spacing.y;
    // The button stays in sight however low the panel is; what is above it scrolls then.
    let height = (ui.available_height() - BUTTON_HEIGHT - 1.5 * gap).max(ui.spacing().interact_size.y);
    let fields = ScrollArea::vertical().id_salt("fields").auto_shrink([false, false]).min_scrolled_height(0.0);
    fields.max_height(height).show(ui, |ui| fields_of(ui, desk, height));
    ui.add_space(gap / 2.0);
    buttons(ui, desk);
}

fn fields_of(ui: &mut Ui, desk: &mut Desk, height: f32) {
    let line = ui.text_style_height(&egui::TextStyle::Body);
    let negative_height = NEGATIVE_LINES * line + FIELD_PADDING;
    let below = line + negative_height + 3.0 * ui.spacing().item_spacing.y;
    let prompt_height = (height - below).max(2.0 * line + FIELD_PADDING);

    let recipe = &mut desk.studio.recipe;
    let prompt = Field { key: "prompt", hint: "prompt-hint", height: prompt_height };
    let prompt = prompt.show(ui, &mut recipe.prompt);
    ui.label(RichText::new(text("negative-prompt")).weak());
    let negative = Field { key: "negative-prompt", hint: "negative-prompt-hint", height: negative_height };
    let negative = negative.show(ui, &mut recipe.negative_prompt);
    if prompt.lost_focus() || negative.lost_focus() {
        desk.studio.seal_parameters();
    }
}

fn buttons(ui: &mut Ui, desk: &mut Desk) {
    ui.horizontal(|ui| {
        let width = ui.available_width() - CANCEL_WIDTH - ui.spacing().item_spacing.x;
        // While a result waits, accepting it is what comes next.
        let is_next = Command::Generate.is_enabled(desk) && desk.studio.results().shown().is_none();
        let look = if is_next { Look::Accent } else { Look::Named };
        let response = command_button(ui, desk, Command::Generate, look, vec2(width, BUTTON_HEIGHT));
        progress::on_button(ui, desk, response.rect);
        if let Some(problem) = desk.studio.recipe_problem() {
            response.on_disabled_hover_text(problem);
        }
        command_button(ui, desk, Command::Cancel, Look::Named, vec2(CANCEL_WIDTH, BUTTON_HEIGHT));
    });
}

/// A text field that keeps its height: what is below it must not move while one types.
struct Field {
    /// Of its name and explanation.
    key: &'static str,
    /// The key of what stands in it while it is empty.
    hint: &'static str,
    height: f32,
}

impl Field {
    fn show(self, ui: &mut Ui, typed: &mut String) -> Response {
        let id = Id::unique(self.key);
        let has_focus = ui.memory(|memory| memory.has_focus(id));
        // An edge that is not seen has its width all the same: nothing moves when the field gets the keyboard.
        let edge = if has_focus { ui.visuals().selection.stroke.color } else { Color32::TRANSPARENT };
        let margin = Margin::symmetric(8, 6);
        Frame::new()
            .fill(ui.visuals().text_edit_bg_color())
            .corner_radius(6)
            .stroke(Stroke::new(1.0, edge))
            .show(ui, |ui| {
                ui.set_height(self.height);
                ScrollArea::vertical().id_salt(self.key).auto_shrink([false, false]).min_scrolled_height(0.0).show(
                    ui,
                    |ui| {
                        let edit = TextEdit::multiline(typed).id(id).hint_text(text(self.hint));
                        let edit = edit.desired_width(f32::INFINITY).frame(Frame::new().inner_margin(margin));
                        ui.add(edit).accessible_name(text(self.key)).on_hover_text(tooltip(self.key))
                    },
                )
            })
            .inner
            .inner
    }
}
