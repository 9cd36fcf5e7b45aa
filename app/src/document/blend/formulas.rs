//! The formulas `B(cb, cs)` of Compositing and Blending Level 1, chapters 10.1 and 10.2, on straight colours from 0 to 1;
//! those that need no straight colours stand in [`super::premultiplied`].
//!
//! Written without branches that a vector unit cannot take; comparisons stand for `min` and `max` because those of `f32`
//! also promise what to do with NaN.

/// Red, green and blue.
pub(super) type Color = [f32; 3];

#[inline(always)]
pub(super) fn least(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

#[inline(always)]
pub(super) fn greatest(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
pub(super) fn color_dodge(below: f32, source: f32) -> f32 {
    let dodged = least(1.0, below / (1.0 - source));
    let dodged = if source == 1.0 { 1.0 } else { dodged };
    if below == 0.0 { 0.0 } else { dodged }
}

#[inline(always)]
pub(super) fn color_burn(below: f32, source: f32) -> f32 {
    let burned = 1.0 - least(1.0, (1.0 - below) / source);
    let burned = if source == 0.0 { 0.0 } else { burned };
    if below == 1.0 { 1.0 } else { burned }
}

#[inline(always)]
pub(super) fn soft_light(below: f32, source: f32) -> f32 {
    let curve = ((16.0 * below - 12.0) * below + 4.0) * below;
    let curve = if below <= 0.25 { curve } else { below.sqrt() };
    let dark = below - (1.0 - 2.0 * source) * below * (1.0 - below);
    let light = below + (2.0 * source - 1.0) * (curve - below);
    if source <= 0.5 { dark } else { light }
}

#[inline(always)]
pub(super) fn hue(below: Color, source: Color) -> Color {
    with_luminosity(with_saturation(source, saturation_of(below)), luminosity_of(below))
}

#[inline(always)]
pub(super) fn saturation(below: Color, source: Color) -> Color {
    with_luminosity(with_saturation(below, saturation_of(source)), luminosity_of(below))
}

#[inline(always)]
pub(super) fn color(below: Color, source: Color) -> Color {
    with_luminosity(source, luminosity_of(below))
}

#[inline(always)]
pub(super) fn luminosity(below: Color, source: Color) -> Color {
    with_luminosity(below, luminosity_of(source))
}

/// `Lum`
#[inline(always)]
fn luminosity_of([red, green, blue]: Color) -> f32 {
    0.3 * red + 0.59 * green + 0.11 * blue
}

/// `Sat`
#[inline(always)]
fn saturation_of(color: Color) -> f32 {
    largest(color) - smallest(color)
}

#[inline(always)]
fn smallest([red, green, blue]: Color) -> f32 {
    least(red, least(green, blue))
}

#[inline(always)]
fn largest([red, green, blue]: Color) -> f32 {
    greatest(red, greatest(green, blue))
}

/// `SetSat`: its three cases (the smallest channel becomes 0, the largest `saturation`, the middle one keeps its place
/// between them) are one straight line.
#[inline(always)]
fn with_saturation(color: Color, saturation: f32) -> Color {
    let (low, span) = (smallest(color), saturation_of(color));
    let slope = if span > 0.0 { saturation / span } else { 0.0 };
    color.map(|channel| (channel - low) * slope)
}

/// `SetLum`
#[inline(always)]
fn with_luminosity(color: Color, luminosity: f32) -> Color {
    let shift = luminosity - luminosity_of(color);
    clipped(color.map(|channel| channel + shift))
}

/// `ClipColor`
#[inline(always)]
fn clipped(color: Color) -> Color {
    let (gray, low, high) = (luminosity_of(color), smallest(color), largest(color));
    let raise = if low < 0.0 { gray / (gray - low) } else { 1.0 };
    let lower = if high > 1.0 { (1.0 - gray) / (high - gray) } else { 1.0 };
    color.map(|channel| gray + (channel - gray) * raise * lower)
}
