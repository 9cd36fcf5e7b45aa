//! Polygons to pixels: each pixel gets the share of its area that lies inside.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::tilewise::{FULL, Made, grid_of_made, tile_of_rows};
use crate::document::tiles::{TILE_SIDE, TileGrid, TilePos, positions_in};
use crate::document::workers::on_workers;
use crate::document::{CanvasSize, PixelRect};

/// What is inside an outline that crosses itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FillRule {
    /// Everything the outline goes around at all.
    #[default]
    NonZero,
    /// What it goes around an odd number of times.
    EvenOdd,
}

/// Beyond this many pixels from the canvas a corner is drawn in; no screen reaches so far.
const FAR: f64 = 1e7;

/// Selects the inside of a closed polygon; the last corner joins the first.
///
/// `corners` in canvas pixels (the first pixel's centre is at 0.5, 0.5), in either direction, on the canvas or beyond;
/// those that are no numbers are left out. The coverage of each pixel is the exact area (to 1/65535) of its part inside,
/// except for pixels in which the outline crosses itself.
///
/// Signed areas are accumulated edge by edge and summed along each row, as in Raph Levien's font-rs.
#[must_use]
pub fn polygon(size: CanvasSize, corners: &[[f32; 2]], rule: FillRule) -> TileGrid<u16> {
    let corners: Vec<_> = corners
        .iter()
        .filter(|corner| corner.iter().all(|place| place.is_finite()))
        .map(|corner| corner.map(|place| f64::from(place).clamp(-FAR, FAR)))
        .collect();
    let rect = bounds_of(&corners).intersect(size.bounds());
    let edges: Vec<_> = corners.iter().copied().zip(corners.iter().copied().cycle().skip(1)).collect();
    let mut bands: Vec<u32> = positions_in(rect).map(|at| at.row).collect();
    bands.dedup();
    let draw = |row: u32| {
        let top = row * TILE_SIDE;
        draw_band(rect.intersect(PixelRect { top, bottom: top + TILE_SIDE, ..rect }), &edges, rule)
    };
    grid_of_made(size, on_workers(|| bands.into_par_iter().flat_map_iter(draw).collect()))
}

/// The pixels that a polygon touches.
fn bounds_of(corners: &[[f64; 2]]) -> PixelRect {
    let low = |axis: usize| corners.iter().map(|corner| corner[axis]).fold(f64::INFINITY, f64::min).floor().max(0.0);
    let high = |axis: usize| corners.iter().map(|corner| corner[axis]).fold(0.0, f64::max).ceil();
    PixelRect { left: low(0) as u32, top: low(1) as u32, right: high(0) as u32, bottom: high(1) as u32 }
}

/// The polygon's tiles in one row of tiles; `band` is the part of it that the polygon may touch.
fn draw_band(band: PixelRect, edges: &[([f64; 2], [f64; 2])], rule: FillRule) -> Vec<(TilePos, Made)> {
    let mut areas = Areas::new(band);
    for (from, to) in edges {
        areas.add_edge(*from, *to);
    }
    let coverage = areas.into_coverage(rule);
    let row_length = band.width() as usize;
    let tile_at = |at: TilePos| {
        let tile = tile_of_rows(at, band, |left, y, row: &mut [u16]| {
            let start = (y - band.top) as usize * row_length + (left - band.left) as usize;
            if let Some(covered) = coverage.get(start..start + row.len()) {
                row.copy_from_slice(covered);
            }
        });
        (at, Made::New(tile))
    };
    positions_in(band).map(tile_at).collect()
}

/// How much the signed area right of the outline changes from each pixel to the next, for the rows of a rectangle.
struct Areas {
    rect: PixelRect,
    /// Cells of a row: one a pixel, and one for what ends at the right edge.
    row_length: usize,
    cells: Vec<f32>,
}

impl Areas {
    fn new(rect: PixelRect) -> Self {
        let row_length = rect.width() as usize + 1;
        Self { rect, row_length, cells: vec![0.0; row_length * rect.height() as usize] }
    }

    /// Adds an edge of the outline, in canvas pixels, wherever it lies.
    fn add_edge(&mut self, from: [f64; 2], to: [f64; 2]) {
        if from[1] == to[1] {
            return;
        }
        let (direction, upper, lower) = if from[1] < to[1] { (1.0, from, to) } else { (-1.0, to, from) };
        let slope = (lower[0] - upper[0]) / (lower[1] - upper[1]);
        let x_at = |y: f64| upper[0] + (y - upper[1]) * slope;
        let (top, bottom) = (upper[1].max(f64::from(self.rect.top)), lower[1].min(f64::from(self.rect.bottom)));
        if top >= bottom {
            return;
        }
        for y in top.floor() as u32..bottom.ceil() as u32 {
            let (start, end) = (top.max(f64::from(y)), bottom.min(f64::from(y + 1)));
            self.add_part(y, [x_at(start), x_at(end)], direction * (end - start));
        }
    }

