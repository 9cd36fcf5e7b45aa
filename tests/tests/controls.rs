//! Networks that follow hints, alone and in whole runs, against diffusers: `tests/reference/controlnet.py` made the values.
#![allow(clippy::unwrap_used, reason = "a golden file that cannot be read fails the test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use brushfire_engine::checkpoint::config::{PerBlock, UnetConfig};
use brushfire_engine::checkpoint::detect::{Generation, Kind, detect};
use brushfire_engine::checkpoint::{ControlConfig, Source, inspect, open_control, open_source};
use brushfire_engine::models::{ControlInput, ControlNetwork, ControlResiduals, UNet2dConditionModel};
use brushfire_engine::nn::{CancelToken, Compute, Precision};
use brushfire_engine::tasks::{Outcome, Pipeline, Report, TaskError, Vocabulary, generate, generate_from_noise};
use brushfire_engine::{
    ControlMode, ControlRecipe, Event, Fill, HintKind, Job, Latents, Recipe, RegionRecipe, Sampler, Tweak,
    find_control, known_controls,
};
use brushfire_tests::{HeardEngine, golden_folder, settings, test_device, test_gpu};
use burn::tensor::{Device, Tensor};
use image::{GrayImage, Luma, Rgb, RgbImage};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

/// The CPU repeats PyTorch's f32 arithmetic in another order; GPUs may fuse and round more.
const CPU_TOLERANCE: f64 = 1e-5;
const GPU_TOLERANCE: f64 = 1e-3;
/// Over five steps differences grow a little.
const RUN_TOLERANCE: f64 = 1e-4;

fn tolerance() -> f64 {
    if test_gpu().is_some() { GPU_TOLERANCE } else { CPU_TOLERANCE }
}

fn golden(name: &str) -> PathBuf {
    golden_folder().join(name)
}

/// The CPU's own kernels, and those that GPUs use; or the GPU that was asked for.
fn computes() -> Vec<Compute> {
    if let Some(gpu) = test_gpu() {
        return vec![Compute::new(gpu, Precision::F32)];
    }
    let own = Compute::new(&Device::flex(), Precision::F32);
    vec![own.clone(), own.with_burn_kernels()]
}

/// Values and shapes by name.
struct Golden(BTreeMap<String, (Vec<usize>, Vec<f32>)>);

impl Golden {
    fn read(file: &str) -> Self {
        let bytes = std::fs::read(golden(file)).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let values = |view: &TensorView<'_>| match view.dtype() {
            Dtype::U8 => view.data().iter().map(|byte| f32::from(*byte)).collect(),
            _ => view.data().chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect(),
        };
        Self(tensors.iter().map(|(name, view)| (name.to_owned(), (view.shape().to_vec(), values(&view)))).collect())
    }

    fn values(&self, name: &str) -> &[f32] {
        &self.0.get(name).unwrap_or_else(|| panic!("no golden `{name}`")).1
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        self.values(name).iter().map(|value| *value as u8).collect()
    }

    fn picture(&self, name: &str) -> RgbImage {
        RgbImage::from_raw(64, 64, self.bytes(name)).unwrap()
    }

    fn latents(&self, name: &str) -> Option<Latents> {
        let (shape, values) = self.0.get(name)?;
        Some(Latents { shape: shape.as_slice().try_into().unwrap(), values: values.clone() })
    }

    fn tensor<const D: usize>(&self, name: &str, compute: &Compute) -> Tensor<D> {
        let (shape, values) = &self.0[name];
        compute.tensor(values.clone(), shape.as_slice().try_into().unwrap())
    }

    fn check<const D: usize>(&self, name: &str, found: Tensor<D>) {
        assert_eq!(found.dims().as_slice(), self.0[name].0.as_slice(), "shape of {name}");
        let error = relative_error(&Compute::values(found).unwrap(), self.values(name));
        println!("{name}: {error:.1e}");
        assert!(error < tolerance(), "{name}: relative error {error:e}");
    }

    fn check_residuals(&self, name: &str, found: ControlResiduals) {
        for (index, residual) in found.down.into_iter().enumerate() {
            self.check(&format!("{name}.down.{index}"), residual);
        }
        self.check(&format!("{name}.mid"), found.mid.unwrap());
    }
}

