//! Every parameter of a brush, in one table: the editor's rows, the keys in files, the ranges and the tests are made of it.

use super::brush::{Brush, GrainMode, SmudgeMode, StabilizerKind};
use super::dynamics::Driven;
use super::picture::{BrushPicture, PictureKind};

/// One parameter of a brush.
pub struct Parameter {
    /// Its name in files; never changes.
    pub key: &'static str,
    pub group: Group,
    pub kind: Kind,
}

/// The editor's sections, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Tip,
    Stroke,
    Paint,
    Grain,
    Color,
    Smudge,
    Stabilizer,
}

impl Group {
    pub const ALL: [Self; 7] =
        [Self::Tip, Self::Stroke, Self::Paint, Self::Grain, Self::Color, Self::Smudge, Self::Stabilizer];

    /// The key of its name in the languages' files.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Tip => "brush-group-tip",
            Self::Stroke => "brush-group-stroke",
            Self::Paint => "brush-group-paint",
            Self::Grain => "brush-group-grain",
            Self::Color => "brush-group-color",
            Self::Smudge => "brush-group-smudge",
            Self::Stabilizer => "brush-group-stabilizer",
        }
    }
}

/// What values a parameter has.
pub enum Kind {
    Number(Number),
    Switch { get: fn(&Brush) -> bool, set: fn(&mut Brush, bool) },
    Choice { options: &'static [Choice], get: fn(&Brush) -> usize, set: fn(&mut Brush, usize) },
    Picture { kind: PictureKind, get: fn(&Brush) -> &Option<BrushPicture>, set: fn(&mut Brush, Option<BrushPicture>) },
}

/// A number between `min` and `max`.
pub struct Number {
    pub unit: Unit,
    pub min: f32,
    pub max: f32,
    /// Values beyond it are rare: a slider ends here.
    pub usual_max: f32,
    /// How the pen can change it, if it can.
    pub driven: Option<Driven>,
    pub get: fn(&Brush) -> f32,
    pub set: fn(&mut Brush, f32),
}

/// How a number is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Canvas pixels.
    Pixels,
    /// A share of 1, shown as per cent.
    Percent,
    Degrees,
    /// Whole.
    Count,
    /// A factor.
    Times,
}

/// One of several ways.
pub struct Choice {
    /// Its name in files.
    pub key: &'static str,
}

impl Parameter {
    /// The parameter with this key.
    #[must_use]
    pub fn find(key: &str) -> Option<&'static Self> {
        PARAMETERS.iter().find(|parameter| parameter.key == key)
    }

    /// The parameters of a section, in the table's order.
    pub fn of_group(group: Group) -> impl Iterator<Item = &'static Self> {
        PARAMETERS.iter().filter(move |parameter| parameter.group == group)
    }

    /// The key of its name and explanation in the languages' files.
    #[must_use]
    pub fn words(&self) -> String {
        format!("brush-{}", self.key.replace('_', "-"))
    }

    /// The key of the name of one of its values.
    #[must_use]
    pub fn words_of(&self, choice: &Choice) -> String {
        format!("{}-{}", self.words(), choice.key)
    }

    /// A number's value where nothing else is said.
    #[must_use]
    pub fn default_number(&self) -> Option<f32> {
        match &self.kind {
            Kind::Number(number) => Some((number.get)(&Brush::default())),
            _ => None,
        }
    }
}

macro_rules! number {
    ($field:ident, $unit:ident, $range:expr, $usual_max:expr, $driven:expr) => {
        Kind::Number(Number {
            unit: Unit::$unit,
            min: *$range.start(),
            max: *$range.end(),
            usual_max: $usual_max,
            driven: $driven,
            get: |brush| brush.$field,
            set: |brush, value| brush.$field = value,
        })
    };
}

macro_rules! switch {
    ($field:ident) => {
        Kind::Switch { get: |brush| brush.$field, set: |brush, value| brush.$field = value }
    };
}

/// The values of an enum field, each with its name in files and in the window; the first one is the default.
macro_rules! choice {
    ($field:ident, $($value:path => $key:literal),+) => {
        Kind::Choice {
            options: &[$(Choice { key: $key }),+],
            get: |brush| [$($value),+].iter().position(|value| *value == brush.$field).unwrap_or(0),
            set: |brush, index| {
                if let Some(value) = [$($value),+].get(index) {
                    brush.$field = *value;
                }
            },
        }
    };
}

macro_rules! picture {
    ($field:ident, $kind:ident) => {
        Kind::Picture {
            kind: PictureKind::$kind,
            get: |brush| &brush.$field,
            set: |brush, picture| brush.$field = picture,
        }
    };
}

const fn parameter(key: &'static str, group: Group, kind: Kind) -> Parameter {
    Parameter { key, group, kind }
}

