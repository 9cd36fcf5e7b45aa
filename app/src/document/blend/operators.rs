//! Modes in which only coverage decides, in integers: Porter and Duff 1984, "Compositing digital images", with the layer's
//! opacity as part of its coverage.

use crate::document::pixel::Pixel;

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
    if opacity == FULL {
        each(backdrop, source, over_values);
    } else {
        each(backdrop, source, |below, source| over_values(below, &faded(source, opacity)));
    }
}

#[inline(always)]
fn over_values(below: &Values, source: &Values) -> Values {
    // No sum exceeds 65535: a colour channel is at most its alpha, and rounding keeps that order.
    std::array::from_fn(|i| source[i].wrapping_add(scaled(below[i], FULL - source[i | 3])))
}

/// The layer where there is something below, in front of it: `S ab + B (1 - as)`.
pub(super) fn atop(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    each(backdrop, source, |below, source| inside(below, &faded(source, opacity)));
}

/// What is below where the layer is, in front of the layer: `B as + S (1 - ab)`.
pub(super) fn destination_atop(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    each(backdrop, source, |below, source| inside(&faded(source, opacity), below));
}

/// `A ab + B (1 - aa)`, which has `B`'s alpha.
#[inline(always)]
fn inside(base: &Values, paint: &Values) -> Values {
    std::array::from_fn(|i| {
        let sum = scaled(paint[i], base[i | 3]).wrapping_add(scaled(base[i], FULL - paint[i | 3]));
        // Both products were rounded, which can lift a colour, though never the alpha.
        sum.min(base[i | 3])
    })
}

/// What is below where the layer is: `B as`.
pub(super) fn destination_in(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    each(backdrop, source, |below, source| std::array::from_fn(|i| scaled(below[i], scaled(source[i | 3], opacity))));
}

/// What is below where the layer is not: `B (1 - as)`.
pub(super) fn destination_out(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    each(backdrop, source, |below, source| {
        std::array::from_fn(|i| scaled(below[i], FULL - scaled(source[i | 3], opacity)))
    });
}

/// The channels of [`TOGETHER`] pixels; the alpha that belongs to channel `i` is at `i | 3`.
type Values = [u16; 4 * TOGETHER];

/// Pixels that are worked on together, so that the compiler makes vectors of them.
const TOGETHER: usize = 8;

#[inline(always)]
fn faded(source: &Values, opacity: u16) -> Values {
    source.map(|channel| scaled(channel, opacity))
}

#[inline(always)]
fn each(backdrop: &mut [Pixel], source: &[Pixel], combine: impl Fn(&Values, &Values) -> Values) {
    let length = backdrop.len().min(source.len());
    let (backdrop, source) = (backdrop[..length].as_flattened_mut(), source[..length].as_flattened());
    let (wholes, rest) = backdrop.as_chunks_mut();
    let (source_wholes, source_rest) = source.as_chunks();
    for (below, source) in wholes.iter_mut().zip(source_wholes) {
        *below = combine(below, source);
    }
    if !rest.is_empty() {
        let (mut below, mut last) = ([0; 4 * TOGETHER], [0; 4 * TOGETHER]);
        below[..rest.len()].copy_from_slice(rest);
        last[..rest.len()].copy_from_slice(source_rest);
        rest.copy_from_slice(&combine(&below, &last)[..rest.len()]);
    }
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
