//! A1111's GPU noise: the values of `torch.randn` on an NVIDIA GPU, made on the CPU.
//!
//! Source: `modules/rng_philox.py` of stable-diffusion-webui. The generator is Philox4x32-10 (Salmon et al. 2011, "Parallel
//! random numbers: as easy as 1, 2, 3"), of whose four numbers per value Box-Muller uses the first two.

/// One picture's generator; each draw has the next offset, as each kernel launch has on the GPU.
#[derive(Clone)]
pub struct PhiloxGenerator {
    key: [u32; 2],
    offset: u32,
}

impl PhiloxGenerator {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { key: [low_half(seed), low_half(seed >> 32)], offset: 0 }
    }

    /// The next `count` normal values.
    #[must_use]
    pub fn normal(&mut self, count: usize) -> Vec<f32> {
        let offset = self.offset;
        self.offset = self.offset.wrapping_add(1);
        (0..count as u64).map(|index| box_muller(philox([offset, 0, low_half(index), 0], self.key))).collect()
    }
}

fn low_half(value: u64) -> u32 {
    (value & 0xffff_ffff) as u32
}

/// Philox4x32 with ten rounds.
fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    const ROUNDS: u32 = 10;
    const MULTIPLIERS: [u64; 2] = [0xd251_1f53, 0xcd9e_8d57];
    const KEY_STEPS: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];
    for _ in 0..ROUNDS {
        let [a, b] = [u64::from(counter[0]) * MULTIPLIERS[0], u64::from(counter[2]) * MULTIPLIERS[1]];
        counter = [
            low_half(b >> 32) ^ counter[1] ^ key[0],
            low_half(b),
            low_half(a >> 32) ^ counter[3] ^ key[1],
            low_half(a),
        ];
        key = [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])];
    }
    counter
}

/// The sine half of Box-Muller. The constants have f32's precision and the arithmetic f64's, as in the source.
fn box_muller([x, y, _, _]: [u32; 4]) -> f32 {
    const PER_UNIT: f64 = 2.328_306_4e-10_f32 as f64;
    const RADIANS_PER_UNIT: f64 = (2.328_306_4e-10_f64 * 6.283_185_5_f64) as f32 as f64;
    let u = f64::from(x) * PER_UNIT + PER_UNIT / 2.0;
    let v = f64::from(y) * RADIANS_PER_UNIT + RADIANS_PER_UNIT / 2.0;
    ((-2.0 * u.ln()).sqrt() * v.sin()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `rng_philox.py` gives; the comment at its head shows the same to six digits.
    #[test]
    fn seed_0_gives_a1111s_values() {
        let expected = [
            -0.924_662_4,
            -0.425_343_96,
            -2.643_845_8,
            0.145_183_88,
            -0.120_866_51,
            -0.579_725_7,
            -0.622_851_3,
            -0.328_387_14,
            -1.074_542,
            -0.363_144_1,
            -1.671_050_4,
            2.265_505,
        ];
        assert_eq!(PhiloxGenerator::new(0).normal(12), expected);
    }

    /// The known answers for zero and all-ones input that come with the authors' Random123 library.
    #[test]
    fn philox_gives_random123s_known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
    }

    #[test]
    fn a_second_draw_differs_from_the_first() {
        let mut generator = PhiloxGenerator::new(0);
        assert_ne!(generator.normal(4), generator.normal(4));
    }
}
