//! A response curve as the painter edits it: a few points, and a smooth line through them that never overshoots.

use serde::{Deserialize, Serialize};

/// A function from 0..=1 to 0..=1 through 2 to [`Curve::MAX_POINTS`] points.
///
/// Between points it is the monotone cubic of Fritsch and Carlson 1980 ("Monotone piecewise cubic interpolation", SIAM J.
/// Numer. Anal. 17): smooth, and never above or below the points it joins. Before the first and after the last point it is
/// level. Kept in files as a list of pairs: `[[0.0, 0.2], [1.0, 1.0]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<[f32; 2]>", into = "Vec<[f32; 2]>")]
pub struct Curve {
    /// In order of their x, no two at the same.
    points: Vec<[f32; 2]>,
    /// The slope at each point.
    slopes: Vec<f32>,
}

/// Why points are no curve.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum CurveError {
    #[error("a curve has 2 to {max} points, not {0}", max = Curve::MAX_POINTS)]
    Count(usize),
    #[error("the curve's point [{0}, {1}] is not between 0 and 1")]
    Range(f32, f32),
    #[error(
        "the curve has two points at {0}, or they are not in order; each needs a place of its own, from left to right"
    )]
    Order(f32),
}

impl Curve {
    pub const MAX_POINTS: usize = 16;

    /// Points closer together than this cannot be told apart.
    const MIN_GAP: f32 = 1e-3;

    /// # Errors
    /// Too few or too many points, points out of 0..=1, or points that are not in order from left to right.
    pub fn new(points: Vec<[f32; 2]>) -> Result<Self, CurveError> {
        if !(2..=Self::MAX_POINTS).contains(&points.len()) {
            return Err(CurveError::Count(points.len()));
        }
        if let Some([x, y]) = points.iter().find(|point| point.iter().any(|value| !(0.0..=1.0).contains(value))) {
            return Err(CurveError::Range(*x, *y));
        }
        if let Some([_, next]) = points.array_windows().find(|[here, next]| next[0] - here[0] < Self::MIN_GAP) {
            return Err(CurveError::Order(next[0]));
        }
        let slopes = slopes_of(&points);
        Ok(Self { points, slopes })
    }

    /// From `y0` at 0 straight to `y1` at 1, each brought into 0..=1.
    #[must_use]
    pub fn line(y0: f32, y1: f32) -> Self {
        let points = vec![[0.0, y0.clamp(0.0, 1.0)], [1.0, y1.clamp(0.0, 1.0)]];
        let slopes = slopes_of(&points);
        Self { points, slopes }
    }

    #[must_use]
    pub fn points(&self) -> &[[f32; 2]] {
        &self.points
    }

    /// The curve with another point; `None` where it has no room for it.
    #[must_use]
    pub fn with_point(&self, point: [f32; 2]) -> Option<Self> {
        let mut points = self.points.clone();
        points.insert(points.partition_point(|[x, _]| *x < point[0]), point);
        Self::new(points).ok()
    }

    /// The curve without a point; `None` where it would have less than two.
    #[must_use]
    pub fn without_point(&self, index: usize) -> Option<Self> {
        let mut points = self.points.clone();
        (index < points.len()).then(|| points.remove(index))?;
        Self::new(points).ok()
    }

    /// The curve with a point moved, as far as its neighbours let it.
    #[must_use]
    pub fn with_moved_point(&self, index: usize, [x, y]: [f32; 2]) -> Self {
        let mut points = self.points.clone();
        let neighbour = |index: Option<usize>| index.and_then(|index| self.points.get(index)).map(|[x, _]| *x);
        // Twice the gap, so that rounding does not make it too small.
        let min = neighbour(index.checked_sub(1)).map_or(0.0, |x| x + 2.0 * Self::MIN_GAP);
        let max = neighbour(index.checked_add(1)).map_or(1.0, |x| x - 2.0 * Self::MIN_GAP);
        if let Some(point) = points.get_mut(index).filter(|_| min <= max && !x.is_nan() && !y.is_nan()) {
            *point = [x.clamp(min, max), y.clamp(0.0, 1.0)];
        }
        Self::new(points).unwrap_or_else(|_| self.clone())
    }

