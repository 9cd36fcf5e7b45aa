//! Scaling along the axes, one after the other.
//!
//! Where pixels are shrunk the kernel grows with them, so that every source pixel counts; the arithmetic is that of
//! Pillow's `Image.resize` with its `box` (`Resample.c`).

use std::ops::Range;

use super::filter::{Filter, Sample, add};
use super::grids::grid_of_tiles;
use crate::document::tiles::{Tile, TileGrid, TilePos, positions_in};
use crate::document::{CanvasSize, PixelRect, for_rows};

/// Where along one axis the new pixels lie in the old ones: the centre of new pixel `i` is at `start + (i + 0.5) step`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) start: f64,
    /// Old pixels a new one; negative where the picture is mirrored.
    pub(super) step: f64,
}

/// What lies beyond the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// Nothing: what reaches there fades out.
    Transparent,
    /// No matter: the pixels inside weigh more instead.
    Ignored,
}

/// The old pixels that make one new pixel.
struct Taps {
    first: u32,
    weights: Range<usize>,
}

/// The taps of a run of new pixels, with the weights of all.
struct AxisTaps {
    taps: Vec<Taps>,
    weights: Vec<f32>,
    /// All old pixels that count.
    span: Range<u32>,
}

/// A canvas of `size` made from one of another.
pub(super) fn rescaled<P: Sample>(
    source: &TileGrid<P>,
    size: CanvasSize,
    [x, y]: [Axis; 2],
    filter: Filter,
    edge: Edge,
) -> TileGrid<P> {
    let old = source.size();
    grid_of_tiles(size, |at| {
        let inside = at.rect().intersect(size.bounds());
        let columns = x.taps(inside.left..inside.right, old.width(), filter, edge);
        let rows = y.taps(inside.top..inside.bottom, old.height(), filter, edge);
        tile(source, at, inside, &columns, &rows)
    })
}

/// `None` where the old pixels are empty.
fn tile<P: Sample>(
    source: &TileGrid<P>,
    at: TilePos,
    inside: PixelRect,
    columns: &AxisTaps,
    rows: &AxisTaps,
) -> Option<Tile<P>> {
    let (across, down) = (columns.span.clone(), rows.span.clone());
    let footprint = PixelRect { left: across.start, top: down.start, right: across.end, bottom: down.end };
    if positions_in(footprint).all(|at| source.tile(at).is_none()) {
        return None;
    }
    let width = columns.taps.len();
    let mut line = vec![[0.0; 4]; across.len()];
    let mut scaled_lines = vec![[0.0; 4]; width * down.len()];
    for (y, scaled_line) in down.clone().zip(scaled_lines.chunks_exact_mut(width)) {
        if read_line(source, y, across.clone(), &mut line) {
            scale_line(&line, columns, scaled_line);
        }
    }
    let mut tile = Tile::empty();
    let mut sums = vec![[0.0; 4]; width];
    for_rows(tile.values_mut(), at, inside, |_, y, out| {
        let Some(taps) = rows.taps.get((y - inside.top) as usize) else { return };
        sums.fill([0.0; 4]);
        let first = (taps.first - down.start) as usize;
        for (weight, line) in
            rows.weights[taps.weights.clone()].iter().zip(scaled_lines.chunks_exact(width).skip(first))
        {
            for (sum, value) in sums.iter_mut().zip(line) {
                add(sum, *value, *weight);
            }
        }
        for (value, sum) in out.iter_mut().zip(&sums) {
            *value = P::from_lanes(*sum);
        }
    });
    Some(tile)
}

/// False where the whole line is empty.
fn read_line<P: Sample>(source: &TileGrid<P>, y: u32, across: Range<u32>, line: &mut [[f32; 4]]) -> bool {
    let mut has_any = false;
    let mut rest = line;
    for (_, length, part) in source.row_parts(y, across.start, across.end) {
        let (head, tail) = rest.split_at_mut(length.min(rest.len()));
        match part {
            Some(values) => head.iter_mut().zip(values).for_each(|(lanes, value)| *lanes = value.lanes()),
            None => head.fill([0.0; 4]),
        }
        has_any |= part.is_some();
        rest = tail;
    }
    has_any
}

fn scale_line(line: &[[f32; 4]], columns: &AxisTaps, out: &mut [[f32; 4]]) {
    for (out, taps) in out.iter_mut().zip(&columns.taps) {
        let first = (taps.first - columns.span.start) as usize;
        let mut sum = [0.0; 4];
        for (value, weight) in line.iter().skip(first).zip(&columns.weights[taps.weights.clone()]) {
            add(&mut sum, *value, *weight);
        }
        *out = sum;
    }
}

impl Axis {
    /// The whole of one length onto the whole of another.
    pub(super) fn whole(old: u32, new: u32) -> Self {
        Self { start: 0.0, step: f64::from(old) / f64::from(new) }
    }

    fn taps(self, new: Range<u32>, old_length: u32, filter: Filter, edge: Edge) -> AxisTaps {
        let mut all = AxisTaps { taps: vec![], weights: vec![], span: 0..0 };
        for index in new {
            let center = self.start + (f64::from(index) + 0.5) * self.step;
            let begin = all.weights.len();
            let (first, sum) = match filter {
                Filter::Nearest => nearest(center, old_length, &mut all.weights),
                filter => self.kernel(center, old_length, filter, &mut all.weights),
            };
            let weights = begin..all.weights.len();
            if edge == Edge::Ignored && sum != 0.0 {
                all.weights[weights.clone()].iter_mut().for_each(|weight| *weight /= sum);
            }
            if !weights.is_empty() {
                let end = first + weights.len() as u32;
                let span = all.span.clone();
                all.span = if span.is_empty() { first..end } else { span.start.min(first)..span.end.max(end) };
            }
            all.taps.push(Taps { first, weights });
        }
        // New pixels without any old one begin where the others do.
        let start = all.span.start;
        all.taps.iter_mut().filter(|taps| taps.weights.is_empty()).for_each(|taps| taps.first = start);
        all
    }

    /// Appends the weights about `center`; returns the first old pixel and the sum of the weights.
    fn kernel(self, center: f64, old_length: u32, filter: Filter, weights: &mut Vec<f32>) -> (u32, f32) {
        let stretch = self.step.abs().max(1.0);
        let radius = filter.radius() * stretch;
        let bound = |x: f64| (x + 0.5).clamp(0.0, f64::from(old_length)) as u32;
        let (first, end) = (bound(center - radius), bound(center + radius));
        let at = |old: u32| filter.weight((f64::from(old) - center + 0.5) / stretch);
        // All weights, those beyond the canvas too: together they must be 1.
        let (low, high) = ((center - radius + 0.5).floor() as i64, (center + radius + 0.5).floor() as i64);
        let sum: f64 = (low..high).map(|old| filter.weight((old as f64 - center + 0.5) / stretch)).sum();
        let begin = weights.len();
        weights.extend((first..end).map(|old| (at(old) / sum) as f32));
        (first, weights[begin..].iter().sum())
    }
}

fn nearest(center: f64, old_length: u32, weights: &mut Vec<f32>) -> (u32, f32) {
    if (0.0..f64::from(old_length)).contains(&center) {
        weights.push(1.0);
        (center as u32, 1.0)
    } else {
        (0, 0.0)
    }
}
