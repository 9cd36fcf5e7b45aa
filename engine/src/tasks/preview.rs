//! What a picture will look like, from its half-done latents, for next to no time: a linear map from latents to RGB.

use image::RgbImage;

/// An affine map from the channels of one latent cell to red, green and blue (-1 to 1).
#[derive(Clone, Debug, PartialEq)]
pub struct LinearPreview {
    /// Per latent channel its share in red, green and blue.
    factors: Vec<[f64; 3]>,
    bias: [f64; 3],
}

/// SD 1.x: how much each of the four latent channels adds to red, green and blue; published with InvokeAI's step callback
/// (Apache-2.0), found there by regression.
const STABLE_DIFFUSION_1: [[f64; 3]; 4] =
    [[0.3444, 0.1385, 0.0670], [0.1247, 0.4027, 0.1494], [-0.3192, 0.2513, 0.2103], [-0.1307, -0.1874, -0.7445]];

/// SD 1.x's factor on latents.
const STABLE_DIFFUSION_1_SCALE: f64 = 0.18215;

/// Keeps the regression solvable where a channel carries nothing.
const RIDGE: f64 = 1e-3;

impl LinearPreview {
    /// The published map, if these are SD 1.x latents.
    #[must_use]
    pub fn published(channels: usize, scaling_factor: f64) -> Option<Self> {
        let is_sd1 = channels == STABLE_DIFFUSION_1.len() && (scaling_factor - STABLE_DIFFUSION_1_SCALE).abs() < 1e-4;
        is_sd1.then(|| Self { factors: STABLE_DIFFUSION_1.to_vec(), bias: [0.0; 3] })
    }

    /// The map that fits an encoded picture best (least squares with a little ridge).
    ///
    /// `latents`: `[C, cells]`; `colours`: the mean colour (-1 to 1) of the pixels under each cell.
    #[must_use]
    pub fn fitted(latents: &[f32], channels: usize, colours: &[[f32; 3]]) -> Self {
        let cells = colours.len();
        let unknowns = channels + 1;
        let mut normal = vec![vec![0.0; unknowns + 3]; unknowns];
        for (cell, colour) in colours.iter().enumerate() {
            let row: Vec<f64> = (0..channels)
                .map(|channel| latents.get(channel * cells + cell).copied().map_or(0.0, f64::from))
                .chain([1.0])
                .collect();
            for (equation, left) in normal.iter_mut().zip(&row) {
                let right = row.iter().copied().chain(colour.map(f64::from));
                equation.iter_mut().zip(right).for_each(|(sum, right)| *sum += left * right);
            }
        }
        for (index, equation) in normal.iter_mut().enumerate() {
            if let Some(diagonal) = equation.get_mut(index) {
                *diagonal += RIDGE * cells.max(1) as f64;
            }
        }
        let solution = solve(normal);
        let bias = solution.last().copied().unwrap_or_default();
        Self { factors: solution.into_iter().take(channels).collect(), bias }
    }

    /// One picture a batch item, one pixel a latent cell. `latents`: `[N, C, h, w]`.
    #[must_use]
    pub fn pictures(&self, latents: &[f64], rows: usize, columns: usize) -> Vec<RgbImage> {
        let cells = rows * columns;
        let of_one = cells * self.factors.len();
        if of_one == 0 {
            return Vec::new();
        }
        latents.chunks_exact(of_one).map(|latents| self.picture(latents, rows, columns)).collect()
    }

    #[expect(clippy::cast_possible_truncation, reason = "colours need no more than f32")]
    fn picture(&self, latents: &[f64], rows: usize, columns: usize) -> RgbImage {
        let cells = rows * columns;
        let mut values = vec![0.0_f32; cells * 3];
        for (index, plane) in values.chunks_exact_mut(cells).enumerate() {
            for (cell, value) in plane.iter_mut().enumerate() {
                let sum: f64 = self
                    .factors
                    .iter()
                    .zip(latents.iter().skip(cell).step_by(cells))
                    .map(|(factor, latent)| factor.get(index).unwrap_or(&0.0) * latent)
                    .sum();
                *value = (sum + self.bias.get(index).unwrap_or(&0.0)) as f32;
            }
        }
        let side = |side: usize| u32::try_from(side).unwrap_or_default();
        super::picture::pictures_from_values(&values, side(columns), side(rows)).pop().unwrap_or_default()
    }
}

/// Gauss-Jordan with pivoting on `[A | B]`, three right-hand sides.
fn solve(mut equations: Vec<Vec<f64>>) -> Vec<[f64; 3]> {
    let unknowns = equations.len();
    for column in 0..unknowns {
        let size = |row: &[f64]| row.get(column).copied().unwrap_or_default().abs();
        let pivot =
            (column..unknowns).max_by(|a, b| size(&equations[*a]).total_cmp(&size(&equations[*b]))).unwrap_or(column);
        equations.swap(column, pivot);
        let lead = equations[column].clone();
        let divisor = lead.get(column).copied().filter(|divisor| *divisor != 0.0).unwrap_or(1.0);
        for (row, equation) in equations.iter_mut().enumerate() {
            if row == column {
                equation.iter_mut().for_each(|value| *value /= divisor);
            } else {
                let share = equation.get(column).copied().unwrap_or_default() / divisor;
                equation.iter_mut().zip(&lead).for_each(|(value, lead)| *value -= share * lead);
            }
        }
    }
    equations
        .into_iter()
        .map(|equation| {
            let right = equation.get(unknowns..).unwrap_or_default();
            std::array::from_fn(|index| right.get(index).copied().unwrap_or_default())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_autoencoder_is_found_again() {
        // Latents that are a known map of colour: a = r + g, b = g - b, c = 2 b.
        let colours: Vec<[f32; 3]> = (0..64)
            .map(|i| [(i % 4) as f32 / 2.0 - 0.75, (i / 4 % 4) as f32 / 2.0 - 0.75, (i / 16) as f32 / 2.0 - 0.75])
            .collect();
        let plane = |f: fn(&[f32; 3]) -> f32| colours.iter().map(f).collect::<Vec<f32>>();
        let latents = [plane(|c| c[0] + c[1]), plane(|c| c[1] - c[2]), plane(|c| 2.0 * c[2])].concat();
        let preview = LinearPreview::fitted(&latents, 3, &colours);
        let latents: Vec<f64> = latents.iter().map(|value| f64::from(*value)).collect();
        let picture = preview.pictures(&latents, 8, 8).remove(0);
        for (pixel, colour) in picture.pixels().zip(&colours) {
            for (level, value) in pixel.0.iter().zip(colour) {
                assert!((f32::from(*level) / 127.5 - 1.0 - value).abs() < 0.02, "{pixel:?} {colour:?}");
            }
        }
    }

    #[test]
    fn stable_diffusion_latents_have_a_published_map() {
        assert!(LinearPreview::published(4, 0.18215).is_some());
        assert!(LinearPreview::published(16, 0.18215).is_none());
        assert!(LinearPreview::published(4, 1.0).is_none());
    }
}
