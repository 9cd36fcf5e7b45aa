//! What can be painted on: pixels of a layer, and the grey of a mask.

use super::color;
use crate::document::{Mix, Pixel, TileValue};

/// A tile's value as brushes see it.
pub(crate) trait PaintValue: TileValue + Mix {
    /// Whether there is a colour that can stray.
    const HAS_COLOR: bool;

    /// All channels of neighbouring values, one after the other.
    fn flat(row: &[Self]) -> &[u16];

    fn flat_mut(row: &mut [Self]) -> &mut [u16];

    /// The same number in each channel.
    fn splat(channel: u16) -> Self;

    /// As [`Mix::mix`], but what is transparent stays as transparent as it is.
    #[must_use]
    fn mix_locked(self, ink: Self, amount: u16) -> Self;

    /// Premultiplied channels, 0 to 65535.
    fn channels(self) -> [f32; 4];

    /// The nearest value; channels beyond 0 to 65535 are brought back.
    fn from_channels(channels: [f32; 4]) -> Self;

    /// With its hue (in half turns), saturation and brightness moved by these amounts.
    #[must_use]
    fn shifted(self, shift: [f32; 3]) -> Self;
}

impl PaintValue for u16 {
    const HAS_COLOR: bool = false;

    #[inline(always)]
    fn flat(row: &[Self]) -> &[u16] {
        row
    }

    #[inline(always)]
    fn flat_mut(row: &mut [Self]) -> &mut [u16] {
        row
    }

    #[inline(always)]
    fn splat(channel: u16) -> Self {
        channel
    }

    #[inline(always)]
    fn mix_locked(self, ink: Self, amount: u16) -> Self {
        self.mix(ink, amount)
    }

    fn channels(self) -> [f32; 4] {
        [f32::from(self), 0.0, 0.0, 0.0]
    }

    fn from_channels([value, ..]: [f32; 4]) -> Self {
        value.round() as Self
    }

    fn shifted(self, _: [f32; 3]) -> Self {
        self
    }
}

const FULL: f32 = 65535.0;

impl PaintValue for Pixel {
    const HAS_COLOR: bool = true;

    #[inline(always)]
    fn flat(row: &[Self]) -> &[u16] {
        row.as_flattened()
    }

    #[inline(always)]
    fn flat_mut(row: &mut [Self]) -> &mut [u16] {
        row.as_flattened_mut()
    }

    #[inline(always)]
    fn splat(channel: u16) -> Self {
        [channel; 4]
    }

    #[inline(always)]
    fn mix_locked(self, ink: Self, amount: u16) -> Self {
        let (alpha, ink_alpha) = (self[3], ink[3]);
        if alpha == 0 || ink_alpha == 0 {
            return self;
        }
        // The ink's colour behind this pixel's alpha, and as much less of it as the ink is transparent.
        let behind = f32::from(alpha) / f32::from(ink_alpha);
        let colored = ink.map(|channel| (f32::from(channel) * behind).round().min(f32::from(alpha)) as u16);
        let amount = (f32::from(amount) * f32::from(ink_alpha) / FULL).round() as u16;
        let [red, green, blue, _] = self.mix(colored, amount);
        [red, green, blue, alpha]
    }

    fn channels(self) -> [f32; 4] {
        self.map(f32::from)
    }

    fn from_channels(channels: [f32; 4]) -> Self {
        // `as` saturates. Rounding must not lift a colour above alpha.
        let [red, green, blue, alpha] = channels.map(|channel| channel.round() as u16);
        [red.min(alpha), green.min(alpha), blue.min(alpha), alpha]
    }

    fn shifted(self, shift: [f32; 3]) -> Self {
        let [red, green, blue, alpha] = self.channels();
        if alpha == 0.0 || shift == [0.0; 3] {
            return self;
        }
        let [red, green, blue] = color::shifted([red, green, blue].map(|channel| channel / alpha), shift);
        Self::from_channels([red * alpha, green * alpha, blue * alpha, alpha])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_alpha_stays_and_the_colour_comes_to_the_ink_s() {
        let half_blue: Pixel = [0, 0, 32768, 32768];
        assert_eq!(half_blue.mix_locked([65535, 0, 0, 65535], u16::MAX), [32768, 0, 0, 32768]);
        assert_eq!(half_blue.mix_locked([32768, 0, 0, 32768], u16::MAX), [16384, 0, 16384, 32768]);
        assert_eq!(half_blue.mix_locked([0; 4], u16::MAX), half_blue, "an eraser takes nothing away");
        assert_eq!([0; 4].mix_locked([65535; 4], u16::MAX), [0; 4]);
        assert_eq!(5u16.mix_locked(77, u16::MAX), 77);
    }

    #[test]
    fn channels_come_back_and_a_shift_keeps_alpha() {
        let pixel: Pixel = [1000, 20000, 300, 40000];
        assert_eq!(Pixel::from_channels(pixel.channels()), pixel);
        assert_eq!(Pixel::from_channels([9e9, -5.0, f32::NAN, 100.0]), [100, 0, 0, 100]);
        assert_eq!(pixel.shifted([0.0; 3]), pixel);
        assert_eq!(pixel.shifted([0.3, 0.1, -0.1])[3], 40000);
        assert_eq!(u16::from_channels(77u16.channels()), 77);
    }
}
