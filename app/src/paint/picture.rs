//! Grey pictures: tips that are stamped and grounds that are painted on.

use std::sync::Arc;

use image::GrayImage;

/// What a picture is for, and so where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureKind {
    /// White covers, black does not; the picture's larger side is the brush's diameter.
    Tip,
    /// White is a peak, black a valley; repeated without a seam.
    Grain,
}

impl PictureKind {
    /// The folder beside the brushes that holds such pictures.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Tip => "tips",
            Self::Grain => "grains",
        }
    }
}

/// A picture by its name; the picture itself is there once a library has found it.
#[derive(Clone, Debug)]
pub struct BrushPicture {
    name: String,
    picture: Option<Arc<GrayPicture>>,
}

impl BrushPicture {
    /// `name` is the file's, without a folder.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), picture: None }
    }

    #[must_use]
    pub fn with_picture(name: impl Into<String>, picture: Arc<GrayPicture>) -> Self {
        Self { name: name.into(), picture: Some(picture) }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `None` while it has not been found: a round tip and a plain ground take its place.
    #[must_use]
    pub fn picture(&self) -> Option<&Arc<GrayPicture>> {
        self.picture.as_ref()
    }
}

/// The same name is the same picture.
impl PartialEq for BrushPicture {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A grey picture with its halved copies, so that it can be sampled at any size without flicker.
pub struct GrayPicture {
    /// Each half the size of the one before, rounded up; the last has one pixel.
    levels: Vec<Level>,
    /// How far from the middle there is anything but black, as a share of half the longer side.
    reach: f32,
}

/// Values of a level's rim, left and right together as well as above and below.
const RIM: usize = 3;

struct Level {
    width: usize,
    height: usize,
    /// 0 to 65535, with a black rim: one value left and above, two right and below.
    values: Box<[u16]>,
}

impl std::fmt::Debug for GrayPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [width, height] = self.size();
        write!(f, "GrayPicture({width} x {height})")
    }
}

impl GrayPicture {
    /// Pixels of the longest side that are taken.
    pub const MAX_SIDE: u32 = 4096;

    /// `None` where a side is 0 or longer than [`GrayPicture::MAX_SIDE`].
    #[must_use]
    pub fn new(image: &GrayImage) -> Option<Self> {
        let (width, height) = image.dimensions();
        if width.min(height) == 0 || width.max(height) > Self::MAX_SIDE {
            return None;
        }
        let raw = image.as_raw();
        let at = |x: usize, y: usize| u16::from(raw.get(y * width as usize + x).copied().unwrap_or_default()) * 257;
        let mut levels = vec![Level::from_fn(width as usize, height as usize, at)];
        while let Some(half) = levels.last().and_then(Level::half) {
            levels.push(half);
        }
        Some(Self { levels, reach: reach_of(image) })
    }

    /// How far from the middle there is anything but black, as a share of half the longer side: 1.41 for a square.
    pub(super) fn reach(&self) -> f32 {
        self.reach
    }

    /// Width and height.
    #[must_use]
    pub fn size(&self) -> [usize; 2] {
        self.levels.first().map_or([1, 1], |level| [level.width, level.height])
    }

    /// Ready to be sampled where one step goes over `pixels_per_step` of its pixels.
    pub(super) fn sampler(&self, pixels_per_step: f32) -> Sampler<'_> {
        // A level is used while a step is shorter than 1.4 of its pixels: sharp, and hardly any aliasing.
        let level = (pixels_per_step / 1.4).log2().ceil().clamp(0.0, (self.levels.len() - 1) as f32) as usize;
        let [width, height] = self.size();
        let level = self.levels.get(level).or(self.levels.first());
        let scale = |of: fn(&Level) -> usize, full: usize| level.map_or(1.0, |level| of(level) as f32 / full as f32);
        Sampler { level, scale: [scale(|level| level.width, width), scale(|level| level.height, height)] }
    }
}

