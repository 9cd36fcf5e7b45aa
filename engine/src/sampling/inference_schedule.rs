//! The noise levels one run goes through, from a model's configuration, a solver, a named schedule and a number of steps.

use std::sync::Arc;

use super::beta_distribution::inverse_symmetric_beta;
use super::config::{SchedulerConfig, TimestepSpacing};
use super::error::SamplingError;
use super::prediction::{NoiseLevel, PredictionType};
use super::sampler::{LatentScale, Sampler, Schedule, TimestepGrid};
use super::training_schedule::{TrainingSchedule, linspace};

/// Every step of one run: its timestep for the model and the noise level of the latents it starts from.
///
/// With no schedule named, these are what diffusers' class for the solver makes of the model's `scheduler_config.json`;
/// keys the file leaves out take that class's defaults.
#[derive(Clone, Debug)]
pub struct InferenceSchedule {
    pub(super) sampler: Sampler,
    pub(super) config: Arc<SchedulerConfig>,
    pub(super) training: Arc<TrainingSchedule>,
    /// What the model sees, one a step.
    pub(super) timesteps: Vec<f64>,
    /// One a step and 0 after the last. Infinite for a zero-terminal level of solvers that do not use sigmas.
    pub(super) sigmas: Vec<f64>,
    /// The deviation of the noise a run from noise starts with.
    initial_deviation: f64,
    /// Training timesteps a step was meant to span: length of the training schedule over steps asked for, rounded down.
    pub(super) stride: usize,
}

impl InferenceSchedule {
    /// The schedule of a run of `steps` steps. Levels that would coincide, at about as many steps as the model has training
    /// timesteps, are taken once, so that [`Self::steps`] can be smaller.
    ///
    /// # Errors
    /// A configuration out of range, a number of steps the solver cannot make, a named schedule it cannot follow.
    pub fn new(
        config: &SchedulerConfig,
        sampler: Sampler,
        schedule: Option<Schedule>,
        steps: u32,
    ) -> Result<Self, SamplingError> {
        config.check()?;
        if let (Some(schedule), false) = (schedule, sampler.takes_schedule()) {
            return Err(SamplingError::ScheduleNotFollowed { sampler, schedule });
        }
        // Divided by zero, a prediction of noise says nothing of the original; and PNDM divides by the level's signal.
        let zero_terminal = matches!(sampler, Sampler::Ddim | Sampler::Ddpm | Sampler::Lcm)
            && config.prediction_type != PredictionType::Epsilon;
        let training = TrainingSchedule::new(config, zero_terminal)?;
        let count = steps as usize;
        let most = most_steps(config, sampler);
        if !(1..=most).contains(&count) {
            return Err(SamplingError::StepsOutOfRange {
                sampler,
                given: steps,
                most: most.try_into().unwrap_or(u32::MAX),
            });
        }
        let (mut timesteps, mut sigmas) = match schedule.or_else(|| configured_schedule(config, sampler)) {
            Some(schedule) => named_points(&training, sampler, schedule, count),
            None => model_points(&training, config, sampler, count),
        };
        merge_equal_levels(&mut timesteps, &mut sigmas);
        let initial_deviation = initial_deviation(config, sampler, &sigmas);
        sigmas.push(0.0);
        let stride = config.num_train_timesteps / count;
        let (config, training) = (Arc::new(config.clone()), Arc::new(training));
        Ok(Self { sampler, config, training, timesteps, sigmas, initial_deviation, stride })
    }

