//! By how many pixels a selection or mask is feathered, grown, shrunk and so on.

use egui::Ui;

use super::confirmed;
use crate::commands::{RefineKind, Refined};
use crate::desk::Desk;
use crate::panels::controls::{Number, Unit};

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
    if confirmed(ui, desk, true) {
        refined.refine(&mut desk.studio, kind.with(desk.refine_pixels));
    }
}
