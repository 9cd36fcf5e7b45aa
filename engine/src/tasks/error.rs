//! Why a generation could not be done.

use crate::checkpoint::CheckpointError;
use crate::memory::MemoryError;
use crate::models::{ModelError, TextError};
use crate::nn::Interrupted;
use crate::recipe::RecipeError;
use crate::sampling::SamplingError;
use crate::text::TokenizerError;
use crate::worker::ControlError;

/// Anything that ends a job early. Each reads as one sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// Not an error: the user changed their mind.
    #[error("cancelled")]
    Cancelled,
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    #[error(transparent)]
    Text(TextError),
    #[error(transparent)]
    Memory(#[from] MemoryError),
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    #[error(transparent)]
    Control(#[from] ControlError),
    /// Pictures of a job that do not belong together.
    #[error(
        "the {what} is {found_width} x {found_height}, but the picture to make is {width} x {height}; make both the same size"
    )]
    SizeMismatch { what: JobPicture, found_width: u32, found_height: u32, width: u32, height: u32 },
    /// A size this model's autoencoder cannot make.
    #[error("{width} x {height} does not divide by {multiple}, which this model needs; choose another size")]
    NotMultiple { width: u32, height: u32, multiple: u32 },
    /// More tokens than any model reads in a sensible time.
    #[error("the prompt has {tokens} tokens; at most {max} are read. Shorten it")]
    PromptTooLong { tokens: usize, max: usize },
    /// Noise that was given does not fit.
    #[error("the noise has the shape {found:?}, but this job needs {expected:?}")]
    NoiseShape { found: [usize; 4], expected: [usize; 4] },
    /// An earlier run that this one cannot go on from.
    #[error(
        "this step can only be continued at the size it was made at and with the same number of pictures, sampler, schedule and steps"
    )]
    OtherRun,
    /// As many masks as regions are needed.
    #[error("the recipe has {regions} regions, but there are {masks} masks for them; give each region its mask")]
    RegionMasks { regions: usize, masks: usize },
    /// A model that needs what the job does not have.
    #[error(
        "this model's UNet takes {channels} channels, as instruction-editing models do; painting with it is not possible yet. Choose another model"
    )]
    WrongModel { channels: usize },
    /// The arithmetic broke down.
    #[error(
        "the model computed values that are no numbers at step {step}; its file may be damaged, or the device computes wrong. Try the CPU (device \"cpu\")"
    )]
    NotFinite { step: usize },
}

/// A picture that a job starts from. Displays as messages call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobPicture {
    Start,
    Mask,
    MaskOfRegion,
}

impl std::fmt::Display for JobPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Start => "picture to start from",
            Self::Mask => "mask",
            Self::MaskOfRegion => "mask of a region",
        })
    }
}

impl From<Interrupted> for TaskError {
    fn from(_: Interrupted) -> Self {
        Self::Cancelled
    }
}

impl From<TextError> for TaskError {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Interrupted(_) => Self::Cancelled,
            error => Self::Text(error),
        }
    }
}
