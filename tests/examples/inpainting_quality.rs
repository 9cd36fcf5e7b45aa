//! How well an inpainting fits into its picture, measured on photographs, beside the plain method of pasting what a model
//! made of the whole picture. `tests/reference/photographs.py` writes the photographs.
//!
//! ```text
//! cargo run --release -p brushfire -p brushfire-tests --example inpainting_quality -- FOLDER
//! ```
#![allow(clippy::unwrap_used, reason = "a measurement that cannot be made has no result")]

use std::path::{Path, PathBuf};

use brushfire_engine::inpaint::{ModelSize, Region, feathered, match_colors};
use brushfire_engine::nn::{CancelToken, Compute, Precision};
use brushfire_engine::tasks::{Pipeline, Vocabulary, composite, generate};
use brushfire_engine::{CropPlan, Fill, Job, Recipe};
use brushfire_tests::{assets_folder, test_device};
use image::{GrayImage, Luma, Rgb, RgbImage};

/// Width and height of the photographs, in pixels.
const SIDE: u32 = 256;
/// Passes over the same mask.
const PASSES: usize = 50;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap());
    let mut photos: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    photos.sort();
    let photos: Vec<RgbImage> = photos.iter().map(|path| image::open(path).unwrap().into_rgb8()).collect();
    let masks = masks();
    println!("{} photographs, {} masks each; means, in levels of 255\n", photos.len(), masks.len());

    println!("A denoiser with a known answer: the photograph, blurred and off in colour as autoencoders are");
    heading();
    type Method = fn(&RgbImage, &RgbImage, &GrayImage) -> RgbImage;
    let methods: [(&str, Method); 5] = [
        ("paste", composite),
        ("paste, feather 8", |photo, made, mask| composite(photo, made, &feathered(mask, 8))),
        ("one mean colour for all", |photo, made, mask| composite(photo, &mean_matched(photo, made, mask), mask)),
        ("colour match", |photo, made, mask| composite(photo, &match_colors(photo, made, mask), mask)),
        ("colour match, feather 8", |photo, made, mask| {
            composite(photo, &match_colors(photo, made, mask), &feathered(mask, 8))
        }),
    ];
    for (name, method) in methods {
        let figures = photos.iter().flat_map(|photo| masks.iter().map(move |mask| (photo, mask)));
        Figures::mean(figures.map(|(photo, mask)| Figures::of(photo, &method(photo, &drifted(photo), mask), mask)))
            .print(name);
    }

    let mut pipeline = starter();
    println!("\nThe starter model at a strength of 0.35, 4 steps");
    heading();
    let recipe = |color_match, feather| Recipe {
        guidance: 1.0,
        strength: 0.35,
        steps: 12,
        fill: Fill::Original,
        color_match,
        feather,
        ..Recipe::default()
    };
    let mut all: [Vec<Figures>; 5] = Default::default();
    for (photo, mask) in photos.iter().flat_map(|photo| masks.iter().map(move |mask| (photo, mask))) {
        let whole = made(&mut pipeline, photo, None, recipe(false, 0));
        let plain = made(&mut pipeline, photo, Some(mask), recipe(false, 0));
        let matched = made(&mut pipeline, photo, Some(mask), recipe(true, 0));
        let faded = composite(photo, &matched, &feathered(mask, 8));
        let around = made_around(&mut pipeline, photo, mask, recipe(true, 8));
        let results = [composite(photo, &whole, mask), plain, matched, faded, around];
        all.iter_mut().zip(results).for_each(|(figures, result)| figures.push(Figures::of(photo, &result, mask)));
    }
    let names = [
        "image to image, pasted",
        "inpainting",
        "inpainting, colour match",
        "the same, feather 8",
        "the same, around the mask",
    ];
    for (name, figures) in names.into_iter().zip(all) {
        Figures::mean(figures.into_iter()).print(name);
    }
    drift(&mut pipeline, &photos[0], &masks[0]);
}

