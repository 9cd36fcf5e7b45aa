//! Filling a hole with pieces of the picture itself, so that texture goes on where edge colours would only be smooth: the
//! picture's every patch over the hole should look like some patch elsewhere (Wexler, Shechtman and Irani 2007,
//! "Space-Time Completion of Video"), found by PatchMatch (Barnes et al. 2009), from coarse to fine.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixels of a picture and their levels; numbers below 2^31"
)]

use image::{GrayImage, RgbImage};

use super::distance::distances_to_zero;
use super::membrane::{Lanes, span_membrane};

/// Patches are squares of so many pixels to each side of their middle.
const REACH: usize = 3;
/// Pixels of a patch's side.
const SIDE: usize = 2 * REACH + 1;
/// The coarsest picture is about so wide or high.
const COARSEST: usize = 28;
/// Where more patches are to be found than this, the finest picture is gone over once only.
const MANY: usize = 150_000;
/// As many of the patches count as alike when they vote on a colour.
const QUANTILE: f64 = 0.75;

/// The picture with `hole` (0 keeps, all else is filled) filled by pieces of what `source` allows (0 forbids), which is
/// everything beside the hole where it allows nothing. All three are of one size. `is_cancelled` is asked now and then; what
/// is there by then is returned. The same picture gives the same filling.
#[must_use]
pub fn filled_with_patches(
    picture: &RgbImage,
    hole: &GrayImage,
    source: &GrayImage,
    is_cancelled: &dyn Fn() -> bool,
) -> RgbImage {
    let is_alike = hole.dimensions() == picture.dimensions() && source.dimensions() == picture.dimensions();
    if !is_alike || !hole.iter().any(|level| *level > 0) {
        return picture.clone();
    }
    let mut levels = vec![Level::of(picture, hole, source)];
    while let Some(next) = levels.last().and_then(Level::halved) {
        levels.push(next);
    }
    let mut filled: Option<Level> = None;
    while let Some(mut level) = levels.pop() {
        let is_finest = levels.is_empty();
        match &filled {
            None => level.begin(),
            Some(coarse) => level.begin_from(coarse),
        }
        level.improve(is_finest, is_cancelled);
        filled = Some(level);
    }
    filled.map_or_else(|| picture.clone(), |level| level.laid_into(picture))
}

/// The picture at one of its sizes.
struct Level {
    width: usize,
    height: usize,
    colors: Vec<Lanes>,
    hole: Vec<bool>,
    /// May be taken from.
    allowed: Vec<bool>,
    /// Middles of patches that may be taken from as a whole.
    is_source: Vec<bool>,
    sources: Vec<u32>,
    /// Middles of patches with a piece of the hole in them, row by row.
    targets: Vec<u32>,
    /// The source that each target looks like, and how much it differs: a sum of squares.
    matches: Vec<u32>,
    differences: Vec<f32>,
    /// How much each patch's word counts: the less, the further inside the hole it lies.
    trust: Vec<f32>,
    random: u64,
}

const NONE: u32 = u32::MAX;

/// What a patch's word is worth less for every pixel further inside (Wexler et al., section 3.3).
const DISTRUST: f32 = 1.3;

/// Deeper inside than this nothing is trusted less.
const DEEP: f32 = 40.0;

fn trust(hole: &[bool], width: usize) -> Vec<f32> {
    let hole: Vec<u8> = hole.iter().map(|hole| u8::from(*hole)).collect();
    distances_to_zero(&hole, width, DEEP).into_iter().map(|inside| DISTRUST.powf(-inside.min(DEEP))).collect()
}

impl Level {
    fn of(picture: &RgbImage, hole: &GrayImage, source: &GrayImage) -> Self {
        let colors = picture.as_raw().as_chunks::<3>().0.iter().map(|pixel| pixel.map(f32::from)).collect();
        let hole: Vec<bool> = hole.iter().map(|level| *level > 0).collect();
        let allowed: Vec<bool> = source.iter().zip(&hole).map(|(level, hole)| *level > 0 && !hole).collect();
        Self::new(picture.width() as usize, colors, hole, allowed)
    }

