//! The magic wand, and selections by colour.

use super::bits::BitTile;
use super::flood::flood;
use super::similar::{Matches, PixelSource, Similarity};
use super::tilewise::{Made, grid_of};
use crate::document::tiles::{TILE_SIDE, Tile, TileGrid};

/// Every pixel of about a colour, wherever it is.
#[must_use]
pub(crate) fn color_range(source: &dyn PixelSource, similarity: Similarity) -> TileGrid<u16> {
    Matches::new(source, similarity).everywhere()
}

/// The pixels of about a colour that hang together with the one at `seed` (canvas pixels). Nothing where `seed` lies
/// beside the canvas or is of another colour itself.
#[must_use]
pub(crate) fn contiguous(source: &dyn PixelSource, similarity: Similarity, seed: [u32; 2]) -> TileGrid<u16> {
    reached_from(&Matches::new(source, similarity), seed)
}

/// The matching pixels that hang together with the one at `seed`.
#[must_use]
pub(crate) fn reached_from(matches: &Matches<'_>, seed: [u32; 2]) -> TileGrid<u16> {
    let reached = flood(matches.size(), seed, |at| matches.bits(at));
    grid_of(matches.size(), reached.keys().copied(), |at| match reached.get(&at) {
        Some(reached) => Made::New(masked(matches.tile(at), reached)),
        None => Made::Empty,
    })
}

/// The values of the pixels that are set.
pub(crate) fn masked(values: &Tile<u16>, bits: &BitTile) -> Tile<u16> {
    let mut tile = Tile::empty();
    let side = TILE_SIDE as usize;
    let rows = tile.values_mut().chunks_exact_mut(side).zip(values.values().chunks_exact(side));
    for (y, (row, values)) in rows.enumerate() {
        for (word, (places, values)) in
            bits.row(y).into_iter().zip(row.chunks_exact_mut(64).zip(values.chunks_exact(64)))
        {
            match word {
                0 => {}
                u64::MAX => places.copy_from_slice(values),
                _ => (0..64).filter(|bit| word >> bit & 1 != 0).for_each(|bit| places[bit] = values[bit]),
            }
        }
    }
    tile
}
