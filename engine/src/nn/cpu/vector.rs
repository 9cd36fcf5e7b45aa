//! Loops compiled for the widest vector instructions of the processor, and functions of one number that vectorise.

pub use pulp::NullaryFnOnce as Kernel;

/// Runs `kernel`, with everything inlined into it compiled for the best instruction set this processor has. Its `call`
/// must be `#[inline(always)]`, and so must be all that it calls: what is not inlined is compiled for the oldest processor.
/// (A closure cannot carry the attribute, hence the trait.)
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    pulp::Arch::new().dispatch(kernel)
}

/// `e^x` for x up to 88, with a relative error below 2e-7; 0 below -87.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    exp2(x * std::f32::consts::LOG2_E)
}

/// `2^x` for x up to 127, with a relative error below 2e-7; 0 below -126, also for minus infinity.
///
/// 2 to the nearest whole number goes into the exponent's bits; the rest, within half of 0, through Taylor's series.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    /// Adding it rounds to whole numbers and leaves them in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let clamped = x.clamp(-126.0, 127.0);
    let shifted = clamped + ROUND;
    let rest = (clamped - (shifted - ROUND)) * std::f32::consts::LN_2;
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    let series = 1.0
        + rest
            * (1.0
                + rest * (1.0 / 2.0 + rest * (1.0 / 6.0 + rest * (1.0 / 24.0 + rest * (1.0 / 120.0 + rest / 720.0)))));
    if x < -126.0 { 0.0 } else { series * scale }
}

/// `x * sigmoid(x)`.
#[inline(always)]
pub fn silu(x: f32) -> f32 {
    x / (1.0 + exp(-x.max(-80.0)))
}

/// `x * Phi(x)`, with an absolute error below 4e-7 `|x|`: Abramowitz & Stegun 7.1.26 for the error function.
#[inline(always)]
pub fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = t * (0.254_829_6 + t * (-0.284_496_72 + t * (1.421_413_8 + t * (-1.453_152_1 + t * 1.061_405_4))));
    let half_tail = 0.5 * series * exp(-z * z);
    x * if x >= 0.0 { 1.0 - half_tail } else { half_tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_exact_to_f32s_last_digits() {
        for i in -8600..=8800 {
            let x = i as f32 / 100.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 8e-6, "{x}");
            if x.abs() < 20.0 {
                assert!((f64::from(exp(x)) / exact - 1.0).abs() < 2e-6, "{x}");
            }
        }
        assert_eq!((exp2(f32::NEG_INFINITY), exp2(-200.0), exp2(3.0)), (0.0, 0.0, 8.0));
    }

    /// `torch.nn.functional.silu` and `gelu`.
    #[test]
    fn silu_and_gelu_are_those_of_torch() {
        for (x, silu_of_x, gelu_of_x) in [
            (-100.0, 0.0, 0.0),
            (-3.0, -0.142_277_61, -0.004_050_225),
            (-0.5, -0.188_770_34, -0.154_268_77),
            (0.0, 0.0, 0.0),
            (0.7, 0.467_731_42, 0.530_625_46),
            (4.0, 3.928_055, 3.999_873_6),
            (100.0, 100.0, 100.0),
        ] {
            assert!((silu(x) - silu_of_x).abs() < 1e-6, "silu({x}) = {}", silu(x));
            assert!((gelu(x) - gelu_of_x).abs() < 2e-6, "gelu({x}) = {}", gelu(x));
        }
    }
}
