//! Every step that can be taken back or done again; a click goes there.

use egui::{Align, Button, Layout, RichText, ScrollArea, Ui, vec2};

use crate::desk::Desk;
use crate::language::{edit_name, text, text_with};
use crate::theme::CONTROL_HEIGHT;

/// Height of the line that says what the steps weigh.
const FOOT_HEIGHT: f32 = 24.0;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let history = desk.studio.history();
    let names: Vec<(String, bool)> = history.entries().map(|entry| (edit_name(entry.name), entry.done)).collect();
    let done = names.iter().filter(|(_, done)| *done).count();
    let height = (ui.available_height() - FOOT_HEIGHT - ui.spacing().item_spacing.y).max(CONTROL_HEIGHT);
    // The newest step stays in sight.
    let mut area = ScrollArea::vertical().auto_shrink([false, false]).max_height(height);
    let step = CONTROL_HEIGHT;
    if desk.steps_seen.replace((names.len(), done)) != Some((names.len(), done)) {
        area = area.vertical_scroll_offset(((done + 2) as f32 * step - height).max(0.0));
    }
    let mut chosen = None;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        area.show_rows(ui, step, names.len() + 1, |ui, rows| {
            for row in rows {
                let (name, is_done) = match row.checked_sub(1).and_then(|entry| names.get(entry)) {
                    Some((name, is_done)) => (name.clone(), *is_done),
                    None => (text("history-begin"), true),
                };
                if line(ui, &name, is_done, row == done) {
                    chosen = Some(row);
                }
            }
        });
    });
    foot(ui, desk, names.len());
    if let Some(done) = chosen {
        desk.studio.go_to_step(done);
    }
}

/// One step; whether it was clicked.
fn line(ui: &mut Ui, name: &str, is_done: bool, is_here: bool) -> bool {
    let words = if is_done { RichText::new(name) } else { RichText::new(name).weak() };
    let button = Button::new(words)
        .selected(is_here)
        .frame_when_inactive(is_here)
        .truncate()
        .min_size(vec2(ui.available_width(), CONTROL_HEIGHT));
    ui.add(button).clicked()
}

fn foot(ui: &mut Ui, desk: &Desk, count: usize) {
    let history = desk.studio.history();
    let megabytes = |bytes: usize| (bytes as f64 / f64::from(1 << 20)).ceil().into();
    let parts =
        [("steps", count.into()), ("used", megabytes(history.bytes())), ("budget", megabytes(history.budget()))];
    ui.allocate_ui_with_layout(vec2(ui.available_width(), FOOT_HEIGHT), Layout::left_to_right(Align::Center), |ui| {
        ui.label(RichText::new(text_with("history-foot", &parts)).weak().small());
    });
}
