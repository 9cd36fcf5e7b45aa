//! Planes of numbers: a part of a picture's rows with what is around them, and the filters that hints are made by.
//!
//! Beyond the picture it is mirrored, its outermost pixels not repeated (OpenCV's `BORDER_REFLECT_101`).

use std::ops::Range;

use crate::nn::vector::{Kernel, dispatch};

/// Rows of numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plane {
    pub width: usize,
    pub values: Vec<f32>,
}

impl Plane {
    /// The given rows of one channel of a picture of `channels`, and `around` more above and below; beyond the picture,
    /// mirrored. Values are the levels.
    pub fn of_rows<T: Copy + Into<f32>>(
        levels: &[T],
        width: usize,
        [channel, channels]: [usize; 2],
        rows: &Range<usize>,
        around: usize,
    ) -> Self {
        let height = levels.len() / (width * channels).max(1);
        let mut values = Vec::with_capacity(width * (rows.len() + 2 * around));
        for row in 0..rows.len() + 2 * around {
            let row = mirrored((rows.start + row).cast_signed() - around.cast_signed(), height);
            let row = levels.get(row * width * channels..(row + 1) * width * channels).unwrap_or_default();
            values.extend(row.iter().skip(channel).step_by(channels).map(|level| (*level).into()));
        }
        Self { width, values }
    }

    pub fn height(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// The same without so many rows above and below.
    pub fn inner(&self, around: usize) -> &[f32] {
        let cut = around * self.width;
        self.values.get(cut..self.values.len().saturating_sub(cut)).unwrap_or_default()
    }

    /// A plane of the same size, each number made from the same place in both.
    pub fn with(&self, other: &Self, mut number: impl FnMut(f32, f32) -> f32) -> Self {
        let values = self.values.iter().zip(&other.values).map(|(a, b)| number(*a, *b)).collect();
        Self { width: self.width, values }
    }

    /// Correlated with a kernel along rows and another along columns, both of odd length and symmetrical in extent. Of rows
    /// beyond the plane the outermost is repeated.
    pub fn filtered(&self, along_rows: &[f32], along_columns: &[f32]) -> Self {
        let mut values = vec![0.0; self.values.len()];
        dispatch(Filter { plane: self, along_rows, along_columns, values: &mut values });
        Self { width: self.width, values }
    }

    /// Blurred by a Gaussian.
    pub fn blurred(&self, deviation: f32) -> Self {
        let kernel = gaussian(deviation);
        self.filtered(&kernel, &kernel)
    }

    /// Linear interpolation at a place; beyond the plane, its edge.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "clamped to the plane"
    )]
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let x = x.clamp(0.0, self.width.saturating_sub(1) as f32);
        let y = y.clamp(0.0, self.height().saturating_sub(1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (u, v) = (x - left as f32, y - top as f32);
        let right = (left + 1).min(self.width.saturating_sub(1));
        let below = (top + 1).min(self.height().saturating_sub(1));
        let value = |column: usize, row: usize| self.values.get(row * self.width + column).copied().unwrap_or_default();
        let upper = value(left, top) + u * (value(right, top) - value(left, top));
        let lower = value(left, below) + u * (value(right, below) - value(left, below));
        upper + v * (lower - upper)
    }
}

struct Filter<'a> {
    plane: &'a Plane,
    along_rows: &'a [f32],
    along_columns: &'a [f32],
    values: &'a mut [f32],
}