    /// The value at `x`, 0 to 1; what is not a number counts as 0.
    #[must_use]
    pub fn at(&self, x: f32) -> f32 {
        let x = if x.is_nan() { 0.0 } else { x };
        let next = self.points.partition_point(|[at, _]| *at <= x);
        let ends = (self.points.get(next.wrapping_sub(1)), self.points.get(next));
        match ends {
            (Some([x0, y0]), Some([x1, y1])) => {
                let (m0, m1) = (self.slope(next - 1), self.slope(next));
                hermite([*y0, *y1], [m0, m1], x1 - x0, (x - x0) / (x1 - x0)).clamp(0.0, 1.0)
            }
            (Some([_, y]), None) | (None, Some([_, y])) => *y,
            (None, None) => 0.0,
        }
    }

    fn slope(&self, index: usize) -> f32 {
        self.slopes.get(index).copied().unwrap_or_default()
    }
}

/// The cubic with these values and slopes at both ends of an interval, at the share `t` of its `width`.
fn hermite([y0, y1]: [f32; 2], [m0, m1]: [f32; 2], width: f32, t: f32) -> f32 {
    let s = 1.0 - t;
    s * s * ((1.0 + 2.0 * t) * y0 + t * width * m0) + t * t * ((3.0 - 2.0 * t) * y1 - s * width * m1)
}

/// Fritsch and Carlson's slopes, by the weighted harmonic mean of Fritsch and Butland 1984 ("A method for constructing local
/// monotone piecewise cubic interpolants"), as SciPy's `PchipInterpolator` has it.
fn slopes_of(points: &[[f32; 2]]) -> Vec<f32> {
    let secants: Vec<_> = points.array_windows().map(|[[x0, y0], [x1, y1]]| (x1 - x0, (y1 - y0) / (x1 - x0))).collect();
    let mut slopes = vec![0.0; points.len()];
    for (slope, [(h0, d0), (h1, d1)]) in slopes.iter_mut().skip(1).zip(secants.array_windows()) {
        if d0 * d1 > 0.0 {
            let (w0, w1) = (2.0 * h1 + h0, h1 + 2.0 * h0);
            *slope = (w0 + w1) / (w0 / d0 + w1 / d1);
        }
    }
    if let (Some(first), [start, ..]) = (slopes.first_mut(), secants.as_slice()) {
        *first = end_slope(*start, secants.get(1).copied());
    }
    if let (Some(last), [.., end]) = (slopes.last_mut(), secants.as_slice()) {
        *last = end_slope(*end, secants.len().checked_sub(2).and_then(|index| secants.get(index)).copied());
    }
    slopes
}

/// The slope at an end from the two secants nearest to it (three-point formula, kept within the limits of monotony).
fn end_slope((h0, d0): (f32, f32), next: Option<(f32, f32)>) -> f32 {
    let Some((h1, d1)) = next else { return d0 };
    let slope = ((2.0 * h0 + h1) * d0 - h0 * d1) / (h0 + h1);
    if slope * d0 <= 0.0 {
        0.0
    } else if d0 * d1 <= 0.0 && slope.abs() > 3.0 * d0.abs() {
        3.0 * d0
    } else {
        slope
    }
}

impl TryFrom<Vec<[f32; 2]>> for Curve {
    type Error = CurveError;

    fn try_from(points: Vec<[f32; 2]>) -> Result<Self, CurveError> {
        Self::new(points)
    }
}

