//! Noise, noise schedules and solvers: plain numbers on the CPU, no tensors of burn.

mod names;
mod noise;
mod philox;
mod torch_cpu;

pub use names::UnknownName;
pub use noise::{BatchNoise, NoiseGenerator, NoiseSource};