fn relative_error(found: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
    let off = square(&mut found.iter().zip(expected).map(|(a, b)| f64::from(a - b)));
    off / square(&mut expected.iter().map(|value| f64::from(*value)))
}

/// The networks' files by the names of their goldens.
const CONTROLNETS: [(&str, &str); 4] = [
    ("first", "tiny-controlnet"),
    ("second", "tiny-controlnet-second.safetensors"),
    ("small", "tiny-controlnet-small"),
    ("text-time", "tiny-controlnet-text-time"),
];

fn network(file: &str, compute: &Compute) -> ControlNetwork {
    let files = open_control(&golden(file)).unwrap();
    ControlNetwork::load(&files.network.config, &*files.network.tensors, compute).unwrap()
}

fn residuals(
    network: &ControlNetwork,
    goldens: &Golden,
    case: &str,
    hint: &str,
    scales: impl Fn(usize) -> Vec<f32>,
) -> ControlResiduals {
    let ControlNetwork::ControlNet(network) = network else { panic!("no ControlNet") };
    let compute = network.compute();
    let cancel = CancelToken::new();
    let hint = network.embed(goldens.tensor(hint, compute), &cancel).unwrap();
    let text = goldens.tensor::<3>(&format!("{case}.encoder_hidden_states"), compute);
    let latents = goldens.tensor::<4>(&format!("{case}.sample"), compute);
    let input = ControlInput { latents, timestep: 321.0, text: &text, hint: &hint };
    network.forward(input, &scales(network.outputs()), &cancel).unwrap()
}

#[test]
fn controlnets_of_folders_and_single_files_add_what_diffusers_adds() {
    let goldens = Golden::read("controlnet.safetensors");
    for compute in computes() {
        for (name, file) in CONTROLNETS {
            let network = network(file, &compute);
            let case = format!("{name}.square");
            let found = residuals(&network, &goldens, &case, "hint.square", |outputs| vec![0.7; outputs]);
            goldens.check_residuals(&format!("{case}.plain"), found);
            let guess = |outputs| brushfire_engine::control::controlnet_weights(ControlMode::Guess, 1.0, outputs);
            goldens
                .check_residuals(&format!("{case}.guess"), residuals(&network, &goldens, &case, "hint.square", guess));
        }
        let found =
            residuals(&network("tiny-controlnet", &compute), &goldens, "first.odd", "hint.odd", |n| vec![0.7; n]);
        goldens.check_residuals("first.odd.plain", found);
    }
}

#[test]
fn a_network_that_pools_adds_one_number_a_channel() {
    let goldens = Golden::read("controlnet.safetensors");
    let compute = computes().remove(0);
    let files = open_control(&golden("tiny-controlnet")).unwrap();
    let ControlConfig::ControlNet(mut config) = files.network.config else { panic!("no ControlNet") };
    config.global_pool_conditions = true;
    let config = ControlConfig::ControlNet(config);
    let network = ControlNetwork::load(&config, &*files.network.tensors, &compute).unwrap();
    let found = residuals(&network, &goldens, "first.square", "hint.square", |outputs| vec![1.0; outputs]);
    goldens.check_residuals("pooled", found);
}

