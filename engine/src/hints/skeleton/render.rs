//! Drawing people, anti-aliased.
//!
//! controlnet_aux draws hard-edged, at 512 pixels along the shorter side, and scales that up or down afterwards; here the
//! widths are scaled instead, and the edges are smooth. At 512 pixels the shapes cover as much as OpenCV's do.

use image::RgbImage;
use rayon::prelude::*;

use super::limbs::{BODY_LIMBS, FACE_COLOR, HAND_BONES, HAND_COLOR, JOINT_COLORS, hand_bone_color, limb_color};
use super::{Hand, Keypoint, Person, Pose};

/// The shorter side at which the widths are as controlnet_aux draws them.
const NOMINAL_SIDE: f32 = 512.0;

/// Pictures smaller than this share of it get no thinner lines, which would vanish.
const SMALLEST_SCALE: f32 = 0.25;

/// Half the width of a limb at its middle: `stickwidth` 4 and half a pixel, since OpenCV fills the outline too.
const LIMB_RADIUS: f32 = 4.5;
/// OpenCV's disc of radius 4 has 49 pixels, that of radius 3 has 29.
const JOINT_RADIUS: f32 = 3.95;
const FACE_RADIUS: f32 = 3.04;
/// OpenCV's lines of thickness 2 are 3 pixels wide.
const BONE_RADIUS: f32 = 1.5;

/// A rectangle of whole pixels; right and bottom are just outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelBox {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl PixelBox {
    #[must_use]
    pub fn touches(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// One shape of one colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    shape: Shape,
    /// sRGB.
    pub color: [u8; 3],
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Disc {
        middle: Keypoint,
        radius: f32,
    },
    /// `along`: a unit vector in the direction of `half_length`.
    Ellipse {
        middle: Keypoint,
        along: [f32; 2],
        half_length: f32,
        half_width: f32,
    },
    /// With round ends.
    Line {
        from: Keypoint,
        to: Keypoint,
        radius: f32,
    },
}

impl Mark {
    /// The pixels that it can touch.
    #[must_use]
    pub fn bounds(&self) -> PixelBox {
        let around = |middle: Keypoint, [across, down]: [f32; 2]| PixelBox {
            left: (middle.x - across - 0.5).floor() as i32,
            top: (middle.y - down - 0.5).floor() as i32,
            right: (middle.x + across + 0.5).ceil() as i32,
            bottom: (middle.y + down + 0.5).ceil() as i32,
        };
        match self.shape {
            Shape::Disc { middle, radius } => around(middle, [radius; 2]),
            Shape::Ellipse { middle, along: [x, y], half_length, half_width } => {
                let reach = |along: f32, across: f32| (along * half_length).hypot(across * half_width);
                around(middle, [reach(x, y), reach(y, x)])
            }
            Shape::Line { from, to, radius } => {
                let middle = middle_of(from, to);
                around(middle, [(from.x - middle.x).abs() + radius, (from.y - middle.y).abs() + radius])
            }
        }
    }

    /// Whether it can touch a pixel of this rectangle; for squares this is nearly exact, as it is not by the bounds alone.
    #[must_use]
    pub fn may_touch(&self, area: &PixelBox) -> bool {
        let half = |from: i32, to: i32| (to as f32 - from as f32) / 2.0;
        let (across, down) = (half(area.left, area.right), half(area.top, area.bottom));
        let middle = Keypoint::new(area.left as f32 + across, area.top as f32 + down);
        let (from, to, radius) = self.axis();
        self.bounds().touches(area) && distance_to_line(middle, from, to) <= across.hypot(down) + radius + 1.0
    }

    /// The line around which it lies, and how far it reaches from that.
    fn axis(&self) -> (Keypoint, Keypoint, f32) {
        match self.shape {
            Shape::Disc { middle, radius } => (middle, middle, radius),
            Shape::Line { from, to, radius } => (from, to, radius),
            Shape::Ellipse { middle, along, half_length, half_width } => {
                let end = |sign: f32| {
                    Keypoint::new(middle.x + along[0] * half_length * sign, middle.y + along[1] * half_length * sign)
                };
                (end(-1.0), end(1.0), half_width)
            }
        }
    }

    /// The part of a row of pixels that it can touch, as `[left, right]`; `y` is the row's middle.
    fn span(&self, y: f32) -> [f32; 2] {
        // Of an ellipse, a stadium around it is near enough.
        let (from, to, radius) = self.axis();
        span_of_line(from, to, radius, y)
    }

    /// How much of a pixel with this middle is covered, 0 to 1.
    fn coverage(&self, x: f32, y: f32) -> f32 {
        let distance = match self.shape {
            Shape::Disc { middle, radius } => (x - middle.x).hypot(y - middle.y) - radius,
            Shape::Ellipse { middle, along, half_length, half_width } => {
                let (dx, dy) = (x - middle.x, y - middle.y);
                let (u, v) = (dx * along[0] + dy * along[1], dy * along[0] - dx * along[1]);
                distance_to_ellipse(u, v, half_length, half_width)
            }
            Shape::Line { from, to, radius } => distance_to_line(Keypoint::new(x, y), from, to) - radius,
        };
        (0.5 - distance).clamp(0.0, 1.0)
    }
}

/// To first order: the value of the ellipse's equation over the length of its gradient.
fn distance_to_ellipse(u: f32, v: f32, half_length: f32, half_width: f32) -> f32 {
    let value = (u / half_length).hypot(v / half_width);
    let gradient = (u / (half_length * half_length)).hypot(v / (half_width * half_width));
    if gradient <= f32::MIN_POSITIVE { -half_width.min(half_length) } else { value * (value - 1.0) / gradient }
}

