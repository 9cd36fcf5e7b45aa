//! Classifier-free guidance on read-back predictions.

/// Splits `[2 * N, ...]` predictions (unconditional first) and guides them: `u + guidance * (c - u)` (Ho and Salimans
/// 2022), per picture. `rescale` is the share of the result brought back to the conditional prediction's standard
/// deviation (Lin et al. 2023, section 3.4; diffusers' `rescale_noise_cfg`).
#[must_use]
pub fn guide(predictions: &[f32], pictures: usize, guidance: f32, rescale: f32) -> Vec<f32> {
    let (unconditional, conditional) = predictions.split_at(predictions.len() / 2);
    let mut guided: Vec<f32> =
        unconditional.iter().zip(conditional).map(|(without, with)| without + guidance * (with - without)).collect();
    if rescale > 0.0 {
        let of_one = (guided.len() / pictures.max(1)).max(1);
        for (guided, conditional) in guided.chunks_exact_mut(of_one).zip(conditional.chunks_exact(of_one)) {
            rescale_to(guided, conditional, rescale);
        }
    }
    guided
}

fn rescale_to(guided: &mut [f32], conditional: &[f32], share: f32) {
    let wanted = standard_deviation(conditional);
    let found = standard_deviation(guided);
    if found > 0.0 {
        let factor = share * (wanted / found) + (1.0 - share);
        guided.iter_mut().for_each(|value| *value *= factor);
    }
}

/// With Bessel's correction, as `torch.std`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "latents hold far fewer than 2^52 values"
)]
fn standard_deviation(values: &[f32]) -> f32 {
    let count = values.len() as f64;
    let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum();
    (squares / (count - 1.0).max(1.0)).sqrt() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guidance_goes_beyond_the_conditional_prediction() {
        assert_eq!(guide(&[1.0, 2.0, 2.0, 1.0], 1, 3.0, 0.0), [4.0, -1.0]);
    }

    #[test]
    fn a_full_rescale_has_the_deviation_of_the_conditional_prediction() {
        let guided = guide(&[0.0, 0.0, 0.0, 1.0, 2.0, 6.0], 1, 7.0, 1.0);
        assert!((standard_deviation(&guided) - standard_deviation(&[1.0, 2.0, 6.0])).abs() < 1e-6);
    }

    #[test]
    fn the_deviation_is_pytorchs() {
        // torch.tensor([1., 2., 6.]).std()
        assert!((standard_deviation(&[1.0, 2.0, 6.0]) - 2.645_751_3).abs() < 1e-6);
    }
}
