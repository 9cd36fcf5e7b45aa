//! Paint that is picked up from the canvas and carried along.

use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

use super::dab::Dab;
use super::mix_row::SmearRow;
use super::touched::PARALLEL_PIXELS;
use super::value::PaintValue;
use crate::document::{PixelRect, TileGrid, dispatch, on_workers};

/// What a dab is painted with.
pub(super) enum Picked<P> {
    Color(P),
    /// Another colour for each pixel.
    Region(Region<P>),
}

/// The paint in the brush.
#[derive(Clone, Debug)]
pub(super) struct Reservoir {
    /// How much of it stays from dab to dab, 0 to 1.
    length: f32,
    /// Premultiplied, 0 to 65535; `None` before the first dab.
    color: Option<[f32; 4]>,
    /// Pixel that the last dab's centre was in.
    last: Option<[i64; 2]>,
}

/// Points a side at which the canvas is looked at under a dab; more make no difference that can be seen.
const LOOKS: u32 = 20;

impl Reservoir {
    pub(super) fn new(length: f32) -> Self {
        Self { length, color: None, last: None }
    }

    /// MyPaint's smudge: the colour under the brush is mixed into what the brush carries, and that into its own colour.
    pub(super) fn dulled<P: PaintValue>(&mut self, grid: &TileGrid<P>, dab: &Dab, own: P) -> P {
        let under = color_under(grid, dab);
        let mix = |a: [f32; 4], b: [f32; 4], share: f32| -> [f32; 4] {
            std::array::from_fn(|channel| a[channel] + (b[channel] - a[channel]) * share)
        };
        let carried = match (self.color, under) {
            (Some(carried), Some(under)) => mix(under, carried, self.length),
            (Some(carried), None) => carried,
            (None, Some(under)) => under,
            (None, None) => return own,
        };
        self.color = Some(carried);
        P::from_channels(mix(own.channels(), carried, dab.smudge))
    }

    /// Krita's smearing: what lay under the last dab is laid under this one. The region's values are overwritten.
    pub(super) fn smeared<P: PaintValue>(
        &mut self,
        grid: &TileGrid<P>,
        dab: &Dab,
        mut region: Region<P>,
        own: P,
    ) -> Region<P> {
        let bounds = region.bounds;
        // Whole pixels: parts of pixels would blur the paint at every dab.
        let here = dab.center_in_canvas.map(|at| at.floor() as i64);
        let [last_x, last_y] = self.last.replace(here).unwrap_or(here);
        let offset = [last_x - here[0], last_y - here[1]];
        let share = |share: f32| (share * 65535.0) as u16;
        let (length, smudge) = (share(self.length), share(dab.smudge));
        let width = bounds.width() as usize;
        let smear = |(row, y): (&mut [P], u32)| {
            copy_row(grid, row, [i64::from(bounds.left) + offset[0], i64::from(y) + offset[1]]);
            let mut rest = row;
            for (_, count, under) in grid.row_parts(y, bounds.left, bounds.right) {
                let (part, others) = rest.split_at_mut(count.min(rest.len()));
                dispatch(SmearRow { values: part, under, own, length, smudge });
                rest = others;
            }
        };
        if bounds.area() > PARALLEL_PIXELS {
            let rows = region.values.par_chunks_exact_mut(width).zip(bounds.top..bounds.bottom);
            on_workers(|| rows.for_each(smear));
        } else if width > 0 {
            region.values.chunks_exact_mut(width).zip(bounds.top..bounds.bottom).for_each(smear);
        }
        region
    }
}

/// The mean of what lies under the dab, the middle counting more; `None` beside the canvas.
fn color_under<P: PaintValue>(grid: &TileGrid<P>, dab: &Dab) -> Option<[f32; 4]> {
    let (width, height) = (grid.size().width() as f32, grid.size().height() as f32);
    let [center_x, center_y] = dab.center_in_canvas;
    let looks = (2.0 * dab.radius).ceil().min(LOOKS as f32).max(1.0) as u32;
    let at = |index: u32| (2 * index + 1) as f32 / looks as f32 - 1.0;
    let (mut sums, mut weights) = ([0.0f32; 4], 0.0f32);
    for (u, v) in (0..looks).flat_map(|row| (0..looks).map(move |column| (at(column), at(row)))) {
        let weight = 1.0 - u * u - v * v;
        let (x, y) = (center_x + u * dab.radius, center_y + v * dab.radius);
        if weight <= 0.0 || x < 0.0 || y < 0.0 || x >= width || y >= height {
            continue;
        }
        for (sum, channel) in sums.iter_mut().zip(grid.pixel(x as u32, y as u32).channels()) {
            *sum += weight * channel;
        }
        weights += weight;
    }
    (weights > 0.0).then(|| sums.map(|sum| sum / weights))
}

/// A copied part of a canvas.
pub(super) struct Region<P> {
    bounds: PixelRect,
    values: Vec<P>,
}

/// Fills a row with what lies on the canvas from `left`, `y` on; beyond the canvas its rim goes on.
fn copy_row<P: PaintValue>(grid: &TileGrid<P>, row: &mut [P], [left, y]: [i64; 2]) {
    let (width, height) = (i64::from(grid.size().width()), i64::from(grid.size().height()));
    let y = y.clamp(0, height - 1) as u32;
    let right = left + row.len() as i64;
    // The part of the row that lies on the canvas.
    let (from, to) = (left.clamp(0, width), right.clamp(0, width));
    let (before, rest) = row.split_at_mut((from - left).clamp(0, row.len() as i64) as usize);
    let (mut inside, after) = rest.split_at_mut((to - from).max(0).min(rest.len() as i64) as usize);
    before.fill(grid.pixel(0, y));
    after.fill(grid.pixel((width - 1) as u32, y));
    for (_, count, part) in grid.row_parts(y, from as u32, to as u32) {
        let (here, others) = inside.split_at_mut(count.min(inside.len()));
        match part {
            Some(part) => here.copy_from_slice(part),
            None => here.fill(P::default()),
        }
        inside = others;
    }
}

impl<P: PaintValue> Region<P> {
    /// With any values, in the memory of `values`.
    pub(super) fn new(bounds: PixelRect, mut values: Vec<P>) -> Self {
        values.resize(bounds.area() as usize, P::default());
        Self { bounds, values }
    }

    /// Its memory, for another one.
    pub(super) fn into_values(self) -> Vec<P> {
        self.values
    }

    /// The values from `left` on.
    pub(super) fn row(&self, left: u32, y: u32) -> &[P] {
        let width = self.bounds.width() as usize;
        let start = (y - self.bounds.top) as usize * width;
        self.values.get(start + (left - self.bounds.left) as usize..start + width).unwrap_or_default()
    }
}
