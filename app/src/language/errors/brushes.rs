//! Brushes and their pictures, and the gestures of hands.

use super::{Tell, Words, any_of};
use crate::hand::GesturesError;
use crate::paint::{Brush, BrushPreset, BrushReadError, Expected, LibraryError, PresetError, Unit};

impl Tell for LibraryError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Preset { path, reason } => {
                Words::of("error-brush-preset").with_shown("path", path.display()).with_told("why", reason)
            }
            Self::Read { path, reason } => {
                Words::of("error-brush-read").with_shown("path", path.display()).with_told("why", reason)
            }
            Self::NoPicture { name, kind } => {
                Words::of("error-brush-no-picture").with("name", name).with("folder", kind.folder())
            }
            Self::Write { path, source } => {
                Words::of("error-brush-write").with_shown("path", path.display()).with_told("why", source)
            }
            Self::NoFolder => Words::of("error-brush-no-folder"),
        }
    }
}

impl Tell for BrushReadError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Io(error) => error.words(),
            Self::Picture(error) => Words::as_it_is(error),
            Self::NoPixels => Words::of("error-brush-no-pixels"),
        }
    }
}

impl Tell for PresetError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::NotJson(why) => Words::of("error-preset-not-json").with("why", why),
            Self::NoVersion => Words::of("error-preset-no-version"),
            Self::Version(version) => Words::of("error-preset-version").with("version", *version),
            Self::Missing(key) => Words::of("error-preset-missing").with("key", *key),
            Self::Name => Words::of("error-preset-name").with("max", BrushPreset::MAX_NAME),
            Self::Unknown { key, nearest: None } => Words::of("error-preset-unknown").with("key", key),
            Self::Unknown { key, nearest: Some(nearest) } => {
                Words::of("error-preset-unknown-but-near").with("key", key).with("nearest", *nearest)
            }
            Self::Type { key, expected, found } => {
                Words::of("error-preset-type").with("key", key).with_told("expected", expected).with("found", found)
            }
            Self::TooManyDynamics { number } => {
                Words::of("error-preset-too-many-dynamics").with("number", *number).with("max", Brush::MAX_DYNAMICS)
            }
            Self::Dynamic { number, reason } => {
                Words::of("error-preset-dynamic").with("number", *number).with("why", reason)
            }
        }
    }
}

impl Tell for Expected {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Number { min, max, unit } => Words::of(match unit {
                Unit::Pixels => "error-expected-pixels",
                Unit::Percent => "error-expected-share",
                Unit::Degrees => "error-expected-degrees",
                Unit::Count | Unit::Times => "error-expected-number",
            })
            .with_shown("min", min)
            .with_shown("max", max),
            Self::Switch => Words::of("error-expected-switch"),
            Self::OneOf { names } => Words::as_it_is(any_of(names.iter().map(|name| format!("“{name}”")))),
            Self::Picture(kind) => Words::of("error-expected-picture").with("folder", kind.folder()),
            Self::List => Words::of("error-expected-list"),
        }
    }
}

impl Tell for GesturesError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Read { path, source } => {
                Words::of("error-gestures-read").with_shown("path", path.display()).with_told("why", source)
            }
            Self::Json { path, source } => {
                Words::of("error-gestures-json").with_shown("path", path.display()).with_shown("why", source)
            }
        }
    }
}
