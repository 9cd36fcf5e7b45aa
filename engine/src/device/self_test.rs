//! The self-test: the operations Stable Diffusion is made of, at its shapes, against answers computed here in plain
//! double precision, one output value at a time. It runs in a process of its own (see [`super::SelfTester`]) and prints
//! one [`Check`] a line, so that what was finished before a crash still counts.

use std::borrow::Cow;
use std::io::Write as _;
use std::path::Path;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::adapter::AdapterId;
use super::configure::configure;
use crate::checkpoint::{CheckpointError, DType, Source, TensorInfo};
use crate::nn::{Compute, Conv2d, Conv2dShape, GroupNorm, Heads, Precision, Weights};

/// One operation in one precision and how far it was off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    pub operation: Operation,
    /// In half precision.
    pub half: bool,
    /// The largest error among the values looked at, relative to their root mean square; `None` where one was no number.
    pub error: Option<f64>,
}

/// An operation worth testing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    MatrixProduct,
    Convolution3x3,
    Convolution1x1,
    GroupNorm,
    /// With heads of width 40, which no matrix unit's tile divides.
    Attention,
}

impl Operation {
    pub const ALL: [Self; 5] =
        [Self::MatrixProduct, Self::Convolution3x3, Self::Convolution1x1, Self::GroupNorm, Self::Attention];
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::MatrixProduct => "matrix products",
            Self::Convolution3x3 => "3x3 convolutions",
            Self::Convolution1x1 => "1x1 convolutions",
            Self::GroupNorm => "group normalisation",
            Self::Attention => "attention",
        })
    }
}

impl Check {
    /// Checks made in one precision.
    pub const PER_PRECISION: usize = Operation::ALL.len();

    /// Whether the operation can be trusted. Matrix units round single precision to ten or eleven bits, and half precision
    /// has as many; a wrong kernel is off by about 1.
    #[must_use]
    pub fn passed(&self) -> bool {
        let tolerance = if self.half { 3e-2 } else { 1e-2 };
        self.error.is_some_and(|error| error < tolerance)
    }

    #[cfg(test)]
    pub(super) fn all_with_errors(in_f32: f64, in_f16: f64) -> Vec<Self> {
        let finite = |error: f64| error.is_finite().then_some(error);
        [(false, in_f32), (true, in_f16)]
            .into_iter()
            .flat_map(|(half, error)| Operation::ALL.map(|operation| Self { operation, half, error: finite(error) }))
            .collect()
    }
}

impl std::fmt::Display for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let precision = if self.half { "half" } else { "single" };
        match self.error {
            None => {
                write!(f, "its {} make values that are no numbers in {precision} precision", self.operation)
            }
            Some(error) => {
                write!(f, "its {} are off by {:.1} % in {precision} precision", self.operation, error * 100.0)
            }
        }
    }
}

/// Tests the adapter in this process, printing each check as a line of JSON. A broken driver may end the process.
///
/// # Errors
/// The adapter does not open, or its results cannot be read.
pub fn run_in_this_process(id: AdapterId, half: bool, cache_folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    configure(cache_folder);
    let device = id.open()?;
    let precisions: &[Precision] = if half { &[Precision::F32, Precision::F16] } else { &[Precision::F32] };
    for precision in precisions {
        let compute = Compute::new(&device, *precision);
        for operation in Operation::ALL {
            let check = check(operation, &compute, FULL)?;
            let mut out = std::io::stdout().lock();
            writeln!(out, "{}", serde_json::to_string(&check)?)?;
            out.flush()?;
        }
    }
    Ok(())
}

/// Stable Diffusion's sizes at 512 x 512.
pub const FULL: usize = 64;

/// Makes one check on any device. `side` is the latents' width and height, [`FULL`] for a real test and less where an
/// adapter is a slow rasteriser.
///
/// # Errors
/// The result cannot be read back.
pub fn check(operation: Operation, compute: &Compute, side: usize) -> Result<Check, Box<dyn std::error::Error>> {
    let (found, expected) = match operation {
        Operation::MatrixProduct => matrix_product(compute, side * side)?,
        Operation::Convolution3x3 => convolution(compute, 3, 320, 320, side)?,
        // Many pixels and few channels: where a 1x1 kernel was seen to go wrong in half precision.
        Operation::Convolution1x1 => convolution(compute, 1, 96, 64, 3 * side)?,
        Operation::GroupNorm => normalisation(compute, side)?,
        Operation::Attention => attention_of_width_40(compute, side * side)?,
    };
    let half = compute.precision() == Precision::F16;
    Ok(Check { operation, half, error: relative_error(&found, &expected) })
}

