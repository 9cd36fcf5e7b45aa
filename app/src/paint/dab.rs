//! One dab: a round spot of coverage with a centre anywhere between the pixels.

use crate::document::PixelRect;

/// A round spot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dab {
    pub(super) center_in_canvas: [f32; 2],
    /// Canvas pixels, 0.5 or more.
    pub(super) radius: f32,
    /// Share of the radius that is covered fully.
    pub(super) hardness: f32,
    /// Coverage at the centre, 0 to 1.
    pub(super) strength: f32,
}

/// Flow of 1, in the units of [`DabShape::raise_row`].
const FULL_FLOW: u32 = 1 << 16;

impl Dab {
    /// The pixels it touches inside `canvas`.
    pub(super) fn bounds(&self, canvas: PixelRect) -> PixelRect {
        let reach = self.radius + 1.0;
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

/// A dab made ready for laying.
///
/// At the distance `r` from the centre of a dab of radius `R` and hardness `h`, coverage is the lesser of
///
/// - the falloff `(R² - r²) / (R² - (hR)²)`, clamped to 0 to 1: Krita's default round mask
///   (`KisCircleMaskGenerator::valueAt` with equal fades, whose `n (nf - 1) / (nf - n)` reduces to this);
/// - the edge `R + ½ - r`, clamped to 0 to 1, which anti-aliases it over one pixel.
///
/// The falloff's outer radius grows by half a pixel times the hardness, so that a hard brush is bounded by the edge alone.
pub(super) struct DabShape {
    center_in_canvas: [f32; 2],
    outer_squared: f32,
    falloff_slope: f32,
    edge: f32,
    /// Square of a radius within which every pixel is covered fully.
    core_squared: f32,
    strength: f32,
    flow: u32,
}

impl DabShape {
    /// `flow` is 0 to 1.
    pub(super) fn new(dab: &Dab, flow: f32) -> Self {
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
            flow: (flow * FULL_FLOW as f32) as u32,
        }
    }

    /// Raises the coverage (65535 is full) of the pixels of row `y` that begin at `left`. At a flow of 1 coverage
    /// becomes the greater of what it was and the dab's; at less it goes that share of the way there.
    pub(super) fn raise_row(&self, coverage: &mut [u16], left: u32, y: u32) {
        let [center_x, center_y] = self.center_in_canvas;
        let dy = y as f32 + 0.5 - center_y;
        let Some(half_chord) = Some(self.edge * self.edge - dy * dy).filter(|square| *square > 0.0).map(f32::sqrt)
        else {
            return;
        };
        // Only the chord of the circle that lies on this row.
        let offset = center_x - left as f32;
        let start = ((offset - half_chord).floor().max(0.0) as usize).min(coverage.len());
        let end = ((offset + half_chord).ceil().max(0.0) as usize).clamp(start, coverage.len());
        let first_dx = left as f32 + start as f32 + 0.5 - center_x;
        let Some(coverage) = coverage.get_mut(start..end) else { return };
        if self.flow == FULL_FLOW {
            // Most of a hard dab is its core, whose coverage needs no computing.
            let half_core = (self.core_squared - dy * dy).max(0.0).sqrt();
            let core_start = ((-half_core - first_dx).ceil().max(0.0) as usize).min(coverage.len());
            let core_end = ((half_core - first_dx).floor().max(0.0) as usize).clamp(core_start, coverage.len());
            let (before, rest) = coverage.split_at_mut(core_start);
            let (core, after) = rest.split_at_mut(core_end - core_start);
            self.raise_to_dab(before, first_dx, dy);
            let full = rounded(self.strength);
            core.iter_mut().for_each(|old| *old = (*old).max(full));
            self.raise_to_dab(after, first_dx + core_end as f32, dy);
        } else {
            for (index, old) in coverage.iter_mut().enumerate() {
                let missing = u32::from(self.coverage_at(first_dx + index as f32, dy).saturating_sub(*old));
                // Rounded up, so that a low flow still arrives.
                *old += ((missing * self.flow + (FULL_FLOW - 1)) >> 16) as u16;
            }
        }
    }

    /// For neighbouring pixels, the first of them `first_dx` beside the centre.
    fn raise_to_dab(&self, coverage: &mut [u16], first_dx: f32, dy: f32) {
        for (index, old) in coverage.iter_mut().enumerate() {
            *old = (*old).max(self.coverage_at(first_dx + index as f32, dy));
        }
    }

    #[inline]
    fn coverage_at(&self, dx: f32, dy: f32) -> u16 {
        let squared = dx * dx + dy * dy;
        let falloff = (self.outer_squared - squared) * self.falloff_slope;
        let edge = self.edge - squared.sqrt();
        rounded(falloff.min(edge).clamp(0.0, 1.0) * self.strength)
    }
}

/// The nearest integer of a value between 0 and 65535. Added to 2^23, it stands in the lowest bits of the mantissa; a
/// plain `as u16` saturates, which keeps the compiler from using vector instructions for the row.
#[inline]
fn rounded(value: f32) -> u16 {
    (value + 8_388_608.0).to_bits() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Coverage of a square of `side` pixels, 0 to 1.
    fn laid(dab: &Dab, flow: f32, side: u32) -> Vec<Vec<f32>> {
        let shape = DabShape::new(dab, flow);
        (0..side)
            .map(|y| {
                let mut row = vec![0; side as usize];
                shape.raise_row(&mut row, 0, y);
                row.into_iter().map(|value| f32::from(value) / 65535.0).collect()
            })
            .collect()
    }

    fn dab(x: f32, y: f32, diameter: f32, hardness: f32) -> Dab {
        Dab { center_in_canvas: [x, y], radius: diameter / 2.0, hardness, strength: 1.0 }
    }

    #[test]
    fn the_falloff_is_krita_s() {
        // KisCircleMaskGenerator::valueAt for a diameter of 100 at 10, 20, 30, 40 pixels from the centre: with n and nf
        // the squares of r / 50 and of r / (50 * fade), opacity is 1 - n * (nf - 1) / (nf - n) where nf > 1.
        for (fade, expected) in [(0.5, [1.0, 1.0, 0.853_333, 0.48]), (0.25, [1.0, 0.896, 0.682_667, 0.384])] {
            let n = |r: f32| (r / 50.0) * (r / 50.0);
            for (r, value) in [10.0, 20.0, 30.0, 40.0].into_iter().zip(expected) {
                let nf = n(r) / (fade * fade);
                let krita = if nf < 1.0 { 1.0 } else { 1.0 - n(r) * (nf - 1.0) / (nf - n(r)) };
                assert!((krita - value).abs() < 1e-4, "{krita} is not {value}: the numbers of this test are wrong");
                let ours = laid(&dab(60.5, 60.5, 100.0, fade), 1.0, 121)[60][60 + r as usize];
                assert!((ours - value).abs() < 0.011, "at {r} with fade {fade}: {ours}, Krita {value}");
            }
        }
    }

    #[test]
    fn a_hard_dab_covers_its_circle_s_area_wherever_its_centre_is() {
        for diameter in [2.0, 3.0, 5.0, 17.3, 64.0, 250.0] {
            let area = std::f32::consts::PI * diameter * diameter / 4.0;
            for (x, y) in [(0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.25, 0.7), (0.9, 0.1)] {
                let covered: f32 = laid(&dab(150.0 + x, 150.0 + y, diameter, 1.0), 1.0, 300).concat().iter().sum();
                assert!(
                    (covered / area - 1.0).abs() < 0.02 + 0.25 / diameter,
                    "diameter {diameter} at {x}, {y}: {covered} of {area}"
                );
            }
        }
    }

    #[test]
    fn the_core_is_covered_as_the_formula_says() {
        for (diameter, hardness, strength) in [(300.0, 0.8, 0.7), (211.3, 1.0, 1.0), (90.0, 0.3, 1.0), (4.0, 0.9, 0.5)]
        {
            let shape = DabShape::new(&Dab { strength, ..dab(160.37, 159.81, diameter, hardness) }, 1.0);
            for y in 0..320_u32 {
                let mut row = [0; 320];
                shape.raise_row(&mut row, 0, y);
                for (x, covered) in row.into_iter().enumerate() {
                    let expected = shape.coverage_at(x as f32 + 0.5 - 160.37, y as f32 + 0.5 - 159.81);
                    assert!(covered.abs_diff(expected) <= 1, "{covered} is not {expected} at {x}, {y} of {diameter}");
                }
            }
        }
    }

    #[test]
    fn a_dab_of_one_pixel_covers_one_pixel() {
        assert_eq!(laid(&dab(2.5, 2.5, 1.0, 1.0), 1.0, 5)[2], [0.0, 0.0, 1.0, 0.0, 0.0]);
        let between = laid(&dab(2.0, 2.5, 1.0, 1.0), 1.0, 5);
        assert!((between[2][1] - 0.5).abs() < 1e-3 && (between[2][2] - 0.5).abs() < 1e-3, "{between:?}");
    }

    #[test]
    fn a_hard_edge_is_anti_aliased_over_no_more_than_two_pixels() {
        for diameter in [10.0, 99.7, 1999.0] {
            let row = &laid(&dab(1010.3, 1010.6, diameter, 1.0), 1.0, 2021)[1010];
            let partly = row.iter().filter(|value| (0.001..0.999).contains(*value)).count();
            assert!((1..=4).contains(&partly), "{partly} pixels at both edges of {diameter}");
        }
    }

    #[test]
    fn moving_a_dab_by_part_of_a_pixel_moves_its_weight_by_as_much() {
        let center_of = |x: f32| {
            let rows = laid(&dab(x, 20.5, 11.0, 0.5), 1.0, 41).concat();
            let (sum, moment) = rows.iter().enumerate().fold((0.0, 0.0), |(sum, moment), (index, value)| {
                (sum + value, moment + value * ((index % 41) as f32 + 0.5))
            });
            moment / sum
        };
        for step in 0..10 {
            let x = 20.0 + step as f32 / 10.0;
            assert!((center_of(x) - x).abs() < 0.02, "{x} became {}", center_of(x));
        }
    }

    #[test]
    fn flow_builds_up_to_the_dab_and_not_beyond() {
        let spot = dab(8.0, 8.0, 12.0, 0.3);
        let whole = DabShape::new(&spot, 1.0);
        let tenth = DabShape::new(&spot, 0.1);
        let (mut at_once, mut slowly) = ([0u16; 16], [0u16; 16]);
        whole.raise_row(&mut at_once, 0, 8);
        tenth.raise_row(&mut slowly, 0, 8);
        assert!((f32::from(slowly[8]) / f32::from(at_once[8]) - 0.1).abs() < 0.001);
        for _ in 0..200 {
            tenth.raise_row(&mut slowly, 0, 8);
        }
        assert_eq!(slowly, at_once);
    }

    #[test]
    fn integers_are_rounded_to_the_nearest() {
        assert_eq!([0.0, 0.4, 0.6, 254.7, 65534.4, 65535.0].map(rounded), [0, 0, 1, 255, 65534, 65535]);
    }

    #[test]
    fn bounds_hold_every_pixel_that_is_touched() {
        let canvas = PixelRect { left: 0, top: 0, right: 64, bottom: 64 };
        for (x, y, diameter) in
            [(0.0, 0.0, 1.0), (63.9, 10.2, 7.0), (-3.0, 30.0, 20.0), (32.0, 32.0, 2000.0), (500.0, 0.0, 3.0)]
        {
            let spot = dab(x, y, diameter, 1.0);
            let bounds = spot.bounds(canvas);
            for (row, y) in laid(&spot, 1.0, 64).iter().zip(0..) {
                assert!(row.iter().zip(0..).all(|(value, x)| *value == 0.0 || bounds.contains(x, y)), "{spot:?}");
            }
        }
    }
}
