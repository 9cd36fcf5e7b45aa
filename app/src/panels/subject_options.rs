//! The options of the tool that tells a subject from what is around it.

use egui::{Button, RichText, Ui, vec2};

use super::controls::{Unit, as_choice, hint};
use super::marking_options::number;
use crate::desk::Desk;
use crate::language::{text, tooltip};
use crate::theme::CONTROL_HEIGHT;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let options = &mut desk.tools.subject;
    pair(ui, "subject-stroke", ["subject-stroke-on", "subject-stroke-beside"], &mut options.marks_background);
    number(ui, "subject-size", Unit::Pixels, &mut options.diameter, 1.0..=200.0, 1000.0);
    pair(ui, "subject-mask", ["subject-mask-subject", "subject-mask-background"], &mut options.masks_background);
    let cutting = desk.view.cutting();
    let forget = Button::new(text("subject-forget")).min_size(vec2(72.0, CONTROL_HEIGHT));
    if ui.add_enabled(cutting.has_strokes(), forget).on_hover_text(tooltip("subject-forget")).clicked() {
        cutting.forget();
    }
    hint(ui, "subject-hint");
}

/// Two choices beside each other, the second of which is `true`.
fn pair(ui: &mut Ui, key: &str, choices: [&str; 2], value: &mut bool) {
    ui.label(RichText::new(text(key)).weak()).on_hover_text(tooltip(key));
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (choice, is_second) in choices.into_iter().zip([false, true]) {
            let button = as_choice(ui, Button::new(text(choice)), Some(*value == is_second));
            let button = ui.add(button.min_size(vec2(0.0, CONTROL_HEIGHT)));
            if button.on_hover_text(tooltip(choice)).clicked() {
                *value = is_second;
            }
        }
    });
    ui.add_space(8.0);
}