#[test]
fn adapters_full_gray_and_light_agree_with_diffusers() {
    let goldens = Golden::read("controlnet.safetensors");
    for compute in computes() {
        let config = std::fs::read_to_string(golden("tiny-sd/unet/config.json")).unwrap();
        let weights = open_source(&golden("tiny-sd/unet/diffusion_pytorch_model.safetensors")).unwrap();
        let unet = UnetConfig::from_json(&config).unwrap();
        let unet = UNet2dConditionModel::load(&unet, weights.as_ref(), &compute).unwrap();
        let files = [
            ("full", "tiny-adapter"),
            ("gray", "tiny-adapter-gray.safetensors"),
            ("light", "tiny-adapter-light.safetensors"),
        ];
        for (name, file) in files {
            let ControlNetwork::Adapter(adapter) = network(file, &compute) else { panic!("no adapter") };
            let cancel = CancelToken::new();
            let hint = goldens.tensor::<4>("hint.odd", &compute).narrow(1, 0, adapter.hint_channels());
            let features = adapter.features(hint, &cancel).unwrap();
            for (level, feature) in features.iter().enumerate() {
                goldens.check(&format!("adapter.{name}.feature.{level}"), feature.clone());
            }
            let control = ControlResiduals { features, ..ControlResiduals::default() };
            let case = |what: &str| format!("adapter.{name}.{what}");
            let text = goldens.tensor(&case("encoder_hidden_states"), &compute);
            let sample = goldens.tensor(&case("sample"), &compute);
            let output = unet.forward(sample, 500.0, text, Some(&control), &cancel).unwrap();
            goldens.check(&case("output"), output);
        }
    }
}

/// A pipeline of the tiny model with one of the golden UNets.
fn pipeline(unet: &str) -> Pipeline {
    let folder = tempfile::tempdir().unwrap();
    copy(&golden("tiny-sd"), folder.path());
    if unet != "tiny-sd" {
        copy(&golden(unet), &folder.path().join("unet"));
    }
    let compute = Compute::new(&test_device(), Precision::F32);
    Pipeline::load(folder.path(), &Vocabulary(Path::new("unused").to_owned()), &compute, &CancelToken::new()).unwrap()
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

fn with_controls(unet: &str, files: &[&str]) -> Pipeline {
    let mut pipeline = pipeline(unet);
    let paths: Vec<PathBuf> = files.iter().map(|file| golden(file)).collect();
    pipeline.load_controls(&paths, &CancelToken::new()).unwrap();
    pipeline
}

/// A run of `control-tasks.json`, and how its hints are followed.
struct Run<'a> {
    name: &'a str,
    unet: &'a str,
    networks: &'a [&'a str],
    controls: Vec<ControlRecipe>,
    sampler: Sampler,
    guidance: f32,
    strength: Option<f32>,
    masked: bool,
}

impl Default for Run<'_> {
    fn default() -> Self {
        Self {
            name: "",
            unet: "tiny-sd",
            networks: &["tiny-controlnet"],
            controls: vec![control()],
            sampler: Sampler::Euler,
            guidance: 7.5,
            strength: None,
            masked: false,
        }
    }
}

fn control() -> ControlRecipe {
    ControlRecipe::default()
}

impl Run<'_> {
    fn job(&self, goldens: &Golden) -> Job {
        let recipe = Recipe {
            prompt: "a photograph of an astronaut riding a horse".to_owned(),
            negative_prompt: "blurry, low quality".to_owned(),
            sampler: self.sampler,
            steps: 5,
            guidance: self.guidance,
            strength: self.strength.unwrap_or(1.0),
            fill: Fill::Original,
            width: 64,
            height: 64,
            controls: self.controls.clone(),
            ..Recipe::default()
        };
        let hint = |(control, name): (&ControlRecipe, &str)| {
            (control.kind != HintKind::Inpaint).then(|| goldens.picture(name))
        };
        Job {
            recipe,
            init: self.strength.map(|_| goldens.picture("picture")),
            mask: self.masked.then(|| GrayImage::from_raw(64, 64, goldens.bytes("mask")).unwrap()),
            hints: self.controls.iter().zip(hint_names(self.name)).map(hint).collect(),
            noise: goldens.latents(&format!("{}.latents", self.name)),
            ..Job::default()
        }
    }

    fn agrees(self) {
        let goldens = Golden::read("control-tasks.safetensors");
        let mut drawn = 0;
        let mut draw = || {
            drawn += 1;
            goldens.values(&format!("{}.noise.{}", self.name, drawn - 1)).to_vec()
        };
        let mut pipeline = with_controls(self.unet, self.networks);
        let job = self.job(&goldens);
        let outcome = generate_from_noise(&mut pipeline, &job, &mut draw, &CancelToken::new(), &mut |_| None).unwrap();
        let error = relative_error(&outcome.latents.values, goldens.values(&format!("{}.latents_out", self.name)));
        println!("{}: {error:.1e}", self.name);
        assert!(error < RUN_TOLERANCE, "{}: relative error {error:e}", self.name);
    }
}

