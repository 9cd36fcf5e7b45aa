//! From a file's colours to sRGB.

use super::super::icc::{IccError, Samples, ToSrgb};
use super::super::inks::InksToSrgb;
use super::header::{ColorMode, Header};

/// The way from a file's colours to sRGB.
pub(super) enum Colors {
    /// They are sRGB already, or grey with its curve.
    Srgb,
    Profile(ToSrgb),
    /// Light itself, as files of 32 bits a channel have it.
    Linear,
    Inks(InksToSrgb),
    /// CIE L*a*b* under D50.
    Lab,
}

impl Colors {
    /// What the header and the profile say, and what the painter should know about it.
    pub(super) fn of(header: &Header, profile: Option<&[u8]>) -> (Self, Option<IccError>) {
        let samples = match header.mode {
            ColorMode::Cmyk => {
                let (inks, why) = InksToSrgb::or_ideal(profile);
                return (Self::Inks(inks), why);
            }
            ColorMode::Lab => return (Self::Lab, None),
            ColorMode::Gray => Samples::GrayAlpha,
            ColorMode::Indexed | ColorMode::Rgb => Samples::Rgba,
        };
        let unprofiled = || if header.depth == 32 { Self::Linear } else { Self::Srgb };
        match profile.map(|profile| ToSrgb::new(profile, samples)) {
            Some(Ok(Some(way))) => (Self::Profile(way), None),
            Some(Ok(None)) => (Self::Srgb, None),
            Some(Err(error)) => (unprofiled(), Some(error)),
            None => (unprofiled(), None),
        }
    }

    /// Straight sRGB and alpha (or grey and alpha) of 65535, from pixels of `channels` samples as they stand in the file,
    /// alpha last.
    pub(super) fn convert(&self, mut samples: Vec<u16>, channels: usize) -> Vec<u16> {
        match self {
            Self::Srgb => {}
            // A profile that could be read converts any row; if it does not, the colours stay as they are.
            Self::Profile(way) => _ = way.convert(&mut samples),
            Self::Linear => {
                for colors in samples.chunks_exact_mut(channels).filter_map(|pixel| pixel.split_last_mut()) {
                    colors.1.iter_mut().for_each(|sample| *sample = from_light(f32::from(*sample) / FULL));
                }
            }
            Self::Inks(way) => return from_inks(way, &samples),
            Self::Lab => {
                for [lightness, a, b, _] in samples.as_chunks_mut::<4>().0 {
                    [*lightness, *a, *b] = from_lab([*lightness, *a, *b]);
                }
            }
        }
        samples
    }
}

const FULL: f32 = 65535.0;

/// Inks stand the other way round in these files: 0 is all of an ink.
fn from_inks(way: &InksToSrgb, samples: &[u16]) -> Vec<u16> {
    let pixels = samples.as_chunks::<5>().0;
    let inks: Vec<u16> = pixels.iter().flat_map(|[c, m, y, k, _]| [*c, *m, *y, *k].map(|ink| u16::MAX - ink)).collect();
    let mut rgb = vec![u16::MAX; 3 * pixels.len()];
    _ = way.convert(&inks, &mut rgb);
    let colors = rgb.as_chunks::<3>().0.iter();
    colors.zip(pixels).flat_map(|([r, g, b], [.., alpha])| [*r, *g, *b, *alpha]).collect()
}

/// CIE 15:2004, 8.2.1.1 backwards, under the white of D50 as ICC profiles have it; then by Bradford's adaptation to sRGB
/// (IEC 61966-2-1). `L` is 0 to 100 over all levels, `a` and `b` are 0 at 32896 (128 of 255) and 257 levels a unit.
fn from_lab([lightness, a, b]: [u16; 3]) -> [u16; 3] {
    const WHITE: [f32; 3] = [0.9642, 1.0, 0.8249];
    const FROM_D50: [[f32; 3]; 3] =
        [[3.134_136, -1.617_386, -0.490_662], [-0.978_796, 1.916_254, 0.033_443], [0.071_955, -0.228_977, 1.405_386]];
    let chroma = |level: u16| f32::from(level) / 257.0 - 128.0;
    let y = (f32::from(lightness) / FULL * 100.0 + 16.0) / 116.0;
    let root = [y + chroma(a) / 500.0, y, y - chroma(b) / 200.0];
    let share =
        root.map(|t| if t > 6.0 / 29.0 { t.powi(3) } else { (t - 4.0 / 29.0) * 3.0 * (6.0_f32 / 29.0).powi(2) });
    let [x, y, z] = [share[0] * WHITE[0], share[1] * WHITE[1], share[2] * WHITE[2]];
    FROM_D50.map(|[by_x, by_y, by_z]| from_light(by_x * x + by_y * y + by_z * z))
}

/// sRGB's curve (IEC 61966-2-1).
fn from_light(light: f32) -> u16 {
    let light = light.clamp(0.0, 1.0);
    let level = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (level * FULL).round() as u16
}