/// See [`GrayPicture::reach`]; with a pixel around it, for sampling between pixels.
fn reach_of(image: &GrayImage) -> f32 {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let farthest = image
        .enumerate_pixels()
        .filter(|(.., level)| level.0[0] > 0)
        .map(|(x, y, _)| (x as f32 + 0.5 - width / 2.0).hypot(y as f32 + 0.5 - height / 2.0))
        .fold(0.0, f32::max);
    2.0 * (farthest + 1.5) / width.max(height)
}

impl Level {
    fn from_fn(width: usize, height: usize, at: impl Fn(usize, usize) -> u16) -> Self {
        let mut level = Self { width, height, values: vec![0; (width + RIM) * (height + RIM)].into() };
        for y in 0..height {
            let line = level.first_of_line(y)..;
            for (x, value) in level.values.get_mut(line).unwrap_or_default().iter_mut().take(width).enumerate() {
                *value = at(x, y);
            }
        }
        level
    }

    fn first_of_line(&self, y: usize) -> usize {
        (y + 1) * (self.width + RIM) + 1
    }

    fn line(&self, y: usize) -> &[u16] {
        let first = self.first_of_line(y);
        self.values.get(first..first + self.width).unwrap_or_default()
    }

    /// `None` for one pixel. An odd last row or column is averaged with itself.
    fn half(&self) -> Option<Self> {
        if self.width == 1 && self.height == 1 {
            return None;
        }
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let at = |x: usize, y: usize| {
            u32::from(self.line(y.min(self.height - 1)).get(x.min(self.width - 1)).copied().unwrap_or_default())
        };
        Some(Self::from_fn(width, height, |x, y| {
            let (x, y) = (2 * x, 2 * y);
            ((at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1) + 2) / 4) as u16
        }))
    }
}

/// Places that are looked at together, so that the compiler makes vectors of them.
pub(super) const TOGETHER: usize = 16;
pub(super) type Together = [f32; TOGETHER];

/// A picture at the level that fits the size it is drawn at.
pub(super) struct Sampler<'a> {
    level: Option<&'a Level>,
    /// Pixels of the level per pixel of the picture.
    scale: [f32; 2],
}

impl Sampler<'_> {
    /// The values at `x`, `y` (pixels of the picture; the centre of its first is 0.5, 0.5), 0 to 65535, bilinear; black
    /// beyond the picture.
    #[inline(always)]
    pub(super) fn at(&self, x: &Together, y: &Together) -> Together {
        let Some(level) = self.level else { return [0.0; TOGETHER] };
        let stride = level.width + RIM;
        let mut first = [0; TOGETHER];
        let (mut share_x, mut share_y) = ([0.0; TOGETHER], [0.0; TOGETHER]);
        for i in 0..TOGETHER {
            // The rim is as black as all that lies beyond it.
            let x = (x[i] * self.scale[0] - 0.5).max(-1.0).min(level.width as f32);
            let y = (y[i] * self.scale[1] - 0.5).max(-1.0).min(level.height as f32);
            let (left, top) = (x.floor(), y.floor());
            (share_x[i], share_y[i]) = (x - left, y - top);
            first[i] = whole(top + 1.0) * stride as u32 + whole(left + 1.0);
        }
        let mut corners = [[0.0; TOGETHER]; 4];
        for (i, first) in first.into_iter().enumerate() {
            let pair = |at: usize| match level.values.get(at..at + 2) {
                Some([left, right]) => [f32::from(*left), f32::from(*right)],
                _ => [0.0; 2],
            };
            let ([a, b], [c, d]) = (pair(first as usize), pair(first as usize + stride));
            (corners[0][i], corners[1][i], corners[2][i], corners[3][i]) = (a, b, c, d);
        }
        let [a, b, c, d] = corners;
        let mut values = [0.0; TOGETHER];
        for i in 0..TOGETHER {
            let upper = a[i] + (b[i] - a[i]) * share_x[i];
            let lower = c[i] + (d[i] - c[i]) * share_x[i];
            values[i] = upper + (lower - upper) * share_y[i];
        }
        values
    }

    /// Writes the values along a row of the repeated picture, from `x`, `y` on; neighbours are `step` apart.
    pub(super) fn repeat_along_row(&self, [x, y]: [f32; 2], step: f32, row: &mut [u16]) {
        let Some(level) = self.level else { return };
        let (width, height) = (level.width as f32, level.height as f32);
        let y = (y * self.scale[1] - 0.5).rem_euclid(height);
        let top = (y as usize).min(level.height - 1);
        let share_y = y - top as f32;
        let (upper, lower) = (level.line(top), level.line(if top + 1 < level.height { top + 1 } else { 0 }));
        let (mut x, step) = ((x * self.scale[0] - 0.5).rem_euclid(width), step * self.scale[0]);
        for value in row {
            let left = (x as usize).min(level.width - 1);
            let right = if left + 1 < level.width { left + 1 } else { 0 };
            let at = |line: &[u16], x: usize| f32::from(line.get(x).copied().unwrap_or_default());
            let mix = |a: f32, b: f32, share: f32| a + (b - a) * share;
            let share_x = x - left as f32;
            let above = mix(at(upper, left), at(upper, right), share_x);
            let below = mix(at(lower, left), at(lower, right), share_x);
            *value = mix(above, below, share_y) as u16;
            x += step;
            while x >= width {
                x -= width;
            }
        }
    }
}

