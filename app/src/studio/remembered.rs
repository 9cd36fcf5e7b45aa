//! An answer that is expensive to find and asked for every frame.

use std::cell::Cell;

/// The last answer, and the fingerprint of what it was found for.
pub(super) struct Remembered<T>(Cell<Option<(u64, T)>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Cell::new(None))
    }
}

impl<T: Copy> Remembered<T> {
    /// The answer for this fingerprint; found anew only if it is not the last one's.
    pub(super) fn get(&self, fingerprint: u64, find: impl FnOnce() -> T) -> T {
        match self.0.get() {
            Some((known, answer)) if known == fingerprint => answer,
            _ => {
                let answer = find();
                self.0.set(Some((fingerprint, answer)));
                answer
            }
        }
    }

    /// The last answer, whatever it was found for.
    pub(super) fn last(&self) -> Option<T> {
        self.0.get().map(|(_, answer)| answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_found_once_for_one_fingerprint() {
        let remembered = Remembered::default();
        assert_eq!(remembered.last(), None);
        assert_eq!(remembered.get(1, || "found"), "found");
        assert_eq!(remembered.get(1, || "found again"), "found");
        assert_eq!(remembered.get(2, || "found for another"), "found for another");
        assert_eq!(remembered.last(), Some("found for another"));
    }
}
