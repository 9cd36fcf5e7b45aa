//! Values that have names: the help lists them, and a wrong one is answered with them.

use brushfire_engine::{Area, DeviceChoice, Fill, HintKind, NoiseSource, Recipe, Sampler, Schedule};
use clap::builder::{PossibleValuesParser, TypedValueParser};

pub(super) fn device() -> impl TypedValueParser<Value = DeviceChoice> {
    PossibleValuesParser::new(DeviceChoice::TABLE.map(|(_, name, _)| name)).try_map(|name| name.parse::<DeviceChoice>())
}

pub(super) fn sampler() -> impl TypedValueParser<Value = Sampler> {
    PossibleValuesParser::new(Sampler::ALL.map(Sampler::name)).try_map(|name| name.parse::<Sampler>())
}

pub(super) fn schedule() -> impl TypedValueParser<Value = Schedule> {
    PossibleValuesParser::new(Schedule::ALL.map(Schedule::name)).try_map(|name| name.parse::<Schedule>())
}

pub(super) fn rng() -> impl TypedValueParser<Value = NoiseSource> {
    PossibleValuesParser::new(NoiseSource::ALL.map(NoiseSource::name)).try_map(|name| name.parse::<NoiseSource>())
}

pub(super) fn area() -> impl TypedValueParser<Value = Area> {
    PossibleValuesParser::new(Area::ALL.map(Area::name)).try_map(|name| name.parse::<Area>())
}

pub(super) fn fill() -> impl TypedValueParser<Value = Fill> {
    PossibleValuesParser::new(Fill::ALL.map(Fill::name)).try_map(|name| name.parse::<Fill>())
}

pub(super) fn hint_kind() -> impl TypedValueParser<Value = HintKind> {
    let unknown = "no such hint";
    PossibleValuesParser::new(HintKind::all().map(HintKind::name))
        .try_map(move |name| HintKind::from_name(&name).ok_or(unknown))
}

/// Whether something is done.
pub(super) fn on_or_off() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["on", "off"]).map(|name| name == "on")
}

/// A side of a picture that is made: a multiple of 8 within the recipe's limits.
pub(super) fn side(text: &str) -> Result<u32, String> {
    let (min, max) = (Recipe::MIN_SIDE, Recipe::MAX_SIDE);
    match text.parse::<u32>() {
        Ok(side) if (min..=max).contains(&side) && side % 8 == 0 => Ok(side),
        _ => Err(format!("a multiple of 8 between {min} and {max} is needed")),
    }
}

/// A share, 0 to 1.
pub(super) fn share(text: &str) -> Result<f32, String> {
    number_up_to(text, 1.0)
}

/// Guidance, 0 to the recipe's limit.
pub(super) fn guidance(text: &str) -> Result<f32, String> {
    number_up_to(text, Recipe::MAX_GUIDANCE)
}

fn number_up_to(text: &str, max: f32) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if (0.0..=max).contains(&number) => Ok(number),
        _ => Err(format!("a number between 0 and {max} is needed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_multiples_of_8_within_limits() {
        assert_eq!(side("256"), Ok(256));
        for wrong in ["0", "8", "255", "8200", "-8", "x", ""] {
            assert!(side(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_that_are_not_finite_are_refused() {
        for wrong in ["nan", "inf", "-0.1", "1.01", ""] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
        assert_eq!(guidance("7.5"), Ok(7.5));
    }
}
