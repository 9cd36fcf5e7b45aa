//! Model files: every reader and every key map, against files that diffusers and PyTorch wrote and against lists of what
//! is in the real ones. Tests that need files beside the repository (`../shared/data`) pass where these are absent.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use brushfire_engine::checkpoint::config::{AutoencoderConfig, ClipConfig, PerBlock, UnetConfig};
use brushfire_engine::checkpoint::detect::{Family, Generation, Kind, LoraDialect, detect};
use brushfire_engine::checkpoint::expected::{self, Expected};
use brushfire_engine::checkpoint::key_map::{self, Layout, Mapping};
use brushfire_engine::checkpoint::{
    CheckpointError, DType, Source, TensorInfo, infer, inspect, open_model, open_source,
};

type Shapes = BTreeMap<String, Vec<usize>>;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
}

/// A file beside the repository, where it is there.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    path.exists().then_some(path)
}

fn shapes(list: Vec<Expected>) -> Shapes {
    list.into_iter().map(|tensor| (tensor.name, tensor.shape)).collect()
}

fn sd15_unet(in_channels: usize) -> UnetConfig {
    UnetConfig { in_channels, cross_attention_dim: PerBlock::All(768), ..UnetConfig::default() }
}

fn sd15_vae() -> AutoencoderConfig {
    AutoencoderConfig {
        block_out_channels: vec![128, 256, 512, 512],
        down_block_types: vec!["DownEncoderBlock2D".to_owned(); 4],
        up_block_types: vec!["UpDecoderBlock2D".to_owned(); 4],
        layers_per_block: 2,
        ..AutoencoderConfig::default()
    }
}

fn sd15_clip() -> ClipConfig {
    ClipConfig { hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12, ..ClipConfig::default() }
}

