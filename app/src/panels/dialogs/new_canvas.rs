//! A blank canvas of some size.

use brushfire_engine::Recipe;
use egui::{Button, DragValue, Grid, Ui, vec2};

use super::accent;
use crate::commands::Command;
use crate::desk::Desk;
use crate::document::CanvasSize;
use crate::language::text;
use crate::panels::controls::row;
use crate::theme::CONTROL_HEIGHT;

/// Sizes that models were made for, and some beside them.
const PRESETS: [[u32; 2]; 6] = [[256, 256], [384, 256], [256, 384], [512, 512], [768, 512], [512, 768]];

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    ui.set_width(320.0);
    ui.heading(Command::NewCanvas.info().label());
    Grid::new("presets").spacing([8.0, 8.0]).show(ui, |ui| {
        for (number, preset) in PRESETS.into_iter().enumerate() {
            let is_chosen = desk.new_canvas_size == preset;
            let label = format!("{} × {}", preset[0], preset[1]);
            if ui.add(Button::new(label).selected(is_chosen).min_size(vec2(101.0, CONTROL_HEIGHT))).clicked() {
                desk.new_canvas_size = preset;
            }
            if number % 3 == 2 {
                ui.end_row();
            }
        }
    });
    let [width, height] = &mut desk.new_canvas_size;
    let range = Recipe::MIN_SIDE..=CanvasSize::MAX_SIDE;
    row(ui, "width", |ui| {
        let field = DragValue::new(width).range(range.clone()).speed(8.0).suffix(" px");
        ui.add_sized([120.0, CONTROL_HEIGHT], field).accessible_name(text("width"));
    });
    row(ui, "height", |ui| {
        let field = DragValue::new(height).range(range).speed(8.0).suffix(" px");
        ui.add_sized([120.0, CONTROL_HEIGHT], field).accessible_name(text("height"));
    });
    ui.horizontal(|ui| {
        let size = vec2(120.0, CONTROL_HEIGHT);
        let is_confirmed =
            ui.input(|input| input.key_pressed(egui::Key::Enter)) && !ui.ctx().egui_wants_keyboard_input();
        if ui.add(accent(text("create")).min_size(size)).clicked() || is_confirmed {
            desk.close_dialog();
            match CanvasSize::new(desk.new_canvas_size[0], desk.new_canvas_size[1]) {
                Ok(size) => desk.studio.new_canvas(size),
                Err(error) => desk.studio.notices.failed(&error),
            }
        }
        if ui.add(Button::new(text("back")).min_size(size)).clicked() {
            desk.close_dialog();
        }
    });
}
