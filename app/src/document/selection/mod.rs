//! Selections, and what can be done to them and to masks alike: pure functions from grid to grid.
//!
//! A selection is a grid of coverage: 65535 is selected, 0 is not. Everything here leaves tiles alone that it does not
//! change, and tiles that are wholly selected share their memory; so the time something takes grows with the length of
//! the selection's edge rather than with the canvas.

#[cfg(test)]
mod against_scipy;
mod bits;
mod blur;
mod combine;
mod dilate;
mod distance;
mod flood;
mod gaussian;
mod grow;
mod holes;
mod neighbours;
mod operations;
mod scan;
mod shapes;
mod similar;
mod smooth;
mod tilewise;
mod wand;

pub use blur::{blurred, feathered};
pub use combine::{Combine, combine, everything, inverted, is_empty};
pub use grow::{bordered, grown, shrunk};
pub use holes::holes_filled;
pub use operations::Refine;
pub use scan::{FillRule, polygon};
pub use shapes::{ellipse, rectangle};
pub use similar::Similarity;
pub use smooth::{hardened, smoothed};
pub use tilewise::bounds_of;

pub(crate) use bits::{BitLine, BitTile};
pub(crate) use flood::flood;
pub(crate) use similar::{AllLayers, Matches, PixelSource};
pub(crate) use tilewise::{Made, grid_of};
pub(crate) use wand::{color_range, contiguous, masked, reached_from};
