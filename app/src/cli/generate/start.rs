//! The picture and the mask a generation starts from, made to fit the model and back.
//!
//! Models make multiples of 8 and nothing small. A picture of any other size is continued beyond its right and lower
//! edge with the edge's own pixels, and what was added is cut off again: nobody has to think of it.

use std::path::Path;

use anyhow::{Context as _, bail};
use brushfire_engine::Recipe;
use image::{GrayImage, ImageBuffer, Luma, Pixel, RgbImage};

use super::arguments::GenerateArguments;
use crate::document::Document;
use crate::files::open_picture;

/// What is changed.
pub(super) struct Start {
    /// The picture as it was opened: 16 bits and transparency stay where nothing is painted.
    document: Document,
    mask: Option<GrayImage>,
}

impl Start {
    /// Opens `--init` and `--mask`.
    pub fn open(arguments: &GenerateArguments) -> anyhow::Result<Option<Self>> {
        let Some(path) = &arguments.init else { return Ok(None) };
        let document = Document::from_image(&open_picture(path)?.image)
            .with_context(|| format!("{} cannot be painted on", path.display()))?;
        let size = (document.size().width(), document.size().height());
        check_flags(arguments, path, size)?;
        let mask = arguments.mask.as_deref().map(|mask| open_mask(mask, path, size)).transpose()?;
        Ok(Some(Self { document, mask }))
    }

    /// The size the model works at.
    pub fn padded_size(&self) -> (u32, u32) {
        let padded = |side: u32| side.next_multiple_of(8).max(Recipe::MIN_SIDE);
        (padded(self.document.size().width()), padded(self.document.size().height()))
    }

    /// The picture on white, continued to [`Self::padded_size`].
    pub fn padded_picture(&self) -> RgbImage {
        continued(&self.document.rgb_image(self.document.bounds()), self.padded_size())
    }

    /// The mask, continued to [`Self::padded_size`].
    pub fn padded_mask(&self) -> Option<GrayImage> {
        self.mask.as_ref().map(|mask| continued(mask, self.padded_size()))
    }

    /// A generated picture, cut to size and laid into the original: outside the mask every bit is the original's.
    pub fn finish(&self, made: &RgbImage) -> anyhow::Result<image::DynamicImage> {
        let size = self.document.size();
        let made = image::imageops::crop_imm(made, 0, 0, size.width(), size.height()).to_image();
        let Some(mask) = &self.mask else { return Ok(made.into()) };
        let mut document = self.document.clone();
        // The engine blended by the mask already; here it only says which pixels are new.
        let touched = ImageBuffer::from_fn(mask.width(), mask.height(), |x, y| match mask.get_pixel(x, y).0 {
            [0] => Luma([0]),
            _ => Luma([255]),
        });
        document.accept_result(&made, &touched, [0, 0])?;
        Ok(document.to_image())
    }
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
    use image::{DynamicImage, Rgb, Rgba, RgbaImage};

    fn start(width: u32, height: u32, mask: Option<GrayImage>) -> Start {
        let picture =
            RgbaImage::from_fn(width, height, |x, y| Rgba([x as u8, y as u8, 7, if x == 0 { 90 } else { 255 }]));
        Start { document: Document::from_image(&DynamicImage::from(picture)).unwrap(), mask }
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
    fn outside_the_mask_every_bit_stays_and_inside_the_engines_pixels_are_taken() {
        let mask = GrayImage::from_fn(70, 66, |x, _| Luma([if x > 30 { 128 } else { 0 }]));
        let start = start(70, 66, Some(mask));
        let made = RgbImage::from_pixel(72, 72, Rgb([200, 100, 50]));
        let finished = start.finish(&made).unwrap().into_rgba8();
        assert_eq!(finished.dimensions(), (70, 66));
        assert_eq!(finished.get_pixel(0, 9).0, [0, 9, 7, 90]);
        assert_eq!(finished.get_pixel(30, 65).0, [30, 65, 7, 255]);
        assert_eq!(finished.get_pixel(31, 0).0, [200, 100, 50, 255]);
    }

    #[test]
    fn without_a_mask_the_whole_picture_is_the_engines() {
        let made = RgbImage::from_fn(304, 200, |x, _| Rgb([x as u8, 1, 2]));
        let finished = start(300, 200, None).finish(&made).unwrap().into_rgb8();
        assert_eq!(finished.dimensions(), (300, 200));
        assert_eq!(finished.get_pixel(299, 0).0, [43, 1, 2]);
    }
}
