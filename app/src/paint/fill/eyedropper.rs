//! Taking a colour from the picture.

use crate::document::Pixel;
use crate::document::selection::PixelSource;

/// The mean colour of the square of `side` x `side` pixels about one, in straight sRGB with alpha, 0 to 65535; of its
/// part on the canvas. `None` beside the canvas and where the whole square is transparent.
#[must_use]
pub(crate) fn color_around(source: &dyn PixelSource, [x, y]: [u32; 2], side: u32) -> Option<[u16; 4]> {
    let canvas = source.size().bounds();
    if !canvas.contains(x, y) {
        return None;
    }
    let side = side.clamp(1, MAX_SIDE);
    let range = |middle: u32, end: u32| {
        let first = i64::from(middle) - i64::from((side - 1) / 2);
        first.max(0) as u32..((first + i64::from(side)) as u32).min(end)
    };
    let places = range(y, canvas.bottom).flat_map(|y| range(x, canvas.right).map(move |x| (x, y)));
    let (mut sums, mut count) = ([0u64; 4], 0u64);
    for (x, y) in places {
        let pixel: Pixel = source.pixel(x, y);
        sums = std::array::from_fn(|channel| sums[channel] + u64::from(pixel[channel]));
        count += 1;
    }
    // Premultiplied colours are summed, so that each pixel counts as much as it covers.
    let alpha = sums[3];
    let straight = |sum: u64| ((sum * u64::from(u16::MAX) + alpha / 2) / alpha).min(u64::from(u16::MAX)) as u16;
    (alpha > 0).then(|| [straight(sums[0]), straight(sums[1]), straight(sums[2]), ((alpha + count / 2) / count) as u16])
}

/// Of the largest square.
const MAX_SIDE: u32 = 101;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{CanvasSize, TileGrid};

    #[test]
    fn the_colour_is_the_mean_of_what_is_there() {
        let size = CanvasSize::new(300, 300).unwrap();
        let grid: TileGrid<Pixel> = TileGrid::from_rows(size, |left, _, row| {
            for (x, pixel) in (left..).zip(row) {
                *pixel = match x {
                    0..100 => [0; 4],
                    100..256 => [10000, 20000, 30000, 65535],
                    _ => [20000, 40000, 50000, 65535],
                };
            }
        });
        assert_eq!(color_around(&grid, [150, 150], 1), Some([10000, 20000, 30000, 65535]));
        assert_eq!(color_around(&grid, [256, 150], 3), Some([16667, 33333, 43333, 65535]));
        assert_eq!(
            color_around(&grid, [99, 150], 3),
            Some([10000, 20000, 30000, 21845]),
            "colour without the dark of nothing"
        );
        assert_eq!(color_around(&grid, [50, 150], 5), None);
        assert_eq!(color_around(&grid, [300, 0], 5), None);
        assert_eq!(color_around(&grid, [299, 299], 9), Some([20000, 40000, 50000, 65535]));
    }
}
