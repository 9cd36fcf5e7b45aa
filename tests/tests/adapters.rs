//! The self-test's operations on the device the suite runs on.

use brushfire_engine::device::{Operation, check};
use brushfire_engine::nn::{Compute, Precision};
use brushfire_tests::test_device;

/// A sixteenth of Stable Diffusion's latents at 512 x 512: a software adapter takes minutes for the whole.
const SIDE: usize = 16;

#[test]
fn every_operation_stable_diffusion_is_made_of_is_computed_right() {
    let compute = Compute::new(&test_device(), Precision::F32);
    let checks: Vec<_> = Operation::ALL.iter().map(|operation| check(*operation, &compute, SIDE).unwrap()).collect();
    let wrong: Vec<String> = checks.iter().filter(|check| !check.passed()).map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
