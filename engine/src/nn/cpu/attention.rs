//! Attention in tiles: scores of some queries with some keys at a time, never all (Dao et al. 2022), so that they stay in
//! the second cache. Heads are read where they lie in the rows, without being moved apart.

use rayon::prelude::*;

use super::gemm::{Threads, View, ViewMut, multiply};
use super::vector::{Kernel, dispatch, exp2};

/// Queries and keys of a tile. More queries mean that keys are packed for the multiplication less often.
const QUERIES: usize = 256;
const KEYS: usize = 512;

/// Sizes of `softmax(Q K^T / sqrt(head width)) V`.
#[derive(Clone, Copy, Debug)]
pub struct AttentionShape {
    pub batch: usize,
    pub heads: usize,
    pub head_width: usize,
    pub queries: usize,
    pub keys: usize,
    /// A query sees only keys up to its own place; `queries` equals `keys`.
    pub causal: bool,
}

/// `q` `[batch, queries, heads * head_width]`, `k` and `v` `[batch, keys, heads * head_width]` -> the shape of `q`.
pub fn attention(q: &[f32], k: &[f32], v: &[f32], shape: AttentionShape) -> Vec<f32> {
    let AttentionShape { batch, heads, head_width, queries, .. } = shape;
    let width = heads * head_width;
    let mut out = vec![0.0; q.len()];
    let tiles = queries.div_ceil(QUERIES);
    // A tile writes a head's slice of some rows, which is no slice of `out`: tiles are computed apart, then put together.
    let tile = |i: usize| {
        let (row, head) = (i / heads, i % heads);
        let (picture, tile) = (row / tiles, row % tiles);
        let first = tile * QUERIES;
        let count = QUERIES.min(queries - first);
        Tile { picture, head, first, count }.compute(q, k, v, shape)
    };
    let done: Vec<Vec<f32>> = (0..batch * tiles * heads).into_par_iter().map(tile).collect();
    out.par_chunks_mut(queries * width).enumerate().for_each(|(picture, out)| {
        out.par_chunks_mut(QUERIES * width).enumerate().for_each(|(tile, out)| {
            let of_heads = &done[(picture * tiles + tile) * heads..][..heads];
            for (row, out) in out.chunks_exact_mut(width).enumerate() {
                for (out, head) in out.chunks_exact_mut(head_width).zip(of_heads) {
                    out.copy_from_slice(&head[row * head_width..][..head_width]);
                }
            }
        });
    });
    out
}

/// Some queries of one head.
struct Tile {
    picture: usize,
    head: usize,
    first: usize,
    count: usize,
}

impl Tile {
    /// `[count, head_width]`.
    fn compute(&self, q: &[f32], k: &[f32], v: &[f32], shape: AttentionShape) -> Vec<f32> {
        let AttentionShape { heads, head_width, queries, keys, causal, .. } = shape;
        let width = heads * head_width;
        let offset = self.head * head_width;
        let q = self.scaled_queries(&q[(self.picture * queries + self.first) * width + offset..], width, head_width);
        let (k, v) = (&k[self.picture * keys * width + offset..], &v[self.picture * keys * width + offset..]);
        let mut out = vec![0.0; self.count * head_width];
        let mut rows = vec![Row { max: f32::NEG_INFINITY, sum: 0.0 }; self.count];
        let mut scores = vec![0.0; self.count * KEYS.min(keys)];
        let last_key = if causal { keys.min(self.first + self.count) } else { keys };
        for first_key in (0..last_key).step_by(KEYS) {
            let seen = KEYS.min(last_key - first_key);
            let scores = &mut scores[..self.count * seen];
            let keys_seen = View::new(&k[first_key * width..], [head_width, seen], [1, width]);
            let queries = View::new(&q, [self.count, head_width], [head_width, 1]);
            multiply(&mut ViewMut::new(scores, [self.count, seen], [seen, 1]), queries, keys_seen, false, Threads::One);
            if causal {
                self.hide_later_keys(scores, seen, first_key);
            }
            dispatch(SoftmaxSoFar { scores, rows: &mut rows, out: &mut out, head_width });
            let values_seen = View::new(&v[first_key * width..], [seen, head_width], [width, 1]);
            let weights = View::new(scores, [self.count, seen], [seen, 1]);
            let mut sums = ViewMut::new(&mut out, [self.count, head_width], [head_width, 1]);
            multiply(&mut sums, weights, values_seen, true, Threads::One);
        }
        for (out, row) in out.chunks_exact_mut(head_width).zip(&rows) {
            let share = 1.0 / row.sum;
            out.iter_mut().for_each(|x| *x *= share);
        }
        out
    }

