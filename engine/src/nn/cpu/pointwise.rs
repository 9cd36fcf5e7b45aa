//! Functions of single numbers, by all cores and in the widest vectors.

use rayon::prelude::*;

use super::vector::{self, Kernel, dispatch};

/// Shazeer 2020: each row of `x`, `[rows, 2 width]`, becomes its first half times `gelu` of its second.
pub fn geglu(x: &[f32], width: usize) -> Vec<f32> {
    let mut out = vec![0.0; x.len() / 2];
    out.par_chunks_mut(width).zip(x.par_chunks(2 * width)).with_min_len(16).for_each(|(out, x)| {
        let (values, gates) = x.split_at(width);
        dispatch(Gate { out, values, gates });
    });
    out
}

struct Gate<'a> {
    out: &'a mut [f32],
    values: &'a [f32],
    gates: &'a [f32],
}

impl Kernel for Gate<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for ((out, value), &gate) in self.out.iter_mut().zip(self.values).zip(self.gates) {
            *out = value * vector::gelu(gate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geglu_gates_the_first_half_with_the_second() {
        let out = geglu(&[2.0, 3.0, 0.7, 0.0, -1.0, 4.0, 100.0, -100.0], 2);
        for (found, expected) in out.iter().zip([1.061_250_9, 0.0, -100.0, 0.0]) {
            assert!((found - expected).abs() < 1e-5, "{out:?}");
        }
    }
}
