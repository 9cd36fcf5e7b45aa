//! The picture and the masks a generation starts from, made to fit the model and back.
//!
//! Models make multiples of 8 and nothing small. A picture of any other size is continued beyond its right and lower
//! edge with the edge's own pixels, and what was added is cut off again: nobody has to think of it.

use std::path::Path;

use anyhow::{Context as _, bail};
use brushfire_engine::control::fitted_hint;
use brushfire_engine::inpaint::{ModelSize, Region, repainted};
use brushfire_engine::{Area, ControlRecipe, CropPlan, Job, Recipe};
use image::{DynamicImage, GrayImage, ImageBuffer, Pixel, RgbImage};

use super::arguments::GenerateArguments;
use crate::document::{Document, DocumentError};
use crate::files::open_picture;

/// What is changed.
pub(super) struct Start {
    /// The picture as it was opened: 16 bits, transparency and all.
    original: DynamicImage,
    /// The same, to lay generated pictures into.
    document: Document,
    /// The picture as the engine sees it, on white.
    picture: RgbImage,
    mask: Option<GrayImage>,
    /// The masks of the recipe's regions.
    regions: Vec<GrayImage>,
}

/// The same, and which part of it the model sees.
pub(super) struct PlannedStart {
    start: Start,
    plan: CropPlan,
    /// Where results replace the picture, of its size; `None`: everywhere.
    coverage: Option<GrayImage>,
}

impl Start {
    /// Opens `--init`, `--mask` and the masks of all `--region`.
    pub fn open(arguments: &GenerateArguments) -> anyhow::Result<Option<Self>> {
        let Some(path) = &arguments.init else { return Ok(None) };
        let original = open_picture(path)?.image;
        let size = (original.width(), original.height());
        check_flags(arguments, path, size)?;
        let place = format!("the picture {}", path.display());
        let mask = arguments.mask.as_deref().map(|mask| open_mask(mask, &place, size)).transpose()?;
        let regions = arguments.region_masks().map(|mask| open_mask(mask, &place, size)).collect::<Result<_, _>>()?;
        let start = Self::new(original, mask, regions);
        start.map(Some).with_context(|| format!("{} cannot be painted on", path.display()))
    }

    fn new(original: DynamicImage, mask: Option<GrayImage>, regions: Vec<GrayImage>) -> Result<Self, DocumentError> {
        let document = Document::from_image(&original)?;
        let picture = document.rgb_image(document.bounds());
        Ok(Self { original: in_color(original), document, picture, mask, regions })
    }

    /// Decides what a model of this size is shown.
    pub fn planned(self, recipe: &Recipe, model: ModelSize) -> PlannedStart {
        let size = [self.picture.width(), self.picture.height()];
        let masked = repainted(self.mask.as_ref(), &self.regions, &recipe.regions);
        let plan = match masked.as_ref().and_then(Region::of_mask) {
            Some(bounds) if recipe.area.resolved(size, model) == Area::Masked => {
                CropPlan::masked(size, bounds, recipe.padding, None, model)
            }
            _ => CropPlan::whole(size),
        };
        let coverage = masked.map(|masked| {
            let part = plan.coverage(&cut(&masked, plan.part()), recipe);
            let mut coverage = GrayImage::new(size[0], size[1]);
            image::imageops::replace(&mut coverage, &part, plan.part().left.into(), plan.part().top.into());
            coverage
        });
        PlannedStart { start: self, plan, coverage }
    }
}

impl PlannedStart {
    /// What the engine is asked for.
    pub fn job(&self, recipe: Recipe) -> Job {
        let (plan, part, start) = (&self.plan, self.plan.part(), &self.start);
        let picture = cut(&start.picture, part);
        if self.coverage.is_none() {
            let [width, height] = plan.model_size;
            let recipe = Recipe { width, height, ..recipe };
            return Job { recipe, init: Some(plan.picture_for_model(&picture)), ..Job::default() };
        }
        let mask = match &start.mask {
            Some(mask) => cut(mask, part),
            None => GrayImage::new(part.width(), part.height()),
        };
        let regions: Vec<GrayImage> = start.regions.iter().map(|mask| cut(mask, part)).collect();
        plan.job(&recipe, &picture, &mask, &regions)
    }

    /// What the model is shown of a hint that is laid over the whole picture.
    pub fn hint(&self, hint: &RgbImage, control: &ControlRecipe) -> RgbImage {
        let picture = &self.start.picture;
        let whole = fitted_hint(hint, [picture.width(), picture.height()], control.fit, control.kind);
        self.plan.picture_for_model(&cut(&whole, self.plan.part()))
    }

