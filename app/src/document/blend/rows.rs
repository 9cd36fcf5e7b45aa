//! Rows of pixels through a formula on straight colours.

use super::formulas::Color;
use crate::document::pixel::Pixel;
use crate::document::vector::{Kernel, dispatch};

/// Pixels that are worked on together: channel by channel, so that the compiler makes vectors of them.
const LANES: usize = 16;
pub(super) const FULL: f32 = u16::MAX as f32;

type Lanes = [f32; LANES];

/// What the result covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Backdrop and source.
    Union,
    /// Only the backdrop, as it was.
    Backdrop,
}

/// A formula on straight colours. (A closure might not be inlined.)
trait Formula: Copy {
    fn mixed(self, below: Color, source: Color) -> Color;
}

#[derive(Clone, Copy)]
struct Separable<F>(F);

impl<F: Fn(f32, f32) -> f32 + Copy> Formula for Separable<F> {
    #[inline(always)]
    fn mixed(self, below: Color, source: Color) -> Color {
        [(self.0)(below[0], source[0]), (self.0)(below[1], source[1]), (self.0)(below[2], source[2])]
    }
}

#[derive(Clone, Copy)]
struct Combined<F>(F);

impl<F: Fn(Color, Color) -> Color + Copy> Formula for Combined<F> {
    #[inline(always)]
    fn mixed(self, below: Color, source: Color) -> Color {
        (self.0)(below, source)
    }
}

/// A formula for each channel.
pub(super) fn separable_row(
    shape: Shape,
    backdrop: &mut [Pixel],
    source: &[Pixel],
    opacity: u16,
    formula: impl Fn(f32, f32) -> f32 + Copy,
) {
    dispatch(Blend { shape, backdrop, source, opacity, formula: Separable(formula) });
}

/// A formula for the three channels together.
pub(super) fn combined_row(
    shape: Shape,
    backdrop: &mut [Pixel],
    source: &[Pixel],
    opacity: u16,
    formula: impl Fn(Color, Color) -> Color + Copy,
) {
    dispatch(Blend { shape, backdrop, source, opacity, formula: Combined(formula) });
}

/// Blends a row with the layer's.
struct Blend<'a, F> {
    shape: Shape,
    backdrop: &'a mut [Pixel],
    source: &'a [Pixel],
    opacity: u16,
    formula: F,
}

impl<F: Formula> Kernel for Blend<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { shape, backdrop, source, opacity, formula } = self;
        let length = backdrop.len().min(source.len());
        let (wholes, rest) = backdrop[..length].as_chunks_mut::<LANES>();
        let (source_wholes, source_rest) = source[..length].as_chunks::<LANES>();
        for (below, source) in wholes.iter_mut().zip(source_wholes) {
            blend_lanes(shape, below, source, opacity, formula);
        }
        if !rest.is_empty() {
            let (mut below, mut last) = ([Pixel::default(); LANES], [Pixel::default(); LANES]);
            below[..rest.len()].copy_from_slice(rest);
            last[..rest.len()].copy_from_slice(source_rest);
            blend_lanes(shape, &mut below, &last, opacity, formula);
            rest.copy_from_slice(&below[..rest.len()]);
        }
    }
}

#[inline(always)]
fn blend_lanes(shape: Shape, below: &mut [Pixel; LANES], source: &[Pixel; LANES], opacity: u16, formula: impl Formula) {
    let (b, s) = (planes(below), planes(source));
    let opacity = f32::from(opacity) / FULL;
    let outside = if shape == Shape::Union { opacity } else { 0.0 };
    let mut out = [[0u16; LANES]; 4];
    for i in 0..LANES {
        let (alpha_below, alpha_source) = (b[3][i] / FULL, s[3][i] / FULL * opacity);
        // Divided rather than multiplied by an inverse: a channel that equals alpha must become 1 exactly.
        let (whole_below, whole_source) = (at_least_1(b[3][i]), at_least_1(s[3][i]));
        let mixed = formula.mixed(
            [b[0][i] / whole_below, b[1][i] / whole_below, b[2][i] / whole_below],
            [s[0][i] / whole_source, s[1][i] / whole_source, s[2][i] / whole_source],
        );
        let (both, only_below) = (alpha_source * alpha_below * FULL, 1.0 - alpha_source);
        let only_source = (1.0 - alpha_below) * outside;
        let alpha = b[3][i] + s[3][i] * only_source;
        out[3][i] = rounded(alpha);
        for channel in 0..3 {
            let sum = s[channel][i] * only_source + b[channel][i] * only_below + both * mixed[channel];
            // Rounding must not lift a colour above its alpha.
            let sum = if sum > alpha { alpha } else { sum };
            out[channel][i] = rounded(if sum > 0.0 { sum } else { 0.0 });
        }
    }
    for (i, pixel) in below.iter_mut().enumerate() {
        *pixel = [out[0][i], out[1][i], out[2][i], out[3][i]];
    }
}

/// Red, green, blue and alpha apart, 0 to 65535.
#[inline(always)]
fn planes(pixels: &[Pixel; LANES]) -> [Lanes; 4] {
    let mut planes = [[0.0; LANES]; 4];
    for (i, pixel) in pixels.iter().enumerate() {
        for channel in 0..4 {
            planes[channel][i] = f32::from(pixel[channel]);
        }
    }
    planes
}

#[inline(always)]
fn at_least_1(alpha: f32) -> f32 {
    if alpha > 1.0 { alpha } else { 1.0 }
}

/// To the nearest integer, for 0 to 65535. Adding 2^23 leaves the integer in the low bits of the mantissa, which, unlike
/// `as`, is a single instruction for a whole vector.
#[inline(always)]
pub(super) fn rounded(value: f32) -> u16 {
    (value + 8_388_608.0).to_bits() as u16
}
