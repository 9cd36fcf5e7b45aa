//! The parts of a plan: out of the picture, to the model's size, and back.

use image::{GrayImage, RgbImage};
use rayon::prelude::*;

use super::crop_plan::CropPlan;
use super::mask_edge::{feathered, soft_coverage};
use super::region::Region;
use super::regions::has_strengths;
use super::resample::{Axis, Kernel, resampled};
use crate::recipe::Recipe;
use crate::worker::Job;

impl CropPlan {
    /// The job of this plan: `picture`, `mask` (0 keeps, 255 repaints) and the masks of the recipe's regions are those of
    /// [`Self::part`]. Where greys are no strengths ([`has_strengths`]), all of a soft edge is made anew, for the client
    /// blends it, and only once.
    #[must_use]
    pub fn job(&self, recipe: &Recipe, picture: &RgbImage, mask: &GrayImage, regions: &[GrayImage]) -> Job {
        let [width, height] = self.model_size;
        let soft = has_strengths(recipe);
        Job {
            recipe: Recipe { width, height, ..recipe.clone() },
            init: Some(self.picture_for_model(picture)),
            mask: Some(self.mask_for_model(mask, soft)),
            regions: regions.iter().map(|mask| self.mask_for_model(mask, soft)).collect(),
            ..Job::default()
        }
    }

    /// The crop at the model's size, from the picture's [`Self::part`].
    #[must_use]
    pub fn picture_for_model(&self, part: &RgbImage) -> RgbImage {
        let [width, height] = self.model_size;
        let levels = if self.is_unscaled() {
            continued::<3>(part.as_raw(), part.width() as usize, [width as usize, height as usize])
        } else {
            resampled::<3>(part.as_raw(), part.width() as usize, self.axes(), Kernel::Lanczos)
        };
        RgbImage::from_raw(width, height, levels).unwrap_or_default()
    }

    /// The crop's mask at the model's size, from the mask's [`Self::part`]. A pixel of the model's has the greatest level of
    /// those it covers: a stroke that is thinner than it must not be lost. `soft`: greys stay, as strengths; otherwise all
    /// that is not 0 becomes 255.
    #[must_use]
    pub fn mask_for_model(&self, part: &GrayImage, soft: bool) -> GrayImage {
        let [width, height] = self.model_size;
        let shrinks = self.scale().iter().any(|scale| *scale <= 1.0);
        let mut levels = if self.is_unscaled() {
            continued::<1>(part.as_raw(), part.width() as usize, [width as usize, height as usize])
        } else if soft && !shrinks {
            resampled::<1>(part.as_raw(), part.width() as usize, self.axes(), Kernel::Triangle)
        } else {
            greatest(part.as_raw(), part.width() as usize, self.axes())
        };
        if !soft {
            levels.par_iter_mut().for_each(|level| *level = if *level > 0 { u8::MAX } else { 0 });
        }
        GrayImage::from_raw(width, height, levels).unwrap_or_default()
    }

    /// What the model made, as a picture of [`Self::part`].
    #[must_use]
    pub fn laid_back(&self, made: &RgbImage) -> RgbImage {
        let part = self.part();
        if self.is_unscaled() {
            return image::imageops::crop_imm(made, 0, 0, part.width(), part.height()).to_image();
        }
        let [across, down] = self.scale();
        let axis =
            |scale: f64, pixels: u32| Axis { start: 0.0, length: f64::from(pixels) * scale, pixels: pixels as usize };
        let axes = [axis(across, part.width()), axis(down, part.height())];
        let levels = resampled::<3>(made.as_raw(), made.width() as usize, axes, Kernel::Lanczos);
        RgbImage::from_raw(part.width(), part.height(), levels).unwrap_or_default()
    }

    /// Where, and by how much, the result replaces the picture: the mask that is really in force, of [`Self::part`]. `mask`
    /// is that of the part, with the regions' ([`repainted`](super::repainted)). It fades inward over the recipe's feather, also where the painter's own crop cuts the mask;
    /// what is neither 0 nor 255 in it is the blend ring.
    #[must_use]
    pub fn coverage(&self, mask: &GrayImage, recipe: &Recipe) -> GrayImage {
        let coverage = if has_strengths(recipe) { soft_coverage(mask) } else { mask.clone() };
        if recipe.feather == 0 {
            return coverage;
        }
        let (part, picture) = (self.part(), Region::of_size(self.picture));
        let beside = |is_inside: bool| u32::from(is_inside);
        let (left, top) = (beside(part.left > 0), beside(part.top > 0));
        let (right, bottom) = (beside(part.right < picture.right), beside(part.bottom < picture.bottom));
        let mut around = GrayImage::new(coverage.width() + left + right, coverage.height() + top + bottom);
        image::imageops::replace(&mut around, &coverage, left.into(), top.into());
        let faded = feathered(&around, recipe.feather);
        image::imageops::crop_imm(&faded, left, top, coverage.width(), coverage.height()).to_image()
    }

    /// The crop, in pixels of its part, which begins where it does.
    fn axes(&self) -> [Axis; 2] {
        let axis = |length: u32, pixels: u32| Axis { start: 0.0, length: length.into(), pixels: pixels as usize };
        [axis(self.crop.width(), self.model_size[0]), axis(self.crop.height(), self.model_size[1])]
    }
}

/// A picture of `C` channels enlarged to the right and below by repeating its last column and row, or cut there.
fn continued<const C: usize>(source: &[u8], width: usize, [new_width, new_height]: [usize; 2]) -> Vec<u8> {
    let mut levels = Vec::with_capacity(new_width * new_height * C);
    let rows: Vec<&[u8]> = source.chunks_exact((width * C).max(1)).collect();
    for row in (0..new_height).filter_map(|y| rows.get(y).or(rows.last())) {
        let kept = row.len().min(new_width * C);
        levels.extend_from_slice(&row[..kept]);
        for _ in kept / C..new_width {
            levels.extend_from_slice(&row[row.len() - C..]);
        }
    }
    levels
}

