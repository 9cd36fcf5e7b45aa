//! What is done to a document besides painting. Each operation changes it at once and returns the edit that says how,
//! or `None` where nothing changed.

use image::{GrayImage, RgbImage};

use super::edit::{Change, Edit};
use super::layer::{Layer, LayerContent, LayerProps};
use super::layer_tree::LayerPlace;
use super::pixel;
use super::tiles::TileGrid;
use super::{Document, DocumentError, Piece, Pixel, PixelRect};

/// A generated picture for [`Document::accept_results`].
pub struct AcceptedResult<'a> {
    pub image: &'a RgbImage,
    /// Of the image's size.
    pub mask: &'a GrayImage,
    /// Of the image, in the canvas.
    pub top_left: [u32; 2],
    pub recipe: Option<String>,
}

impl Document {
    /// Nothing is repainted.
    pub fn clear_mask(&mut self) -> Option<Edit> {
        self.change_mask("Clear mask", |_, _, row| row.fill(0))
    }

    /// Everything is repainted.
    pub fn fill_mask(&mut self) -> Option<Edit> {
        self.change_mask("Fill mask", |_, _, row| row.fill(u16::MAX))
    }

    /// What was kept is repainted and the other way round.
    pub fn invert_mask(&mut self) -> Option<Edit> {
        self.change_mask("Invert mask", |_, _, row| row.iter_mut().for_each(|value| *value = u16::MAX - *value))
    }

    /// Takes the mask from a picture of the canvas's size: 0 keeps, 255 repaints.
    ///
    /// # Errors
    /// Another size.
    pub fn replace_mask(&mut self, mask: &GrayImage) -> Result<Option<Edit>, DocumentError> {
        must_be_of_size(Piece::Mask, mask.dimensions(), (self.size().width(), self.size().height()))?;
        Ok(self.change_mask("Load mask", |left, y, row| {
            for (value, gray) in row.iter_mut().zip(row_of(mask, 1, left, y)) {
                *value = pixel::widen(*gray);
            }
        }))
    }

    /// Rewrites the active mask; see `TileGrid::change_rows`.
    pub(crate) fn change_mask(
        &mut self,
        name: &'static str,
        change_row: impl Fn(u32, u32, &mut [u16]) + Sync,
    ) -> Option<Edit> {
        let (id, bounds) = (self.mask_target().ok()?, self.bounds());
        let tiles = self.layer_mut(id).and_then(Layer::mask_mut)?.change_rows(bounds, change_row);
        Self::mask_changed(name, id, tiles)
    }

    /// The smallest rectangle outside which the mask is 0; `None` where it is 0 everywhere.
    #[must_use]
    pub fn mask_bounds(&self) -> Option<PixelRect> {
        super::selection::bounds_of(self.mask())
    }

    /// Lays a generated picture over this one, its top left pixel at `top_left`, as the topmost layer.
    ///
    /// Where `mask` (of the same size) is 0 the picture stays as it is, all 16 bits of it; where it is 255 it becomes
    /// the result; in between they are blended. `recipe` says how the result was made (JSON, opaque here).
    ///
    /// # Errors
    /// A mask of another size than the result, or a result that reaches beyond the canvas.
    pub fn accept_result(
        &mut self,
        result: &RgbImage,
        mask: &GrayImage,
        top_left: [u32; 2],
        recipe: Option<String>,
    ) -> Result<Option<Edit>, DocumentError> {
        let accepted = AcceptedResult { image: result, mask, top_left, recipe };
        let Some(pixels) = self.pixels_of(&accepted, true)? else { return Ok(None) };
        let layer = Layer::new(LayerProps::named("Result"), LayerContent::Result { pixels, recipe: accepted.recipe });
        let place = self.place_for_result();
        Ok(Some(self.insert("Generate", place, layer)))
    }

