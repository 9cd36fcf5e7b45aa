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
    /// How far from the centre it reaches up and down.
    half_height: f32,
    /// Coverage at the centre, 0 to 65535.
    strength: f32,
}

impl Ellipse {
    pub(super) fn new(dab: &Dab) -> Self {
        let height = dab.radius * dab.roundness;
        // What is thinner than a pixel covers less of it.
        let thin = (2.0 * height).min(1.0);
        let half = [dab.radius, height.max(0.5)];
        let (sin, cos) = dab.angle.sin_cos();
        Self {
            center_in_canvas: dab.center_in_canvas,
            sin,
            cos,
            scale: half.map(|half| 1.0 / half),
            falloff_slope: 1.0 / (1.0 - dab.hardness * dab.hardness).max(1e-4),
            hardness: dab.hardness,
            half_height: (half[0] * sin).hypot(half[1] * cos) + 1.0,
            strength: dab.strength * thin * f32::from(u16::MAX),
        }
    }

    pub(super) fn cover_row(&self, coverage: &mut [u16], left: u32, y: u32) {
        let [center_x, center_y] = self.center_in_canvas;
        let dy = y as f32 + 0.5 - center_y;
        if dy.abs() > self.half_height {
            return coverage.fill(0);
        }
        for (index, value) in coverage.iter_mut().enumerate() {
            *value = self.coverage_at((left as f32 + index as f32) + 0.5 - center_x, dy);
        }
    }

    #[inline]
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
