//! Handles that are dragged.

use egui::{Color32, CursorIcon, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2};

/// Distance on the screen at which a handle is taken, in points.
pub const REACH: f32 = 10.0;
/// In points.
const SIDE: f32 = 9.0;

/// Draws one at a place of the screen.
pub fn paint(painter: &Painter, middle: Pos2) {
    let square = Rect::from_center_size(middle, Vec2::splat(SIDE));
    let line = Stroke::new(1.0, Color32::from_black_alpha(200));
    painter.rect(square, 1.0, Color32::WHITE, line, StrokeKind::Outside);
}

/// The arrows that point this way on the screen and the opposite one, to the next eighth of a circle.
pub fn resize_cursor(away: Vec2) -> CursorIcon {
    match (away.angle() / std::f32::consts::FRAC_PI_4).round().rem_euclid(4.0) as u32 {
        0 => CursorIcon::ResizeHorizontal,
        1 => CursorIcon::ResizeNwSe,
        2 => CursorIcon::ResizeVertical,
        _ => CursorIcon::ResizeNeSw,
    }
}
