//! Lines as of a pen: the extended difference of Gaussians (Winnemöller, Kyprianidis and Olsen 2012), drawn along the flow of
//! the picture's forms (the flow-based variant there, after Kang, Lee and Chui 2007).
//!
//! A pen's line is where a picture is darker than what is around it. With `s` the width, `G` a Gaussian and luma from 0 to 1:
//!
//! ```text
//! u = sharpness * (G(1.6 s) - G(s)) + ink * (1 - G(s))        line = tanh((u - threshold) / softness), not below 0
//! ```
//!
//! which is the negative of the paper's (white lines on black), its threshold and slope `phi = 1 / softness`, with one thing
//! more: at `ink` 1 it is the paper's equation 7 and dark places are filled; at 0 there are lines only, which is what networks
//! for line art were trained on.

use image::RgbImage;

use super::gray::{gray, picture_of};
use super::planes::{Plane, gaussian, level, reach};
use super::recipe::HintRecipe;
use super::strips::in_strips;
use super::watch::Watch;
use crate::nn::Interrupted;

/// How the pen draws; the recipe's parameters.
#[derive(Clone, Copy)]
pub(super) struct Pen {
    /// Deviation of the narrower Gaussian, in pixels.
    pub width: f32,
    pub sharpness: f32,
    pub threshold: f32,
    pub softness: f32,
    /// Deviation of a Gaussian along the flow, in pixels; 0 for Gaussians that are round.
    pub flow: f32,
    pub ink: f32,
}

impl Pen {
    pub fn of(recipe: &HintRecipe) -> Self {
        Self {
            width: recipe.value("width"),
            sharpness: recipe.value("sharpness"),
            threshold: recipe.value("threshold"),
            softness: recipe.value("softness"),
            flow: recipe.value("flow"),
            ink: recipe.value("ink"),
        }
    }

    /// How strongly it draws where the narrower Gaussian has `narrow` and the wider `wide`.
    fn stroke(&self, narrow: f32, wide: f32) -> f32 {
        self.sharpness * (wide - narrow) + self.ink * (1.0 - narrow)
    }

    fn line(&self, stroke: f32) -> u8 {
        let above = stroke - self.threshold;
        if above <= 0.0 {
            0
        } else if self.softness == 0.0 {
            u8::MAX
        } else {
            level((above / self.softness).tanh() * 255.0)
        }
    }
}

/// The wider Gaussian's deviation in the narrower one's: the difference is then nearest to the Laplacian (Marr and Hildreth
/// 1980).
const WIDER: f32 = 1.6;

/// Deviation of the Gaussian over which the directions of forms agree, in pixels.
const AGREEMENT: f32 = 2.5;

/// White lines on black.
///
/// # Errors
/// The work is no longer wanted.
pub(super) fn line_art(picture: &RgbImage, pen: &Pen, watch: &mut Watch<'_>) -> Result<RgbImage, Interrupted> {
    let gray = gray(picture);
    let width = picture.width() as usize;
    let mut lines = vec![0; gray.len()];
    let is_along_flow = pen.flow > 0.0;
    let around = if is_along_flow {
        1 + reach(AGREEMENT) + across_flow(pen).len() / 2 + steps_along(pen)
    } else {
        reach(pen.width * WIDER)
    };
    in_strips(&mut lines, width, watch, |rows, strip| {
        let mut luma = Plane::of_rows(gray.as_raw(), width, [0, 1], &rows, around);
        luma.values.iter_mut().for_each(|value| *value /= 255.0);
        let strokes = if is_along_flow { along_flow(&luma, pen, around) } else { round(&luma, pen) };
        strip.iter_mut().zip(strokes.inner(around)).for_each(|(level, stroke)| *level = pen.line(*stroke));
    })?;
    Ok(picture_of(&lines, picture.width(), picture.height()))
}

/// Strokes by round Gaussians.
fn round(luma: &Plane, pen: &Pen) -> Plane {
    luma.blurred(pen.width).with(&luma.blurred(pen.width * WIDER), |narrow, wide| pen.stroke(narrow, wide))
}

/// Strokes by Gaussians across the flow, smoothed along it; not of the first and last `around` rows.
fn along_flow(luma: &Plane, pen: &Pen, around: usize) -> Plane {
    let flow = flow(luma);
    let across = across_flow(pen);
    let strokes = each_pixel(luma, around - steps_along(pen), |x, y, place| {
        let [along_x, along_y] = flow[place];
        let (mut narrow, mut wide) = (0.0, 0.0);
        for (step, [narrow_weight, wide_weight]) in &across {
            let value = luma.at(x - along_y * step, y + along_x * step);
            narrow += narrow_weight * value;
            wide += wide_weight * value;
        }
        pen.stroke(narrow, wide)
    });
    smoothed_along(&strokes, &flow, pen, around)
}

