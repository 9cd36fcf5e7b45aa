//! Distances in a mask, by the lower envelope of parabolas (Felzenszwalb and Huttenlocher 2012, "Distance Transforms of
//! Sampled Functions").

use rayon::prelude::*;

/// How far each pixel of a mask (`width` a row) is from the nearest pixel that is 0: between pixel centres, so that the
/// outermost pixels have 1 and those that are 0 have 0. Distances above `limit` are given as some number above it. The
/// edge of the mask's buffer is no edge.
pub(super) fn distances_to_zero(mask: &[u8], width: usize, limit: f32) -> Vec<f32> {
    if width == 0 {
        return Vec::new();
    }
    let far = limit.max(1.0).ceil() + 1.0;
    let mut distances = down_columns(mask, width, far);
    distances.par_chunks_exact_mut(width).zip(mask.par_chunks_exact(width)).for_each(|(row, mask)| {
        let mut envelope = Envelope::default();
        let mut start = 0;
        while let Some(first) = mask[start..].iter().position(|level| *level > 0).map(|at| start + at) {
            let end = mask[first..].iter().position(|level| *level == 0).map_or(width, |at| first + at);
            // The pixels that are 0 beside the run are part of it: nothing beyond them is nearer.
            let (from, to) = (first.saturating_sub(1), (end + 1).min(width));
            envelope.along(&mut row[from..to], far);
            start = end;
        }
    });
    distances
}

/// Distances within each column, `far` at most.
fn down_columns(mask: &[u8], width: usize, far: f32) -> Vec<f32> {
    let mut distances = vec![0.0; mask.len()];
    let rows = mask.len() / width;
    for y in 0..rows {
        let (above, row) = distances.split_at_mut(y * width);
        let above = above.rchunks_exact(width).next();
        let mask = &mask[y * width..(y + 1) * width];
        for (x, (distance, level)) in row.iter_mut().zip(mask).enumerate() {
            let before = above.map_or(far, |above| above[x]);
            *distance = if *level == 0 { 0.0 } else { (before + 1.0).min(far) };
        }
    }
    for y in (1..rows).rev() {
        let (above, row) = distances.split_at_mut(y * width);
        let Some(above) = above.rchunks_exact_mut(width).next() else { continue };
        for (above, below) in above.iter_mut().zip(row.iter()) {
            *above = above.min(below + 1.0);
        }
    }
    distances
}

/// The lower envelope of one parabola a pixel, kept from row to row for its memory.
#[derive(Default)]
struct Envelope {
    /// The pixels whose parabolas are part of it, and their heights.
    roots: Vec<(f32, f32)>,
    /// From where on each is the lowest.
    starts: Vec<f32>,
}

impl Envelope {
    /// Distances within columns become distances in the plane.
    #[expect(clippy::cast_precision_loss, reason = "a column's number")]
    fn along(&mut self, distances: &mut [f32], far: f32) {
        if distances.iter().all(|distance| *distance >= far) {
            return;
        }
        self.roots.clear();
        self.starts.clear();
        for (x, distance) in distances.iter().enumerate().filter(|(_, distance)| **distance < far) {
            self.add(x as f32, distance * distance);
        }
        let mut at = 0;
        for (x, distance) in distances.iter_mut().enumerate() {
            while self.starts.get(at + 1).is_some_and(|start| *start <= x as f32) {
                at += 1;
            }
            let (root, height) = self.roots[at];
            *distance = ((x as f32 - root).powi(2) + height).sqrt();
        }
    }

    fn add(&mut self, x: f32, height: f32) {
        while let (Some((root, root_height)), Some(start)) = (self.roots.last(), self.starts.last()) {
            let meeting = ((height + x * x) - (root_height + root * root)) / (2.0 * (x - root));
            if meeting > *start {
                self.roots.push((x, height));
                self.starts.push(meeting);
                return;
            }
            self.roots.pop();
            self.starts.pop();
        }
        self.roots.push((x, height));
        self.starts.push(f32::NEG_INFINITY);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn distances_are_those_of_scipy() {
        // Squares of scipy.ndimage.distance_transform_edt of the same mask.
        let mask = [
            0, 1, 1, 1, 1, //
            1, 1, 1, 1, 1, //
            1, 1, 1, 1, 1, //
            1, 1, 1, 0, 1,
        ];
        let found = distances_to_zero(&mask, 5, 100.0);
        let squared = [0, 1, 4, 9, 10, 1, 2, 5, 4, 5, 4, 5, 2, 1, 2, 9, 4, 1, 0, 1];
        for (found, squared) in found.iter().zip(squared) {
            assert!((found - f32::sqrt(squared as f32)).abs() < 1e-6, "{found} {squared}");
        }
    }

    #[test]
    fn a_mask_without_an_edge_is_far_from_it() {
        assert!(distances_to_zero(&[255; 12], 4, 5.0).iter().all(|distance| *distance > 5.0));
    }

    proptest! {
        #[test]
        fn no_pixel_that_is_0_is_nearer(width in 1usize..20, mask in prop::collection::vec(0u8..3, 0..200)) {
            let mask = &mask[..mask.len() / width * width];
            let found = distances_to_zero(mask, width, 1000.0);
            for (index, distance) in found.iter().enumerate() {
                let place = |index: usize| ((index % width) as f32, (index / width) as f32);
                let (x, y) = place(index);
                let nearest = mask.iter().enumerate().filter(|(_, level)| **level == 0)
                    .map(|(other, _)| ((place(other).0 - x).powi(2) + (place(other).1 - y).powi(2)).sqrt())
                    .fold(f32::INFINITY, f32::min);
                let agrees = if nearest.is_finite() { (distance - nearest).abs() < 1e-3 } else { *distance > 1000.0 };
                prop_assert!(agrees, "{} {}", distance, nearest);
            }
        }
    }
}