fn hint_names(case: &str) -> [&'static str; 2] {
    if case == "two" { ["sketch", "other"] } else { ["sketch", "sketch"] }
}

#[test]
fn pictures_with_one_hint_are_those_of_diffusers() {
    let weighed = ControlRecipe { weight: 0.8, ..control() };
    Run { name: "one", controls: vec![weighed], ..Run::default() }.agrees();
    Run { name: "one.dpmpp-2m", sampler: Sampler::Dpmpp2m, ..Run::default() }.agrees();
    Run { name: "one.unguided", guidance: 1.0, ..Run::default() }.agrees();
    Run { name: "single-file", networks: &["tiny-controlnet-second.safetensors"], ..Run::default() }.agrees();
}

#[test]
fn steps_without_the_hint_and_guess_mode_are_those_of_diffusers() {
    let ranged = ControlRecipe { start: 0.2, end: 0.6, ..control() };
    Run { name: "one.range", controls: vec![ranged], ..Run::default() }.agrees();
    let guess = ControlRecipe { mode: ControlMode::Guess, ..control() };
    Run { name: "one.guess", controls: vec![guess], ..Run::default() }.agrees();
}

#[test]
fn two_hints_at_once_are_those_of_diffusers() {
    let controls = vec![
        ControlRecipe { weight: 0.7, end: 0.8, ..control() },
        ControlRecipe { weight: 0.5, start: 0.2, ..control() },
    ];
    let networks = &["tiny-controlnet", "tiny-controlnet-second.safetensors"];
    Run { name: "two", networks, controls, ..Run::default() }.agrees();
}

#[test]
fn image_to_image_and_inpainting_with_hints_are_those_of_diffusers() {
    let late = ControlRecipe { end: 0.7, ..control() };
    Run { name: "image", strength: Some(0.6), controls: vec![late], ..Run::default() }.agrees();
    let inpaint = ControlRecipe { kind: HintKind::Inpaint, ..control() };
    let masked = || Run { strength: Some(0.75), masked: true, ..Run::default() };
    Run { name: "inpaint", controls: vec![inpaint.clone()], ..masked() }.agrees();
    let networks = &["tiny-controlnet", "tiny-controlnet-second.safetensors"];
    let controls = vec![inpaint, ControlRecipe { weight: 0.5, ..control() }];
    Run { name: "inpaint.two", networks, controls, ..masked() }.agrees();
}

#[test]
fn a_nine_channel_model_follows_hints_as_in_diffusers() {
    let networks = &["tiny-controlnet-small"];
    Run { name: "inpaint9", unet: "tiny-unet-inpaint", networks, strength: Some(1.0), masked: true, ..Run::default() }
        .agrees();
}

#[test]
fn pictures_with_adapters_are_those_of_diffusers() {
    let weighed = ControlRecipe { weight: 0.8, ..control() };
    Run { name: "adapter", networks: &["tiny-adapter"], controls: vec![weighed], ..Run::default() }.agrees();
    Run { name: "adapter.gray", networks: &["tiny-adapter-gray.safetensors"], ..Run::default() }.agrees();
}

