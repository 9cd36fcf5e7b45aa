//! Soft edges of masks.

use image::GrayImage;
use rayon::prelude::*;

use super::distance::distances_to_zero;

/// The mask with an edge that fades inward over `feather` pixels: 0 stays 0, and no pixel has more than before. Where a
/// part of the mask is thinner, its edge is: a thin stroke fades, but its middle stays. The edge of the buffer is no edge
/// of the mask, so give it with a pixel around it wherever it does not end with the picture.
///
/// The ramp is `3 t² - 2 t³` of the distance from what is 0, which has no kink at either end.
#[must_use]
pub fn feathered(mask: &GrayImage, feather: u32) -> GrayImage {
    let width = mask.width() as usize;
    if feather == 0 || width == 0 {
        return mask.clone();
    }
    #[expect(clippy::cast_precision_loss, reason = "a few hundred pixels")]
    let reach = feather as f32 + 1.0;
    let distances = distances_to_zero(mask.as_raw(), width, reach);
    let parts = Parts::new(mask.as_raw(), &distances, width);
    let mut faded = mask.clone();
    faded.par_chunks_exact_mut(width).enumerate().for_each(|(y, row)| {
        let distances = &distances[y * width..(y + 1) * width];
        for run in parts.runs_of(y) {
            let reach = parts.thickness(run).min(reach);
            for x in run.start..run.end {
                let share = (distances[x] / reach).min(1.0);
                let share = share * share * (3.0 - 2.0 * share);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
                let level = (f32::from(row[x]) * share).round() as u8;
                row[x] = level;
            }
        }
    });
    faded
}

/// Where a picture made with a mask of strengths ([`Recipe::soft`](crate::recipe::Recipe)) replaces the original, as a mask for the client to blend by. What little a weak strength changes
/// is there in the picture already, and would be halved by blending with that strength again; so only below a quarter of
/// the full strength the picture fades into the original, to hide that the autoencoder does not give back every bit.
#[must_use]
pub fn soft_coverage(mask: &GrayImage) -> GrayImage {
    let mut coverage = mask.clone();
    coverage.iter_mut().for_each(|level| *level = level.saturating_mul(FADE));
    coverage
}

/// From the full strength over this on, nothing of the original is blended in.
const FADE: u8 = 4;

/// Neighbouring pixels of a row that are not 0.
struct Run {
    start: usize,
    end: usize,
    /// The run that stands for the part, or one nearer to it; itself at first.
    parent: usize,
    /// The largest distance in the run; in the run that stands for a part, that of the part.
    thickness: f32,
}

/// The parts of a mask that are apart, as runs of pixels joined to trees.
struct Parts {
    runs: Vec<Run>,
    /// Where each row's runs begin, and the end of the last.
    rows: Vec<usize>,
}

impl Parts {
    fn new(mask: &[u8], distances: &[f32], width: usize) -> Self {
        let mut parts = Self { runs: Vec::new(), rows: vec![0] };
        for (mask, distances) in mask.chunks_exact(width).zip(distances.chunks_exact(width)) {
            let first = parts.runs.len();
            let mut start = 0;
            while let Some(from) = mask[start..].iter().position(|level| *level > 0).map(|at| start + at) {
                let end = mask[from..].iter().position(|level| *level == 0).map_or(width, |at| from + at);
                let thickness = distances[from..end].iter().copied().fold(0.0, f32::max);
                parts.runs.push(Run { start: from, end, parent: parts.runs.len(), thickness });
                start = end;
            }
            let above = parts.rows.len().checked_sub(2).and_then(|row| parts.rows.get(row)).copied().unwrap_or(first);
            parts.join(above, first);
            parts.rows.push(parts.runs.len());
        }
        parts
    }

    /// Joins the runs from `first` on with those of the row above that they touch, corners included.
    fn join(&mut self, above: usize, first: usize) {
        let (mut upper, mut lower) = (above, first);
        while upper < first && lower < self.runs.len() {
            let (a, b) = (&self.runs[upper], &self.runs[lower]);
            let (a_end, b_end) = (a.end, b.end);
            if a.start <= b.end && b.start <= a.end {
                self.unite(upper, lower);
            }
            if a_end < b_end { upper += 1 } else { lower += 1 }
        }
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (root, child) = (a.min(b), a.max(b));
        self.runs[child].parent = root;
        self.runs[root].thickness = self.runs[root].thickness.max(self.runs[child].thickness);
    }

    fn root(&self, mut run: usize) -> usize {
        while self.runs[run].parent != run {
            run = self.runs[run].parent;
        }
        run
    }

    fn runs_of(&self, row: usize) -> impl Iterator<Item = &Run> {
        self.runs[self.rows[row]..self.rows[row + 1]].iter()
    }

    /// The largest distance within the part this run belongs to.
    fn thickness(&self, run: &Run) -> f32 {
        self.runs[self.root(run.parent)].thickness
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_edge_fades_inward_and_the_buffers_own_edge_does_not() {
        let mask = GrayImage::from_fn(12, 3, |x, _| Luma([if x < 2 { 0 } else { 255 }]));
        let row: Vec<u8> = feathered(&mask, 3).into_raw()[12..24].to_vec();
        // 3 t² - 2 t³ at t = 1/4, 2/4, 3/4.
        assert_eq!(row, [0, 0, 40, 128, 215, 255, 255, 255, 255, 255, 255, 255]);
    }

    #[test]
    fn the_middle_of_what_is_thin_stays_and_so_does_a_single_pixel() {
        let mut mask = GrayImage::new(40, 9);
        (20..40).for_each(|x| (0..9).for_each(|y| mask.put_pixel(x, y, Luma([255]))));
        (2..5).for_each(|x| (3..6).for_each(|y| mask.put_pixel(x, y, Luma([200]))));
        mask.put_pixel(10, 4, Luma([9]));
        let faded = feathered(&mask, 8);
        assert_eq!(faded.get_pixel(10, 4).0, [9]);
        assert_eq!(faded.get_pixel(3, 4).0, [200]);
        assert_eq!(faded.get_pixel(2, 4).0, [100], "half way to the middle");
        assert!(faded.get_pixel(22, 4).0[0] < 100, "the thick part has its own edge");
    }

    #[test]
    fn coverage_is_nothing_where_the_mask_is_black_and_full_from_a_quarter_on() {
        let mask = GrayImage::from_raw(5, 1, vec![0, 1, 32, 64, 255]).unwrap();
        assert_eq!(soft_coverage(&mask).into_raw(), [0, 4, 128, 255, 255]);
    }

    proptest! {
        #[test]
        fn nothing_grows_and_every_part_keeps_its_strongest_middle(
            width in 1u32..24, height in 1u32..24, feather in 0u32..12, seed in prop::collection::vec(any::<u8>(), 576),
        ) {
            let mask = GrayImage::from_fn(width, height, |x, y| {
                let level = seed[(y * 24 + x) as usize];
                Luma([if level < 90 { 0 } else { 255 }])
            });
            let faded = feathered(&mask, feather);
            prop_assert!(faded.iter().zip(mask.iter()).all(|(after, before)| after <= before));
            let any = |mask: &GrayImage| mask.contains(&255);
            prop_assert_eq!(any(&faded), any(&mask));
        }
    }
}
