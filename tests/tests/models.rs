//! Every model against values PyTorch computed (`tests/reference/networks.py`), on the CPU or, with
//! `BRUSHFIRE_TEST_DEVICE=vulkan` or `=gl`, on the first adapter of that API, software ones included. Mesa's software
//! adapter computes right through OpenGL; through Vulkan it crashes on burn's SPIR-V.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use brushfire_engine::checkpoint::config::{AutoencoderConfig, ClipConfig, TinyAutoencoderConfig, UnetConfig};
use brushfire_engine::checkpoint::{Source, open_source};
use brushfire_engine::models::{
    AutoencoderKl, AutoencoderTiny, ClipTextModel, ControlResiduals, ModelError, TextError, UNet2dConditionModel,
};
use brushfire_engine::nn::{CancelToken, Compute, Interrupted, Precision};
use brushfire_tests::test_gpu;
use burn::tensor::{Device, Tensor};
use safetensors::SafeTensors;

/// The CPU repeats PyTorch's f32 arithmetic in another order; GPUs may fuse and round more.
const CPU_TOLERANCE: f64 = 1e-5;
const GPU_TOLERANCE: f64 = 1e-3;

fn golden(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(path)
}

/// Everything models are tested on: the GPU that was asked for; else the CPU's own kernels and, on the CPU too, those that
/// GPUs use.
fn computes() -> Vec<Compute> {
    if let Some(gpu) = test_gpu() {
        return vec![Compute::new(gpu, Precision::F32)];
    }
    let own = Compute::new(&Device::flex(), Precision::F32);
    vec![own.clone(), own.with_burn_kernels()]
}

/// The first of [`computes`].
fn compute() -> Compute {
    computes().swap_remove(0)
}

/// The expected values of one file.
struct Golden {
    tensors: HashMap<String, (Vec<usize>, Vec<f32>)>,
}

impl Golden {
    fn open(file: &str) -> Self {
        let bytes = std::fs::read(golden(file)).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let numbers = |view: &safetensors::tensor::TensorView<'_>| -> Vec<f32> {
            match view.dtype() {
                safetensors::Dtype::F32 => {
                    view.data().chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
                }
                safetensors::Dtype::I64 => {
                    view.data().chunks(8).map(|b| i64::from_le_bytes(b.try_into().unwrap()) as f32).collect()
                }
                other => panic!("{other:?}"),
            }
        };
        let read = tensors.iter().map(|(name, view)| (name.to_owned(), (view.shape().to_vec(), numbers(&view))));
        Self { tensors: read.collect() }
    }

    fn values(&self, name: &str) -> &(Vec<usize>, Vec<f32>) {
        self.tensors.get(name).unwrap_or_else(|| panic!("no golden `{name}`"))
    }

    fn tensor<const D: usize>(&self, name: &str, compute: &Compute) -> Tensor<D> {
        let (shape, values) = self.values(name);
        compute.tensor(values.clone(), shape.as_slice().try_into().unwrap())
    }

    /// Shape equal, and the difference's length at most the tolerance times the golden's length.
    fn check<const D: usize>(&self, name: &str, found: Tensor<D>) {
        let (shape, expected) = self.values(name);
        assert_eq!(found.dims().as_slice(), shape.as_slice(), "shape of {name}");
        let found = Compute::values(found).unwrap();
        let error = relative_error(&found, expected);
        println!("{name}: {error:.1e}");
        let tolerance = if test_gpu().is_some() { GPU_TOLERANCE } else { CPU_TOLERANCE };
        assert!(error < tolerance, "{name}: relative error {error:.3e}");
    }

    fn token_rows(&self, name: &str) -> Vec<Vec<u32>> {
        let (shape, ids) = self.values(name);
        ids.chunks(shape[1]).map(|row| row.iter().map(|&id| id as u32).collect()).collect()
    }
}

fn relative_error(found: &[f32], expected: &[f32]) -> f64 {
    let square = |x: f32| f64::from(x) * f64::from(x);
    let difference: f64 = found.iter().zip(expected).map(|(a, b)| square(a - b)).sum();
    (difference / expected.iter().map(|&b| square(b)).sum::<f64>()).sqrt()
}

fn config(folder: &str) -> String {
    std::fs::read_to_string(golden(folder).join("config.json")).unwrap()
}

