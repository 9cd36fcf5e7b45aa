//! How a hint is made from the picture: the button, the way, and the way's parameters.

use brushfire_engine::HintKind;
use brushfire_engine::hints::{HintProcessor, HintRecipe, Parameter, ParameterKind};
use egui::{Checkbox, CollapsingHeader, ComboBox, ProgressBar, Ui, vec2};

use crate::commands::{Command, HintCommand};
use crate::desk::Desk;
use crate::language::{text, text_of_name};
use crate::panels::controls::{Look, Unit, command_button, named_row, number};
use crate::theme::CONTROL_HEIGHT;

pub fn show(ui: &mut Ui, desk: &mut Desk, kind: HintKind) {
    let Some(recipe) = desk.studio.hint_recipe(kind) else { return };
    match desk.studio.hint_progress() {
        Some(share) => under_way(ui, desk, share),
        None => {
            let size = vec2(ui.available_width(), CONTROL_HEIGHT);
            command_button(ui, desk, Command::Hint(HintCommand::FromPicture), Look::Named, size);
        }
    }
    let ways: Vec<_> = HintProcessor::all().filter(|way| way.kind() == kind).collect();
    if ways.len() > 1 || !recipe.processor.parameters().is_empty() {
        CollapsingHeader::new(text("hint-how")).id_salt(kind.name()).show(ui, |ui| {
            let mut next = recipe.clone();
            if ways.len() > 1 {
                choose(ui, &ways, &mut next);
            }
            for parameter in next.processor.parameters() {
                show_parameter(ui, parameter, &mut next);
            }
            if next != recipe {
                desk.studio.set_hint_recipe(kind, next);
            }
        });
    }
}

fn under_way(ui: &mut Ui, desk: &mut Desk, share: f32) {
    ui.horizontal(|ui| {
        let button = vec2(72.0, CONTROL_HEIGHT);
        let width = ui.available_width() - button.x - ui.spacing().item_spacing.x;
        ui.add_sized([width, CONTROL_HEIGHT], ProgressBar::new(share).text(text("hint-work")));
        if ui.add(egui::Button::new(text("hint-give-up")).min_size(button)).clicked() {
            desk.studio.cancel_hint();
        }
    });
}

fn choose(ui: &mut Ui, ways: &[HintProcessor], recipe: &mut HintRecipe) {
    let name = |way: HintProcessor| text_of_name("hint-way", way.name());
    named_row(ui, &text("hint-way"), &text("hint-way-tooltip"), |ui| {
        let combo =
            ComboBox::from_id_salt("hint-way").width(ui.available_width()).selected_text(name(recipe.processor));
        combo.show_ui(ui, |ui| {
            for way in ways {
                if ui.selectable_label(*way == recipe.processor, name(*way)).on_hover_text(way.summary()).clicked() {
                    *recipe = HintRecipe::new(*way);
                }
            }
        });
    });
}

fn show_parameter(ui: &mut Ui, parameter: &Parameter, recipe: &mut HintRecipe) {
    let name = text_of_name("hint-parameter", parameter.name);
    let mut value = recipe.value(parameter.name);
    let before = value;
    named_row(ui, &name, parameter.summary, |ui| match parameter.kind {
        ParameterKind::Switch => {
            let mut is_on = value != 0.0;
            ui.add(Checkbox::without_text(&mut is_on)).accessible_name(&name);
            value = f32::from(u8::from(is_on));
        }
        ParameterKind::Number | ParameterKind::Whole => {
            let unit = if parameter.kind == ParameterKind::Whole || parameter.max >= 100.0 {
                Unit::Count
            } else {
                Unit::Tenths
            };
            let range = parameter.min..=parameter.max;
            number(ui, &name, parameter.summary, unit, ui.available_width(), &mut value, range, parameter.max);
        }
    });
    if value != before {
        *recipe = recipe.clone().with(parameter.name, value);
    }
}
