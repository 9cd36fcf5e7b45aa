//! The config of an `AutoencoderTiny` (TAESD).

use serde::{Deserialize, Serialize};

use super::{ConfigError, MAX_BLOCKS, MAX_CHANNELS, MAX_LAYERS, all_within, finite_positive, read, require, within};

/// `AutoencoderTiny`'s config. Encoder lists go from the picture to the latents, decoder lists the other way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TinyAutoencoderConfig {
    pub in_channels: usize,
    pub out_channels: usize,
    pub latent_channels: usize,
    pub encoder_block_out_channels: Vec<usize>,
    pub decoder_block_out_channels: Vec<usize>,
    pub num_encoder_blocks: Vec<usize>,
    pub num_decoder_blocks: Vec<usize>,
    pub act_fn: String,
    pub upsample_fn: String,
    pub upsampling_scaling_factor: usize,
    /// For diffusers' `scale_latents`, which packs latents into pictures; the decoder's soft clamp is 3 whatever this says.
    pub latent_magnitude: f64,
    /// As `latent_magnitude`.
    pub latent_shift: f64,
    pub scaling_factor: f64,
    pub shift_factor: f64,
}

impl Default for TinyAutoencoderConfig {
    fn default() -> Self {
        Self {
            in_channels: 3,
            out_channels: 3,
            latent_channels: 4,
            encoder_block_out_channels: vec![64; 4],
            decoder_block_out_channels: vec![64; 4],
            num_encoder_blocks: vec![1, 3, 3, 3],
            num_decoder_blocks: vec![3, 3, 3, 1],
            act_fn: "relu".to_owned(),
            upsample_fn: "nearest".to_owned(),
            upsampling_scaling_factor: 2,
            latent_magnitude: 3.0,
            latent_shift: 0.5,
            scaling_factor: 1.0,
            shift_factor: 0.0,
        }
    }
}

impl TinyAutoencoderConfig {
    /// Reads and checks a tiny autoencoder's `config.json`.
    ///
    /// # Errors
    /// The first field that cannot be read, makes no sense or asks for what is not supported.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let config: Self = read(text)?;
        config.check()?;
        Ok(config)
    }

    /// Whether every size is usable and everything asked for is supported.
    ///
    /// # Errors
    /// Names the first field that is not.
    pub fn check(&self) -> Result<(), ConfigError> {
        within("in_channels", self.in_channels, 3, 3)?;
        within("out_channels", self.out_channels, 3, 3)?;
        within("latent_channels", self.latent_channels, 1, MAX_CHANNELS)?;
        Self::check_side(
            ("encoder_block_out_channels", &self.encoder_block_out_channels),
            ("num_encoder_blocks", &self.num_encoder_blocks),
        )?;
        Self::check_side(
            ("decoder_block_out_channels", &self.decoder_block_out_channels),
            ("num_decoder_blocks", &self.num_decoder_blocks),
        )?;
        let act = &self.act_fn;
        require(act == "relu", "act_fn", || format!("`{act}` is not supported, only `relu`"))?;
        let upsample = &self.upsample_fn;
        let nearest = upsample == "nearest";
        require(nearest, "upsample_fn", || format!("`{upsample}` is not supported, only `nearest`"))?;
        within("upsampling_scaling_factor", self.upsampling_scaling_factor, 2, 2)?;
        finite_positive("latent_magnitude", self.latent_magnitude)?;
        finite_positive("scaling_factor", self.scaling_factor)?;
        require(self.latent_shift.is_finite(), "latent_shift", || "it is not a number".to_owned())?;
        require(self.shift_factor.is_finite(), "shift_factor", || "it is not a number".to_owned())
    }

    /// diffusers' encoder and decoder halve and double without changing the width, so all blocks of a side are equally
    /// wide.
    fn check_side(
        (channels_field, channels): (&'static str, &[usize]),
        (blocks_field, blocks): (&'static str, &[usize]),
    ) -> Result<(), ConfigError> {
        within(channels_field, channels.len(), 1, MAX_BLOCKS)?;
        all_within(channels_field, channels, 1, MAX_CHANNELS)?;
        let even = channels.windows(2).all(|pair| pair.first() == pair.last());
        require(even, channels_field, || "blocks of different widths are not supported".to_owned())?;
        let (has, wants) = (blocks.len(), channels.len());
        require(has == wants, blocks_field, || format!("it has {has} entries, `{channels_field}` has {wants}"))?;
        all_within(blocks_field, blocks, 0, MAX_LAYERS)
    }
}
