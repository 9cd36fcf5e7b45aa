//! The noise levels a model was trained on, and the way between timesteps and sigmas.

use std::f64::consts::FRAC_PI_2;

use super::config::{BetaSchedule, SchedulerConfig};
use super::error::SamplingError;

/// `alphas_cumprod` (the share of the original's variance that is left) for each training timestep.
///
/// In f64 throughout; diffusers keeps f32, which moves the smallest sigma by 4e-5 of itself.
#[derive(Clone, Debug)]
pub(super) struct TrainingSchedule {
    alphas_cumprod: Vec<f64>,
    /// Noise over signal, `sqrt((1 - ac) / ac)`, ascending.
    sigmas: Vec<f64>,
    log_sigmas: Vec<f64>,
}

/// The last level where it should be nothing but noise: diffusers' stand-in for 0, so that its sigma is finite (4096).
const ALMOST_ZERO: f64 = 1.0 / 16_777_216.0;

impl TrainingSchedule {
    /// `zero_terminal`: keep the last level of a schedule rescaled to zero terminal signal at exactly 0, which makes its
    /// sigma infinite; only for solvers that do not use sigmas.
    ///
    /// # Errors
    /// Betas so small or large that neighbouring levels cannot be told apart or nothing is left of the original.
    pub(super) fn new(config: &SchedulerConfig, zero_terminal: bool) -> Result<Self, SamplingError> {
        let mut alphas_cumprod: Vec<f64> = betas(config)
            .into_iter()
            .scan(1.0, |product, beta| {
                *product *= 1.0 - beta;
                Some(*product)
            })
            .collect();
        if config.rescale_betas_zero_snr {
            rescale_to_zero_terminal_snr(&mut alphas_cumprod);
            if let Some(last) = alphas_cumprod.last_mut() {
                *last = ALMOST_ZERO;
            }
        }
        let mut sigmas: Vec<f64> = alphas_cumprod.iter().map(|ac| ((1.0 - ac) / ac).sqrt()).collect();
        check_usable(&sigmas)?;
        if let (true, Some(ac), Some(sigma)) =
            (zero_terminal && config.rescale_betas_zero_snr, alphas_cumprod.last_mut(), sigmas.last_mut())
        {
            (*ac, *sigma) = (0.0, f64::INFINITY);
        }
        let log_sigmas = sigmas.iter().map(|sigma| sigma.ln()).collect();
        Ok(Self { alphas_cumprod, sigmas, log_sigmas })
    }

    pub(super) fn len(&self) -> usize {
        self.alphas_cumprod.len()
    }

    /// Of a timestep; of the last one for any beyond it.
    pub(super) fn alpha_cumprod(&self, timestep: usize) -> f64 {
        self.alphas_cumprod[timestep.min(self.len() - 1)]
    }

    /// Sigma of a whole timestep; of the last one for any beyond it.
    pub(super) fn sigma(&self, timestep: usize) -> f64 {
        self.sigmas[timestep.min(self.len() - 1)]
    }

    pub(super) fn sigma_min(&self) -> f64 {
        self.sigma(0)
    }

    pub(super) fn sigma_max(&self) -> f64 {
        self.sigma(self.len() - 1)
    }

    /// Sigma of a fractional timestep, linear in sigma: what diffusers takes for unnamed schedules.
    pub(super) fn interpolated_sigma(&self, timestep: f64) -> f64 {
        self.interpolate(&self.sigmas, timestep)
    }

    /// Sigma of a fractional timestep, linear in its logarithm: the inverse of [`Self::timestep`].
    pub(super) fn log_interpolated_sigma(&self, timestep: f64) -> f64 {
        self.interpolate(&self.log_sigmas, timestep).exp()
    }

    fn interpolate(&self, values: &[f64], timestep: f64) -> f64 {
        let timestep = timestep.clamp(0.0, (self.len() - 1) as f64);
        let low = (timestep as usize).min(self.len() - 2);
        let share = timestep - low as f64;
        match share {
            // Exactly the ends, even where one is infinite.
            0.0 => values[low],
            1.0 => values[low + 1],
            _ => values[low] + share * (values[low + 1] - values[low]),
        }
    }

    /// The fractional timestep of a sigma, linear in its logarithm, within the training range (diffusers' `_sigma_to_t`).
    pub(super) fn timestep(&self, sigma: f64) -> f64 {
        let log_sigma = sigma.max(1e-10).ln();
        let above = self.log_sigmas.partition_point(|training| *training <= log_sigma);
        let low = above.saturating_sub(1).min(self.len() - 2);
        let (from, to) = (self.log_sigmas[low], self.log_sigmas[low + 1]);
        let share = ((log_sigma - from) / (to - from)).clamp(0.0, 1.0);
        low as f64 + share
    }
}