/// A network stored as differences, made from the second one and the UNet.
fn difference_file(folder: &Path) -> PathBuf {
    let whole = open_source(&golden("tiny-controlnet-second.safetensors")).unwrap();
    let base = open_source(&golden("tiny-sd.safetensors")).unwrap();
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    for name in whole.names() {
        let mut values = whole.read_f32(&name).unwrap();
        let of_unet = name.replace("control_model.", "model.diffusion_model.");
        if base.info(&of_unet).is_some() {
            values.iter_mut().zip(base.read_f32(&of_unet).unwrap()).for_each(|(value, base)| *value -= base);
        }
        let bytes = values.into_iter().flat_map(f32::to_le_bytes).collect();
        tensors.push((name.clone(), whole.info(&name).unwrap().shape, bytes));
    }
    tensors.push(("difference".to_owned(), vec![1], 1f32.to_le_bytes().to_vec()));
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| (name.clone(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    let path = folder.join("diff_control_sd15_canny.safetensors");
    std::fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
    path
}

#[test]
fn a_network_stored_as_differences_is_made_whole_by_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = difference_file(folder.path());
    let shown = inspect(&path).unwrap();
    assert!(shown.architecture.contains("stored as differences") && shown.usable, "{shown}");
    let goldens = Golden::read("control-tasks.safetensors");
    let mut pipeline = pipeline_in(folder.path());
    pipeline.load_controls(&[path], &CancelToken::new()).unwrap();
    let job = Run { name: "single-file", ..Run::default() }.job(&goldens);
    let outcome = run(&mut pipeline, &job).unwrap();
    let error = relative_error(&outcome.latents.values, goldens.values("single-file.latents_out"));
    assert!(error < RUN_TOLERANCE, "relative error {error:e}");
}

/// The tiny model in a folder that stays: differences are read from it again.
fn pipeline_in(folder: &Path) -> Pipeline {
    let model = folder.join("tiny-sd");
    copy(&golden("tiny-sd"), &model);
    let compute = Compute::new(&test_device(), Precision::F32);
    Pipeline::load(&model, &Vocabulary(Path::new("unused").to_owned()), &compute, &CancelToken::new()).unwrap()
}

fn run(pipeline: &mut Pipeline, job: &Job) -> Result<Outcome, TaskError> {
    generate(pipeline, job, &CancelToken::new(), &mut |_| None)
}

fn sketch() -> RgbImage {
    RgbImage::from_fn(64, 64, |x, y| Rgb([if x.abs_diff(y) < 3 { 255 } else { 0 }; 3]))
}

fn job(control: ControlRecipe) -> Job {
    let recipe = Recipe {
        prompt: "a cat".to_owned(),
        width: 64,
        height: 64,
        steps: 4,
        controls: vec![control],
        ..Recipe::default()
    };
    Job { recipe, hints: vec![Some(sketch())], ..Job::default() }
}

fn without_hints(job: &Job) -> Job {
    Job { recipe: Recipe { controls: Vec::new(), ..job.recipe.clone() }, hints: Vec::new(), ..job.clone() }
}

#[test]
fn every_mode_makes_another_picture_and_weight_nothing_none() {
    let mut pipeline = with_controls("tiny-sd", &["tiny-controlnet"]);
    let mut made = |control: ControlRecipe| run(&mut pipeline, &job(control)).unwrap().latents.values;
    let mut pictures: Vec<Vec<f32>> =
        ControlMode::ALL.into_iter().map(|mode| made(ControlRecipe { mode, ..control() })).collect();
    let weightless = made(ControlRecipe { weight: 0.0, ..control() });
    pictures.push(weightless.clone());
    for (index, a) in pictures.iter().enumerate() {
        assert!(pictures[..index].iter().all(|b| relative_error(a, b) > 1e-5));
    }
    let plain = run(&mut pipeline, &without_hints(&job(control()))).unwrap();
    assert_eq!(plain.latents.values, weightless);
}

#[test]
fn a_batch_makes_what_its_pictures_make_alone() {
    for (file, mode) in [("tiny-controlnet", ControlMode::Control), ("tiny-adapter", ControlMode::Control)] {
        let mut pipeline = with_controls("tiny-sd", &[file]);
        let alone = job(ControlRecipe { mode, ..control() });
        let mut both = alone.clone();
        both.recipe.batch = 2;
        let mut other = alone.clone();
        other.recipe.seed += 1;
        let mut expected = run(&mut pipeline, &alone).unwrap().latents.values;
        expected.extend(run(&mut pipeline, &other).unwrap().latents.values);
        assert!(relative_error(&run(&mut pipeline, &both).unwrap().latents.values, &expected) < 1e-4, "{file}");
    }
}

#[test]
fn the_prompt_of_a_region_meets_the_hint_too() {
    let mut pipeline = with_controls("tiny-sd", &["tiny-controlnet"]);
    let mut plain = job(ControlRecipe { mode: ControlMode::Control, ..control() });
    let whole = run(&mut pipeline, &plain).unwrap().latents.values;
    plain.recipe.regions = vec![RegionRecipe { prompt: "a cat".to_owned(), ..RegionRecipe::default() }];
    plain.regions = vec![GrayImage::from_fn(64, 64, |x, _| Luma([if x < 32 { 255 } else { 0 }]))];
    // The same words in the region: the same picture, if the hint reaches both predictions alike.
    let with_region = run(&mut pipeline, &plain).unwrap().latents.values;
    assert!(relative_error(&with_region, &whole) < 1e-4);
}

#[test]
fn a_tile_hint_without_a_picture_is_the_picture_itself() {
    let mut pipeline = with_controls("tiny-sd", &["tiny-controlnet"]);
    let mut tile = job(ControlRecipe { kind: HintKind::Tile, ..control() });
    tile.hints.clear();
    let error = run(&mut pipeline, &tile).unwrap_err().to_string();
    assert!(error.contains("the tile hint has no picture"), "{error}");
    tile.init = Some(sketch());
    tile.recipe.strength = 0.75;
    let own = run(&mut pipeline, &tile).unwrap().latents.values;
    tile.hints = vec![Some(sketch())];
    assert_eq!(run(&mut pipeline, &tile).unwrap().latents.values, own);
    tile.hints = vec![Some(RgbImage::new(0, 0))];
    let error = run(&mut pipeline, &tile).unwrap_err().to_string();
    assert!(error.contains("empty picture"), "{error}");
}

/// Latents of a run that was changed after some steps; also whether a change was refused.
fn changed_while_it_is_made(job: &Job, changes: &[(usize, Tweak)]) -> (Vec<f32>, bool) {
    let mut refused = false;
    let mut report = |report: Report| match report {
        Report::Step { step, .. } => changes.iter().find(|(after, _)| *after == step).map(|(_, tweak)| tweak.clone()),
        Report::NotChanged { .. } => {
            refused = true;
            None
        }
        Report::Decoding => None,
    };
    let mut pipeline = with_controls("tiny-sd", &["tiny-controlnet"]);
    let outcome = generate(&mut pipeline, job, &CancelToken::new(), &mut report).unwrap();
    (outcome.latents.values, refused)
}

#[test]
fn how_a_hint_is_followed_may_change_while_a_picture_is_made() {
    let whole = job(control());
    let controls = |control| Tweak { controls: Some(vec![control]), ..Tweak::default() };
    // Switched off after half of the steps: what an end at half says beforehand.
    let (off, refused) = changed_while_it_is_made(&whole, &[(2, controls(ControlRecipe { weight: 0.0, ..control() }))]);
    let (half, _) = changed_while_it_is_made(&job(ControlRecipe { end: 0.5, ..control() }), &[]);
    assert!(!refused && off == half);
    let (all, _) = changed_while_it_is_made(&whole, &[]);
    assert_ne!(all, half);

    let other = ControlRecipe { model: "another".to_owned(), ..control() };
    let (same, refused) = changed_while_it_is_made(&whole, &[(2, controls(other))]);
    assert!(refused && same == all, "another network is not taken");
}

#[test]
fn another_hint_drawn_while_a_picture_is_made_counts_from_the_next_step() {
    let black = RgbImage::new(64, 64);
    let hint = |picture: &RgbImage| Tweak { hints: [(0, Some(picture.clone()))].into(), ..Tweak::default() };
    let whole = job(control());
    let (drawn, refused) = changed_while_it_is_made(&whole, &[(2, hint(&black))]);
    let (sketched, _) = changed_while_it_is_made(&whole, &[]);
    assert!(!refused && drawn != sketched);
    // And back: a hint that was changed twice before a step is the last.
    let both = hint(&sketch()).or(hint(&black));
    assert_eq!(changed_while_it_is_made(&whole, &[(2, both)]).0, sketched);
}

#[test]
fn the_published_controlnet_maps_wholly_with_and_without_its_prefix() {
    let Some(shapes) = published("ControlNet-v1-SD.txt") else { return };
    for prefix in ["", "control_model."] {
        let source = Names(shapes.iter().map(|(name, shape)| (format!("{prefix}{name}"), shape.clone())).collect());
        assert_eq!(detect(&source), Kind::ControlNet(Some(Generation::Sd1)));
        let config = brushfire_engine::checkpoint::infer::controlnet(&source, prefix).unwrap();
        config.check().unwrap();
        assert_eq!(config.embedding_channels(), [16, 32, 96, 256]);
        assert_eq!(config.unet.cross_attention_dim, PerBlock::All(768));
        let mapping = brushfire_engine::checkpoint::key_map::controlnet(&config, &source);
        assert!(mapping.missing.is_empty() && mapping.misshapen.is_empty());
        let used = mapping.used();
        let unused: Vec<&String> = source.0.keys().filter(|name| !used.contains(name.as_str())).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}

/// Names and shapes of a published file, where the list is beside the repository.
fn published(list: &str) -> Option<BTreeMap<String, Vec<usize>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/checkpoint-keys").join(list);
    let text = std::fs::read_to_string(path).ok()?;
    let line = |line: &str| {
        let (name, shape) = line.rsplit_once(' ')?;
        Some((name.to_owned(), serde_json::from_str(shape).unwrap()))
    };
    Some(text.lines().filter_map(line).collect())
}

/// A file of which only names and shapes are known.
struct Names(BTreeMap<String, Vec<usize>>);

impl Source for Names {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn info(&self, name: &str) -> Option<brushfire_engine::checkpoint::TensorInfo> {
        let dtype = brushfire_engine::checkpoint::DType::F32;
        self.0.get(name).map(|shape| brushfire_engine::checkpoint::TensorInfo { shape: shape.clone(), dtype })
    }

    fn raw(&self, name: &str) -> Result<std::borrow::Cow<'_, [u8]>, brushfire_engine::checkpoint::CheckpointError> {
        Err(self.no_such(name))
    }

    fn location(&self) -> &Path {
        Path::new("names")
    }
}

