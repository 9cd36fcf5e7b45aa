//! Autoencoders do not give back every colour: what a model made is a little off as a whole, and shows its edge. What is
//! off is known where nothing was masked, for there the model was given the original; so it can be taken back inside.

use image::{GrayImage, RgbImage};
use rayon::prelude::*;

use super::membrane::{Lanes, span_membrane};

/// The drift is found in squares of so many pixels, a cell of Stable Diffusion's latents.
const CELL: usize = 8;

/// Cells around the mask that tell of the drift.
const RING: usize = 2;

/// Levels. What differs by much more is another thing, not another shade of the same, and is no drift.
const TYPICAL_DRIFT: f32 = 12.0;

/// Pixels' weights that a cell needs to be believed.
const ENOUGH: f32 = 4.0;

/// `made` with its colours corrected wherever the mask is not 0; all three are of one size, and `made` must not have been
/// laid into the original. The mean difference to the original is taken in cells around the mask, where a pixel counts the
/// less the more it differs (Cauchy's weights), and grown inward as a membrane, as in Poisson image editing (Pérez et al.
/// 2003). Nothing is done where everything is masked.
#[must_use]
pub fn match_colors(original: &RgbImage, made: &RgbImage, mask: &GrayImage) -> RgbImage {
    let mut matched = made.clone();
    let width = mask.width() as usize;
    if width == 0 || original.dimensions() != made.dimensions() || mask.dimensions() != made.dimensions() {
        return matched;
    }
    let columns = width.div_ceil(CELL);
    let (mut drift, known) = drift_around(original, made, mask, columns);
    if !known.contains(&true) {
        return matched;
    }
    span_membrane(&mut drift, &known, columns);
    matched.par_chunks_exact_mut(3 * width).enumerate().for_each(|(y, row)| {
        let mask = &mask.as_raw()[y * width..(y + 1) * width];
        for (x, (pixel, _)) in
            row.as_chunks_mut::<3>().0.iter_mut().zip(mask).enumerate().filter(|(_, (_, mask))| **mask > 0)
        {
            let offset = between_cells(&drift, columns, [x, y]);
            for (level, offset) in pixel.iter_mut().zip(offset) {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
                let corrected = (f32::from(*level) + offset + 0.5) as u8;
                *level = corrected;
            }
        }
    });
    matched
}

/// The mean difference in each cell of the ring, and which cells have one.
fn drift_around(original: &RgbImage, made: &RgbImage, mask: &GrayImage, columns: usize) -> (Vec<Lanes>, Vec<bool>) {
    let width = mask.width() as usize;
    let rows = (mask.height() as usize).div_ceil(CELL);
    let ring = near_mask(mask, columns, rows);
    let mut drift = vec![[0.0; 3]; columns * rows];
    let mut known = vec![false; columns * rows];
    let lines = drift.par_chunks_exact_mut(columns).zip(known.par_chunks_exact_mut(columns));
    lines.enumerate().for_each(|(row, (drift, known))| {
        for column in (0..columns).filter(|column| ring[row * columns + column]) {
            let (mut sum, mut weights) = ([0.0; 3], 0.0);
            for y in (row * CELL..(row + 1) * CELL).take_while(|y| y * width < mask.as_raw().len()) {
                for at in (column * CELL..((column + 1) * CELL).min(width)).map(|x| y * width + x) {
                    if mask.as_raw()[at] > 0 {
                        continue;
                    }
                    let level = |picture: &RgbImage, lane| f32::from(picture.as_raw()[3 * at + lane]);
                    let off: Lanes = std::array::from_fn(|lane| level(original, lane) - level(made, lane));
                    let most = off.iter().fold(0.0, |most: f32, off| most.max(off.abs()));
                    let weight = 1.0 / (1.0 + (most / TYPICAL_DRIFT).powi(2));
                    sum.iter_mut().zip(off).for_each(|(sum, off)| *sum += weight * off);
                    weights += weight;
                }
            }
            if weights >= ENOUGH {
                drift[column] = sum.map(|sum| sum / weights);
                known[column] = true;
            }
        }
    });
    (drift, known)
}

