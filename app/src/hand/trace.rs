//! Rays from the eye to the hand's surface.

use rayon::prelude::*;

use super::flesh::Piece;
use super::flesh::{Flesh, SAFETY};
use super::marks::{Mark, SkinLine, mark_at};
use super::vector::{Rotation, Vec3, vec3};
use super::{Hand, Part};

/// How the hand is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HandView {
    pub rotation: Rotation,
    /// Where the hand's middle lies in the picture, in pixels.
    pub center: [f32; 2],
    pub pixels_per_cm: f32,
}

/// What the hand turns about, in a right hand's coordinates; a left one's is its mirror image.
pub const PIVOT: Vec3 = vec3(0.6, 8.0, 0.6);
/// From the eye to that, in centimetres: an arm's length and a half, so that perspective is mild.
const EYE: f32 = 75.0;

/// A place of the surface that a pixel sees.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Towards the eye, from the hand's middle, in centimetres.
    pub height: f32,
    /// Of the flesh, of length 1; x to the right, y up, z towards the eye.
    pub normal: Vec3,
    /// The same with the skin's relief.
    pub skin_normal: Vec3,
    pub part: Part,
    /// The nearest line in the skin.
    pub line: SkinLine,
    pub is_nail: bool,
    /// It lies on the forearm's end, where the drawing is left open.
    pub is_open_end: bool,
    /// How far the surroundings leave the place open to light, 0 to 1; 1 where that was not asked for.
    pub openness: f32,
    /// How much of the pixel it covers.
    pub coverage: f32,
}

impl Sample {
    /// Where nothing but the height was asked for.
    const OF_DEPTH: Self = Self {
        height: 0.0,
        normal: vec3(0.0, 0.0, 1.0),
        skin_normal: vec3(0.0, 0.0, 1.0),
        part: Part::Palm,
        line: Mark::NONE.line,
        is_nail: false,
        is_open_end: false,
        openness: 1.0,
        coverage: 1.0,
    };
}

/// What is to be found out about the surface, each with all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// How near it is.
    Depth,
    /// Which way it looks.
    Normals,
    /// The lines in its skin.
    Lines,
    /// The skin's relief, and how much light reaches it.
    Light,
}

/// What every pixel of a picture sees of the hand.
pub struct Surface {
    pub width: usize,
    pub height: usize,
    pub pixels_per_cm: f32,
    /// Row by row.
    pub samples: Vec<Option<Sample>>,
}

/// Side of the squares that are traced together.
const TILE: usize = 16;
/// A ray that comes this near to the surface, in pixels, has hit it.
const HIT: f32 = 0.05;
const MAX_STEPS: usize = 96;
/// More than a hand has.
const MAX_PIECES: usize = 64;

impl Surface {
    /// Looks at the hand; the less is asked for, the faster.
    #[must_use]
    pub fn new(hand: &Hand, view: &HandView, [width, height]: [usize; 2], detail: Detail) -> Self {
        let tracer = Tracer::new(hand, view, detail);
        let mut samples = vec![None; width * height];
        if width > 0 {
            samples.par_chunks_mut(width * TILE).enumerate().for_each(|(band, rows)| {
                for left in (0..width).step_by(TILE) {
                    tracer.trace_tile(rows, width, left, band * TILE);
                }
            });
        }
        Self { width, height, pixels_per_cm: view.pixels_per_cm, samples }
    }

    /// How low and how high its places lie towards the eye, in centimetres from the hand's middle.
    #[must_use]
    pub fn heights(&self) -> [f32; 2] {
        let heights = self.samples.iter().flatten().map(|sample| sample.height);
        let (low, high) =
            heights.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), height| (low.min(height), high.max(height)));
        if low <= high { [low, high] } else { [0.0, 0.0] }
    }
}