/// What the device computed and what is right, at the places looked at.
type Answers = (Vec<f64>, Vec<f64>);

/// The largest error in units of the expected values' root mean square.
fn relative_error(found: &[f64], expected: &[f64]) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred values")]
    let mean_square = expected.iter().map(|value| value * value).sum::<f64>() / expected.len().max(1) as f64;
    let largest =
        found.iter().zip(expected).map(|(found, expected)| (found - expected).abs()).fold(0.0, |a: f64, b| {
            // `max` would let a value that is no number slip through.
            if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
        });
    let error = largest / mean_square.sqrt();
    error.is_finite().then_some(error)
}

/// Numbers in -1..1 from a counter (splitmix64), rounded to what `compute` holds.
fn numbers(count: usize, seed: u64, compute: &Compute) -> Vec<f32> {
    (0..count as u64)
        .map(|index| {
            #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
            let value = ((splitmix(seed << 32 | index) >> 40) as f32 / 8_388_608.0) - 1.0;
            match compute.precision() {
                Precision::F32 => value,
                Precision::F16 => half::f16::from_f32(value).to_f32(),
            }
        })
        .collect()
}

fn splitmix(counter: u64) -> u64 {
    let mut z = counter.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Places to look at, spread over an output so that every kind of tile, border and remainder is met.
fn places(length: usize) -> impl Iterator<Item = usize> {
    const LOOKED_AT: u64 = 500;
    let ends = [0, length - 1];
    (0..LOOKED_AT).map(move |index| usize::try_from(splitmix(index) % length as u64).unwrap_or(0)).chain(ends)
}

fn compare<const D: usize>(
    output: Tensor<D>,
    expected_at: impl Fn(usize) -> f64,
) -> Result<Answers, Box<dyn std::error::Error>> {
    let values = Compute::values(output)?;
    // Every value is looked at for being a number, a few hundred for being the right one.
    let all_finite = if values.iter().all(|value| value.is_finite()) { 0.0 } else { f64::NAN };
    Ok(places(values.len()).map(|place| (f64::from(values[place]) + all_finite, expected_at(place))).unzip())
}

fn dot(pairs: impl Iterator<Item = (f32, f32)>) -> f64 {
    pairs.map(|(a, b)| f64::from(a) * f64::from(b)).sum()
}

/// A feed-forward layer's product.
fn matrix_product(compute: &Compute, rows: usize) -> Result<Answers, Box<dyn std::error::Error>> {
    let (inner, columns) = (320, 1280);
    let left = numbers(rows * inner, 1, compute);
    let right = numbers(inner * columns, 2, compute);
    let output = compute.tensor(left.clone(), [rows, inner]).matmul(compute.tensor(right.clone(), [inner, columns]));
    compare(output, |place| {
        let (row, column) = (place / columns, place % columns);
        dot((0..inner).map(|k| (left[row * inner + k], right[k * columns + column])))
    })
}

fn convolution(
    compute: &Compute,
    kernel: usize,
    inputs: usize,
    outputs: usize,
    side: usize,
) -> Result<Answers, Box<dyn std::error::Error>> {
    let picture = numbers(inputs * side * side, 3, compute);
    let weight = numbers(outputs * inputs * kernel * kernel, 4, compute);
    let reach = kernel / 2;
    let shape = if kernel == 1 { Conv2dShape::one(inputs, outputs) } else { Conv2dShape::three(inputs, outputs) };
    let source = OneWeight { values: weight.clone(), shape: vec![outputs, inputs, kernel, kernel] };
    let layer = Conv2d::load(&Weights::new(&source, compute), shape.without_bias())?;
    let output = layer.forward(compute.tensor(picture.clone(), [1, inputs, side, side]));
    compare(output, |place| {
        let (channel, y, x) = (place / (side * side), place / side % side, place % side);
        let mut sum = 0.0;
        for input in 0..inputs {
            for tap_y in 0..kernel {
                for tap_x in 0..kernel {
                    let (row, column) = ((y + tap_y).wrapping_sub(reach), (x + tap_x).wrapping_sub(reach));
                    if row < side && column < side {
                        let value = picture[(input * side + row) * side + column];
                        let factor = weight[((channel * inputs + input) * kernel + tap_y) * kernel + tap_x];
                        sum += f64::from(value) * f64::from(factor);
                    }
                }
            }
        }
        sum
    })
}

fn normalisation(compute: &Compute, side: usize) -> Result<Answers, Box<dyn std::error::Error>> {
    let (channels, groups, area) = (320, 32, side * side);
    let picture = numbers(channels * area, 5, compute);
    let source = OneWeight { values: vec![1.0; channels], shape: vec![channels] };
    let layer = GroupNorm::load(&Weights::new(&source, compute), channels, groups, 1e-5)?;
    let output = layer.forward(compute.tensor(picture.clone(), [1, channels, side, side]));
    let of_group = channels / groups * area;
    #[expect(clippy::cast_precision_loss, reason = "40960 fits")]
    let count = of_group as f64;
    compare(output, |place| {
        let group = &picture[place / of_group * of_group..][..of_group];
        let mean = group.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
        let variance = group.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / count;
        // The one weight serves as scale and as shift.
        (f64::from(picture[place]) - mean) / (variance + 1e-5).sqrt() + 1.0
    })
}

/// Self-attention over `length` cells, one picture. The queries are long, so that few keys decide and an error is seen.
fn attention_of_width_40(compute: &Compute, length: usize) -> Result<Answers, Box<dyn std::error::Error>> {
    let (heads, width) = (8, 40);
    let count = heads * width * length;
    let query: Vec<f32> = numbers(count, 6, compute).into_iter().map(|value| value * 4.0).collect();
    let key = numbers(count, 7, compute);
    let value = numbers(count, 8, compute);
    let upload = |values: &[f32]| compute.tensor(values.to_vec(), [1, length, heads * width]);
    let layer = Heads { count: heads, causal: false, upcast: false };
    let output = layer.attend(upload(&query), upload(&key), upload(&value), compute);
    #[expect(clippy::cast_precision_loss, reason = "40 fits")]
    let scale = 1.0 / (width as f64).sqrt();
    compare(output, |place| {
        let (row, column) = (place / (heads * width), place % (heads * width));
        let start = column / width * width;
        let at = |values: &[f32], row: usize, k: usize| values[row * heads * width + start + k];
        let scores: Vec<f64> = (0..length)
            .map(|other| scale * dot((0..width).map(|k| (at(&query, row, k), at(&key, other, k)))))
            .collect();
        let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut weight_sum) = (0.0, 0.0);
        for (other, score) in scores.iter().enumerate() {
            let weight = (score - largest).exp();
            sum += weight * f64::from(value[other * heads * width + column]);
            weight_sum += weight;
        }
        sum / weight_sum
    })
}