#[test]
fn a_network_of_another_family_is_refused_with_the_family_it_fits() {
    let mut pipeline = pipeline("tiny-sd");
    let cancel = CancelToken::new();
    for (file, why) in [
        ("tiny-controlnet-text-time", "text states are as wide as 24, the model's 32"),
        ("tiny-controlnet-small", "blocks' widths are [16, 32], the model's [32, 64]"),
        ("tiny-adapter-light.safetensors", "levels' widths are [32, 64, 64], the model's [32, 64]"),
    ] {
        let error = pipeline.load_controls(&[golden(file)], &cancel).unwrap_err().to_string();
        assert!(error.contains(why) && error.contains("made for a Stable Diffusion of another size"), "{error}");
        assert!(error.starts_with(file), "{error}");
    }
    // Stable Diffusion 2.x, as far as a config tells.
    let folder = tempfile::tempdir().unwrap();
    copy(&golden("tiny-controlnet"), folder.path());
    let config = r#"{"_class_name": "ControlNetModel", "cross_attention_dim": 1024}"#;
    std::fs::write(folder.path().join("config.json"), config).unwrap();
    let shown = inspect(folder.path()).unwrap();
    assert!(shown.architecture.starts_with("a ControlNet for Stable Diffusion 2.x"), "{shown}");
    assert!(!shown.usable, "its tensors are of another size");
    let xl = r#"{"_class_name": "ControlNetModel", "addition_embed_type": "text_time"}"#;
    std::fs::write(folder.path().join("config.json"), xl).unwrap();
    let error = open_control(folder.path()).err().unwrap().to_string();
    assert!(error.contains("a ControlNet for Stable Diffusion XL"), "{error}");
    let model = open_control(&golden("tiny-sd.safetensors")).err().unwrap().to_string();
    assert!(model.contains("cannot follow hints"), "{model}");
}

