//! What lies in the skin and is too fine for the flesh: nails, creases over the joints, the lines of the palm.

use std::sync::LazyLock;

use super::anatomy::{THUMB_TIP, TIP, finger_bones};
use super::flesh::Piece;
use super::shape::{Shape, Sweep};
use super::vector::{Vec3, vec3};
use super::{Hand, Part};

/// A line in the skin that a drawing shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SkinLine {
    /// How far it is, in centimetres; infinite where there is none.
    pub distance: f32,
    /// How clearly it is drawn, 0 to 1.
    pub strength: f32,
}

/// The skin's detail at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// The nearest one.
    pub line: SkinLine,
    /// Deepening (below 0) or rise of the skin, in centimetres.
    pub relief: f32,
    pub is_nail: bool,
}

impl Mark {
    pub const NONE: Self =
        Self { line: SkinLine { distance: f32::INFINITY, strength: 0.0 }, relief: 0.0, is_nail: false };

    fn drawn(self, distance: f32, strength: f32) -> Self {
        if distance < self.line.distance { Self { line: SkinLine { distance, strength }, ..self } } else { self }
    }

    fn with_line(self, distance: f32, strength: f32, depth: f32, width: f32) -> Self {
        if strength <= 0.0 {
            return self;
        }
        let relief = -depth * strength * (-(distance / width) * (distance / width)).exp();
        Self { relief: self.relief + relief, ..self }.drawn(distance.abs(), strength)
    }
}

/// The detail at a place of this piece's skin.
#[must_use]
pub fn mark_at(hand: &Hand, piece: &Piece, pos: Vec3) -> Mark {
    let Shape::Sweep(sweep) = &piece.shape else {
        return palm_mark(pos);
    };
    match piece.part {
        Part::Palm => palm_mark(pos),
        Part::Forearm => wrist_mark(pos),
        Part::Phalanx(finger, bone) => {
            let size = finger_bones(finger).thickness * hand.thickness;
            let bends = hand.pose.finger(finger);
            let bends = [bends.base, bends.middle, bends.end_bend()];
            match bone {
                0 => first_phalanx_mark(sweep, pos, bends[1], 0.44),
                1 => second_phalanx_mark(sweep, pos, [bends[1], bends[2]], size),
                _ => last_phalanx_mark(sweep, pos, bends[2], size, TIP * size),
            }
        }
        Part::Thumb(1) => first_phalanx_mark(sweep, pos, hand.pose.thumb.end, 0.05),
        Part::Thumb(2) => {
            last_phalanx_mark(sweep, pos, hand.pose.thumb.end, 1.22 * hand.thickness, THUMB_TIP * hand.thickness)
        }
        Part::Thumb(_) => palm_mark(pos),
    }
}

/// How far a place is to the palm's side: 1 in the middle of it, 0 at the edge and behind.
fn palm_share(local: Vec3, half_width: f32) -> f32 {
    if local.z <= 0.0 {
        return 0.0;
    }
    (1.25 - 1.35 * (local.x / half_width).abs()).clamp(0.0, 1.0)
}

fn back_share(local: Vec3, half_width: f32) -> f32 {
    palm_share(vec3(local.x, local.y, -local.z), half_width)
}

/// A crease across the palm's side at this place along the bone, a little curved.
fn crease(mark: Mark, local: Vec3, half_width: f32, along: f32, strength: f32) -> Mark {
    let bow = 0.06 * (1.0 - (local.x / half_width).powi(2));
    mark.with_line(local.y - along + bow, strength * palm_share(local, half_width), 0.035, 0.055)
}

/// The folds over the back of a joint that is straight; they are smoothed out as it bends.
fn back_folds(mark: Mark, local: Vec3, half_width: f32, along: f32, bend: f32) -> Mark {
    let loose = (1.0 - bend / 45.0).clamp(0.0, 1.0) * back_share(local, half_width);
    let mut relief = 0.0;
    for (place, depth) in [(-0.24, 0.6), (0.0, 1.0), (0.24, 0.6)] {
        let bow = place * 0.9 * (local.x / half_width).powi(2);
        let distance = local.y - along - place + bow;
        relief -= 0.022 * depth * loose * (-(distance / 0.05) * (distance / 0.05)).exp();
    }
    Mark { relief: mark.relief + relief, ..mark }
}

fn first_phalanx_mark(sweep: &Sweep, pos: Vec3, end_bend: f32, root: f32) -> Mark {
    let local = sweep.frame().local(pos);
    let half_width = sweep.half_widths(local.y / sweep.length())[0];
    let mark = crease(Mark::NONE, local, half_width, sweep.length() * root, 0.75);
    let mark = crease(mark, local, half_width, sweep.length() - 0.06, 0.9);
    back_folds(mark, local, half_width, sweep.length(), end_bend)
}

fn second_phalanx_mark(sweep: &Sweep, pos: Vec3, bends: [f32; 2], size: f32) -> Mark {
    let local = sweep.frame().local(pos);
    let half_width = sweep.half_widths(local.y / sweep.length())[0];
    let mark = crease(Mark::NONE, local, half_width, 0.14 * size, 0.5);
    let mark = crease(mark, local, half_width, sweep.length() - 0.05, 0.8);
    let mark = back_folds(mark, local, half_width, 0.0, bends[0]);
    let folds = back_folds(Mark::NONE, local, half_width, sweep.length(), bends[1]);
    Mark { relief: mark.relief + folds.relief * 0.6, ..mark }
}

