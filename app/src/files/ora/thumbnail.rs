//! The small picture that file managers show.

use image::RgbaImage;
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

use crate::document::{Pixel, TileGrid, on_workers, to_rgba8};

/// Pixels of its longer side at most (OpenRaster, "Thumbnail").
const MAX_SIDE: u32 = 256;

/// The picture in small; each pixel is the mean of those it stands for.
pub(super) fn thumbnail(picture: &TileGrid<Pixel>) -> RgbaImage {
    let (width, height) = (picture.size().width(), picture.size().height());
    let longest = width.max(height).max(MAX_SIDE);
    let small = |side: u32| (u64::from(side) * u64::from(MAX_SIDE) / u64::from(longest)).max(1) as u32;
    let mut image = RgbaImage::new(small(width), small(height));
    let (columns, rows) = image.dimensions();
    let from = |at: u32, count: u32, side: u32| (u64::from(at) * u64::from(side) / u64::from(count)) as u32;
    let samples: &mut [u8] = &mut image;
    let write_row = |(row, out): (usize, &mut [u8])| {
        let mut sums = vec![([0u64; 4], 0u64); columns as usize];
        for y in from(row as u32, rows, height)..from(row as u32 + 1, rows, height) {
            for (sum, column) in sums.iter_mut().zip(0..) {
                let (left, right) = (from(column, columns, width), from(column + 1, columns, width));
                for (_, length, part) in picture.row_parts(y, left, right) {
                    sum.1 += length as u64;
                    for pixel in part.unwrap_or_default() {
                        sum.0.iter_mut().zip(pixel).for_each(|(sum, channel)| *sum += u64::from(*channel));
                    }
                }
            }
        }
        for (pixel, (sum, count)) in out.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
            let count = count.max(1);
            *pixel = to_rgba8(sum.map(|sum| ((sum + count / 2) / count) as u16));
        }
    };
    on_workers(|| {
        samples.par_chunks_exact_mut(columns as usize * 4).enumerate().for_each(|(row, out)| write_row((row, out)))
    });
    image
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgba};

    use super::*;
    use crate::document::Document;

    #[test]
    fn large_pictures_shrink_to_256_and_small_ones_stay() {
        let of = |width, height| {
            let image = RgbaImage::from_pixel(width, height, Rgba([10, 200, 30, 255]));
            thumbnail(&Document::from_image(&DynamicImage::ImageRgba8(image)).unwrap().flattened())
        };
        for ((width, height), expected) in
            [((1000, 500), (256, 128)), ((40, 30), (40, 30)), ((256, 256), (256, 256)), ((4000, 3), (256, 1))]
        {
            let small = of(width, height);
            assert_eq!(small.dimensions(), expected);
            assert!(small.pixels().all(|pixel| pixel.0 == [10, 200, 30, 255]));
        }
    }

    #[test]
    fn colours_are_averaged_as_light_passes_through() {
        let image = RgbaImage::from_fn(512, 512, |x, _| if x % 2 == 0 { Rgba([200, 0, 0, 255]) } else { Rgba([0; 4]) });
        let small = thumbnail(&Document::from_image(&DynamicImage::ImageRgba8(image)).unwrap().flattened());
        assert!(small.pixels().all(|pixel| pixel.0 == [200, 0, 0, 128]), "{:?}", small.get_pixel(3, 3));
    }
}
