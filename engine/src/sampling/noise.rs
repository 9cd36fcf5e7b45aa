//! Noise for the start of a run and for the stochastic solvers, equal to what PyTorch and A1111 draw from the same seed.

use super::names::read_and_written_by_name;
use super::philox::PhiloxGenerator;
use super::torch_cpu::TorchCpuGenerator;

/// Whose random numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NoiseSource {
    /// PyTorch's generator on the CPU: diffusers, ComfyUI, and A1111 with "CPU" as its RNG.
    #[default]
    Cpu,
    /// PyTorch's generator on an NVIDIA GPU: A1111 as it comes ("GPU") or with "NV" as its RNG.
    Gpu,
}

impl NoiseSource {
    pub const ALL: [Self; 2] = [Self::Cpu, Self::Gpu];

    /// The name in recipes and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }

    /// The name in the window.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Gpu => "GPU",
        }
    }

    /// One sentence for a tooltip.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Cpu => "A seed means the same picture as in diffusers, ComfyUI and A1111 with its RNG set to CPU.",
            Self::Gpu => {
                "A seed means the same picture as in A1111 on an NVIDIA card. The numbers are still made on the CPU."
            }
        }
    }
}

read_and_written_by_name!(NoiseSource, "noise source");

/// One seed's endless row of normal values.
///
/// How many values each call draws is part of the result, for both sources: draw a whole picture's at a time.
#[derive(Clone)]
pub struct NoiseGenerator(Generator);

#[derive(Clone)]
enum Generator {
    // Boxed: its state is 2.5 KB.
    Cpu(Box<TorchCpuGenerator>),
    Gpu(PhiloxGenerator),
}

impl NoiseGenerator {
    #[must_use]
    pub fn new(source: NoiseSource, seed: u64) -> Self {
        Self(match source {
            NoiseSource::Cpu => Generator::Cpu(Box::new(TorchCpuGenerator::new(seed))),
            NoiseSource::Gpu => Generator::Gpu(PhiloxGenerator::new(seed)),
        })
    }

    /// The next `count` values, of mean 0 and deviation 1.
    #[must_use]
    pub fn normal(&mut self, count: usize) -> Vec<f32> {
        match &mut self.0 {
            Generator::Cpu(generator) => generator.normal(count),
            Generator::Gpu(generator) => generator.normal(count),
        }
    }
}

/// The noise of a batch: the n-th picture has `seed + n` and a generator of its own, as in A1111 and as in diffusers given
/// a list of generators. So each picture of a batch is the one its own seed makes alone.
#[derive(Clone)]
pub struct BatchNoise {
    generators: Vec<NoiseGenerator>,
    values_per_picture: usize,
}

impl BatchNoise {
    /// `values_per_picture` is C * h * w of the latents. Seeds wrap around after the largest.
    #[must_use]
    pub fn new(source: NoiseSource, first_seed: u64, pictures: usize, values_per_picture: usize) -> Self {
        let seeds = (0..pictures as u64).map(|n| first_seed.wrapping_add(n));
        Self { generators: seeds.map(|seed| NoiseGenerator::new(source, seed)).collect(), values_per_picture }
    }

    /// The next values for all pictures, `[N, C, h, w]`. The first draw is the noise a run starts from, the later ones are
    /// what stochastic solvers ask for.
    #[must_use]
    pub fn draw(&mut self) -> Vec<f32> {
        let count = self.values_per_picture;
        self.generators.iter_mut().flat_map(|generator| generator.normal(count)).collect()
    }

    /// [`Self::draw`] in the precision of the solvers.
    #[must_use]
    pub fn draw_f64(&mut self) -> Vec<f64> {
        self.draw().into_iter().map(f64::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_of_a_batch_has_the_noise_of_its_own_seed() {
        for source in NoiseSource::ALL {
            let mut batch = BatchNoise::new(source, u64::MAX, 2, 64);
            let (first, second) = (batch.draw(), batch.draw());
            for (picture, seed) in [(0, u64::MAX), (1, 0)] {
                let mut alone = NoiseGenerator::new(source, seed);
                let range = picture * 64..(picture + 1) * 64;
                assert_eq!(first[range.clone()], alone.normal(64), "{source}, first draw of picture {picture}");
                assert_eq!(second[range], alone.normal(64), "{source}, second draw of picture {picture}");
            }
        }
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_right_ones() {
        let error = "cuda".parse::<NoiseSource>().unwrap_err();
        assert_eq!(error.to_string(), "there is no noise source called `cuda`; the names are cpu, gpu");
    }
}
