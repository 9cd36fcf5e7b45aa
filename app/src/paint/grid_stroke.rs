//! A stroke on one grid of tiles: a layer's pixels or a mask's grey.

use super::PenSample;
use super::brush::Brush;
use super::build_up::BuildUp;
use super::dab::Dab;
use super::limits::Limits;
use super::path::DabPath;
use super::symmetry::Symmetry;
use super::value::PaintValue;
use super::wash::Wash;
use crate::document::{PixelRect, TileChange, TileGrid};

/// A stroke that is being made. Between [`GridStroke::begin`] and [`GridStroke::finish`] or [`GridStroke::cancel`] nothing
/// else may change the grid. What comes out depends on the samples only, not on how they are grouped.
#[derive(Debug)]
pub(crate) struct GridStroke<P> {
    brush: Brush,
    symmetry: Symmetry,
    path: DabPath,
    surface: Surface<P>,
    dirty: PixelRect,
}

/// How a stroke is made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    pub(crate) brush: Brush,
    pub(crate) limits: Limits,
    pub(crate) symmetry: Symmetry,
}

#[derive(Debug)]
enum Surface<P> {
    Wash(Wash<P>),
    BuildUp(BuildUp<P>),
}

impl<P: PaintValue> GridStroke<P> {
    /// The pen touches the canvas and lays the first dab of `ink` (of nothing, if the brush erases).
    pub(crate) fn begin(grid: &mut TileGrid<P>, setup: Setup, ink: P, sample: PenSample) -> Self {
        let Setup { brush, limits, symmetry } = setup;
        let brush = brush.clamped();
        let ink = if brush.erases { P::default() } else { ink };
        let mut dabs = Vec::new();
        let path = DabPath::begin(&brush, grid.size(), sample, &mut dabs);
        let surface = if brush.builds_up || (brush.smudge > 0.0 && !brush.erases) {
            Surface::BuildUp(BuildUp::new(&brush, ink, limits, symmetry.copies()))
        } else {
            Surface::Wash(Wash::new(&brush, ink, limits))
        };
        let mut stroke = Self { brush, symmetry, path, surface, dirty: PixelRect::EMPTY };
        stroke.lay(grid, dabs);
        stroke
    }

    /// Goes on through all samples since the last call; returns the pixels that may have changed.
    pub(crate) fn extend(&mut self, grid: &mut TileGrid<P>, samples: &[PenSample]) -> PixelRect {
        let mut dabs = Vec::new();
        for sample in samples {
            self.path.extend(*sample, &mut dabs);
        }
        self.lay(grid, dabs)
    }

    fn lay(&mut self, grid: &mut TileGrid<P>, dabs: Vec<Dab>) -> PixelRect {
        let dabs = self.with_copies(dabs);
        let dirty = match &mut self.surface {
            Surface::Wash(wash) => wash.lay(grid, &self.brush, &dabs),
            Surface::BuildUp(build_up) => build_up.lay(grid, &self.brush, &dabs),
        };
        self.dirty = self.dirty.union(dirty);
        dirty
    }

    /// Each dab followed by its symmetric copies.
    fn with_copies(&self, dabs: Vec<Dab>) -> Vec<Dab> {
        if self.symmetry.maps().is_empty() {
            return dabs;
        }
        let copies = |dab: Dab| {
            let maps = self.symmetry.maps().iter().zip(1..);
            std::iter::once(dab).chain(maps.map(move |(map, copy)| dab.mapped(map, copy)))
        };
        dabs.into_iter().flat_map(copies).collect()
    }

    /// All pixels that may have changed since the stroke began.
    pub(crate) fn dirty(&self) -> PixelRect {
        self.dirty
    }

    /// The pen is lifted: lays what the stroke still lacks, and returns the tiles that differ from before, row by row.
    pub(crate) fn finish(mut self, grid: &mut TileGrid<P>) -> Vec<TileChange<P>> {
        let mut dabs = Vec::new();
        self.path.finish(&mut dabs);
        self.lay(grid, dabs);
        match self.surface {
            Surface::Wash(wash) => wash.finish(grid),
            Surface::BuildUp(build_up) => build_up.finish(grid),
        }
    }

    /// The stroke is given up and the grid is as it was before, to the bit.
    pub(crate) fn cancel(self, grid: &mut TileGrid<P>) {
        match self.surface {
            Surface::Wash(wash) => wash.cancel(grid),
            Surface::BuildUp(build_up) => build_up.cancel(grid),
        }
    }
}

#[cfg(test)]
#[path = "grid_stroke_tests.rs"]
mod tests;
