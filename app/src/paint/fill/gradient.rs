//! Gradients, in the shapes that Krita has (`kis_gradient_painter.cc`).

use std::f32::consts::TAU;

use serde::{Deserialize, Serialize};

use crate::document::Pixel;

/// How the colours lie about the two ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GradientShape {
    /// Along the line from the first to the second end.
    #[default]
    Linear,
    /// As linear, to both sides of the first end.
    Bilinear,
    /// In circles about the first end; the last colour at the second.
    Radial,
    /// In squares about the first end; the second is the middle of a side.
    Square,
    /// Around the first end, beginning towards the second, clockwise.
    Conical,
    /// Around the first end and back: the last colour lies away from the second end.
    Symmetric,
    /// Outwards and around at once: one turn is as far as the second end.
    Spiral,
}

/// What comes beyond the ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    /// The first and the last colour go on.
    #[default]
    Never,
    Sawtooth,
    /// Forwards and backwards in turn.
    Mirror,
}

/// A colour at a place along the gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientStop {
    /// 0 at the first end, 1 at the second.
    pub position: f32,
    /// Straight sRGB with alpha, 0 to 65535.
    pub color: [u16; 4],
}

/// Colours from one place of the canvas to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradient {
    shape: GradientShape,
    repeat: Repeat,
    /// Premultiplied, in order.
    stops: Vec<(f32, [f32; 4])>,
    /// Canvas pixels.
    from: [f32; 2],
    to: [f32; 2],
}

/// A step of 8-bit colour in 16 bits.
const STEP: f32 = 257.0;

impl Gradient {
    /// `from` and `to`: the ends in canvas pixels. Stops may come in any order; with none, the gradient is transparent.
    #[must_use]
    pub fn new(shape: GradientShape, repeat: Repeat, stops: &[GradientStop], [from, to]: [[f32; 2]; 2]) -> Self {
        let premultiplied = |[red, green, blue, alpha]: [u16; 4]| {
            let share = f32::from(alpha) / f32::from(u16::MAX);
            [f32::from(red) * share, f32::from(green) * share, f32::from(blue) * share, f32::from(alpha)]
        };
        let mut stops: Vec<_> = stops
            .iter()
            .filter(|stop| stop.position.is_finite())
            .map(|stop| (stop.position.clamp(0.0, 1.0), premultiplied(stop.color)))
            .collect();
        stops.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        Self { shape, repeat, stops, from, to }
    }

    /// The colour of a canvas pixel.
    ///
    /// Where the colour changes it is dithered by up to half a step of 8 bits, so that no bands show in pictures saved
    /// with 8 bits: the mean stays, and each 8-bit level is taken as often as it should be.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> Pixel {
        let along = self.along([x as f32 + 0.5, y as f32 + 0.5]);
        let (color, is_changing) = self.color(along);
        if !is_changing {
            return color.map(|channel| (channel + 0.5) as u16);
        }
        let dithered = |channel: usize| {
            let noise = dither(x, y, channel as u32) * STEP;
            // `as` keeps to the range.
            (color[channel] + noise + 0.5) as u16
        };
        let alpha = dithered(3);
        [dithered(0).min(alpha), dithered(1).min(alpha), dithered(2).min(alpha), alpha]
    }

    /// The colour at a place of the canvas, in pixels from its corner, not dithered.
    #[must_use]
    pub fn at(&self, pos_in_canvas: [f32; 2]) -> Pixel {
        let (color, _) = self.color(self.along(pos_in_canvas));
        color.map(|channel| (channel + 0.5) as u16)
    }

    /// Where a place lies between the ends, 0 to 1.
    fn along(&self, [x, y]: [f32; 2]) -> f32 {
        let (dx, dy) = (self.to[0] - self.from[0], self.to[1] - self.from[1]);
        let (px, py) = (x - self.from[0], y - self.from[1]);
        let squared = (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
        // Shares of the length between the ends: along the line, and to its right.
        let (ahead, aside) = ((px * dx + py * dy) / squared, (dx * py - dy * px) / squared);
        let turn = || aside.atan2(ahead).rem_euclid(TAU) / TAU;
        let along = match self.shape {
            GradientShape::Linear => ahead,
            GradientShape::Bilinear => ahead.abs(),
            GradientShape::Radial => ahead.hypot(aside),
            GradientShape::Square => ahead.abs().max(aside.abs()),
            GradientShape::Conical => turn(),
            GradientShape::Symmetric => 1.0 - (2.0 * turn() - 1.0).abs(),
            GradientShape::Spiral => (ahead.hypot(aside) + turn()).rem_euclid(1.0),
        };
        match self.repeat {
            Repeat::Never => along.clamp(0.0, 1.0),
            Repeat::Sawtooth => along.rem_euclid(1.0),
            Repeat::Mirror => 1.0 - (along.rem_euclid(2.0) - 1.0).abs(),
        }
    }

    /// The premultiplied colour at a place along the gradient, and whether it is another one nearby.
    fn color(&self, along: f32) -> ([f32; 4], bool) {
        let next = self.stops.partition_point(|(position, _)| *position <= along);
        let before = next.checked_sub(1).and_then(|index| self.stops.get(index));
        match (before, self.stops.get(next)) {
            (Some((start, first)), Some((end, second))) => {
                let share = (along - start) / (end - start);
                let mixed = |channel: usize| first[channel] + (second[channel] - first[channel]) * share;
                (std::array::from_fn(mixed), share > 0.0 && first != second)
            }
            (Some((_, only)), None) | (None, Some((_, only))) => (*only, false),
            (None, None) => ([0.0; 4], false),
        }
    }
}

