//! From the picture, the masks and the recipe to a job, and from the engine's pictures back to the picture's size.

use std::sync::Arc;

use brushfire_engine::inpaint::{ModelSize, Region, repainted, seam};
use brushfire_engine::tasks::composite;
use brushfire_engine::{Area, ControlRecipe, CropPlan, Fill, Job, Picture, Recipe};
use image::{GrayImage, RgbImage, imageops};

use super::hints;
use super::masks::Masks;
use super::results::FinishedPicture;
use crate::document::{CanvasSize, Document, LayerId, PixelRect, gray_image};

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
    /// With a concrete seed and area, the size that the model works at, and the regions.
    pub recipe: Recipe,
    /// What the model sees.
    pub crop: CropPlan,
    /// The part of the picture that may change; within what the model sees.
    pub region: PixelRect,
    /// The mask of the recipe's own prompt.
    pub mask: Option<LayerId>,
    /// The masks of the recipe's regions.
    pub regions: Vec<LayerId>,
    /// The layers of the recipe's controls.
    pub hints: Vec<LayerId>,
}

impl Plan {
    /// Decides what pressing the button does for a picture of this size with these masks; `is_blank` says that the
    /// picture has one colour only, `model` what size the model is best at.
    #[must_use]
    pub fn new(size: CanvasSize, masks: &Masks, is_blank: bool, recipe: &Recipe, model: ModelSize) -> Self {
        let picture = [size.width(), size.height()];
        let task = match masks.bounds {
            Some(_) => Task::Inpaint,
            None if is_blank => Task::TextToImage,
            None => Task::ImageToImage,
        };
        let area = recipe.area.resolved(picture, model);
        let crop = match masks.bounds {
            Some(bounds) if area == Area::Masked => {
                let context = masks.context.map(region_of);
                CropPlan::masked(picture, region_of(bounds), recipe.padding, context, model)
            }
            _ => CropPlan::whole(picture),
        };
        let [width, height] = crop.model_size;
        let regions = masks.regions.iter().map(|(_, region)| region.clone()).collect();
        Self {
            task,
            recipe: Recipe { width, height, regions, area, ..recipe.clone() },
            crop,
            region: masks.bounds.unwrap_or(size.bounds()),
            mask: masks.main,
            regions: masks.regions.iter().map(|(id, _)| *id).collect(),
            hints: vec![],
        }
    }

    /// With these hints followed, as many as a recipe may have.
    #[must_use]
    pub fn with_controls(mut self, controls: Vec<(LayerId, ControlRecipe)>) -> Self {
        (self.hints, self.recipe.controls) = controls.into_iter().take(Recipe::MAX_CONTROLS).unzip();
        self
    }

    /// The part of the picture that the model sees.
    #[must_use]
    pub fn seen(&self) -> PixelRect {
        rect_of(self.crop.part())
    }

