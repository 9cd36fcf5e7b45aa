//! Inpainting as a whole: crop, fill, model, colour match, stitch; regions; runs that are changed or gone on with.
#![allow(clippy::unwrap_used, reason = "a golden file that cannot be read fails the test")]

use std::ops::Range;
use std::sync::Arc;

use brushfire_engine::inpaint::{Mark, ModelSize, Region, grab_cut};
use brushfire_engine::nn::{CancelToken, Compute, Precision};
use brushfire_engine::tasks::{Pipeline, Report, Vocabulary, composite, generate};
use brushfire_engine::{Area, BranchPoint, CropPlan, Fill, Job, Picture, Recipe, RegionRecipe, Resume, Sampler, Tweak};
use brushfire_tests::{golden_folder, test_device};
use image::{GrayImage, Luma, Rgb, RgbImage};
use std::path::Path;

fn pipeline() -> Pipeline {
    let compute = Compute::new(&test_device(), Precision::F32);
    let vocabulary = Vocabulary(Path::new("unused").to_owned());
    Pipeline::load(&golden_folder().join("tiny-sd"), &vocabulary, &compute, &CancelToken::new()).unwrap()
}

fn tiny() -> Recipe {
    Recipe { prompt: "a cat".to_owned(), width: 64, height: 64, steps: 6, ..Recipe::default() }
}

/// Makes the job's pictures; `answer` hears of each step and may change what comes next.
fn made(job: &Job, mut answer: impl FnMut(usize, Option<Arc<BranchPoint>>) -> Option<Tweak>) -> Picture {
    let mut report = |report: Report| match report {
        Report::Step { step, branch, .. } => answer(step, branch),
        Report::NotChanged { why } => panic!("{why}"),
        Report::Decoding => None,
    };
    generate(&mut pipeline(), job, &CancelToken::new(), &mut report).unwrap().pictures.remove(0)
}

fn made_plainly(job: &Job) -> RgbImage {
    made(job, |_, _| None).image
}

fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519) >> 28;
        Rgb([(x * 2 + grain) as u8, (y * 2 + grain) as u8, (99 + grain) as u8])
    })
}

fn half(left: u8, right: u8) -> GrayImage {
    GrayImage::from_fn(64, 64, |x, _| Luma([if x < 32 { left } else { right }]))
}

fn inpainting(recipe: Recipe, mask: GrayImage) -> Job {
    Job { recipe, init: Some(photo(64, 64)), mask: Some(mask), ..Job::default() }
}

/// The whole way of a picture, as the window and the command line go it.
fn inpainted(picture: &RgbImage, mask: &GrayImage, recipe: &Recipe, model: ModelSize) -> (RgbImage, GrayImage) {
    let size = [picture.width(), picture.height()];
    let bounds = Region::of_mask(mask).unwrap();
    let plan = match recipe.area.resolved(size, model) {
        Area::Whole | Area::Auto => CropPlan::whole(size),
        Area::Masked => CropPlan::masked(size, bounds, recipe.padding, None, model),
    };
    let part = plan.part();
    let (left, top) = (part.left as u32, part.top as u32);
    let picture_part = image::imageops::crop_imm(picture, left, top, part.width(), part.height()).to_image();
    let mask_part = image::imageops::crop_imm(mask, left, top, part.width(), part.height()).to_image();
    let coverage = plan.coverage(&mask_part, recipe);
    let result = plan.laid_back(&made_plainly(&plan.job(recipe, &picture_part, &mask_part, &[])));
    let mut stitched = picture.clone();
    image::imageops::replace(&mut stitched, &composite(&picture_part, &result, &coverage), left.into(), top.into());
    (stitched, mask_part)
}

const TINY_MODEL: ModelSize = ModelSize { best_side: 64, multiple: 8 };

#[test]
fn a_crop_that_is_the_picture_makes_the_same_as_the_whole_picture() {
    let picture = photo(64, 64);
    let mask = GrayImage::from_fn(64, 64, |x, y| Luma([if x < 60 && y > 2 { 255 } else { 0 }]));
    let made = |area| inpainted(&picture, &mask, &Recipe { area, ..tiny() }, TINY_MODEL).0;
    assert_eq!(made(Area::Masked), made(Area::Whole));
}

