//! The blend ring's grip: a dot below what the model sees, under the inner rim of the ring on the mask's right. Dragged
//! towards the mask's middle it makes the ring wider.

use brushfire_engine::Recipe;
use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

use super::{DASH, OUTSIDE, REACH, has_frame, paint_pill};
use crate::canvas::camera::Camera;
use crate::canvas::egui_rect;
use crate::language::text_with;
use crate::studio::plan::Plan;
use crate::theme::ACCENT;

/// It lies so far below a frame, in points: the frame's own handles lie between.
const BELOW_HANDLES: f32 = 28.0;
/// In points.
const RADIUS: f32 = 5.0;

/// Where it is, as the plan has the ring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FeatherGrip {
    /// What is seen of the masks' bounds, in canvas pixels.
    mask: Rect,
    /// What the model sees.
    seen: Rect,
    /// In canvas pixels.
    feather: u32,
    /// How far it lies below what the model sees, in points.
    below: f32,
}

impl FeatherGrip {
    pub(super) fn of(plan: &Plan) -> Self {
        let seen = plan.seen();
        let below = if has_frame(plan) { BELOW_HANDLES } else { OUTSIDE };
        Self {
            mask: egui_rect(plan.region.intersect(seen)),
            seen: egui_rect(seen),
            feather: plan.recipe.feather,
            below,
        }
    }

    /// Where the ring ends inside the mask.
    fn inner_rim(&self) -> f32 {
        (self.mask.right() - self.feather as f32).max(self.mask.left())
    }

    fn on_screen(&self, camera: &Camera) -> Pos2 {
        let above = pos2(self.inner_rim(), self.seen.bottom());
        let [from, to] = [above, above + Vec2::Y].map(|at| camera.screen_from_canvas(at));
        to + (to - from).normalized() * self.below
    }

    /// Whether it is taken at this place of the screen.
    pub(super) fn is_at(&self, on_screen: Pos2, camera: &Camera) -> bool {
        self.on_screen(camera).distance(on_screen) <= REACH
    }

    /// The feather, in canvas pixels, once it has been dragged so far to the right, in canvas pixels too.
    pub(super) fn dragged_by(&self, to_the_right: f32) -> u32 {
        let feather = self.mask.right() - self.inner_rim() - to_the_right;
        (feather.round().max(0.0) as u32).min(Recipe::MAX_FEATHER)
    }

    /// Draws it; with a line up to the ring and the number where it is held or about to be.
    pub(super) fn paint(&self, painter: &Painter, camera: &Camera, is_explained: bool) {
        let at = self.on_screen(camera);
        if is_explained {
            let ring = camera.screen_from_canvas(pos2(self.inner_rim(), self.mask.center().y));
            painter.extend(Shape::dashed_line(&[at, ring], Stroke::new(1.5, ACCENT), DASH, DASH));
            let words = text_with("plan-feather", &[("feather", self.feather.into())]);
            paint_pill(painter, at + vec2(2.0 * RADIUS, -RADIUS), words);
        }
        painter.circle(at, RADIUS, ACCENT, Stroke::new(1.0, Color32::from_black_alpha(200)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn towards_the_middle_of_the_mask_the_feather_grows() {
        let rect = |from, to| Rect::from_min_max(pos2(from, from), pos2(to, to));
        let grip = FeatherGrip { mask: rect(100.0, 200.0), seen: rect(50.0, 250.0), feather: 10, below: 0.0 };
        assert_eq!([grip.dragged_by(0.0), grip.dragged_by(-20.4), grip.dragged_by(50.0)], [10, 30, 0]);
        assert_eq!(grip.dragged_by(-1e9), Recipe::MAX_FEATHER);
        let wide = FeatherGrip { feather: 400, ..grip };
        assert_eq!(wide.dragged_by(1.0), 99, "a ring that fills the mask is taken at the mask's edge");
    }
}