/// Evenly spread numbers from -1/2 to 1/2 that differ much from pixel to pixel: Martin Roberts's R2 sequence as a
/// dither mask ("The unreasonable effectiveness of quasirandom sequences", 2018), in 32-bit fractions. `shift` in
/// quarters sets the channels apart.
fn dither(x: u32, y: u32, shift: u32) -> f32 {
    // 1 / p and 1 / p² for the root p of p³ = p + 1, times 2³².
    const ACROSS: u32 = 0xC13F_A9A9;
    const DOWN: u32 = 0x91E1_0DA5;
    let place = x.wrapping_mul(ACROSS).wrapping_add(y.wrapping_mul(DOWN)).wrapping_add(shift << 30);
    (place >> 8) as f32 / (1 << 24) as f32 - 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLACK: [u16; 4] = [0, 0, 0, 65535];
    const WHITE: [u16; 4] = [65535; 4];

    fn stops(colors: &[(f32, [u16; 4])]) -> Vec<GradientStop> {
        colors.iter().map(|(position, color)| GradientStop { position: *position, color: *color }).collect()
    }

    fn near(pixel: Pixel, expected: [u16; 4]) -> bool {
        pixel.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 129)
    }

    #[test]
    fn a_linear_gradient_goes_evenly_from_end_to_end_and_stays_beyond() {
        let ends = [[100.0, 50.0], [356.0, 50.0]];
        let gradient = Gradient::new(GradientShape::Linear, Repeat::Never, &stops(&[(1.0, WHITE), (0.0, BLACK)]), ends);
        assert_eq!((gradient.pixel(0, 7), gradient.pixel(400, 900)), (BLACK, WHITE));
        for x in 100..356 {
            let expected = ((x as f32 - 99.5) / 256.0 * 65535.0).round() as u16;
            assert!(near(gradient.pixel(x, 20), [expected, expected, expected, 65535]), "{x}");
        }
    }

    #[test]
    fn circles_and_cones_turn_about_the_first_end() {
        let ends = [[100.0, 100.0], [100.0, 200.0]];
        let colors = stops(&[(0.0, BLACK), (1.0, WHITE)]);
        let radial = Gradient::new(GradientShape::Radial, Repeat::Never, &colors, ends);
        for (x, y) in [(149, 99), (99, 149), (50, 99), (99, 50)] {
            assert!(near(radial.pixel(x, y), [32442, 32442, 32442, 65535]), "{x}, {y}");
        }
        assert_eq!(radial.pixel(220, 100), WHITE);
        let conical = Gradient::new(GradientShape::Conical, Repeat::Never, &colors, ends);
        // It begins downwards, so left is a quarter on.
        for ((x, y), quarter) in [((20, 100), 0.25), ((100, 20), 0.5), ((180, 100), 0.75)] {
            let level = f32::from(conical.pixel(x, y)[0]) / 65535.0;
            assert!((level - quarter).abs() < 0.01, "{level} is not {quarter}");
        }
    }

    #[test]
    fn every_shape_is_where_its_words_say() {
        let ends = [[100.0, 100.0], [200.0, 100.0]];
        let colors = stops(&[(0.0, BLACK), (1.0, WHITE)]);
        let level = |shape, place: [f32; 2]| {
            let gradient = Gradient::new(shape, Repeat::Never, &colors, ends);
            (f32::from(gradient.at(place)[0]) / 655.35).round()
        };
        let levels = |shape| [[150.0, 100.0], [50.0, 100.0], [120.0, 160.0], [100.0, 20.0]].map(|at| level(shape, at));
        assert_eq!(levels(GradientShape::Linear), [50.0, 0.0, 20.0, 0.0]);
        assert_eq!(levels(GradientShape::Bilinear), [50.0, 50.0, 20.0, 0.0]);
        assert_eq!(levels(GradientShape::Radial), [50.0, 50.0, 63.0, 80.0]);
        assert_eq!(levels(GradientShape::Square), [50.0, 50.0, 60.0, 80.0]);
        assert_eq!(levels(GradientShape::Conical), [0.0, 50.0, 20.0, 75.0]);
        assert_eq!(levels(GradientShape::Symmetric), [0.0, 100.0, 40.0, 50.0]);
        assert_eq!(levels(GradientShape::Spiral), [50.0, 0.0, 83.0, 55.0]);
    }

    #[test]
    fn repeats_go_on_in_the_same_or_the_other_direction() {
        let ends = [[0.0, 0.0], [100.0, 0.0]];
        let colors = stops(&[(0.0, BLACK), (1.0, WHITE)]);
        let level =
            |repeat, x| f32::from(Gradient::new(GradientShape::Linear, repeat, &colors, ends).pixel(x, 0)[0]) / 655.35;
        assert!((level(Repeat::Sawtooth, 125) - 25.5).abs() < 0.3);
        assert!((level(Repeat::Mirror, 125) - 74.5).abs() < 0.3);
        assert!((level(Repeat::Never, 125) - 100.0).abs() < 0.3);
    }

    #[test]
    fn colours_towards_transparent_do_not_go_through_grey() {
        let red = [65535, 0, 0, 65535];
        let clear = [0, 0, 65535, 0];
        let gradient = Gradient::new(
            GradientShape::Linear,
            Repeat::Never,
            &stops(&[(0.0, red), (1.0, clear)]),
            [[0.0, 0.0], [256.0, 0.0]],
        );
        for x in 0..256 {
            let [red, green, blue, alpha] = gradient.pixel(x, 3);
            assert!(green == 0 || green <= 129);
            assert!(blue <= 129 && red <= alpha && alpha - red <= 257, "{x}: {red} {blue} {alpha}");
        }
    }

    #[test]
    fn saved_with_8_bits_a_slow_gradient_has_no_bands() {
        // 12 levels over 1200 pixels: each undithered band would be 100 pixels wide.
        let colors = stops(&[(0.0, [20000, 20000, 20000, 65535]), (1.0, [23084, 23084, 23084, 65535])]);
        let gradient = Gradient::new(GradientShape::Linear, Repeat::Never, &colors, [[0.0, 0.0], [1200.0, 0.0]]);
        let eight_bits = |x: u32, y: u32| f64::from((u32::from(gradient.pixel(x, y)[1]) + 128) / 257);
        for left in (0..1184).step_by(16) {
            let sum: f64 = (0..256).map(|i| eight_bits(left + i % 16, i / 16)).sum();
            let expected = (20000.0 + 3084.0 * (f64::from(left) + 8.0) / 1200.0) / 257.0;
            assert!((sum / 256.0 - expected).abs() < 0.05, "{} is not {expected}", sum / 256.0);
        }
    }

    #[test]
    fn gradients_of_no_length_or_no_colour_do_no_harm() {
        let one = stops(&[(0.3, WHITE)]);
        assert_eq!(Gradient::new(GradientShape::Conical, Repeat::Mirror, &one, [[5.0, 5.0]; 2]).pixel(5, 5), WHITE);
        let none = Gradient::new(GradientShape::Linear, Repeat::Never, &stops(&[(f32::NAN, WHITE)]), [[5.0, 5.0]; 2]);
        assert_eq!(none.pixel(5, 5), [0; 4]);
        let sharp = stops(&[(0.5, BLACK), (0.5, WHITE)]);
        let sharp = Gradient::new(GradientShape::Linear, Repeat::Never, &sharp, [[0.0, 0.0], [10.0, 0.0]]);
        assert_eq!((sharp.pixel(4, 0), sharp.pixel(5, 0)), (BLACK, WHITE));
    }
}
