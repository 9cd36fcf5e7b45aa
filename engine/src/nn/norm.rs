//! Group and layer normalisation. Statistics are taken in f32 whatever the precision: f16 cannot hold squares of a
//! UNet's activations.

use burn::tensor::{DType, FloatDType, Tensor, activation, module};

use super::weights::{ModelError, Weights};

/// Wu & He 2018: each picture's channels are normalised in groups, then scaled and shifted a channel.
#[derive(Clone, Debug)]
pub(crate) struct GroupNorm {
    gamma: Tensor<1>,
    beta: Tensor<1>,
    groups: usize,
    channels: usize,
    epsilon: f64,
}

impl GroupNorm {
    /// Reads `weight` and `bias`, `[channels]` each; `groups` divides `channels`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape, or the groups do not divide the channels.
    pub fn load(weights: &Weights<'_>, channels: usize, groups: usize, epsilon: f64) -> Result<Self, ModelError> {
        if groups == 0 || !channels.is_multiple_of(groups) {
            let place = weights.place();
            return Err(ModelError::Config(format!("`{place}`: {channels} channels do not divide by {groups} groups")));
        }
        let (gamma, beta) = (weights.tensor("weight", [channels])?, weights.tensor("bias", [channels])?);
        Ok(Self { gamma, beta, groups, channels, epsilon })
    }

    /// `[N, C, H, W]` -> the same shape.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let shape = x.dims();
        let dtype = x.dtype();
        let x = in_f32(x.reshape([shape[0], self.groups, shape[1] * shape[2] * shape[3] / self.groups]));
        let x = x.clone().sub(x.mean_dim(2));
        let variance = x.clone().square().mean_dim(2);
        let x = like(x.div(variance.add_scalar(self.epsilon).sqrt()), dtype).reshape(shape);
        let per_channel = [1, self.channels, 1, 1];
        x.mul(self.gamma.clone().reshape(per_channel)).add(self.beta.clone().reshape(per_channel))
    }

    /// `silu(forward(x))`: the pair every resnet starts its halves with.
    pub fn forward_silu(&self, x: Tensor<4>) -> Tensor<4> {
        activation::silu(self.forward(x))
    }
}

/// Ba et al. 2016, over the last axis.
#[derive(Clone, Debug)]
pub(crate) struct LayerNorm {
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
}

impl LayerNorm {
    /// Reads `weight` and `bias`, `[width]` each.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(weights: &Weights<'_>, width: usize, epsilon: f64) -> Result<Self, ModelError> {
        Ok(Self { gamma: weights.tensor("weight", [width])?, beta: weights.tensor("bias", [width])?, epsilon })
    }

    /// `[N, L, width]` -> the same shape.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let dtype = x.dtype();
        let (gamma, beta) = (in_f32(self.gamma.clone()), in_f32(self.beta.clone()));
        like(module::layer_norm(in_f32(x), gamma, Some(beta), self.epsilon), dtype)
    }
}

fn in_f32<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    if x.dtype() == DType::F32 { x } else { x.cast(FloatDType::F32) }
}

fn like<const D: usize>(x: Tensor<D>, dtype: DType) -> Tensor<D> {
    if x.dtype() == dtype { x } else { x.cast(FloatDType::F16) }
}
