//! Strokes whose dabs are painted one over the other, and brushes that pick paint up from the canvas.

use std::sync::Arc;

use super::brush::{Brush, SmudgeMode};
use super::dab::{Dab, ROW, Shape};
use super::ground::Ground;
use super::limits::Limits;
use super::mix_row::{Inks, mix_row};
use super::smudge::{Picked, Region, Reservoir};
use super::touched::{Touched, Work};
use super::value::PaintValue;
use crate::document::{Kernel, PixelRect, Tile, TileChange, TileGrid, dispatch, row_ranges};

/// Paints each dab onto what the dabs before it left.
#[derive(Debug)]
pub(super) struct BuildUp<P> {
    ink: P,
    opacity: f32,
    smudges: bool,
    mode: SmudgeMode,
    ground: Option<Ground>,
    limits: Limits,
    /// The paint in each symmetric copy of the brush.
    reservoirs: Vec<Reservoir>,
    /// Memory of the last dab's picked up paint, for that of the next.
    spare: Vec<P>,
    tiles: Touched<P, Heights>,
}

/// The ground's heights, where there is one.
type Heights = Option<Tile<u16>>;

impl<P: PaintValue> BuildUp<P> {
    /// `copies`: places at which the brush paints at once.
    pub(super) fn new(brush: &Brush, ink: P, limits: Limits, copies: usize) -> Self {
        Self {
            ink,
            opacity: brush.opacity,
            smudges: brush.smudge > 0.0 && !brush.erases,
            mode: brush.smudge_mode,
            ground: Ground::of(brush),
            limits,
            reservoirs: vec![Reservoir::new(brush.smudge_length); copies],
            spare: Vec::new(),
            tiles: Touched::none(),
        }
    }

    pub(super) fn lay(&mut self, grid: &mut TileGrid<P>, brush: &Brush, dabs: &[Dab]) -> PixelRect {
        if !self.smudges {
            let inks: Vec<_> = dabs.iter().map(|dab| Picked::Color(self.ink.shifted(dab.color_shift))).collect();
            return self.paint(grid, brush, dabs, &inks);
        }
        // What a dab picks up is what the dab before it left.
        dabs.iter().fold(PixelRect::EMPTY, |dirty, dab| {
            let own = self.ink.shifted(dab.color_shift);
            let bounds = dab.bounds(brush, grid.size().bounds());
            let picked = match (self.reservoirs.get_mut(dab.copy), self.mode) {
                (Some(reservoir), SmudgeMode::Dull) => Picked::Color(reservoir.dulled(grid, dab, own)),
                (Some(reservoir), SmudgeMode::Smear) => {
                    let spare = std::mem::take(&mut self.spare);
                    Picked::Region(reservoir.smeared(grid, dab, Region::new(bounds, spare), own))
                }
                (None, _) => Picked::Color(own),
            };
            let painted = self.paint(grid, brush, std::slice::from_ref(dab), std::slice::from_ref(&picked));
            if let Picked::Region(region) = picked {
                self.spare = region.into_values();
            }
            dirty.union(painted)
        })
    }

    fn paint(&mut self, grid: &mut TileGrid<P>, brush: &Brush, dabs: &[Dab], inks: &[Picked<P>]) -> PixelRect {
        let canvas = grid.size().bounds();
        let bounds: Vec<_> = dabs.iter().map(|dab| dab.bounds(brush, canvas)).collect();
        let stamps: Vec<_> = dabs
            .iter()
            .zip(inks)
            .zip(&bounds)
            .map(|((dab, ink), bounds)| Stamped {
                shape: Shape::new(dab, brush),
                bounds: *bounds,
                ink,
                amount: dab.flow * self.opacity,
            })
            .collect();
        let (ground, limits) = (self.ground.as_ref(), &self.limits);
        self.tiles.paint(
            grid,
            &bounds,
            |at| limits.may_touch(at),
            |work| {
                let heights = work.own.take().unwrap_or_else(|| ground.map(|ground| ground.heights(work.at)));
                let ground = ground.zip(heights.as_ref());
                stamps.iter().for_each(|stamp| stamp.paint(work, ground, limits));
                work.own = Some(heights);
            },
        )
    }

    pub(super) fn finish(self, grid: &mut TileGrid<P>) -> Vec<TileChange<P>> {
        self.tiles.finish(grid)
    }

    pub(super) fn cancel(self, grid: &mut TileGrid<P>) {
        self.tiles.cancel(grid);
    }
}

/// A dab that is painted.
struct Stamped<'a, P> {
    shape: Shape<'a>,
    bounds: PixelRect,
    ink: &'a Picked<P>,
    /// 0 to 1.
    amount: f32,
}

impl<P: PaintValue> Stamped<'_, P> {
    fn paint(&self, work: &mut Work<P, Heights>, ground: Option<(&Ground, &Tile<u16>)>, limits: &Limits) {
        let values = Arc::make_mut(&mut work.tile).values_mut();
        let left = self.bounds.intersect(work.at.rect()).left;
        let mut amounts = [0; ROW];
        for (y, range) in row_ranges(work.at, self.bounds) {
            let Some(values) = values.get_mut(range.clone()) else { continue };
            let amounts = &mut amounts[..values.len()];
            self.shape.cover_row(amounts, left, y);
            let ground = ground.zip(ground.and_then(|(_, heights)| heights.values().get(range)));
            let ground = ground.map(|((ground, _), heights)| (ground, heights));
            dispatch(Amounts { amounts, ground, amount: self.amount });
            limits.restrict_row(amounts, left, y);
            let inks = match self.ink {
                Picked::Color(ink) => Inks::One(*ink),
                Picked::Region(region) => Inks::Each(region.row(left, y)),
            };
            mix_row(values, inks, amounts, limits.alpha_locked);
        }
    }
}

/// Turns a dab's coverage into amounts of ink.
struct Amounts<'a> {
    amounts: &'a mut [u16],
    /// With its heights.
    ground: Option<(&'a Ground, &'a [u16])>,
    /// For full coverage, 0 to 1.
    amount: f32,
}

impl Kernel for Amounts<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        if let Some((ground, heights)) = self.ground {
            ground.take(self.amounts, heights);
        }
        self.amounts.iter_mut().for_each(|amount| *amount = (f32::from(*amount) * self.amount + 0.5) as u16);
    }
}