    /// A generated picture, scaled and cut to its part and laid into the original: outside the mask every bit is the
    /// original's.
    ///
    /// # Errors
    /// Where the engine has made less than the picture.
    pub fn finish(&self, made: &RgbImage) -> Result<DynamicImage, DocumentError> {
        let made = self.plan.laid_back(made);
        let Some(coverage) = &self.coverage else { return Ok(made.into()) };
        let mut document = self.start.document.clone();
        let part = self.plan.part();
        let top_left = [part.left, part.top].map(|side| u32::try_from(side).unwrap_or(0));
        document.accept_result(&made, &cut(coverage, part), top_left, None)?;
        Ok(laid_into(self.start.original.clone(), document.to_image(), coverage))
    }
}

/// The pixels of a part that lies within the picture.
fn cut<P: Pixel<Subpixel = u8> + 'static>(picture: &ImageBuffer<P, Vec<u8>>, part: Region) -> ImageBuffer<P, Vec<u8>> {
    let [left, top] = [part.left, part.top].map(|side| u32::try_from(side).unwrap_or(0));
    image::imageops::crop_imm(picture, left, top, part.width(), part.height()).to_image()
}

/// The masks of all `--region`, for a picture from nothing.
///
/// # Errors
/// Files that cannot be read, and masks of another size.
pub(super) fn region_masks(arguments: &GenerateArguments, size: (u32, u32)) -> anyhow::Result<Vec<GrayImage>> {
    arguments.region_masks().map(|mask| open_mask(mask, "the picture to make", size)).collect()
}

/// The same picture with three or four channels and no fewer bits, so that colours can be laid into it.
fn in_color(picture: DynamicImage) -> DynamicImage {
    let deep = picture.color().bytes_per_pixel() > picture.color().channel_count();
    match (picture.color().has_alpha(), deep) {
        (false, false) => picture.into_rgb8().into(),
        (true, false) => picture.into_rgba8().into(),
        (false, true) => picture.into_rgb16().into(),
        (true, true) => picture.into_rgba16().into(),
    }
}

/// `original` with the pixels of `blended` wherever the mask is not black. A document does not keep every bit of colours
/// behind transparency; outside the mask they are the original's.
fn laid_into(original: DynamicImage, blended: DynamicImage, mask: &GrayImage) -> DynamicImage {
    match original {
        DynamicImage::ImageRgb8(original) => laid_pixels(original, &blended.into_rgb8(), mask).into(),
        DynamicImage::ImageRgba8(original) => laid_pixels(original, &blended.into_rgba8(), mask).into(),
        DynamicImage::ImageRgb16(original) => laid_pixels(original, &blended.into_rgb16(), mask).into(),
        original => laid_pixels(original.into_rgba16(), &blended.into_rgba16(), mask).into(),
    }
}

fn laid_pixels<P>(
    mut original: ImageBuffer<P, Vec<P::Subpixel>>,
    blended: &ImageBuffer<P, Vec<P::Subpixel>>,
    mask: &GrayImage,
) -> ImageBuffer<P, Vec<P::Subpixel>>
where
    P: Pixel,
{
    for ((old, new), level) in original.pixels_mut().zip(blended.pixels()).zip(mask.pixels()) {
        if level.0 != [0] {
            *old = *new;
        }
    }
    original
}

/// `--width` and `--height` beside `--init` are allowed where they say the same, rounded or not.
fn check_flags(arguments: &GenerateArguments, path: &Path, (width, height): (u32, u32)) -> anyhow::Result<()> {
    let differs = |flag: Option<u32>, side: u32| flag.is_some_and(|flag| flag != side.next_multiple_of(8));
    if differs(arguments.width, width) || differs(arguments.height, height) {
        bail!(
            "{} has {width} x {height} pixels, and --width and --height say otherwise; leave them out, or scale the picture first",
            path.display()
        );
    }
    Ok(())
}

