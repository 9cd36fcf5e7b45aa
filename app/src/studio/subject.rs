//! Telling a subject from what is around it by strokes of the painter's, and making one of them the mask.

use brushfire_engine::inpaint::{grab_cut, marks_of_strokes};
use image::{GrayImage, Luma, RgbImage};

use super::Studio;
use crate::document::selection::{Combine, inverted};
use crate::document::{CanvasSize, Document, PixelRect, TileGrid};

/// A stroke that says what is there.
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectStroke {
    pub is_subject: bool,
    /// In canvas pixels, as is the diameter.
    pub points: Vec<[f32; 2]>,
    pub diameter: f32,
}

/// The cut is found at about so many pixels: in a second or two, and in as much memory for every picture.
const MAX_PIXELS: f64 = 250_000.0;

/// Rounds of learning the colours anew.
const ROUNDS: u32 = 5;

impl Studio {
    /// Makes the subject the active mask, or what is around it.
    pub fn mask_by_subject(&mut self, strokes: Vec<SubjectStroke>, masks_background: bool) {
        if !strokes.iter().any(|stroke| stroke.is_subject) {
            return;
        }
        self.reject_shown();
        self.edit_in_background(move |document| {
            let subject = subject(document, &strokes);
            let mask = if masks_background { inverted(&subject) } else { subject };
            document.mask_by(&mask, Combine::Replace)
        });
    }
}

/// Where the subject is, with an edge that is softened by less than a pixel of the picture that was cut.
fn subject(document: &Document, strokes: &[SubjectStroke]) -> TileGrid<u16> {
    let size = document.size();
    let pixels = f64::from(size.width()) * f64::from(size.height());
    let shrink = ((pixels / MAX_PIXELS).sqrt().ceil() as u32).max(1);
    let picture = shrunk(document, shrink);
    let marked = |is_subject: bool| {
        let mut marked = GrayImage::new(picture.width(), picture.height());
        for stroke in strokes.iter().filter(|stroke| stroke.is_subject == is_subject) {
            draw(&mut marked, stroke, shrink as f32);
        }
        marked
    };
    let found = grab_cut(&picture, &marks_of_strokes(&marked(true), &marked(false)), ROUNDS, &|| false);
    enlarged(&found, size, shrink as f32)
}

/// The picture with the mean of every square of pixels, made a few rows at a time.
fn shrunk(document: &Document, shrink: u32) -> RgbImage {
    let bounds = document.bounds();
    let mut small = RgbImage::new(bounds.width().div_ceil(shrink), bounds.height().div_ceil(shrink));
    let mut sums = vec![[0_u32; 4]; small.width() as usize];
    for y in 0..small.height() {
        sums.fill([0; 4]);
        let strip = PixelRect { top: y * shrink, bottom: ((y + 1) * shrink).min(bounds.bottom), ..bounds };
        for (x, _, pixel) in document.rgb_image(strip).enumerate_pixels() {
            if let Some([red, green, blue, count]) = sums.get_mut((x / shrink) as usize) {
                let [r, g, b] = pixel.0.map(u32::from);
                (*red, *green, *blue, *count) = (*red + r, *green + g, *blue + b, *count + 1);
            }
        }
        for (x, [red, green, blue, count]) in (0..).zip(&sums) {
            let mean = |sum: &u32| (sum / (*count).max(1)) as u8;
            small.put_pixel(x, y, image::Rgb([mean(red), mean(green), mean(blue)]));
        }
    }
    small
}

/// Discs along a stroke.
fn draw(marked: &mut GrayImage, stroke: &SubjectStroke, shrink: f32) {
    let radius = (stroke.diameter / 2.0 / shrink).max(0.75);
    let mut disc = |[x, y]: [f32; 2]| {
        let span = |middle: f32, side: u32| {
            let from = (middle - radius).floor().clamp(0.0, side as f32) as u32;
            from..((middle + radius).ceil().clamp(0.0, side as f32) as u32)
        };
        for row in span(y, marked.height()) {
            for column in span(x, marked.width()) {
                let (across, down) = (column as f32 + 0.5 - x, row as f32 + 0.5 - y);
                if across * across + down * down <= radius * radius {
                    marked.put_pixel(column, row, Luma([u8::MAX]));
                }
            }
        }
    };
    let places: Vec<[f32; 2]> = stroke.points.iter().map(|point| point.map(|place| place / shrink)).collect();
    places.first().into_iter().for_each(|place| disc(*place));
    for [from, to] in places.array_windows() {
        let (across, down) = (to[0] - from[0], to[1] - from[1]);
        let steps = ((across.hypot(down) / radius.max(1.0)).ceil() as u32).max(1);
        for step in 1..=steps {
            let share = step as f32 / steps as f32;
            disc([from[0] + across * share, from[1] + down * share]);
        }
    }
}

