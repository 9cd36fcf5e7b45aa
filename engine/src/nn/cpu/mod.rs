//! Kernels for main memory, where burn's CPU backend leaves much on the table: values are taken out of a tensor without
//! copying where nobody else holds it, computed on by all cores, and put back.
//!
//! All products go through the `gemm` crate, which burn's CPU backend uses too; everything else is plain Rust that the
//! compiler vectorises for the widest instructions the processor has ([`vector::dispatch`]).
//!
//! Measured on an AMD EPYC with AVX-512, one thread, seconds of CPU time for a step of Stable Diffusion 1.5's UNet at
//! 512 x 512 with guidance, f32: these kernels 7.9, burn's 16.2, PyTorch 2.15 12.4; for decoding 512 x 512 with its
//! autoencoder: these 11.8, PyTorch 13.4. `cargo bench -p brushfire-engine` repeats the first comparison,
//! `tests/reference/full_size.py` that with PyTorch.

pub(super) mod attention;
pub(super) mod conv;
pub(super) mod depthwise;
mod gemm;
pub(super) mod linear;
pub(super) mod norm;
pub(super) mod pointwise;
pub(crate) mod vector;

use burn::tensor::{DType, Device, Tensor, TensorData};

/// The values of a tensor on the CPU, which are always f32 ([`super::Compute::new`] sees to that); not copied where the
/// tensor is contiguous and nobody else holds it.
pub(super) struct Values(TensorData);

impl Values {
    pub fn of<const D: usize>(tensor: Tensor<D>) -> Self {
        Self(tensor.into_data())
    }

    pub fn as_slice(&self) -> &[f32] {
        match self.0.as_slice() {
            Ok(values) => values,
            Err(error) => unreachable!("CPU tensors hold f32: {error:?}"),
        }
    }

    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        match self.0.as_mut_slice() {
            Ok(values) => values,
            Err(error) => unreachable!("CPU tensors hold f32: {error:?}"),
        }
    }

    pub fn into_vec(self) -> Vec<f32> {
        match self.0.try_into_vec() {
            Ok(values) => values,
            Err(error) => unreachable!("CPU tensors hold f32: {error:?}"),
        }
    }

    /// Back into a tensor of `shape`, without copying.
    pub fn into_tensor<const D: usize>(self, shape: [usize; D]) -> Tensor<D> {
        let (bytes, _, dtype) = self.0.into_parts();
        Tensor::from_data(TensorData::from_bytes(bytes, shape, dtype), (&Device::flex(), DType::F32))
    }
}

/// A tensor on the CPU, row-major; `values` are not copied.
pub(super) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), (&Device::flex(), DType::F32))
}
