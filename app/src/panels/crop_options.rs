//! The options of the crop tool: the frame in numbers, and its proportions.

use std::ops::RangeInclusive;

use egui::{ComboBox, RichText, Ui};

use super::controls::{apply_or_give_up, hint, keep_keys_from_tool, short_number};
use crate::canvas::{CropFrame, CropRatio};
use crate::desk::Desk;
use crate::document::CanvasSize;
use crate::language::{text, tooltip};

const MAX_SIDE: i32 = CanvasSize::MAX_SIDE as i32;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let picture = desk.studio.document().size();
    let Some(before) = desk.view.cropping().frame() else { return };
    let mut frame = before;
    places(ui, &mut frame);
    sides(ui, &mut frame, desk.tools.crop_ratio.of(picture));
    if ratios(ui, &mut desk.tools.crop_ratio)
        && let Some(ratio) = desk.tools.crop_ratio.of(picture)
    {
        frame = frame.with_ratio(ratio);
    }
    if frame != before {
        desk.view.cropping().set_frame(frame);
    }
    ui.checkbox(&mut desk.tools.crop_masks_new, text("crop-masks-new")).on_hover_text(tooltip("crop-masks-new"));
    ui.add_space(4.0);
    let is_changed = desk.view.cropping().is_changed();
    match apply_or_give_up(ui, is_changed) {
        Some(true) => desk.view.cropping().apply(&mut desk.studio, desk.tools.crop_masks_new),
        Some(false) => desk.view.cropping().give_up(),
        None => {}
    }
    hint(ui, "crop-hint");
}

fn places(ui: &mut Ui, frame: &mut CropFrame) {
    for (key, value) in [("crop-left", &mut frame.left), ("crop-top", &mut frame.top)] {
        let field = short_number(ui, key, value, |field| field.range(-MAX_SIDE..=MAX_SIDE).speed(1.0));
        keep_keys_from_tool(ui, &field);
    }
}

/// With a ratio, the other side follows the one that changes.
fn sides(ui: &mut Ui, frame: &mut CropFrame, ratio: Option<f32>) {
    let range: RangeInclusive<u32> = 1..=CanvasSize::MAX_SIDE;
    let side = |value: f32| (value.round() as u32).clamp(1, CanvasSize::MAX_SIDE);
    let number = |ui: &mut Ui, key: &str, value: &mut u32| {
        let field = short_number(ui, key, value, |field| field.range(range.clone()).speed(1.0));
        keep_keys_from_tool(ui, &field);
        field.changed()
    };
    let (width, height) = (&mut frame.width, &mut frame.height);
    if number(ui, "width", width) {
        *height = ratio.map_or(*height, |ratio| side(*width as f32 / ratio));
    }
    if number(ui, "height", height) {
        *width = ratio.map_or(*width, |ratio| side(*height as f32 * ratio));
    }
    ui.add_space(4.0);
}

/// Returns whether another was chosen.
fn ratios(ui: &mut Ui, chosen: &mut CropRatio) -> bool {
    let before = *chosen;
    ui.label(RichText::new(text("crop-ratio")).weak()).on_hover_text(tooltip("crop-ratio"));
    ui.name_inputs(text("crop-ratio"), |ui| {
        ComboBox::from_id_salt("crop-ratio").width(96.0).selected_text(name(*chosen)).show_ui(ui, |ui| {
            for ratio in CropRatio::ALL {
                ui.selectable_value(chosen, ratio, name(ratio));
            }
        });
    });
    ui.add_space(4.0);
    *chosen != before
}

fn name(ratio: CropRatio) -> String {
    match ratio {
        CropRatio::Free => text("crop-ratio-free"),
        CropRatio::Picture => text("crop-ratio-picture"),
        CropRatio::Fixed(width, height) => format!("{width} : {height}"),
    }
}
