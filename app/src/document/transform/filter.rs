//! How new pixels are weighed from old ones.

use serde::{Deserialize, Serialize};

use crate::document::Pixel;
use crate::document::tiles::TileValue;

/// How new pixels are made from old ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// The one nearest to it: for pixel art.
    Nearest,
    Bilinear,
    /// Catmull-Rom's cubic.
    Bicubic,
    /// Lanczos with three lobes: the sharpest.
    #[default]
    Lanczos,
}

impl Filter {
    pub const ALL: [Self; 4] = [Self::Nearest, Self::Bilinear, Self::Bicubic, Self::Lanczos];

    /// Source pixels on either side that count, where nothing is shrunk.
    pub(super) fn radius(self) -> f64 {
        match self {
            Self::Nearest => 0.5,
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
            Self::Lanczos => 3.0,
        }
    }

    /// At a distance in source pixels. The kernels are those of Pillow (`Resample.c`): the cubic has `a = -0.5`.
    pub(super) fn weight(self, distance: f64) -> f64 {
        let x = distance.abs();
        match self {
            _ if x >= self.radius() => 0.0,
            Self::Nearest => 1.0,
            Self::Bilinear => 1.0 - x,
            Self::Bicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::Bicubic => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Self::Lanczos => sinc(x) * sinc(x / 3.0),
        }
    }
}

fn sinc(x: f64) -> f64 {
    let x = x * std::f64::consts::PI;
    if x == 0.0 { 1.0 } else { x.sin() / x }
}

/// Tile values that can be weighed.
pub(crate) trait Sample: TileValue {
    fn lanes(self) -> [f32; 4];

    /// To the nearest value that may be.
    fn from_lanes(lanes: [f32; 4]) -> Self;
}

impl Sample for Pixel {
    #[inline(always)]
    fn lanes(self) -> [f32; 4] {
        self.map(f32::from)
    }

    #[inline(always)]
    fn from_lanes([red, green, blue, alpha]: [f32; 4]) -> Self {
        // A kernel with negative lobes overshoots. `as` saturates.
        let alpha = (alpha + 0.5) as u16;
        let color = |channel: f32| ((channel + 0.5) as u16).min(alpha);
        [color(red), color(green), color(blue), alpha]
    }
}

impl Sample for u16 {
    #[inline(always)]
    fn lanes(self) -> [f32; 4] {
        [f32::from(self), 0.0, 0.0, 0.0]
    }

    #[inline(always)]
    fn from_lanes(lanes: [f32; 4]) -> Self {
        (lanes[0] + 0.5) as Self
    }
}

/// `sum += value * weight`
#[inline(always)]
pub(super) fn add(sum: &mut [f32; 4], value: [f32; 4], weight: f32) {
    for (sum, value) in sum.iter_mut().zip(value) {
        *sum += value * weight;
    }
}
