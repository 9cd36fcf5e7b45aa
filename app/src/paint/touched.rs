//! The tiles that a stroke has touched, as they were before it.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::iter::{IntoParallelRefMutIterator as _, ParallelIterator as _};

use super::value::PaintValue;
use crate::document::{PixelRect, Tile, TileChange, TileGrid, TilePos, on_workers, positions_in};

/// Dabs over this many pixels together are spread over the cores; below, waking them costs more.
pub(super) const PARALLEL_PIXELS: u64 = 128 * 128;

/// Tiles before the stroke, and what a way of painting keeps for each of them.
#[derive(Debug)]
pub(super) struct Touched<P, Own>(HashMap<TilePos, Before<P, Own>>);

#[derive(Debug)]
struct Before<P, Own> {
    tile: Option<Arc<Tile<P>>>,
    /// Made by the first dab that touches the tile.
    own: Option<Own>,
}

/// A tile that is being painted on.
pub(super) struct Work<P, Own> {
    pub(super) at: TilePos,
    /// What the new dabs touch, in canvas pixels.
    pub(super) dirty: PixelRect,
    pub(super) before: Option<Arc<Tile<P>>>,
    pub(super) own: Option<Own>,
    pub(super) tile: Arc<Tile<P>>,
}

impl<P: PaintValue, Own: Send> Touched<P, Own> {
    pub(super) fn none() -> Self {
        Self(HashMap::new())
    }

    /// Calls `paint` for each tile that one of `bounds` touches, on several threads where it is worth it; tiles for which
    /// `may_touch` says no are left alone. Returns the rectangle of all bounds within the canvas.
    pub(super) fn paint(
        &mut self,
        grid: &mut TileGrid<P>,
        bounds: &[PixelRect],
        may_touch: impl Fn(TilePos) -> bool,
        paint: impl Fn(&mut Work<P, Own>) + Sync + Send,
    ) -> PixelRect {
        let union_in = |within: PixelRect| {
            bounds.iter().fold(PixelRect::EMPTY, |union, bounds| union.union(bounds.intersect(within)))
        };
        let dirty = union_in(grid.size().bounds());
        let mut work: Vec<_> = positions_in(dirty)
            .filter_map(|at| {
                let dirty = union_in(at.rect().intersect(grid.size().bounds()));
                (!dirty.is_empty() && may_touch(at)).then(|| self.take(grid, at, dirty))
            })
            .collect();
        if bounds.iter().map(|bounds| bounds.area()).sum::<u64>() > PARALLEL_PIXELS {
            on_workers(|| work.par_iter_mut().for_each(paint));
        } else {
            work.iter_mut().for_each(paint);
        }
        for Work { at, before, own, tile, .. } in work {
            grid.set_tile(at, Some(tile));
            self.0.insert(at, Before { tile: before, own });
        }
        dirty
    }

    fn take(&mut self, grid: &mut TileGrid<P>, at: TilePos, dirty: PixelRect) -> Work<P, Own> {
        let Before { tile: before, own } =
            self.0.remove(&at).unwrap_or_else(|| Before { tile: grid.shared_tile(at), own: None });
        let tile = grid.take_tile(at).unwrap_or_else(|| Arc::new(Tile::empty()));
        Work { at, dirty, before, own, tile }
    }

    /// The tiles that differ from before, row by row.
    pub(super) fn finish(self, grid: &mut TileGrid<P>) -> Vec<TileChange<P>> {
        let mut changes: Vec<_> = self
            .0
            .into_iter()
            .filter_map(|(at, Before { tile: before, .. })| {
                let change = TileChange::between(at, before.clone(), grid.shared_tile(at));
                // A tile that is empty now is free, and one that is as before is shared again.
                grid.set_tile(at, change.as_ref().map_or(before, |change| change.after.clone()));
                change
            })
            .collect();
        changes.sort_unstable_by_key(|change| (change.at.row, change.at.column));
        changes
    }

    /// The grid is as before, to the bit.
    pub(super) fn cancel(self, grid: &mut TileGrid<P>) {
        for (at, Before { tile, .. }) in self.0 {
            grid.set_tile(at, tile);
        }
    }
}
