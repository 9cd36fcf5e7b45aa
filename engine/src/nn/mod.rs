//! Thin layers over burn that choose the right kernel: a layer holds plain tensors, is built from a checkpoint's tensors
//! without ever being initialised at random, and computes.
//!
//! **Why not burn's own `Linear`, `Conv2d`, `GroupNorm`?** They want a backend-neutral forward pass; here the CPU takes
//! kernels of its own and the GPU a padded attention, and both keep weights in the layout those kernels read.
//! Nothing is trained in these layers: weights are constants. Adapters that are trained (LoRA) add their low-rank product
//! beside a [`Linear`] and are `burn::module::Module`s of their own.
//!
//! All that depends on the device is decided once, in [`Compute`].

mod activation;
mod attention;
mod cancel;
mod compute;
mod conv;
mod cpu;
mod depthwise;
mod linear;
mod multi_head;
mod norm;
mod timestep;
mod upsample;
mod weights;

pub use activation::Activation;
pub use cancel::{CancelToken, Interrupted};
pub use compute::{Compute, Precision};
pub use weights::ModelError;

pub(crate) use activation::geglu;
pub(crate) use attention::Heads;
pub(crate) use compute::ATTENTION_BUDGET;
pub(crate) use conv::{Conv2d, Conv2dShape};
pub(crate) use cpu::vector;
pub(crate) use depthwise::{DepthwiseConv2d, DepthwiseShape};
pub(crate) use linear::Linear;
pub(crate) use multi_head::{MultiHeadAttention, ProjectionNames};
pub(crate) use norm::{GroupNorm, LayerNorm};
pub(crate) use timestep::TimestepEmbedding;
pub(crate) use upsample::{Smooth, resize_nearest, resize_smoothly, upsample_nearest_2x};
pub(crate) use weights::Weights;