    fn new(width: usize, colors: Vec<Lanes>, hole: Vec<bool>, allowed: Vec<bool>) -> Self {
        let height = colors.len() / width.max(1);
        let mut level = Self {
            width,
            height,
            is_source: vec![],
            sources: vec![],
            targets: vec![],
            matches: vec![NONE; colors.len()],
            differences: vec![f32::INFINITY; colors.len()],
            trust: trust(&hole, width),
            colors,
            hole,
            allowed,
            random: 0x9E37_79B9_7F4A_7C15,
        };
        let forbidden: Vec<bool> = level.allowed.iter().map(|allowed| !allowed).collect();
        level.is_source = level.middles(&level.patches_with(&forbidden), 0);
        if !level.is_source.contains(&true) {
            // Too little is allowed for a whole patch.
            level.is_source = level.middles(&level.patches_with(&level.hole), 0);
        }
        level.sources = (0..).zip(&level.is_source).filter(|(_, is)| **is).map(|(at, _)| at).collect();
        let with_hole = level.patches_with(&level.hole);
        let is_target = |at: &u32| level.is_middle(*at as usize) && with_hole[*at as usize] > 0;
        level.targets = (0..level.colors.len() as u32).filter(is_target).collect();
        level
    }

    /// Whether a whole patch about it is in the picture.
    fn is_middle(&self, at: usize) -> bool {
        let (x, y) = (at % self.width, at / self.width);
        x >= REACH && y >= REACH && x + REACH < self.width && y + REACH < self.height
    }

    fn middles(&self, counts: &[u16], wanted: u16) -> Vec<bool> {
        (0..counts.len()).map(|at| counts[at] == wanted && self.is_middle(at)).collect()
    }

    /// How many of these pixels there are in the patch about each.
    fn patches_with(&self, marked: &[bool]) -> Vec<u16> {
        let (width, height) = (self.width, self.height);
        let mut across = vec![0_u16; marked.len()];
        for y in 0..height {
            for x in 0..width {
                let (from, to) = (x.saturating_sub(REACH), (x + REACH + 1).min(width));
                across[y * width + x] = marked[y * width + from..y * width + to].iter().map(|is| u16::from(*is)).sum();
            }
        }
        let mut counts = vec![0; marked.len()];
        for y in 0..height {
            for row in y.saturating_sub(REACH)..(y + REACH + 1).min(height) {
                for x in 0..width {
                    counts[y * width + x] += across[row * width + x];
                }
            }
        }
        counts
    }

    /// Half as wide and high; none where that would be too small.
    fn halved(&self) -> Option<Self> {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        if width.min(height) < COARSEST.max(2 * SIDE) {
            return None;
        }
        let mut colors = Vec::with_capacity(width * height);
        let (mut hole, mut allowed) = (Vec::with_capacity(width * height), Vec::with_capacity(width * height));
        for y in 0..height {
            for x in 0..width {
                let (mut sum, mut count, mut is_hole, mut is_allowed) = ([0.0; 3], 0.0, false, true);
                for row in (2 * y..2 * y + 2).take_while(|row| *row < self.height) {
                    for at in (2 * x..2 * x + 2).take_while(|x| *x < self.width).map(|x| row * self.width + x) {
                        is_allowed &= self.allowed[at];
                        if self.hole[at] {
                            is_hole = true;
                        } else {
                            count += 1.0;
                            (0..3).for_each(|lane| sum[lane] += self.colors[at][lane]);
                        }
                    }
                }
                colors.push(sum.map(|sum: f32| sum / f32::max(count, 1.0)));
                hole.push(is_hole);
                allowed.push(is_allowed && !is_hole);
            }
        }
        let halved = Self::new(width, colors, hole, allowed);
        (!halved.sources.is_empty()).then_some(halved)
    }

    /// With the smoothest colours, and matches by chance.
    fn begin(&mut self) {
        let known: Vec<bool> = self.hole.iter().map(|hole| !hole).collect();
        span_membrane(&mut self.colors, &known, self.width);
        if self.sources.is_empty() {
            return;
        }
        for index in 0..self.targets.len() {
            let target = self.targets[index];
            let source = self.any_source();
            self.take(target, source);
        }
    }

    /// With the matches found at half the size.
    fn begin_from(&mut self, coarse: &Self) {
        for index in 0..self.targets.len() {
            let target = self.targets[index];
            let (x, y) = (target as usize % self.width, target as usize / self.width);
            let match_ = coarse.matches[(y / 2).min(coarse.height - 1) * coarse.width + (x / 2).min(coarse.width - 1)];
            let twice = (match_ != NONE).then(|| {
                let (column, row) = (match_ as usize % coarse.width, match_ as usize / coarse.width);
                [2 * column + x % 2, 2 * row + y % 2]
            });
            let found = twice.filter(|[x, y]| *x < self.width && *y < self.height).map(|[x, y]| y * self.width + x);
            let source = match found.filter(|at| self.is_source[*at]) {
                Some(at) => at as u32,
                None => self.any_source(),
            };
            self.matches[target as usize] = source;
            self.differences[target as usize] = 1.0;
        }
        self.vote();
        self.measure();
    }

