//! How: model, solver and its numbers.

use std::ops::RangeInclusive;

use brushfire_engine::{Recipe, Sampler, Schedule};
use egui::emath::Numeric;
use egui::{Align2, ComboBox, DragValue, Label, TextEdit, Ui};

use super::controls::{Number, Unit, icon_button, row};
use crate::commands::Command;
use crate::desk::Desk;
use crate::icons;
use crate::language::text;
use crate::studio::SeedChoice;
use crate::studio::models::label_of;
use crate::studio::plan::Task;
use crate::theme::CONTROL_HEIGHT;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    model(ui, desk);
    sampler(ui, &mut desk.studio.recipe);
    schedule(ui, &mut desk.studio.recipe);
    numbers(ui, desk);
    seed(ui, desk);
    pictures(ui, &mut desk.studio.recipe);
    size(ui, desk);
    let tweak = Command::TweakWhileRunning.info();
    let choice = ui.checkbox(&mut desk.studio.tweaks_while_running, tweak.label());
    choice.on_hover_text(tweak.tooltip());
}

fn model(ui: &mut Ui, desk: &mut Desk) {
    row(ui, "model", |ui| {
        let (mut choose_file, mut choose_folder) = (false, false);
        combo(ui, "model", &label_of(&desk.studio.recipe.model), |ui| {
            let choices = desk.studio.models().to_vec();
            for choice in choices {
                ui.selectable_value(&mut desk.studio.recipe.model, choice.name, choice.label);
            }
            ui.separator();
            choose_file = ui.button(text("choose-file")).clicked();
            choose_folder = ui.button(text("choose-folder")).clicked();
        });
        if choose_file {
            desk.studio.choose_model_file();
        }
        if choose_folder {
            desk.studio.choose_model_folder();
        }
    });
}

fn sampler(ui: &mut Ui, recipe: &mut Recipe) {
    row(ui, "sampler", |ui| {
        combo(ui, "sampler", recipe.sampler.label(), |ui| {
            for sampler in Sampler::ALL {
                ui.selectable_value(&mut recipe.sampler, sampler, sampler.label()).on_hover_text(sampler.description());
            }
        });
        if !recipe.sampler.takes_schedule() {
            recipe.schedule = None;
        }
    });
}

fn schedule(ui: &mut Ui, recipe: &mut Recipe) {
    let takes_schedule = recipe.sampler.takes_schedule();
    let own = text("schedule-of-model");
    row(ui, "schedule", |ui| {
        ui.add_enabled_ui(takes_schedule, |ui| {
            combo(ui, "schedule", recipe.schedule.map_or(&own, |schedule| schedule.label()), |ui| {
                ui.selectable_value(&mut recipe.schedule, None, &own);
                for schedule in Schedule::ALL {
                    ui.selectable_value(&mut recipe.schedule, Some(schedule), schedule.label())
                        .on_hover_text(schedule.description());
                }
            });
        });
    });
}

fn numbers(ui: &mut Ui, desk: &mut Desk) {
    let task = desk.studio.plan().task;
    let recipe = &mut desk.studio.recipe;
    let steps = Number { key: "steps", unit: Unit::Count };
    number_row(ui, &steps, &mut recipe.steps, 1..=100, Recipe::MAX_STEPS);
    let guidance = Number { key: "guidance", unit: Unit::Tenths };
    number_row(ui, &guidance, &mut recipe.guidance, 1.0..=20.0, Recipe::MAX_GUIDANCE);
    let strength = Number { key: "strength", unit: Unit::Percent };
    ui.add_enabled_ui(task != Task::TextToImage, |ui| number_row(ui, &strength, &mut recipe.strength, 0.0..=1.0, 1.0));
}

pub(super) fn number_row<Num: Numeric>(
    ui: &mut Ui,
    number: &Number,
    value: &mut Num,
    range: RangeInclusive<Num>,
    max_typed: Num,
) {
    row(ui, number.key, |ui| number.show(ui, ui.available_width(), value, range, max_typed));
}

