//! The status line: device, what the button would do and for how long, zoom.

use brushfire_engine::DeviceChoice;
use egui::{Align, Button, Label, Layout, Popup, RichText, Ui, Vec2, vec2};

use super::controls::{Look, command_button, from_right};
use crate::commands::Command;
use crate::desk::Desk;
use crate::icons;
use crate::studio::forecast::in_words;
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
            if button.accessible_name("Zoom").on_hover_text("The zoom. Click for the actual size.").clicked() {
                Command::ActualSize.run(desk);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(RichText::new(what(desk)).color(weak)).truncate());
            });
        });
    });
}

/// What the engine runs on; a click lists what else there is.
fn device(ui: &mut Ui, desk: &mut Desk) {
    let name = desk.studio.device().unwrap_or("Choosing a device").to_owned();
    let weak = ui.visuals().weak_text_color();
    let button = Button::image_and_text(icons::CPU.image_of(16.0).tint(weak), RichText::new(name).color(weak));
    let button = ui.add(button.frame_when_inactive(false).min_size(vec2(0.0, 24.0))).accessible_name("Device");
    let tooltip = "What the model runs on. Click to choose another device; a run is cancelled then.";
    let notice = desk.studio.engine_notice().map(|notice| format!("\n{notice}")).unwrap_or_default();
    let button = button.on_hover_text(format!("{tooltip}{notice}"));
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

/// What was just done, else the run under way, else what the next one will do.
fn what(desk: &Desk) -> String {
    if let Some(done) = desk.studio.notices.done() {
        return done.to_owned();
    }
    if let Some(run) = desk.studio.run() {
        return format!("{}: {}", run.plan.task.label(), run.in_words());
    }
    let plan = desk.studio.plan();
    let time = desk.studio.forecast().of(&plan).map(|time| format!(", about {}", in_words(time))).unwrap_or_default();
    format!("{} at {} × {}{time}{}", plan.task.label(), plan.recipe.width, plan.recipe.height, size_warning(&plan))
}

/// A word of caution for pictures far from what the model knows.
fn size_warning(plan: &Plan) -> String {
    let side = comfortable_side(&plan.recipe.model);
    let area = u64::from(plan.recipe.width) * u64::from(plan.recipe.height);
    let comfortable = u64::from(side) * u64::from(side);
    if area > 4 * comfortable {
        format!(". Much larger than this model's {side} × {side}: slow, and things may repeat")
    } else {
        String::new()
    }
}
