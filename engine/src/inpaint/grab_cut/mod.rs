//! Telling a subject from its background by a few strokes: GrabCut (Rother, Kolmogorov and Blake 2004). The colours of both
//! are described by mixtures of Gaussians, and the least cut through the grid of pixels parts them where neighbours differ;
//! each round learns the colours anew from the last. The numbers are those of OpenCV's `grabCut`.

mod color_model;
mod max_flow;

use image::{GrayImage, RgbImage};

use super::resample::{Axis, Kernel, resampled};
use color_model::{Color, ColorModel, clusters};
use max_flow::{DIRECTIONS, GridCut};

/// What is said, or guessed, of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Background,
    Subject,
    /// A guess that may be changed.
    MaybeBackground,
    /// A guess that may be changed.
    MaybeSubject,
}

impl Mark {
    fn is_subject(self) -> bool {
        matches!(self, Self::Subject | Self::MaybeSubject)
    }
}

/// How much it costs to part equal neighbours.
const SMOOTHNESS: f64 = 50.0;
/// More than all links of a pixel cost together: what a stroke says is not changed.
const CERTAIN: f64 = 9.0 * SMOOTHNESS;
/// Larger pictures are cut at about so many pixels, in seconds and not in minutes, and the mask is enlarged.
const MAX_PIXELS: u32 = 1 << 18;

/// The subject, as a mask of the picture's size: 255 where it is, 0 where it is not. `marks` has one for each pixel; some
/// must be subject and some background, by stroke or guess, or nothing is found. `rounds` of 5 are usual.
/// `is_cancelled` is asked between them; what is known by then is returned.
#[must_use]
pub fn grab_cut(picture: &RgbImage, marks: &[Mark], rounds: u32, is_cancelled: &dyn Fn() -> bool) -> GrayImage {
    let (width, height) = picture.dimensions();
    if marks.len() != width as usize * height as usize {
        return GrayImage::new(width, height);
    }
    let pixels = width.saturating_mul(height);
    if pixels <= MAX_PIXELS {
        return cut(picture, marks.to_vec(), rounds, is_cancelled);
    }
    let shrink = (f64::from(pixels) / f64::from(MAX_PIXELS)).sqrt();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "smaller than it was, at least 1")]
    let size = [width, height].map(|side| ((f64::from(side) / shrink) as u32).max(1));
    let small = scaled::<3>(picture.as_raw(), [width, height], size);
    let small = RgbImage::from_raw(size[0], size[1], small).unwrap_or_default();
    let found = cut(&small, shrunk_marks(marks, [width, height], size), rounds, is_cancelled);
    let mut mask = scaled::<1>(found.as_raw(), size, [width, height]);
    for (level, mark) in mask.iter_mut().zip(marks) {
        *level = match mark {
            Mark::Subject => u8::MAX,
            Mark::Background => 0,
            _ if *level > u8::MAX / 2 => u8::MAX,
            _ => 0,
        };
    }
    GrayImage::from_raw(width, height, mask).unwrap_or_default()
}

/// The marks of two masks of strokes, of one size, and of a guess for the rest: background.
#[must_use]
pub fn marks_of_strokes(subject: &GrayImage, background: &GrayImage) -> Vec<Mark> {
    let mark = |(subject, background): (&u8, &u8)| match (*subject > 0, *background > 0) {
        (_, true) => Mark::Background,
        (true, false) => Mark::Subject,
        (false, false) => Mark::MaybeBackground,
    };
    subject.iter().zip(background.iter()).map(mark).collect()
}

fn scaled<const C: usize>(source: &[u8], from: [u32; 2], to: [u32; 2]) -> Vec<u8> {
    let axis = |axis: usize| Axis { start: 0.0, length: from[axis].into(), pixels: to[axis] as usize };
    resampled::<C>(source, from[0] as usize, [axis(0), axis(1)], Kernel::Triangle)
}

