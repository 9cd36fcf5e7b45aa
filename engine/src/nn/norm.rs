//! Group and layer normalisation. Statistics are taken in f32 whatever the precision: f16 cannot hold squares of a
//! UNet's activations.

use burn::tensor::{DType, FloatDType, Tensor, activation, module};

use super::compute::Kernels;
use super::cpu::Values;
use super::cpu::norm::{Affine, Groups, group_norm};
use super::weights::{ModelError, Weights};

/// Wu & He 2018: each picture's channels are normalised in groups, then scaled and shifted a channel.
#[derive(Clone, Debug)]
pub(crate) struct GroupNorm {
    affine: ChannelAffine,
    groups: usize,
    epsilon: f64,
}

/// The scale and the shift of every channel, where the kernels want them.
#[derive(Clone, Debug)]
enum ChannelAffine {
    /// Both `[1, C, 1, 1]`.
    Burn(Box<[Tensor<4>; 2]>),
    Cpu {
        gamma: Vec<f32>,
        beta: Vec<f32>,
    },
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
        let read = |name: &str| weights.values_of_one_shape(name, &[&[channels]]);
        let (gamma, beta) = (read("weight")?, read("bias")?);
        let upload = |values| weights.upload(values, [1, channels, 1, 1]);
        let affine = match weights.compute().kernels() {
            Kernels::Burn => ChannelAffine::Burn(Box::new([upload(gamma), upload(beta)])),
            Kernels::Cpu => ChannelAffine::Cpu { gamma, beta },
        };
        Ok(Self { affine, groups, epsilon })
    }

    /// `[N, C, H, W]` -> the same shape.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match &self.affine {
            ChannelAffine::Burn(affine) => {
                let [gamma, beta] = affine.as_ref().clone();
                self.normalised(x).mul(gamma).add(beta)
            }
            ChannelAffine::Cpu { gamma, beta } => self.forward_on_cpu(x, Affine { gamma, beta }, false),
        }
    }

    /// `silu(forward(x))`: the pair every resnet starts its halves with.
    pub fn forward_silu(&self, x: Tensor<4>) -> Tensor<4> {
        match &self.affine {
            ChannelAffine::Burn(_) => activation::silu(self.forward(x)),
            ChannelAffine::Cpu { gamma, beta } => self.forward_on_cpu(x, Affine { gamma, beta }, true),
        }
    }

    /// `silu(forward(x) * (1 + scale) + shift)`; `scale_and_shift` is `[1 or N, 2 C]`: all scales of a picture's channels,
    /// then all shifts.
    pub fn forward_scaled_silu(&self, x: Tensor<4>, scale_and_shift: Tensor<2>) -> Tensor<4> {
        match &self.affine {
            ChannelAffine::Burn(_) => {
                let channels = x.dims()[1];
                let part = |first| scale_and_shift.clone().narrow(1, first, channels).unsqueeze_dims::<4>(&[2, 3]);
                activation::silu(self.forward(x) * (part(0) + 1.0) + part(channels))
            }
            ChannelAffine::Cpu { gamma, beta } => {
                let values = Values::of(scale_and_shift);
                let pictures = values.as_slice().chunks_exact(2 * gamma.len()).map(|both| both.split_at(gamma.len()));
                let (mut gammas, mut betas) = (Vec::new(), Vec::new());
                for (scales, shifts) in pictures {
                    gammas.extend(gamma.iter().zip(scales).map(|(gamma, scale)| gamma * (1.0 + scale)));
                    let scaled = beta.iter().zip(scales).map(|(beta, scale)| beta * (1.0 + scale));
                    betas.extend(scaled.zip(shifts).map(|(beta, shift)| beta + shift));
                }
                self.forward_on_cpu(x, Affine { gamma: &gammas, beta: &betas }, true)
            }
        }
    }

    fn normalised(&self, x: Tensor<4>) -> Tensor<4> {
        let shape = x.dims();
        let dtype = x.dtype();
        let x = in_f32(x.reshape([shape[0], self.groups, shape[1] * shape[2] * shape[3] / self.groups]));
        let x = x.clone().sub(x.mean_dim(2));
        let variance = x.clone().square().mean_dim(2);
        like(x.div(variance.add_scalar(self.epsilon).sqrt()), dtype).reshape(shape)
    }

    fn forward_on_cpu(&self, x: Tensor<4>, affine: Affine<'_>, silu: bool) -> Tensor<4> {
        let shape = x.dims();
        let mut values = Values::of(x);
        let groups = Groups { channels: shape[1], pixels: shape[2] * shape[3], count: self.groups };
        group_norm(values.as_mut_slice(), groups, affine, self.epsilon, silu);
        values.into_tensor(shape)
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
