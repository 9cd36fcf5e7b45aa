//! The hints, the topmost first.

use egui::{
    Align2, Checkbox, Color32, Pos2, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::desk::Desk;
use crate::document::Layer;
use crate::icons;
use crate::language::{text_of_name, text_with};
use crate::panels::change_layer;
use crate::panels::layers::shown_name;
use crate::theme::{self, ACCENT};

/// Height of a line, and side of the picture in it.
const ROW_HEIGHT: f32 = 40.0;
const PICTURE: f32 = 32.0;
const BUTTON: f32 = 24.0;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let hints: Vec<_> = desk.studio.document().hints().cloned().collect();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for layer in hints.iter().rev() {
            ui.push_id(layer.id().number(), |ui| row(ui, desk, layer));
        }
    });
}

fn row(ui: &mut Ui, desk: &mut Desk, layer: &Layer) {
    let is_active = desk.studio.document().active() == layer.id();
    let name = shown_name(layer);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), is_active, &name));
    let visuals = ui.visuals();
    let ground = match (is_active, response.hovered()) {
        (true, _) => visuals.selection.bg_fill,
        (false, true) => visuals.widgets.inactive.bg_fill,
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, 6.0, ground);
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 6.0, Stroke::new(1.0, ACCENT), StrokeKind::Inside);
    }
    if response.clicked() {
        desk.studio.choose_layer(layer.id());
    }
    if follow_box(ui, layer, &name, pos2(rect.left() + 4.0 + BUTTON / 2.0, rect.center().y)) {
        change_layer(desk, layer, |props| props.control.follows = !props.control.follows);
    }
    if eye(ui, layer, &name, pos2(rect.right() - 4.0 - BUTTON / 2.0, rect.center().y)) {
        change_layer(desk, layer, |props| props.visible = !props.visible);
    }
    let left = rect.left() + BUTTON + 12.0;
    let place = Rect::from_min_size(pos2(left, rect.center().y - PICTURE / 2.0), Vec2::splat(PICTURE));
    picture(ui, desk, layer, place);
    let right = rect.right() - BUTTON - 8.0;
    words(ui, layer, &name, Rect::from_x_y_ranges(place.right() + 8.0..=right, rect.y_range()), is_active);
}

/// Whether the picture follows the hint.
fn follow_box(ui: &mut Ui, layer: &Layer, name: &str, center: Pos2) -> bool {
    let words = text_with("hint-on-off", &[("layer", name.into())]);
    let mut follows = layer.props().control.follows;
    let rect = Rect::from_center_size(center, Vec2::splat(BUTTON));
    let response = ui.put(rect, Checkbox::without_text(&mut follows)).accessible_name(&words);
    response.on_hover_text(words).clicked()
}

/// Whether the canvas shows it.
fn eye(ui: &mut Ui, layer: &Layer, name: &str, center: Pos2) -> bool {
    let is_on = layer.props().visible;
    let icon = if is_on { icons::EYE } else { icons::EYE_OFF };
    let tint = if is_on { ui.visuals().text_color() } else { ui.visuals().weak_text_color() };
    let rect = Rect::from_center_size(center, Vec2::splat(BUTTON));
    let words = text_with("layer-visible", &[("layer", name.into())]);
    let button = egui::Button::image(icon.image_of(16.0).tint(tint)).frame_when_inactive(false).selected(false);
    let response = ui.scope(|ui| {
        ui.spacing_mut().button_padding = Vec2::ZERO;
        ui.put(rect, button.min_size(rect.size()))
    });
    response.inner.accessible_name(&words).on_hover_text(words).clicked()
}

fn picture(ui: &Ui, desk: &Desk, layer: &Layer, place: Rect) {
    let line = Stroke::new(1.0, theme::line(ui.visuals()));
    ui.painter().rect_filled(place, 3.0, Color32::BLACK);
    if let Some(texture) = desk.control_panel.seen.get(layer.id()) {
        let size = texture.size_vec2();
        let inside = Rect::from_center_size(place.center(), size * (PICTURE / size.max_elem().max(1.0)));
        let fade = if layer.props().control.follows { 1.0 } else { 0.4 };
        egui::Image::from_texture(texture).tint(Color32::WHITE.gamma_multiply(fade)).paint_at(ui, inside);
    }
    ui.painter().rect_stroke(place, 3.0, line, StrokeKind::Outside);
}

/// The name, and below it what is not as usual.
fn words(ui: &Ui, layer: &Layer, name: &str, place: Rect, is_active: bool) {
    let visuals = ui.visuals();
    let strong = if is_active { visuals.selection.stroke.color } else { visuals.text_color() };
    let color = if layer.props().control.follows { strong } else { visuals.weak_text_color() };
    let painter = ui.painter().with_clip_rect(place.intersect(ui.clip_rect()));
    let weight = format!("{:.0} %", layer.props().control.weight * 100.0);
    let small = TextStyle::Small.resolve(ui.style());
    painter.text(place.right_center(), Align2::RIGHT_CENTER, weight, small.clone(), visuals.weak_text_color());
    let kind = text_of_name("hint", layer.hint_kind().unwrap_or_default());
    let body = TextStyle::Body.resolve(ui.style());
    if kind == name {
        painter.text(place.left_center(), Align2::LEFT_CENTER, name, body, color);
    } else {
        painter.text(place.left_center(), Align2::LEFT_BOTTOM, name, body, color);
        painter.text(place.left_center(), Align2::LEFT_TOP, kind, small, visuals.weak_text_color());
    }
}
