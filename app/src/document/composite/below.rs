//! What lies below the layer that is painted on, flattened once for all dabs of a stroke.

use std::collections::HashMap;
use std::sync::Arc;

use super::{composite_tile, stamp};
use crate::document::layer::Layer;
use crate::document::layer_tree;
use crate::document::tiles::{Tile, TilePos};
use crate::document::{Document, LayerId, Pixel, PixelRect};

/// Tiles kept at most: 64 MB.
const MOST_TILES: usize = 128;

/// As much of the lower part's tile as has been needed, flattened.
#[derive(Clone, Debug)]
pub(super) struct Lower {
    stamp: u64,
    /// In canvas pixels.
    part: PixelRect,
    tile: Option<Arc<Tile<Pixel>>>,
}

impl Lower {
    /// The same with at least `part`.
    pub(super) fn with(mut self, layers: &[Layer], at: TilePos, part: PixelRect) -> Self {
        let whole = self.part.union(part);
        for missing in whole.around(self.part).into_iter().filter(|missing| !missing.is_empty()) {
            self.tile = composite_tile(layers, at, missing, self.tile.take());
        }
        Self { part: whole, ..self }
    }

    pub(super) fn tile(&self) -> Option<&Tile<Pixel>> {
        self.tile.as_deref()
    }
}

/// Tiles of the layers below one layer.
#[derive(Clone, Debug, Default)]
pub(super) struct Below {
    layer: Option<LayerId>,
    tiles: HashMap<TilePos, Lower>,
}

/// A document's layers in two parts, to be flattened one after the other.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) lower: &'a [Layer],
    pub(super) upper: &'a [Layer],
    /// See [`Document::structure_revision`].
    structure: u64,
}

impl<'a> Parts<'a> {
    /// Nothing below.
    pub(super) fn whole(document: &'a Document) -> Self {
        Self { lower: &[], upper: document.layers(), structure: document.structure_revision() }
    }

    /// Below the active layer or the outermost group that holds it, and from there on.
    pub(super) fn at_active(document: &'a Document) -> Self {
        let layers = document.layers();
        let holds_active = |layer: &Layer| layer_tree::find(std::slice::from_ref(layer), document.active()).is_some();
        let mut place = layers.iter().position(holds_active).unwrap_or_default();
        // A clipped layer cannot be without the one that it is clipped to.
        let begins_clipped = |place: usize| {
            let mut of_picture = layers.iter().skip(place).filter(|layer| layer.is_part_of_picture());
            of_picture.next().is_some_and(|layer| layer.props.clipped)
        };
        while place > 0 && begins_clipped(place) {
            place -= 1;
        }
        // One layer is as quickly read as what it would be flattened to.
        match layers.split_at_checked(place) {
            Some((lower, upper)) if lower.len() > 1 => Self { lower, upper, ..Self::whole(document) },
            _ => Self::whole(document),
        }
    }

    /// A number that differs whenever anything in the lower part's tile does; `None` where there is no lower part.
    pub(super) fn lower_stamp(&self, at: TilePos) -> Option<u64> {
        (!self.lower.is_empty()).then(|| stamp(self.structure, layer_tree::walk(self.lower), at))
    }
}

impl Below {
    /// Keeps only what lies below this layer.
    pub(super) fn follow(&mut self, layer: Option<LayerId>) {
        if std::mem::replace(&mut self.layer, layer) != layer {
            self.tiles.clear();
        }
    }

    /// What is kept of the tile and still true, to be given back.
    pub(super) fn take(&mut self, at: TilePos, stamp: u64) -> Lower {
        let kept = self.tiles.remove(&at).filter(|lower| lower.stamp == stamp);
        kept.unwrap_or(Lower { stamp, part: PixelRect::EMPTY, tile: None })
    }

    pub(super) fn keep(&mut self, at: TilePos, lower: Lower) {
        if self.tiles.len() == MOST_TILES {
            self.tiles.clear();
        }
        self.tiles.insert(at, lower);
    }
}
