//! Which tiles a change reaches.

use super::tilewise::{Content, content_of};
use crate::document::tiles::{TILE_SIDE, TileGrid, TilePos};
use crate::document::workers::on_workers;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

/// What each tile of a selection holds.
pub(super) struct Contents {
    columns: u32,
    rows: u32,
    contents: Vec<Content>,
}

impl Contents {
    pub(super) fn of(selection: &TileGrid<u16>) -> Self {
        let places: Vec<_> = selection.positions().collect();
        let contents = on_workers(|| places.into_par_iter().map(|at| content_of(selection, at)).collect());
        Self { columns: selection.columns(), rows: selection.rows(), contents }
    }

    /// Beyond the grid, nothing.
    pub(super) fn at(&self, at: TilePos) -> Option<Content> {
        let is_inside = at.column < self.columns && at.row < self.rows;
        is_inside.then(|| self.contents[(at.row * self.columns + at.column) as usize])
    }

    /// Whether any tile with pixels within `reach` of the tile's, along both axes, is one that `is_wanted`.
    pub(super) fn any_near(&self, at: TilePos, reach: u32, is_wanted: impl Fn(Content) -> bool) -> bool {
        self.near(at, reach).any(|at| self.at(at).is_some_and(&is_wanted))
    }

    /// The tiles with pixels within `reach` of the tile's, along both axes; itself among them.
    pub(super) fn near(&self, at: TilePos, reach: u32) -> impl Iterator<Item = TilePos> + use<> {
        let tiles = reach.div_ceil(TILE_SIDE);
        let columns = at.column.saturating_sub(tiles)..(at.column + tiles + 1).min(self.columns);
        let rows = at.row.saturating_sub(tiles)..(at.row + tiles + 1).min(self.rows);
        rows.flat_map(move |row| columns.clone().map(move |column| TilePos { column, row }))
    }
}

/// Tiles that lie side by side in one row (or one below the other in one column), as a range.
pub(super) fn runs(wanted: impl Iterator<Item = bool>) -> Vec<std::ops::Range<u32>> {
    let mut runs: Vec<std::ops::Range<u32>> = vec![];
    for (index, _) in (0u32..).zip(wanted).filter(|(_, is_wanted)| *is_wanted) {
        match runs.last_mut() {
            Some(run) if run.end == index => run.end += 1,
            _ => runs.push(index..index + 1),
        }
    }
    runs
}
