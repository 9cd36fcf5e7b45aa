//! Model files: what they are, what is in them, and their tensors under diffusers' names.
//!
//! [`open_model`] gives the components of a whole model, checked; [`inspect`] says what any file or folder is;
//! [`open_source`] hands out the tensors of one file as they are. Nothing is executed, nothing is read before it is asked
//! for, and no file, however damaged or hostile, gives more than an error that names it and the reason.

pub mod combine;
mod component_folder;
pub mod config;
mod control;
pub mod detect;
mod diffusers_folder;
mod error;
pub mod expected;
mod found;
mod hash;
pub mod infer;
mod inspect;
pub mod key_map;
mod mapped_file;
mod model;
mod numbers;
mod open;
mod parts;
mod pickle;
pub mod safetensors;
mod single_file;
mod source;
mod torch_file;

pub use control::{ControlBase, ControlConfig, ControlFiles, ControlFit, open_control};
pub use error::{CheckpointError, Reason};
pub use found::Found;
pub(crate) use hash::file_hash;
pub use inspect::{ComponentReport, Inspection, MemoryNeed, inspect};
pub use model::{Component, ModelFiles, open_model};
pub use open::open_source;
pub use parts::{Misfit, Missing, ModelPart};
pub use pickle::PickleError;
pub use source::{DType, Source, TensorInfo};
pub use torch_file::TorchFile;
