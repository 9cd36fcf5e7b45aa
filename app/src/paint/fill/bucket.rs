//! The region that the bucket fills.

use super::gap::closed_region;
use crate::document::TileGrid;
use crate::document::selection::{Made, grid_of};
use crate::document::selection::{Matches, PixelSource, Similarity, feathered, grown, masked, reached_from};

/// How the bucket finds its region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// The most by which a channel may differ from that of the pixel clicked, 0 to 65535.
    pub tolerance: u16,
    pub is_antialiased: bool,
    /// Only what hangs together with the pixel clicked.
    pub is_contiguous: bool,
    /// Openings of outlines up to so many pixels wide are taken for closed, up to [`Bucket::MAX_GAP`]; 0 takes them as
    /// they are. Only where the region is contiguous.
    pub gap: f32,
    /// So many pixels are added around the region, to reach under the soft edges of lines.
    pub grow: f32,
    /// Softens the region's edge over so many pixels.
    pub feather: f32,
}

impl Default for Bucket {
    fn default() -> Self {
        Self { tolerance: 8 * 257, is_antialiased: true, is_contiguous: true, gap: 0.0, grow: 0.0, feather: 0.0 }
    }
}

impl Bucket {
    /// Pixels.
    pub const MAX_GAP: f32 = 100.0;

