//! Hints of pictures that nobody expects.

use image::{Rgb, RgbImage};
use proptest::prelude::*;

use super::error::HintError;
use super::processor::{HintProcessor, ParameterKind};
use super::recipe::HintRecipe;
use super::testing::{attempted, made};
use super::{Context, HintFolders, Watch, make};
use crate::nn::{CancelToken, Compute, Precision};

fn by_arithmetic() -> impl Iterator<Item = HintProcessor> {
    HintProcessor::all().filter(|processor| processor.weights().is_none())
}

/// Any processor that needs no network, with any parameters in their ranges.
fn recipes() -> impl Strategy<Value = HintRecipe> {
    let processors: Vec<HintProcessor> = by_arithmetic().collect();
    (prop::sample::select(processors), prop::collection::vec(0.0_f32..=1.0, 8), prop::option::of(16_u32..48)).prop_map(
        |(processor, shares, size)| {
            let mut recipe = HintRecipe { size, ..HintRecipe::new(processor) };
            for (parameter, share) in processor.parameters().iter().zip(shares) {
                let value = parameter.min + share * (parameter.max - parameter.min);
                let value = if parameter.kind == ParameterKind::Number { value } else { value.round() };
                recipe = recipe.with(parameter.name, value.clamp(parameter.min, parameter.max));
            }
            recipe
        },
    )
}

fn pictures() -> impl Strategy<Value = RgbImage> {
    let side = || prop_oneof![Just(1_u32), Just(2), Just(3), 1_u32..40];
    (side(), side(), any::<bool>(), any::<u32>()).prop_map(|(width, height, is_plain, seed)| {
        RgbImage::from_fn(width, height, |x, y| {
            let place = if is_plain { 0 } else { x + y * width };
            let value = (seed ^ place.wrapping_mul(2_654_435_761)).wrapping_mul(2_246_822_519);
            Rgb([value as u8, (value >> 8) as u8, (value >> 16) as u8])
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_picture_gives_a_hint_of_its_size_or_the_recipes(recipe in recipes(), picture in pictures()) {
        let hint = made(&recipe, &picture);
        match recipe.size {
            None => prop_assert_eq!(hint.dimensions(), picture.dimensions()),
            Some(size) => prop_assert_eq!(hint.width().min(hint.height()), size),
        }
    }
}

#[test]
fn a_picture_of_one_colour_has_no_lines() {
    for color in [[0; 3], [255; 3], [12, 200, 77]] {
        let plain = RgbImage::from_pixel(50, 40, Rgb(color));
        for processor in [HintProcessor::Canny, HintProcessor::LineArt, HintProcessor::Scribble] {
            let hint = made(&HintRecipe::new(processor), &plain);
            assert!(hint.iter().all(|level| *level == 0), "{processor} {color:?}");
        }
        let faces_us = made(&HintRecipe::new(HintProcessor::NormalFromDepth), &plain);
        assert!(faces_us.pixels().all(|pixel| pixel.0 == [128, 128, 255]));
    }
}

#[test]
fn strips_leave_no_seams() {
    // 128 rows are a strip: a picture repeated after a whole number of rows has the same hint there.
    let pattern = RgbImage::from_fn(60, 600, |x, y| {
        let y = y % 100;
        Rgb([(x * 4) as u8, ((x * y) % 251) as u8, (y * 2) as u8])
    });
    for processor in by_arithmetic().filter(|processor| *processor != HintProcessor::Colors) {
        let hint = made(&HintRecipe::new(processor), &pattern);
        for (x, y) in (0..60).flat_map(|x| (200..300).map(move |y| (x, y))) {
            assert_eq!(hint.get_pixel(x, y), hint.get_pixel(x, y + 100), "{processor} {x} {y}");
        }
    }
}

#[test]
fn no_pixels_are_told_and_no_hint_is_made() {
    for processor in HintProcessor::all() {
        let error = attempted(&HintRecipe::new(processor), &RgbImage::new(0, 7)).unwrap_err();
        assert!(matches!(error, HintError::Empty), "{processor} {error}");
    }
}

#[test]
fn a_hint_that_is_no_longer_wanted_is_given_up_and_progress_never_goes_back() {
    let picture = RgbImage::from_fn(300, 700, |x, y| Rgb([x as u8, y as u8, (x * y) as u8]));
    let compute = Compute::new(&burn::tensor::Device::flex(), Precision::F32);
    for processor in by_arithmetic() {
        let cancel = CancelToken::new();
        let mut told: Vec<f32> = Vec::new();
        let mut tell = |share| told.push(share);
        let mut context =
            Context { watch: Watch::new(&mut tell, &cancel), compute: &compute, folders: &HintFolders::default() };
        make(&HintRecipe::new(processor), &picture, &mut context).unwrap();
        assert!(told.is_sorted() && told.last() == Some(&1.0), "{processor} {told:?}");

        cancel.cancel();
        let mut tell = |_| {};
        let mut context =
            Context { watch: Watch::new(&mut tell, &cancel), compute: &compute, folders: &HintFolders::default() };
        let given_up = make(&HintRecipe::new(processor), &picture, &mut context);
        assert!(matches!(given_up, Err(HintError::Cancelled)), "{processor}");
    }
}
