//! What keeps an adapter from being used, or from half precision.

use serde::{Deserialize, Serialize};

use super::self_test::Check;

/// Displays as half a sentence about the adapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    #[error("{0}")]
    Wrong(Check),
    /// What the system said of the process that died.
    #[error("its driver crashed ({0})")]
    Crashed(String),
    #[error("it could not be opened")]
    Refused,
    #[error("it gave no answer for {seconds} seconds")]
    Hung { seconds: u64 },
    #[error("it could not be tested ({0})")]
    NotRun(String),
    #[error("it was not tested")]
    NotTested,
    #[error("it has no half precision")]
    NoHalfPrecision,
}