#[test]
fn masks_of_every_kind_change_what_they_cover_and_nothing_else() {
    type Masked = fn(u32, u32) -> bool;
    let masks: [(&str, Masked); 6] = [
        ("one pixel", |x, y| (x, y) == (70, 33)),
        ("a corner", |x, y| x < 9 && y < 7),
        ("the border", |x, y| x == 0 || y == 0 || x == 149 || y == 90),
        ("two parts", |x, y| (10..20).contains(&x) && y < 30 || (120..131).contains(&x) && (60..77).contains(&y)),
        ("everything", |_, _| true),
        ("a thin line", |x, y| x == y + 20),
    ];
    let picture = photo(150, 91);
    for (name, masked) in masks {
        let mask = GrayImage::from_fn(150, 91, |x, y| Luma([if masked(x, y) { 255 } else { 0 }]));
        for (area, feather) in [(Area::Masked, 0), (Area::Masked, 5), (Area::Whole, 3)] {
            let recipe = Recipe { area, feather, steps: 2, ..tiny() };
            let (after, _) = inpainted(&picture, &mask, &recipe, TINY_MODEL);
            let changed = |wanted: bool| {
                let pixels = after.pixels().zip(picture.pixels()).zip(mask.pixels());
                pixels.filter(|((after, before), mask)| (mask.0[0] > 0) == wanted && after != before).count()
            };
            assert_eq!(changed(false), 0, "{name}, {area}, feather {feather}");
            assert!(changed(true) > 0, "{name}, {area}, feather {feather}");
        }
    }
}

#[test]
fn pictures_smaller_than_the_model_can_be_painted_on() {
    let picture = photo(20, 13);
    let mask = GrayImage::from_fn(20, 13, |x, _| Luma([if x > 9 { 255 } else { 0 }]));
    for area in Area::ALL {
        let (after, _) = inpainted(&picture, &mask, &Recipe { area, steps: 2, ..tiny() }, TINY_MODEL);
        assert_eq!(after.dimensions(), (20, 13));
        assert_eq!(after.get_pixel(9, 5), picture.get_pixel(9, 5));
    }
}

#[test]
fn every_fill_starts_another_picture_and_keeps_what_is_not_masked() {
    let mut seen: Vec<RgbImage> = Vec::new();
    for fill in Fill::ALL.into_iter().filter(|fill| *fill != Fill::Auto) {
        let job = inpainting(Recipe { fill, strength: 0.6, ..tiny() }, half(255, 0));
        let picture = made_plainly(&job);
        assert!((32..64).all(|x| (0..64).all(|y| picture.get_pixel(x, y) == photo(64, 64).get_pixel(x, y))), "{fill}");
        assert!(!seen.contains(&picture), "{fill}");
        seen.push(picture);
    }
    let auto = |strength| made_plainly(&inpainting(Recipe { strength, ..tiny() }, half(255, 0)));
    let explicit = |fill, strength| made_plainly(&inpainting(Recipe { fill, strength, ..tiny() }, half(255, 0)));
    assert_eq!(auto(0.6), explicit(Fill::Original, 0.6));
    assert_eq!(auto(0.9), explicit(Fill::EdgeColors, 0.9));
}

#[test]
fn a_strength_changed_while_a_picture_is_made_makes_what_that_strength_makes() {
    for (before, after) in [(0.9, 0.5), (0.4, 1.0)] {
        for soft in [false, true] {
            let job = |strength| inpainting(Recipe { strength, soft, ..tiny() }, half(255, 100));
            let mut steps = 0;
            let tweaked = made(&job(before), |step, _| {
                steps += 1;
                assert!(steps == 1 || step < steps, "it counts from the beginning again");
                (steps == 1).then(|| Tweak { strength: Some(after), ..Tweak::default() })
            });
            assert_eq!(tweaked.recipe.strength, after);
            assert_eq!(tweaked.image, made_plainly(&job(after)), "{before} to {after}, soft: {soft}");
        }
    }
}

#[test]
fn a_run_goes_on_from_any_step_with_another_prompt() {
    for sampler in [Sampler::Dpmpp2m, Sampler::EulerA] {
        let recipe = Recipe { sampler, ..tiny() };
        let mut branches = Vec::new();
        let first = made(&Job { recipe: recipe.clone(), branches: true, ..Job::default() }, |_, branch| {
            branches.push(branch.unwrap());
            None
        });
        assert_eq!(branches.len(), 6);
        let resumed = |prompt: &str, resume: Resume| {
            let recipe = Recipe { prompt: prompt.to_owned(), ..recipe.clone() };
            made_plainly(&Job { recipe, resume: Some(resume), ..Job::default() })
        };
        let from = |step: usize| Resume::Continue(Arc::clone(&branches[step - 1]));
        assert_eq!(resumed("a cat", from(2)), first.image, "{sampler}");
        // A1111's grammar says the same from the beginning.
        let edited = Recipe { prompt: "[a cat:the sea:3]".to_owned(), ..recipe.clone() };
        assert_eq!(resumed("the sea", from(3)), made_plainly(&Job { recipe: edited, ..Job::default() }), "{sampler}");

        let finished = |step: usize| resumed("a cat", Resume::Finish(Arc::clone(&branches[step - 1])));
        assert_ne!(finished(2), finished(5));
        assert_eq!(finished(6), first.image, "after the last step there is nothing left to predict");
    }
}

