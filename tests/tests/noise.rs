//! Noise against PyTorch's CPU generator and A1111's Philox; see `reference/noise.py`.
#![allow(clippy::unwrap_used, reason = "a test that cannot read its goldens has failed")]

use std::collections::HashMap;
use std::path::PathBuf;

use brushfire_engine::sampling::{BatchNoise, NoiseGenerator, NoiseSource};
use safetensors::SafeTensors;
use serde::Deserialize;

#[derive(Deserialize)]
struct Goldens {
    latent: HashMap<u64, Summary>,
    philox: HashMap<u64, Vec<Summary>>,
}

/// What is recorded of a draw of `[1, 4, 64, 64]`.
#[derive(Deserialize)]
struct Summary {
    first: Vec<f32>,
    last: Vec<f32>,
    sum: f64,
}

const LATENT_LENGTH: usize = 4 * 64 * 64;

fn golden(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn tensor(tensors: &SafeTensors<'_>, name: &str) -> Vec<f32> {
    let view = tensors.tensor(name).unwrap();
    view.data().chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

/// Bit for bit, but for one unit in the last place where the system's logarithm and sine come in.
fn assert_same(ours: &[f32], theirs: &[f32], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        let apart = (a.to_bits() as i64 - b.to_bits() as i64).abs();
        assert!(apart <= 1, "{what}: value {i} is {a:?}, not {b:?}");
    }
}

fn assert_summary(ours: &[f32], recorded: &Summary, what: &str) {
    assert_same(&ours[..recorded.first.len()], &recorded.first, what);
    assert_same(&ours[ours.len() - recorded.last.len()..], &recorded.last, what);
    let sum: f64 = ours.iter().copied().map(f64::from).sum();
    assert!((sum - recorded.sum).abs() < 1e-4, "{what}: the sum is {sum}, not {}", recorded.sum);
}

#[test]
fn torch_randn_is_reproduced_for_every_recorded_seed_and_length() {
    let bytes = golden("noise.safetensors");
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut compared = 0;
    for name in tensors.names() {
        let mut parts = name.split('.');
        let (kind, seed, count) = (parts.next(), parts.next(), parts.next());
        let source = match kind {
            Some("randn") => NoiseSource::Cpu,
            Some("philox") => NoiseSource::Gpu,
            _ => continue,
        };
        let (seed, count) = (seed.unwrap().parse().unwrap(), count.unwrap().parse().unwrap());
        assert_same(&NoiseGenerator::new(source, seed).normal(count), &tensor(&tensors, name), name);
        compared += 1;
    }
    assert!(compared > 100, "only {compared} draws are recorded");
}

#[test]
fn draws_after_one_another_go_on_where_the_last_ended() {
    let bytes = golden("noise.safetensors");
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut generator = NoiseGenerator::new(NoiseSource::Cpu, 42);
    for index in 0..9 {
        let name = format!("sequence.42.{index}");
        let recorded = tensor(&tensors, &name);
        assert_same(&generator.normal(recorded.len()), &recorded, &name);
    }
    let mut generator = NoiseGenerator::new(NoiseSource::Cpu, 42);
    for index in 0..3 {
        let name = format!("latents.42.{index}");
        assert_same(&generator.normal(4 * 8 * 8), &tensor(&tensors, &name), &name);
    }
}

#[test]
fn every_picture_of_a_batch_is_drawn_from_its_own_seed() {
    let bytes = golden("noise.safetensors");
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let drawn = BatchNoise::new(NoiseSource::Cpu, 42, 2, 4 * 8 * 8).draw();
    assert_same(&drawn, &tensor(&tensors, "batch.42.own_seeds"), "batch");
}

#[test]
fn whole_latents_are_reproduced_and_gpu_noise_moves_on_with_every_draw() {
    let goldens: Goldens = serde_json::from_slice(&golden("noise.json")).unwrap();
    for (seed, recorded) in &goldens.latent {
        let drawn = NoiseGenerator::new(NoiseSource::Cpu, *seed).normal(LATENT_LENGTH);
        assert_summary(&drawn, recorded, &format!("CPU noise of seed {seed}"));
    }
    for (seed, draws) in &goldens.philox {
        let mut generator = NoiseGenerator::new(NoiseSource::Gpu, *seed);
        for (index, recorded) in draws.iter().enumerate() {
            assert_summary(
                &generator.normal(LATENT_LENGTH),
                recorded,
                &format!("draw {index} of GPU noise of seed {seed}"),
            );
        }
    }
}