    /// The region with as much around it as shows what it stands in; a part of what the model sees.
    #[must_use]
    pub fn context(&self) -> PixelRect {
        let PixelRect { left, top, right, bottom } = self.region;
        let around = self.region.width().max(self.region.height()) / 4;
        let grown = PixelRect {
            left: left.saturating_sub(around),
            top: top.saturating_sub(around),
            right: right.saturating_add(around),
            bottom: bottom.saturating_add(around),
        };
        grown.intersect(self.seen())
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

/// A rectangle of the canvas as the engine knows it.
#[must_use]
pub fn region_of(rect: PixelRect) -> Region {
    let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    Region { left: side(rect.left), top: side(rect.top), right: side(rect.right), bottom: side(rect.bottom) }
}

/// The other way round; what lies left of the canvas or above it is cut off.
#[must_use]
pub fn rect_of(region: Region) -> PixelRect {
    let side = |side: i32| u32::try_from(side).unwrap_or(0);
    PixelRect { left: side(region.left), top: side(region.top), right: side(region.right), bottom: side(region.bottom) }
}

/// A job for the engine, and where its pictures replace what is there.
pub struct Prepared {
    pub job: Job,
    /// Of the plan's region.
    pub mask: GrayImage,
}

/// Makes the buffers for the engine, of what it sees and no more. Takes long where that is large.
#[must_use]
pub fn prepare(plan: &Plan, document: &Document) -> Prepared {
    let seen = plan.seen();
    let all = || GrayImage::from_pixel(plan.region.width(), plan.region.height(), image::Luma([u8::MAX]));
    let (job, mask) = match plan.task {
        Task::TextToImage => (Job { recipe: plan.recipe.clone(), ..Job::default() }, all()),
        Task::ImageToImage => {
            let init = plan.crop.picture_for_model(&document.rgb_image(seen));
            (Job { recipe: plan.recipe.clone(), init: Some(init), ..Job::default() }, all())
        }
        Task::Inpaint => {
            let parts = MaskParts::of(plan, document);
            let recipe = with_fill(plan, document, &parts);
            let job = plan.crop.job(&recipe, &document.rgb_image(seen), &parts.main, &parts.regions);
            let coverage = parts.coverage(plan);
            (job, coverage)
        }
    };
    let hints = plan.hints.iter().map(|id| hints::seen(plan, document, *id)).collect();
    Prepared { job: Job { previews: true, branches: true, hints, ..job }, mask }
}

/// The masks of what the model sees.
struct MaskParts {
    main: GrayImage,
    regions: Vec<GrayImage>,
    /// All that is repainted, as strengths.
    repainted: GrayImage,
}

impl MaskParts {
    fn of(plan: &Plan, document: &Document) -> Self {
        let seen = plan.seen();
        let part = |id: LayerId| gray_image(document.mask_of(id), seen);
        let main = plan.mask.map_or_else(|| GrayImage::new(seen.width(), seen.height()), part);
        let regions: Vec<_> = plan.regions.iter().map(|id| part(*id)).collect();
        let repainted = repainted(Some(&main), &regions, &plan.recipe.regions).unwrap_or_default();
        Self { main, regions, repainted }
    }

    /// Where, within its region, a plan's pictures replace what is there.
    fn coverage(&self, plan: &Plan) -> GrayImage {
        within(&plan.crop.coverage(&self.repainted, &plan.recipe), plan.seen(), plan.region)
    }
}

/// Where nothing is painted there is nothing to start from, so by itself the surroundings' colours are taken.
fn with_fill(plan: &Plan, document: &Document, parts: &MaskParts) -> Recipe {
    let mut recipe = plan.recipe.clone();
    if recipe.fill.resolved(recipe.strength) == Fill::Original && recipe.fill == Fill::Auto {
        let picture = document.rgba_image(plan.seen());
        let is_bare = |(pixel, mask): (&image::Rgba<u8>, &u8)| *mask > 0 && pixel.0[3] < u8::MAX / 2;
        if picture.pixels().zip(parts.repainted.iter()).any(is_bare) {
            recipe.fill = Fill::EdgeColors;
        }
    }
    recipe
}

/// The masks of a plan, changed since its job was prepared.
pub struct OtherMask {
    pub for_engine: GrayImage,
    /// Those of the plan's regions, for the engine.
    pub of_regions: Vec<GrayImage>,
    /// Of the plan's region.
    pub in_region: GrayImage,
}

/// The masks for a job that runs, of this plan with the regions it now has.
#[must_use]
pub fn other_mask(plan: &Plan, document: &Document) -> OtherMask {
    let parts = MaskParts::of(plan, document);
    let soft = brushfire_engine::inpaint::has_strengths(&plan.recipe);
    let for_engine = |mask: &GrayImage| plan.crop.mask_for_model(mask, soft);
    OtherMask {
        for_engine: for_engine(&parts.main),
        of_regions: parts.regions.iter().map(for_engine).collect(),
        in_region: parts.coverage(plan),
    }
}

/// Lays the engine's pictures back into the plan's region, makes their thumbnails and measures how they fit. `mask` is that
/// of the plan's region, `document` the one that the run began with.
#[must_use]
pub fn finish(plan: &Plan, pictures: &[Picture], mask: &GrayImage, document: &Document) -> Vec<FinishedPicture> {
    let is_small = plan.region.area() <= MAX_MEASURED;
    let around = (plan.task == Task::Inpaint && is_small).then(|| Around::of(plan, mask, document));
    let made = pictures.iter().map(|picture| {
        let finished = cut(plan, &picture.image, picture.recipe.clone(), None);
        let seam = around.as_ref().and_then(|around| around.seam(plan, &finished.image));
        FinishedPicture { seam, ..finished }
    });
    made.collect()
}

/// Of larger parts, in pixels, the seam is not measured.
const MAX_MEASURED: u64 = 4 << 20;

/// Pixels around the mask's bounds that its edge is compared with.
const BESIDE: u32 = 8;

/// What a result lies in.
struct Around {
    /// The plan's region with a few pixels around it.
    rect: PixelRect,
    picture: RgbImage,
    /// How much of each pixel will be new.
    coverage: GrayImage,
}

impl Around {
    fn of(plan: &Plan, mask: &GrayImage, document: &Document) -> Self {
        let PixelRect { left, top, right, bottom } = plan.region;
        let rect = PixelRect {
            left: left.saturating_sub(BESIDE),
            top: top.saturating_sub(BESIDE),
            right: right.saturating_add(BESIDE),
            bottom: bottom.saturating_add(BESIDE),
        };
        let rect = rect.intersect(document.bounds());
        let mut coverage = GrayImage::new(rect.width(), rect.height());
        imageops::replace(&mut coverage, mask, (left - rect.left).into(), (top - rect.top).into());
        Self { rect, picture: document.rgb_image(rect), coverage }
    }

    fn seam(&self, plan: &Plan, made: &RgbImage) -> Option<f32> {
        let mut over = self.picture.clone();
        let (left, top) = (plan.region.left - self.rect.left, plan.region.top - self.rect.top);
        imageops::replace(&mut over, made, left.into(), top.into());
        seam(&composite(&self.picture, &over, &self.coverage), &self.coverage)
    }
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
    let seen = plan.crop.laid_back(picture);
    let image = within(&seen, plan.seen(), plan.region);
    let in_context = shrunk(&within(&seen, plan.seen(), plan.context()), CONTEXT_SIDE);
    FinishedPicture {
        thumbnail: shrunk(&image, THUMBNAIL_SIDE),
        in_context,
        image,
        recipe,
        kept_at,
        origin: None,
        seam: None,
    }
}

/// A rectangle of the canvas out of a picture of another that holds it.
fn within<P: image::Pixel + 'static>(
    picture: &image::ImageBuffer<P, Vec<P::Subpixel>>,
    whole: PixelRect,
    part: PixelRect,
) -> image::ImageBuffer<P, Vec<P::Subpixel>> {
    let (left, top) = (part.left.saturating_sub(whole.left), part.top.saturating_sub(whole.top));
    imageops::crop_imm(picture, left, top, part.width(), part.height()).to_image()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::selection::{Combine, rectangle};

    fn document(width: u32, height: u32) -> Document {
        Document::blank(CanvasSize::new(width, height).unwrap(), [255; 4])
    }

    fn masked(document: &Document) -> Masks {
        Masks { main: Some(document.active_mask()), bounds: document.mask_bounds(), ..Masks::default() }
    }

    fn planned(document: &Document, recipe: &Recipe) -> Plan {
        Plan::new(document.size(), &masked(document), false, recipe, ModelSize::default())
    }

    #[test]
    fn the_task_follows_from_what_is_there() {
        let size = CanvasSize::new(100, 50).unwrap();
        let task = |bounds, is_blank| {
            let masks = Masks { bounds, ..Masks::default() };
            Plan::new(size, &masks, is_blank, &Recipe::default(), ModelSize::default()).task
        };
        assert_eq!(task(None, true), Task::TextToImage);
        assert_eq!(task(None, false), Task::ImageToImage);
        assert_eq!(task(Some(size.bounds()), true), Task::Inpaint);
    }

    #[test]
    fn an_engine_picture_is_cut_to_the_masked_region() {
        let mut document = document(100, 50);
        let mut mask = GrayImage::new(100, 50);
        mask.put_pixel(30, 20, image::Luma([255]));
        mask.put_pixel(39, 24, image::Luma([100]));
        document.replace_mask(&mask).unwrap();
        let plan = planned(&document, &Recipe::default());
        let Prepared { job, mask: region_mask } = prepare(&plan, &document);
        assert_eq!(job.init.unwrap().dimensions(), (104, 64));
        assert_eq!(region_mask.dimensions(), (10, 5));
        assert_eq!(region_mask.get_pixel(9, 4).0, [100], "the soft edge is kept for blending");
        assert_eq!(job.mask.unwrap().get_pixel(39, 24).0, [255], "and made anew as a whole");

        let mut image = RgbImage::new(104, 64);
        image.put_pixel(30, 20, image::Rgb([9, 8, 7]));
        let finished = finish(&plan, &[Picture { image, recipe: plan.recipe.clone() }], &region_mask, &document);
        assert_eq!(finished[0].image.dimensions(), (10, 5));
        assert!(finished[0].seam > Some(10.0), "black in white is seen");
        assert_eq!(finished[0].image.get_pixel(0, 0).0, [9, 8, 7]);
    }

    #[test]
    fn of_a_large_picture_only_what_is_around_the_mask_is_made_into_buffers() {
        let mut document = document(8000, 8000);
        let shape = rectangle(document.size(), [7900.0, 40.0], [7960.0, 90.0]);
        document.mask_by(&shape, Combine::Replace).unwrap();
        let plan = planned(&document, &Recipe { area: Area::Masked, ..Recipe::default() });
        assert_eq!(plan.seen().intersect(plan.region), plan.region);
        let Prepared { job, mask } = prepare(&plan, &document);
        let init = job.init.unwrap();
        assert_eq!([init.width(), init.height()], plan.crop.model_size);
        assert!(init.width() <= 600 && init.height() <= 600 && plan.seen().width() < 200, "{:?}", plan.crop);
        assert_eq!(mask.dimensions(), (60, 50));
        let made = RgbImage::from_pixel(init.width(), init.height(), image::Rgb([1, 2, 3]));
        let finished =
            finish(&plan, &[Picture { image: made, recipe: plan.recipe.clone() }], &mask, &document).remove(0);
        assert_eq!((finished.image.dimensions(), finished.image.get_pixel(59, 49).0), ((60, 50), [1, 2, 3]));
    }

    #[test]
    fn a_feathered_mask_fades_inward_and_a_context_widens_what_is_seen() {
        let mut document = document(600, 600);
        let shape = rectangle(document.size(), [200.0, 200.0], [300.0, 300.0]);
        document.mask_by(&shape, Combine::Replace).unwrap();
        let recipe = Recipe { area: Area::Masked, feather: 10, ..Recipe::default() };
        let Prepared { mask, .. } = prepare(&planned(&document, &recipe), &document);
        assert!(mask.get_pixel(0, 50).0[0] < 20 && mask.get_pixel(50, 50).0 == [255]);
        let context = PixelRect { left: 0, top: 100, right: 500, bottom: 520 };
        let masks = Masks { context: Some(context), ..masked(&document) };
        let plan = Plan::new(document.size(), &masks, false, &recipe, ModelSize::default());
        assert_eq!(plan.seen().intersect(context), context);
    }

    #[test]
    fn where_nothing_is_painted_the_surroundings_colours_are_taken() {
        let mut document = document(80, 80);
        let shape = rectangle(document.size(), [0.0, 0.0], [20.0, 80.0]);
        document.mask_by(&shape, Combine::Replace).unwrap();
        let recipe = Recipe { strength: 0.5, ..Recipe::default() };
        let fill = |document: &Document| prepare(&planned(document, &recipe), document).job.recipe.fill;
        assert_eq!(fill(&document), Fill::Auto);
        document.crop_to([-20, 0], CanvasSize::new(100, 80).unwrap()).unwrap();
        let shape = rectangle(document.size(), [0.0, 0.0], [20.0, 80.0]);
        document.mask_by(&shape, Combine::Replace).unwrap();
        assert_eq!(fill(&document), Fill::EdgeColors);
    }

    #[test]
    fn thumbnails_keep_the_shape() {
        assert_eq!(shrunk(&RgbImage::new(1600, 400), 160).dimensions(), (160, 40));
        assert_eq!(shrunk(&RgbImage::new(90, 20), 160).dimensions(), (90, 20));
    }
}
