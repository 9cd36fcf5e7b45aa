//! Pictures and masks <-> the numbers models see.

use image::{GrayImage, RgbImage};

/// A picture as the autoencoder sees it: `[3, H, W]` row-major, -1 to 1.
#[must_use]
pub fn values_from_picture(picture: &RgbImage) -> Vec<f32> {
    let pixels = picture.as_raw();
    let area = pixels.len() / 3;
    let mut values = Vec::with_capacity(pixels.len());
    for channel in 0..3 {
        values.extend(pixels.iter().skip(channel).step_by(3).map(|&level| f32::from(level) / 127.5 - 1.0));
    }
    debug_assert_eq!(values.len(), area * 3);
    values
}

/// The pictures in `values` (`[N, 3, H, W]`, -1 to 1, clamped), rounded to the nearest level.
#[must_use]
pub fn pictures_from_values(values: &[f32], width: u32, height: u32) -> Vec<RgbImage> {
    let area = width as usize * height as usize;
    if area == 0 {
        return Vec::new();
    }
    values.chunks_exact(area * 3).map(|planes| picture_from_planes(planes, width, height)).collect()
}

fn picture_from_planes(planes: &[f32], width: u32, height: u32) -> RgbImage {
    let area = planes.len() / 3;
    let (red, rest) = planes.split_at(area);
    let (green, blue) = rest.split_at(area);
    let mut pixels = Vec::with_capacity(planes.len());
    for ((red, green), blue) in red.iter().zip(green).zip(blue) {
        pixels.extend([level(*red), level(*green), level(*blue)]);
    }
    // The sizes agree by construction, so the fallback is never seen.
    RgbImage::from_raw(width, height, pixels).unwrap_or_default()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255; NaN becomes 0")]
fn level(value: f32) -> u8 {
    ((value.clamp(-1.0, 1.0) + 1.0) * 127.5).round() as u8
}

/// The mask at the size of the latents, `[h, w]`, 1 where a latent cell is repainted: where any of its pixels is masked by
/// half or more. Any, not most: a stroke thinner than a cell must not be lost. The pixels the mask does not cover are put
/// back afterwards (see [`composite`]).
#[must_use]
pub fn mask_in_latents(mask: &GrayImage, scale: u32) -> Vec<f32> {
    let (columns, rows) = (mask.width() / scale, mask.height() / scale);
    let mut cells = vec![0.0; columns as usize * rows as usize];
    for (x, y, level) in mask.enumerate_pixels() {
        let (column, row) = (x / scale, y / scale);
        if level.0[0] >= HALF && column < columns && row < rows {
            let index = row as usize * columns as usize + column as usize;
            if let Some(cell) = cells.get_mut(index) {
                *cell = 1.0;
            }
        }
    }
    cells
}

/// From this level on a pixel counts as masked where only yes or no can be said.
const HALF: u8 = 128;

/// The picture with its masked pixels made grey (0), as inpainting models are shown it, `[3, H, W]`.
#[must_use]
pub fn values_without_masked(picture: &RgbImage, mask: &GrayImage) -> Vec<f32> {
    let mut values = values_from_picture(picture);
    let area = values.len() / 3;
    for plane in values.chunks_exact_mut(area.max(1)) {
        for (value, level) in plane.iter_mut().zip(mask.as_raw()) {
            if *level >= HALF {
                *value = 0.0;
            }
        }
    }
    values
}

/// `made` where the mask is white, `original` where it is black, bit for bit, and a blend between.
#[must_use]
pub fn composite(original: &RgbImage, made: &RgbImage, mask: &GrayImage) -> RgbImage {
    let mut result = original.clone();
    let pixels = result.pixels_mut().zip(made.pixels()).zip(mask.pixels());
    for ((kept, made), level) in pixels {
        let share = u32::from(level.0[0]);
        if share == 0 {
            continue;
        }
        for (kept, made) in kept.0.iter_mut().zip(made.0) {
            let sum = u32::from(*kept) * (255 - share) + u32::from(made) * share;
            // Rounded division by 255; the quotient fits a byte because the weights sum to 255.
            *kept = u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb};

    use super::*;

    #[test]
    fn every_level_survives_the_way_to_the_model_and_back() {
        let picture =
            RgbImage::from_fn(256, 3, |x, y| Rgb([x as u8, (x as u8).wrapping_add(y as u8 * 85), 255 - x as u8]));
        let back = pictures_from_values(&values_from_picture(&picture), 256, 3);
        assert_eq!(back, [picture]);
    }

    #[test]
    fn values_that_are_no_numbers_become_black_not_a_panic() {
        let pictures = pictures_from_values(&[f32::NAN, 5.0, -5.0], 1, 1);
        assert_eq!(pictures[0].get_pixel(0, 0).0, [0, 255, 0]);
    }

    #[test]
    fn a_latent_cell_is_repainted_if_any_of_its_pixels_is_masked() {
        let mut mask = GrayImage::new(16, 16);
        mask.put_pixel(15, 7, Luma([200]));
        mask.put_pixel(0, 8, Luma([100]));
        assert_eq!(mask_in_latents(&mask, 8), [0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn outside_the_mask_the_original_is_kept_bit_for_bit() {
        let original = RgbImage::from_fn(4, 1, |x, _| Rgb([x as u8 * 60, 1, 254]));
        let made = RgbImage::from_pixel(4, 1, Rgb([255, 255, 0]));
        let mask = GrayImage::from_raw(4, 1, vec![0, 1, 128, 255]).unwrap();
        let result = composite(&original, &made, &mask);
        assert_eq!(result.get_pixel(0, 0), original.get_pixel(0, 0));
        assert_eq!(result.get_pixel(3, 0), made.get_pixel(3, 0));
        assert_eq!(result.get_pixel(1, 0).0, [61, 2, 253]);
        assert_eq!(result.get_pixel(2, 0).0, [188, 128, 127]);
    }
}
