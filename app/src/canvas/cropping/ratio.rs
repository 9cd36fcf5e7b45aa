//! The proportions that a crop keeps.

use serde::{Deserialize, Serialize};

use crate::document::CanvasSize;

/// Width over height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CropRatio {
    #[default]
    Free,
    /// The picture's own.
    Picture,
    Fixed(u8, u8),
}

impl CropRatio {
    pub const ALL: [Self; 9] = [
        Self::Free,
        Self::Picture,
        Self::Fixed(1, 1),
        Self::Fixed(4, 3),
        Self::Fixed(3, 4),
        Self::Fixed(3, 2),
        Self::Fixed(2, 3),
        Self::Fixed(16, 9),
        Self::Fixed(9, 16),
    ];

    /// `None` where nothing is to be kept.
    #[must_use]
    pub fn of(self, picture: CanvasSize) -> Option<f32> {
        match self {
            Self::Free | Self::Fixed(0, _) | Self::Fixed(_, 0) => None,
            Self::Picture => Some(picture.width() as f32 / picture.height() as f32),
            Self::Fixed(width, height) => Some(f32::from(width) / f32::from(height)),
        }
    }
}
