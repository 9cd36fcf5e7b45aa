//! The status line: device, what the button would do and for how long, zoom.

use brushfire_engine::DeviceChoice;
use egui::{Align, Button, Label, Layout, Popup, RichText, Ui, Vec2, vec2};

use super::controls::{Look, command_button, from_right};
use super::wording::{duration_in_words, run_in_words, task_in_words};
use crate::commands::Command;
use crate::desk::Desk;
use crate::icons;
use crate::language::{text, text_with, tooltip};
use crate::studio::models::comfortable_side;
use crate::studio::plan::Plan;
use crate::theme::CONTROL_HEIGHT;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    ui.horizontal_centered(|ui| {
        let weak = ui.visuals().weak_text_color();
        device(ui, desk);
        ui.separator();
        from_right(ui, |ui| {
            for command in [Command::ZoomToFit, Command::ZoomIn, Command::ZoomOut] {
                command_button(ui, desk, command, Look::Quiet, Vec2::splat(24.0));
            }
            let zoom = format!("{:.0} %", desk.view.magnification() * 100.0);
            let button = ui.add(Button::new(zoom).frame_when_inactive(false).min_size(vec2(56.0, 24.0)));
            if button.accessible_name(text("zoom")).on_hover_text(tooltip("zoom")).clicked() {
                Command::ActualSize.run(desk);
            }
            turn(ui, desk);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(RichText::new(what(ui, desk)).color(weak)).truncate());
            });
        });
    });
}

/// How far the view is turned, where it is; a click turns it back.
fn turn(ui: &mut Ui, desk: &mut Desk) {
    let angle = desk.view.camera().angle();
    if angle == 0.0 {
        return;
    }
    let reset = Command::ResetRotation.info();
    let button = ui.add(Button::new(format!("{angle:.0}°")).frame_when_inactive(false).min_size(vec2(44.0, 24.0)));
    if button.accessible_name(reset.label()).on_hover_text(reset.tooltip()).clicked() {
        Command::ResetRotation.run(desk);
    }
}

/// What the engine runs on; a click lists what else there is.
fn device(ui: &mut Ui, desk: &mut Desk) {
    let name = desk.studio.device().map_or_else(|| text("device-choosing"), str::to_owned);
    let weak = ui.visuals().weak_text_color();
    let button = Button::image_and_text(icons::CPU.image_of(16.0).tint(weak), RichText::new(name).color(weak));
    let button = ui.add(button.frame_when_inactive(false).min_size(vec2(0.0, 24.0))).accessible_name(text("device"));
    let notice = desk.studio.engine_notice().map(|notice| format!("\n{notice}")).unwrap_or_default();
    let button = button.on_hover_text(format!("{}{notice}", tooltip("device")));
    Popup::menu(&button).show(|ui| {
        for (choice, _, label) in DeviceChoice::TABLE {
            let is_chosen = desk.studio.device_choice() == choice;
            if ui.add(Button::new(label).selected(is_chosen).min_size(vec2(160.0, CONTROL_HEIGHT))).clicked()
                && !is_chosen
            {
                desk.device_chosen = Some(choice);
                desk.studio.change_device(choice);
            }
        }
    });
}

/// What other threads are busy with, else what was just done, else the run under way, else what the next one will do.
fn what(ui: &Ui, desk: &Desk) -> String {
    match desk.studio.work() {
        Ok(words) => return words.to_string(),
        Err(Some(ask_again)) => ui.ctx().request_repaint_after(ask_again),
        Err(None) => {}
    }
    if let Some(done) = desk.studio.notices.done() {
        return done.to_owned();
    }
    if let Some(run) = desk.studio.run() {
        let parts = [("task", task_in_words(run.plan.task).into()), ("phase", run_in_words(run).into())];
        return text_with("run-status", &parts);
    }
    let plan = desk.studio.plan();
    let mut parts = vec![
        ("task", task_in_words(plan.task).into()),
        ("width", plan.recipe.width.into()),
        ("height", plan.recipe.height.into()),
    ];
    let status = match desk.studio.forecast().of(&plan) {
        Some(time) => {
            parts.push(("time", duration_in_words(time).into()));
            text_with("plan-status-time", &parts)
        }
        None => text_with("plan-status", &parts),
    };
    format!("{status}{}", size_warning(&plan))
}

/// A word of caution for pictures far from what the model knows.
fn size_warning(plan: &Plan) -> String {
    let side = comfortable_side(&plan.recipe.model);
    let area = u64::from(plan.recipe.width) * u64::from(plan.recipe.height);
    let comfortable = u64::from(side) * u64::from(side);
    if area > 4 * comfortable {
        format!("{}{}", text("sentence-break"), text_with("plan-too-large", &[("side", side.into())]))
    } else {
        String::new()
    }
}
