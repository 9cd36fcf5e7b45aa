//! What the window says besides its panels: errors once, quiet words for a while, offers until answered, and in the
//! status line that something is done.

use std::time::{Duration, Instant};

use brushfire_engine::Recipe;

use crate::language::{Tell, told};

/// How loud a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Goes by itself after a while.
    Quiet,
    /// Stays until dismissed.
    Error,
    /// Stays until answered or dismissed.
    Offer,
}

/// One thing said.
#[derive(Clone, Debug)]
pub struct Notice {
    pub id: u64,
    pub text: String,
    pub tone: Tone,
    /// The recipe that is offered, with [`Tone::Offer`].
    pub recipe: Option<Box<Recipe>>,
    said_at: Instant,
}

/// All that is being said, oldest first.
#[derive(Default)]
pub struct Notices {
    notices: Vec<Notice>,
    done: Option<(String, Instant)>,
    next_id: u64,
}

impl Notices {
    /// How long a quiet notice stays.
    pub const QUIET_FOR: Duration = Duration::from_secs(12);
    /// How long the status line says that something is done.
    pub const DONE_FOR: Duration = Duration::from_secs(6);
    /// More than this would hide the picture.
    const MAX: usize = 4;

    pub fn iter(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter()
    }

    /// Confirms, in the status line, what the painter has asked for.
    pub fn confirm(&mut self, text: impl Into<String>) {
        self.done = Some((text.into(), Instant::now()));
    }

    /// What the status line says is done.
    #[must_use]
    pub fn done(&self) -> Option<&str> {
        self.done.as_ref().map(|(text, _)| text.as_str())
    }

    pub fn say(&mut self, text: impl Into<String>) {
        self.add(text.into(), Tone::Quiet, None);
    }

    /// Says, in the painter's language, what could not be done; the log gets it in English.
    pub fn failed(&mut self, error: &(impl Tell + ?Sized)) {
        self.failed_as(told(error), error);
    }

    /// As [`Self::failed`], in a sentence of its own.
    pub fn failed_as(&mut self, sentence: String, error: &(impl Tell + ?Sized)) {
        log::error!("{error}");
        self.add(sentence, Tone::Error, None);
    }

    pub fn offer_recipe(&mut self, text: impl Into<String>, recipe: Recipe) {
        self.notices.retain(|notice| notice.tone != Tone::Offer);
        self.add(text.into(), Tone::Offer, Some(Box::new(recipe)));
    }

    pub fn dismiss(&mut self, id: u64) {
        self.notices.retain(|notice| notice.id != id);
    }

    /// Takes away an offer that no longer fits the picture.
    pub fn withdraw_offers(&mut self) {
        self.notices.retain(|notice| notice.tone != Tone::Offer);
    }

    /// Lets quiet notices go when their time has come; returns when the next one goes.
    pub fn expire(&mut self, now: Instant) -> Option<Duration> {
        let left = |notice: &Notice| Self::QUIET_FOR.saturating_sub(now.saturating_duration_since(notice.said_at));
        self.notices.retain(|notice| notice.tone != Tone::Quiet || !left(notice).is_zero());
        let left_of_done = |said_at: Instant| Self::DONE_FOR.saturating_sub(now.saturating_duration_since(said_at));
        self.done.take_if(|(_, said_at)| left_of_done(*said_at).is_zero());
        let quiet = self.notices.iter().filter(|notice| notice.tone == Tone::Quiet).map(left);
        quiet.chain(self.done.iter().map(|(_, said_at)| left_of_done(*said_at))).min()
    }

    /// The same sentence is said once, not stacked.
    fn add(&mut self, text: String, tone: Tone, recipe: Option<Box<Recipe>>) {
        self.notices.retain(|notice| notice.text != text);
        self.notices.push(Notice { id: self.next_id, text, tone, recipe, said_at: Instant::now() });
        self.next_id += 1;
        if self.notices.len() > Self::MAX {
            self.notices.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::SaveError;

    fn disk_full() -> SaveError {
        SaveError::DiskFull { name: "hat.png".to_owned() }
    }

    #[test]
    fn a_quiet_notice_goes_and_an_error_stays() {
        let mut notices = Notices::default();
        notices.say("The GPU was set aside.");
        notices.failed(&disk_full());
        assert!(notices.expire(Instant::now()).is_some());
        assert_eq!(notices.expire(Instant::now() + Notices::QUIET_FOR), None);
        let texts: Vec<_> = notices.iter().map(|notice| notice.text.as_str()).collect();
        assert_eq!(texts, [disk_full().to_string()]);
    }

    #[test]
    fn what_is_done_is_said_in_the_status_line_for_some_seconds() {
        let mut notices = Notices::default();
        notices.confirm("Saved hat.png.");
        assert_eq!(notices.iter().count(), 0, "no card covers the picture");
        assert!(notices.expire(Instant::now()).is_some_and(|left| left <= Notices::DONE_FOR));
        assert_eq!(notices.done(), Some("Saved hat.png."));
        assert_eq!(notices.expire(Instant::now() + Notices::DONE_FOR), None);
        assert_eq!(notices.done(), None);
    }

    #[test]
    fn the_same_sentence_is_said_once() {
        let mut notices = Notices::default();
        notices.failed(&disk_full());
        notices.failed(&disk_full());
        assert_eq!(notices.iter().count(), 1);
    }
}
