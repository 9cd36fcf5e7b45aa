//! Colour profiles of opened files: from whatever space a picture was made in to sRGB, which everything here works in.
//!
//! Conversions run with 16 bits a channel, relative to the white point, by the profile's own curves and matrix or tables
//! (ICC.1:2022, annexes E and F); `moxcms` does the arithmetic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, Transform16BitExecutor, TransformOptions};
use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSliceMut as _;

use super::damage::Damage;
use crate::document::on_workers;

/// Samples that one thread converts at a time.
const SAMPLES_AT_ONCE: usize = 3 * 4 * 4096;

/// A profile that moves no colour further than this (half a level of 256) is sRGB as some program rounded it.
const SAME_COLOR: u16 = 128;

/// Why a picture's colours are taken as sRGB although it carries a profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IccError {
    #[error("its colour profile is damaged ({0}), so its colours are taken as sRGB")]
    Damaged(Damage),
    #[error("its colour profile is for {profile} pictures, so its colours are taken as sRGB")]
    ForOthers { profile: ProfileColors },
    #[error(
        "it was made for printing (CMYK) and is converted without its colour profile, so colours may look different"
    )]
    Cmyk,
    #[error("it was made for printing (CMYK) and does not say for which inks, so colours may look different")]
    NoInkProfile,
}

/// What pictures a profile is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileColors {
    #[error("RGB")]
    Rgb,
    #[error("grey")]
    Gray,
    #[error("other")]
    Other,
}

/// How the samples lie that a [`ToSrgb`] converts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Samples {
    Gray,
    GrayAlpha,
    Rgb,
    Rgba,
}

impl Samples {
    fn layout(self) -> Layout {
        match self {
            Self::Gray => Layout::Gray,
            Self::GrayAlpha => Layout::GrayAlpha,
            Self::Rgb => Layout::Rgb,
            Self::Rgba => Layout::Rgba,
        }
    }

    fn is_gray(self) -> bool {
        matches!(self, Self::Gray | Self::GrayAlpha)
    }
}

/// A sample of 8 or 16 bits.
pub(super) trait Sample: Copy + Send + Sync {
    fn widened(self) -> u16;
    fn narrowed(value: u16) -> Self;
}

impl Sample for u8 {
    fn widened(self) -> u16 {
        u16::from(self) * 257
    }

    fn narrowed(value: u16) -> Self {
        ((u32::from(value) + 128) / 257) as Self
    }
}

impl Sample for u16 {
    fn widened(self) -> u16 {
        self
    }

    fn narrowed(value: u16) -> Self {
        value
    }
}

/// The way from a profile's colours to sRGB.
pub(super) struct ToSrgb {
    executor: Arc<Transform16BitExecutor>,
}

impl ToSrgb {
    /// `None` where the profile is sRGB itself (for grey: has its curve), so that nothing need be touched.
    ///
    /// # Errors
    /// Damaged profiles, and profiles of pictures of another kind.
    pub(super) fn new(profile: &[u8], samples: Samples) -> Result<Option<Self>, IccError> {
        // Other people's code on anybody's bytes.
        let made = catch_unwind(AssertUnwindSafe(|| Self::made(profile, samples)));
        made.unwrap_or_else(|_| Err(IccError::Damaged(Damage::NoSense)))
    }

