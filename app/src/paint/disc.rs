//! Round dabs.

use super::dab::{Dab, rounded};

/// A soft or hard disc.
///
/// At the distance `r` from the centre of a dab of radius `R` and hardness `h`, coverage is the lesser of
///
/// - the falloff `(R² - r²) / (R² - (hR)²)`, clamped to 0 to 1: Krita's default round mask
///   (`KisCircleMaskGenerator::valueAt` with equal fades, whose `n (nf - 1) / (nf - n)` reduces to this);
/// - the edge `R + ½ - r`, clamped to 0 to 1, which anti-aliases it over one pixel.
///
/// The falloff's outer radius grows by half a pixel times the hardness, so that a hard brush is bounded by the edge alone.
pub(super) struct Disc {
    center_in_canvas: [f32; 2],
    outer_squared: f32,
    falloff_slope: f32,
    edge: f32,
    /// Square of a radius within which every pixel is covered fully.
    core_squared: f32,
    /// Coverage at the centre, 0 to 65535.
    strength: f32,
}

impl Disc {
    pub(super) fn new(dab: &Dab) -> Self {
        let outer = dab.radius + 0.5 * dab.hardness;
        let outer_squared = outer * outer;
        // The floor keeps a hardness of 1 finite; its falloff is then steeper than any edge.
        let fading_share = (1.0 - dab.hardness * dab.hardness).max(1e-6);
        // A pixel short of where falloff and edge begin, for rounding.
        let core = (outer * dab.hardness.min(1.0) - 1.0).min(dab.radius - 1.5).max(0.0);
        Self {
            center_in_canvas: dab.center_in_canvas,
            core_squared: core * core,
            outer_squared,
            falloff_slope: 1.0 / (outer_squared * fading_share),
            edge: dab.radius + 0.5,
            strength: dab.strength * f32::from(u16::MAX),
        }
    }

    /// Only the chord of the circle lies on a row: where it begins and ends among the row's pixels, and where the first of
    /// them lies beside the centre.
    #[inline(always)]
    fn chord(&self, length: usize, left: u32, y: u32) -> Option<(std::ops::Range<usize>, f32, f32)> {
        let [center_x, center_y] = self.center_in_canvas;
        let dy = y as f32 + 0.5 - center_y;
        let half_chord = Some(self.edge * self.edge - dy * dy).filter(|square| *square > 0.0).map(f32::sqrt)?;
        let offset = center_x - left as f32;
        let start = ((offset - half_chord).floor().max(0.0) as usize).min(length);
        let end = ((offset + half_chord).ceil().max(0.0) as usize).clamp(start, length);
        Some((start..end, left as f32 + start as f32 + 0.5 - center_x, dy))
    }

    #[inline(always)]
    pub(super) fn cover_row(&self, coverage: &mut [u16], left: u32, y: u32) {
        coverage.fill(0);
        let Some((range, first_dx, dy)) = self.chord(coverage.len(), left, y) else { return };
        for (index, value) in (0i32..).zip(coverage.get_mut(range).unwrap_or_default()) {
            *value = self.coverage_at(first_dx + index as f32, dy);
        }
    }

    /// Each pixel's coverage becomes the greater of what it was and the disc's.
    #[inline(always)]
    pub(super) fn raise_row(&self, coverage: &mut [u16], left: u32, y: u32) {
        let Some((range, first_dx, dy)) = self.chord(coverage.len(), left, y) else { return };
        let Some(coverage) = coverage.get_mut(range) else { return };
        // Most of a hard dab is its core, whose coverage needs no computing.
        let half_core = (self.core_squared - dy * dy).max(0.0).sqrt();
        let core_start = ((-half_core - first_dx).ceil().max(0.0) as usize).min(coverage.len());
        let core_end = ((half_core - first_dx).floor().max(0.0) as usize).clamp(core_start, coverage.len());
        let (before, rest) = coverage.split_at_mut(core_start);
        let (core, after) = rest.split_at_mut(core_end - core_start);
        self.raise(before, first_dx, dy);
        let full = rounded(self.strength);
        core.iter_mut().for_each(|old| *old = (*old).max(full));
        self.raise(after, first_dx + core_end as f32, dy);
    }

    /// For neighbouring pixels, the first of them `first_dx` beside the centre.
    #[inline(always)]
    fn raise(&self, coverage: &mut [u16], first_dx: f32, dy: f32) {
        for (index, old) in (0i32..).zip(coverage) {
            *old = (*old).max(self.coverage_at(first_dx + index as f32, dy));
        }
    }

    #[inline(always)]
    fn coverage_at(&self, dx: f32, dy: f32) -> u16 {
        let squared = dx * dx + dy * dy;
        let falloff = (self.outer_squared - squared) * self.falloff_slope;
        let edge = self.edge - squared.sqrt();
        rounded(falloff.min(edge).clamp(0.0, 1.0) * self.strength)
    }
}

/// A disc or flat ellipse without smoothed edges: pixels whose centre it covers. Its own centre is moved so that the same
/// size always has the same shape.
pub(super) struct PixelDisc {
    center_in_canvas: [f32; 2],
    radius: f32,
    roundness: f32,
    sin: f32,
    cos: f32,
    full: u16,
}

impl PixelDisc {
    pub(super) fn new(dab: &Dab) -> Self {
        let diameter = (2.0 * dab.radius).round();
        // Odd sizes are centred on a pixel, even ones between pixels.
        let nudge = if diameter % 2.0 == 1.0 { 0.5 } else { 0.0 };
        let (sin, cos) = dab.angle.sin_cos();
        Self {
            center_in_canvas: dab.center_in_canvas.map(|at| (at - nudge).round() + nudge),
            // A little less than half way to pixels that only touch the circle, as pixel artists draw it.
            radius: diameter / 2.0 - if diameter > 2.0 { 0.1 } else { 0.0 },
            roundness: dab.roundness,
            sin,
            cos,
            full: rounded(dab.strength * f32::from(u16::MAX)),
        }
    }

    #[inline(always)]
    pub(super) fn cover_row(&self, coverage: &mut [u16], left: u32, y: u32) {
        let [center_x, center_y] = self.center_in_canvas;
        let dy = y as f32 + 0.5 - center_y;
        for (value, x) in coverage.iter_mut().zip(left..) {
            let dx = x as f32 + 0.5 - center_x;
            let (u, v) = (dx * self.cos + dy * self.sin, (dy * self.cos - dx * self.sin) / self.roundness);
            *value = if u * u + v * v <= self.radius * self.radius { self.full } else { 0 };
        }
    }
}
