//! Soft edges.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::gaussian::{Gaussian, LANES, Lanes};
use super::neighbours::{Contents, runs};
use super::tilewise::{Content, Made, grid_of_made};
use crate::document::PixelRect;
use crate::document::tiles::{TILE_SIDE, Tile, TileGrid, TilePos};
use crate::document::workers::on_workers;

const SIDE: usize = TILE_SIDE as usize;
/// Narrower than this a Gaussian changes nothing.
const MIN_SIGMA: f32 = 0.2;

/// Softens the selection's edge over `radius` pixels to both sides, as Krita's and GIMP's "feather".
///
/// The standard deviation is Krita's for this radius (`KisGaussianKernel::sigmaFromRadius`).
#[must_use]
pub fn feathered(selection: &TileGrid<u16>, radius: f32) -> TileGrid<u16> {
    if radius > 0.0 { blurred(selection, 0.3 * radius + 0.3) } else { selection.clone() }
}

/// Blurs a selection or mask by a Gaussian of `sigma` pixels. Beyond the canvas it goes on as at its border, so that
/// nothing fades there.
#[must_use]
pub fn blurred(selection: &TileGrid<u16>, sigma: f32) -> TileGrid<u16> {
    if !sigma.is_finite() || sigma < MIN_SIGMA {
        return selection.clone();
    }
    let blur = Blur::new(selection, Gaussian::new(f64::from(sigma)));
    let along_rows = blur.along_rows();
    let made = blur.along_columns(&along_rows);
    grid_of_made(selection.size(), made)
}

struct Blur<'a> {
    selection: &'a TileGrid<u16>,
    contents: Contents,
    gaussian: Gaussian,
}

impl<'a> Blur<'a> {
    fn new(selection: &'a TileGrid<u16>, gaussian: Gaussian) -> Self {
        Self { selection, contents: Contents::of(selection), gaussian }
    }

    /// Whether the tile is other than before.
    fn changes(&self, at: TilePos) -> bool {
        let own = self.contents.at(at);
        self.contents.any_near(at, self.gaussian.reach(), |content| content == Content::Mixed || Some(content) != own)
    }

    /// The tiles above and below which, within reach, one changes, blurred along their rows.
    fn along_rows(&self) -> TileGrid<u16> {
        let rows: Vec<_> = (0..self.selection.rows()).collect();
        let tiles = self.gaussian.reach().div_ceil(TILE_SIDE);
        let blur_row = |row: u32| {
            let near = row.saturating_sub(tiles)..(row + tiles + 1).min(self.selection.rows());
            let is_wanted = |column| near.clone().any(|row| self.changes(TilePos { column, row }));
            runs((0..self.selection.columns()).map(is_wanted)).into_iter().flat_map(move |run| {
                let first = TilePos { column: run.start, row }.rect();
                let last = TilePos { column: run.end - 1, row }.rect();
                self.blur_rows(first.union(last).intersect(self.selection.size().bounds()))
            })
        };
        grid_of_made(self.selection.size(), on_workers(|| rows.into_par_iter().flat_map_iter(blur_row).collect()))
    }

    /// `rect`: the pixels of tiles that lie side by side.
    fn blur_rows(&self, rect: PixelRect) -> Vec<(TilePos, Made)> {
        let reach = self.gaussian.reach();
        let left = rect.left.saturating_sub(reach);
        let right = (rect.right + reach).min(self.selection.size().width());
        let mut tiles: Vec<_> = crate::document::tiles::positions_in(rect).map(|at| (at, Tile::empty())).collect();
        let mut lines = vec![[0.0; LANES]; (right - left) as usize];
        let mut work = vec![];
        for top in (rect.top..rect.bottom).step_by(LANES) {
            let rows = top..(top + LANES as u32).min(rect.bottom);
            for (lane, y) in rows.clone().enumerate() {
                read_row(self.selection, y, left, right, |index, value| lines[index][lane] = value);
            }
            self.gaussian.blur(&mut lines, &mut work);
            for (at, tile) in &mut tiles {
                let part = at.rect().intersect(rect);
                let start = (part.left - left) as usize;
                for (lane, y) in rows.clone().enumerate() {
                    let row = &mut tile.values_mut()[(y % TILE_SIDE) as usize * SIDE..][..part.width() as usize];
                    row.iter_mut().zip(&lines[start..]).for_each(|(value, line)| *value = level(line[lane]));
                }
            }
        }
        tiles.into_iter().map(|(at, tile)| (at, Made::New(tile))).collect()
    }

