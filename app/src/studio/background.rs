//! Changes of the document that may take a while: they are made on a copy, on a thread of their own, and the edit that
//! comes back is done once more on the document itself, which costs next to nothing.

use std::sync::Arc;

use super::{Message, Studio};
use crate::document::{Document, DocumentError, Edit, Layer, TileGrid};

type Operation = Arc<dyn Fn(&mut Document) -> Result<Option<Edit>, DocumentError> + Send + Sync>;

/// Edits that are not made yet.
#[derive(Default)]
pub(super) struct Edits {
    /// For a stroke to end.
    waiting: Vec<Operation>,
    /// Threads that are changing copies of the document.
    under_way: usize,
}

/// What came of an operation on a copy of the document.
pub struct EditMade {
    operation: Operation,
    based_on: State,
    edit: Result<Option<Edit>, DocumentError>,
}

/// Tells states of a document apart as far as operations can see them.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    opened: u64,
    content: u64,
    selection: Option<u64>,
    layers: [u64; 2],
}

impl Studio {
    /// Changes the document by an operation on another thread. Should the document change before it is done, the
    /// operation is done again on what it has become.
    pub fn edit_in_background(
        &mut self,
        operation: impl Fn(&mut Document) -> Result<Option<Edit>, DocumentError> + Send + Sync + 'static,
    ) {
        self.edits.waiting.push(Arc::new(operation));
        self.start_edits();
    }

    /// Begins with what has waited for a stroke to end.
    pub(super) fn start_edits(&mut self) {
        if !self.is_painting() {
            std::mem::take(&mut self.edits.waiting).into_iter().for_each(|operation| self.start_edit(operation));
        }
    }

    fn start_edit(&mut self, operation: Operation) {
        let (mut copy, based_on) = (self.document().clone(), self.state());
        self.edits.under_way += 1;
        self.mailbox.spawn("edit", move || {
            let edit = operation(&mut copy);
            Message::Edited(Box::new(EditMade { operation, based_on, edit }))
        });
    }

    /// Whether an edit is being made on another thread.
    #[must_use]
    pub fn is_editing(&self) -> bool {
        self.edits.under_way > 0 || !self.edits.waiting.is_empty()
    }

    pub(super) fn take_in_edited(&mut self, made: EditMade) {
        self.edits.under_way = self.edits.under_way.saturating_sub(1);
        let now = self.state();
        if made.based_on.opened != now.opened {
            // It was meant for another picture.
        } else if made.based_on != now || self.is_painting() {
            self.edits.waiting.push(made.operation);
            self.start_edits();
        } else {
            match made.edit {
                Ok(Some(edit)) => {
                    edit.apply(&mut self.document);
                    self.remember(edit);
                }
                Ok(None) => {}
                Err(error) => self.notices.say(format!("Nothing was changed: {error}.")),
            }
        }
    }

    fn state(&self) -> State {
        let document = self.document();
        let of_layer = |layer: &Layer| {
            let pixels = layer.pixels().map_or(0, TileGrid::latest_revision);
            pixels.max(layer.mask().map_or(0, TileGrid::latest_revision))
        };
        State {
            opened: self.picture_number(),
            content: document.all_layers().map(of_layer).fold(document.structure_revision(), u64::max),
            selection: document.selection().map(TileGrid::latest_revision),
            layers: [document.active().number(), document.active_mask().number()],
        }
    }
}