/// The greatest of the levels that each new pixel covers in part; beyond the source, its outermost pixels go on.
fn greatest(source: &[u8], width: usize, [across, down]: [Axis; 2]) -> Vec<u8> {
    let height = source.len() / width.max(1);
    if height == 0 {
        return vec![0; across.pixels * down.pixels];
    }
    let columns: Vec<_> = (0..across.pixels).map(|x| covered(across, x, width)).collect();
    let mut levels = vec![0; across.pixels * down.pixels];
    levels.par_chunks_exact_mut(across.pixels.max(1)).enumerate().for_each_init(
        || vec![0; width],
        |line, (y, levels)| {
            line.fill(0);
            for row in covered(down, y, height) {
                let row = &source[row * width..(row + 1) * width];
                line.iter_mut().zip(row).for_each(|(most, level)| *most = (*level).max(*most));
            }
            for (level, columns) in levels.iter_mut().zip(&columns) {
                *level = line[columns.clone()].iter().copied().max().unwrap_or(0);
            }
        },
    );
    levels
}

/// The old pixels that a new one covers in part; those it only touches by rounding are not among them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "columns of a picture"
)]
fn covered(axis: Axis, pixel: usize, source: usize) -> std::ops::Range<usize> {
    const TOUCH: f64 = 1e-6;
    let step = axis.length / axis.pixels as f64;
    let first = (axis.start + pixel as f64 * step + TOUCH) as usize;
    let end = (axis.start + (pixel + 1) as f64 * step - TOUCH).ceil() as usize;
    let first = first.min(source - 1);
    first..end.clamp(first + 1, source)
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb};

    use super::*;
    use crate::inpaint::ModelSize;

    const SD1: ModelSize = ModelSize { best_side: 512, multiple: 8 };

    fn noise(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let value = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519);
            Rgb([value as u8, (value >> 8) as u8, (value >> 16) as u8])
        })
    }

    #[test]
    fn an_unscaled_crop_comes_back_as_it_went() {
        let plan = CropPlan::whole([100, 70]);
        let picture = noise(100, 70);
        let for_model = plan.picture_for_model(&picture);
        assert_eq!(for_model.dimensions(), (104, 72));
        assert_eq!(for_model.get_pixel(103, 71), picture.get_pixel(99, 69));
        assert_eq!(plan.laid_back(&for_model), picture);
    }

    #[test]
    fn a_smooth_picture_survives_being_scaled_down_and_back() {
        let size = [1500, 1100];
        let plan = CropPlan::masked(size, Region::of_size(size), 0, None, SD1);
        let picture = RgbImage::from_fn(1500, 1100, |x, y| Rgb([(x / 8) as u8, (y / 8) as u8, 77]));
        let back = plan.laid_back(&plan.picture_for_model(&picture));
        assert_eq!(back.dimensions(), picture.dimensions());
        let inside = |side: u32, size: u32| (12..size - 12).contains(&side);
        for (x, y, pixel) in back.enumerate_pixels().filter(|(x, y, _)| inside(*x, 1500) && inside(*y, 1100)) {
            let off = pixel.0.iter().zip(picture.get_pixel(x, y).0).map(|(a, b)| a.abs_diff(b)).max();
            assert!(off <= Some(1), "{x} {y}: {pixel:?}");
        }
    }

    #[test]
    fn a_single_pixel_is_not_lost_however_far_the_mask_is_scaled_down() {
        let size = [8000, 8000];
        let plan = CropPlan::masked(size, Region::of_size(size), 0, None, SD1);
        let mut mask = GrayImage::new(8000, 8000);
        mask.put_pixel(4001, 17, Luma([1]));
        for (soft, level) in [(false, 255), (true, 1)] {
            let for_model = plan.mask_for_model(&mask, soft);
            let masked: Vec<_> = for_model.enumerate_pixels().filter(|(.., level)| level.0[0] > 0).collect();
            assert_eq!(masked.len(), 1);
            assert_eq!((masked[0].0, masked[0].1, masked[0].2.0[0]), (256, 1, level));
        }
    }

    #[test]
    fn a_crop_that_cuts_the_mask_fades_there_and_not_at_the_pictures_edge() {
        let plan = CropPlan::of_crop([100, 100], Region { left: 0, top: 20, right: 60, bottom: 80 }, SD1);
        let mask = GrayImage::from_pixel(60, 60, Luma([255]));
        let coverage = plan.coverage(&mask, &Recipe { feather: 5, ..Recipe::default() });
        assert_eq!(coverage.get_pixel(0, 30).0, [255]);
        assert!(coverage.get_pixel(59, 30).0[0] < 30 && coverage.get_pixel(30, 0).0[0] < 30);
        assert_eq!(coverage.get_pixel(30, 30).0, [255]);
    }

    #[test]
    fn the_job_has_the_models_size() {
        let plan = CropPlan::masked([900, 600], Region { left: 400, top: 300, right: 420, bottom: 320 }, 60, None, SD1);
        let part = plan.part();
        let mut mask = GrayImage::new(part.width(), part.height());
        mask.put_pixel(60, 60, Luma([7]));
        let job = plan.job(&Recipe::default(), &noise(part.width(), part.height()), &mask, &[]);
        assert_eq!([job.recipe.width, job.recipe.height], plan.model_size);
        assert_eq!(job.init.unwrap().dimensions(), (plan.model_size[0], plan.model_size[1]));
        assert!(job.mask.unwrap().contains(&255));
    }
}
