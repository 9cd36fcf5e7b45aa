//! Whole runs against diffusers' pipelines: `tests/reference/tasks.py` made the values, `TASKS.md` beside it says how.
#![allow(clippy::unwrap_used, reason = "a golden file that cannot be read fails the test")]

use std::collections::BTreeMap;
use std::path::Path;

use brushfire_engine::nn::{CancelToken, Compute, Precision};
use brushfire_engine::tasks::{Outcome, Pipeline, Report, Vocabulary, generate, generate_from_noise};
use brushfire_engine::{Fill, Job, Latents, Recipe, Sampler, Schedule, Tweak};
use brushfire_tests::{assets_folder, golden_folder, test_device};
use image::{GrayImage, Luma, Rgb, RgbImage};
use safetensors::SafeTensors;
use serde::Deserialize;

#[derive(Deserialize)]
struct Document {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    unet: String,
    sampler: String,
    schedule: String,
    noises: usize,
    #[serde(default)]
    prompt: serde_json::Value,
    #[serde(default)]
    negative_prompt: serde_json::Value,
    guidance_scale: f32,
    #[serde(default)]
    guidance_rescale: f32,
    num_inference_steps: u32,
    #[serde(default)]
    strength: Option<f32>,
    #[serde(default)]
    mask_image: Option<String>,
    #[serde(default)]
    soft: bool,
    #[serde(default)]
    decoded: bool,
}

/// Values and shapes by name.
struct Golden(BTreeMap<String, (Vec<usize>, Vec<f32>)>);

impl Golden {
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let values = |view: &safetensors::tensor::TensorView<'_>| match view.dtype() {
            safetensors::Dtype::U8 => view.data().iter().map(|byte| f32::from(*byte)).collect(),
            _ => view.data().chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect(),
        };
        Self(tensors.iter().map(|(name, view)| (name.to_owned(), (view.shape().to_vec(), values(&view)))).collect())
    }

    fn values(&self, name: &str) -> &[f32] {
        &self.0[name].1
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        self.values(name).iter().map(|value| *value as u8).collect()
    }

    fn latents(&self, name: &str) -> Option<Latents> {
        let (shape, values) = self.0.get(name)?;
        Some(Latents { shape: shape.as_slice().try_into().unwrap(), values: values.clone() })
    }
}

