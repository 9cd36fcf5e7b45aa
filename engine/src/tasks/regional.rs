//! Parts of a picture with a prompt of their own: at every evaluation the model predicts once for each prompt, and the
//! predictions are blended by the masks, as MultiDiffusion blends what its paths predict for the same latents (Bar-Tal et
//! al. 2023, "MultiDiffusion: Fusing Diffusion Paths for Controlled Image Generation", section 4.2). What a mask does not
//! claim is the recipe's own prompt's.

use image::GrayImage;

use super::conditioning::Conditioning;
use crate::recipe::Recipe;

/// The regions of one run.
#[derive(Default)]
pub(super) struct Regional {
    /// The recipe's own prompt's share of each latent cell.
    rest: Vec<f32>,
    parts: Vec<Part>,
}

/// One region.
pub(super) struct Part {
    /// Its prompt, without an unconditional half: that is the same for all.
    pub conditioning: Conditioning,
    /// Its share of each latent cell, `[h, w]`.
    shares: Vec<f32>,
}

impl Regional {
    /// `masks` are the recipe's regions', `scale` the pixels a cell; a run of `steps` steps.
    pub fn new(recipe: &Recipe, masks: &[GrayImage], scale: u32, steps: usize) -> Self {
        let mut parts: Vec<Part> = masks
            .iter()
            .zip(&recipe.regions)
            .map(|(mask, region)| {
                let prompt = Recipe { prompt: region.prompt.clone(), guidance: 1.0, ..recipe.clone() };
                Part { conditioning: Conditioning::new(&prompt, steps), shares: shares(mask, scale) }
            })
            .collect();
        let cells = parts.first().map_or(0, |part| part.shares.len());
        let mut rest = vec![1.0; cells];
        for (cell, rest) in rest.iter_mut().enumerate() {
            let claimed: f32 = parts.iter().map(|part| part.shares[cell]).sum();
            // Where masks overlap and claim more than all, each gets less.
            if claimed > 1.0 {
                parts.iter_mut().for_each(|part| part.shares[cell] /= claimed);
            }
            *rest = (1.0 - claimed).max(0.0);
        }
        Self { rest, parts }
    }

    pub fn parts(&mut self) -> &mut [Part] {
        &mut self.parts
    }

    /// Reads a changed recipe's prompts.
    pub fn change(&mut self, recipe: &Recipe, steps: usize) {
        for (part, region) in self.parts.iter_mut().zip(&recipe.regions) {
            let prompt = Recipe { prompt: region.prompt.clone(), guidance: 1.0, ..recipe.clone() };
            part.conditioning.change(&prompt, steps);
        }
    }

    /// `prediction` (`[N, C, h, w]`) becomes the recipe's own share of it; [`Self::add`] adds the others.
    pub fn keep_rest(&self, prediction: &mut [f32]) {
        for plane in prediction.chunks_exact_mut(self.rest.len().max(1)) {
            plane.iter_mut().zip(&self.rest).for_each(|(value, share)| *value *= share);
        }
    }

    /// Adds a region's share of its own prediction.
    pub fn add(&self, region: usize, prediction: &[f32], blended: &mut [f32]) {
        let Some(part) = self.parts.get(region) else { return };
        let cells = part.shares.len().max(1);
        for (blended, plane) in blended.chunks_exact_mut(cells).zip(prediction.chunks_exact(cells)) {
            for ((blended, value), share) in blended.iter_mut().zip(plane).zip(&part.shares) {
                *blended += value * share;
            }
        }
    }
}

/// The mean of the mask's levels under each cell, 0 to 1.
fn shares(mask: &GrayImage, scale: u32) -> Vec<f32> {
    let (columns, rows) = (mask.width() / scale, mask.height() / scale);
    let mut sums = vec![0_u32; columns as usize * rows as usize];
    for (x, y, level) in mask.enumerate_pixels() {
        let (column, row) = (x / scale, y / scale);
        if column < columns && row < rows {
            sums[row as usize * columns as usize + column as usize] += u32::from(level.0[0]);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 255 times the pixels of a cell")]
    let share = |sum: u32| sum as f32 / (255 * scale * scale) as f32;
    sums.into_iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;
    use crate::recipe::RegionRecipe;

    #[test]
    fn shares_add_up_to_one_also_where_masks_overlap() {
        let half = |left: u8, right: u8| GrayImage::from_fn(16, 8, |x, _| Luma([if x < 8 { left } else { right }]));
        let recipe = Recipe { regions: vec![RegionRecipe::default(); 2], ..Recipe::default() };
        let regional = Regional::new(&recipe, &[half(255, 51), half(255, 51)], 8, 4);
        let mut blended = vec![1.0, 1.0, 10.0, 10.0];
        regional.keep_rest(&mut blended);
        for region in 0..2 {
            regional.add(region, &[2.0, 2.0, 20.0, 20.0], &mut blended);
        }
        for (found, expected) in blended.iter().zip([2.0, 1.4, 20.0, 14.0]) {
            assert!((found - expected).abs() < 1e-5, "{blended:?}");
        }
    }
}
