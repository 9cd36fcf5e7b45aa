//! How the mask is used: what the model sees, what stands under the mask first, how hard its edge is; what each mask is
//! for; and what can be done with a mask besides following the prompt.

use brushfire_engine::{Area, Fill, Recipe};
use egui::{ComboBox, RichText, TextEdit, Ui, vec2};

use super::controls::{Look, Number, Unit, command_button, row};
use super::generation::{combo, number_row};
use super::layers::shown_name;
use crate::commands::InpaintCommand;
use crate::desk::Desk;
use crate::document::{Layer, MaskUse};
use crate::language::{text, tooltip};
use crate::theme::CONTROL_HEIGHT;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    where_it_looks(ui, desk);
    what_it_starts_from(ui, &mut desk.studio.recipe);
    its_edge(ui, &mut desk.studio.recipe);
    let key = "mask-extends-canvas";
    ui.checkbox(&mut desk.tools.mask_extends_canvas, text(key)).on_hover_text(tooltip(key));
    ui.separator();
    masks(ui, desk);
    ui.separator();
    actions(ui, desk);
}

const AREAS: [(Area, &str); 3] =
    [(Area::Auto, "area-auto"), (Area::Whole, "area-whole"), (Area::Masked, "area-masked")];

fn where_it_looks(ui: &mut Ui, desk: &mut Desk) {
    let is_masked = desk.studio.plan().recipe.area == Area::Masked;
    let recipe = &mut desk.studio.recipe;
    row(ui, "area", |ui| choices(ui, "area", &mut recipe.area, &AREAS));
    let padding = Number { key: "padding", unit: Unit::Pixels };
    ui.add_enabled_ui(is_masked, |ui| number_row(ui, &padding, &mut recipe.padding, 0..=512, Recipe::MAX_PADDING));
    if desk.studio.drawn_context().is_some() {
        let size = vec2(ui.available_width(), CONTROL_HEIGHT);
        command_button(ui, desk, InpaintCommand::ForgetContext.into(), Look::Named, size);
    }
}

const FILLS: [(Fill, &str); 8] = [
    (Fill::Auto, "fill-auto"),
    (Fill::Original, "fill-original"),
    (Fill::Blurred, "fill-blurred"),
    (Fill::EdgeColors, "fill-edge-colors"),
    (Fill::Texture, "fill-texture"),
    (Fill::Neutral, "fill-neutral"),
    (Fill::Noise, "fill-noise"),
    (Fill::Nothing, "fill-nothing"),
];

fn what_it_starts_from(ui: &mut Ui, recipe: &mut Recipe) {
    row(ui, "fill", |ui| choices(ui, "fill", &mut recipe.fill, &FILLS));
}

fn its_edge(ui: &mut Ui, recipe: &mut Recipe) {
    let feather = Number { key: "feather", unit: Unit::Pixels };
    number_row(ui, &feather, &mut recipe.feather, 0..=128, Recipe::MAX_FEATHER);
    for (key, value) in [("soft", &mut recipe.soft), ("color-match", &mut recipe.color_match)] {
        ui.checkbox(value, text(key)).on_hover_text(tooltip(key));
    }
}

/// A list of choices, each with its explanation.
fn choices<T: Copy + PartialEq>(ui: &mut Ui, key: &str, chosen: &mut T, choices: &[(T, &str)]) {
    let name = choices.iter().find(|(choice, _)| choice == chosen).map(|(_, key)| text(key)).unwrap_or_default();
    combo(ui, key, &name, |ui| {
        for (choice, key) in choices {
            ui.selectable_value(chosen, *choice, text(key)).on_hover_text(tooltip(key));
        }
    });
}

/// What each mask is for; the topmost first, as in the list of layers.
fn masks(ui: &mut Ui, desk: &mut Desk) {
    ui.label(RichText::new(text("masks")).weak()).on_hover_text(tooltip("masks"));
    let mut masks: Vec<Layer> = desk.studio.document().all_layers().filter(|layer| layer.is_mask()).cloned().collect();
    masks.reverse();
    for mask in masks {
        ui.push_id(mask.id().number(), |ui| one_mask(ui, desk, &mask));
    }
    command_button(ui, desk, InpaintCommand::AddRegion.into(), Look::Named, vec2(ui.available_width(), CONTROL_HEIGHT));
}

/// Of a mask's colour before its name.
const SWATCH: f32 = 12.0;
const NAME_WIDTH: f32 = 108.0;

fn one_mask(ui: &mut Ui, desk: &mut Desk, mask: &Layer) {
    let mut mask_use = mask.props().mask_use.clone();
    let name = shown_name(mask);
    ui.horizontal(|ui| {
        let [red, green, blue] = mask.props().tint;
        let (rect, _) = ui.allocate_exact_size(vec2(SWATCH, CONTROL_HEIGHT), egui::Sense::hover());
        let swatch = egui::Rect::from_center_size(rect.center(), egui::Vec2::splat(SWATCH));
        ui.painter().rect_filled(swatch, 3.0, egui::Color32::from_rgb(red, green, blue));
        let is_active = desk.studio.document().active_mask() == mask.id();
        let button = egui::Button::selectable(is_active, &name).truncate().min_size(vec2(NAME_WIDTH, CONTROL_HEIGHT));
        if ui.add_sized([NAME_WIDTH, CONTROL_HEIGHT], button).on_hover_text(text("mask-choose")).clicked() {
            desk.studio.choose_layer(mask.id());
        }
        uses(ui, &name, &mut mask_use);
    });
    if let MaskUse::Region { prompt, strength } = &mut mask_use {
        let field = TextEdit::singleline(prompt).desired_width(f32::INFINITY).hint_text(text("region-prompt-hint"));
        let field = ui.add(field.margin(egui::Margin::symmetric(8, 6))).accessible_name(text("region-prompt"));
        if field.lost_focus() {
            desk.studio.seal_parameters();
        }
        number_row(ui, &Number { key: "region-strength", unit: Unit::Percent }, strength, 0.0..=1.0, 1.0);
    }
    if mask_use != mask.props().mask_use {
        desk.studio.use_mask(mask.id(), mask_use);
    }
}

fn uses(ui: &mut Ui, mask: &str, mask_use: &mut MaskUse) {
    let uses = [
        (MaskUse::Repaint, "mask-repaints"),
        (MaskUse::NEW_REGION, "mask-is-region"),
        (MaskUse::Context, "mask-is-context"),
    ];
    let is_same = |one: &MaskUse, other: &MaskUse| std::mem::discriminant(one) == std::mem::discriminant(other);
    let name = uses.iter().find(|(choice, _)| is_same(choice, mask_use)).map(|(_, key)| text(key)).unwrap_or_default();
    let list = ComboBox::from_id_salt("mask-use").width(ui.available_width()).selected_text(name).truncate();
    let list = list.show_ui(ui, |ui| {
        for (choice, key) in uses {
            let is_chosen = is_same(&choice, mask_use);
            if ui.selectable_label(is_chosen, text(key)).on_hover_text(tooltip(key)).clicked() && !is_chosen {
                *mask_use = choice;
            }
        }
    });
    list.response.accessible_name(crate::language::text_with("mask-use", &[("mask", mask.into())]));
}

fn actions(ui: &mut Ui, desk: &mut Desk) {
    for command in [
        InpaintCommand::RemoveMasked,
        InpaintCommand::FillLikeSelection,
        InpaintCommand::ReplaceBackground,
        InpaintCommand::ExtendCanvas,
    ] {
        command_button(ui, desk, command.into(), Look::Named, vec2(ui.available_width(), CONTROL_HEIGHT));
    }
}
