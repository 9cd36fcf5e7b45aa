//! What is wrong with the content of picture files.

use super::{Tell, Words};
use crate::files::{Damage, IccError, OtherColors, PngError, ProfileColors};

impl Tell for Damage {
    fn words(&self) -> Words<'_> {
        match self {
            Self::CutShort => Words::of("error-damage-cut-short"),
            Self::CutShortAt(at) => Words::of("error-damage-cut-short-at").with("at", *at),
            Self::NoSense => Words::of("error-damage-no-sense"),
            Self::TooMuchMemory => Words::of("error-damage-too-much-memory"),
            Self::Colors(colors) => Words::of("error-damage-colors").with_told("colors", colors),
            Self::Depth(bits) => Words::of("error-damage-depth").with("bits", *bits),
            Self::DeepGroups => Words::of("error-damage-deep-groups"),
            Self::InLayer { name, damage } => {
                Words::of("error-damage-in-layer").with("layer", name).with_told("why", &**damage)
            }
            Self::LayerPicture { layer, entry, wrong } => Words::of("error-damage-layer-picture")
                .with("layer", layer)
                .with("entry", entry)
                .with_told("why", wrong),
            Self::Technical(words) => Words::as_it_is(words),
        }
    }
}

impl Tell for OtherColors {
    fn words(&self) -> Words<'_> {
        Words::of(match self {
            Self::BlackAndWhite => "error-colors-black-and-white",
            Self::Multichannel => "error-colors-multichannel",
            Self::Unknown => "error-colors-unknown",
        })
    }
}

impl Tell for PngError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Damaged(why) => Words::of("error-png-damaged").with("why", why),
            Self::Missing => Words::of("error-png-missing"),
            Self::NotPng => Words::of("error-png-not-png"),
            Self::CutShort => Words::of("error-png-cut-short"),
            Self::BadSize { width, height, max } => {
                Words::of("error-png-bad-size").with("width", *width).with("height", *height).with("max", *max)
            }
        }
    }
}

impl Tell for IccError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Damaged(damage) => Words::of("error-profile-damaged").with_told("why", damage),
            Self::ForOthers { profile } => Words::of("error-profile-for-others").with_told("colors", profile),
            Self::Cmyk => Words::of("error-profile-cmyk"),
            Self::NoInkProfile => Words::of("error-profile-no-inks"),
        }
    }
}

impl Tell for ProfileColors {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Rgb => Words::as_it_is(self),
            Self::Gray => Words::of("error-profile-gray"),
            Self::Other => Words::of("error-profile-other"),
        }
    }
}