fn weights(folder: &str) -> Box<dyn Source> {
    let folder = golden(folder);
    let names = ["model.safetensors", "diffusion_pytorch_model.safetensors"];
    let file = names.map(|name| folder.join(name)).into_iter().find(|file| file.exists()).unwrap();
    open_source(&file).unwrap()
}

fn unet(folder: &str, compute: &Compute) -> UNet2dConditionModel {
    let config = UnetConfig::from_json(&config(folder)).unwrap();
    UNet2dConditionModel::load(&config, weights(folder).as_ref(), compute).unwrap()
}

fn text_encoder(folder: &str, compute: &Compute) -> ClipTextModel {
    let config = ClipConfig::from_json(&config(folder)).unwrap();
    ClipTextModel::load(&config, weights(folder).as_ref(), compute).unwrap()
}

fn autoencoder(compute: &Compute) -> AutoencoderKl {
    let config = AutoencoderConfig::from_json(&config("tiny-sd/vae")).unwrap();
    AutoencoderKl::load(&config, weights("tiny-sd/vae").as_ref(), compute).unwrap()
}

/// Runs the model on a golden's inputs, each picture of a batch with its own timestep.
fn check_unet(model: &UNet2dConditionModel, goldens: &Golden, case: &str) {
    let samples = goldens.tensor::<4>(&format!("{case}.sample"), model.compute()).split(1, 0);
    let texts = goldens.tensor::<3>(&format!("{case}.encoder_hidden_states"), model.compute()).split(1, 0);
    let (_, timesteps) = goldens.values(&format!("{case}.timestep"));
    let cancel = CancelToken::new();
    let one = |((sample, text), &t)| model.forward(sample, f64::from(t), text, None, &cancel).unwrap();
    let out = samples.into_iter().zip(texts).zip(timesteps).map(one).collect();
    goldens.check(&format!("{case}.output"), Tensor::cat(out, 0));
}

#[test]
fn the_unet_predicts_what_diffusers_predicts_at_any_size() {
    let goldens = Golden::open("unet.safetensors");
    for compute in computes() {
        let model = unet("tiny-sd/unet", &compute);
        for case in ["square", "wide", "batch", "odd"] {
            check_unet(&model, &goldens, &format!("tiny-sd.{case}"));
        }
    }
}

#[test]
fn a_unet_whose_text_speaks_through_the_time_embedding_agrees_with_diffusers() {
    let goldens = Golden::open("unet.safetensors");
    for compute in computes() {
        let model = unet("tiny-unet-text-time", &compute);
        for case in ["square", "batch"] {
            check_unet(&model, &goldens, &format!("tiny-unet-text-time.{case}"));
        }
    }
}

#[test]
fn a_batch_gives_what_its_pictures_give_alone() {
    let goldens = Golden::open("unet.safetensors");
    let cases = [("tiny-sd/unet", "tiny-sd.batch"), ("tiny-unet-text-time", "tiny-unet-text-time.batch")];
    for (compute, (folder, case)) in
        computes().into_iter().flat_map(|compute| cases.map(|case| (compute.clone(), case)))
    {
        let model = unet(folder, &compute);
        let cancel = CancelToken::new();
        let run = |sample, text| model.forward(sample, 321.0, text, None, &cancel).unwrap();
        let sample = goldens.tensor::<4>(&format!("{case}.sample"), &compute);
        let text = goldens.tensor::<3>(&format!("{case}.encoder_hidden_states"), &compute);
        let together = Compute::values(run(sample.clone(), text.clone())).unwrap();
        let pairs = sample.split(1, 0).into_iter().zip(text.split(1, 0));
        let alone = Tensor::cat(pairs.map(|(sample, text)| run(sample, text)).collect(), 0);
        assert!(relative_error(&together, &Compute::values(alone).unwrap()) < 1e-4);
    }
}

#[test]
fn the_unet_takes_a_controlnets_residuals() {
    let goldens = Golden::open("unet.safetensors");
    for compute in computes() {
        let model = unet("tiny-sd/unet", &compute);
        let residual = |name: &str| goldens.tensor::<4>(&format!("tiny-sd.control.{name}"), &compute);
        let control = ControlResiduals {
            down: (0..4).map(|i| residual(&format!("down_residual.{i}"))).collect(),
            mid: Some(residual("mid_residual.0")),
            ..ControlResiduals::default()
        };
        let text = goldens.tensor("tiny-sd.control.encoder_hidden_states", &compute);
        let out = model.forward(residual("sample"), 750.0, text, Some(&control), &CancelToken::new());
        goldens.check("tiny-sd.control.output", out.unwrap());
    }
}

