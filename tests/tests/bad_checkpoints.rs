//! Damaged, incomplete, mislabelled and hostile model files: an error that names the file and the reason, and no panic.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use brushfire_engine::checkpoint::{inspect, open_model, open_source};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use tempfile::TempDir;

const UNET: &str = "unet/diffusion_pytorch_model.safetensors";

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
}

/// A copy of the small model's folder that may be damaged.
fn copy_of_the_model() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model");
    copy(&golden("tiny-sd"), &model);
    (folder, model)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What opening a model says.
fn refusal(path: &Path) -> String {
    open_model(path).err().unwrap().to_string()
}

fn rewrite(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from));
    fs::write(path, text.replace(from, to)).unwrap();
}

/// Writes those tensors of a safetensors file for which `keep` gives a name.
fn select(from: &Path, to: &Path, keep: impl Fn(&str) -> Option<String>) {
    let bytes = fs::read(from).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensors: BTreeMap<String, TensorView<'_>> =
        file.iter().filter_map(|(name, tensor)| Some((keep(name)?, tensor))).collect();
    fs::write(to, serialize(tensors, None).unwrap()).unwrap();
}

#[test]
fn each_missing_component_of_a_folder_is_named() {
    for (folder, said) in [("unet", "UNet"), ("vae", "autoencoder (VAE)"), ("text_encoder", "text encoder")] {
        let (_temporary, model) = copy_of_the_model();
        fs::remove_dir_all(model.join(folder)).unwrap();
        let message = refusal(&model);
        assert!(message.contains(&format!("the {said} is missing")), "{message}");
        assert!(message.contains("config.json"), "{message}");
        assert!(!inspect(&model).unwrap().usable);
    }
    let (_temporary, model) = copy_of_the_model();
    fs::remove_file(model.join(UNET)).unwrap();
    assert!(refusal(&model).contains("diffusion_pytorch_model.safetensors"));
}

#[test]
fn a_folder_that_is_no_model_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    assert!(refusal(folder.path()).contains("model_index.json"));
    assert!(inspect(folder.path()).is_err());
    assert!(refusal(&folder.path().join("nowhere")).contains("nowhere"));
    let (_temporary, model) = copy_of_the_model();
    rewrite(&model.join("model_index.json"), "StableDiffusionPipeline", "StableDiffusionXLPipeline");
    assert!(refusal(&model).contains("Stable Diffusion XL"));
}

