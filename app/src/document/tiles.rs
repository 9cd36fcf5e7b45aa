//! A canvas-sized grid of copy-on-write tiles.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::rect::{CanvasSize, PixelRect};
use super::workers::on_workers;

/// Pixels along each side of a tile.
pub const TILE_SIDE: u32 = 256;
const SIDE: usize = TILE_SIDE as usize;

/// What a tile is made of; the default is the value of pixels in tiles that are not there.
pub trait TileValue: Copy + Default + PartialEq + Send + Sync + std::fmt::Debug {}
impl<P: Copy + Default + PartialEq + Send + Sync + std::fmt::Debug> TileValue for P {}

/// `TILE_SIDE * TILE_SIDE` values, row-major; those beyond the canvas are always the default.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tile<P>(Box<[P]>);

impl<P: TileValue> Tile<P> {
    pub(crate) fn empty() -> Self {
        Self(vec![P::default(); SIDE * SIDE].into_boxed_slice())
    }

    pub(crate) fn values(&self) -> &[P] {
        &self.0
    }

    pub(crate) fn values_mut(&mut self) -> &mut [P] {
        &mut self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|value| *value == P::default())
    }
}

/// A tile's place in the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TilePos {
    pub column: u32,
    pub row: u32,
}

impl TilePos {
    /// The tile's pixels in the canvas; reaches beyond the canvas at its right and bottom edge.
    #[must_use]
    pub fn rect(self) -> PixelRect {
        let (left, top) = (self.column * TILE_SIDE, self.row * TILE_SIDE);
        PixelRect { left, top, right: left + TILE_SIDE, bottom: top + TILE_SIDE }
    }
}

/// One tile before and after; `None` is an empty tile.
#[derive(Clone, Debug)]
pub(crate) struct TileChange<P> {
    pub(crate) at: TilePos,
    pub(crate) before: Option<Arc<Tile<P>>>,
    pub(crate) after: Option<Arc<Tile<P>>>,
}

#[derive(Clone, Debug)]
struct Slot<P> {
    tile: Option<Arc<Tile<P>>>,
    revision: u64,
}

/// A canvas of values `P`. Tiles in which every value is the default cost nothing, and tiles are shared between clones
/// until one of them is written to.
#[derive(Clone, Debug)]
pub struct TileGrid<P> {
    size: CanvasSize,
    columns: u32,
    slots: Vec<Slot<P>>,
    /// The newest of all tiles' revisions.
    latest: u64,
}

impl<P> TileGrid<P> {
    #[must_use]
    pub fn size(&self) -> CanvasSize {
        self.size
    }

    /// Tiles side by side.
    #[must_use]
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// Tiles one below the other.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.size.height().div_ceil(TILE_SIDE)
    }

    /// Every tile's place, row by row.
    pub fn positions(&self) -> impl Iterator<Item = TilePos> + use<P> {
        positions_in(self.size.bounds())
    }

    /// A number that no other content of any tile has: it changes with the tile and never returns, so that a view
    /// uploads just the tiles whose revision differs from the one it has.
    #[must_use]
    pub fn revision(&self, at: TilePos) -> u64 {
        self.slots.get(self.index(at)).map_or(0, |slot| slot.revision)
    }

    /// A number that changes whenever any tile does, and never returns.
    #[must_use]
    pub fn latest_revision(&self) -> u64 {
        self.latest
    }

    fn index(&self, at: TilePos) -> usize {
        // Places beyond the grid must not wrap into the next row.
        if at.column < self.columns { at.row as usize * self.columns as usize + at.column as usize } else { usize::MAX }
    }

    pub(crate) fn shared_tile(&self, at: TilePos) -> Option<Arc<Tile<P>>> {
        self.slots.get(self.index(at))?.tile.clone()
    }

    /// Takes a tile out, to write to it without a copy; [`TileGrid::set_tile`] puts it back.
    pub(crate) fn take_tile(&mut self, at: TilePos) -> Option<Arc<Tile<P>>> {
        let index = self.index(at);
        self.slots.get_mut(index)?.tile.take()
    }

    /// Puts a tile in its place and gives it a new revision.
    pub(crate) fn set_tile(&mut self, at: TilePos, tile: Option<Arc<Tile<P>>>) {
        let index = self.index(at);
        if let Some(slot) = self.slots.get_mut(index) {
            self.latest = next_revision();
            *slot = Slot { tile, revision: self.latest };
        }
    }

    /// Whether there is nothing on it: a tile that becomes empty is dropped.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.slots.iter().all(|slot| slot.tile.is_none())
    }

    /// Bytes of the tiles that are there, each counted once even where several places share it.
    pub(crate) fn bytes(&self) -> usize {
        let mut tiles: Vec<_> = self.slots.iter().filter_map(|slot| slot.tile.as_ref().map(Arc::as_ptr)).collect();
        tiles.sort_unstable();
        tiles.dedup();
        tiles.len() * tile_bytes::<P>()
    }
}

