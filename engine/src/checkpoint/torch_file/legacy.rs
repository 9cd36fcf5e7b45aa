//! Files of before PyTorch 1.6: pickles in a row, then the storages.

use std::collections::{BTreeMap, HashMap};

use super::super::pickle::{PickleError, Unpickled, Value, tensors, unpickle};
use super::{Bytes, View, views};

/// The pickle of the magic number 0x1950a86a20f9469cfc6c, with protocol 2.
const MAGIC: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.";
/// `protocol_version` in `torch/serialization.py`.
const PROTOCOL: i64 = 1001;

/// Whether `file` begins with the magic number.
pub fn looks_like(file: &[u8]) -> bool {
    file.starts_with(MAGIC)
}

/// # Errors
/// What is wrong with the pickles or the storages after them.
pub fn read(file: &[u8]) -> Result<BTreeMap<String, View>, PickleError> {
    let mut at = MAGIC.len();
    let rest = |at: usize| file.get(at..).unwrap_or_default();

    let protocol = unpickle(rest(at))?;
    if protocol.values.get(protocol.root) != &Value::Int(PROTOCOL) {
        return Err(PickleError::Damaged { at, what: "an unknown version" });
    }
    at += protocol.length;
    // The machine it was written on; every one today is little-endian, as files then had to be.
    at += unpickle(rest(at))?.length;
    let content = unpickle(rest(at))?;
    at += content.length;
    let keys = unpickle(rest(at))?;
    at += keys.length;

    let sizes = element_sizes(&content);
    let mut places = HashMap::new();
    for &key in keys.values.items(keys.root).unwrap_or_default() {
        let Some(key) = keys.values.text(key) else {
            return Err(PickleError::Damaged { at, what: "a key that is not text" });
        };
        let length = element_count(rest(at))?;
        at += 8;
        // The size of an unsupported type's elements is unknown, so what follows cannot be found.
        let Some(size) = sizes.get(key) else { break };
        let end = length.checked_mul(*size).and_then(|bytes| at.checked_add(bytes)).ok_or(PickleError::Truncated)?;
        if end > file.len() {
            return Err(PickleError::Truncated);
        }
        places.insert(key.to_owned(), Bytes::Plain(at..end));
        at = end;
    }
    views(tensors(&content)?, |key| places.get(key).cloned())
}

fn element_count(bytes: &[u8]) -> Result<usize, PickleError> {
    let count = bytes.first_chunk::<8>().ok_or(PickleError::Truncated)?;
    usize::try_from(i64::from_le_bytes(*count)).map_err(|_| PickleError::Truncated)
}

/// Bytes of an element of each storage, whether a tensor that matters lies in it or not.
fn element_sizes(content: &Unpickled) -> HashMap<&str, usize> {
    let storages = content.values.iter().filter_map(|value| match value {
        Value::Storage(storage) => Some((storage.key.as_str(), storage.dtype?.size())),
        _ => None,
    });
    storages.collect()
}
