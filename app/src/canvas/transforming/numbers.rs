//! A transformation in numbers: what the option line shows and takes.

use egui::{Pos2, Vec2, vec2};

use super::quad::Quad;

/// What has become of the rectangle, as if it had been skewed, scaled, turned and moved in this order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransformNumbers {
    /// The middle, in canvas pixels.
    pub middle: Pos2,
    /// Along the rectangle's own axes, 1 as it was; below 0 it is flipped.
    pub scale: Vec2,
    /// Degrees clockwise, -180 to 180.
    pub angle: f32,
    /// Degrees by which the upright sides lean to the left, above -90 and below 90.
    pub skew: f32,
}

impl TransformNumbers {
    pub const NOTHING_DONE: Self = Self { middle: Pos2::ZERO, scale: Vec2::splat(1.0), angle: 0.0, skew: 0.0 };

    /// Scales nearer to 0 would leave nothing to see.
    pub const MIN_SCALE: f32 = 0.001;
    pub const MAX_SCALE: f32 = 100.0;
    pub const MAX_SKEW: f32 = 85.0;

    /// Of a view in perspective, those of its middle lines.
    pub(super) fn of(quad: &Quad) -> Self {
        let [right, down] = middle_lines(quad);
        let size = quad.source_rect().size();
        // A flip is shown as one of the axis that needs less of a turn beside it.
        let is_flipped = right.x * down.y - right.y * down.x < 0.0;
        let flips_width = is_flipped && right.x < 0.0;
        let along = if flips_width { -right } else { right };
        let across = across(along).normalized();
        let height = down.dot(across);
        let width = right.length() * if flips_width { -1.0 } else { 1.0 };
        Self {
            middle: quad.middle(),
            scale: vec2(width / size.x, height / size.y),
            angle: along.angle().to_degrees(),
            skew: (down.dot(along.normalized()) / height).atan().to_degrees(),
        }
    }

    /// Where a step to the right and one down lead that were as long as the rectangle's sides.
    fn axes(&self, size: Vec2) -> [Vec2; 2] {
        let along = Vec2::angled(self.angle.to_radians());
        let (width, height) = (self.scale.x * size.x, self.scale.y * size.y);
        [along * width, (across(along) + along * self.skew.to_radians().tan()) * height]
    }

    /// Whether there is something left to see, and every number is one.
    fn is_sound(&self) -> bool {
        let scales = [self.scale.x, self.scale.y].map(f32::abs);
        scales.iter().all(|scale| (Self::MIN_SCALE..=Self::MAX_SCALE).contains(scale))
            && self.skew.abs() <= Self::MAX_SKEW
            && self.angle.is_finite()
            && self.middle.is_finite()
    }
}

/// A quarter turn clockwise.
fn across(along: Vec2) -> Vec2 {
    vec2(-along.y, along.x)
}

/// From the middle of each side to that of the opposite one: to the right, and down.
fn middle_lines(quad: &Quad) -> [Vec2; 2] {
    let middles = [0, 1, 2, 3].map(|side| quad.middle_of_side(side));
    [middles[1] - middles[3], middles[2] - middles[0]]
}

impl Quad {
    /// The quadrilateral with other numbers; perspective stays. `None` where nothing would be left to see.
    pub(super) fn with_numbers(&self, numbers: TransformNumbers) -> Option<Self> {
        let old = TransformNumbers::of(self);
        if !numbers.is_sound() || !old.is_sound() {
            return None;
        }
        let size = self.source_rect().size();
        let ([from_right, from_down], [right, down]) = (old.axes(size), numbers.axes(size));
        let area = from_right.x * from_down.y - from_right.y * from_down.x;
        let corners = self.corners.map(|corner| {
            let at = corner - old.middle;
            // The corner's place in shares of the old axes.
            let (x, y) =
                ((at.x * from_down.y - at.y * from_down.x) / area, (from_right.x * at.y - from_right.y * at.x) / area);
            numbers.middle + right * x + down * y
        });
        let quad = Self { corners: tidied(corners), ..*self };
        quad.projection()?.inverse()?;
        Some(quad)
    }
}

