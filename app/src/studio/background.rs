//! Changes of the document that may take a while: they are made on a copy, on a thread of their own, and the edit that
//! comes back is done once more on the document itself, which costs next to nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use super::poses::with_figures_redrawn;
use super::{Message, Studio};
use crate::document::{Document, DocumentError, Edit, TileGrid};
use crate::language::{text, text_with, told};

type Operation = Arc<dyn Fn(&mut Document) -> Result<Option<Edit>, DocumentError> + Send + Sync>;

/// Edits that are not made yet. They are made one after the other, in the order in which they were asked for.
#[derive(Default)]
pub(super) struct Edits {
    /// For the one before to be made, or a stroke to end; with the pictures they are for.
    waiting: VecDeque<(u64, Operation)>,
    /// Lives as long as a thread is changing a copy of the document, or its edit waits to be taken in.
    under_way: Weak<()>,
}

/// What came of an operation on a copy of the document.
pub struct EditMade {
    picture: u64,
    operation: Operation,
    based_on: State,
    edit: Result<Option<Edit>, DocumentError>,
    token: Arc<()>,
}

/// Tells states of a document apart as far as operations can see them.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    content: u64,
    selection: Option<u64>,
    layers: [u64; 2],
}

impl State {
    fn of(document: &Document) -> Self {
        Self {
            content: document.content_revision(),
            selection: document.selection().map(TileGrid::latest_revision),
            layers: [document.active().number(), document.active_mask().number()],
        }
    }
}

impl Studio {
    /// Changes the document by an operation on another thread. Should the document change before it is done, the
    /// operation is done again on what it has become.
    pub fn edit_in_background(
        &mut self,
        operation: impl Fn(&mut Document) -> Result<Option<Edit>, DocumentError> + Send + Sync + 'static,
    ) {
        self.edit_picture_in_background(self.picture_number, operation);
    }

    /// As [`Self::edit_in_background`], of a picture that may stand aside; nothing if it has been closed.
    pub(super) fn edit_picture_in_background(
        &mut self,
        picture: u64,
        operation: impl Fn(&mut Document) -> Result<Option<Edit>, DocumentError> + Send + Sync + 'static,
    ) {
        self.edits.waiting.push_back((picture, Arc::new(operation)));
        self.start_edits();
    }

    /// Begins with the edit that has waited longest, if it is its turn.
    pub(super) fn start_edits(&mut self) {
        while !self.is_painting() && self.edits.under_way.strong_count() == 0 {
            let Some((picture, operation)) = self.edits.waiting.pop_front() else { return };
            self.start_edit(picture, operation);
        }
    }

    fn start_edit(&mut self, picture: u64, operation: Operation) {
        let Some(mut copy) = self.document_of(picture).cloned() else { return };
        let based_on = State::of(&copy);
        let token = Arc::new(());
        self.edits.under_way = Arc::downgrade(&token);
        self.spawn_work("edit", text("work-edit"), move || {
            let edit = operation(&mut copy).map(|edit| edit.map(|edit| with_figures_redrawn(edit, &mut copy)));
            Message::Edited(Box::new(EditMade { picture, operation, based_on, edit, token }))
        });
    }

    /// Whether an edit is being made on another thread, or a step of the history is read.
    #[must_use]
    pub fn is_editing(&self) -> bool {
        self.is_stepping() || self.edits.under_way.strong_count() > 0 || !self.edits.waiting.is_empty()
    }

    pub(super) fn take_in_edited(&mut self, made: EditMade) {
        let EditMade { picture, operation, based_on, edit, token } = made;
        drop(token);
        let Some(now) = self.document_of(picture).map(State::of) else { return };
        let is_in_front = picture == self.picture_number;
        if based_on != now || (is_in_front && self.is_painting()) {
            self.edits.waiting.push_front((picture, operation));
            self.start_edits();
            return;
        }
        match edit {
            Ok(Some(edit)) if is_in_front => {
                edit.apply(&mut self.document);
                self.remember(edit);
            }
            Ok(Some(edit)) => self.edit_aside(picture, &edit),
            Ok(None) => {}
            Err(error) => self.notices.say(text_with("nothing-changed", &[("why", told(&error).into())])),
        }
    }
}