impl From<Curve> for Vec<[f32; 2]> {
    fn from(curve: Curve) -> Self {
        curve.points
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn curve(points: &[[f32; 2]]) -> Curve {
        Curve::new(points.to_vec()).unwrap()
    }

    #[test]
    fn the_values_are_scipy_s() {
        // PchipInterpolator([0, .3, .5, .8, 1], [.1, .2, .7, .75, .4]) of SciPy 1.17.1.
        let curve = curve(&[[0.0, 0.1], [0.3, 0.2], [0.5, 0.7], [0.8, 0.75], [1.0, 0.4]]);
        for (x, expected) in SCIPY {
            assert!((curve.at(x) - expected).abs() < 1e-5, "at {x}: {} is not {expected}", curve.at(x));
        }
    }

    const SCIPY: [(f32, f32); 6] =
        [(0.1, 0.112_152), (0.25, 0.171_071), (0.4, 0.457_199), (0.6, 0.727_712), (0.75, 0.748_601), (0.9, 0.637_917)];

    #[test]
    fn two_points_make_a_straight_line_that_is_level_outside() {
        let curve = curve(&[[0.2, 0.3], [0.8, 0.9]]);
        for (x, y) in
            [(0.0, 0.3), (0.2, 0.3), (0.5, 0.6), (0.8, 0.9), (1.0, 0.9), (f32::NAN, 0.3), (f32::INFINITY, 0.9)]
        {
            assert!((curve.at(x) - y).abs() < 1e-6, "{x}");
        }
        assert_eq!(Curve::line(-1.0, 7.0).points(), [[0.0, 0.0], [1.0, 1.0]]);
    }

    #[test]
    fn what_is_no_curve_is_told_why() {
        let error = |points: &[[f32; 2]]| Curve::new(points.to_vec()).unwrap_err().to_string();
        assert_eq!(error(&[[0.0, 0.0]]), "a curve has 2 to 16 points, not 1");
        assert_eq!(error(&[[0.0, 0.0], [1.0, 1.5]]), "the curve's point [1, 1.5] is not between 0 and 1");
        assert!(error(&[[0.0, 0.0], [f32::NAN, 0.5]]).contains("NaN"));
        assert!(error(&[[0.5, 0.0], [0.5, 0.5]]).contains("two points at 0.5"));
        assert!(serde_json::from_str::<Curve>("[[0, 0], [0.2, 3]]").unwrap_err().to_string().contains("[0.2, 3]"));
    }

    #[test]
    fn points_are_added_moved_and_taken_away() {
        let line = Curve::line(0.0, 1.0);
        let bent = line.with_point([0.5, 0.9]).unwrap();
        assert_eq!(bent.points(), [[0.0, 0.0], [0.5, 0.9], [1.0, 1.0]]);
        assert_eq!(bent.with_point([0.5, 0.1]), None);
        assert_eq!(bent.with_moved_point(1, [2.0, 0.3]).points()[1], [0.998, 0.3], "no further than its neighbour");
        assert_eq!(bent.with_moved_point(7, [0.1, 0.3]), bent);
        assert_eq!(bent.without_point(1), Some(line.clone()));
        assert_eq!(line.without_point(0), None);
    }

    proptest! {
        #[test]
        fn it_stays_between_neighbouring_points_and_passes_through_all(
            ys in prop::collection::vec(0.0f32..=1.0, 2..=16),
            x in 0.0f32..=1.0,
        ) {
            let last = (ys.len() - 1) as f32;
            let points: Vec<_> = ys.iter().enumerate().map(|(index, y)| [index as f32 / last, *y]).collect();
            let curve = curve(&points);
            for [at, y] in &points {
                prop_assert!((curve.at(*at) - y).abs() < 1e-5);
            }
            let index = ((x * last) as usize).min(ys.len() - 2);
            let (low, high) = (ys[index].min(ys[index + 1]), ys[index].max(ys[index + 1]));
            prop_assert!((low - 1e-5..=high + 1e-5).contains(&curve.at(x)));
            let text = serde_json::to_string(&curve).unwrap();
            prop_assert_eq!(serde_json::from_str::<Curve>(&text).unwrap(), curve);
        }
    }
}
