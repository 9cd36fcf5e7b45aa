//! Why a hint could not be made.

use std::path::PathBuf;

use super::processor::HintProcessor;
use crate::checkpoint::CheckpointError;
use crate::models::{ForwardError, ModelError};
use crate::nn::Interrupted;

/// Each reads as one sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum HintError {
    /// Not an error: the user changed their mind.
    #[error("cancelled")]
    Cancelled,
    #[error("{processor} has no parameter {name}; it has {}", names_of(*.processor))]
    UnknownParameter { processor: HintProcessor, name: String },
    #[error("{name} is {value}, but must lie between {min} and {max}")]
    OutOfRange { name: &'static str, value: String, min: String, max: String },
    #[error("{name} is {value}, but must be a whole number")]
    NotWhole { name: &'static str, value: String },
    /// There is nothing to make a hint of.
    #[error("the picture has no pixels")]
    Empty,
    /// The network has no weights.
    #[error(
        "{processor} needs a network that is not there; bring {bring}, and put it into the folder {}", .folder.display()
    )]
    NoWeights { processor: HintProcessor, bring: &'static str, folder: PathBuf },
    /// The weights cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The network cannot be built or broke down.
    #[error(transparent)]
    Model(#[from] ModelError),
}

fn names_of(processor: HintProcessor) -> String {
    let names: Vec<&str> = processor.parameters().iter().map(|parameter| parameter.name).collect();
    if names.is_empty() { "none at all".to_owned() } else { names.join(", ") }
}

impl From<ForwardError> for HintError {
    fn from(error: ForwardError) -> Self {
        match error {
            ForwardError::Interrupted(interrupted) => interrupted.into(),
            ForwardError::Model(error) => error.into(),
        }
    }
}

impl From<Interrupted> for HintError {
    fn from(_: Interrupted) -> Self {
        Self::Cancelled
    }
}
