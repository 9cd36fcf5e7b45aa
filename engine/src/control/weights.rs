//! How much each of a network's results counts.
//!
//! The modes are those of the ControlNet extension of A1111's web UI (Mikubill/sd-webui-controlnet, commit 56cec5b2,
//! `scripts/hook.py`): where prompt or hint is to matter more, `param.weight * (0.825 ** float(12 - i)) for i in range(13)`
//! for a ControlNet and `param.weight * x for x in (0.25, 0.62, 0.825, 1.0)` for a T2I-Adapter. Guess mode is diffusers'
//! (`ControlNetModel.forward`): `torch.logspace(-1, 0, 13)`. Networks of other depths take the same curves, stretched.

use crate::recipe::ControlMode;

const SOFT_BASE: f64 = 0.825;
/// The exponent at the outermost of Stable Diffusion 1.x's results.
const SOFT_EXPONENT: f64 = 12.0;
const SOFT_ADAPTER: [f64; 4] = [0.25, 0.62, 0.825, 1.0];

/// The weights of a ControlNet's results, from the outermost skip to the mid block.
#[must_use]
pub fn controlnet_weights(mode: ControlMode, weight: f32, results: usize) -> Vec<f32> {
    let curve = |depth: f64| match mode {
        ControlMode::Balanced => 1.0,
        ControlMode::Prompt | ControlMode::Control => SOFT_BASE.powf(SOFT_EXPONENT * (1.0 - depth)),
        ControlMode::Guess => 10f64.powf(depth - 1.0),
    };
    weighed(weight, results, curve)
}

/// The weights of a T2I-Adapter's features, from the outermost level to the innermost.
#[must_use]
pub fn adapter_weights(mode: ControlMode, weight: f32, levels: usize) -> Vec<f32> {
    let curve = |depth: f64| match mode {
        ControlMode::Balanced => 1.0,
        ControlMode::Prompt | ControlMode::Control | ControlMode::Guess => between(&SOFT_ADAPTER, depth),
    };
    weighed(weight, levels, curve)
}

/// `curve` of the depth, 0 (the outermost) to 1, for each result.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "few results, weights of models")]
fn weighed(weight: f32, results: usize, curve: impl Fn(f64) -> f64) -> Vec<f32> {
    let last = results.saturating_sub(1).max(1) as f64;
    let depth = |index: usize| if results == 1 { 1.0 } else { index as f64 / last };
    (0..results).map(|index| (f64::from(weight) * curve(depth(index))) as f32).collect()
}

/// Linear between the values, which stand at equal distances from 0 to 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "four values")]
fn between(values: &[f64; 4], place: f64) -> f64 {
    let place = place.clamp(0.0, 1.0) * (values.len() - 1) as f64;
    let below = (place as usize).min(values.len() - 2);
    let share = place - below as f64;
    values[below] * (1.0 - share) + values[below + 1] * share
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agree(found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1e-7 + 1e-6 * b.abs());
        assert!(close, "{found:?} instead of {expected:?}");
    }

    /// `[0.8 * (0.825 ** float(12 - i)) for i in range(13)]`
    const SOFT: [f32; 13] = [
        0.079_531_17,
        0.096_401_416,
        0.116_850_205,
        0.141_636_61,
        0.171_680_73,
        0.208_097_86,
        0.252_239_82,
        0.305_745_24,
        0.370_600_3,
        0.449_212_5,
        0.544_5,
        0.66,
        0.8,
    ];
    /// `torch.logspace(-1, 0, 13) * 0.8`
    const GUESS: [f32; 13] = [
        0.080_000_006,
        0.096_922_21,
        0.117_423_944,
        0.142_262_35,
        0.172_354_77,
        0.208_812_58,
        0.252_982_23,
        0.306_494_95,
        0.371_327_13,
        0.449_873_06,
        0.545_033_63,
        0.660_323_3,
        0.8,
    ];

    #[test]
    fn modes_weigh_depths_as_the_extension_and_diffusers_do() {
        agree(&controlnet_weights(ControlMode::Balanced, 0.8, 13), &[0.8; 13]);
        agree(&controlnet_weights(ControlMode::Prompt, 0.8, 13), &SOFT);
        agree(&controlnet_weights(ControlMode::Control, 0.8, 13), &SOFT);
        agree(&controlnet_weights(ControlMode::Guess, 0.8, 13), &GUESS);
        // `[0.8 * x for x in (0.25, 0.62, 0.825, 1.0)]`
        agree(&adapter_weights(ControlMode::Prompt, 0.8, 4), &[0.2, 0.496, 0.66, 0.8]);
    }

    #[test]
    fn shallower_networks_take_the_same_curves() {
        let nine = controlnet_weights(ControlMode::Prompt, 1.0, 9);
        agree(&[nine[0], nine[4], nine[8]], &[SOFT[0] / 0.8, SOFT[6] / 0.8, 1.0]);
        agree(&adapter_weights(ControlMode::Control, 1.0, 2), &[0.25, 1.0]);
        agree(&controlnet_weights(ControlMode::Guess, 1.0, 1), &[1.0]);
        assert!(controlnet_weights(ControlMode::Guess, 1.0, 0).is_empty());
    }
}
