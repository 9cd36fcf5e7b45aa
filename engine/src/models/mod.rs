//! The networks, each built from its config and a checkpoint's tensors, with the names diffusers and transformers give
//! them. A model runs on the device and in the precision of the [`Compute`](crate::nn::Compute) it was loaded with.

mod autoencoder;
mod clip;
mod control;
mod depth;
mod hed;
mod layer_list;
mod resnet;
mod tiles;
mod tiny_autoencoder;
mod unet;

pub use autoencoder::{AutoencoderKl, Moments};
pub use clip::{ClipTextModel, TextError};
pub use control::{ControlInput, ControlNetModel, ControlNetwork, ControlResiduals, T2iAdapter};
pub use depth::{DepthAnything, DepthAnythingConfig, MidasSmall};
pub use hed::Hed;
pub use layer_list::{ForwardError, LayerList, Map, Outputs};
pub use tiny_autoencoder::AutoencoderTiny;
pub use unet::UNet2dConditionModel;

pub use crate::nn::ModelError;
