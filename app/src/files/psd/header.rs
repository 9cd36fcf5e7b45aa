//! The first 26 bytes: how large, how deep, which colours.

use super::super::damage::{Damage, OtherColors};
use super::super::layered::LayeredError;
use super::SIGNATURE;
use super::bytes::Bytes;

/// Colours that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColorMode {
    Gray,
    Indexed,
    Rgb,
    Cmyk,
    Lab,
}

impl ColorMode {
    /// Channels of colour.
    pub(super) fn channels(self) -> usize {
        match self {
            Self::Gray | Self::Indexed => 1,
            Self::Rgb | Self::Lab => 3,
            Self::Cmyk => 4,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Header {
    /// PSB: lengths of 8 bytes where PSD has 4.
    pub is_large: bool,
    /// Of the merged picture.
    pub channels: u16,
    pub width: u32,
    pub height: u32,
    /// Bits a channel: 8, 16, or 32 (floating point).
    pub depth: u16,
    pub mode: ColorMode,
}

impl Header {
    pub(super) fn read(bytes: &mut Bytes<'_>) -> Result<Self, LayeredError> {
        let start = *bytes;
        if bytes.array::<4>()?.as_slice() != SIGNATURE {
            return Err(start.wrong("it does not begin as a PSD file does"));
        }
        let version = bytes.u16()?;
        if !matches!(version, 1 | 2) {
            return Err(start.wrong(&format!("it is of version {version}, which is not known")));
        }
        bytes.array::<6>()?;
        let (channels, height, width, depth, mode) =
            (bytes.u16()?, bytes.u32()?, bytes.u32()?, bytes.u16()?, bytes.u16()?);
        let mode = match mode {
            // A duotone's one channel is grey; its inks are another program's business.
            1 | 8 => ColorMode::Gray,
            2 => ColorMode::Indexed,
            3 => ColorMode::Rgb,
            4 => ColorMode::Cmyk,
            9 => ColorMode::Lab,
            other => {
                let colors = match other {
                    0 => OtherColors::BlackAndWhite,
                    7 => OtherColors::Multichannel,
                    _ => OtherColors::Unknown,
                };
                return Err(LayeredError::damaged(Damage::Colors(colors)));
            }
        };
        let is_readable = match depth {
            8 => true,
            16 => mode != ColorMode::Indexed,
            32 => matches!(mode, ColorMode::Gray | ColorMode::Rgb),
            _ => false,
        };
        if !is_readable {
            return Err(LayeredError::damaged(Damage::Depth(depth)));
        }
        if usize::from(channels) < mode.channels() || channels > 56 {
            return Err(start.wrong(&format!("it says it has {channels} channels")));
        }
        Ok(Self { is_large: version == 2, channels, width, height, depth, mode })
    }

    pub(super) fn bytes_per_sample(&self) -> usize {
        usize::from(self.depth / 8)
    }
}
