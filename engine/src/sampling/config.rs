//! A model's `scheduler_config.json`, as diffusers writes it.

use serde::{Deserialize, Serialize};

use super::error::SamplingError;
use super::prediction::PredictionType;

/// How the variances of the training noise grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BetaSchedule {
    /// Evenly from start to end.
    Linear,
    /// Evenly in the square root.
    ScaledLinear,
    /// The cosine schedule (Nichol and Dhariwal 2021), each beta at most 0.999.
    SquaredcosCapV2,
}

/// Where the timesteps of a run lie among those of the training (Lin et al. 2023, table 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimestepSpacing {
    /// From the first to the last, both included.
    Linspace,
    /// Multiples of a whole stride from 0 up; the noisiest level is left out.
    Leading,
    /// A stride down from the noisiest level; the least noisy is left out.
    Trailing,
}

/// What a model's makers say about its noise. Fields as in diffusers, unknown ones are ignored; `None` where each of
/// diffusers' classes has a default of its own. [`Default`] is Stable Diffusion 1.5's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SchedulerConfig {
    /// Length of the training schedule.
    #[serde(default = "default_train_timesteps")]
    pub num_train_timesteps: usize,
    #[serde(default = "default_beta_start")]
    pub beta_start: f64,
    #[serde(default = "default_beta_end")]
    pub beta_end: f64,
    #[serde(default = "default_beta_schedule")]
    pub beta_schedule: BetaSchedule,
    /// The betas themselves, instead of the three fields above.
    #[serde(default)]
    pub trained_betas: Option<Vec<f64>>,
    /// What the model's output means.
    #[serde(default)]
    pub prediction_type: PredictionType,
    #[serde(default)]
    pub timestep_spacing: Option<TimestepSpacing>,
    /// Added to the timesteps of leading spacing.
    #[serde(default)]
    pub steps_offset: usize,
    /// Whether the end of a DDIM or PNDM run is free of noise rather than at the least noisy training level.
    #[serde(default)]
    pub set_alpha_to_one: Option<bool>,
    /// Whether the last training level is moved to pure noise (Lin et al. 2023, algorithm 1).
    #[serde(default)]
    pub rescale_betas_zero_snr: bool,
    /// Whether predicted originals are cut to `clip_sample_range`, by those solvers whose classes do so.
    #[serde(default)]
    pub clip_sample: bool,
    #[serde(default = "default_clip_sample_range")]
    pub clip_sample_range: f64,
    #[serde(default)]
    pub use_karras_sigmas: bool,
    #[serde(default)]
    pub use_exponential_sigmas: bool,
    #[serde(default)]
    pub use_beta_sigmas: bool,
    /// Timesteps a latent consistency model was distilled on.
    #[serde(default = "default_original_inference_steps")]
    pub original_inference_steps: usize,
    /// Scale of the timestep in a latent consistency model's boundary condition.
    #[serde(default = "default_timestep_scaling")]
    pub timestep_scaling: f64,
}

// What diffusers' classes assume where a file is silent.
fn default_train_timesteps() -> usize {
    1000
}
fn default_beta_start() -> f64 {
    0.0001
}
fn default_beta_end() -> f64 {
    0.02
}
fn default_beta_schedule() -> BetaSchedule {
    BetaSchedule::Linear
}
fn default_clip_sample_range() -> f64 {
    1.0
}
fn default_original_inference_steps() -> usize {
    50
}
fn default_timestep_scaling() -> f64 {
    10.0
}

impl Default for SchedulerConfig {
    fn default() -> Self {
        Self {
            num_train_timesteps: 1000,
            beta_start: 0.00085,
            beta_end: 0.012,
            beta_schedule: BetaSchedule::ScaledLinear,
            trained_betas: None,
            prediction_type: PredictionType::Epsilon,
            timestep_spacing: None,
            steps_offset: 1,
            set_alpha_to_one: Some(false),
            rescale_betas_zero_snr: false,
            clip_sample: false,
            clip_sample_range: default_clip_sample_range(),
            use_karras_sigmas: false,
            use_exponential_sigmas: false,
            use_beta_sigmas: false,
            original_inference_steps: default_original_inference_steps(),
            timestep_scaling: default_timestep_scaling(),
        }
    }
}

