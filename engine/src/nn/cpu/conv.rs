//! Convolution with stride 1 as a sum of matrix products.
//!
//! A tap of the kernel multiplies the picture, shifted by the tap's place, with a matrix: no patches are gathered (im2col).
//! For this the pictures of a batch are thought one below the other, each row followed by zeros and each picture by rows
//! of zeros; what a shift carries over an edge lands on zeros. The columns computed for those zeros are dropped; they are
//! 1 in `width + 1`. Only strips of rows are laid out so at a time, so that scratch memory stays small.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::gemm::{Threads, View, ViewMut, multiply};

/// Columns of a strip, about: enough that the rows above and below, which the next strip needs too, weigh little.
const STRIP: usize = 2048;
/// Columns multiplied at once: their outputs stay in the second cache while all taps are added up.
const BLOCK: usize = 512;
/// Output channels that are worth a thread of their own.
const PART: usize = 64;

/// Weights of a convolution with stride 1 that keeps height and width.
#[derive(Clone, Debug)]
pub struct PackedConv {
    /// A matrix `[outputs, inputs]` for each tap, row by row.
    taps: Arc<Vec<f32>>,
    inputs: usize,
    outputs: usize,
    kernel: usize,
}

/// What is added to a convolution's result.
#[derive(Clone, Copy, Default)]
pub struct Epilogue<'a> {
    /// One number a channel.
    pub bias: Option<&'a [f32]>,
    /// One number a channel, for all pictures or for each of them.
    pub shift: Option<&'a [f32]>,
    /// A number for every output.
    pub residual: Option<&'a [f32]>,
}

/// How many pictures of which size.
#[derive(Clone, Copy, Debug)]
pub struct Pictures {
    pub count: usize,
    pub height: usize,
    pub width: usize,
}

impl PackedConv {
    /// `weight` is `[outputs, inputs, kernel, kernel]`, row-major; `kernel` is odd.
    pub fn new(weight: &[f32], [outputs, inputs, kernel]: [usize; 3]) -> Self {
        let taps = kernel * kernel;
        let mut packed = vec![0.0; weight.len()];
        if taps > 0 && inputs * outputs > 0 {
            packed.par_chunks_mut(inputs * outputs).enumerate().for_each(|(tap, matrix)| {
                matrix.iter_mut().zip(weight.iter().skip(tap).step_by(taps)).for_each(|(to, from)| *to = *from);
            });
        }
        Self { taps: Arc::new(packed), inputs, outputs, kernel }
    }

    /// `x` `[N, inputs, H, W]` -> `[N, outputs, H, W]`.
    pub fn forward(&self, x: &[f32], pictures: Pictures, add: Epilogue<'_>) -> Vec<f32> {
        let Pictures { count, height, width } = pictures;
        assert_eq!(x.len(), count * self.inputs * height * width, "a convolution's input");
        let rows = Rows::new(pictures, self.kernel);
        let plan = Plan::new(&rows, self.outputs);
        let mut out = vec![0.0; count * self.outputs * height * width];
        let mut padded = vec![0.0; plan.strips_at_once * self.inputs * plan.padded];
        let mut computed = vec![0.0; plan.strips_at_once * self.outputs * plan.columns];
        for first in (0..rows.total).step_by(plan.strip_rows * plan.strips_at_once) {
            let strips = plan.strips_from(first, rows.total);
            padded.par_chunks_mut(plan.padded).take(strips.len() * self.inputs).enumerate().for_each(|(i, padded)| {
                let (strip, channel) = (i / self.inputs, i % self.inputs);
                rows.lay_out(padded, x, strips[strip].start, (channel, self.inputs));
            });
            let inputs = padded.par_chunks(self.inputs * plan.padded);
            let outputs = computed.par_chunks_mut(self.outputs * plan.columns);
            outputs.zip(inputs).zip(&strips).for_each(|((computed, padded), strip)| {
                let columns = strip.len() * rows.stride;
                computed.par_chunks_mut(plan.part * plan.columns).enumerate().for_each(|(i, out)| {
                    self.add_taps(out, i * plan.part, padded, &plan, rows.stride, columns);
                });
            });
            out.par_chunks_mut(height * width).enumerate().for_each(|(i, out)| {
                let (picture, channel) = (i / self.outputs, i % self.outputs);
                let add = add.of_channel(i, channel, height * width);
                for (strip, computed) in strips.iter().zip(computed.chunks_exact(self.outputs * plan.columns)) {
                    rows.collect(out, &computed[channel * plan.columns..], strip.clone(), picture, add);
                }
            });
        }
        out
    }

