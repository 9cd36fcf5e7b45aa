//! What a file or folder is that cannot be used as what was looked for.

use super::detect::Kind;
use super::parts::ModelPart;

/// Displays as the end of a sentence that begins with "it is".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Found {
    #[error("{0}")]
    Kind(Kind),
    /// Of another architecture, by its name.
    #[error("a model of {0}")]
    ModelOf(&'static str),
    #[error("not a diffusers folder: it holds neither model_index.json nor a folder `unet`")]
    NoModelFolder,
    #[error("a folder without a config.json; name the folder of a ControlNet or T2I-Adapter, or its file")]
    NoControlFolder,
    #[error("a {class}; the {part} must be a {wanted}")]
    OtherClass { class: String, part: ModelPart, wanted: &'static str },
    #[error("a {class}; a ControlNetModel or a T2IAdapter is needed to follow hints")]
    NoControlClass { class: String },
    #[error("{0}, which cannot follow hints; a ControlNet or a T2I-Adapter can")]
    NoControl(Kind),
}
