//! What "calling" one of the known names amounts to. Arguments of the wrong kind make an opaque value, never an error:
//! only tensors that a model needs are missed, and then by name.

use super::globals::Known;
use super::value::{Storage, StridedTensor, Value, ValueId, Values};

/// What a call amounts to.
pub enum Outcome {
    New(Value),
    /// One of the arguments, unchanged.
    Same(ValueId),
}

/// Most items that a dictionary is made from in one call; later ones are set one by one.
const MAX_ENTRIES: usize = 1 << 12;
/// Most axes of a tensor.
const MAX_AXES: usize = 8;
/// Longest name of a storage.
const MAX_KEY_BYTES: usize = 256;

/// What stands for `callee(*arguments)`.
pub fn call(values: &Values, callee: ValueId, arguments: ValueId) -> Outcome {
    let (Value::Global(global), Some(arguments)) = (values.get(callee), values.items(arguments)) else {
        return Outcome::New(Value::Opaque);
    };
    call_known(values, global.class, arguments).unwrap_or(Outcome::New(Value::Opaque))
}

fn call_known(values: &Values, class: Known, arguments: &[ValueId]) -> Option<Outcome> {
    match class {
        Known::Dict => Some(Outcome::New(Value::Dict(entries(values, arguments)?))),
        Known::RebuildTensor => tensor(values, arguments).map(|tensor| Outcome::New(Value::Tensor(Box::new(tensor)))),
        Known::RebuildTensorV3 => {
            let mut tensor = tensor(values, arguments)?;
            if let Value::Global(global) = values.get(*arguments.get(6)?)
                && let Known::DType(dtype) = global.class
            {
                tensor.dtype = Some(dtype);
            }
            Some(Outcome::New(Value::Tensor(Box::new(tensor))))
        }
        Known::Size | Known::RebuildParameter => arguments.first().copied().map(Outcome::Same),
        Known::RebuildFromType => rebuild_from_type(values, arguments),
        Known::Storage(_) | Known::DType(_) | Known::Other => None,
    }
}

/// `_rebuild_from_type_v2(function, type, arguments, state)`: one level, for its function is one of the others.
fn rebuild_from_type(values: &Values, arguments: &[ValueId]) -> Option<Outcome> {
    let Value::Global(function) = values.get(*arguments.first()?) else { return None };
    let inner = values.items(*arguments.get(2)?)?;
    match function.class {
        Known::RebuildFromType => None,
        class => call_known(values, class, inner),
    }
}

/// `OrderedDict([(key, value), ...])`, as Python 2 wrote it; newer picklers set the items afterwards.
fn entries(values: &Values, arguments: &[ValueId]) -> Option<Vec<(ValueId, ValueId)>> {
    let Some(&list) = arguments.first() else { return Some(Vec::new()) };
    let pair = |&item: &ValueId| match values.items(item) {
        Some(&[key, value]) => Some((key, value)),
        _ => None,
    };
    values.items(list).filter(|items| items.len() <= MAX_ENTRIES)?.iter().map(pair).collect()
}

/// `_rebuild_tensor_v2(storage, offset, size, stride, ...)`.
fn tensor(values: &Values, arguments: &[ValueId]) -> Option<StridedTensor> {
    let Value::Storage(storage) = values.get(*arguments.first()?) else { return None };
    Some(StridedTensor {
        storage: (**storage).clone(),
        dtype: None,
        offset: values.size(*arguments.get(1)?)?,
        shape: axes(values, *arguments.get(2)?)?,
        strides: axes(values, *arguments.get(3)?)?,
    })
}

fn axes(values: &Values, id: ValueId) -> Option<Vec<usize>> {
    let items = values.items(id).filter(|items| items.len() <= MAX_AXES)?;
    items.iter().map(|&item| values.size(item)).collect()
}

/// A persistent id: `("storage", class, key, device, elements)`, in files of before PyTorch 1.6 with a sixth item
/// `None` or `(view's key, offset, elements)`.
pub fn persistent(values: &Values, id: ValueId) -> Value {
    values
        .items(id)
        .and_then(|items| storage(values, items))
        .map_or(Value::Opaque, |storage| Value::Storage(Box::new(storage)))
}

fn storage(values: &Values, items: &[ValueId]) -> Option<Storage> {
    let &[kind, class, key, _device, elements, ref view @ ..] = items else { return None };
    let Value::Global(class) = values.get(class) else { return None };
    let Known::Storage(dtype) = class.class else { return None };
    let start = match view.first().and_then(|&view| values.items(view)) {
        Some(&[_key, offset, _elements]) => values.size(offset)?,
        _ => 0,
    };
    let key = match values.get(key) {
        Value::Text(key) if key.len() <= MAX_KEY_BYTES => key.clone(),
        Value::Int(key) => key.to_string(),
        _ => return None,
    };
    (values.text(kind) == Some("storage")).then_some(())?;
    Some(Storage { key, class: class.path.clone(), dtype, elements: values.size(elements)?, start })
}
