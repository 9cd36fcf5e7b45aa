//! What is being done on other threads, in words for the status line.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::{Message, Studio};

/// What takes less is not worth a word.
const PATIENCE: Duration = Duration::from_millis(300);

/// Work under way, in the order in which it was begun.
#[derive(Default)]
pub(super) struct Work(Vec<(Instant, Weak<str>)>);

impl Work {
    /// Forgets what is done.
    pub(super) fn tidy(&mut self) {
        self.0.retain(|(_, words)| words.strong_count() > 0);
    }
}

impl Studio {
    /// As [`super::Mailbox::spawn`], for what may take a while: `words` say what it is.
    pub(super) fn spawn_work<M: Into<Option<Message>>>(
        &mut self,
        name: &str,
        words: String,
        work: impl FnOnce() -> M + Send + 'static,
    ) {
        let words: Arc<str> = words.into();
        self.work.0.push((Instant::now(), Arc::downgrade(&words)));
        self.mailbox.spawn(name, move || {
            let message = work().into();
            // They live as long as the work, also where no thread could be started.
            drop(words);
            message
        });
    }

    /// What is being done on other threads, once it has taken a while; else in what time to ask again, if at all.
    pub fn work(&self) -> Result<Arc<str>, Option<Duration>> {
        let mut ask_again = None;
        for (since, words) in &self.work.0 {
            let left = PATIENCE.saturating_sub(since.elapsed());
            match words.upgrade() {
                Some(words) if left.is_zero() => return Ok(words),
                Some(_) => ask_again = Some(ask_again.unwrap_or(left).min(left)),
                None => {}
            }
        }
        Err(ask_again)
    }
}