/// All parameters; those of a group stand together, in the editor's order.
#[rustfmt::skip]
pub static PARAMETERS: &[Parameter] = &[
    parameter("diameter", Group::Tip,
        number!(diameter, Pixels, Brush::MIN_DIAMETER..=Brush::MAX_DIAMETER, 1000.0, Some(Driven::Diameter))),
    parameter("hardness", Group::Tip,
        number!(hardness, Percent, 0.0..=1.0, 1.0, Some(Driven::Hardness))),
    parameter("roundness", Group::Tip,
        number!(roundness, Percent, 0.05..=1.0, 1.0, Some(Driven::Roundness))),
    parameter("angle", Group::Tip,
        number!(angle, Degrees, -180.0..=180.0, 180.0, Some(Driven::Angle))),
    parameter("antialiased", Group::Tip,
        switch!(antialiased)),
    parameter("tip", Group::Tip,
        picture!(tip, Tip)),

    parameter("spacing", Group::Stroke,
        number!(spacing, Percent, 0.01..=10.0, 2.0, None)),
    parameter("scatter", Group::Stroke,
        number!(scatter, Percent, 0.0..=10.0, 3.0, Some(Driven::Scatter))),
    parameter("count", Group::Stroke,
        number!(count, Count, 1.0..=16.0, 16.0, None)),

    parameter("opacity", Group::Paint,
        number!(opacity, Percent, 0.0..=1.0, 1.0, Some(Driven::Opacity))),
    parameter("flow", Group::Paint,
        number!(flow, Percent, 0.0..=1.0, 1.0, Some(Driven::Flow))),
    parameter("builds_up", Group::Paint,
        switch!(builds_up)),
    parameter("erases", Group::Paint,
        switch!(erases)),
    parameter("wet_edge", Group::Paint,
        number!(wet_edge, Percent, 0.0..=1.0, 1.0, None)),

    parameter("grain", Group::Grain,
        picture!(grain, Grain)),
    parameter("grain_mode", Group::Grain,
        choice!(grain_mode, GrainMode::Height => "height", GrainMode::Multiply => "multiply")),
    parameter("grain_depth", Group::Grain,
        number!(grain_depth, Percent, 0.0..=1.0, 1.0, None)),
    parameter("grain_scale", Group::Grain,
        number!(grain_scale, Times, 0.1..=10.0, 4.0, None)),

    parameter("hue_jitter", Group::Color,
        number!(hue_jitter, Percent, 0.0..=1.0, 1.0, Some(Driven::HueJitter))),
    parameter("saturation_jitter", Group::Color,
        number!(saturation_jitter, Percent, 0.0..=1.0, 1.0, Some(Driven::SaturationJitter))),
    parameter("value_jitter", Group::Color,
        number!(value_jitter, Percent, 0.0..=1.0, 1.0, Some(Driven::ValueJitter))),

    parameter("smudge", Group::Smudge,
        number!(smudge, Percent, 0.0..=1.0, 1.0, Some(Driven::Smudge))),
    parameter("smudge_mode", Group::Smudge,
        choice!(smudge_mode, SmudgeMode::Dull => "dull", SmudgeMode::Smear => "smear")),
    parameter("smudge_length", Group::Smudge,
        number!(smudge_length, Percent, 0.0..=1.0, 1.0, None)),

    parameter("stabilizer", Group::Stabilizer,
        choice!(stabilizer, StabilizerKind::None => "none", StabilizerKind::Average => "average", StabilizerKind::Rope => "rope")),
    parameter("stabilizer_length", Group::Stabilizer,
        number!(stabilizer_length, Pixels, 0.0..=500.0, 200.0, None)),
    parameter("catches_up", Group::Stabilizer,
        switch!(catches_up)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_its_own_key_and_its_group_stands_together() {
        for (index, parameter) in PARAMETERS.iter().enumerate() {
            assert!(parameter.key.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'));
            assert!(PARAMETERS[index + 1..].iter().all(|other| other.key != parameter.key), "{} twice", parameter.key);
            assert!(std::ptr::eq(Parameter::find(parameter.key).unwrap(), parameter));
        }
        let mut groups: Vec<_> = PARAMETERS.iter().map(|parameter| parameter.group).collect();
        groups.dedup();
        assert_eq!(groups, Group::ALL);
        assert!(Group::ALL.iter().all(|group| Parameter::of_group(*group).next().is_some()));
    }

    #[test]
    fn what_is_set_is_got_and_defaults_lie_in_their_ranges() {
        for parameter in PARAMETERS {
            let mut brush = Brush::default();
            match &parameter.kind {
                Kind::Number(number) => {
                    let default = parameter.default_number().unwrap();
                    assert!((number.min..=number.max).contains(&default), "{}", parameter.key);
                    assert!((number.min..=number.max).contains(&number.usual_max));
                    let furthest = if default == number.max { number.min } else { number.max };
                    for value in [default, furthest] {
                        (number.set)(&mut brush, value);
                        assert_eq!((number.get)(&brush), value);
                    }
                }
                Kind::Switch { get, set } => {
                    let before = get(&brush);
                    set(&mut brush, !before);
                    assert_eq!(get(&brush), !before);
                }
                Kind::Choice { options, get, set } => {
                    assert_eq!(get(&brush), 0, "the default stands first");
                    for index in 0..options.len() {
                        set(&mut brush, index);
                        assert_eq!(get(&brush), index);
                    }
                    set(&mut brush, 99);
                    assert_eq!(get(&brush), options.len() - 1, "an option that is not there changes nothing");
                }
                Kind::Picture { get, set, .. } => {
                    assert!(get(&brush).is_none());
                    set(&mut brush, Some(BrushPicture::named("a.png")));
                    assert_eq!(get(&brush).as_ref().unwrap().name(), "a.png");
                }
            }
            assert_ne!(brush, Brush::default(), "{}", parameter.key);
        }
    }

    #[test]
    fn whatever_the_pen_drives_is_one_parameter() {
        for driven in Driven::ALL {
            let of = PARAMETERS
                .iter()
                .filter(|parameter| matches!(&parameter.kind, Kind::Number(number) if number.driven == Some(driven)));
            assert_eq!(of.count(), 1, "{driven:?}");
        }
    }
}
