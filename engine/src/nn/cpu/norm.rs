//! Group normalisation in three passes over one group at a time, which stays in the cache.

use rayon::prelude::*;

use super::vector::{self, Kernel, dispatch};

/// How the channels of a picture are grouped.
#[derive(Clone, Copy)]
pub struct Groups {
    pub channels: usize,
    pub pixels: usize,
    /// Divides the channels.
    pub count: usize,
}

/// The scale and the shift of every channel, for all pictures or for each of them.
#[derive(Clone, Copy)]
pub struct Affine<'a> {
    pub gamma: &'a [f32],
    pub beta: &'a [f32],
}

/// Normalises `x`, `[N, channels, pixels]`, in place, group by group; then SiLU if `silu`.
pub fn group_norm(x: &mut [f32], groups: Groups, affine: Affine<'_>, epsilon: f64, silu: bool) {
    let Groups { channels, pixels, count } = groups;
    let per_group = channels / count.max(1);
    let length = (per_group * pixels).max(1);
    x.par_chunks_mut(length).enumerate().for_each(|(i, group)| {
        // Groups go on from one picture to the next, and so do affines of several pictures.
        let first = i * per_group % affine.gamma.len();
        let channels = first..first + per_group;
        let affine = Affine { gamma: &affine.gamma[channels.clone()], beta: &affine.beta[channels] };
        dispatch(Normalise { group, pixels, affine, epsilon, silu });
    });
}

/// One group of one picture.
struct Normalise<'a> {
    group: &'a mut [f32],
    pixels: usize,
    affine: Affine<'a>,
    epsilon: f64,
    silu: bool,
}

impl Kernel for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let count = self.group.len() as f64;
        let mean = (sum(self.group, |x| x) / count) as f32;
        let variance = sum(self.group, |x| (x - mean) * (x - mean)) / count;
        let inverse = (1.0 / (variance + self.epsilon).sqrt()) as f32;
        let channels = self.group.chunks_exact_mut(self.pixels).zip(self.affine.gamma.iter().zip(self.affine.beta));
        for (channel, (&gamma, &beta)) in channels {
            let (scale, shift) = (inverse * gamma, beta - mean * inverse * gamma);
            if self.silu {
                for x in channel {
                    *x = vector::silu(*x * scale + shift);
                }
            } else {
                for x in channel {
                    *x = *x * scale + shift;
                }
            }
        }
    }
}

/// Sum of `f` over `values`: side by side in f32 within short runs, over them in f64.
#[inline(always)]
fn sum(values: &[f32], f: impl Fn(f32) -> f32) -> f64 {
    const LANES: usize = 32;
    const RUN: usize = 64 * LANES;
    let mut total = 0.0;
    for run in values.chunks(RUN) {
        let mut lanes = [0.0f32; LANES];
        let whole = run.chunks_exact(LANES);
        let rest = whole.remainder();
        for values in whole {
            for (lane, &x) in lanes.iter_mut().zip(values) {
                *lane += f(x);
            }
        }
        total += lanes.iter().map(|&lane| f64::from(lane)).sum::<f64>();
        total += rest.iter().map(|&x| f64::from(f(x))).sum::<f64>();
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `torch.nn.functional.group_norm(torch.arange(12.).reshape(2, 2, 3) ** 2, 1, weight=[1, 2], bias=[0, 1])`
    #[test]
    fn groups_are_normalised_as_torch_does() {
        let mut x: Vec<f32> = (0..12).map(|i| (i * i) as f32).collect();
        let affine = Affine { gamma: &[1.0, 2.0], beta: &[0.0, 1.0] };
        group_norm(&mut x, Groups { channels: 2, pixels: 3, count: 1 }, affine, 1e-5, false);
        for (found, expected) in x.iter().zip(EXPECTED) {
            assert!((found - expected).abs() < 1e-5, "{x:?}");
        }
    }

    #[test]
    fn each_picture_may_have_its_own_scales() {
        let picture: Vec<f32> = (0..12).map(|i| (i * i % 7) as f32).collect();
        let groups = Groups { channels: 4, pixels: 3, count: 2 };
        let normalised = |gamma: &[f32], beta: &[f32], pictures: usize| {
            let mut x = picture.repeat(pictures);
            group_norm(&mut x, groups, Affine { gamma, beta }, 1e-5, true);
            x
        };
        let (gamma, beta) = ([1.0, 2.0, -1.0, 0.5], [0.0, 0.3, 0.2, -1.0]);
        let (other_gamma, other_beta) = ([0.1, 0.2, 3.0, 1.5], [1.0, -0.3, 0.0, 0.7]);
        let alone = [normalised(&gamma, &beta, 1), normalised(&other_gamma, &other_beta, 1)].concat();
        assert_eq!(normalised(&[gamma, other_gamma].concat(), &[beta, other_beta].concat(), 2), alone);
    }

    #[test]
    fn sums_keep_small_numbers_beside_a_large_mean() {
        let values = vec![1000.1f32; 1 << 20];
        let mean = sum(&values, |x| x) / values.len() as f64;
        assert!((mean - f64::from(1000.1f32)).abs() < 2e-3, "{mean}");
    }

    const EXPECTED: [f32; 12] = [
        -1.030_425_2,
        -0.918_015_2,
        -0.580_785_16,
        0.962_529_9,
        2.536_270_1,
        4.559_650_4,
        -1.344_086_4,
        -0.897_964_1,
        -0.383_207_56,
        1.400_366_3,
        2.704_416_3,
        4.145_734_3,
    ];
}
