//! From a checkpoint's named tensors to a layer's: strict about names and shapes, one tensor at a time.

use burn::tensor::Tensor;

use super::compute::Compute;
use crate::checkpoint::{CheckpointError, Source};

/// Why a model cannot be built or read back.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("the checkpoint has no tensor `{name}`")]
    MissingTensor { name: String },
    #[error("the tensor `{name}` has the shape {found:?}, but the model's config asks for {expected}")]
    WrongShape { name: String, expected: String, found: Vec<usize> },
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error("no model can be built from its config: {0}")]
    Config(String),
    #[error("the device did not finish its work: {0}")]
    ReadBack(String),
}

/// The tensors below one place of a checkpoint, on their way to a device.
#[derive(Clone)]
pub(crate) struct Weights<'a> {
    source: &'a dyn Source,
    compute: &'a Compute,
    prefix: String,
}

impl<'a> Weights<'a> {
    /// All of `source`.
    pub fn new(source: &'a dyn Source, compute: &'a Compute) -> Self {
        Self { source, compute, prefix: String::new() }
    }

    /// What lies below `name`, for instance `sub("down_blocks.0")`.
    pub fn sub(&self, name: &str) -> Self {
        Self { prefix: self.full_name(name), ..self.clone() }
    }

    /// Where in the checkpoint this is.
    pub fn place(&self) -> &str {
        &self.prefix
    }

    pub fn compute(&self) -> &Compute {
        self.compute
    }

    fn full_name(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
    }

    /// The tensor `name` with exactly this shape, on the device and in the precision.
    ///
    /// # Errors
    /// It is missing, unreadable or has another shape.
    pub fn tensor<const D: usize>(&self, name: &str, shape: [usize; D]) -> Result<Tensor<D>, ModelError> {
        Ok(self.upload(self.values_of_one_shape(name, &[&shape])?, shape))
    }

    /// The values of `name`, which must have one of `shapes`.
    ///
    /// # Errors
    /// It is missing, unreadable or has another shape.
    pub fn values_of_one_shape(&self, name: &str, shapes: &[&[usize]]) -> Result<Vec<f32>, ModelError> {
        let name = self.full_name(name);
        let Some(info) = self.source.info(&name) else { return Err(ModelError::MissingTensor { name }) };
        if !shapes.contains(&info.shape.as_slice()) {
            let expected: Vec<String> = shapes.iter().map(|shape| format!("{shape:?}")).collect();
            return Err(ModelError::WrongShape { name, expected: expected.join(" or "), found: info.shape });
        }
        Ok(self.source.read_f32(&name)?)
    }

    /// Moves `values` to the device, into the part of its memory that is kept for long.
    pub fn upload<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        let device = self.compute.device();
        device.memory_persistent_allocations((values, shape), |(values, shape)| self.compute.tensor(values, shape))
    }
}
