//! The picture and the mask a generation starts from, made to fit the model and back.
//!
//! Models make multiples of 8 and nothing small. A picture of any other size is continued beyond its right and lower
//! edge with the edge's own pixels, and what was added is cut off again: nobody has to think of it.

use std::path::Path;

use anyhow::{Context as _, bail};
use brushfire_engine::Recipe;
use brushfire_engine::tasks::soft_coverage;
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
    /// The mask's greys are strengths.
    soft: bool,
}

impl Start {
    /// Opens `--init` and `--mask`; `soft` is the recipe's.
    pub fn open(arguments: &GenerateArguments, soft: bool) -> anyhow::Result<Option<Self>> {
        let Some(path) = &arguments.init else { return Ok(None) };
        let original = open_picture(path)?.image;
        let size = (original.width(), original.height());
        check_flags(arguments, path, size)?;
        let mask = arguments.mask.as_deref().map(|mask| open_mask(mask, path, size)).transpose()?;
        let start = Self::new(original, mask).map(|start| Self { soft, ..start });
        start.map(Some).with_context(|| format!("{} cannot be painted on", path.display()))
    }

    fn new(original: DynamicImage, mask: Option<GrayImage>) -> Result<Self, DocumentError> {
        let document = Document::from_image(&original)?;
        let picture = document.rgb_image(document.bounds());
        Ok(Self { original: in_color(original), document, picture, mask, soft: false })
    }

    /// The size the model works at.
    pub fn padded_size(&self) -> (u32, u32) {
        let padded = |side: u32| side.next_multiple_of(8).max(Recipe::MIN_SIDE);
        (padded(self.picture.width()), padded(self.picture.height()))
    }

    /// The picture, continued to [`Self::padded_size`].
    pub fn padded_picture(&self) -> RgbImage {
        continued(&self.picture, self.padded_size())
    }

    /// The mask, continued to [`Self::padded_size`]. Where greys are no strengths, all of a soft edge is made anew, for
    /// [`Self::finish`] blends it, and it must be blended only once.
    pub fn padded_mask(&self) -> Option<GrayImage> {
        let mut mask = continued(self.mask.as_ref()?, self.padded_size());
        if self.soft {
            return Some(mask);
        }
        for level in mask.iter_mut().filter(|level| **level > 0) {
            *level = u8::MAX;
        }
        Some(mask)
    }

    /// A generated picture, cut to size and laid into the original: outside the mask every bit is the original's.
    ///
    /// # Errors
    /// Where the engine has made less than the picture.
    pub fn finish(&self, made: &RgbImage) -> Result<DynamicImage, DocumentError> {
        let (width, height) = self.picture.dimensions();
        let made = image::imageops::crop_imm(made, 0, 0, width, height).to_image();
        let Some(mask) = &self.mask else { return Ok(made.into()) };
        let mask = &if self.soft { soft_coverage(mask) } else { mask.clone() };
        let mut document = self.document.clone();
        document.accept_result(&made, mask, [0, 0], None)?;
        Ok(laid_into(self.original.clone(), document.to_image(), mask))
    }
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

fn open_mask(path: &Path, picture: &Path, (width, height): (u32, u32)) -> anyhow::Result<GrayImage> {
    let mask = open_picture(path)?.image.into_luma8();
    if mask.dimensions() != (width, height) {
        bail!(
            "the mask {} has {} x {} pixels, but the picture {} has {width} x {height}; give the mask the picture's size",
            path.display(),
            mask.width(),
            mask.height(),
            picture.display()
        );
    }
    Ok(mask)
}

/// The picture with its last column and row repeated up to `size`.
fn continued<P>(
    picture: &ImageBuffer<P, Vec<P::Subpixel>>,
    (width, height): (u32, u32),
) -> ImageBuffer<P, Vec<P::Subpixel>>
where
    P: Pixel,
{
    let (last_x, last_y) = (picture.width().saturating_sub(1), picture.height().saturating_sub(1));
    ImageBuffer::from_fn(width, height, |x, y| *picture.get_pixel(x.min(last_x), y.min(last_y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb, Rgba, RgbaImage};

    fn start(width: u32, height: u32, mask: Option<GrayImage>) -> Start {
        let picture =
            RgbaImage::from_fn(width, height, |x, y| Rgba([x as u8, y as u8, 7, if x == 0 { 0 } else { 255 }]));
        Start::new(picture.into(), mask).unwrap()
    }

    #[test]
    fn a_picture_of_any_size_is_continued_to_one_the_model_makes() {
        assert_eq!(start(300, 200, None).padded_size(), (304, 200));
        assert_eq!(start(1, 70, None).padded_size(), (64, 72));
        let padded = start(300, 200, None).padded_picture();
        assert_eq!(padded.dimensions(), (304, 200));
        assert_eq!(padded.get_pixel(303, 5), padded.get_pixel(299, 5));
    }

    #[test]
    fn outside_the_mask_every_bit_stays_and_soft_edges_are_blended_once() {
        let mask = GrayImage::from_fn(70, 66, |x, _| Luma([if x > 30 { 128 } else { 0 }]));
        let start = start(70, 66, Some(mask));
        assert_eq!(start.padded_mask().unwrap().get_pixel(71, 0).0, [255], "the engine blends nothing");
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
        let start = Start { soft: true, ..start(70, 66, Some(mask)) };
        assert_eq!(start.padded_mask().unwrap().get_pixel(71, 0).0, [64]);
        let finished = start.finish(&RgbImage::from_pixel(72, 72, Rgb([200, 100, 50]))).unwrap().into_rgba8();
        assert_eq!(finished.get_pixel(0, 9).0, [0, 9, 7, 0]);
        assert_eq!(finished.get_pixel(31, 0).0, [200, 100, 50, 255]);
    }

    #[test]
    fn without_a_mask_the_whole_picture_is_the_engines() {
        let made = RgbImage::from_fn(304, 200, |x, _| Rgb([x as u8, 1, 2]));
        let finished = start(300, 200, None).finish(&made).unwrap().into_rgb8();
        assert_eq!(finished.dimensions(), (300, 200));
        assert_eq!(finished.get_pixel(299, 0).0, [43, 1, 2]);
    }

    #[test]
    fn sixteen_bits_stay_where_nothing_is_painted() {
        let picture = ImageBuffer::from_fn(64, 64, |x, y| Luma([(x * 1000 + y) as u16]));
        let mask = GrayImage::from_fn(64, 64, |x, _| Luma([if x == 5 { 255 } else { 0 }]));
        let start = Start::new(DynamicImage::ImageLuma16(picture), Some(mask)).unwrap();
        let finished = start.finish(&RgbImage::from_pixel(64, 64, Rgb([1, 2, 255]))).unwrap();
        let DynamicImage::ImageRgb16(finished) = finished else { panic!("16 bits are lost") };
        assert_eq!(finished.get_pixel(6, 3).0, [6003; 3]);
        assert_eq!(finished.get_pixel(5, 3).0, [257, 514, 65535]);
    }
}