    /// The region about the pixel at `seed`, as coverage; empty where `seed` lies beside the canvas.
    #[must_use]
    pub(crate) fn region(&self, source: &dyn PixelSource, seed: [u32; 2]) -> TileGrid<u16> {
        let size = source.size();
        let [x, y] = seed;
        if !size.bounds().contains(x, y) {
            return TileGrid::filled(size, 0);
        }
        let similarity =
            Similarity { color: source.pixel(x, y), tolerance: self.tolerance, is_antialiased: self.is_antialiased };
        let matches = Matches::new(source, similarity);
        let region = if !self.is_contiguous {
            matches.everywhere()
        } else if self.gap >= 1.0 {
            let reached = closed_region(&matches, seed, self.gap.min(Self::MAX_GAP));
            grid_of(size, reached.keys().copied(), |at| {
                reached.get(&at).map_or(Made::Empty, |bits| Made::New(masked(matches.tile(at), bits)))
            })
        } else {
            reached_from(&matches, seed)
        };
        feathered(&grown(&region, self.grow), self.feather)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::selection::{Combine, combine, ellipse, rectangle};
    use crate::document::{CanvasSize, Document, Pixel};

    const WHITE: Pixel = [65535; 4];

    fn size() -> CanvasSize {
        CanvasSize::new(700, 600).unwrap()
    }

    /// Black lines on white.
    fn drawing(lines: &TileGrid<u16>) -> TileGrid<Pixel> {
        TileGrid::from_rows(size(), |left, y, row| {
            for (x, pixel) in (left..).zip(row) {
                let level = 65535 - lines.pixel(x, y);
                *pixel = [level, level, level, 65535];
            }
        })
    }

    /// A ring with an opening of `gap` pixels at its right, an inner radius of 150 and 6 pixels thick.
    fn ring(gap: f32) -> TileGrid<u16> {
        let disc = |radius: f32| ellipse(size(), [300.0 - radius, 300.0 - radius], [300.0 + radius, 300.0 + radius]);
        let ring = combine(&disc(156.0), &disc(150.0), Combine::Subtract);
        let opening = rectangle(size(), [400.0, 300.0 - gap / 2.0], [500.0, 300.0 + gap / 2.0]);
        combine(&ring, &opening, Combine::Subtract)
    }

    fn area(region: &TileGrid<u16>) -> f64 {
        region.positions().filter_map(|at| region.tile(at)).flatten().map(|value| f64::from(*value) / 65535.0).sum()
    }

    #[test]
    fn a_closed_outline_is_filled_to_its_edge_and_an_open_one_runs_out() {
        let bucket = Bucket { tolerance: 20000, ..Bucket::default() };
        let inside = bucket.region(&drawing(&ring(0.0)), [300, 300]);
        let disc = std::f64::consts::PI * 150.0 * 150.0;
        assert!((area(&inside) / disc - 1.0).abs() < 0.01, "{}", area(&inside) / disc);
        let everywhere = bucket.region(&drawing(&ring(8.0)), [300, 300]);
        assert_eq!(everywhere.pixel(5, 5), 65535);
    }

    #[test]
    fn gaps_up_to_the_width_asked_for_hold() {
        let disc = std::f64::consts::PI * 150.0 * 150.0;
        for (gap, closes, holds) in [(8.0, 8.0, true), (8.0, 30.0, true), (20.0, 10.0, false), (20.0, 20.0, true)] {
            let bucket = Bucket { tolerance: 20000, gap: closes, ..Bucket::default() };
            let drawing = drawing(&ring(gap));
            let inside = bucket.region(&drawing, [300, 300]);
            assert_eq!(inside.pixel(5, 5) == 0, holds, "a gap of {gap} with {closes}");
            if holds {
                let share = area(&inside) / disc;
                assert!((0.99..1.02).contains(&share), "corners and edges are filled: {share}");
            }
            let outside = bucket.region(&drawing, [690, 590]);
            assert_eq!(outside.pixel(300, 300) == 0, holds, "from outside");
            assert_eq!((outside.pixel(0, 0), outside.pixel(699, 0), outside.pixel(470, 310)), (65535, 65535, 65535));
        }
    }

    #[test]
    fn a_click_close_to_the_line_fills_the_same_region() {
        let bucket = Bucket { tolerance: 20000, gap: 20.0, ..Bucket::default() };
        let drawing = drawing(&ring(10.0));
        let middle = bucket.region(&drawing, [300, 300]);
        let edge = bucket.region(&drawing, [152, 300]);
        assert!(middle.positions().all(|at| middle.tile(at) == edge.tile(at)));
    }

    #[test]
    fn corners_are_filled_into_their_points_with_gap_closing_as_without() {
        let square = combine(
            &rectangle(size(), [200.0, 200.0], [530.0, 530.0]),
            &rectangle(size(), [204.0, 204.0], [526.0, 526.0]),
            Combine::Subtract,
        );
        let drawing = drawing(&square);
        for gap in [0.0, 30.0, 100.0] {
            let bucket = Bucket { gap, ..Bucket::default() };
            let inside = bucket.region(&drawing, [300, 300]);
            assert_eq!(area(&inside).round(), 322.0 * 322.0, "gap {gap}");
            assert_eq!((inside.pixel(204, 204), inside.pixel(525, 525), inside.pixel(203, 204)), (65535, 65535, 0));
        }
    }

    #[test]
    fn a_region_narrower_than_the_gap_can_still_be_filled() {
        let bars = combine(
            &rectangle(size(), [100.0, 100.0], [600.0, 103.0]),
            &rectangle(size(), [100.0, 108.0], [600.0, 111.0]),
            Combine::Add,
        );
        let region = Bucket { gap: 40.0, ..Bucket::default() }.region(&drawing(&bars), [300, 105]);
        assert_eq!((region.pixel(105, 105), region.pixel(595, 107), region.pixel(300, 102)), (65535, 65535, 0));
    }

    #[test]
    fn without_contiguity_everything_alike_is_filled() {
        let region = Bucket { is_contiguous: false, ..Bucket::default() }.region(&drawing(&ring(0.0)), [300, 300]);
        assert_eq!((region.pixel(300, 300), region.pixel(5, 5), region.pixel(453, 300)), (65535, 65535, 0));
    }

    #[test]
    fn growing_reaches_under_the_line() {
        let bucket = Bucket { tolerance: 20000, grow: 3.0, ..Bucket::default() };
        let region = bucket.region(&drawing(&ring(0.0)), [300, 300]);
        assert_eq!((region.pixel(451, 300), region.pixel(455, 300)), (65535, 0));
    }

    #[test]
    fn a_blank_canvas_is_filled_whole_and_a_click_beside_it_fills_nothing() {
        let blank = TileGrid::filled(size(), WHITE);
        let bucket = Bucket { gap: 10.0, ..Bucket::default() };
        assert_eq!(area(&bucket.region(&blank, [0, 0])), 700.0 * 600.0);
        assert_eq!(area(&bucket.region(&blank, [700, 0])), 0.0);
        assert_eq!(area(&Bucket::default().region(&blank, [3, 3])), 700.0 * 600.0);
        assert_eq!(Document::opaque_pixel([255; 3]), WHITE);
    }
}
