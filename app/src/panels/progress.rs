//! How far the run has come: on the button, and in a card at the canvas's corner.

use std::time::{Duration, Instant};

use egui::{Align2, Area, Frame, Id, Margin, Order, ProgressBar, Rect, RichText, Ui, vec2};

use super::controls::{Look, command_button};
use super::wording::{duration_in_words, run_in_words};
use crate::commands::Command;
use crate::desk::Desk;
use crate::language::text_with;
use crate::studio::Run;
use crate::theme::{ACCENT, CONTROL_HEIGHT};

/// As wide as its longest line: "1 min 20 s so far, about 1 min 20 s left".
const WIDTH: f32 = 272.0;
/// The time left counts down at this pace.
const TICK: Duration = Duration::from_millis(500);

pub fn show(ui: &Ui, desk: &mut Desk) {
    if desk.studio.run().is_none() {
        return;
    }
    ui.ctx().request_repaint_after(TICK);
    let corner = desk.view.rect().right_top() + vec2(-16.0, 16.0);
    Area::new(Id::unique("progress")).order(Order::Middle).pivot(Align2::RIGHT_TOP).fixed_pos(corner).show(
        ui.ctx(),
        |ui| {
            Frame::popup(ui.style()).inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
                ui.set_width(WIDTH);
                ui.spacing_mut().item_spacing.y = 8.0;
                if let Some(run) = desk.studio.run() {
                    ui.label(RichText::new(run_in_words(run)).strong());
                    ui.add(ProgressBar::new(run.progress()).desired_height(4.0).fill(ACCENT));
                    ui.label(RichText::new(time_line(run)).weak());
                }
                let size = vec2(ui.available_width(), CONTROL_HEIGHT);
                command_button(ui, desk, Command::KeepPreview, Look::Named, size);
            });
        },
    );
}

/// "4 s so far, about 12 s left"
fn time_line(run: &Run) -> String {
    let elapsed = ("elapsed", duration_in_words(run.started.elapsed()).into());
    match run.remaining(Instant::now()) {
        Some(left) => text_with("run-time-left", &[elapsed, ("left", duration_in_words(left).into())]),
        None => text_with("run-time", &[elapsed]),
    }
}

/// A line along the button's lower edge.
pub fn on_button(ui: &Ui, desk: &Desk, button: Rect) {
    let Some(run) = desk.studio.run() else { return };
    let track = Rect::from_min_max(button.left_bottom() + vec2(8.0, -8.0), button.right_bottom() + vec2(-8.0, -4.0));
    let done = Rect::from_min_size(track.min, vec2(track.width() * run.progress(), track.height()));
    ui.painter().rect_filled(track, 2.0, ui.visuals().extreme_bg_color);
    ui.painter().rect_filled(done, 2.0, ACCENT);
}
