//! Pictures in and out of a document.

use image::{DynamicImage, GrayImage, ImageBuffer, Rgb, RgbImage, Rgba, RgbaImage};
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

use super::pixel::{self, Pixel};
use super::tiles::{TileGrid, TileValue};
use super::workers::on_workers;
use super::{CanvasSize, Document, DocumentError, FileDepth, PixelRect};

impl Document {
    /// The picture with an empty mask over it.
    ///
    /// Every level of opaque pixels is kept, and of 8-bit pixels every level at every alpha but 0. A 16-bit colour
    /// behind alpha keeps what alpha leaves of it: to half of `65535 / alpha` levels.
    ///
    /// # Errors
    /// No pixels, or too many.
    pub fn from_image(image: &DynamicImage) -> Result<Self, DocumentError> {
        let size = CanvasSize::new(image.width(), image.height())?;
        Ok(match image {
            DynamicImage::ImageRgb8(image) => Self::of(
                grid_from(size, image, |[r, g, b]: [u8; 3]| pixel::from_rgba8([r, g, b, 255])),
                FileDepth::Eight,
            ),
            DynamicImage::ImageRgba8(image) => Self::of(grid_from(size, image, pixel::from_rgba8), FileDepth::Eight),
            image if image.color().bytes_per_pixel() / image.color().channel_count() == 1 => {
                Self::of(grid_from(size, &image.to_rgba8(), pixel::from_rgba8), FileDepth::Eight)
            }
            image => Self::of(grid_from(size, &image.to_rgba16(), pixel::from_rgba16), FileDepth::Sixteen),
        })
    }

    /// Part of the picture in front of white, as the engine takes it. Pixels beyond the canvas are white.
    #[must_use]
    pub fn rgb_image(&self, rect: PixelRect) -> RgbImage {
        image_of::<Rgb<u8>, _, 3>(&self.flattened_part(rect), rect, pixel::to_rgb8_on_white)
    }

    /// Part of the picture with straight alpha.
    #[must_use]
    pub fn rgba_image(&self, rect: PixelRect) -> RgbaImage {
        image_of::<Rgba<u8>, _, 4>(&self.flattened_part(rect), rect, pixel::to_rgba8)
    }

    /// Part of the mask: 0 keeps, 255 repaints.
    #[must_use]
    pub fn mask_image(&self, rect: PixelRect) -> GrayImage {
        gray_image(self.mask(), rect)
    }

    /// The whole picture as it should be saved: 16 bits a channel where it was opened so, alpha where it has any.
    #[must_use]
    pub fn to_image(&self) -> DynamicImage {
        let (bounds, picture) = (self.bounds(), self.flattened());
        match (self.file_depth, is_opaque(&picture)) {
            (FileDepth::Eight, true) => {
                DynamicImage::ImageRgb8(image_of::<Rgb<u8>, _, 3>(&picture, bounds, pixel::to_rgb8_on_white))
            }
            (FileDepth::Eight, false) => {
                DynamicImage::ImageRgba8(image_of::<Rgba<u8>, _, 4>(&picture, bounds, pixel::to_rgba8))
            }
            (FileDepth::Sixteen, true) => {
                DynamicImage::ImageRgb16(image_of::<Rgb<u16>, _, 3>(&picture, bounds, |[r, g, b, _]| [r, g, b]))
            }
            (FileDepth::Sixteen, false) => {
                DynamicImage::ImageRgba16(image_of::<Rgba<u16>, _, 4>(&picture, bounds, pixel::to_rgba16))
            }
        }
    }
}

/// Part of a mask or selection: 255 is 65535.
#[must_use]
pub fn gray_image(values: &TileGrid<u16>, rect: PixelRect) -> GrayImage {
    image_of::<image::Luma<u8>, _, 1>(values, rect, |value| [pixel::narrow(value)])
}

fn is_opaque(picture: &TileGrid<Pixel>) -> bool {
    let width = picture.size().width();
    (0..picture.size().height()).all(|y| {
        picture
            .row_parts(y, 0, width)
            .all(|(_, _, part)| part.is_some_and(|pixels| pixels.iter().all(|pixel| pixel[3] == u16::MAX)))
    })
}

/// Tiles from the rows of a buffer of the same size.
fn grid_from<C, const N: usize>(
    size: CanvasSize,
    image: &ImageBuffer<C, Vec<C::Subpixel>>,
    convert: impl Fn([C::Subpixel; N]) -> Pixel + Sync,
) -> TileGrid<Pixel>
where
    C: image::Pixel<Subpixel: Sync>,
{
    let samples = image.as_raw().as_chunks::<N>().0;
    TileGrid::from_rows(size, |left, y, row| {
        let start = y as usize * size.width() as usize + left as usize;
        for (pixel, source) in row.iter_mut().zip(samples.iter().skip(start)) {
            *pixel = convert(*source);
        }
    })
}

