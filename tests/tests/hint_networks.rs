//! The networks that make hints against what TFLite, ONNX Runtime, MediaPipe, transformers and PyTorch make of the same
//! picture (`tests/reference/hint_networks.py`), on the CPU or `BRUSHFIRE_TEST_DEVICE`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use brushfire_engine::checkpoint::open_source;
use brushfire_engine::checkpoint::safetensors::SafetensorsFile;
use brushfire_engine::hints::{LineChoice, LineFinder, PeopleFinder};
use brushfire_engine::models::{DepthAnything, DepthAnythingConfig, Hed, LayerList, MidasSmall};
use brushfire_engine::nn::{Compute, Interrupted, Precision};
use brushfire_tests::test_gpu;
use burn::tensor::{Device, Tensor};
use image::{Rgb, RgbImage};
use safetensors::SafeTensors;

const TOLERANCE: f64 = 1e-3;
/// Of large values every so manieth is in the goldens.
const STEP: usize = 211;

fn golden_path(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/hint-networks").join(path)
}

fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/hints").join(name)
}

/// The GPU that was asked for; else the CPU's own kernels and, on the CPU too, those that GPUs use.
fn computes() -> Vec<Compute> {
    if let Some(gpu) = test_gpu() {
        return vec![Compute::new(gpu, Precision::F32)];
    }
    let own = Compute::new(&Device::flex(), Precision::F32);
    vec![own.clone(), own.with_burn_kernels()]
}

fn goldens(file: &str) -> HashMap<String, Vec<f32>> {
    let bytes = std::fs::read(golden_path(file)).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let numbers = |data: &[u8]| data.chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    tensors.iter().map(|(name, view)| (name.to_owned(), numbers(view.data()))).collect()
}

/// The test picture, each pixel repeated or left out.
fn nearest(size: u32) -> RgbImage {
    let picture = image::open(golden_path("astronaut.png")).unwrap().to_rgb8();
    RgbImage::from_fn(size, size, |x, y| *picture.get_pixel(x * picture.width() / size, y * picture.height() / size))
}

/// `[3, H, W]`.
fn channels(picture: &RgbImage, number: impl Fn(usize, f32) -> f32) -> Vec<f32> {
    let number = &number;
    (0..3).flat_map(|c| picture.pixels().map(move |pixel| number(c, f32::from(pixel.0[c])))).collect()
}

fn check(name: &str, found: &[f32], expected: &[f32]) {
    let found: Vec<f32> =
        if found.len() > 4096 { found.iter().step_by(STEP).copied().collect() } else { found.to_vec() };
    assert_eq!(found.len(), expected.len(), "{name}");
    let square = |x: f32| f64::from(x) * f64::from(x);
    let difference: f64 = found.iter().zip(expected).map(|(a, b)| square(a - b)).sum();
    let error = (difference / expected.iter().map(|&x| square(x)).sum::<f64>()).sqrt();
    println!("{name}: {error:.1e}");
    assert!(error < TOLERANCE, "{name}: relative error {error:.3e}");
}

fn go_on(_: f32) -> Result<(), Interrupted> {
    Ok(())
}

fn sigmoid(values: &[f32]) -> Vec<f32> {
    values.iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect()
}

#[test]
fn mediapipes_networks_say_what_they_say_in_tflite() {
    let goldens = goldens("mediapipe.safetensors");
    let file = SafetensorsFile::open(&asset("pose.safetensors")).unwrap();
    for compute in computes() {
        for (network, black) in [
            ("body-detector", -1.0),
            ("body-landmarks", 0.0),
            ("palm-detector", 0.0),
            ("hand-landmarks", 0.0),
            ("hand-place", 0.0),
        ] {
            let net = LayerList::load(&file, network, &compute).unwrap();
            let picture = nearest(net.input()[1] as u32);
            let input = channels(&picture, |_, level| level / 255.0 * (1.0 - black) + black);
            let mut outputs = net.forward(input, &mut go_on).unwrap();
            for (name, expected) in &goldens {
                let Some(output) = name.strip_prefix(&format!("{network}.")) else { continue };
                let values = outputs.take(output).unwrap().values;
                let is_share = matches!(output, "presence" | "handedness");
                check(name, &if is_share { sigmoid(&values) } else { values }, expected);
            }
        }
    }
}

#[test]
fn a_body_is_found_where_mediapipe_finds_it() {
    let goldens = goldens("mediapipe.safetensors");
    for compute in computes() {
        let finder = PeopleFinder::load(&asset("pose.safetensors"), &compute).unwrap();
        let people = finder.find(&nearest(256), &mut go_on).unwrap();
        assert_eq!((people.bodies.len(), people.loose_hands.len()), (1, 0));
        for (i, (found, expected)) in people.bodies[0].landmarks.iter().zip(goldens["body"].chunks(3)).enumerate() {
            // Of what cannot be seen both only have a vague idea.
            if expected[2] > 0.9 {
                let apart = (found.place.x - expected[0]).hypot(found.place.y - expected[1]);
                assert!(apart < 1.5, "landmark {i} is {apart} pixels off");
            }
        }
    }
}

