//! What holds for every solver, beside the recorded trajectories of the whole-system tests.

use proptest::prelude::*;

use super::*;
use crate::sampling::{NoiseSource, PredictionType, Schedule, SchedulerConfig, TimestepSpacing};

/// A model that always finds the same original, in what noise ever.
fn perfect_output(request: &ModelRequest, kind: PredictionType, level: NoiseLevel, original: f64) -> Vec<f64> {
    let (signal, noise) = (level.signal / level.deviation(), level.noise / level.deviation());
    let output = |u: &f64| match kind {
        PredictionType::Epsilon => (u - signal * original) / noise,
        PredictionType::VPrediction => (signal * u - original) / noise,
        PredictionType::Sample => original,
    };
    request.input.iter().map(output).collect()
}

/// Runs to the end with a perfect model and noise of seed 1.
fn finish(run: &mut SolverRun, original: f64) {
    let length = run.latents().len();
    let mut noise = crate::sampling::BatchNoise::new(NoiseSource::Gpu, 1, 1, length);
    while let Some(request) = run.next_request() {
        let kind = run.schedule().config.prediction_type;
        let output = perfect_output(&request, kind, run.noise_level(), original);
        run.supply(&output, &mut || noise.draw_f64()).unwrap();
    }
}

fn start(config: &SchedulerConfig, sampler: Sampler, steps: u32) -> SolverRun {
    let schedule = InferenceSchedule::new(config, sampler, None, steps).unwrap();
    let latents = schedule.initial_latents(&[0.3, -1.2, 0.9, 0.1]);
    SolverRun::new(schedule, 0, latents)
}

#[test]
fn a_model_that_knows_the_original_is_led_to_it_by_every_solver() {
    for sampler in Sampler::ALL {
        for kind in [PredictionType::Epsilon, PredictionType::VPrediction, PredictionType::Sample] {
            let config =
                SchedulerConfig { prediction_type: kind, set_alpha_to_one: Some(true), ..SchedulerConfig::default() };
            let mut run = start(&config, sampler, 12);
            finish(&mut run, 0.4);
            // PNDM and LCM mix in a little of what they come from.
            let allowed = if matches!(sampler, Sampler::Pndm | Sampler::Lcm) { 1e-2 } else { 1e-9 };
            for value in run.latents() {
                assert!((value - 0.4).abs() < allowed, "{sampler} with {kind:?} ends at {value}");
            }
            assert_eq!(run.predicted_original().len(), 4);
        }
    }
}

#[test]
fn solvers_that_draw_noise_say_so() {
    for sampler in Sampler::ALL {
        let mut drawn = 0;
        let mut run = start(&SchedulerConfig::default(), sampler, 3);
        while let Some(request) = run.next_request() {
            run.supply(&request.input, &mut || {
                drawn += 1;
                vec![0.5; 4]
            })
            .unwrap();
        }
        assert_eq!(drawn > 0, sampler.is_stochastic(), "{sampler} drew {drawn} times");
    }
}

#[test]
fn a_branched_run_goes_on_by_itself() {
    for sampler in Sampler::ALL {
        let mut run = start(&SchedulerConfig::default(), sampler, 6);
        for _ in 0..3 {
            let request = run.next_request().unwrap();
            run.supply(&request.input, &mut || vec![0.1; 4]).unwrap();
        }
        let mut branch = run.clone();
        let before = run.latents().to_vec();
        finish(&mut branch, 0.2);
        assert_eq!(run.latents(), before, "{sampler}");
        finish(&mut run, 0.2);
        assert_eq!(run.latents(), branch.latents(), "{sampler}");
    }
}

#[test]
fn a_batch_is_solved_picture_by_picture() {
    for sampler in Sampler::ALL {
        let schedule = InferenceSchedule::new(&SchedulerConfig::default(), sampler, None, 5).unwrap();
        let end = |initial: &[f64], share: usize| {
            let mut run = SolverRun::new(schedule.clone(), 0, schedule.initial_latents(initial));
            while let Some(request) = run.next_request() {
                run.supply(&request.input, &mut || vec![0.7; share]).unwrap();
            }
            run.into_latents()
        };
        assert_eq!(end(&[0.3, -1.2], 2), [end(&[0.3], 1), end(&[-1.2], 1)].concat(), "{sampler}");
    }
}

