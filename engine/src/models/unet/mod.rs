//! `UNet2DConditionModel` of diffusers: predicts the noise (or velocity, or picture) in noisy latents, given a text.

mod blocks;
mod encoder;
mod text_embedding;
mod transformer;

use burn::tensor::Tensor;

use self::blocks::{Conditions, Layer, Up, upsampler};
use self::encoder::Plan;
pub(super) use self::encoder::{Encoded, Encoder, Encoding};
use super::control::ControlResiduals;
use crate::checkpoint::Source;
use crate::checkpoint::config::{UnetConfig, UpBlock};
use crate::nn::{CancelToken, Compute, Conv2d, Conv2dShape, GroupNorm, Interrupted, ModelError, Weights};

/// The UNet of Stable Diffusion 1.x, 2.x and smaller siblings; 4 input channels, or 8 or 9 for models that see a picture.
/// As in DeepFloyd IF the text may also speak through the time embedding, and that may scale as well as shift.
#[derive(Clone, Debug)]
pub struct UNet2dConditionModel {
    encoder: Encoder,
    ups: Vec<Up>,
    norm_out: GroupNorm,
    conv_out: Conv2d,
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
        Ok(Self {
            encoder: Encoder::load(config, &weights)?,
            ups: (0..config.levels()).map(|index| up(&plan, index)).collect::<Result<_, _>>()?,
            norm_out: GroupNorm::load(&weights.sub("conv_norm_out"), first, config.norm_num_groups, config.norm_eps)?,
            conv_out: Conv2d::load(&weights.sub("conv_out"), Conv2dShape::three(first, config.out_channels))?,
        })
    }

    /// 4 for text to image; 8 or 9 where latents of a picture (and a mask) are appended.
    #[must_use]
    pub fn in_channels(&self) -> usize {
        self.encoder.in_channels()
    }

    /// Where and how it computes.
    #[must_use]
    pub fn compute(&self) -> &Compute {
        self.encoder.compute()
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
        let features = control.map_or(&[][..], |control| &control.features);
        let given = Encoded { latents, timestep, text: &text, hint: None, features };
        let Encoding { time, mut skips, innermost: mut x } = self.encoder.forward(given, cancel)?;
        if let Some(control) = control {
            for (skip, residual) in skips.iter_mut().zip(&control.down) {
                *skip = skip.clone() + residual.clone();
            }
            if let Some(residual) = &control.mid {
                x = x + residual.clone();
            }
        }
        let given = Conditions { time: &time, text: &text, compute: self.compute(), cancel };
        for block in &self.ups {
            x = block.forward(x, &mut skips, given)?;
        }
        cancel.check()?;
        Ok(self.conv_out.forward(self.norm_out.forward_silu(x)))
    }
}

/// `index` counts from the innermost block. Its first layer sees the block below, its last layer's skip comes from
/// the level above.
fn up(plan: &Plan<'_>, index: usize) -> Result<Up, ModelError> {
    let config = plan.config;
    let weights = plan.weights.sub(&format!("up_blocks.{index}"));
    let level = config.levels().saturating_sub(index + 1);
    let outputs = plan.channels(level);
    let below = plan.channels(level + 1);
    let above = plan.channels(level.saturating_sub(1));
    let attends = config.up_block_types.get(index) == Some(&UpBlock::CrossAttention);
    let transformer = attends.then(|| plan.transformer(level));
    let count = config.layers(level) + 1;
    let layers = (0..count).map(|i| {
        let inputs = if i == 0 { below } else { outputs };
        let skip = if i + 1 == count { above } else { outputs };
        Layer::load(&weights, i, plan.resnet(inputs + skip, outputs), transformer)
    });
    let enlarge = (level != 0).then(|| upsampler(&weights, outputs));
    Ok(Up { layers: layers.collect::<Result<_, _>>()?, upsampler: enlarge.transpose()? })
}
