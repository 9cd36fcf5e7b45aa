//! Dabs of a picture.

use super::dab::{Dab, rounded};
use super::picture::{GrayPicture, Sampler, TOGETHER};

/// A tip picture, turned, flattened and scaled to the dab.
pub(super) struct Stamp<'a> {
    sampler: Sampler<'a>,
    center_in_canvas: [f32; 2],
    middle_of_picture: [f32; 2],
    /// From canvas pixels beside the centre to pixels of the picture beside its middle.
    to_picture: [[f32; 2]; 2],
    /// How far the picture reaches from its middle, with half a pixel around it.
    half: [f32; 2],
    /// Canvas pixels from the centre beyond which the picture is black.
    reach: f32,
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
            sampler: picture.sampler(scale),
            center_in_canvas: dab.center_in_canvas,
            middle_of_picture: [width / 2.0, height / 2.0],
            to_picture: [[cos * scale, sin * scale], [-sin * flat, cos * flat]],
            half: [width / 2.0 + scale.max(1.0), height / 2.0 + flat.abs().max(1.0)],
            reach: dab.radius * picture.reach() + 2.0,
            strength: dab.strength,
            antialiased,
        }
    }

    #[inline(always)]
    pub(super) fn cover_row(&self, coverage: &mut [u16], left: u32, y: u32) {
        let [center_x, center_y] = self.center_in_canvas;
        let dy = y as f32 + 0.5 - center_y;
        coverage.fill(0);
        // The part of the row that can be anything but black: within the reach, and within both sides of the picture.
        let half_chord = (self.reach * self.reach - dy * dy).max(0.0).sqrt();
        let mut chord = [-half_chord, half_chord];
        for ([a, b], half) in self.to_picture.into_iter().zip(self.half) {
            chord = within(chord, a, b * dy, half);
        }
        let offset = center_x - left as f32;
        let start = ((chord[0] + offset - 0.5).ceil().max(0.0) as usize).min(coverage.len());
        let end = ((chord[1] + offset + 0.5).floor().max(0.0) as usize).clamp(start, coverage.len());
        let first_dx = left as f32 + start as f32 + 0.5 - center_x;
        let [[ax, ay], [bx, by]] = self.to_picture;
        let [u, v] = [self.middle_of_picture[0] + ay * dy, self.middle_of_picture[1] + by * dy];
        let covered = coverage.get_mut(start..end).unwrap_or_default();
        for (part, first) in covered.chunks_mut(TOGETHER).zip((0u16..).step_by(TOGETHER)) {
            let (mut x, mut y) = ([0.0; TOGETHER], [0.0; TOGETHER]);
            for (index, (x, y)) in (0u16..).zip(x.iter_mut().zip(&mut y)) {
                let dx = first_dx + f32::from(first + index);
                (*x, *y) = (u + ax * dx, v + bx * dx);
            }
            let values = self.sampler.at(&x, &y);
            for (coverage, value) in part.iter_mut().zip(values) {
                let value = if self.antialiased { value } else { (value / 65535.0).round() * 65535.0 };
                *coverage = rounded(value * self.strength);
            }
        }
    }
}

/// The part of `chord` in which `a x + b` lies between `-half` and `half`.
fn within([from, to]: [f32; 2], a: f32, b: f32, half: f32) -> [f32; 2] {
    if a.abs() < 1e-9 {
        return if b.abs() < half { [from, to] } else { [0.0, -1.0] };
    }
    let ends = [(-half - b) / a, (half - b) / a];
    [from.max(ends[0].min(ends[1])), to.min(ends[0].max(ends[1]))]
}
