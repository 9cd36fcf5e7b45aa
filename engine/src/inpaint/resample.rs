//! Scaling, with every source pixel counted: the kernels and their widening are those of Pillow's `Image.resize`
//! (`Resample.c`).

use rayon::prelude::*;

/// How new pixels are weighed from old ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// Never negative: for masks.
    Triangle,
    /// Keys's cubic with a = -1/2: sharp, with less of a halo than [`Self::Lanczos`].
    Cubic,
    /// Lanczos with three lobes: the sharpest.
    Lanczos,
}

impl Kernel {
    fn radius(self) -> f64 {
        match self {
            Self::Triangle => 1.0,
            Self::Cubic => 2.0,
            Self::Lanczos => 3.0,
        }
    }

    fn weight(self, distance: f64) -> f64 {
        let x = distance.abs();
        match self {
            _ if x >= self.radius() => 0.0,
            Self::Triangle => 1.0 - x,
            Self::Cubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::Cubic => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Self::Lanczos => sinc(x) * sinc(x / 3.0),
        }
    }
}

fn sinc(x: f64) -> f64 {
    let x = x * std::f64::consts::PI;
    if x == 0.0 { 1.0 } else { x.sin() / x }
}

/// Which stretch of a source axis becomes how many new pixels. It may reach beyond the source, whose outermost pixels are
/// then repeated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    pub start: f64,
    pub length: f64,
    pub pixels: usize,
}

/// The old pixels that make one new pixel.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Axis {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "columns of a picture, clamped to it"
    )]
    fn taps(self, source: usize, kernel: Kernel) -> Vec<Taps> {
        let step = self.length / self.pixels as f64;
        let widened = step.max(1.0);
        let support = kernel.radius() * widened;
        let last = source.saturating_sub(1) as f64;
        let taps = |pixel: usize| {
            let centre = self.start + (pixel as f64 + 0.5) * step;
            let (from, to) = ((centre - support).floor(), (centre + support).ceil());
            let first = from.clamp(0.0, last) as usize;
            let end = (to - 1.0).clamp(0.0, last) as usize + 1;
            let mut weights = vec![0.0; end - first];
            for old in from as i64..to as i64 {
                let weight = kernel.weight((old as f64 + 0.5 - centre) / widened);
                let inside = (old.clamp(first as i64, end as i64 - 1) - first as i64) as usize;
                weights[inside] += weight;
            }
            let sum: f64 = weights.iter().sum();
            Taps { first, weights: weights.into_iter().map(|weight| (weight / sum) as f32).collect() }
        };
        (0..self.pixels).map(taps).collect()
    }
}

/// A scaled part of a picture of `C` channels, `width` pixels a row, row by row.
pub(crate) fn resampled<const C: usize>(
    source: &[u8],
    width: usize,
    [across, down]: [Axis; 2],
    kernel: Kernel,
) -> Vec<u8> {
    let stride = width * C;
    if source.is_empty() || stride == 0 || across.pixels == 0 || down.pixels == 0 {
        return vec![0; across.pixels * down.pixels * C];
    }
    let columns = across.taps(width, kernel);
    let rows = down.taps(source.len() / stride, kernel);
    let mut scaled = vec![0; across.pixels * down.pixels * C];
    let new_stride = across.pixels * C;
    if down.pixels < source.len() / stride {
        scaled.par_chunks_exact_mut(new_stride).zip(&rows).for_each_init(
            || (vec![0.0; stride], vec![0.0; new_stride]),
            |(tall, line), (row, taps)| {
                sum_rows(source, stride, taps, tall);
                scale_row::<C>(tall, &columns, line);
                row.iter_mut().zip(line).for_each(|(level, value)| *level = rounded(*value));
            },
        );
        return scaled;
    }
    let mut wide = vec![0.0; source.len() / stride * new_stride];
    wide.par_chunks_exact_mut(new_stride).zip(source.par_chunks_exact(stride)).for_each_init(
        || vec![0.0; stride],
        |line, (wide, source)| {
            line.iter_mut().zip(source).for_each(|(value, level)| *value = f32::from(*level));
            scale_row::<C>(line, &columns, wide);
        },
    );
    scaled.par_chunks_exact_mut(new_stride).zip(&rows).for_each_init(
        || vec![0.0; new_stride],
        |line, (row, taps)| {
            line.fill(0.0);
            for (weight, wide) in taps.weights.iter().zip(wide[taps.first * new_stride..].chunks_exact(new_stride)) {
                line.iter_mut().zip(wide).for_each(|(sum, value)| *sum += weight * value);
            }
            row.iter_mut().zip(line).for_each(|(level, value)| *level = rounded(*value));
        },
    );
    scaled
}

fn sum_rows(source: &[u8], stride: usize, taps: &Taps, sums: &mut [f32]) {
    sums.fill(0.0);
    for (weight, row) in taps.weights.iter().zip(source[taps.first * stride..].chunks_exact(stride)) {
        sums.iter_mut().zip(row).for_each(|(sum, level)| *sum += weight * f32::from(*level));
    }
}

fn scale_row<const C: usize>(row: &[f32], columns: &[Taps], scaled: &mut [f32]) {
    let (row, _) = row.as_chunks::<C>();
    for (new, taps) in scaled.as_chunks_mut::<C>().0.iter_mut().zip(columns) {
        let mut sum = [0.0; C];
        for (weight, old) in taps.weights.iter().zip(&row[taps.first..]) {
            sum.iter_mut().zip(old).for_each(|(sum, value)| *sum += weight * value);
        }
        *new = sum;
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn rounded(value: f32) -> u8 {
    (value + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(source: usize, pixels: usize) -> Axis {
        Axis { start: 0.0, length: source as f64, pixels }
    }

    #[test]
    fn the_arithmetic_is_pillows_inside_the_picture() {
        // a[y, x] = (37 x + 91 y) % 256, 20 x 12. Pillow drops what lies beyond the picture, so only the middle is the same.
        let source: Vec<u8> = (0..12).flat_map(|y| (0..20).map(move |x| ((37 * x + 91 * y) % 256) as u8)).collect();
        let window = [Axis { start: 0.0, length: 20.0, pixels: 10 }, all(12, 6)];
        let found = resampled::<1>(&source, 20, window, Kernel::Lanczos);
        assert_eq!(found.len(), 60);
        assert_eq!(&found[23..27], PILLOW);
    }

    /// `numpy.asarray(Image.fromarray(a).resize((10, 6), Image.LANCZOS))[2, 3:7]`
    const PILLOW: &[u8] = &[127, 136, 106, 115];

    #[test]
    fn nothing_changes_at_the_same_size() {
        let source: Vec<u8> = (0..90).map(|i| (i * 7 % 256) as u8).collect();
        assert_eq!(resampled::<3>(&source, 6, [all(6, 6), all(5, 5)], Kernel::Lanczos), source);
    }

    #[test]
    fn beyond_the_picture_its_edge_goes_on() {
        let source = [10, 20, 30, 40];
        let window = [Axis { start: 0.0, length: 4.0, pixels: 4 }, all(2, 2)];
        assert_eq!(resampled::<1>(&source, 2, window, Kernel::Triangle), [10, 20, 20, 20, 30, 40, 40, 40]);
    }
}
