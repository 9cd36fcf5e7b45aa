//! Rulers along the canvas's upper and left edge, in canvas pixels.

use egui::epaint::TextShape;
use egui::{Align2, FontId, Painter, Pos2, Rect, Stroke, Ui, Vec2, pos2, vec2};

use super::camera::Camera;
use crate::theme;

/// Width of a ruler, in points.
pub const WIDTH: f32 = 20.0;
/// Numbers are at least so far apart, in points.
const MIN_NUMBER_DISTANCE: f32 = 64.0;
/// Ticks are at least so far apart, in points.
const MIN_TICK_DISTANCE: f32 = 6.0;
const TEXT_SIZE: f32 = 12.0;

/// Which way a ruler lies on the screen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Top,
    Left,
}

/// Draws both rulers outside `canvas`. Turned views that are not upright have no numbers: no edge of the screen measures
/// anything there. `pointer` is marked.
pub fn paint(ui: &Ui, canvas: Rect, camera: &Camera, pointer: Option<Pos2>) {
    let around = Rect::from_min_max(canvas.min - Vec2::splat(WIDTH), canvas.max);
    let painter = ui.painter_at(around);
    let top = Rect::from_min_max(around.min, pos2(canvas.right(), canvas.top()));
    let left = Rect::from_min_max(around.min, pos2(canvas.left(), canvas.bottom()));
    for rect in [top, left] {
        painter.rect_filled(rect, 0.0, ui.visuals().panel_fill);
    }
    let line = Stroke::new(1.0, theme::line(ui.visuals()));
    painter.hline(around.x_range(), canvas.top(), line);
    painter.vline(canvas.left(), around.y_range(), line);
    if camera.is_square_on() {
        paint_ticks(
            ui,
            &painter.with_clip_rect(Rect::from_min_max(pos2(canvas.left(), top.top()), top.max)),
            canvas,
            camera,
            Side::Top,
        );
        paint_ticks(
            ui,
            &painter.with_clip_rect(Rect::from_min_max(pos2(left.left(), canvas.top()), left.max)),
            canvas,
            camera,
            Side::Left,
        );
    }
    if let Some(pointer) = pointer {
        let mark = Stroke::new(1.0, theme::accent_text(ui.visuals()));
        painter.vline(pointer.x, top.y_range(), mark);
        painter.hline(left.x_range(), pointer.y, mark);
    }
}

fn paint_ticks(ui: &Ui, painter: &Painter, canvas: Rect, camera: &Camera, side: Side) {
    let color = ui.visuals().weak_text_color();
    let stroke = Stroke::new(1.0, color);
    // Canvas coordinates at both ends of the ruler; which of the two depends on quarter turns.
    let along = |pos: Pos2| {
        let map = camera.screen_from_canvas_map();
        let axis = if side == Side::Top { map.x_axis.x } else { map.x_axis.y };
        let in_canvas = camera.canvas_from_screen(pos);
        if axis == 0.0 { in_canvas.y } else { in_canvas.x }
    };
    let (begin, end) = match side {
        Side::Top => (canvas.left_top(), canvas.right_top()),
        Side::Left => (canvas.left_top(), canvas.left_bottom()),
    };
    let (from, to) = (along(begin), along(end));
    let length = if side == Side::Top { canvas.width() } else { canvas.height() };
    let on_screen = |value: f32| {
        let share = (value - from) / (to - from) * length;
        if side == Side::Top { canvas.left() + share } else { canvas.top() + share }
    };
    let Scale { numbers, ticks } = Scale::at(camera.zoom());
    let (low, high) = (from.min(to), from.max(to));
    let mut index = (low / ticks).floor() as i64;
    while index as f32 * ticks <= high {
        let value = index as f32 * ticks;
        let is_numbered = index % (numbers / ticks).round() as i64 == 0;
        let height = if is_numbered { WIDTH } else { WIDTH / 4.0 };
        let at = on_screen(value).round() + 0.5;
        match side {
            Side::Top => painter.vline(at, canvas.top() - height..=canvas.top(), stroke),
            Side::Left => painter.hline(canvas.left() - height..=canvas.left(), at, stroke),
        };
        if is_numbered {
            paint_number(painter, canvas, (value, at), side, color);
        }
        index += 1;
    }
}

fn paint_number(painter: &Painter, canvas: Rect, (value, at): (f32, f32), side: Side, color: egui::Color32) {
    let (text, font) = (format!("{value:.0}"), FontId::proportional(TEXT_SIZE));
    if side == Side::Top {
        painter.text(pos2(at + 3.0, canvas.top() - WIDTH + 1.0), Align2::LEFT_TOP, text, font, color);
        return;
    }
    // Reads upwards, from just above its tick's neighbour.
    let galley = painter.layout_no_wrap(text, font, color);
    let corner = pos2(canvas.left() - WIDTH + 1.0, at + 3.0) + vec2(0.0, galley.size().x);
    painter.add(TextShape::new(corner, galley, color).with_angle(-std::f32::consts::FRAC_PI_2));
}

/// Canvas pixels from number to number, and from tick to tick.
#[derive(Debug, PartialEq)]
struct Scale {
    numbers: f32,
    ticks: f32,
}

impl Scale {
    /// `zoom`: points per canvas pixel.
    fn at(zoom: f32) -> Self {
        let steps = || (0..8).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f32.powi(power)));
        let numbers = steps().find(|step| step * zoom >= MIN_NUMBER_DISTANCE).unwrap_or(1e8);
        // A tenth or a fifth of the step, or no ticks between.
        let parts = [10.0, 5.0, 2.0].into_iter().map(|parts| numbers / parts);
        let mut fit = parts.filter(|ticks| ticks * zoom >= MIN_TICK_DISTANCE && ticks.fract() == 0.0);
        Self { numbers, ticks: fit.next().unwrap_or(numbers) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_round_and_ticks_divide_them() {
        assert_eq!(Scale::at(1.0), Scale { numbers: 100.0, ticks: 10.0 });
        assert_eq!(Scale::at(0.25), Scale { numbers: 500.0, ticks: 50.0 });
        assert_eq!(Scale::at(8.0), Scale { numbers: 10.0, ticks: 1.0 });
        assert_eq!(Scale::at(64.0), Scale { numbers: 1.0, ticks: 1.0 });
        assert_eq!(Scale::at(1.0 / 64.0), Scale { numbers: 5000.0, ticks: 500.0 });
    }
}