/// The same mask again and again: what happens to the rest of the picture.
fn drift(pipeline: &mut Pipeline, photo: &RgbImage, mask: &GrayImage) {
    let recipe = |pass: usize| Recipe {
        guidance: 1.0,
        strength: 0.2,
        steps: 5,
        seed: pass as u64,
        fill: Fill::Original,
        ..Recipe::default()
    };
    let (mut ours, mut unpasted) = (photo.clone(), photo.clone());
    for pass in 0..PASSES {
        ours = made(pipeline, &ours, Some(mask), recipe(pass));
        // Without pasting back, as some programs leave it: the whole picture goes through the autoencoder each time.
        let nothing = Recipe { strength: 0.01, steps: 100, ..recipe(pass) };
        unpasted = made(pipeline, &unpasted, None, nothing);
    }
    println!("\nAfter {PASSES} passes, outside the mask:");
    for (name, picture) in [("inpainting, colour match", &ours), ("without pasting back", &unpasted)] {
        let off = || outside(photo, picture, mask);
        let (changed, sum) = (off().filter(|off| *off > 0).count(), off().map(f64::from).sum::<f64>());
        println!("| {name} | {changed} channels changed | mean {:.2} levels off |", sum / off().count() as f64);
    }
}

fn outside<'a>(before: &'a RgbImage, after: &'a RgbImage, mask: &'a GrayImage) -> impl Iterator<Item = u8> + 'a {
    let pixels = before.pixels().zip(after.pixels()).zip(mask.pixels()).filter(|(_, mask)| mask.0[0] == 0);
    pixels.flat_map(|((before, after), _)| before.0.into_iter().zip(after.0).map(|(a, b)| a.abs_diff(b)))
}

fn starter() -> Pipeline {
    let compute = Compute::new(&test_device(), Precision::F32);
    let vocabulary = Vocabulary(assets_folder().join("tokenizer/bpe_simple_vocab_16e6.txt.gz"));
    let folder: &Path = &assets_folder().join("starter");
    Pipeline::load(folder, &vocabulary, &compute, &CancelToken::new()).unwrap()
}

fn made(pipeline: &mut Pipeline, photo: &RgbImage, mask: Option<&GrayImage>, recipe: Recipe) -> RgbImage {
    let recipe = Recipe { width: SIDE, height: SIDE, ..recipe };
    let job = Job { recipe, init: Some(photo.clone()), mask: mask.cloned(), ..Job::default() };
    generate(pipeline, &job, &CancelToken::new(), &mut |_| None).unwrap().pictures.remove(0).image
}

/// The masked part and what is around it, scaled to the model's size and back, and stitched.
fn made_around(pipeline: &mut Pipeline, photo: &RgbImage, mask: &GrayImage, recipe: Recipe) -> RgbImage {
    let bounds = Region::of_mask(mask).unwrap();
    let model = ModelSize { best_side: SIDE, multiple: 8 };
    let plan = CropPlan::masked([SIDE, SIDE], bounds, recipe.padding, None, model);
    let part = plan.part();
    let (left, top) = (part.left as u32, part.top as u32);
    let picture = image::imageops::crop_imm(photo, left, top, part.width(), part.height()).to_image();
    let masked = image::imageops::crop_imm(mask, left, top, part.width(), part.height()).to_image();
    let job = plan.job(&recipe, &picture, &masked, &[]);
    let made = generate(pipeline, &job, &CancelToken::new(), &mut |_| None).unwrap().pictures.remove(0).image;
    let stitched = composite(&picture, &plan.laid_back(&made), &plan.coverage(&masked, &recipe));
    let mut finished = photo.clone();
    image::imageops::replace(&mut finished, &stitched, left.into(), top.into());
    finished
}