fn distance_to_line(place: Keypoint, from: Keypoint, to: Keypoint) -> f32 {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let square = (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
    let share = (((place.x - from.x) * dx + (place.y - from.y) * dy) / square).clamp(0.0, 1.0);
    (place.x - from.x - share * dx).hypot(place.y - from.y - share * dy)
}

fn span_of_line(from: Keypoint, to: Keypoint, radius: f32, y: f32) -> [f32; 2] {
    let reach = radius + 1.0;
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    // Where the middle line is within reach of the row, as shares of its length.
    let shares =
        if dy.abs() <= f32::EPSILON { [0.0, 1.0] } else { [(y - reach - from.y) / dy, (y + reach - from.y) / dy] };
    let ends = shares.map(|share| from.x + share.clamp(0.0, 1.0) * dx);
    [ends[0].min(ends[1]) - reach, ends[0].max(ends[1]) + reach]
}

fn middle_of(from: Keypoint, to: Keypoint) -> Keypoint {
    Keypoint::new((from.x + to.x) / 2.0, (from.y + to.y) / 2.0)
}

impl Pose {
    /// How much wider than at 512 pixels along the shorter side everything is drawn.
    #[must_use]
    pub fn line_scale(&self) -> f32 {
        let [width, height] = self.size;
        (width.min(height) as f32 / NOMINAL_SIDE).max(SMALLEST_SCALE)
    }

    /// The people on black, as a control network wants to see them.
    #[must_use]
    pub fn render(&self) -> RgbImage {
        let [width, height] = self.size;
        let marks = marks_of(self);
        let mut picture = RgbImage::new(width, height);
        if width == 0 {
            return picture;
        }
        picture.par_chunks_exact_mut(width as usize * 3).enumerate().for_each_init(
            || vec![[0.0; 4]; width as usize],
            |row, (y, out)| {
                row.fill([0.0; 4]);
                draw_row(&marks, 0, y as i32, row);
                for (pixel, [red, green, blue, _]) in out.chunks_exact_mut(3).zip(row) {
                    pixel.copy_from_slice(&[*red, *green, *blue].map(|value| (value * 255.0).round() as u8));
                }
            },
        );
        picture
    }
}

/// Lays the marks, the lowest first, over a row of premultiplied colours (red, green, blue, alpha; 0 to 1) whose first
/// pixel is `(left, y)`.
pub fn draw_row(marks: &[Mark], left: i32, y: i32, row: &mut [[f32; 4]]) {
    let middle_y = y as f32 + 0.5;
    for mark in marks {
        let bounds = mark.bounds();
        if y < bounds.top || y >= bounds.bottom {
            continue;
        }
        let [from, to] = mark.span(middle_y);
        let from = (from.floor() as i32).max(bounds.left).saturating_sub(left).max(0) as usize;
        let to = (to.ceil() as i32).min(bounds.right).saturating_sub(left).max(0) as usize;
        let color = mark.color.map(|channel| f32::from(channel) / 255.0);
        for (x, pixel) in row.iter_mut().enumerate().take(to).skip(from) {
            let coverage = mark.coverage((left + x as i32) as f32 + 0.5, middle_y);
            if coverage > 0.0 {
                let [red, green, blue] = color;
                for (value, over) in pixel.iter_mut().zip([red, green, blue, 1.0]) {
                    *value += (over - *value) * coverage;
                }
            }
        }
    }
}

/// All that is drawn, the lowest first: person by person, limbs, joints, hands, face.
#[must_use]
pub fn marks_of(pose: &Pose) -> Vec<Mark> {
    let scale = pose.line_scale();
    pose.people.iter().flat_map(|person| marks_of_person(person, scale)).collect()
}

fn marks_of_person(person: &Person, scale: f32) -> Vec<Mark> {
    let mut marks = vec![];
    for (index, limb) in BODY_LIMBS.iter().enumerate() {
        if let (Some(from), Some(to)) = (person.joint(limb.from), person.joint(limb.to)) {
            let (dx, dy) = (to.x - from.x, to.y - from.y);
            let length = dx.hypot(dy);
            let along = if length > 0.0 { [dx / length, dy / length] } else { [1.0, 0.0] };
            let shape = Shape::Ellipse {
                middle: middle_of(from, to),
                along,
                half_length: length / 2.0 + 0.5,
                half_width: LIMB_RADIUS * scale,
            };
            marks.push(Mark { shape, color: limb_color(index) });
        }
    }
    let discs = |points: &[Option<Keypoint>], radius: f32, color: [u8; 3]| {
        let disc = |middle| Mark { shape: Shape::Disc { middle, radius: radius * scale }, color };
        points.iter().flatten().copied().map(disc).collect::<Vec<_>>()
    };
    for (point, color) in person.body.iter().zip(JOINT_COLORS) {
        marks.extend(discs(&[*point], JOINT_RADIUS, color));
    }
    for hand in [&person.left_hand, &person.right_hand].into_iter().flatten() {
        marks.extend(bones_of(hand, scale));
        marks.extend(discs(hand.as_slice(), JOINT_RADIUS, HAND_COLOR));
    }
    if let Some(face) = &person.face {
        marks.extend(discs(face.as_slice(), FACE_RADIUS, FACE_COLOR));
    }
    marks
}

fn bones_of(hand: &Hand, scale: f32) -> impl Iterator<Item = Mark> {
    HAND_BONES.iter().enumerate().filter_map(move |(index, [from, to])| {
        let (from, to) = ((*hand.get(*from)?)?, (*hand.get(*to)?)?);
        Some(Mark { shape: Shape::Line { from, to, radius: BONE_RADIUS * scale }, color: hand_bone_color(index) })
    })
}

#[cfg(test)]
mod tests;
