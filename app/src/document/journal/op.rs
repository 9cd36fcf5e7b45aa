//! What a change made of a document, without what was there before.

use std::sync::Arc;

use super::super::edit::{Change, Edit};
use super::super::hint_objects::HintObjects;
use super::super::layer::{Layer, LayerId, LayerProps};
use super::super::layer_tree::{self, LayerPlace};
use super::super::tiles::{Tile, TileChange, TileGrid, TilePos};
use super::super::{Document, Pixel};

/// A tile's place and what it became; `None` is empty.
pub(crate) type NewTile<P> = (TilePos, Option<Arc<Tile<P>>>);

/// One part of a record.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// The whole document; all that came before counts no more.
    Document(Box<Document>),
    Pixels {
        layer: LayerId,
        tiles: Vec<NewTile<Pixel>>,
    },
    Mask {
        layer: LayerId,
        tiles: Vec<NewTile<u16>>,
    },
    Props {
        layer: LayerId,
        props: Box<LayerProps>,
    },
    Insert {
        place: LayerPlace,
        layer: Box<Layer>,
    },
    Remove {
        layer: LayerId,
    },
    Move {
        layer: LayerId,
        to: LayerPlace,
    },
    /// What a hint layer is drawn from.
    Objects {
        layer: LayerId,
        objects: Option<Box<HintObjects>>,
    },
    Selection(Option<Box<TileGrid<u16>>>),
    /// What else the program wants to find again (the file's name, the parameters), as JSON that only it understands.
    Context(String),
}

impl Edit {
    /// What doing it makes of the document.
    pub(crate) fn ops(&self) -> Vec<Op> {
        self.changes().iter().map(done).collect()
    }

    /// What undoing it makes of the document.
    pub(crate) fn inverse_ops(&self) -> Vec<Op> {
        self.changes().iter().rev().map(undone).collect()
    }
}

fn done(change: &Change) -> Op {
    match change {
        Change::Pixels { layer, tiles } => Op::Pixels { layer: *layer, tiles: after(tiles) },
        Change::Mask { layer, tiles } => Op::Mask { layer: *layer, tiles: after(tiles) },
        Change::Props { layer, after, .. } => Op::Props { layer: *layer, props: after.clone() },
        Change::Insert { place, layer } => Op::Insert { place: *place, layer: layer.clone() },
        Change::Remove { layer, .. } => Op::Remove { layer: layer.id },
        Change::Move { layer, to, .. } => Op::Move { layer: *layer, to: *to },
        Change::Objects { layer, after, .. } => Op::Objects { layer: *layer, objects: after.clone() },
        Change::Selection { after, .. } => Op::Selection(after.clone()),
        Change::Document { after, .. } => Op::Document(after.clone()),
    }
}

fn undone(change: &Change) -> Op {
    match change {
        Change::Pixels { layer, tiles } => Op::Pixels { layer: *layer, tiles: before(tiles) },
        Change::Mask { layer, tiles } => Op::Mask { layer: *layer, tiles: before(tiles) },
        Change::Props { layer, before, .. } => Op::Props { layer: *layer, props: before.clone() },
        Change::Insert { layer, .. } => Op::Remove { layer: layer.id },
        Change::Remove { place, layer } => Op::Insert { place: *place, layer: layer.clone() },
        Change::Move { layer, from, .. } => Op::Move { layer: *layer, to: *from },
        Change::Objects { layer, before, .. } => Op::Objects { layer: *layer, objects: before.clone() },
        Change::Selection { before, .. } => Op::Selection(before.clone()),
        Change::Document { before, .. } => Op::Document(before.clone()),
    }
}

fn after<P>(tiles: &[TileChange<P>]) -> Vec<NewTile<P>> {
    tiles.iter().map(|change| (change.at, change.after.clone())).collect()
}

fn before<P>(tiles: &[TileChange<P>]) -> Vec<NewTile<P>> {
    tiles.iter().map(|change| (change.at, change.before.clone())).collect()
}

impl Op {
    /// Makes the document what it was.
    pub(crate) fn apply(self, document: &mut Document) {
        match self {
            Self::Document(other) => *document = *other,
            Self::Pixels { layer, tiles } => {
                if let Some(grid) = document.layer_mut(layer).and_then(Layer::pixels_mut) {
                    tiles.into_iter().for_each(|(at, tile)| grid.set_tile(at, tile));
                }
            }
            Self::Mask { layer, tiles } => {
                if let Some(grid) = document.layer_mut(layer).and_then(Layer::mask_mut) {
                    tiles.into_iter().for_each(|(at, tile)| grid.set_tile(at, tile));
                }
            }
            Self::Props { layer, props } => {
                if let Some(layer) = document.layer_mut(layer) {
                    layer.props = *props;
                }
                document.structure_changed();
            }
            Self::Insert { place, layer } => document.put_or_take(place, &layer, true),
            Self::Remove { layer } => _ = layer_tree::take(document.layers_mut(), layer),
            Self::Move { layer, to } => {
                if let Some(taken) = layer_tree::take(document.layers_mut(), layer) {
                    document.put(to, taken);
                }
            }
            Self::Objects { layer, objects } => document.set_hint_objects(layer, objects.map(|objects| *objects)),
            Self::Selection(selected) => document.set_selected(selected.map(|grid| *grid)),
            Self::Context(_) => {}
        }
        document.settle();
    }
}