/// What is certain of any pixel under a smaller picture's is certain of it; otherwise the guess at its middle.
fn shrunk_marks(marks: &[Mark], from: [u32; 2], to: [u32; 2]) -> Vec<Mark> {
    let at = |small: u32, axis: usize| u64::from(small) * u64::from(from[axis]) / u64::from(to[axis]);
    let mut shrunk = Vec::with_capacity(to[0] as usize * to[1] as usize);
    for y in 0..to[1] {
        for x in 0..to[0] {
            let rows = at(y, 1)..at(y + 1, 1).max(at(y, 1) + 1);
            let columns = at(x, 0)..at(x + 1, 0).max(at(x, 0) + 1);
            let under = || {
                rows.clone().flat_map(|y| columns.clone().map(move |x| (x, y))).filter_map(|(x, y)| {
                    let index = usize::try_from(y * u64::from(from[0]) + x).ok()?;
                    marks.get(index).copied()
                })
            };
            let certain = under().find(|mark| matches!(mark, Mark::Subject | Mark::Background));
            shrunk.push(certain.or_else(|| under().next_back()).unwrap_or(Mark::MaybeBackground));
        }
    }
    shrunk
}

fn cut(picture: &RgbImage, mut marks: Vec<Mark>, rounds: u32, is_cancelled: &dyn Fn() -> bool) -> GrayImage {
    let colors: Vec<Color> = picture.pixels().map(|pixel| pixel.0.map(f64::from)).collect();
    let width = picture.width() as usize;
    let contrast = contrast(&colors, width);
    let mut models: Option<[ColorModel; 2]> = None;
    for _ in 0..rounds {
        if is_cancelled() {
            break;
        }
        let Some(learned) = learned(&colors, &marks, models.as_ref()) else { break };
        part(&colors, width, contrast, &learned, &mut marks);
        models = Some(learned);
    }
    let levels = marks.iter().map(|mark| if mark.is_subject() { u8::MAX } else { 0 }).collect();
    GrayImage::from_raw(picture.width(), picture.height(), levels).unwrap_or_default()
}

/// The colours of background and subject as they are taken to be now; `None` where one of them is nowhere.
fn learned(colors: &[Color], marks: &[Mark], before: Option<&[ColorModel; 2]>) -> Option<[ColorModel; 2]> {
    let model = |is_subject: bool| {
        let of_it = colors.iter().zip(marks).filter(|(_, mark)| mark.is_subject() == is_subject);
        let own: Vec<Color> = of_it.map(|(color, _)| *color).collect();
        let mixture = || match before {
            Some(models) => own.iter().map(|color| models[usize::from(is_subject)].nearest(*color)).collect(),
            None => {
                let first = ColorModel::of(&own, &clusters(&own));
                own.iter().map(|color| first.nearest(*color)).collect::<Vec<_>>()
            }
        };
        (!own.is_empty()).then(|| ColorModel::of(&own, &mixture()))
    };
    Some([model(false)?, model(true)?])
}

/// One over twice the mean squared difference of neighbours: what counts as a large difference in this picture.
fn contrast(colors: &[Color], width: usize) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    each_link(colors, width, |at, other, _| {
        sum += apart(colors[at], colors[other]);
        count += 1.0;
    });
    if sum > 0.0 { count / (2.0 * sum) } else { 0.0 }
}

fn apart(a: Color, b: Color) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// Calls with every pair of neighbours once, and the direction from the first to the second.
fn each_link(colors: &[Color], width: usize, mut link: impl FnMut(usize, usize, usize)) {
    let height = colors.len() / width.max(1);
    for at in 0..colors.len() {
        let (x, y) = (at % width, at / width);
        for (direction, [across, down]) in DIRECTIONS.into_iter().enumerate().skip(4) {
            let (Some(x), Some(y)) = (x.checked_add_signed(across as isize), y.checked_add_signed(down as isize))
            else {
                continue;
            };
            if x < width && y < height {
                link(at, y * width + x, direction);
            }
        }
    }
}

