//! Kernels for main memory, where burn's CPU backend leaves much on the table (measured in `benches`): values are taken
//! out of a tensor without copying where nobody else holds it, computed on by all cores, and put back.
//!
//! All products go through the `gemm` crate, which burn's CPU backend uses too; everything else is plain Rust that the
//! compiler vectorises for the widest instructions the processor has ([`vector::dispatch`]).

pub(super) mod attention;
pub(super) mod conv;
mod gemm;
pub(super) mod linear;
pub(super) mod norm;
pub(super) mod pointwise;
mod vector;

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
