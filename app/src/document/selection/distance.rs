//! How far each pixel is from the nearest of some sites, exactly, in time linear in the pixels.
//!
//! First down and up each column, then along each row the lower envelope of parabolas: P. Felzenszwalb and
//! D. Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8 (2012). A row of tiles needs from
//! the others only the first and last site of each of their columns, so that rows of tiles are worked on one by one and
//! side by side.

use std::ops::Range;

use super::tilewise::{Content, content_of};
use crate::document::tiles::{TILE_SIDE, TileGrid, TilePos, row_ranges};
use crate::document::workers::on_workers;
use crate::document::{CanvasSize, PixelRect};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

const SIDE: usize = TILE_SIDE as usize;
/// No site within reach.
const NONE: i16 = i16::MAX;

/// From a pixel to the nearest site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    pub(super) across: i32,
    pub(super) down: i32,
}

impl Offset {
    pub(super) fn length(self) -> f32 {
        // Exact up to the root: no canvas has a diagonal whose square needs more than 30 bits.
        f64::from(self.across * self.across + self.down * self.down).sqrt() as f32
    }
}

/// In which rows of a tile each of its columns has its first and last site.
enum Ends {
    /// No column has any.
    Nowhere,
    /// Every pixel on the canvas is one.
    Everywhere,
    /// A first row after the last one where there is none.
    Rows(Box<[Range<u16>; SIDE]>),
}

/// The pixels of a selection whose values are at least a level, and how far to look for them.
pub(super) struct Sites<'a> {
    selection: &'a TileGrid<u16>,
    level: u16,
    /// Pixels; sites further away, along either axis, are not found.
    reach: u32,
    ends: Vec<Ends>,
}

impl<'a> Sites<'a> {
    pub(super) fn new(selection: &'a TileGrid<u16>, level: u16, reach: u32) -> Self {
        let places: Vec<_> = selection.positions().collect();
        let ends = on_workers(|| places.into_par_iter().map(|at| ends_of(selection, at, level)).collect());
        Self { selection, level, reach: reach.min(CanvasSize::MAX_SIDE), ends }
    }

    fn ends(&self, at: TilePos) -> &Ends {
        &self.ends[(at.row * self.selection.columns() + at.column) as usize]
    }

    /// Calls `visit(y, offsets)` for each row of `rect`, which lies in one row of tiles, with the offset of each of the
    /// row's pixels to the nearest site.
    pub(super) fn for_rows(&self, rect: PixelRect, mut visit: impl FnMut(u32, &[Option<Offset>])) {
        let canvas = self.selection.size().bounds();
        let wide = PixelRect {
            left: rect.left.saturating_sub(self.reach),
            right: rect.right.saturating_add(self.reach),
            ..rect
        };
        let wide = wide.intersect(canvas);
        let down_columns = self.down_columns(wide);
        let width = wide.width() as usize;
        let (mut envelope, mut offsets) = (Envelope::default(), vec![None; rect.width() as usize]);
        for (y, distances) in (rect.top..rect.bottom).zip(down_columns.chunks_exact(width.max(1))) {
            envelope.of_row(distances);
            envelope.offsets((rect.left - wide.left) as usize, &mut offsets);
            visit(y, &offsets);
        }
    }

    /// For each pixel of `rect`, row by row, how many rows below it the nearest site of its column lies.
    fn down_columns(&self, rect: PixelRect) -> Vec<i16> {
        let width = rect.width() as usize;
        let mut nearest = vec![NONE; width * rect.height() as usize];
        let mut above = self.rows_above(rect);
        for (y, row) in (rect.top..).zip(nearest.chunks_exact_mut(width.max(1))) {
            above.iter_mut().for_each(|rows| *rows = rows.saturating_add(1));
            self.mark_sites(y, rect, &mut above);
            for (value, above) in row.iter_mut().zip(&above) {
                *value = if u32::from(*above) <= self.reach { -(*above as i16) } else { NONE };
            }
        }
        let mut below = self.rows_below(rect);
        for (y, row) in (rect.top..rect.bottom).rev().zip(nearest.chunks_exact_mut(width.max(1)).rev()) {
            below.iter_mut().for_each(|rows| *rows = rows.saturating_add(1));
            self.mark_sites(y, rect, &mut below);
            for (value, below) in row.iter_mut().zip(&below) {
                if u32::from(*below) <= self.reach && *below < value.unsigned_abs() {
                    *value = *below as i16;
                }
            }
        }
        nearest
    }

    /// Sets to 0 the columns that have a site in row `y`.
    fn mark_sites(&self, y: u32, rect: PixelRect, rows: &mut [u16]) {
        for (left, length, values) in self.selection.row_parts(y, rect.left, rect.right) {
            let start = (left - rect.left) as usize;
            if let (Some(values), Some(rows)) = (values, rows.get_mut(start..start + length)) {
                rows.iter_mut()
                    .zip(values)
                    .for_each(|(rows, value)| *rows = if *value >= self.level { 0 } else { *rows });
            }
        }
    }

