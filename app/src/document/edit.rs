//! One invertible change of a document: the transaction is the undo.

use std::borrow::Cow;

use super::hint_objects::HintObjects;
use super::layer::{Layer, LayerId, LayerProps};
use super::layer_tree::LayerPlace;
use super::pixel::Pixel;
use super::tiles::{TileChange, TileGrid, TileValue, tile_bytes};
use super::{Document, layer_tree};

/// One part of an [`Edit`], with what was there before and after.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Of a paint, result or hint layer.
    Pixels {
        layer: LayerId,
        tiles: Vec<TileChange<Pixel>>,
    },
    Mask {
        layer: LayerId,
        tiles: Vec<TileChange<u16>>,
    },
    Props {
        layer: LayerId,
        before: Box<LayerProps>,
        after: Box<LayerProps>,
    },
    Insert {
        place: LayerPlace,
        layer: Box<Layer>,
    },
    Remove {
        place: LayerPlace,
        layer: Box<Layer>,
    },
    /// `to` counts without the layer itself.
    Move {
        layer: LayerId,
        from: LayerPlace,
        to: LayerPlace,
    },
    /// What a hint layer is drawn from.
    Objects {
        layer: LayerId,
        before: Option<Box<HintObjects>>,
        after: Option<Box<HintObjects>>,
    },
    /// What is selected; `None` is everything.
    Selection {
        before: Option<Box<TileGrid<u16>>>,
        after: Option<Box<TileGrid<u16>>>,
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

    /// One step of several that were made one after the other; `None` of none.
    pub(crate) fn joined(name: impl Into<Cow<'static, str>>, edits: impl IntoIterator<Item = Self>) -> Option<Self> {
        let changes: Vec<_> = edits.into_iter().flat_map(|edit| edit.changes).collect();
        (!changes.is_empty()).then(|| Self::new(name, changes))
    }

    /// What the list of steps calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Does it (again). The document must be as it was before.
    pub fn apply(&self, document: &mut Document) {
        for change in &self.changes {
            change.set(document, Side::After);
        }
        document.settle();
    }

    /// Undoes it. The document must be as it was after.
    pub fn revert(&self, document: &mut Document) {
        for change in self.changes.iter().rev() {
            change.set(document, Side::Before);
        }
        document.settle();
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

    /// Whether it changes the properties of one layer and nothing else, as a dragged slider does again and again.
    pub(crate) fn is_of_props(&self) -> bool {
        matches!(self.changes.as_slice(), [Change::Props { .. }])
    }

    /// Takes in a later change of the same layer's properties, if both are just that and of the same name.
    pub(crate) fn absorb_props(&mut self, later: &Self) -> bool {
        let ([Change::Props { layer, after, .. }], [Change::Props { layer: latest_layer, after: latest, .. }]) =
            (self.changes.as_mut_slice(), later.changes.as_slice())
        else {
            return false;
        };
        let is_same = layer == latest_layer && self.name == later.name;
        if is_same {
            after.clone_from(latest);
        }
        is_same
    }

    /// Whether it changes what a file of layers keeps, rather than only what is selected.
    pub(crate) fn changes_layers(&self) -> bool {
        !self.changes.iter().all(|change| matches!(change, Change::Selection { .. }))
    }

    /// Whether it changes what was drawn, also as a hint, rather than only masks and what is selected.
    pub(crate) fn changes_picture(&self) -> bool {
        self.changes.iter().any(|change| match change {
            Change::Pixels { .. }
            | Change::Objects { .. }
            | Change::Props { .. }
            | Change::Move { .. }
            | Change::Document { .. } => true,
            Change::Insert { layer, .. } | Change::Remove { layer, .. } => !layer.is_mask(),
            Change::Mask { .. } | Change::Selection { .. } => false,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

impl Change {
    fn set(&self, document: &mut Document, side: Side) {
        match self {
            Self::Pixels { layer, tiles } => {
                if let Some(grid) = document.layer_mut(*layer).and_then(Layer::pixels_mut) {
                    set_tiles(grid, tiles, side);
                }
            }
            Self::Mask { layer, tiles } => {
                if let Some(grid) = document.layer_mut(*layer).and_then(Layer::mask_mut) {
                    set_tiles(grid, tiles, side);
                }
            }
            Self::Props { layer, before, after } => {
                if let Some(layer) = document.layer_mut(*layer) {
                    layer.props = side.of(before, after).as_ref().clone();
                }
                document.structure_changed();
            }
            Self::Insert { place, layer } => document.put_or_take(*place, layer, side == Side::After),
            Self::Remove { place, layer } => document.put_or_take(*place, layer, side == Side::Before),
            Self::Move { layer, from, to } => {
                if let Some(taken) = layer_tree::take(document.layers_mut(), *layer) {
                    document.put(*side.of(from, to), taken);
                }
            }
            Self::Objects { layer, before, after } => {
                document.set_hint_objects(*layer, side.of(before, after).as_deref().cloned());
            }
            Self::Selection { before, after } => document.set_selected(side.of(before, after).as_deref().cloned()),
            Self::Document { before, after } => document.clone_from(side.of(before, after)),
        }
    }

    fn bytes(&self, side: Side) -> usize {
        match self {
            Self::Pixels { tiles, .. } => bytes_of(tiles, side),
            Self::Mask { tiles, .. } => bytes_of(tiles, side),
            Self::Insert { layer, .. } if side == Side::After => layer.bytes(),
            Self::Remove { layer, .. } if side == Side::Before => layer.bytes(),
            Self::Insert { .. }
            | Self::Remove { .. }
            | Self::Props { .. }
            | Self::Move { .. }
            | Self::Objects { .. } => 0,
            Self::Selection { before, after } => side.of(before, after).as_ref().map_or(0, |grid| grid.bytes()),
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
