//! A hint of any size -> one of the picture's.

use std::borrow::Cow;

use image::{Rgb, RgbImage};

use crate::hints::HintKind;
use crate::inpaint::{Axis, Kernel, resampled};
use crate::recipe::HintFit;

/// The hint as a picture of `[width, height]` pixels. An empty hint is black. Classes of a segmentation are not blended.
#[must_use]
pub fn fitted_hint(hint: &RgbImage, size: [u32; 2], fit: HintFit, kind: HintKind) -> Cow<'_, RgbImage> {
    let found = [hint.width(), hint.height()];
    if found == size {
        return Cow::Borrowed(hint);
    }
    if found.contains(&0) || size.contains(&0) {
        return Cow::Owned(RgbImage::new(size[0], size[1]));
    }
    let scales = [0, 1].map(|axis| f64::from(size[axis]) / f64::from(found[axis]));
    Cow::Owned(match fit {
        HintFit::Stretch => scaled(hint, size, scales, kind),
        HintFit::Fill => scaled(hint, size, [scales[0].max(scales[1]); 2], kind),
        HintFit::Fit => {
            let scale = scales[0].min(scales[1]);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the picture's size")]
            let inner = [0, 1].map(|axis| ((f64::from(found[axis]) * scale).round() as u32).clamp(1, size[axis]));
            let inside = scaled(hint, inner, [0, 1].map(|a| f64::from(inner[a]) / f64::from(found[a])), kind);
            let mut around = RgbImage::from_pixel(size[0], size[1], border_color(hint));
            let [left, top] = [0, 1].map(|axis| i64::from((size[axis] - inner[axis]) / 2));
            image::imageops::replace(&mut around, &inside, left, top);
            around
        }
    })
}

/// The middle of `hint` times `scales`, `size` pixels large.
fn scaled(hint: &RgbImage, size: [u32; 2], scales: [f64; 2], kind: HintKind) -> RgbImage {
    let axis = |index: usize, source: u32| {
        let length = f64::from(size[index]) / scales[index];
        Axis { start: (f64::from(source) - length) / 2.0, length, pixels: size[index] as usize }
    };
    let axes = [axis(0, hint.width()), axis(1, hint.height())];
    if kind == HintKind::Segmentation {
        return nearest(hint, size, axes);
    }
    let levels = resampled::<3>(hint.as_raw(), hint.width() as usize, axes, Kernel::Lanczos);
    RgbImage::from_raw(size[0], size[1], levels).unwrap_or_default()
}

fn nearest(hint: &RgbImage, size: [u32; 2], axes: [Axis; 2]) -> RgbImage {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
    let place = |axis: Axis, pixel: u32, source: u32| {
        let centre = axis.start + (f64::from(pixel) + 0.5) * axis.length / axis.pixels as f64;
        centre.clamp(0.0, f64::from(source - 1)) as u32
    };
    RgbImage::from_fn(size[0], size[1], |x, y| {
        *hint.get_pixel(place(axes[0], x, hint.width()), place(axes[1], y, hint.height()))
    })
}

/// The median of the outermost pixels, as the ControlNet extension of A1111's web UI fills what a hint leaves free
/// (`high_quality_border_color` in its `scripts/controlnet.py`).
fn border_color(hint: &RgbImage) -> Rgb<u8> {
    let (width, height) = hint.dimensions();
    let is_outermost = |x: u32, y: u32| x == 0 || y == 0 || x + 1 == width || y + 1 == height;
    let border: Vec<Rgb<u8>> =
        hint.enumerate_pixels().filter(|(x, y, _)| is_outermost(*x, *y)).map(|(_, _, pixel)| *pixel).collect();
    Rgb([0, 1, 2].map(|channel| {
        let mut levels: Vec<u8> = border.iter().map(|pixel| pixel.0[channel]).collect();
        levels.sort_unstable();
        levels.get(levels.len() / 2).copied().unwrap_or(0)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Rgb<u8> = Rgb([255, 0, 0]);
    const BLUE: Rgb<u8> = Rgb([0, 0, 255]);

    /// Twice as wide as high: red, and blue in its right half.
    fn wide() -> RgbImage {
        RgbImage::from_fn(8, 4, |x, _| if x < 4 { RED } else { BLUE })
    }

    #[test]
    fn a_hint_of_the_pictures_size_is_left_alone() {
        let hint = wide();
        assert!(matches!(fitted_hint(&hint, [8, 4], HintFit::Fit, HintKind::Canny), Cow::Borrowed(_)));
    }

    #[test]
    fn filling_cuts_both_sides_off_and_stretching_none() {
        for fit in [HintFit::Fill, HintFit::Stretch] {
            let square = fitted_hint(&wide(), [8, 8], fit, HintKind::Segmentation).into_owned();
            assert_eq!((square.get_pixel(0, 0), square.get_pixel(3, 7)), (&RED, &RED), "{fit}");
            assert_eq!((square.get_pixel(4, 0), square.get_pixel(7, 7)), (&BLUE, &BLUE), "{fit}");
        }
        let lines = RgbImage::from_fn(8, 4, |x, _| Rgb([if x == 0 { 255 } else { 0 }; 3]));
        let filled = fitted_hint(&lines, [4, 4], HintFit::Fill, HintKind::LineArt).into_owned();
        assert!(filled.pixels().all(|pixel| pixel.0 == [0; 3]), "the line at the edge is cut off");
        let stretched = fitted_hint(&lines, [4, 4], HintFit::Stretch, HintKind::LineArt).into_owned();
        assert!(stretched.get_pixel(0, 0).0[0] > 100);
    }

    #[test]
    fn what_a_fitted_hint_leaves_free_takes_the_colour_of_its_border() {
        let framed = RgbImage::from_fn(10, 5, |x, y| if x % 9 == 0 || y % 4 == 0 { RED } else { BLUE });
        let fitted = fitted_hint(&framed, [10, 15], HintFit::Fit, HintKind::Segmentation).into_owned();
        assert_eq!(fitted.get_pixel(5, 0), &RED);
        assert_eq!(fitted.get_pixel(5, 7), &BLUE);
        assert_eq!(fitted.get_pixel(5, 14), &RED);
    }

    #[test]
    fn classes_are_not_blended() {
        let large = fitted_hint(&wide(), [31, 13], HintFit::Stretch, HintKind::Segmentation).into_owned();
        assert!(large.pixels().all(|pixel| *pixel == RED || *pixel == BLUE));
    }

    #[test]
    fn an_empty_hint_is_black() {
        let empty = RgbImage::new(0, 0);
        assert_eq!(*fitted_hint(&empty, [8, 8], HintFit::Fit, HintKind::Depth), RgbImage::new(8, 8));
    }
}
