//! Pointwise functions between layers.

use burn::tensor::{Tensor, activation};

use super::compute::{Compute, Kernels};
use super::cpu::{self, Values};

/// A pointwise function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `x * sigmoid(x)`.
    Silu,
    /// `x * Phi(x)`, exact (erf).
    Gelu,
    /// `x * sigmoid(1.702 x)`, as in OpenAI's CLIP.
    QuickGelu,
}

impl Activation {
    /// Applies the function to every element; the shape stays.
    pub fn forward<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Silu => activation::silu(x),
            Self::Gelu => activation::gelu(x),
            Self::QuickGelu => x.clone() * activation::sigmoid(x * 1.702),
        }
    }
}

/// Shazeer 2020: `[.., 2 W]` -> `[.., W]`, the first half times `gelu` of the second.
pub(crate) fn geglu(x: Tensor<3>, compute: &Compute) -> Tensor<3> {
    let [n, rows, both] = x.dims();
    let width = both / 2;
    if compute.kernels() == Kernels::Cpu {
        return cpu::tensor(cpu::pointwise::geglu(Values::of(x).as_slice(), width), [n, rows, width]);
    }
    let gate = Activation::Gelu.forward(x.clone().narrow(2, width, width));
    x.narrow(2, 0, width) * gate
}