    /// The queries side by side, times the softmax's scale; and times `log2(e)`, so that powers of 2 serve as those of e.
    fn scaled_queries(&self, q: &[f32], width: usize, head_width: usize) -> Vec<f32> {
        let scale = std::f32::consts::LOG2_E / (head_width as f32).sqrt();
        let rows = (0..self.count).flat_map(|row| &q[row * width..row * width + head_width]);
        rows.map(|x| x * scale).collect()
    }

    fn hide_later_keys(&self, scores: &mut [f32], seen: usize, first_key: usize) {
        for (row, scores) in scores.chunks_exact_mut(seen).enumerate() {
            let visible = (self.first + row + 1).saturating_sub(first_key).min(seen);
            scores[visible..].fill(f32::NEG_INFINITY);
        }
    }
}

/// What the softmax of one query has seen.
#[derive(Clone, Copy)]
struct Row {
    /// Greatest score.
    max: f32,
    /// Sum of `2^(score - max)`.
    sum: f32,
}

/// Turns scores into weights relative to the greatest score so far, and rescales what was summed up before to it.
struct SoftmaxSoFar<'a> {
    scores: &'a mut [f32],
    rows: &'a mut [Row],
    out: &'a mut [f32],
    head_width: usize,
}

impl Kernel for SoftmaxSoFar<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let seen = self.scores.len() / self.rows.len();
        let lines = self.scores.chunks_exact_mut(seen).zip(self.out.chunks_exact_mut(self.head_width)).zip(self.rows);
        for ((scores, out), row) in lines {
            // Key 0 is visible to every query, so the greatest score is finite from the first tile on.
            let max = greatest(scores).max(row.max);
            let sum = exponentiate(scores, max);
            let fade = exp2(row.max - max);
            *row = Row { max, sum: row.sum * fade + sum };
            if fade != 1.0 {
                for x in out {
                    *x *= fade;
                }
            }
        }
    }
}

const LANES: usize = 32;

#[inline(always)]
fn greatest(values: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let whole = values.chunks_exact(LANES);
    let rest = whole.remainder();
    for values in whole {
        for (lane, &x) in lanes.iter_mut().zip(values) {
            *lane = if x > *lane { x } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |max, &x| max.max(x))
}

/// `2^(x - max)` in place; the sum of all.
#[inline(always)]
fn exponentiate(values: &mut [f32], max: f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let mut whole = values.chunks_exact_mut(LANES);
    for values in &mut whole {
        for (lane, x) in lanes.iter_mut().zip(values) {
            *x = exp2(*x - max);
            *lane += *x;
        }
    }
    let mut sum = lanes.iter().sum::<f32>();
    for x in whole.into_remainder() {
        *x = exp2(*x - max);
        sum += *x;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_definition(q: &[f32], k: &[f32], v: &[f32], shape: AttentionShape) -> Vec<f32> {
        let AttentionShape { batch, heads, head_width, queries, keys, causal } = shape;
        let width = heads * head_width;
        let mut out = vec![0.0; q.len()];
        for n in 0..batch {
            for h in 0..heads {
                for i in 0..queries {
                    let q = &q[(n * queries + i) * width + h * head_width..][..head_width];
                    let visible = if causal { i + 1 } else { keys };
                    let weight = |j: usize| {
                        let k = &k[(n * keys + j) * width + h * head_width..][..head_width];
                        let dot: f64 = q.iter().zip(k).map(|(q, k)| f64::from(q * k)).sum();
                        (dot / (head_width as f64).sqrt()).exp()
                    };
                    let total: f64 = (0..visible).map(weight).sum();
                    for j in 0..visible {
                        let share = weight(j) / total;
                        for d in 0..head_width {
                            let to = (n * queries + i) * width + h * head_width + d;
                            out[to] += (share * f64::from(v[(n * keys + j) * width + h * head_width + d])) as f32;
                        }
                    }
                }
            }
        }
        out
    }

    #[test]
    fn attention_of_any_size_is_what_the_definition_says() {
        let wave = |n: usize, f: f32| (0..n).map(|i| 2.0 * (i as f32 * f).sin()).collect::<Vec<_>>();
        for (batch, heads, head_width, queries, keys, causal) in
            [(1, 1, 1, 1, 1, false), (2, 3, 5, 300, 77, false), (1, 2, 4, 20, 1100, false), (2, 2, 3, 700, 700, true)]
        {
            let shape = AttentionShape { batch, heads, head_width, queries, keys, causal };
            let width = heads * head_width;
            let (q, k) = (wave(batch * queries * width, 0.7), wave(batch * keys * width, 1.1));
            let v = wave(batch * keys * width, 0.3);
            let (found, expected) = (attention(&q, &k, &v, shape), by_definition(&q, &k, &v, shape));
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-4, "{shape:?}: {found} {expected}");
            }
        }
    }
}
