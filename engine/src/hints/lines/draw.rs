//! Lines as networks for them know them: white on black, one hard-edged pixel wide at 512 pixels.

use image::{Rgb, RgbImage};

use super::Segment;

/// The shorter side at which lines are one pixel wide.
const NOMINAL_SIDE: f32 = 512.0;

/// The lines in white on a black picture of this size; their places are shares of it.
#[must_use]
pub fn drawn(segments: &[Segment], width: u32, height: u32) -> RgbImage {
    let mut picture = RgbImage::new(width, height);
    let radius = (width.min(height) as f32 / NOMINAL_SIDE).max(1.0) / 2.0;
    for segment in segments {
        let pixels = |[x, y]: [f32; 2]| [x * width as f32, y * height as f32];
        draw(&mut picture, pixels(segment.from), pixels(segment.to), radius);
    }
    picture
}

/// Every pixel whose middle is within `radius` of the line becomes white; half a pixel is enough for lines without gaps.
fn draw(picture: &mut RgbImage, from: [f32; 2], to: [f32; 2], radius: f32) {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let square = (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
    let range = |axis: usize, length: u32| {
        let first = (from[axis].min(to[axis]) - radius).floor().max(0.0) as u32;
        let last = (from[axis].max(to[axis]) + radius).ceil().clamp(0.0, length as f32) as u32;
        first..last
    };
    let columns = range(0, picture.width());
    for y in range(1, picture.height()) {
        let y_in = y as f32 + 0.5 - from[1];
        // Where the line, thought endless, is near this row.
        let middle = from[0] + y_in * dx / dy;
        let reach = (radius * square.sqrt() / dy).abs() + 1.0;
        let near = |x: f32| (x.clamp(columns.start as f32, columns.end as f32)) as u32;
        let row = if reach.is_finite() { near(middle - reach)..near(middle + reach + 1.0) } else { columns.clone() };
        for x in row {
            let x_in = x as f32 + 0.5 - from[0];
            let along = ((x_in * dx + y_in * dy) / square).clamp(0.0, 1.0);
            if (x_in - along * dx).hypot(y_in - along * dy) <= radius {
                picture.put_pixel(x, y, Rgb([255; 3]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_any_slope_has_no_gaps_and_ends_where_it_should() {
        for (to, columns) in [([1.0, 0.7], 64), ([1.0, 1.0], 64), ([1.0, 0.01], 64), ([0.5, 0.2], 32)] {
            let line = Segment { from: [0.0, 0.0], to };
            let picture = drawn(&[line], 64, 64);
            let is_white = |x: u32| (0..64).any(|y| picture.get_pixel(x, y).0[0] == 255);
            assert_eq!((0..64).filter(|&x| is_white(x)).count(), columns, "{to:?}");
            let count = picture.pixels().filter(|pixel| pixel.0[0] == 255).count();
            assert!(count <= 2 * columns, "{to:?}: {count}");
        }
    }
}