fn sd15_names() -> BTreeMap<String, serde_json::Value> {
    let packed = std::fs::File::open(golden("sd15-diffusers-names.json.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_configs_of_sd15_ask_for_exactly_diffusers_tensors() {
    let names = sd15_names();
    let listed = |component: &str| -> Shapes { serde_json::from_value(names[component].clone()).unwrap() };
    for (component, in_channels) in [("unet_4", 4), ("unet_9", 9), ("unet_8", 8)] {
        assert_eq!(shapes(expected::unet(&sd15_unet(in_channels))), listed(component), "{component}");
    }
    assert_eq!(shapes(expected::autoencoder(&sd15_vae())), listed("vae"));
    assert_eq!(shapes(expected::clip(&sd15_clip())), listed("text_encoder"));
}

#[test]
fn the_configs_of_the_small_models_ask_for_exactly_their_files_tensors() {
    let text = |path: &str| std::fs::read_to_string(golden(path).join("config.json")).unwrap();
    let file = |path: &str, name: &str| open_source(&golden(path).join(name)).unwrap();
    let held = |source: Box<dyn Source>| -> Shapes {
        source.names().into_iter().map(|name| (name.clone(), source.info(&name).unwrap().shape)).collect()
    };
    for folder in ["tiny-sd/unet", "tiny-unet-v", "tiny-unet-inpaint", "tiny-unet-pix2pix", "tiny-unet-text-time"] {
        let config = UnetConfig::from_json(&text(folder)).unwrap();
        assert_eq!(
            shapes(expected::unet(&config)),
            held(file(folder, "diffusion_pytorch_model.safetensors")),
            "{folder}"
        );
    }
    let config = AutoencoderConfig::from_json(&text("tiny-sd/vae")).unwrap();
    let weights = "diffusion_pytorch_model.safetensors";
    assert_eq!(shapes(expected::autoencoder(&config)), held(file("tiny-sd/vae", weights)));
    let config = brushfire_engine::checkpoint::config::TinyAutoencoderConfig::from_json(&text("tiny-taesd")).unwrap();
    assert_eq!(shapes(expected::tiny_autoencoder(&config)), held(file("tiny-taesd", weights)));
}

/// Everything of a model: configs, names, shapes, numbers.
fn contents(path: &Path) -> BTreeMap<String, (Vec<usize>, Vec<f32>)> {
    let model = open_model(path).unwrap();
    let parts = [("text", &model.text_encoder.tensors), ("unet", &model.unet.tensors), ("vae", &model.vae.tensors)];
    parts
        .into_iter()
        .flat_map(|(part, tensors)| tensors.names().into_iter().map(move |name| (part, tensors, name)))
        .map(|(part, tensors, name)| {
            let shape = tensors.info(&name).unwrap().shape;
            let numbers = tensors.read_f32(&name).unwrap();
            assert_eq!(numbers.len(), shape.iter().product::<usize>(), "{name}");
            (format!("{part}: {name}"), (shape, numbers))
        })
        .collect()
}

#[test]
fn a_folder_a_safetensors_checkpoint_and_a_pickled_one_are_the_same_model() {
    let folder = contents(&golden("tiny-sd"));
    assert_eq!(folder.len(), 436);
    // The single files hold half precision of the folder's numbers, or the numbers themselves.
    for file in ["tiny-sd.safetensors", "tiny-sd.ckpt"] {
        let single = contents(&golden(file));
        assert_eq!(single.keys().collect::<Vec<_>>(), folder.keys().collect::<Vec<_>>(), "{file}");
        for (name, (shape, numbers)) in &single {
            assert_eq!(shape, &folder[name].0, "{file}: {name}");
            let close = numbers.iter().zip(&folder[name].1).all(|(a, b)| (a - b).abs() <= 1e-3 * b.abs().max(1e-3));
            assert!(close, "{file}: {name}");
        }
    }
}

#[test]
fn the_configs_of_a_checkpoint_follow_from_its_shapes() {
    let (folder, file) = (open_model(&golden("tiny-sd")).unwrap(), open_model(&golden("tiny-sd.safetensors")).unwrap());
    let (unet, seen) = (&folder.unet.config, &file.unet.config);
    assert_eq!(seen.block_out_channels, unet.block_out_channels);
    assert_eq!(seen.down_block_types, unet.down_block_types);
    assert_eq!(seen.up_block_types, unet.up_block_types);
    assert_eq!(seen.in_channels, unet.in_channels);
    assert_eq!((0..2).map(|level| seen.heads(level)).collect::<Vec<_>>(), [8, 8]);
    assert_eq!(seen.norm_num_groups, unet.norm_num_groups);
    let (vae, seen) = (&folder.vae.config, &file.vae.config);
    assert_eq!(seen.block_out_channels, vae.block_out_channels);
    assert_eq!(seen.layers_per_block, vae.layers_per_block);
    assert_eq!(seen.scaling_factor, vae.scaling_factor);
    let (text, seen) = (&folder.text_encoder.config, &file.text_encoder.config);
    assert_eq!(seen.num_hidden_layers, text.num_hidden_layers);
    assert_eq!(seen.num_attention_heads, text.num_attention_heads);
    assert_eq!(seen.hidden_act, text.hidden_act);
}

#[test]
fn a_folder_knows_its_tokenizer_and_scheduler_and_the_hash_of_its_unet() {
    let model = open_model(&golden("tiny-sd")).unwrap();
    assert!(model.tokenizer.unwrap().join("vocab.json").is_file());
    assert!(model.scheduler.unwrap().contains("PNDMScheduler"));
    let model = open_model(&golden("tiny-sd")).unwrap();
    let hash = model.model_hash().unwrap();
    assert_eq!(hash.len(), 64);
    assert_eq!(model.model_hash().unwrap(), hash);
    assert!(open_model(&golden("tiny-sd.safetensors")).unwrap().tokenizer.is_none());
}

/// Names and shapes without numbers, such as a published list of what is in a real checkpoint.
struct NamesOnly(Shapes);

impl Source for NamesOnly {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn info(&self, name: &str) -> Option<TensorInfo> {
        self.0.get(name).map(|shape| TensorInfo { shape: shape.clone(), dtype: DType::F16 })
    }

    fn raw(&self, name: &str) -> Result<Cow<'_, [u8]>, CheckpointError> {
        Err(self.no_such(name))
    }

    fn location(&self) -> &Path {
        Path::new("a list of names")
    }
}

/// Reads lists of `name [shape]` lines, with a prefix for the names of each.
fn listed(files: &[(&str, &str)]) -> Option<NamesOnly> {
    let mut all = Shapes::new();
    for (file, prefix) in files {
        let text = std::fs::read_to_string(shared("checkpoint-keys")?.join(file)).unwrap();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let (name, shape) = line.rsplit_once(' ').unwrap();
            // LoRA's lists say -1 for the rank.
            let shape = serde_json::from_str(&shape.replace("-1", "4")).unwrap();
            all.insert(format!("{prefix}{name}"), shape);
        }
    }
    Some(NamesOnly(all))
}

