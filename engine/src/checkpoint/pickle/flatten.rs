//! Nested dictionaries -> tensors with dotted names.

use std::collections::BTreeMap;

use super::value::{StridedTensor, Value, ValueId, Values};
use super::{PickleError, Unpickled};

/// Keys under which training programs keep the tensors that matter, beside optimizers' states that do not.
const WRAPPERS: &[&str] = &["state_dict", "params_ema", "params"];
/// Deepest nesting of dictionaries and lists below the root.
const MAX_DEPTH: usize = 16;
/// Values looked at; one that is reachable by two ways counts twice.
const MAX_VISITS: usize = 2_000_000;
/// Most tensors.
const MAX_TENSORS: usize = 100_000;
/// Longest name of a tensor.
const MAX_NAME_BYTES: usize = 512;

/// All tensors of a pickle. Of a dictionary that holds a `state_dict`, only that; nested names are joined with dots; of
/// equal names the last counts, as in Python.
///
/// # Errors
/// More nesting or repetition than a model has.
pub fn tensors(pickle: &Unpickled) -> Result<BTreeMap<String, StridedTensor>, PickleError> {
    let mut walk = Walk { values: &pickle.values, visits: 0, found: BTreeMap::new() };
    walk.visit(unwrap(&pickle.values, pickle.root), String::new(), 0)?;
    Ok(walk.found)
}

fn unwrap(values: &Values, root: ValueId) -> ValueId {
    let Some(entries) = values.dict(root) else { return root };
    let inner = |wrapper: &&str| {
        let entry = entries.iter().rev().find(|(key, _)| values.text(*key) == Some(*wrapper));
        entry.map(|&(_, value)| value).filter(|&value| values.dict(value).is_some())
    };
    WRAPPERS.iter().find_map(inner).unwrap_or(root)
}

struct Walk<'a> {
    values: &'a Values,
    visits: usize,
    found: BTreeMap<String, StridedTensor>,
}

impl Walk<'_> {
    fn visit(&mut self, id: ValueId, name: String, depth: usize) -> Result<(), PickleError> {
        self.visits += 1;
        if self.visits > MAX_VISITS || depth > MAX_DEPTH || name.len() > MAX_NAME_BYTES {
            return Err(PickleError::TooTangled);
        }
        match self.values.get(id) {
            Value::Tensor(tensor) => {
                if self.found.len() == MAX_TENSORS {
                    return Err(PickleError::TooTangled);
                }
                self.found.insert(name, (**tensor).clone());
            }
            Value::Dict(entries) => {
                for &(key, value) in entries {
                    if let Some(key) = self.key(key) {
                        self.visit(value, join(&name, &key), depth + 1)?;
                    }
                }
            }
            Value::List(items) | Value::Tuple(items) => {
                for (index, &item) in items.iter().enumerate() {
                    self.visit(item, join(&name, &index.to_string()), depth + 1)?;
                }
            }
            _ => (),
        }
        Ok(())
    }

    /// Keys too long for a name belong to no tensor.
    fn key(&self, id: ValueId) -> Option<String> {
        match self.values.get(id) {
            Value::Text(text) if text.len() <= MAX_NAME_BYTES => Some(text.clone()),
            Value::Int(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

fn join(parent: &str, child: &str) -> String {
    if parent.is_empty() { child.to_owned() } else { format!("{parent}.{child}") }
}