/// Left, top, right and bottom of what the hand covers, in pixels; a little more than that.
#[must_use]
pub fn bounds(hand: &Hand, view: &HandView) -> [f32; 4] {
    let tracer = Tracer::new(hand, view, Detail::Depth);
    let mut bounds = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
    for (center, radius) in tracer.flesh.pieces().iter().flat_map(|piece| piece.shape.balls()) {
        let in_view = tracer.to_view(center - PIVOT);
        let scale = view.pixels_per_cm * EYE / (EYE - in_view.z);
        let [x, y] = [view.center[0] + in_view.x * scale, view.center[1] - in_view.y * scale];
        let reach = (radius + 0.1) * scale;
        bounds =
            [bounds[0].min(x - reach), bounds[1].min(y - reach), bounds[2].max(x + reach), bounds[3].max(y + reach)];
    }
    bounds
}

struct Tracer<'a> {
    hand: &'a Hand,
    flesh: Flesh,
    view: &'a HandView,
    hand_from_view: Rotation,
    mirror: f32,
    eye: Vec3,
    /// Side of a pixel at the hand's middle, in centimetres.
    pixel: f32,
    detail: Detail,
    all_pieces: Vec<u8>,
}

/// The pieces that a tile can see.
struct Near<'a> {
    list: &'a [u8],
    /// Along a ray.
    from: f32,
    to: f32,
}

impl<'a> Tracer<'a> {
    fn new(hand: &'a Hand, view: &'a HandView, detail: Detail) -> Self {
        let flesh = Flesh::new(hand);
        let all_pieces = (0..flesh.pieces().len().min(MAX_PIECES) as u8).collect();
        let mut tracer = Self {
            hand,
            flesh,
            view,
            hand_from_view: view.rotation.inverse(),
            mirror: if hand.is_left { -1.0 } else { 1.0 },
            eye: Vec3::default(),
            pixel: 1.0 / view.pixels_per_cm,
            detail,
            all_pieces,
        };
        tracer.eye = PIVOT + tracer.to_hand(vec3(0.0, 0.0, EYE));
        tracer
    }

    fn to_hand(&self, in_view: Vec3) -> Vec3 {
        let turned = self.hand_from_view.turn(in_view);
        vec3(turned.x * self.mirror, turned.y, turned.z)
    }

    fn to_view(&self, in_hand: Vec3) -> Vec3 {
        self.view.rotation.turn(vec3(in_hand.x * self.mirror, in_hand.y, in_hand.z))
    }

    /// The direction in which a place of the picture is seen.
    fn direction(&self, x: f32, y: f32) -> Vec3 {
        let across = (x - self.view.center[0]) * self.pixel;
        let up = (self.view.center[1] - y) * self.pixel;
        self.to_hand(vec3(across, up, -EYE)).normalized()
    }

    fn trace_tile(&self, rows: &mut [Option<Sample>], width: usize, left: usize, top: usize) {
        let half = TILE as f32 / 2.0;
        let middle = self.direction(left as f32 + half, top as f32 + half);
        // Of the cone around the tile, per centimetre along it.
        let spread = half * std::f32::consts::SQRT_2 * self.pixel / EYE;
        let mut list = [0_u8; MAX_PIECES];
        let Some(near) = self.pieces_near(middle, spread, &mut list) else { return };
        // The whole tile goes forward together as long as its cone is free.
        let mut start = near.from;
        loop {
            let free = self.flesh.distance(near.list, self.eye + middle * start) * SAFETY - spread * start;
            if free < 0.02 {
                break;
            }
            start += free;
            if start > near.to {
                return;
            }
        }
        let near = Near { from: start, ..near };
        for (y, row) in rows.chunks_mut(width).enumerate() {
            for (x, sample) in row.iter_mut().enumerate().skip(left).take(TILE) {
                *sample = self.trace(&near, x as f32 + 0.5, (top + y) as f32 + 0.5);
            }
        }
    }

