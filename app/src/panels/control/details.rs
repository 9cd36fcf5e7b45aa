//! The hint in hand: what its network sees, and how much it has to say.

use brushfire_engine::ControlMode;
use brushfire_engine::HintKind;
use egui::{Color32, ComboBox, Rect, RichText, Sense, Stroke, StrokeKind, Ui, vec2};

use super::{classes, making};
use crate::desk::Desk;
use crate::document::{HintControl, LayerId};
use crate::language::{text, text_with, tooltip};
use crate::panels::change_layer;
use crate::panels::controls::{Number, Unit, row};
use crate::studio::hints::kind_of;
use crate::theme;

/// Height of the picture of what the network sees, at most.
const SEEN_HEIGHT: f32 = 200.0;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let Desk { control_panel, studio, .. } = desk;
    control_panel.seen.update(ui.ctx(), studio);
    let Some(layer) = desk.studio.active_hint() else { return };
    let (id, before) = (layer.id(), layer.props().control.clone());
    let Some(kind) = kind_of(layer) else {
        ui.label(RichText::new(text("hint-unknown")).weak());
        return;
    };
    ui.separator();
    seen(ui, desk, id, kind);
    making::show(ui, desk, kind);
    means_of(ui, desk, kind);
    let mut control = before.clone();
    network(ui, desk, kind, &mut control);
    numbers(ui, &mut control);
    if control != before {
        change_layer(desk, id, |props| props.control = control);
    }
    if ui.input(|input| input.pointer.any_released()) {
        desk.studio.seal_parameters();
    }
}

/// The hint as its network sees it; of one that is the picture itself, in words: the canvas shows that.
fn seen(ui: &mut Ui, desk: &Desk, id: LayerId, kind: HintKind) {
    if kind.is_the_picture() {
        ui.label(RichText::new(text("hint-is-the-picture")).weak());
        return;
    }
    let size = desk.studio.plan().crop.model_size;
    let [width, height] = size.map(|side| side as f32);
    let scale = (ui.available_width() / width).min(SEEN_HEIGHT / height);
    let (area, response) = ui.allocate_exact_size(vec2(ui.available_width(), (height * scale).round()), Sense::hover());
    let rect = Rect::from_center_size(area.center(), (vec2(width, height) * scale).round());
    ui.painter().rect_filled(rect, 4.0, Color32::BLACK);
    match desk.control_panel.seen.get(id) {
        Some(texture) => egui::Image::from_texture(texture).corner_radius(4).paint_at(ui, rect),
        None => {
            let font = egui::TextStyle::Body.resolve(ui.style());
            let words =
                ui.painter().layout(text("hint-nothing-drawn"), font, Color32::from_gray(0x9B), rect.width() - 24.0);
            ui.painter().galley(rect.center() - words.size() / 2.0, words, Color32::PLACEHOLDER);
        }
    }
    ui.painter().rect_stroke(rect, 4.0, Stroke::new(1.0, theme::line(ui.visuals())), StrokeKind::Outside);
    let words = text_with("hint-seen", &[("width", size[0].into()), ("height", size[1].into())]);
    response.on_hover_text(words);
}

/// What helps to draw a hint of this kind.
fn means_of(ui: &mut Ui, desk: &mut Desk, kind: HintKind) {
    match kind {
        HintKind::Depth => depth(ui, desk),
        HintKind::Segmentation => classes::show(ui, desk),
        _ => {
            let key = if kind.is_lines() { "hint-draw-lines" } else { "hint-draw-colors" };
            ui.label(RichText::new(text(key)).weak());
        }
    }
}

/// The grey in hand, as nearness.
fn depth(ui: &mut Ui, desk: &mut Desk) {
    let [red, green, blue] = desk.tools.color.map(f32::from);
    let mut nearness = (red + green + blue) / (3.0 * 255.0);
    let before = nearness;
    row(ui, "hint-nearness", |ui| {
        let number = Number { key: "hint-nearness", unit: Unit::Percent };
        number.show(ui, ui.available_width(), &mut nearness, 0.0..=1.0, 1.0);
    });
    if nearness != before {
        desk.tools.color = [(nearness * 255.0).round() as u8; 3];
    }
}

fn network(ui: &mut Ui, desk: &Desk, kind: HintKind, control: &mut HintControl) {
    let automatic = match desk.studio.networks_for(kind).next() {
        Some(network) => text_with("network-found", &[("network", network.name.as_str().into())]),
        None => text("network-none"),
    };
    row(ui, "network", |ui| {
        let chosen = if control.network.is_empty() { &automatic } else { &control.network };
        ComboBox::from_id_salt("network").width(ui.available_width()).selected_text(chosen).truncate().show_ui(
            ui,
            |ui| {
                ui.selectable_value(&mut control.network, String::new(), &automatic);
                for network in desk.studio.networks() {
                    ui.selectable_value(&mut control.network, network.name.clone(), &network.name);
                }
            },
        );
    });
    if control.network.is_empty() && desk.studio.networks_for(kind).next().is_none() {
        ui.label(RichText::new(text("control-no-network")).color(ui.visuals().warn_fg_color));
    }
}

fn numbers(ui: &mut Ui, control: &mut HintControl) {
    row(ui, "control-weight", |ui| {
        let weight = Number { key: "control-weight", unit: Unit::Percent };
        weight.show(
            ui,
            ui.available_width(),
            &mut control.weight,
            0.0..=HintControl::MAX_WEIGHT,
            HintControl::MAX_WEIGHT,
        );
    });
    row(ui, "control-start", |ui| {
        Number { key: "control-start", unit: Unit::Percent }.show(
            ui,
            ui.available_width(),
            &mut control.start,
            0.0..=1.0,
            1.0,
        );
    });
    row(ui, "control-end", |ui| {
        Number { key: "control-end", unit: Unit::Percent }.show(
            ui,
            ui.available_width(),
            &mut control.end,
            0.0..=1.0,
            1.0,
        );
    });
    control.end = control.end.max(control.start);
    row(ui, "control-mode", |ui| {
        let mode = control.mode.parse::<ControlMode>().unwrap_or_default();
        let name = |mode: ControlMode| text(&format!("control-mode-{}", mode.name()));
        let modes = ComboBox::from_id_salt("control-mode").width(ui.available_width()).selected_text(name(mode));
        modes.show_ui(ui, |ui| {
            for choice in ControlMode::ALL {
                let words = tooltip(&format!("control-mode-{}", choice.name()));
                if ui.selectable_label(choice == mode, name(choice)).on_hover_text(words).clicked() {
                    control.mode = choice.name().to_owned();
                }
            }
        });
    });
}