    /// Fills `columns` columns of some output channels of a strip, those from `first` on. `out` is
    /// `[channels, plan.columns]`, `padded` `[inputs, plan.padded]`.
    fn add_taps(&self, out: &mut [f32], first: usize, padded: &[f32], plan: &Plan, stride: usize, columns: usize) {
        let channels = out.len() / plan.columns;
        for start in (0..columns).step_by(BLOCK) {
            let count = BLOCK.min(columns - start);
            let mut out = ViewMut::new(&mut out[start..], [channels, count], [plan.columns, 1]);
            for (tap, matrix) in self.taps.chunks_exact(self.inputs * self.outputs).enumerate() {
                let shift = tap / self.kernel * stride + tap % self.kernel;
                let input = View::new(&padded[start + shift..], [self.inputs, count], [plan.padded, 1]);
                let matrix = View::new(&matrix[first * self.inputs..], [channels, self.inputs], [self.inputs, 1]);
                multiply(&mut out, matrix, input, tap > 0, Threads::One);
            }
        }
    }
}

impl<'a> Epilogue<'a> {
    /// What is added to channel `channel`, the `index`-th of all pictures' channels: a number, and one for every pixel.
    fn of_channel(self, index: usize, channel: usize, pixels: usize) -> (f32, Option<&'a [f32]>) {
        let shift = self.shift.map_or(0.0, |shift| shift[index % shift.len()]);
        let bias = self.bias.map_or(0.0, |bias| bias[channel]);
        (shift + bias, self.residual.map(|all| &all[index * pixels..][..pixels]))
    }
}

/// All rows of a batch, one below the other, with `margin` rows of zeros between pictures.
struct Rows {
    pictures: Pictures,
    margin: usize,
    /// From one row to the next.
    stride: usize,
    /// Rows, those between pictures included.
    total: usize,
}

impl Rows {
    fn new(pictures: Pictures, kernel: usize) -> Self {
        let margin = kernel / 2;
        let total = (pictures.count * (pictures.height + margin)).saturating_sub(margin);
        Self { pictures, margin, stride: pictures.width + margin, total }
    }

    /// Writes a channel's rows from `margin` above `first` on into `to`, as many as fit, each followed by zeros.
    fn lay_out(&self, to: &mut [f32], x: &[f32], first: usize, (channel, channels): (usize, usize)) {
        let Pictures { count, height, width } = self.pictures;
        let (ahead, body) = to.split_at_mut(self.margin);
        ahead.fill(0.0);
        for (i, to) in body.chunks_mut(self.stride).enumerate() {
            // Rows above the first picture have no number; they wrap to one behind the last picture.
            let row = (first + i).wrapping_sub(self.margin);
            let (picture, y) = (row / (height + self.margin), row % (height + self.margin));
            if picture < count && y < height && to.len() >= width {
                let from = &x[((picture * channels + channel) * height + y) * width..][..width];
                to[..width].copy_from_slice(from);
                to[width..].fill(0.0);
            } else {
                to.fill(0.0);
            }
        }
    }

    /// Copies those rows of `picture` that lie in `strip` from a channel's `computed` columns to `out`, `[H, W]`.
    fn collect(
        &self,
        out: &mut [f32],
        computed: &[f32],
        strip: Range<usize>,
        picture: usize,
        (shift, residual): (f32, Option<&[f32]>),
    ) {
        let Pictures { height, width, .. } = self.pictures;
        let top = picture * (height + self.margin);
        for row in strip.start.max(top)..strip.end.min(top + height) {
            let from = &computed[(row - strip.start) * self.stride..][..width];
            let place = (row - top) * width..(row - top + 1) * width;
            let to = &mut out[place.clone()];
            match residual {
                Some(residual) => {
                    let terms = from.iter().zip(&residual[place]);
                    to.iter_mut().zip(terms).for_each(|(to, (from, residual))| *to = from + shift + residual);
                }
                None => to.iter_mut().zip(from).for_each(|(to, from)| *to = from + shift),
            }
        }
    }
}