    /// As [`Self::accept_result`] of several results, the first of which becomes the topmost layer, to be blended by
    /// painting: each but the lowest is clipped to a layer of its own, on which erasing hides it and painting shows it
    /// again. One step.
    ///
    /// # Errors
    /// As there; then nothing has changed.
    pub fn accept_results<'a>(
        &mut self,
        results: impl DoubleEndedIterator<Item = AcceptedResult<'a>>,
    ) -> Result<Option<Edit>, DocumentError> {
        let mut next = self.clone();
        let mut edits: Vec<Edit> = vec![];
        for result in results.rev() {
            edits.extend(if edits.is_empty() {
                let AcceptedResult { image, mask, top_left, recipe } = result;
                next.accept_result(image, mask, top_left, recipe)?.into_iter().collect()
            } else {
                next.accept_clipped(result)?
            });
        }
        *self = next;
        Ok(Edit::joined("Take results as layers", edits))
    }

    /// The result as a whole, and below it the layer it is clipped to, which is the active one then.
    fn accept_clipped(&mut self, result: AcceptedResult<'_>) -> Result<Vec<Edit>, DocumentError> {
        let (Some(shown), Some(whole)) = (self.pixels_of(&result, true)?, self.pixels_of(&result, false)?) else {
            return Ok(vec![]);
        };
        let props = LayerProps { clipped: true, ..LayerProps::named("Result") };
        let clipped = Layer::new(props, LayerContent::Result { pixels: whole, recipe: result.recipe });
        let ground = Layer::new(LayerProps::named("Where the result shows"), LayerContent::Paint(shown));
        let place = self.place_for_result();
        // The one inserted last becomes the active one.
        Ok(vec![self.insert("Generate", place, clipped), self.insert("Generate", place, ground)])
    }

    /// A result's pixels on this canvas, with the mask as their alpha or all of them opaque; `None` where none are.
    fn pixels_of(
        &self,
        result: &AcceptedResult<'_>,
        is_masked: bool,
    ) -> Result<Option<TileGrid<Pixel>>, DocumentError> {
        let AcceptedResult { image, mask, top_left: [left, top], .. } = *result;
        must_be_of_size(Piece::MaskOfResult, mask.dimensions(), image.dimensions())?;
        let rect = PixelRect {
            left,
            top,
            right: left.saturating_add(image.width()),
            bottom: top.saturating_add(image.height()),
        };
        let canvas = self.bounds();
        if rect.right > canvas.right || rect.bottom > canvas.bottom {
            return Err(DocumentError::BeyondCanvas {
                what: Piece::Result,
                width: canvas.right,
                height: canvas.bottom,
            });
        }
        let mut pixels = TileGrid::filled(self.size(), [0; 4]);
        let changes = pixels.change_rows(rect, |x, y, row| {
            let (x, y) = (x - left, y - top);
            let colors = row_of(image, 3, x, y).as_chunks::<3>().0;
            for ((pixel, &[r, g, b]), amount) in row.iter_mut().zip(colors).zip(row_of(mask, 1, x, y)) {
                *pixel = pixel::from_rgba8([r, g, b, if is_masked { *amount } else { u8::MAX }]);
            }
        });
        Ok((!changes.is_empty()).then_some(pixels))
    }

    /// Above everything that is seen: a result was made from the whole picture, so it belongs over the whole picture.
    fn place_for_result(&self) -> LayerPlace {
        let above = self.layers().iter().rposition(Layer::is_part_of_picture).map_or(0, |index| index + 1);
        LayerPlace { parent: None, index: above }
    }

    /// Becomes another document, of whatever size.
    pub fn replace_with(&mut self, other: Document, name: &'static str) -> Edit {
        let after = Box::new(other);
        let before = Box::new(std::mem::replace(self, (*after).clone()));
        Edit::new(name, vec![Change::Document { before, after }])
    }
}

/// The samples of row `y` of a buffer from column `left` on.
fn row_of<C>(image: &image::ImageBuffer<C, Vec<u8>>, channels: usize, left: u32, y: u32) -> &[u8]
where
    C: image::Pixel<Subpixel = u8>,
{
    let width = image.width() as usize;
    let (start, end) = ((y as usize * width + left as usize) * channels, (y as usize + 1) * width * channels);
    image.as_raw().get(start..end).unwrap_or_default()
}

