//! What a picture refuses, and what keeps it from being safe.

use super::{Tell, Words};
use crate::document::journal::JournalTrouble;
use crate::document::{CanvasSize, DocumentError, Piece, Refusal};

impl Tell for DocumentError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Size { width, height } => Words::of("error-document-size")
                .with("width", *width)
                .with("height", *height)
                .with("max", CanvasSize::MAX_SIDE),
            Self::OtherSize { what, width, height, expected_width, expected_height } => {
                Words::of("error-document-other-size")
                    .with_told("what", what)
                    .with("width", *width)
                    .with("height", *height)
                    .with("expected-width", *expected_width)
                    .with("expected-height", *expected_height)
            }
            Self::NoTarget { name, why } => {
                Words::of("error-document-no-target").with("layer", name).with_told("why", why)
            }
            Self::BeyondCanvas { what, width, height } => Words::of("error-document-beyond-canvas")
                .with_told("what", what)
                .with("width", *width)
                .with("height", *height),
        }
    }
}

impl Tell for Piece {
    fn words(&self) -> Words<'_> {
        Words::of(match self {
            Self::Layer => "error-piece-layer",
            Self::Mask => "error-piece-mask",
            Self::Result => "error-piece-result",
            Self::MaskOfResult => "error-piece-mask-of-result",
            Self::Stamp => "error-piece-stamp",
        })
    }
}

impl Tell for Refusal {
    fn words(&self) -> Words<'_> {
        Words::of(match self {
            Self::Gone => "error-target-gone",
            Self::Locked => "error-target-locked",
            Self::Hidden => "error-target-hidden",
            Self::IsGroup => "error-target-is-group",
            Self::IsMask => "error-target-is-mask",
            Self::HasFigures => "error-target-has-figures",
            Self::Indivisible => "error-target-indivisible",
        })
    }
}

impl Tell for JournalTrouble {
    fn words(&self) -> Words<'_> {
        let Self { folder, source } = self;
        Words::of("error-journal").with("folder", folder).with_told("why", source)
    }
}
