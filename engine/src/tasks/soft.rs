//! Soft inpainting: a grey mask gives each pixel a strength of its own (Levin and Fried 2023, "Differential Diffusion:
//! Giving Each Pixel Its Strength", arXiv:2306.00950; their `SD2/diff_pipe.py`).
//!
//! A pixel of strength s takes part in the last share s of the steps. Before its time the noised original stands in its
//! place at every step: its surroundings already fit themselves to it, and it goes on from there. No seam is blended over;
//! there is none.

use image::GrayImage;

/// The strength of each latent cell, `[h, w]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SoftMask {
    /// 0 (kept) to 255 (made anew in all steps).
    strengths: Vec<u8>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    /// Steps done, and steps in all.
    pub done: usize,
    pub steps: usize,
}

impl SoftMask {
    /// The mask at the size of the latents. A cell has the greatest strength of its pixels: a stroke thinner than a cell
    /// must not be lost.
    pub fn new(mask: &GrayImage, scale: u32) -> Self {
        let (columns, rows) = (mask.width() / scale, mask.height() / scale);
        let mut strengths = vec![0; columns as usize * rows as usize];
        for (x, y, level) in mask.enumerate_pixels() {
            let (column, row) = (x / scale, y / scale);
            if column < columns && row < rows {
                let cell = &mut strengths[row as usize * columns as usize + column as usize];
                *cell = level.0[0].max(*cell);
            }
        }
        Self { strengths }
    }

    /// Whether each cell is repainted in half of the steps or more.
    pub fn is_mostly_repainted(&self) -> impl Iterator<Item = bool> {
        self.strengths.iter().map(|strength| *strength > u8::MAX / 2)
    }

    /// Puts the noised original `kept` back into those cells of `latents` (both `[N, C, h, w]`, at one noise level) whose
    /// time has not come.
    pub fn hold(&self, latents: &mut [f64], kept: &[f64], progress: Progress) {
        let cells = self.strengths.len().max(1);
        for (latents, kept) in latents.chunks_exact_mut(cells).zip(kept.chunks_exact(cells)) {
            let cells = latents.iter_mut().zip(kept).zip(&self.strengths);
            for ((latent, kept), _) in cells.filter(|(_, strength)| is_held(**strength, progress)) {
                *latent = *kept;
            }
        }
    }
}

/// `1 - strength > done / steps`, in whole numbers. At the end nothing is held.
fn is_held(strength: u8, progress: Progress) -> bool {
    usize::from(u8::MAX - strength) * progress.steps > progress.done * usize::from(u8::MAX)
}

/// All that such a mask changes, as a mask: what is made there replaces the original, for the client blends.
pub(super) fn reach(mask: &GrayImage) -> GrayImage {
    let mut reach = mask.clone();
    reach.iter_mut().filter(|level| **level > 0).for_each(|level| *level = u8::MAX);
    reach
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn a_cell_has_the_strength_of_its_strongest_pixel() {
        let mut mask = GrayImage::new(16, 8);
        mask.put_pixel(3, 7, Luma([90]));
        mask.put_pixel(4, 7, Luma([200]));
        assert_eq!(SoftMask::new(&mask, 8).strengths, [200, 0]);
    }

    #[test]
    fn each_cell_is_released_when_its_share_of_the_steps_is_left() {
        let strengths = [0, 1, 64, 128, 191, 192, 255];
        // Of four steps: never, never before the end, in the last, in the last two, ...
        let first_free =
            strengths.map(|strength| (0..=4).find(|&done| !is_held(strength, Progress { done, steps: 4 })));
        assert_eq!(first_free, [Some(4), Some(4), Some(3), Some(2), Some(2), Some(1), Some(0)]);
    }

    #[test]
    fn held_cells_are_the_originals_in_every_channel_of_every_picture() {
        let mask = SoftMask { strengths: vec![255, 100, 0] };
        let mut latents = vec![9.0; 12];
        mask.hold(&mut latents, &[1.0; 12], Progress { done: 5, steps: 10 });
        assert_eq!(latents, [9.0, 1.0, 1.0].repeat(4));
        mask.hold(&mut latents, &[2.0; 12], Progress { done: 7, steps: 10 });
        assert_eq!(latents, [9.0, 1.0, 2.0].repeat(4));
    }
}
