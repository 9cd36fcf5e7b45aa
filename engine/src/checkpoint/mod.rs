//! Model files: what they are, what is in them, and their tensors under diffusers' names.

pub mod combine;
pub mod config;
mod error;
mod mapped_file;
mod numbers;
mod open;
mod pickle;
pub mod safetensors;
mod source;
mod torch_file;

pub use error::{CheckpointError, Reason};
pub use open::open_source;
pub use pickle::PickleError;
pub use source::{DType, Source, TensorInfo};
pub use torch_file::TorchFile;