impl SchedulerConfig {
    /// The longest training schedule that is accepted; real ones have 1000 timesteps.
    pub const MAX_TRAIN_TIMESTEPS: usize = 100_000;

    /// Reads the text of a `scheduler_config.json` and checks it.
    ///
    /// # Errors
    /// Text that is not JSON, wrong types, unknown kinds of schedule or prediction, values out of range.
    pub fn from_json(text: &str) -> Result<Self, SamplingError> {
        let config: Self =
            serde_json::from_str(text).map_err(|error| SamplingError::UnreadableConfig(error.to_string()))?;
        config.check()?;
        Ok(config)
    }

    /// Checks that a noise schedule can be made from it.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SamplingError> {
        let length = self.num_train_timesteps;
        let bad =
            |field, value: String, rule: &str| Err(SamplingError::BadConfig { field, value, rule: rule.to_owned() });
        if !(2..=Self::MAX_TRAIN_TIMESTEPS).contains(&length) {
            let rule = format!("must lie between 2 and {}", Self::MAX_TRAIN_TIMESTEPS);
            return bad("num_train_timesteps", length.to_string(), &rule);
        }
        for (field, beta) in [("beta_start", self.beta_start), ("beta_end", self.beta_end)] {
            if !is_beta(beta) {
                return bad(field, beta.to_string(), "must lie between 0 and 1");
            }
        }
        if let Some(betas) = &self.trained_betas {
            if betas.len() != length {
                return bad(
                    "trained_betas",
                    format!("a list of {}", betas.len()),
                    "must have num_train_timesteps values",
                );
            }
            if let Some(beta) = betas.iter().find(|beta| !is_beta(**beta)) {
                return bad("trained_betas", beta.to_string(), "must lie between 0 and 1");
            }
        }
        if self.steps_offset >= length {
            return bad("steps_offset", self.steps_offset.to_string(), "must be less than num_train_timesteps");
        }
        if !(1..=length).contains(&self.original_inference_steps) {
            let value = self.original_inference_steps.to_string();
            return bad("original_inference_steps", value, "must lie between 1 and num_train_timesteps");
        }
        for (field, value) in
            [("clip_sample_range", self.clip_sample_range), ("timestep_scaling", self.timestep_scaling)]
        {
            if !(value.is_finite() && value > 0.0) {
                return bad(field, value.to_string(), "must be positive");
            }
        }
        Ok(())
    }
}

/// Neither no noise at all (its logarithm is needed) nor nothing but noise.
fn is_beta(value: f64) -> bool {
    value > 0.0 && value < 1.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The file in Stable Diffusion 1.5's folder.
    const SD_1_5: &str = r#"{
        "_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_end": 0.012, "beta_schedule": "scaled_linear",
        "beta_start": 0.00085, "num_train_timesteps": 1000, "set_alpha_to_one": false, "skip_prk_steps": true,
        "steps_offset": 1, "trained_betas": null, "clip_sample": false }"#;

    #[test]
    fn stable_diffusion_1_5_is_the_default() {
        assert_eq!(SchedulerConfig::from_json(SD_1_5), Ok(SchedulerConfig::default()));
    }

    #[test]
    fn values_that_make_no_schedule_are_refused_by_name() {
        for (text, field) in [
            (r#"{"num_train_timesteps": 1}"#, "num_train_timesteps"),
            (r#"{"num_train_timesteps": 18446744073709551615}"#, "num_train_timesteps"),
            (r#"{"beta_start": 0}"#, "beta_start"),
            (r#"{"beta_end": 1.0}"#, "beta_end"),
            (r#"{"trained_betas": [0.1]}"#, "trained_betas"),
            (
                r#"{"num_train_timesteps": 2, "trained_betas": [0.1, -0.1], "original_inference_steps": 1}"#,
                "trained_betas",
            ),
            (r#"{"steps_offset": 1000}"#, "steps_offset"),
            (r#"{"original_inference_steps": 0}"#, "original_inference_steps"),
            (r#"{"timestep_spacing": "even"}"#, "even"),
            (r#"{"prediction_type": "flow"}"#, "flow"),
        ] {
            let error = SchedulerConfig::from_json(text).unwrap_err().to_string();
            assert!(error.contains(field), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,200}") {
            let _ = SchedulerConfig::from_json(&text);
        }
    }
}
