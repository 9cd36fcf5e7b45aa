//! What an unpickled file is made of.

use super::super::source::DType;
use super::globals::Global;

/// Most values of one pickle.
const MAX_VALUES: u32 = 4 << 20;
/// Most bytes that values of one pickle may copy from each other. A call of a few bytes can copy a long list or name, so
/// the pickle's length does not bound them.
const MAX_COPIED_BYTES: usize = 128 << 20;

/// Names a value in its [`Values`]. Values refer to each other by these, so that what a pickle shares or ties into a
/// ring costs nothing and cannot overflow the stack when it is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ValueId(u32);

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Text(String),
    Tuple(Vec<ValueId>),
    List(Vec<ValueId>),
    /// Pairs in the order they were set; the last of equal keys counts.
    Dict(Vec<(ValueId, ValueId)>),
    Global(Box<Global>),
    Storage(Box<Storage>),
    Tensor(Box<StridedTensor>),
    /// Something nobody needs: a float, bytes, a set, an object of an unknown class.
    Opaque,
}

impl Value {
    /// Bytes that making it may have copied from other values.
    fn copied_bytes(&self) -> usize {
        match self {
            Self::Dict(entries) => size_of_val(entries.as_slice()),
            Self::Global(global) => global.path.len(),
            Self::Storage(storage) => storage.copied_bytes(),
            Self::Tensor(tensor) => {
                let axes = size_of_val(tensor.shape.as_slice()) + size_of_val(tensor.strides.as_slice());
                size_of::<StridedTensor>() + tensor.storage.copied_bytes() + axes
            }
            _ => 0,
        }
    }
}

/// A stretch of memory in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// Names it in the file.
    pub key: String,
    /// The Python name of its class, such as `torch.FloatStorage`.
    pub class: String,
    /// `None` for untyped storages and types that are not supported.
    pub dtype: Option<DType>,
    /// In elements.
    pub elements: usize,
    /// Where this view of it begins, in elements (only in files of before PyTorch 1.6).
    pub start: usize,
}

impl Storage {
    fn copied_bytes(&self) -> usize {
        self.key.len() + self.class.len()
    }
}

/// A tensor as a pickle describes it: a view of a storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StridedTensor {
    pub storage: Storage,
    /// The element type, where the pickle names it apart from the storage's.
    pub dtype: Option<DType>,
    /// First element, counted from the storage's start.
    pub offset: usize,
    pub shape: Vec<usize>,
    /// In elements, one an axis.
    pub strides: Vec<usize>,
}

/// All values of one pickle.
#[derive(Debug, Default)]
pub struct Values {
    all: Vec<Value>,
    copied_bytes: usize,
}

impl Values {
    /// `None` where there are more, or larger ones, than any model's pickle makes.
    pub(super) fn add(&mut self, value: Value) -> Option<ValueId> {
        let id = u32::try_from(self.all.len()).ok().filter(|&id| id < MAX_VALUES)?;
        self.copied_bytes = self.copied_bytes.saturating_add(value.copied_bytes());
        if self.copied_bytes > MAX_COPIED_BYTES {
            return None;
        }
        self.all.push(value);
        Some(ValueId(id))
    }

    pub fn get(&self, id: ValueId) -> &Value {
        self.all.get(id.0 as usize).unwrap_or(&Value::None)
    }

    pub(super) fn get_mut(&mut self, id: ValueId) -> Option<&mut Value> {
        self.all.get_mut(id.0 as usize)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Value> {
        self.all.iter()
    }

    pub fn text(&self, id: ValueId) -> Option<&str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A count or an index: an integer that is not negative.
    pub fn size(&self, id: ValueId) -> Option<usize> {
        match self.get(id) {
            Value::Int(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }

    /// The items of a tuple or list.
    pub fn items(&self, id: ValueId) -> Option<&[ValueId]> {
        match self.get(id) {
            Value::Tuple(items) | Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn dict(&self, id: ValueId) -> Option<&[(ValueId, ValueId)]> {
        match self.get(id) {
            Value::Dict(pairs) => Some(pairs),
            _ => None,
        }
    }
}
