//! Recipes that cannot be followed.

use brushfire_engine::{RecipeError, RecipeField};

use super::{Tell, Words, text};
use crate::files::{RecipeNote, RecipePart};

impl Tell for RecipeError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::OutOfRange { field, value, min, max } => Words::of("error-recipe-out-of-range")
                .with_told("field", field)
                .with("value", value)
                .with("min", min)
                .with("max", max),
            Self::NotMultipleOf8 { field, value } => {
                Words::of("error-recipe-not-multiple-of-8").with_told("field", field).with("value", *value)
            }
            Self::PromptTooLong { field, length, max } => Words::of("error-recipe-prompt-too-long")
                .with_told("field", field)
                .with("length", *length)
                .with("max", *max),
            Self::ChangingPromptTooLong { field, length, steps, max } => {
                Words::of("error-recipe-changing-prompt-too-long")
                    .with_told("field", field)
                    .with("length", *length)
                    .with("steps", *steps)
                    .with("max", *max)
            }
            Self::EndsBeforeItStarts { start, end } => {
                Words::of("error-recipe-ends-before-it-starts").with_shown("start", start).with_shown("end", end)
            }
            Self::Unreadable(why) => Words::of("error-recipe-unreadable").with("why", why),
        }
    }
}

/// As the panels call them, where they do.
impl Tell for RecipeField {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Prompt => Words::as_it_is(text("prompt")),
            Self::NegativePrompt => Words::as_it_is(text("negative-prompt")),
            Self::Steps => Words::as_it_is(text("steps")),
            Self::Guidance => Words::as_it_is(text("guidance")),
            Self::GuidanceRescale => Words::of("error-field-guidance-rescale"),
            Self::Strength => Words::as_it_is(text("strength")),
            Self::ClipSkip => Words::of("error-field-clip-skip"),
            Self::Batch => Words::as_it_is(text("pictures")),
            Self::Width => Words::as_it_is(text("width")),
            Self::Height => Words::as_it_is(text("height")),
            Self::Padding => Words::as_it_is(text("padding")),
            Self::Feather => Words::as_it_is(text("feather")),
            Self::Regions => Words::of("error-field-regions"),
            Self::RegionPrompt => Words::of("error-field-region-prompt"),
            Self::RegionStrength => Words::of("error-field-region-strength"),
            Self::Controls => Words::of("error-field-controls"),
            Self::ControlWeight => Words::of("error-field-control-weight"),
            Self::ControlStart => Words::of("error-field-control-start"),
            Self::ControlEnd => Words::of("error-field-control-end"),
        }
    }
}

impl Tell for RecipeNote {
    fn words(&self) -> Words<'_> {
        match self {
            Self::LeftOut { part, why } => {
                Words::of("error-recipe-note-left-out").with_told("part", part).with_told("why", why)
            }
            Self::NoNumber { key, value } => {
                Words::of("error-recipe-note-no-number").with("part", key).with("value", value)
            }
            Self::NoSize(value) => Words::of("error-recipe-note-no-size").with("value", value),
            Self::UnknownSampler { label, instead } => {
                Words::of("error-recipe-note-unknown-sampler").with("label", label).with("instead", instead.label())
            }
            Self::UnknownSchedule(label) => Words::of("error-recipe-note-unknown-schedule").with("label", label),
        }
    }
}

impl Tell for RecipePart {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Prompt => Words::as_it_is(text("prompt")),
            Self::NegativePrompt => Words::as_it_is(text("negative-prompt")),
            Self::ModelName => Words::of("error-recipe-part-model-name"),
            Self::ModelHash => Words::of("error-recipe-part-model-hash"),
            Self::Named(name) => Words::as_it_is(name),
        }
    }
}