/// Steps in pixels, and the weights of both Gaussians there.
#[expect(clippy::cast_precision_loss, reason = "a few steps")]
fn across_flow(pen: &Pen) -> Vec<(f32, [f32; 2])> {
    let wide = gaussian(pen.width * WIDER);
    let narrow = gaussian(pen.width);
    let (reach, narrow_reach) = (wide.len() / 2, narrow.len() / 2);
    let weights = wide.iter().enumerate().map(|(place, wide)| {
        let narrow = (place + narrow_reach).checked_sub(reach).and_then(|place| narrow.get(place));
        (place as f32 - reach as f32, [narrow.copied().unwrap_or(0.0), *wide])
    });
    weights.collect()
}

/// How many pixels the smoothing along the flow goes to either side: two deviations.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few steps")]
fn steps_along(pen: &Pen) -> usize {
    (2.0 * pen.flow).ceil() as usize
}

/// Means by a Gaussian over places that are reached by following the flow both ways.
#[expect(clippy::cast_precision_loss, reason = "a few steps")]
fn smoothed_along(strokes: &Plane, flow: &[[f32; 2]], pen: &Pen, around: usize) -> Plane {
    let weights: Vec<f32> =
        (1..=steps_along(pen)).map(|step| (-0.5 * (step as f32 / pen.flow).powi(2)).exp()).collect();
    let total = 1.0 + 2.0 * weights.iter().sum::<f32>();
    each_pixel(strokes, around, |x, y, place| {
        let mut sum = strokes.values[place];
        for sign in [1.0, -1.0] {
            let mut pos = [x, y];
            let mut direction = flow[place].map(|part| part * sign);
            for weight in &weights {
                pos = [pos[0] + direction[0], pos[1] + direction[1]];
                sum += weight * strokes.at(pos[0], pos[1]);
                let next = flow[nearest(strokes, pos)];
                // A direction has no sign of its own.
                let turn = if next[0] * direction[0] + next[1] * direction[1] < 0.0 { -1.0 } else { 1.0 };
                direction = next.map(|part| part * turn);
            }
        }
        sum / total
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to the plane"
)]
fn nearest(plane: &Plane, [x, y]: [f32; 2]) -> usize {
    let within = |value: f32, length: usize| value.round().clamp(0.0, length.saturating_sub(1) as f32) as usize;
    within(y, plane.height()) * plane.width + within(x, plane.width)
}

/// Directions of length 1 along which the picture changes least: the lesser eigenvector of the structure tensor (Brox et al.
/// 2006), downward where it changes nowhere.
fn flow(luma: &Plane) -> Vec<[f32; 2]> {
    let [step, middle] = [[-1.0, 0.0, 1.0], [1.0, 2.0, 1.0]];
    let across = luma.filtered(&step, &middle);
    let down = luma.filtered(&middle, &step);
    let blurred = |plane: Plane| plane.blurred(AGREEMENT).values;
    let (xx, xy) = (blurred(across.with(&across, |a, b| a * b)), blurred(across.with(&down, |a, b| a * b)));
    let yy = blurred(down.with(&down, |a, b| a * b));
    let tensors = xx.iter().zip(&xy).zip(&yy);
    tensors.map(|((xx, xy), yy)| least_change(*xx, *xy, *yy)).collect()
}

fn least_change(xx: f32, xy: f32, yy: f32) -> [f32; 2] {
    let most = (xx + yy + ((xx - yy).powi(2) + 4.0 * xy * xy).sqrt()) / 2.0;
    // Of two ways to write it, the one whose numbers do not cancel out.
    let along = if xx >= yy { [-xy, most - yy] } else { [most - xx, -xy] };
    let length = along[0].hypot(along[1]);
    if length > f32::MIN_POSITIVE { along.map(|part| part / length) } else { [0.0, 1.0] }
}

/// A plane made from the places of another, 0 in the first and last `left_out` rows: `number` gets the column, the row and the
/// place among all.
#[expect(clippy::cast_precision_loss, reason = "columns of a picture")]
fn each_pixel(plane: &Plane, left_out: usize, number: impl Fn(f32, f32, usize) -> f32) -> Plane {
    let width = plane.width;
    let mut values = vec![0.0; plane.values.len()];
    let places = left_out * width..values.len().saturating_sub(left_out * width);
    for (place, value) in values.iter_mut().enumerate().take(places.end).skip(places.start) {
        *value = number((place % width) as f32, (place / width) as f32, place);
    }
    Plane { width, values }
}
