//! Hints that cannot be made or followed, and poses that cannot be read.

use brushfire_engine::HintKind;
use brushfire_engine::checkpoint::detect::{Family, Generation};
use brushfire_engine::hints::skeleton::{Pose, PoseJsonError};
use brushfire_engine::hints::{HintError, HintProcessor};
use brushfire_engine::worker::ControlError;

use super::{Tell, Words, any_of, text};
use crate::language::text_of_name;
use crate::studio::PoseTrouble;

fn name_of_kind(kind: HintKind) -> String {
    text_of_name("hint", kind.name())
}

fn name_of_way(processor: HintProcessor) -> String {
    text_of_name("hint-way", processor.name())
}

fn name_of_parameter(name: &str) -> String {
    text_of_name("hint-parameter", name)
}

/// What to bring for a way to make hints, as the table of these has it in English.
fn network_of(processor: HintProcessor) -> Words<'static> {
    match processor {
        HintProcessor::Depth | HintProcessor::Normal => Words::of("error-network-depth"),
        HintProcessor::SoftEdge => Words::of("error-network-soft-edge"),
        HintProcessor::Lines => Words::of("error-network-lines"),
        HintProcessor::Pose => Words::of("error-network-pose"),
        HintProcessor::Canny
        | HintProcessor::LineArt
        | HintProcessor::Scribble
        | HintProcessor::NormalFromDepth
        | HintProcessor::Segmentation
        | HintProcessor::Colors
        | HintProcessor::Tile
        | HintProcessor::Blur
        | HintProcessor::Threshold
        | HintProcessor::Invert => Words::as_it_is(""),
    }
}

impl Tell for HintError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Cancelled => Words::of("error-cancelled"),
            Self::UnknownParameter { processor, name } => {
                Words::of("error-hint-unknown-parameter").with("way", name_of_way(*processor)).with("name", name)
            }
            Self::OutOfRange { name, value, min, max } => Words::of("error-hint-out-of-range")
                .with("name", name_of_parameter(name))
                .with("value", value)
                .with("min", min)
                .with("max", max),
            Self::NotWhole { name, value } => {
                Words::of("error-hint-not-whole").with("name", name_of_parameter(name)).with("value", value)
            }
            Self::Empty => Words::of("error-hint-empty"),
            Self::NoWeights { processor, bring: _, folder } => {
                let network = network_of(*processor).found().unwrap_or_default();
                Words::of("error-hint-no-weights")
                    .with("way", name_of_way(*processor))
                    .with("network", network)
                    .with_shown("folder", folder.display())
            }
            Self::Checkpoint(error) => error.words(),
            Self::Model(error) => error.words(),
        }
    }
}

impl Tell for ControlError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::NoneForKind { kind, family: Family { generation: Generation::Sibling, .. }, folder } => {
                Words::of("error-control-none-for-kind-and-size")
                    .with("kind", name_of_kind(*kind))
                    .with_told("generation", &Generation::Sd1)
                    .with_shown("folder", folder.display())
            }
            Self::NoneForKind { kind, family, folder } => Words::of("error-control-none-for-kind")
                .with("kind", name_of_kind(*kind))
                .with_told("family", family)
                .with_shown("folder", folder.display()),
            Self::Unknown { name, folder, known } if known.is_empty() => {
                Words::of("error-control-unknown").with("name", name).with_shown("folder", folder.display())
            }
            Self::Unknown { name, folder, known } => Words::of("error-control-unknown-but-others")
                .with("name", name)
                .with_shown("folder", folder.display())
                .with("known", known.join(&text("list-and"))),
            Self::OtherFamily { name, fits, family, why } => Words::of("error-control-other-family")
                .with("name", name)
                .with_told("fits", fits)
                .with_told("family", family)
                .with("why", why),
            Self::NoPicture { kind } => Words::of("error-control-no-picture").with("kind", name_of_kind(*kind)),
            Self::EmptyPicture { kind } => Words::of("error-control-empty-picture").with("kind", name_of_kind(*kind)),
            Self::NotLoaded { wanted, loaded } => {
                Words::of("error-control-not-loaded").with("wanted", *wanted).with("loaded", *loaded)
            }
            Self::OtherNetworks => Words::of("error-control-other-networks"),
        }
    }
}

impl Tell for PoseTrouble {
    fn words(&self) -> Words<'_> {
        match self {
            Self::File(error) => error.words(),
            Self::NotUtf8 => Words::of("error-pose-not-utf-8"),
            Self::Json(error) => error.words(),
        }
    }
}

impl Tell for PoseJsonError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::NotJson(why) => Words::of("error-pose-not-json").with("why", why),
            Self::NoPeople => Words::of("error-pose-no-people"),
            Self::TooManyPeople(count) => {
                Words::of("error-pose-too-many-people").with("count", *count).with("max", Pose::MAX_PEOPLE)
            }
            Self::NotAPerson(person) => Words::of("error-pose-not-a-person").with("person", *person),
            Self::CanvasSize(name) => {
                Words::of("error-pose-canvas-size").with("name", *name).with("max", Pose::MAX_SIDE)
            }
            Self::NotAList { person, part } => {
                Words::of("error-pose-not-a-list").with("person", *person).with("part", *part)
            }
            Self::Count { person, part, found, expected } => Words::of("error-pose-count")
                .with("person", *person)
                .with("part", *part)
                .with("found", *found)
                .with("expected", any_of(*expected)),
            Self::NotAPoint { person, part, point } => {
                Words::of("error-pose-not-a-point").with("person", *person).with("part", *part).with("point", *point)
            }
            Self::TooFar { person, part, point } => {
                Words::of("error-pose-too-far").with("person", *person).with("part", *part).with("point", *point)
            }
        }
    }
}
