//! safetensors files: eight bytes of header length, a JSON header, the tensors one after the other.
//!
//! The `safetensors` crate reads the header and checks that the tensors fill the file without holes or overlaps and that
//! every shape fits its bytes. Before it does, [`Outline`] looks for what it lets pass or would need much memory for.
//! Format: <https://github.com/huggingface/safetensors#format>.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;
use std::path::Path;

use safetensors::tensor::{Dtype, Metadata, SafeTensorError, SafeTensors};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::error::{CheckpointError, InFile};
use super::mapped_file::MappedFile;
use super::source::{DType, Source, TensorInfo};

/// Longest header that is read. Stable Diffusion XL's is 0.3 MB.
const MAX_HEADER_BYTES: u64 = 32 << 20;
/// Most tensors in one file. Stable Diffusion XL has 2,516.
const MAX_TENSORS: usize = 200_000;
/// Most axes of a tensor.
const MAX_AXES: usize = 8;
/// Bytes of the header's length.
const LENGTH_BYTES: usize = 8;

/// What is wrong with a safetensors file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SafetensorsError {
    #[error("it is too short to be a safetensors file; download it again")]
    TooShort,
    #[error(
        "its header claims to be {claimed} bytes long in a file of {file}; it is damaged or not a safetensors file"
    )]
    HeaderLength { claimed: u64, file: usize },
    #[error("its header of {0} bytes is longer than any model's")]
    HeaderTooLong(u64),
    #[error("its header cannot be read ({0})")]
    Header(String),
    #[error("it holds more than {MAX_TENSORS} tensors")]
    TooManyTensors,
    #[error("tensor `{0}` occurs twice")]
    Duplicate(String),
    #[error("it is cut short: {present} of {wanted} bytes are there; download it again")]
    Truncated { wanted: u64, present: usize },
    #[error("{present} bytes are there where its header describes {wanted}")]
    TooLong { wanted: u64, present: usize },
    #[error("tensor `{0}` overlaps another or leaves a gap")]
    Offsets(String),
    #[error("the shape of a tensor does not fit its bytes")]
    ShapeAndBytes,
    #[error("tensor `{name}` has {axes} axes")]
    TooManyAxes { name: String, axes: usize },
    #[error("tensor `{name}` is of type {dtype}, which is not supported")]
    Type { name: String, dtype: String },
}

/// A safetensors file.
pub struct SafetensorsFile {
    file: MappedFile,
    tensors: BTreeMap<String, Entry>,
    metadata: BTreeMap<String, String>,
}

struct Entry {
    info: TensorInfo,
    /// In the file.
    bytes: Range<usize>,
}

impl SafetensorsFile {
    /// Maps the file and reads its header.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        Self::from_file(MappedFile::open(path)?)
    }

    pub(super) fn from_file(file: MappedFile) -> Result<Self, CheckpointError> {
        let (tensors, metadata) = read_header(&file).in_file(file.path())?;
        Ok(Self { file, tensors, metadata })
    }

    /// The free text that the file's writer left in the header.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }
}

impl Source for SafetensorsFile {
    fn names(&self) -> Vec<String> {
        self.tensors.keys().cloned().collect()
    }

    fn info(&self, name: &str) -> Option<TensorInfo> {
        self.tensors.get(name).map(|entry| entry.info.clone())
    }

    fn raw(&self, name: &str) -> Result<Cow<'_, [u8]>, CheckpointError> {
        let entry = self.tensors.get(name).ok_or_else(|| self.no_such(name))?;
        Ok(Cow::Borrowed(self.file.slice(entry.bytes.clone())?))
    }

    fn location(&self) -> &Path {
        self.file.path()
    }
}

/// Whether `file` begins like a safetensors file: a plausible length, then a JSON object.
pub(super) fn looks_like(file: &[u8]) -> bool {
    let brace = file.get(LENGTH_BYTES..).and_then(|rest| rest.iter().find(|byte| !byte.is_ascii_whitespace()));
    header_length(file).is_ok_and(|length| length < 1 << 40) && brace == Some(&b'{')
}

fn header_length(file: &[u8]) -> Result<u64, SafetensorsError> {
    let length = file.first_chunk::<LENGTH_BYTES>().ok_or(SafetensorsError::TooShort)?;
    Ok(u64::from_le_bytes(*length))
}

type Header = (BTreeMap<String, Entry>, BTreeMap<String, String>);