#[test]
fn unets_that_see_a_picture_and_unets_with_linear_projections_agree_with_diffusers() {
    let goldens = Golden::open("unet.safetensors");
    for compute in computes() {
        for (name, channels) in [("tiny-unet-inpaint", 9), ("tiny-unet-pix2pix", 8), ("tiny-unet-v", 4)] {
            let model = unet(name, &compute);
            assert_eq!(model.in_channels(), channels);
            for case in ["square", "batch"] {
                check_unet(&model, &goldens, &format!("{name}.{case}"));
            }
        }
    }
}

#[test]
fn the_text_encoder_gives_the_states_of_transformers_at_any_clip_skip() {
    let goldens = Golden::open("text.safetensors");
    for compute in computes() {
        let model = text_encoder("tiny-sd/text_encoder", &compute);
        let tokens = goldens.token_rows("tiny-sd.input_ids");
        let cancel = CancelToken::new();
        goldens.check("tiny-sd.last_hidden_state", model.encode(&tokens, 1, &cancel).unwrap());
        goldens.check("tiny-sd.clip_skip.2", model.encode(&tokens, 2, &cancel).unwrap());
        goldens.check("tiny-sd.clip_skip.3", model.encode(&tokens, 3, &cancel).unwrap());
        let too_much = model.encode(&tokens, 4, &cancel);
        assert_eq!(too_much.err(), Some(TextError::TooFewLayers { clip_skip: 4, layers: 3 }));
    }
}

#[test]
fn a_text_encoder_with_the_exact_gelu_agrees_with_transformers() {
    let goldens = Golden::open("text.safetensors");
    for compute in computes() {
        let model = text_encoder("tiny-text-gelu", &compute);
        let tokens = goldens.token_rows("tiny-text-gelu.input_ids");
        goldens.check("tiny-text-gelu.last_hidden_state", model.encode(&tokens, 1, &CancelToken::new()).unwrap());
    }
}

#[test]
fn tokens_of_another_vocabulary_are_an_error_and_not_a_crash() {
    let model = text_encoder("tiny-text-gelu", &compute());
    let error = model.encode(&[vec![62, 4000, 63]], 1, &CancelToken::new()).err();
    assert_eq!(error, Some(TextError::UnknownToken { token: 4000, vocabulary: 64 }));
    let error = model.encode(&[vec![1; 78]], 1, &CancelToken::new()).err();
    assert_eq!(error, Some(TextError::WrongLength { length: 78, places: 77 }));
}

#[test]
fn the_autoencoder_encodes_and_decodes_as_diffusers_does() {
    let goldens = Golden::open("vae.safetensors");
    for compute in computes() {
        let model = autoencoder(&compute);
        let cancel = CancelToken::new();
        assert_eq!((model.scale(), model.latent_channels()), (8, 4));
        for case in ["square", "tall"] {
            let moments = model.encode(goldens.tensor(&format!("{case}.picture"), &compute), &cancel).unwrap();
            goldens.check(&format!("{case}.mean"), moments.mean);
            goldens.check(&format!("{case}.logvar"), moments.logvar);
            let latents = goldens.tensor::<4>(&format!("{case}.latent"), &compute) * 0.18215;
            goldens.check(&format!("{case}.decoded"), model.decode(latents, &cancel).unwrap());
        }
    }
}

#[test]
fn latents_are_scaled_as_the_unet_wants_them() {
    let (goldens, compute) = (Golden::open("vae.safetensors"), compute());
    let model = autoencoder(&compute);
    let moments = model.encode(goldens.tensor("square.picture", &compute), &CancelToken::new()).unwrap();
    let (_, mean) = goldens.values("square.mean");
    let (_, logvar) = goldens.values("square.logvar");
    let mode: Vec<f32> = mean.iter().map(|m| m * 0.18215).collect();
    assert!(relative_error(&Compute::values(moments.mode()).unwrap(), &mode) < GPU_TOLERANCE);
    let one_deviation_up: Vec<f32> = mean.iter().zip(logvar).map(|(m, v)| (m + (0.5 * v).exp()) * 0.18215).collect();
    let sample = moments.sample(compute.tensor(vec![1.0; mean.len()], [1, 4, 4, 4]));
    assert!(relative_error(&Compute::values(sample).unwrap(), &one_deviation_up) < GPU_TOLERANCE);
}

