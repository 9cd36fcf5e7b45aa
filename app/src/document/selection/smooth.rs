//! Rounding off, and hard edges.

use super::blur::blurred;
use super::tilewise::{Content, FULL, Made, content_of, map_values, whole_grid_of};
use crate::document::tiles::TileGrid;

/// Rounds the corners of a selection off; specks and pits of less than `radius` pixels vanish, straight edges stay.
///
/// A disc loses its middle to a Gaussian that is wider than the disc by `sqrt(2 ln 2)`. Then the blurred edge is made as
/// steep again as an anti-aliased one: one pixel wide.
#[must_use]
pub fn smoothed(selection: &TileGrid<u16>, radius: f32) -> TileGrid<u16> {
    let sigma = radius / (2.0 * std::f32::consts::LN_2).sqrt();
    let blurred = blurred(selection, sigma);
    // A straight edge under a Gaussian rises by 1 / (sigma sqrt(2 pi)) a pixel in its middle.
    let steepness = (sigma * (2.0 * std::f32::consts::PI).sqrt()).max(1.0);
    whole_grid_of(selection.size(), |at| match content_of(&blurred, at) {
        Content::Mixed => Made::New(map_values(&blurred, at, |value| {
            let share = f32::from(value) / f32::from(FULL);
            (((share - 0.5) * steepness + 0.5).clamp(0.0, 1.0) * f32::from(FULL)).round() as u16
        })),
        Content::Full => Made::Full,
        Content::Empty => Made::Empty,
    })
}

/// Without partly selected pixels: each is selected wholly or not at all.
#[must_use]
pub fn hardened(selection: &TileGrid<u16>) -> TileGrid<u16> {
    whole_grid_of(selection.size(), |at| match content_of(selection, at) {
        Content::Mixed => Made::New(map_values(selection, at, |value| if value > FULL / 2 { FULL } else { 0 })),
        Content::Full => Made::Full,
        Content::Empty => Made::Empty,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;
    use crate::document::selection::{Combine, combine, ellipse, rectangle};

    #[test]
    fn specks_and_pits_vanish_and_straight_edges_stay_where_they_are() {
        let size = CanvasSize::new(400, 400).unwrap();
        let square = rectangle(size, [50.0, 50.0], [300.0, 300.0]);
        let speck = ellipse(size, [340.0, 100.0], [348.0, 108.0]);
        let pit = ellipse(size, [200.0, 200.0], [208.0, 208.0]);
        let rough = combine(&combine(&square, &speck, Combine::Add), &pit, Combine::Subtract);
        let smooth = smoothed(&rough, 6.0);
        assert_eq!(smooth.pixel(344, 104), 0);
        assert_eq!(smooth.pixel(204, 204), FULL);
        assert!(smooth.pixel(49, 175) < 3000 && smooth.pixel(50, 175) > FULL - 3000, "the edge stays");
        assert_eq!((smooth.pixel(48, 175), smooth.pixel(52, 175)), (0, FULL), "and stays sharp");
        assert_eq!(smooth.pixel(50, 50), 0, "the corner is round");
        let far_larger = smoothed(&ellipse(size, [100.0, 100.0], [120.0, 120.0]), 6.0);
        assert_eq!(far_larger.pixel(110, 110), FULL, "what is larger stays");
    }
}
