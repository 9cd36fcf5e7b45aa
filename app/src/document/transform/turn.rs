//! Turning and skewing the whole picture by any angle.

use super::canvas::MakeGrid;
use super::filter::Sample;
use super::{Filter, Projection, projected};
use crate::document::tiles::TileGrid;
use crate::document::{CanvasSize, Document, DocumentError, Edit};

/// Skews the picture and turns it then, both about its middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FreeTurn {
    /// Degrees clockwise.
    pub angle: f64,
    /// Degrees by which the upright sides lean, top to the left; above -90 and below 90.
    pub skew: f64,
    /// The canvas grows or shrinks to what the picture has become; otherwise it keeps its size and corners are cut off.
    pub fits_canvas: bool,
}

impl FreeTurn {
    fn linear(&self) -> Projection {
        Projection::skewing(self.skew.to_radians().tan(), 0.0).then(Projection::rotation(self.angle))
    }

    /// Of the canvas that comes of one of this size.
    ///
    /// # Errors
    /// A side would be too long.
    pub fn size_of(&self, old: CanvasSize) -> Result<CanvasSize, DocumentError> {
        if !self.fits_canvas {
            return Ok(old);
        }
        let (width, height) = (f64::from(old.width()), f64::from(old.height()));
        let diagonals = [[width, height], [width, -height]].map(|corner| self.linear().apply(corner).unwrap_or(corner));
        let side = |axis: usize| {
            let longest = diagonals.iter().fold(0.0f64, |longest, diagonal| longest.max(diagonal[axis].abs()));
            // What is less than a thousandth of a pixel is rounding.
            (longest - 1e-3).ceil().clamp(1.0, f64::from(u32::MAX)) as u32
        };
        CanvasSize::new(side(0), side(1))
    }

    /// From the old canvas to the new one.
    #[must_use]
    pub fn projection(&self, old: CanvasSize, new: CanvasSize) -> Projection {
        let middle = |size: CanvasSize| [f64::from(size.width()) / 2.0, f64::from(size.height()) / 2.0];
        let from_middle = Projection::translation(middle(old).map(|side| -side));
        from_middle.then(self.linear()).then(Projection::translation(middle(new)))
    }
}

impl Document {
    /// Turns and skews every layer, every mask and the selection; what is added to the canvas is transparent. `None`
    /// where nothing changes.
    ///
    /// # Errors
    /// The canvas would become too large.
    pub fn turn_freely(&mut self, turn: FreeTurn, filter: Filter) -> Result<Option<Edit>, DocumentError> {
        let size = turn.size_of(self.size())?;
        let projection = turn.projection(self.size(), size);
        if projection == Projection::IDENTITY && size == self.size() {
            return Ok(None);
        }
        Ok(Some(self.remake("Rotate picture", size, &TurnGrid { size, projection, filter })))
    }
}

struct TurnGrid {
    size: CanvasSize,
    projection: Projection,
    filter: Filter,
}

impl MakeGrid for TurnGrid {
    fn of<P: Sample>(&self, grid: &TileGrid<P>) -> TileGrid<P> {
        let turned = projected(grid, self.projection, self.size, self.filter);
        turned.unwrap_or_else(|| TileGrid::filled(self.size, P::default()))
    }

    fn projection(&self, _old: CanvasSize) -> Projection {
        self.projection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        Document::blank(CanvasSize::new(300, 200).unwrap(), [10, 200, 30, 255])
    }

    const TURN: FreeTurn = FreeTurn { angle: 0.0, skew: 0.0, fits_canvas: true };

    #[test]
    fn the_canvas_grows_to_what_the_picture_becomes() {
        let size = |turn: FreeTurn| {
            let size = turn.size_of(document().size()).unwrap();
            [size.width(), size.height()]
        };
        assert_eq!(size(TURN), [300, 200]);
        assert_eq!(size(FreeTurn { angle: 90.0, ..TURN }), [200, 300]);
        // 300 cos 30° + 200 sin 30°, 300 sin 30° + 200 cos 30°
        assert_eq!(size(FreeTurn { angle: 30.0, ..TURN }), [360, 324]);
        assert_eq!(size(FreeTurn { angle: -30.0, ..TURN }), [360, 324]);
        assert_eq!(size(FreeTurn { skew: 45.0, ..TURN }), [500, 200]);
        assert_eq!(size(FreeTurn { angle: 30.0, fits_canvas: false, ..TURN }), [300, 200]);
    }

    #[test]
    fn turned_by_an_angle_the_corners_are_empty_and_undo_brings_all_back() {
        let mut document = document();
        let before = document.to_image();
        let edit = document.turn_freely(FreeTurn { angle: 30.0, ..TURN }, Filter::Bicubic).unwrap().unwrap();
        let picture = document.flattened();
        assert_eq!((picture.pixel(0, 0), picture.pixel(180, 162)[3]), ([0; 4], 65535));
        // The top left corner comes to 100 = 200 sin 30° from the left; 6 pixels below it lies 14 wide between its sides.
        assert_eq!([93, 99, 108, 114].map(|x| picture.pixel(x, 6)[3]), [0, 65535, 65535, 0]);
        edit.revert(&mut document);
        assert_eq!(document.to_image(), before);
        assert!(document.turn_freely(TURN, Filter::Bicubic).unwrap().is_none());
    }

    #[test]
    fn a_canvas_that_would_be_too_large_is_refused() {
        let largest = CanvasSize::new(16384, 16384).unwrap();
        assert!(FreeTurn { angle: 45.0, ..TURN }.size_of(largest).is_err());
        assert!(FreeTurn { angle: 90.0, ..TURN }.size_of(largest).is_ok());
    }
}
