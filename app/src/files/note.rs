//! What the painter should know about a file that was opened or saved.

use brushfire_engine::{RecipeError, Sampler};

use super::icc::IccError;

/// Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileNote {
    #[error("About {file}: {why}.")]
    ColorsOfFile { file: String, why: IccError },
    #[error("Of this picture: {0}.")]
    ColorsOfPicture(IccError),
    /// `entry`: the layer's picture in the archive.
    #[error("Of the layer in {entry}: {why}.")]
    ColorsOfLayer { entry: String, why: IccError },
    #[error(
        "The group “{0}” let its layers blend with those below it; its layers stand without it now, so that they still do."
    )]
    GroupDissolved(String),
    #[error("The adjustment or fill layer “{name}” ({kind}) was left out.")]
    AdjustmentLeftOut { name: String, kind: String },
    #[error("The layer “{layer}” blends by “{mode}”, which is not known here; it is normal now.")]
    UnknownBlend { layer: String, mode: String },
    #[error("“{name}” is a {element}, which is not known here, and was left out.")]
    UnknownElement { name: String, element: String },
    #[error("The recipe is too long for a JPEG file and was left out. Save as PNG to keep it.")]
    RecipeTooLong,
}

/// What could not be taken over of another program's recipe. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecipeNote {
    #[error("{part} was left out: {why}.")]
    LeftOut { part: RecipePart, why: RecipeError },
    #[error("{key} was left out: {value} is not a number for it.")]
    NoNumber { key: String, value: String },
    #[error("Size was left out: {0} is not a size.")]
    NoSize(String),
    #[error("The sampler {label} is not known here; {} stands in for it.", instead.label())]
    UnknownSampler { label: String, instead: Sampler },
    #[error("The schedule {0} is not known here; the model's own stands in for it.")]
    UnknownSchedule(String),
}

/// A part of another program's recipe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipePart {
    #[error("The prompt")]
    Prompt,
    #[error("The negative prompt")]
    NegativePrompt,
    #[error("The model's name")]
    ModelName,
    #[error("The model's hash")]
    ModelHash,
    /// As the other program calls it.
    #[error("{0}")]
    Named(String),
}
