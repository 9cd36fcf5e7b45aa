//! Why a job ended without what it was for.

use crate::hints::HintError;
use crate::tasks::TaskError;

/// Each reads as one sentence that says what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    #[error(transparent)]
    Generation(TaskError),
    #[error(transparent)]
    Hint(HintError),
    /// A panic inside a generation, and what it said.
    #[error("the engine broke down: {why}. Try again")]
    GenerationBrokeDown { why: String },
    /// A panic inside a hint that was being made, and what it said.
    #[error("the hint broke down: {why}. Try again")]
    HintBrokeDown { why: String },
}
