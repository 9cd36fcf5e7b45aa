//! What can be wrong with a schedule or a run.

use super::sampler::{Sampler, Schedule};

/// Why a run of a solver cannot be made or go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SamplingError {
    /// Not JSON, or not of a scheduler.
    #[error("this is not a scheduler configuration that can be used: {0}")]
    UnreadableConfig(String),
    /// A value no noise schedule can be made from.
    #[error("the scheduler configuration's {field} is {value}, but {rule}")]
    BadConfig { field: &'static str, value: String, rule: String },
    /// More steps than the model has noise levels, or none.
    #[error("{given} steps were asked of {}, but it can make 1 to {most} with this model", .sampler.label())]
    StepsOutOfRange { sampler: Sampler, given: u32, most: u32 },
    /// A solver that only knows the model's own timesteps.
    #[error("{} steps on the model's own timesteps and cannot follow the {} schedule; name no schedule or choose another sampler", .sampler.label(), .schedule.label())]
    ScheduleNotFollowed { sampler: Sampler, schedule: Schedule },
    /// Numbers for another size of picture or batch.
    #[error("{what} has {given} values where {expected} are needed")]
    WrongLength { what: &'static str, given: usize, expected: usize },
    /// A model output after the last step.
    #[error("the run is done and takes no further model output")]
    RunIsDone,
}
