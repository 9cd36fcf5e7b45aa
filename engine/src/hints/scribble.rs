//! Rough, thick lines, as somebody draws who has a minute: what ControlNet's "fake scribble" does to the edges of a network
//! (thin ridges, then thick), done to the edges of forms: gradients of all colours together (Di Zenzo 1986) of the blurred
//! picture, their ridges, of these what hangs together with something strong and is long enough (Canny 1986), drawn thick.

use std::sync::{Mutex, PoisonError};

use image::RgbImage;

use super::gray::picture_of;
use super::planes::{Plane, reach};
use super::recipe::HintRecipe;
use super::strips::in_strips;
use super::watch::Watch;
use crate::nn::Interrupted;

/// How it is drawn; the recipe's parameters.
#[derive(Clone, Copy)]
pub(super) struct Hand {
    /// Deviation of the Gaussian that leaves out what is small, in pixels.
    pub detail: f32,
    /// A line begins where an edge is as strong as this share of the picture's strong edges.
    pub threshold: f32,
    /// Fewer pixels are no line.
    pub shortest: f32,
    /// Of the lines, in pixels.
    pub width: f32,
}

impl Hand {
    pub fn of(recipe: &HintRecipe) -> Self {
        Self {
            detail: recipe.value("detail"),
            threshold: recipe.value("threshold"),
            shortest: recipe.value("shortest"),
            width: recipe.value("width"),
        }
    }
}

/// Of all pixels, so many have weaker gradients than the picture's strong edges.
const STRONG: f64 = 0.99;
/// A line goes on where an edge has this share of the strength it must begin with.
const GOES_ON: f32 = 0.4;
/// Levels a pixel: what changes less is no edge in any picture.
const FAINTEST: f32 = 1.0;
/// Gradients are kept in this part of a level a pixel; the steepest, 255 in each of three channels, then fit 16 bits.
const UNIT: f32 = 1.0 / 128.0;