/// How the work is shared out.
struct Plan {
    strip_rows: usize,
    /// Strips in scratch memory at a time.
    strips_at_once: usize,
    /// Output channels of one task.
    part: usize,
    /// Columns computed for a strip of a channel, and numbers its rows take with all zeros around them.
    columns: usize,
    padded: usize,
}

impl Plan {
    fn new(rows: &Rows, outputs: usize) -> Self {
        let threads = rayon::current_num_threads();
        let strips = rows.total.div_ceil((STRIP / rows.stride).max(1)).max(1);
        // A multiple of the threads, so that none waits for the last strip. Small pictures make one strip, which every
        // thread computes some channels of; to share columns instead, all would have to read all weights.
        let strips = if strips > threads { strips.next_multiple_of(threads) } else { strips };
        let strip_rows = rows.total.div_ceil(strips).max(1);
        let parts = threads.div_ceil(strips).min(outputs.div_ceil(PART)).max(1);
        Self {
            strip_rows,
            strips_at_once: strips.min(2 * threads),
            part: outputs.div_ceil(parts),
            columns: strip_rows * rows.stride,
            padded: (strip_rows + 2 * rows.margin) * rows.stride + 2 * rows.margin,
        }
    }

    /// The rows of the strips that are computed together from row `first` on.
    fn strips_from(&self, first: usize, total: usize) -> Vec<Range<usize>> {
        let starts = (0..self.strips_at_once).map(|i| first + i * self.strip_rows).take_while(|&start| start < total);
        starts.map(|start| start..(start + self.strip_rows).min(total)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition: every output is a sum over channels and taps.
    fn by_definition(x: &[f32], weight: &[f32], shape: Pictures, [outputs, inputs, kernel]: [usize; 3]) -> Vec<f32> {
        let Pictures { count, height, width } = shape;
        let margin = (kernel / 2) as isize;
        let mut out = Vec::new();
        for n in 0..count {
            for o in 0..outputs {
                for y in 0..height as isize {
                    for x_out in 0..width as isize {
                        let mut sum = 0.0;
                        for i in 0..inputs {
                            for ky in 0..kernel as isize {
                                for kx in 0..kernel as isize {
                                    let (y, x_in) = (y + ky - margin, x_out + kx - margin);
                                    if y < 0 || x_in < 0 || y >= height as isize || x_in >= width as isize {
                                        continue;
                                    }
                                    let at = ((n * inputs + i) * height + y as usize) * width + x_in as usize;
                                    let tap = ((o * inputs + i) * kernel + ky as usize) * kernel + kx as usize;
                                    sum += x[at] * weight[tap];
                                }
                            }
                        }
                        out.push(sum);
                    }
                }
            }
        }
        out
    }

    fn add<'a>(bias: &'a [f32], shift: &'a [f32], residual: &'a [f32]) -> Epilogue<'a> {
        Epilogue { bias: Some(bias), shift: Some(shift), residual: Some(residual) }
    }

    #[test]
    fn convolutions_of_any_size_are_what_the_definition_says() {
        let wave = |n: usize, f: f32| (0..n).map(|i| (i as f32 * f).sin()).collect::<Vec<_>>();
        for (count, height, width) in [(1, 1, 1), (2, 3, 5), (3, 9, 1), (1, 40, 33), (2, 1, 700)] {
            for (outputs, inputs, kernel) in [(1, 1, 3), (5, 3, 3), (4, 7, 1), (2, 2, 5)] {
                let shape = Pictures { count, height, width };
                let x = wave(count * inputs * height * width, 0.7);
                let weight = wave(outputs * inputs * kernel * kernel, 1.3);
                let bias = wave(outputs, 2.1);
                let residual = wave(count * outputs * height * width, 0.3);
                // One shift a channel for all pictures, or one for each.
                let shift = wave(if kernel == 3 { count * outputs } else { outputs }, 1.9);
                let conv = PackedConv::new(&weight, [outputs, inputs, kernel]);
                let found = conv.forward(&x, shape, add(&bias, &shift, &residual));
                let expected = by_definition(&x, &weight, shape, [outputs, inputs, kernel]);
                for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
                    let channel = i / (height * width) % outputs;
                    let shift = shift[i / (height * width) % shift.len()];
                    let expected = expected + bias[channel] + shift + residual[i];
                    assert!((found - expected).abs() < 1e-4, "{shape:?} {outputs} {inputs} {kernel}");
                }
            }
        }
    }
}
