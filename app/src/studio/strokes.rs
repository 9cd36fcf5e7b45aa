//! Strokes on the document: one at a time, one edit each.

use super::Studio;
use crate::paint::{Brush, Ink, PenSample, StrokeBuilder};

impl Studio {
    /// Whether a stroke is being drawn; nothing else may change the document then.
    #[must_use]
    pub fn is_painting(&self) -> bool {
        self.stroke.is_some()
    }

    /// Begins a stroke. A result that waits on the canvas goes back to the strip, for it would hide the stroke.
    pub fn begin_stroke(&mut self, brush: Brush, ink: Ink, sample: PenSample) {
        self.finish_stroke();
        self.reject_shown();
        // What these answer while the stroke goes on is what they answered before it.
        let _ = (self.mask_bounds(), self.is_blank());
        self.stroke = Some(StrokeBuilder::begin(&mut self.document, brush, ink, sample));
    }

    /// Draws on through all of a frame's samples.
    pub fn extend_stroke(&mut self, samples: &[PenSample]) {
        if let Some(stroke) = &mut self.stroke {
            stroke.extend(&mut self.document, samples);
        }
    }

    pub fn finish_stroke(&mut self) {
        let edit = self.stroke.take().and_then(|stroke| stroke.finish(&mut self.document));
        if let Some(edit) = edit {
            self.history.push(edit);
        }
    }

    /// The document is as before the stroke.
    pub fn cancel_stroke(&mut self) {
        if let Some(stroke) = self.stroke.take() {
            stroke.cancel(&mut self.document);
        }
    }
}