const TEXT: (&str, &str) = ("CLIP-v1-SD.txt", "cond_stage_model.transformer.text_model.");
const VAE: (&str, &str) = ("VAE-v1-SD.txt", "first_stage_model.");
const UNET_PREFIX: &str = "model.diffusion_model.";

/// The names in `source` that no mapping uses.
fn left_over(source: &NamesOnly, mappings: &[&Mapping]) -> Vec<String> {
    let used: BTreeSet<&str> = mappings.iter().flat_map(|mapping| mapping.used()).collect();
    source.names().into_iter().filter(|name| !used.contains(name.as_str()) && !key_map::is_harmless(name)).collect()
}

#[test]
fn every_tensor_of_the_real_checkpoints_maps_none_left_over_none_missing() {
    for (file, in_channels) in [("UNET-v1-SD.txt", 4), ("UNET-v1-Inpainting.txt", 9), ("UNET-v1-Pix2Pix.txt", 8)] {
        let Some(source) = listed(&[(file, UNET_PREFIX), VAE, TEXT]) else { return };
        assert_eq!(
            detect(&source),
            Kind::Checkpoint(Family { generation: Generation::Sd1, in_channels, out_channels: 4 }),
            "{file}"
        );
        let unet = infer::unet(&source, UNET_PREFIX).unwrap();
        let vae = infer::autoencoder(&source, "first_stage_model.").unwrap();
        let clip = infer::clip(&source, TEXT.1).unwrap();
        assert_eq!(shapes(expected::unet(&unet)), shapes(expected::unet(&sd15_unet(in_channels))));
        assert_eq!(unet.heads(3), 8);
        assert_eq!(clip.num_attention_heads, 12);
        unet.check().unwrap();
        vae.check().unwrap();
        clip.check().unwrap();
        let mappings = [
            key_map::unet(&unet, &source, Layout::SingleFile),
            key_map::autoencoder(&vae, &source, Layout::SingleFile),
            key_map::clip(&clip, &source, Layout::SingleFile),
        ];
        for mapping in &mappings {
            assert!(mapping.missing.is_empty() && mapping.misshapen.is_empty(), "{file}: {:?}", mapping.missing);
        }
        assert_eq!(left_over(&source, &mappings.each_ref()), Vec::<String>::new(), "{file}");
        assert_eq!(mappings.map(|mapping| mapping.found.len()), [686, 248, 196], "{file}");
    }
}

#[test]
fn a_text_encoder_without_its_inner_prefix_maps_too() {
    let Some(source) = listed(&[("CLIP-v1-SD.txt", "cond_stage_model.transformer.")]) else { return };
    let config = infer::clip(&source, "cond_stage_model.transformer.").unwrap();
    let mapping = key_map::clip(&config, &source, Layout::SingleFile);
    assert_eq!((mapping.found.len(), mapping.missing.len()), (196, 0));
}

