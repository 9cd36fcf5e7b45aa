//! What can be reached from a pixel by steps up, down, left and right.

use std::collections::HashMap;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::bits::{BitLine, BitTile, NO_BITS, and, and_not, or, spread};
use crate::document::CanvasSize;
use crate::document::tiles::{TILE_SIDE, TilePos, positions_in};
use crate::document::workers::on_workers;

const LAST: usize = TILE_SIDE as usize - 1;

/// The pixels that can be reached from `seed` over those that are `passable`, itself among them.
///
/// Looks only at tiles it comes to, and works on all tiles at the front of the flood side by side.
pub(crate) fn flood(
    size: CanvasSize,
    seed: [u32; 2],
    passable: impl Fn(TilePos) -> BitTile + Sync,
) -> HashMap<TilePos, BitTile> {
    let [x, y] = seed;
    let mut front = HashMap::new();
    if size.bounds().contains(x, y) {
        let at = TilePos { column: x / TILE_SIDE, row: y / TILE_SIDE };
        front.insert(at, Inflow { seed: Some([x % TILE_SIDE, y % TILE_SIDE]), ..Inflow::default() });
    }
    flood_from(size, front, passable)
}

/// The pixels that can be reached from the canvas's border over those that are `passable`. Those of a tile beyond the
/// canvas must be.
pub(crate) fn flood_from_border(
    size: CanvasSize,
    passable: impl Fn(TilePos) -> BitTile + Sync,
) -> HashMap<TilePos, BitTile> {
    let (last_column, last_row) = ((size.width() - 1) / TILE_SIDE, (size.height() - 1) / TILE_SIDE);
    let along = |is_there| if is_there { [u64::MAX; 4] } else { NO_BITS };
    let inflow = |at: TilePos| Inflow {
        seed: None,
        top: along(at.row == 0),
        bottom: along(at.row == last_row),
        left: along(at.column == 0),
        right: along(at.column == last_column),
    };
    let is_border = |at: &TilePos| at.row == 0 || at.row == last_row || at.column == 0 || at.column == last_column;
    flood_from(size, positions_in(size.bounds()).filter(is_border).map(|at| (at, inflow(at))).collect(), passable)
}

fn flood_from(
    size: CanvasSize,
    mut front: HashMap<TilePos, Inflow>,
    passable: impl Fn(TilePos) -> BitTile + Sync,
) -> HashMap<TilePos, BitTile> {
    let mut tiles: HashMap<TilePos, Flooded> = HashMap::new();
    while !front.is_empty() {
        let work: Vec<_> = front.drain().map(|(at, inflow)| (at, inflow, tiles.remove(&at))).collect();
        let flow = |(at, inflow, tile): (TilePos, Inflow, Option<Flooded>)| {
            let mut tile = tile.unwrap_or_else(|| Flooded::new(passable(at)));
            let is_new = tile.take_in(&inflow);
            (at, tile, is_new)
        };
        let done: Vec<_> = on_workers(|| work.into_par_iter().map(flow).collect());
        for (at, tile, is_new) in done {
            if is_new {
                tile.flow_out(at, size, &mut front);
            }
            tiles.insert(at, tile);
        }
        // What has been reached already brings nothing new.
        front.retain(|at, inflow| tiles.get(at).is_none_or(|tile| tile.would_take_in(inflow)));
    }
    tiles.into_iter().map(|(at, tile)| (at, tile.reached)).filter(|(_, reached)| !reached.is_empty()).collect()
}

/// Where the flood comes into a tile: its first pixel, or along its sides.
#[derive(Default)]
struct Inflow {
    seed: Option<[u32; 2]>,
    top: BitLine,
    bottom: BitLine,
    left: BitLine,
    right: BitLine,
}

struct Flooded {
    passable: BitTile,
    reached: BitTile,
}

impl Flooded {
    fn new(passable: BitTile) -> Self {
        Self { passable, reached: BitTile::empty() }
    }

