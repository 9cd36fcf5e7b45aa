//! Pictures of any kind as the engine takes them: 8 bits, without transparency.

use brushfire_engine::hints::Backdrop;
use image::{DynamicImage, Rgb, RgbImage, Rgba};

/// The picture laid over what is under it.
pub(super) fn laid_over(picture: DynamicImage, backdrop: Backdrop) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let under = match backdrop {
        Backdrop::White => u8::MAX,
        Backdrop::Black => 0,
    };
    let picture = picture.into_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (pixel, Rgba([red, green, blue, alpha])) in flat.pixels_mut().zip(picture.pixels()) {
        *pixel = Rgb([red, green, blue].map(|level| mixed(*level, under, u32::from(*alpha))));
    }
    flat
}

/// `alpha` parts of 255 of one, the rest of the other, rounded.
fn mixed(over: u8, under: u8, alpha: u32) -> u8 {
    let sum = u32::from(over) * alpha + u32::from(under) * (255 - alpha);
    u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageBuffer, Luma, LumaA};

    #[test]
    fn transparency_shows_what_is_under_it() {
        let picture = ImageBuffer::from_fn(3, 1, |x, _| LumaA([100_u8, [0, 128, 255][x as usize]]));
        let levels = |backdrop| laid_over(picture.clone().into(), backdrop).into_raw();
        assert_eq!(levels(Backdrop::White), [255, 255, 255, 177, 177, 177, 100, 100, 100]);
        assert_eq!(levels(Backdrop::Black), [0, 0, 0, 50, 50, 50, 100, 100, 100]);
    }

    #[test]
    fn sixteen_bits_are_rounded_to_eight() {
        let picture: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_pixel(1, 1, Luma([200 * 257 + 129]));
        assert_eq!(laid_over(picture.into(), Backdrop::White).into_raw(), [201; 3]);
    }
}
