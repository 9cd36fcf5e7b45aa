//! Notices, as cards at the canvas's top left; they cover no control and move nothing.

use brushfire_engine::Recipe;
use egui::{Area, Button, Frame, Id, Label, Margin, Order, RichText, Ui, vec2};

use super::controls::icon_button;
use crate::desk::Desk;
use crate::icons;
use crate::language::{text, tooltip};
use crate::studio::notices::{Notice, Tone};
use crate::theme::{CONTROL_HEIGHT, ICON_SIZE};

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
        ui.horizontal_top(|ui| {
            let buttons =
                if notice.recipe.is_some() { USE_WIDTH + CONTROL_HEIGHT + 16.0 } else { CONTROL_HEIGHT + 8.0 };
            let text_width = ui.available_width() - buttons - ICON_SIZE - 8.0;
            in_line(ui, ICON_SIZE, |ui| icon(ui, notice.tone));
            in_line(ui, text_width, |ui| {
                ui.add(Label::new(RichText::new(&notice.text)).wrap());
            });
            if let Some(recipe) = &notice.recipe {
                let button = Button::new(text("use-it")).min_size(vec2(USE_WIDTH, CONTROL_HEIGHT));
                if ui.add(button).on_hover_text(tooltip("use-it")).clicked() {
                    answer = Some(Answer::Use(notice.id, recipe.clone()));
                }
            }
            if icon_button(ui, icons::X, "dismiss", None).clicked() {
                answer = Some(Answer::Dismiss(notice.id));
            }
        });
    });
    answer
}

const USE_WIDTH: f32 = 72.0;

/// A column whose first line stands in the middle of the buttons beside it.
fn in_line(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_width(width);
        ui.add_space((CONTROL_HEIGHT - ICON_SIZE) / 2.0);
        contents(ui);
    });
}

fn icon(ui: &mut Ui, tone: Tone) {
    let visuals = ui.visuals();
    let (icon, colour, key) = match tone {
        Tone::Quiet => (icons::INFO, visuals.weak_text_color(), "notice"),
        Tone::Offer => (icons::INFO, visuals.strong_text_color(), "notice"),
        Tone::Error => (icons::TRIANGLE_ALERT, visuals.error_fg_color, "notice-error"),
    };
    ui.add(icon.image().tint(colour).alt_text(text(key)));
}
