//! What a brush is.

use serde::{Deserialize, Serialize};

use super::dynamics::Dynamic;
use super::parameters::{Kind, PARAMETERS};
use super::picture::BrushPicture;

/// A brush, in the words of Krita and MyPaint: a tip that is stamped along the pen's way (dabs), what the dabs leave, and
/// how the pen changes both.
///
/// What each number means, its name, unit, range and default stand in [`PARAMETERS`]. In files and settings a brush is an
/// object with the parameters' keys; see [`super::preset`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "super::preset::LenientBrush", into = "super::preset::LenientBrush")]
pub struct Brush {
    /// Canvas pixels, 1 to [`Brush::MAX_DIAMETER`].
    pub diameter: f32,
    /// Share of the radius that is covered fully, 0 (soft from the centre on) to 1 (a crisp edge). Only of round tips.
    pub hardness: f32,
    /// Height of the tip as a share of its width, 0.05 to 1.
    pub roundness: f32,
    /// Degrees that the tip is turned clockwise, -180 to 180.
    pub angle: f32,
    /// Edges are smoothed; without, each pixel is covered wholly or not at all.
    pub antialiased: bool,
    /// The tip's shape instead of a disc.
    pub tip: Option<BrushPicture>,

    /// Distance between dabs as a share of the diameter, 0.01 to 10.
    pub spacing: f32,
    /// How far dabs lie beside the pen's way at most, as a share of the diameter, 0 to 10.
    pub scatter: f32,
    /// Dabs at each place, 1 to 16.
    pub count: f32,

    /// The most that one stroke covers, 0 to 1.
    pub opacity: f32,
    /// How far one dab goes towards covering, 0 to 1: with less than 1, dabs have to overlap to reach the opacity.
    pub flow: f32,
    /// Dabs add to each other without the limit of the opacity (build-up), rather than covering as one stroke (wash).
    pub builds_up: bool,
    /// Takes away instead of adding.
    pub erases: bool,
    /// How much paint gathers at the stroke's rim, 0 to 1. Not where dabs build up.
    pub wet_edge: f32,

    /// What the ground is like.
    pub grain: Option<BrushPicture>,
    pub grain_mode: GrainMode,
    /// How much of the grain shows, 0 to 1.
    pub grain_depth: f32,
    /// Canvas pixels per pixel of the grain, 0.1 to 10.
    pub grain_scale: f32,

    /// How far each dab's hue may stray, 1 is to the opposite colour.
    pub hue_jitter: f32,
    /// How far each dab's saturation may stray, 0 to 1.
    pub saturation_jitter: f32,
    /// How far each dab's brightness may stray, 0 to 1.
    pub value_jitter: f32,

    /// Share of the dab that is paint picked up from the canvas, 0 (none) to 1 (nothing else).
    pub smudge: f32,
    pub smudge_mode: SmudgeMode,
    /// How long picked up paint stays in the brush, 0 (only just picked up) to 1 (for ever).
    pub smudge_length: f32,

    pub stabilizer: StabilizerKind,
    /// Canvas pixels over which the way is evened, or the length of the rope; 0 to 500.
    pub stabilizer_length: f32,
    /// The stroke ends where the pen is lifted, rather than where it was dragged to.
    pub catches_up: bool,

    /// How the pen changes the parameters.
    pub dynamics: Vec<Dynamic>,
}

/// How the ground takes the paint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrainMode {
    /// Little paint stays on the peaks, more of it fills the valleys: chalk and pencil on paper.
    Height,
    /// Valleys take less paint: granulating washes.
    Multiply,
}

/// What happens to paint that is picked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmudgeMode {
    /// It becomes one colour, as on a bristle brush (Krita's dulling, MyPaint's smudge).
    Dull,
    /// It is dragged along as it lies, as by a finger (Krita's smearing).
    Smear,
}

/// How an unsteady hand is evened out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StabilizerKind {
    None,
    /// A weighted average of the last stretch of the way (Krita's weighted smoothing).
    Average,
    /// The brush hangs on a rope that the pen pulls.
    Rope,
}

impl Default for Brush {
    fn default() -> Self {
        Self {
            diameter: 64.0,
            hardness: 0.8,
            roundness: 1.0,
            angle: 0.0,
            antialiased: true,
            tip: None,
            spacing: 0.05,
            scatter: 0.0,
            count: 1.0,
            opacity: 1.0,
            flow: 1.0,
            builds_up: false,
            erases: false,
            wet_edge: 0.0,
            grain: None,
            grain_mode: GrainMode::Height,
            grain_depth: 1.0,
            grain_scale: 1.0,
            hue_jitter: 0.0,
            saturation_jitter: 0.0,
            value_jitter: 0.0,
            smudge: 0.0,
            smudge_mode: SmudgeMode::Dull,
            smudge_length: 0.5,
            stabilizer: StabilizerKind::None,
            stabilizer_length: 40.0,
            catches_up: true,
            dynamics: Vec::new(),
        }
    }
}

impl Brush {
    pub const MIN_DIAMETER: f32 = 1.0;
    pub const MAX_DIAMETER: f32 = 2000.0;
    /// Dynamics that one brush can have.
    pub const MAX_DYNAMICS: usize = 64;

    /// The brush with every number brought into its range; what is not a number becomes the default.
    #[must_use]
    pub fn clamped(mut self) -> Self {
        let default = Self::default();
        for parameter in PARAMETERS {
            if let Kind::Number(number) = &parameter.kind {
                let value = (number.get)(&self);
                let value = if value.is_nan() { (number.get)(&default) } else { value };
                (number.set)(&mut self, value.clamp(number.min, number.max));
            }
        }
        self.dynamics.truncate(Self::MAX_DYNAMICS);
        self
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
