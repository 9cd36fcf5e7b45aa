//! One network as diffusers saves it: a folder with a `config.json` and weights, in one file or in shards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::combine::Merged;
use super::error::{CheckpointError, InFile, Reason};
use super::open::open_source;
use super::source::Source;

/// Longest JSON file that is read; the index of a sharded model is the longest.
const MAX_JSON_BYTES: u64 = 16 << 20;

/// What weights files are called, the best first: full precision before half, safetensors before pickles.
const WEIGHTS: &[&str] = &["{}.safetensors", "{}.fp16.safetensors", "{}.non_ema.safetensors", "{}.bin", "{}.fp16.bin"];

/// The stems that stand for `{}`: diffusers' networks, transformers' networks, transformers' pickles.
pub(super) const STEMS: &[&str] = &["diffusion_pytorch_model", "model", "pytorch_model"];

#[derive(Deserialize)]
struct ClassName {
    #[serde(rename = "_class_name")]
    class_name: Option<String>,
}

#[derive(Deserialize)]
struct ShardIndex {
    weight_map: BTreeMap<String, String>,
}

/// What a config says it is the config of.
pub(super) fn class_name(text: &str) -> Result<Option<String>, Reason> {
    let class: ClassName = serde_json::from_str(text).map_err(|error| Reason::Json(error.to_string()))?;
    Ok(class.class_name)
}

/// The file of weights in a folder, or the index of its shards.
pub(super) fn find_weights(folder: &Path) -> Option<PathBuf> {
    let candidates = WEIGHTS.iter().flat_map(|pattern| {
        STEMS.iter().flat_map(move |stem| {
            let name = pattern.replace("{}", stem);
            // Variants stand before `.index` too: `model.safetensors.index.fp16.json` is the newer way to write it.
            [name.clone(), format!("{name}.index.json"), variant_index(&name)]
        })
    });
    candidates.map(|name| folder.join(name)).find(|path| path.is_file())
}

/// `model.fp16.safetensors` -> `model.safetensors.index.fp16.json`.
fn variant_index(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        [stem, variant, format] => format!("{stem}.{format}.index.{variant}.json"),
        _ => format!("{name}.index.json"),
    }
}

/// The weights, and the files they are in.
pub(super) fn open_weights(path: &Path) -> Result<(Arc<dyn Source>, Vec<PathBuf>), CheckpointError> {
    if path.extension().is_none_or(|extension| extension != "json") {
        return Ok((Arc::from(open_source(path)?), vec![path.to_owned()]));
    }
    let index: ShardIndex =
        serde_json::from_str(&read_text(path)?).map_err(|error| Reason::Json(error.to_string())).in_file(path)?;
    let names: BTreeSet<&String> = index.weight_map.values().collect();
    let folder = path.parent().unwrap_or(Path::new(""));
    let files = names.into_iter().map(|name| shard(folder, name).in_file(path)).collect::<Result<Vec<_>, _>>()?;
    let parts = files.iter().map(|file| open_source(file)).collect::<Result<Vec<_>, _>>()?;
    Ok((Arc::new(Merged::new(path, parts)?), files))
}

/// An index must not lead out of its folder.
fn shard(folder: &Path, name: &str) -> Result<PathBuf, Reason> {
    let plain = Path::new(name).file_name().is_some_and(|file_name| file_name == name);
    if plain { Ok(folder.join(name)) } else { Err(Reason::OutsideFolder(name.to_owned())) }
}

/// A JSON file of a sensible length.
pub(super) fn read_text(path: &Path) -> Result<String, CheckpointError> {
    let mut text = String::new();
    let file = File::open(path).in_file(path)?;
    file.take(MAX_JSON_BYTES + 1).read_to_string(&mut text).in_file(path)?;
    if text.len() as u64 > MAX_JSON_BYTES {
        return Err(CheckpointError::new(path, Reason::Json("it is longer than any model's".to_owned())));
    }
    Ok(text)
}
