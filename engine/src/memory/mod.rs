//! How much memory a generation takes, known before it begins, and how much this machine has for it.

mod available;
mod check;
mod controls;
mod forecast;

pub use available::{AvailableMemory, available_memory};
pub use check::{MemoryAdvice, MemoryError, SwapNotice, check};
pub use forecast::{MemoryForecast, ModelMemory, Place, RunSize};

/// Bytes as people read them: "734 MB", "4.9 GB".
#[must_use]
pub fn words(bytes: u64) -> String {
    match bytes {
        0..1_000_000_000 => format!("{:.0} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
