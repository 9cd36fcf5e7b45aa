//! PyTorch's own files (`.ckpt`, `.pt`, `.pth`, `.bin`): a pickle that describes the tensors, and storages beside it.
//!
//! Since PyTorch 1.6 they are zip archives: `<name>/data.pkl`, `<name>/data/<key>` for every storage, stored without
//! compression, so that they can be mapped into memory like safetensors. Older ones are five pickles in a row (magic
//! number, protocol, system, tensors, keys) followed by the storages. Format: `torch/serialization.py`.

mod legacy;
mod zipped;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::error::{CheckpointError, InFile, Reason};
use super::mapped_file::MappedFile;
use super::pickle::{PickleError, StridedTensor};
use super::source::{DType, Source, TensorInfo};

/// A PyTorch file of tensors.
pub struct TorchFile {
    file: MappedFile,
    tensors: BTreeMap<String, View>,
}

/// Where a storage's bytes are.
#[derive(Clone, Debug)]
enum Bytes {
    /// As they are, in this range of the file.
    Plain(Range<usize>),
    /// Compressed, as this entry of the zip archive; `length` when unpacked.
    Packed { entry: usize, length: usize },
}

impl Bytes {
    fn length(&self) -> usize {
        match self {
            Self::Plain(range) => range.len(),
            Self::Packed { length, .. } => *length,
        }
    }
}

/// A tensor: some elements of a storage.
struct View {
    info: TensorInfo,
    storage: Bytes,
    /// First element's byte in the storage.
    start: usize,
    /// In elements, one an axis; `None` where elements follow each other row by row.
    strides: Option<Vec<usize>>,
}

impl TorchFile {
    /// Maps the file and reads its list of tensors.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        Self::from_file(MappedFile::open(path)?)
    }

    pub(super) fn from_file(file: MappedFile) -> Result<Self, CheckpointError> {
        let path = file.path();
        let tensors = if zipped::looks_like(&file) {
            zipped::read(&file).in_file(path)?
        } else {
            legacy::read(&file).in_file(path)?
        };
        if tensors.is_empty() {
            return Err(CheckpointError::new(path, Reason::NoTensors));
        }
        Ok(Self { file, tensors })
    }
}

/// Whether `file` begins like one of PyTorch's.
pub(super) fn looks_like(file: &[u8]) -> bool {
    zipped::looks_like(file) || legacy::looks_like(file)
}

impl Source for TorchFile {
    fn names(&self) -> Vec<String> {
        self.tensors.keys().cloned().collect()
    }

    fn info(&self, name: &str) -> Option<TensorInfo> {
        self.tensors.get(name).map(|view| view.info.clone())
    }

    fn raw(&self, name: &str) -> Result<Cow<'_, [u8]>, CheckpointError> {
        let view = self.tensors.get(name).ok_or_else(|| self.no_such(name))?;
        let storage = match &view.storage {
            Bytes::Plain(range) => Cow::Borrowed(self.file.slice(range.clone())?),
            Bytes::Packed { entry, length } => {
                let needed = if view.strides.is_some() { *length } else { view.start + view.info.bytes() };
                Cow::Owned(zipped::unpack(&self.file, *entry, needed).in_file(self.file.path())?)
            }
        };
        let size = view.info.dtype.size();
        match (&view.strides, storage) {
            (Some(strides), storage) => Ok(Cow::Owned(gather(&storage, view.start, &view.info.shape, strides, size))),
            (None, Cow::Borrowed(bytes)) => {
                Ok(Cow::Borrowed(bytes.get(view.start..view.start + view.info.bytes()).unwrap_or_default()))
            }
            (None, Cow::Owned(mut bytes)) => Ok(Cow::Owned(bytes.split_off(view.start))),
        }
    }

    fn location(&self) -> &Path {
        self.file.path()
    }
}

/// Copies a strided view row by row. All of it lies within `storage` ([`View::new`]).
fn gather(storage: &[u8], start: usize, shape: &[usize], strides: &[usize], size: usize) -> Vec<u8> {
    let elements: usize = shape.iter().product();
    let mut bytes = Vec::with_capacity(elements * size);
    let mut index = vec![0usize; shape.len()];
    for _ in 0..elements {
        let element: usize = index.iter().zip(strides).map(|(at, stride)| at * stride).sum();
        let at = start + element * size;
        bytes.extend_from_slice(storage.get(at..at + size).unwrap_or_default());
        for (at, &edge) in index.iter_mut().zip(shape).rev() {
            *at += 1;
            if *at < edge {
                break;
            }
            *at = 0;
        }
    }
    bytes
}

/// Puts what a pickle says and where the storages are together.
fn views(
    described: BTreeMap<String, StridedTensor>,
    find: impl Fn(&str) -> Option<Bytes>,
) -> Result<BTreeMap<String, View>, PickleError> {
    described
        .into_iter()
        .map(|(name, tensor)| {
            let view = View::new(&name, &tensor, &find)?;
            Ok((name, view))
        })
        .collect()
}

impl View {
    /// Checks that all elements lie within the storage, so that nothing has to be checked when they are read.
    fn new(name: &str, tensor: &StridedTensor, find: impl Fn(&str) -> Option<Bytes>) -> Result<Self, PickleError> {
        let key = || tensor.storage.key.clone();
        let dtype = tensor
            .dtype
            .or(tensor.storage.dtype)
            .ok_or_else(|| PickleError::Storage { name: name.to_owned(), storage: tensor.storage.class.clone() })?;
        let storage =
            find(&tensor.storage.key).ok_or_else(|| PickleError::NoStorage { name: name.to_owned(), key: key() })?;
        let start = within(tensor, dtype, storage.length())
            .ok_or_else(|| PickleError::OutsideStorage { name: name.to_owned(), key: key() })?;
        let contiguous = is_contiguous(&tensor.shape, &tensor.strides);
        // An expanded tensor can claim any size on a few bytes of storage.
        let elements: usize = tensor.shape.iter().product();
        if !contiguous && elements > storage.length() / dtype.size() {
            return Err(PickleError::Overlapping { name: name.to_owned() });
        }
        let strides = (!contiguous).then(|| tensor.strides.clone());
        Ok(Self { info: TensorInfo { shape: tensor.shape.clone(), dtype }, storage, start, strides })
    }
}

/// The first element's byte in a storage of `length` bytes; `None` where any element lies outside or sizes overflow.
fn within(tensor: &StridedTensor, dtype: DType, length: usize) -> Option<usize> {
    if tensor.shape.len() != tensor.strides.len() {
        return None;
    }
    let first = tensor.storage.start.checked_add(tensor.offset)?;
    let elements = tensor.shape.iter().try_fold(1usize, |all, &edge| all.checked_mul(edge))?;
    elements.checked_mul(dtype.size())?;
    let mut last = first;
    for (&edge, &stride) in tensor.shape.iter().zip(&tensor.strides) {
        last = last.checked_add(edge.saturating_sub(1).checked_mul(stride)?)?;
    }
    let end = if elements == 0 { first } else { last.checked_add(1)? };
    let start = first.checked_mul(dtype.size())?;
    (end.checked_mul(dtype.size())? <= length).then_some(start)
}

/// Whether elements follow each other row by row. Axes of one element may have any stride.
fn is_contiguous(shape: &[usize], strides: &[usize]) -> bool {
    let mut step = 1usize;
    for (&edge, &stride) in shape.iter().zip(strides).rev() {
        if edge == 0 {
            return true;
        }
        if edge > 1 && stride != step {
            return false;
        }
        step = step.saturating_mul(edge);
    }
    true
}

#[cfg(test)]
mod tests;
