//! Dabs of a picture.

use super::dab::{Dab, rounded};
use super::picture::{Beyond, GrayPicture, Sampler};

/// A tip picture, turned, flattened and scaled to the dab.
pub(super) struct Stamp<'a> {
    sampler: Sampler<'a>,
    center_in_canvas: [f32; 2],
    middle_of_picture: [f32; 2],
    /// From canvas pixels beside the centre to pixels of the picture beside its middle.
    to_picture: [[f32; 2]; 2],
    /// How far the picture reaches from its middle, with half a pixel around it.
    half: [f32; 2],
    strength: f32,
    antialiased: bool,
}

impl<'a> Stamp<'a> {
    pub(super) fn new(dab: &Dab, picture: &'a GrayPicture, antialiased: bool) -> Self {
        let [width, height] = picture.size().map(|side| side as f32);
        let scale = width.max(height) / (2.0 * dab.radius);
        let (sin, cos) = dab.angle.sin_cos();
        let flat = scale / dab.roundness * if dab.is_mirrored { -1.0 } else { 1.0 };
        Self {
            sampler: picture.sampler(scale, Beyond::Black),
            center_in_canvas: dab.center_in_canvas,
            middle_of_picture: [width / 2.0, height / 2.0],
            to_picture: [[cos * scale, sin * scale], [-sin * flat, cos * flat]],
            half: [width / 2.0 + scale.max(1.0), height / 2.0 + flat.abs().max(1.0)],
            strength: dab.strength,
            antialiased,
        }
    }

    pub(super) fn cover_row(&self, coverage: &mut [u16], left: u32, y: u32) {
        let [center_x, center_y] = self.center_in_canvas;
        let dy = y as f32 + 0.5 - center_y;
        let [[ax, ay], [bx, by]] = self.to_picture;
        for (index, value) in coverage.iter_mut().enumerate() {
            let dx = (left as f32 + index as f32) + 0.5 - center_x;
            let (u, v) = (ax * dx + ay * dy, bx * dx + by * dy);
            *value = if u.abs() < self.half[0] && v.abs() < self.half[1] {
                self.coverage_at(u + self.middle_of_picture[0], v + self.middle_of_picture[1])
            } else {
                0
            };
        }
    }

    #[inline]
    fn coverage_at(&self, x: f32, y: f32) -> u16 {
        let value = self.sampler.at(x, y);
        let value = if self.antialiased { value } else { (value / 65535.0).round() * 65535.0 };
        rounded(value * self.strength)
    }
}
