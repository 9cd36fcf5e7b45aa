//! The rectangle that is to become the canvas, and what dragging does to it.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::canvas::handle::REACH;
use crate::document::{CanvasSize, PixelRect};

/// A rectangle of whole canvas pixels; may reach beyond the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CropFrame {
    pub left: i32,
    pub top: i32,
    /// 1 to [`CanvasSize::MAX_SIDE`], as `height`.
    pub width: u32,
    pub height: u32,
}

/// What can be taken hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grip {
    /// Which edges move with the pointer, left or top being -1: `[1, 0]` is the middle of the right one.
    Edges([i8; 2]),
    Inside,
    /// Draws another frame.
    Outside,
}

const MAX_SIDE: i32 = CanvasSize::MAX_SIDE as i32;

impl CropFrame {
    #[must_use]
    pub fn of(rect: PixelRect) -> Self {
        Self { left: rect.left as i32, top: rect.top as i32, width: rect.width(), height: rect.height() }
    }

    /// A quarter of the shorter side further on all sides, by as many pixels as models paint at once.
    pub(super) fn beyond(size: CanvasSize) -> Self {
        let by = (size.width().min(size.height()) / 4).next_multiple_of(8);
        let side = |side: u32| (side + 2 * by).min(CanvasSize::MAX_SIDE);
        Self { left: -(by as i32), top: -(by as i32), width: side(size.width()), height: side(size.height()) }
    }

    pub(super) fn rect(&self) -> Rect {
        Rect::from_min_size(pos2(self.left as f32, self.top as f32), vec2(self.width as f32, self.height as f32))
    }

    /// The places of the eight handles, and what each moves.
    pub(super) fn handles(&self) -> impl Iterator<Item = (Pos2, [i8; 2])> {
        let rect = self.rect();
        let ways = [[-1, -1], [0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0]];
        ways.into_iter().map(move |way| (place_of(rect, way), way))
    }

    /// What lies under a place of the screen.
    pub(super) fn grip_at(&self, on_screen: Pos2, camera: &crate::canvas::Camera) -> Grip {
        let is_near = |(place, _): &(Pos2, [i8; 2])| camera.screen_from_canvas(*place).distance(on_screen) <= REACH;
        if let Some((_, edges)) = self.handles().find(is_near) {
            return Grip::Edges(edges);
        }
        let is_inside = self.rect().contains(camera.canvas_from_screen(on_screen));
        if is_inside { Grip::Inside } else { Grip::Outside }
    }

    /// The frame after a drag between two places of the canvas; `ratio` is width over height, where it is fixed.
    pub(super) fn dragged(&self, grip: Grip, from: Pos2, to: Pos2, ratio: Option<f32>) -> Self {
        match grip {
            Grip::Inside => self.moved(to - from),
            Grip::Outside => Self::spanned(from.round(), to.round() - from.round(), [1, 1], ratio),
            Grip::Edges(edges) => {
                let rect = self.rect();
                let fixed = place_of(rect, edges.map(|edge| -edge));
                let reach = place_of(rect, edges) + (to - from).round() - fixed;
                // A middle handle leaves the other side as it is.
                let reach = vec2(
                    if edges[0] == 0 { rect.width() } else { reach.x },
                    if edges[1] == 0 { rect.height() } else { reach.y },
                );
                Self::spanned(fixed, reach, edges, ratio)
            }
        }
    }

    fn moved(&self, by: Vec2) -> Self {
        let within = |place: i32, by: f32| (place as f32 + by.round()).clamp(-MAX_SIDE as f32, MAX_SIDE as f32) as i32;
        Self { left: within(self.left, by.x), top: within(self.top, by.y), ..*self }
    }

