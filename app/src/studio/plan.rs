//! From the picture, the mask and the recipe to a job, and from the engine's pictures back to the picture's size.

use std::sync::Arc;

use brushfire_engine::tasks::soft_coverage;
use brushfire_engine::{Job, Picture, Recipe};
use image::{GrayImage, ImageBuffer, Pixel, RgbImage, imageops};

use super::results::FinishedPicture;
use crate::document::{CanvasSize, Document, PixelRect};

/// What a generation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// The canvas is blank: a picture from nothing.
    TextToImage,
    /// No mask is painted: the whole picture is changed by `strength`.
    ImageToImage,
    /// The masked part is made anew.
    Inpaint,
}

/// A generation as it was decided when the button was pressed.
#[derive(Clone, Debug)]
pub struct Plan {
    pub task: Task,
    /// With a concrete seed and the engine's picture size.
    pub recipe: Recipe,
    /// The part of the picture that may change.
    pub region: PixelRect,
}

impl Plan {
    /// Decides what pressing the button does for a picture of this size, with this part masked; `is_blank` says that
    /// the picture has one colour only.
    #[must_use]
    pub fn new(size: CanvasSize, mask_bounds: Option<PixelRect>, is_blank: bool, recipe: &Recipe) -> Self {
        let (task, region) = match mask_bounds {
            Some(region) => (Task::Inpaint, region),
            None if is_blank => (Task::TextToImage, size.bounds()),
            None => (Task::ImageToImage, size.bounds()),
        };
        let [width, height] = engine_size([size.width(), size.height()]);
        Self { task, recipe: Recipe { width, height, ..recipe.clone() }, region }
    }

    /// The region with as much around it as shows what it stands in; a part of the engine's picture.
    #[must_use]
    pub fn context(&self) -> PixelRect {
        let PixelRect { left, top, right, bottom } = self.region;
        let around = self.region.width().max(self.region.height()) / 4;
        let (width, height) = (self.recipe.width, self.recipe.height);
        PixelRect {
            left: left.saturating_sub(around),
            top: top.saturating_sub(around),
            right: right.saturating_add(around).min(width),
            bottom: bottom.saturating_add(around).min(height),
        }
    }

    /// Steps the solver will really take: an initial picture saves the first ones.
    #[must_use]
    pub fn effective_steps(&self) -> u32 {
        match self.task {
            Task::TextToImage => self.recipe.steps,
            Task::ImageToImage | Task::Inpaint => {
                ((self.recipe.steps as f32 * self.recipe.strength) as u32).clamp(1, self.recipe.steps)
            }
        }
    }
}

/// The size the engine works at: multiples of 8, and not below its smallest side. A canvas above its largest is refused by
/// the recipe's check.
#[must_use]
pub fn engine_size(size: [u32; 2]) -> [u32; 2] {
    size.map(|side| side.next_multiple_of(8).max(Recipe::MIN_SIDE))
}

/// Makes the buffers for the engine, and the mask of the plan's region. Takes long for large pictures.
#[must_use]
pub fn prepare(plan: &Plan, document: &Document) -> (Job, GrayImage) {
    let padded = [plan.recipe.width, plan.recipe.height];
    let init = (plan.task != Task::TextToImage).then(|| pad(&document.rgb_image(document.bounds()), padded));
    let (mask, in_region) = masks(plan, document);
    (Job { recipe: plan.recipe.clone(), init, mask, previews: true, ..Job::default() }, in_region)
}

/// The mask for the engine, where one is painted, and that of the plan's region.
#[must_use]
pub fn masks(plan: &Plan, document: &Document) -> (Option<GrayImage>, GrayImage) {
    let for_engine = |mask| if plan.recipe.soft { mask } else { made_hard(mask) };
    let padded = [plan.recipe.width, plan.recipe.height];
    let mask = (plan.task == Task::Inpaint).then(|| pad(&for_engine(document.mask_image(document.bounds())), padded));
    (mask, region_mask(plan, document))
}

/// All of a soft edge is made anew, for it is blended here when the result is shown and accepted, and only once.
fn made_hard(mut mask: GrayImage) -> GrayImage {
    for level in mask.iter_mut().filter(|level| **level > 0) {
        *level = u8::MAX;
    }
    mask
}

/// Where, within its region, a plan's pictures replace what is there; 255 everywhere without a painted mask.
fn region_mask(plan: &Plan, document: &Document) -> GrayImage {
    match plan.task {
        Task::Inpaint if plan.recipe.soft => soft_coverage(&document.mask_image(plan.region)),
        Task::Inpaint => document.mask_image(plan.region),
        Task::TextToImage | Task::ImageToImage => {
            GrayImage::from_pixel(plan.region.width(), plan.region.height(), image::Luma([u8::MAX]))
        }
    }
}

/// Cuts the engine's pictures to the plan's region and makes their thumbnails.
#[must_use]
pub fn finish(plan: &Plan, pictures: &[Picture]) -> Vec<FinishedPicture> {
    pictures.iter().map(|picture| cut(plan, &picture.image, picture.recipe.clone(), None)).collect()
}