    fn made(profile: &[u8], samples: Samples) -> Result<Option<Self>, IccError> {
        let damaged = |error: moxcms::CmsError| IccError::Damaged(error.to_string().into());
        let profile = ColorProfile::new_from_slice(profile).map_err(damaged)?;
        let mut srgb = ColorProfile::new_srgb();
        match (profile.color_space, samples.is_gray()) {
            (DataColorSpace::Rgb, false) => {}
            (DataColorSpace::Gray, true) => {
                let curve = srgb.red_trc.take();
                srgb = ColorProfile::new_gray_with_gamma(2.2);
                srgb.gray_trc = curve;
            }
            (DataColorSpace::Cmyk, _) => return Err(IccError::Cmyk),
            (DataColorSpace::Rgb, _) => return Err(IccError::ForOthers { profile: ProfileColors::Rgb }),
            (DataColorSpace::Gray, _) => return Err(IccError::ForOthers { profile: ProfileColors::Gray }),
            _ => return Err(IccError::ForOthers { profile: ProfileColors::Other }),
        }
        let options = TransformOptions { prefer_fixed_point: false, ..TransformOptions::default() };
        let layout = samples.layout();
        let executor = profile.create_transform_16bit(layout, &srgb, layout, options).map_err(damaged)?;
        let way = Self { executor };
        Ok((!way.keeps_colors(samples).map_err(damaged)?).then_some(way))
    }

    /// Whether it moves no colour by as much as can be told from rounding: tried on a lattice of colours and on greys.
    fn keeps_colors(&self, samples: Samples) -> Result<bool, moxcms::CmsError> {
        let levels = |count: u32| (0..count).map(move |step| (step * 65535 / (count - 1)) as u16);
        let mut colors: Vec<u16> = Vec::new();
        let mut add = |rgb: [u16; 3]| match samples {
            Samples::Gray => colors.push(rgb[0]),
            Samples::GrayAlpha => colors.extend([rgb[0], u16::MAX]),
            Samples::Rgb => colors.extend(rgb),
            Samples::Rgba => colors.extend([rgb[0], rgb[1], rgb[2], u16::MAX]),
        };
        levels(256).for_each(|level| add([level; 3]));
        if !samples.is_gray() {
            for red in levels(6) {
                for green in levels(6) {
                    levels(6).for_each(|blue| add([red, green, blue]));
                }
            }
        }
        let mut converted = vec![0; colors.len()];
        self.executor.transform(&colors, &mut converted)?;
        Ok(colors.iter().zip(&converted).all(|(before, after)| before.abs_diff(*after) <= SAME_COLOR))
    }

    /// Converts straight-alpha samples in place, on several threads; alpha stays.
    ///
    /// # Errors
    /// Samples that are no whole pixels.
    pub(super) fn convert<S: Sample>(&self, samples: &mut [S]) -> Result<(), IccError> {
        let convert = |samples: &mut [S]| {
            let before: Vec<u16> = samples.iter().map(|sample| sample.widened()).collect();
            let mut after = vec![0; before.len()];
            self.executor.transform(&before, &mut after)?;
            for (sample, after) in samples.iter_mut().zip(after) {
                *sample = S::narrowed(after);
            }
            Ok(())
        };
        on_workers(|| samples.par_chunks_mut(SAMPLES_AT_ONCE).try_for_each(convert))
            .map_err(|error: moxcms::CmsError| IccError::Damaged(error.to_string().into()))
    }
}