    fn improve(&mut self, is_finest: bool, is_cancelled: &dyn Fn() -> bool) {
        if self.sources.is_empty() || self.targets.is_empty() {
            return;
        }
        let rounds = match (is_finest, self.targets.len() > MANY) {
            (true, true) => 1,
            (true, false) => 3,
            (false, true) => 3,
            (false, false) => 10,
        };
        for round in 0..rounds {
            if is_cancelled() {
                return;
            }
            self.search(round % 2 == 1);
            self.search(round % 2 == 0);
            self.vote();
            self.measure();
        }
    }

    /// The colours have changed, and the differences with them.
    fn measure(&mut self) {
        for index in 0..self.targets.len() {
            let target = self.targets[index];
            self.differences[target as usize] =
                self.difference(target as usize, self.matches[target as usize] as usize, f32::INFINITY);
        }
    }

    fn take(&mut self, target: u32, source: u32) {
        let difference = self.difference(target as usize, source as usize, f32::INFINITY);
        self.matches[target as usize] = source;
        self.differences[target as usize] = difference;
    }

    /// Good matches are passed on to neighbours, and better ones looked for ever closer around them.
    fn search(&mut self, backwards: bool) {
        let count = self.targets.len();
        for index in 0..count {
            let target = self.targets[if backwards { count - 1 - index } else { index }] as usize;
            let (mut best, mut least) = (self.matches[target] as usize, self.differences[target]);
            for step in [1, self.width] {
                let neighbour = if backwards { target + step } else { target.wrapping_sub(step) };
                let Some(match_) = self.matches.get(neighbour).filter(|match_| **match_ != NONE) else { continue };
                let shifted = if backwards { (*match_ as usize).wrapping_sub(step) } else { *match_ as usize + step };
                self.try_match(target, shifted, &mut best, &mut least);
            }
            let mut radius = self.width.max(self.height) as i64;
            while radius >= 1 {
                let (x, y) = ((best % self.width) as i64, (best / self.width) as i64);
                let x = x + self.any_within(radius);
                let y = y + self.any_within(radius);
                let is_inside = (0..self.width as i64).contains(&x) && (0..self.height as i64).contains(&y);
                if is_inside {
                    self.try_match(target, y as usize * self.width + x as usize, &mut best, &mut least);
                }
                radius /= 2;
            }
            (self.matches[target], self.differences[target]) = (best as u32, least);
        }
    }

    fn try_match(&self, target: usize, source: usize, best: &mut usize, least: &mut f32) {
        if source != *best && self.is_source.get(source).is_some_and(|is| *is) {
            let difference = self.difference(target, source, *least);
            if difference < *least {
                (*best, *least) = (source, difference);
            }
        }
    }

    /// A sum of squares; more than `enough` is not looked into.
    fn difference(&self, target: usize, source: usize, enough: f32) -> f32 {
        let mut sum = 0.0;
        let (target, source) = (target - REACH * self.width - REACH, source - REACH * self.width - REACH);
        for row in 0..SIDE {
            let ours = &self.colors[target + row * self.width..][..SIDE];
            let theirs = &self.colors[source + row * self.width..][..SIDE];
            for (a, b) in ours.as_flattened().iter().zip(theirs.as_flattened()) {
                sum += (a - b) * (a - b);
            }
            if sum >= enough {
                return sum;
            }
        }
        sum
    }

    /// Every pixel of the hole becomes what the patches over it say, the better ones more.
    fn vote(&mut self) {
        let mut differences: Vec<f32> = self.targets.iter().map(|at| self.differences[*at as usize]).collect();
        let place = ((differences.len() as f64 * QUANTILE) as usize).min(differences.len().saturating_sub(1));
        if differences.is_empty() {
            return;
        }
        let typical = *differences.select_nth_unstable_by(place, f32::total_cmp).1;
        let scale = 1.0 / (2.0 * f32::max(typical, 1.0));
        let mut sums = vec![[0.0_f32; 4]; self.colors.len()];
        for target in &self.targets {
            let (target, source) = (*target as usize, self.matches[*target as usize] as usize);
            let weight = self.trust[target] * (-self.differences[target] * scale).exp().max(1e-6);
            for row in 0..SIDE {
                let ours = target - REACH * self.width - REACH + row * self.width;
                let theirs = source - REACH * self.width - REACH + row * self.width;
                for column in 0..SIDE {
                    if self.hole[ours + column] {
                        let color = self.colors[theirs + column];
                        let sum = &mut sums[ours + column];
                        (0..3).for_each(|lane| sum[lane] += weight * color[lane]);
                        sum[3] += weight;
                    }
                }
            }
        }
        for (color, sum) in self.colors.iter_mut().zip(sums).filter(|(_, sum)| sum[3] > 0.0) {
            *color = std::array::from_fn(|lane| sum[lane] / sum[3]);
        }
    }

