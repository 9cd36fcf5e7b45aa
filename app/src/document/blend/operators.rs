//! Modes in which only coverage decides, in integers: Porter and Duff 1984, "Compositing digital images", with the layer's
//! opacity as part of its coverage.

use crate::document::pixel::{self, Pixel};
use crate::document::vector::{Kernel, dispatch};

const FULL: u16 = u16::MAX;

/// `a * b / 65535` to the nearest integer, as in [`crate::document::pixel`], but without a number of more than 16 bits:
/// twice as many fit into a vector.
///
/// With `a b = 65536 hi + lo` and `y = a b + 32768`, the rounded quotient is `(y + y / 65536) / 65536` (Blinn 1995), which
/// is `y`'s high half and one more if the halves of `y` overflow when added.
#[inline(always)]
fn scaled(a: u16, b: u16) -> u16 {
    let low = a.wrapping_mul(b);
    let high = ((u32::from(a) * u32::from(b)) >> 16) as u16 + (low >> 15);
    // `high > !(low ^ 0x8000)`, as signed numbers because only those can be compared in a vector.
    let overflows = (high ^ 0x8000) as i16 > !low as i16;
    high + u16::from(overflows)
}

/// The layer in front of what is below: `S + B (1 - as)`.
pub(super) fn over(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    dispatch(Each { backdrop, source, opacity, operator: Over });
}

/// The layer where there is something below, in front of it: `S ab + B (1 - as)`.
pub(super) fn atop(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    dispatch(Each { backdrop, source, opacity, operator: Atop });
}

/// What is below where the layer is, in front of the layer: `B as + S (1 - ab)`.
pub(super) fn destination_atop(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    dispatch(Each { backdrop, source, opacity, operator: DestinationAtop });
}

/// What is below where the layer is: `B as`.
pub(super) fn destination_in(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    dispatch(Keep { backdrop, source, opacity, inverted: 0 });
}

/// What is below where the layer is not: `B (1 - as)`.
pub(super) fn destination_out(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    dispatch(Keep { backdrop, source, opacity, inverted: FULL });
}

/// Keeps of each pixel of the backdrop the share that the layer's alpha is, or what is left of that.
struct Keep<'a> {
    backdrop: &'a mut [Pixel],
    source: &'a [Pixel],
    opacity: u16,
    /// [`FULL`] where the layer takes away, else 0.
    inverted: u16,
}

impl Kernel for Keep<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (below, source) in self.backdrop.iter_mut().zip(self.source) {
            let share = pixel::scaled(source[3], self.opacity) ^ self.inverted;
            for channel in below {
                *channel = pixel::scaled(*channel, share);
            }
        }
    }
}

/// A channel of a pixel with its pixel's alpha.
#[derive(Clone, Copy)]
struct Channel {
    value: u16,
    alpha: u16,
}

/// What becomes of two pixels' channels. (A closure might not be inlined.)
trait Operator: Copy {
    fn combine(self, below: Channel, source: Channel) -> u16;
}

#[derive(Clone, Copy)]
struct Over;

impl Operator for Over {
    #[inline(always)]
    fn combine(self, below: Channel, source: Channel) -> u16 {
        // No sum exceeds 65535: a colour channel is at most its alpha, and rounding keeps that order.
        source.value.wrapping_add(scaled(below.value, FULL - source.alpha))
    }
}

#[derive(Clone, Copy)]
struct Atop;

impl Operator for Atop {
    #[inline(always)]
    fn combine(self, below: Channel, source: Channel) -> u16 {
        inside(below, source)
    }
}

#[derive(Clone, Copy)]
struct DestinationAtop;

impl Operator for DestinationAtop {
    #[inline(always)]
    fn combine(self, below: Channel, source: Channel) -> u16 {
        inside(source, below)
    }
}

/// `A ab + B (1 - aa)`, which has `B`'s alpha.
#[inline(always)]
fn inside(base: Channel, paint: Channel) -> u16 {
    let sum = scaled(paint.value, base.alpha).wrapping_add(scaled(base.value, FULL - paint.alpha));
    // Both products were rounded, which can lift a colour, though never the alpha.
    sum.min(base.alpha)
}

/// Pixels that are worked on together, so that the compiler makes vectors of them.
const TOGETHER: usize = 8;
type Pixels = [Pixel; TOGETHER];

/// Combines a row with the layer's.
struct Each<'a, O> {
    backdrop: &'a mut [Pixel],
    source: &'a [Pixel],
    opacity: u16,
    operator: O,
}

impl<O: Operator> Kernel for Each<'_, O> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { backdrop, source, opacity, operator } = self;
        let length = backdrop.len().min(source.len());
        let (wholes, rest) = backdrop[..length].as_chunks_mut();
        let (source_wholes, source_rest) = source[..length].as_chunks();
        if opacity == FULL {
            for (below, source) in wholes.iter_mut().zip(source_wholes) {
                combine(below, source, operator);
            }
        } else {
            for (below, source) in wholes.iter_mut().zip(source_wholes) {
                combine(below, &faded(source, opacity), operator);
            }
        }
        if !rest.is_empty() {
            let (mut below, mut last) = ([[0; 4]; TOGETHER], [[0; 4]; TOGETHER]);
            below[..rest.len()].copy_from_slice(rest);
            last[..rest.len()].copy_from_slice(source_rest);
            combine(&mut below, &faded(&last, opacity), operator);
            rest.copy_from_slice(&below[..rest.len()]);
        }
    }
}

#[inline(always)]
fn combine(below: &mut Pixels, source: &Pixels, operator: impl Operator) {
    let (below_alphas, source_alphas) = (alphas(below), alphas(source));
    let alphas = below_alphas.as_flattened().iter().zip(source_alphas.as_flattened());
    let channels = below.as_flattened_mut().iter_mut().zip(source.as_flattened());
    for ((below, source), (below_alpha, source_alpha)) in channels.zip(alphas) {
        let source = Channel { value: *source, alpha: *source_alpha };
        *below = operator.combine(Channel { value: *below, alpha: *below_alpha }, source);
    }
}

#[inline(always)]
fn faded(source: &Pixels, opacity: u16) -> Pixels {
    let mut faded = *source;
    for channel in faded.as_flattened_mut() {
        *channel = scaled(*channel, opacity);
    }
    faded
}

/// Each pixel's alpha in the place of each of its channels.
#[inline(always)]
fn alphas(pixels: &Pixels) -> Pixels {
    let mut alphas = [[0; 4]; TOGETHER];
    for (alphas, pixel) in alphas.iter_mut().zip(pixels) {
        *alphas = [pixel[3]; 4];
    }
    alphas
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn the_quotient_is_rounded_exactly() {
        for a in (0..=u16::MAX).step_by(3) {
            for b in [0, 1, 2, 3, 255, 256, 257, 12345, 32767, 32768, 32769, 65533, 65534, 65535] {
                assert_eq!(scaled(a, b), crate::document::scaled(a, b), "{a} * {b}");
            }
        }
    }
}
