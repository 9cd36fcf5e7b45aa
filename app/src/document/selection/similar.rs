//! Pixels of about a colour.

use std::sync::{Arc, OnceLock};

use super::bits::BitTile;
use super::tilewise::{FULL, Made, tile_of_rows, whole_grid_of};
use crate::document::tiles::{TILE_SIDE, Tile, TileGrid, TilePos};
use crate::document::{CanvasSize, Document, Pixel};

/// A picture in which colours are looked for: one layer, or all of them together.
pub(crate) trait PixelSource: Sync {
    fn size(&self) -> CanvasSize;
    /// The tile's pixels; `None` where all are transparent.
    fn pixels(&self, at: TilePos) -> Option<Arc<Tile<Pixel>>>;
    /// Transparent beyond the canvas.
    fn pixel(&self, x: u32, y: u32) -> Pixel {
        let at = TilePos { column: x / TILE_SIDE, row: y / TILE_SIDE };
        let index = ((y % TILE_SIDE) * TILE_SIDE + x % TILE_SIDE) as usize;
        self.pixels(at).and_then(|tile| tile.values().get(index).copied()).unwrap_or_default()
    }
}

impl PixelSource for TileGrid<Pixel> {
    fn size(&self) -> CanvasSize {
        TileGrid::size(self)
    }

    fn pixels(&self, at: TilePos) -> Option<Arc<Tile<Pixel>>> {
        self.shared_tile(at)
    }
}

/// How much a pixel may differ from a colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Similarity {
    pub color: Pixel,
    /// The most by which any premultiplied channel may differ, so that transparent pixels are all alike; 65535 takes
    /// everything.
    pub tolerance: u16,
    /// Whether pixels that differ by up to half as much again are selected in part.
    pub is_antialiased: bool,
}

impl Similarity {
    /// How far a pixel is selected, 65535 is fully: as GIMP's `pixel_difference`.
    #[inline]
    #[must_use]
    pub fn of(&self, pixel: Pixel) -> u16 {
        let differences = [0, 1, 2, 3].map(|channel| pixel[channel].abs_diff(self.color[channel]));
        let difference = differences.into_iter().fold(0, u16::max);
        if difference <= self.tolerance {
            return FULL;
        }
        if !self.is_antialiased || self.tolerance == 0 {
            return 0;
        }
        // 1 at the tolerance, 0 at one and a half of it.
        let (difference, tolerance) = (u64::from(difference), u64::from(self.tolerance));
        let left = (3 * tolerance).saturating_sub(2 * difference);
        ((left * u64::from(FULL) + tolerance / 2) / tolerance).min(u64::from(FULL)) as u16
    }
}

/// How similar each pixel is, computed tile by tile when it is asked for.
pub(crate) struct Matches<'a> {
    source: &'a dyn PixelSource,
    similarity: Similarity,
    columns: u32,
    tiles: Vec<OnceLock<Tile<u16>>>,
}

impl<'a> Matches<'a> {
    pub(crate) fn new(source: &'a dyn PixelSource, similarity: Similarity) -> Self {
        let size = source.size();
        let (columns, rows) = (size.width().div_ceil(TILE_SIDE), size.height().div_ceil(TILE_SIDE));
        Self { source, similarity, columns, tiles: (0..columns * rows).map(|_| OnceLock::new()).collect() }
    }

    pub(crate) fn size(&self) -> CanvasSize {
        self.source.size()
    }

    pub(crate) fn tile(&self, at: TilePos) -> &Tile<u16> {
        self.tiles[(at.row * self.columns + at.column) as usize].get_or_init(|| self.compute(at))
    }

    /// The whole canvas's.
    pub(crate) fn everywhere(&self) -> TileGrid<u16> {
        whole_grid_of(self.size(), |at| Made::New(self.tile(at).clone()))
    }

    /// The pixels that are similar at all.
    pub(crate) fn bits(&self, at: TilePos) -> BitTile {
        BitTile::of_values(self.tile(at), |share| share > 0)
    }

    fn compute(&self, at: TilePos) -> Tile<u16> {
        let pixels = self.source.pixels(at);
        let of_transparent = self.similarity.of([0; 4]);
        tile_of_rows(at, self.size().bounds(), |left, y, row| {
            let start = ((y % TILE_SIDE) * TILE_SIDE + left % TILE_SIDE) as usize;
            match &pixels {
                Some(pixels) => {
                    let pixels = &pixels.values()[start..start + row.len()];
                    row.iter_mut().zip(pixels).for_each(|(share, pixel)| *share = self.similarity.of(*pixel));
                }
                None => row.fill(of_transparent),
            }
        })
    }
}

/// All layers together, composited tile by tile when they are looked at.
pub(crate) struct AllLayers<'a>(pub(crate) &'a Document);

impl PixelSource for AllLayers<'_> {
    fn size(&self) -> CanvasSize {
        self.0.size()
    }

    fn pixels(&self, at: TilePos) -> Option<Arc<Tile<Pixel>>> {
        self.0.flattened_part(at.rect()).shared_tile(at)
    }
}
