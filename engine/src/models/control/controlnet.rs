//! `ControlNetModel` of diffusers (Zhang et al. 2023): a copy of a UNet's first half that sees a hint besides, and whose
//! every result goes through a convolution that began as zeros.

use burn::tensor::{Tensor, activation};

use super::ControlResiduals;
use crate::checkpoint::Source;
use crate::checkpoint::config::ControlNetConfig;
use crate::checkpoint::expected::skip_channels;
use crate::models::unet::{Encoded, Encoder, Encoding};
use crate::nn::{CancelToken, Compute, Conv2d, Conv2dShape, Interrupted, ModelError, Weights};

/// A ControlNet for Stable Diffusion 1.x, 2.x and smaller siblings.
#[derive(Clone, Debug)]
pub struct ControlNetModel {
    encoder: Encoder,
    hint: HintEmbedding,
    /// One a skip.
    downs: Vec<Conv2d>,
    mid: Conv2d,
    /// Only the mean over all places is added.
    pools: bool,
}

/// What a ControlNet sees at one evaluation.
pub struct ControlInput<'a> {
    /// `[N, in_channels, h, w]`: the UNet's input.
    pub latents: Tensor<4>,
    /// In training steps.
    pub timestep: f64,
    /// `[N, L, text width]`.
    pub text: &'a Tensor<3>,
    /// From [`ControlNetModel::embed`], `[1 or N, channels, h, w]`.
    pub hint: &'a Tensor<4>,
}

impl ControlNetModel {
    /// Builds the network from a source that names its tensors as diffusers does.
    ///
    /// # Errors
    /// A tensor is missing, unreadable or of another shape than `config` asks for.
    pub fn load(config: &ControlNetConfig, source: &dyn Source, compute: &Compute) -> Result<Self, ModelError> {
        let weights = Weights::new(source, compute);
        let innermost = config.unet.block_out_channels.last().copied().unwrap_or(0);
        let one = |name: &str, channels| Conv2d::load(&weights.sub(name), Conv2dShape::one(channels, channels));
        let downs = skip_channels(&config.unet).into_iter().enumerate();
        Ok(Self {
            encoder: Encoder::load(&config.unet, &weights)?,
            hint: HintEmbedding::load(config, &weights.sub("controlnet_cond_embedding"))?,
            downs: downs
                .map(|(index, channels)| one(&format!("controlnet_down_blocks.{index}"), channels))
                .collect::<Result<_, _>>()?,
            mid: one("controlnet_mid_block", innermost)?,
            pools: config.global_pool_conditions,
        })
    }

    /// Channels of the latents it sees.
    #[must_use]
    pub fn in_channels(&self) -> usize {
        self.encoder.in_channels()
    }

    /// Channels of its hints.
    #[must_use]
    pub fn hint_channels(&self) -> usize {
        self.hint.channels
    }

    /// Where and how it computes.
    #[must_use]
    pub fn compute(&self) -> &Compute {
        self.encoder.compute()
    }

    /// Results that are added to a UNet: one a skip, and the mid block's.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.downs.len() + 1
    }

    /// Whether it adds the mean over all places only, as the network for shuffled pictures does.
    #[must_use]
    pub fn pools(&self) -> bool {
        self.pools
    }

    /// What it makes of a hint, which is the same for all steps: `[N, hint_channels, H, W]` of red, green and blue from 0 to
    /// 1 (-1 where a network for inpainting is to see nothing) -> `[N, channels, h, w]`.
    ///
    /// # Errors
    /// [`Interrupted`] if `cancel` is set.
    pub fn embed(&self, hint: Tensor<4>, cancel: &CancelToken) -> Result<Tensor<4>, Interrupted> {
        self.hint.forward(hint, cancel)
    }

    /// What it adds to the UNet's insides; `scales` weighs each of its [`outputs`](Self::outputs), the mid block's last.
    ///
    /// # Errors
    /// [`Interrupted`] if `cancel` is set; looked at before every resnet and transformer.
    pub fn forward(
        &self,
        input: ControlInput<'_>,
        scales: &[f32],
        cancel: &CancelToken,
    ) -> Result<ControlResiduals, Interrupted> {
        let ControlInput { latents, timestep, text, hint } = input;
        let given = Encoded { latents, timestep, text, hint: Some(hint), features: &[] };
        let Encoding { skips, innermost, .. } = self.encoder.forward(given, cancel)?;
        cancel.check()?;
        let scale = |index: usize| scales.get(index).copied().unwrap_or(1.0);
        let down = skips.into_iter().zip(&self.downs).enumerate();
        let down = down.map(|(index, (skip, conv))| self.finished(conv.forward(skip), scale(index))).collect();
        let mid = self.finished(self.mid.forward(innermost), scale(self.downs.len()));
        Ok(ControlResiduals { down, mid: Some(mid), features: Vec::new() })
    }

    fn finished(&self, residual: Tensor<4>, scale: f32) -> Tensor<4> {
        let residual = if self.pools { residual.mean_dim(3).mean_dim(2) } else { residual };
        if scale == 1.0 { residual } else { residual * scale }
    }
}

/// `ControlNetConditioningEmbedding`: convolutions that bring a hint to the size of the latents.
#[derive(Clone, Debug)]
struct HintEmbedding {
    channels: usize,
    blue_first: bool,
    /// Each is followed by SiLU.
    convs: Vec<Conv2d>,
    conv_out: Conv2d,
}

impl HintEmbedding {
    fn load(config: &ControlNetConfig, weights: &Weights<'_>) -> Result<Self, ModelError> {
        let widths = config.embedding_channels();
        let (first, last) = (widths.first().copied().unwrap_or(0), widths.last().copied().unwrap_or(0));
        let conv = |name: &str, shape| Conv2d::load(&weights.sub(name), shape);
        let mut convs = vec![conv("conv_in", Conv2dShape::three(config.conditioning_channels, first))?];
        for (index, pair) in widths.windows(2).enumerate() {
            let &[from, to] = pair else { continue };
            convs.push(conv(&format!("blocks.{}", 2 * index), Conv2dShape::three(from, from))?);
            let halving = Conv2dShape { outputs: to, ..Conv2dShape::halving(from, 1) };
            convs.push(conv(&format!("blocks.{}", 2 * index + 1), halving)?);
        }
        let outputs = config.unet.block_out_channels.first().copied().unwrap_or(0);
        Ok(Self {
            channels: config.conditioning_channels,
            blue_first: config.is_blue_first(),
            convs,
            conv_out: conv("conv_out", Conv2dShape::three(last, outputs))?,
        })
    }

    fn forward(&self, hint: Tensor<4>, cancel: &CancelToken) -> Result<Tensor<4>, Interrupted> {
        let mut x = if self.blue_first { hint.flip([1]) } else { hint };
        for conv in &self.convs {
            cancel.check()?;
            x = activation::silu(conv.forward(x));
        }
        Ok(self.conv_out.forward(x))
    }
}
