//! What the painter should know though nothing has failed.

use brushfire_engine::Notice;
use brushfire_engine::memory::{self, SwapNotice};

use super::{Tell, Words};
use crate::files::FileNote;

impl Tell for FileNote {
    fn words(&self) -> Words<'_> {
        match self {
            Self::ColorsOfFile { file, why } => {
                Words::of("error-note-colors-of-file").with("file", file).with_told("why", why)
            }
            Self::ColorsOfPicture(why) => Words::of("error-note-colors-of-picture").with_told("why", why),
            Self::ColorsOfLayer { entry, why } => {
                Words::of("error-note-colors-of-layer").with("entry", entry).with_told("why", why)
            }
            Self::GroupDissolved(name) => Words::of("error-note-group-dissolved").with("group", name),
            Self::AdjustmentLeftOut { name, kind } => {
                Words::of("error-note-adjustment-left-out").with("layer", name).with("kind", kind)
            }
            Self::UnknownBlend { layer, mode } => {
                Words::of("error-note-unknown-blend").with("layer", layer).with("mode", mode)
            }
            Self::UnknownElement { name, element } => {
                Words::of("error-note-unknown-element").with("name", name).with("element", element)
            }
            Self::RecipeTooLong => Words::of("error-note-recipe-too-long"),
        }
    }
}

impl Tell for Notice {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Device(notice) => notice.words(),
            Self::HalfPrecisionOverflowed => Words::of("error-notice-half-precision-overflowed"),
            Self::DeviceLost { device } => Words::of("error-notice-device-lost").with("device", device),
            Self::Swap(notice) => notice.words(),
            Self::NotChanged { why } => Words::of("error-notice-not-changed").with_told("why", &**why),
        }
    }
}

impl Tell for SwapNotice {
    fn words(&self) -> Words<'_> {
        let Self { needed, free, advice } = self;
        Words::of("error-notice-swap")
            .with("needed", memory::words(*needed))
            .with("free", memory::words(*free))
            .with_told("advice", advice)
    }
}