fn must_be_of_size(what: Piece, (width, height): (u32, u32), expected: (u32, u32)) -> Result<(), DocumentError> {
    if (width, height) == expected {
        Ok(())
    } else {
        Err(DocumentError::OtherSize { what, width, height, expected_width: expected.0, expected_height: expected.1 })
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageBuffer, Luma, Rgb, Rgba};

    use super::*;
    use crate::document::CanvasSize;
    use crate::document::pixel::Mix as _;

    fn canvas(width: u32, height: u32) -> Document {
        Document::blank(CanvasSize::new(width, height).unwrap(), [255; 4])
    }

    /// 16-bit noise, a third of it transparent, so that every bit of every pixel matters.
    fn noise(width: u32, height: u32) -> Document {
        let image = ImageBuffer::<Rgba<u16>, _>::from_fn(width, height, |x, y| {
            let value = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519);
            Rgba([
                value as u16,
                (value >> 8) as u16,
                (value >> 16) as u16,
                if value % 3 == 0 { (value >> 5) as u16 } else { u16::MAX },
            ])
        });
        Document::from_image(&DynamicImage::ImageRgba16(image)).unwrap()
    }

    #[test]
    fn a_result_changes_nothing_where_the_mask_is_black_and_everything_where_it_is_white() {
        let mut document = noise(600, 300);
        let before = document.clone();
        let result = RgbImage::from_fn(600, 300, |x, y| Rgb([x as u8, y as u8, 77]));
        let mask = GrayImage::from_fn(600, 300, |x, _| {
            Luma([match x {
                0..300 => 0,
                300..400 => 128,
                _ => 255,
            }])
        });
        document.accept_result(&result, &mask, [0, 0], None).unwrap().unwrap();
        let (before, after) = (before.flattened(), document.flattened());
        for y in 0..300 {
            for x in 0..600 {
                let (old, new) = (before.pixel(x, y), after.pixel(x, y));
                let color = pixel::from_rgba8([x as u8, y as u8, 77, 255]);
                match x {
                    0..300 => assert_eq!(new, old),
                    300..400 => {
                        let between = old.mix(color, 128 * 257);
                        assert!(new.iter().zip(between).all(|(a, b)| a.abs_diff(b) <= 1), "{new:?} {between:?}");
                    }
                    _ => assert_eq!(new, color),
                }
            }
        }
    }

    #[test]
    fn a_result_can_be_smaller_than_the_canvas() {
        let mut document = canvas(600, 600);
        let result = RgbImage::from_pixel(300, 20, Rgb([1, 2, 3]));
        let mask = GrayImage::from_pixel(300, 20, Luma([255]));
        let edit = document.accept_result(&result, &mask, [250, 255], None).unwrap().unwrap();
        assert_eq!(document.rgb_image(PixelRect { left: 250, top: 255, right: 550, bottom: 275 }), result);
        edit.revert(&mut document);
        assert!(document.rgb_image(document.bounds()).pixels().all(|pixel| pixel.0 == [255; 3]));
    }

    #[test]
    fn results_that_do_not_fit_are_refused_and_change_nothing() {
        let mut document = canvas(64, 64);
        let result = RgbImage::new(64, 64);
        assert!(document.accept_result(&result, &GrayImage::new(64, 63), [0, 0], None).is_err());
        assert!(document.accept_result(&result, &GrayImage::new(64, 64), [1, 0], None).is_err());
        assert!(document.accept_result(&result, &GrayImage::new(64, 64), [u32::MAX, 0], None).is_err());
        assert_eq!(
            document.accept_result(&result, &GrayImage::new(64, 64), [0, 0], None).unwrap().map(|edit| edit.bytes()),
            None
        );
    }

    #[test]
    fn a_mask_comes_back_as_the_picture_it_came_from() {
        let mut document = canvas(300, 270);
        let mask = GrayImage::from_fn(300, 270, |x, y| Luma([(x + y) as u8]));
        document.replace_mask(&mask).unwrap().unwrap();
        assert_eq!(document.mask_image(document.bounds()), mask);
        assert!(document.replace_mask(&GrayImage::new(270, 300)).is_err());
    }

    #[test]
    fn inverting_a_mask_twice_changes_nothing_and_stays_inside_the_canvas() {
        let mut document = canvas(300, 270);
        let mask = GrayImage::from_fn(300, 270, |x, y| Luma([(x * y) as u8]));
        document.replace_mask(&mask).unwrap();
        document.invert_mask().unwrap();
        assert_eq!(document.mask().pixel(0, 0), u16::MAX);
        assert_eq!(document.mask().pixel(300, 0), 0, "beyond the canvas");
        document.invert_mask().unwrap();
        assert_eq!(document.mask_image(document.bounds()), mask);
    }

    #[test]
    fn a_cleared_mask_costs_nothing() {
        let mut document = canvas(300, 270);
        document.fill_mask().unwrap();
        assert_eq!(document.mask_bounds(), Some(document.bounds()));
        document.clear_mask().unwrap();
        assert_eq!(document.mask().bytes(), 0);
        assert_eq!(document.mask_bounds(), None);
        assert!(document.clear_mask().is_none(), "nothing left to clear");
    }

    #[test]
    fn the_bounds_of_a_mask_are_exact() {
        let mut document = canvas(600, 600);
        let mask = GrayImage::from_fn(600, 600, |x, y| Luma([u8::from((x, y) == (255, 300) || (x, y) == (257, 20))]));
        document.replace_mask(&mask).unwrap();
        assert_eq!(document.mask_bounds(), Some(PixelRect { left: 255, top: 20, right: 258, bottom: 301 }));
    }

    #[test]
    fn a_document_replaced_by_another_of_other_size_comes_back() {
        let mut document = noise(300, 100);
        let original = document.to_image();
        let edit = document.replace_with(canvas(20, 500), "Open picture");
        assert_eq!(document.size(), CanvasSize::new(20, 500).unwrap());
        edit.revert(&mut document);
        assert_eq!(document.to_image(), original);
        edit.apply(&mut document);
        assert_eq!(document.size(), CanvasSize::new(20, 500).unwrap());
    }
}
