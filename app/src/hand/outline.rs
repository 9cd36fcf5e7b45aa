//! The hand as a line drawing: its outline, the edges of what lies before something else, folds, and lines in the skin.

use super::draw::Rgba;
use super::trace::{Sample, Surface};

/// How thick the lines are, in pixels of the finished picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pen {
    /// Of the outline; inner lines are thinner.
    pub width: f32,
    /// Draws nails, creases and the lines of the palm.
    pub has_details: bool,
}

/// Rows and columns that are looked at for one of the finished drawing.
pub const FINER: usize = 2;

/// Widths against the outline's.
const OVER: f32 = 0.85;
const FOLD: f32 = 0.7;
const IN_SKIN: f32 = 0.5;

/// Draws a surface that was traced [`FINER`] times as fine as the drawing is to be, `width` x `height`.
///
/// Colour is how much of a pixel is line; the pixel counts as covered wherever the hand or one of its lines is, so that
/// the drawing hides what it is laid upon.
#[must_use]
pub fn lines(surface: &Surface, pen: &Pen) -> Vec<Rgba> {
    let (width, height) = (surface.width / FINER, surface.height / FINER);
    let mut ink = vec![0.0_f32; width * height];
    let at = |x: usize, y: usize| surface.samples.get(y * surface.width + x).and_then(Option::as_ref).filter(is_whole);
    for y in 0..surface.height {
        for x in 0..surface.width {
            let here = at(x, y);
            let (fx, fy) = (x as f32, y as f32);
            if x + 1 < surface.width
                && let Some(weight) = edge(surface, here, at(x + 1, y), [1.0, 0.0])
            {
                dot(&mut ink, width, [fx + 1.0, fy + 0.5], pen.width * weight);
            }
            if y + 1 < surface.height
                && let Some(weight) = edge(surface, here, at(x, y + 1), [0.0, -1.0])
            {
                dot(&mut ink, width, [fx + 0.5, fy + 1.0], pen.width * weight);
            }
        }
    }
    (0..width * height)
        .map(|index| {
            let (x, y) = (index % width, index / width);
            let mut covered = 0.0;
            let mut in_skin = 0.0;
            for (dx, dy) in (0..FINER).flat_map(|dy| (0..FINER).map(move |dx| (dx, dy))) {
                let place = (y * FINER + dy) * surface.width + x * FINER + dx;
                let Some(sample) = surface.samples.get(place).and_then(Option::as_ref) else { continue };
                covered += sample.coverage / (FINER * FINER) as f32;
                if pen.has_details {
                    let reach = sample.line.distance * surface.pixels_per_cm / FINER as f32;
                    let inside = (pen.width * IN_SKIN * 0.5 + 0.5 - reach).clamp(0.0, 1.0);
                    in_skin += inside * sample.line.strength * sample.coverage / (FINER * FINER) as f32;
                }
            }
            let covered = covered.max(ink[index]);
            let line = ink[index].max(in_skin) / covered.max(f32::MIN_POSITIVE);
            [line, line, line, covered]
        })
        .collect()
}

fn is_whole(sample: &&Sample) -> bool {
    sample.coverage >= 0.5
}

/// The weight of the line between two neighbours, if there is one.
fn edge(surface: &Surface, a: Option<&Sample>, b: Option<&Sample>, step: [f32; 2]) -> Option<f32> {
    let (a, b) = match (a, b) {
        (None, None) => return None,
        (Some(one), None) | (None, Some(one)) => return (!one.is_open_end).then_some(1.0),
        (Some(a), Some(b)) => (a, b),
    };
    if a.is_open_end && b.is_open_end {
        return None;
    }
    let pixel = 1.0 / surface.pixels_per_cm;
    let slope = |sample: &Sample| {
        let facing = sample.normal.z.max(0.08);
        (1.0 - facing * facing).max(0.0).sqrt() / facing
    };
    let expected = slope(a).min(slope(b)) * pixel;
    if (a.height - b.height).abs() > 0.12 + 2.0 * expected {
        return Some(OVER);
    }
    let turn = a.normal.dot(b.normal);
    let are_apart = a.part.chain() != b.part.chain() || a.part.is_two_bones_from(b.part);
    let sharp = if are_apart { 0.90 } else { 0.72 };
    (turn < sharp && is_hollow(a, b, step)).then_some(FOLD)
}