    /// Adds a part of an edge inside row `y`, of signed height `height`, cut where it leaves the rectangle sidewards.
    fn add_part(&mut self, y: u32, [from, to]: [f64; 2], height: f64) {
        let (left, right) = (f64::from(self.rect.left), f64::from(self.rect.right));
        let (low, high) = (from.min(to), from.max(to));
        let width = high - low;
        // The part beyond a side counts as if it ran along that side.
        let share = |from: f64, to: f64| if width > 0.0 { (to - from).max(0.0) / width } else { 0.0 };
        let before = if high <= left { 1.0 } else { share(low, high.min(left)) };
        let after = if low >= right { 1.0 } else { share(low.max(right), high) };
        if before > 0.0 {
            self.add_inside(y, 0.0, 0.0, height * before);
        }
        let inside = 1.0 - before - after;
        if inside > 0.0 {
            self.add_inside(y, low.max(left) - left, high.min(right) - left, height * inside);
        }
    }

    /// Adds a straight part of signed height `height` from `low` to `high`, in pixels from the rectangle's left side.
    fn add_inside(&mut self, y: u32, low: f64, high: f64, height: f64) {
        let start = (y - self.rect.top) as usize * self.row_length;
        let Some(cells) = self.cells.get_mut(start..start + self.row_length) else { return };
        let mut add = |index: usize, area: f64| {
            if let Some(cell) = cells.get_mut(index) {
                *cell += area as f32;
            }
        };
        let first = low as usize;
        if high <= (first + 1) as f64 {
            let covered = height * ((first + 1) as f64 - 0.5 * (low + high));
            add(first, covered);
            add(first + 1, height - covered);
            return;
        }
        // Right of the part lies as much of a line through pixel `x` as the part has gone down before it: the integral
        // over the pixel is its area.
        let per_pixel = height / (high - low);
        let mut before = 0.0;
        for index in first..high.ceil() as usize {
            let (from, to) = (low.max(index as f64), high.min((index + 1) as f64));
            let under_part = 0.5 * per_pixel * ((to - low).powi(2) - (from - low).powi(2));
            let covered = under_part + height * ((index + 1) as f64 - to) * f64::from(u8::from(to == high));
            add(index, covered - before);
            before = covered;
        }
        add(high.ceil() as usize, height - before);
    }