fn seed(ui: &mut Ui, desk: &mut Desk) {
    row(ui, "seed", |ui| {
        let is_fixed = desk.studio.seed_choice == SeedChoice::Fixed;
        let width = ui.available_width() - 2.0 * (CONTROL_HEIGHT + ui.spacing().item_spacing.x);
        seed_field(ui, desk, width);
        if icon_button(ui, icons::LOCK, "keep-seed", Some(is_fixed)).clicked() {
            desk.studio.seed_choice = if is_fixed { SeedChoice::Random } else { SeedChoice::Fixed };
        }
        let roll = Command::RollSeed.info();
        if icon_button(ui, icons::DICES, &roll.text_key(), None).clicked() {
            Command::RollSeed.run(desk);
        }
    });
}

/// Seeds are typed as text: a number field computes in floats, which cannot hold all 64 bits.
fn seed_field(ui: &mut Ui, desk: &mut Desk, width: f32) {
    let studio = &desk.studio;
    let known = || if studio.is_seed_known() { studio.recipe.seed.to_string() } else { String::new() };
    let mut typed = desk.seed_typed.take().unwrap_or_else(known);
    let ground = ui.visuals().widgets.inactive.bg_fill;
    let field = TextEdit::singleline(&mut typed).char_limit(MAX_SEED_DIGITS).align(Align2::CENTER_CENTER);
    let field = field.hint_text(text("seed-random")).background_color(ground);
    // Without this the hint would be its name.
    let field = ui.add_sized([width, CONTROL_HEIGHT], field).accessible_name(text("seed"));
    if field.changed() {
        typed.retain(|character| character.is_ascii_digit());
        if let Ok(seed) = typed.parse() {
            desk.studio.recipe.seed = seed;
            desk.studio.seed_choice = SeedChoice::Fixed;
        }
    }
    if field.has_focus() {
        desk.seed_typed = Some(typed);
    }
}

/// Of the largest seed.
const MAX_SEED_DIGITS: usize = 20;

fn pictures(ui: &mut Ui, recipe: &mut Recipe) {
    let pictures = Number { key: "pictures", unit: Unit::Count };
    number_row(ui, &pictures, &mut recipe.batch, 1..=8, Recipe::MAX_BATCH);
}

/// Width of the cross between width and height.
const CROSS_WIDTH: f32 = 12.0;
/// Larger canvases come from the dialog.
const MAX_CANVAS_SIDE: u32 = 2048;

/// The canvas's size; it can be changed here as long as the canvas is blank.
fn size(ui: &mut Ui, desk: &mut Desk) {
    let size = desk.studio.document().size();
    let can_change = desk.studio.plan().task == Task::TextToImage;
    row(ui, "size-of-canvas", |ui| {
        ui.add_enabled_ui(can_change, |ui| {
            let [mut width, mut height] = desk.canvas_size_typed.unwrap_or([size.width(), size.height()]);
            let field_width = (ui.available_width() - CROSS_WIDTH) / 2.0 - ui.spacing().item_spacing.x;
            let field = |side| {
                let range = Recipe::MIN_SIDE..=MAX_CANVAS_SIDE;
                DragValue::new(side).range(range).clamp_existing_to_range(false).speed(8.0).update_while_editing(false)
            };
            let wide = ui.add_sized([field_width, CONTROL_HEIGHT], field(&mut width)).accessible_name(text("width"));
            ui.add_sized([CROSS_WIDTH, CONTROL_HEIGHT], Label::new("×"));
            let high = ui.add_sized([field_width, CONTROL_HEIGHT], field(&mut height)).accessible_name(text("height"));
            if wide.changed() || high.changed() {
                desk.canvas_size_typed = Some([width, height]);
            }
            let is_held = [&wide, &high].into_iter().any(|response| response.dragged() || response.has_focus());
            if !is_held && let Some(typed) = desk.canvas_size_typed.take() {
                desk.studio.resize_blank_canvas(typed.map(|side| side.next_multiple_of(8)));
            }
        });
    });
}

pub(super) fn combo(ui: &mut Ui, id: &str, selected: &str, contents: impl FnOnce(&mut Ui)) {
    ComboBox::from_id_salt(id).width(ui.available_width()).selected_text(selected).truncate().show_ui(ui, contents);
}
