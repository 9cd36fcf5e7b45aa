//! Brushes as files: a name, a notice, and the parameters that are not as in [`Brush::default`].
//!
//! ```json
//! {
//!   "brushfire_brush": 1,
//!   "name": "Ink pen",
//!   "notice": "CC0-1.0",
//!   "brush": {
//!     "diameter": 8,
//!     "hardness": 1,
//!     "dynamics": [{ "parameter": "diameter", "input": "pressure", "curve": [[0, 0.1], [1, 1]] }]
//!   }
//! }
//! ```
//!
//! A preset that is read must be right: what is wrong is told with its place. A brush within other files (settings) is read
//! leniently, so that one bad number does not lose the rest.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::brush::Brush;
use super::dynamics::Dynamic;
use super::parameters::{Choice, Kind, Number, PARAMETERS, Parameter, Unit};
use super::picture::{BrushPicture, PictureKind};

/// A brush with a name, as it is kept in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct BrushPreset {
    /// As it is shown, 1 to [`BrushPreset::MAX_NAME`] characters.
    pub name: String,
    /// Whose it is and what may be done with it; may be empty.
    pub notice: String,
    pub brush: Brush,
}

/// What is wrong with a brush file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PresetError {
    #[error("it is no brush file: {0}")]
    NotJson(String),
    #[error("it is no brush file: \"brushfire_brush\", the version, is missing")]
    NoVersion,
    #[error("it is of version {0}, but this program knows version {VERSION}; a newer program may open it")]
    Version(u64),
    #[error("it has no \"{0}\"")]
    Missing(&'static str),
    #[error("its \"name\" must be 1 to {max} characters long", max = BrushPreset::MAX_NAME)]
    Name,
    #[error("there is no parameter \"{key}\"{hint}", hint = nearest.map_or_else(String::new, |nearest| format!("; is \"{nearest}\" meant?")))]
    Unknown { key: String, nearest: Option<&'static str> },
    #[error("\"{key}\" must be {expected}, not {found}")]
    Type { key: String, expected: Expected, found: String },
    #[error("dynamic {number} of the brush is wrong: a brush has at most {max}", max = Brush::MAX_DYNAMICS)]
    TooManyDynamics { number: usize },
    #[error("dynamic {number} of the brush is wrong: {reason}")]
    Dynamic { number: usize, reason: String },
}

/// What a value of a brush file must be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Expected {
    #[error("a number from {min} to {max}{}", in_words(*unit))]
    Number { min: f32, max: f32, unit: Unit },
    #[error("true or false")]
    Switch,
    #[error("{}", quoted(names).join(" or "))]
    OneOf { names: Vec<&'static str> },
    #[error("the name of a picture in the folder \"{}\"", .0.folder())]
    Picture(PictureKind),
    #[error("a list")]
    List,
}

fn in_words(unit: Unit) -> &'static str {
    match unit {
        Unit::Pixels => " (pixels)",
        Unit::Percent => " (1 is 100 %)",
        Unit::Degrees => " (degrees)",
        Unit::Count | Unit::Times => "",
    }
}

fn quoted(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("\"{name}\"")).collect()
}

/// Of the file's format.
const VERSION: u64 = 1;
/// The key of the dynamics, which stand beside the parameters.
const DYNAMICS: &str = "dynamics";

impl BrushPreset {
    pub const MAX_NAME: usize = 60;

    /// # Errors
    /// Whatever is not as this module's documentation says, with its place.
    pub fn parse(text: &str) -> Result<Self, PresetError> {
        let value: Value = serde_json::from_str(text).map_err(|error| PresetError::NotJson(error.to_string()))?;
        let Value::Object(file) = value else { return Err(PresetError::NoVersion) };
        match file.get("brushfire_brush").and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(version) => return Err(PresetError::Version(version)),
            None => return Err(PresetError::NoVersion),
        }
        let text = |key: &str| file.get(key).and_then(Value::as_str).unwrap_or_default().trim();
        if file.get("name").is_none() {
            return Err(PresetError::Missing("name"));
        }
        if !(1..=Self::MAX_NAME).contains(&text("name").chars().count()) {
            return Err(PresetError::Name);
        }
        let Some(Value::Object(brush)) = file.get("brush") else { return Err(PresetError::Missing("brush")) };
        Ok(Self { name: text("name").to_owned(), notice: text("notice").to_owned(), brush: strict_brush(brush)? })
    }

    /// The text that [`BrushPreset::parse`] reads, one parameter a line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        let brush = map_of(&self.brush);
        let mut lines: Vec<_> = PARAMETERS
            .iter()
            .filter_map(|parameter| Some(format!("    \"{}\": {}", parameter.key, brush.get(parameter.key)?)))
            .collect();
        if let Some(Value::Array(dynamics)) = brush.get(DYNAMICS) {
            let dynamics: Vec<_> = dynamics.iter().map(|dynamic| format!("      {dynamic}")).collect();
            lines.push(format!("    \"{DYNAMICS}\": [\n{}\n    ]", dynamics.join(",\n")));
        }
        format!(
            "{{\n  \"brushfire_brush\": {VERSION},\n  \"name\": {},\n  \"notice\": {},\n  \"brush\": {{\n{}\n  }}\n}}\n",
            quoted(&self.name),
            quoted(&self.notice),
            lines.join(",\n")
        )
    }
}

/// A brush in a file that is not its own: what it does not know is left out, what is wrong stays at the default.
#[derive(Serialize, Deserialize)]
pub(super) struct LenientBrush(Map<String, Value>);

