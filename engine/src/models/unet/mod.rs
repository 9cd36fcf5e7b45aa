//! `UNet2DConditionModel` of diffusers: predicts the noise (or velocity, or picture) in noisy latents, given a text.

mod blocks;
mod text_embedding;
mod transformer;

use burn::tensor::Tensor;

use self::blocks::{Conditions, Down, Layer, Mid, Up, downsampler, upsampler};
use self::text_embedding::TextEmbedding;
use self::transformer::TransformerShape;
use super::resnet::{ResnetShape, TimeShape};
use crate::checkpoint::Source;
use crate::checkpoint::config::{AdditionEmbed, DownBlock, UnetConfig, UpBlock};
use crate::nn::{
    Activation, CancelToken, Compute, Conv2d, Conv2dShape, GroupNorm, Heads, Interrupted, ModelError,
    TimestepEmbedding, Weights,
};

/// The UNet of Stable Diffusion 1.x, 2.x and smaller siblings; 4 input channels, or 8 or 9 for models that see a picture.
/// As in DeepFloyd IF the text may also speak through the time embedding, and that may scale as well as shift.
#[derive(Clone, Debug)]
pub struct UNet2dConditionModel {
    compute: Compute,
    in_channels: usize,
    center_input: bool,
    time: TimestepEmbedding,
    /// What the text as a whole adds to the time embedding.
    text: Option<TextEmbedding>,
    conv_in: Conv2d,
    downs: Vec<Down>,
    mid: Option<Mid>,
    ups: Vec<Up>,
    norm_out: GroupNorm,
    conv_out: Conv2d,
}

/// What a ControlNet adds to a UNet's insides.
#[derive(Clone, Debug)]
pub struct ControlResiduals {
    /// Added to the skips in the order they are made: the first convolution's, then each layer's and downsampler's of each
    /// down block. Shorter lists leave the remaining skips as they are.
    pub down: Vec<Tensor<4>>,
    /// Added to the mid block's result.
    pub mid: Tensor<4>,
}

impl UNet2dConditionModel {
    /// Builds the model from a source that names its tensors as diffusers does.
    ///
    /// # Errors
    /// A tensor is missing, unreadable or of another shape than `config` asks for.
    pub fn load(config: &UnetConfig, source: &dyn Source, compute: &Compute) -> Result<Self, ModelError> {
        let weights = Weights::new(source, compute);
        let plan = Plan { config, weights: &weights };
        let first = plan.channels(0);
        let levels = config.levels();
        let time = TimestepEmbedding::load(
            &weights.sub("time_embedding"),
            (first, config.time_width()),
            config.flip_sin_to_cos,
            config.freq_shift,
        )?;
        Ok(Self {
            compute: compute.clone(),
            in_channels: config.in_channels,
            center_input: config.center_input_sample,
            time,
            text: plan.text()?,
            conv_in: Conv2d::load(&weights.sub("conv_in"), Conv2dShape::three(config.in_channels, first))?,
            downs: (0..levels).map(|level| plan.down(level)).collect::<Result<_, _>>()?,
            mid: plan.mid()?,
            ups: (0..levels).map(|index| plan.up(index)).collect::<Result<_, _>>()?,
            norm_out: GroupNorm::load(&weights.sub("conv_norm_out"), first, config.norm_num_groups, config.norm_eps)?,
            conv_out: Conv2d::load(&weights.sub("conv_out"), Conv2dShape::three(first, config.out_channels))?,
        })
    }

    /// 4 for text to image; 8 or 9 where latents of a picture (and a mask) are appended.
    #[must_use]
    pub fn in_channels(&self) -> usize {
        self.in_channels
    }

    /// Where and how it computes.
    #[must_use]
    pub fn compute(&self) -> &Compute {
        &self.compute
    }

    /// `latents` `[N, in_channels, h, w]` of any height and width, `timestep` in training steps (fractions are fine),
    /// `text` `[N, L, text width]` -> `[N, out_channels, h, w]`.
    ///
    /// # Errors
    /// [`Interrupted`] if `cancel` is set; looked at before every resnet and transformer.
    pub fn forward(
        &self,
        latents: Tensor<4>,
        timestep: f64,
        text: Tensor<3>,
        control: Option<&ControlResiduals>,
        cancel: &CancelToken,
    ) -> Result<Tensor<4>, Interrupted> {
        let time = self.time.forward(timestep, &self.compute);
        let time = match &self.text {
            Some(embedding) => time + embedding.forward(text.clone(), &self.compute),
            None => time,
        };
        let time = Activation::Silu.forward(time);
        let given = Conditions { time: &time, text: &text, compute: &self.compute, cancel };
        let latents = if self.center_input { latents * 2.0 - 1.0 } else { latents };

        let mut x = self.conv_in.forward(latents);
        let mut skips = vec![x.clone()];
        for block in &self.downs {
            x = block.forward(x, &mut skips, given)?;
        }
        if let Some(mid) = &self.mid {
            x = mid.forward(x, given)?;
        }
        if let Some(control) = control {
            for (skip, residual) in skips.iter_mut().zip(&control.down) {
                *skip = skip.clone() + residual.clone();
            }
            x = x + control.mid.clone();
        }
        for block in &self.ups {
            x = block.forward(x, &mut skips, given)?;
        }
        cancel.check()?;
        Ok(self.conv_out.forward(self.norm_out.forward_silu(x)))
    }
}

/// Reads a config as diffusers' constructor does and loads the blocks.
struct Plan<'a> {
    config: &'a UnetConfig,
    weights: &'a Weights<'a>,
}

impl Plan<'_> {
    /// Channels at `level`, 0 being the outermost; past the innermost those of the innermost.
    fn channels(&self, level: usize) -> usize {
        let all = &self.config.block_out_channels;
        all.get(level).or(all.last()).copied().unwrap_or(0)
    }

    fn resnet(&self, inputs: usize, outputs: usize) -> ResnetShape {
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

    fn transformer(&self, level: usize) -> TransformerShape {
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

    /// `index` counts from the innermost block. Its first layer sees the block below, its last layer's skip comes from
    /// the level above.
    fn up(&self, index: usize) -> Result<Up, ModelError> {
        let config = self.config;
        let weights = self.weights.sub(&format!("up_blocks.{index}"));
        let level = config.levels().saturating_sub(index + 1);
        let outputs = self.channels(level);
        let below = self.channels(level + 1);
        let above = self.channels(level.saturating_sub(1));
        let attends = config.up_block_types.get(index) == Some(&UpBlock::CrossAttention);
        let transformer = attends.then(|| self.transformer(level));
        let count = config.layers(level) + 1;
        let layers = (0..count).map(|i| {
            let inputs = if i == 0 { below } else { outputs };
            let skip = if i + 1 == count { above } else { outputs };
            Layer::load(&weights, i, self.resnet(inputs + skip, outputs), transformer)
        });
        let enlarge = (level != 0).then(|| upsampler(&weights, outputs));
        Ok(Up { layers: layers.collect::<Result<_, _>>()?, upsampler: enlarge.transpose()? })
    }
}
