//! `AutoencoderTiny` of diffusers (TAESD): a small, fast stand-in for the autoencoder, good enough for previews.

use burn::tensor::{Tensor, activation};

use super::tiles::{Direction, Tiling};
use crate::checkpoint::Source;
use crate::checkpoint::config::TinyAutoencoderConfig;
use crate::nn::{CancelToken, Compute, Conv2d, Conv2dShape, Interrupted, ModelError, Weights, upsample_nearest_2x};

/// Above this many bytes of activations a picture is coded in tiles.
const MEMORY_BUDGET: usize = 4 << 30;
/// Latents are softly clamped to plus and minus this before decoding.
const LATENT_MAGNITUDE: f64 = 3.0;

/// The tiny autoencoder.
#[derive(Clone, Debug)]
pub struct AutoencoderTiny {
    encoder: Vec<Step>,
    decoder: Vec<Step>,
    latent_channels: usize,
    scaling_factor: f64,
    tiling: Tiling,
}

/// One entry of the `layers` of either half.
#[derive(Clone, Debug)]
enum Step {
    Conv(Conv2d),
    Relu,
    Residual(Box<[Conv2d; 3]>),
    Upsample,
}

impl AutoencoderTiny {
    /// Builds the model from a source that names its tensors as diffusers does.
    ///
    /// # Errors
    /// A tensor is missing, unreadable or of another shape than `config` asks for.
    pub fn load(config: &TinyAutoencoderConfig, source: &dyn Source, compute: &Compute) -> Result<Self, ModelError> {
        let weights = Weights::new(source, compute);
        let widest = config.encoder_block_out_channels.iter().chain(&config.decoder_block_out_channels).max();
        // Input, output and one intermediate result of a residual block, in f32.
        let bytes_per_pixel = 4 * 4 * widest.copied().unwrap_or(0);
        Ok(Self {
            encoder: load_encoder(&weights.sub("encoder.layers"), config)?,
            decoder: load_decoder(&weights.sub("decoder.layers"), config)?,
            latent_channels: config.latent_channels,
            scaling_factor: config.scaling_factor,
            tiling: Tiling {
                budget: MEMORY_BUDGET,
                bytes_per_pixel,
                scale: 1 << config.num_encoder_blocks.len().saturating_sub(1),
            },
        })
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

    /// `picture` `[N, 3, H, W]` in -1..1, height and width multiples of [`AutoencoderTiny::scale`], -> latents as the UNet
    /// sees them.
    ///
    /// # Errors
    /// [`Interrupted`] if `cancel` is set; looked at between layers and tiles.
    pub fn encode(&self, picture: Tensor<4>, cancel: &CancelToken) -> Result<Tensor<4>, Interrupted> {
        let from_zero_to_one = (picture + 1.0) / 2.0;
        let encoded = self
            .tiling
            .run(from_zero_to_one, Direction::PictureToLatents, cancel, |x| run(&self.encoder, x, cancel))?;
        Ok(encoded * self.scaling_factor)
    }

    /// `latents` `[N, latent channels, h, w]` as the UNet sees them -> `[N, 3, H, W]`, about -1..1 and not clamped.
    ///
    /// # Errors
    /// [`Interrupted`] if `cancel` is set; looked at between layers and tiles.
    pub fn decode(&self, latents: Tensor<4>, cancel: &CancelToken) -> Result<Tensor<4>, Interrupted> {
        let clamped = (latents / (self.scaling_factor * LATENT_MAGNITUDE)).tanh() * LATENT_MAGNITUDE;
        let from_zero_to_one =
            self.tiling.run(clamped, Direction::LatentsToPicture, cancel, |x| run(&self.decoder, x, cancel))?;
        Ok(from_zero_to_one * 2.0 - 1.0)
    }
}

fn run(steps: &[Step], mut x: Tensor<4>, cancel: &CancelToken) -> Result<Tensor<4>, Interrupted> {
    for step in steps {
        cancel.check()?;
        x = match step {
            Step::Conv(conv) => conv.forward(x),
            Step::Relu => activation::relu(x),
            Step::Residual(convs) => {
                let [first, second, third] = convs.as_ref();
                let inner = activation::relu(first.forward(x.clone()));
                let inner = activation::relu(second.forward(inner));
                activation::relu(third.forward(inner) + x)
            }
            Step::Upsample => upsample_nearest_2x(x),
        };
    }
    Ok(x)
}

/// A convolution and its residual blocks a level; all but the first convolution halve and have no bias.
fn load_encoder(weights: &Weights<'_>, config: &TinyAutoencoderConfig) -> Result<Vec<Step>, ModelError> {
    let mut steps = Vec::new();
    let levels = config.num_encoder_blocks.iter().zip(&config.encoder_block_out_channels);
    for (level, (&blocks, &channels)) in levels.enumerate() {
        let shape = if level == 0 {
            Conv2dShape::three(config.in_channels, channels)
        } else {
            Conv2dShape::halving(channels, 1).without_bias()
        };
        push_conv(&mut steps, weights, shape)?;
        push_residuals(&mut steps, weights, channels, blocks)?;
    }
    let last = config.encoder_block_out_channels.last().copied().unwrap_or(0);
    push_conv(&mut steps, weights, Conv2dShape::three(last, config.latent_channels))?;
    Ok(steps)
}

/// A convolution, then a level its residual blocks and a convolution, between them an enlargement; only the last
/// convolution has a bias.
fn load_decoder(weights: &Weights<'_>, config: &TinyAutoencoderConfig) -> Result<Vec<Step>, ModelError> {
    let mut steps = Vec::new();
    let first = config.decoder_block_out_channels.first().copied().unwrap_or(0);
    push_conv(&mut steps, weights, Conv2dShape::three(config.latent_channels, first))?;
    steps.push(Step::Relu);
    let count = config.num_decoder_blocks.len();
    let levels = config.num_decoder_blocks.iter().zip(&config.decoder_block_out_channels);
    for (level, (&blocks, &channels)) in levels.enumerate() {
        push_residuals(&mut steps, weights, channels, blocks)?;
        if level + 1 == count {
            push_conv(&mut steps, weights, Conv2dShape::three(channels, config.out_channels))?;
        } else {
            steps.push(Step::Upsample);
            push_conv(&mut steps, weights, Conv2dShape::three(channels, channels).without_bias())?;
        }
    }
    Ok(steps)
}

/// Each step's tensors are named by its place among all steps.
fn push_conv(steps: &mut Vec<Step>, weights: &Weights<'_>, shape: Conv2dShape) -> Result<(), ModelError> {
    steps.push(Step::Conv(Conv2d::load(&weights.sub(&steps.len().to_string()), shape)?));
    Ok(())
}

fn push_residuals(
    steps: &mut Vec<Step>,
    weights: &Weights<'_>,
    channels: usize,
    count: usize,
) -> Result<(), ModelError> {
    for _ in 0..count {
        let weights = weights.sub(&format!("{}.conv", steps.len()));
        let conv = |name: &str| Conv2d::load(&weights.sub(name), Conv2dShape::three(channels, channels));
        steps.push(Step::Residual(Box::new([conv("0")?, conv("2")?, conv("4")?])));
    }
    Ok(())
}
