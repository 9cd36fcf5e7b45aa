//! A picture of what a brush does, for lists of brushes.

use image::{Rgba, RgbaImage};

use super::grid_stroke::{GridStroke, Setup};
use super::{Brush, PenSample};
use crate::document::{CanvasSize, Document, Pixel, TileGrid};

/// One stroke on a transparent ground of `width` x `height` pixels: an S from left to right, pressed harder towards the
/// middle. Brushes too large for it are made smaller. A brush that only takes or moves paint gets stripes to work on.
/// `None` where a side is 0 or too long for a canvas.
#[must_use]
pub fn preview(brush: &Brush, ink: [u8; 3], width: u32, height: u32) -> Option<RgbaImage> {
    let size = CanvasSize::new(width, height).ok()?;
    let (width, height) = (width as f32, height as f32);
    let ink = Document::opaque_pixel(ink);
    let needs_paint = brush.erases || brush.smudge > 0.3;
    let mut grid = if needs_paint { stripes(size, ink) } else { TileGrid::filled(size, Pixel::default()) };
    let mut brush = brush.clone();
    // Leaves room for the bends, and what is scattered.
    let room = if brush.tip.is_some() { 0.55 } else { 0.4 } * height / (1.0 + brush.scatter);
    brush.diameter = brush.diameter.min(room).max(Brush::MIN_DIAMETER);
    let sample = |index: u32| {
        let t = index as f32 / SAMPLES as f32;
        let margin = brush.diameter.max(0.12 * height);
        PenSample {
            pos_in_canvas: [
                margin + (width - 2.0 * margin) * t,
                height * (0.5 + 0.22 * (std::f32::consts::TAU * t).sin()),
            ],
            pressure: (std::f32::consts::PI * t).sin().max(0.02).sqrt().min(0.95),
            tilt: [30.0, -20.0],
            time: f64::from(t) * 1.2,
        }
    };
    let samples: Vec<_> = (1..=SAMPLES).map(sample).collect();
    let setup = Setup { brush: brush.clone(), ..Setup::default() };
    let mut stroke = GridStroke::begin(&mut grid, setup, ink, sample(0));
    stroke.extend(&mut grid, &samples);
    stroke.finish(&mut grid);
    Some(RgbaImage::from_fn(size.width(), size.height(), |x, y| Rgba(straight(grid.pixel(x, y)))))
}

const SAMPLES: u32 = 60;

/// Bars of the ink and of its opposite.
fn stripes(size: CanvasSize, ink: Pixel) -> TileGrid<Pixel> {
    let opposite = [65535 - ink[0], 65535 - ink[1], 65535 - ink[2], 65535];
    let bar = (size.height() / 3).max(2);
    TileGrid::from_rows(size, |left, _, row| {
        for (value, x) in row.iter_mut().zip(left..) {
            *value = if (x / bar).is_multiple_of(2) { ink } else { opposite };
        }
    })
}

/// Premultiplied 16 bits to straight 8 bits.
fn straight([red, green, blue, alpha]: Pixel) -> [u8; 4] {
    let channel = |channel: u16| (f32::from(channel) / f32::from(alpha.max(1)) * 255.0).round() as u8;
    [channel(red), channel(green), channel(blue), ((u32::from(alpha) + 128) / 257) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_shows_a_stroke_within_its_edges_whatever_the_size() {
        for diameter in [1.0, 20.0, 2000.0] {
            let picture = preview(&Brush { diameter, ..Brush::default() }, [200, 30, 20], 160, 48).unwrap();
            let painted = picture.pixels().filter(|pixel| pixel.0[3] > 128).count();
            assert!(painted > 100, "{diameter}: {painted}");
            assert!(picture.rows().next().unwrap().all(|pixel| pixel.0[3] == 0));
        }
        assert!(preview(&Brush::default(), [0; 3], 0, 10).is_none());
    }

    #[test]
    fn an_eraser_has_something_to_erase() {
        let picture = preview(&Brush { erases: true, ..Brush::default() }, [0; 3], 160, 48).unwrap();
        assert!(picture.pixels().any(|pixel| pixel.0[3] == 0) && picture.pixels().any(|pixel| pixel.0[3] == 255));
    }
}