/// A whole number from 0 to 2^23, which stands in the mantissa once 2^23 is added.
#[inline(always)]
fn whole(value: f32) -> u32 {
    (value + 8_388_608.0).to_bits() & 0x7f_ffff
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    fn value_at(sampler: &Sampler<'_>, x: f32, y: f32) -> f32 {
        sampler.at(&[x; TOGETHER], &[y; TOGETHER])[0]
    }

    fn checkers() -> GrayPicture {
        GrayPicture::new(&GrayImage::from_fn(8, 4, |x, y| Luma([if (x + y) % 2 == 0 { 255 } else { 0 }]))).unwrap()
    }

    #[test]
    fn pixels_are_found_at_their_centres_and_between_them_mixed() {
        let picture = checkers();
        let sampler = picture.sampler(1.0);
        assert_eq!((value_at(&sampler, 0.5, 0.5), value_at(&sampler, 1.5, 0.5)), (65535.0, 0.0));
        assert!((value_at(&sampler, 1.0, 0.5) - 32767.5).abs() < 1.0);
        for beyond in [[-5.0, 2.0], [4.0, -0.5], [8.5, 2.0], [4.0, 4.5], [1e9, 1e9], [-1e9, -1e9]] {
            assert_eq!(value_at(&sampler, beyond[0], beyond[1]), 0.0, "{beyond:?}");
        }
        assert_eq!(value_at(&sampler, 0.0, 0.0), 65535.0 / 4.0, "the corner fades out over a pixel");
        assert_eq!(value_at(&sampler, 8.0, 3.5), 65535.0 / 2.0, "and so does the edge");
        let mut row = [0; 24];
        picture.sampler(1.0).repeat_along_row([-8.0, 6.25], 1.0, &mut row);
        assert_eq!(row[..8], row[8..16]);
        assert!(
            (0..7).all(|x| f32::from(row[8 + x]) == value_at(&sampler, x as f32, 2.25).floor() || x == 0),
            "{row:?}"
        );
    }

    #[test]
    fn a_picture_made_small_is_its_average() {
        let picture = checkers();
        for (step, x, y) in [(2.5, 3.0, 1.0), (100.0, 4.0, 2.0)] {
            assert!((value_at(&picture.sampler(step), x, y) - 32767.5).abs() < 2.0, "{step}");
        }
    }

    #[test]
    fn pictures_without_pixels_or_with_too_many_are_refused() {
        assert!(GrayPicture::new(&GrayImage::new(0, 5)).is_none());
        assert!(GrayPicture::new(&GrayImage::new(GrayPicture::MAX_SIDE + 1, 1)).is_none());
    }
}
