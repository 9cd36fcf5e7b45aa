//! Moving a selection's edge outwards or inwards.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::combine::{Combine, combine, inverted};
use super::dilate::{dilated, is_soft};
use super::distance::{Offset, Sites};
use super::neighbours::{Contents, runs};
use super::tilewise::{Content, FULL, Made, grid_of_made};
use crate::document::PixelRect;
use crate::document::tiles::{TILE_SIDE, Tile, TileGrid, TilePos, positions_in};
use crate::document::workers::on_workers;

/// Moves the edge `radius` pixels outwards, the same way in every direction: corners become round. A sharp edge stays
/// sharp and anti-aliased, a soft one soft.
#[must_use]
pub fn grown(selection: &TileGrid<u16>, radius: f32) -> TileGrid<u16> {
    if !radius.is_finite() || radius <= 0.0 {
        return selection.clone();
    }
    if is_soft(selection) { dilated(selection, radius) } else { Growth::new(selection, radius).grow() }
}

/// Moves the edge `radius` pixels inwards. Where the selection reaches the canvas's border it has no edge and stays.
#[must_use]
pub fn shrunk(selection: &TileGrid<u16>, radius: f32) -> TileGrid<u16> {
    inverted(&grown(&inverted(selection), radius))
}

/// A band along the edge, `radius` pixels to both sides of it.
#[must_use]
pub fn bordered(selection: &TileGrid<u16>, radius: f32) -> TileGrid<u16> {
    combine(&grown(selection, radius), &shrunk(selection, radius), Combine::Subtract)
}

struct Growth<'a> {
    selection: &'a TileGrid<u16>,
    radius: f32,
    contents: Contents,
    sites: Sites<'a>,
}

impl<'a> Growth<'a> {
    fn new(selection: &'a TileGrid<u16>, radius: f32) -> Self {
        let radius = radius.min(selection.size().width().max(selection.size().height()) as f32 * 1.5);
        let sites = Sites::new(selection, 1, radius.ceil() as u32 + 1);
        Self { selection, radius, contents: Contents::of(selection), sites }
    }

    fn grow(&self) -> TileGrid<u16> {
        let rows: Vec<_> = (0..self.selection.rows()).collect();
        let made = on_workers(|| rows.into_par_iter().flat_map_iter(|row| self.grow_row(row)).collect());
        grid_of_made(self.selection.size(), made)
    }

    /// Whether the tile is other than before.
    fn changes(&self, at: TilePos) -> bool {
        let reach = self.radius.ceil() as u32 + 1;
        self.contents.at(at) != Some(Content::Full)
            && self.contents.any_near(at, reach, |content| content != Content::Empty)
    }

    fn grow_row(&self, row: u32) -> Vec<(TilePos, Made)> {
        let columns = 0..self.selection.columns();
        let at = |column| TilePos { column, row };
        let kept = columns.clone().map(at).filter(|at| !self.changes(*at));
        let kept =
            kept.map(|at| (at, self.selection.shared_tile(at).map_or(Made::Empty, |tile| Made::Shared(Some(tile)))));
        let grown = runs(columns.map(|column| self.changes(at(column)))).into_iter().flat_map(|run| {
            let rect = at(run.start).rect().union(at(run.end - 1).rect());
            self.grow_run(rect.intersect(self.selection.size().bounds()))
        });
        kept.chain(grown).collect()
    }

    /// `rect`: the pixels of tiles that lie side by side.
    fn grow_run(&self, rect: PixelRect) -> Vec<(TilePos, Made)> {
        let mut tiles: Vec<_> = positions_in(rect).map(|at| (at, Tile::empty())).collect();
        self.sites.for_rows(rect, |y, offsets| {
            for (at, tile) in &mut tiles {
                let part = at.rect().intersect(rect);
                let offsets = &offsets[(part.left - rect.left) as usize..];
                let row = &mut tile.values_mut()[((y - part.top) * TILE_SIDE) as usize..][..part.width() as usize];
                for ((x, value), offset) in (part.left..).zip(row).zip(offsets) {
                    *value = offset.map_or(0, |offset| self.coverage(x, y, offset));
                }
            }
        });
        tiles.into_iter().map(|(at, tile)| (at, Made::New(tile))).collect()
    }

    /// What becomes of a pixel whose nearest pixel that is selected at all lies at `offset`.
    ///
    /// A pixel selected by the share `a` has the edge `a - 1/2` pixels beyond its middle; one whose middle lies `d` pixels
    /// inside the new edge is covered by `d + 1/2`. The pixels around the nearest one are asked as well: one a little
    /// further away but selected more may count for more.
    fn coverage(&self, x: u32, y: u32, offset: Offset) -> u16 {
        let inside = self.radius - offset.length();
        if inside >= 1.0 {
            return FULL;
        }
        if inside <= -1.0 {
            return 0;
        }
        let around = (-1..=1).flat_map(|down| (-1..=1).map(move |across| (across, down)));
        let covered = around.filter_map(|(across, down)| {
            let offset = Offset { across: offset.across + across, down: offset.down + down };
            let [x, y] = [x.checked_add_signed(offset.across)?, y.checked_add_signed(offset.down)?];
            let site = self.selection.pixel(x, y);
            (site > 0).then(|| self.radius - offset.length() + f32::from(site) / f32::from(FULL))
        });
        (covered.fold(0.0, f32::max).min(1.0) * f32::from(FULL) + 0.5) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;
    use crate::document::selection::ellipse;

    #[test]
    fn a_smooth_disc_becomes_a_smooth_larger_one_and_a_smaller_one() {
        let size = CanvasSize::new(300, 300).unwrap();
        let disc = |radius: f32| {
            let [x, y] = [150.3, 149.6];
            ellipse(size, [x - radius, y - radius], [x + radius, y + radius])
        };
        for radius in [1.0, 3.0, 10.0, 40.0] {
            for (made, exact) in
                [(grown(&disc(70.2), radius), disc(70.2 + radius)), (shrunk(&disc(70.2), radius), disc(70.2 - radius))]
            {
                let places = (0..300).flat_map(|y| (0..300).map(move |x| (x, y)));
                let errors: Vec<f64> = places
                    .map(|(x, y)| (f64::from(made.pixel(x, y)) - f64::from(exact.pixel(x, y))) / 65535.0)
                    .filter(|error| error.abs() > 1e-3)
                    .collect();
                let mean = (errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64).sqrt();
                assert!(mean < 0.08, "{radius}: {mean} of a pixel on average along the edge");
            }
        }
    }
}
