//! What the engine tells besides its work.

use std::sync::Arc;

use crate::device::DeviceNotice;
use crate::memory::SwapNotice;
use crate::tasks::TaskError;

/// Something the user should know but need not act on. Displays as one sentence or two.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Notice {
    #[error(transparent)]
    Device(DeviceNotice),
    #[error("Half precision overflowed with this model; it is used in single precision.")]
    HalfPrecisionOverflowed,
    #[error("{device} stopped working. The CPU is used from now on; restart to try it again.")]
    DeviceLost { device: String },
    #[error(transparent)]
    Swap(SwapNotice),
    /// A change of a job that runs could not be followed; the job goes on as it was.
    #[error("The picture being made was not changed: {why}.")]
    NotChanged { why: Arc<TaskError> },
}