/// The tiny model with another UNet, as a folder.
fn folder_with_unet(unet: &str, at: &Path) {
    copy(&golden_folder().join("tiny-sd"), at);
    if unet != "tiny-sd" {
        copy(&golden_folder().join(unet), &at.join("unet"));
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

fn pipeline(unet: &str) -> Pipeline {
    let folder = tempfile::tempdir().unwrap();
    folder_with_unet(unet, folder.path());
    let compute = Compute::new(&test_device(), Precision::F32);
    Pipeline::load(folder.path(), &Vocabulary(Path::new("unused").to_owned()), &compute, &CancelToken::new()).unwrap()
}

fn job(case: &Case, golden: &Golden) -> Job {
    let latents = golden.latents(&format!("{}.latents", case.name));
    let [height, width] =
        latents.as_ref().map_or([64, 64], |latents| [latents.shape[2], latents.shape[3]].map(|side| side as u32 * 8));
    let recipe = Recipe {
        prompt: case.prompt.as_str().unwrap_or_default().to_owned(),
        negative_prompt: case.negative_prompt.as_str().unwrap_or_default().to_owned(),
        sampler: case.sampler.parse::<Sampler>().unwrap(),
        schedule: (case.schedule != "none").then(|| case.schedule.parse::<Schedule>().unwrap()),
        steps: case.num_inference_steps,
        guidance: case.guidance_scale.max(1.0),
        guidance_rescale: case.guidance_rescale,
        strength: case.strength.unwrap_or(1.0),
        soft: case.soft,
        // diffusers starts from what is there, whatever the strength.
        fill: Fill::Original,
        width,
        height,
        ..Recipe::default()
    };
    Job {
        recipe,
        init: case.strength.map(|_| RgbImage::from_raw(64, 64, golden.bytes("picture")).unwrap()),
        mask: case.mask_image.as_ref().map(|_| GrayImage::from_raw(64, 64, golden.bytes("mask")).unwrap()),
        noise: latents,
        ..Job::default()
    }
}

fn run(pipeline: &mut Pipeline, case: &Case, golden: &Golden) -> Outcome {
    let mut drawn = 0;
    let mut draw = || {
        let name = format!("{}.noise.{drawn}", case.name);
        drawn += 1;
        // And in others ours does.
        golden.0.get(&name).map_or_else(
            || vec![0.0; golden.values(&format!("{}.latents_out", case.name)).len()],
            |(_, values)| values.clone(),
        )
    };
    let outcome =
        generate_from_noise(pipeline, &job(case, golden), &mut draw, &CancelToken::new(), &mut |_| None).unwrap();
    // diffusers draws in some solvers' last step too, to no effect.
    assert!(drawn + 1 >= case.noises, "{}: only {drawn} of {} draws", case.name, case.noises);
    outcome
}

fn relative_error(found: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
    let off = square(&mut found.iter().zip(expected).map(|(a, b)| f64::from(a - b)));
    off / square(&mut expected.iter().map(|value| f64::from(*value)))
}

/// Runs every case whose name begins so and compares latents, and pictures where they were recorded.
fn agree(unet: &str, begins: &str, wanted: usize) {
    let golden = Golden::read(&golden_folder().join("tasks.safetensors"));
    let document: Document =
        serde_json::from_slice(&std::fs::read(golden_folder().join("tasks.json")).unwrap()).unwrap();
    let mut pipeline = pipeline(unet);
    let mut compared = 0;
    for case in document.cases.iter().filter(|case| case.unet == unet && case.name.starts_with(begins)) {
        // A recipe has one prompt; a batch of two was recorded for those who read it otherwise.
        if case.prompt.is_array() {
            continue;
        }
        let outcome = run(&mut pipeline, case, &golden);
        let error = relative_error(&outcome.latents.values, golden.values(&format!("{}.latents_out", case.name)));
        assert!(error < 1e-4, "{}: relative error {error:e}", case.name);
        if case.decoded && case.mask_image.is_none() {
            let decoded = golden.values(&format!("{}.decoded", case.name));
            assert_pictures_agree(&case.name, &outcome.pictures[0].image, decoded);
        }
        compared += 1;
    }
    assert_eq!(compared, wanted, "cases that begin with {begins}");
}

/// Within one level: rounding may fall to either side.
fn assert_pictures_agree(name: &str, picture: &RgbImage, decoded: &[f32]) {
    let area = decoded.len() / 3;
    for (index, pixel) in picture.pixels().enumerate() {
        for (channel, level) in pixel.0.into_iter().enumerate() {
            let expected = ((decoded[channel * area + index].clamp(-1.0, 1.0) + 1.0) * 127.5).round();
            assert!((f32::from(level) - expected).abs() <= 1.0, "{name}: pixel {index}: {level} and not {expected}");
        }
    }
}

#[test]
fn text_to_image_is_that_of_diffusers_with_every_solver_it_has() {
    agree("tiny-sd", "text.", 20);
}

#[test]
fn image_to_image_is_that_of_diffusers() {
    agree("tiny-sd", "image.", 7);
}

#[test]
fn inpainting_with_an_ordinary_model_is_that_of_diffusers() {
    agree("tiny-sd", "inpaint.", 5);
}

#[test]
fn soft_inpainting_is_differential_diffusion() {
    agree("tiny-sd", "soft.", 5);
}

#[test]
fn inpainting_with_a_nine_channel_model_is_that_of_diffusers() {
    agree("tiny-unet-inpaint", "inpaint9.", 4);
}

/// Makes a picture of the tiny model, changed after some steps; also whether a change was refused.
fn changed_while_it_is_made(unet: &str, job: &Job, changes: &[(usize, Tweak)]) -> (brushfire_engine::Picture, bool) {
    let mut refused = false;
    let mut report = |report: Report| match report {
        Report::Step { step, .. } => changes.iter().find(|(after, _)| *after == step).map(|(_, tweak)| tweak.clone()),
        Report::NotChanged { .. } => {
            refused = true;
            None
        }
        Report::Decoding => None,
    };
    let mut outcome = generate(&mut pipeline(unet), job, &CancelToken::new(), &mut report).unwrap();
    (outcome.pictures.remove(0), refused)
}

#[test]
fn a_prompt_or_guidance_changed_while_a_picture_is_made_counts_from_the_next_step() {
    let recipe = Recipe { prompt: "a cat".to_owned(), width: 64, height: 64, steps: 6, ..Recipe::default() };
    let job = |prompt: &str| Job { recipe: Recipe { prompt: prompt.to_owned(), ..recipe.clone() }, ..Job::default() };
    let prompt = |prompt: &str| Tweak { prompt: Some(prompt.to_owned()), ..Tweak::default() };
    let made = |text: &str, changes: &[(usize, Tweak)]| changed_while_it_is_made("tiny-sd", &job(text), changes).0;
    let changed = made("a cat", &[(3, prompt("the sea"))]);
    assert_eq!(changed.recipe.prompt, "the sea");
    // A1111's grammar says the same beforehand.
    assert_eq!(changed.image, made("[a cat:the sea:3]", &[]).image);
    assert_ne!(changed.image, made("a cat", &[]).image);
    assert_eq!(made("a cat", &[(6, prompt("the sea"))]).recipe.prompt, "a cat", "too late");

    let unguided = made("a cat", &[(3, Tweak { guidance: Some(1.0), ..Tweak::default() })]);
    assert_ne!(unguided.image, made("a cat", &[]).image);
    let wrong = Tweak { guidance: Some(f32::NAN), ..Tweak::default() };
    let (picture, refused) = changed_while_it_is_made("tiny-sd", &job("a cat"), &[(3, wrong)]);
    assert!(refused && picture.image == made("a cat", &[]).image);
}

#[test]
fn a_mask_changed_while_a_picture_is_made_decides_what_is_kept() {
    let init = RgbImage::from_fn(64, 64, |x, y| Rgb([x as u8 * 4, y as u8 * 4, 99]));
    let half = |left: u8, right: u8| GrayImage::from_fn(64, 64, |x, _| Luma([if x < 32 { left } else { right }]));
    let mask = |mask| Tweak { mask: Some(mask), ..Tweak::default() };
    for (unet, soft) in [("tiny-sd", false), ("tiny-sd", true), ("tiny-unet-inpaint", false)] {
        let recipe = Recipe { width: 64, height: 64, steps: 6, soft, ..Recipe::default() };
        let job = Job { recipe, init: Some(init.clone()), mask: Some(half(255, 0)), ..Job::default() };
        let changes = [(2, mask(GrayImage::new(8, 8))), (3, mask(half(0, 255)))];
        let (picture, refused) = changed_while_it_is_made(unet, &job, &changes);
        assert!(refused, "a mask of another size");
        let changed = |from: u32| {
            (from..from + 32).any(|x| (0..64).any(|y| picture.image.get_pixel(x, y) != init.get_pixel(x, y)))
        };
        assert_eq!([changed(0), changed(32)], [false, true], "{unet}, soft: {soft}");
    }
}

#[test]
fn a_text_encoder_that_knows_fewer_tokens_than_the_vocabulary_is_refused_with_the_reason() {
    // A single file brings no tokenizer, so OpenAI's 49408 tokens are used; the tiny model knows 914 of them.
    let compute = Compute::new(&test_device(), Precision::F32);
    let vocabulary = Vocabulary(assets_folder().join("tokenizer/bpe_simple_vocab_16e6.txt.gz"));
    for file in ["tiny-sd.safetensors", "tiny-sd.ckpt"] {
        let path = golden_folder().join(file);
        let mut pipeline = Pipeline::load(&path, &vocabulary, &compute, &CancelToken::new()).unwrap();
        let recipe = Recipe { prompt: "a horse".to_owned(), width: 64, height: 64, ..Recipe::default() };
        let job = Job { recipe, ..Job::default() };
        let error = generate(&mut pipeline, &job, &CancelToken::new(), &mut |_| None).unwrap_err();
        assert!(error.to_string().contains("token"), "{file}: {error}");
    }
}
