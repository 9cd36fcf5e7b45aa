//! A UNet's first half, which a ControlNet has too: the way down and the middle.

use burn::tensor::Tensor;

use super::blocks::{Conditions, Down, Layer, Mid, downsampler};
use super::text_embedding::TextEmbedding;
use super::transformer::TransformerShape;
use crate::checkpoint::config::{AdditionEmbed, DownBlock, UnetConfig};
use crate::models::resnet::{ResnetShape, TimeShape};
use crate::nn::{
    Activation, CancelToken, Compute, Conv2d, Conv2dShape, Heads, Interrupted, ModelError, TimestepEmbedding, Weights,
};

/// The embeddings of time and text, the first convolution, the down blocks and the mid block.
#[derive(Clone, Debug)]
pub(in crate::models) struct Encoder {
    compute: Compute,
    in_channels: usize,
    center_input: bool,
    time: TimestepEmbedding,
    /// What the text as a whole adds to the time embedding.
    text: Option<TextEmbedding>,
    conv_in: Conv2d,
    downs: Vec<Down>,
    mid: Option<Mid>,
}

/// What goes into an [`Encoder`].
pub(in crate::models) struct Encoded<'a> {
    /// `[N, in_channels, h, w]`.
    pub latents: Tensor<4>,
    /// In training steps.
    pub timestep: f64,
    /// `[N, L, text width]`.
    pub text: &'a Tensor<3>,
    /// Added to what the first convolution makes.
    pub hint: Option<&'a Tensor<4>>,
    /// Added to each level's result before it is halved, the outermost level first; see
    /// [`ControlResiduals`](crate::models::ControlResiduals).
    pub features: &'a [Tensor<4>],
}

/// What comes out.
pub(in crate::models) struct Encoding {
    /// `silu` of the time embedding, `[1 or N, width]`.
    pub time: Tensor<2>,
    /// The first convolution's result, then each layer's and downsampler's.
    pub skips: Vec<Tensor<4>>,
    /// The mid block's result.
    pub innermost: Tensor<4>,
}

impl Encoder {
    /// # Errors
    /// A tensor is missing, unreadable or of another shape than `config` asks for.
    pub fn load(config: &UnetConfig, weights: &Weights<'_>) -> Result<Self, ModelError> {
        let plan = Plan { config, weights };
        let first = plan.channels(0);
        let time = TimestepEmbedding::load(
            &weights.sub("time_embedding"),
            (first, config.time_width()),
            config.flip_sin_to_cos,
            config.freq_shift,
        )?;
        Ok(Self {
            compute: weights.compute().clone(),
            in_channels: config.in_channels,
            center_input: config.center_input_sample,
            time,
            text: plan.text()?,
            conv_in: Conv2d::load(&weights.sub("conv_in"), Conv2dShape::three(config.in_channels, first))?,
            downs: (0..config.levels()).map(|level| plan.down(level)).collect::<Result<_, _>>()?,
            mid: plan.mid()?,
        })
    }

    pub fn in_channels(&self) -> usize {
        self.in_channels
    }

    pub fn compute(&self) -> &Compute {
        &self.compute
    }

    /// # Errors
    /// [`Interrupted`] if `cancel` is set; looked at before every resnet and transformer.
    pub fn forward(&self, given: Encoded<'_>, cancel: &CancelToken) -> Result<Encoding, Interrupted> {
        let Encoded { latents, timestep, text, hint, features } = given;
        let time = self.time.forward(timestep, &self.compute);
        let time = match &self.text {
            Some(embedding) => time + embedding.forward(text.clone(), &self.compute),
            None => time,
        };
        let time = Activation::Silu.forward(time);
        let given = Conditions { time: &time, text, compute: &self.compute, cancel };
        let latents = if self.center_input { latents * 2.0 - 1.0 } else { latents };

        let mut x = self.conv_in.forward(latents);
        if let Some(hint) = hint {
            x = x + hint.clone();
        }
        let mut skips = vec![x.clone()];
        for (level, block) in self.downs.iter().enumerate() {
            x = block.forward(x, &mut skips, features.get(level), given)?;
        }
        if let Some(mid) = &self.mid {
            x = mid.forward(x, given)?;
        }
        Ok(Encoding { time, skips, innermost: x })
    }
}

/// Reads a config as diffusers' constructor does and loads the blocks.
pub(super) struct Plan<'a> {
    pub config: &'a UnetConfig,
    pub weights: &'a Weights<'a>,
}

impl Plan<'_> {
    /// Channels at `level`, 0 being the outermost; past the innermost those of the innermost.
    pub fn channels(&self, level: usize) -> usize {
        let all = &self.config.block_out_channels;
        all.get(level).or(all.last()).copied().unwrap_or(0)
    }

    pub fn resnet(&self, inputs: usize, outputs: usize) -> ResnetShape {
        ResnetShape {
            inputs,
            outputs,
            time: Some(TimeShape { width: self.config.time_width(), scales: self.config.time_scales() }),
            groups: self.config.norm_num_groups,
            epsilon: self.config.norm_eps,
            output_scale: 1.0,
        }
    }

    fn text(&self) -> Result<Option<TextEmbedding>, ModelError> {
        let Some(AdditionEmbed::Text) = self.config.addition_embed_type else { return Ok(None) };
        let widths = (self.config.text_width(0), self.config.time_width());
        let heads = self.config.addition_embed_type_num_heads;
        TextEmbedding::load(&self.weights.sub("add_embedding"), widths, heads).map(Some)
    }

    pub fn transformer(&self, level: usize) -> TransformerShape {
        TransformerShape {
            channels: self.channels(level),
            heads: Heads { count: self.config.heads(level), causal: false, upcast: self.config.upcast_attention },
            layers: self.config.transformer_layers(level),
            text_width: self.config.text_width(level),
            groups: self.config.norm_num_groups,
        }
    }

    fn down(&self, level: usize) -> Result<Down, ModelError> {
        let config = self.config;
        let weights = self.weights.sub(&format!("down_blocks.{level}"));
        let outputs = self.channels(level);
        let attends = config.down_block_types.get(level) == Some(&DownBlock::CrossAttention);
        let transformer = attends.then(|| self.transformer(level));
        let layers = (0..config.layers(level)).map(|i| {
            let inputs = if i == 0 { self.channels(level.saturating_sub(1)) } else { outputs };
            Layer::load(&weights, i, self.resnet(inputs, outputs), transformer)
        });
        let last = level + 1 == config.levels();
        let halve = (!last).then(|| downsampler(&weights, outputs, config.downsample_padding));
        Ok(Down { layers: layers.collect::<Result<_, _>>()?, downsampler: halve.transpose()? })
    }

    fn mid(&self) -> Result<Option<Mid>, ModelError> {
        let config = self.config;
        if config.mid_block_type.is_none() {
            return Ok(None);
        }
        let level = config.levels().saturating_sub(1);
        let channels = self.channels(level);
        let resnet = ResnetShape { output_scale: config.mid_block_scale_factor, ..self.resnet(channels, channels) };
        Mid::load(&self.weights.sub("mid_block"), resnet, self.transformer(level)).map(Some)
    }
}
