//! Painting: pen samples in, dabs laid down, changed tiles out.
//!
//! The way of a stroke: [`PenSample`] -> stabiliser -> curve through the samples -> a dab each time the pen has gone the
//! brush's spacing, with what the pen's pressure, tilt and speed make of it -> symmetric copies -> the dabs' coverage ->
//! ink mixed into tiles, either as one wash ([`Brush::opacity`] is the most that a stroke covers, as in Krita's wash mode)
//! or dab by dab. Sees neither the window nor the engine.

pub mod bench;
mod brush;
mod build_up;
mod color;
mod curve;
mod dab;
mod disc;
mod dynamics;
mod ellipse;
pub mod fill;
mod grid_stroke;
mod ground;
mod library;
mod limits;
mod mix_row;
mod parameters;
mod path;
mod picture;
mod preset;
mod preview;
mod random;
mod smudge;
mod spline;
mod stabilizer;
mod stamp;
mod stroke;
mod symmetry;
mod touched;
mod value;
mod wash;

pub use brush::{Brush, GrainMode, SmudgeMode, StabilizerKind};
pub use color::{hsv_of, rgb_of};
pub use curve::{Curve, CurveError};
pub use dynamics::{Driven, Dynamic, Input};
pub use library::{BrushLibrary, BrushReadError, LibraryError, PresetEntry};
pub use limits::Limits;
pub use parameters::{Choice, Group, Kind, Number, PARAMETERS, Parameter, Unit};
pub use picture::{BrushPicture, GrayPicture, PictureKind};
pub use preset::{BrushPreset, Expected, PresetError};
pub use preview::preview;
pub use stroke::{Ink, StrokeBuilder};
pub use symmetry::{CanvasMap, Symmetry};

/// Where the pen was and how it was held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PenSample {
    /// Pixels from the canvas's top left corner; the centre of the first pixel is at 0.5, 0.5.
    pub pos_in_canvas: [f32; 2],
    /// 0 (hovering) to 1 (all the way); a mouse presses with 1 where nothing else is known.
    pub pressure: f32,
    /// Degrees that the pen leans to the right and towards the painter, each -90 to 90; 0, 0 is upright.
    pub tilt: [f32; 2],
    /// Seconds since any fixed moment.
    pub time: f64,
}

impl PenSample {
    /// Pressed fully, upright, at no time in particular.
    #[must_use]
    pub fn at(pos_in_canvas: [f32; 2]) -> Self {
        Self { pos_in_canvas, pressure: 1.0, tilt: [0.0; 2], time: 0.0 }
    }
}