/// The picture in sRGB, with as many bits a channel as it had. A picture that is in sRGB already is not touched.
///
/// # Errors
/// See [`ToSrgb::new`]; the picture is then as it was.
pub(super) fn to_srgb(image: &mut DynamicImage, profile: &[u8]) -> Result<(), IccError> {
    use DynamicImage::{
        ImageLuma8, ImageLuma16, ImageLumaA8, ImageLumaA16, ImageRgb8, ImageRgb16, ImageRgb32F, ImageRgba8,
        ImageRgba16, ImageRgba32F,
    };
    let is_gray = matches!(image, ImageLuma8(_) | ImageLuma16(_) | ImageLumaA8(_) | ImageLumaA16(_));
    if is_gray && is_rgb(profile) {
        // Some programs write their RGB profile into grey pictures too; grey is then red, green and blue alike.
        if ToSrgb::new(profile, Samples::Rgb)?.is_none() {
            return Ok(());
        }
        *image = match &*image {
            ImageLuma8(_) => ImageRgb8(image.to_rgb8()),
            ImageLumaA8(_) => ImageRgba8(image.to_rgba8()),
            ImageLuma16(_) => ImageRgb16(image.to_rgb16()),
            _ => ImageRgba16(image.to_rgba16()),
        };
    }
    let samples = match image {
        ImageLuma8(_) | ImageLuma16(_) => Samples::Gray,
        ImageLumaA8(_) | ImageLumaA16(_) => Samples::GrayAlpha,
        ImageRgba8(_) | ImageRgba16(_) | ImageRgba32F(_) => Samples::Rgba,
        _ => Samples::Rgb,
    };
    let Some(way) = ToSrgb::new(profile, samples)? else { return Ok(()) };
    match image {
        ImageRgb32F(_) => *image = ImageRgb16(image.to_rgb16()),
        ImageRgba32F(_) => *image = ImageRgba16(image.to_rgba16()),
        _ => {}
    }
    match image {
        ImageLuma8(image) => way.convert(image),
        ImageLumaA8(image) => way.convert(image),
        ImageRgb8(image) => way.convert(image),
        ImageRgba8(image) => way.convert(image),
        ImageLuma16(image) => way.convert(image),
        ImageLumaA16(image) => way.convert(image),
        ImageRgb16(image) => way.convert(image),
        ImageRgba16(image) => way.convert(image),
        _ => Err(IccError::ForOthers { profile: ProfileColors::Other }),
    }
}