/// Tiles see less of the picture than the whole network does, so they agree in size and roughly in content only.
#[test]
fn a_picture_over_the_memory_budget_is_coded_in_tiles() {
    // On the CPU always: tiles are the same on every device, and software GPUs take minutes for a picture of this size.
    let compute = Compute::new(&Device::flex(), Precision::F32);
    let whole = autoencoder(&compute);
    let tiled = autoencoder(&compute).with_memory_budget(1);
    let cancel = CancelToken::new();
    let waves = |n: usize| (0..n).map(|i| (i as f32 * 0.37).sin()).collect::<Vec<f32>>();
    let latents = compute.tensor(waves(4 * 24 * 40), [1, 4, 24, 40]);
    let (a, b) = (whole.decode(latents.clone(), &cancel).unwrap(), tiled.decode(latents, &cancel).unwrap());
    assert_eq!(b.dims(), [1, 3, 192, 320]);
    let error = relative_error(&Compute::values(b).unwrap(), &Compute::values(a).unwrap());
    assert!(error > 0.0 && error < 0.5, "{error}");
    let picture = compute.tensor(waves(3 * 192 * 320), [1, 3, 192, 320]);
    let (a, b) = (whole.encode(picture.clone(), &cancel).unwrap(), tiled.encode(picture, &cancel).unwrap());
    assert_eq!(b.mean.dims(), [1, 4, 24, 40]);
    let error = relative_error(&Compute::values(b.mean).unwrap(), &Compute::values(a.mean).unwrap());
    assert!(error > 0.0 && error < 0.5, "{error}");
}

#[test]
fn the_tiny_autoencoder_agrees_with_diffusers() {
    let goldens = Golden::open("taesd.safetensors");
    for compute in computes() {
        let config = TinyAutoencoderConfig::from_json(&config("tiny-taesd")).unwrap();
        let model = AutoencoderTiny::load(&config, weights("tiny-taesd").as_ref(), &compute).unwrap();
        let cancel = CancelToken::new();
        for case in ["square", "tall"] {
            let encoded = model.encode(goldens.tensor(&format!("{case}.picture"), &compute), &cancel).unwrap();
            goldens.check(&format!("{case}.encoded"), encoded);
            let decoded = model.decode(goldens.tensor(&format!("{case}.latent"), &compute), &cancel).unwrap();
            goldens.check(&format!("{case}.decoded"), decoded);
        }
    }
}

#[test]
fn a_cancelled_run_stops() {
    let compute = compute();
    let (unet, vae) = (unet("tiny-sd/unet", &compute), autoencoder(&compute));
    let text = text_encoder("tiny-sd/text_encoder", &compute);
    let cancel = CancelToken::new();
    cancel.cancel();
    let latents = compute.tensor(vec![0.0; 4 * 64], [1, 4, 8, 8]);
    let states = compute.tensor(vec![0.0; 77 * 32], [1, 77, 32]);
    assert_eq!(unet.forward(latents.clone(), 1.0, states, None, &cancel).err(), Some(Interrupted));
    assert_eq!(vae.decode(latents, &cancel).err(), Some(Interrupted));
    assert_eq!(text.encode(&[vec![1; 77]], 1, &cancel).err(), Some(TextError::Interrupted(Interrupted)));
}

#[test]
fn a_missing_and_a_misshapen_tensor_are_named() {
    let config = UnetConfig::from_json(&config("tiny-sd/unet")).unwrap();
    let error = UNet2dConditionModel::load(&config, weights("tiny-sd/vae").as_ref(), &compute()).unwrap_err();
    assert!(
        matches!(&error, ModelError::MissingTensor { name } if name == "time_embedding.linear_1.weight"),
        "{error}"
    );
    let wider = UnetConfig { in_channels: 9, ..config };
    let error = UNet2dConditionModel::load(&wider, weights("tiny-sd/unet").as_ref(), &compute()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("conv_in.weight") && text.contains("[32, 9, 3, 3]") && text.contains("[32, 4, 3, 3]"),
        "{text}"
    );
}
