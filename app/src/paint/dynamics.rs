//! How the pen changes a brush while it moves.
//!
//! As in Krita, each parameter can follow several inputs; each input goes through a curve, and the parameter is multiplied by
//! all of their results. An angle is the exception: the results are turns that are added to it.

use serde::{Deserialize, Serialize};

use super::brush::Brush;
use super::curve::Curve;
use super::parameters::{Kind, PARAMETERS};

/// One parameter that follows one input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dynamic {
    pub parameter: Driven,
    pub input: Input,
    /// From the input to the share of the parameter that is left; for an angle, to a share of a full turn.
    pub curve: Curve,
}

/// A parameter that can follow the pen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Driven {
    Diameter,
    Hardness,
    Roundness,
    Angle,
    Scatter,
    Opacity,
    Flow,
    HueJitter,
    SaturationJitter,
    ValueJitter,
    Smudge,
}

impl Driven {
    pub const ALL: [Self; 11] = [
        Self::Diameter,
        Self::Hardness,
        Self::Roundness,
        Self::Angle,
        Self::Scatter,
        Self::Opacity,
        Self::Flow,
        Self::HueJitter,
        Self::SaturationJitter,
        Self::ValueJitter,
        Self::Smudge,
    ];
}

/// What a parameter can follow; each goes from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// 1 is pressed all the way.
    Pressure,
    /// 0 is upright, 1 is flat on the canvas.
    Tilt,
    /// Where the pen leans: a share of a full turn, clockwise from the right.
    TiltDirection,
    /// 1 is [`FULL_SPEED`] and more.
    Speed,
    /// Where the stroke goes: a share of a full turn, clockwise from the right.
    Direction,
    /// How far the stroke has gone; 1 is [`FULL_DISTANCE`] diameters and more.
    Distance,
    /// Another number for each dab.
    Random,
    /// Another number for each stroke.
    RandomPerStroke,
}

/// Canvas pixels a second.
pub const FULL_SPEED: f32 = 4000.0;
/// Diameters of the brush.
pub const FULL_DISTANCE: f32 = 30.0;

impl Input {
    pub const ALL: [Self; 8] = [
        Self::Pressure,
        Self::Tilt,
        Self::TiltDirection,
        Self::Speed,
        Self::Direction,
        Self::Distance,
        Self::Random,
        Self::RandomPerStroke,
    ];

    /// The key of its name in the languages' files.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Pressure => "brush-input-pressure",
            Self::Tilt => "brush-input-tilt",
            Self::TiltDirection => "brush-input-tilt-direction",
            Self::Speed => "brush-input-speed",
            Self::Direction => "brush-input-direction",
            Self::Distance => "brush-input-distance",
            Self::Random => "brush-input-random",
            Self::RandomPerStroke => "brush-input-random-per-stroke",
        }
    }
}

/// The inputs at one dab, in [`Input::ALL`]'s order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Inputs(pub(super) [f32; Input::ALL.len()]);

impl Inputs {
    pub(super) fn get(&self, input: Input) -> f32 {
        self.0.get(input as usize).copied().unwrap_or_default()
    }

    pub(super) fn set(&mut self, input: Input, value: f32) {
        if let Some(slot) = self.0.get_mut(input as usize) {
            *slot = value;
        }
    }
}

/// The driven parameters of a brush, at rest or at one dab.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct DrivenValues([f32; Driven::ALL.len()]);

impl DrivenValues {
    /// As the brush has them while nothing drives it.
    pub(super) fn resting(brush: &Brush) -> Self {
        let mut values = [0.0; Driven::ALL.len()];
        for parameter in PARAMETERS {
            let Kind::Number(number) = &parameter.kind else { continue };
            if let Some(value) = number.driven.and_then(|driven| values.get_mut(driven as usize)) {
                *value = (number.get)(brush);
            }
        }
        Self(values)
    }

    pub(super) fn driven_by(mut self, dynamics: &[Dynamic], inputs: &Inputs) -> Self {
        for Dynamic { parameter, input, curve } in dynamics {
            let response = curve.at(inputs.get(*input));
            if let Some(value) = self.0.get_mut(*parameter as usize) {
                match parameter {
                    Driven::Angle => *value += 360.0 * response,
                    _ => *value *= response,
                }
            }
        }
        self
    }

    pub(super) fn get(&self, driven: Driven) -> f32 {
        self.0.get(driven as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_in_the_enums_order() {
        assert!(Input::ALL.iter().enumerate().all(|(index, input)| *input as usize == index));
        assert!(Driven::ALL.iter().enumerate().all(|(index, driven)| *driven as usize == index));
    }

    #[test]
    fn responses_multiply_and_angles_add() {
        let dynamic = |parameter, input, curve| Dynamic { parameter, input, curve };
        let brush = Brush {
            diameter: 100.0,
            angle: 30.0,
            dynamics: vec![
                dynamic(Driven::Diameter, Input::Pressure, Curve::line(0.0, 1.0)),
                dynamic(Driven::Diameter, Input::Speed, Curve::line(1.0, 0.5)),
                dynamic(Driven::Angle, Input::Direction, Curve::line(0.0, 1.0)),
            ],
            ..Brush::default()
        };
        let mut inputs = Inputs::default();
        inputs.set(Input::Pressure, 0.5);
        inputs.set(Input::Speed, 1.0);
        inputs.set(Input::Direction, 0.25);
        let values = DrivenValues::resting(&brush).driven_by(&brush.dynamics, &inputs);
        assert_eq!([Driven::Diameter, Driven::Angle, Driven::Hardness].map(|of| values.get(of)), [25.0, 120.0, 0.8]);
    }
}
