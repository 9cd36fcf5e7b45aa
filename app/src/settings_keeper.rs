//! Settings are written soon after they change, so that a program that is killed comes back as it was left.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::files::Settings;

/// How long after a change settings are written, at the latest.
pub const PAUSE: Duration = Duration::from_secs(3);

/// What of the settings is on disk.
pub struct SettingsKeeper {
    written: Settings,
    looked_at: Instant,
    writing: Option<JoinHandle<()>>,
}

impl SettingsKeeper {
    /// `written`: as they are on disk.
    #[must_use]
    pub fn new(written: Settings) -> Self {
        Self { written, looked_at: Instant::now(), writing: None }
    }

    /// Whether it is time to look at the settings again.
    #[must_use]
    pub fn is_due(&self, now: Instant) -> bool {
        let is_writing = self.writing.as_ref().is_some_and(|thread| !thread.is_finished());
        now.saturating_duration_since(self.looked_at) >= PAUSE && !is_writing
    }

    /// Writes the settings where they differ from those on disk, on a thread of its own.
    pub fn keep(&mut self, now: Instant, settings: &Settings) {
        self.looked_at = now;
        if *settings == self.written {
            return;
        }
        self.written.clone_from(settings);
        let settings = settings.clone();
        let write = move || {
            if let Err(error) = settings.save() {
                log::warn!("{error}");
            }
        };
        let thread = thread::Builder::new().name("settings".to_owned()).spawn(write);
        self.writing = thread.inspect_err(|error| log::warn!("no thread to write settings: {error}")).ok();
    }

    /// Waits for what is being written.
    pub fn finish(self) {
        if self.writing.is_some_and(|thread| thread.join().is_err()) {
            log::warn!("the settings were not written");
        }
    }
}
