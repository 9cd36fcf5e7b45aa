//! The kinds of picture files.

use std::fmt;
use std::path::Path;

use image::ImageFormat;

use super::{ora, psd};

/// Endings of files that can be opened, for dialogs; what a file is decides its content.
pub const OPEN_EXTENSIONS: &[&str] = &["ora", "png", "jpg", "jpeg", "webp", "psd", "psb", "tif", "tiff", "bmp"];

/// Endings of files that can be saved.
pub const SAVE_EXTENSIONS: &[&str] = &["ora", "png", "jpg", "jpeg", "webp", "tif", "tiff", "psd", "psb"];

/// A kind of picture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    Png,
    Jpeg,
    WebP,
    Bmp,
    Tiff,
    /// Layers, masks and all: what this program keeps its own pictures in.
    OpenRaster,
    /// Photoshop's: layers, but neither masks nor recipes.
    Photoshop,
}

impl PictureFormat {
    /// What the first bytes say.
    pub(super) fn of_content(bytes: &[u8]) -> Option<Self> {
        if ora::is_openraster(bytes) {
            return Some(Self::OpenRaster);
        }
        if bytes.starts_with(psd::SIGNATURE) {
            return Some(Self::Photoshop);
        }
        match image::guess_format(bytes).ok()? {
            ImageFormat::Png => Some(Self::Png),
            ImageFormat::Jpeg => Some(Self::Jpeg),
            ImageFormat::WebP => Some(Self::WebP),
            ImageFormat::Bmp => Some(Self::Bmp),
            ImageFormat::Tiff => Some(Self::Tiff),
            _ => None,
        }
    }

    /// What a file of this name is saved as.
    pub(super) fn to_save_as(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "png" => Some(Self::Png),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "webp" => Some(Self::WebP),
            "tif" | "tiff" => Some(Self::Tiff),
            "ora" => Some(Self::OpenRaster),
            "psd" | "psb" => Some(Self::Photoshop),
            _ => None,
        }
    }

    /// `None` of those that this program reads itself.
    pub(super) fn in_image_crate(self) -> Option<ImageFormat> {
        match self {
            Self::Png => Some(ImageFormat::Png),
            Self::Jpeg => Some(ImageFormat::Jpeg),
            Self::WebP => Some(ImageFormat::WebP),
            Self::Bmp => Some(ImageFormat::Bmp),
            Self::Tiff => Some(ImageFormat::Tiff),
            Self::OpenRaster | Self::Photoshop => None,
        }
    }

    /// Whether files of this kind hold layers.
    #[must_use]
    pub fn has_layers(self) -> bool {
        matches!(self, Self::OpenRaster | Self::Photoshop)
    }

    /// Pixels a side that the format can hold.
    pub(super) fn max_side(self) -> u32 {
        match self {
            Self::Jpeg => 65_500,
            Self::WebP => 16_383,
            Self::Photoshop => 300_000,
            Self::Png | Self::Bmp | Self::Tiff | Self::OpenRaster => i32::MAX as u32,
        }
    }
}

impl fmt::Display for PictureFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::OpenRaster => "OpenRaster",
            Self::Photoshop => "PSD",
        })
    }
}
