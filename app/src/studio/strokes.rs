//! Strokes on the document: one at a time, one edit each.

use super::Studio;
use crate::document::PixelRect;
use crate::language::{text_with, told};
use crate::paint::{Brush, Ink, PenSample, StrokeBuilder, Symmetry};

impl Studio {
    /// Whether a stroke is being drawn or figures are being moved; nothing else may change the document then.
    #[must_use]
    pub fn is_painting(&self) -> bool {
        self.stroke.is_some() || self.posing.is_some()
    }

    /// Begins a stroke. A result that waits on the canvas goes back to the strip, for it would hide the stroke.
    pub fn begin_stroke(&mut self, brush: Brush, ink: Ink, symmetry: Symmetry, sample: PenSample) {
        self.finish_stroke();
        self.reject_shown();
        // What these answer while the stroke goes on is what they answered before it.
        let _ = (self.mask_bounds(), self.masks(), self.is_blank());
        let ink = self.ink_on_hint(ink);
        match StrokeBuilder::begin_symmetric(&mut self.document, brush, ink, symmetry, sample) {
            Ok(stroke) => {
                // What else has changed since the view last looked is not known.
                self.stroke_dirty = None;
                self.stroke = Some(stroke);
            }
            Err(error) => self.notices.say(text_with("nothing-painted", &[("why", told(&error).into())])),
        }
    }

    /// Draws on through all of a frame's samples.
    pub fn extend_stroke(&mut self, samples: &[PenSample]) {
        if let Some(stroke) = &mut self.stroke {
            let dirty = stroke.extend(&mut self.document, samples);
            self.stroke_dirty = self.stroke_dirty.map(|before| before.union(dirty));
        }
    }

    /// All of the picture and the mask that has changed since this was asked last; none where the stroke in progress
    /// is not all that may have changed them.
    pub fn take_stroke_dirty(&mut self) -> Option<PixelRect> {
        let next = self.is_painting().then_some(PixelRect::EMPTY);
        std::mem::replace(&mut self.stroke_dirty, next).filter(|_| self.is_painting())
    }

    pub fn finish_stroke(&mut self) {
        self.stroke_dirty = None;
        let edit = self.stroke.take().and_then(|stroke| stroke.finish(&mut self.document));
        if let Some(edit) = edit {
            self.remember(edit);
        }
    }

    /// The document is as before the stroke.
    pub fn cancel_stroke(&mut self) {
        self.stroke_dirty = None;
        if let Some(stroke) = self.stroke.take() {
            stroke.cancel(&mut self.document);
        }
    }
}
