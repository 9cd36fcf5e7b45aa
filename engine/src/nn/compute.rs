//! Where a model computes: the one decision all that differs by device comes from.

use burn::tensor::{DType, Device, FloatDType, Tensor, TensorData};

use super::weights::ModelError;

/// The precision of weights and activations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    F32,
    /// Half the memory and, with cooperative matrices, many times the speed. Statistics of norms stay in f32.
    F16,
}

impl Precision {
    pub(crate) fn dtype(self) -> DType {
        match self {
            Self::F32 => DType::F32,
            Self::F16 => DType::F16,
        }
    }
}

/// Which family of kernels the layers of `nn` call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernels {
    /// Own kernels on main memory, see `nn::cpu`.
    Cpu,
    /// burn's operations, padded and chunked to what its GPU kernels do well.
    Burn,
}

/// A device, a precision and the kernels that follow from them.
#[derive(Clone, Debug)]
pub struct Compute {
    device: Device,
    precision: Precision,
    kernels: Kernels,
    attention_budget: usize,
}

/// Attention scores held at once where they are materialised; at 512 x 512 Stable Diffusion's largest are just this much
/// in f16, so pictures up to there are never split.
pub(crate) const ATTENTION_BUDGET: usize = 512 << 20;

impl Compute {
    /// On the CPU (`Device::flex()`) the precision is always f32: there is no f16 arithmetic to be had there.
    #[must_use]
    pub fn new(device: &Device, precision: Precision) -> Self {
        let kernels = if *device == Device::flex() { Kernels::Cpu } else { Kernels::Burn };
        let precision = if kernels == Kernels::Cpu { Precision::F32 } else { precision };
        Self { device: device.clone(), precision, kernels, attention_budget: ATTENTION_BUDGET }
    }

    /// Limits the attention scores held at once to `bytes` where a device materialises them; queries are then taken in
    /// several chunks.
    #[must_use]
    pub fn with_attention_budget(self, bytes: usize) -> Self {
        Self { attention_budget: bytes, ..self }
    }

    /// Uses burn's operations on the CPU too, as on GPUs: to test and to time one way against the other.
    #[must_use]
    pub fn with_burn_kernels(self) -> Self {
        Self { kernels: Kernels::Burn, ..self }
    }

    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    pub(crate) fn kernels(&self) -> Kernels {
        self.kernels
    }

    pub(crate) fn attention_budget(&self) -> usize {
        self.attention_budget
    }

    /// Uploads row-major `values`, rounded to the precision. `values` must have as many elements as `shape`.
    #[must_use]
    pub fn tensor<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        let data = TensorData::new(values, shape);
        match self.precision {
            Precision::F32 => Tensor::from_data(data, (&self.device, DType::F32)),
            Precision::F16 => Tensor::from_data(data.convert_dtype(DType::F16), (&self.device, DType::F16)),
        }
    }

    /// Brings `tensor` to this precision; does nothing where it has it already.
    #[must_use]
    pub fn cast<const D: usize>(&self, tensor: Tensor<D>) -> Tensor<D> {
        if tensor.dtype() == self.precision.dtype() {
            return tensor;
        }
        match self.precision {
            Precision::F32 => tensor.cast(FloatDType::F32),
            Precision::F16 => tensor.cast(FloatDType::F16),
        }
    }

    /// Waits for `tensor` and reads it back, row-major, as f32.
    ///
    /// # Errors
    /// [`ModelError::ReadBack`] where the device failed in this or an earlier operation.
    pub fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ModelError> {
        tensor.try_into_vec_as::<f32>().map_err(|error| ModelError::ReadBack(format!("{error:?}")))
    }
}
