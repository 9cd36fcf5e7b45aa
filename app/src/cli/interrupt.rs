//! Ctrl+C: the first asks the engine to stop, the second ends the program at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// What a program ended by SIGINT answers to the shell.
pub(super) const EXIT_CODE: u8 = 130;

/// The user pressed Ctrl+C and the work was given up; nothing was written.
#[derive(Debug, thiserror::Error)]
#[error("interrupted; nothing was written")]
pub(super) struct Interrupted;

/// Knows whether Ctrl+C was pressed since it was made.
pub(super) struct CtrlC(Arc<AtomicBool>);

impl CtrlC {
    /// Begins to listen.
    ///
    /// # Errors
    /// The system does not let the signal be handled; then Ctrl+C ends the program as it always does.
    pub fn listen() -> io::Result<Self> {
        let pressed = Arc::new(AtomicBool::new(false));
        // In this order: the first press finds the flag unset and sets it, the second finds it set and exits.
        flag::register_conditional_shutdown(SIGINT, i32::from(EXIT_CODE), Arc::clone(&pressed))?;
        flag::register(SIGINT, Arc::clone(&pressed))?;
        Ok(Self(pressed))
    }

    pub fn is_pressed(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
