//! What the view shows besides the picture: rulers, a grid, and masks in one of their ways.

use egui::{Color32, Painter, Stroke, pos2};

use super::MaskView;
use super::camera::Camera;
use crate::document::PixelRect;

/// Lines of the grid are at least so far apart, in points; closer ones are left out.
const MIN_LINE_DISTANCE: f32 = 6.0;

/// The choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ViewAids {
    pub rulers: bool,
    pub grid: bool,
    /// Canvas pixels from line to line, at least 1.
    pub grid_side: u32,
    pub mask_view: MaskView,
    /// What the model will see and where it repaints.
    pub inpainting: bool,
}

impl Default for ViewAids {
    fn default() -> Self {
        // What a model of Stable Diffusion's kind halves to one number a side, six times.
        Self { rulers: false, grid: false, grid_side: 64, mask_view: MaskView::default(), inpainting: true }
    }
}

impl ViewAids {
    pub const MAX_GRID_SIDE: u32 = 4096;
}

/// Draws the grid's lines over the visible part of the picture.
pub fn paint_grid(painter: &Painter, camera: &Camera, visible: PixelRect, side: u32) {
    let step = line_distance(side, camera.zoom());
    let PixelRect { left, top, right, bottom } = visible;
    let on_screen = |x: u32, y: u32| camera.screen_from_canvas(pos2(x as f32, y as f32));
    // Gray on gray is seen on light and on dark.
    let line = Stroke::new(1.0, Color32::from_rgba_unmultiplied(128, 128, 128, 140));
    let first = |from: u32| from.div_ceil(step) * step;
    for x in (first(left)..=right).step_by(step as usize) {
        painter.line_segment([on_screen(x, top), on_screen(x, bottom)], line);
    }
    for y in (first(top)..=bottom).step_by(step as usize) {
        painter.line_segment([on_screen(left, y), on_screen(right, y)], line);
    }
}

/// Canvas pixels between lines that are drawn: the grid's side, doubled until lines do not crowd.
fn line_distance(side: u32, zoom: f32) -> u32 {
    let mut step = side.clamp(1, ViewAids::MAX_GRID_SIDE);
    while (step as f32 * zoom) < MIN_LINE_DISTANCE {
        step *= 2;
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_grid_never_crowd() {
        assert_eq!(line_distance(64, 1.0), 64);
        assert_eq!(line_distance(64, 1.0 / 16.0), 128);
        assert_eq!(line_distance(1, 1.0), 8);
        assert_eq!(line_distance(0, 64.0), 1, "a side of nothing is one pixel");
    }
}
