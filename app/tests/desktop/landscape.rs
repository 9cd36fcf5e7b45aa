//! A picture as a camera might take it: soft transitions, edges, and grain in every pixel.

use image::{Rgb, RgbImage};

const SKY: [f32; 3] = [96.0, 148.0, 214.0];
const HAZE: [f32; 3] = [226.0, 224.0, 214.0];
const HILL: [f32; 3] = [84.0, 104.0, 92.0];
const MEADOW: [f32; 3] = [112.0, 148.0, 62.0];
const SHADE: [f32; 3] = [48.0, 84.0, 34.0];
/// The grain's strength, in levels of 255.
const GRAIN: f32 = 9.0;

/// Sky, hills and a meadow, always the same.
pub fn landscape(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let hills = 0.52 + 0.05 * (u * 7.0).sin() + 0.02 * (u * 23.0 + 1.0).sin();
        let meadow = 0.64 + 0.03 * (u * 4.0 + 2.0).sin();
        let colour = if v < hills {
            mix(SKY, HAZE, v / hills)
        } else if v < meadow {
            mix(HILL, HAZE, 0.5 * (meadow - v) / (meadow - hills))
        } else {
            mix(MEADOW, SHADE, (v - meadow) / (1.0 - meadow))
        };
        let grain = (noise(x, y) - 0.5) * GRAIN;
        Rgb(colour.map(|channel| (channel + grain).round() as u8))
    })
}

fn mix(from: [f32; 3], to: [f32; 3], share: f32) -> [f32; 3] {
    std::array::from_fn(|channel| from[channel] + (to[channel] - from[channel]) * share)
}

/// A number between 0 and 1 that looks like chance (the finaliser of Murmur3).
fn noise(x: u32, y: u32) -> f32 {
    let mut bits = x.wrapping_mul(0x9E37_79B9) ^ y.wrapping_mul(0x85EB_CA6B);
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x85EB_CA6B);
    bits = (bits ^ (bits >> 13)).wrapping_mul(0xC2B2_AE35);
    (bits ^ (bits >> 16)) as f32 / u32::MAX as f32
}
