//! What a brush is.

use serde::{Deserialize, Serialize};

/// A round brush, in the words of Krita and MyPaint.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brush {
    /// Canvas pixels, 1 to [`Brush::MAX_DIAMETER`].
    pub diameter: f32,
    /// Share of the radius that is covered fully, 0 (soft from the centre on) to 1 (a crisp edge).
    pub hardness: f32,
    /// The most that one stroke covers, 0 to 1.
    pub opacity: f32,
    /// How far one dab goes towards covering, 0 to 1: with less than 1, dabs have to overlap to reach the opacity.
    pub flow: f32,
    /// Distance between dabs as a share of the diameter, 0.01 to 10.
    pub spacing: f32,
    /// The diameter grows with the pressure.
    pub size_by_pressure: bool,
    /// The opacity grows with the pressure.
    pub opacity_by_pressure: bool,
}

impl Default for Brush {
    fn default() -> Self {
        Self {
            diameter: 64.0,
            hardness: 0.8,
            opacity: 1.0,
            flow: 1.0,
            spacing: 0.05,
            size_by_pressure: false,
            opacity_by_pressure: false,
        }
    }
}

impl Brush {
    pub const MIN_DIAMETER: f32 = 1.0;
    pub const MAX_DIAMETER: f32 = 2000.0;

    /// The brush with every number brought into its range; what is not a number becomes the default.
    #[must_use]
    pub fn clamped(self) -> Self {
        let default = Self::default();
        let within = |value: f32, fallback: f32, min: f32, max: f32| {
            if value.is_nan() { fallback } else { value.clamp(min, max) }
        };
        Self {
            diameter: within(self.diameter, default.diameter, Self::MIN_DIAMETER, Self::MAX_DIAMETER),
            hardness: within(self.hardness, default.hardness, 0.0, 1.0),
            opacity: within(self.opacity, default.opacity, 0.0, 1.0),
            flow: within(self.flow, default.flow, 0.0, 1.0),
            spacing: within(self.spacing, default.spacing, 0.01, 10.0),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_brought_back() {
        let wild = Brush {
            diameter: 1e9,
            hardness: f32::NAN,
            opacity: -1.0,
            flow: f32::INFINITY,
            spacing: 0.0,
            ..Brush::default()
        };
        let tame =
            Brush { diameter: 2000.0, hardness: 0.8, opacity: 0.0, flow: 1.0, spacing: 0.01, ..Brush::default() };
        assert_eq!(wild.clamped(), tame);
    }
}
