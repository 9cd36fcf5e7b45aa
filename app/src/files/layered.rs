//! What files of layers have in common: what can be wrong with them, and how much of them is taken into memory.

use std::sync::atomic::{AtomicU64, Ordering};

use brushfire_engine::memory::available_memory;

use super::damage::Damage;
use super::error::OpenError;
use super::format::PictureFormat;
use super::note::FileNote;
use crate::document::{BlendMode, CanvasSize, Layer, LayerProps};

/// Bytes of tiles that one file's layers may take wherever it is opened; where the machine has more, they may take most
/// of that, so that what was painted and saved there can be opened there again.
const SURE_LAYER_BYTES: u64 = 8 << 30;

/// Bytes of pixels that one file's layers may be decoded from, transparent ones and those beyond the canvas included.
pub(super) const MAX_DECODED_BYTES: u64 = 64 << 30;

/// Layers of one file.
pub(super) const MAX_LAYERS: usize = 8192;

/// Groups in groups.
pub(super) const MAX_DEPTH: usize = 64;

/// What is wrong with a file of layers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LayeredError {
    #[error("{0}")]
    Damaged(Damage),
    #[error("it is {width} x {height} pixels")]
    BadSize { width: u32, height: u32 },
    #[error("its layers need {bytes} bytes")]
    TooMuchMemory { bytes: u64, max: u64 },
}

impl LayeredError {
    pub(super) fn damaged(reason: impl Into<Damage>) -> Self {
        Self::Damaged(reason.into())
    }

    /// The same for the file's name.
    pub(super) fn of_file(self, name: &str, format: PictureFormat) -> OpenError {
        let name = name.to_owned();
        match self {
            Self::Damaged(reason) => OpenError::Damaged { name, format, reason },
            Self::BadSize { width, height } => OpenError::BadSize { name, width, height, max: CanvasSize::MAX_SIDE },
            Self::TooMuchMemory { bytes, max } => OpenError::TooMuchMemory { name, bytes, max },
        }
    }
}

/// How much of a file is in memory by now, and how much may be.
pub(super) struct MemoryUsed {
    bytes: AtomicU64,
    max: u64,
}

impl Default for MemoryUsed {
    fn default() -> Self {
        let free = available_memory().map_or(0, |memory| memory.free);
        Self { bytes: AtomicU64::new(0), max: SURE_LAYER_BYTES.max(free / 4 * 3) }
    }
}

impl MemoryUsed {
    /// Counts the bytes of another layer.
    ///
    /// # Errors
    /// They are too many.
    pub(super) fn add(&self, bytes: usize) -> Result<(), LayeredError> {
        let bytes = self.bytes.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        if bytes > self.max { Err(LayeredError::TooMuchMemory { bytes, max: self.max }) } else { Ok(()) }
    }
}

/// The layers of a pass-through group as they look the same here, where every group is composited by itself: as a group
/// if all of them are normal, else without one, each with the group's opacity and visibility. `None`: as a group.
pub(super) fn without_group(group: &LayerProps, layers: &[Layer], notices: &mut Vec<FileNote>) -> Option<Vec<Layer>> {
    let in_picture = || layers.iter().filter(|layer| layer.is_part_of_picture());
    if in_picture().all(|layer| layer.props().blend == BlendMode::Normal) {
        return None;
    }
    notices.push(FileNote::GroupDissolved(group.name.clone()));
    let mut has_base = false;
    let dissolved = layers.iter().map(|layer| {
        let mut props = layer.props().clone();
        if layer.is_part_of_picture() {
            // The lowest would be clipped to what is below the group.
            props.clipped &= has_base;
            has_base = true;
            props.visible &= group.visible;
            if !props.clipped {
                props.opacity *= group.opacity;
            }
        }
        Layer::new(props, layer.content().clone())
    });
    Some(dissolved.collect())
}