    /// From a place that stays, so far to either side; a direction of 0 grows to both.
    fn spanned(fixed: Pos2, reach: Vec2, edges: [i8; 2], ratio: Option<f32>) -> Self {
        let mut size = reach.abs();
        if let Some(ratio) = ratio {
            let follows_width = match edges {
                [0, _] => false,
                [_, 0] => true,
                _ => size.x >= size.y * ratio,
            };
            size = if follows_width { vec2(size.x, size.x / ratio) } else { vec2(size.y * ratio, size.y) };
        }
        let size = size.round().clamp(Vec2::splat(1.0), Vec2::splat(MAX_SIDE as f32));
        let start = |edge: i8, fixed: f32, reach: f32, side: f32| match edge {
            0 => fixed - side / 2.0,
            _ if reach < 0.0 => fixed - side,
            _ => fixed,
        };
        let start = pos2(start(edges[0], fixed.x, reach.x, size.x), start(edges[1], fixed.y, reach.y, size.y)).round();
        Self { left: start.x as i32, top: start.y as i32, width: size.x as u32, height: size.y as u32 }
    }

    /// As wide as before, about the same middle.
    #[must_use]
    pub fn with_ratio(&self, ratio: f32) -> Self {
        let height = ((self.width as f32 / ratio).round() as u32).clamp(1, CanvasSize::MAX_SIDE);
        Self { top: self.top + (self.height as i32 - height as i32) / 2, height, ..*self }
    }
}

/// -1 is the left or top edge, 0 the middle, 1 the right or bottom edge.
fn place_of(rect: Rect, [x, y]: [i8; 2]) -> Pos2 {
    rect.center() + rect.size() / 2.0 * vec2(f32::from(x), f32::from(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: CropFrame = CropFrame { left: 10, top: 20, width: 100, height: 50 };

    fn dragged(grip: Grip, by: Vec2, ratio: Option<f32>) -> [i32; 4] {
        let CropFrame { left, top, width, height } = FRAME.dragged(grip, pos2(3.0, 4.0), pos2(3.0, 4.0) + by, ratio);
        [left, top, width as i32, height as i32]
    }

    #[test]
    fn corners_and_sides_follow_the_pointer_by_whole_pixels() {
        assert_eq!(dragged(Grip::Edges([1, 1]), vec2(10.4, -5.2), None), [10, 20, 110, 45]);
        assert_eq!(dragged(Grip::Edges([-1, -1]), vec2(-30.0, 5.0), None), [-20, 25, 130, 45]);
        assert_eq!(dragged(Grip::Edges([0, 1]), vec2(99.0, 10.0), None), [10, 20, 100, 60]);
        assert_eq!(dragged(Grip::Edges([-1, 0]), vec2(5.0, 99.0), None), [15, 20, 95, 50]);
        assert_eq!(dragged(Grip::Inside, vec2(-20.4, 7.0), None), [-10, 27, 100, 50]);
    }

    #[test]
    fn an_edge_dragged_over_the_other_turns_the_frame_around() {
        assert_eq!(dragged(Grip::Edges([1, 0]), vec2(-130.0, 0.0), None), [-20, 20, 30, 50]);
        assert_eq!(dragged(Grip::Edges([1, 0]), vec2(-100.0, 0.0), None), [10, 20, 1, 50], "never nothing");
    }

    #[test]
    fn a_fixed_ratio_stays() {
        assert_eq!(dragged(Grip::Edges([1, 1]), vec2(60.0, 0.0), Some(2.0)), [10, 20, 160, 80]);
        assert_eq!(dragged(Grip::Edges([-1, -1]), vec2(0.0, -50.0), Some(1.0)), [10, -30, 100, 100]);
        assert_eq!(dragged(Grip::Edges([1, 0]), vec2(20.0, 0.0), Some(2.0)), [10, 15, 120, 60]);
        assert_eq!(dragged(Grip::Outside, vec2(-40.0, 10.0), Some(1.0)), [-37, 4, 40, 40]);
        assert_eq!(FRAME.with_ratio(1.0), CropFrame { left: 10, top: -5, width: 100, height: 100 });
    }
}
