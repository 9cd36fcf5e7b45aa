//! Rounded bodies as signed distances: a bone with flesh around it, and skin stretched between three places.

use super::anatomy::Girth;
use super::vector::{Frame, Vec3, vec3};

/// Steps of a sweep's table of half widths.
const STEPS: usize = 40;

/// Flesh around a straight bone: an oval in section, of other half widths to the palm and to the back, that change along it.
#[derive(Clone, Debug)]
pub struct Sweep {
    frame: Frame,
    length: f32,
    /// Half widths: sideways, to the palm, to the back.
    table: [[f32; 3]; STEPS + 1],
    /// How far the rounded ends go.
    caps: [f32; 2],
    /// The far end is cut off instead.
    is_cut: bool,
}

impl Sweep {
    /// Along `frame`'s y for `length`; `caps` says how far its round ends reach beyond.
    #[must_use]
    pub fn new(frame: Frame, length: f32, girth: &Girth, caps: [f32; 2]) -> Self {
        let table = std::array::from_fn(|step| {
            let place = step as f32 / STEPS as f32;
            [smooth_at(&girth.side, place), smooth_at(&girth.palm, place), smooth_at(&girth.back, place)]
        });
        Self { frame, length, table, caps, is_cut: false }
    }

    /// The same with its far end cut off straight.
    #[must_use]
    pub fn cut(self) -> Self {
        Self { is_cut: true, ..self }
    }

    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    #[must_use]
    pub fn length(&self) -> f32 {
        self.length
    }

    /// Half widths at a place along it, 0 to 1.
    #[inline]
    #[must_use]
    pub fn half_widths(&self, place: f32) -> [f32; 3] {
        let place = place.clamp(0.0, 1.0) * STEPS as f32;
        let step = (place as usize).min(STEPS - 1);
        let share = place - step as f32;
        let (low, high) = (&self.table[step], &self.table[step + 1]);
        std::array::from_fn(|axis| low[axis] + (high[axis] - low[axis]) * share)
    }

    #[inline]
    #[must_use]
    pub fn distance(&self, pos: Vec3) -> f32 {
        let local = self.frame.local(pos);
        let along = local.y.clamp(0.0, self.length);
        let [side, palm, back] = self.half_widths(along / self.length);
        let cap = if local.y < 0.0 { self.caps[0] } else { self.caps[1] };
        let depth = if local.z > 0.0 { palm } else { back };
        let distance = to_ellipsoid(vec3(local.x, local.y - along, local.z), vec3(side, cap, depth));
        if self.is_cut { distance.max(local.y - self.length) } else { distance }
    }

    /// Whether the place lies on the straight end.
    fn is_at_cut(&self, pos: Vec3) -> bool {
        self.is_cut && self.frame.local(pos).y > self.length - 0.12
    }

    /// Balls that hold it, smaller ones than the one of its bounds.
    fn balls(&self) -> [(Vec3, f32); 5] {
        std::array::from_fn(|index| {
            let place = index as f32 / 4.0;
            let [side, palm, back] = self.half_widths(place);
            let cap = match index {
                0 => self.caps[0],
                4 if !self.is_cut => self.caps[1],
                _ => 0.0,
            };
            (self.frame.global(vec3(0.0, self.length * place, 0.0)), side.max(palm).max(back).max(cap))
        })
    }

    fn bounds(&self) -> (Vec3, f32) {
        let girth = self.table.iter().flatten().fold(0.0_f32, |most, width| most.max(*width));
        let middle = self.frame.global(vec3(0.0, self.length / 2.0, 0.0));
        (middle, self.length / 2.0 + girth.max(self.caps[0]).max(self.caps[1]))
    }
}

/// The distance to an ellipsoid about the origin, exact to first order at its surface (Quilez, 2008).
#[inline]
fn to_ellipsoid(pos: Vec3, radii: Vec3) -> f32 {
    // Divisions cost most of it.
    let inverse = vec3(1.0 / radii.x, 1.0 / radii.y, 1.0 / radii.z);
    let scaled = vec3(pos.x * inverse.x, pos.y * inverse.y, pos.z * inverse.z);
    let twice = vec3(scaled.x * inverse.x, scaled.y * inverse.y, scaled.z * inverse.z);
    let (near, steep) = (scaled.length(), twice.length());
    if steep < 1e-6 { -radii.x.min(radii.z) } else { near * (near - 1.0) / steep }
}