/// White lines on black.
///
/// # Errors
/// The work is no longer wanted.
pub(super) fn scribble(picture: &RgbImage, hand: &Hand, watch: &mut Watch<'_>) -> Result<RgbImage, Interrupted> {
    let (width, height) = picture.dimensions();
    let (mut ridges, strong) = ridges(picture, hand.detail, &mut watch.part(0.0, 0.8))?;
    let begins = (hand.threshold * strong).max(FAINTEST);
    let lines = lines(&mut ridges, width as usize, [begins * GOES_ON, begins].map(in_units), hand.shortest);
    watch.reached(0.9)?;
    Ok(picture_of(&thick(&lines, [width as usize, height as usize], hand.width), width, height))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn in_units(strength: f32) -> u16 {
    (strength / UNIT).round() as u16
}

/// The strengths of gradients where they are ridges, 0 elsewhere, in [`UNIT`]s; and the strength of the picture's strong edges,
/// in levels a pixel.
fn ridges(picture: &RgbImage, detail: f32, watch: &mut Watch<'_>) -> Result<(Vec<u16>, f32), Interrupted> {
    let width = picture.width() as usize;
    let around = reach(detail) + 2;
    let counts = Mutex::new(vec![0_u64; usize::from(u16::MAX) + 1]);
    let mut ridges = vec![0; picture.len() / 3];
    in_strips(&mut ridges, width, watch, |rows, strip| {
        let gradients = Gradients::of(picture, &rows, around, detail);
        let strengths = gradients.strengths.inner(around);
        {
            let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
            strengths.iter().for_each(|strength| counts[usize::from(in_units(*strength))] += 1);
        }
        for (place, (ridge, strength)) in strip.iter_mut().zip(strengths).enumerate() {
            if gradients.is_ridge(around * width + place) {
                *ridge = in_units(*strength);
            }
        }
    })?;
    let counts = counts.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((ridges, strong_edge(&counts)))
}

/// The strength below which a share of [`STRONG`] of all pixels lies.
#[expect(clippy::cast_precision_loss, reason = "counts of pixels")]
fn strong_edge(counts: &[u64]) -> f32 {
    let needed = counts.iter().sum::<u64>() as f64 * STRONG;
    let mut below = 0.0;
    let is_enough = |count: &u64| {
        below += *count as f64;
        below >= needed
    };
    counts.iter().position(is_enough).unwrap_or(0) as f32 * UNIT
}

/// How steeply colours change, and whither.
struct Gradients {
    /// In levels a pixel.
    strengths: Plane,
    /// Of length 1.
    directions: Vec<[f32; 2]>,
}

/// Sobel's operator sums so many differences of neighbouring pixels.
const SOBEL_GAIN: f32 = 8.0;

impl Gradients {
    fn of(picture: &RgbImage, rows: &std::ops::Range<usize>, around: usize, detail: f32) -> Self {
        let width = picture.width() as usize;
        let [step, middle] = [[-1.0, 0.0, 1.0], [1.0, 2.0, 1.0]];
        let mut tensors = vec![[0.0; 3]; (rows.len() + 2 * around) * width];
        for channel in 0..3 {
            let plane = Plane::of_rows(picture.as_raw(), width, [channel, 3], rows, around).blurred(detail);
            let (across, down) = (plane.filtered(&step, &middle), plane.filtered(&middle, &step));
            for ([xx, xy, yy], (x, y)) in tensors.iter_mut().zip(across.values.iter().zip(&down.values)) {
                *xx += x * x;
                *xy += x * y;
                *yy += y * y;
            }
        }
        let (strengths, directions) = tensors.into_iter().map(most_change).unzip();
        Self { strengths: Plane { width, values: strengths }, directions }
    }

    /// Whether the gradient is no weaker a pixel further along it, and stronger than a pixel before.
    #[expect(clippy::cast_precision_loss, reason = "columns of a picture")]
    fn is_ridge(&self, place: usize) -> bool {
        let width = self.strengths.width;
        let (x, y) = ((place % width) as f32, (place / width) as f32);
        let ([across, down], strength) = (self.directions[place], self.strengths.values[place]);
        strength > self.strengths.at(x + across, y + down) && strength >= self.strengths.at(x - across, y - down)
    }
}

/// The root of the greater eigenvalue of a sum of squared gradients, a pixel, and its eigenvector.
fn most_change([xx, xy, yy]: [f32; 3]) -> (f32, [f32; 2]) {
    let most = (xx + yy + ((xx - yy).powi(2) + 4.0 * xy * xy).sqrt()) / 2.0;
    // Of two ways to write it, the one whose numbers do not cancel out.
    let along = if xx >= yy { [most - yy, xy] } else { [xy, most - xx] };
    let length = along[0].hypot(along[1]).max(f32::MIN_POSITIVE);
    (most.sqrt() / SOBEL_GAIN, along.map(|part| part / length))
}

/// The places of all ridges above `goes_on` that hang together, corners included, with one above `begins` and are not shorter
/// than `shortest`. Forgets them among the ridges.
fn lines(ridges: &mut [u16], width: usize, [goes_on, begins]: [u16; 2], shortest: f32) -> Vec<usize> {
    let height = ridges.len() / width.max(1);
    let mut lines = Vec::new();
    for start in 0..ridges.len() {
        if ridges[start] <= begins {
            continue;
        }
        let first = lines.len();
        ridges[start] = 0;
        lines.push(start);
        let mut next = first;
        while let Some(place) = lines.get(next).copied() {
            next += 1;
            let (x, y) = (place % width, place / width);
            for y in y.saturating_sub(1)..=(y + 1).min(height - 1) {
                for x in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                    let beside = y * width + x;
                    if ridges[beside] > goes_on {
                        ridges[beside] = 0;
                        lines.push(beside);
                    }
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "pixels of a line")]
        if ((lines.len() - first) as f32) < shortest {
            lines.truncate(first);
        }
    }
    lines
}

/// White discs of that width at every place, on black.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few pixels")]
fn thick(places: &[usize], [width, height]: [usize; 2], line_width: f32) -> Vec<u8> {
    let radius = line_width / 2.0;
    let reach = radius.ceil() as isize;
    let half = |row: isize| (radius * radius - (row * row) as f32).max(0.0).sqrt();
    // Of each row of the disc, how far it goes to either side; what is as far away as the radius is outside.
    let rows: Vec<(isize, usize)> = (-reach..=reach)
        .filter(|row| (row.abs() as f32) < radius)
        .map(|row| (row, (half(row).ceil() as usize).saturating_sub(1)))
        .collect();
    let mut levels = vec![0; width * height];
    for place in places {
        let (x, y) = (place % width, place / width);
        for (row, half) in &rows {
            let Some(y) = y.checked_add_signed(*row).filter(|y| *y < height) else { continue };
            let columns = x.saturating_sub(*half)..(x + half + 1).min(width);
            levels[y * width..][columns].fill(u8::MAX);
        }
    }
    levels
}
