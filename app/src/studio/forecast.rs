//! How long the next run will take, learned from the runs before it.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use brushfire_engine::Sampler;

use super::plan::Plan;

/// Runs that are remembered of each kind; the median of so few follows a change soon.
const MAX_RUNS: usize = 5;

/// How quickly a run went, in seconds a megapixel.
#[derive(Clone, Copy, Debug)]
struct Pace {
    step: f64,
    /// From the last step to the finished pictures.
    ending: f64,
}

/// The paces of earlier runs, by model and sampler: samplers differ in what they do within a step.
#[derive(Default)]
pub struct Forecast {
    runs: HashMap<(String, Sampler), VecDeque<Pace>>,
}

impl Forecast {
    /// Learns from a run that is done: the mean time of its steps, and the time from the last of them to the end. The
    /// first step compiles kernels and is not typical; callers leave it out of the mean.
    pub fn learn(&mut self, plan: &Plan, step: Duration, ending: Duration) {
        let area = megapixels(plan);
        let runs = self.runs.entry(kind_of(plan)).or_default();
        runs.push_back(Pace { step: step.as_secs_f64() / area, ending: ending.as_secs_f64() / area });
        if runs.len() > MAX_RUNS {
            runs.pop_front();
        }
    }

    /// Forgets everything, for instance when the device has changed.
    pub fn forget(&mut self) {
        self.runs.clear();
    }

    /// How long a plan will take; none before one of its kind was done.
    #[must_use]
    pub fn of(&self, plan: &Plan) -> Option<Duration> {
        let runs = self.runs.get(&kind_of(plan))?;
        let step = median(runs.iter().map(|run| run.step))?;
        let ending = median(runs.iter().map(|run| run.ending))?;
        let seconds = (step * f64::from(plan.effective_steps()) + ending) * megapixels(plan);
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// How long a plan takes after its last step, by earlier runs.
    #[must_use]
    pub fn ending_of(&self, plan: &Plan) -> Option<Duration> {
        let runs = self.runs.get(&kind_of(plan))?;
        Duration::try_from_secs_f64(median(runs.iter().map(|run| run.ending))? * megapixels(plan)).ok()
    }
}

fn kind_of(plan: &Plan) -> (String, Sampler) {
    (plan.recipe.model.clone(), plan.recipe.sampler)
}

/// The middle one, or the mean of the two in the middle; one odd run does not move it.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let (lower, upper) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some(f64::midpoint(*values.get(lower)?, *values.get(upper)?))
}

fn megapixels(plan: &Plan) -> f64 {
    f64::from(plan.recipe.width) * f64::from(plan.recipe.height) * f64::from(plan.recipe.batch) / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;
    use crate::studio::Masks;
    use brushfire_engine::Recipe;
    use brushfire_engine::inpaint::ModelSize;

    fn plan(side: u32, steps: u32) -> Plan {
        let size = CanvasSize::new(side, side).unwrap();
        Plan::new(size, &Masks::default(), true, &Recipe { steps, ..Recipe::default() }, ModelSize::default())
    }

    const STEP: Duration = Duration::from_millis(100);

    #[test]
    fn time_grows_with_steps_and_area() {
        let mut forecast = Forecast::default();
        assert_eq!(forecast.of(&plan(256, 20)), None);
        forecast.learn(&plan(256, 20), STEP, Duration::from_millis(500));
        let seconds = |plan| forecast.of(&plan).unwrap().as_secs_f64();
        assert!((seconds(plan(256, 20)) - 2.5).abs() < 1e-9);
        assert!((seconds(plan(512, 40)) - 18.0).abs() < 1e-9);
        let other = Recipe { sampler: Sampler::ALL[Sampler::ALL.len() - 1], ..plan(256, 20).recipe };
        assert_eq!(forecast.of(&Plan { recipe: other, ..plan(256, 20) }), None, "each kind of run has its own");
    }

    #[test]
    fn one_odd_run_does_not_change_the_forecast() {
        let mut forecast = Forecast::default();
        for step in [1, 1, 9, 1] {
            forecast.learn(&plan(256, 20), step * STEP, Duration::ZERO);
        }
        assert!((forecast.of(&plan(256, 20)).unwrap().as_secs_f64() - 2.0).abs() < 1e-9);
        for _ in 0..3 {
            forecast.learn(&plan(256, 20), 3 * STEP, Duration::ZERO);
        }
        let seconds = forecast.of(&plan(256, 20)).unwrap().as_secs_f64();
        assert!((seconds - 6.0).abs() < 1e-9, "a change that stays is followed");
    }
}