    /// Sums each row up to 65535ths of covered pixels.
    fn into_coverage(self, rule: FillRule) -> Vec<u16> {
        let mut coverage = Vec::with_capacity(self.cells.len());
        for cells in self.cells.chunks_exact(self.row_length) {
            let mut area = 0.0;
            for cell in cells.iter().take(self.row_length - 1) {
                area += f64::from(*cell);
                let inside = match rule {
                    FillRule::NonZero => area.abs().min(1.0),
                    FillRule::EvenOdd => 1.0 - (area.abs().rem_euclid(2.0) - 1.0).abs(),
                };
                coverage.push((inside * f64::from(FULL)).round() as u16);
            }
        }
        coverage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> CanvasSize {
        CanvasSize::new(width, height).unwrap()
    }

    fn row(grid: &TileGrid<u16>, y: u32, left: u32, right: u32) -> Vec<u16> {
        (left..right).map(|x| grid.pixel(x, y)).collect()
    }

    /// The covered area by counting 64 x 64 points in each pixel, with the winding number of each.
    fn by_counting(corners: &[[f32; 2]], x: u32, y: u32, rule: FillRule) -> f64 {
        let points = (0..64).flat_map(|i| (0..64).map(move |j| (i, j)));
        let inside = points.filter(|(i, j)| {
            let px = f64::from(x) + (f64::from(*i) + 0.5) / 64.0;
            let py = f64::from(y) + (f64::from(*j) + 0.5) / 64.0;
            let mut winding = 0;
            for (index, a) in corners.iter().enumerate() {
                let b = corners[(index + 1) % corners.len()];
                let ([ax, ay], [bx, by]) = (a.map(f64::from), b.map(f64::from));
                if (ay <= py) != (by <= py) && ax + (py - ay) / (by - ay) * (bx - ax) < px {
                    winding += if ay < by { 1 } else { -1 };
                }
            }
            match rule {
                FillRule::NonZero => winding != 0,
                FillRule::EvenOdd => winding % 2 != 0,
            }
        });
        inside.count() as f64 / 4096.0
    }

    #[test]
    fn a_rectangle_off_the_grid_covers_its_edge_pixels_in_part() {
        let grid = polygon(size(8, 8), &[[1.25, 2.0], [4.5, 2.0], [4.5, 5.0], [1.25, 5.0]], FillRule::NonZero);
        assert_eq!(row(&grid, 1, 0, 6), [0; 6]);
        assert_eq!(row(&grid, 2, 0, 6), [0, 49151, 65535, 65535, 32768, 0]);
        assert_eq!(row(&grid, 4, 0, 6), [0, 49151, 65535, 65535, 32768, 0]);
        assert_eq!(row(&grid, 5, 0, 6), [0; 6]);
    }

    #[test]
    fn coverage_is_the_area_inside_whatever_the_slope() {
        let corners = [[1.3, 0.4], [11.8, 3.1], [9.2, 11.7], [2.6, 9.9]];
        let backwards: Vec<_> = corners.iter().rev().copied().collect();
        let grid = polygon(size(13, 13), &corners, FillRule::NonZero);
        let same = polygon(size(13, 13), &backwards, FillRule::EvenOdd);
        for (x, y) in (0..13).flat_map(|y| (0..13).map(move |x| (x, y))) {
            let (covered, counted) =
                (f64::from(grid.pixel(x, y)) / 65535.0, by_counting(&corners, x, y, FillRule::NonZero));
            assert!((covered - counted).abs() < 0.01, "{x}, {y}: {covered} is not {counted}");
            assert!(grid.pixel(x, y).abs_diff(same.pixel(x, y)) <= 1);
        }
        let area: f64 = (0..169).map(|i| f64::from(grid.pixel(i % 13, i / 13)) / 65535.0).sum();
        let exact = 0.5
            * (0..4).map(|i| (corners[i], corners[(i + 1) % 4])).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f32>();
        assert!((area - f64::from(exact)).abs() < 1e-3, "{area} is not {exact}");
    }

    #[test]
    fn a_star_is_filled_or_hollow_by_the_rule() {
        let star: Vec<[f32; 2]> = (0..5)
            .map(|i| (f64::from(i) * 0.8 + 0.05) * std::f64::consts::PI)
            .map(|angle| [(20.0 + 18.0 * angle.sin()) as f32, (20.0 - 18.0 * angle.cos()) as f32])
            .collect();
        for rule in [FillRule::NonZero, FillRule::EvenOdd] {
            let grid = polygon(size(40, 40), &star, rule);
            assert_eq!(grid.pixel(20, 20), if rule == FillRule::NonZero { FULL } else { 0 });
            let far_off = (0..1600).filter(|i| {
                let covered = f64::from(grid.pixel(i % 40, i / 40)) / 65535.0;
                (covered - by_counting(&star, i % 40, i / 40, rule)).abs() > 0.02
            });
            let far_off = far_off.count();
            assert!(far_off <= 10, "only where the outline crosses itself: {far_off}");
        }
    }

    #[test]
    fn what_lies_beyond_the_canvas_is_cut_off_exactly() {
        let corners = [[-300.0, -200.0], [900.0, 100.0], [500.0, 1200.0], [-150.0, 700.0]];
        let small = polygon(size(520, 300), &corners, FillRule::NonZero);
        let large = polygon(size(1000, 1300), &corners, FillRule::NonZero);
        for (x, y) in (0..300).step_by(3).flat_map(|y| (0..520).map(move |x| (x, y))) {
            assert!(small.pixel(x, y).abs_diff(large.pixel(x, y)) <= 1, "{x}, {y}");
        }
    }

    #[test]
    fn a_canvas_sized_rectangle_is_full_everywhere_and_shares_its_tiles() {
        let grid =
            polygon(size(5000, 3000), &[[0.0, 0.0], [5000.0, 0.0], [5000.0, 3000.0], [0.0, 3000.0]], FillRule::NonZero);
        assert_eq!(grid.bytes(), TileGrid::filled(size(5000, 3000), FULL).bytes());
        assert_eq!((grid.pixel(0, 0), grid.pixel(4999, 2999)), (FULL, FULL));
    }

    #[test]
    fn polygons_of_nothing_select_nothing() {
        for corners in [&[][..], &[[3.0, 3.0]], &[[3.0, 3.0], [9.0, 9.0]], &[[f32::NAN, 1.0], [2.0, f32::INFINITY]]] {
            assert_eq!(polygon(size(20, 20), corners, FillRule::NonZero).bytes(), 0);
        }
        let huge = [[-f32::MAX, -f32::MAX], [f32::MAX, -f32::MAX], [f32::MAX, f32::MAX], [-f32::MAX, f32::MAX]];
        assert_eq!(polygon(size(20, 20), &huge, FillRule::NonZero).pixel(7, 7), FULL);
    }
}