impl<P: TileValue> TileGrid<P> {
    /// Every pixel of the canvas has this value; costs a few tiles whatever the size.
    pub(crate) fn filled(size: CanvasSize, value: P) -> Self {
        let mut grid = Self::unfilled(size);
        if value == P::default() {
            return grid;
        }
        // Tiles that lie wholly inside share one; those at the right, the bottom and the corner differ from it.
        let mut made: Vec<((u32, u32), _)> = Vec::new();
        for at in positions_in(size.bounds()) {
            let inside = at.rect().intersect(size.bounds());
            let shape = (inside.width(), inside.height());
            let tile = match made.iter().find(|(known, _)| *known == shape) {
                Some((_, tile)) => Arc::clone(tile),
                None => {
                    let mut tile = Tile::empty();
                    for_rows(tile.values_mut(), at, inside, |_, _, row| row.fill(value));
                    let tile = Arc::new(tile);
                    made.push((shape, Arc::clone(&tile)));
                    tile
                }
            };
            grid.set_tile(at, Some(tile));
        }
        grid
    }

    /// A canvas whose rows are written by `write_row(left, y, row)`; called for parts of rows, on several threads.
    pub(crate) fn from_rows(size: CanvasSize, write_row: impl Fn(u32, u32, &mut [P]) + Sync) -> Self {
        let mut grid = Self::unfilled(size);
        grid.change_rows(size.bounds(), write_row);
        grid
    }

    fn unfilled(size: CanvasSize) -> Self {
        let columns = size.width().div_ceil(TILE_SIDE);
        let count = columns as usize * size.height().div_ceil(TILE_SIDE) as usize;
        // One revision for all is enough: every one of them is empty.
        let latest = next_revision();
        Self { size, columns, slots: vec![Slot { tile: None, revision: latest }; count], latest }
    }

    /// The tile's `TILE_SIDE * TILE_SIDE` values, row-major; `None` where all are the default.
    #[must_use]
    pub fn tile(&self, at: TilePos) -> Option<&[P]> {
        self.slots.get(self.index(at))?.tile.as_ref().map(|tile| tile.values())
    }

    /// One value; the default beyond the canvas.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> P {
        let at = TilePos { column: x / TILE_SIDE, row: y / TILE_SIDE };
        let index = (y % TILE_SIDE) as usize * SIDE + (x % TILE_SIDE) as usize;
        self.tile(at).and_then(|values| values.get(index).copied()).unwrap_or_default()
    }

    /// The row's values between `left` and `right`, tile by tile: where each part begins, its length, and its values
    /// or `None` in an empty tile.
    pub(crate) fn row_parts(&self, y: u32, left: u32, right: u32) -> impl Iterator<Item = (u32, usize, Option<&[P]>)> {
        let first = left / TILE_SIDE;
        let end = if left < right { right.div_ceil(TILE_SIDE) } else { first };
        (first..end).map(move |column| {
            let from = left.max(column * TILE_SIDE);
            let length = (right.min((column + 1) * TILE_SIDE) - from) as usize;
            let start = (y % TILE_SIDE) as usize * SIDE + (from % TILE_SIDE) as usize;
            let tile = self.tile(TilePos { column, row: y / TILE_SIDE });
            (from, length, tile.and_then(|values| values.get(start..start + length)))
        })
    }

    /// Rewrites part of the canvas with `change_row(left, y, row)`, which is called for parts of rows, on several
    /// threads; returns the tiles that are different afterwards.
    pub(crate) fn change_rows(
        &mut self,
        rect: PixelRect,
        change_row: impl Fn(u32, u32, &mut [P]) + Sync,
    ) -> Vec<TileChange<P>> {
        let rect = rect.intersect(self.size.bounds());
        let places: Vec<_> = positions_in(rect).map(|at| (at, self.shared_tile(at))).collect();
        let change = |(at, before): (TilePos, Option<Arc<Tile<P>>>)| {
            let mut tile = before.as_ref().map_or_else(Tile::empty, |tile| Tile::clone(tile));
            for_rows(tile.values_mut(), at, at.rect().intersect(rect), &change_row);
            TileChange::between(at, before, Some(Arc::new(tile)))
        };
        let changed: Vec<_> = on_workers(|| places.into_par_iter().filter_map(change).collect());
        for change in &changed {
            self.set_tile(change.at, change.after.clone());
        }
        changed
    }
}

impl<P: TileValue> TileChange<P> {
    /// `None` where nothing changed; a tile that became empty is dropped.
    pub(crate) fn between(at: TilePos, before: Option<Arc<Tile<P>>>, after: Option<Arc<Tile<P>>>) -> Option<Self> {
        let after = after.filter(|tile| !tile.is_empty());
        let same = match (&before, &after) {
            (Some(before), Some(after)) => Arc::ptr_eq(before, after) || before == after,
            (Some(tile), None) | (None, Some(tile)) => tile.is_empty(),
            (None, None) => true,
        };
        (!same).then_some(Self { at, before, after })
    }
}

