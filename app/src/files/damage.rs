//! What is wrong with the content of a picture file.

use super::png_tiles::PngError;

/// Displays as half a sentence about the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    #[error("it was cut short")]
    CutShort,
    #[error("it was cut short (at byte {0})")]
    CutShortAt(usize),
    #[error("its content makes no sense")]
    NoSense,
    #[error("it asks for more memory than any picture needs")]
    TooMuchMemory,
    #[error("its colours are {0}; convert it to RGB where it was made")]
    Colors(OtherColors),
    #[error("it has {0} bits a channel; convert it to 16 or 8 where it was made")]
    Depth(u16),
    #[error("its groups lie too deep in each other")]
    DeepGroups,
    #[error("the layer “{name}”: {damage}")]
    InLayer { name: String, damage: Box<Self> },
    #[error("the layer “{layer}” ({entry}) {wrong}")]
    LayerPicture { layer: String, entry: String, wrong: PngError },
    /// What only somebody who knows the format can make something of.
    #[error("{0}")]
    Technical(String),
}

/// Colours of PSD files that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OtherColors {
    #[error("black and white without greys")]
    BlackAndWhite,
    #[error("multichannel")]
    Multichannel,
    #[error("unknown")]
    Unknown,
}

impl From<String> for Damage {
    fn from(words: String) -> Self {
        Self::Technical(words)
    }
}

impl From<&str> for Damage {
    fn from(words: &str) -> Self {
        Self::Technical(words.to_owned())
    }
}
