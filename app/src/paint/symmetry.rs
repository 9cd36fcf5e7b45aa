//! Painting in several places at once: mirrors and turns of the canvas.

use std::f32::consts::{PI, TAU};

/// Where each dab is laid besides its own place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Symmetry {
    /// Besides the canvas as it is.
    maps: Vec<CanvasMap>,
}

/// A map of the canvas onto itself that keeps all lengths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CanvasMap {
    /// Rows of the linear part.
    turn: [[f32; 2]; 2],
    /// Canvas pixels; added after the turn.
    shift: [f32; 2],
}

impl Symmetry {
    /// Sectors that a radial symmetry has at most.
    pub const MAX_SECTORS: u32 = 32;

    /// Every dab once.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Mirrored at a straight line through `center` (canvas pixels), which is turned by `angle` degrees clockwise from
    /// the vertical.
    #[must_use]
    pub fn mirror(center: [f32; 2], angle: f32) -> Self {
        Self { maps: vec![CanvasMap::reflection(center, axis_of(angle))] }
    }

    /// Mirrored at the line of [`Symmetry::mirror`] and at the one across it.
    #[must_use]
    pub fn two_mirrors(center: [f32; 2], angle: f32) -> Self {
        let across = CanvasMap::reflection(center, axis_of(angle + 90.0));
        Self { maps: vec![CanvasMap::reflection(center, axis_of(angle)), across, CanvasMap::rotation(center, PI)] }
    }

    /// Repeated in `sectors` (1 to [`Symmetry::MAX_SECTORS`]) around `center`; `mirrored` also within each, as in a
    /// kaleidoscope.
    #[must_use]
    pub fn radial(center: [f32; 2], sectors: u32, mirrored: bool) -> Self {
        let sectors = sectors.clamp(1, Self::MAX_SECTORS);
        let angle = |sector: u32| TAU * sector as f32 / sectors as f32;
        let mut maps: Vec<_> = (1..sectors).map(|sector| CanvasMap::rotation(center, angle(sector))).collect();
        if mirrored {
            maps.extend((0..sectors).map(|sector| CanvasMap::reflection(center, axis_of(0.0) + angle(sector) / 2.0)));
        }
        Self { maps }
    }

    /// How many places each dab is laid at.
    #[must_use]
    pub fn copies(&self) -> usize {
        self.maps.len() + 1
    }

    /// The canvas as it is not among them.
    #[must_use]
    pub fn maps(&self) -> &[CanvasMap] {
        &self.maps
    }
}

/// The direction of a line turned by `angle` degrees clockwise from the vertical, in radians clockwise from the right.
fn axis_of(angle: f32) -> f32 {
    (angle - 90.0).to_radians()
}

impl CanvasMap {
    fn about(center: [f32; 2], turn: [[f32; 2]; 2]) -> Self {
        let unmoved = Self { turn, shift: [0.0; 2] };
        let [x, y] = unmoved.point(center);
        Self { turn, shift: [center[0] - x, center[1] - y] }
    }

    fn rotation(center: [f32; 2], radians: f32) -> Self {
        let (sin, cos) = radians.sin_cos();
        Self::about(center, [[cos, -sin], [sin, cos]])
    }

    /// At a line through `center` in the direction of `radians`.
    fn reflection(center: [f32; 2], radians: f32) -> Self {
        let (sin, cos) = (2.0 * radians).sin_cos();
        Self::about(center, [[cos, sin], [sin, -cos]])
    }

    #[must_use]
    pub fn point(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [row_x, row_y] = self.turn;
        [row_x[0] * x + row_x[1] * y + self.shift[0], row_y[0] * x + row_y[1] * y + self.shift[1]]
    }

    /// A direction (radians clockwise from the right) on the mapped canvas.
    #[must_use]
    pub fn direction(&self, radians: f32) -> f32 {
        let (sin, cos) = radians.sin_cos();
        let [row_x, row_y] = self.turn;
        (row_y[0] * cos + row_y[1] * sin).atan2(row_x[0] * cos + row_x[1] * sin)
    }

    /// Whether left and right are exchanged.
    #[must_use]
    pub fn mirrors(&self) -> bool {
        let [[a, b], [c, d]] = self.turn;
        a * d - b * c < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(symmetry: &Symmetry, point: [f32; 2]) -> Vec<[i32; 2]> {
        let mut places: Vec<_> =
            symmetry.maps().iter().map(|map| map.point(point).map(|at| (at * 10.0).round() as i32)).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn mirrors_lie_where_they_are_put() {
        assert_eq!(places(&Symmetry::mirror([100.0, 50.0], 0.0), [90.0, 20.0]), [[1100, 200]]);
        assert_eq!(places(&Symmetry::mirror([100.0, 50.0], 90.0), [90.0, 20.0]), [[900, 800]]);
        let both = Symmetry::two_mirrors([100.0, 50.0], 0.0);
        assert_eq!(places(&both, [90.0, 20.0]), [[900, 800], [1100, 200], [1100, 800]]);
        assert_eq!(both.copies(), 4);
    }

    #[test]
    fn radial_copies_are_turned_about_the_centre() {
        let four = Symmetry::radial([0.0, 0.0], 4, false);
        assert_eq!(places(&four, [1.0, 0.0]), [[-10, 0], [0, -10], [0, 10]]);
        let kaleidoscope = Symmetry::radial([0.0, 0.0], 4, true);
        assert_eq!(kaleidoscope.copies(), 8);
        let mut all = places(&kaleidoscope, [2.0, 1.0]);
        all.dedup();
        assert_eq!(all.len(), 7, "every copy has a place of its own");
        assert_eq!(Symmetry::radial([0.0, 0.0], 0, false), Symmetry::none());
    }

    #[test]
    fn directions_turn_with_the_canvas() {
        let mirror = Symmetry::mirror([5.0, 5.0], 0.0).maps()[0];
        assert!(mirror.mirrors() && (mirror.direction(0.0).abs() - PI).abs() < 1e-5);
        assert!((mirror.direction(0.25 * PI) - 0.75 * PI).abs() < 1e-5);
        let turn = Symmetry::radial([5.0, 5.0], 4, false).maps()[0];
        assert!(!turn.mirrors() && (turn.direction(0.0) - 0.5 * PI).abs() < 1e-5);
    }
}