    /// How far above the first row of `rect` (in one row of tiles) each column's nearest site lies, less 1.
    fn rows_above(&self, rect: PixelRect) -> Vec<u16> {
        let row = rect.top / TILE_SIDE;
        let rows = row.saturating_sub(self.reach.div_ceil(TILE_SIDE))..row;
        self.rows_beyond(rect, rows.rev(), |tile, ends| {
            let last = match ends {
                Some(ends) if ends.is_empty() => return None,
                Some(ends) => tile.top + u32::from(ends.end) - 1,
                None => tile.bottom - 1,
            };
            Some(rect.top - 1 - last)
        })
    }

    /// As [`Self::rows_above`], below the last row.
    fn rows_below(&self, rect: PixelRect) -> Vec<u16> {
        let row = rect.top / TILE_SIDE;
        let rows = row + 1..(row + 1 + self.reach.div_ceil(TILE_SIDE)).min(self.selection.rows());
        self.rows_beyond(rect, rows, |tile, ends| {
            let first = match ends {
                Some(ends) if ends.is_empty() => return None,
                Some(ends) => tile.top + u32::from(ends.start),
                None => tile.top,
            };
            Some(first - rect.bottom)
        })
    }

    /// For each column of `rect`, what `rows_to(tile, ends)` says of the first of the `rows` of tiles in which it has a
    /// site.
    fn rows_beyond(
        &self,
        rect: PixelRect,
        rows: impl Iterator<Item = u32>,
        rows_to: impl Fn(PixelRect, Option<&Range<u16>>) -> Option<u32>,
    ) -> Vec<u16> {
        let mut found = vec![u16::MAX; rect.width() as usize];
        for row in rows {
            for column in rect.left / TILE_SIDE..rect.right.div_ceil(TILE_SIDE) {
                let at = TilePos { column, row };
                let part = at.rect().intersect(PixelRect { top: 0, bottom: u32::MAX, ..rect });
                let places = &mut found[(part.left - rect.left) as usize..(part.right - rect.left) as usize];
                let tile = at.rect().intersect(self.selection.size().bounds());
                let ends = match self.ends(at) {
                    Ends::Nowhere => continue,
                    Ends::Everywhere => None,
                    Ends::Rows(ends) => Some(&ends[(part.left - tile.left) as usize..]),
                };
                for (index, place) in places.iter_mut().enumerate().filter(|(_, place)| **place == u16::MAX) {
                    if let Some(rows) = rows_to(tile, ends.map(|ends| &ends[index])) {
                        *place = rows as u16;
                    }
                }
            }
        }
        found
    }
}

fn ends_of(selection: &TileGrid<u16>, at: TilePos, level: u16) -> Ends {
    match content_of(selection, at) {
        Content::Empty => return Ends::Nowhere,
        Content::Full => return Ends::Everywhere,
        Content::Mixed => {}
    }
    let none = SIDE as u16..0;
    let mut ends = Box::new([const { 0..0 }; SIDE]);
    ends.fill(none);
    let values = selection.tile(at).unwrap_or_default();
    for (y, range) in row_ranges(at, selection.size().bounds()) {
        let row = (y % TILE_SIDE) as u16;
        for (column, _) in values[range].iter().enumerate().filter(|(_, value)| **value >= level) {
            ends[column] = ends[column].start.min(row)..row + 1;
        }
    }
    Ends::Rows(ends)
}

/// The lower envelope of the parabolas `(x - place)² + down²` of one row.
#[derive(Default)]
struct Envelope {
    parabolas: Vec<Parabola>,
}

struct Parabola {
    place: i32,
    down: i32,
    /// From here on it is the lowest.
    from: f64,
}

impl Envelope {
    /// Takes in the columns' distances of a row.
    fn of_row(&mut self, distances: &[i16]) {
        self.parabolas.clear();
        for (place, down) in (0i32..).zip(distances).filter(|(_, down)| **down != NONE) {
            let down = i32::from(*down);
            let from = loop {
                let Some(last) = self.parabolas.last() else { break f64::NEG_INFINITY };
                let squares = (place * place + down * down) - (last.place * last.place + last.down * last.down);
                let from = f64::from(squares) / f64::from(2 * (place - last.place));
                if from > last.from {
                    break from;
                }
                self.parabolas.pop();
            };
            self.parabolas.push(Parabola { place, down, from });
        }
    }

    /// The nearest site of each place from `first` on.
    fn offsets(&self, first: usize, offsets: &mut [Option<Offset>]) {
        let mut parabolas = self.parabolas.iter().peekable();
        let mut lowest = parabolas.next();
        for (x, offset) in (first as i32..).zip(offsets) {
            while let Some(next) = parabolas.next_if(|next| next.from <= f64::from(x)) {
                lowest = Some(next);
            }
            *offset = lowest.map(|parabola| Offset { across: parabola.place - x, down: parabola.down });
        }
    }
}
