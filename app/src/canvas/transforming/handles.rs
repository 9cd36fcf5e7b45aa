//! What the transform tool draws around a layer, and the pointer over it.

use egui::{Color32, CursorIcon, Painter, Pos2, Shape, Stroke, vec2};

use super::quad::{Handle, Quad};
use crate::canvas::camera::Camera;
use crate::canvas::handle;

/// Draws the outline, its handles and its middle.
pub(super) fn paint(painter: &Painter, camera: &Camera, quad: &Quad) {
    let on_screen = |pos: Pos2| camera.screen_from_canvas(pos);
    let corners = quad.corners.map(on_screen);
    // Light on dark, so that one of them shows on every ground.
    painter.add(Shape::closed_line(corners.to_vec(), Stroke::new(3.0, Color32::from_black_alpha(120))));
    painter.add(Shape::closed_line(corners.to_vec(), Stroke::new(1.0, Color32::WHITE)));
    let sides = [0, 1, 2, 3].map(|side| on_screen(quad.middle_of_side(side)));
    corners.into_iter().chain(sides).for_each(|place| handle::paint(painter, place));
    let middle = on_screen(quad.middle());
    for arm in [vec2(6.0, 0.0), vec2(0.0, 6.0)] {
        painter.line_segment([middle - arm, middle + arm], Stroke::new(3.0, Color32::from_black_alpha(160)));
        painter.line_segment([middle - arm, middle + arm], Stroke::new(1.0, Color32::WHITE));
    }
}

/// What the pointer looks like over a handle.
pub(super) fn cursor(handle: Handle, quad: &Quad, camera: &Camera) -> CursorIcon {
    let from_middle = |place: Pos2| camera.screen_from_canvas(place) - camera.screen_from_canvas(quad.middle());
    match handle {
        Handle::Inside => CursorIcon::Move,
        Handle::Outside => CursorIcon::Alias,
        Handle::Corner(corner) => handle::resize_cursor(from_middle(quad.corners[corner])),
        Handle::Side(side) => handle::resize_cursor(from_middle(quad.middle_of_side(side))),
    }
}
