//! Ops as bytes. Numbers are little endian; tiles are compressed by LZ4 and written once however often they are used.
//!
//! ```text
//! op       tag:u8 ...
//! tile     0                                          empty
//!          1 length:u32 lz4                           new; gets the next number in this payload
//!          2 number:u32                               the same as an earlier one
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use super::super::hint_objects::HintObjects;
use super::super::layer::{Layer, LayerContent, LayerId};
use super::super::layer_tree::LayerPlace;
use super::super::tiles::{Tile, TileGrid, TilePos, TileValue};
use super::super::{CanvasSize, Document, FileDepth};
use super::op::{NewTile, Op};

/// What is said about a document in one byte.
pub(super) mod about {
    pub const SIXTEEN_BITS: u8 = 1;
    /// Pixels of an inch follow.
    pub const DENSITY: u8 = 2;
}

/// What an op begins with.
pub(super) mod tag {
    pub const DOCUMENT: u8 = 0;
    pub const PIXELS: u8 = 1;
    pub const MASK: u8 = 2;
    pub const PROPS: u8 = 3;
    pub const INSERT: u8 = 4;
    pub const REMOVE: u8 = 5;
    pub const MOVE: u8 = 6;
    pub const SELECTION: u8 = 7;
    pub const CONTEXT: u8 = 8;
    pub const OBJECTS: u8 = 9;

    pub const PAINT: u8 = 0;
    pub const RESULT: u8 = 1;
    pub const HINT: u8 = 2;
    pub const MASK_LAYER: u8 = 3;
    pub const GROUP: u8 = 4;
    /// A hint that is drawn from objects.
    pub const HINT_OF_OBJECTS: u8 = 5;

    pub const EMPTY_TILE: u8 = 0;
    pub const NEW_TILE: u8 = 1;
    pub const SAME_TILE: u8 = 2;
}

/// The payload of a record.
pub(crate) fn encode(ops: &[Op]) -> Vec<u8> {
    let mut encoder = Encoder::default();
    for op in ops {
        encoder.op(op);
    }
    encoder.bytes
}

#[derive(Default)]
struct Encoder {
    bytes: Vec<u8>,
    /// The numbers of the tiles written, by where they lie in memory; they live as long as the ops.
    written: HashMap<usize, u32>,
}

impl Encoder {
    fn op(&mut self, op: &Op) {
        match op {
            Op::Document(document) => {
                self.byte(tag::DOCUMENT);
                self.document(document);
            }
            Op::Pixels { layer, tiles } => {
                self.byte(tag::PIXELS);
                self.id(*layer);
                self.tiles(tiles);
            }
            Op::Mask { layer, tiles } => {
                self.byte(tag::MASK);
                self.id(*layer);
                self.tiles(tiles);
            }
            Op::Props { layer, props } => {
                self.byte(tag::PROPS);
                self.id(*layer);
                self.json(props);
            }
            Op::Insert { place, layer } => {
                self.byte(tag::INSERT);
                self.place(*place);
                self.size(layer.size());
                self.layer(layer);
            }
            Op::Remove { layer } => {
                self.byte(tag::REMOVE);
                self.id(*layer);
            }
            Op::Move { layer, to } => {
                self.byte(tag::MOVE);
                self.id(*layer);
                self.place(*to);
            }
            Op::Objects { layer, objects } => {
                self.byte(tag::OBJECTS);
                self.id(*layer);
                self.byte(u8::from(objects.is_some()));
                if let Some(objects) = objects {
                    self.objects(objects);
                }
            }
            Op::Selection(selected) => {
                self.byte(tag::SELECTION);
                self.selection(selected.as_deref());
            }
            Op::Context(json) => {
                self.byte(tag::CONTEXT);
                self.text(json);
            }
        }
    }