impl From<Brush> for LenientBrush {
    fn from(brush: Brush) -> Self {
        Self(map_of(&brush))
    }
}

impl From<LenientBrush> for Brush {
    fn from(LenientBrush(map): LenientBrush) -> Self {
        let mut brush = Self::default();
        for (key, value) in &map {
            // What is wrong with it concerns nobody but who wrote it by hand.
            let _ = set(&mut brush, key, value);
        }
        brush.clamped()
    }
}

fn strict_brush(map: &Map<String, Value>) -> Result<Brush, PresetError> {
    let mut brush = Brush::default();
    for (key, value) in map {
        set(&mut brush, key, value)?;
    }
    Ok(brush)
}

/// The parameters that are not at their default.
fn map_of(brush: &Brush) -> Map<String, Value> {
    let default = Brush::default();
    let mut map = Map::new();
    for parameter in PARAMETERS {
        let value = value_of(parameter, brush);
        if value != value_of(parameter, &default) {
            map.insert(parameter.key.to_owned(), value);
        }
    }
    if !brush.dynamics.is_empty() {
        map.insert(DYNAMICS.to_owned(), brush.dynamics.iter().map(dynamic_value).collect());
    }
    map
}

fn value_of(parameter: &Parameter, brush: &Brush) -> Value {
    match &parameter.kind {
        Kind::Number(number) => shortest((number.get)(brush)),
        Kind::Switch { get, .. } => get(brush).into(),
        Kind::Choice { options, get, .. } => options.get(get(brush)).map(|option| option.key).into(),
        Kind::Picture { get, .. } => get(brush).as_ref().map(BrushPicture::name).into(),
    }
}

fn dynamic_value(dynamic: &Dynamic) -> Value {
    let mut value = serde_json::to_value(dynamic).unwrap_or_default();
    if let Some(curve) = value.get_mut("curve") {
        *curve = dynamic.curve.points().iter().map(|point| point.map(shortest).to_vec()).collect();
    }
    value
}

/// The shortest number that is read as this one: 0.1, not 0.10000000149.
fn shortest(number: f32) -> Value {
    if number == number.trunc() && number.abs() < 1e9 {
        return Value::from(number as i64);
    }
    number.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

fn set(brush: &mut Brush, key: &str, value: &Value) -> Result<(), PresetError> {
    if key == DYNAMICS {
        brush.dynamics = dynamics_of(value)?;
        return Ok(());
    }
    let Some(parameter) = Parameter::find(key) else {
        return Err(PresetError::Unknown { key: key.to_owned(), nearest: nearest_key(key) });
    };
    let wrong = |expected: Expected| PresetError::Type { key: key.to_owned(), expected, found: value.to_string() };
    match &parameter.kind {
        Kind::Number(number) => {
            let found = value.as_f64().map(|value| value as f32);
            let found = found.filter(|found| (number.min..=number.max).contains(found));
            (number.set)(brush, found.ok_or_else(|| wrong(range_of(number)))?);
        }
        Kind::Switch { set, .. } => set(brush, value.as_bool().ok_or_else(|| wrong(Expected::Switch))?),
        Kind::Choice { options, set, .. } => {
            let index = options.iter().position(|option| value.as_str() == Some(option.key));
            set(brush, index.ok_or_else(|| wrong(names_of(options)))?);
        }
        Kind::Picture { kind, set, .. } => {
            let name = value.as_str().filter(|name| is_file_name(name));
            let expected = || wrong(Expected::Picture(*kind));
            set(brush, if value.is_null() { None } else { Some(BrushPicture::named(name.ok_or_else(expected)?)) });
        }
    }
    Ok(())
}

fn dynamics_of(value: &Value) -> Result<Vec<Dynamic>, PresetError> {
    let list = value.as_array().ok_or_else(|| PresetError::Type {
        key: DYNAMICS.to_owned(),
        expected: Expected::List,
        found: value.to_string(),
    })?;
    if list.len() > Brush::MAX_DYNAMICS {
        return Err(PresetError::TooManyDynamics { number: Brush::MAX_DYNAMICS + 1 });
    }
    let read = |(value, number): (&Value, usize)| {
        Dynamic::deserialize(value).map_err(|error| PresetError::Dynamic { number, reason: error.to_string() })
    };
    list.iter().zip(1..).map(read).collect()
}

fn range_of(number: &Number) -> Expected {
    Expected::Number { min: number.min, max: number.max, unit: number.unit }
}

fn names_of(options: &[Choice]) -> Expected {
    Expected::OneOf { names: options.iter().map(|option| option.key).collect() }
}

/// A name without a folder, so that a brush from somewhere else cannot reach files beyond its pictures.
fn is_file_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0'])
}

/// The key that is most like this one, if any is.
fn nearest_key(key: &str) -> Option<&'static str> {
    let keys = PARAMETERS.iter().map(|parameter| parameter.key).chain([DYNAMICS]);
    let (distance, nearest) = keys.map(|known| (edits_between(key, known), known)).min()?;
    (distance <= 2).then_some(nearest)
}

/// Letters to change, add or take away (Levenshtein 1965); only the first 40 letters count.
fn edits_between(a: &str, b: &str) -> usize {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().take(40).collect(), b.chars().take(40).collect());
    let mut row: Vec<_> = (0..=b.len()).collect();
    for (index, letter) in a.iter().enumerate() {
        let mut next = vec![index + 1];
        for (other, [diagonal, above]) in b.iter().zip(row.array_windows()) {
            let left = next.last().copied().unwrap_or_default();
            next.push((diagonal + usize::from(letter != other)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
#[path = "preset_tests.rs"]
mod tests;
