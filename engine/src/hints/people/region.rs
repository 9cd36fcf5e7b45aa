//! A square part of a picture, turned as the thing in it is turned: what a network sees.

use image::RgbImage;
use rayon::prelude::*;

/// A place in a picture as MediaPipe counts: 0 is the middle of the first pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    pub x: f32,
    pub y: f32,
}

impl Place {
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// A square of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    pub middle: Place,
    /// Length of its edges in pixels.
    pub side: f32,
    /// By which it is turned clockwise, in radians.
    pub angle: f32,
}

/// What lies outside of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    Black,
    /// The nearest pixel of the picture.
    Edge,
}

/// Pixels of the picture for one of the network's, up to which it is read as it is.
const COARSEST: f32 = 3.0;

/// Parts with fewer pixels than this along their edges show a detector nothing new.
const SMALLEST_PART: f32 = 192.0;

impl Region {
    /// All of a picture, in the middle of a square.
    #[must_use]
    pub fn around(picture: &RgbImage) -> Self {
        let [width, height] = [picture.width() as f32, picture.height() as f32];
        Self { middle: Place { x: width / 2.0, y: height / 2.0 }, side: width.max(height), angle: 0.0 }
    }

    /// Overlapping squares of half the size that together show all of a picture; none where it is small already.
    #[must_use]
    pub fn parts(picture: &RgbImage) -> Vec<Self> {
        let [width, height] = [picture.width() as f32, picture.height() as f32];
        let side = width.max(height) / 2.0;
        if side < SMALLEST_PART {
            return Vec::new();
        }
        // From edge to edge in steps of half a part, in one where it is as wide as that.
        let middles = |length: f32| {
            let steps = ((length - side) / (side / 2.0)).ceil().max(0.0);
            let first = (side / 2.0).min(length / 2.0);
            (0..=steps as usize).map(move |i| first + (length - 2.0 * first) * i as f32 / steps.max(1.0))
        };
        let parts = middles(height).flat_map(|y| middles(width).map(move |x| Place { x, y }));
        parts.map(|middle| Self { middle, side, angle: 0.0 }).collect()
    }

    /// Around `start`, so that `end` is on its edge, turned until `end` lies in the direction `target` (in degrees; 90 is up
    /// and -90 down): MediaPipe's `AlignmentPointsRectsCalculator`.
    #[must_use]
    pub fn aligned(start: Place, end: Place, target: f32) -> Self {
        Self { middle: start, side: 2.0 * start.distance(end), angle: turn(start, end, target) }
    }

    /// Larger by `scale`, moved along its own vertical by `down` of its side before.
    #[must_use]
    pub fn grown(self, scale: f32, down: f32) -> Self {
        let (sin, cos) = self.angle.sin_cos();
        let shift = down * self.side;
        let middle = Place { x: self.middle.x - sin * shift, y: self.middle.y + cos * shift };
        Self { middle, side: self.side * scale, ..self }
    }

    /// The place in the picture of `(u, v)`, which go from 0 to 1 across the square and down it.
    #[must_use]
    pub fn place(&self, u: f32, v: f32) -> Place {
        let (sin, cos) = self.angle.sin_cos();
        let (across, down) = ((u - 0.5) * self.side, (v - 0.5) * self.side);
        Place { x: self.middle.x + cos * across - sin * down, y: self.middle.y + sin * across + cos * down }
    }

    /// The square as a network's input `[3, size, size]`, row-major, black being `range[0]` and white `range[1]`; between
    /// pixels it is bilinear.
    #[must_use]
    pub fn cut(&self, picture: &RgbImage, size: usize, range: [f32; 2], outside: Outside) -> Vec<f32> {
        let mut halves = 0;
        let mut smaller = None;
        while self.side / (size as f32 * 2f32.powi(halves)) > COARSEST {
            let picture: &RgbImage = smaller.as_ref().unwrap_or(picture);
            if picture.width().min(picture.height()) < 2 {
                break;
            }
            smaller = Some(halved(picture));
            halves += 1;
        }
        let picture = smaller.as_ref().unwrap_or(picture);
        let scale = 2f32.powi(halves);
        let mut pixels = vec![[0.0; 3]; size * size];
        pixels.par_chunks_mut(size).enumerate().for_each(|(row, pixels)| {
            for (column, pixel) in pixels.iter_mut().enumerate() {
                let at = self.place(column as f32 / size as f32, row as f32 / size as f32);
                // The middle of the first pixel of a halved picture is between the first two of the picture.
                let in_smaller = |x: f32| (x + 0.5) / scale - 0.5;
                *pixel = sample(picture, in_smaller(at.x), in_smaller(at.y), outside);
            }
        });
        let [black, white] = range;
        let level = |value: f32| black + value / 255.0 * (white - black);
        (0..3).flat_map(|channel| pixels.iter().map(move |pixel| level(pixel[channel]))).collect()
    }
}