fn open_mask(path: &Path, picture: &str, (width, height): (u32, u32)) -> anyhow::Result<GrayImage> {
    let mask = open_picture(path)?.image.into_luma8();
    if mask.dimensions() != (width, height) {
        bail!(
            "the mask {} has {} x {} pixels, but {picture} has {width} x {height}; give the mask the picture's size",
            path.display(),
            mask.width(),
            mask.height()
        );
    }
    Ok(mask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb, Rgba, RgbaImage};

    fn start(width: u32, height: u32, mask: Option<GrayImage>) -> Start {
        let picture =
            RgbaImage::from_fn(width, height, |x, y| Rgba([x as u8, y as u8, 7, if x == 0 { 0 } else { 255 }]));
        Start::new(picture.into(), mask, Vec::new()).unwrap()
    }

    fn planned(start: Start) -> PlannedStart {
        start.planned(&Recipe::default(), ModelSize::default())
    }

    #[test]
    fn a_picture_of_any_size_is_continued_to_one_the_model_makes() {
        let job = |width, height| planned(start(width, height, None)).job(Recipe::default());
        let size = |width, height| (job(width, height).recipe.width, job(width, height).recipe.height);
        assert_eq!([size(300, 200), size(1, 70)], [(304, 200), (64, 72)]);
        let init = job(300, 200).init.unwrap();
        assert_eq!(init.dimensions(), (304, 200));
        assert_eq!(init.get_pixel(303, 5), init.get_pixel(299, 5));
    }

    #[test]
    fn outside_the_mask_every_bit_stays_and_soft_edges_are_blended_once() {
        let mask = GrayImage::from_fn(70, 66, |x, _| Luma([if x > 30 { 128 } else { 0 }]));
        let start = planned(start(70, 66, Some(mask)));
        let job = start.job(Recipe::default());
        assert_eq!(job.mask.unwrap().get_pixel(71, 0).0, [255], "the engine blends nothing");
        let made = RgbImage::from_pixel(72, 72, Rgb([200, 100, 50]));
        let finished = start.finish(&made).unwrap().into_rgba8();
        assert_eq!(finished.dimensions(), (70, 66));
        assert_eq!(finished.get_pixel(0, 9).0, [0, 9, 7, 0]);
        assert_eq!(finished.get_pixel(30, 65).0, [30, 65, 7, 255]);
        assert_eq!(finished.get_pixel(31, 0).0, [116, 50, 29, 255], "128 of 255 parts are new");
    }

    #[test]
    fn a_mask_of_strengths_is_the_engines_as_it_is_and_blends_what_is_weak_only() {
        let mask = GrayImage::from_fn(70, 66, |x, _| Luma([if x > 30 { 64 } else { x as u8 }]));
        let recipe = Recipe { soft: true, ..Recipe::default() };
        let start = start(70, 66, Some(mask)).planned(&recipe, ModelSize::default());
        assert_eq!(start.job(recipe).mask.unwrap().get_pixel(71, 0).0, [64]);
        let finished = start.finish(&RgbImage::from_pixel(72, 72, Rgb([200, 100, 50]))).unwrap().into_rgba8();
        assert_eq!(finished.get_pixel(0, 9).0, [0, 9, 7, 0]);
        assert_eq!(finished.get_pixel(31, 0).0, [200, 100, 50, 255]);
    }

    #[test]
    fn the_masked_part_alone_goes_to_the_model_and_comes_back_to_its_place() {
        let inside = |x: u32, y: u32| (900..1000).contains(&x) && (500..600).contains(&y);
        let mask = GrayImage::from_fn(1200, 1000, |x, y| Luma([if inside(x, y) { 255 } else { 0 }]));
        let recipe = Recipe { area: Area::Masked, padding: 14, ..Recipe::default() };
        let start = start(1200, 1000, Some(mask)).planned(&recipe, ModelSize::default());
        let job = start.job(recipe);
        assert_eq!((job.recipe.width, job.recipe.height), (512, 512));
        assert_eq!(job.init.unwrap().get_pixel(256, 256).0[2], 7);
        let finished = start.finish(&RgbImage::from_pixel(512, 512, Rgb([200, 100, 50]))).unwrap().into_rgba8();
        for (x, y, pixel) in finished.enumerate_pixels() {
            let expected =
                if inside(x, y) { [200, 100, 50, 255] } else { [x as u8, y as u8, 7, u8::from(x > 0) * 255] };
            assert_eq!(pixel.0, expected, "{x} {y}");
        }
    }

    #[test]
    fn without_a_mask_the_whole_picture_is_the_engines() {
        let made = RgbImage::from_fn(304, 200, |x, _| Rgb([x as u8, 1, 2]));
        let finished = planned(start(300, 200, None)).finish(&made).unwrap().into_rgb8();
        assert_eq!(finished.dimensions(), (300, 200));
        assert_eq!(finished.get_pixel(299, 0).0, [43, 1, 2]);
    }

    #[test]
    fn sixteen_bits_stay_where_nothing_is_painted() {
        let picture = ImageBuffer::from_fn(64, 64, |x, y| Luma([(x * 1000 + y) as u16]));
        let mask = GrayImage::from_fn(64, 64, |x, _| Luma([if x == 5 { 255 } else { 0 }]));
        let start = planned(Start::new(DynamicImage::ImageLuma16(picture), Some(mask), Vec::new()).unwrap());
        let finished = start.finish(&RgbImage::from_pixel(64, 64, Rgb([1, 2, 255]))).unwrap();
        let DynamicImage::ImageRgb16(finished) = finished else { panic!("16 bits are lost") };
        assert_eq!(finished.get_pixel(6, 3).0, [6003; 3]);
        assert_eq!(finished.get_pixel(5, 3).0, [257, 514, 65535]);
    }
}
