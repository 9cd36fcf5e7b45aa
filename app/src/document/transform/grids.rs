//! Canvases made tile by tile, and those whose pixels only change their places.

use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::projection::Projection;
use crate::document::tiles::{Tile, TileGrid, TilePos, TileValue, positions_in};
use crate::document::{CanvasSize, TILE_SIDE, for_rows, on_workers};

/// A canvas of the tiles that `make` makes, on several threads; those it does not make are empty.
pub(super) fn grid_of_tiles<P: TileValue>(
    size: CanvasSize,
    make: impl Fn(TilePos) -> Option<Tile<P>> + Sync,
) -> TileGrid<P> {
    let mut grid = TileGrid::filled(size, P::default());
    let places: Vec<_> = positions_in(size.bounds()).collect();
    let tiles: Vec<_> = on_workers(|| {
        let made = places.into_par_iter().map(|at| (at, make(at).filter(|tile| !tile.is_empty())));
        made.filter_map(|(at, tile)| Some((at, Arc::new(tile?)))).collect()
    });
    for (at, tile) in tiles {
        grid.set_tile(at, Some(tile));
    }
    grid
}

/// Moves pixels by whole numbers after quarter turns and flips; no value changes.
///
/// The pixel at (x, y) comes from column `right · (x, y) + shift[0]` and row `down · (x, y) + shift[1]`, where `right` and
/// `down` have one 1 or -1 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ExactMove {
    right: [i64; 2],
    down: [i64; 2],
    shift: [i64; 2],
}

impl ExactMove {
    /// The move that a projection of old places to new ones comes to, if it is one.
    pub(super) fn of(projection: Projection) -> Option<Self> {
        let ([right, down], shift) = projection.inverse()?.as_affine()?;
        let whole = |value: f64| {
            let rounded = value.round();
            ((value - rounded).abs() < 1e-9 && rounded.abs() < 1e9).then_some(rounded as i64)
        };
        // From the centre of the pixel to its index.
        let index = |x: f64, y: f64, shift: f64| whole(0.5 * x + 0.5 * y + shift - 0.5);
        let exact = Self {
            right: [whole(right[0])?, whole(down[0])?],
            down: [whole(right[1])?, whole(down[1])?],
            shift: [index(right[0], down[0], shift[0])?, index(right[1], down[1], shift[1])?],
        };
        let is_unit = |axis: [i64; 2]| axis[0].abs() + axis[1].abs() == 1;
        (is_unit(exact.right) && is_unit(exact.down)).then_some(exact)
    }

    fn source_of(self, x: u32, y: u32) -> (Option<u32>, Option<u32>) {
        let (x, y) = (i64::from(x), i64::from(y));
        let along = |axis: [i64; 2], shift: i64| u32::try_from(axis[0] * x + axis[1] * y + shift).ok();
        (along(self.right, self.shift[0]), along(self.down, self.shift[1]))
    }
}

/// A canvas of `size` with the pixels in their new places.
pub(super) fn moved<P: TileValue>(source: &TileGrid<P>, size: CanvasSize, exact: ExactMove) -> TileGrid<P> {
    let is_empty = |at: TilePos| {
        // A tile comes from at most four; their corners are among where its own come from.
        let (left, top) = (at.column * TILE_SIDE, at.row * TILE_SIDE);
        let ends = |from: u32| [from, from + TILE_SIDE - 1];
        let mut corners = ends(left).into_iter().flat_map(|x| ends(top).map(|y| exact.source_of_far(x, y)));
        corners.all(|at| at.is_none_or(|at| source.tile(at).is_none()))
    };
    grid_of_tiles(size, |at| {
        if is_empty(at) {
            return None;
        }
        let mut tile = Tile::empty();
        for_rows(tile.values_mut(), at, at.rect().intersect(size.bounds()), |left, y, row| {
            for (value, x) in row.iter_mut().zip(left..) {
                if let (Some(x), Some(y)) = exact.source_of(x, y) {
                    *value = source.pixel(x, y);
                }
            }
        });
        Some(tile)
    })
}

impl ExactMove {
    /// The tile in which the source of a pixel lies, if it lies right of and below the origin.
    fn source_of_far(self, x: u32, y: u32) -> Option<TilePos> {
        let (x, y) = self.source_of(x, y);
        Some(TilePos { column: x? / TILE_SIDE, row: y? / TILE_SIDE })
    }
}