/// Whether two neighbours look at each other rather than away. `step` leads from `a` to `b`, y upwards.
fn is_hollow(a: &Sample, b: &Sample, step: [f32; 2]) -> bool {
    (b.normal.x - a.normal.x) * step[0] + (b.normal.y - a.normal.y) * step[1] < 0.0
}

/// A dot of ink; `at` is in the finer picture's pixels.
fn dot(ink: &mut [f32], width: usize, at: [f32; 2], thickness: f32) {
    let (x, y) = (at[0] / FINER as f32, at[1] / FINER as f32);
    let reach = thickness / 2.0 + 0.5;
    let height = ink.len() / width.max(1);
    let range = |middle: f32, end: usize| {
        let from = (middle - reach - 0.5).ceil().max(0.0) as usize;
        let to = ((middle + reach - 0.5).floor() + 1.0).max(0.0) as usize;
        from..to.min(end)
    };
    for row in range(y, height) {
        for column in range(x, width) {
            let (dx, dy) = (column as f32 + 0.5 - x, row as f32 + 0.5 - y);
            let distance = (dx * dx + dy * dy).sqrt();
            let value = (reach - distance).clamp(0.0, 1.0);
            if let Some(pixel) = ink.get_mut(row * width + column) {
                *pixel = pixel.max(value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hand::{Detail, Hand, HandView, Rotation};

    fn drawn(yaw: f32, has_details: bool) -> (usize, Vec<Rgba>) {
        let side = 200;
        let scale = 8.0 * FINER as f32;
        let center = [100.0 * FINER as f32; 2];
        let view = HandView { rotation: Rotation::from_angles([yaw, 0.0, 0.0]), center, pixels_per_cm: scale };
        let surface = Surface::new(&Hand::default(), &view, [side * FINER; 2], Detail::Lines);
        (side, lines(&surface, &Pen { width: 1.6, has_details }))
    }

    /// How many times a line is crossed on the way along a row.
    fn crossings(side: usize, picture: &[Rgba], y: usize) -> usize {
        let row = &picture[y * side..(y + 1) * side];
        row.windows(2).filter(|pair| pair[0][0] * pair[0][3] < 0.5 && pair[1][0] * pair[1][3] >= 0.5).count()
    }

    #[test]
    fn each_finger_has_a_line_on_either_side() {
        let (side, picture) = drawn(0.0, false);
        // Through the middle of the four fingers, above the thumb's tip: 13 cm above the wrist.
        assert_eq!(crossings(side, &picture, 100 - 5 * 8), 8);
    }

    #[test]
    fn the_forearm_is_left_open() {
        let (side, picture) = drawn(0.0, false);
        let lowest = (0..side).rfind(|y| (0..side).any(|x| picture[y * side + x][3] > 0.5)).unwrap();
        // Two lines end there, nothing joins them.
        assert_eq!(crossings(side, &picture, lowest - 2), 2);
        assert_eq!(crossings(side, &picture, lowest), 2);
    }

    #[test]
    fn the_inside_hides_what_it_is_laid_upon_and_details_are_drawn_only_if_wanted() {
        let (side, plain) = drawn(180.0, false);
        let (_, with_nails) = drawn(180.0, true);
        let middle = plain[100 * side + 100];
        assert_eq!((middle[0], middle[3]), (0.0, 1.0));
        let ink = |picture: &[Rgba]| picture.iter().map(|pixel| pixel[0] * pixel[3]).sum::<f32>();
        assert!(ink(&with_nails) > ink(&plain) + 60.0, "{} {}", ink(&with_nails), ink(&plain));
    }
}
