//! Filling what a selection goes around.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::bits::BitTile;
use super::flood::flood_from_border;
use super::tilewise::{Content, FULL, Made, content_of, grid_of_made};
use crate::document::PixelRect;
use crate::document::tiles::{TILE_SIDE, TileGrid, TilePos};

/// Selects the holes: what no way leads to from the canvas's border without crossing the selection.
///
/// Where the selection is soft, a hole is filled as far as its rim is selected all around: each pixel becomes the least
/// that any way from the border has to cross (morphological reconstruction by erosion, L. Vincent 1993), found by going
/// inwards in the order of values (R. Barnes et al., "Priority-flood", 2014).
#[must_use]
pub fn holes_filled(selection: &TileGrid<u16>) -> TileGrid<u16> {
    let outside = flood_from_border(selection.size(), |at| unselected(selection, at));
    let mut filling = Filling::new(selection, &outside);
    filling.begin(&outside);
    filling.go_inwards();
    grid_of_made(selection.size(), filling.tiles.into_iter().collect())
}

fn unselected(selection: &TileGrid<u16>, at: TilePos) -> BitTile {
    match selection.shared_tile(at) {
        Some(tile) => BitTile::of_values(&tile, |value| value == 0),
        None => BitTile::full(),
    }
}

struct Filling<'a> {
    selection: &'a TileGrid<u16>,
    bounds: PixelRect,
    /// What is known so far: 0 outside, and everything full that has not been come to.
    tiles: HashMap<TilePos, Made>,
    /// Values and places from which to go on, lowest first.
    queue: BinaryHeap<Reverse<(u16, u32, u32)>>,
}

impl<'a> Filling<'a> {
    fn new(selection: &'a TileGrid<u16>, outside: &HashMap<TilePos, BitTile>) -> Self {
        let bounds = selection.size().bounds();
        let made = |at: TilePos| match outside.get(&at) {
            None if content_of(selection, at) == Content::Full => Made::Full,
            Some(outside) if *outside == BitTile::full() => Made::Empty,
            outside => Made::New(super::tilewise::tile_of_rows(at, bounds, |left, y, row: &mut [u16]| {
                let is_outside = |x: u32| outside.is_some_and(|bits| bits.get(x % TILE_SIDE, y % TILE_SIDE));
                (left..).zip(row).for_each(|(x, value)| *value = if is_outside(x) { 0 } else { FULL });
            })),
        };
        let tiles = selection.positions().map(|at| (at, made(at))).collect();
        Self { selection, bounds, tiles, queue: BinaryHeap::new() }
    }

    /// Queues the partly selected pixels next to the outside and at the canvas's border.
    fn begin(&mut self, outside: &HashMap<TilePos, BitTile>) {
        let is_outside = |x: u32, y: u32| {
            let at = TilePos { column: x / TILE_SIDE, row: y / TILE_SIDE };
            outside.get(&at).is_some_and(|bits| bits.get(x % TILE_SIDE, y % TILE_SIDE))
        };
        for at in self.selection.positions() {
            let Some(tile) = self.selection.shared_tile(at) else { continue };
            for (x, y) in BitTile::of_values(&tile, |value| value > 0 && value < FULL).places() {
                let (x, y) = (at.column * TILE_SIDE + x, at.row * TILE_SIDE + y);
                if neighbours(self.bounds, x, y).any(|place| place.is_none_or(|[x, y]| is_outside(x, y))) {
                    self.queue.push(Reverse((self.selection.pixel(x, y), x, y)));
                }
            }
        }
    }

    fn go_inwards(&mut self) {
        // Pixels no higher than the way to them need no place in the order.
        let mut level_ones = vec![];
        while let Some((level, x, y)) = level_ones.pop().or_else(|| self.queue.pop().map(|Reverse(next)| next)) {
            if !self.lower(x, y, level) {
                continue;
            }
            for [x, y] in neighbours(self.bounds, x, y).flatten() {
                let own = self.selection.pixel(x, y);
                if own == FULL {
                    continue;
                }
                if own <= level {
                    level_ones.push((level, x, y));
                } else {
                    self.queue.push(Reverse((own, x, y)));
                }
            }
        }
    }

    /// Returns whether the pixel was higher before.
    fn lower(&mut self, x: u32, y: u32, level: u16) -> bool {
        let at = TilePos { column: x / TILE_SIDE, row: y / TILE_SIDE };
        let Some(Made::New(tile)) = self.tiles.get_mut(&at) else { return false };
        let index = ((y % TILE_SIDE) * TILE_SIDE + x % TILE_SIDE) as usize;
        match tile.values_mut().get_mut(index) {
            Some(value) if *value > level => {
                *value = level;
                true
            }
            _ => false,
        }
    }
}

/// The pixels above, below and at both sides; `None` for those beyond the canvas.
fn neighbours(bounds: PixelRect, x: u32, y: u32) -> impl Iterator<Item = Option<[u32; 2]>> {
    let places = [[x.wrapping_sub(1), y], [x + 1, y], [x, y.wrapping_sub(1)], [x, y + 1]];
    places.into_iter().map(move |[x, y]| bounds.contains(x, y).then_some([x, y]))
}
