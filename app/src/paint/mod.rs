//! Painting: pen samples in, dabs laid down, changed tiles out.
//!
//! A stroke keeps how far each pixel is covered apart from the picture and mixes ink into the tiles as they were when
//! it began. So a stroke never covers more than its opacity however often it crosses itself (Krita's wash mode), and
//! overlapping dabs leave no lumps.

pub mod bench;
mod brush;
mod dab;
pub mod fill;
mod path;
mod stroke;

pub use brush::Brush;
pub use stroke::{Ink, StrokeBuilder};

/// Where the pen was and how hard it was pressed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PenSample {
    /// Pixels from the canvas's top left corner; the centre of the first pixel is at 0.5, 0.5.
    pub pos_in_canvas: [f32; 2],
    /// 0 (hovering) to 1 (all the way); a mouse presses with 1.
    pub pressure: f32,
    /// Seconds since any fixed moment.
    pub time: f64,
}