    /// Every tile: those that change blurred along their columns, the rest as they were.
    fn along_columns(&self, along_rows: &TileGrid<u16>) -> Vec<(TilePos, Made)> {
        let columns: Vec<_> = (0..self.selection.columns()).collect();
        let blur_column = |column: u32| {
            let changes = move |row| self.changes(TilePos { column, row });
            let blurred = runs((0..self.selection.rows()).map(changes)).into_iter().flat_map(move |run| {
                let first = TilePos { column, row: run.start }.rect();
                let last = TilePos { column, row: run.end - 1 }.rect();
                self.blur_columns(along_rows, first.union(last).intersect(self.selection.size().bounds()))
            });
            let kept = (0..self.selection.rows()).filter(move |row| !changes(*row)).map(move |row| {
                let at = TilePos { column, row };
                (at, self.selection.shared_tile(at).map_or(Made::Empty, |tile| Made::Shared(Some(tile))))
            });
            blurred.chain(kept)
        };
        on_workers(|| columns.into_par_iter().flat_map_iter(blur_column).collect())
    }

    /// `rect`: the pixels of tiles that lie one below the other.
    fn blur_columns(&self, along_rows: &TileGrid<u16>, rect: PixelRect) -> Vec<(TilePos, Made)> {
        let reach = self.gaussian.reach();
        let top = rect.top.saturating_sub(reach);
        let bottom = (rect.bottom + reach).min(self.selection.size().height());
        let mut tiles: Vec<_> = crate::document::tiles::positions_in(rect).map(|at| (at, Tile::empty())).collect();
        let mut lines = vec![[0.0; LANES]; (bottom - top) as usize];
        let mut work = vec![];
        for left in (rect.left..rect.right).step_by(LANES) {
            let right = (left + LANES as u32).min(rect.right);
            read_columns(along_rows, left..right, top, &mut lines);
            self.gaussian.blur(&mut lines, &mut work);
            for (at, tile) in &mut tiles {
                let part = at.rect().intersect(rect);
                let column = (left % TILE_SIDE) as usize;
                let rows = tile.values_mut().chunks_exact_mut(SIDE);
                for (row, line) in rows.take(part.height() as usize).zip(&lines[(part.top - top) as usize..]) {
                    let places = &mut row[column..column + (right - left) as usize];
                    places.iter_mut().zip(line).for_each(|(value, blurred)| *value = level(*blurred));
                }
            }
        }
        tiles.into_iter().map(|(at, tile)| (at, Made::New(tile))).collect()
    }
}

fn read_row(selection: &TileGrid<u16>, y: u32, left: u32, right: u32, mut set: impl FnMut(usize, f64)) {
    for (from, length, values) in selection.row_parts(y, left, right) {
        let start = (from - left) as usize;
        match values {
            Some(values) => (start..).zip(values).for_each(|(index, value)| set(index, f64::from(*value))),
            None => (start..start + length).for_each(|index| set(index, 0.0)),
        }
    }
}

/// Reads up to [`LANES`] columns of one tile's width, from row `top` on.
fn read_columns(grid: &TileGrid<u16>, columns: std::ops::Range<u32>, top: u32, lines: &mut [Lanes]) {
    let within = (columns.start % TILE_SIDE) as usize;
    let mut values = None;
    for (y, line) in (top..).zip(lines) {
        if y == top || y % TILE_SIDE == 0 {
            values = grid.tile(TilePos { column: columns.start / TILE_SIDE, row: y / TILE_SIDE });
        }
        let start = (y % TILE_SIDE) as usize * SIDE + within;
        let row = values.map_or(&[][..], |values| &values[start..start + columns.len()]);
        *line = std::array::from_fn(|lane| row.get(lane).map_or(0.0, |value| f64::from(*value)));
    }
}

fn level(value: f64) -> u16 {
    (value + 0.5) as u16
}