#[test]
fn straight_lines_are_those_of_onnx_runtime() {
    let goldens = goldens("lines.safetensors");
    for compute in computes() {
        let file = SafetensorsFile::open(&asset("mlsd.safetensors")).unwrap();
        let net = LayerList::load(&file, "lines", &compute).unwrap();
        let mut input = channels(&nearest(512), |_, level| level / 127.5 - 1.0);
        input.extend(vec![1.0 / 127.5 - 1.0; 512 * 512]);
        let maps = net.forward(input, &mut go_on).unwrap().take("maps").unwrap();
        let plane = 256 * 256;
        check("ends", &maps.values[8 * plane..12 * plane], &goldens["ends"]);
        // The reference has 0 where a neighbour is surer.
        let scores: Vec<f32> = sigmoid(&maps.values[7 * plane..8 * plane]).into_iter().step_by(STEP).collect();
        for (found, expected) in scores.iter().zip(&goldens["scores"]).filter(|(_, expected)| **expected > 0.0) {
            assert!((found - expected).abs() < 1e-3);
        }

        let finder = LineFinder::load(&asset("mlsd.safetensors"), &compute).unwrap();
        let choice = LineChoice { min_score: 0.1, min_length: 0.0 };
        let lines = finder.find(&room(), choice, &mut go_on).unwrap();
        let expected: Vec<&[f32]> = goldens["room"].chunks(4).collect();
        assert_eq!(lines.len(), expected.len());
        for line in &lines {
            let [[x0, y0], [x1, y1]] = [line.from, line.to];
            let apart = |other: &&[f32]| (x0 - other[0]).hypot(y0 - other[1]) + (x1 - other[2]).hypot(y1 - other[3]);
            assert!(expected.iter().any(|other| apart(other) < 1e-3), "{line:?} is not among the reference's");
        }
    }
}

/// Flat rectangles: `[left, top, right, bottom, level]`, as in the reference.
fn room() -> RgbImage {
    let mut picture = RgbImage::from_pixel(512, 512, Rgb([230; 3]));
    for [left, top, right, bottom, level] in [
        [0, 380, 512, 512, 120],
        [60, 80, 200, 240, 90],
        [70, 90, 126, 230, 200],
        [134, 90, 190, 230, 200],
        [300, 140, 400, 380, 60],
        [310, 150, 390, 370, 160],
        [430, 300, 500, 400, 40],
    ] {
        for (x, y) in (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y))) {
            picture.put_pixel(x, y, Rgb([level as u8; 3]));
        }
    }
    picture
}

#[test]
fn soft_edges_in_half_the_bytes_are_those_of_the_published_weights() {
    let goldens = goldens("hed.safetensors");
    let source = open_source(&asset("hed.safetensors")).unwrap();
    for compute in computes() {
        let net = Hed::load(source.as_ref(), &compute).unwrap();
        let whole = nearest(192);
        let odd = image::imageops::crop_imm(&whole, 0, 0, 187, 149).to_image();
        for (name, picture) in [("even", &whole), ("odd", &odd)] {
            let mut input = channels(picture, |_, level| level);
            let plane = input.len() / 3;
            let (first, rest) = input.split_at_mut(plane);
            first.swap_with_slice(&mut rest[plane..]);
            let shape = [1, 3, picture.height() as usize, picture.width() as usize];
            let edges = net.forward(compute.tensor(input, shape), &mut go_on).unwrap();
            check(name, &Compute::values(edges).unwrap(), &goldens[name]);
        }
    }
}

fn normalised(width: u32, height: u32, compute: &Compute) -> Tensor<4> {
    let picture = image::imageops::crop_imm(&nearest(128), 0, 0, width, height).to_image();
    let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    let input = channels(&picture, |c, level| (level / 255.0 - mean[c]) / deviation[c]);
    compute.tensor(input, [1, 3, height as usize, width as usize])
}

#[test]
fn depth_anything_sees_what_it_sees_in_transformers() {
    let goldens = goldens("depth.safetensors");
    let config = std::fs::read_to_string(golden_path("tiny-depth-anything/config.json")).unwrap();
    let config = DepthAnythingConfig::from_json(&config).unwrap();
    let source = open_source(&golden_path("tiny-depth-anything/model.safetensors")).unwrap();
    for compute in computes() {
        let net = DepthAnything::load(Some(&config), source.as_ref(), &compute).unwrap();
        for (name, width, height) in [("known", 70, 70), ("wide", 126, 84)] {
            let near = net.forward(normalised(width, height, &compute), &mut go_on).unwrap();
            let name = format!("depth-anything.{name}");
            check(&name, &Compute::values(near).unwrap(), &goldens[&name]);
        }
    }
}

