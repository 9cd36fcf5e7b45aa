//! Maps of the plane that keep straight lines straight: everything the transform tool can do to a layer.

/// A point in canvas pixels; the centre of the top left pixel is at (0.5, 0.5), `y` points down.
pub type Point = [f64; 2];

/// From where a point is to where it comes to: a homogeneous matrix, row by row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection([[f64; 3]; 3]);

impl Projection {
    pub const IDENTITY: Self = Self([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

    /// Row by row; applied to `(x, y, 1)` it gives a place times its third number.
    #[must_use]
    pub fn from_rows(rows: [[f64; 3]; 3]) -> Self {
        Self(rows)
    }

    /// Row by row.
    #[must_use]
    pub fn rows(self) -> [[f64; 3]; 3] {
        self.0
    }

    #[must_use]
    pub fn translation(by: Point) -> Self {
        Self([[1.0, 0.0, by[0]], [0.0, 1.0, by[1]], [0.0, 0.0, 1.0]])
    }

    /// About the origin, as those that follow.
    #[must_use]
    pub fn scaling(x: f64, y: f64) -> Self {
        Self([[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, 1.0]])
    }

    /// Clockwise as it is seen. Quarter turns are exact.
    #[must_use]
    pub fn rotation(degrees: f64) -> Self {
        let (sin, cos) = match degrees.rem_euclid(360.0) {
            0.0 => (0.0, 1.0),
            90.0 => (1.0, 0.0),
            180.0 => (0.0, -1.0),
            270.0 => (-1.0, 0.0),
            degrees => degrees.to_radians().sin_cos(),
        };
        Self([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    }

    /// Each point moves by `x` times its height and by `y` times its distance from the left.
    #[must_use]
    pub fn skewing(x: f64, y: f64) -> Self {
        Self([[1.0, x, 0.0], [y, 1.0, 0.0], [0.0, 0.0, 1.0]])
    }

    /// The same with `center` in the place of the origin.
    #[must_use]
    pub fn about(self, center: Point) -> Self {
        Self::translation([-center[0], -center[1]]).then(self).then(Self::translation(center))
    }

    /// First this, then `next`.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        let product =
            |row: usize, column: usize| (0..3).map(|index| next.0[row][index] * self.0[index][column]).sum::<f64>();
        Self(std::array::from_fn(|row| std::array::from_fn(|column| product(row, column))))
    }

    /// What takes the corners of one quadrilateral to those of another. `None` where either has three corners in a line
    /// or crosses itself in a way that no view of a plane does.
    #[must_use]
    pub fn between(source: [Point; 4], target: [Point; 4]) -> Option<Self> {
        Some(Self::from_unit_square(source)?.inverse()?.then(Self::from_unit_square(target)?))
    }

    /// The unit square's corners (top left, top right, bottom right, bottom left) come to `corners`: Heckbert 1989,
    /// "Fundamentals of texture mapping and image warping", 2.2.3.
    fn from_unit_square([a, b, c, d]: [Point; 4]) -> Option<Self> {
        let sum = [a[0] - b[0] + c[0] - d[0], a[1] - b[1] + c[1] - d[1]];
        let (right, down) = ([b[0] - c[0], b[1] - c[1]], [d[0] - c[0], d[1] - c[1]]);
        let area = right[0] * down[1] - down[0] * right[1];
        let g = (sum[0] * down[1] - down[0] * sum[1]) / area;
        let h = (right[0] * sum[1] - sum[0] * right[1]) / area;
        let map = Self([
            [b[0] - a[0] + g * b[0], d[0] - a[0] + h * d[0], a[0]],
            [b[1] - a[1] + g * b[1], d[1] - a[1] + h * d[1], a[1]],
            [g, h, 1.0],
        ]);
        // All four corners must lie on the same side of the horizon.
        let is_seen = 1.0 + g > 1e-9 && 1.0 + h > 1e-9 && 1.0 + g + h > 1e-9;
        (is_seen && map.inverse().is_some()).then_some(map)
    }

    /// `None` where the plane becomes a line or a point.
    #[must_use]
    pub fn inverse(self) -> Option<Self> {
        let m = self.0;
        let cofactor = |row: usize, column: usize| {
            let (r1, r2, c1, c2) = ((row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3);
            m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
        };
        let determinant: f64 = (0..3).map(|column| m[0][column] * cofactor(0, column)).sum();
        let inverse =
            Self(std::array::from_fn(|row| std::array::from_fn(|column| cofactor(column, row) / determinant)));
        let is_sound = determinant.abs() > 1e-12 && inverse.0.iter().flatten().all(|value| value.is_finite());
        is_sound.then_some(inverse)
    }

    /// Where a point comes to; `None` for one on or behind the horizon.
    #[must_use]
    pub fn apply(self, [x, y]: Point) -> Option<Point> {
        let [a, b, c] = self.0.map(|row| row[0] * x + row[1] * y + row[2]);
        (c > 1e-9).then(|| [a / c, b / c])
    }

    /// How far the image of a point moves for each pixel that the point moves to the right and down; `None` on or behind
    /// the horizon.
    pub(super) fn derivative(self, [x, y]: Point) -> Option<[Point; 2]> {
        let [a, b, c] = self.0.map(|row| row[0] * x + row[1] * y + row[2]);
        let along = |axis: usize| {
            let [da, db, dc] = self.0.map(|row| row[axis]);
            [(da * c - a * dc) / (c * c), (db * c - b * dc) / (c * c)]
        };
        (c > 1e-9).then(|| [along(0), along(1)])
    }

    /// Whether it shows things as a mirror does.
    #[must_use]
    pub fn turns_around(self) -> bool {
        let [[a, b, c], [d, e, f], [g, h, i]] = self.0;
        a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) < 0.0
    }

    /// Whether it keeps every shape and direction.
    #[must_use]
    pub fn is_move(self) -> bool {
        self.as_scaling().is_some_and(|axes| axes.iter().all(|(scale, _)| *scale == 1.0))
    }

    /// Where it keeps parallels parallel: the two columns of its linear part and its shift.
    pub(super) fn as_affine(self) -> Option<([Point; 2], Point)> {
        let [[a, b, c], [d, e, f], [g, h, i]] = self.0;
        (g == 0.0 && h == 0.0 && i != 0.0).then(|| ([[a / i, d / i], [b / i, e / i]], [c / i, f / i]))
    }

    /// Where it only scales and moves along the axes: `x' = scale x + shift` for each.
    pub(super) fn as_scaling(self) -> Option<[(f64, f64); 2]> {
        let ([right, down], shift) = self.as_affine()?;
        (right[1] == 0.0 && down[0] == 0.0).then(|| [(right[0], shift[0]), (down[1], shift[1])])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Point; 4] = [[0.0, 0.0], [100.0, 0.0], [100.0, 50.0], [0.0, 50.0]];

    fn near(point: Option<Point>, expected: Point) {
        let point = point.unwrap();
        assert!(
            (point[0] - expected[0]).abs() < 1e-6 && (point[1] - expected[1]).abs() < 1e-6,
            "{point:?} {expected:?}"
        );
    }

    #[test]
    fn corners_come_to_corners() {
        let target = [[10.0, 5.0], [90.0, 20.0], [120.0, 80.0], [-5.0, 60.0]];
        let map = Projection::between(SQUARE, target).unwrap();
        for (corner, expected) in SQUARE.into_iter().zip(target) {
            near(map.apply(corner), expected);
            near(map.inverse().unwrap().apply(expected), corner);
        }
    }

    /// By OpenCV: `cv2.perspectiveTransform` with `cv2.getPerspectiveTransform` of the same corners.
    #[test]
    fn the_middle_comes_to_where_opencv_puts_it() {
        let target = [[10.0, 5.0], [90.0, 20.0], [120.0, 80.0], [-5.0, 60.0]];
        near(Projection::between(SQUARE, target).unwrap().apply([50.0, 25.0]), MIDDLE_BY_OPENCV);
    }

    const MIDDLE_BY_OPENCV: Point = [54.143_167_03, 35.097_613_88];

    #[test]
    fn a_quadrilateral_of_no_area_or_inside_out_is_refused() {
        assert_eq!(Projection::between(SQUARE, [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]), None);
        assert_eq!(Projection::between(SQUARE, [[0.0, 0.0], [100.0, 50.0], [100.0, 0.0], [0.0, 50.0]]), None);
    }

    #[test]
    fn a_turn_about_a_point_keeps_the_point_and_four_quarters_are_none() {
        let turn = Projection::rotation(33.0).about([7.0, 9.0]);
        near(turn.apply([7.0, 9.0]), [7.0, 9.0]);
        let quarter = Projection::rotation(90.0);
        near(quarter.apply([1.0, 0.0]), [0.0, 1.0]);
        assert_eq!(quarter.then(quarter).then(quarter).then(quarter), Projection::IDENTITY);
    }

    #[test]
    fn the_derivative_is_what_a_small_step_shows() {
        let map = Projection::between(SQUARE, [[10.0, 5.0], [90.0, 20.0], [120.0, 80.0], [-5.0, 60.0]]).unwrap();
        let [right, down] = map.derivative([30.0, 40.0]).unwrap();
        let step = |by: Point| {
            let (from, to) = (map.apply([30.0, 40.0]).unwrap(), map.apply([30.0 + by[0], 40.0 + by[1]]).unwrap());
            [(to[0] - from[0]) * 1e5, (to[1] - from[1]) * 1e5]
        };
        let is_near = |a: Point, b: Point| (a[0] - b[0]).abs() < 1e-3 && (a[1] - b[1]).abs() < 1e-3;
        assert!(is_near(right, step([1e-5, 0.0])) && is_near(down, step([0.0, 1e-5])));
    }
}
