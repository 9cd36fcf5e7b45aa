//! Notices, as cards at the canvas's top left; they cover no control and move nothing.

use brushfire_engine::Recipe;
use egui::{Area, Frame, Id, Margin, Order, RichText, Ui, vec2};

use super::controls::icon_button;
use crate::desk::Desk;
use crate::icons;
use crate::studio::notices::{Notice, Tone};

/// What was clicked on a card.
enum Answer {
    Dismiss(u64),
    Use(u64, Box<Recipe>),
}

pub fn show(ui: &Ui, desk: &mut Desk) {
    let corner = desk.view.rect().left_top() + vec2(16.0, 16.0);
    let width = (desk.view.rect().width() - 32.0).clamp(160.0, 440.0);
    let mut answer = None;
    if desk.studio.notices.iter().next().is_some() {
        Area::new(Id::unique("notices")).order(Order::Middle).fixed_pos(corner).show(ui.ctx(), |ui| {
            for notice in desk.studio.notices.iter() {
                answer = card(ui, notice, width).or(answer.take());
            }
        });
    }
    match answer {
        Some(Answer::Dismiss(id)) => desk.studio.notices.dismiss(id),
        Some(Answer::Use(id, recipe)) => {
            desk.studio.notices.dismiss(id);
            desk.studio.use_recipe(*recipe);
        }
        None => {}
    }
}

fn card(ui: &mut Ui, notice: &Notice, width: f32) -> Option<Answer> {
    let mut answer = None;
    Frame::popup(ui.style()).inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.set_width(width);
        ui.horizontal(|ui| {
            let visuals = ui.visuals();
            let (icon, colour) = match notice.tone {
                Tone::Quiet => (icons::INFO, visuals.weak_text_color()),
                Tone::Offer => (icons::INFO, visuals.strong_text_color()),
                Tone::Error => (icons::TRIANGLE_ALERT, visuals.error_fg_color),
            };
            ui.add(icon.image().tint(colour).alt_text(if notice.tone == Tone::Error { "Error" } else { "Notice" }));
            let buttons = if notice.recipe.is_some() { 112.0 } else { 36.0 };
            ui.allocate_ui_with_layout(
                vec2(ui.available_width() - buttons, 0.0),
                egui::Layout::top_down(egui::Align::LEFT),
                |ui| {
                    ui.add(egui::Label::new(RichText::new(&notice.text)).wrap());
                },
            );
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if icon_button(ui, icons::X, "Dismiss", "Take this notice away.", None).clicked() {
                    answer = Some(Answer::Dismiss(notice.id));
                }
                if let Some(recipe) = &notice.recipe
                    && ui.button("Use it").on_hover_text("Take over prompt, seed and settings.").clicked()
                {
                    answer = Some(Answer::Use(notice.id, recipe.clone()));
                }
            });
        });
    });
    answer
}