    fn any_source(&mut self) -> u32 {
        let index = self.next_random() % self.sources.len().max(1) as u64;
        self.sources.get(index as usize).copied().unwrap_or(NONE)
    }

    /// From `-radius` to `radius`.
    fn any_within(&mut self, radius: i64) -> i64 {
        (self.next_random() % (2 * radius as u64 + 1)) as i64 - radius
    }

    /// Marsaglia's xorshift.
    fn next_random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random >> 11
    }

    fn laid_into(&self, picture: &RgbImage) -> RgbImage {
        let mut filled = picture.clone();
        for ((pixel, color), _) in filled.pixels_mut().zip(&self.colors).zip(&self.hole).filter(|(_, hole)| **hole) {
            pixel.0 = color.map(|value| (value + 0.5) as u8);
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb};

    use super::*;

    /// Stripes, every fourth row of which is dark, on the left; plain grey on the right.
    fn scene() -> RgbImage {
        RgbImage::from_fn(120, 80, |x, y| match (x, y % 8) {
            (0..80, 0..4) => Rgb([200, 60, 30]),
            (0..80, _) => Rgb([40, 90, 120]),
            _ => Rgb([128; 3]),
        })
    }

    fn rectangle([left, top, right, bottom]: [u32; 4]) -> GrayImage {
        let is_inside = |x, y| (left..right).contains(&x) && (top..bottom).contains(&y);
        GrayImage::from_fn(120, 80, |x, y| Luma([if is_inside(x, y) { 255 } else { 0 }]))
    }

    fn everywhere() -> GrayImage {
        GrayImage::from_pixel(120, 80, Luma([255]))
    }

    #[test]
    fn stripes_go_on_where_there_was_a_hole_and_nothing_else_changes() {
        let hole = rectangle([20, 20, 50, 55]);
        let mut torn = scene();
        torn.enumerate_pixels_mut()
            .filter(|(x, y, _)| hole.get_pixel(*x, *y).0[0] > 0)
            .for_each(|(.., p)| p.0 = [255; 3]);
        let filled = filled_with_patches(&torn, &hole, &everywhere(), &|| false);
        let mut off = 0.0;
        for ((found, wanted), hole) in filled.pixels().zip(scene().pixels()).zip(hole.pixels()) {
            let apart: i32 = found.0.iter().zip(wanted.0).map(|(a, b)| i32::from(a.abs_diff(b))).sum();
            assert!(hole.0[0] > 0 || apart == 0);
            off += f64::from(apart) / 3.0 / f64::from(30 * 35);
        }
        assert!(off < 12.0, "{off} levels off; edge colours would be some 60");
    }

    #[test]
    fn pieces_come_only_from_where_they_may() {
        let hole = rectangle([90, 30, 110, 50]);
        let stripes = rectangle([0, 0, 80, 80]);
        let filled = filled_with_patches(&scene(), &hole, &stripes, &|| false);
        let reds: Vec<u8> = (32..48).map(|y| filled.get_pixel(100, y).0[0]).collect();
        assert!(reds.iter().any(|red| *red > 170) && reds.iter().any(|red| *red < 70), "{reds:?}");
        let grey = filled_with_patches(&scene(), &hole, &rectangle([82, 0, 120, 80]), &|| false);
        assert_eq!(grey, scene(), "grey goes on in grey");
    }

    #[test]
    fn odd_holes_are_filled_somehow_and_always_alike() {
        for hole in [
            rectangle([0, 0, 120, 80]),
            rectangle([0, 0, 1, 1]),
            rectangle([3, 0, 120, 80]),
            rectangle([119, 0, 120, 80]),
        ] {
            let filled = || filled_with_patches(&scene(), &hole, &everywhere(), &|| false);
            assert_eq!(filled(), filled());
        }
        let nothing = GrayImage::new(120, 80);
        assert_eq!(filled_with_patches(&scene(), &nothing, &everywhere(), &|| false), scene());
        let hole = rectangle([20, 20, 50, 55]);
        assert_ne!(filled_with_patches(&scene(), &hole, &nothing, &|| false), scene(), "then anything may be taken");
        assert_ne!(filled_with_patches(&scene(), &hole, &everywhere(), &|| true), scene(), "a cancelled one is rough");
        let tiny = RgbImage::from_pixel(3, 2, Rgb([7; 3]));
        let hole = GrayImage::from_fn(3, 2, |x, _| Luma([if x == 0 { 255 } else { 0 }]));
        assert_eq!(filled_with_patches(&tiny, &hole, &GrayImage::new(3, 2), &|| false), tiny);
    }
}
