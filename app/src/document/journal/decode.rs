//! Bytes as ops again; see `encode.rs`. Nothing is believed: a payload that is not exactly what was written gives `None`.

use std::any::Any;
use std::sync::Arc;

use super::super::hint_objects::HintObjects;
use super::super::layer::{Layer, LayerContent, LayerId};
use super::super::layer_tree::LayerPlace;
use super::super::tiles::{Tile, TileGrid, TilePos, TileValue, tile_bytes};
use super::super::transform::Projection;
use super::super::{CanvasSize, Document, FileDepth, Pixel, TILE_SIDE};
use super::encode::{about, tag};
use super::op::{NewTile, Op};

/// Groups in groups; deeper ones no painter makes.
const MAX_DEPTH: u32 = 64;

/// The ops of a payload.
pub(crate) fn decode(payload: &[u8]) -> Option<Vec<Op>> {
    let mut decoder = Decoder { rest: payload, tiles: vec![] };
    let mut ops = vec![];
    while !decoder.rest.is_empty() {
        ops.push(decoder.op()?);
    }
    Some(ops)
}

struct Decoder<'a> {
    rest: &'a [u8],
    /// All tiles met so far, of either kind.
    tiles: Vec<Arc<dyn Any + Send + Sync>>,
}

impl<'a> Decoder<'a> {
    fn op(&mut self) -> Option<Op> {
        Some(match self.byte()? {
            tag::DOCUMENT => Op::Document(Box::new(self.document()?)),
            tag::PIXELS => Op::Pixels { layer: self.id()?, tiles: self.tiles::<Pixel>()? },
            tag::MASK => Op::Mask { layer: self.id()?, tiles: self.tiles::<u16>()? },
            tag::PROPS => Op::Props { layer: self.id()?, props: Box::new(self.json()?) },
            tag::INSERT => {
                let (place, size) = (self.place()?, self.size()?);
                Op::Insert { place, layer: Box::new(self.layer(size, 0)?) }
            }
            tag::REMOVE => Op::Remove { layer: self.id()? },
            tag::MOVE => Op::Move { layer: self.id()?, to: self.place()? },
            tag::OBJECTS => {
                let (layer, is_there) = (self.id()?, self.byte()? == 1);
                let objects = if is_there { Some(Box::new(self.objects()?)) } else { None };
                Op::Objects { layer, objects }
            }
            tag::SELECTION => Op::Selection(self.selection()?.map(Box::new)),
            tag::CONTEXT => Op::Context(self.text()?),
            _ => return None,
        })
    }

    fn document(&mut self) -> Option<Document> {
        let size = self.size()??;
        let flags = self.byte()?;
        let depth = if flags & about::SIXTEEN_BITS != 0 { FileDepth::Sixteen } else { FileDepth::Eight };
        let density = if flags & about::DENSITY != 0 { Some([self.number()?, self.number()?]) } else { None };
        let (active, active_mask, selected) = (self.id()?, self.id()?, self.selection()?);
        let layers = self.layers(Some(size), 0)?;
        let document = Document::restored(size, depth, layers, [active, active_mask], selected);
        Some(document.with_pixels_per_inch(density))
    }

    fn selection(&mut self) -> Option<Option<TileGrid<u16>>> {
        match self.size()? {
            Some(size) => Some(Some(self.grid(Some(size))?)),
            None => Some(None),
        }
    }

    fn layers(&mut self, size: Option<CanvasSize>, depth: u32) -> Option<Vec<Layer>> {
        let count = self.number()?;
        // Capacity is not taken from the file.
        (0..count).map(|_| self.layer(size, depth)).collect()
    }

