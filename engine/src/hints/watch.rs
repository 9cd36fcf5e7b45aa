//! Telling how far the work is, and hearing that it is no longer wanted.

use crate::nn::{CancelToken, Interrupted};

/// Who waits for a hint.
pub struct Watch<'a> {
    /// Told the share that is done, 0 to 1, never less than before.
    progress: &'a mut dyn FnMut(f32),
    cancel: &'a CancelToken,
    /// The part of the whole work that is done under this watch.
    from: f32,
    to: f32,
}

impl<'a> Watch<'a> {
    #[must_use]
    pub fn new(progress: &'a mut dyn FnMut(f32), cancel: &'a CancelToken) -> Self {
        Self { progress, cancel, from: 0.0, to: 1.0 }
    }

    /// To be called with `?` wherever stopping is possible: tells that `share` of the work, 0 to 1, is done.
    ///
    /// # Errors
    /// The work is no longer wanted.
    pub fn reached(&mut self, share: f32) -> Result<(), Interrupted> {
        self.cancel.check()?;
        (self.progress)(self.from + (self.to - self.from) * share.clamp(0.0, 1.0));
        Ok(())
    }

    /// A watch over a part of this one's work: what is 0 to 1 there is `from` to `to` here.
    pub fn part(&mut self, from: f32, to: f32) -> Watch<'_> {
        let at = |share: f32| self.from + (self.to - self.from) * share;
        let (from, to) = (at(from), at(to));
        Watch { progress: &mut *self.progress, cancel: self.cancel, from, to }
    }

    /// For work that looks for itself whether it is still wanted.
    #[must_use]
    pub fn cancel_token(&self) -> &'a CancelToken {
        self.cancel
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_parts_are_told_as_shares_of_the_whole_until_it_is_cancelled() {
        let mut told = Vec::new();
        let mut tell = |share| told.push(share);
        let cancel = CancelToken::new();
        let mut watch = Watch::new(&mut tell, &cancel);
        let mut half = watch.part(0.5, 1.0);
        half.part(0.0, 0.5).reached(1.0).unwrap();
        half.reached(7.0).unwrap();
        cancel.cancel();
        assert_eq!(watch.reached(0.0), Err(Interrupted));
        assert_eq!(told, [0.75, 1.0]);
    }
}
