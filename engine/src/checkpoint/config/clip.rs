//! `text_encoder/config.json` of a `CLIPTextModel`.

use serde::{Deserialize, Serialize};

use super::{ConfigError, MAX_CHANNELS, divides, finite_positive, read, within};

/// The activation inside a text encoder's feed-forward layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub enum TextActivation {
    /// `x * sigmoid(1.702 x)`, OpenAI's.
    #[serde(rename = "quick_gelu")]
    QuickGelu,
    /// The exact, erf-based GELU.
    #[serde(rename = "gelu")]
    Gelu,
}

impl TryFrom<String> for TextActivation {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "quick_gelu" => Ok(Self::QuickGelu),
            "gelu" => Ok(Self::Gelu),
            _ => Err(format!("`{name}` is not supported, only quick_gelu and gelu")),
        }
    }
}

/// `CLIPTextConfig`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClipConfig {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub intermediate_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    /// Tokens in a chunk, start and end token included.
    pub max_position_embeddings: usize,
    pub hidden_act: TextActivation,
    pub layer_norm_eps: f64,
    pub projection_dim: usize,
    /// Not checked against `vocab_size`: files that say 49406 beside a small vocabulary exist, and the tokenizer knows
    /// its own.
    pub bos_token_id: Option<u32>,
    /// Old configs say 2 here although the end token is another; the tokenizer knows better.
    pub eos_token_id: Option<u32>,
    pub pad_token_id: Option<u32>,
}

impl Default for ClipConfig {
    fn default() -> Self {
        Self {
            vocab_size: 49408,
            hidden_size: 512,
            intermediate_size: 2048,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 77,
            hidden_act: TextActivation::QuickGelu,
            layer_norm_eps: 1e-5,
            projection_dim: 512,
            bos_token_id: Some(49406),
            eos_token_id: Some(49407),
            pad_token_id: Some(1),
        }
    }
}

impl ClipConfig {
    /// Reads and checks a `text_encoder/config.json`.
    ///
    /// # Errors
    /// The first field that cannot be read, makes no sense or asks for what is not supported.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let config: Self = read(text)?;
        config.check()?;
        Ok(config)
    }

    /// Whether every size is usable.
    ///
    /// # Errors
    /// Names the first field that is not.
    pub fn check(&self) -> Result<(), ConfigError> {
        within("vocab_size", self.vocab_size, 1, 1 << 22)?;
        within("hidden_size", self.hidden_size, 1, MAX_CHANNELS)?;
        within("intermediate_size", self.intermediate_size, 1, 4 * MAX_CHANNELS)?;
        // The largest of CLIP has 32.
        within("num_hidden_layers", self.num_hidden_layers, 1, 128)?;
        within("num_attention_heads", self.num_attention_heads, 1, MAX_CHANNELS)?;
        // A start token, an end token and something between them.
        within("max_position_embeddings", self.max_position_embeddings, 3, 1 << 16)?;
        divides("hidden_size", self.hidden_size, self.num_attention_heads, "heads (`num_attention_heads`)")?;
        finite_positive("layer_norm_eps", self.layer_norm_eps)
    }
}
