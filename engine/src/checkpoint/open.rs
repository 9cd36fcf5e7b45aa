//! One file -> [`Source`], by what is in it and not by what it is called.

use std::path::Path;

use super::error::{CheckpointError, Reason};
use super::mapped_file::MappedFile;
use super::safetensors::{self, SafetensorsFile};
use super::source::Source;
use super::torch_file::{self, TorchFile};

/// Opens a safetensors file or one of PyTorch's.
///
/// # Errors
/// It cannot be read, is none of these, or is damaged.
pub fn open_source(path: &Path) -> Result<Box<dyn Source>, CheckpointError> {
    let file = MappedFile::open(path)?;
    if torch_file::looks_like(&file) {
        Ok(Box::new(TorchFile::from_file(file)?))
    } else if safetensors::looks_like(&file) || is_named_safetensors(path) {
        let source = SafetensorsFile::from_file(file)?;
        if source.names().is_empty() {
            return Err(CheckpointError::new(path, Reason::NoTensors));
        }
        Ok(Box::new(source))
    } else {
        let pointer = file.starts_with(b"version https://git-lfs.github.com");
        Err(CheckpointError::new(path, if pointer { Reason::LfsPointer } else { Reason::UnknownFormat }))
    }
}

/// A damaged file that is called safetensors deserves to be told what is wrong with it.
fn is_named_safetensors(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("safetensors"))
}