/// Whether a profile's header says that it is one for RGB (ICC.1:2022, 7.2.6: four letters at byte 16).
fn is_rgb(profile: &[u8]) -> bool {
    profile.get(16..20) == Some(b"RGB ".as_slice())
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, ImageBuffer, Luma, Rgb, RgbImage, Rgba};
    use proptest::prelude::*;

    use super::*;

    /// What lcms2 makes of each profile: see `tests/data/icc`.
    #[derive(serde::Deserialize)]
    struct Golden {
        before: Vec<Vec<u16>>,
        after: Vec<[u16; 3]>,
    }

    fn golden(name: &str) -> Golden {
        let mut all: std::collections::HashMap<String, Golden> =
            serde_json::from_str(include_str!("../../tests/data/icc/profiles.json")).unwrap();
        all.remove(name).unwrap()
    }

    const DISPLAY_P3: &[u8] = include_bytes!("../../tests/data/icc/display-p3.icc");
    const ADOBE_RGB: &[u8] = include_bytes!("../../tests/data/icc/adobe-rgb-v2.icc");
    const PROPHOTO: &[u8] = include_bytes!("../../tests/data/icc/prophoto.icc");
    const SRGB_V2: &[u8] = include_bytes!("../../tests/data/icc/srgb-v2.icc");
    const SRGB: &[u8] = include_bytes!("../../tests/data/icc/srgb.icc");
    const GRAY_18: &[u8] = include_bytes!("../../tests/data/icc/gray-1.8.icc");
    const GRAY_SRGB: &[u8] = include_bytes!("../../tests/data/icc/gray-srgb.icc");

    /// The largest difference from lcms2, in levels of 65535.
    fn furthest(name: &str, profile: &[u8], samples: Samples) -> u16 {
        let golden = golden(name);
        let way = ToSrgb::new(profile, samples).unwrap().unwrap();
        let mut colors: Vec<u16> = golden.before.iter().flatten().copied().collect();
        way.convert(&mut colors).unwrap();
        let expected = golden.after.iter().flat_map(|rgb| rgb.iter().take(golden.before[0].len()));
        colors.iter().zip(expected).map(|(got, expected)| got.abs_diff(*expected)).max().unwrap()
    }

    #[test]
    fn wide_spaces_become_srgb_as_lcms2_makes_them() {
        for (name, profile) in [("display-p3", DISPLAY_P3), ("adobe-rgb-v2", ADOBE_RGB), ("prophoto", PROPHOTO)] {
            let difference = furthest(name, profile, Samples::Rgb);
            assert!(difference <= 80, "{name}: {difference} of 65535 levels");
        }
    }

    #[test]
    fn grey_pictures_have_their_curve_as_lcms2_sees_it() {
        let difference = furthest("gray-1.8", GRAY_18, Samples::Gray);
        assert!(difference <= 16, "{difference} of 65535 levels");
    }

    #[test]
    fn what_is_srgb_already_is_not_touched() {
        for profile in [SRGB, SRGB_V2] {
            assert!(ToSrgb::new(profile, Samples::Rgb).unwrap().is_none());
            let every_level = ImageBuffer::<Rgb<u16>, _>::from_fn(256, 256, |x, y| Rgb([(y * 256 + x) as u16; 3]));
            let mut image = DynamicImage::ImageRgb16(every_level.clone());
            to_srgb(&mut image, profile).unwrap();
            assert_eq!(image, DynamicImage::ImageRgb16(every_level));
        }
        assert!(ToSrgb::new(GRAY_SRGB, Samples::GrayAlpha).unwrap().is_none());
    }

    #[test]
    fn alpha_stays_and_so_does_the_depth() {
        let image = ImageBuffer::<Rgba<u16>, _>::from_fn(100, 3, |x, _| Rgba([60000, 30000, 10000, (x * 600) as u16]));
        let mut converted = DynamicImage::ImageRgba16(image.clone());
        to_srgb(&mut converted, DISPLAY_P3).unwrap();
        let DynamicImage::ImageRgba16(converted) = converted else { panic!("{:?}", converted.color()) };
        assert!(converted.pixels().zip(image.pixels()).all(|(new, old)| new[3] == old[3] && new[0] > old[0]));
        let mut eight = DynamicImage::ImageRgb8(RgbImage::from_pixel(3, 3, Rgb([200, 100, 50])));
        to_srgb(&mut eight, ADOBE_RGB).unwrap();
        // Pillow (lcms2) gives the same.
        assert_eq!(eight.as_rgb8().unwrap().get_pixel(1, 1).0, [227, 100, 42]);
    }

    #[test]
    fn a_grey_picture_may_carry_an_rgb_profile() {
        let gray = GrayImage::from_fn(256, 1, |x, _| Luma([x as u8]));
        let mut image = DynamicImage::ImageLuma8(gray.clone());
        to_srgb(&mut image, SRGB).unwrap();
        assert_eq!(image, DynamicImage::ImageLuma8(gray.clone()));
        to_srgb(&mut image, PROPHOTO).unwrap();
        // Pillow (lcms2) gives the same.
        assert_eq!(image.to_rgb8().get_pixel(128, 0).0, [146; 3]);
    }

    #[test]
    fn a_profile_for_other_pictures_leaves_the_picture_as_it_is() {
        let original = DynamicImage::ImageRgb8(RgbImage::from_pixel(3, 3, Rgb([200, 100, 50])));
        let mut image = original.clone();
        assert_eq!(to_srgb(&mut image, GRAY_18), Err(IccError::ForOthers { profile: ProfileColors::Gray }));
        assert!(matches!(to_srgb(&mut image, b"nonsense"), Err(IccError::Damaged(_))));
        assert!(matches!(to_srgb(&mut image, &[]), Err(IccError::Damaged(_))));
        assert_eq!(image, original);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn damaged_profiles_are_used_or_refused(
            profile in prop::sample::select(vec![DISPLAY_P3, ADOBE_RGB, SRGB, GRAY_18]),
            length in any::<prop::sample::Index>(),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        ) {
            let mut bytes = profile.to_vec();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(length.index(2 * profile.len()));
            let mut image = DynamicImage::new_rgba8(4, 4);
            _ = to_srgb(&mut image, &bytes);
            prop_assert_eq!((image.width(), image.height()), (4, 4));
        }
    }
}