/// Corners within rounding of half a pixel lie there, so that what only moves stays sharp.
fn tidied(corners: [Pos2; 4]) -> [Pos2; 4] {
    corners.map(|corner| {
        let near = (corner * 2.0).round() / 2.0;
        if corner.distance(near) < 1e-3 { near } else { corner }
    })
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;
    use crate::document::PixelRect;

    fn quad() -> Quad {
        Quad::of(PixelRect { left: 10, top: 20, right: 110, bottom: 70 })
    }

    fn corners(quad: Option<Quad>) -> [[i32; 2]; 4] {
        quad.unwrap().corners.map(|corner| [corner.x.round() as i32, corner.y.round() as i32])
    }

    #[test]
    fn nothing_done_is_shown_as_nothing() {
        let numbers = TransformNumbers::of(&quad());
        assert_eq!((numbers.middle, numbers.scale), (pos2(60.0, 45.0), vec2(1.0, 1.0)));
        assert_eq!((numbers.angle, numbers.skew), (0.0, 0.0));
        assert_eq!(quad().with_numbers(numbers), Some(quad()));
    }

    #[test]
    fn numbers_scale_turn_skew_and_move_about_the_middle() {
        let start = TransformNumbers::of(&quad());
        let with = |change: fn(&mut TransformNumbers)| {
            let mut numbers = start;
            change(&mut numbers);
            corners(quad().with_numbers(numbers))
        };
        assert_eq!(with(|n| n.scale.x = 0.5), [[35, 20], [85, 20], [85, 70], [35, 70]]);
        assert_eq!(with(|n| n.angle = 90.0), [[85, -5], [85, 95], [35, 95], [35, -5]]);
        assert_eq!(with(|n| n.skew = 45.0), [[-15, 20], [85, 20], [135, 70], [35, 70]]);
        assert_eq!(with(|n| n.middle.x += 7.0), [[17, 20], [117, 20], [117, 70], [17, 70]]);
        assert_eq!(with(|n| n.scale.y = -1.0), [[10, 70], [110, 70], [110, 20], [10, 20]]);
    }

    #[test]
    fn what_was_set_is_what_is_shown() {
        let wanted = TransformNumbers { middle: pos2(33.0, 44.0), scale: vec2(-1.5, 0.75), angle: 30.0, skew: -20.0 };
        let shown = TransformNumbers::of(&quad().with_numbers(wanted).unwrap());
        let near = |a: f32, b: f32| assert!((a - b).abs() < 1e-3, "{shown:?}");
        near(shown.scale.x, -1.5);
        near(shown.scale.y, 0.75);
        near(shown.angle, 30.0);
        near(shown.skew, -20.0);
    }

    #[test]
    fn a_flip_is_shown_as_one_and_half_a_turn_as_half_a_turn() {
        let shown = |scale: Vec2, angle: f32| {
            let numbers = TransformNumbers { scale, angle, ..TransformNumbers::of(&quad()) };
            let shown = TransformNumbers::of(&quad().with_numbers(numbers).unwrap());
            (shown.scale, shown.angle.abs().round())
        };
        assert_eq!(shown(vec2(-1.0, 1.0), 0.0), (vec2(-1.0, 1.0), 0.0));
        assert_eq!(shown(vec2(1.0, -1.0), 0.0), (vec2(1.0, -1.0), 0.0));
        assert_eq!(shown(vec2(-1.0, -1.0), 0.0), (vec2(1.0, 1.0), 180.0));
    }

    #[test]
    fn numbers_that_leave_nothing_are_refused() {
        let start = TransformNumbers::of(&quad());
        assert_eq!(quad().with_numbers(TransformNumbers { scale: vec2(0.0, 1.0), ..start }), None);
        assert_eq!(quad().with_numbers(TransformNumbers { skew: 90.0, ..start }), None);
        assert_eq!(quad().with_numbers(TransformNumbers { angle: f32::NAN, ..start }), None);
    }
}
