//! The lines of what is half drawn.

use egui::{Color32, Painter, Pos2, Shape, Stroke, Vec2, pos2, vec2};

use crate::canvas::camera::Camera;

/// Length of the dark and the light pieces of a line, in points.
const PIECE: f32 = 4.0;
const CORNER_RADIUS: f32 = 3.0;

/// Draws a line through places of the canvas, dark and light in turn, so that it shows on every ground.
pub(in crate::canvas) fn paint(painter: &Painter, camera: &Camera, places: &[Pos2], is_closed: bool) {
    let mut line: Vec<_> = places.iter().map(|place| camera.screen_from_canvas(*place)).collect();
    if is_closed {
        line.extend(line.first().copied());
    }
    painter.add(Shape::line(line.clone(), Stroke::new(1.5, Color32::from_black_alpha(200))));
    painter.extend(Shape::dashed_line(&line, Stroke::new(1.5, Color32::WHITE), PIECE, PIECE));
}

pub(super) fn paint_corner(painter: &Painter, on_screen: Pos2) {
    painter.circle(on_screen, CORNER_RADIUS, Color32::WHITE, Stroke::new(1.0, Color32::from_black_alpha(200)));
}

/// The colour the eyedropper would take, beside the pointer.
pub(in super::super) fn paint_swatch(painter: &Painter, pointer_on_screen: Pos2, [red, green, blue]: [u8; 3]) {
    let middle = pointer_on_screen + vec2(20.0, -20.0);
    painter.circle(middle, 11.0, Color32::from_rgb(red, green, blue), Stroke::new(2.0, Color32::WHITE));
    painter.circle_stroke(middle, 12.5, Stroke::new(1.0, Color32::from_black_alpha(160)));
}

/// The corners of an upright box, of which two are given.
pub(super) fn rectangle(from: Pos2, to: Pos2) -> [Pos2; 4] {
    [from, pos2(to.x, from.y), to, pos2(from.x, to.y)]
}

/// Places around the ellipse that fills such a box.
pub(super) fn ellipse(from: Pos2, to: Pos2) -> Vec<Pos2> {
    let (middle, radius) = (from + (to - from) / 2.0, (to - from) / 2.0);
    let angles = (0..96).map(|step| step as f32 * std::f32::consts::TAU / 96.0);
    angles.map(|angle| middle + vec2(radius.x * angle.cos(), radius.y * angle.sin())).collect()
}

/// The opposite corner that makes a square of the longer side.
pub(super) fn squared(from: Pos2, to: Pos2) -> Pos2 {
    let side = (to.x - from.x).abs().max((to.y - from.y).abs());
    from + vec2(side.copysign(to.x - from.x), side.copysign(to.y - from.y))
}

/// The end that lies straight beside, above or below the beginning.
pub(super) fn along_an_axis(from: Pos2, to: Pos2) -> Pos2 {
    if (to.x - from.x).abs() > (to.y - from.y).abs() { pos2(to.x, from.y) } else { pos2(from.x, to.y) }
}

/// The end that makes the line's angle a multiple of 15 degrees.
pub(super) fn snapped_line(from: Pos2, to: Pos2) -> Pos2 {
    let way = to - from;
    let step = std::f32::consts::PI / 12.0;
    from + Vec2::angled((way.angle() / step).round() * step) * way.length()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_become_squares_in_every_direction() {
        assert_eq!(squared(pos2(10.0, 10.0), pos2(30.0, 15.0)), pos2(30.0, 30.0));
        assert_eq!(squared(pos2(10.0, 10.0), pos2(5.0, -20.0)), pos2(-20.0, -20.0));
    }

    #[test]
    fn lines_snap_to_angles_and_keep_their_length() {
        let end = snapped_line(pos2(0.0, 0.0), pos2(100.0, 7.0));
        assert!((end - pos2(100.24, 0.0)).length() < 0.1, "{end:?}");
        let end = snapped_line(pos2(5.0, 5.0), pos2(5.0 + 70.0, 5.0 + 72.0));
        assert!((end.x - end.y).abs() < 1e-3);
    }
}
