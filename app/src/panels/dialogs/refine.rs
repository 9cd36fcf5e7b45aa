//! By how many pixels a selection or mask is feathered, grown, shrunk and so on.

use egui::{Button, Ui, vec2};

use super::accent;
use crate::commands::{RefineKind, Refined};
use crate::desk::Desk;
use crate::language::text;
use crate::panels::controls::{Number, Unit};
use crate::theme::CONTROL_HEIGHT;

const MAX_DRAGGED: f32 = 200.0;
const MAX_TYPED: f32 = 2000.0;

pub fn show(ui: &mut Ui, desk: &mut Desk, refined: Refined, kind: RefineKind) {
    ui.set_width(320.0);
    let info = refined.command(kind).info();
    ui.heading(info.label());
    ui.label(info.tooltip());
    ui.horizontal(|ui| {
        let number = Number { key: "refine-pixels", unit: Unit::Pixels };
        number.show(ui, 320.0, &mut desk.refine_pixels, 1.0..=MAX_DRAGGED, MAX_TYPED);
    });
    ui.horizontal(|ui| {
        let size = vec2(120.0, CONTROL_HEIGHT);
        let is_confirmed =
            ui.input(|input| input.key_pressed(egui::Key::Enter)) && !ui.ctx().egui_wants_keyboard_input();
        if ui.add(accent(text("refine-do")).min_size(size)).clicked() || is_confirmed {
            desk.close_dialog();
            refined.refine(&mut desk.studio, kind.with(desk.refine_pixels));
        }
        if ui.add(Button::new(text("back")).min_size(size)).clicked() {
            desk.close_dialog();
        }
    });
}