/// A checkpoint in which every tensor is the same one.
struct OneWeight {
    values: Vec<f32>,
    shape: Vec<usize>,
}

impl Source for OneWeight {
    fn names(&self) -> Vec<String> {
        vec!["weight".to_owned(), "bias".to_owned()]
    }

    fn info(&self, _name: &str) -> Option<TensorInfo> {
        Some(TensorInfo { shape: self.shape.clone(), dtype: DType::F32 })
    }

    fn raw(&self, _name: &str) -> Result<Cow<'_, [u8]>, CheckpointError> {
        Ok(Cow::Owned(self.values.iter().flat_map(|value| value.to_le_bytes()).collect()))
    }

    fn location(&self) -> &Path {
        Path::new("self-test")
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn the_cpu_passes_every_check() {
        let compute = Compute::new(&Device::flex(), Precision::F32);
        for operation in Operation::ALL {
            let check = check(operation, &compute, FULL).unwrap();
            assert!(check.passed(), "{check}");
            assert!(check.error.unwrap() < 1e-4, "{check}");
        }
    }

    #[test]
    fn a_value_that_is_no_number_is_an_error_and_not_a_pass() {
        assert_eq!(relative_error(&[1.0, f64::NAN], &[1.0, 1.0]), None);
        assert_eq!(relative_error(&[1.0, 1.5], &[1.0, 1.0]), Some(0.5));
    }

    #[test]
    fn a_check_survives_its_line_of_json() {
        for check in Check::all_with_errors(1e-6, f64::NAN) {
            let line = serde_json::to_string(&check).unwrap();
            assert_eq!(serde_json::from_str::<Check>(&line).unwrap(), check);
        }
    }
}
