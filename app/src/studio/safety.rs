//! Nothing is lost: every change of the open picture goes to a journal, and what a crash has left is offered.
//!
//! The journal is begun with the first change and ends when the picture is saved, put away or the window closed.

use std::path::PathBuf;
use std::time::SystemTime;

use brushfire_engine::Recipe;
use serde::{Deserialize, Serialize};

use super::Studio;
use super::files::Replacement;
use super::mailbox::{Mailbox, Message};
use super::notices::Notices;
use crate::document::journal::{Abandoned, Journal, JournalTrouble, Op, RecoverError, Recovered, abandoned};
use crate::document::{Document, Edit, History};
use crate::language::{text_with, told};

/// The journal of the open picture.
pub(super) struct Safety {
    /// `None`: no journals are kept.
    folder: Option<PathBuf>,
    journal: Option<Journal>,
    /// What other starts of the program have left, the latest last.
    found: Vec<Found>,
    /// Bytes of memory for the history of a picture.
    history_budget: usize,
}

impl Default for Safety {
    fn default() -> Self {
        Self { folder: None, journal: None, found: vec![], history_budget: History::<Recipe>::DEFAULT_BUDGET }
    }
}

impl Safety {
    /// Begins a journal of this picture; `None` where none are kept, or where that cannot be done.
    pub(super) fn begin(
        &mut self,
        document: &Document,
        about: &About,
        mailbox: &Mailbox,
        notices: &mut Notices,
    ) -> Option<Journal> {
        let folder = self.folder.as_deref()?;
        let mailbox = mailbox.clone();
        let on_trouble = move |trouble: JournalTrouble| mailbox.send(Message::JournalTrouble(trouble));
        match Journal::begin(folder, &fresh_name(), document, on_trouble) {
            Ok(mut journal) => {
                about.go_to(&mut journal, document);
                Some(journal)
            }
            Err(error) => {
                let values = [("folder", folder.display().to_string().into()), ("why", told(&error).into())];
                notices.failed_as(text_with("no-journal", &values), &error);
                // Said once; the next start tries again.
                self.folder = None;
                None
            }
        }
    }

    /// An empty history, whose older steps go to disk where journals are kept.
    pub(super) fn new_history(&self) -> History<Recipe> {
        let mut history = History::new(self.history_budget);
        if let Some(Err(error)) = self.folder.as_deref().map(|folder| history.keep_older_steps_in(folder)) {
            log::warn!("older steps will be forgotten instead of kept on disk: {error}");
        }
        history
    }
}

/// A picture that a crash has left.
pub struct Found {
    abandoned: Abandoned,
    recovered: Recovered,
    about: About,
}

/// What a journal keeps beside the picture.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct About {
    pub path: Option<PathBuf>,
    pub recipe: Recipe,
}

impl About {
    fn go_to(&self, journal: &mut Journal, document: &Document) {
        if let Ok(json) = serde_json::to_string(self) {
            journal.record_context(json, document);
        }
    }
}

impl Found {
    /// The name of the file it was opened from or saved to.
    #[must_use]
    pub fn file_name(&self) -> Option<String> {
        Some(self.about.path.as_deref()?.file_name()?.to_string_lossy().into_owned())
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> [u32; 2] {
        let size = self.recovered.document.size();
        [size.width(), size.height()]
    }

    #[must_use]
    pub fn last_change(&self) -> Option<SystemTime> {
        self.abandoned.last_change()
    }
}

impl Studio {
    /// From now on every change is kept in this folder until the picture is saved; what is left there by a program that
    /// ended otherwise is read, on another thread, and then offered.
    pub fn keep_journals_in(&mut self, folder: PathBuf) {
        self.safety.folder = Some(folder.clone());
        self.history = self.safety.new_history();
        let mailbox = self.mailbox();
        self.mailbox.spawn("find-journals", move || {
            for abandoned in abandoned(&folder) {
                match abandoned.recover() {
                    Ok(recovered) => mailbox.send(Message::Found(Box::new(found(abandoned, recovered)))),
                    Err(error @ RecoverError::NoPicture { .. }) => {
                        log::warn!("{error}");
                        abandoned.discard();
                    }
                    // A newer version, or a disk that is back, may make something of it.
                    Err(error) => log::warn!("{error}"),
                }
            }
            None
        });
    }

