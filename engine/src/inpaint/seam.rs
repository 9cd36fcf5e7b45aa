//! How well what was made fits: a number for the edge between old and new.

use image::{GrayImage, RgbImage};

/// Pixels beside the edge that tell how lively the picture is there.
const BESIDE: u32 = 8;

/// How strongly the edge between old and new shows in the finished picture: the mean difference of neighbours across it
/// over that of neighbours in the picture beside it, which is kept. 1 is an edge like any other place, 2 one that is seen.
/// `coverage` says how much of each pixel is new and has the picture's size; where it fades, each pair of neighbours counts
/// as much as its levels differ. `None` where there is no edge, or nothing beside it.
#[must_use]
pub fn seam(picture: &RgbImage, coverage: &GrayImage) -> Option<f32> {
    if picture.dimensions() != coverage.dimensions() {
        return None;
    }
    let (mut across, mut weights) = (0.0, 0.0);
    let (mut beside, mut count) = (0.0, 0.0);
    let near = near_edge(coverage);
    let (width, height) = coverage.dimensions();
    for (x, y, level) in coverage.enumerate_pixels() {
        for (next_x, next_y) in [(x + 1, y), (x, y + 1)] {
            if next_x >= width || next_y >= height {
                continue;
            }
            let (level, next) = (f64::from(level.0[0]), f64::from(coverage.get_pixel(next_x, next_y).0[0]));
            let weight = (level - next).abs();
            let is_kept = level + next == 0.0 && near[(y * width + x) as usize];
            if weight > 0.0 || is_kept {
                let (here, there) = (picture.get_pixel(x, y), picture.get_pixel(next_x, next_y));
                let apart: f64 = here.0.iter().zip(there.0).map(|(a, b)| f64::from(a.abs_diff(b))).sum();
                across += weight * apart;
                weights += weight;
                beside += if is_kept { apart } else { 0.0 };
                count += f64::from(u8::from(is_kept));
            }
        }
    }
    if weights == 0.0 || count == 0.0 {
        return None;
    }
    // A picture that is quite plain beside the edge has a grain of a level or so all the same.
    let own = f64::max(beside / count, LEAST);
    #[expect(clippy::cast_possible_truncation, reason = "a ratio")]
    let ratio = (across / weights / own) as f32;
    Some(ratio)
}

/// Sum of three channels' levels.
const LEAST: f64 = 1.5;

/// The kept pixels no further from a new one than [`BESIDE`], as squares see it.
fn near_edge(coverage: &GrayImage) -> Vec<bool> {
    let width = coverage.width() as usize;
    let reach = BESIDE as usize;
    let mut along: Vec<bool> = coverage.iter().map(|level| *level > 0).collect();
    for row in along.chunks_exact_mut(width.max(1)) {
        let new: Vec<bool> = row.to_vec();
        for (x, near) in row.iter_mut().enumerate() {
            *near = new[x.saturating_sub(reach)..(x + reach + 1).min(width)].contains(&true);
        }
    }
    let rows = along.len() / width.max(1);
    let near = |x: usize, y: usize| (y.saturating_sub(reach)..rows.min(y + reach + 1)).any(|y| along[y * width + x]);
    (0..along.len()).map(|at| near(at % width, at / width)).collect()
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb};

    use super::*;

    fn grain(x: u32, y: u32) -> u8 {
        ((x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519) >> 28) as u8
    }

    fn picture(step: u8) -> RgbImage {
        RgbImage::from_fn(60, 50, |x, y| Rgb([100 + grain(x, y) + if x < 30 { step } else { 0 }; 3]))
    }

    fn left(feather: u32) -> GrayImage {
        GrayImage::from_fn(60, 50, |x, _| {
            let inside = (30 + feather).saturating_sub(x) * 255 / (2 * feather + 1);
            Luma([if x < 30 - feather { 255 } else { inside.min(255) as u8 }])
        })
    }

    #[test]
    fn a_picture_without_a_seam_has_one_and_a_step_has_more() {
        let plain = seam(&picture(0), &left(0)).unwrap();
        assert!((0.8..1.25).contains(&plain), "{plain}");
        let step = seam(&picture(20), &left(0)).unwrap();
        assert!(step > 2.5, "{step}");
        let faded = seam(&picture(20), &left(6)).unwrap();
        assert!(faded < step && faded > plain, "the step is one of many pairs of the ring: {faded}");
    }

    #[test]
    fn where_nothing_is_kept_there_is_no_seam() {
        assert_eq!(seam(&picture(0), &GrayImage::from_pixel(60, 50, Luma([255]))), None);
        assert_eq!(seam(&picture(0), &GrayImage::new(60, 50)), None);
        assert_eq!(seam(&picture(0), &GrayImage::new(6, 5)), None);
        let flat = RgbImage::from_pixel(60, 50, Rgb([9; 3]));
        assert_eq!(seam(&flat, &left(0)), Some(0.0));
    }
}