/// A mask at the picture's size: between the small one's pixels as smoothly as can be, then with a narrow edge.
fn enlarged(small: &GrayImage, size: CanvasSize, shrink: f32) -> TileGrid<u16> {
    let (columns, rows) = (small.width() as i64, small.height() as i64);
    let level = |x: i64, y: i64| {
        let (x, y) = (x.clamp(0, columns - 1) as u32, y.clamp(0, rows - 1) as u32);
        f32::from(small.get_pixel(x, y).0[0]) / 255.0
    };
    let place = |pixel: u32| {
        let at = (pixel as f32 + 0.5) / shrink - 0.5;
        (at.floor() as i64, at - at.floor())
    };
    TileGrid::from_rows(size, |left, y, row| {
        let (above, down) = place(y);
        for (x, value) in (left..).zip(row) {
            let (before, across) = place(x);
            let line = |y: i64| level(before, y) * (1.0 - across) + level(before + 1, y) * across;
            let share = line(above) * (1.0 - down) + line(above + 1) * down;
            // An edge as wide as a pixel of the picture, whatever it was shrunk by.
            let sharp = ((share - 0.5) * shrink + 0.5).clamp(0.0, 1.0);
            *value = (sharp * f32::from(u16::MAX)).round() as u16;
        }
    })
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgb};

    use super::*;

    fn is_subject(side: u32, x: u32, y: u32) -> bool {
        x.abs_diff(side / 2).pow(2) + y.abs_diff(side / 2).pow(2) < (side / 3).pow(2)
    }

    fn document(side: u32) -> Document {
        let picture = RgbImage::from_fn(side, side, |x, y| {
            let grain = ((x * 31 + y * 17) % 23) as u8;
            if is_subject(side, x, y) { Rgb([180 + grain, 90 + grain, 60]) } else { Rgb([60, 90 + grain, 120 + grain]) }
        });
        Document::from_image(&DynamicImage::ImageRgb8(picture)).unwrap()
    }

    fn strokes(side: f32) -> Vec<SubjectStroke> {
        let line = |is_subject, y: f32, from: f32, to: f32| SubjectStroke {
            is_subject,
            points: vec![[from * side, y * side], [to * side, y * side]],
            diameter: side / 20.0,
        };
        vec![line(true, 0.5, 0.4, 0.6), line(false, 0.05, 0.05, 0.95)]
    }

    #[test]
    fn a_subject_is_told_from_its_background_by_a_stroke_on_each() {
        for side in [120, 1400] {
            let found = subject(&document(side), &strokes(side as f32));
            let wrong = (0..side * side).filter(|at| {
                let (x, y) = (at % side, at / side);
                (found.pixel(x, y) > 32_768) != is_subject(side, x, y)
            });
            let share = wrong.count() as f64 / f64::from(side * side);
            assert!(share < 0.004, "{side}: {share}");
        }
    }

    #[test]
    fn a_stroke_is_as_wide_as_its_brush() {
        let mut marked = GrayImage::new(40, 20);
        let stroke = SubjectStroke { is_subject: true, points: vec![[10.0, 20.0], [60.0, 20.0]], diameter: 16.0 };
        draw(&mut marked, &stroke, 2.0);
        assert_eq!((5..15).filter(|y| marked.get_pixel(15, *y).0[0] > 0).count(), 8);
        assert_eq!(
            (marked.get_pixel(0, 10).0, marked.get_pixel(1, 10).0, marked.get_pixel(36, 10).0),
            ([0], [255], [0])
        );
    }
}