    /// Bytes of memory that the history of each picture may take; what is older goes to disk.
    pub fn set_history_budget(&mut self, bytes: usize) {
        if self.safety.history_budget == bytes {
            return;
        }
        self.safety.history_budget = bytes;
        self.history.set_budget(bytes);
        self.aside.iter_mut().for_each(|aside| aside.set_history_budget(bytes));
    }

    /// Bytes of memory that the histories of all open pictures take.
    #[must_use]
    pub fn history_bytes(&self) -> usize {
        self.aside.iter().map(|aside| aside.history_bytes()).sum::<usize>() + self.history.bytes()
    }

    pub(super) fn take_in_found(&mut self, found: Found) {
        self.safety.found.push(found);
    }

    /// The picture that a crash has left and that nobody has decided on yet.
    #[must_use]
    pub fn found_picture(&self) -> Option<&Found> {
        self.safety.found.last()
    }

    /// Opens the found picture.
    pub fn recover_found(&mut self) {
        let Some(Found { abandoned, recovered, about }) = self.safety.found.pop() else { return };
        self.open_beside(Replacement {
            document: recovered.document,
            path: about.path,
            recipe: None,
            recovered: Some((abandoned, Box::new(about.recipe))),
            notices: vec![],
            is_unsaved: true,
        });
    }

    /// Deletes the found picture.
    pub fn discard_found(&mut self) {
        if let Some(found) = self.safety.found.pop() {
            found.abandoned.discard();
        }
    }

    /// Leaves found pictures for the next start.
    pub fn leave_found(&mut self) {
        self.safety.found.clear();
    }

    /// After a recovered picture has taken its place: it is safe in a journal of its own before the old one goes.
    pub(super) fn settle_recovered(&mut self, abandoned: Abandoned, recipe: Recipe) {
        self.recipe = recipe;
        self.recipe_in_history = self.recipe.clone();
        self.begin_journal();
        if let Some(journal) = &self.safety.journal {
            let written = journal.flush_then();
            self.mailbox.spawn("recovered", move || {
                if written.wait() {
                    abandoned.discard();
                }
                None
            });
        }
    }

    /// An edit that has been made joins the history and the journal.
    pub(super) fn remember(&mut self, edit: Edit) {
        self.stop_stepping();
        self.keep(edit.ops());
        self.history.push(edit);
    }

    /// As [`Studio::remember`], for an accepted result.
    pub(super) fn remember_result(&mut self, edit: Edit, made_by: Recipe) {
        self.stop_stepping();
        self.keep(edit.ops());
        self.history.push_result(edit, made_by);
    }

    /// What the picture has become goes to the journal.
    pub(super) fn keep(&mut self, ops: Vec<Op>) {
        if self.safety.journal.is_none() {
            // It begins with the whole picture, these changes included.
            self.begin_journal();
        } else if let Some(journal) = &self.safety.journal {
            journal.record_ops(ops, &self.document);
        }
    }

    /// The parameters have changed, or the file's name.
    pub(super) fn keep_context(&mut self) {
        let about = self.about();
        if let Some(journal) = &mut self.safety.journal {
            about.go_to(journal, &self.document);
        }
    }

    fn begin_journal(&mut self) {
        let about = self.about();
        self.safety.journal = self.safety.begin(&self.document, &about, &self.mailbox, &mut self.notices);
    }

    fn about(&self) -> About {
        About { path: self.path.clone(), recipe: self.recipe.clone() }
    }

    /// The picture is in a file or is not wanted: nothing of it is to be recovered.
    pub(super) fn end_journal(&mut self) {
        if let Some(journal) = self.safety.journal.take() {
            journal.discard();
        }
    }

    /// Another picture comes to the front, and its journal with it; returns that of the last one.
    pub(super) fn exchange_journal(&mut self, next: Option<Journal>) -> Option<Journal> {
        std::mem::replace(&mut self.safety.journal, next)
    }

    /// The window closes and all questions have been answered. Waits for the journals' files to be gone.
    pub fn close(&mut self) {
        if let Some(journal) = self.safety.journal.take() {
            journal.discard_and_wait();
        }
        for aside in std::mem::take(&mut self.aside) {
            aside.close();
        }
    }
}

fn found(abandoned: Abandoned, recovered: Recovered) -> Found {
    let about = recovered.context.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    Found { abandoned, recovered, about }
}

/// A name that no other journal has: the time, and this process.
fn fresh_name() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{}-{}", now.as_millis(), std::process::id())
}
