//! Filling the mask with pieces of what is selected, without a model.

use brushfire_engine::inpaint::filled_with_patches;
use image::imageops::{self, FilterType};
use image::{GrayImage, RgbImage};

use super::Studio;
use crate::document::selection::bounds_of;
use crate::document::{Document, DocumentError, Edit, Layer, PixelRect, TileGrid, gray_image};

/// Larger parts are filled at about so many pixels, in seconds and in a few hundred megabytes, and enlarged.
const MAX_PIXELS: f64 = 3e6;

/// Pixels around the mask that what is filled in must fit.
const AROUND: u32 = 16;

impl Studio {
    /// Fills the mask with pieces of what is selected, as a new layer.
    pub fn fill_like_selection(&mut self) {
        self.reject_shown();
        self.edit_in_background(|document| {
            let (Some(mask), Some(like)) = (document.main_mask().and_then(Layer::mask), document.selection()) else {
                return Ok(None);
            };
            let (mask, like) = (mask.clone(), like.clone());
            fill_like(document, &mask, &like)
        });
    }
}

fn fill_like(
    document: &mut Document,
    mask: &TileGrid<u16>,
    like: &TileGrid<u16>,
) -> Result<Option<Edit>, DocumentError> {
    let (Some(hole), Some(selected)) = (bounds_of(mask), bounds_of(like)) else { return Ok(None) };
    let around = PixelRect {
        left: hole.left.saturating_sub(AROUND),
        top: hole.top.saturating_sub(AROUND),
        right: hole.right + AROUND,
        bottom: hole.bottom + AROUND,
    };
    let part = around.union(selected).intersect(document.bounds());
    let (picture, coverage) = (document.rgb_image(part), gray_image(mask, part));
    let filled = filled_within(&picture, &coverage, &gray_image(like, part));
    let cut = |left: u32, top: u32| (left - part.left, top - part.top);
    let (left, top) = cut(hole.left, hole.top);
    let filled = imageops::crop_imm(&filled, left, top, hole.width(), hole.height()).to_image();
    let coverage = imageops::crop_imm(&coverage, left, top, hole.width(), hole.height()).to_image();
    let edit = document.accept_result(&filled, &coverage, [hole.left, hole.top], None)?;
    Ok(Edit::joined("Fill like the selection", edit))
}

/// At a smaller size where it is large.
fn filled_within(picture: &RgbImage, hole: &GrayImage, like: &GrayImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let shrink = (f64::from(width) * f64::from(height) / MAX_PIXELS).sqrt();
    if shrink <= 1.0 {
        return filled_with_patches(picture, hole, like, &|| false);
    }
    let [small_width, small_height] = [width, height].map(|side| ((f64::from(side) / shrink) as u32).max(1));
    let small = imageops::thumbnail(picture, small_width, small_height);
    let [small_hole, small_like] = [hole, like].map(|mask| imageops::thumbnail(mask, small_width, small_height));
    let filled = filled_with_patches(&small, &small_hole, &small_like, &|| false);
    imageops::resize(&filled, width, height, FilterType::CatmullRom)
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgb};

    use super::*;
    use crate::document::selection::rectangle;

    #[test]
    fn the_mask_is_filled_with_what_is_selected_and_nothing_else_changes() {
        // Stripes on the left, plain on the right, with a hole in the plain.
        let scene = RgbImage::from_fn(160, 90, |x, y| match x {
            0..60 => Rgb([if y % 6 < 3 { 220 } else { 40 }, 90, 60]),
            _ => Rgb([30, 60, 160]),
        });
        let mut document = Document::from_image(&DynamicImage::ImageRgb8(scene.clone())).unwrap();
        let size = document.size();
        let hole = rectangle(size, [90.0, 30.0], [130.0, 60.0]);
        let stripes = rectangle(size, [4.0, 4.0], [56.0, 86.0]);
        let edit = fill_like(&mut document, &hole, &stripes).unwrap().unwrap();
        let after = document.rgb_image(document.bounds());
        for (x, y, pixel) in after.enumerate_pixels() {
            let is_inside = (90..130).contains(&x) && (30..60).contains(&y);
            if !is_inside {
                assert_eq!(pixel, scene.get_pixel(x, y), "{x} {y}");
            }
        }
        let middle: Vec<u8> = (33..57).map(|y| after.get_pixel(110, y).0[0]).collect();
        let [least, most] = [middle.iter().min(), middle.iter().max()].map(|level| *level.unwrap());
        assert!(least < 80 && most > 180, "stripes: {middle:?}");
        edit.revert(&mut document);
        assert_eq!(document.rgb_image(document.bounds()), scene);
    }
}
