//! What can be wrong with a model file.

use std::io;
use std::path::{Path, PathBuf};

use super::config::ConfigError;
use super::found::Found;
use super::parts::{Misfit, Missing, ModelPart};
use super::pickle::PickleError;
use super::safetensors::SafetensorsError;
use super::source::DType;

/// A file or folder that cannot be used, and why. Displays as one sentence that names both.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct CheckpointError {
    pub path: PathBuf,
    pub reason: Reason,
}

/// See [`CheckpointError`].
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    #[error("it cannot be read ({0})")]
    Io(#[from] io::Error),
    #[error("the file is empty; download it again")]
    Empty,
    #[error("it is neither a safetensors file nor a PyTorch one (.ckpt, .pt, .pth, .bin)")]
    UnknownFormat,
    #[error("it is a Git LFS pointer, not the model itself; fetch it with `git lfs pull`")]
    LfsPointer,
    #[error("{0}")]
    Safetensors(#[from] SafetensorsError),
    #[error("{0}")]
    Pickle(#[from] PickleError),
    #[error("its zip archive cannot be read ({0}); download it again")]
    Zip(String),
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("it is not valid JSON ({0})")]
    Json(String),
    #[error("it holds no tensors")]
    NoTensors,
    #[error("there is no tensor `{0}` in it")]
    NoSuchTensor(String),
    #[error(
        "tensor `{name}` holds {dtype} where weights are floating-point numbers; compressed models are not supported"
    )]
    NotWeights { name: String, dtype: DType },
    #[error("tensor `{name}` occurs in more than one file of the model")]
    TwiceInShards { name: String },
    #[error("`{0}` does not lie inside the model's folder")]
    OutsideFolder(String),
    #[error("the {part} is missing: {missing}")]
    MissingPart { part: ModelPart, missing: Missing },
    #[error("the {part} lacks {count} tensor(s), the first is `{first}`")]
    MissingTensors { part: ModelPart, count: usize, first: String },
    #[error("tensor `{name}` of the {part} has the shape {found:?}, its config asks for {expected:?}")]
    WrongShape { part: ModelPart, name: String, found: Vec<usize>, expected: Vec<usize> },
    #[error("its parts do not belong together: {0}")]
    Mismatch(Misfit),
    #[error("it is {0}, which cannot be used as a model")]
    NotAModel(Found),
    #[error("it is {0}, which is not supported")]
    NotSupported(Found),
}

impl CheckpointError {
    pub fn new(path: impl AsRef<Path>, reason: impl Into<Reason>) -> Self {
        Self { path: path.as_ref().to_owned(), reason: reason.into() }
    }
}

/// Says which file a failure belongs to.
pub(super) trait InFile<T> {
    fn in_file(self, path: &Path) -> Result<T, CheckpointError>;
}

impl<T, E: Into<Reason>> InFile<T> for Result<T, E> {
    fn in_file(self, path: &Path) -> Result<T, CheckpointError> {
        self.map_err(|reason| CheckpointError::new(path, reason))
    }
}
