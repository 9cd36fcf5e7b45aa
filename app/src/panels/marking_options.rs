//! The options of the tools that select, fill and pick.

use std::ops::RangeInclusive;

use egui::{ComboBox, RichText, Ui};

use super::controls::{Number, Unit, icon_button};
use super::gradient_options;
use crate::canvas::{FillOptions, PickerOptions, Tool, Toolbox};
use crate::document::selection::Combine;
use crate::icons::{self, Icon};
use crate::language::{text, tooltip};
use crate::paint::fill::Bucket;
use crate::studio::SelectOptions;

/// Shows them; nothing for other tools.
pub fn show(ui: &mut Ui, tools: &mut Toolbox) {
    match tools.in_hand() {
        Tool::RectangleSelect | Tool::EllipseSelect | Tool::LassoSelect | Tool::PolygonSelect => {
            ways(ui, &mut tools.select.how);
            edge(ui, &mut tools.select);
        }
        Tool::Wand => {
            ways(ui, &mut tools.select.how);
            let wand = &mut tools.wand;
            tolerance(ui, &mut wand.tolerance);
            check(ui, "contiguous", &mut wand.is_contiguous);
            check(ui, "all-layers", &mut wand.all_layers);
            edge(ui, &mut tools.select);
        }
        Tool::Fill => fill(ui, &mut tools.fill),
        Tool::Gradient => {
            let colors = tools.colors();
            gradient_options::show(ui, &mut tools.gradient, colors);
        }
        Tool::Picker => picker(ui, &mut tools.picker),
        _ => {}
    }
}

/// What a new selection does, by its button.
const WAYS: [(Combine, Icon, &str); 4] = [
    (Combine::Replace, icons::SQUARE_DASHED, "select-replace"),
    (Combine::Add, icons::SQUARES_UNITE, "select-add"),
    (Combine::Subtract, icons::SQUARES_SUBTRACT, "select-subtract"),
    (Combine::Intersect, icons::SQUARES_INTERSECT, "select-intersect"),
];

pub(super) fn ways(ui: &mut Ui, chosen: &mut Combine) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (how, icon, key) in WAYS {
            if icon_button(ui, icon, key, Some(*chosen == how)).clicked() {
                *chosen = how;
            }
        }
    });
    ui.add_space(8.0);
}

fn edge(ui: &mut Ui, options: &mut SelectOptions) {
    number(ui, "select-feather", Unit::Pixels, &mut options.feather, 0.0..=100.0, 1000.0);
    check(ui, "antialias", &mut options.is_antialiased);
}

fn fill(ui: &mut Ui, options: &mut FillOptions) {
    tolerance(ui, &mut options.tolerance);
    check(ui, "contiguous", &mut options.is_contiguous);
    check(ui, "all-layers", &mut options.all_layers);
    number(ui, "fill-gap", Unit::Pixels, &mut options.gap, 0.0..=Bucket::MAX_GAP, Bucket::MAX_GAP);
    number(ui, "fill-grow", Unit::Pixels, &mut options.grow, 0.0..=20.0, 200.0);
}

fn picker(ui: &mut Ui, options: &mut PickerOptions) {
    let sides = [(1, "picker-1"), (3, "picker-3"), (5, "picker-5"), (11, "picker-11"), (31, "picker-31")];
    choice(ui, "picker-side", &mut options.side, &sides);
    check(ui, "all-layers", &mut options.all_layers);
}

fn tolerance(ui: &mut Ui, value: &mut f32) {
    number(ui, "tolerance", Unit::Percent, value, 0.0..=1.0, 1.0);
}

/// Width of a slider with its number: narrower than a brush's, for there are more options beside it.
const NUMBER_WIDTH: f32 = 128.0;

pub(super) fn number(
    ui: &mut Ui,
    key: &'static str,
    unit: Unit,
    value: &mut f32,
    range: RangeInclusive<f32>,
    max_typed: f32,
) {
    ui.label(RichText::new(text(key)).weak()).on_hover_text(tooltip(key));
    Number { key, unit }.show(ui, NUMBER_WIDTH, value, range, max_typed);
    ui.add_space(4.0);
}

pub(super) fn check(ui: &mut Ui, key: &str, value: &mut bool) {
    ui.checkbox(value, text(key)).on_hover_text(tooltip(key));
    ui.add_space(4.0);
}

pub(super) fn choice<T: Copy + PartialEq>(ui: &mut Ui, key: &str, value: &mut T, choices: &[(T, &str)]) {
    ui.label(RichText::new(text(key)).weak()).on_hover_text(tooltip(key));
    let chosen = choices.iter().find(|(choice, _)| choice == value).map(|(_, key)| text(key)).unwrap_or_default();
    ui.name_inputs(text(key), |ui| {
        ComboBox::from_id_salt(key).selected_text(chosen).show_ui(ui, |ui| {
            for (choice, key) in choices {
                ui.selectable_value(value, *choice, text(key));
            }
        });
    });
    ui.add_space(8.0);
}
