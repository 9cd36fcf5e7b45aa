//! The picture: copy-on-write tiles, the mask over it, invertible edits and their history.
//!
//! Sees neither the window nor the engine; pictures come in and go out as buffers of the `image` crate. Every operation
//! changes the [`Document`] at once and returns the [`Edit`] that says what it did; pushed on the [`History`], that
//! edit *is* the undo.

mod edit;
mod history;
mod images;
mod operations;
mod pixel;
mod rect;
mod tiles;
mod workers;

pub use edit::Edit;
pub use history::{History, HistoryEntry};
pub use pixel::Pixel;
pub use rect::{CanvasSize, PixelRect};
pub use tiles::{TILE_SIDE, TileGrid, TilePos, TileValue};

pub(crate) use edit::Change;
pub(crate) use pixel::{Mix, scaled};
pub(crate) use tiles::{Tile, TileChange, for_rows, positions_in, row_ranges};
pub(crate) use workers::on_workers;

/// What a document refuses, in words a painter understands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// A side of no pixels, or of too many.
    #[error("a canvas of {width} x {height} pixels cannot be made; each side must be between 1 and {max} pixels", max = CanvasSize::MAX_SIDE)]
    Size { width: u32, height: u32 },
    /// Two pictures that must cover each other do not.
    #[error("the {what} is {width} x {height} pixels, but {expected_width} x {expected_height} are needed")]
    OtherSize { what: &'static str, width: u32, height: u32, expected_width: u32, expected_height: u32 },
    /// A picture laid down beyond the canvas.
    #[error("the {what} reaches beyond the canvas of {width} x {height} pixels")]
    BeyondCanvas { what: &'static str, width: u32, height: u32 },
}

/// How the mask is drawn over the picture; says nothing about what it does.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct MaskLook {
    /// sRGB.
    pub color: [u8; 3],
    /// Of the tint where the mask is full, 0 to 1.
    pub opacity: f32,
    pub visible: bool,
}

impl Default for MaskLook {
    fn default() -> Self {
        Self { color: [230, 50, 50], opacity: 0.5, visible: true }
    }
}

/// Bits a channel of the file that the picture came from, and of the one it is saved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileDepth {
    Eight,
    Sixteen,
}

/// A picture of premultiplied 16-bit sRGB and the mask that says where it is repainted.
///
/// Tiles are shared until they are written to, so a clone costs a few KB.
#[derive(Clone, Debug)]
pub struct Document {
    picture: TileGrid<Pixel>,
    /// 0 keeps, 65535 repaints.
    mask: TileGrid<u16>,
    mask_look: MaskLook,
    file_depth: FileDepth,
}

impl Document {
    /// A canvas of one colour (`rgba`: sRGB, straight alpha) and an empty mask.
    #[must_use]
    pub fn blank(size: CanvasSize, rgba: [u8; 4]) -> Self {
        Self::of(TileGrid::filled(size, pixel::from_rgba8(rgba)), FileDepth::Eight)
    }

    fn of(picture: TileGrid<Pixel>, file_depth: FileDepth) -> Self {
        let mask = TileGrid::filled(picture.size(), 0);
        Self { picture, mask, mask_look: MaskLook::default(), file_depth }
    }

    /// A pixel of this colour (sRGB).
    #[must_use]
    pub fn opaque_pixel([red, green, blue]: [u8; 3]) -> Pixel {
        pixel::from_rgba8([red, green, blue, u8::MAX])
    }

    #[must_use]
    pub fn size(&self) -> CanvasSize {
        self.picture.size()
    }

    /// The whole canvas.
    #[must_use]
    pub fn bounds(&self) -> PixelRect {
        self.size().bounds()
    }

    #[must_use]
    pub fn picture(&self) -> &TileGrid<Pixel> {
        &self.picture
    }

    /// 0 keeps, 65535 repaints.
    #[must_use]
    pub fn mask(&self) -> &TileGrid<u16> {
        &self.mask
    }

    #[must_use]
    pub fn mask_look(&self) -> MaskLook {
        self.mask_look
    }

    /// For strokes, which write tiles many times before they become one [`Edit`].
    pub(crate) fn picture_mut(&mut self) -> &mut TileGrid<Pixel> {
        &mut self.picture
    }

    /// As [`Document::picture_mut`].
    pub(crate) fn mask_mut(&mut self) -> &mut TileGrid<u16> {
        &mut self.mask
    }

    /// Bytes of all tiles, tiles shared with other documents included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.picture.bytes() + self.mask.bytes()
    }
}
