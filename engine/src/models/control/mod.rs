//! Networks that have a picture follow a hint, and what they add to a UNet's insides.

mod adapter;
mod controlnet;

use burn::tensor::Tensor;

pub use adapter::T2iAdapter;
pub use controlnet::{ControlInput, ControlNetModel};

use crate::checkpoint::{ControlConfig, Source};
use crate::nn::{Compute, ModelError};

/// What control networks add to a UNet's insides.
#[derive(Clone, Debug, Default)]
pub struct ControlResiduals {
    /// Added to the skips in the order they are made: the first convolution's, then each layer's and downsampler's of each
    /// down block. Shorter lists leave the remaining skips as they are.
    pub down: Vec<Tensor<4>>,
    /// Added to the mid block's result.
    pub mid: Option<Tensor<4>>,
    /// Added to the result of each level's last layer on the way down, the outermost level first: what comes after sees it
    /// too (`down_intrablock_additional_residuals` of diffusers).
    pub features: Vec<Tensor<4>>,
}

impl ControlResiduals {
    /// What two networks add together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            down: sums(self.down, other.down),
            mid: sums(self.mid.into_iter().collect(), other.mid.into_iter().collect()).pop(),
            features: sums(self.features, other.features),
        }
    }

    /// For twice as many pictures: nothing for the first half, these for the second.
    #[must_use]
    pub fn for_second_half(self) -> Self {
        let padded = |residual: Tensor<4>| Tensor::cat(vec![residual.zeros_like(), residual], 0);
        let all = |residuals: Vec<Tensor<4>>| residuals.into_iter().map(padded).collect();
        Self { down: all(self.down), mid: self.mid.map(padded), features: all(self.features) }
    }
}

/// One by one; what one of them lacks is the other's.
fn sums(ours: Vec<Tensor<4>>, others: Vec<Tensor<4>>) -> Vec<Tensor<4>> {
    let (mut longer, shorter) = if ours.len() >= others.len() { (ours, others) } else { (others, ours) };
    for (sum, residual) in longer.iter_mut().zip(shorter) {
        *sum = sum.clone() + residual;
    }
    longer
}

/// A network that follows hints.
#[derive(Clone, Debug)]
pub enum ControlNetwork {
    ControlNet(Box<ControlNetModel>),
    Adapter(Box<T2iAdapter>),
}

impl ControlNetwork {
    /// Builds the network from a source that names its tensors as diffusers does.
    ///
    /// # Errors
    /// A tensor is missing, unreadable or of another shape than `config` asks for.
    pub fn load(config: &ControlConfig, source: &dyn Source, compute: &Compute) -> Result<Self, ModelError> {
        Ok(match config {
            ControlConfig::ControlNet(config) => {
                Self::ControlNet(Box::new(ControlNetModel::load(config, source, compute)?))
            }
            ControlConfig::Adapter(config) => Self::Adapter(Box::new(T2iAdapter::load(config, source, compute)?)),
        })
    }

    /// Channels of its hints: 3, or 1 for grey ones.
    #[must_use]
    pub fn hint_channels(&self) -> usize {
        match self {
            Self::ControlNet(network) => network.hint_channels(),
            Self::Adapter(network) => network.hint_channels(),
        }
    }
}
