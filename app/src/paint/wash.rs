//! Strokes that cover as one: however often a stroke crosses itself, it never covers more than its opacity.

use std::sync::Arc;

use super::brush::Brush;
use super::dab::{Dab, ROW, Shape, rounded};
use super::ground::Ground;
use super::limits::Limits;
use super::mix_row::{Inks, mix_row};
use super::touched::{Touched, Work};
use super::value::PaintValue;
use crate::document::{Kernel, PixelRect, Tile, TileChange, TileGrid, TilePos, dispatch, for_rows, row_ranges, scaled};

/// How far the stroke has covered each pixel, kept apart from the picture: ink is mixed into the tiles as they were when
/// the stroke began (Krita's wash mode), so that overlapping dabs leave no lumps.
#[derive(Debug)]
pub(super) struct Wash<P> {
    mixer: Mixer<P>,
    /// Each dab has a colour of its own.
    is_colored: bool,
    tiles: Touched<P, Covered<P>>,
}

/// What the stroke has laid on a tile.
#[derive(Debug)]
struct Covered<P> {
    /// How far each pixel is covered, 65535 is fully.
    coverage: Tile<u16>,
    /// The colour that covers it, where that differs from dab to dab.
    inks: Option<Tile<P>>,
    /// The ground's heights.
    heights: Option<Tile<u16>>,
}

/// A dab with its shape and the pixels it touches.
type Laid<'a> = (PixelRect, Shape<'a>, &'a Dab);

impl<P: PaintValue> Wash<P> {
    pub(super) fn new(brush: &Brush, ink: P, limits: Limits) -> Self {
        let strays = [brush.hue_jitter, brush.saturation_jitter, brush.value_jitter].iter().any(|most| *most > 0.0);
        let mixer = Mixer {
            ink,
            opacity: (brush.opacity * f32::from(u16::MAX)).round() as u16,
            wet_edge: brush.wet_edge,
            ground: Ground::of(brush),
            limits,
        };
        Self { mixer, is_colored: P::HAS_COLOR && strays, tiles: Touched::none() }
    }

    pub(super) fn lay(&mut self, grid: &mut TileGrid<P>, brush: &Brush, dabs: &[Dab]) -> PixelRect {
        let canvas = grid.size().bounds();
        let shapes: Vec<Laid<'_>> =
            dabs.iter().map(|dab| (dab.bounds(brush, canvas), Shape::new(dab, brush), dab)).collect();
        let bounds: Vec<_> = shapes.iter().map(|(bounds, ..)| *bounds).collect();
        let (mixer, is_colored) = (&self.mixer, self.is_colored);
        let paint = |work: &mut Work<P, Covered<P>>| {
            let mut covered = work.own.take().unwrap_or_else(|| Covered {
                coverage: Tile::empty(),
                inks: is_colored.then(Tile::empty),
                heights: mixer.ground.as_ref().map(|ground| ground.heights(work.at)),
            });
            covered.raise(work.at, &shapes, mixer.ink);
            mixer.mix(work, &covered);
            work.own = Some(covered);
        };
        self.tiles.paint(grid, &bounds, |at| mixer.limits.may_touch(at), paint)
    }

    pub(super) fn finish(self, grid: &mut TileGrid<P>) -> Vec<TileChange<P>> {
        self.tiles.finish(grid)
    }

    pub(super) fn cancel(self, grid: &mut TileGrid<P>) {
        self.tiles.cancel(grid);
    }
}

impl<P: PaintValue> Covered<P> {
    fn raise(&mut self, at: TilePos, shapes: &[Laid<'_>], ink: P) {
        for laid in shapes {
            let (bounds, shape, dab) = laid;
            match &mut self.inks {
                None => for_rows(self.coverage.values_mut(), at, *bounds, |left, y, row| {
                    shape.raise_row(row, left, y, dab.flow);
                }),
                Some(inks) => raise_colored(&mut self.coverage, inks, at, laid, ink.shifted(dab.color_shift)),
            }
        }
    }
}

/// Raises the coverage and lays the dab's own ink over what covered the pixels before.
fn raise_colored<P: PaintValue>(
    coverage: &mut Tile<u16>,
    inks: &mut Tile<P>,
    at: TilePos,
    (bounds, shape, dab): &Laid<'_>,
    ink: P,
) {
    let mut row = [0; ROW];
    let left = bounds.intersect(at.rect()).left;
    for (y, range) in row_ranges(at, *bounds) {
        let (Some(coverage), Some(inks)) =
            (coverage.values_mut().get_mut(range.clone()), inks.values_mut().get_mut(range))
        else {
            continue;
        };
        let row = &mut row[..coverage.len()];
        shape.cover_row(row, left, y);
        dispatch(RaiseColored { coverage, by_dab: row, flow: dab.flow });
        mix_row(inks, Inks::One(ink), row, false);
    }
}

/// Raises the coverage by a dab's; what the dab covers of each pixel becomes its share in the pixel's colour.
struct RaiseColored<'a> {
    coverage: &'a mut [u16],
    by_dab: &'a mut [u16],
    flow: f32,
}