/// By how much to turn clockwise so that `end` lies from `start` in the direction `target`, in degrees.
#[must_use]
pub fn turn(start: Place, end: Place, target: f32) -> f32 {
    target.to_radians() - (start.y - end.y).atan2(end.x - start.x)
}

/// 0 to 255 a channel.
fn sample(picture: &RgbImage, x: f32, y: f32, outside: Outside) -> [f32; 3] {
    let (left, top) = (x.floor(), y.floor());
    let (right_share, bottom_share) = (x - left, y - top);
    let pixel = |dx: f32, dy: f32| {
        let (x, y) = (left + dx, top + dy);
        let (last_x, last_y) = (picture.width().saturating_sub(1) as f32, picture.height().saturating_sub(1) as f32);
        let inside = (0.0..=last_x).contains(&x) && (0.0..=last_y).contains(&y);
        if outside == Outside::Black && !inside {
            return [0.0; 3];
        }
        let pixel = picture.get_pixel_checked(x.clamp(0.0, last_x) as u32, y.clamp(0.0, last_y) as u32);
        pixel.map_or([0.0; 3], |pixel| pixel.0.map(f32::from))
    };
    let mix = |a: [f32; 3], b: [f32; 3], share: f32| std::array::from_fn(|i| a[i] + (b[i] - a[i]) * share);
    let top = mix(pixel(0.0, 0.0), pixel(1.0, 0.0), right_share);
    let bottom = mix(pixel(0.0, 1.0), pixel(1.0, 1.0), right_share);
    mix(top, bottom, bottom_share)
}

/// Each pixel the mean of four.
fn halved(picture: &RgbImage) -> RgbImage {
    RgbImage::from_par_fn(picture.width() / 2, picture.height() / 2, |x, y| {
        let mut sum = [2u16; 3];
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let pixel = picture.get_pixel(2 * x + dx, 2 * y + dy);
            sum.iter_mut().zip(pixel.0).for_each(|(sum, level)| *sum += u16::from(level));
        }
        image::Rgb(sum.map(|sum| (sum / 4) as u8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: Place, x: f32, y: f32) {
        assert!((found.x - x).abs() < 1e-4 && (found.y - y).abs() < 1e-4, "{found:?}");
    }

    #[test]
    fn a_region_is_turned_with_what_it_is_aligned_to() {
        let place = |x, y| Place { x, y };
        let upright = Region::aligned(place(10.0, 10.0), place(10.0, 4.0), 90.0);
        assert_eq!((upright.side, upright.angle), (12.0, 0.0));
        near(upright.place(0.5, 0.0), 10.0, 4.0);
        let to_the_right = Region::aligned(place(10.0, 10.0), place(16.0, 10.0), 90.0);
        near(to_the_right.place(0.5, 0.0), 16.0, 10.0);
        near(to_the_right.place(1.0, 0.5), 10.0, 16.0);
        near(to_the_right.grown(2.0, -0.5).place(0.5, 0.5), 16.0, 10.0);
    }

    #[test]
    fn parts_reach_from_edge_to_edge() {
        let picture = RgbImage::new(800, 500);
        let parts = Region::parts(&picture);
        assert!(parts.iter().all(|part| part.side == 400.0));
        let middles: Vec<(f32, f32)> = parts.iter().map(|part| (part.middle.x, part.middle.y)).collect();
        assert_eq!(
            middles,
            [(200.0, 200.0), (400.0, 200.0), (600.0, 200.0), (200.0, 300.0), (400.0, 300.0), (600.0, 300.0)]
        );
        assert!(Region::parts(&RgbImage::new(300, 300)).is_empty());
    }

    #[test]
    fn cutting_reads_between_pixels_and_knows_what_is_outside() {
        let picture = RgbImage::from_fn(4, 4, |x, _| image::Rgb([x as u8 * 60, 0, 255]));
        let region = Region { middle: Place { x: 2.0, y: 2.0 }, side: 8.0, angle: 0.0 };
        let red = |outside| region.cut(&picture, 4, [0.0, 255.0], outside)[8..12].to_vec();
        // Columns -2, 0, 2 and 4 of row 2.
        assert_eq!(red(Outside::Black), [0.0, 0.0, 120.0, 0.0]);
        assert_eq!(red(Outside::Edge), [0.0, 0.0, 120.0, 180.0]);
        let fine = Region { side: 2.0, ..region }.cut(&picture, 4, [0.0, 255.0], Outside::Edge);
        assert_eq!(fine[8..12], [60.0, 90.0, 120.0, 150.0]);
    }

    #[test]
    fn far_larger_pictures_are_averaged_before_they_are_read() {
        let stripes = RgbImage::from_fn(64, 64, |x, _| image::Rgb([(x % 2) as u8 * 200; 3]));
        let cut = Region::around(&stripes).cut(&stripes, 8, [0.0, 255.0], Outside::Edge);
        assert!(cut.iter().all(|&level| (level - 100.0).abs() <= 1.0), "{cut:?}");
    }
}