/// The cells no further than [`RING`] from one with a masked pixel.
fn near_mask(mask: &GrayImage, columns: usize, rows: usize) -> Vec<bool> {
    let mut masked = vec![false; columns * rows];
    for (y, row) in mask.as_raw().chunks_exact(mask.width() as usize).enumerate() {
        for (cell, row) in masked[y / CELL * columns..].iter_mut().zip(row.chunks(CELL)) {
            *cell |= row.iter().any(|level| *level > 0);
        }
    }
    let near = |row: usize, column: usize| {
        (row.saturating_sub(RING)..rows.min(row + RING + 1)).any(|row| {
            let (from, to) = (column.saturating_sub(RING), columns.min(column + RING + 1));
            masked[row * columns + from..row * columns + to].contains(&true)
        })
    };
    (0..rows * columns).map(|cell| near(cell / columns, cell % columns)).collect()
}

/// A field known at the middles of cells, at the middle of a pixel, bilinearly.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "columns of a picture"
)]
fn between_cells(field: &[Lanes], columns: usize, pixel: [usize; 2]) -> Lanes {
    let rows = field.len() / columns;
    let place = |pixel: usize, cells: usize| {
        let at = ((pixel as f32 + 0.5) / CELL as f32 - 0.5).clamp(0.0, cells as f32 - 1.0);
        (at as usize, (at as usize + 1).min(cells - 1), at.fract())
    };
    let ((left, right, across), (above, below, down)) = (place(pixel[0], columns), place(pixel[1], rows));
    std::array::from_fn(|lane| {
        let line = |row: usize| {
            field[row * columns + left][lane] * (1.0 - across) + field[row * columns + right][lane] * across
        };
        line(above) * (1.0 - down) + line(below) * down
    })
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb};

    use super::*;

    fn disc() -> GrayImage {
        let inside = |x: u32, y: u32| x.abs_diff(48).pow(2) + y.abs_diff(40).pow(2) < 600;
        GrayImage::from_fn(96, 80, |x, y| Luma([if inside(x, y) { 255 } else { 0 }]))
    }

    #[test]
    fn a_drift_that_changes_across_the_picture_is_taken_back() {
        let original = RgbImage::from_fn(96, 80, |x, y| Rgb([90 + x as u8, 60 + y as u8, 128]));
        let drifted = RgbImage::from_fn(96, 80, |x, y| {
            let [red, green, blue] = original.get_pixel(x, y).0;
            Rgb([red - (x / 12) as u8, green + 5, blue - (y / 20) as u8])
        });
        let matched = match_colors(&original, &drifted, &disc());
        let off = |picture: &RgbImage, lane: usize| {
            let pixels = picture.pixels().zip(original.pixels()).zip(disc().into_raw());
            pixels.filter(|(_, mask)| *mask > 0).map(|((a, b), _)| a.0[lane].abs_diff(b.0[lane])).max().unwrap()
        };
        assert_eq!([0, 1, 2].map(|lane| off(&drifted, lane)), [6, 5, 3]);
        assert!([0, 1, 2].iter().all(|lane| off(&matched, *lane) <= 1));
    }

    #[test]
    fn another_thing_at_the_edge_is_no_drift() {
        let original = RgbImage::from_fn(96, 80, |x, _| Rgb(if x < 48 { [220; 3] } else { [100; 3] }));
        let made = RgbImage::from_pixel(96, 80, Rgb([100; 3]));
        let matched = match_colors(&original, &made, &disc());
        assert!(matched.pixels().all(|pixel| pixel.0[0] <= 106), "{:?}", matched.pixels().max_by_key(|p| p.0[0]));
    }

    #[test]
    fn nothing_outside_the_mask_changes_and_a_mask_of_all_changes_nothing() {
        let original = RgbImage::from_pixel(96, 80, Rgb([50; 3]));
        let made = RgbImage::from_pixel(96, 80, Rgb([60; 3]));
        let matched = match_colors(&original, &made, &disc());
        assert_eq!((matched.get_pixel(0, 0).0, matched.get_pixel(48, 40).0), ([60; 3], [50; 3]));
        let all = GrayImage::from_pixel(96, 80, Luma([1]));
        assert_eq!(match_colors(&original, &made, &all), made);
    }
}
