//! Moving, scaling, turning, skewing and views in perspective; other sizes of canvas and picture.
//!
//! All of it works on premultiplied values, so that transparent pixels lend no colour to their neighbours. What only moves
//! pixels about (whole numbers, quarter turns, flips) changes none.

mod canvas;
mod filter;
mod grids;
mod layers;
mod preview;
mod projection;
mod scale;
mod turn;
mod warp;

pub use canvas::{Anchor, Turn};
pub use filter::Filter;
pub use preview::{PreviewPicture, TransformPreview};
pub use projection::{Point, Projection};
pub use turn::FreeTurn;

use filter::Sample;
use grids::{ExactMove, moved};
use scale::{Axis, Edge, rescaled};

use super::CanvasSize;
use super::tiles::TileGrid;

/// A canvas of `size` with what a projection of old places to new ones makes of `source`; beyond the old canvas there is
/// nothing. `None` if the projection leaves nothing of the plane.
fn projected<P: Sample>(
    source: &TileGrid<P>,
    projection: Projection,
    size: CanvasSize,
    filter: Filter,
) -> Option<TileGrid<P>> {
    if let Some(exact) = ExactMove::of(projection) {
        return Some(moved(source, size, exact));
    }
    match projection.inverse()?.as_scaling() {
        Some(axes) => {
            let axes = axes.map(|(step, start)| Axis { start, step });
            Some(rescaled(source, size, axes, filter, Edge::Transparent))
        }
        None => warp::warped(source, projection, size, filter),
    }
}

#[cfg(test)]
mod tests;