#[test]
fn the_unets_of_stable_diffusion_2_map_by_the_same_rules() {
    for (file, in_channels) in [("UNET-v2-SD.txt", 4), ("UNET-v2-Inpainting.txt", 9), ("UNET-v2-Depth.txt", 5)] {
        let Some(source) = listed(&[(file, UNET_PREFIX)]) else { return };
        assert_eq!(
            detect(&source),
            Kind::Checkpoint(Family { generation: Generation::Sd2, in_channels, out_channels: 4 })
        );
        let config = infer::unet(&source, UNET_PREFIX).unwrap();
        assert_eq!((0..4).map(|level| config.heads(level)).collect::<Vec<_>>(), [5, 10, 20, 20]);
        let mapping = key_map::unet(&config, &source, Layout::SingleFile);
        assert!(mapping.missing.is_empty() && mapping.misshapen.is_empty(), "{file}");
        assert_eq!(left_over(&source, &[&mapping]), Vec::<String>::new(), "{file}");
    }
}

#[test]
fn files_are_known_by_their_names_and_shapes() {
    let cases = [
        (
            vec![("UNET-XL-SD.txt", UNET_PREFIX)],
            Kind::Checkpoint(Family { generation: Generation::Xl, in_channels: 4, out_channels: 4 }),
        ),
        (
            vec![("UNET-XL-Refiner.txt", UNET_PREFIX)],
            Kind::Checkpoint(Family { generation: Generation::XlRefiner, in_channels: 4, out_channels: 4 }),
        ),
        (
            vec![("UNET-v1-SD.txt", "")],
            Kind::Unet(Family { generation: Generation::Sd1, in_channels: 4, out_channels: 4 }),
        ),
        (vec![("VAE-v1-SD.txt", "")], Kind::Autoencoder),
        (vec![VAE], Kind::Autoencoder),
        (vec![("CLIP-v1-SD.txt", "")], Kind::TextEncoder),
        (vec![TEXT], Kind::TextEncoder),
        (vec![("ControlNet-v1-SD.txt", "control_model.")], Kind::ControlNet(Some(Generation::Sd1))),
        (vec![("ControlNet-v1-SD.txt", "")], Kind::ControlNet(Some(Generation::Sd1))),
        (vec![("LoRA-v1-UNET.txt", ""), ("LoRA-v1-CLIP.txt", "")], Kind::Lora(LoraDialect::Kohya)),
        (vec![("LoRA-v1A-UNET.txt", "")], Kind::Lora(LoraDialect::Kohya)),
    ];
    for (files, kind) in cases {
        let Some(source) = listed(&files) else { return };
        assert_eq!(detect(&source), kind, "{files:?}");
    }
}

#[test]
fn real_files_are_known_and_read() {
    let kinds = [
        ("lora/lora_catundchat.safetensors", "lora", 256),
        ("lora/lora_catundchat.bin", "lora", 256),
        ("lora/cos_analog_svd_rank4.safetensors", "lora", 0),
        ("lora/cos_disney_inpainting.safetensors", "lora", 0),
        ("lora/cos_lora_disney.safetensors", "lora", 0),
        ("embedding/ti_fastai.bin", "textual_inversion", 1),
        ("taef2/taef2_decoder.pth", "tiny_vae", 0),
        ("taef2/taef2_encoder.pth", "tiny_vae", 0),
    ];
    for (name, kind, tensors) in kinds {
        let Some(path) = shared(name) else { return };
        let seen = inspect(&path).unwrap();
        assert_eq!(seen.kind, kind, "{name}");
        assert!(!seen.usable, "{name}");
        let source = open_source(&path).unwrap();
        if tensors > 0 {
            assert_eq!(source.names().len(), tensors, "{name}");
        }
        for tensor in source.names() {
            let numbers = source.read_f32(&tensor).unwrap();
            assert!(numbers.iter().all(|number| number.is_finite()), "{name}: {tensor}");
        }
    }
}

