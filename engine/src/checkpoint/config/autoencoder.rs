//! `vae/config.json` of an `AutoencoderKL`.

use serde::{Deserialize, Serialize};

use super::{
    ConfigError, MAX_BLOCKS, MAX_CHANNELS, MAX_LAYERS, absent, all_within, divides, finite_positive, read, require,
    same_length, silu, within,
};

/// `AutoencoderKL`'s config. Lists go from the picture's resolution to that of the latents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutoencoderConfig {
    pub in_channels: usize,
    pub out_channels: usize,
    pub latent_channels: usize,
    pub block_out_channels: Vec<usize>,
    pub down_block_types: Vec<String>,
    pub up_block_types: Vec<String>,
    /// Resnets of each block of the encoder; those of the decoder have one more.
    pub layers_per_block: usize,
    pub norm_num_groups: usize,
    pub act_fn: String,
    /// Latents are `scaling_factor * (encoded - shift_factor)`.
    pub scaling_factor: f64,
    /// See `scaling_factor`; 0 where `None`.
    pub shift_factor: Option<f64>,
    pub use_quant_conv: bool,
    pub use_post_quant_conv: bool,
    /// Attention (one head) between the two resnets of each mid block.
    pub mid_block_add_attention: bool,
    /// f16 overflows in this autoencoder: run it in f32.
    pub force_upcast: bool,
    /// Edge of the pictures it was trained on, in pixels.
    pub sample_size: usize,
    // Read so that a model that needs it is refused instead of computed wrong.
    pub latents_mean: Option<Vec<f64>>,
    pub latents_std: Option<Vec<f64>>,
}

impl Default for AutoencoderConfig {
    fn default() -> Self {
        Self {
            in_channels: 3,
            out_channels: 3,
            latent_channels: 4,
            block_out_channels: vec![64],
            down_block_types: vec!["DownEncoderBlock2D".to_owned()],
            up_block_types: vec!["UpDecoderBlock2D".to_owned()],
            layers_per_block: 1,
            norm_num_groups: 32,
            act_fn: "silu".to_owned(),
            scaling_factor: 0.18215,
            shift_factor: None,
            use_quant_conv: true,
            use_post_quant_conv: true,
            mid_block_add_attention: true,
            force_upcast: true,
            sample_size: 32,
            latents_mean: None,
            latents_std: None,
        }
    }
}

impl AutoencoderConfig {
    /// Reads and checks a `vae/config.json`.
    ///
    /// # Errors
    /// The first field that cannot be read, makes no sense or asks for what is not supported.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let config: Self = read(text)?;
        config.check()?;
        Ok(config)
    }

    /// Picture pixels per latent pixel, along each edge.
    pub fn downscale(&self) -> usize {
        1 << (self.block_out_channels.len().saturating_sub(1))
    }

    /// Whether every size is usable and everything asked for is supported.
    ///
    /// # Errors
    /// Names the first field that is not.
    pub fn check(&self) -> Result<(), ConfigError> {
        let blocks = self.block_out_channels.len();
        within("block_out_channels", blocks, 1, MAX_BLOCKS)?;
        same_length("down_block_types", self.down_block_types.len(), blocks)?;
        same_length("up_block_types", self.up_block_types.len(), blocks)?;
        let only = |field, names: &[String], supported: &str| match names.iter().find(|name| *name != supported) {
            Some(name) => super::wrong(field, format!("`{name}` is not supported, only `{supported}`")),
            None => Ok(()),
        };
        only("down_block_types", &self.down_block_types, "DownEncoderBlock2D")?;
        only("up_block_types", &self.up_block_types, "UpDecoderBlock2D")?;
        // Pictures have three channels, in and out; a mask or depth autoencoder is another model.
        within("in_channels", self.in_channels, 3, 3)?;
        within("out_channels", self.out_channels, 3, 3)?;
        within("latent_channels", self.latent_channels, 1, MAX_CHANNELS)?;
        all_within("block_out_channels", &self.block_out_channels, 1, MAX_CHANNELS)?;
        within("layers_per_block", self.layers_per_block, 1, MAX_LAYERS)?;
        within("norm_num_groups", self.norm_num_groups, 1, MAX_CHANNELS)?;
        for &channels in &self.block_out_channels {
            divides("block_out_channels", channels, self.norm_num_groups, "groups (`norm_num_groups`)")?;
        }
        silu("act_fn", &self.act_fn)?;
        finite_positive("scaling_factor", self.scaling_factor)?;
        let shift = self.shift_factor.unwrap_or(0.0);
        require(shift.is_finite(), "shift_factor", || "it is not a number".to_owned())?;
        absent("latents_mean", &self.latents_mean)?;
        absent("latents_std", &self.latents_std)
    }
}