#[test]
fn networks_are_inspected() {
    let shown = inspect(&golden("tiny-controlnet-second.safetensors")).unwrap();
    assert!(shown.usable && shown.unknown.is_empty() && shown.missing.is_empty(), "{shown}");
    assert_eq!(shown.kind, "controlnet");
    let adapter = inspect(&golden("tiny-adapter-gray.safetensors")).unwrap();
    assert!(adapter.usable && adapter.unknown.is_empty(), "{adapter}");
    assert_eq!((adapter.kind.as_str(), adapter.components[0].name.as_str()), ("t2i_adapter", "T2I-Adapter"));
    assert!(inspect(&golden("tiny-adapter")).unwrap().usable);
}

#[test]
fn networks_are_found_by_kind_by_name_and_beside_a_model() {
    let folder = tempfile::tempdir().unwrap();
    copy(&golden("tiny-sd"), &folder.path().join("tiny-sd"));
    copy(&golden("tiny-controlnet"), &folder.path().join("tiny-sd/controlnet"));
    let networks = folder.path().join("controlnet");
    std::fs::create_dir(&networks).unwrap();
    std::fs::copy(golden("tiny-controlnet-second.safetensors"), networks.join("control_depth.safetensors")).unwrap();
    copy(&golden("tiny-controlnet-small"), &networks.join("control_pose"));
    std::fs::write(networks.join("notes.txt"), b"").unwrap();
    std::fs::write(networks.join("broken.safetensors"), b"nothing").unwrap();
    let settings = settings(folder.path());
    let known: Vec<(String, Vec<HintKind>)> = known_controls("tiny-sd", &settings)
        .into_iter()
        .map(|known| (known.name, known.kinds))
        .filter(|(name, _)| name != "starter")
        .collect();
    let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["tiny-sd", "control_depth.safetensors", "control_pose"]);
    assert_eq!(known[1].1, [HintKind::Depth]);
    assert!(known[0].1.contains(&HintKind::Scribble) && known[0].1.contains(&HintKind::LineArt));

    let pipeline = pipeline("tiny-sd");
    let base = pipeline.control_base();
    let find = |kind, model: &str| {
        let control = ControlRecipe { kind, model: model.to_owned(), ..control() };
        find_control(&control, "tiny-sd", base, &settings).map_err(|error| error.to_string())
    };
    assert_eq!(find(HintKind::Depth, ""), Ok(networks.join("control_depth.safetensors")));
    assert_eq!(find(HintKind::Canny, "control_depth"), Ok(networks.join("control_depth.safetensors")));
    assert_eq!(find(HintKind::Scribble, ""), Ok(folder.path().join("tiny-sd/controlnet")));
    let pose = find(HintKind::Pose, "").unwrap_err();
    assert!(pose.contains("no network for pose hints that fits this model"), "the small one does not fit: {pose}");
    let unknown = find(HintKind::Pose, "nothing").unwrap_err();
    assert!(unknown.contains("there is no network nothing") && unknown.contains("control_pose"), "{unknown}");
}

#[test]
fn the_engine_finds_and_keeps_networks_and_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    copy(&golden("tiny-sd"), &folder.path().join("tiny-sd"));
    copy(&golden("tiny-controlnet"), &folder.path().join("tiny-sd/controlnet"));
    let engine = HeardEngine::start(settings(folder.path())).unwrap();
    let mut sketched = job(ControlRecipe { kind: HintKind::Scribble, ..control() });
    sketched.recipe.model = "tiny-sd".to_owned();
    let loads = |events: &[Event]| events.iter().filter(|event| matches!(event, Event::Loading { .. })).count();
    let first = engine.run(sketched.clone()).unwrap();
    assert!(matches!(first.last(), Some(Event::Finished { .. })), "{first:?}");
    let again = engine.run(sketched.clone()).unwrap();
    assert_eq!((loads(&first), loads(&again)), (2, 0), "model and network are kept");
    sketched.recipe.controls[0].kind = HintKind::Depth;
    let missing = engine.run(sketched).unwrap();
    let Some(Event::Failed { error, .. }) = missing.last() else { panic!("{missing:?}") };
    let message = error.to_string();
    assert!(message.contains("no network for depth hints"), "{message}");
}
