//! Colours made for printing: amounts of cyan, magenta, yellow and black ink to sRGB.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, Transform16BitExecutor, TransformOptions};
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use super::damage::Damage;
use super::icc::{IccError, ProfileColors};
use crate::document::on_workers;

/// Pixels that one thread converts at a time.
const PIXELS_AT_ONCE: usize = 4 * 4096;

const FULL: u32 = u16::MAX as u32;

/// The way from inks to sRGB.
pub(super) struct InksToSrgb {
    /// `None`: as light passes through ideal inks, which is what programs without colour management show.
    by_profile: Option<Arc<Transform16BitExecutor>>,
}

impl InksToSrgb {
    /// By the picture's profile (its perceptual table), or by ideal inks where it has none.
    ///
    /// # Errors
    /// Damaged profiles, and profiles of pictures of another kind.
    pub(super) fn new(profile: Option<&[u8]>) -> Result<Self, IccError> {
        let Some(profile) = profile else { return Ok(Self { by_profile: None }) };
        // Other people's code on anybody's bytes.
        let made = catch_unwind(AssertUnwindSafe(|| executor(profile)));
        let made = made.unwrap_or_else(|_| Err(IccError::Damaged(Damage::NoSense)));
        made.map(|executor| Self { by_profile: Some(executor) })
    }

    /// As [`Self::new`]; where the profile is of no use, ideal inks and why.
    pub(super) fn or_ideal(profile: Option<&[u8]>) -> (Self, Option<IccError>) {
        match Self::new(profile) {
            Ok(way) => (way, profile.is_none().then_some(IccError::NoInkProfile)),
            Err(error) => (Self { by_profile: None }, Some(error)),
        }
    }

    /// Writes red, green and blue of each pixel of `inks` (cyan, magenta, yellow, black; 65535 is all of an ink); works
    /// on several threads.
    ///
    /// # Errors
    /// A profile that converts nothing.
    pub(super) fn convert(&self, inks: &[u16], rgb: &mut [u16]) -> Result<(), IccError> {
        let Some(executor) = &self.by_profile else {
            for (rgb, inks) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(inks.as_chunks::<4>().0) {
                *rgb = through_ideal_inks(*inks);
            }
            return Ok(());
        };
        let parts = inks.par_chunks(4 * PIXELS_AT_ONCE).zip(rgb.par_chunks_mut(3 * PIXELS_AT_ONCE));
        on_workers(|| parts.try_for_each(|(inks, rgb)| executor.transform(inks, rgb)))
            .map_err(|error| IccError::Damaged(error.to_string().into()))
    }
}

fn executor(profile: &[u8]) -> Result<Arc<Transform16BitExecutor>, IccError> {
    let damaged = |error: moxcms::CmsError| IccError::Damaged(error.to_string().into());
    let profile = ColorProfile::new_from_slice(profile).map_err(damaged)?;
    if profile.color_space != DataColorSpace::Cmyk {
        return Err(IccError::ForOthers { profile: ProfileColors::Other });
    }
    let options = TransformOptions { prefer_fixed_point: false, ..TransformOptions::default() };
    let executor = profile
        .create_transform_16bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgb, options)
        .map_err(damaged)?;
    // What is wrong with a table may show only when it is used.
    executor.transform(&[0, 0, 0, 0, u16::MAX, 0, u16::MAX, 9999], &mut [0; 6]).map_err(damaged)?;
    Ok(executor)
}

fn through_ideal_inks([cyan, magenta, yellow, black]: [u16; 4]) -> [u16; 3] {
    let left = |ink: u16| FULL - u32::from(ink);
    // The product of two such numbers and half of one just fits 32 bits.
    [cyan, magenta, yellow].map(|ink| ((left(ink) * left(black) + FULL / 2) / FULL) as u16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What lcms2 makes of inks: see `tests/data/icc`.
    #[derive(serde::Deserialize)]
    struct Golden {
        before: Vec<[u16; 4]>,
        after: Vec<[u16; 3]>,
    }

    const INKS: &[u8] = include_bytes!("../../tests/data/icc/inks.icc");
    const DISPLAY_P3: &[u8] = include_bytes!("../../tests/data/icc/display-p3.icc");

    #[test]
    fn inks_become_srgb_as_lcms2_makes_them() {
        let golden: Golden = serde_json::from_str(include_str!("../../tests/data/icc/inks.json")).unwrap();
        let mut rgb = vec![0; 3 * golden.before.len()];
        InksToSrgb::new(Some(INKS)).unwrap().convert(golden.before.as_flattened(), &mut rgb).unwrap();
        let furthest = rgb.iter().zip(golden.after.as_flattened()).map(|(got, want)| got.abs_diff(*want)).max();
        // Both interpolate in four dimensions, each between its own points.
        assert!(furthest.unwrap() <= 600, "{furthest:?} of 65535 levels");
    }

    #[test]
    fn without_a_profile_inks_are_ideal() {
        let (way, why) = InksToSrgb::or_ideal(None);
        assert_eq!(why, Some(IccError::NoInkProfile));
        let mut rgb = [7; 9];
        way.convert(&[0, 0, 0, 0, 65535, 0, 0, 0, 0, 32768, 0, 32768], &mut rgb).unwrap();
        assert_eq!(rgb, [65535, 65535, 65535, 0, 65535, 65535, 32767, 16383, 32767]);
    }

    #[test]
    fn a_profile_of_another_kind_is_refused() {
        let (way, why) = InksToSrgb::or_ideal(Some(DISPLAY_P3));
        assert_eq!(why, Some(IccError::ForOthers { profile: ProfileColors::Other }));
        let mut rgb = [7; 3];
        way.convert(&[0; 4], &mut rgb).unwrap();
        assert_eq!(rgb, [65535; 3]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn damaged_profiles_are_used_or_refused(
            length in any::<prop::sample::Index>(),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        ) {
            let mut bytes = INKS.to_vec();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(length.index(2 * INKS.len()));
            let mut rgb = [0; 6];
            let (way, _) = InksToSrgb::or_ideal(Some(&bytes));
            _ = way.convert(&[1000; 8], &mut rgb);
        }
    }
}
