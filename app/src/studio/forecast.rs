//! How long the next run will take, learned from the runs before it.

use std::collections::HashMap;
use std::time::Duration;

use super::plan::Plan;

/// Seconds a step and megapixel, by model.
#[derive(Default)]
pub struct Forecast {
    rates: HashMap<String, f64>,
}

impl Forecast {
    /// Learns from one step of a run. The first step compiles kernels and is not typical; callers leave it out.
    pub fn learn(&mut self, plan: &Plan, step: Duration) {
        let rate = step.as_secs_f64() / megapixels(plan);
        // Half the old and half the new: quick to follow a change of device, slow to follow one odd step.
        self.rates.entry(plan.recipe.model.clone()).and_modify(|old| *old = f64::midpoint(*old, rate)).or_insert(rate);
    }

    /// Forgets everything, for instance when the device has changed.
    pub fn forget(&mut self) {
        self.rates.clear();
    }

    /// How long a plan will take; none before its model has run once.
    #[must_use]
    pub fn of(&self, plan: &Plan) -> Option<Duration> {
        let rate = self.rates.get(&plan.recipe.model)?;
        let seconds = rate * megapixels(plan) * f64::from(plan.effective_steps());
        Duration::try_from_secs_f64(seconds).ok()
    }
}

fn megapixels(plan: &Plan) -> f64 {
    f64::from(plan.recipe.width) * f64::from(plan.recipe.height) * f64::from(plan.recipe.batch) / 1e6
}

/// A duration as a painter reads it: "8 s", "1 min 20 s".
#[must_use]
pub fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().ceil() as u64;
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) if minutes < 10 => format!("{minutes} min {seconds} s"),
        (minutes, _) => format!("{minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;
    use brushfire_engine::Recipe;

    fn plan(side: u32, steps: u32) -> Plan {
        let size = CanvasSize::new(side, side).unwrap();
        Plan::new(size, None, true, &Recipe { steps, ..Recipe::default() })
    }

    #[test]
    fn time_grows_with_steps_and_area() {
        let mut forecast = Forecast::default();
        assert_eq!(forecast.of(&plan(256, 20)), None);
        forecast.learn(&plan(256, 20), Duration::from_millis(100));
        let seconds = |plan| forecast.of(&plan).unwrap().as_secs_f64();
        assert!((seconds(plan(256, 20)) - 2.0).abs() < 1e-9);
        assert!((seconds(plan(512, 40)) - 16.0).abs() < 1e-9);
    }

    #[test]
    fn durations_read_as_words() {
        assert_eq!(in_words(Duration::from_millis(7200)), "8 s");
        assert_eq!(in_words(Duration::from_secs(80)), "1 min 20 s");
        assert_eq!(in_words(Duration::from_secs(1234)), "20 min");
    }
}
