//! Flat, turned dabs.

use super::dab::{Dab, rounded};

/// An ellipse with the falloff of [`super::disc::Disc`] along each of its radii.
pub(super) struct Ellipse {
    center_in_canvas: [f32; 2],
    sin: f32,
    cos: f32,
    /// 1 / half width, 1 / half height.
    scale: [f32; 2],
    falloff_slope: f32,
    hardness: f32,
    /// `a dx² + 2 b dx dy + c dy² = rim` is the ellipse beyond which nothing is covered.
    conic: [f32; 3],
    rim: f32,
    /// Coverage at the centre, 0 to 65535.
    strength: f32,
}

impl Ellipse {
    pub(super) fn new(dab: &Dab) -> Self {
        let height = dab.radius * dab.roundness;
        // What is thinner than a pixel covers less of it.
        let thin = (2.0 * height).min(1.0);
        let half = [dab.radius, height.max(0.5)];
        let scale = half.map(|half| 1.0 / half);
        let (sin, cos) = dab.angle.sin_cos();
        Self {
            center_in_canvas: dab.center_in_canvas,
            sin,
            cos,
            scale,
            falloff_slope: 1.0 / (1.0 - dab.hardness * dab.hardness).max(1e-4),
            hardness: dab.hardness,
            conic: [
                (cos * scale[0]).powi(2) + (sin * scale[1]).powi(2),
                sin * cos * (scale[0] * scale[0] - scale[1] * scale[1]),
                (sin * scale[0]).powi(2) + (cos * scale[1]).powi(2),
            ],
            // A pixel more than the radius, where the ellipse is thinnest.
            rim: (1.0 + scale[1].max(scale[0])).powi(2),
            strength: dab.strength * thin * f32::from(u16::MAX),
        }
    }

    #[inline(always)]
    pub(super) fn cover_row(&self, coverage: &mut [u16], left: u32, y: u32) {
        let [center_x, center_y] = self.center_in_canvas;
        let dy = y as f32 + 0.5 - center_y;
        coverage.fill(0);
        // Only the chord of the ellipse lies on this row.
        let [a, b, c] = self.conic;
        let under_root = (b * dy).powi(2) - a * (c * dy * dy - self.rim);
        if under_root <= 0.0 {
            return;
        }
        let middle = center_x - b * dy / a - left as f32;
        let half_chord = under_root.sqrt() / a;
        let start = ((middle - half_chord).floor().max(0.0) as usize).min(coverage.len());
        let end = ((middle + half_chord).ceil().max(0.0) as usize).clamp(start, coverage.len());
        let first_dx = left as f32 + start as f32 + 0.5 - center_x;
        for (index, value) in (0i32..).zip(coverage.get_mut(start..end).unwrap_or_default()) {
            *value = self.coverage_at(first_dx + index as f32, dy);
        }
    }

    #[inline(always)]
    fn coverage_at(&self, dx: f32, dy: f32) -> u16 {
        let u = (dx * self.cos + dy * self.sin) * self.scale[0];
        let v = (dy * self.cos - dx * self.sin) * self.scale[1];
        let squared = u * u + v * v;
        // The distance to the rim to first order: the value of 1 - √(u² + v²) over the length of its gradient, which is
        // half of that of u² + v², over √(u² + v²).
        let gradient = 2.0 * ((u * self.scale[0]).powi(2) + (v * self.scale[1]).powi(2)).sqrt();
        let radius = squared.sqrt();
        let inside = (1.0 - radius) * 2.0 * radius.max(1e-6) / gradient.max(1e-9);
        let falloff = (1.0 - squared) * self.falloff_slope;
        // A hard rim is smoothed over one pixel about it; a soft one ends at it.
        let edge = (inside + 0.5).clamp(0.0, 1.0);
        let soft = (falloff + 0.5 * self.hardness * gradient * self.falloff_slope).clamp(0.0, 1.0);
        rounded(edge.min(soft) * self.strength)
    }
}
