//! The outline of the brush's tip at the pointer.

use egui::epaint::{PathShape, PathStroke};
use egui::{Color32, Painter, Pos2, Vec2, vec2};

use super::camera::Camera;
use crate::paint::Brush;

/// Corners of the line that stands for the ellipse.
const CORNERS: u16 = 96;

/// Draws where the brush would paint if it were pressed fully: light on dark, so that one of them shows on every ground.
pub fn paint(painter: &Painter, camera: &Camera, brush: &Brush, pos_on_screen: Pos2) {
    let radii = offsets(camera, brush);
    let line =
        |further: f32| radii.iter().map(|radius| pos_on_screen + *radius + radius.normalized() * further).collect();
    for (further, color) in [(1.0, Color32::from_black_alpha(160)), (0.0, Color32::from_white_alpha(230))] {
        painter.add(PathShape::closed_line(line(further), PathStroke::new(1.0, color)));
    }
}

/// From the tip's middle to its edge, in points of the screen; at least a point long.
fn offsets(camera: &Camera, brush: &Brush) -> Vec<Vec2> {
    let map = camera.screen_from_canvas_map();
    let (sin, cos) = brush.angle.to_radians().sin_cos();
    let (width, height) = (brush.diameter / 2.0, brush.diameter / 2.0 * brush.roundness);
    let angles = (0..CORNERS).map(|corner| f32::from(corner) / f32::from(CORNERS) * std::f32::consts::TAU);
    let in_canvas = angles.map(|angle| {
        let tip = vec2(width * angle.cos(), height * angle.sin());
        vec2(tip.x * cos - tip.y * sin, tip.x * sin + tip.y * cos)
    });
    in_canvas
        .map(|offset| {
            let on_screen = map.x_axis * offset.x + map.y_axis * offset.y;
            on_screen.normalized() * on_screen.length().max(1.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest(camera: &Camera, brush: &Brush) -> Vec2 {
        offsets(camera, brush).into_iter().max_by(|a, b| a.length().total_cmp(&b.length())).unwrap()
    }

    #[test]
    fn a_flat_tip_turns_with_the_brush_and_with_the_view() {
        let mut camera = Camera::default();
        let mut brush = Brush { diameter: 40.0, roundness: 0.25, angle: 0.0, ..Brush::default() };
        let is_along =
            |offset: Vec2, x: f32, y: f32| (offset.x.abs() - x).abs() < 0.1 && (offset.y.abs() - y).abs() < 0.1;
        assert!(is_along(longest(&camera, &brush), 20.0, 0.0));
        brush.angle = 90.0;
        assert!(is_along(longest(&camera, &brush), 0.0, 20.0));
        camera.turn_by(90.0, Pos2::ZERO);
        camera.zoom_by(2.0, Pos2::ZERO);
        assert!(is_along(longest(&camera, &brush), 40.0, 0.0));
    }

    #[test]
    fn the_smallest_tip_can_still_be_seen() {
        let brush = Brush { diameter: 1.0, ..Brush::default() };
        assert!(offsets(&Camera::default(), &brush).iter().all(|offset| (offset.length() - 1.0).abs() < 1e-3));
    }
}