fn masks() -> Vec<GrayImage> {
    let far = |x: u32, y: u32, to: [u32; 2]| (x.abs_diff(to[0]).pow(2) + y.abs_diff(to[1]).pow(2)).isqrt();
    let shapes: [Box<dyn Fn(u32, u32) -> bool>; 10] = [
        Box::new(move |x, y| far(x, y, [128, 128]) < 60),
        Box::new(|x, y| (40..150).contains(&x) && (70..200).contains(&y)),
        Box::new(move |x, y| far(x, y, [60, 70]) < 30 || far(x, y, [180, 190]) < 40),
        Box::new(|x, y| (x + 40).abs_diff(y) < 12),
        Box::new(|x, y| x < 90 && y < 120),
        // A frame along the border, a ring, dots, a wavy stroke, and what a ragged hand leaves.
        Box::new(|x, y| x < 24 || y < 24 || x >= SIDE - 24 || y >= SIDE - 24),
        Box::new(move |x, y| (60..90).contains(&far(x, y, [120, 130]))),
        Box::new(|x, y| x % 64 < 16 && y % 64 < 16),
        Box::new(|x, y| f64::from(y).mul_add(1.0, -128.0 - 40.0 * (f64::from(x) / 24.0).sin()).abs() < 14.0),
        Box::new(move |x, y| {
            let (across, down) = (f64::from(x) / 17.0, f64::from(y) / 13.0);
            f64::from(far(x, y, [140, 120])) < 55.0 + 18.0 * (across.sin() + (down * 1.7).cos())
        }),
    ];
    shapes
        .iter()
        .map(|inside| GrayImage::from_fn(SIDE, SIDE, |x, y| Luma([if inside(x, y) { 255 } else { 0 }])))
        .collect()
}

/// Blurred by a mean of nine pixels, and off by a few levels that change across the picture.
fn drifted(photo: &RgbImage) -> RgbImage {
    let last = SIDE - 1;
    RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let around = (0..9)
            .map(|i| photo.get_pixel((x + i % 3).saturating_sub(1).min(last), (y + i / 3).saturating_sub(1).min(last)));
        let mut sums = [0_u32; 3];
        around.for_each(|pixel| sums.iter_mut().zip(pixel.0).for_each(|(sum, level)| *sum += u32::from(level)));
        let (across, down) = (f64::from(x) / 255.0, f64::from(y) / 255.0);
        let off = [4.0 + 3.0 * across, -3.0 + across * down, 2.0 - 5.0 * down];
        Rgb([0, 1, 2].map(|lane| (f64::from(sums[lane]) / 9.0 + off[lane]).round() as u8))
    })
}

/// One offset for the whole mask: the mean difference of the pixels within 16 of it.
fn mean_matched(photo: &RgbImage, made: &RgbImage, mask: &GrayImage) -> RgbImage {
    let ring = ring(mask, 0, 16);
    let (mut sums, mut count) = ([0_i32; 3], 0);
    for ((before, after), _) in photo.pixels().zip(made.pixels()).zip(&ring).filter(|(_, ring)| **ring) {
        sums.iter_mut()
            .zip(before.0.iter().zip(after.0))
            .for_each(|(sum, (a, b))| *sum += i32::from(*a) - i32::from(b));
        count += 1;
    }
    let mut matched = made.clone();
    for pixel in matched.pixels_mut() {
        pixel.0 = [0, 1, 2].map(|lane| (i32::from(pixel.0[lane]) + sums[lane] / count.max(1)).clamp(0, 255) as u8);
    }
    matched
}

/// The pixels of this level (0 or 255) that are within so many of one of another level.
fn ring(mask: &GrayImage, of_level: u8, within: i64) -> Vec<bool> {
    let level = |x: i64, y: i64| {
        let (x, y) = (u32::try_from(x).ok()?, u32::try_from(y).ok()?);
        mask.get_pixel_checked(x, y).map(|level| level.0[0])
    };
    let near = |x: u32, y: u32| {
        let (x, y) = (i64::from(x), i64::from(y));
        (-within..=within).any(|down| {
            [x - within, x, x + within].iter().any(|x| level(*x, y + down).is_some_and(|level| level != of_level))
                || level(x + down, y).is_some_and(|level| level != of_level)
        })
    };
    mask.enumerate_pixels().map(|(x, y, level)| level.0[0] == of_level && near(x, y)).collect()
}

