//! Fills: of a region about a pixel, of what is selected, and with gradients.
//!
//! First it is found out where and how much (a grid of coverage, as a selection), then ink is laid through that.

mod bucket;
mod eyedropper;
mod gap;
mod gradient;
mod ink;
mod lift;
mod operations;

pub use bucket::Bucket;
pub use gradient::{Gradient, GradientShape, GradientStop, Repeat};
pub use lift::{lifted, paste};
pub use operations::{clear, fill, lay_gradient};

pub(crate) use eyedropper::color_around;
