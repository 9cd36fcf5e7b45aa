//! Every parameter of the brush in hand, made from the table of parameters.

use egui::{Button, CollapsingHeader, ComboBox, Pos2, Rect, Shape, Stroke, Ui, lerp, pos2, vec2};

use super::BrushPanel;
use super::curve::curve_editor;
use crate::language::{text, text_with, tooltip};
use crate::paint::{
    Brush, BrushPicture, Curve, Driven, Dynamic, Group, Input, Kind, Number as NumberKind, Parameter, Unit as BrushUnit,
};
use crate::panels::controls::{Number, Unit, row};
use crate::theme::{ACCENT, CONTROL_HEIGHT};

/// Width of the button that opens a parameter's curves.
const CURVES_WIDTH: f32 = 28.0;

pub(super) fn show(ui: &mut Ui, panel: &mut BrushPanel, brush: &mut Brush) {
    for group in Group::ALL {
        let is_basic = matches!(group, Group::Tip | Group::Stroke | Group::Paint);
        CollapsingHeader::new(text(group.words())).id_salt(group.words()).default_open(is_basic).show(ui, |ui| {
            for parameter in Parameter::of_group(group) {
                one(ui, panel, brush, parameter);
            }
        });
    }
}

fn one(ui: &mut Ui, panel: &mut BrushPanel, brush: &mut Brush, parameter: &'static Parameter) {
    let words = parameter.words();
    match &parameter.kind {
        Kind::Number(number) => number_row(ui, panel, brush, &words, number),
        Kind::Switch { get, set } => row(ui, &words, |ui| {
            let mut is_on = get(brush);
            let response = ui.checkbox(&mut is_on, "").accessible_name(text(&words)).on_hover_text(tooltip(&words));
            if response.changed() {
                set(brush, is_on);
            }
        }),
        Kind::Choice { options, get, set } => row(ui, &words, |ui| {
            let mut chosen = get(brush);
            let names: Vec<_> = options.iter().map(|option| text(&parameter.words_of(option))).collect();
            let shown = names.get(chosen).cloned().unwrap_or_default();
            ComboBox::from_id_salt(&words).selected_text(shown).width(ui.available_width()).show_ui(ui, |ui| {
                for (index, name) in names.iter().enumerate() {
                    ui.selectable_value(&mut chosen, index, name);
                }
            });
            if chosen != get(brush) {
                set(brush, chosen);
            }
        }),
        Kind::Picture { kind, get, set } => row(ui, &words, |ui| {
            let mut chosen = get(brush).as_ref().map(|picture| picture.name().to_owned());
            let before = chosen.clone();
            let none = text("brush-no-picture");
            let shown = chosen.clone().map_or_else(|| none.clone(), |name| caption(&name));
            ComboBox::from_id_salt(&words).selected_text(shown).width(ui.available_width()).show_ui(ui, |ui| {
                ui.selectable_value(&mut chosen, None, none);
                for name in panel.shelf.picture_names(*kind) {
                    let caption = caption(&name);
                    ui.selectable_value(&mut chosen, Some(name), caption);
                }
            });
            if chosen != before {
                set(brush, chosen.map(BrushPicture::named));
            }
        }),
    }
}

/// A picture's file name as it is shown.
fn caption(name: &str) -> String {
    name.trim_end_matches(".png").replace(['-', '_'], " ")
}

fn number_row(ui: &mut Ui, panel: &mut BrushPanel, brush: &mut Brush, words: &str, number: &NumberKind) {
    row(ui, words, |ui| {
        let unit = match number.unit {
            BrushUnit::Pixels => Unit::Pixels,
            BrushUnit::Percent => Unit::Percent,
            BrushUnit::Degrees => Unit::Degrees,
            BrushUnit::Count => Unit::Count,
            BrushUnit::Times => Unit::Tenths,
        };
        let mut value = (number.get)(brush);
        let gap = ui.spacing().item_spacing.x;
        let width = ui.available_width() - CURVES_WIDTH - gap;
        Number { key: words, unit }.show(ui, width, &mut value, number.min..=number.usual_max, number.max);
        if value != (number.get)(brush) && !value.is_nan() {
            (number.set)(brush, value.clamp(number.min, number.max));
        }
        let Some(driven) = number.driven else { return };
        let is_driven = brush.dynamics.iter().any(|dynamic| dynamic.parameter == driven);
        let is_open = panel.open_curves == Some(driven);
        let response = ui.add_sized([CURVES_WIDTH, CONTROL_HEIGHT], Button::new("").selected(is_open));
        let color = if is_driven { ACCENT } else { ui.visuals().weak_text_color() };
        ui.painter().add(Shape::line(wave_in(response.rect.shrink(8.0)), Stroke::new(1.5, color)));
        let name = format!("{}: {}", text(words), text("brush-curves"));
        if response.accessible_name(name).on_hover_text(tooltip("brush-curves")).clicked() {
            panel.open_curves = Some(driven).filter(|_| !is_open);
        }
    });
    if let Some(driven) = number.driven.filter(|driven| panel.open_curves == Some(*driven)) {
        ui.indent(words, |ui| curves(ui, brush, driven));
    }
}

/// The picture on the button that opens curves.
fn wave_in(rect: Rect) -> Vec<Pos2> {
    let at = |step: i32| {
        let x = step as f32 / 12.0;
        pos2(lerp(rect.x_range(), x), lerp(rect.y_range(), 1.0 - x * x * (3.0 - 2.0 * x)))
    };
    (0..=12).map(at).collect()
}

/// The inputs that drive a parameter, each with its curve.
fn curves(ui: &mut Ui, brush: &mut Brush, driven: Driven) {
    let mut removed = None;
    for (index, dynamic) in brush.dynamics.iter_mut().enumerate() {
        if dynamic.parameter != driven {
            continue;
        }
        let input = text(dynamic.input.words());
        ui.horizontal(|ui| {
            ui.label(&input);
            let remove = ui.button(text("brush-curve-remove")).on_hover_text(tooltip("brush-curve-remove"));
            if remove.accessible_name(format!("{}: {input}", text("brush-curve-remove"))).clicked() {
                removed = Some(index);
            }
        });
        let name = text_with("brush-curve-of", &[("input", input.into())]);
        curve_editor(ui, &name, &mut dynamic.curve);
    }
    if let Some(index) = removed {
        brush.dynamics.remove(index);
    }
    let is_free =
        |input: &Input| !brush.dynamics.iter().any(|dynamic| dynamic.parameter == driven && dynamic.input == *input);
    let free: Vec<_> = Input::ALL.into_iter().filter(is_free).collect();
    if free.is_empty() || brush.dynamics.len() >= Brush::MAX_DYNAMICS {
        return;
    }
    ui.menu_button(text("brush-curve-add"), |ui| {
        ui.set_min_size(vec2(160.0, 0.0));
        for input in free {
            if ui.button(text(input.words())).clicked() {
                brush.dynamics.push(Dynamic { parameter: driven, input, curve: Curve::line(0.0, 1.0) });
                ui.close();
            }
        }
    });
}
