//! The arithmetic of one pixel: 8 and 16 bits, straight and premultiplied alpha, mixing.
//!
//! Channels are sRGB-encoded throughout, as in every painting program whose pictures ours must match: what blends here
//! blends as it does in Krita with its default profile.

/// Premultiplied red, green, blue and alpha, sRGB-encoded; 65535 is full. No colour channel exceeds alpha.
pub type Pixel = [u16; 4];

const FULL: u16 = u16::MAX;

/// `x / 65535` to the nearest integer, for `x` up to `65535 * 65535`, without a division (Blinn 1995, "Three wrongs make
/// a right", for 16 bits).
#[inline(always)]
const fn divided_by_65535(x: u32) -> u32 {
    let y = x + 0x8000;
    (y + (y >> 16)) >> 16
}

/// `a * b`, both as shares of 65535.
#[inline(always)]
pub(crate) const fn scaled(a: u16, b: u16) -> u16 {
    divided_by_65535(a as u32 * b as u32) as u16
}

/// Linear interpolation of tile values.
pub(crate) trait Mix: Copy {
    /// `self` where `amount` is 0, `ink` where it is 65535, both exactly; one rounding in between.
    #[must_use]
    fn mix(self, ink: Self, amount: u16) -> Self;
}

impl Mix for u16 {
    #[inline(always)]
    fn mix(self, ink: Self, amount: u16) -> Self {
        divided_by_65535(u32::from(self) * u32::from(FULL - amount) + u32::from(ink) * u32::from(amount)) as Self
    }
}

impl Mix for Pixel {
    #[inline(always)]
    fn mix(self, ink: Self, amount: u16) -> Self {
        std::array::from_fn(|channel| self[channel].mix(ink[channel], amount))
    }
}

/// 255 becomes 65535 and every level comes back from [`narrow`].
pub(crate) const fn widen(level: u8) -> u16 {
    level as u16 * 257
}

/// The nearest of 256 levels.
pub(crate) const fn narrow(level: u16) -> u8 {
    ((level as u32 + 128) / 257) as u8
}

pub(crate) fn from_rgba8(rgba: [u8; 4]) -> Pixel {
    from_rgba16(rgba.map(widen))
}

/// Straight to premultiplied.
pub(crate) fn from_rgba16([red, green, blue, alpha]: [u16; 4]) -> Pixel {
    [scaled(red, alpha), scaled(green, alpha), scaled(blue, alpha), alpha]
}

/// Premultiplied to straight; transparent pixels have no colour and become 0.
pub(crate) fn to_rgba16([red, green, blue, alpha]: Pixel) -> [u16; 4] {
    if alpha == FULL {
        return [red, green, blue, alpha];
    }
    let straight = |channel: u16| match alpha {
        0 => 0,
        // A colour channel above alpha cannot come from this module; the cap keeps it harmless if it ever does.
        _ => ((u32::from(channel) * u32::from(FULL) + u32::from(alpha) / 2) / u32::from(alpha)).min(u32::from(FULL))
            as u16,
    };
    [straight(red), straight(green), straight(blue), alpha]
}

pub(crate) fn to_rgba8(pixel: Pixel) -> [u8; 4] {
    to_rgba16(pixel).map(narrow)
}

/// The pixel in front of white.
pub(crate) fn to_rgb8_on_white([red, green, blue, alpha]: Pixel) -> [u8; 3] {
    [red, green, blue].map(|channel| narrow(channel.saturating_add(FULL - alpha)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_8_bit_colour_comes_back_at_every_alpha() {
        for alpha in 1..=255 {
            for level in 0..=255 {
                let rgba = [level, 255 - level, level / 2, alpha];
                assert_eq!(to_rgba8(from_rgba8(rgba)), rgba);
            }
        }
        assert_eq!(to_rgba8(from_rgba8([200, 100, 50, 0])), [0, 0, 0, 0], "transparent pixels have no colour");
    }

    #[test]
    fn every_16_bit_level_of_an_opaque_pixel_comes_back() {
        for level in 0..=u16::MAX {
            let rgba = [level, !level, level / 3, u16::MAX];
            assert_eq!(to_rgba16(from_rgba16(rgba)), rgba);
            assert_eq!(to_rgb8_on_white(from_rgba16(rgba)), [level, !level, level / 3].map(narrow));
        }
    }

    #[test]
    fn a_16_bit_colour_behind_alpha_comes_back_within_half_a_step_of_what_alpha_leaves() {
        for alpha in [1u16, 2, 255, 257, 4096, 32768, 65534] {
            let tolerance = 32768 / u32::from(alpha) + 1;
            for level in (0..=u16::MAX).step_by(7) {
                let back = to_rgba16(from_rgba16([level, 0, 0, alpha]))[0];
                assert!(u32::from(back.abs_diff(level)) <= tolerance, "{level} behind {alpha} became {back}");
            }
        }
    }

    #[test]
    fn the_division_is_rounded_exactly() {
        for a in (0..=u32::from(u16::MAX)).step_by(13) {
            for b in [0u32, 1, 2, 257, 32767, 32768, 65534, 65535] {
                let exact = (f64::from(a) * f64::from(b) / 65535.0).round() as u32;
                assert_eq!(divided_by_65535(a * b), exact, "{a} * {b}");
            }
        }
    }

    #[test]
    fn mixing_nothing_keeps_and_mixing_all_replaces() {
        for value in 0..=u16::MAX {
            assert_eq!(value.mix(!value, 0), value);
            assert_eq!(value.mix(!value, u16::MAX), !value);
            assert_eq!(value.mix(value, value), value);
        }
        assert_eq!(0.mix(u16::MAX, 12345), 12345);
    }

    #[test]
    fn white_shows_through_what_is_transparent() {
        assert_eq!(to_rgb8_on_white([0; 4]), [255; 3]);
        assert_eq!(to_rgb8_on_white(from_rgba8([255, 0, 0, 128])), [255, 127, 127]);
    }
}
