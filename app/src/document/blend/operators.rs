//! Modes in which only coverage decides, in integers: Porter and Duff 1984, "Compositing digital images", with the layer's
//! opacity as part of its coverage.

use crate::document::pixel::{Pixel, scaled};

const FULL: u16 = u16::MAX;

/// The layer in front of what is below: `S + B (1 - as)`.
pub(super) fn over(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    if opacity == FULL {
        each(backdrop, source, over_pixel);
    } else {
        each(backdrop, source, |below, source| over_pixel(below, source.map(|channel| scaled(channel, opacity))));
    }
}

#[inline(always)]
fn over_pixel(below: Pixel, source: Pixel) -> Pixel {
    let kept = FULL - source[3];
    // No sum exceeds 65535: a colour channel is at most its alpha, and rounding keeps that order.
    std::array::from_fn(|channel| source[channel].wrapping_add(scaled(below[channel], kept)))
}

/// The layer where there is something below, in front of it: `S ab + B (1 - as)`.
pub(super) fn atop(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    each(backdrop, source, |below, source| {
        let source = source.map(|channel| scaled(channel, opacity));
        let mixed = weighted(source, below[3], below, FULL - source[3]);
        [mixed[0], mixed[1], mixed[2], below[3]]
    });
}

/// What is below where the layer is, in front of the layer: `B as + S (1 - ab)`.
pub(super) fn destination_atop(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    each(backdrop, source, |below, source| {
        let source = source.map(|channel| scaled(channel, opacity));
        let mixed = weighted(below, source[3], source, FULL - below[3]);
        [mixed[0], mixed[1], mixed[2], source[3]]
    });
}

/// What is below where the layer is: `B as`.
pub(super) fn destination_in(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    each(backdrop, source, |below, source| {
        let kept = scaled(source[3], opacity);
        below.map(|channel| scaled(channel, kept))
    });
}

/// What is below where the layer is not: `B (1 - as)`.
pub(super) fn destination_out(backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    each(backdrop, source, |below, source| {
        let kept = FULL - scaled(source[3], opacity);
        below.map(|channel| scaled(channel, kept))
    });
}

/// `a * share_of_a + b * share_of_b`, rounded once.
#[inline(always)]
fn weighted(a: Pixel, share_of_a: u16, b: Pixel, share_of_b: u16) -> Pixel {
    std::array::from_fn(|channel| {
        let sum = u64::from(a[channel]) * u64::from(share_of_a) + u64::from(b[channel]) * u64::from(share_of_b);
        ((sum + u64::from(FULL) / 2) / u64::from(FULL)) as u16
    })
}

#[inline(always)]
fn each(backdrop: &mut [Pixel], source: &[Pixel], pixel: impl Fn(Pixel, Pixel) -> Pixel) {
    for (below, source) in backdrop.iter_mut().zip(source) {
        *below = pixel(*below, *source);
    }
}
