//! What the filling and picking tools keep; what the selecting ones keep stands in the studio.

use serde::{Deserialize, Serialize};

use crate::paint::fill::Bucket;

/// Of the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FillOptions {
    /// The most by which a channel may differ, 0 to 1.
    pub tolerance: f32,
    pub is_contiguous: bool,
    pub all_layers: bool,
    /// Openings of outlines up to so many pixels wide are taken for closed.
    pub gap: f32,
    /// Pixels added around the region.
    pub grow: f32,
}

impl Default for FillOptions {
    fn default() -> Self {
        Self { tolerance: 0.08, is_contiguous: true, all_layers: true, gap: 0.0, grow: 0.0 }
    }
}

impl FillOptions {
    pub(super) fn bucket(&self) -> Bucket {
        Bucket {
            tolerance: (self.tolerance.clamp(0.0, 1.0) * f32::from(u16::MAX)).round() as u16,
            is_contiguous: self.is_contiguous,
            gap: self.gap,
            grow: self.grow,
            ..Bucket::default()
        }
    }
}

/// Of the eyedropper.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PickerOptions {
    /// Side of the square whose mean is taken, in pixels.
    pub side: u32,
    pub all_layers: bool,
}

impl Default for PickerOptions {
    fn default() -> Self {
        Self { side: 1, all_layers: true }
    }
}
