//! Closing pictures and leaving the program: asked once before changes would be lost.

use std::path::PathBuf;

use super::Studio;

/// What waits for the answer whether changes are to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterQuestion {
    /// The picture in front is closed.
    Close,
    Quit,
}

/// What must be answered before anything else is done with the picture in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// "Save the changes first?", asked once before they would be lost.
    Unsaved { after: AfterQuestion },
    /// The picture is to be saved to a file that cannot keep its layers.
    CannotKeepLayers { path: PathBuf },
}

impl Studio {
    /// Closes the picture in front, after asking where changes would be lost.
    pub fn close_picture(&mut self) {
        self.unless_modified(AfterQuestion::Close);
    }

    /// Leaves the program, after asking of every picture where changes would be lost. See [`Self::may_leave`].
    pub fn quit(&mut self) {
        self.settled.clear();
        self.unless_modified(AfterQuestion::Quit);
    }

    /// Whether the window may close now.
    #[must_use]
    pub fn may_leave(&self) -> bool {
        self.leave
    }

    pub(super) fn unless_modified(&mut self, after: AfterQuestion) {
        if self.saves.is_under_way() {
            self.after_save = Some(after);
        } else if self.is_modified() || self.is_editing() {
            self.question = Some(Question::Unsaved { after });
        } else {
            self.go_on(after);
        }
    }

    fn go_on(&mut self, after: AfterQuestion) {
        match after {
            AfterQuestion::Close => self.drop_front(),
            AfterQuestion::Quit => {
                self.settled.push(self.picture_number);
                let Some(number) = self.unsettled() else {
                    self.leave = true;
                    return;
                };
                self.bring_to_front(number);
                if self.picture_number == number {
                    self.unless_modified(AfterQuestion::Quit);
                }
            }
        }
    }

    /// The question that waits for an answer.
    #[must_use]
    pub fn question(&self) -> Option<&Question> {
        self.question.as_ref()
    }

    /// Saves first, then goes on once that is done.
    pub fn answer_save(&mut self) {
        if let Some(Question::Unsaved { after }) = self.question.take() {
            self.after_save = Some(after);
            self.save();
        }
    }

    /// Goes on; the changes are lost.
    pub fn answer_discard(&mut self) {
        if let Some(Question::Unsaved { after }) = self.question.take() {
            self.go_on(after);
        }
    }

    /// Stays where we are.
    pub fn answer_stay(&mut self) {
        self.question = None;
        self.after_save = None;
    }
}
