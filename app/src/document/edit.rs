//! One invertible change of a document: the transaction is the undo.

use std::borrow::Cow;

use super::pixel::Pixel;
use super::tiles::{TileChange, TileGrid, TileValue, tile_bytes};
use super::{Document, MaskLook};

/// One part of an [`Edit`], with what was there before and after.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Picture(Vec<TileChange<Pixel>>),
    Mask(Vec<TileChange<u16>>),
    MaskLook {
        before: MaskLook,
        after: MaskLook,
    },
    /// The whole document, as when a picture of another size is opened.
    Document {
        before: Box<Document>,
        after: Box<Document>,
    },
}

/// A change of a document that can be undone and done again, with a name for the list.
///
/// Holds the tiles that changed as they were and as they became; both are shared with the document and with the edits
/// before and after, so that each state of a tile exists once.
#[derive(Clone, Debug)]
pub struct Edit {
    name: Cow<'static, str>,
    changes: Vec<Change>,
}

impl Edit {
    pub(crate) fn new(name: impl Into<Cow<'static, str>>, changes: Vec<Change>) -> Self {
        Self { name: name.into(), changes }
    }

    /// What the list of steps calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Does it (again). The document must be as it was before.
    pub fn apply(&self, document: &mut Document) {
        for change in &self.changes {
            change.set(document, Side::After);
        }
    }

    /// Undoes it. The document must be as it was after.
    pub fn revert(&self, document: &mut Document) {
        for change in self.changes.iter().rev() {
            change.set(document, Side::Before);
        }
    }

    /// Bytes that forgetting the edit frees, while it is done.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.changes.iter().map(|change| change.bytes(Side::Before)).sum()
    }

    /// Bytes that forgetting the edit frees, while it is undone.
    pub(crate) fn undone_bytes(&self) -> usize {
        self.changes.iter().map(|change| change.bytes(Side::After)).sum()
    }

    /// Whether it changes the mask's look and nothing else.
    pub(crate) fn is_look(&self) -> bool {
        matches!(self.changes.as_slice(), [Change::MaskLook { .. }])
    }

    /// Takes in a later change of the mask's look, if both are just that.
    pub(crate) fn absorb_look(&mut self, later: &Self) -> bool {
        let ([Change::MaskLook { after, .. }], [Change::MaskLook { after: latest, .. }]) =
            (self.changes.as_mut_slice(), later.changes.as_slice())
        else {
            return false;
        };
        *after = *latest;
        true
    }

    /// Whether it changes what is saved, rather than only the mask.
    pub(crate) fn changes_picture(&self) -> bool {
        self.changes.iter().any(|change| matches!(change, Change::Picture(_) | Change::Document { .. }))
    }
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

impl Change {
    fn set(&self, document: &mut Document, side: Side) {
        match self {
            Self::Picture(tiles) => set_tiles(&mut document.picture, tiles, side),
            Self::Mask(tiles) => set_tiles(&mut document.mask, tiles, side),
            Self::MaskLook { before, after } => document.mask_look = *side.of(before, after),
            Self::Document { before, after } => document.clone_from(side.of(before, after)),
        }
    }

    fn bytes(&self, side: Side) -> usize {
        match self {
            Self::Picture(tiles) => bytes_of(tiles, side),
            Self::Mask(tiles) => bytes_of(tiles, side),
            Self::MaskLook { .. } => 0,
            Self::Document { before, after } => side.of(before, after).bytes(),
        }
    }
}

impl Side {
    fn of<'a, T: ?Sized>(self, before: &'a T, after: &'a T) -> &'a T {
        match self {
            Self::Before => before,
            Self::After => after,
        }
    }
}

fn set_tiles<P: TileValue>(grid: &mut TileGrid<P>, tiles: &[TileChange<P>], side: Side) {
    for change in tiles {
        grid.set_tile(change.at, side.of(&change.before, &change.after).clone());
    }
}

fn bytes_of<P>(tiles: &[TileChange<P>], side: Side) -> usize {
    tiles.iter().filter(|change| side.of(&change.before, &change.after).is_some()).count() * tile_bytes::<P>()
}
