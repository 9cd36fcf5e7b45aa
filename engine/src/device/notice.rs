//! What the user is told about the choice of a device.

use super::finding::Finding;

/// Displays as a sentence or two.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DeviceNotice {
    #[error("Testing {adapter} once; this can take a minute.")]
    Testing { adapter: String },
    #[error("No {api} adapter was found. The CPU is used instead.")]
    NoAdapter { api: &'static str },
    /// Its self-test has set it aside.
    #[error("{adapter} is not used: {why}.")]
    SetAside { adapter: String, why: Finding },
    #[error("{adapter} could not be opened: {why}.")]
    NotOpened { adapter: String, why: String },
    /// The drivers' code broke down before there was any adapter.
    #[error("No GPU could be opened ({why}). The CPU is used instead.")]
    NoGpu { why: String },
    /// The last of several that leave only the CPU.
    #[error("{0} The CPU is used instead.")]
    CpuInstead(Box<Self>),
}