/// Parts the pixels anew; strokes stay.
fn part(colors: &[Color], width: usize, contrast: f64, [background, subject]: &[ColorModel; 2], marks: &mut [Mark]) {
    let mut grid = GridCut::new(width, colors.len() / width.max(1));
    for (at, (color, mark)) in colors.iter().zip(&*marks).enumerate() {
        let cost = |model: &ColorModel| -model.likelihood(*color).max(f64::MIN_POSITIVE).ln();
        let (source, sink) = match mark {
            Mark::Background => (0.0, CERTAIN),
            Mark::Subject => (CERTAIN, 0.0),
            Mark::MaybeBackground | Mark::MaybeSubject => (cost(background), cost(subject)),
        };
        grid.link_terminals(at % width, at / width, source, sink);
    }
    each_link(colors, width, |at, other, direction| {
        let [across, down] = DIRECTIONS[direction];
        let length = f64::from(across * across + down * down).sqrt();
        let cost = SMOOTHNESS / length * (-contrast * apart(colors[at], colors[other])).exp();
        grid.link(at % width, at / width, direction, cost);
    });
    grid.cut();
    for (at, mark) in marks.iter_mut().enumerate() {
        if let Mark::MaybeBackground | Mark::MaybeSubject = mark {
            let is_subject = grid.is_on_source_side(at % width, at / width);
            *mark = if is_subject { Mark::MaybeSubject } else { Mark::MaybeBackground };
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb};

    use super::*;

    fn picture(side: u32) -> (RgbImage, GrayImage) {
        let is_subject = |x: u32, y: u32| x.abs_diff(side / 2).pow(2) + y.abs_diff(side / 2).pow(2) < (side / 3).pow(2);
        let grain = |x: u32, y: u32| ((x * 31 + y * 17) % 23) as u8;
        let picture = RgbImage::from_fn(side, side, |x, y| {
            let level = grain(x, y);
            if is_subject(x, y) { Rgb([180 + level, 90 + level, 60]) } else { Rgb([60, 90 + level, 120 + level]) }
        });
        (picture, GrayImage::from_fn(side, side, |x, y| Luma([if is_subject(x, y) { 255 } else { 0 }])))
    }

    fn strokes(side: u32) -> Vec<Mark> {
        let line = |from: u32, to: u32, at: u32| {
            GrayImage::from_fn(side, side, |x, y| {
                Luma([if (from..to).contains(&x) && y.abs_diff(at) < 2 { 255 } else { 0 }])
            })
        };
        marks_of_strokes(&line(side / 3, side * 2 / 3, side / 2), &line(2, side - 2, 4))
    }

    #[test]
    fn a_subject_is_found_by_one_stroke_on_it_and_one_beside_it() {
        let (picture, subject) = picture(90);
        assert_eq!(grab_cut(&picture, &strokes(90), 5, &|| false), subject);
    }

    #[test]
    fn a_large_picture_is_cut_at_a_smaller_size_and_strokes_stay() {
        let (picture, subject) = picture(720);
        let mut marks = strokes(720);
        marks[0] = Mark::Subject;
        let found = grab_cut(&picture, &marks, 3, &|| false);
        let wrong = found.iter().zip(subject.iter()).filter(|(a, b)| a != b).count();
        assert!(wrong < 720 * 720 / 200, "{wrong} pixels");
        assert_eq!(found.get_pixel(0, 0).0, [255]);
    }

    #[test]
    fn without_a_subject_or_with_marks_of_another_picture_nothing_is_found() {
        let (picture, _) = picture(40);
        let nothing = GrayImage::new(40, 40);
        assert_eq!(grab_cut(&picture, &[Mark::MaybeBackground; 1600], 5, &|| false), nothing);
        assert_eq!(grab_cut(&picture, &[Mark::Subject; 7], 5, &|| false), nothing);
    }
}