    /// Steps of the whole run.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.timesteps.len()
    }

    /// What the model is told of each step, descending; fractional for some solvers.
    #[must_use]
    pub fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    /// Noise over signal at the start of each step, and 0 at the end.
    #[must_use]
    pub fn sigmas(&self) -> &[f64] {
        &self.sigmas
    }

    /// The step image to image begins with, as diffusers' `get_timesteps`: `strength` is the share of the steps that is
    /// done. At strength 0 it is [`Self::steps`]: nothing is left to do.
    #[must_use]
    pub fn first_step(&self, strength: f32) -> usize {
        // The number as written: 0.7_f32 widened is 0.699999988, and a tenth of the steps would be lost.
        let strength: f64 = strength.to_string().parse().unwrap_or(1.0);
        let done = (self.steps() as f64 * strength.clamp(0.0, 1.0)) as usize;
        self.steps() - done
    }

    /// The noise level of the latents at the start of a step; [`NoiseLevel::CLEAN`] after the last.
    #[must_use]
    pub fn level(&self, step: usize) -> NoiseLevel {
        if step >= self.steps() {
            return NoiseLevel::CLEAN;
        }
        match self.sampler.grid() {
            TimestepGrid::Whole | TimestepGrid::Distilled => NoiseLevel::from_alpha_cumprod(self.alpha_cumprod(step)),
            TimestepGrid::Fractional | TimestepGrid::LastDropped => self.level_of_sigma(self.sigmas[step]),
        }
    }

    /// The latents a run from noise starts with, in the solver's scale. `noise` has deviation 1.
    #[must_use]
    pub fn initial_latents<T: Copy + Into<f64>>(&self, noise: &[T]) -> Vec<f64> {
        noise.iter().map(|value| (*value).into() * self.initial_deviation).collect()
    }

    /// In the scale of the solver's latents.
    pub(super) fn level_of_sigma(&self, sigma: f64) -> NoiseLevel {
        match self.sampler.scale() {
            LatentScale::VarianceExploding => NoiseLevel::variance_exploding(sigma),
            LatentScale::VariancePreserving => NoiseLevel::variance_preserving(sigma),
        }
    }

    /// The training timestep of a step, for solvers that only know whole ones.
    pub(super) fn training_timestep(&self, step: usize) -> usize {
        self.timesteps[step] as usize
    }

    /// Of a step, for solvers that only know training timesteps.
    pub(super) fn alpha_cumprod(&self, step: usize) -> f64 {
        self.training.alpha_cumprod(self.training_timestep(step))
    }
}

/// More steps than this would leave a stride of nothing.
fn most_steps(config: &SchedulerConfig, sampler: Sampler) -> usize {
    match sampler.grid() {
        TimestepGrid::Distilled => config.original_inference_steps,
        TimestepGrid::LastDropped if spacing(config, sampler) == TimestepSpacing::Leading => {
            config.num_train_timesteps - 1
        }
        _ => config.num_train_timesteps,
    }
}

/// What diffusers' class takes where the file does not say.
fn spacing(config: &SchedulerConfig, sampler: Sampler) -> TimestepSpacing {
    config.timestep_spacing.unwrap_or(match sampler.grid() {
        TimestepGrid::Whole | TimestepGrid::Distilled => TimestepSpacing::Leading,
        TimestepGrid::Fractional | TimestepGrid::LastDropped => TimestepSpacing::Linspace,
    })
}

/// The schedule a model's file names itself. Euler a's class does not know these keys, the four without a choice neither.
fn configured_schedule(config: &SchedulerConfig, sampler: Sampler) -> Option<Schedule> {
    if !sampler.takes_schedule() || sampler == Sampler::EulerA {
        None
    } else if config.use_karras_sigmas {
        Some(Schedule::Karras)
    } else if config.use_exponential_sigmas {
        Some(Schedule::Exponential)
    } else if config.use_beta_sigmas {
        Some(Schedule::Beta)
    } else {
        None
    }
}

/// `init_noise_sigma` of diffusers' classes.
fn initial_deviation(config: &SchedulerConfig, sampler: Sampler, sigmas: &[f64]) -> f64 {
    let sigma = sigmas.first().copied().unwrap_or_default();
    match (sampler.scale(), spacing(config, sampler)) {
        (LatentScale::VariancePreserving, _) => 1.0,
        (LatentScale::VarianceExploding, TimestepSpacing::Leading) => sigma.hypot(1.0),
        (LatentScale::VarianceExploding, _) => sigma,
    }
}

