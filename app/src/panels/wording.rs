//! What the studio knows, said in the painter's language.

use std::time::Duration;

use crate::language::{text, text_with};
use crate::studio::models::label_of;
use crate::studio::plan::Task;
use crate::studio::{Phase, Run};

/// What a run does, or the next one would.
pub fn task_in_words(task: Task) -> String {
    text(match task {
        Task::TextToImage => "task-text-to-image",
        Task::ImageToImage => "task-image-to-image",
        Task::Inpaint => "task-inpaint",
    })
}

/// How far a run has come: one line for the status bar and the card on the canvas.
pub fn run_in_words(run: &Run) -> String {
    if run.is_being_cancelled() {
        return text("run-cancelling");
    }
    match &run.phase {
        Phase::Preparing => text("run-preparing"),
        Phase::Waiting => text("run-waiting"),
        Phase::Loading(model) => text_with("run-loading", &[("model", label_of(model).into())]),
        Phase::Sampling { step, steps } => {
            text_with("run-step", &[("step", (*step).into()), ("steps", (*steps).into())])
        }
        Phase::Decoding => text("run-decoding"),
    }
}

/// A duration as a painter reads it: "8 s", "1 min 20 s".
pub fn duration_in_words(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().ceil() as u64;
    match (seconds / 60, seconds % 60) {
        (0, seconds) => text_with("seconds", &[("seconds", seconds.into())]),
        (minutes, 1..) if minutes < 10 => {
            text_with("minutes-seconds", &[("minutes", minutes.into()), ("seconds", (seconds % 60).into())])
        }
        (minutes, _) => text_with("minutes", &[("minutes", minutes.into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_words() {
        assert_eq!(duration_in_words(Duration::from_millis(7200)), "8 s");
        assert_eq!(duration_in_words(Duration::from_secs(80)), "1 min 20 s");
        assert_eq!(duration_in_words(Duration::from_secs(1234)), "20 min");
    }
}
