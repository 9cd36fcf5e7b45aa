//! A file's bytes without reading them: a memory map.

use std::fs::File;
use std::ops::{Deref, Range};
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use super::error::{CheckpointError, InFile, Reason};

/// A read-only memory map of a model file.
#[derive(Debug)]
pub struct MappedFile {
    path: PathBuf,
    bytes: Mmap,
}

impl MappedFile {
    /// # Errors
    /// The file cannot be opened or is empty.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        // Asked before opening: opening a named pipe waits for a writer.
        let metadata = path.metadata().in_file(path)?;
        if metadata.is_dir() {
            return Err(CheckpointError::new(path, std::io::Error::from(std::io::ErrorKind::IsADirectory)));
        }
        if !metadata.is_file() {
            return Err(CheckpointError::new(path, Reason::UnknownFormat));
        }
        let file = File::open(path).in_file(path)?;
        if file.metadata().in_file(path)?.len() == 0 {
            return Err(CheckpointError::new(path, Reason::Empty));
        }
        // SAFETY: the map is read-only, and its bytes are only ever read as plain numbers after all offsets have been
        // checked against its length. A program that shortens the file meanwhile would end this one with SIGBUS; models
        // are written once and then only read, and copying gigabytes to guard against it would double memory and time.
        #[allow(unsafe_code)]
        let bytes = unsafe { Mmap::map(&file) }.in_file(path)?;
        Ok(Self { path: path.to_owned(), bytes })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes in `range`.
    ///
    /// # Errors
    /// The file is shorter than that.
    pub fn slice(&self, range: Range<usize>) -> Result<&[u8], CheckpointError> {
        let cut = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        self.bytes.get(range).ok_or_else(|| CheckpointError::new(&self.path, cut()))
    }
}

impl Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}
