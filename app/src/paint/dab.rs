//! One dab: the tip stamped once, with its centre anywhere between the pixels.

use super::brush::Brush;
use super::disc::{Disc, PixelDisc};
use super::ellipse::Ellipse;
use super::stamp::Stamp;
use super::symmetry::CanvasMap;
use crate::document::{Kernel, PixelRect, dispatch};

/// A tip with all that the pen made of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dab {
    pub(super) center_in_canvas: [f32; 2],
    /// Canvas pixels, 0.5 or more.
    pub(super) radius: f32,
    /// Share of the radius that is covered fully.
    pub(super) hardness: f32,
    /// Height as a share of the width.
    pub(super) roundness: f32,
    /// Radians, clockwise.
    pub(super) angle: f32,
    /// Left and right of the tip are exchanged.
    pub(super) is_mirrored: bool,
    /// Coverage at the centre, 0 to 1.
    pub(super) strength: f32,
    /// How far it goes towards covering, 0 to 1.
    pub(super) flow: f32,
    /// Share of picked up paint, 0 to 1.
    pub(super) smudge: f32,
    /// Of hue, saturation and value, each -1 to 1.
    pub(super) color_shift: [f32; 3],
    /// Which of the symmetric copies it is; 0 is the painter's own.
    pub(super) copy: usize,
}

impl Dab {
    /// The same dab at its place on the mapped canvas.
    pub(super) fn mapped(&self, map: &CanvasMap, copy: usize) -> Self {
        Self {
            center_in_canvas: map.point(self.center_in_canvas),
            angle: map.direction(self.angle),
            is_mirrored: self.is_mirrored != map.mirrors(),
            copy,
            ..*self
        }
    }

    /// The pixels it touches inside `canvas`.
    pub(super) fn bounds(&self, brush: &Brush, canvas: PixelRect) -> PixelRect {
        // The corners of a picture may lie beyond the radius. Small ones are blurred by up to their own pixels.
        let reach = match brush.tip.as_ref().and_then(|tip| tip.picture()) {
            Some(picture) => self.radius * picture.reach() + 2.0,
            None => self.radius + 1.0,
        };
        let [x, y] = self.center_in_canvas;
        // `as` saturates: what lies left of or above the canvas becomes 0.
        PixelRect {
            left: (x - reach).floor() as u32,
            top: (y - reach).floor() as u32,
            right: (x + reach).ceil() as u32,
            bottom: (y + reach).ceil() as u32,
        }
        .intersect(canvas)
    }
}

/// A dab made ready for laying: how much it covers of each pixel.
pub(super) enum Shape<'a> {
    Disc(Disc),
    PixelDisc(PixelDisc),
    Ellipse(Ellipse),
    Stamp(Stamp<'a>),
}

/// From here on a tip counts as round.
const ROUND: f32 = 0.995;

impl<'a> Shape<'a> {
    pub(super) fn new(dab: &Dab, brush: &'a Brush) -> Self {
        match brush.tip.as_ref().and_then(|tip| tip.picture()) {
            Some(picture) => Self::Stamp(Stamp::new(dab, picture, brush.antialiased)),
            None if !brush.antialiased => Self::PixelDisc(PixelDisc::new(dab)),
            None if dab.roundness < ROUND => Self::Ellipse(Ellipse::new(dab)),
            None => Self::Disc(Disc::new(dab)),
        }
    }

    /// Writes the coverage (65535 is full) of the pixels of row `y` that begin at `left`.
    pub(super) fn cover_row(&self, coverage: &mut [u16], left: u32, y: u32) {
        dispatch(CoverRow { shape: self, coverage, left, y });
    }

    /// Raises the coverage of these pixels. At a flow of 1 it becomes the greater of what it was and the dab's; at less
    /// it goes that share of the way there.
    pub(super) fn raise_row(&self, coverage: &mut [u16], left: u32, y: u32, flow: f32) {
        dispatch(RaiseRow { shape: self, coverage, left, y, flow: (flow * FULL_FLOW as f32) as u32 });
    }
}

/// See [`Shape::cover_row`].
struct CoverRow<'a, 'b> {
    shape: &'a Shape<'b>,
    coverage: &'a mut [u16],
    left: u32,
    y: u32,
}

impl Kernel for CoverRow<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { coverage, left, y, .. } = self;
        match self.shape {
            Shape::Disc(disc) => disc.cover_row(coverage, left, y),
            Shape::PixelDisc(disc) => disc.cover_row(coverage, left, y),
            Shape::Ellipse(ellipse) => ellipse.cover_row(coverage, left, y),
            Shape::Stamp(stamp) => stamp.cover_row(coverage, left, y),
        }
    }
}

/// See [`Shape::raise_row`].
struct RaiseRow<'a, 'b> {
    shape: &'a Shape<'b>,
    coverage: &'a mut [u16],
    left: u32,
    y: u32,
    /// Of [`FULL_FLOW`].
    flow: u32,
}

impl Kernel for RaiseRow<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { shape, y, flow, .. } = self;
        if let (Shape::Disc(disc), FULL_FLOW) = (shape, flow) {
            return disc.raise_row(self.coverage, self.left, y);
        }
        let mut row = [0; ROW];
        for (coverage, left) in self.coverage.chunks_mut(ROW).zip((self.left..).step_by(ROW)) {
            let row = &mut row[..coverage.len()];
            CoverRow { shape, coverage: row, left, y }.call();
            for (old, dab) in coverage.iter_mut().zip(row) {
                let missing = u32::from(dab.saturating_sub(*old));
                // Rounded up, so that a low flow still arrives.
                *old += ((missing * flow + (FULL_FLOW - 1)) >> 16) as u16;
            }
        }
    }
}

/// Flow of 1, as a whole number.
const FULL_FLOW: u32 = 1 << 16;

/// Pixels of the longest row that is covered at once: a tile's side.
pub(super) const ROW: usize = crate::document::TILE_SIDE as usize;

/// The nearest integer of a value between 0 and 65535. Added to 2^23, it stands in the lowest bits of the mantissa; a
/// plain `as u16` saturates, which keeps the compiler from using vector instructions for the row.
#[inline(always)]
pub(super) fn rounded(value: f32) -> u16 {
    (value + 8_388_608.0).to_bits() as u16
}

#[cfg(test)]
#[path = "dab_tests.rs"]
mod tests;