/// As [`finish`], of previews of whatever size after so many steps.
#[must_use]
pub fn finish_previews(plan: &Plan, previews: &[Arc<RgbImage>], step: u32) -> Vec<FinishedPicture> {
    let recipe = &plan.recipe;
    let enlarged =
        |preview: &RgbImage| imageops::resize(preview, recipe.width, recipe.height, imageops::FilterType::CatmullRom);
    let made = previews.iter().zip(0..).map(|(preview, number)| {
        let recipe = Recipe { seed: recipe.seed.wrapping_add(number), batch: 1, ..recipe.clone() };
        cut(plan, &enlarged(preview), recipe, Some(step))
    });
    made.collect()
}

fn cut(plan: &Plan, picture: &RgbImage, recipe: Recipe, kept_at: Option<u32>) -> FinishedPicture {
    let part = |rect: PixelRect| imageops::crop_imm(picture, rect.left, rect.top, rect.width(), rect.height());
    let image = part(plan.region).to_image();
    let in_context = shrunk(&part(plan.context()).to_image(), CONTEXT_SIDE);
    FinishedPicture { thumbnail: shrunk(&image, THUMBNAIL_SIDE), in_context, image, recipe, kept_at }
}

/// Longer side of a thumbnail, in pixels.
const THUMBNAIL_SIDE: u32 = 160;

/// Longer side of a picture among others, in pixels.
const CONTEXT_SIDE: u32 = 640;

fn shrunk(image: &RgbImage, max_side: u32) -> RgbImage {
    let longer = image.width().max(image.height()).max(1);
    if longer <= max_side {
        return image.clone();
    }
    let scaled = |side: u32| (u64::from(side) * u64::from(max_side) / u64::from(longer)).max(1) as u32;
    imageops::thumbnail(image, scaled(image.width()), scaled(image.height()))
}

/// Enlarges a picture to the right and below by repeating its last column and row.
fn pad<P: Pixel<Subpixel = u8> + 'static>(
    image: &ImageBuffer<P, Vec<u8>>,
    [width, height]: [u32; 2],
) -> ImageBuffer<P, Vec<u8>> {
    let (last_x, last_y) = (image.width().saturating_sub(1), image.height().saturating_sub(1));
    ImageBuffer::from_fn(width, height, |x, y| *image.get_pixel(x.min(last_x), y.min(last_y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    fn document(width: u32, height: u32) -> Document {
        Document::blank(CanvasSize::new(width, height).unwrap(), [255; 4])
    }

    #[test]
    fn the_task_follows_from_what_is_there() {
        let size = CanvasSize::new(100, 50).unwrap();
        let task = |mask_bounds, is_blank| Plan::new(size, mask_bounds, is_blank, &Recipe::default()).task;
        assert_eq!(task(None, true), Task::TextToImage);
        assert_eq!(task(None, false), Task::ImageToImage);
        assert_eq!(task(Some(size.bounds()), true), Task::Inpaint);
    }

    #[test]
    fn sizes_become_multiples_of_8_that_the_engine_takes() {
        assert_eq!(engine_size([256, 384]), [256, 384]);
        assert_eq!(engine_size([257, 10]), [264, 64]);
    }

    #[test]
    fn padding_repeats_the_edges() {
        let image = GrayImage::from_vec(2, 2, vec![1, 2, 3, 4]).unwrap();
        assert_eq!(pad(&image, [3, 4]).into_raw(), [1, 2, 2, 3, 4, 4, 3, 4, 4, 3, 4, 4]);
    }

    #[test]
    fn an_engine_picture_is_cut_to_the_masked_region() {
        let mut document = document(100, 50);
        let mut mask = GrayImage::new(100, 50);
        mask.put_pixel(30, 20, image::Luma([255]));
        mask.put_pixel(39, 24, image::Luma([100]));
        document.replace_mask(&mask).unwrap();
        let plan = Plan::new(document.size(), document.mask_bounds(), false, &Recipe::default());
        let (job, region_mask) = prepare(&plan, &document);
        assert_eq!(job.init.unwrap().dimensions(), (104, 64));
        assert_eq!(region_mask.dimensions(), (10, 5));
        assert_eq!(region_mask.get_pixel(9, 4).0, [100], "the soft edge is kept for blending");
        assert_eq!(job.mask.unwrap().get_pixel(39, 24).0, [255], "and made anew as a whole");

        let mut image = RgbImage::new(104, 64);
        image.put_pixel(30, 20, image::Rgb([9, 8, 7]));
        let finished = finish(&plan, &[Picture { image, recipe: plan.recipe.clone() }]);
        assert_eq!(finished[0].image.dimensions(), (10, 5));
        assert_eq!(finished[0].image.get_pixel(0, 0).0, [9, 8, 7]);
    }

    #[test]
    fn thumbnails_keep_the_shape() {
        assert_eq!(shrunk(&RgbImage::new(1600, 400), 160).dimensions(), (160, 40));
        assert_eq!(shrunk(&RgbImage::new(90, 20), 160).dimensions(), (90, 20));
    }
}
