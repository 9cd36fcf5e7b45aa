//! `AutoencoderKL` of diffusers: pictures to latents and back.

mod blocks;

use burn::tensor::Tensor;

use self::blocks::{Decoder, Encoder};
use super::tiles::{Direction, Tiling};
use crate::checkpoint::Source;
use crate::checkpoint::config::AutoencoderConfig;
use crate::nn::{CancelToken, Compute, Conv2d, Conv2dShape, Interrupted, ModelError, Weights};

/// Above this many bytes of activations a picture is coded in tiles; 1024 x 1024 stays whole.
const MEMORY_BUDGET: usize = 4 << 30;

/// The autoencoder of Stable Diffusion. Load it in f32: its activations overflow f16.
#[derive(Clone, Debug)]
pub struct AutoencoderKl {
    encoder: Encoder,
    decoder: Decoder,
    quant_conv: Option<Conv2d>,
    post_quant_conv: Option<Conv2d>,
    latent_channels: usize,
    scaling: Scaling,
    tiling: Tiling,
}

/// Between the autoencoder's numbers and those the UNet sees.
#[derive(Clone, Copy, Debug)]
struct Scaling {
    factor: f64,
    shift: f64,
}

impl Scaling {
    fn latents_of(self, encoded: Tensor<4>) -> Tensor<4> {
        (encoded - self.shift) * self.factor
    }

    fn encoded_of(self, latents: Tensor<4>) -> Tensor<4> {
        latents / self.factor + self.shift
    }
}

/// What a picture is encoded to: a normal distribution a latent pixel.
#[derive(Clone, Debug)]
pub struct Moments {
    /// `[N, latent channels, h, w]`, in the autoencoder's numbers.
    pub mean: Tensor<4>,
    /// Logarithm of the variance, clamped to -30..20; the shape of `mean`.
    pub logvar: Tensor<4>,
    scaling: Scaling,
}

impl Moments {
    /// The most probable latents, as the UNet sees them.
    #[must_use]
    pub fn mode(&self) -> Tensor<4> {
        self.scaling.latents_of(self.mean.clone())
    }

    /// Latents drawn from the distribution with standard normal `noise` of the mean's shape, as the UNet sees them.
    #[must_use]
    pub fn sample(&self, noise: Tensor<4>) -> Tensor<4> {
        let deviation = (self.logvar.clone() * 0.5).exp();
        self.scaling.latents_of(self.mean.clone() + deviation * noise)
    }
}

fn tiling(config: &AutoencoderConfig) -> Tiling {
    let (bytes_per_pixel, scale) = (blocks::bytes_per_pixel(config), config.downscale());
    Tiling { budget: MEMORY_BUDGET, bytes_per_pixel, scale }
}

impl AutoencoderKl {
    /// Builds the model from a source that names its tensors as diffusers does.
    ///
    /// # Errors
    /// A tensor is missing, unreadable or of another shape than `config` asks for.
    pub fn load(config: &AutoencoderConfig, source: &dyn Source, compute: &Compute) -> Result<Self, ModelError> {
        let weights = Weights::new(source, compute);
        let latent = config.latent_channels;
        let pointwise = |wanted: bool, name: &str, channels: usize| {
            let conv = wanted.then(|| Conv2d::load(&weights.sub(name), Conv2dShape::one(channels, channels)));
            conv.transpose()
        };
        Ok(Self {
            encoder: Encoder::load(&weights.sub("encoder"), config)?,
            decoder: Decoder::load(&weights.sub("decoder"), config)?,
            quant_conv: pointwise(config.use_quant_conv, "quant_conv", 2 * latent)?,
            post_quant_conv: pointwise(config.use_post_quant_conv, "post_quant_conv", latent)?,
            latent_channels: latent,
            scaling: Scaling { factor: config.scaling_factor, shift: config.shift_factor.unwrap_or(0.0) },
            tiling: tiling(config),
        })
    }

    /// Bytes held beside the weights while a picture of `height` x `width` pixels is coded on the CPU.
    pub(crate) fn working_bytes(config: &AutoencoderConfig, height: usize, width: usize) -> usize {
        let scale = config.downscale().max(1);
        tiling(config).bytes(height.div_ceil(scale), width.div_ceil(scale))
    }

    /// Pictures whose activations would take more than `bytes` are coded in overlapping, blended tiles.
    #[must_use]
    pub fn with_memory_budget(mut self, bytes: usize) -> Self {
        self.tiling.budget = bytes;
        self
    }

    /// Picture pixels per latent pixel, along each edge.
    #[must_use]
    pub fn scale(&self) -> usize {
        self.tiling.scale
    }

    #[must_use]
    pub fn latent_channels(&self) -> usize {
        self.latent_channels
    }

    /// `picture` `[N, 3, H, W]` in -1..1, height and width multiples of [`AutoencoderKl::scale`].
    ///
    /// # Errors
    /// [`Interrupted`] if `cancel` is set; looked at between blocks and tiles.
    pub fn encode(&self, picture: Tensor<4>, cancel: &CancelToken) -> Result<Moments, Interrupted> {
        let moments = self.tiling.run(picture, Direction::PictureToLatents, cancel, |picture| {
            let encoded = self.encoder.forward(picture, cancel)?;
            Ok(match &self.quant_conv {
                Some(conv) => conv.forward(encoded),
                None => encoded,
            })
        })?;
        let mean = moments.clone().narrow(1, 0, self.latent_channels);
        let logvar = moments.narrow(1, self.latent_channels, self.latent_channels).clamp(-30.0, 20.0);
        Ok(Moments { mean, logvar, scaling: self.scaling })
    }

    /// `latents` `[N, latent channels, h, w]` as the UNet sees them -> `[N, 3, H, W]`, about -1..1 and not clamped.
    ///
    /// # Errors
    /// [`Interrupted`] if `cancel` is set; looked at between blocks and tiles.
    pub fn decode(&self, latents: Tensor<4>, cancel: &CancelToken) -> Result<Tensor<4>, Interrupted> {
        let encoded = self.scaling.encoded_of(latents);
        self.tiling.run(encoded, Direction::LatentsToPicture, cancel, |encoded| {
            let encoded = match &self.post_quant_conv {
                Some(conv) => conv.forward(encoded),
                None => encoded,
            };
            self.decoder.forward(encoded, cancel)
        })
    }
}