impl Kernel for Filter<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { plane, along_rows, along_columns, values } = self;
        let width = plane.width;
        let reach = along_rows.len() / 2;
        let height = plane.height();
        // A row with what is beyond its ends.
        let mut long = vec![0.0; width + 2 * reach];
        let mut smooth = vec![0.0; plane.values.len()];
        for (row, smooth) in plane.values.chunks_exact(width.max(1)).zip(smooth.chunks_exact_mut(width.max(1))) {
            for (place, value) in long.iter_mut().enumerate() {
                *value = row[mirrored(place.cast_signed() - reach.cast_signed(), width)];
            }
            for (offset, weight) in along_rows.iter().enumerate() {
                smooth.iter_mut().zip(&long[offset..]).for_each(|(sum, value)| *sum += weight * value);
            }
        }
        let reach = along_columns.len() / 2;
        for (y, sums) in values.chunks_exact_mut(width.max(1)).enumerate() {
            for (offset, weight) in along_columns.iter().enumerate() {
                let row = (y + offset).saturating_sub(reach).min(height - 1);
                sums.iter_mut().zip(&smooth[row * width..]).for_each(|(sum, value)| *sum += weight * value);
            }
        }
    }
}

/// Where a place beyond `0..length` is mirrored to.
#[inline(always)]
pub(super) fn mirrored(place: isize, length: usize) -> usize {
    if length <= 1 {
        return 0;
    }
    let period = 2 * (length.cast_signed() - 1);
    let place = place.rem_euclid(period);
    place.min(period - place).cast_unsigned()
}

/// How many pixels a Gaussian's kernel reaches to either side: four deviations, as OpenCV's for floating point.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "deviations are small and not negative")]
pub(super) fn reach(deviation: f32) -> usize {
    // `cvRound(sigma * 4 * 2 + 1) | 1`
    let length = (deviation * 8.0 + 1.0).round_ties_even() as usize | 1;
    length / 2
}

/// A Gaussian's weights, as OpenCV's `getGaussianKernel`: sampled at pixels' middles, with a sum of 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "weights of a few hundred pixels")]
pub(super) fn gaussian(deviation: f32) -> Vec<f32> {
    let reach = reach(deviation).cast_signed();
    if deviation <= 0.0 || reach == 0 {
        return vec![1.0];
    }
    let weight = |place: isize| (-0.5 * (place as f64 / f64::from(deviation)).powi(2)).exp();
    let sum: f64 = (-reach..=reach).map(weight).sum();
    (-reach..=reach).map(|place| (weight(place) / sum) as f32).collect()
}

/// A number as a level, rounded to the nearest; what is not within 0 to 255 is clamped, and what is no number is 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
#[inline(always)]
pub(super) fn level(value: f32) -> u8 {
    value.round_ties_even() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_its_ends_a_row_is_mirrored_without_repeating_the_last() {
        let row: Vec<usize> = (-4..8).map(|place| mirrored(place, 4)).collect();
        assert_eq!(row, [2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1]);
        assert_eq!((mirrored(-3, 1), mirrored(9, 2), mirrored(5, 0)), (0, 1, 0));
    }

    /// `cv2.getGaussianKernel(9, 1.0)`, and the length `cv2.GaussianBlur` takes for floating point.
    #[test]
    fn a_gaussian_is_opencvs() {
        let kernel = gaussian(1.0);
        assert_eq!(kernel.len(), 9);
        for (weight, expected) in kernel.iter().zip(GAUSSIAN) {
            assert!((weight - expected).abs() < 1e-7, "{weight} {expected}");
        }
    }

    const GAUSSIAN: [f32; 5] = [0.000_133_830_6, 0.004_431_861_6, 0.053_991_127, 0.241_971_45, 0.398_943_47];

    #[test]
    fn a_strip_has_its_neighbours_rows_around_it() {
        let levels: Vec<u8> = (0..12).collect();
        let plane = Plane::of_rows(&levels, 2, [0, 1], &(1..3), 2);
        assert_eq!(plane.values, [2., 3., 0., 1., 2., 3., 4., 5., 6., 7., 8., 9.]);
        assert_eq!(plane.inner(2), [2., 3., 4., 5.]);
    }

    #[test]
    fn between_pixels_values_are_interpolated_and_beyond_the_plane_its_edge_goes_on() {
        let plane = Plane { width: 2, values: vec![0.0, 1.0, 2.0, 3.0] };
        assert_eq!([plane.at(0.5, 0.5), plane.at(9.0, 0.25), plane.at(-1.0, -1.0)], [1.5, 1.5, 0.0]);
    }
}