#[test]
fn damaged_configs_are_named_with_their_field() {
    let (_temporary, model) = copy_of_the_model();
    let config = model.join("unet/config.json");
    rewrite(&config, "\"norm_num_groups\": 32", "\"norm_num_groups\": 0");
    let message = refusal(&model);
    assert!(message.contains("config.json") && message.contains("`norm_num_groups`"), "{message}");
    fs::write(&config, "{").unwrap();
    assert!(refusal(&model).contains("not valid JSON"));
    fs::write(&config, [0xff, 0xfe]).unwrap();
    assert!(refusal(&model).contains("config.json"));
    fs::write(&config, r#"{"_class_name": "UNet3DConditionModel"}"#).unwrap();
    assert!(refusal(&model).contains("UNet3DConditionModel"));
}

#[test]
fn a_config_that_asks_for_other_shapes_is_refused_and_the_tensor_named() {
    let (_temporary, model) = copy_of_the_model();
    rewrite(&model.join("unet/config.json"), "\"in_channels\": 4", "\"in_channels\": 9");
    let message = refusal(&model);
    assert!(message.contains("`conv_in.weight`") && message.contains("9"), "{message}");
    assert_eq!(inspect(&model).unwrap().missing, ["conv_in.weight"]);
    rewrite(&model.join("unet/config.json"), "\"in_channels\": 9", "\"in_channels\": 4");
    rewrite(&model.join("text_encoder/config.json"), "\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4");
    assert!(refusal(&model).contains("the text encoder lacks 16 tensor(s)"));
}

#[test]
fn parts_that_are_whole_but_of_different_models_are_refused() {
    let (_temporary, model) = copy_of_the_model();
    copy(&golden("tiny-text-gelu"), &model.join("text_encoder"));
    let message = refusal(&model);
    assert!(message.contains("do not belong together") && message.contains("text states 32 wide"), "{message}");
    let seen = inspect(&model).unwrap();
    assert!(!seen.usable && seen.problems.iter().any(|problem| message.contains(problem)), "{:?}", seen.problems);
}

#[test]
fn weights_compressed_to_integers_are_refused() {
    let (_temporary, model) = copy_of_the_model();
    let bytes = fs::read(model.join(UNET)).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let zeros = vec![0; file.iter().map(|(_, tensor)| tensor.shape().iter().product::<usize>()).max().unwrap()];
    let compressed = file.iter().map(|(name, tensor)| {
        let data = &zeros[..tensor.shape().iter().product::<usize>()];
        (name, TensorView::new(Dtype::I8, tensor.shape().to_vec(), data).unwrap())
    });
    fs::write(model.join(UNET), serialize(compressed, None).unwrap()).unwrap();
    let message = refusal(&model);
    assert!(message.contains("holds i8") && message.contains("compressed"), "{message}");
}

#[test]
fn unknown_tensors_are_listed_and_do_no_harm() {
    let (_temporary, model) = copy_of_the_model();
    let unet = model.join(UNET);
    select(&golden("tiny-sd").join(UNET), &unet, |name| {
        Some(if name == "conv_out.bias" { "conv_out.biases".to_owned() } else { name.to_owned() })
    });
    let seen = inspect(&model).unwrap();
    assert_eq!((seen.unknown, seen.missing), (vec!["conv_out.biases".to_owned()], vec!["conv_out.bias".to_owned()]));
    assert!(refusal(&model).contains("the UNet lacks 1 tensor(s), the first is `conv_out.bias`"));
}

#[test]
fn weights_that_are_cut_short_empty_or_something_else_are_refused() {
    let (_temporary, model) = copy_of_the_model();
    let unet = model.join(UNET);
    let whole = fs::read(&unet).unwrap();
    fs::write(&unet, &whole[..whole.len() / 2]).unwrap();
    assert!(refusal(&model).contains("cut short"));
    fs::write(&unet, "").unwrap();
    assert!(refusal(&model).contains("empty"));
    fs::write(&unet, "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n").unwrap();
    let pointer = model.join("pointer.ckpt");
    fs::copy(&unet, &pointer).unwrap();
    assert!(open_source(&pointer).err().unwrap().to_string().contains("Git LFS"));
    assert!(refusal(&model).contains("diffusion_pytorch_model.safetensors"));
    let picture = model.join("picture.ckpt");
    fs::write(&picture, b"\x89PNG\r\n\x1a\n0000").unwrap();
    assert!(refusal(&picture).contains("neither a safetensors file nor a PyTorch one"));
    assert!(open_source(&model).is_err());
}

#[test]
fn a_mislabelled_file_is_read_for_what_it_is() {
    let (_temporary, model) = copy_of_the_model();
    let pickled = model.join("pickled.safetensors");
    fs::copy(golden("tiny-sd.ckpt"), &pickled).unwrap();
    open_model(&pickled).unwrap();
    let safe = model.join("safe.ckpt");
    fs::copy(golden("tiny-sd.safetensors"), &safe).unwrap();
    open_model(&safe).unwrap();
}

#[test]
fn shards_are_read_as_one_and_may_not_lead_out_of_the_folder() {
    let (_temporary, model) = copy_of_the_model();
    let (unet, whole) = (model.join("unet"), golden("tiny-sd").join(UNET));
    fs::remove_file(model.join(UNET)).unwrap();
    let is_first = |name: &str| name.starts_with("down_blocks");
    select(&whole, &unet.join("first.safetensors"), |name| is_first(name).then(|| name.to_owned()));
    select(&whole, &unet.join("second.safetensors"), |name| (!is_first(name)).then(|| name.to_owned()));
    let index = unet.join("diffusion_pytorch_model.safetensors.index.json");
    fs::write(&index, r#"{"metadata": {}, "weight_map": {"a": "first.safetensors", "b": "second.safetensors"}}"#)
        .unwrap();
    let (sharded, plain) = (open_model(&model).unwrap(), open_model(&golden("tiny-sd")).unwrap());
    assert_eq!(sharded.unet.tensors.names(), plain.unet.tensors.names());
    assert_eq!(sharded.unet.files.len(), 2);
    assert_ne!(sharded.model_hash().unwrap(), plain.model_hash().unwrap());

    fs::write(
        &index,
        r#"{"weight_map": {"a": "first.safetensors", "b": "../vae/diffusion_pytorch_model.safetensors"}}"#,
    )
    .unwrap();
    assert!(refusal(&model).contains("does not lie inside"));
    fs::copy(unet.join("first.safetensors"), unet.join("third.safetensors")).unwrap();
    fs::write(&index, r#"{"weight_map": {"a": "first.safetensors", "b": "third.safetensors"}}"#).unwrap();
    assert!(refusal(&model).contains("occurs in more than one file"));
}

#[test]
fn a_checkpoint_without_autoencoder_or_text_encoder_says_which_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("part.safetensors");
    for (prefix, said) in [
        ("first_stage_model.", "autoencoder (VAE)"),
        ("cond_stage_model.", "text encoder"),
        ("model.", "cannot be used"),
    ] {
        select(&golden("tiny-sd.safetensors"), &part, |name| (!name.starts_with(prefix)).then(|| name.to_owned()));
        let message = refusal(&part);
        assert!(message.contains(said) && message.contains("part.safetensors"), "{message}");
    }
}

#[test]
fn the_older_names_of_the_autoencoders_attention_are_read() {
    let (_temporary, model) = copy_of_the_model();
    let vae = "vae/diffusion_pytorch_model.safetensors";
    select(&golden("tiny-sd").join(vae), &model.join(vae), |name| {
        let older = [(".to_q.", ".query."), (".to_k.", ".key."), (".to_v.", ".value."), (".to_out.0.", ".proj_attn.")];
        Some(older.iter().fold(name.to_owned(), |name, (new, old)| name.replace(new, old)))
    });
    let (old, new) = (open_model(&model).unwrap(), open_model(&golden("tiny-sd")).unwrap());
    assert_eq!(old.vae.tensors.names(), new.vae.tensors.names());
    for name in new.vae.tensors.names() {
        assert!(old.vae.tensors.raw(&name).unwrap() == new.vae.tensors.raw(&name).unwrap(), "{name}");
    }
}

#[test]
fn a_folder_without_a_tokenizer_or_scheduler_is_still_a_model() {
    let (_temporary, model) = copy_of_the_model();
    for folder in ["tokenizer", "scheduler"] {
        fs::remove_dir_all(model.join(folder)).unwrap();
    }
    let opened = open_model(&model).unwrap();
    assert!(opened.tokenizer.is_none() && opened.scheduler.is_none() && opened.tiny_vae.is_none());
    copy(&golden("tiny-taesd"), &model.join("taesd"));
    assert!(open_model(&model).unwrap().tiny_vae.is_some());
}