    fn pieces_near<'b>(&self, middle: Vec3, spread: f32, list: &'b mut [u8; MAX_PIECES]) -> Option<Near<'b>> {
        let (mut count, mut from, mut to) = (0, f32::INFINITY, 0.0_f32);
        for (index, piece) in self.flesh.pieces().iter().enumerate().take(MAX_PIECES) {
            let to_piece = piece.center - self.eye;
            let along = to_piece.dot(middle);
            let beside = (to_piece - middle * along).length();
            if beside <= piece.radius + spread * (along + piece.radius) {
                list[count] = index as u8;
                count += 1;
                from = from.min(along - piece.radius - 0.5);
                to = to.max(along + piece.radius);
            }
        }
        (count > 0).then(|| Near { list: &list[..count], from, to })
    }

    fn trace(&self, near: &Near<'_>, x: f32, y: f32) -> Option<Sample> {
        let direction = self.direction(x, y);
        let mut at = near.from;
        // Of all places on the way, in pixels, and where.
        let mut nearest = (f32::INFINITY, at);
        for _ in 0..MAX_STEPS {
            let distance = self.flesh.distance(near.list, self.eye + direction * at);
            let pixel = self.pixel / EYE * at;
            if distance < HIT * pixel {
                return self.sample(near.list, direction, at, 1.0);
            }
            if distance / pixel < nearest.0 {
                nearest = (distance / pixel, at);
            }
            at += distance * SAFETY;
            if at > near.to {
                break;
            }
        }
        let coverage = 0.5 - nearest.0;
        if coverage > 0.02 { self.sample(near.list, direction, nearest.1, coverage) } else { None }
    }

    fn sample(&self, list: &[u8], direction: Vec3, at: f32, coverage: f32) -> Option<Sample> {
        let pos = self.eye + direction * at;
        let has = |detail| self.detail >= detail;
        if !has(Detail::Normals) {
            let height = self.to_view(pos - PIVOT).z;
            return Some(Sample { height, coverage, ..Sample::OF_DEPTH });
        }
        let piece = self.flesh.piece_at(list, pos)?;
        let normal = self.normal(list, pos);
        let mark = if has(Detail::Lines) { mark_at(self.hand, piece, pos) } else { Mark::NONE };
        let skin_normal = if has(Detail::Light) { self.skin_normal(piece, pos, normal, &mark) } else { normal };
        Some(Sample {
            height: self.to_view(pos - PIVOT).z,
            normal: self.to_view(normal),
            skin_normal: self.to_view(skin_normal),
            part: piece.part,
            line: mark.line,
            is_nail: mark.is_nail,
            is_open_end: piece.part == Part::Forearm && piece.shape.is_at_cut(pos),
            openness: if has(Detail::Light) { self.openness(pos, normal) } else { 1.0 },
            coverage,
        })
    }

    /// By differences along the corners of a tetrahedron.
    fn normal(&self, list: &[u8], pos: Vec3) -> Vec3 {
        let step = self.pixel.clamp(0.004, 0.03);
        let corners = [vec3(1.0, -1.0, -1.0), vec3(-1.0, -1.0, 1.0), vec3(-1.0, 1.0, -1.0), vec3(1.0, 1.0, 1.0)];
        let sum = corners
            .iter()
            .fold(Vec3::default(), |sum, corner| sum + *corner * self.flesh.distance(list, pos + *corner * step));
        sum.normalized()
    }

    /// The normal of the skin with its relief.
    fn skin_normal(&self, piece: &Piece, pos: Vec3, normal: Vec3, mark: &Mark) -> Vec3 {
        let step = self.pixel.clamp(0.01, 0.05);
        let across = normal.cross(if normal.x.abs() < 0.7 { vec3(1.0, 0.0, 0.0) } else { vec3(0.0, 1.0, 0.0) });
        let across = across.normalized();
        let slope = |direction: Vec3| (mark_at(self.hand, piece, pos + direction * step).relief - mark.relief) / step;
        let other = normal.cross(across);
        (normal - across * slope(across) - other * slope(other)).normalized()
    }

    /// How much of the way along the normal is free (Evans 2006), 0 to 1.
    fn openness(&self, pos: Vec3, normal: Vec3) -> f32 {
        let mut closed = 0.0;
        for (reach, weight) in [(0.3, 1.0), (1.1, 0.45)] {
            let free = self.flesh.distance(&self.all_pieces, pos + normal * reach);
            closed += (reach - free).max(0.0) * weight;
        }
        (1.0 - closed).clamp(0.0, 1.0)
    }
}
