//! The config of a `T2IAdapter`.

use serde::Deserialize;

use super::{ConfigError, MAX_BLOCKS, MAX_CHANNELS, MAX_LAYERS, all_within, read, require, within, wrong};

/// The two shapes an adapter for Stable Diffusion 1.x and 2.x may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdapterType {
    /// `full_adapter`: each level's blocks are as wide as the UNet.
    Full,
    /// `light_adapter`: they are a quarter of that.
    Light,
}

/// `T2IAdapter`'s config.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct AdapterConfig {
    /// Channels of a hint: 3, or 1 for grey ones.
    pub in_channels: usize,
    /// Of each level, the outermost first; a light adapter repeats the last for one level more.
    pub channels: Vec<usize>,
    pub num_res_blocks: usize,
    /// Pixels of a hint that one place of the outermost level stands for, along one side.
    pub downscale_factor: usize,
    /// `full_adapter` or `light_adapter`; use [`AdapterConfig::kind`].
    pub adapter_type: String,
}

impl Default for AdapterConfig {
    fn default() -> Self {
        Self {
            in_channels: 3,
            channels: vec![320, 640, 1280, 1280],
            num_res_blocks: 2,
            downscale_factor: 8,
            adapter_type: FULL.to_owned(),
        }
    }
}

const FULL: &str = "full_adapter";
const LIGHT: &str = "light_adapter";

impl AdapterConfig {
    /// Reads and checks an adapter's `config.json`.
    ///
    /// # Errors
    /// The first field that cannot be read, makes no sense or asks for what is not supported.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let config: Self = read(text)?;
        config.check()?;
        Ok(config)
    }

    pub(in crate::checkpoint) fn new(kind: AdapterType, in_channels: usize, channels: Vec<usize>) -> Self {
        let (adapter_type, num_res_blocks) = match kind {
            AdapterType::Full => (FULL, 2),
            AdapterType::Light => (LIGHT, 4),
        };
        Self { in_channels, channels, num_res_blocks, adapter_type: adapter_type.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn kind(&self) -> AdapterType {
        if self.adapter_type == LIGHT { AdapterType::Light } else { AdapterType::Full }
    }

    /// Channels of the features it makes, the outermost level first.
    #[must_use]
    pub fn features(&self) -> Vec<usize> {
        let deepest = self.channels.last().copied().filter(|_| self.kind() == AdapterType::Light);
        self.channels.iter().copied().chain(deepest).collect()
    }

    /// Whether every size is usable and everything asked for is supported.
    ///
    /// # Errors
    /// Names the first field that is not.
    pub fn check(&self) -> Result<(), ConfigError> {
        within("channels", self.channels.len(), 1, MAX_BLOCKS)?;
        all_within("channels", &self.channels, 4, MAX_CHANNELS)?;
        within("num_res_blocks", self.num_res_blocks, 1, MAX_LAYERS)?;
        within("downscale_factor", self.downscale_factor, 1, 64)?;
        let inputs = self.in_channels;
        require(matches!(inputs, 1 | 3), "in_channels", || format!("{inputs} is not supported, only 3 and 1"))?;
        match self.adapter_type.as_str() {
            FULL | LIGHT => Ok(()),
            "full_adapter_xl" => wrong("adapter_type", "adapters for Stable Diffusion XL are not supported yet"),
            other => wrong("adapter_type", format!("`{other}` is not supported, only `{FULL}` and `{LIGHT}`")),
        }
    }
}
