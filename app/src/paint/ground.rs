//! The ground that is painted on: paper and canvas take paint unevenly.

use std::sync::Arc;

use super::brush::{Brush, GrainMode};
use super::dab::rounded;
use super::picture::GrayPicture;
use crate::document::{Tile, TilePos, for_rows};

/// A brush's grain. It lies still on the canvas, so that strokes side by side show the same ground.
#[derive(Debug)]
pub(super) struct Ground {
    picture: Arc<GrayPicture>,
    mode: GrainMode,
    depth: f32,
    scale: f32,
}

/// How gradually the height of the ground decides, as a share of its whole height.
const SOFTNESS: f32 = 0.35;

impl Ground {
    /// `None` for a brush that does not feel any.
    pub(super) fn of(brush: &Brush) -> Option<Self> {
        let picture = brush.grain.as_ref().and_then(|grain| grain.picture())?;
        let ground = Self {
            picture: Arc::clone(picture),
            mode: brush.grain_mode,
            depth: brush.grain_depth,
            scale: brush.grain_scale,
        };
        (ground.depth > 0.0).then_some(ground)
    }

    /// How high the ground is at each pixel of a tile: 0 is a valley, 65535 a peak.
    pub(super) fn heights(&self, at: TilePos) -> Tile<u16> {
        let mut tile = Tile::empty();
        let step = 1.0 / self.scale;
        let sampler = self.picture.sampler(step);
        for_rows(tile.values_mut(), at, at.rect(), |left, y, row| {
            sampler.repeat_along_row([(left as f32 + 0.5) * step, (y as f32 + 0.5) * step], step, row);
        });
        tile
    }

    /// Leaves of each coverage how much paint stays where it comes onto ground of this height; all 0 to 65535.
    #[inline(always)]
    pub(super) fn take(&self, coverage: &mut [u16], heights: &[u16]) {
        match self.mode {
            // Paint is laid on from above: the more of it, the further down it reaches. At no coverage nothing is
            // reached, at full coverage everything.
            GrainMode::Height => {
                self.take_by(coverage, heights, |c, h| ((c * (1.0 + SOFTNESS) - (1.0 - h)) / SOFTNESS).clamp(0.0, 1.0))
            }
            GrainMode::Multiply => self.take_by(coverage, heights, |c, h| c * h),
        }
    }

    #[inline(always)]
    fn take_by(&self, coverage: &mut [u16], heights: &[u16], taken: impl Fn(f32, f32) -> f32) {
        for (coverage, height) in coverage.iter_mut().zip(heights) {
            let (c, h) = (f32::from(*coverage) / 65535.0, f32::from(*height) / 65535.0);
            *coverage = rounded(((c + (taken(c, h) - c) * self.depth) * 65535.0).min(65535.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    fn ground(mode: GrainMode, depth: f32) -> Ground {
        let image = GrayImage::from_fn(16, 16, |x, y| Luma([(x * 16 + y) as u8]));
        Ground { picture: Arc::new(GrayPicture::new(&image).unwrap()), mode, depth, scale: 1.0 }
    }

    fn taken(ground: &Ground, coverage: u16, height: u16) -> u16 {
        let mut row = [coverage];
        ground.take(&mut row, &[height]);
        row[0]
    }

    #[test]
    fn nothing_stays_nothing_and_all_covers_all() {
        let ground = ground(GrainMode::Height, 1.0);
        for height in [0, 20000, 65535] {
            assert_eq!((taken(&ground, 0, height), taken(&ground, 65535, height)), (0, 65535));
        }
    }

    #[test]
    fn more_paint_never_leaves_less_and_peaks_take_it_first() {
        for ground in [ground(GrainMode::Height, 0.7), ground(GrainMode::Multiply, 1.0)] {
            for coverage in (0..65000).step_by(999) {
                for height in (0..65000).step_by(999) {
                    let here = taken(&ground, coverage, height);
                    assert!(taken(&ground, coverage + 300, height) >= here);
                    assert!(taken(&ground, coverage, height + 300) >= here);
                }
            }
        }
    }

    #[test]
    fn the_ground_lies_still_and_repeats_without_a_seam() {
        let ground = ground(GrainMode::Height, 1.0);
        let first = ground.heights(TilePos { column: 0, row: 0 });
        let other = ground.heights(TilePos { column: 3, row: 2 });
        assert_eq!(first, other, "256 is a multiple of 16");
        assert_eq!(first.values()[3 * 256 + 5], 257 * (5 * 16 + 3));
    }

    #[test]
    fn a_brush_without_a_grain_feels_no_ground() {
        assert!(Ground::of(&Brush::default()).is_none());
    }
}
