//! The options of the tools that move and transform: numbers, flips, how pixels are made.

use std::ops::RangeInclusive;

use egui::emath::format_with_decimals_in_range;
use egui::{RichText, Ui, vec2};

use super::controls::{apply_or_give_up, hint, icon_button, keep_keys_from_tool, short_number};
use super::dialogs::filter_choice;
use crate::canvas::TransformNumbers;
use crate::desk::Desk;
use crate::icons;
use crate::language::text;

pub fn show_move(ui: &mut Ui) {
    ui.label(RichText::new(text("move-hint")).weak());
}

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let shown = desk.view.transforming().numbers();
    ui.add_enabled_ui(shown.is_some(), |ui| {
        let before = shown.unwrap_or(TransformNumbers::NOTHING_DONE);
        let mut numbers = before;
        places(ui, &mut numbers);
        scales(ui, &mut numbers, &mut desk.tools.transform_keeps_ratio);
        angles(ui, &mut numbers);
        ui.add_space(4.0);
        if icon_button(ui, icons::FLIP_HORIZONTALLY, "transform-flip-horizontally", None).clicked() {
            numbers.scale.x = -numbers.scale.x;
        }
        if icon_button(ui, icons::FLIP_VERTICALLY, "transform-flip-vertically", None).clicked() {
            numbers.scale.y = -numbers.scale.y;
        }
        if numbers != before {
            desk.view.transforming().set_numbers(ui.ctx(), &desk.studio, numbers);
        }
    });
    ui.add_space(4.0);
    let is_changed = desk.view.transforming().is_changed();
    match apply_or_give_up(ui, is_changed) {
        Some(true) => desk.view.transforming().apply(&mut desk.studio, desk.tools.transform_filter),
        Some(false) => desk.view.transforming().give_up(),
        None => {}
    }
    ui.add_space(4.0);
    ui.name_inputs(text("filter"), |ui| filter_choice(ui, &mut desk.tools.transform_filter, 104.0));
    hint(ui, "transform-hint");
}

fn places(ui: &mut Ui, numbers: &mut TransformNumbers) {
    for (key, value) in [("transform-x", &mut numbers.middle.x), ("transform-y", &mut numbers.middle.y)] {
        let field = short_number(ui, key, value, |field| field.speed(1.0).max_decimals(1));
        keep_keys_from_tool(ui, &field);
    }
}

fn scales(ui: &mut Ui, numbers: &mut TransformNumbers, keeps_ratio: &mut bool) {
    let before = numbers.scale;
    let mut percents = before * 100.0;
    let range = -100.0 * TransformNumbers::MAX_SCALE..=100.0 * TransformNumbers::MAX_SCALE;
    for (key, value) in [("transform-width", &mut percents.x), ("transform-height", &mut percents.y)] {
        let field =
            short_number(ui, key, value, |field| field.range(range.clone()).speed(0.5).max_decimals(1).suffix(" %"));
        keep_keys_from_tool(ui, &field);
    }
    let icon = if *keeps_ratio { icons::LINK } else { icons::UNLINK };
    if icon_button(ui, icon, "transform-keep-ratio", Some(*keeps_ratio)).clicked() {
        *keeps_ratio = !*keeps_ratio;
    }
    if percents == before * 100.0 {
        return;
    }
    let mut scale = percents / 100.0;
    if *keeps_ratio {
        let by = if scale.x == before.x { scale.y / before.y } else { scale.x / before.x };
        scale = before * by;
    }
    // As a number is typed it may be nothing for a moment.
    numbers.scale = vec2(away_from_nothing(scale.x), away_from_nothing(scale.y));
}

fn away_from_nothing(scale: f32) -> f32 {
    let least = TransformNumbers::MIN_SCALE;
    if scale.abs() < least { least.copysign(scale) } else { scale }
}

/// One decimal and no sign of what is rounded to nothing: "-0.0" is no angle.
fn degrees(angle: f64, decimals: RangeInclusive<usize>) -> String {
    let rounded = (angle * 10.0).round() / 10.0;
    format_with_decimals_in_range(if rounded == 0.0 { 0.0 } else { rounded }, decimals)
}

fn angles(ui: &mut Ui, numbers: &mut TransformNumbers) {
    let field = short_number(ui, "transform-angle", &mut numbers.angle, |field| {
        field.range(-360.0..=360.0).speed(0.5).max_decimals(1).suffix("°").custom_formatter(degrees)
    });
    keep_keys_from_tool(ui, &field);
    let range = -TransformNumbers::MAX_SKEW..=TransformNumbers::MAX_SKEW;
    let field = short_number(ui, "transform-skew", &mut numbers.skew, |field| {
        field.range(range).speed(0.5).max_decimals(1).suffix("°").custom_formatter(degrees)
    });
    keep_keys_from_tool(ui, &field);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_angle_that_is_rounded_to_nothing_has_no_sign() {
        assert_eq!(degrees(-0.000_01, 1..=1), "0.0");
        assert_eq!(degrees(-0.0, 1..=1), "0.0");
        assert_eq!(degrees(-0.06, 1..=1), "-0.1");
    }
}
