//! Rectangles and ellipses, as the selection tools draw them.

use super::scan::{FillRule, polygon};
use crate::document::CanvasSize;
use crate::document::tiles::TileGrid;

/// The polygon drawn for an ellipse stays within this many pixels of it.
const FLATNESS: f64 = 0.01;

/// Selects an upright rectangle between two opposite corners, in canvas pixels; edge pixels by the area covered.
#[must_use]
pub fn rectangle(size: CanvasSize, corner: [f32; 2], opposite: [f32; 2]) -> TileGrid<u16> {
    let corners = [corner, [opposite[0], corner[1]], opposite, [corner[0], opposite[1]]];
    polygon(size, &corners, FillRule::NonZero)
}

/// Selects the upright ellipse that fills such a rectangle; edge pixels by the area covered.
#[must_use]
pub fn ellipse(size: CanvasSize, corner: [f32; 2], opposite: [f32; 2]) -> TileGrid<u16> {
    let [center_x, center_y] = [0, 1].map(|axis| 0.5 * (f64::from(corner[axis]) + f64::from(opposite[axis])));
    let [radius_x, radius_y] = [0, 1].map(|axis| 0.5 * (f64::from(opposite[axis]) - f64::from(corner[axis])).abs());
    // A chord over the angle `a` of a circle of radius `r` stays within `r (1 - cos(a / 2))` of it; half of that
    // outside and half inside if its ends are moved out by as much.
    let radius = radius_x.max(radius_y).max(1.0);
    let half_angle = (1.0 - FLATNESS / radius).acos();
    let chords = (std::f64::consts::PI / half_angle).ceil().clamp(16.0, 4096.0);
    // A polygon of the ellipse's area.
    let angle = 2.0 * std::f64::consts::PI / chords;
    let outward = (angle / angle.sin()).sqrt();
    let corners: Vec<_> = (0..chords as u32)
        .map(|index| f64::from(index) * angle)
        .map(|angle| [center_x + outward * radius_x * angle.cos(), center_y + outward * radius_y * angle.sin()])
        .map(|corner| corner.map(|place| place as f32))
        .collect();
    polygon(size, &corners, FillRule::NonZero)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(grid: &TileGrid<u16>) -> f64 {
        grid.positions().filter_map(|at| grid.tile(at)).flatten().map(|value| f64::from(*value) / 65535.0).sum()
    }

    #[test]
    fn an_ellipse_has_its_area_and_touches_its_box() {
        let size = CanvasSize::new(1000, 700).unwrap();
        for ([left, top], [right, bottom]) in
            [([100.0, 100.0], [900.0, 600.0]), ([10.5, 20.25], [14.5, 23.0]), ([900.0, 600.0], [100.0, 100.0])]
        {
            let grid = ellipse(size, [left, top], [right, bottom]);
            let exact = f64::from((right - left) * (bottom - top)).abs() * std::f64::consts::FRAC_PI_4;
            assert!((area(&grid) - exact).abs() < 1e-3 * exact.max(10.0), "{} is not {exact}", area(&grid));
        }
        let grid = ellipse(size, [100.0, 100.0], [900.0, 600.0]);
        assert!(grid.pixel(99, 350) < 300 && grid.pixel(900, 350) < 300, "within a hundredth of a pixel");
        assert!(grid.pixel(100, 350) > 60000 && grid.pixel(899, 350) > 60000);
    }

    #[test]
    fn a_rectangle_may_be_drawn_from_any_corner() {
        let size = CanvasSize::new(300, 300).unwrap();
        let grids = [
            rectangle(size, [10.0, 20.0], [280.0, 290.0]),
            rectangle(size, [280.0, 290.0], [10.0, 20.0]),
            rectangle(size, [10.0, 290.0], [280.0, 20.0]),
        ];
        for grid in grids {
            assert!((area(&grid) - 270.0 * 270.0).abs() < 1e-3);
            assert_eq!((grid.pixel(10, 20), grid.pixel(9, 20), grid.pixel(279, 289)), (65535, 0, 65535));
        }
    }
}
