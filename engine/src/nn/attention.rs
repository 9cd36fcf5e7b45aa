//! `softmax(Q K^T / sqrt(D)) V`, by whatever way the device does best.

use burn::tensor::ops::{AttentionModuleOptions, PadMode};
use burn::tensor::{FloatDType, Tensor, module};

use super::compute::{Compute, Kernels, Precision};
use super::cpu::attention::AttentionShape;
use super::cpu::{self, Values};

/// How attention is to be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heads {
    /// Number of heads; divides the width.
    pub count: usize,
    /// A query sees only keys up to its own place.
    pub causal: bool,
    /// Scores are computed in f32 whatever the precision (some models overflow f16 here).
    pub upcast: bool,
}

impl Heads {
    /// Queries `[N, Lq, C]`, keys and values `[N, Lk, C]` -> `[N, Lq, C]`; heads are neighbouring slices of `C`.
    pub fn attend(self, q: Tensor<3>, k: Tensor<3>, v: Tensor<3>, compute: &Compute) -> Tensor<3> {
        let [n, queries, width] = q.dims();
        if compute.kernels() == Kernels::Cpu {
            return self.attend_on_cpu(q, k, v);
        }
        let out = self.attend_in_chunks(self.split(q), self.split(k), self.split(v), compute);
        out.swap_dims(1, 2).reshape([n, queries, width])
    }

    fn attend_on_cpu(self, q: Tensor<3>, k: Tensor<3>, v: Tensor<3>) -> Tensor<3> {
        let [batch, queries, width] = q.dims();
        let keys = k.dims()[1];
        let (heads, head_width, causal) = (self.count, width / self.count, self.causal);
        let shape = AttentionShape { batch, heads, head_width, queries, keys, causal };
        let (q, k, v) = (Values::of(q), Values::of(k), Values::of(v));
        let out = cpu::attention::attention(q.as_slice(), k.as_slice(), v.as_slice(), shape);
        cpu::tensor(out, [batch, queries, width])
    }

    /// `[N, L, C]` -> `[N, heads, L, C / heads]`.
    fn split(self, x: Tensor<3>) -> Tensor<4> {
        let [n, length, width] = x.dims();
        x.reshape([n, length, self.count, width / self.count]).swap_dims(1, 2)
    }

    fn options(self) -> AttentionModuleOptions {
        AttentionModuleOptions { is_causal: self.causal, ..Default::default() }
    }

    /// burn's GPU attention may materialise all scores (always in f32, and where no flash kernel fits), so queries are
    /// taken in chunks that keep them within the budget. Where flash runs, chunks of hundreds of queries cost nothing.
    fn attend_in_chunks(self, q: Tensor<4>, k: Tensor<4>, v: Tensor<4>, compute: &Compute) -> Tensor<4> {
        let [n, heads, queries, _] = q.dims();
        let keys = k.dims()[2];
        let bytes_per_score = if compute.precision() == Precision::F32 || self.upcast { 4 } else { 2 };
        let chunk = queries_per_chunk(compute.attention_budget(), n * heads * keys * bytes_per_score);
        if chunk >= queries || self.causal {
            return self.attend_at_once(q, k, v, compute);
        }
        let chunks = q.split(chunk, 2).into_iter();
        Tensor::cat(chunks.map(|q| self.attend_at_once(q, k.clone(), v.clone(), compute)).collect(), 2)
    }

    fn attend_at_once(self, q: Tensor<4>, k: Tensor<4>, v: Tensor<4>, compute: &Compute) -> Tensor<4> {
        if compute.precision() == Precision::F32 {
            // The flash kernels multiply in f16 whatever the tensors' precision.
            return module::attention_fallback(q, k, v, None, None, self.options());
        }
        if self.upcast {
            let wide = |x: Tensor<4>| x.cast(FloatDType::F32);
            let out = module::attention_fallback(wide(q), wide(k), wide(v), None, None, self.options());
            return out.cast(FloatDType::F16);
        }
        flash_with_padded_heads(q, k, v, self.options())
    }
}

/// burn's flash kernels want head widths that are multiples of 16 (Stable Diffusion 1.x has 40) and the default scale.
/// Zeros behind each head change no score; they would change the scale `1 / sqrt(D)`, which a factor on Q undoes.
fn flash_with_padded_heads(q: Tensor<4>, k: Tensor<4>, v: Tensor<4>, options: AttentionModuleOptions) -> Tensor<4> {
    let [n, heads, queries, width] = q.dims();
    let padded = width.next_multiple_of(16);
    if padded == width {
        return module::attention(q, k, v, None, None, options);
    }
    let pad = |x: Tensor<4>| x.pad([(0, 0), (0, 0), (0, 0), (0, padded - width)], PadMode::Constant(0.0));
    let q = q.mul_scalar((padded as f64 / width as f64).sqrt());
    let out = module::attention(pad(q), pad(k), pad(v), None, None, options);
    out.slice([0..n, 0..heads, 0..queries, 0..width])
}

/// A multiple of 128 queries (tiles of every kernel divide it), at least 128.
fn queries_per_chunk(budget: usize, bytes_per_query: usize) -> usize {
    (budget / bytes_per_query.max(1)).max(128) / 128 * 128
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn chunks_keep_to_the_budget() {
        let bytes_per_query = 2 * 8 * 4096 * 2;
        assert_eq!(queries_per_chunk(512 << 20, bytes_per_query), 4096);
        assert_eq!(queries_per_chunk(100 << 20, bytes_per_query), 768);
        assert_eq!(queries_per_chunk(1, bytes_per_query), 128);
    }

    /// Three heads of width 5, 300 queries, 77 keys.
    fn example() -> (Heads, [Tensor<3>; 3]) {
        let rows = |count: usize, f: f32| {
            let values: Vec<f32> = (0..2 * count * 15).map(|i| 2.0 * (i as f32 * f).sin()).collect();
            cpu::tensor(values, [2, count, 15])
        };
        (Heads { count: 3, causal: false, upcast: false }, [rows(300, 0.7), rows(77, 1.1), rows(77, 0.3)])
    }

    fn assert_same(found: Tensor<4>, expected: Tensor<3>) {
        let shape = expected.dims();
        let difference = found.swap_dims(1, 2).reshape(shape) - expected;
        assert!(difference.abs().max().into_scalar::<f32>() < 1e-5);
    }

    #[test]
    fn padding_the_heads_changes_nothing() {
        let (heads, [q, k, v]) = example();
        let expected = heads.attend_on_cpu(q.clone(), k.clone(), v.clone());
        let padded = flash_with_padded_heads(heads.split(q), heads.split(k), heads.split(v), heads.options());
        assert_same(padded, expected);
    }

    #[test]
    fn taking_queries_in_chunks_changes_nothing() {
        let (heads, [q, k, v]) = example();
        let expected = heads.attend_on_cpu(q.clone(), k.clone(), v.clone());
        let compute = Compute::new(&Device::flex(), Precision::F32).with_attention_budget(1);
        assert_same(heads.attend_in_chunks(heads.split(q), heads.split(k), heads.split(v), &compute), expected);
    }
}
