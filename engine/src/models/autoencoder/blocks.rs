//! The two halves of the autoencoder and what they are made of.

use burn::tensor::Tensor;

use crate::checkpoint::config::AutoencoderConfig;
use crate::models::resnet::{Resnet, ResnetShape};
use crate::nn::{
    CancelToken, Compute, Conv2d, Conv2dShape, GroupNorm, Heads, Interrupted, ModelError, MultiHeadAttention,
    ProjectionNames, Weights, upsample_nearest_2x,
};

/// All norms of the autoencoder have this epsilon; no config says so.
const NORM_EPSILON: f64 = 1e-6;

/// Activations alive at once for every pixel of the picture, in bytes (f32). The widest place is where the second block's
/// channels meet the full resolution: input, normalised input, convolution's output and its copies.
pub(super) fn bytes_per_pixel(config: &AutoencoderConfig) -> usize {
    let channels = &config.block_out_channels;
    let widest = channels.iter().take(2).max().copied().unwrap_or(0);
    let f32_bytes = 4;
    4 * widest * f32_bytes
}

fn resnet(config: &AutoencoderConfig, inputs: usize, outputs: usize) -> ResnetShape {
    let groups = config.norm_num_groups;
    ResnetShape { inputs, outputs, time: None, groups, epsilon: NORM_EPSILON, output_scale: 1.0 }
}

/// Picture -> moments.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    conv_in: Conv2d,
    blocks: Vec<Block>,
    mid: Mid,
    norm_out: GroupNorm,
    conv_out: Conv2d,
}

impl Encoder {
    pub fn load(weights: &Weights<'_>, config: &AutoencoderConfig) -> Result<Self, ModelError> {
        let channels = &config.block_out_channels;
        let (first, last) = (at(channels, 0), at(channels, channels.len()));
        let blocks = (0..channels.len()).map(|i: usize| {
            let weights = weights.sub(&format!("down_blocks.{i}"));
            let (inputs, outputs) = (at(channels, i.saturating_sub(1)), at(channels, i));
            let halve = (i + 1 < channels.len())
                .then(|| Conv2d::load(&weights.sub("downsamplers.0.conv"), Conv2dShape::halving(outputs, 0)));
            let resnets = load_resnets(&weights, config, (inputs, outputs), config.layers_per_block)?;
            Ok(Block { resnets, resize: halve.transpose()? })
        });
        Ok(Self {
            conv_in: Conv2d::load(&weights.sub("conv_in"), Conv2dShape::three(config.in_channels, first))?,
            blocks: blocks.collect::<Result<_, ModelError>>()?,
            mid: Mid::load(&weights.sub("mid_block"), config, last)?,
            norm_out: GroupNorm::load(&weights.sub("conv_norm_out"), last, config.norm_num_groups, NORM_EPSILON)?,
            conv_out: Conv2d::load(&weights.sub("conv_out"), Conv2dShape::three(last, 2 * config.latent_channels))?,
        })
    }

    /// `[N, 3, H, W]` -> `[N, 2 latent channels, h, w]`.
    pub fn forward(&self, picture: Tensor<4>, cancel: &CancelToken) -> Result<Tensor<4>, Interrupted> {
        let mut x = self.conv_in.forward(picture);
        for block in &self.blocks {
            x = block.forward_resnets(x, cancel)?;
            if let Some(conv) = &block.resize {
                x = conv.forward(x);
            }
        }
        let x = self.mid.forward(x, cancel)?;
        Ok(self.conv_out.forward(self.norm_out.forward_silu(x)))
    }
}

/// Latents -> picture.
#[derive(Clone, Debug)]
pub(super) struct Decoder {
    conv_in: Conv2d,
    mid: Mid,
    blocks: Vec<Block>,
    norm_out: GroupNorm,
    conv_out: Conv2d,
}

impl Decoder {
    pub fn load(weights: &Weights<'_>, config: &AutoencoderConfig) -> Result<Self, ModelError> {
        let channels: Vec<usize> = config.block_out_channels.iter().rev().copied().collect();
        let (innermost, outermost) = (at(&channels, 0), at(&channels, channels.len()));
        let blocks = (0..channels.len()).map(|i: usize| {
            let weights = weights.sub(&format!("up_blocks.{i}"));
            let (inputs, outputs) = (at(&channels, i.saturating_sub(1)), at(&channels, i));
            let enlarge = (i + 1 < channels.len())
                .then(|| Conv2d::load(&weights.sub("upsamplers.0.conv"), Conv2dShape::three(outputs, outputs)));
            let resnets = load_resnets(&weights, config, (inputs, outputs), config.layers_per_block + 1)?;
            Ok(Block { resnets, resize: enlarge.transpose()? })
        });
        let latent = config.latent_channels;
        Ok(Self {
            conv_in: Conv2d::load(&weights.sub("conv_in"), Conv2dShape::three(latent, innermost))?,
            mid: Mid::load(&weights.sub("mid_block"), config, innermost)?,
            blocks: blocks.collect::<Result<_, ModelError>>()?,
            norm_out: GroupNorm::load(&weights.sub("conv_norm_out"), outermost, config.norm_num_groups, NORM_EPSILON)?,
            conv_out: Conv2d::load(&weights.sub("conv_out"), Conv2dShape::three(outermost, config.out_channels))?,
        })
    }