/// Timesteps and sigmas with no schedule named, noisiest first.
fn model_points(
    training: &TrainingSchedule,
    config: &SchedulerConfig,
    sampler: Sampler,
    count: usize,
) -> (Vec<f64>, Vec<f64>) {
    let grid = sampler.grid();
    let timesteps = match grid {
        TimestepGrid::Distilled => distilled_timesteps(config, count),
        TimestepGrid::LastDropped if spacing(config, sampler) != TimestepSpacing::Trailing => {
            let mut timesteps = spaced_timesteps(config, spacing(config, sampler), count + 1);
            timesteps.truncate(count);
            timesteps
        }
        _ => spaced_timesteps(config, spacing(config, sampler), count),
    };
    let rounded = |timestep: f64| if grid == TimestepGrid::Fractional { timestep } else { timestep.round_ties_even() };
    let last = (training.len() - 1) as f64;
    let timesteps: Vec<f64> = timesteps.into_iter().map(|timestep| rounded(timestep).min(last)).collect();
    let sigmas = timesteps.iter().map(|timestep| training.interpolated_sigma(*timestep)).collect();
    (timesteps, sigmas)
}

/// `count` timesteps of a spacing, noisiest first; computed as numpy computes them, for the sake of ties in rounding.
fn spaced_timesteps(config: &SchedulerConfig, spacing: TimestepSpacing, count: usize) -> Vec<f64> {
    let length = config.num_train_timesteps;
    match spacing {
        TimestepSpacing::Linspace => {
            let mut timesteps: Vec<f64> = linspace(0.0, (length - 1) as f64, count).collect();
            timesteps.reverse();
            timesteps
        }
        TimestepSpacing::Leading => {
            let stride = length / count;
            // The offset belongs to all: with it the first n of n + 1 are what is left when the last is dropped.
            (0..count).rev().map(|i| (i * stride + config.steps_offset) as f64).collect()
        }
        TimestepSpacing::Trailing => {
            let start = length as f64;
            let stride = (start - start / count as f64) - start;
            (0..count).map(|i| (start + i as f64 * stride).round_ties_even() - 1.0).collect()
        }
    }
}

/// `count` of the timesteps a latent consistency model was distilled on, spread evenly (diffusers' `LCMScheduler`).
fn distilled_timesteps(config: &SchedulerConfig, count: usize) -> Vec<f64> {
    let originals = config.original_inference_steps;
    let stride = config.num_train_timesteps / originals;
    let step = originals as f64 / count as f64;
    (0..count).map(|i| ((originals - (i as f64 * step) as usize) * stride - 1) as f64).collect()
}

/// Timesteps and sigmas of a named schedule, noisiest first, over the model's whole range of sigmas.
fn named_points(
    training: &TrainingSchedule,
    sampler: Sampler,
    schedule: Schedule,
    count: usize,
) -> (Vec<f64>, Vec<f64>) {
    let sigmas = named_sigmas(training, schedule, count);
    // These classes round what Karras's schedule gives, and only that.
    let rounds = schedule == Schedule::Karras
        && matches!(sampler, Sampler::Dpmpp2m | Sampler::Dpmpp2mSde | Sampler::Unipc | Sampler::Dpm2 | Sampler::Dpm2A);
    let timestep = |sigma: &f64| {
        let timestep = training.timestep(*sigma);
        if rounds { timestep.round_ties_even() } else { timestep }
    };
    (sigmas.iter().map(timestep).collect(), sigmas)
}

fn named_sigmas(training: &TrainingSchedule, schedule: Schedule, count: usize) -> Vec<f64> {
    /// The exponent of Karras et al. 2022, equation 5.
    const RHO: f64 = 7.0;
    /// Both parameters of the beta distribution in Lee et al. 2024.
    const BETA: f64 = 0.6;
    let (min, max) = (training.sigma_min(), training.sigma_max());
    let last = (training.len() - 1) as f64;
    let shares = linspace(0.0, 1.0, count);
    match schedule {
        Schedule::Karras => {
            let (min, max) = (min.powf(1.0 / RHO), max.powf(1.0 / RHO));
            shares.map(|share| (max + share * (min - max)).powf(RHO)).collect()
        }
        Schedule::Exponential => shares.map(|share| (max.ln() + share * (min.ln() - max.ln())).exp()).collect(),
        Schedule::Beta => shares.map(|share| min + inverse_symmetric_beta(1.0 - share, BETA) * (max - min)).collect(),
        Schedule::Simple => {
            let stride = training.len() as f64 / count as f64;
            (0..count).map(|i| training.sigma(training.len() - 1 - (i as f64 * stride) as usize)).collect()
        }
        Schedule::SgmUniform => linspace(last, 0.0, count + 1)
            .take(count)
            .map(|timestep| training.log_interpolated_sigma(timestep))
            .collect(),
    }
}

