//! The parts of a model, what can be missing of one and why several do not work together.

use std::fmt;

/// A part of a model, or a network that is used with one. Displays as messages call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelPart {
    TextEncoder,
    Unet,
    Vae,
    TinyVae,
    ControlNet,
    Adapter,
}

impl fmt::Display for ModelPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::TextEncoder => "text encoder",
            Self::Unet => "UNet",
            Self::Vae => "autoencoder (VAE)",
            Self::TinyVae => "tiny autoencoder",
            Self::ControlNet => "ControlNet",
            Self::Adapter => "T2I-Adapter",
        })
    }
}

/// What was looked for in vain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    #[error("there is no file {0}")]
    File(String),
    #[error("there is no {stem}.safetensors, {stem}.bin or the like in {folder}")]
    Weights { stem: &'static str, folder: String },
    #[error("there is no {stem}.safetensors or the like beside its config.json")]
    WeightsBesideConfig { stem: &'static str },
    #[error("no tensors named `{prefix}...` make one up; use a complete checkpoint")]
    Tensors { prefix: String },
    #[error("its tensors do not make one up; download it again")]
    Incomplete,
}

/// Why parts that are each whole cannot work together, as when a folder was put together from several models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error(
        "the {} reads text states {unet} wide, the {}'s are {text_encoder} wide",
        ModelPart::Unet,
        ModelPart::TextEncoder
    )]
    TextWidth { unet: usize, text_encoder: usize },
    #[error(
        "the {} takes {inputs} and makes {outputs} channels, the latents of the {} have {latent}",
        ModelPart::Unet,
        ModelPart::Vae
    )]
    Channels { inputs: usize, outputs: usize, latent: usize },
    #[error("latents of the {} have {tiny} channels, those of the {} {latent}", ModelPart::TinyVae, ModelPart::Vae)]
    TinyLatents { tiny: usize, latent: usize },
}
