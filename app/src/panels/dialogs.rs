//! The few small windows that open over the desk.

use brushfire_engine::Recipe;
use egui::{Button, DragValue, Frame, Grid, Id, Margin, Modal, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::controls::{row, shortcut_text};
use crate::commands::{COMMANDS, Menu};
use crate::desk::{Desk, Dialog};
use crate::document::CanvasSize;
use crate::theme::{ACCENT, CONTROL_HEIGHT, ON_ACCENT};

pub fn show(ui: &Ui, desk: &mut Desk) {
    if desk.studio.question().is_some() {
        question(ui, desk);
        return;
    }
    if desk.studio.typed_path_mut().is_some() {
        typed_path(ui, desk);
        return;
    }
    let Some(dialog) = desk.dialog() else { return };
    let modal = Modal::new(Id::unique("dialog")).frame(frame(ui)).show(ui.ctx(), |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 12.0);
        match dialog {
            Dialog::NewCanvas => new_canvas(ui, desk),
            Dialog::Shortcuts => shortcuts(ui),
            Dialog::About => about(ui),
        }
        let close = Button::new("Close").min_size(vec2(96.0, CONTROL_HEIGHT));
        // Beside others a button's text stands in its middle.
        if dialog != Dialog::NewCanvas && ui.horizontal(|ui| ui.add(close)).inner.clicked() {
            desk.close_dialog();
        }
    });
    if modal.should_close() {
        desk.close_dialog();
    }
}

fn question(ui: &Ui, desk: &mut Desk) {
    let Some(text) = desk.studio.question().map(|question| question.text.clone()) else { return };
    let modal = Modal::new(Id::unique("question")).frame(frame(ui)).show(ui.ctx(), |ui| {
        ui.set_width(392.0);
        ui.spacing_mut().item_spacing = vec2(8.0, 12.0);
        ui.heading(text);
        ui.label("What is not saved would be lost.");
        ui.horizontal(|ui| {
            let size = vec2(120.0, CONTROL_HEIGHT);
            let save = ui.add(accent("Save").min_size(size));
            if ui.memory(|memory| memory.focused().is_none()) {
                save.request_focus();
            }
            if save.clicked() {
                desk.studio.answer_save();
            }
            if ui.add(Button::new("Do not save").min_size(size)).clicked() {
                desk.studio.answer_discard();
            }
            if ui.add(Button::new("Stay").min_size(size)).clicked() {
                desk.studio.answer_stay();
            }
        });
    });
    if modal.should_close() {
        desk.studio.answer_stay();
    }
}

/// Stands in for the system's file dialog where there is none.
fn typed_path(ui: &Ui, desk: &mut Desk) {
    let Some(typed) = desk.studio.typed_path_mut() else { return };
    let mut answer = None;
    let modal = Modal::new(Id::unique("typed_path")).frame(frame(ui)).show(ui.ctx(), |ui| {
        ui.set_width(480.0);
        ui.spacing_mut().item_spacing = vec2(8.0, 12.0);
        ui.heading(typed.purpose.title());
        ui.label("The system has no file dialog (on Linux: xdg-desktop-portal or zenity). Type where the file is.");
        let field = TextEdit::singleline(&mut typed.text).desired_width(f32::INFINITY);
        let field = ui.add(field).accessible_name("Path");
        let is_confirmed = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if ui.memory(|memory| memory.focused().is_none()) && !is_confirmed {
            field.request_focus();
        }
        ui.horizontal(|ui| {
            let size = vec2(120.0, CONTROL_HEIGHT);
            if ui.add(accent("Use this path").min_size(size)).clicked() || is_confirmed {
                answer = Some(true);
            }
            if ui.add(Button::new("Back").min_size(size)).clicked() {
                answer = Some(false);
            }
        });
    });
    if modal.should_close() {
        answer = Some(false);
    }
    if let Some(is_accepted) = answer {
        desk.studio.answer_typed_path(is_accepted);
    }
}

fn frame(ui: &Ui) -> Frame {
    Frame::popup(ui.style()).inner_margin(Margin::same(24))
}

fn accent(text: &str) -> Button<'_> {
    Button::new(RichText::new(text).color(ON_ACCENT)).fill(ACCENT)
}

/// Sizes that models were made for, and some beside them.
const PRESETS: [[u32; 2]; 6] = [[256, 256], [384, 256], [256, 384], [512, 512], [768, 512], [512, 768]];

fn new_canvas(ui: &mut Ui, desk: &mut Desk) {
    ui.set_width(320.0);
    ui.heading("New canvas");
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
    row(ui, "Width", "In pixels.", |ui| {
        ui.add_sized([120.0, CONTROL_HEIGHT], DragValue::new(width).range(range.clone()).speed(8.0).suffix(" px"));
    });
    row(ui, "Height", "In pixels.", |ui| {
        ui.add_sized([120.0, CONTROL_HEIGHT], DragValue::new(height).range(range).speed(8.0).suffix(" px"));
    });
    ui.horizontal(|ui| {
        let size = vec2(120.0, CONTROL_HEIGHT);
        let is_confirmed =
            ui.input(|input| input.key_pressed(egui::Key::Enter)) && !ui.ctx().egui_wants_keyboard_input();
        if ui.add(accent("Create").min_size(size)).clicked() || is_confirmed {
            desk.close_dialog();
            match CanvasSize::new(desk.new_canvas_size[0], desk.new_canvas_size[1]) {
                Ok(size) => desk.studio.new_canvas(size),
                Err(error) => desk.studio.notices.error(error.to_string()),
            }
        }
        if ui.add(Button::new("Back").min_size(size)).clicked() {
            desk.close_dialog();
        }
    });
}

fn shortcuts(ui: &mut Ui) {
    ui.heading("Keyboard shortcuts");
    let height = (ui.ctx().content_rect().height() - 240.0).max(240.0);
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
        ui.set_width(440.0);
        for menu in Menu::ALL {
            ui.label(RichText::new(menu.label()).strong());
            Grid::new(menu.label()).num_columns(2).spacing([24.0, 4.0]).min_col_width(160.0).show(ui, |ui| {
                for info in COMMANDS.iter().filter(|info| info.menu == menu && !info.shortcuts.is_empty()) {
                    ui.label(info.label);
                    let keys: Vec<String> = info.shortcuts.iter().map(|shortcut| shortcut_text(ui, shortcut)).collect();
                    ui.label(RichText::new(keys.join(", ")).weak());
                    ui.end_row();
                }
            });
        }
        ui.label(RichText::new("On the canvas").strong());
        Grid::new("canvas").num_columns(2).spacing([24.0, 4.0]).min_col_width(160.0).show(ui, |ui| {
            for (what, how) in [
                ("Zoom", "Wheel, or pinch"),
                ("Move the picture", "Space and drag, middle button, or two fingers"),
                ("Straight line", "Shift and click"),
                ("Pick a colour", "Alt and click with the paint brush"),
            ] {
                ui.label(what);
                ui.label(RichText::new(how).weak());
                ui.end_row();
            }
        });
    });
}

fn about(ui: &mut Ui) {
    ui.set_width(392.0);
    ui.heading(format!("Brushfire {}", env!("CARGO_PKG_VERSION")));
    ui.label("A painting program in which a diffusion model paints with you. Everything happens on this computer.");
    ui.label(
        RichText::new(
            "MIT or Apache-2.0, as you like. Icons by Lucide (ISC). Notices for all that ships lie in the assets \
             folder.",
        )
        .weak(),
    );
}