fn last_phalanx_mark(sweep: &Sweep, pos: Vec3, bend: f32, size: f32, tip: f32) -> Mark {
    let local = sweep.frame().local(pos);
    let half_width = sweep.half_widths(local.y / sweep.length())[0];
    let mark = crease(Mark::NONE, local, half_width, 0.08, 0.4);
    let folds = back_folds(Mark::NONE, local, half_width, 0.0, bend);
    let mark = Mark { relief: mark.relief + folds.relief * 0.5, ..mark };
    if local.z > 0.12 * size {
        return mark;
    }
    // A rounded rectangle, drawn on the back.
    let (from, to) = (0.52 * size, sweep.length() + tip * 0.80);
    let (half_length, half_nail) = ((to - from) / 2.0, 0.60 * size);
    let corner = 0.40 * size;
    let across = (local.x.abs() - half_nail + corner).max(0.0);
    let along = ((local.y - (from + to) / 2.0).abs() - half_length + corner).max(0.0);
    let distance = (across * across + along * along).sqrt() - corner;
    let fold = -0.055 * (-(distance / 0.06) * (distance / 0.06)).exp();
    let plate = 0.03 * (0.5 - distance / 0.06).clamp(0.0, 1.0);
    Mark { relief: mark.relief + fold + plate, is_nail: distance < 0.0, ..mark }.drawn(distance.abs(), 1.0)
}

/// The lines of the palm, seen from it: of life, of head, of heart.
const PALM_LINES: [(&[[f32; 2]], f32); 3] = [
    (&[[3.15, 7.25], [2.2, 7.05], [1.3, 6.3], [0.72, 5.2], [0.48, 4.0], [0.55, 2.8], [0.85, 1.7]], 1.0),
    (&[[3.0, 7.35], [1.9, 7.0], [0.6, 6.35], [-0.8, 5.6], [-2.0, 4.9]], 0.8),
    (&[[-3.7, 6.75], [-2.4, 6.85], [-1.0, 7.3], [0.3, 8.0], [1.2, 8.9], [1.45, 9.6]], 0.9),
];

/// The same as curves through these places.
static SMOOTH_LINES: LazyLock<Vec<Vec<[f32; 2]>>> =
    LazyLock::new(|| PALM_LINES.iter().map(|(line, _)| curve_through(line)).collect());

/// A curve through these places (Catmull & Rom), five steps from one to the next.
fn curve_through(line: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let at = |index: isize| line[index.clamp(0, line.len() as isize - 1) as usize];
    let mut curve = vec![];
    for index in 0..line.len() as isize - 1 {
        let [a, b, c, d] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
        for step in 0..5 {
            let share = step as f32 / 5.0;
            curve.push(std::array::from_fn(|axis| {
                let (from, to) = ((c[axis] - a[axis]) / 2.0, (d[axis] - b[axis]) / 2.0);
                let (cubic, square) =
                    (2.0 * (b[axis] - c[axis]) + from + to, 3.0 * (c[axis] - b[axis]) - 2.0 * from - to);
                b[axis] + share * (from + share * (square + share * cubic))
            }));
        }
    }
    curve.extend(line.last());
    curve
}

fn palm_mark(pos: Vec3) -> Mark {
    let mut mark = wrist_mark(pos);
    // Beyond that is a thumb that is held over the palm.
    if pos.z <= 0.25 || pos.z > 2.5 {
        return mark;
    }
    for ((_, strength), line) in PALM_LINES.iter().zip(SMOOTH_LINES.iter()) {
        let distance = to_line(line, [pos.x, pos.y]);
        // They begin and end softly.
        let ends = [line.first(), line.last()];
        let to_end = ends
            .into_iter()
            .flatten()
            .fold(f32::INFINITY, |nearest, end| nearest.min((end[0] - pos.x).hypot(end[1] - pos.y)));
        mark = mark.with_line(distance, strength * (to_end / 0.7).clamp(0.0, 1.0), 0.05, 0.07);
    }
    mark
}

/// The creases at the wrist.
fn wrist_mark(pos: Vec3) -> Mark {
    if pos.z <= 0.2 {
        return Mark::NONE;
    }
    let soft = (1.3 - (pos.x / 2.2).abs()).clamp(0.0, 1.0);
    let near = pos.y - 0.25 - 0.03 * pos.x * pos.x;
    let far = pos.y + 0.25 - 0.02 * pos.x * pos.x;
    Mark::NONE.with_line(near, 0.7 * soft, 0.04, 0.06).with_line(far, 0.4 * soft, 0.03, 0.06)
}

/// The distance to a line through these places, rounded at its corners.
fn to_line(line: &[[f32; 2]], pos: [f32; 2]) -> f32 {
    let squared = line.windows(2).fold(f32::INFINITY, |nearest, pair| {
        let [[ax, ay], [bx, by]] = [pair[0], pair[1]];
        let (dx, dy, px, py) = (bx - ax, by - ay, pos[0] - ax, pos[1] - ay);
        let share = ((px * dx + py * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        let (rest_x, rest_y) = (px - dx * share, py - dy * share);
        nearest.min(rest_x * rest_x + rest_y * rest_y)
    });
    squared.sqrt()
}
