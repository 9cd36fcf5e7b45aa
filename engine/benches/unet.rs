//! A step of Stable Diffusion 1.5's UNet at 512 x 512 with guidance (batch 2), f32 on the CPU: the engine's own kernels
//! against burn's. Weights are noise, so no model is needed, but 3.5 GB of memory.
//!
//! `cargo bench -p brushfire-engine`

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use brushfire_engine::checkpoint::config::{PerBlock, UnetConfig};
use brushfire_engine::checkpoint::{CheckpointError, DType, Source, TensorInfo, expected};
use brushfire_engine::models::UNet2dConditionModel;
use brushfire_engine::nn::{CancelToken, Compute, Precision};
use burn::tensor::Device;

const STEPS: usize = 3;

/// A checkpoint of any shapes that holds small pseudo-random numbers.
struct Noise(BTreeMap<String, Vec<usize>>);

impl Source for Noise {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn info(&self, name: &str) -> Option<TensorInfo> {
        self.0.get(name).map(|shape| TensorInfo { shape: shape.clone(), dtype: DType::F32 })
    }

    fn raw(&self, name: &str) -> Result<Cow<'_, [u8]>, CheckpointError> {
        Ok(Cow::Owned(self.read_f32(name)?.into_iter().flat_map(f32::to_le_bytes).collect()))
    }

    fn location(&self) -> &Path {
        Path::new("noise")
    }

    fn read_f32(&self, name: &str) -> Result<Vec<f32>, CheckpointError> {
        Ok(noise(self.0.get(name).map_or(0, |shape| shape.iter().product()), 0.03))
    }
}

/// A linear congruential generator's upper bits, as numbers between plus and minus `amplitude`.
fn noise(count: usize, amplitude: f32) -> Vec<f32> {
    let mut state = 1u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((state >> 40) as f32 / (1 << 23) as f32 - 1.0) * amplitude
    };
    (0..count).map(next).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = UnetConfig { cross_attention_dim: PerBlock::All(768), ..UnetConfig::default() };
    let source = Noise(expected::unet(&config).into_iter().map(|tensor| (tensor.name, tensor.shape)).collect());
    let own = Compute::new(&Device::flex(), Precision::F32);
    for (name, compute) in [("the engine's kernels", own.clone()), ("burn's kernels", own.with_burn_kernels())] {
        let model = UNet2dConditionModel::load(&config, &source, &compute)?;
        let mut best = Duration::MAX;
        for _ in 0..STEPS {
            let latents = compute.tensor(noise(2 * 4 * 64 * 64, 1.7), [2, 4, 64, 64]);
            let text = compute.tensor(noise(2 * 77 * 768, 1.7), [2, 77, 768]);
            let start = Instant::now();
            let out = model.forward(latents, 500.0, text, None, &CancelToken::new())?;
            Compute::values(out)?;
            best = best.min(start.elapsed());
        }
        println!("{name}: {:.2} s a step, the best of {STEPS}", best.as_secs_f64());
    }
    Ok(())
}