fn read_header(file: &[u8]) -> Result<Header, SafetensorsError> {
    let data_start = Outline::check(file)?;
    let (_, metadata) = SafeTensors::read_metadata(file).map_err(|error| explain(error, file.len()))?;
    let mut tensors = BTreeMap::new();
    for (name, info) in metadata.tensors() {
        if info.shape.len() > MAX_AXES {
            return Err(SafetensorsError::TooManyAxes { name, axes: info.shape.len() });
        }
        let dtype = dtype(info.dtype)
            .ok_or_else(|| SafetensorsError::Type { name: name.clone(), dtype: format!("{:?}", info.dtype) })?;
        let (start, end) = info.data_offsets;
        let bytes = data_start + start..data_start + end;
        tensors.insert(name, Entry { info: TensorInfo { shape: info.shape.clone(), dtype }, bytes });
    }
    Ok((tensors, notes(&metadata)))
}

fn notes(metadata: &Metadata) -> BTreeMap<String, String> {
    metadata.metadata().iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn dtype(dtype: Dtype) -> Option<DType> {
    Some(match dtype {
        Dtype::F64 => DType::F64,
        Dtype::F32 => DType::F32,
        Dtype::F16 => DType::F16,
        Dtype::BF16 => DType::Bf16,
        Dtype::F8_E4M3 => DType::F8E4m3,
        Dtype::F8_E5M2 => DType::F8E5m2,
        Dtype::I64 => DType::I64,
        Dtype::I32 => DType::I32,
        Dtype::I16 => DType::I16,
        Dtype::I8 => DType::I8,
        Dtype::U64 => DType::U64,
        Dtype::U32 => DType::U32,
        Dtype::U16 => DType::U16,
        Dtype::U8 => DType::U8,
        Dtype::BOOL => DType::Bool,
        _ => return None,
    })
}

fn explain(error: SafeTensorError, file: usize) -> SafetensorsError {
    match error {
        SafeTensorError::InvalidOffset(name) => SafetensorsError::Offsets(name),
        SafeTensorError::TensorInvalidInfo
        | SafeTensorError::ValidationOverflow
        | SafeTensorError::MisalignedSlice
        | SafeTensorError::InvalidTensorView(..) => SafetensorsError::ShapeAndBytes,
        SafeTensorError::HeaderTooSmall => SafetensorsError::TooShort,
        SafeTensorError::MetadataIncompleteBuffer => SafetensorsError::TooLong { wanted: 0, present: file },
        other => SafetensorsError::Header(other.to_string()),
    }
}

/// The names and ends of a header's tensors, without their shapes: enough to see that the file is whole.
struct Outline {
    names: HashSet<String>,
    /// End of the last tensor, counted from the end of the header.
    end: u64,
}

impl Outline {
    /// Returns where the tensors begin.
    fn check(file: &[u8]) -> Result<usize, SafetensorsError> {
        let claimed = header_length(file)?;
        if claimed > (file.len() - LENGTH_BYTES) as u64 {
            return Err(SafetensorsError::HeaderLength { claimed, file: file.len() });
        }
        if claimed > MAX_HEADER_BYTES {
            return Err(SafetensorsError::HeaderTooLong(claimed));
        }
        let data_start = LENGTH_BYTES + claimed as usize;
        let header = file.get(LENGTH_BYTES..data_start).unwrap_or_default();
        let outline: Self = serde_json::from_slice(header).map_err(outline_error)?;
        let wanted = outline.end.saturating_add(data_start as u64);
        let present = file.len();
        match wanted.cmp(&(present as u64)) {
            std::cmp::Ordering::Equal => Ok(data_start),
            std::cmp::Ordering::Greater => Err(SafetensorsError::Truncated { wanted, present }),
            std::cmp::Ordering::Less => Err(SafetensorsError::TooLong { wanted, present }),
        }
    }
}

/// serde hands own errors on as text only; these two prefixes carry them through.
const DUPLICATE: &str = "duplicate tensor: ";
const TOO_MANY: &str = "too many tensors";

fn outline_error(error: serde_json::Error) -> SafetensorsError {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_prefix(DUPLICATE) {
        Some(name) => SafetensorsError::Duplicate(name.strip_suffix(&position).unwrap_or(name).to_owned()),
        None if text.starts_with(TOO_MANY) => SafetensorsError::TooManyTensors,
        None => SafetensorsError::Header(text),
    }
}

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OutlineVisitor)
    }
}

struct OutlineVisitor;

impl<'de> Visitor<'de> for OutlineVisitor {
    type Value = Outline;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object that describes tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Outline, A::Error> {
        #[derive(serde::Deserialize)]
        struct Offsets {
            data_offsets: (u64, u64),
        }

        let mut outline = Outline { names: HashSet::new(), end: 0 };
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                map.next_value::<IgnoredAny>()?;
            } else {
                outline.end = outline.end.max(map.next_value::<Offsets>()?.data_offsets.1);
            }
            if outline.names.len() == MAX_TENSORS {
                return Err(serde::de::Error::custom(TOO_MANY));
            }
            if !outline.names.insert(name.clone()) {
                return Err(serde::de::Error::custom(format!("{DUPLICATE}{name}")));
            }
        }
        Ok(outline)
    }
}

#[cfg(test)]
mod tests;
