//! Making selections tile by tile, so that work and memory go only where something happens.

use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::document::tiles::{Tile, TileGrid, TilePos, TileValue, for_rows, row_ranges};
use crate::document::workers::on_workers;
use crate::document::{CanvasSize, PixelRect};

pub(crate) const FULL: u16 = u16::MAX;

/// What a tile holds, as far as the canvas reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Empty,
    Full,
    Mixed,
}

/// What a tile is to become.
pub(crate) enum Made {
    Empty,
    Full,
    /// A tile of another grid of the same size, shared.
    Shared(Option<Arc<Tile<u16>>>),
    New(Tile<u16>),
}

/// Whether all of the tile is selected, or nothing, or part of it.
pub(crate) fn content_of(selection: &TileGrid<u16>, at: TilePos) -> Content {
    let Some(values) = selection.tile(at) else { return Content::Empty };
    let is_all = |wanted: u16| {
        row_ranges(at, selection.size().bounds())
            .all(|(_, range)| values.get(range).is_some_and(|row| row.iter().all(|value| *value == wanted)))
    };
    match values.first() {
        Some(0) if is_all(0) => Content::Empty,
        Some(&FULL) if is_all(FULL) => Content::Full,
        _ => Content::Mixed,
    }
}

/// A selection whose tiles are made by `make`, on several threads; places not in `positions` stay empty. Tiles that
/// come out full share their memory.
pub(crate) fn grid_of(
    size: CanvasSize,
    positions: impl IntoIterator<Item = TilePos>,
    make: impl Fn(TilePos) -> Made + Sync,
) -> TileGrid<u16> {
    let places: Vec<_> = positions.into_iter().collect();
    grid_of_made(size, on_workers(|| places.into_par_iter().map(|at| (at, make(at))).collect()))
}

/// As [`grid_of`], of tiles that were made already.
pub(crate) fn grid_of_made(size: CanvasSize, made: Vec<(TilePos, Made)>) -> TileGrid<u16> {
    let full = TileGrid::filled(size, FULL);
    let settle = |(at, made)| match made {
        Made::Empty => (at, None),
        Made::Full => (at, full.shared_tile(at)),
        Made::Shared(tile) => (at, tile),
        Made::New(tile) if tile.is_empty() => (at, None),
        Made::New(tile) if full.tile(at) == Some(tile.values()) => (at, full.shared_tile(at)),
        Made::New(tile) => (at, Some(Arc::new(tile))),
    };
    let tiles: Vec<_> = on_workers(|| made.into_par_iter().map(settle).collect());
    let mut grid = TileGrid::filled(size, 0);
    for (at, tile) in tiles.into_iter().filter(|(_, tile)| tile.is_some()) {
        grid.set_tile(at, tile);
    }
    grid
}

/// As [`grid_of`], over the whole canvas.
pub(crate) fn whole_grid_of(size: CanvasSize, make: impl Fn(TilePos) -> Made + Sync) -> TileGrid<u16> {
    grid_of(size, TileGrid::<u16>::filled(size, 0).positions(), make)
}

/// A tile whose rows on the canvas are written by `write_row(left, y, row)`; they are 0 before.
pub(crate) fn tile_of_rows<P: TileValue>(
    at: TilePos,
    canvas: PixelRect,
    write_row: impl FnMut(u32, u32, &mut [P]),
) -> Tile<P> {
    let mut tile = Tile::empty();
    for_rows(tile.values_mut(), at, canvas, write_row);
    tile
}

/// Each value that has a place on the canvas becomes `change` of it.
pub(crate) fn map_values(selection: &TileGrid<u16>, at: TilePos, change: impl Fn(u16) -> u16) -> Tile<u16> {
    let values = selection.tile(at);
    let tile_left = at.rect().left;
    tile_of_rows(at, selection.size().bounds(), |left, y, row| {
        let start = ((y - at.rect().top) * crate::document::TILE_SIDE + (left - tile_left)) as usize;
        let old = values.and_then(|values| values.get(start..start + row.len()));
        match old {
            Some(old) => row.iter_mut().zip(old).for_each(|(new, old)| *new = change(*old)),
            None => row.fill(change(0)),
        }
    })
}

/// The smallest rectangle outside which nothing is selected; `None` where nothing is at all.
#[must_use]
pub fn bounds_of(selection: &TileGrid<u16>) -> Option<PixelRect> {
    let mut bounds = PixelRect::EMPTY;
    for at in selection.positions() {
        let tile = at.rect();
        if bounds.intersect(tile) == tile {
            continue;
        }
        let Some(values) = selection.tile(at) else { continue };
        for (row, y) in values.chunks_exact(tile.width() as usize).zip(tile.top..) {
            let first = row.iter().position(|value| *value != 0);
            let last = row.iter().rposition(|value| *value != 0);
            if let (Some(first), Some(last)) = (first, last) {
                let (left, right) = (tile.left + first as u32, tile.left + last as u32 + 1);
                bounds = bounds.union(PixelRect { left, top: y, right, bottom: y + 1 });
            }
        }
    }
    (!bounds.is_empty()).then_some(bounds)
}