    /// Spreads what flows in; returns whether anything was reached.
    fn take_in(&mut self, inflow: &Inflow) -> bool {
        let mut rows = RowsToDo::default();
        for (row, line) in [(0, inflow.top), (LAST, inflow.bottom)] {
            self.reach(row, line, &mut rows);
        }
        for (column, line) in [(0, inflow.left), (LAST, inflow.right)] {
            for row in super::bits::ones(line) {
                let mut pixel = NO_BITS;
                pixel[column / 64] = 1 << (column % 64);
                self.reach(row as usize, pixel, &mut rows);
            }
        }
        if let Some([x, y]) = inflow.seed {
            let mut pixel = NO_BITS;
            pixel[x as usize / 64] = 1 << (x % 64);
            self.reach(y as usize, pixel, &mut rows);
        }
        let is_new = !rows.is_empty();
        while let Some(row) = rows.next() {
            let line = spread(self.passable.row(row), self.reached.row(row));
            *self.reached.row_mut(row) = line;
            if row > 0 {
                self.reach(row - 1, line, &mut rows);
            }
            if row < LAST {
                self.reach(row + 1, line, &mut rows);
            }
        }
        is_new
    }

    fn reach(&mut self, row: usize, pixels: BitLine, rows: &mut RowsToDo) {
        let new = and_not(and(pixels, self.passable.row(row)), self.reached.row(row));
        if new != NO_BITS {
            *self.reached.row_mut(row) = or(self.reached.row(row), new);
            rows.add(row);
        }
    }

    fn would_take_in(&self, inflow: &Inflow) -> bool {
        let is_new =
            |pixels: BitLine, passable: BitLine, reached: BitLine| and_not(and(pixels, passable), reached) != NO_BITS;
        let (passable, reached) = (&self.passable, &self.reached);
        is_new(inflow.top, passable.row(0), reached.row(0))
            || is_new(inflow.bottom, passable.row(LAST), reached.row(LAST))
            || is_new(inflow.left, passable.column(0), reached.column(0))
            || is_new(inflow.right, passable.column(LAST), reached.column(LAST))
    }

    fn flow_out(&self, at: TilePos, size: CanvasSize, front: &mut HashMap<TilePos, Inflow>) {
        let TilePos { column, row } = at;
        let (columns, rows) = (size.width().div_ceil(TILE_SIDE), size.height().div_ceil(TILE_SIDE));
        let reached = &self.reached;
        let mut flow = |at: TilePos, line: BitLine, side: fn(&mut Inflow) -> &mut BitLine| {
            if line != NO_BITS {
                *side(front.entry(at).or_default()) = line;
            }
        };
        if row > 0 {
            flow(TilePos { column, row: row - 1 }, reached.row(0), |inflow| &mut inflow.bottom);
        }
        if row + 1 < rows {
            flow(TilePos { column, row: row + 1 }, reached.row(LAST), |inflow| &mut inflow.top);
        }
        if column > 0 {
            flow(TilePos { column: column - 1, row }, reached.column(0), |inflow| &mut inflow.right);
        }
        if column + 1 < columns {
            flow(TilePos { column: column + 1, row }, reached.column(LAST), |inflow| &mut inflow.left);
        }
    }
}

/// Rows from which the flood goes on; each at most once, the last one added first.
#[derive(Default)]
struct RowsToDo {
    rows: Vec<usize>,
    waiting: BitLine,
}

impl RowsToDo {
    fn add(&mut self, row: usize) {
        if self.waiting[row / 64] >> (row % 64) & 1 == 0 {
            self.waiting[row / 64] |= 1 << (row % 64);
            self.rows.push(row);
        }
    }

    fn next(&mut self) -> Option<usize> {
        let row = self.rows.pop()?;
        self.waiting[row / 64] &= !(1 << (row % 64));
        Some(row)
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
