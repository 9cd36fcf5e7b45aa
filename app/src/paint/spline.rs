//! A smooth curve through the pen's samples.

/// The pen at a place of its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Waypoint {
    /// Canvas pixels.
    pub(super) pos: [f32; 2],
    pub(super) pressure: f32,
    /// Degrees.
    pub(super) tilt: [f32; 2],
    /// Canvas pixels a second.
    pub(super) speed: f32,
}

impl Waypoint {
    /// At a share of the straight way to another.
    pub(super) fn toward(&self, to: &Self, share: f32) -> Self {
        let mix = |a: f32, b: f32| a + (b - a) * share;
        let mix2 = |a: [f32; 2], b: [f32; 2]| [mix(a[0], b[0]), mix(a[1], b[1])];
        Self {
            pos: mix2(self.pos, to.pos),
            pressure: mix(self.pressure, to.pressure),
            tilt: mix2(self.tilt, to.tilt),
            speed: mix(self.speed, to.speed),
        }
    }
}

/// A centripetal Catmull-Rom curve, as a chain of straight pieces (Yuksel, Schaefer and Keyser 2011, "Parameterization and
/// applications of Catmull-Rom curves": the one without loops and cusps between points). Each stretch depends on the points
/// before and after it, so the last one is known when the next point is, or at the end.
#[derive(Debug)]
pub(super) struct Spline {
    /// Before the stretch that is next.
    before: Option<[f32; 2]>,
    from: Waypoint,
    to: Option<Waypoint>,
}

/// Points closer together than this are one, in canvas pixels.
const MIN_DISTANCE: f32 = 0.01;
/// Straight pieces stay this close to the curve, in canvas pixels.
const TOLERANCE: f32 = 0.05;
const MAX_PIECES: f32 = 64.0;

impl Spline {
    pub(super) fn begin(first: Waypoint) -> Self {
        Self { before: None, from: first, to: None }
    }

    /// Goes on to a point; returns the ends of the pieces up to the point before it.
    pub(super) fn push(&mut self, next: Waypoint) -> Vec<Waypoint> {
        let last = self.to.unwrap_or(self.from);
        if distance(last.pos, next.pos) < MIN_DISTANCE {
            // Pressing harder on the spot: the curve gets there with the latest pressure.
            if let Some(to) = &mut self.to {
                *to = Waypoint { pos: to.pos, ..next };
            }
            return Vec::new();
        }
        let Some(to) = self.to.replace(next) else { return Vec::new() };
        let pieces = pieces_of(self.before, &self.from, &to, Some(next.pos));
        self.before = Some(self.from.pos);
        self.from = to;
        pieces
    }

    /// The last stretch.
    pub(super) fn finish(&mut self) -> Vec<Waypoint> {
        self.to.take().map_or_else(Vec::new, |to| pieces_of(self.before, &self.from, &to, None))
    }
}

/// The ends of the pieces between `from` and `to`; without a neighbour the curve goes on straight beyond its end.
fn pieces_of(before: Option<[f32; 2]>, from: &Waypoint, to: &Waypoint, after: Option<[f32; 2]>) -> Vec<Waypoint> {
    let control_1 = before.map_or(from.pos, |before| control(before, from.pos, to.pos));
    let control_2 = after.map_or(to.pos, |after| control(after, to.pos, from.pos));
    // The chord's distance from a cubic is at most 3/4 of the larger of these (de Casteljau's hull); it falls with the
    // square of the number of pieces.
    let bend = from_chord(control_1, from.pos, to.pos).max(from_chord(control_2, from.pos, to.pos));
    let pieces = (0.75 * bend / TOLERANCE).sqrt().ceil().clamp(1.0, MAX_PIECES);
    (1..=pieces as usize)
        .map(|piece| {
            let t = piece as f32 / pieces;
            Waypoint { pos: bezier([from.pos, control_1, control_2, to.pos], t), ..from.toward(to, t) }
        })
        .collect()
}

/// The Bezier control point next to `at`, of the stretch from it towards `to`; `other` is its neighbour on the other side.
fn control(other: [f32; 2], at: [f32; 2], to: [f32; 2]) -> [f32; 2] {
    let (d1, d2) = (distance(other, at).sqrt(), distance(at, to).sqrt());
    let weight = 3.0 * d1 * (d1 + d2);
    if weight < 1e-6 {
        return at;
    }
    let axis = |other: f32, at: f32, to: f32| {
        (d1 * d1 * to - d2 * d2 * other + (2.0 * d1 * d1 + 3.0 * d1 * d2 + d2 * d2) * at) / weight
    };
    [axis(other[0], at[0], to[0]), axis(other[1], at[1], to[1])]
}

fn bezier([a, b, c, d]: [[f32; 2]; 4], t: f32) -> [f32; 2] {
    let s = 1.0 - t;
    let axis =
        |axis: usize| s * s * s * a[axis] + 3.0 * s * s * t * b[axis] + 3.0 * s * t * t * c[axis] + t * t * t * d[axis];
    // The ends exactly, so that the next stretch begins where this one ends.
    if t >= 1.0 { d } else { [axis(0), axis(1)] }
}

fn from_chord(point: [f32; 2], from: [f32; 2], to: [f32; 2]) -> f32 {
    let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    let [px, py] = [point[0] - from[0], point[1] - from[1]];
    (dx * py - dy * px).abs() / dx.hypot(dy).max(MIN_DISTANCE)
}

fn distance([x0, y0]: [f32; 2], [x1, y1]: [f32; 2]) -> f32 {
    (x1 - x0).hypot(y1 - y0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waypoint(x: f32, y: f32) -> Waypoint {
        Waypoint { pos: [x, y], pressure: 1.0, tilt: [0.0; 2], speed: 0.0 }
    }

    fn through(points: &[[f32; 2]]) -> Vec<Waypoint> {
        let mut spline = Spline::begin(waypoint(points[0][0], points[0][1]));
        let mut ends: Vec<_> = points[1..].iter().flat_map(|[x, y]| spline.push(waypoint(*x, *y))).collect();
        ends.extend(spline.finish());
        ends
    }

    #[test]
    fn a_straight_way_stays_straight_and_takes_one_piece_a_sample() {
        let ends = through(&[[0.0, 0.0], [10.0, 5.0], [40.0, 20.0], [44.0, 22.0]]);
        assert_eq!(ends.len(), 3);
        assert!(ends.iter().all(|end| (end.pos[0] - 2.0 * end.pos[1]).abs() < 1e-4));
    }

    #[test]
    fn eight_samples_of_a_circle_become_round() {
        let corners: Vec<_> = (0..=10)
            .map(|index| {
                let (sin, cos) = (std::f32::consts::TAU * index as f32 / 8.0).sin_cos();
                [200.0 + 100.0 * cos, 200.0 + 100.0 * sin]
            })
            .collect();
        let ends = through(&corners);
        // Straight lines between the samples would come as near as 92.4 to the centre. The first and last stretch lack a
        // neighbour.
        for end in &ends[10..ends.len() - 10] {
            let radius = (end.pos[0] - 200.0).hypot(end.pos[1] - 200.0);
            assert!((radius - 100.0).abs() < 1.5, "{radius}");
        }
    }

    #[test]
    fn it_passes_through_every_sample() {
        let points = [[0.0, 0.0], [3.0, 90.0], [4.0, 91.0], [300.0, 2.0], [300.0, 2.0], [10.0, 10.0]];
        let ends = through(&points);
        for point in &points[1..] {
            assert!(ends.iter().any(|end| end.pos == *point), "{point:?}");
        }
    }
}