/// The values as a smooth curve over 0 to 1 (Catmull & Rom).
fn smooth_at(values: &[f32; 5], place: f32) -> f32 {
    let place = place * 4.0;
    let index = (place as usize).min(3);
    let share = place - index as f32;
    let (b, c) = (values[index], values[index + 1]);
    let a = if index == 0 { 2.0 * b - c } else { values[index - 1] };
    let d = if index == 3 { 2.0 * c - b } else { values[index + 2] };
    let (from, to) = ((c - a) / 2.0, (d - b) / 2.0);
    b + share * (from + share * (3.0 * (c - b) - 2.0 * from - to + share * (2.0 * (b - c) + from + to)))
}

/// A flat piece of skin between three places, of this half thickness.
#[derive(Clone, Debug)]
pub struct Web {
    corners: [Vec3; 3],
    half_thickness: f32,
}

impl Web {
    #[must_use]
    pub fn new(corners: [Vec3; 3], half_thickness: f32) -> Self {
        Self { corners, half_thickness }
    }

    /// Quilez, udTriangle.
    #[inline]
    #[must_use]
    pub fn distance(&self, pos: Vec3) -> f32 {
        let [a, b, c] = self.corners;
        let (ab, bc, ca) = (b - a, c - b, a - c);
        let (pa, pb, pc) = (pos - a, pos - b, pos - c);
        let normal = ab.cross(ca);
        let is_over = |edge: Vec3, to_pos: Vec3| edge.cross(normal).dot(to_pos) >= 0.0;
        let squared = if is_over(ab, pa) && is_over(bc, pb) && is_over(ca, pc) {
            let height = normal.dot(pa);
            height * height / normal.dot(normal).max(1e-9)
        } else {
            let to_edge = |edge: Vec3, to_pos: Vec3| {
                let share = (edge.dot(to_pos) / edge.dot(edge).max(1e-9)).clamp(0.0, 1.0);
                let rest = edge * share - to_pos;
                rest.dot(rest)
            };
            to_edge(ab, pa).min(to_edge(bc, pb)).min(to_edge(ca, pc))
        };
        squared.sqrt() - self.half_thickness
    }

    fn bounds(&self) -> (Vec3, f32) {
        let [a, b, c] = self.corners;
        let middle = (a + b + c) * (1.0 / 3.0);
        let reach = self.corners.iter().map(|corner| (*corner - middle).length()).fold(0.0, f32::max);
        (middle, reach + self.half_thickness)
    }
}

/// Either of them.
#[derive(Clone, Debug)]
pub enum Shape {
    Sweep(Box<Sweep>),
    Web(Web),
}

impl Shape {
    #[inline]
    #[must_use]
    pub fn distance(&self, pos: Vec3) -> f32 {
        match self {
            Self::Sweep(sweep) => sweep.distance(pos),
            Self::Web(web) => web.distance(pos),
        }
    }

    /// Whether the place lies where it is cut off straight.
    #[must_use]
    pub fn is_at_cut(&self, pos: Vec3) -> bool {
        matches!(self, Self::Sweep(sweep) if sweep.is_at_cut(pos))
    }

    /// Centres and radii of balls that nearly hold it.
    #[must_use]
    pub fn balls(&self) -> [(Vec3, f32); 5] {
        match self {
            Self::Sweep(sweep) => sweep.balls(),
            Self::Web(web) => [web.bounds(); 5],
        }
    }

    /// Centre and radius of a ball around it.
    #[must_use]
    pub fn bounds(&self) -> (Vec3, f32) {
        match self {
            Self::Sweep(sweep) => sweep.bounds(),
            Self::Web(web) => web.bounds(),
        }
    }
}

/// The union of two bodies with a fillet, quadratic (Quilez, smin): it is at most a quarter of `blend` thicker.
#[inline]
#[must_use]
pub fn smooth_min(a: f32, b: f32, blend: f32) -> f32 {
    let overlap = (blend - (a - b).abs()).max(0.0);
    a.min(b) - overlap * overlap / (4.0 * blend)
}
