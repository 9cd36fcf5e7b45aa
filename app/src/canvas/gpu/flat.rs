//! Tiles of the picture as the CPU has flattened it, for devices that are none: a software adapter takes far longer over
//! a shader than `document/composite.rs` over the same pixels.

use std::borrow::Cow;

use crate::document::blend::blend_row;
use crate::document::{Document, Layer, LayerContent, Pixel, PixelRect, TILE_SIDE, TileGrid, TilePos};

const SIDE: usize = TILE_SIDE as usize;

/// The flattened picture, and the document with the hints that are laid over it.
#[derive(Clone, Copy)]
pub struct Flat<'a> {
    pub picture: &'a TileGrid<Pixel>,
    pub document: &'a Document,
}

impl<'a> Flat<'a> {
    /// Stands for all that the tile is made from; `None` where there is nothing to show.
    pub fn stamp(&self, at: TilePos) -> Option<u64> {
        let hints = self.hints(at).map(|(pixels, _)| pixels.revision(at)).max();
        let revision = self.picture.tile(at).map(|_| self.picture.revision(at)).max(hints)?;
        // A hint's own look counts too.
        Some(hints.map_or(revision, |_| revision.max(self.document.structure_revision())))
    }

    /// The texels of a part of the tile (in its own pixels, on squares of 2^`level`), 4 bytes each, each the mean of a
    /// square as far as it lies in the canvas.
    pub fn texels(&self, at: TilePos, level: u32, part: PixelRect) -> Vec<u8> {
        let inside = at.rect().intersect(self.document.bounds());
        let square = 1usize << level;
        let (right, bottom) = ((inside.width()) as usize, (inside.height()) as usize);
        let values = self.values(at);
        let mut texels = Vec::with_capacity((part.area() >> (2 * level)) as usize * 4);
        for top in (part.top as usize..part.bottom as usize).step_by(square) {
            for left in (part.left as usize..part.right as usize).step_by(square) {
                let mut sums = [0u32; 4];
                for y in top..(top + square).min(bottom) {
                    let row = values.get(y * SIDE + left..y * SIDE + (left + square).min(right)).unwrap_or_default();
                    for pixel in row {
                        sums.iter_mut().zip(pixel).for_each(|(sum, channel)| *sum += u32::from(*channel));
                    }
                }
                let across = (left + square).min(right).saturating_sub(left);
                let down = (top + square).min(bottom).saturating_sub(top);
                let count = (across * down).max(1) as u32;
                texels.extend(sums.map(|sum| ((sum / count + 128) / 257) as u8));
            }
        }
        texels
    }

    /// The tile's pixels with the hints over them.
    fn values(&self, at: TilePos) -> Cow<'a, [Pixel]> {
        let picture = self.picture.tile(at);
        let mut values = picture.map_or_else(|| Cow::Owned(vec![[0; 4]; SIDE * SIDE]), Cow::Borrowed);
        for (pixels, layer) in self.hints(at) {
            if let Some(hint) = pixels.tile(at) {
                blend_row(layer.props().blend, values.to_mut(), hint, layer.props().opacity_u16());
            }
        }
        values
    }

    fn hints(&self, at: TilePos) -> impl Iterator<Item = (&'a TileGrid<Pixel>, &'a Layer)> {
        let is_hint = |layer: &&Layer| matches!(layer.content(), LayerContent::Hint { .. }) && layer.props().visible;
        let hints = self.document.all_layers().filter(is_hint);
        hints.filter_map(move |layer| {
            layer.pixels().filter(|pixels| pixels.tile(at).is_some()).map(|grid| (grid, layer))
        })
    }
}