#[test]
fn a_step_is_not_continued_by_a_run_of_another_kind() {
    let mut branch = None;
    let job = Job { recipe: tiny(), branches: true, ..Job::default() };
    made(&job, |_, place| {
        branch = place;
        None
    });
    let resume = Some(Resume::Continue(branch.unwrap()));
    let job = Job { recipe: Recipe { width: 128, ..tiny() }, resume, ..Job::default() };
    let error = generate(&mut pipeline(), &job, &CancelToken::new(), &mut |_| None).unwrap_err();
    assert!(error.to_string().contains("at the size it was made at"), "{error}");
}

#[test]
fn regions_have_prompts_of_their_own_and_the_rest_is_the_recipes() {
    let region = |prompt: &str, strength| RegionRecipe { prompt: prompt.to_owned(), strength };
    let job = |prompt: &str, regions: Vec<RegionRecipe>, masks: Vec<GrayImage>| Job {
        recipe: Recipe { prompt: prompt.to_owned(), regions, ..tiny() },
        regions: masks,
        ..Job::default()
    };
    let plain = made_plainly(&job("a cat", vec![], vec![]));
    let close = |a: &RgbImage, b: &RgbImage| a.iter().zip(b.iter()).all(|(a, b)| a.abs_diff(*b) <= 1);
    // The same words everywhere are the same picture, and a region of everything is the whole picture.
    let same = job("a cat", vec![region("a cat", 1.0)], vec![half(255, 0)]);
    assert!(close(&made_plainly(&same), &plain));
    let all = job("the sea", vec![region("a cat", 1.0)], vec![half(255, 255)]);
    assert!(close(&made_plainly(&all), &plain));
    let other = job("a cat", vec![region("the sea", 1.0)], vec![half(255, 0)]);
    assert!(!close(&made_plainly(&other), &plain));

    let missing = job("a cat", vec![region("the sea", 1.0)], vec![]);
    let error = generate(&mut pipeline(), &missing, &CancelToken::new(), &mut |_| None).unwrap_err();
    assert!(error.to_string().contains("1 regions, but there are 0 masks"), "{error}");
}

