//! What stands under the mask before the model begins.

use image::{GrayImage, RgbImage};
use rayon::prelude::*;

use super::choices::Fill;
use super::membrane::{Lanes, span_membrane};
use super::patches::filled_with_patches;
use super::region::Region;
use super::resample::{Axis, Kernel, resampled};

/// The picture with its masked part filled, blended in by the mask's greys; the mask has its size. [`Fill::Original`] leaves
/// it as it is, and so do those that are made of latents ([`Fill::Noise`], [`Fill::Nothing`]) and [`Fill::Auto`], which
/// should have been [resolved](Fill::resolved). `is_cancelled` is asked now and then by what takes long; what is there by
/// then is returned.
#[must_use]
pub fn filled(picture: &RgbImage, mask: &GrayImage, fill: Fill, is_cancelled: &dyn Fn() -> bool) -> RgbImage {
    let under = match fill {
        Fill::Auto | Fill::Original | Fill::Noise | Fill::Nothing => return picture.clone(),
        Fill::Neutral => RgbImage::from_pixel(picture.width(), picture.height(), image::Rgb(NEUTRAL)),
        Fill::Blurred => blurred(picture),
        Fill::EdgeColors => edge_colors(picture, mask),
        Fill::Texture => {
            let everywhere = GrayImage::from_pixel(mask.width(), mask.height(), image::Luma([u8::MAX]));
            filled_with_patches(picture, mask, &everywhere, is_cancelled)
        }
    };
    crate::tasks::composite(picture, &under, mask)
}

/// What inpainting models are shown for what they cannot see.
const NEUTRAL: [u8; 3] = [128; 3];

/// A blurred picture has about so many colours along its shorter side.
const BLURRED_CELLS: u32 = 16;

/// Means over large cells, and smooth surfaces between them.
fn blurred(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let cell = (width.min(height) / BLURRED_CELLS).max(1);
    let [columns, rows] = [width, height].map(|side| side.div_ceil(cell) as usize);
    let scaled = |source: &[u8], [from_width, from_height]: [usize; 2], [to_width, to_height]: [usize; 2]| {
        #[expect(clippy::cast_precision_loss, reason = "a side of a picture")]
        let axis = |from: usize, to: usize| Axis { start: 0.0, length: from as f64, pixels: to };
        let axes = [axis(from_width, to_width), axis(from_height, to_height)];
        resampled::<3>(source, from_width, axes, Kernel::Triangle)
    };
    let size = [width as usize, height as usize];
    let cells = scaled(picture.as_raw(), size, [columns, rows]);
    // The sizes agree by construction.
    RgbImage::from_raw(width, height, scaled(&cells, [columns, rows], size)).unwrap_or_default()
}

/// The colours around the mask, grown inward as smoothly as can be; grey where everything is masked. What is further away
/// than the mask's own edge has no say in it and is not looked at.
fn edge_colors(picture: &RgbImage, mask: &GrayImage) -> RgbImage {
    let all = Region::of_size([picture.width(), picture.height()]);
    let Some(bounds) = Region::of_mask(mask) else { return picture.clone() };
    let part = bounds.grown(RIM).intersection(all);
    let [left, top] = [part.left, part.top].map(|side| u32::try_from(side).unwrap_or(0));
    let mask = image::imageops::crop_imm(mask, left, top, part.width(), part.height()).to_image();
    let known: Vec<bool> = mask.as_raw().par_iter().map(|level| *level == 0).collect();
    if !known.contains(&true) {
        return RgbImage::from_pixel(picture.width(), picture.height(), image::Rgb(NEUTRAL));
    }
    let colors = image::imageops::crop_imm(picture, left, top, part.width(), part.height()).to_image();
    let mut values: Vec<Lanes> =
        colors.as_raw().as_chunks::<3>().0.par_iter().map(|pixel| pixel.map(f32::from)).collect();
    span_membrane(&mut values, &known, part.width() as usize);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let levels = values.into_iter().flatten().map(|value| (value + 0.5) as u8).collect();
    let grown = RgbImage::from_raw(part.width(), part.height(), levels).unwrap_or_default();
    let mut under = picture.clone();
    image::imageops::replace(&mut under, &grown, left.into(), top.into());
    under
}

/// Pixels around the mask that its colours come from.
const RIM: u32 = 8;

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb};

    use super::*;

    /// A slope of colours with a black object in its middle, under the mask.
    fn picture_and_mask() -> (RgbImage, GrayImage) {
        let is_object = |x: u32, y: u32| (20..44).contains(&x) && (16..40).contains(&y);
        let picture = RgbImage::from_fn(64, 56, |x, y| {
            if is_object(x, y) { Rgb([0; 3]) } else { Rgb([50 + 2 * x as u8, 60 + 2 * y as u8, 100]) }
        });
        (picture, GrayImage::from_fn(64, 56, |x, y| Luma([if is_object(x, y) { 255 } else { 0 }])))
    }

    #[test]
    fn edge_colours_go_on_where_the_object_was() {
        let (picture, mask) = picture_and_mask();
        let filled = filled(&picture, &mask, Fill::EdgeColors, &|| false);
        for (x, y, pixel) in filled.enumerate_pixels() {
            let slope = [50 + 2 * x as u8, 60 + 2 * y as u8, 100];
            let off = pixel.0.iter().zip(slope).map(|(a, b)| a.abs_diff(b)).max().unwrap();
            assert!(off <= 4, "{x} {y}: {pixel:?}");
        }
    }

    #[test]
    fn outside_the_mask_nothing_is_filled() {
        let (picture, mask) = picture_and_mask();
        for fill in Fill::ALL {
            let filled = filled(&picture, &mask, fill, &|| false);
            let kept = filled.pixels().zip(picture.pixels()).zip(mask.pixels());
            assert!(kept.filter(|(_, mask)| mask.0[0] == 0).all(|((after, before), _)| after == before), "{fill}");
        }
    }

    #[test]
    fn greys_of_the_mask_are_shares_of_the_fill() {
        let picture = RgbImage::from_pixel(8, 8, Rgb([28; 3]));
        let mask = GrayImage::from_pixel(8, 8, Luma([51]));
        assert_eq!(filled(&picture, &mask, Fill::Neutral, &|| false).get_pixel(4, 4).0, [48; 3]);
        let all = GrayImage::from_pixel(8, 8, Luma([255]));
        assert_eq!(filled(&picture, &all, Fill::EdgeColors, &|| false).get_pixel(4, 4).0, [128; 3], "there is no edge");
    }

    #[test]
    fn what_is_blurred_keeps_its_colours_only() {
        let stripes = RgbImage::from_fn(128, 128, |x, _| Rgb([if x % 4 < 2 { 200 } else { 100 }, x as u8, 9]));
        let all = GrayImage::from_pixel(128, 128, Luma([255]));
        let blurred = filled(&stripes, &all, Fill::Blurred, &|| false);
        for (x, _, pixel) in blurred.enumerate_pixels().filter(|(x, ..)| (8..120).contains(x)) {
            assert!(pixel.0[0].abs_diff(150) <= 5 && pixel.0[1].abs_diff(x as u8) <= 2, "{x}: {pixel:?}");
        }
    }
}
