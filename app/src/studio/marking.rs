//! What the tools for selecting, filling and picking colours ask for.

use serde::{Deserialize, Serialize};

use super::Studio;
use crate::document::selection::{
    AllLayers, Combine, FillRule, PixelSource, Similarity, color_range, contiguous, ellipse, feathered, hardened,
    polygon, rectangle,
};
use crate::document::{CanvasSize, Document, Layer, PixelRect, TileGrid};
use crate::paint::fill::{self, Bucket, Gradient, color_around};

/// What a selection tool drew, in canvas pixels.
#[derive(Clone, Debug, PartialEq)]
pub enum SelectionShape {
    Rectangle([[f32; 2]; 2]),
    /// The box it fills.
    Ellipse([[f32; 2]; 2]),
    Polygon(Vec<[f32; 2]>),
}

impl SelectionShape {
    fn coverage(&self, size: CanvasSize) -> TileGrid<u16> {
        match self {
            Self::Rectangle([from, to]) => rectangle(size, *from, *to),
            Self::Ellipse([from, to]) => ellipse(size, *from, *to),
            Self::Polygon(corners) => polygon(size, corners, FillRule::NonZero),
        }
    }
}

/// How a selection is made and what it does to the one there is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SelectOptions {
    pub how: Combine,
    pub is_antialiased: bool,
    /// Pixels over which the edge is softened.
    pub feather: f32,
}

impl Default for SelectOptions {
    fn default() -> Self {
        Self { how: Combine::Replace, is_antialiased: true, feather: 0.0 }
    }
}

impl SelectOptions {
    fn finish(&self, coverage: TileGrid<u16>) -> TileGrid<u16> {
        let coverage = if self.is_antialiased { coverage } else { hardened(&coverage) };
        feathered(&coverage, self.feather)
    }
}

/// Where the wand looks for a colour.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WandOptions {
    /// The most by which a channel may differ, 0 to 1.
    pub tolerance: f32,
    pub is_contiguous: bool,
    pub all_layers: bool,
}

impl Default for WandOptions {
    fn default() -> Self {
        Self { tolerance: 0.08, is_contiguous: true, all_layers: true }
    }
}

/// About which colour is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColorRange {
    /// sRGB.
    pub color: [u8; 3],
    /// The most by which a channel may differ, 0 to 1.
    pub tolerance: f32,
}

impl Default for ColorRange {
    fn default() -> Self {
        Self { color: [0; 3], tolerance: 0.15 }
    }
}

impl ColorRange {
    #[must_use]
    pub fn similarity(&self) -> Similarity {
        Similarity { color: Document::opaque_pixel(self.color), tolerance: share(self.tolerance), is_antialiased: true }
    }
}

impl Studio {
    pub fn select_shape(&mut self, shape: SelectionShape, options: SelectOptions) {
        self.edit_in_background(move |document| {
            let coverage = options.finish(shape.coverage(document.size()));
            Ok(document.select(&coverage, options.how))
        });
    }

    /// Selects the pixels of about the colour of the one at `seed`.
    pub fn select_by_color(&mut self, seed: [u32; 2], wand: WandOptions, options: SelectOptions) {
        self.edit_in_background(move |document| {
            let coverage = with_source(document, wand.all_layers, |source| {
                let [x, y] = seed;
                let similarity = Similarity {
                    color: source.pixel(x, y),
                    tolerance: share(wand.tolerance),
                    is_antialiased: options.is_antialiased,
                };
                if wand.is_contiguous { contiguous(source, similarity, seed) } else { color_range(source, similarity) }
            });
            Ok(document.select(&feathered(&coverage, options.feather), options.how))
        });
    }

    /// Selects the pixels of about a colour in the picture as it is seen.
    pub fn select_color_range(&mut self, range: ColorRange, how: Combine) {
        self.edit_in_background(move |document| {
            let coverage = color_range(&AllLayers(document), range.similarity());
            Ok(document.select(&coverage, how))
        });
    }

    /// Makes the pixels of about a colour the mask.
    pub fn mask_color_range(&mut self, range: ColorRange, how: Combine) {
        self.edit_in_background(move |document| {
            let coverage = color_range(&AllLayers(document), range.similarity());
            document.mask_by(&coverage, how)
        });
    }

    /// Fills the region about a pixel with an opaque colour (sRGB).
    pub fn fill_at(&mut self, seed: [u32; 2], bucket: Bucket, all_layers: bool, color: [u8; 3]) {
        self.reject_shown();
        self.edit_in_background(move |document| {
            let region = with_source(document, all_layers, |source| bucket.region(source, seed));
            fill::fill(document, Some(&region), Document::opaque_pixel(color))
        });
    }

    /// Fills all that is selected with an opaque colour (sRGB).
    pub fn fill_selected(&mut self, color: [u8; 3]) {
        self.reject_shown();
        self.edit_in_background(move |document| fill::fill(document, None, Document::opaque_pixel(color)));
    }

    /// Lays a gradient over the active layer.
    pub fn lay_gradient(&mut self, gradient: Gradient) {
        self.reject_shown();
        self.edit_in_background(move |document| fill::lay_gradient(document, &gradient));
    }

    /// The mean colour (sRGB) of the square of `side` pixels about one, of all layers or of the active one alone; none
    /// beside the picture and where there is none.
    pub fn color_around(&mut self, [x, y]: [u32; 2], side: u32, all_layers: bool) -> Option<[u8; 3]> {
        if !self.document().bounds().contains(x, y) {
            return None;
        }
        let only = if all_layers { None } else { active_pixels(self.document()) };
        let [red, green, blue, _] = match only {
            Some(pixels) => color_around(pixels, [x, y], side)?,
            None => {
                let square = PixelRect {
                    left: x.saturating_sub(side),
                    top: y.saturating_sub(side),
                    right: x.saturating_add(side + 1),
                    bottom: y.saturating_add(side + 1),
                };
                self.update_picture(square, None);
                color_around(self.picture(), [x, y], side)?
            }
        };
        Some([red, green, blue].map(|channel| ((u32::from(channel) + 128) / 257) as u8))
    }
}

/// Lets `look` look at the active layer, or at all together; at all where the active one has no colours.
fn with_source<T>(document: &Document, all_layers: bool, look: impl FnOnce(&dyn PixelSource) -> T) -> T {
    match active_pixels(document).filter(|_| !all_layers) {
        Some(pixels) => look(pixels),
        None => look(&AllLayers(document)),
    }
}

fn active_pixels(document: &Document) -> Option<&TileGrid<crate::document::Pixel>> {
    document.layer(document.active()).and_then(Layer::pixels)
}

fn share(tolerance: f32) -> u16 {
    (tolerance.clamp(0.0, 1.0) * f32::from(u16::MAX)).round() as u16
}