#[test]
fn numbers_in_real_pickles_are_those_that_pytorch_reads() {
    // Sums that torch.load gives.
    let sums = [
        ("lora/lora_catundchat.bin", -92.20244983981803, 81852.60038414608),
        ("embedding/ti_fastai.bin", 0.5117834557313472, 0.0),
        ("taef2/taef2_decoder.pth", 0.0, 46165.15767836571),
    ];
    for (name, sum, absolute) in sums {
        let Some(path) = shared(name) else { return };
        let source = open_source(&path).unwrap();
        let numbers = source.names().into_iter().flat_map(|tensor| source.read_f32(&tensor).unwrap()).map(f64::from);
        let seen = numbers.fold((0.0, 0.0), |(sum, absolute), number| (sum + number, absolute + number.abs()));
        assert!(sum == 0.0 || (seen.0 - sum).abs() < 1e-6, "{name}: {seen:?}");
        assert!(absolute == 0.0 || (seen.1 - absolute).abs() < 1e-6, "{name}: {seen:?}");
    }
}

#[test]
fn every_kind_of_pytorch_file_gives_the_tensors_that_were_saved() {
    let saved = open_source(&golden("checkpoints/tensors.safetensors")).unwrap();
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for key in saved.names() {
        let (file, name) = key.split_once(": ").unwrap();
        files.entry(file.to_owned()).or_default().insert(name.to_owned());
    }
    assert_eq!(files.len(), 10);
    for (file, names) in files {
        let source = open_source(&golden("checkpoints").join(&file)).unwrap();
        assert_eq!(source.names().into_iter().collect::<BTreeSet<_>>(), names, "{file}");
        for name in names {
            let key = format!("{file}: {name}");
            assert_eq!(source.info(&name), saved.info(&key), "{key}");
            assert!(source.raw(&name).unwrap() == saved.raw(&key).unwrap(), "{key}");
        }
    }
}

#[test]
fn pickles_that_want_to_run_something_are_refused_and_named() {
    // What Python calls `os.system` and the built-ins depends on the protocol.
    let attacks = [("system", "system"), ("eval", "eval"), ("getattr", "getattr"), ("protocol4", "system")];
    for (file, wanted) in attacks {
        let path = golden("checkpoints").join(format!("attack_{file}.pt"));
        let message = open_source(&path).err().unwrap().to_string();
        assert!(message.contains(wanted) && message.contains("refused"), "{message}");
        assert!(message.contains(&format!("attack_{file}.pt")), "{message}");
    }
}

#[test]
fn models_are_inspected_with_nothing_unknown_and_nothing_missing() {
    for (name, kind) in
        [("tiny-sd", "diffusers_folder"), ("tiny-sd.safetensors", "checkpoint"), ("tiny-sd.ckpt", "checkpoint")]
    {
        let seen = inspect(&golden(name)).unwrap();
        assert_eq!(seen.kind, kind);
        assert_eq!((seen.unknown.as_slice(), seen.missing.as_slice()), (&[][..], &[][..]), "{name}");
        assert_eq!(seen.problems, Vec::<String>::new(), "{name}");
        assert!(seen.usable, "{name}");
        let components: Vec<&str> = seen.components.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(components, ["text encoder", "UNet", "autoencoder (VAE)"], "{name}");
        assert!(seen.memory.is_some());
        serde_json::to_string(&seen).unwrap();
    }
}

#[test]
fn a_task_is_told_by_the_channels_beside_the_latents_however_many_these_have() {
    let words =
        |in_channels, out_channels| Family { generation: Generation::Sibling, in_channels, out_channels }.to_string();
    let plain = "a Stable Diffusion of another size";
    assert_eq!(words(4, 4), plain);
    assert_eq!(words(8, 8), plain);
    assert_eq!(words(9, 4), format!("{plain} for inpainting"));
    assert_eq!(words(17, 8), format!("{plain} for inpainting"));
    assert_eq!(words(8, 4), format!("{plain} for instruct-pix2pix"));
    assert_eq!(words(7, 4), format!("{plain} with 7 input channels"));
}