/// Bytes of one tile of these values.
pub(crate) const fn tile_bytes<P>() -> usize {
    SIDE * SIDE * size_of::<P>()
}

/// The places of all tiles that have pixels in `rect`, row by row.
pub(crate) fn positions_in(rect: PixelRect) -> impl Iterator<Item = TilePos> {
    let range = |from: u32, to: u32| if rect.is_empty() { 0..0 } else { from / TILE_SIDE..to.div_ceil(TILE_SIDE) };
    let columns = range(rect.left, rect.right);
    range(rect.top, rect.bottom).flat_map(move |row| columns.clone().map(move |column| TilePos { column, row }))
}

/// The rows of `rect` (canvas pixels) in the tile at `at`: each row's y in the canvas and its place among the tile's
/// values.
pub(crate) fn row_ranges(at: TilePos, rect: PixelRect) -> impl Iterator<Item = (u32, Range<usize>)> {
    let tile = at.rect();
    let rect = rect.intersect(tile);
    (rect.top..rect.bottom).map(move |y| {
        let row_start = (y - tile.top) as usize * SIDE;
        (y, row_start + (rect.left - tile.left) as usize..row_start + (rect.right - tile.left) as usize)
    })
}

/// Calls `visit(left, y, row)` for the part of each row of the tile at `at` that lies in `rect` (canvas pixels).
pub(crate) fn for_rows<P>(values: &mut [P], at: TilePos, rect: PixelRect, mut visit: impl FnMut(u32, u32, &mut [P])) {
    let left = rect.intersect(at.rect()).left;
    for (y, range) in row_ranges(at, rect) {
        if let Some(row) = values.get_mut(range) {
            visit(left, y, row);
        }
    }
}

/// Process-wide, so that a revision means the same content in every document and every clone of it.
pub(crate) fn next_revision() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> CanvasSize {
        CanvasSize::new(width, height).unwrap()
    }

    #[test]
    fn a_blank_canvas_of_16384_pixels_costs_one_tile() {
        let grid = TileGrid::filled(size(16384, 16384), 7u16);
        assert_eq!(grid.bytes(), 2 * 256 * 256);
        assert_eq!(grid.pixel(16383, 16383), 7);
        assert_eq!(TileGrid::filled(size(16384, 16384), 0u16).bytes(), 0);
    }

    #[test]
    fn values_beyond_the_canvas_stay_empty() {
        let grid = TileGrid::filled(size(300, 257), 9u16);
        assert_eq!((grid.columns(), grid.rows()), (2, 2));
        assert_eq!(
            grid.positions().filter_map(|at| grid.tile(at)).flatten().filter(|value| **value == 9).count(),
            300 * 257
        );
        assert_eq!(
            (grid.pixel(299, 256), grid.pixel(300, 0), grid.pixel(0, 257), grid.pixel(70000, 70000)),
            (9, 0, 0, 0)
        );
    }

    #[test]
    fn only_tiles_that_change_get_a_new_revision() {
        let mut grid = TileGrid::filled(size(600, 600), 1u16);
        let before: Vec<_> = grid.positions().map(|at| grid.revision(at)).collect();
        let rect = PixelRect { left: 10, top: 10, right: 300, bottom: 20 };
        let changes = grid.change_rows(rect, |left, _, row| {
            if left == 10 {
                row.fill(2)
            }
        });
        assert_eq!(changes.len(), 1);
        let changed: Vec<_> = grid.positions().zip(before).filter(|(at, old)| grid.revision(*at) != *old).collect();
        assert_eq!(changed.len(), 1);
        assert_eq!(grid.pixel(10, 10), 2);
        assert_eq!(grid.pixel(9, 10), 1);
    }

    #[test]
    fn a_tile_that_becomes_empty_is_free() {
        let mut grid = TileGrid::filled(size(256, 256), 5u16);
        grid.change_rows(size(256, 256).bounds(), |_, _, row| row.fill(0));
        assert_eq!(grid.bytes(), 0);
    }

    #[test]
    fn rows_are_read_across_tiles() {
        let grid = TileGrid::from_rows(size(700, 3), |left, y, row| {
            for (value, x) in row.iter_mut().zip(left..) {
                *value = (x + 1000 * y) as u16;
            }
        });
        let parts: Vec<_> = grid.row_parts(2, 250, 520).map(|(left, length, _)| (left, length)).collect();
        assert_eq!(parts, [(250, 6), (256, 256), (512, 8)]);
        let values: Vec<u16> = grid.row_parts(2, 250, 520).flat_map(|(_, _, part)| part.unwrap().to_vec()).collect();
        assert_eq!(values, (2250..2520).collect::<Vec<_>>());
    }
}