/// What the published checkpoints call a tensor of transformers' (`convert_depth_anything_to_hf.py`, the other way).
fn published_name(name: &str) -> String {
    let mut name = name.to_owned();
    for i in 0..4 {
        let neck = format!("neck.reassemble_stage.layers.{i}.");
        name = name.replace(&format!("{neck}projection"), &format!("depth_head.projects.{i}"));
        name = name.replace(&format!("{neck}resize"), &format!("depth_head.resize_layers.{i}"));
        name = name.replace(&format!("neck.convs.{i}"), &format!("depth_head.scratch.layer{}_rn", i + 1));
        let fusion = format!("neck.fusion_stage.layers.{i}.");
        name = name.replace(&fusion, &format!("depth_head.scratch.refinenet{}.", 4 - i));
    }
    for (from, to) in [
        ("backbone.embeddings.cls_token", "pretrained.cls_token"),
        ("backbone.embeddings.position_embeddings", "pretrained.pos_embed"),
        ("backbone.embeddings.patch_embeddings.projection", "pretrained.patch_embed.proj"),
        ("backbone.encoder.layer.", "pretrained.blocks."),
        ("backbone.layernorm", "pretrained.norm"),
        ("attention.output.dense", "attn.proj"),
        ("layer_scale1.lambda1", "ls1.gamma"),
        ("layer_scale2.lambda1", "ls2.gamma"),
        ("residual_layer", "resConfUnit"),
        (".convolution", ".conv"),
        (".projection", ".out_conv"),
        ("head.conv1", "depth_head.scratch.output_conv1"),
        ("head.conv2", "depth_head.scratch.output_conv2.0"),
        ("head.conv3", "depth_head.scratch.output_conv2.2"),
    ] {
        name = name.replace(from, to);
    }
    name
}

/// The tiny network as its authors would publish it: their names, and queries, keys and values in one matrix.
fn published(path: &Path) {
    let bytes = std::fs::read(golden_path("tiny-depth-anything/model.safetensors")).unwrap();
    let all = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: HashMap<String, (safetensors::Dtype, Vec<usize>, Vec<u8>)> = HashMap::new();
    let mut names = all.names();
    names.sort_unstable();
    for name in names {
        let view = all.tensor(name).unwrap();
        let Some((place, rest)) = name.split_once(".attention.attention.") else {
            tensors.insert(published_name(name), (view.dtype(), view.shape().to_vec(), view.data().to_vec()));
            continue;
        };
        let Some(part) = rest.strip_prefix("query.") else { continue };
        let parts = ["query", "key", "value"].map(|q| all.tensor(&format!("{place}.attention.attention.{q}.{part}")));
        let data: Vec<u8> = parts.into_iter().flat_map(|view| view.unwrap().data().to_vec()).collect();
        let mut shape = view.shape().to_vec();
        shape[0] *= 3;
        let name = published_name(&format!("{place}.attn.qkv.{part}"));
        tensors.insert(name, (view.dtype(), shape, data));
    }
    let views = tensors.iter().map(|(name, (dtype, shape, data))| {
        (name, safetensors::tensor::TensorView::new(*dtype, shape.clone(), data).unwrap())
    });
    safetensors::serialize_to_file(views, None, path).unwrap();
}

#[test]
fn depth_anything_is_read_under_its_published_names_too() {
    let goldens = goldens("depth.safetensors");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("depth_anything.safetensors");
    published(&path);
    let config = DepthAnythingConfig { heads: 2, taps: [1, 2, 3, 4] };
    let source = open_source(&path).unwrap();
    for compute in computes() {
        let net = DepthAnything::load(Some(&config), source.as_ref(), &compute).unwrap();
        let near = net.forward(normalised(126, 84, &compute), &mut go_on).unwrap();
        check("published", &Compute::values(near).unwrap(), &goldens["depth-anything.wide"]);
    }
}

#[test]
fn midas_small_sees_what_the_published_code_sees() {
    let goldens = goldens("depth.safetensors");
    let source = open_source(&golden_path("tiny-midas-small.safetensors")).unwrap();
    for compute in computes() {
        let net = MidasSmall::load(source.as_ref(), &compute).unwrap();
        let near = net.forward(normalised(128, 96, &compute), &mut go_on).unwrap();
        check("midas-small", &Compute::values(near).unwrap(), &goldens["midas-small"]);
    }
}
