//! The config of a `ControlNetModel`.

use serde::Deserialize;

use super::{ConfigError, DownBlock, MAX_BLOCKS, MAX_CHANNELS, UnetConfig, UpBlock, all_within, read, require, within};
use crate::hints::HintKind;

/// `ControlNetModel`'s config: that of the UNet whose first half it copies, and what it has beside.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct ControlNetConfig {
    /// Of the first half; its `up_block_types` mirror the way down, and nothing else of the way up means anything.
    #[serde(flatten)]
    pub unet: UnetConfig,
    /// Channels of a hint: 3, or 1 for grey ones.
    pub conditioning_channels: usize,
    /// Channels of the network that brings hints to the size of the latents; it halves them between each two.
    pub conditioning_embedding_out_channels: Option<Vec<usize>>,
    /// `rgb` or `bgr`.
    pub controlnet_conditioning_channel_order: String,
    /// Only the mean of what it adds counts, over all places (the network for shuffled pictures).
    pub global_pool_conditions: bool,
    /// What hints it was made for: our own addition, for networks whose names do not tell.
    #[serde(rename = "_hint_kinds")]
    pub hint_kinds: Vec<HintKind>,
}

impl Default for ControlNetConfig {
    fn default() -> Self {
        Self {
            unet: UnetConfig::default(),
            conditioning_channels: 3,
            conditioning_embedding_out_channels: None,
            controlnet_conditioning_channel_order: "rgb".to_owned(),
            global_pool_conditions: false,
            hint_kinds: Vec::new(),
        }
    }
}

/// diffusers' default, which is that of every published ControlNet.
const EMBEDDING_CHANNELS: &[usize] = &[16, 32, 96, 256];

impl ControlNetConfig {
    /// Reads and checks a ControlNet's `config.json`.
    ///
    /// # Errors
    /// The first field that cannot be read, makes no sense or asks for what is not supported.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let mut config: Self = read(text)?;
        config.unet.up_block_types = mirrored(&config.unet.down_block_types);
        config.check()?;
        Ok(config)
    }

    /// Channels of the network that brings hints to the size of the latents.
    #[must_use]
    pub fn embedding_channels(&self) -> &[usize] {
        self.conditioning_embedding_out_channels.as_deref().unwrap_or(EMBEDDING_CHANNELS)
    }

    /// Pixels of a hint a latent cell stands for, along one side.
    #[must_use]
    pub fn downscale(&self) -> usize {
        1 << self.embedding_channels().len().saturating_sub(1)
    }

    /// Whether a hint's colours are wanted blue first.
    #[must_use]
    pub fn is_blue_first(&self) -> bool {
        self.controlnet_conditioning_channel_order == "bgr"
    }

    /// Whether every size is usable and everything asked for is supported.
    ///
    /// # Errors
    /// Names the first field that is not.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.unet.check()?;
        let channels = self.embedding_channels();
        within("conditioning_embedding_out_channels", channels.len(), 1, MAX_BLOCKS)?;
        all_within("conditioning_embedding_out_channels", channels, 1, MAX_CHANNELS)?;
        let hint = self.conditioning_channels;
        require(matches!(hint, 1 | 3), "conditioning_channels", || format!("{hint} is not supported, only 3 and 1"))?;
        let order = &self.controlnet_conditioning_channel_order;
        require(matches!(order.as_str(), "rgb" | "bgr"), "controlnet_conditioning_channel_order", || {
            format!("`{order}` is not supported, only `rgb` and `bgr`")
        })
    }
}

/// The way up that belongs to a way down.
pub(in crate::checkpoint) fn mirrored(down: &[DownBlock]) -> Vec<UpBlock> {
    let up = |block: &DownBlock| match block {
        DownBlock::CrossAttention => UpBlock::CrossAttention,
        DownBlock::Plain => UpBlock::Plain,
    };
    down.iter().rev().map(up).collect()
}
