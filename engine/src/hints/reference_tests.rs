//! Hints against those of OpenCV, Pillow and NumPy (`tests/reference/hints.py`).

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use sha2::{Digest as _, Sha256};

use super::processor::HintProcessor;
use super::recipe::HintRecipe;
use super::testing::made;
use super::{gray, threshold};

const PHOTOGRAPHS: [&str; 6] = ["astronaut", "coffee", "chelsea", "rocket", "camera", "brick"];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/hints").join(name)
}

fn golden(name: &str) -> RgbImage {
    image::open(path(&format!("{name}.png"))).unwrap().into_rgb8()
}

fn values() -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path("hints.json")).unwrap()).unwrap()
}

/// The photographs, and the pictures that are made by formulas.
fn picture(name: &str) -> RgbImage {
    let formula = |width, height, of_pixel: &dyn Fn(u64, u64, u64) -> u64| {
        RgbImage::from_fn(width, height, |x, y| Rgb([0, 1, 2].map(|c| of_pixel(x.into(), y.into(), c) as u8)))
    };
    match name {
        "steps" => formula(61, 47, &|x, y, c| (37 * x + 91 * y + 17 * c) % 256),
        "discs" => formula(90, 70, &|x, y, c| {
            if x.abs_diff(40).pow(2) + y.abs_diff(30).pow(2) < 600 + 90 * c { 200 } else { 40 }
        }),
        "noise" => formula(64, 33, &|x, y, c| ((x * 7919 + y * 104_729 + c * 31) % 65537).pow(2) % 65537 / 257),
        "ramp" => formula(50, 50, &|x, y, _| x * y / 10),
        "row" => formula(40, 1, &|x, _, _| x * x * 11 % 251),
        "column" => formula(1, 40, &|_, y, _| y * y * 11 % 251),
        photograph => golden(photograph),
    }
}

fn sha256(levels: impl Iterator<Item = u8>) -> String {
    let digest = Sha256::digest(levels.collect::<Vec<u8>>());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How far the levels of two pictures are apart at most, of those at least `margin` pixels from the border.
fn farthest(found: &RgbImage, expected: &RgbImage, margin: u32) -> u8 {
    assert_eq!(found.dimensions(), expected.dimensions());
    let (width, height) = found.dimensions();
    let inside = (margin..height - margin).flat_map(|y| (margin..width - margin).map(move |x| (x, y)));
    let apart = inside.map(|(x, y)| {
        let levels = found.get_pixel(x, y).0.into_iter().zip(expected.get_pixel(x, y).0);
        levels.map(|(a, b)| a.abs_diff(b)).max().unwrap()
    });
    apart.max().unwrap()
}

/// The share of pixels that differ by more than `tolerance`.
fn share_apart(found: &RgbImage, expected: &RgbImage, tolerance: u8) -> f64 {
    assert_eq!(found.dimensions(), expected.dimensions());
    let apart = found.iter().zip(expected.iter()).filter(|(a, b)| a.abs_diff(**b) > tolerance).count();
    apart as f64 / found.len() as f64
}

#[test]
fn canny_is_opencvs_bit_for_bit_on_every_picture_and_at_every_level() {
    let values = values();
    let pictures = values["canny"].as_object().unwrap();
    assert_eq!(pictures.len(), 12);
    for (name, levels) in pictures {
        for (pair, expected) in levels.as_object().unwrap() {
            let (low, high) = pair.split_once(' ').unwrap();
            let recipe = HintRecipe::new(HintProcessor::Canny);
            let recipe = recipe.with("low", low.parse().unwrap()).with("high", high.parse().unwrap());
            let edges = made(&recipe, &picture(name));
            assert_eq!(sha256(edges.pixels().map(|pixel| pixel.0[0])), expected.as_str().unwrap(), "{name} {pair}");
            assert!(edges.pixels().all(|Rgb([r, g, b])| r == g && g == b));
        }
    }
}

#[test]
fn luma_is_opencvs_bit_for_bit() {
    for (name, expected) in values()["gray"].as_object().unwrap() {
        let gray = gray::gray(&picture(name));
        assert_eq!(sha256(gray.as_raw().iter().copied()), expected.as_str().unwrap(), "{name}");
    }
}

#[test]
fn the_level_that_is_found_is_otsus() {
    for name in PHOTOGRAPHS {
        let expected = values()["otsu"][name].as_f64().unwrap();
        assert_eq!(f64::from(threshold::best_level(gray::gray(&picture(name)).as_raw())), expected, "{name}");
    }
}

#[test]
fn a_blur_is_opencvs() {
    let blur = HintRecipe::new(HintProcessor::Blur).with("radius", 2.5);
    assert!(farthest(&made(&blur, &golden("coffee")), &golden("coffee-blur"), 0) <= 1);
}

#[test]
fn blocks_of_colour_and_tiles_are_pillows_where_no_border_is_near() {
    let colors = HintRecipe::new(HintProcessor::Colors).with("block", 8.0);
    assert!(farthest(&made(&colors, &golden("coffee")), &golden("coffee-colors"), 16) <= 1);
    let tile = HintRecipe::new(HintProcessor::Tile).with("detail", 3.0);
    assert!(farthest(&made(&tile, &golden("coffee")), &golden("coffee-tile"), 12) <= 2, "it is rounded twice");
}

#[test]
fn line_art_is_that_of_the_formula() {
    let round = HintRecipe::new(HintProcessor::LineArt).with("flow", 0.0).with("ink", 0.3);
    assert!(farthest(&made(&round, &golden("coffee")), &golden("coffee-line-art-round"), 0) <= 1);
    // Along the flow a path may turn at a pixel's border that rounding moves.
    let flowing = made(&HintRecipe::new(HintProcessor::LineArt), &golden("coffee"));
    let apart = share_apart(&flowing, &golden("coffee-line-art"), 2);
    assert!(apart < 0.002, "{apart}");
}

#[test]
fn a_scribble_is_that_of_the_formula() {
    let recipe = HintRecipe::new(HintProcessor::Scribble).with("detail", 1.5).with("width", 4.0).with("shortest", 8.0);
    let apart = share_apart(&made(&recipe, &golden("coffee")), &golden("coffee-scribble"), 0);
    assert!(apart < 0.01, "{apart}");
}

#[test]
fn normals_are_those_of_controlnets_formula() {
    let normal = HintRecipe::new(HintProcessor::NormalFromDepth).with("relief", 0.5).with("smoothness", 1.5);
    let new = made(&normal.clone().with("background", 0.25), &golden("coffee"));
    assert!(farthest(&new, &golden("coffee-normal"), 0) <= 1);
    let old = made(&normal.with("background", 0.0).with("old-colors", 1.0), &golden("coffee"));
    assert!(farthest(&old, &golden("coffee-normal-old"), 0) <= 1);
}

#[test]
fn a_slope_that_comes_nearer_to_the_right_faces_left_and_left_is_red() {
    let slope = RgbImage::from_fn(64, 64, |x, _| Rgb([x as u8 * 4; 3]));
    let Rgb([red, green, blue]) = *made(&HintRecipe::new(HintProcessor::NormalFromDepth), &slope).get_pixel(32, 32);
    assert!(red > 150 && green == 128 && blue > 200, "{red} {green} {blue}");
}
