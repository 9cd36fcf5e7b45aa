//! [`Source`]: a lazy, named set of tensors. Files are sources, and so are combinators over them (see
//! [`super::combine`]); nothing is read before a tensor is asked for, and then only that tensor.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use serde::{Serialize, Serializer};

use super::error::{CheckpointError, Reason};
use super::numbers;

/// The type of a tensor's elements as they lie in a file, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DType {
    F64,
    F32,
    F16,
    Bf16,
    /// Four bits of exponent, three of mantissa, no infinities (`float8_e4m3fn`).
    F8E4m3,
    /// Five bits of exponent, two of mantissa (`float8_e5m2`).
    F8E5m2,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    Bool,
}

impl DType {
    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 | Self::U64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 | Self::U16 => 2,
            Self::F8E4m3 | Self::F8E5m2 | Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }

    /// Whether elements are floating-point numbers, as weights are.
    pub fn is_float(self) -> bool {
        matches!(self, Self::F64 | Self::F32 | Self::F16 | Self::Bf16 | Self::F8E4m3 | Self::F8E5m2)
    }

    /// The type's usual short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::F8E4m3 => "f8_e4m3",
            Self::F8E5m2 => "f8_e5m2",
            Self::I64 => "i64",
            Self::I32 => "i32",
            Self::I16 => "i16",
            Self::I8 => "i8",
            Self::U64 => "u64",
            Self::U32 => "u32",
            Self::U16 => "u16",
            Self::U8 => "u8",
            Self::Bool => "bool",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for DType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a tensor is, without its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// Row-major, axes in PyTorch's order (`[out, in]` of a linear layer, `[out, in, h, w]` of a convolution).
    pub shape: Vec<usize>,
    pub dtype: DType,
}

impl TensorInfo {
    /// Elements in all. Sources only hand out tensors whose bytes exist, so this does not overflow.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// Bytes in all.
    pub fn bytes(&self) -> usize {
        self.elements() * self.dtype.size()
    }
}

/// A lazy, named set of tensors.
pub trait Source: Send + Sync {
    /// All names, sorted.
    fn names(&self) -> Vec<String>;

    /// Shape and type of a tensor; `None` where there is no such tensor.
    fn info(&self, name: &str) -> Option<TensorInfo>;

    /// A tensor's elements, little-endian, contiguous and row-major; borrowed from the file where it lies so.
    ///
    /// # Errors
    /// There is no such tensor, or its file fails.
    fn raw(&self, name: &str) -> Result<Cow<'_, [u8]>, CheckpointError>;

    /// The file or folder, for messages.
    fn location(&self) -> &Path;

    /// A tensor's elements as f32, row-major.
    ///
    /// # Errors
    /// As [`Source::raw`].
    fn read_f32(&self, name: &str) -> Result<Vec<f32>, CheckpointError> {
        let (info, raw) = self.lookup(name)?;
        Ok(numbers::to_f32(info.dtype, &raw))
    }

    /// [`Source::info`] and [`Source::raw`] together.
    ///
    /// # Errors
    /// As [`Source::raw`].
    fn lookup(&self, name: &str) -> Result<(TensorInfo, Cow<'_, [u8]>), CheckpointError> {
        match self.info(name) {
            Some(info) => Ok((info, self.raw(name)?)),
            None => Err(self.no_such(name)),
        }
    }

    /// The error for a tensor that is not there.
    fn no_such(&self, name: &str) -> CheckpointError {
        CheckpointError::new(self.location(), Reason::NoSuchTensor(name.to_owned()))
    }
}
