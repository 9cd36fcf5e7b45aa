//! The hints, the topmost first.

use egui::{
    Align2, Checkbox, Color32, Pos2, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::desk::Desk;
use crate::document::{Layer, LayerId};
use crate::icons;
use crate::language::{text_of_name, text_with};
use crate::panels::change_layer;
use crate::panels::controls::paint_line_ground;
use crate::panels::layers::shown_name;
use crate::theme;

/// Height of a line, and side of the picture in it.
const ROW_HEIGHT: f32 = 40.0;
const PICTURE: f32 = 32.0;
const BUTTON: f32 = 24.0;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let hints: Vec<_> = desk.studio.document().hints().map(Line::of).collect();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for line in hints.iter().rev() {
            ui.push_id(line.id.number(), |ui| row(ui, desk, line));
        }
    });
}

/// What a line says, without the layer's tiles.
struct Line {
    id: LayerId,
    name: String,
    /// In the painter's language.
    kind: String,
    is_seen: bool,
    follows: bool,
    weight: f32,
}

impl Line {
    fn of(layer: &Layer) -> Self {
        let props = layer.props();
        Self {
            id: layer.id(),
            name: shown_name(layer),
            kind: text_of_name("hint", layer.hint_kind().unwrap_or_default()),
            is_seen: props.visible,
            follows: props.control.follows,
            weight: props.control.weight,
        }
    }
}

fn row(ui: &mut Ui, desk: &mut Desk, line: &Line) {
    let is_active = desk.studio.document().active() == line.id;
    let name = &line.name;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), is_active, name));
    paint_line_ground(ui, rect, &response, is_active);
    if response.clicked() {
        desk.studio.choose_layer(line.id);
    }
    if follow_box(ui, line, pos2(rect.left() + 4.0 + BUTTON / 2.0, rect.center().y)) {
        change_layer(desk, line.id, |props| props.control.follows = !props.control.follows);
    }
    if eye(ui, line, pos2(rect.right() - 4.0 - BUTTON / 2.0, rect.center().y)) {
        change_layer(desk, line.id, |props| props.visible = !props.visible);
    }
    let left = rect.left() + BUTTON + 12.0;
    let place = Rect::from_min_size(pos2(left, rect.center().y - PICTURE / 2.0), Vec2::splat(PICTURE));
    picture(ui, desk, line, place);
    let right = rect.right() - BUTTON - 8.0;
    words(ui, line, Rect::from_x_y_ranges(place.right() + 8.0..=right, rect.y_range()), is_active);
}

/// Whether the picture follows the hint.
fn follow_box(ui: &mut Ui, line: &Line, center: Pos2) -> bool {
    let words = text_with("hint-on-off", &[("layer", line.name.as_str().into())]);
    let mut follows = line.follows;
    let rect = Rect::from_center_size(center, Vec2::splat(BUTTON));
    let response = ui.put(rect, Checkbox::without_text(&mut follows)).accessible_name(&words);
    response.on_hover_text(words).clicked()
}

/// Whether the canvas shows it.
fn eye(ui: &mut Ui, line: &Line, center: Pos2) -> bool {
    let icon = if line.is_seen { icons::EYE } else { icons::EYE_OFF };
    let tint = if line.is_seen { ui.visuals().text_color() } else { ui.visuals().weak_text_color() };
    let rect = Rect::from_center_size(center, Vec2::splat(BUTTON));
    let words = text_with("layer-visible", &[("layer", line.name.as_str().into())]);
    let button = egui::Button::image(icon.image_of(16.0).tint(tint)).frame_when_inactive(false).selected(false);
    let response = ui.scope(|ui| {
        ui.spacing_mut().button_padding = Vec2::ZERO;
        ui.put(rect, button.min_size(rect.size()))
    });
    response.inner.accessible_name(&words).on_hover_text(words).clicked()
}

fn picture(ui: &Ui, desk: &Desk, hint: &Line, place: Rect) {
    let line = Stroke::new(1.0, theme::line(ui.visuals()));
    ui.painter().rect_filled(place, 3.0, Color32::BLACK);
    if let Some(texture) = desk.control_panel.seen.get(hint.id) {
        let size = texture.size_vec2();
        let inside = Rect::from_center_size(place.center(), size * (PICTURE / size.max_elem().max(1.0)));
        let fade = if hint.follows { 1.0 } else { 0.4 };
        egui::Image::from_texture(texture).tint(Color32::WHITE.gamma_multiply(fade)).paint_at(ui, inside);
    }
    ui.painter().rect_stroke(place, 3.0, line, StrokeKind::Outside);
}

/// The name, and below it what is not as usual.
fn words(ui: &Ui, line: &Line, place: Rect, is_active: bool) {
    let visuals = ui.visuals();
    let strong = if is_active { visuals.selection.stroke.color } else { visuals.text_color() };
    let color = if line.follows { strong } else { visuals.weak_text_color() };
    let painter = ui.painter().with_clip_rect(place.intersect(ui.clip_rect()));
    let weight = format!("{:.0} %", line.weight * 100.0);
    let small = TextStyle::Small.resolve(ui.style());
    painter.text(place.right_center(), Align2::RIGHT_CENTER, weight, small.clone(), visuals.weak_text_color());
    let Line { name, kind, .. } = line;
    let body = TextStyle::Body.resolve(ui.style());
    if kind == name {
        painter.text(place.left_center(), Align2::LEFT_CENTER, name, body, color);
    } else {
        painter.text(place.left_center(), Align2::LEFT_BOTTOM, name, body, color);
        painter.text(place.left_center(), Align2::LEFT_TOP, kind, small, visuals.weak_text_color());
    }
}
