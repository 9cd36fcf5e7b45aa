//! Generations that could not be done.

use brushfire_engine::JobError;
use brushfire_engine::memory::{self, MemoryAdvice, MemoryError};
use brushfire_engine::tasks::{JobPicture, TaskError};
use brushfire_engine::worker::StartError;

use super::{Tell, Words};

impl Tell for StartError {
    fn words(&self) -> Words<'_> {
        let Self(error) = self;
        Words::of("error-engine-start").with_told("why", error)
    }
}

impl Tell for JobError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Generation(error) => error.words(),
            Self::Hint(error) => error.words(),
            Self::GenerationBrokeDown { why } => Words::of("error-job-generation-broke-down").with("why", why),
            Self::HintBrokeDown { why } => Words::of("error-job-hint-broke-down").with("why", why),
        }
    }
}

impl Tell for TaskError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Cancelled => Words::of("error-cancelled"),
            Self::Recipe(error) => error.words(),
            Self::Checkpoint(error) => error.words(),
            Self::Model(error) => error.words(),
            Self::Tokenizer(error) => error.words(),
            Self::Text(error) => error.words(),
            Self::Memory(error) => error.words(),
            Self::Sampling(error) => error.words(),
            Self::Control(error) => error.words(),
            Self::SizeMismatch { what, found_width, found_height, width, height } => {
                Words::of("error-task-size-mismatch")
                    .with_told("what", what)
                    .with("found-width", *found_width)
                    .with("found-height", *found_height)
                    .with("width", *width)
                    .with("height", *height)
            }
            Self::NotMultiple { width, height, multiple } => Words::of("error-task-not-multiple")
                .with("width", *width)
                .with("height", *height)
                .with("multiple", *multiple),
            Self::PromptTooLong { tokens, max } => {
                Words::of("error-task-prompt-too-long").with("tokens", *tokens).with("max", *max)
            }
            Self::NoiseShape { found, expected } => Words::of("error-task-noise-shape")
                .with("found", format!("{found:?}"))
                .with("expected", format!("{expected:?}")),
            Self::OtherRun => Words::of("error-task-other-run"),
            Self::RegionMasks { regions, masks } => {
                Words::of("error-task-region-masks").with("regions", *regions).with("masks", *masks)
            }
            Self::WrongModel { channels } => Words::of("error-task-wrong-model").with("channels", *channels),
            Self::NotFinite { step } => Words::of("error-task-not-finite").with("step", *step),
        }
    }
}

impl Tell for JobPicture {
    fn words(&self) -> Words<'_> {
        Words::of(match self {
            Self::Start => "error-job-picture-start",
            Self::Mask => "error-job-picture-mask",
            Self::MaskOfRegion => "error-job-picture-mask-of-region",
        })
    }
}

impl Tell for MemoryError {
    fn words(&self) -> Words<'_> {
        let Self { needed, available, advice } = self;
        Words::of("error-memory")
            .with("needed", memory::words(*needed))
            .with("available", memory::words(*available))
            .with_told("advice", advice)
    }
}

impl Tell for MemoryAdvice {
    fn words(&self) -> Words<'_> {
        match self {
            Self::OneAtATime => Words::of("error-memory-one-at-a-time"),
            Self::Fewer { pictures } => Words::of("error-memory-fewer").with("pictures", *pictures),
            Self::Smaller { width, height } => {
                Words::of("error-memory-smaller").with("width", *width).with("height", *height)
            }
            Self::NothingFits => Words::of("error-memory-nothing-fits"),
        }
    }
}
