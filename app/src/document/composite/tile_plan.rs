//! How one tile of the flattened picture is made from the layers' tiles.
//!
//! The plan is made once a tile and then followed row by row: a row of the result, and those of the groups it comes from,
//! stay in the fastest cache while all layers are laid on them.

use std::ops::Range;
use std::sync::Arc;

use crate::document::blend::{blend_row, blend_row_clipped};
use crate::document::layer::{Layer, LayerContent};
use crate::document::tiles::{TILE_SIDE, Tile, TilePos, row_ranges};
use crate::document::{BlendMode, Pixel, PixelRect};

type Row = [Pixel; TILE_SIDE as usize];

const FULL: u16 = u16::MAX;
const EMPTY_ROW: Row = [[0; 4]; TILE_SIDE as usize];

/// What is laid on what, the lowest first. Layers that are hidden, empty here or covered are left out.
pub(super) struct TilePlan<'a> {
    steps: Vec<Step<'a>>,
}

/// A layer and those that are clipped to it.
struct Step<'a> {
    source: Source<'a>,
    mode: BlendMode,
    /// 65535 is opaque.
    opacity: u16,
    clipped: Vec<Step<'a>>,
}

enum Source<'a> {
    Empty,
    Tile { layer: &'a Layer, values: &'a [Pixel] },
    Group(Vec<Step<'a>>),
}

impl<'a> TilePlan<'a> {
    /// For `part` (in canvas pixels) of the tile at `at`.
    pub(super) fn new(layers: &'a [Layer], at: TilePos, part: PixelRect) -> Self {
        Self { steps: steps(layers, at, part) }
    }

    /// The layer's own tile where the plan comes to showing just that (itself `None` where there is nothing at all).
    pub(super) fn only_tile(&self, at: TilePos) -> Option<Option<Arc<Tile<Pixel>>>> {
        match self.steps.as_slice() {
            [] => Some(None),
            [Step { source: Source::Tile { layer, .. }, mode: BlendMode::Normal, opacity: FULL, clipped }]
                if clipped.is_empty() =>
            {
                layer.pixels().map(|pixels| pixels.shared_tile(at))
            }
            _ => None,
        }
    }

    /// Writes part of a row, on what is below all of this; `range` is its place among the tile's values.
    pub(super) fn write_row(&self, range: Range<usize>, below: Option<&[Pixel]>, out: &mut [Pixel]) {
        match below {
            Some(below) => out.copy_from_slice(below),
            None => out.fill([0; 4]),
        }
        lay(&self.steps, &range, out);
    }
}

fn steps<'a>(layers: &'a [Layer], at: TilePos, part: PixelRect) -> Vec<Step<'a>> {
    let mut steps: Vec<Step<'_>> = vec![];
    let mut rest = layers.iter().filter(|layer| layer.is_part_of_picture()).peekable();
    while let Some(base) = rest.next() {
        let mut clipped = vec![];
        let base = step(base, at, part);
        while let Some(layer) = rest.next_if(|layer| layer.props.clipped) {
            if base.is_some() {
                clipped.extend(step(layer, at, part));
            }
        }
        let Some(base) = base else { continue };
        let base = Step { clipped, ..base };
        if !steps.is_empty() && base.covers(at, part) {
            steps.clear();
        }
        steps.push(base);
    }
    steps
}

/// The layer by itself; `None` where it makes no difference.
fn step<'a>(layer: &'a Layer, at: TilePos, part: PixelRect) -> Option<Step<'a>> {
    if !layer.props.visible {
        return None;
    }
    let source = match &layer.content {
        LayerContent::Group(children) => match steps(children, at, part) {
            steps if steps.is_empty() => Source::Empty,
            steps => Source::Group(steps),
        },
        _ => match layer.pixels().and_then(|pixels| pixels.tile(at)) {
            Some(values) => Source::Tile { layer, values },
            None => Source::Empty,
        },
    };
    let mode = layer.props.blend;
    if matches!(source, Source::Empty) && !mode.acts_where_transparent() {
        return None;
    }
    Some(Step { source, mode, opacity: layer.props.opacity_u16(), clipped: vec![] })
}

impl Step<'_> {
    /// Whether nothing below can be seen through it.
    fn covers(&self, at: TilePos, part: PixelRect) -> bool {
        let is_plain = self.mode == BlendMode::Normal && self.opacity == FULL;
        let keeps_alpha = |clipped: &Self| {
            !matches!(clipped.mode, BlendMode::DestinationIn | BlendMode::DestinationAtop | BlendMode::Erase)
        };
        let Source::Tile { layer, values } = self.source else { return false };
        let Some(canvas) = layer.size() else { return false };
        is_plain
            && self.clipped.iter().all(keeps_alpha)
            && row_ranges(at, part.intersect(canvas.bounds()))
                .filter_map(|(_, range)| values.get(range))
                .all(|row| row.iter().all(|pixel| pixel[3] == FULL))
    }

    /// The layer with all that is clipped to it, before its own mode and opacity.
    fn write_row(&self, range: &Range<usize>, out: &mut [Pixel]) {
        match &self.source {
            Source::Empty => out.fill([0; 4]),
            Source::Tile { values, .. } => {
                if let Some(values) = values.get(range.clone()) {
                    out.copy_from_slice(values);
                }
            }
            Source::Group(steps) => {
                out.fill([0; 4]);
                lay(steps, range, out);
            }
        }
        for layer in &self.clipped {
            layer.with_row(range, |row| blend_row_clipped(layer.mode, out, row, layer.opacity));
        }
    }

    /// Calls `work` with the row, which is copied only where it has to be made.
    fn with_row(&self, range: &Range<usize>, work: impl FnOnce(&[Pixel])) {
        match &self.source {
            Source::Tile { values, .. } if self.clipped.is_empty() => {
                work(values.get(range.clone()).unwrap_or_default());
            }
            Source::Empty => work(&EMPTY_ROW[..range.len()]),
            _ => {
                let mut row = EMPTY_ROW;
                let row = &mut row[..range.len()];
                self.write_row(range, row);
                work(row);
            }
        }
    }
}

/// Lays the layers on what `out` holds.
fn lay(steps: &[Step<'_>], range: &Range<usize>, out: &mut [Pixel]) {
    for step in steps {
        step.with_row(range, |row| blend_row(step.mode, out, row, step.opacity));
    }
}
