//! Ctrl+C: the first asks the engine to stop, the second ends the program at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// The user pressed Ctrl+C and the work was given up; nothing was written.
#[derive(Debug, thiserror::Error)]
#[error("interrupted; nothing was written")]
pub(super) struct Interrupted;

/// Calls `first` at the first Ctrl+C, on a thread of its own: little may be done inside a signal's handler.
///
/// # Errors
/// The system does not let signals be handled; then Ctrl+C ends the program as it always does.
pub(super) fn on_ctrl_c(first: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let pressed = Arc::new(AtomicBool::new(false));
    // In this order, the first press finds the flag still unset and the second ends the program.
    flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&pressed))?;
    flag::register(SIGINT, Arc::clone(&pressed))?;
    std::thread::Builder::new().name("ctrl-c".to_owned()).spawn(move || {
        while !pressed.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(50));
        }
        first();
    })?;
    Ok(())
}
