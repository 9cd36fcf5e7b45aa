//! Photoshop's documents (PSD, and PSB for large ones): layers, groups, masks, blend modes; grey, indexed, RGB,
//! CMYK and Lab with 8 and 16 bits, grey and RGB with 32. What is written is RGB with 8 or 16 (`write.rs`).
//!
//! After Adobe's "Photoshop File Formats Specification" (2019); where that is silent, after what GIMP and psd-tools do.
//! Every length is checked against what is there, and memory is taken only for as much as the data can unfold to.
//!
//! What this program has no counterpart for becomes the nearest that looks the same, or is named in a notice: a layer's
//! mask goes into its alpha, a group's mask becomes a layer that cuts the group, adjustments are left out.

mod bytes;
mod channels;
mod colors;
mod compose;
mod header;
mod layers;
mod tree;
mod write;

use bytes::Bytes;
use colors::Colors;
use header::Header;
pub(super) use write::write;

use super::layered::{LayeredError, MemoryUsed};
use super::note::FileNote;
use crate::document::{CanvasSize, Document, Layer, LayerContent, LayerProps};

/// The first bytes of every file.
pub(super) const SIGNATURE: &[u8] = b"8BPS";

/// What was in a file.
pub(super) struct Opened {
    pub document: Document,
    /// What could not be taken over.
    pub notices: Vec<FileNote>,
}

/// Reads a PSD or PSB file.
///
/// # Errors
/// Damaged files, and colours that stand alone: black and white without greys, multichannel.
pub(super) fn read(file: &[u8]) -> Result<Opened, LayeredError> {
    let mut bytes = Bytes::new(file);
    let header = Header::read(&mut bytes)?;
    let size = CanvasSize::new(header.width, header.height)
        .map_err(|_| LayeredError::BadSize { width: header.width, height: header.height })?;
    let palette = bytes.section32()?;
    let profile = profile_in(bytes.section32()?);
    let mut notices = Vec::new();
    let (colors, wrong) = Colors::of(&header, profile);
    notices.extend(wrong.map(FileNote::ColorsOfPicture));
    let canvas = compose::Canvas { header: &header, size, colors: &colors, used: MemoryUsed::default() };
    let info = layers::Layers::read(bytes.section(header.is_large)?, &header)?;
    let layers = if info.records.is_empty() {
        let merged = channels::merged(bytes, &header)?;
        let tiles = canvas.merged(&merged, palette.rest(), info.has_merged_alpha)?;
        vec![Layer::new(LayerProps::named("Background"), LayerContent::Paint(tiles))]
    } else {
        tree::layers(&info.records, &canvas, &mut notices)?
    };
    let document = Document::with_layers(size, layers, header.depth > 8)
        .map_err(|error| LayeredError::damaged(error.to_string()))?;
    Ok(Opened { document, notices })
}

/// The colour profile among the image resources; whatever is wrong with those, the layers may still be read.
fn profile_in(mut resources: Bytes<'_>) -> Option<&[u8]> {
    const ICC_PROFILE: u16 = 1039;
    while !resources.is_empty() {
        resources.expect(b"8BIM").ok()?;
        let id = resources.u16().ok()?;
        resources.pascal_string(2).ok()?;
        let data = resources.section32().ok()?;
        if id == ICC_PROFILE {
            return Some(data.rest());
        }
        // Data is padded to an even length.
        if data.len() % 2 == 1 {
            resources.u8().ok()?;
        }
    }
    None
}

#[cfg(test)]
mod tests;
