//! The `config.json` of each component of a diffusers folder, as serde structs with diffusers' own defaults.
//!
//! [`UnetConfig::from_json`] and its siblings read *and check*: a config that comes out of them has no zero and no absurd
//! size, channels that divide by groups and heads, lists of one length, and asks for nothing this program does not do.
//! Defaults are those of diffusers 0.42 (`UNet2DConditionModel`, `AutoencoderKL`, `AutoencoderTiny`, `ControlNetModel`, `T2IAdapter`) and of
//! transformers 5 (`CLIPTextConfig`).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

mod adapter;
mod autoencoder;
mod clip;
mod controlnet;
mod tiny_autoencoder;
mod unet;

pub use adapter::{AdapterConfig, AdapterType};
pub use autoencoder::AutoencoderConfig;
pub use clip::{ClipConfig, TextActivation};
pub use controlnet::ControlNetConfig;
pub(super) use controlnet::mirrored;
pub use tiny_autoencoder::TinyAutoencoderConfig;
pub use unet::{AdditionEmbed, DownBlock, MidBlock, SampleSize, TimeScaleShift, UnetConfig, UpBlock};

/// Why a config cannot be used. `field` is the name in `config.json`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("it is not valid JSON: {0}")]
    NotJson(String),
    #[error("`{field}`: {reason}")]
    Field { field: &'static str, reason: String },
    #[error("`{field}`: {reason}")]
    Unreadable { field: String, reason: String },
}

/// A value that diffusers writes either once for all blocks or once a block (from the outermost to the innermost).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerBlock<T> {
    All(T),
    Each(Vec<T>),
}

impl<T: Copy> PerBlock<T> {
    /// The value for `block`, counted from the outermost; past the end of a list its last.
    /// `None` only for an empty list, which no checked config holds.
    pub fn at(&self, block: usize) -> Option<T> {
        match self {
            Self::All(value) => Some(*value),
            Self::Each(values) => values.get(block).or(values.last()).copied(),
        }
    }

    fn has_length(&self, blocks: usize) -> bool {
        match self {
            Self::All(_) => true,
            Self::Each(values) => values.len() == blocks,
        }
    }
}

/// More channels than any layer of a known model has by far; keeps sizes computed from a config from overflowing.
const MAX_CHANNELS: usize = 1 << 15;
/// More levels than any known model has (autoencoders: 5).
const MAX_BLOCKS: usize = 8;
/// More layers in one block than any known model has (SDXL's transformers: 10); keeps lists of tensors short.
const MAX_LAYERS: usize = 24;

/// Reads `text` as a JSON object into a struct all of whose fields have defaults, naming the field that cannot be read.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, ConfigError> {
    let object: Map<String, Value> = serde_json::from_str(text).map_err(|e| ConfigError::NotJson(e.to_string()))?;
    match serde_json::from_value(Value::Object(object.clone())) {
        Ok(config) => Ok(config),
        Err(error) => Err(name_the_field::<T>(object, &error)),
    }
}

/// serde_json does not say which field failed; each field read alone does, since the others have defaults.
fn name_the_field<T: DeserializeOwned>(object: Map<String, Value>, error: &serde_json::Error) -> ConfigError {
    for (field, value) in object {
        let alone = Map::from_iter([(field.clone(), value)]);
        if let Err(reason) = serde_json::from_value::<T>(Value::Object(alone)) {
            return ConfigError::Unreadable { field, reason: reason.to_string() };
        }
    }
    ConfigError::NotJson(error.to_string())
}

fn wrong<T>(field: &'static str, reason: impl Into<String>) -> Result<T, ConfigError> {
    Err(ConfigError::Field { field, reason: reason.into() })
}

fn require(holds: bool, field: &'static str, reason: impl FnOnce() -> String) -> Result<(), ConfigError> {
    if holds { Ok(()) } else { wrong(field, reason()) }
}

fn within(field: &'static str, value: usize, least: usize, most: usize) -> Result<(), ConfigError> {
    require((least..=most).contains(&value), field, || format!("{value} is not between {least} and {most}"))
}

fn all_within(field: &'static str, values: &[usize], least: usize, most: usize) -> Result<(), ConfigError> {
    values.iter().try_for_each(|&value| within(field, value, least, most))
}

fn each_within(field: &'static str, values: &PerBlock<usize>, least: usize, most: usize) -> Result<(), ConfigError> {
    match values {
        PerBlock::All(value) => within(field, *value, least, most),
        PerBlock::Each(values) => all_within(field, values, least, most),
    }
}

fn same_length(field: &'static str, length: usize, blocks: usize) -> Result<(), ConfigError> {
    require(length == blocks, field, || format!("it has {length} entries, `block_out_channels` has {blocks}"))
}

fn divides(field: &'static str, whole: usize, by: usize, what: &str) -> Result<(), ConfigError> {
    require(by > 0 && whole.is_multiple_of(by), field, || format!("{whole} channels do not divide by {by} {what}"))
}

fn finite_positive(field: &'static str, value: f64) -> Result<(), ConfigError> {
    require(value.is_finite() && value > 0.0, field, || format!("{value} is not a positive number"))
}

/// `Some` value that this program does not do anything with, and that would change the picture.
fn absent<T>(field: &'static str, value: &Option<T>) -> Result<(), ConfigError> {
    require(value.is_none(), field, || "models made with it are not supported".to_owned())
}

fn silu(field: &'static str, value: &str) -> Result<(), ConfigError> {
    require(matches!(value, "silu" | "swish"), field, || format!("`{value}` is not supported, only `silu`"))
}

#[cfg(test)]
mod tests;
