//! Linear layers on rows, and on the channels of a picture without laying it out in rows first.

use std::sync::Arc;

use rayon::prelude::*;

use super::gemm::{Threads, View, ViewMut, multiply};

/// Rows a thread computes at once; the weights are packed for the multiplication once for these.
const ROWS: usize = 512;

/// The weights and the bias of a linear layer.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// `[inputs, outputs]`, row-major: PyTorch's transposed.
    values: Arc<Vec<f32>>,
    bias: Option<Arc<Vec<f32>>>,
    inputs: usize,
    outputs: usize,
}

impl Matrix {
    /// `values` is `[inputs, outputs]`, row-major.
    pub fn new(values: Vec<f32>, [inputs, outputs]: [usize; 2]) -> Self {
        Self { values: Arc::new(values), bias: None, inputs, outputs }
    }

    /// Adds `bias`, one number an output, to every result from now on.
    pub fn set_bias(&mut self, bias: Vec<f32>) {
        self.bias = Some(Arc::new(bias));
    }

    pub fn inputs(&self) -> usize {
        self.inputs
    }

    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// `x` `[rows, inputs]` -> `[rows, outputs]`.
    pub fn rows_to_rows(&self, x: &[f32]) -> Vec<f32> {
        let rows = x.len() / self.inputs;
        let mut out = vec![0.0; rows * self.outputs];
        let at_once = rows_at_once(rows);
        let threads = if at_once < rows { Threads::One } else { Threads::All };
        let chunks = out.par_chunks_mut(at_once * self.outputs).zip(x.par_chunks(at_once * self.inputs));
        chunks.for_each(|(out, x)| {
            let x = View::new(x, [x.len() / self.inputs, self.inputs], [self.inputs, 1]);
            self.multiply_rows(out, x, threads);
        });
        out
    }

    /// `x` `[N, inputs, pixels]` -> `[N, pixels, outputs]`.
    pub fn channels_to_rows(&self, x: &[f32], pixels: usize) -> Vec<f32> {
        let mut out = vec![0.0; x.len() / self.inputs * self.outputs];
        let at_once = rows_at_once(pixels);
        let threads = if at_once < pixels { Threads::One } else { Threads::All };
        let pictures = out.par_chunks_mut(pixels * self.outputs).zip(x.par_chunks(pixels * self.inputs));
        pictures.for_each(|(out, x)| {
            out.par_chunks_mut(at_once * self.outputs).enumerate().for_each(|(i, out)| {
                let count = out.len() / self.outputs;
                let x = View::new(&x[i * at_once..], [count, self.inputs], [1, pixels]);
                self.multiply_rows(out, x, threads);
            });
        });
        out
    }

    /// `x` `[N, pixels, inputs]` -> `[N, outputs, pixels]`, plus `residual` of that shape.
    pub fn rows_to_channels(&self, x: &[f32], pixels: usize, mut residual: Vec<f32>) -> Vec<f32> {
        let pictures = (x.len() / (pixels * self.inputs)).max(1);
        // Enough parts of the channels to keep every core busy.
        let parts = rayon::current_num_threads().div_ceil(pictures).clamp(1, self.outputs.div_ceil(64));
        let channels = self.outputs.div_ceil(parts);
        residual.par_chunks_mut(pixels * self.outputs).enumerate().for_each(|(picture, out)| {
            let x = &x[picture * pixels * self.inputs..][..pixels * self.inputs];
            out.par_chunks_mut(pixels * channels).enumerate().for_each(|(part, out)| {
                let first = part * channels;
                let count = out.len() / pixels;
                if let Some(bias) = &self.bias {
                    let rows = out.chunks_exact_mut(pixels).zip(&bias[first..]);
                    rows.for_each(|(row, &bias)| row.iter_mut().for_each(|x| *x += bias));
                }
                let weights = View::new(&self.values[first..], [count, self.inputs], [1, self.outputs]);
                let x = View::new(x, [self.inputs, pixels], [1, self.inputs]);
                multiply(&mut ViewMut::new(out, [count, pixels], [pixels, 1]), weights, x, true, Threads::One);
            });
        });
        residual
    }

    /// `out` = `x` times the weights plus the bias.
    fn multiply_rows(&self, out: &mut [f32], x: View<'_>, threads: Threads) {
        if let Some(bias) = &self.bias {
            out.chunks_exact_mut(self.outputs).for_each(|row| row.copy_from_slice(bias));
        }
        let rows = out.len() / self.outputs;
        let mut out = ViewMut::new(out, [rows, self.outputs], [self.outputs, 1]);
        let weights = View::new(&self.values, [self.inputs, self.outputs], [self.outputs, 1]);
        multiply(&mut out, x, weights, self.bias.is_some(), threads);
    }
}

/// An even share of the rows for every core, or all of them where there are so few that cores had better share a product.
fn rows_at_once(rows: usize) -> usize {
    let threads = rayon::current_num_threads();
    if rows < 2 * threads * 64 {
        return rows.max(1);
    }
    rows.div_ceil(rows.div_ceil(ROWS).next_multiple_of(threads))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_and_rows_are_the_same_layer_in_another_order() {
        let (pictures, pixels, inputs, outputs) = (3, 700, 5, 130);
        let wave = |n: usize, f: f32| (0..n).map(|i| (i as f32 * f).sin()).collect::<Vec<_>>();
        let mut matrix = Matrix::new(wave(inputs * outputs, 0.9), [inputs, outputs]);
        matrix.set_bias(wave(outputs, 0.4));
        let rows = wave(pictures * pixels * inputs, 0.31);
        let at = |n: usize, p: usize, c: usize, channels: usize| (n * pixels + p) * channels + c;
        let mut channels = vec![0.0; rows.len()];
        for (i, x) in channels.iter_mut().enumerate() {
            *x = rows[at(i / (pixels * inputs), i % pixels, i / pixels % inputs, inputs)];
        }
        let expected = matrix.rows_to_rows(&rows);
        let sum: f32 = (0..inputs).map(|i| rows[at(1, 6, i, inputs)] * (((i * outputs + 7) as f32) * 0.9).sin()).sum();
        assert!((expected[at(1, 6, 7, outputs)] - sum - (7.0f32 * 0.4).sin()).abs() < 1e-5);
        let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-5, "{a} {b}");
        matrix.channels_to_rows(&channels, pixels).iter().zip(&expected).for_each(|(a, b)| close(*a, *b));
        let found = matrix.rows_to_channels(&rows, pixels, vec![10.0; pictures * pixels * outputs]);
        for (i, found) in found.iter().enumerate() {
            close(*found, 10.0 + expected[at(i / (pixels * outputs), i % pixels, i / pixels % outputs, outputs)]);
        }
    }
}
