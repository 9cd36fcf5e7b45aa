//! The status line: device, what the button would do and for how long, zoom.

use egui::{Button, RichText, Ui, Vec2, vec2};

use super::controls::{Look, command_button, from_right};
use crate::commands::Command;
use crate::desk::Desk;
use crate::icons;
use crate::studio::forecast::in_words;
use crate::studio::models::comfortable_side;
use crate::studio::plan::Plan;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    ui.horizontal_centered(|ui| {
        let weak = ui.visuals().weak_text_color();
        ui.add(icons::CPU.image_of(16.0).tint(weak).alt_text("Device"));
        let device = desk.studio.device().unwrap_or("Choosing a device");
        ui.label(RichText::new(device).color(weak))
            .on_hover_text("What the model runs on. Start with --device to choose another.");
        ui.separator();
        ui.label(RichText::new(what(desk)).color(weak));
        from_right(ui, |ui| {
            for command in [Command::ZoomToFit, Command::ZoomIn, Command::ZoomOut] {
                command_button(ui, desk, command, Look::Quiet, Vec2::splat(24.0));
            }
            let zoom = format!("{:.0} %", desk.view.camera().zoom() * 100.0);
            let info = Command::ActualSize.info();
            let button = Button::new(RichText::new(zoom)).frame(false).min_size(vec2(56.0, 24.0));
            if ui
                .add(button)
                .accessible_name("Zoom")
                .on_hover_text(format!("The zoom. Click for {}.", info.label.to_lowercase()))
                .clicked()
            {
                Command::ActualSize.run(desk);
            }
        });
    });
}

/// The run under way, else what the next one will do.
fn what(desk: &Desk) -> String {
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
