//! Edges as OpenCV's `Canny(gray, low, high, apertureSize=3, L2gradient=False)` finds them, bit for bit (`canny.cpp`; Canny
//! 1986): Sobel's gradients, their ridges, and of these what is strong or hangs together with what is.

use image::{GrayImage, RgbImage};
use rayon::prelude::*;

use super::gray::{gray, picture_of};
use super::watch::Watch;
use crate::nn::Interrupted;

/// What is known of a pixel.
const NONE: u8 = 0;
/// An edge if it hangs together with one.
const WEAK: u8 = 1;
const EDGE: u8 = u8::MAX;

/// Rows between two looks at the watch.
const ROWS_AT_ONCE: usize = 512;

/// Edges of a picture's luma, white on black. `low` and `high` are sums of the absolute gradients down and across, 0 to 2040;
/// of the two the lesser is where edges go on, and the other where they begin.
///
/// # Errors
/// The work is no longer wanted.
pub(super) fn edges(picture: &RgbImage, low: f32, high: f32, watch: &mut Watch<'_>) -> Result<RgbImage, Interrupted> {
    let gray = gray(picture);
    watch.reached(0.1)?;
    let edges = canny(&gray, low, high, &mut watch.part(0.1, 0.9))?;
    Ok(picture_of(&edges, picture.width(), picture.height()))
}

/// The same of levels of grey: 255 for an edge, 0 elsewhere.
#[expect(clippy::cast_possible_truncation, reason = "as OpenCV floors them; `as` saturates")]
pub(super) fn canny(gray: &GrayImage, low: f32, high: f32, watch: &mut Watch<'_>) -> Result<Vec<u8>, Interrupted> {
    let [low, high] = [low.min(high), low.max(high)].map(|threshold| threshold.floor() as i32);
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let mut map = vec![NONE; width * height];
    let mut begin = 0;
    for rows in map.chunks_mut((width * ROWS_AT_ONCE).max(1)) {
        let share = rows.len().div_ceil(rayon::current_num_threads() * width.max(1)).max(1);
        rows.par_chunks_mut(width * share).enumerate().for_each(|(number, rows)| {
            ridges(gray, begin + number * share, rows, low, high);
        });
        begin = (begin + ROWS_AT_ONCE).min(height);
        #[expect(clippy::cast_precision_loss, reason = "a share to be shown")]
        watch.reached(0.8 * begin as f32 / height as f32)?;
    }
    grow(&mut map, width, watch)?;
    map.par_iter_mut().for_each(|pixel| *pixel = if *pixel == EDGE { u8::MAX } else { 0 });
    Ok(map)
}

/// A pixel's gradients across and down.
type Gradient = [i16; 2];

/// Says of the rows from `first` on which pixels are ridges of the gradient: [`EDGE`] where it is above `high`, [`WEAK`] where
/// it is above `low`.
fn ridges(gray: &GrayImage, first: usize, map: &mut [u8], low: i32, high: i32) {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let mut gradients = vec![[0; 2]; width];
    // Of the row above, this and the next, with a 0 at either end.
    let mut above = vec![0; width + 2];
    let mut here = vec![0; width + 2];
    let mut below = vec![0; width + 2];
    if let Some(row) = first.checked_sub(1) {
        strengths(gray, row, &mut gradients, &mut above);
    }
    strengths(gray, first, &mut gradients, &mut here);
    let mut next_gradients = gradients.clone();
    for (y, map) in (first..).zip(map.chunks_exact_mut(width.max(1))) {
        if y + 1 < height {
            strengths(gray, y + 1, &mut next_gradients, &mut below);
        } else {
            below.fill(0);
        }
        for (x, (pixel, gradient)) in map.iter_mut().zip(&gradients).enumerate() {
            let strength = here[x + 1];
            if strength > low && is_ridge(*gradient, strength, x + 1, [&above, &here, &below]) {
                *pixel = if strength > high { EDGE } else { WEAK };
            }
        }
        std::mem::swap(&mut above, &mut here);
        std::mem::swap(&mut here, &mut below);
        std::mem::swap(&mut gradients, &mut next_gradients);
    }
}

/// Whether no neighbour along the gradient is stronger: to the sides, above and below, or across a corner.
fn is_ridge([across, down]: Gradient, strength: i32, x: usize, [above, here, below]: [&[i32]; 3]) -> bool {
    const SHIFT: i32 = 15;
    /// The tangent of 22.5 degrees.
    const TANGENT: i32 = 13573;
    let (run, rise) = (i32::from(across).abs(), i32::from(down).abs() << SHIFT);
    let flat = run * TANGENT;
    if rise < flat {
        return strength > here[x - 1] && strength >= here[x + 1];
    }
    // The tangent of 67.5 degrees is that of 22.5 and 2.
    if rise > flat + (run << (SHIFT + 1)) {
        return strength > above[x] && strength >= below[x];
    }
    let (before, after) = if (across ^ down) < 0 { (x + 1, x - 1) } else { (x - 1, x + 1) };
    strength > above[before] && strength > below[after]
}

/// Sobel's gradients of a row and the sums of their absolute values; beyond the picture its edge is repeated.
fn strengths(gray: &GrayImage, row: usize, gradients: &mut [Gradient], sums: &mut [i32]) {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let line = |row: usize| &gray.as_raw()[row * width..(row + 1) * width];
    let rows = [line(row.saturating_sub(1)), line(row), line((row + 1).min(height - 1))];
    for (x, (gradient, sum)) in gradients.iter_mut().zip(&mut sums[1..]).enumerate() {
        let (left, right) = (x.saturating_sub(1), (x + 1).min(width - 1));
        let at = |row: usize, x: usize| i16::from(rows[row][x]);
        let across = at(0, right) - at(0, left) + 2 * (at(1, right) - at(1, left)) + at(2, right) - at(2, left);
        let down = at(2, left) - at(0, left) + 2 * (at(2, x) - at(0, x)) + at(2, right) - at(0, right);
        *gradient = [across, down];
        *sum = i32::from(across.abs()) + i32::from(down.abs());
    }
}

/// Makes edges of all that is weak and touches one, also across corners.
fn grow(map: &mut [u8], width: usize, watch: &mut Watch<'_>) -> Result<(), Interrupted> {
    let height = map.len() / width.max(1);
    let mut reached = Vec::new();
    for row in 0..height {
        if row % ROWS_AT_ONCE == 0 {
            #[expect(clippy::cast_precision_loss, reason = "a share to be shown")]
            watch.reached(0.8 + 0.2 * row as f32 / height as f32)?;
        }
        reached.extend((row * width..(row + 1) * width).filter(|place| map[*place] == EDGE));
        while let Some(place) = reached.pop() {
            let (x, y) = (place % width, place / width);
            for y in y.saturating_sub(1)..=(y + 1).min(height - 1) {
                for x in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                    let place = y * width + x;
                    if map[place] == WEAK {
                        map[place] = EDGE;
                        reached.push(place);
                    }
                }
            }
        }
    }
    Ok(())
}
