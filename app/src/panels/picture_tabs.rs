//! The open pictures, as tabs over the canvas, where there are several.

use egui::{
    Align, Align2, Button, Layout, PointerButton, Rect, Response, Role, ScrollArea, Sense, Ui, UiBuilder, Vec2,
    WidgetInfo, vec2,
};

use crate::commands::Command;
use crate::desk::Desk;
use crate::icons;
use crate::language::{text, tooltip};
use crate::studio::PictureTab;
use crate::theme::{self, ACCENT};

/// Side of a tab's cross.
const CROSS: f32 = 20.0;
const CROSS_ICON: f32 = 14.0;
const MAX_WIDTH: f32 = 200.0;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let (mut chosen, mut closed) = (None, false);
    ScrollArea::horizontal().auto_shrink([false, false]).show(ui, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for tab in desk.studio.pictures() {
                let (is_chosen, is_closed) = ui.push_id(tab.number, |ui| show_tab(ui, &tab)).inner;
                if is_chosen || is_closed {
                    chosen = Some(tab.number);
                    closed |= is_closed;
                }
            }
        });
    });
    if let Some(number) = chosen {
        desk.studio.bring_to_front(number);
        if closed && desk.studio.picture_number() == number {
            Command::ClosePicture.run(desk);
        }
    }
}

/// Whether it was chosen, and whether closed.
fn show_tab(ui: &mut Ui, tab: &PictureTab) -> (bool, bool) {
    let name = if tab.is_modified { format!("{} •", tab.title) } else { tab.title.clone() };
    let visuals = ui.visuals();
    let color = if tab.is_in_front { visuals.strong_text_color() } else { visuals.weak_text_color() };
    let font = egui::TextStyle::Button.resolve(ui.style());
    let mut job = egui::text::LayoutJob::simple_singleline(name.clone(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(MAX_WIDTH);
    let galley = ui.painter().layout_job(job);
    let size = vec2(galley.size().x + CROSS + 28.0, ui.available_height());
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, ui.is_enabled(), tab.is_in_front, &name));
    if tab.is_in_front {
        ui.painter().rect_filled(rect, 0.0, ui.visuals().widgets.inactive.bg_fill);
    }
    if tab.is_in_front || response.has_focus() {
        let line = Rect::from_min_max(rect.left_bottom() - vec2(0.0, 2.0), rect.right_bottom());
        ui.painter().rect_filled(line, 0.0, ACCENT);
    }
    ui.painter().vline(rect.right(), rect.y_range(), (1.0, theme::line(ui.visuals())));
    let text = Rect::from_min_max(rect.min + vec2(12.0, 0.0), rect.max);
    ui.painter().galley(Align2::LEFT_CENTER.align_size_within_rect(galley.size(), text).min, galley, color);
    let cross = Rect::from_center_size(rect.right_center() - vec2(CROSS / 2.0 + 6.0, 0.0), Vec2::splat(CROSS));
    let closed = close_button(ui, cross).clicked();
    (response.clicked(), closed || response.clicked_by(PointerButton::Middle))
}

/// The tab's cross, in exactly this place: a button of the panels' height would push the next tabs down.
fn close_button(ui: &mut Ui, place: Rect) -> Response {
    let mut ui = ui.new_child(UiBuilder::new().max_rect(place));
    ui.spacing_mut().button_padding = Vec2::ZERO;
    ui.spacing_mut().interact_size = Vec2::splat(CROSS);
    ui.visuals_mut().widgets.inactive.fg_stroke.color = ui.visuals().weak_text_color();
    let key = Command::ClosePicture.info().text_key();
    let button = Button::image(icons::X.image_of(CROSS_ICON)).image_tint_follows_text_color(true);
    let response = ui.put(place, button.frame_when_inactive(false).min_size(place.size()));
    response.accessible_name(text(&key)).on_hover_text(tooltip(&key))
}
