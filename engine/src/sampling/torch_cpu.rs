//! PyTorch's CPU generator: the values of `torch.manual_seed(seed)` and the `torch.randn(count)` calls that follow.
//!
//! Sources: `MT19937RNGEngine.h`, `CPUGeneratorImpl.cpp`, `DistributionsHelper.h`, `DistributionTemplates.h`
//! (`normal_fill_AVX2`) and `avx_mathfun.h` of PyTorch 2. On x86 with AVX2 PyTorch takes logarithm, sine and cosine from
//! the polynomials of the last file, fused multiply-adds included. Those are followed here bit for bit, on every machine;
//! PyTorch on a processor without AVX2 differs from itself in the last bits (about 1e-6).

use std::f32::consts::PI;

const STATE_LENGTH: usize = 624;
const SHIFT: usize = 397;

/// PyTorch's CPU generator after `torch.manual_seed`.
#[derive(Clone)]
pub struct TorchCpuGenerator {
    engine: Mt19937,
    /// The second value of the last scalar Box-Muller pair; PyTorch keeps it from call to call.
    cached_normal: Option<f64>,
}

impl TorchCpuGenerator {
    /// `torch.manual_seed(seed)`. Only the low 32 bits matter, as in PyTorch.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { engine: Mt19937::new((seed & 0xffff_ffff) as u32), cached_normal: None }
    }

    /// `torch.randn(count)` in f32.
    #[must_use]
    pub fn normal(&mut self, count: usize) -> Vec<f32> {
        if count < BLOCK {
            return (0..count).map(|_| self.scalar_normal() as f32).collect();
        }
        let mut values: Vec<f32> = (0..count).map(|_| self.engine.uniform_f32()).collect();
        let (blocks, rest) = values.as_chunks_mut::<BLOCK>();
        blocks.iter_mut().for_each(box_muller_block);
        if !rest.is_empty() {
            // The last 16 values are drawn anew, over the end of the last whole block.
            let mut last: [f32; BLOCK] = std::array::from_fn(|_| self.engine.uniform_f32());
            box_muller_block(&mut last);
            values.truncate(count - BLOCK);
            values.extend(last);
        }
        values
    }

    /// One value of `at::normal_distribution<double>`, which serves tensors of fewer than 16 values.
    fn scalar_normal(&mut self) -> f64 {
        if let Some(value) = self.cached_normal.take() {
            return value;
        }
        let angle_share = self.engine.uniform_f64();
        let radius_share = self.engine.uniform_f64();
        let radius = (-2.0 * (-radius_share).ln_1p()).sqrt();
        let theta = 2.0 * std::f64::consts::PI * angle_share;
        self.cached_normal = Some(radius * theta.sin());
        radius * theta.cos()
    }
}

/// Values one vectorised Box-Muller transform makes.
const BLOCK: usize = 16;

/// Eight uniform pairs (value, value + 8) in, eight normal pairs out.
fn box_muller_block(block: &mut [f32; BLOCK]) {
    let (first, second) = block.split_at_mut(BLOCK / 2);
    for (a, b) in first.iter_mut().zip(second) {
        let radius = (-2.0 * polynomial_ln(1.0 - *a)).sqrt();
        let (sin, cos) = polynomial_sin_cos(2.0 * PI * *b);
        *a = radius * cos;
        *b = radius * sin;
    }
}

/// `log256_ps` of `avx_mathfun.h` (Cephes' `logf`) for positive normal numbers.
fn polynomial_ln(x: f32) -> f32 {
    const COEFFICIENTS: [f32; 9] = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_84e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_4e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ];
    let x = x.max(f32::MIN_POSITIVE);
    let mut exponent = (x.to_bits() >> 23) as f32 - 126.0;
    // The fraction, in [0.5, 1), then in [sqrt(0.5) - 1, sqrt(2) - 1).
    let mut f = f32::from_bits((x.to_bits() & 0x007f_ffff) | 0x3f00_0000);
    if f < std::f32::consts::FRAC_1_SQRT_2 {
        exponent -= 1.0;
        f = (f - 1.0) + f;
    } else {
        f -= 1.0;
    }
    let square = f * f;
    let polynomial = COEFFICIENTS.iter().skip(1).fold(COEFFICIENTS[0], |sum, c| sum.mul_add(f, *c)) * f;
    let y = polynomial.mul_add(square, exponent * -2.121_944_4e-4);
    let y = (-square).mul_add(0.5, y);
    exponent.mul_add(0.693_359_4, f + y)
}