/// Sigmas have to grow, and stay where their squares and logarithms keep their digits. The cosine schedule reaches 20 291.
fn check_usable(sigmas: &[f64]) -> Result<(), SamplingError> {
    const RANGE: std::ops::RangeInclusive<f64> = 1e-6..=1e6;
    if sigmas.is_sorted_by(|a, b| a < b) && sigmas.iter().all(|sigma| RANGE.contains(sigma)) {
        return Ok(());
    }
    let (first, last) = (sigmas.first().copied().unwrap_or_default(), sigmas.last().copied().unwrap_or_default());
    let value = format!("one whose noise goes from {first:.3e} to {last:.3e} times the picture");
    let rule = format!("it must grow steadily between {:e} and {:e}", RANGE.start(), RANGE.end());
    Err(SamplingError::BadConfig { field: "noise schedule", value, rule })
}

/// The variance added at each training timestep.
fn betas(config: &SchedulerConfig) -> Vec<f64> {
    if let Some(betas) = &config.trained_betas {
        return betas.clone();
    }
    let length = config.num_train_timesteps;
    match config.beta_schedule {
        BetaSchedule::Linear => linspace(config.beta_start, config.beta_end, length).collect(),
        BetaSchedule::ScaledLinear => {
            linspace(config.beta_start.sqrt(), config.beta_end.sqrt(), length).map(|root| root * root).collect()
        }
        BetaSchedule::SquaredcosCapV2 => {
            let alpha_bar = |share: f64| ((share + 0.008) / 1.008 * FRAC_PI_2).cos().powi(2);
            let share = |index: usize| index as f64 / length as f64;
            (0..length).map(|i| (1.0 - alpha_bar(share(i + 1)) / alpha_bar(share(i))).min(0.999)).collect()
        }
    }
}

/// Moves the last level to pure noise and leaves the first where it is (Lin et al. 2023, algorithm 1).
fn rescale_to_zero_terminal_snr(alphas_cumprod: &mut [f64]) {
    let (Some(first), Some(last)) = (alphas_cumprod.first(), alphas_cumprod.last()) else { return };
    let (first, last) = (first.sqrt(), last.sqrt());
    for value in alphas_cumprod {
        let root = (value.sqrt() - last) * first / (first - last);
        *value = root * root;
    }
}

/// `count` numbers from `start` to `end`, both included, computed as numpy does; `start` alone where count is 1.
pub(super) fn linspace(start: f64, end: f64, count: usize) -> impl Iterator<Item = f64> {
    let step = if count > 1 { (end - start) / (count - 1) as f64 } else { 0.0 };
    (0..count).map(move |i| if i > 0 && i + 1 == count { end } else { i as f64 * step + start })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        ((a - b) / b).abs() < 1e-9
    }

    /// Numbers by PyTorch in f64.
    #[test]
    fn stable_diffusions_levels_are_the_known_ones() {
        let schedule = TrainingSchedule::new(&SchedulerConfig::default(), false).unwrap();
        for (timestep, expected) in [(0, 0.99915), (500, 0.276_332_683_822_973_8), (999, 0.004_660_098_513_077_238)] {
            assert!(close(schedule.alpha_cumprod(timestep), expected), "{timestep}");
        }
        assert!(
            close(schedule.sigma_min(), 0.029_167_158_151_720_367)
                && close(schedule.sigma_max(), 14.614_641_229_333_64)
        );
    }

    #[test]
    fn a_rescaled_schedule_ends_in_noise_alone() {
        let config = SchedulerConfig { rescale_betas_zero_snr: true, ..SchedulerConfig::default() };
        assert!(close(TrainingSchedule::new(&config, false).unwrap().sigma_max(), 4_095.999_877_929_686));
        assert_eq!(TrainingSchedule::new(&config, true).unwrap().alpha_cumprod(999), 0.0);
        assert!(close(TrainingSchedule::new(&config, true).unwrap().alpha_cumprod(0), 0.99915));
    }

    #[test]
    fn betas_that_leave_no_usable_levels_are_refused() {
        for (beta_start, beta_end) in [(0.9, 0.99), (1e-18, 1e-18)] {
            let config = SchedulerConfig { beta_start, beta_end, ..SchedulerConfig::default() };
            let error = TrainingSchedule::new(&config, false).unwrap_err().to_string();
            assert!(error.contains("noise schedule"), "{error}");
        }
    }

    #[test]
    fn timesteps_and_sigmas_are_each_others_inverse() {
        let schedule = TrainingSchedule::new(&SchedulerConfig::default(), false).unwrap();
        for timestep in [0.0, 0.25, 1.0, 499.5, 998.75, 999.0] {
            assert!((schedule.timestep(schedule.log_interpolated_sigma(timestep)) - timestep).abs() < 1e-9);
        }
        assert_eq!((schedule.timestep(0.0), schedule.timestep(1e9)), (0.0, 999.0));
    }
}