/// What is measured of one result.
#[derive(Clone, Copy, Default)]
struct Figures {
    /// Channels outside the mask that are not the original's.
    changed_outside: f64,
    /// Mean difference between neighbours across the mask's edge, over that of the photograph at the same places.
    seam: f64,
    /// Mean difference to the photograph of cells of 8 x 8 pixels just inside the edge.
    ring_shift: f64,
    /// Mean difference to the photograph inside the mask.
    error: f64,
}

impl Figures {
    fn of(photo: &RgbImage, result: &RgbImage, mask: &GrayImage) -> Self {
        Self {
            changed_outside: outside(photo, result, mask).filter(|off| *off > 0).count() as f64,
            seam: seam(result, mask) / seam(photo, mask),
            ring_shift: ring_shift(photo, result, mask),
            error: error(photo, result, mask),
        }
    }

    fn mean(all: impl Iterator<Item = Self>) -> Self {
        let (mut sum, mut count) = (Self::default(), 0.0);
        for figures in all {
            sum.changed_outside += figures.changed_outside;
            sum.seam += figures.seam;
            sum.ring_shift += figures.ring_shift;
            sum.error += figures.error;
            count += 1.0;
        }
        Self {
            changed_outside: sum.changed_outside,
            seam: sum.seam / count,
            ring_shift: sum.ring_shift / count,
            error: sum.error / count,
        }
    }

    fn print(self, name: &str) {
        let Self { changed_outside, seam, ring_shift, error } = self;
        println!("| {name:<26} | {changed_outside:>7} | {seam:>6.3} | {ring_shift:>6.2} | {error:>6.2} |");
    }
}

fn heading() {
    println!("| method                     | outside | seam   | ring   | inside |");
    println!("| -------------------------- | ------- | ------ | ------ | ------ |");
}

fn levels_apart(a: &Rgb<u8>, b: &Rgb<u8>) -> f64 {
    a.0.iter().zip(b.0).map(|(a, b)| f64::from(a.abs_diff(b))).sum::<f64>() / 3.0
}

fn seam(picture: &RgbImage, mask: &GrayImage) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (x, y, level) in mask.enumerate_pixels() {
        for (right, below) in [(x + 1, y), (x, y + 1)] {
            if right < SIDE && below < SIDE && mask.get_pixel(right, below) != level {
                sum += levels_apart(picture.get_pixel(x, y), picture.get_pixel(right, below));
                count += 1.0;
            }
        }
    }
    sum / f64::max(count, 1.0)
}

fn ring_shift(photo: &RgbImage, result: &RgbImage, mask: &GrayImage) -> f64 {
    let ring = ring(mask, 255, 8);
    let (mut sum, mut cells) = (0.0, 0.0);
    for cell in 0..(SIDE / 8).pow(2) {
        let corner = [cell % (SIDE / 8) * 8, cell / (SIDE / 8) * 8];
        let places = (0..64).map(|i| (corner[0] + i % 8, corner[1] + i / 8));
        let inside: Vec<_> = places.filter(|(x, y)| ring[(y * SIDE + x) as usize]).collect();
        if inside.len() < 16 {
            continue;
        }
        for lane in 0..3 {
            let off = |&(x, y): &(u32, u32)| {
                f64::from(result.get_pixel(x, y).0[lane]) - f64::from(photo.get_pixel(x, y).0[lane])
            };
            sum += (inside.iter().map(off).sum::<f64>() / inside.len() as f64).abs() / 3.0;
        }
        cells += 1.0;
    }
    sum / f64::max(cells, 1.0)
}

fn error(photo: &RgbImage, result: &RgbImage, mask: &GrayImage) -> f64 {
    let pixels = photo.pixels().zip(result.pixels()).zip(mask.pixels()).filter(|(_, mask)| mask.0[0] > 0);
    let (mut sum, mut count) = (0.0, 0.0);
    pixels.for_each(|((before, after), _)| {
        sum += levels_apart(before, after);
        count += 1.0;
    });
    sum / f64::max(count, 1.0)
}