#[test]
fn a_region_s_words_and_strength_can_change_while_a_picture_is_made() {
    let region = |prompt: &str, strength| RegionRecipe { prompt: prompt.to_owned(), strength };
    let job = |regions: Vec<RegionRecipe>| Job {
        recipe: Recipe { regions, fill: Fill::Original, strength: 0.9, ..tiny() },
        init: Some(photo(64, 64)),
        regions: vec![half(255, 0)],
        ..Job::default()
    };
    let tweaked = |after: RegionRecipe, at: usize| {
        made(&job(vec![region("a cat", 1.0)]), |step, _| {
            (step == at).then(|| Tweak { regions: Some(vec![after.clone()]), ..Tweak::default() })
        })
    };
    let other = tweaked(region("the sea", 1.0), 1);
    assert_eq!(other.recipe.regions[0].prompt, "the sea");
    assert_ne!(other.image, made_plainly(&job(vec![region("a cat", 1.0)])));
    let off = |picture: &RgbImage| -> u32 {
        picture.iter().zip(photo(64, 64).iter()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum()
    };
    assert!(off(&tweaked(region("a cat", 0.1), 1).image) < off(&other.image), "held back from then on");

    let mut refused = 0;
    let mut report = |report: Report| match report {
        Report::Step { step: 1, .. } => Some(Tweak { regions: Some(vec![]), ..Tweak::default() }),
        Report::NotChanged { .. } => {
            refused += 1;
            None
        }
        _ => None,
    };
    generate(&mut pipeline(), &job(vec![region("a cat", 1.0)]), &CancelToken::new(), &mut report).unwrap();
    assert_eq!(refused, 1, "a mask without words has none");
}

#[test]
fn regions_can_move_and_come_and_go_while_a_picture_is_made() {
    let region = |prompt: &str| RegionRecipe { prompt: prompt.to_owned(), strength: 1.0 };
    let job = Job {
        recipe: Recipe { regions: vec![region("a cat")], fill: Fill::Original, strength: 0.9, ..tiny() },
        init: Some(photo(64, 64)),
        regions: vec![half(255, 0)],
        ..Job::default()
    };
    let tweaked = |tweak: &Tweak| made(&job, |step, _| (step == 1).then(|| tweak.clone())).image;
    let is_kept = |picture: &RgbImage, columns: Range<u32>| {
        picture
            .enumerate_pixels()
            .filter(|(x, ..)| columns.contains(x))
            .all(|(x, y, p)| p == photo(64, 64).get_pixel(x, y))
    };
    let moved = tweaked(&Tweak { region_masks: Some(vec![half(0, 255)]), ..Tweak::default() });
    assert_eq!([is_kept(&moved, 0..32), is_kept(&moved, 32..64)], [true, false], "only where the mask is now");
    let joined = Tweak {
        regions: Some(vec![region("a cat"), region("the sea")]),
        region_masks: Some(vec![half(255, 0), half(0, 255)]),
        ..Tweak::default()
    };
    let joined = tweaked(&joined);
    assert_eq!([is_kept(&joined, 0..32), is_kept(&joined, 32..64)], [false, false]);
    let left =
        Tweak { regions: Some(vec![]), region_masks: Some(vec![]), mask: Some(half(0, 255)), ..Tweak::default() };
    assert!(is_kept(&tweaked(&left), 0..32), "its words are gone with its mask");

    for wrong in [vec![], vec![GrayImage::new(32, 64)]] {
        let mut refused = 0;
        let mut report = |report: Report| match report {
            Report::Step { step: 1, .. } => Some(Tweak { region_masks: Some(wrong.clone()), ..Tweak::default() }),
            Report::NotChanged { .. } => {
                refused += 1;
                None
            }
            _ => None,
        };
        generate(&mut pipeline(), &job, &CancelToken::new(), &mut report).unwrap();
        assert_eq!(refused, 1, "{} masks", wrong.len());
    }
}

#[test]
fn each_region_is_changed_by_its_own_strength() {
    let region = |strength| RegionRecipe { prompt: "the sea".to_owned(), strength };
    let quarter =
        |from: u32| GrayImage::from_fn(64, 64, |x, _| Luma([if (from..from + 16).contains(&x) { 255 } else { 0 }]));
    let job = Job {
        recipe: Recipe { regions: vec![region(1.0), region(0.2)], fill: Fill::Original, steps: 10, ..tiny() },
        init: Some(photo(64, 64)),
        regions: vec![quarter(0), quarter(48)],
        ..Job::default()
    };
    let after = made_plainly(&job);
    let change = |from: u32| {
        let pixels = (from..from + 16).flat_map(|x| (0..64).map(move |y| (x, y)));
        pixels
            .map(|(x, y)| u32::from(after.get_pixel(x, y).0[0].abs_diff(photo(64, 64).get_pixel(x, y).0[0])))
            .sum::<u32>()
    };
    assert_eq!((change(16), change(32)), (0, 0), "nobody asked for a change there");
    assert!(change(0) > 0 && change(48) > 0);
}

/// `tests/reference/grab_cut.py` made the values.
#[test]
fn a_subject_is_cut_out_as_by_opencv() {
    let folder = golden_folder().join("grab_cut");
    for name in ["astronaut", "coffee"] {
        let open = |what: &str| image::open(folder.join(format!("{name}{what}.png"))).unwrap();
        let mark = |level: &u8| match level {
            0 => Mark::Background,
            85 => Mark::MaybeBackground,
            170 => Mark::MaybeSubject,
            _ => Mark::Subject,
        };
        let marks: Vec<Mark> = open("-marks").into_luma8().iter().map(mark).collect();
        let found = grab_cut(&open("").into_rgb8(), &marks, 5, &|| false);
        let expected = open("-subject").into_luma8();
        let count = |both: fn(bool, bool) -> bool| {
            found.iter().zip(expected.iter()).filter(|(a, b)| both(**a > 0, **b > 0)).count() as f64
        };
        let overlap = count(|a, b| a && b) / count(|a, b| a || b);
        println!("{name}: intersection over union {overlap:.4}");
        assert!(overlap > 0.95, "{name}: {overlap}");
    }
}