    fn layer(&mut self, size: Option<CanvasSize>, depth: u32) -> Option<Layer> {
        if depth > MAX_DEPTH {
            return None;
        }
        let (id, props) = (self.id()?, self.json()?);
        let content = match self.byte()? {
            tag::PAINT => LayerContent::Paint(self.grid(size)?),
            tag::RESULT => {
                let (has_recipe, recipe) = (self.byte()? == 1, self.text()?);
                LayerContent::Result { pixels: self.grid(size)?, recipe: has_recipe.then_some(recipe) }
            }
            tag::HINT => {
                let kind = self.text()?;
                LayerContent::Hint { pixels: self.grid(size)?, kind, objects: None }
            }
            tag::HINT_OF_OBJECTS => {
                let (kind, objects) = (self.text()?, Some(self.objects()?));
                LayerContent::Hint { pixels: self.grid(size)?, kind, objects }
            }
            tag::MASK_LAYER => LayerContent::Mask(self.grid(size)?),
            tag::GROUP => LayerContent::Group(self.layers(size, depth + 1)?),
            _ => return None,
        };
        Some(Layer { id, props, content })
    }

    fn objects(&mut self) -> Option<HintObjects> {
        let text = self.text()?;
        let mut rows = [[0.0; 3]; 3];
        for value in rows.as_flattened_mut() {
            let (bytes, rest) = self.rest.split_first_chunk()?;
            self.rest = rest;
            *value = f64::from_le_bytes(*bytes);
        }
        Some(HintObjects { placement: Projection::from_rows(rows), ..HintObjects::new(text) })
    }

    fn grid<P: TileValue + bytemuck::Pod>(&mut self, size: Option<CanvasSize>) -> Option<TileGrid<P>> {
        let mut grid = TileGrid::filled(size?, P::default());
        for (at, tile) in self.tiles()? {
            grid.set_tile(at, tile);
        }
        Some(grid)
    }

    fn tiles<P: TileValue + bytemuck::Pod>(&mut self) -> Option<Vec<NewTile<P>>> {
        let count = self.number()?;
        (0..count)
            .map(|_| {
                let at = TilePos { column: self.number()?, row: self.number()? };
                let largest = CanvasSize::MAX_SIDE / TILE_SIDE;
                (at.column <= largest && at.row <= largest).then_some(())?;
                Some((at, self.tile()?))
            })
            .collect()
    }

    fn tile<P: TileValue + bytemuck::Pod>(&mut self) -> Option<Option<Arc<Tile<P>>>> {
        match self.byte()? {
            tag::EMPTY_TILE => Some(None),
            tag::NEW_TILE => {
                let packed = self.blob()?;
                let mut tile = Tile::<P>::empty();
                let target: &mut [u8] = bytemuck::cast_slice_mut(tile.values_mut());
                let length = lz4_flex::block::decompress_into(packed, target).ok()?;
                (length == tile_bytes::<P>()).then_some(())?;
                let tile = Arc::new(tile);
                self.tiles.push(Arc::<Tile<P>>::clone(&tile));
                Some(Some(tile))
            }
            tag::SAME_TILE => {
                let number = self.number()? as usize;
                Some(Some(Arc::clone(self.tiles.get(number)?).downcast().ok()?))
            }
            _ => None,
        }
    }

    fn size(&mut self) -> Option<Option<CanvasSize>> {
        match (self.number()?, self.number()?) {
            (0, 0) => Some(None),
            (width, height) => CanvasSize::new(width, height).ok().map(Some),
        }
    }

    fn place(&mut self) -> Option<LayerPlace> {
        let (has_parent, parent) = (self.byte()? == 1, self.id()?);
        Some(LayerPlace { parent: has_parent.then_some(parent), index: self.number()? as usize })
    }

    fn id(&mut self) -> Option<LayerId> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(LayerId(u64::from_le_bytes(*bytes)))
    }

    fn json<T: serde::de::DeserializeOwned>(&mut self) -> Option<T> {
        serde_json::from_slice(self.blob()?).ok()
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.blob()?.to_vec()).ok()
    }

    fn blob(&mut self) -> Option<&'a [u8]> {
        let length = self.number()? as usize;
        let (blob, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(blob)
    }

    fn number(&mut self) -> Option<u32> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u32::from_le_bytes(*bytes))
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }
}