/// A buffer of the tiles' values in `rect`.
pub(super) fn image_of<C, P: TileValue, const N: usize>(
    grid: &TileGrid<P>,
    rect: PixelRect,
    convert: impl Fn(P) -> [C::Subpixel; N] + Sync,
) -> ImageBuffer<C, Vec<C::Subpixel>>
where
    C: image::Pixel<Subpixel: Send + Sync>,
{
    let mut image = ImageBuffer::new(rect.width(), rect.height());
    let samples: &mut [C::Subpixel] = &mut image;
    let row_length = rect.width().max(1) as usize * N;
    let write_row = |(row, y): (&mut [C::Subpixel], u32)| {
        let mut pixels = row.as_chunks_mut::<N>().0.iter_mut();
        for (_, length, part) in grid.row_parts(y, rect.left, rect.right) {
            match part {
                Some(values) => values.iter().zip(&mut pixels).for_each(|(value, pixel)| *pixel = convert(*value)),
                None => pixels.by_ref().take(length).for_each(|pixel| *pixel = convert(P::default())),
            }
        }
    };
    on_workers(|| {
        samples.par_chunks_exact_mut(row_length).zip(rect.top..rect.bottom.max(rect.top)).for_each(write_row)
    });
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient(width: u32, height: u32) -> RgbaImage {
        RgbaImage::from_fn(width, height, |x, y| {
            Rgba([(x % 256) as u8, (y % 256) as u8, ((x * y) % 256) as u8, 255 - (x % 7) as u8])
        })
    }

    #[test]
    fn an_8_bit_picture_comes_back_bit_for_bit() {
        let image = gradient(515, 300);
        let document = Document::from_image(&image.clone().into()).unwrap();
        assert_eq!(document.to_image().into_rgba8(), image);
        let rect = PixelRect { left: 200, top: 250, right: 514, bottom: 299 };
        assert_eq!(document.rgba_image(rect), image::imageops::crop_imm(&image, 200, 250, 314, 49).to_image());
    }

    #[test]
    fn a_picture_without_transparency_is_saved_without_alpha() {
        let image = RgbImage::from_fn(256, 256, |x, y| Rgb([x as u8, y as u8, 3]));
        let document = Document::from_image(&image.clone().into()).unwrap();
        assert_eq!(document.to_image(), DynamicImage::ImageRgb8(image));
    }

    #[test]
    fn all_65536_levels_of_a_16_bit_picture_come_back() {
        let image =
            ImageBuffer::<Rgb<u16>, _>::from_fn(256, 256, |x, y| Rgb([(y * 256 + x) as u16, (x * 256 + y) as u16, 0]));
        let document = Document::from_image(&image.clone().into()).unwrap();
        assert_eq!(document.to_image(), DynamicImage::ImageRgb16(image));
    }

    #[test]
    fn grey_pictures_of_both_depths_are_taken() {
        let grey = DynamicImage::ImageLuma8(GrayImage::from_fn(256, 2, |x, _| image::Luma([x as u8])));
        assert_eq!(Document::from_image(&grey).unwrap().to_image().to_luma8(), grey.to_luma8());
        let grey =
            DynamicImage::ImageLuma16(ImageBuffer::from_fn(256, 256, |x, y| image::Luma([(y * 256 + x) as u16])));
        assert_eq!(Document::from_image(&grey).unwrap().to_image().to_rgb16(), grey.to_rgb16());
    }

    #[test]
    fn the_engine_sees_white_where_the_picture_is_transparent() {
        let document = Document::blank(CanvasSize::new(10, 10).unwrap(), [0; 4]);
        assert!(document.rgb_image(document.bounds()).pixels().all(|pixel| pixel.0 == [255; 3]));
    }

    #[test]
    fn an_empty_rectangle_is_an_empty_picture() {
        let document = Document::blank(CanvasSize::new(10, 10).unwrap(), [0; 4]);
        assert_eq!(document.rgb_image(PixelRect::EMPTY).dimensions(), (0, 0));
        assert_eq!(document.mask_image(PixelRect { left: 5, top: 5, right: 5, bottom: 9 }).dimensions(), (0, 4));
    }

    #[test]
    fn a_picture_of_no_pixels_is_refused() {
        assert_eq!(
            Document::from_image(&DynamicImage::new_rgb8(0, 5)).unwrap_err(),
            DocumentError::Size { width: 0, height: 5 }
        );
    }
}
