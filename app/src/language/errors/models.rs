//! Models that cannot be built or do not work: networks, text encoders with their tokenizers, schedules.

use brushfire_engine::models::{ModelError, TextError};
use brushfire_engine::sampling::SamplingError;
use brushfire_engine::text::TokenizerError;

use super::{Tell, Words};

impl Tell for ModelError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::MissingTensor { name } => Words::of("error-model-missing-tensor").with("tensor", name),
            Self::WrongShape { name, expected, found } => Words::of("error-model-wrong-shape")
                .with("tensor", name)
                .with("expected", expected)
                .with("found", format!("{found:?}")),
            Self::Checkpoint(error) => error.words(),
            Self::Config(why) => Words::of("error-model-config").with("why", why),
            Self::ReadBack(why) => Words::of("error-model-read-back").with("why", why),
        }
    }
}

impl Tell for TextError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Interrupted(_) => Words::of("error-cancelled"),
            Self::UnknownToken { token, vocabulary } => {
                Words::of("error-text-unknown-token").with("token", *token).with("vocabulary", *vocabulary)
            }
            Self::WrongLength { length, places } => {
                Words::of("error-text-wrong-length").with("length", *length).with("places", *places)
            }
            Self::TooFewLayers { clip_skip, layers } => {
                Words::of("error-text-too-few-layers").with("clip-skip", *clip_skip).with("layers", *layers)
            }
        }
    }
}

impl Tell for TokenizerError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Read { path, source } => {
                Words::of("error-tokenizer-read").with_shown("path", path.display()).with_told("why", source)
            }
            Self::TooLarge { path } => Words::of("error-tokenizer-too-large").with_shown("path", path.display()),
            Self::NotJson { path, source } => {
                Words::of("error-tokenizer-not-json").with_shown("path", path.display()).with_shown("why", source)
            }
            Self::Invalid { path, reason } => {
                Words::of("error-tokenizer-invalid").with_shown("path", path.display()).with("why", reason)
            }
        }
    }
}

impl Tell for SamplingError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::UnreadableConfig(why) => Words::of("error-sampling-unreadable-config").with("why", why),
            Self::BadConfig { field, value, rule } => {
                Words::of("error-sampling-bad-config").with("field", *field).with("value", value).with("rule", rule)
            }
            Self::StepsOutOfRange { sampler, given, most } => Words::of("error-sampling-steps-out-of-range")
                .with("sampler", sampler.label())
                .with("given", *given)
                .with("most", *most),
            Self::ScheduleNotFollowed { sampler, schedule } => Words::of("error-sampling-schedule-not-followed")
                .with("sampler", sampler.label())
                .with("schedule", schedule.label()),
            Self::WrongLength { what, given, expected } => Words::of("error-sampling-wrong-length")
                .with("what", *what)
                .with("given", *given)
                .with("expected", *expected),
            Self::RunIsDone => Words::of("error-sampling-run-is-done"),
        }
    }
}
