//! One stroke on the document, from pen down to pen up.

use super::grid_stroke::{GridStroke, Setup};
use super::value::PaintValue;
use super::{Brush, Limits, PenSample, Symmetry};
use crate::document::{Change, Document, DocumentError, Edit, Layer, LayerId, Pixel, PixelRect, Refusal, TileGrid};

/// What a stroke leaves, and on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Adds to the mask.
    Mask,
    /// Takes from the mask.
    MaskEraser,
    /// sRGB, onto the active layer.
    Color([u8; 3]),
    /// Makes the active layer transparent.
    PictureEraser,
}

impl Ink {
    fn stroke_name(self, erases: bool) -> &'static str {
        match (self, erases) {
            (Self::Mask, false) => "Paint mask",
            (Self::Mask | Self::MaskEraser, _) => "Erase mask",
            (Self::Color(_), false) => "Paint",
            (Self::Color(_) | Self::PictureEraser, _) => "Erase",
        }
    }
}

/// A stroke that is being made. Between [`StrokeBuilder::begin`] and [`StrokeBuilder::finish`] or
/// [`StrokeBuilder::cancel`] nothing else may change the document.
#[derive(Debug)]
pub struct StrokeBuilder {
    layer: LayerId,
    stroke: Stroke,
    name: &'static str,
}

#[derive(Debug)]
enum Stroke {
    Mask(GridStroke<u16>),
    Pixels(GridStroke<Pixel>),
}

impl StrokeBuilder {
    /// The pen touches the canvas and lays the first dab: on the active layer, or on the active mask. Only what is selected
    /// changes, and a layer whose alpha is locked keeps it.
    ///
    /// # Errors
    /// The layer cannot be painted on.
    pub fn begin(document: &mut Document, brush: Brush, ink: Ink, sample: PenSample) -> Result<Self, DocumentError> {
        Self::begin_symmetric(document, brush, ink, Symmetry::none(), sample)
    }

    /// As [`StrokeBuilder::begin`], in several places at once.
    ///
    /// # Errors
    /// The layer cannot be painted on.
    pub fn begin_symmetric(
        document: &mut Document,
        mut brush: Brush,
        ink: Ink,
        symmetry: Symmetry,
        sample: PenSample,
    ) -> Result<Self, DocumentError> {
        brush.erases |= matches!(ink, Ink::MaskEraser | Ink::PictureEraser);
        let name = ink.stroke_name(brush.erases);
        let id = match ink {
            Ink::Mask | Ink::MaskEraser => document.mask_target()?,
            Ink::Color(_) | Ink::PictureEraser => document.paint_target()?,
        };
        let limits = Limits {
            selection: document.selection().cloned(),
            alpha_locked: document.layer(id).is_some_and(|layer| layer.props().alpha_locked),
        };
        let setup = Setup { brush, limits, symmetry };
        let layer = document.layer_mut(id);
        let stroke = match ink {
            Ink::Mask | Ink::MaskEraser => layer
                .and_then(Layer::mask_mut)
                .map(|grid| Stroke::Mask(GridStroke::begin(grid, setup, u16::MAX, sample))),
            Ink::Color(_) | Ink::PictureEraser => layer.and_then(Layer::pixels_mut).map(|grid| {
                // An eraser's ink is nothing, whatever its colour.
                let rgb = if let Ink::Color(rgb) = ink { rgb } else { [0; 3] };
                Stroke::Pixels(GridStroke::begin(grid, setup, Document::opaque_pixel(rgb), sample))
            }),
        };
        // Targets are layers that have what is painted on.
        let gone = || DocumentError::NoTarget { name: String::new(), why: Refusal::Gone };
        Ok(Self { layer: id, stroke: stroke.ok_or_else(gone)?, name })
    }

    /// Goes on through all samples since the last call; returns the pixels that may have changed.
    pub fn extend(&mut self, document: &mut Document, samples: &[PenSample]) -> PixelRect {
        let layer = document.layer_mut(self.layer);
        let dirty = match &mut self.stroke {
            Stroke::Mask(stroke) => layer.and_then(Layer::mask_mut).map(|grid| stroke.extend(grid, samples)),
            Stroke::Pixels(stroke) => layer.and_then(Layer::pixels_mut).map(|grid| stroke.extend(grid, samples)),
        };
        dirty.unwrap_or(PixelRect::EMPTY)
    }

    /// Whether it is drawn on a mask.
    #[must_use]
    pub fn is_on_mask(&self) -> bool {
        matches!(self.stroke, Stroke::Mask(_))
    }

    /// All pixels that may have changed since the stroke began.
    #[must_use]
    pub fn dirty(&self) -> PixelRect {
        match &self.stroke {
            Stroke::Mask(stroke) => stroke.dirty(),
            Stroke::Pixels(stroke) => stroke.dirty(),
        }
    }

    /// The pen is lifted. `None` where the stroke left nothing.
    #[must_use]
    pub fn finish(self, document: &mut Document) -> Option<Edit> {
        let (id, layer) = (self.layer, document.layer_mut(self.layer)?);
        let change = match self.stroke {
            Stroke::Mask(stroke) => {
                let tiles = stroke.finish(layer.mask_mut()?);
                (!tiles.is_empty()).then_some(Change::Mask { layer: id, tiles })
            }
            Stroke::Pixels(stroke) => {
                let tiles = stroke.finish(layer.pixels_mut()?);
                (!tiles.is_empty()).then_some(Change::Pixels { layer: id, tiles })
            }
        };
        Some(Edit::new(self.name, vec![change?]))
    }

    /// The stroke is given up and the document is as it was before.
    pub fn cancel(self, document: &mut Document) {
        fn cancel<P: PaintValue>(stroke: GridStroke<P>, grid: Option<&mut TileGrid<P>>) {
            if let Some(grid) = grid {
                stroke.cancel(grid);
            }
        }
        let layer = document.layer_mut(self.layer);
        match self.stroke {
            Stroke::Mask(stroke) => cancel(stroke, layer.and_then(Layer::mask_mut)),
            Stroke::Pixels(stroke) => cancel(stroke, layer.and_then(Layer::pixels_mut)),
        }
    }
}

#[cfg(test)]
#[path = "stroke_tests.rs"]
mod tests;