#[test]
fn a_wrong_length_is_refused_and_leaves_the_run_as_it_was() {
    for sampler in Sampler::ALL {
        let mut run = start(&SchedulerConfig::default(), sampler, 4);
        let expected = run.next_request();
        let error = run.supply(&[1.0_f32; 3], &mut || vec![0.0; 4]).unwrap_err();
        assert_eq!(error, SamplingError::WrongLength { what: "the model's output", given: 3, expected: 4 });
        if run.supply(&[1.0_f32; 4], &mut Vec::new).is_err() {
            assert_eq!(run.next_request(), expected, "{sampler}");
        }
    }
}

#[test]
fn a_finished_run_takes_no_more() {
    let mut run = start(&SchedulerConfig::default(), Sampler::Euler, 1);
    finish(&mut run, 0.0);
    assert!(run.is_done() && run.next_request().is_none());
    assert_eq!(run.noise_level(), NoiseLevel::CLEAN);
    assert_eq!(run.supply(&[0.0; 4], &mut || vec![0.0; 4]), Err(SamplingError::RunIsDone));
}

#[test]
fn at_strength_0_there_is_nothing_to_do() {
    let schedule = InferenceSchedule::new(&SchedulerConfig::default(), Sampler::Heun, None, 20).unwrap();
    let run = SolverRun::new(schedule.clone(), schedule.first_step(0.0), vec![0.25]);
    assert!(run.is_done());
    assert_eq!((run.steps_total(), run.evaluations_total(), run.into_latents()), (0, 0, vec![0.25]));
}

fn any_config() -> impl Strategy<Value = SchedulerConfig> {
    let kinds = [PredictionType::Epsilon, PredictionType::VPrediction, PredictionType::Sample];
    let spacings =
        [None, Some(TimestepSpacing::Linspace), Some(TimestepSpacing::Leading), Some(TimestepSpacing::Trailing)];
    (50_usize..1200, 0_usize..50, 0..3_usize, 0..4_usize, any::<bool>(), any::<bool>(), 1e-5..0.05, 1e-5..0.05)
        .prop_map(
            move |(
                num_train_timesteps,
                steps_offset,
                kind,
                spacing,
                rescale_betas_zero_snr,
                clip_sample,
                beta_start,
                beta_end,
            )| {
                SchedulerConfig {
                    num_train_timesteps,
                    steps_offset,
                    beta_start,
                    beta_end,
                    prediction_type: kinds[kind],
                    timestep_spacing: spacings[spacing],
                    rescale_betas_zero_snr,
                    clip_sample,
                    ..SchedulerConfig::default()
                }
            },
        )
}

proptest! {
    /// Whatever a file and a recipe say: an error, or a run of finite numbers that ends.
    #[test]
    fn no_configuration_makes_a_run_panic_or_leave_the_numbers(
        config in any_config(),
        sampler in 0..Sampler::ALL.len(),
        schedule in 0..=Schedule::ALL.len(),
        steps in prop_oneof![1_u32..12, Just(49), Just(50), Just(999), Just(1000)],
        strength in 0.0_f32..=1.0,
    ) {
        let sampler = Sampler::ALL[sampler];
        let schedule = Schedule::ALL.get(schedule).copied();
        if let Ok(schedule) = InferenceSchedule::new(&config, sampler, schedule, steps) {
            let first_step = schedule.first_step(strength);
            let latents = schedule.level(first_step).mix(&[0.5, -0.5], &[1.0, -0.3]);
            let mut run = SolverRun::new(schedule, first_step, latents);
            let (steps, evaluations) = (run.steps_total(), run.evaluations_total());
            finish(&mut run, 0.4);
            prop_assert_eq!((run.steps_done(), run.evaluations_done()), (steps, evaluations));
            prop_assert!(run.latents().iter().all(|value| value.is_finite()), "{sampler}: {:?}", run.latents());
        }
    }
}