impl Kernel for RaiseColored<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (covered, by_dab) in self.coverage.iter_mut().zip(self.by_dab) {
            let (before, dab) = (f32::from(*covered), f32::from(*by_dab));
            let after = before + (dab - before).max(0.0) * self.flow;
            *covered = rounded(after.ceil().min(65535.0));
            *by_dab = rounded((dab * self.flow / after.max(1.0) * 65535.0).min(65535.0).floor());
        }
    }
}

/// Turns coverage into the tile's new values.
#[derive(Debug)]
struct Mixer<P> {
    ink: P,
    opacity: u16,
    wet_edge: f32,
    ground: Option<Ground>,
    limits: Limits,
}

impl<P: PaintValue> Mixer<P> {
    /// Mixes ink into what was there before the stroke.
    fn mix(&self, work: &mut Work<P, Covered<P>>, covered: &Covered<P>) {
        let before = work.before.as_ref().map(|tile| tile.values());
        let after = Arc::make_mut(&mut work.tile).values_mut();
        let left = work.dirty.left;
        let mut amounts = [0; ROW];
        let nothing = [P::default(); ROW];
        for (y, range) in row_ranges(work.at, work.dirty) {
            let (Some(after), Some(coverage)) =
                (after.get_mut(range.clone()), covered.coverage.values().get(range.clone()))
            else {
                continue;
            };
            let before = before.and_then(|values| values.get(range.clone())).unwrap_or(&nothing[..after.len()]);
            let inks = covered.inks.as_ref().and_then(|inks| inks.values().get(range.clone()));
            let amounts = &mut amounts[..after.len()];
            let heights = covered.heights.as_ref().and_then(|heights| heights.values().get(range));
            self.amounts(amounts, coverage, heights);
            self.limits.restrict_row(amounts, left, y);
            after.copy_from_slice(before);
            mix_row(after, inks.map_or(Inks::One(self.ink), Inks::Each), amounts, self.limits.alpha_locked);
        }
    }

    /// How much ink each pixel gets.
    fn amounts(&self, amounts: &mut [u16], coverage: &[u16], heights: Option<&[u16]>) {
        amounts.copy_from_slice(coverage);
        let ground = self.ground.as_ref().zip(heights);
        dispatch(Amounts { amounts, wet_edge: self.wet_edge, ground, opacity: self.opacity });
    }
}

/// Turns coverage into amounts of ink.
struct Amounts<'a> {
    amounts: &'a mut [u16],
    wet_edge: f32,
    /// With its heights.
    ground: Option<(&'a Ground, &'a [u16])>,
    opacity: u16,
}

impl Kernel for Amounts<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        if self.wet_edge > 0.0 {
            self.amounts.iter_mut().for_each(|amount| *amount = gathered(*amount, self.wet_edge));
        }
        if let Some((ground, heights)) = self.ground {
            ground.take(self.amounts, heights);
        }
        self.amounts.iter_mut().for_each(|amount| *amount = scaled(*amount, self.opacity));
    }
}

/// Coverage at which most paint has gathered.
const RIM: f32 = 0.3;
/// What is left of the paint in the middle of a stroke whose wet edge is 1.
const MIDDLE: f32 = 0.35;

/// Paint of a wet stroke: it gathers where the coverage falls off, and the middle is left paler.
#[inline(always)]
fn gathered(coverage: u16, wet_edge: f32) -> u16 {
    let c = f32::from(coverage) / 65535.0;
    let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
    let wet = if c < RIM { smooth(c / RIM) } else { 1.0 - (1.0 - MIDDLE) * smooth(((c - RIM) / (1.0 - RIM)).sqrt()) };
    ((c + (wet - c) * wet_edge) * 65535.0 + 0.5) as u16
}