/// Keeps the first of several equal levels in a row: a step between two of them would divide by nothing.
fn merge_equal_levels(timesteps: &mut Vec<f64>, sigmas: &mut Vec<f64>) {
    let mut points: Vec<(f64, f64)> = timesteps.iter().copied().zip(sigmas.iter().copied()).collect();
    points.dedup_by(|later, earlier| later.1 == earlier.1);
    (*timesteps, *sigmas) = points.into_iter().unzip();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(sampler: Sampler, spacing: Option<TimestepSpacing>, steps: u32) -> InferenceSchedule {
        let config = SchedulerConfig { timestep_spacing: spacing, ..SchedulerConfig::default() };
        InferenceSchedule::new(&config, sampler, None, steps).unwrap()
    }

    /// What diffusers 0.42's classes print for Stable Diffusion 1.5's file.
    #[test]
    fn each_class_has_its_own_timesteps_for_the_same_file() {
        for (sampler, expected) in [
            (Sampler::Euler, vec![999.0, 666.0, 333.0, 0.0]),
            (Sampler::Dpmpp2m, vec![999.0, 749.0, 500.0, 250.0]),
            (Sampler::Ddim, vec![751.0, 501.0, 251.0, 1.0]),
            (Sampler::Lcm, vec![999.0, 759.0, 499.0, 259.0]),
        ] {
            assert_eq!(schedule(sampler, None, 4).timesteps(), expected, "{sampler}");
        }
        assert_eq!(schedule(Sampler::Euler, Some(TimestepSpacing::Trailing), 3).timesteps(), [999.0, 666.0, 332.0]);
    }

    #[test]
    fn strength_is_read_as_it_is_written() {
        let schedule = schedule(Sampler::Euler, None, 10);
        // Widened to f64, 0.7 as f32 is less than 0.7, and 6 steps would be done.
        assert_eq!(
            [0.0, 0.05, 0.3, 0.7, 0.99, 1.0].map(|strength| schedule.first_step(strength)),
            [10, 10, 7, 3, 1, 0]
        );
        assert_eq!(schedule.first_step(f32::NAN), 10);
    }

    #[test]
    fn a_schedule_is_refused_to_solvers_that_cannot_follow_it() {
        let config = SchedulerConfig::default();
        let error = InferenceSchedule::new(&config, Sampler::Ddim, Some(Schedule::Karras), 20).unwrap_err().to_string();
        assert!(error.contains("DDIM") && error.contains("Karras"), "{error}");
        // A file's own wish is no request.
        let config = SchedulerConfig { use_karras_sigmas: true, ..config };
        assert!(InferenceSchedule::new(&config, Sampler::Ddim, None, 20).is_ok());
        let by_file = InferenceSchedule::new(&config, Sampler::Dpmpp2m, None, 20).unwrap();
        let by_name =
            InferenceSchedule::new(&SchedulerConfig::default(), Sampler::Dpmpp2m, Some(Schedule::Karras), 20).unwrap();
        assert_eq!(by_file.sigmas(), by_name.sigmas());
    }

    #[test]
    fn steps_out_of_range_are_refused_with_the_range() {
        for (sampler, steps, most) in [(Sampler::Lcm, 51, 50), (Sampler::Ddim, 1001, 1000), (Sampler::Euler, 0, 1000)] {
            let error = InferenceSchedule::new(&SchedulerConfig::default(), sampler, None, steps).unwrap_err();
            assert_eq!(error, SamplingError::StepsOutOfRange { sampler, given: steps, most });
        }
    }

    #[test]
    fn levels_that_coincide_are_taken_once() {
        let schedule = schedule(Sampler::Dpmpp2m, None, 1000);
        assert!(schedule.steps() < 1000);
        assert!(schedule.sigmas().is_sorted_by(|a, b| a > b));
    }
}
