//! Strokes, one after the other, as a painter makes them in hours.

use crate::document::{CanvasSize, Document, DocumentError, History};
use crate::paint::{Brush, Ink, PenSample, StrokeBuilder};

/// Strokes of [`many_strokes`].
pub const MANY_STEPS: u32 = 1000;

/// Side of the picture that is painted on, in pixels.
const SIDE: u32 = 4096;
/// Width of the strokes, in pixels.
const DIAMETER: f32 = 60.0;

/// Paints on a white picture of 4096 x 4096 pixels: strokes of 600 pixels, each somewhere else and in another colour.
///
/// # Errors
/// The layer cannot be painted on.
pub fn many_strokes<P: Clone + PartialEq>(history: &mut History<P>) -> Result<Document, DocumentError> {
    let mut document = Document::blank(CanvasSize::new(SIDE, SIDE)?, [255; 4]);
    for number in 0..MANY_STEPS {
        let brush = Brush { diameter: DIAMETER, ..Brush::default() };
        let ink = Ink::Color([number as u8, (number / 4) as u8, 200]);
        let mut stroke = StrokeBuilder::begin(&mut document, brush, ink, sample_at(number, 0))?;
        let samples: Vec<_> = (1..=20).map(|step| sample_at(number, step)).collect();
        stroke.extend(&mut document, &samples);
        if let Some(edit) = stroke.finish(&mut document) {
            history.push(edit);
        }
        history.tidy();
    }
    Ok(document)
}

/// Down and to the right, from a place of its own.
fn sample_at(stroke: u32, step: u32) -> PenSample {
    let room = SIDE - 600;
    let begin = [stroke * 977 % room + 50, stroke * 613 % room + 50];
    PenSample::at(begin.map(|at| (at + 21 * step) as f32))
}