    /// `[N, latent channels, h, w]` -> `[N, 3, H, W]`.
    pub fn forward(&self, latents: Tensor<4>, cancel: &CancelToken) -> Result<Tensor<4>, Interrupted> {
        let mut x = self.mid.forward(self.conv_in.forward(latents), cancel)?;
        for block in &self.blocks {
            x = block.forward_resnets(x, cancel)?;
            if let Some(conv) = &block.resize {
                cancel.check()?;
                x = conv.forward(upsample_nearest_2x(x));
            }
        }
        cancel.check()?;
        Ok(self.conv_out.forward(self.norm_out.forward_silu(x)))
    }
}

/// Resnets at one resolution and the convolution that leaves it.
#[derive(Clone, Debug)]
struct Block {
    resnets: Vec<Resnet>,
    resize: Option<Conv2d>,
}

impl Block {
    fn forward_resnets(&self, mut x: Tensor<4>, cancel: &CancelToken) -> Result<Tensor<4>, Interrupted> {
        for resnet in &self.resnets {
            cancel.check()?;
            x = resnet.forward(x, None);
        }
        Ok(x)
    }
}

fn load_resnets(
    weights: &Weights<'_>,
    config: &AutoencoderConfig,
    (inputs, outputs): (usize, usize),
    count: usize,
) -> Result<Vec<Resnet>, ModelError> {
    let load = |i| {
        let inputs = if i == 0 { inputs } else { outputs };
        Resnet::load(&weights.sub(&format!("resnets.{i}")), resnet(config, inputs, outputs))
    };
    (0..count).map(load).collect()
}

/// Resnet, attention of every latent pixel to all, resnet.
#[derive(Clone, Debug)]
struct Mid {
    first: Resnet,
    attention: Option<MidAttention>,
    second: Resnet,
}

impl Mid {
    fn load(weights: &Weights<'_>, config: &AutoencoderConfig, channels: usize) -> Result<Self, ModelError> {
        let shape = resnet(config, channels, channels);
        let attention = config
            .mid_block_add_attention
            .then(|| MidAttention::load(&weights.sub("attentions.0"), channels, config.norm_num_groups));
        Ok(Self {
            first: Resnet::load(&weights.sub("resnets.0"), shape)?,
            attention: attention.transpose()?,
            second: Resnet::load(&weights.sub("resnets.1"), shape)?,
        })
    }

    fn forward(&self, x: Tensor<4>, cancel: &CancelToken) -> Result<Tensor<4>, Interrupted> {
        cancel.check()?;
        let mut x = self.first.forward(x, None);
        if let Some(attention) = &self.attention {
            cancel.check()?;
            x = attention.forward(x);
        }
        cancel.check()?;
        Ok(self.second.forward(x, None))
    }
}

/// Group norm and attention with one head, beside a residual.
#[derive(Clone, Debug)]
struct MidAttention {
    compute: Compute,
    norm: GroupNorm,
    attention: MultiHeadAttention,
}

impl MidAttention {
    fn load(weights: &Weights<'_>, channels: usize, groups: usize) -> Result<Self, ModelError> {
        let heads = Heads { count: 1, causal: false, upcast: true };
        Ok(Self {
            compute: weights.compute().clone(),
            norm: GroupNorm::load(&weights.sub("group_norm"), channels, groups, NORM_EPSILON)?,
            attention: MultiHeadAttention::load(weights, ProjectionNames::AUTOENCODER, (channels, channels), heads)?,
        })
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [n, channels, height, width] = x.dims();
        let rows = self.norm.forward(x.clone()).reshape([n, channels, height * width]).swap_dims(1, 2);
        let rows = self.attention.forward_self(rows, &self.compute);
        x + rows.swap_dims(1, 2).reshape([n, channels, height, width])
    }
}

/// The entry at `index`, past the end the last; 0 for an empty list, which no checked config holds.
fn at(channels: &[usize], index: usize) -> usize {
    channels.get(index).or(channels.last()).copied().unwrap_or(0)
}
