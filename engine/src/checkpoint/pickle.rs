//! Reads the pickles inside PyTorch files **without executing anything**.
//!
//! A pickle is a program for a small stack machine, and Python's would import and call whatever it names. This one has
//! no way to: a name becomes [`Value::Global`], and "calling" one only rearranges values on the stack.
//!
//! - A short list of names is understood: dictionaries, storages and the functions that rebuild a tensor from one
//!   ([`globals::Known`]). Those make [`Value`]s.
//! - Names of modules that run programs, open files or the network (`os`, `posix`, `subprocess`, `builtins.eval`, ...)
//!   are refused wherever they stand: no model needs them, so their presence means an attack, and the file is not to be
//!   trusted in any other program either ([`globals::Class::Dangerous`]).
//! - Every other name makes an opaque value when called, which holds nothing and never becomes a tensor. Real
//!   checkpoints are full of PyTorch Lightning's callbacks and numpy's scalars, which nobody needs.
//!
//! Opcodes: those that Python's and PyTorch's picklers write with protocols 2 to 5. The text opcodes of protocol 0 are
//! refused. Work and memory are bounded: a pickle has at most [`MAX_PICKLE_BYTES`], every opcode takes at least a byte
//! and makes at most one value, and what values copy from each other is counted. Specification: CPython's
//! `Lib/pickletools.py`.

mod flatten;
mod globals;
mod machine;
mod reduce;
mod value;

pub use flatten::tensors;
pub use machine::{Unpickled, unpickle};
pub use value::{StridedTensor, Value};

/// Longest pickle that is read; a name and a tensor take some 200 bytes, so this is for 80,000 of them.
pub const MAX_PICKLE_BYTES: usize = 16 << 20;

/// What is wrong with a PyTorch file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PickleError {
    #[error(
        "this file wants to run `{0}` and is refused: no model needs that. Do not open it in other programs either"
    )]
    Dangerous(String),
    #[error("its list of tensors is cut short; download it again")]
    Truncated,
    #[error("its list of tensors is damaged at byte {at} ({what})")]
    Damaged { at: usize, what: &'static str },
    #[error("its list of tensors uses the pickle instruction {opcode:#04x} at byte {at}, which no PyTorch file needs")]
    Opcode { opcode: u8, at: usize },
    #[error("its list of tensors of {0} bytes is longer than any model's")]
    TooLong(usize),
    #[error("it nests or repeats its tensors more than any model does")]
    TooTangled,
    #[error("tensor `{name}` is of type {storage}, which is not supported")]
    Storage { name: String, storage: String },
    #[error("tensor `{name}` does not lie within its storage `{key}`")]
    OutsideStorage { name: String, key: String },
    #[error("tensor `{name}` repeats its elements; such views are not supported")]
    Overlapping { name: String },
    #[error("the numbers of tensor `{name}` (storage `{key}`) are missing; download it again")]
    NoStorage { name: String, key: String },
    #[error("it was written on a big-endian machine, which is not supported")]
    BigEndian,
}

#[cfg(test)]
mod tests;
