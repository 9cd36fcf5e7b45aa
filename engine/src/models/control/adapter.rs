//! `T2IAdapter` of diffusers (Mou et al. 2023): a small network that looks at a hint alone, so once a run, and whose
//! features are added on the UNet's way down.

use burn::tensor::{Tensor, activation};

use crate::checkpoint::Source;
use crate::checkpoint::config::{AdapterConfig, AdapterType};
use crate::nn::{CancelToken, Compute, Conv2d, Conv2dShape, Interrupted, ModelError, Weights};

/// An adapter, full or light, for Stable Diffusion 1.x, 2.x and smaller siblings.
#[derive(Clone, Debug)]
pub struct T2iAdapter {
    compute: Compute,
    hint_channels: usize,
    /// Pixels of a side that become channels of one place.
    unshuffle: usize,
    /// In full adapters alone.
    conv_in: Option<Conv2d>,
    levels: Vec<Level>,
}

/// Halving (but for the first), then a convolution where the width changes, residual blocks, and in light adapters a
/// convolution back to the UNet's width.
#[derive(Clone, Debug)]
struct Level {
    in_conv: Option<Conv2d>,
    blocks: Vec<[Conv2d; 2]>,
    out_conv: Option<Conv2d>,
}

impl T2iAdapter {
    /// Builds the adapter from a source that names its tensors as diffusers does.
    ///
    /// # Errors
    /// A tensor is missing, unreadable or of another shape than `config` asks for.
    pub fn load(config: &AdapterConfig, source: &dyn Source, compute: &Compute) -> Result<Self, ModelError> {
        let weights = Weights::new(source, compute).sub("adapter");
        let light = config.kind() == AdapterType::Light;
        let inputs = config.in_channels * config.downscale_factor * config.downscale_factor;
        let first = config.channels.first().copied().unwrap_or(0);
        let conv_in = (!light).then(|| Conv2d::load(&weights.sub("conv_in"), Conv2dShape::three(inputs, first)));
        let mut from = if light { inputs } else { first };
        let mut levels = Vec::new();
        for (level, to) in config.features().into_iter().enumerate() {
            levels.push(Level::load(&weights.sub(&format!("body.{level}")), config, from, to)?);
            from = to;
        }
        Ok(Self {
            compute: compute.clone(),
            hint_channels: config.in_channels,
            unshuffle: config.downscale_factor,
            conv_in: conv_in.transpose()?,
            levels,
        })
    }

    /// Channels of its hints.
    #[must_use]
    pub fn hint_channels(&self) -> usize {
        self.hint_channels
    }

    /// Where and how it computes.
    #[must_use]
    pub fn compute(&self) -> &Compute {
        &self.compute
    }

    /// What it makes of a hint, one a level of the UNet: `[N, hint_channels, H, W]` from 0 to 1, sides that divide by the
    /// factor it was made with (8) -> `[N, channels, h, w]`, each half as large as the one before, rounded up.
    ///
    /// # Errors
    /// [`Interrupted`] if `cancel` is set.
    pub fn features(&self, hint: Tensor<4>, cancel: &CancelToken) -> Result<Vec<Tensor<4>>, Interrupted> {
        let mut x = unshuffled(hint, self.unshuffle);
        if let Some(conv) = &self.conv_in {
            x = conv.forward(x);
        }
        let mut features = Vec::with_capacity(self.levels.len());
        for (index, level) in self.levels.iter().enumerate() {
            cancel.check()?;
            x = level.forward(if index == 0 { x } else { halved(x) });
            features.push(x.clone());
        }
        Ok(features)
    }
}

impl Level {
    fn load(weights: &Weights<'_>, config: &AdapterConfig, from: usize, to: usize) -> Result<Self, ModelError> {
        let light = config.kind() == AdapterType::Light;
        let inner = if light { to / 4 } else { to };
        let conv = |name: &str, shape| Conv2d::load(&weights.sub(name), shape);
        let second = if light { Conv2dShape::three(inner, inner) } else { Conv2dShape::one(inner, inner) };
        let block = |index: usize| {
            let name = format!("resnets.{index}");
            let first = conv(&format!("{name}.block1"), Conv2dShape::three(inner, inner))?;
            Ok([first, conv(&format!("{name}.block2"), second)?])
        };
        Ok(Self {
            in_conv: (light || from != to).then(|| conv("in_conv", Conv2dShape::one(from, inner))).transpose()?,
            blocks: (0..config.num_res_blocks).map(block).collect::<Result<_, ModelError>>()?,
            out_conv: light.then(|| conv("out_conv", Conv2dShape::one(inner, to))).transpose()?,
        })
    }

    fn forward(&self, mut x: Tensor<4>) -> Tensor<4> {
        if let Some(conv) = &self.in_conv {
            x = conv.forward(x);
        }
        for [first, second] in &self.blocks {
            let inner = activation::relu(first.forward(x.clone()));
            x = second.forward_and_add(inner, None, Some(x));
        }
        match &self.out_conv {
            Some(conv) => conv.forward(x),
            None => x,
        }
    }
}

/// PyTorch's `PixelUnshuffle`: the pixels of each `factor` x `factor` square become channels, those of one channel together.
fn unshuffled(x: Tensor<4>, factor: usize) -> Tensor<4> {
    let [n, channels, height, width] = x.dims();
    let (rows, columns) = (height / factor, width / factor);
    let squares = x.reshape([n, channels, rows, factor, columns, factor]).permute([0, 1, 3, 5, 2, 4]);
    squares.reshape([n, channels * factor * factor, rows, columns])
}

/// The mean of each 2 x 2 square; at an odd edge that of what is there (`AvgPool2d` with `ceil_mode`).
fn halved(x: Tensor<4>) -> Tensor<4> {
    let [n, channels, height, width] = x.dims();
    // An edge repeated has the mean that it has alone.
    let x = if height % 2 == 1 { Tensor::cat(vec![x.clone(), x.narrow(2, height - 1, 1)], 2) } else { x };
    let x = if width % 2 == 1 { Tensor::cat(vec![x.clone(), x.narrow(3, width - 1, 1)], 3) } else { x };
    let (rows, columns) = (height.div_ceil(2), width.div_ceil(2));
    let means = x.reshape([n, channels, rows, 2, columns, 2]).mean_dim(5).mean_dim(3);
    means.reshape([n, channels, rows, columns])
}