    fn document(&mut self, document: &Document) {
        self.size(Some(document.size()));
        let has_16_bits = document.file_depth == FileDepth::Sixteen;
        let density = document.pixels_per_inch();
        self.byte(if has_16_bits { about::SIXTEEN_BITS } else { 0 } | density.map_or(0, |_| about::DENSITY));
        density.into_iter().flatten().for_each(|side| self.number(side));
        self.id(document.active());
        self.id(document.active_mask());
        self.selection(document.selection());
        self.layers(document.layers());
    }

    fn selection(&mut self, selected: Option<&TileGrid<u16>>) {
        self.size(selected.map(TileGrid::size));
        if let Some(grid) = selected {
            self.grid(grid);
        }
    }

    fn layers(&mut self, layers: &[Layer]) {
        self.number(layers.len() as u32);
        for layer in layers {
            self.layer(layer);
        }
    }

    fn layer(&mut self, layer: &Layer) {
        self.id(layer.id);
        self.json(&layer.props);
        match &layer.content {
            LayerContent::Paint(pixels) => {
                self.byte(tag::PAINT);
                self.grid(pixels);
            }
            LayerContent::Result { pixels, recipe } => {
                self.byte(tag::RESULT);
                self.byte(u8::from(recipe.is_some()));
                self.text(recipe.as_deref().unwrap_or_default());
                self.grid(pixels);
            }
            LayerContent::Hint { pixels, kind, objects } => {
                self.byte(if objects.is_some() { tag::HINT_OF_OBJECTS } else { tag::HINT });
                self.text(kind);
                if let Some(objects) = objects {
                    self.objects(objects);
                }
                self.grid(pixels);
            }
            LayerContent::Mask(values) => {
                self.byte(tag::MASK_LAYER);
                self.grid(values);
            }
            LayerContent::Group(children) => {
                self.byte(tag::GROUP);
                self.layers(children);
            }
        }
    }

    fn objects(&mut self, objects: &HintObjects) {
        self.text(&objects.text);
        for value in objects.placement.rows().as_flattened() {
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    fn grid<P: TileValue + bytemuck::Pod>(&mut self, grid: &TileGrid<P>) {
        let tiles: Vec<NewTile<P>> =
            grid.positions().map(|at| (at, grid.shared_tile(at))).filter(|(_, tile)| tile.is_some()).collect();
        self.tiles(&tiles);
    }

    fn tiles<P: TileValue + bytemuck::Pod>(&mut self, tiles: &[NewTile<P>]) {
        self.number(tiles.len() as u32);
        for (TilePos { column, row }, tile) in tiles {
            self.number(*column);
            self.number(*row);
            self.tile(tile.as_ref());
        }
    }

    fn tile<P: TileValue + bytemuck::Pod>(&mut self, tile: Option<&Arc<Tile<P>>>) {
        let Some(tile) = tile else { return self.byte(tag::EMPTY_TILE) };
        let next = self.written.len() as u32;
        match self.written.entry(Arc::as_ptr(tile) as usize) {
            std::collections::hash_map::Entry::Occupied(known) => {
                let number = *known.get();
                self.byte(tag::SAME_TILE);
                self.number(number);
            }
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(next);
                let packed = lz4_flex::block::compress(bytemuck::cast_slice(tile.values()));
                self.byte(tag::NEW_TILE);
                self.blob(&packed);
            }
        }
    }

    fn size(&mut self, size: Option<CanvasSize>) {
        self.number(size.map_or(0, CanvasSize::width));
        self.number(size.map_or(0, CanvasSize::height));
    }

    fn place(&mut self, place: LayerPlace) {
        self.byte(u8::from(place.parent.is_some()));
        self.id(place.parent.unwrap_or(LayerId(0)));
        self.number(place.index as u32);
    }

    fn id(&mut self, id: LayerId) {
        self.bytes.extend_from_slice(&id.0.to_le_bytes());
    }

    fn json(&mut self, value: &impl serde::Serialize) {
        // Properties are numbers and words; there is nothing in them that JSON cannot say.
        self.text(&serde_json::to_string(value).unwrap_or_default());
    }

    fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u32);
        self.bytes.extend_from_slice(bytes);
    }

    fn number(&mut self, number: u32) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }
}