/// `sincos256_ps` of `avx_mathfun.h` (Cephes' `sinf` and `cosf`) for angles in [0, 8192): (sine, cosine).
fn polynomial_sin_cos(angle: f32) -> (f32, f32) {
    let octant = ((angle * std::f32::consts::FRAC_2_PI * 2.0) as u32 + 1) & !1;
    let y = octant as f32;
    let x = y.mul_add(-0.785_156_25, angle);
    let x = y.mul_add(-2.418_756_5e-4, x);
    let x = y.mul_add(-3.774_895e-8, x);
    let z = x * x;
    let cosine = 2.443_315_7e-5_f32.mul_add(z, -1.388_731_6e-3).mul_add(z, 4.166_664_6e-2) * z;
    let cosine = cosine.mul_add(z, z * -0.5) + 1.0;
    let sine = (-1.951_529_6e-4_f32).mul_add(z, 8.332_161e-3).mul_add(z, -1.666_665_5e-1) * z;
    let sine = sine.mul_add(x, x);
    let (sine, cosine) = if octant & 2 == 0 { (sine, cosine) } else { (cosine, sine) };
    (if octant & 4 == 0 { sine } else { -sine }, if octant.wrapping_sub(2) & 4 == 0 { -cosine } else { cosine })
}

/// The 32-bit Mersenne twister (Matsumoto and Nishimura 1998).
#[derive(Clone)]
struct Mt19937 {
    state: [u32; STATE_LENGTH],
    next: usize,
}

impl Mt19937 {
    fn new(seed: u32) -> Self {
        let mut state = [seed; STATE_LENGTH];
        let mut previous = seed;
        for (value, index) in state.iter_mut().zip(0_u32..).skip(1) {
            previous = 1_812_433_253_u32.wrapping_mul(previous ^ (previous >> 30)).wrapping_add(index);
            *value = previous;
        }
        Self { state, next: STATE_LENGTH }
    }

    fn refill(&mut self) {
        for i in 0..STATE_LENGTH {
            let joined = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % STATE_LENGTH] & 0x7fff_ffff);
            let twist = if joined & 1 == 0 { 0 } else { 0x9908_b0df };
            self.state[i] = self.state[(i + SHIFT) % STATE_LENGTH] ^ (joined >> 1) ^ twist;
        }
        self.next = 0;
    }

    fn random(&mut self) -> u32 {
        if self.next == STATE_LENGTH {
            self.refill();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// In [0, 1), from the low 24 bits.
    fn uniform_f32(&mut self) -> f32 {
        (self.random() & 0x00ff_ffff) as f32 * (1.0 / 16_777_216.0)
    }

    /// In [0, 1), from 53 bits of two numbers, the first of which is the high half.
    fn uniform_f64(&mut self) -> f64 {
        let high = u64::from(self.random());
        let bits = (high << 32) | u64::from(self.random());
        (bits & ((1 << 53) - 1)) as f64 * (1.0 / (1_u64 << 53) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values printed by PyTorch 2.15 on x86-64 with AVX2.
    #[test]
    fn seed_0_gives_pytorchs_values() {
        let drawn = TorchCpuGenerator::new(0).normal(16);
        let printed = [
            -1.125_839_8,
            -1.152_360_2,
            -0.250_578_58,
            -0.433_878_8,
            0.848_710_36,
            0.692_009_15,
            -0.316_012_77,
            -2.115_219_4,
            0.322_274_92,
            -1.263_334_8,
            0.349_983_2,
            0.308_133_93,
            0.119_841_51,
            1.237_657_9,
            1.116_777_2,
            -0.247_278_15,
        ];
        assert_eq!(drawn, printed);
    }

    #[test]
    fn fewer_than_16_values_come_from_the_scalar_path_and_its_cache_lasts_from_call_to_call() {
        let mut generator = TorchCpuGenerator::new(0);
        let drawn = [generator.normal(3), generator.normal(2)].concat();
        assert_eq!(drawn, [1.540_996_1, -0.293_428_9, -2.178_789_4, 0.568_431_26, -1.084_522_4]);
    }

    #[test]
    fn only_the_low_32_bits_of_a_seed_matter() {
        assert_eq!(TorchCpuGenerator::new(7).normal(20), TorchCpuGenerator::new(7 + (1 << 32)).normal(20));
    }
}
