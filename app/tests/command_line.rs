//! The built program, from outside: files, exit codes, and what it says when something is wrong.
//!
//! The model is the tiny one of the golden values: random weights, whole in every other way.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use image::{GrayImage, ImageBuffer, ImageReader, Luma, Rgb, RgbImage, Rgba};
use serde_json::Value;
use tempfile::TempDir;

const DONE: i32 = 0;
const FAILED: i32 = 1;
const USAGE: i32 = 2;

/// A folder of its own for one test, and the program run in it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brushfire"));
        command.current_dir(self.folder.path()).args(arguments);
        // Nothing of the user's own may take part.
        command.env("HOME", self.folder.path()).env("XDG_DATA_HOME", self.path("data")).env_remove("RUST_LOG");
        command.env("XDG_CACHE_HOME", self.path("cache")).env_remove("RUST_BACKTRACE");
        Ran::new(command.output().unwrap(), arguments)
    }

    /// `generate` with the tiny model and what makes it quick.
    fn generate(&self, arguments: &[&str]) -> Ran {
        let model = golden("tiny-sd");
        let mut all = vec!["generate", "--device", "cpu", "--model", model.to_str().unwrap(), "--steps", "2"];
        all.extend(["--prompt", "a cat", "--seed", "5", "-o", "out.png"]);
        all.extend(arguments);
        self.run(&all)
    }

    /// The same at 64 x 64.
    fn generate_small(&self, arguments: &[&str]) -> Ran {
        self.generate(&[&["--width", "64", "--height", "64"], arguments].concat())
    }

    fn photo(&self, name: &str, width: u32, height: u32) -> RgbImage {
        let photo = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 37 + y) as u8, (y * 53) as u8, (x ^ y) as u8]));
        photo.save(self.path(name)).unwrap();
        photo
    }

    fn mask(&self, name: &str, width: u32, height: u32) -> GrayImage {
        let level = |x: u32| if x < width / 2 { 0 } else { 255 };
        let mask = GrayImage::from_fn(width, height, |x, _| Luma([level(x)]));
        mask.save(self.path(name)).unwrap();
        mask
    }

    fn open(&self, name: &str) -> RgbImage {
        ImageReader::open(self.path(name)).unwrap().decode().unwrap().into_rgb8()
    }
}

/// What a run of the program left.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
    arguments: String,
}

impl Ran {
    fn new(output: Output, arguments: &[&str]) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let arguments = arguments.iter().map(|argument| argument.chars().take(80).collect::<String>());
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            arguments: arguments.collect::<Vec<_>>().join(" "),
        }
    }

    fn told(&self) -> String {
        format!("brushfire {}\ncode {}\n{}\n{}", self.arguments, self.code, self.stdout, self.stderr)
    }

    fn is_done(&self) -> &Self {
        assert_eq!(self.code, DONE, "{}", self.told());
        self
    }

    /// Failed with one line that says all of `words`.
    fn fails_saying(&self, words: &[&str]) {
        assert_eq!(self.code, FAILED, "{}", self.told());
        assert_eq!(self.stderr.trim_end().lines().count(), 1, "{}", self.told());
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is missing\n{}", self.told());
        }
    }

    fn events(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(name)
}

/// A PNG that says it has a size, with pixel data that may not keep the promise.
fn png_of_size(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    // An empty zlib stream.
    let data = [b"IDAT".as_slice(), &[0x78, 0x9c, 0x03, 0, 0, 0, 0, 1]].concat();
    for chunk in [header, data, b"IEND".to_vec()] {
        png.extend(u32::try_from(chunk.len() - 4).unwrap().to_be_bytes());
        png.extend(&chunk);
        png.extend(crc32(&chunk).to_be_bytes());
    }
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[test]
fn a_prompt_becomes_a_picture_with_its_recipe_inside() {
    let desk = Desk::new();
    let ran = desk.generate_small(&[]);
    assert!(ran.is_done().stdout.contains("out.png  seed 5"), "{}", ran.told());
    assert_eq!(desk.open("out.png").dimensions(), (64, 64));
    let carried = brushfire::files::read_recipe(&desk.path("out.png")).unwrap().unwrap().recipe;
    assert_eq!((carried.prompt.as_str(), carried.seed, carried.steps, carried.batch), ("a cat", 5, 2, 1));
}

#[test]
fn the_same_seed_gives_the_same_picture_and_another_another() {
    let desk = Desk::new();
    desk.generate_small(&["-o", "a.png"]).is_done();
    desk.generate_small(&["-o", "b.png"]).is_done();
    desk.generate_small(&["-o", "c.png", "--seed", "6"]).is_done();
    assert_eq!(desk.open("a.png"), desk.open("b.png"));
    assert_ne!(desk.open("a.png"), desk.open("c.png"));
}

#[test]
fn without_a_seed_one_is_drawn_and_told() {
    let desk = Desk::new();
    desk.write("recipe.json", r#"{"steps": 1, "width": 64, "height": 64}"#);
    let model = golden("tiny-sd");
    let arguments = ["--model", model.to_str().unwrap(), "--recipe", "recipe.json", "--json", "-o", "out.png"];
    let ran = desk.run(&[&["generate", "--device", "cpu"], arguments.as_slice()].concat());
    let events = ran.is_done().events();
    assert!(events.last().unwrap()["seed"].is_u64(), "{}", ran.told());
}

#[test]
fn json_tells_every_step_and_the_files() {
    let desk = Desk::new();
    let ran = desk.generate_small(&["--json", "--steps", "3", "--batch", "2", "--previews", "previews"]);
    let events = ran.is_done().events();
    let steps: Vec<&Value> = events.iter().filter(|event| event["event"] == "step").collect();
    assert_eq!(steps.iter().map(|step| step["step"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(steps.iter().all(|step| step["steps"] == 3 && step["step_seconds"].as_f64().unwrap() > 0.0));
    for preview in steps[0]["previews"].as_array().unwrap() {
        assert!(desk.path(preview.as_str().unwrap()).is_file(), "{}", ran.told());
    }
    let finished = events.last().unwrap();
    assert_eq!(finished["event"], "finished");
    assert_eq!(finished["files"], serde_json::json!(["out-1.png", "out-2.png"]));
    assert_eq!(finished["seeds"], serde_json::json!([5, 6]));
    assert!(desk.path("out-2.png").is_file() && !desk.path("out.png").exists());
    assert!(ran.stderr.is_empty(), "{}", ran.told());
}

#[test]
fn the_second_of_a_batch_is_the_picture_of_the_next_seed() {
    let desk = Desk::new();
    desk.generate_small(&["--batch", "2"]).is_done();
    desk.generate_small(&["--seed", "6", "-o", "single.png"]).is_done();
    let (second, single) = (desk.open("out-2.png"), desk.open("single.png"));
    let difference = |(a, b): (&u8, &u8)| a.abs_diff(*b);
    assert!(second.as_raw().iter().zip(single.as_raw()).map(difference).max() <= Some(1), "beyond rounding");
}

#[test]
fn outside_the_mask_every_pixel_stays_and_inside_it_changes_at_any_size() {
    let desk = Desk::new();
    let plain = ["--init", "photo.png", "--mask", "mask.png"];
    let part = ["--area", "masked", "--padding", "9", "--feather", "3", "--region", "mask.png", "0.9", "a hat"];
    for (width, height, more) in [(64, 64, [].as_slice()), (101, 67, &[]), (30, 90, &[]), (201, 90, &part)] {
        let (photo, mask) = (desk.photo("photo.png", width, height), desk.mask("mask.png", width, height));
        desk.generate(&[&plain, more].concat()).is_done();
        let made = desk.open("out.png");
        assert_eq!(made.dimensions(), (width, height));
        let mut changed = 0;
        for ((before, after), level) in photo.pixels().zip(made.pixels()).zip(mask.pixels()) {
            assert!(level.0 == [255] || before == after, "a pixel outside the mask changed");
            changed += u32::from(before != after);
        }
        assert!(changed > width * height / 4, "only {changed} pixels changed");
    }
}

#[test]
fn hints_are_followed_whatever_their_size_their_bits_and_their_transparency() {
    let desk = Desk::new();
    let network = golden("tiny-controlnet");
    let network = network.to_str().unwrap();
    let picture = |arguments: &[&str]| {
        desk.generate_small(arguments).is_done();
        desk.open("out.png")
    };
    let plain = picture(&[]);
    let is_drawn = |x: u32, y: u32| x.abs_diff(y) < 4;
    let sketch = RgbImage::from_fn(64, 64, |x, y| Rgb([if is_drawn(x, y) { 255 } else { 0 }; 3]));
    sketch.save(desk.path("sketch.png")).unwrap();
    let hinted = picture(&["--control-model", network, "--control", "scribble=sketch.png"]);
    assert_ne!(hinted, plain);
    let weak = picture(&["--control-model", network, "--control", "scribble=sketch.png:0.5:0:0.5"]);
    assert!(weak != hinted && weak != plain);

    // The same drawing with 16 bits on nothing, and one that is wider and cut to fit.
    let ink = |x: u32, y: u32| Rgba([65535; 4].map(|level: u16| if is_drawn(x, y) { level } else { 0 }));
    let deep = ImageBuffer::<Rgba<u16>, _>::from_fn(64, 64, ink);
    deep.save(desk.path("deep.png")).unwrap();
    assert_eq!(picture(&["--control-model", network, "--control", "scribble=deep.png"]), hinted);
    let wide = RgbImage::from_fn(96, 64, |x, y| *sketch.get_pixel(x.clamp(16, 79) - 16, y));
    wide.save(desk.path("wide.png")).unwrap();
    assert_eq!(picture(&["--control-model", network, "--control", "scribble=wide.png"]), hinted);

    desk.write("recipe.json", r#"{"controls": [{"kind": "scribble", "weight": 0.5, "end": 0.5}]}"#);
    let line = ["--recipe", "recipe.json", "--control-model", network, "--control", "scribble=sketch.png"];
    assert_eq!(picture(&[line.as_slice(), &["--cfg", "3", "--width", "64"]].concat()).dimensions(), (64, 64));
    let ran = desk.run(&["inspect", network]);
    assert!(ran.is_done().stdout.contains("a ControlNet for"), "{}", ran.told());
}

#[test]
fn hints_that_cannot_be_followed_are_named_with_the_reason() {
    let desk = Desk::new();
    let network = golden("tiny-controlnet");
    let hint = ["--control-model", network.to_str().unwrap(), "--control"];
    let generate = |more: &[&str]| desk.generate_small(more);
    desk.write("empty.png", b"");
    generate(&[hint.as_slice(), &["canny=empty.png"]].concat()).fails_saying(&["empty.png"]);
    generate(&[hint.as_slice(), &["canny=nowhere.png"]].concat()).fails_saying(&["nowhere.png"]);
    desk.photo("a.png", 64, 64);
    generate(&["--control", "depth=a.png"]).fails_saying(&["no network for depth hints", "controlnet"]);
    generate(&["--control-model", "nothing", "--control", "depth=a.png"]).fails_saying(&["no network nothing"]);
    let other = golden("tiny-controlnet-text-time");
    generate(&["--control-model", other.to_str().unwrap(), "--control", "depth=a.png"])
        .fails_saying(&["tiny-controlnet-text-time is made for", "24 wide"]);
    let model = golden("tiny-sd.safetensors");
    generate(&["--control-model", model.to_str().unwrap(), "--control", "depth=a.png"])
        .fails_saying(&["tiny-sd.safetensors", "cannot follow hints"]);
    for wrong in ["dream=a.png", "canny", "canny=a.png:7", "canny=a.png:1:0.9:0.1"] {
        let ran = generate(&[hint.as_slice(), &[wrong]].concat());
        assert!(ran.code != DONE, "{}", ran.told());
    }
    assert_eq!(generate(&["--control", "canny=a.png", "--control-mode", "prompt"]).code, USAGE);
}

#[test]
fn strength_zero_is_the_picture_itself() {
    let desk = Desk::new();
    let photo = desk.photo("photo.png", 70, 66);
    desk.generate(&["--init", "photo.png", "--strength", "0"]).is_done();
    assert_eq!(desk.open("out.png"), photo);
}

#[test]
fn latents_are_written_and_noise_is_read() {
    let desk = Desk::new();
    desk.generate_small(&["--latents", "latents.safetensors"]).is_done();
    let file = fs::read(desk.path("latents.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
    let latents = tensors.tensor("latents").unwrap();
    assert_eq!((latents.shape()[0], latents.shape()[2], latents.dtype()), (1, 8, safetensors::Dtype::F32));

    let noise = safetensors::serialize([("noise", latents)], None).unwrap();
    desk.write("noise.safetensors", noise);
    desk.generate_small(&["--noise", "noise.safetensors", "-o", "a.png"]).is_done();
    desk.generate_small(&["--noise", "noise.safetensors", "-o", "b.png", "--seed", "99"]).is_done();
    assert_eq!(desk.open("a.png"), desk.open("b.png"), "the seed has no say where the noise is given");
}

#[test]
fn flags_win_over_the_recipe_file() {
    let desk = Desk::new();
    desk.write("recipe.json", r#"{"prompt": "a dog", "steps": 9, "sampler": "lms", "width": 128, "height": 128}"#);
    desk.generate_small(&["--recipe", "recipe.json"]).is_done();
    let carried = brushfire::files::read_recipe(&desk.path("out.png")).unwrap().unwrap().recipe;
    assert_eq!((carried.prompt.as_str(), carried.steps, carried.width), ("a cat", 2, 64));
    assert_eq!(carried.sampler.name(), "lms");
}

#[test]
fn arguments_that_make_no_sense_are_a_matter_of_usage() {
    let desk = Desk::new();
    desk.photo("photo.png", 64, 64);
    for wrong in [
        vec!["--bogus"],
        vec!["--steps", "0"],
        vec!["--steps", "many"],
        vec!["--sampler", "eulr"],
        vec!["--schedule", "steep"],
        vec!["--device", "abacus"],
        vec!["--width", "100"],
        vec!["--cfg", "nan"],
        vec!["--strength", "2", "--init", "photo.png"],
        vec!["--mask", "photo.png"],
    ] {
        let ran = desk.generate_small(&wrong);
        assert_eq!(ran.code, USAGE, "{}", ran.told());
        assert!(!ran.stderr.is_empty() && !desk.path("out.png").exists(), "{}", ran.told());
    }
    assert_eq!(desk.run(&["generate", "-o", "out.png"]).code, USAGE, "no prompt");
    assert_eq!(desk.run(&["generate", "--prompt", "a"]).code, USAGE, "no output");
    assert_eq!(desk.run(&["inspect"]).code, USAGE);
}

#[test]
fn help_and_version_are_no_errors() {
    let desk = Desk::new();
    for arguments in [vec!["--help"], vec!["--version"], vec!["generate", "--help"], vec!["bench", "--help"]] {
        assert!(!desk.run(&arguments).is_done().stdout.is_empty());
    }
}

#[test]
fn models_that_cannot_be_used_are_named_with_the_reason() {
    let desk = Desk::new();
    desk.write("empty.safetensors", "");
    desk.write("cut.safetensors", &fs::read(golden("tiny-sd.safetensors")).unwrap()[..5000]);
    desk.write("absurd.safetensors", [u64::MAX.to_le_bytes().as_slice(), b"{}"].concat());
    desk.write("text.ckpt", "not a model at all");
    fs::create_dir(desk.path("folder")).unwrap();
    for model in ["nowhere", "empty.safetensors", "cut.safetensors", "absurd.safetensors", "text.ckpt", "folder"] {
        desk.generate_small(&["--model", model]).fails_saying(&[model]);
        assert!(!desk.path("out.png").exists());
    }
}

#[test]
fn pictures_that_cannot_be_opened_are_named_with_the_reason() {
    let desk = Desk::new();
    desk.photo("photo.png", 64, 64);
    desk.write("empty.png", "");
    desk.write("cut.png", &fs::read(desk.path("photo.png")).unwrap()[..200]);
    desk.write("zero.png", png_of_size(0, 0));
    desk.write("flat.png", png_of_size(64, 0));
    desk.write("bomb.png", png_of_size(1 << 30, 1 << 30));
    desk.write("large.png", png_of_size(16_000, 16_000));
    desk.write("text.png", "a cat");
    for picture in ["nowhere.png", "empty.png", "cut.png", "zero.png", "flat.png", "bomb.png", "large.png", "text.png"]
    {
        desk.generate(&["--init", picture]).fails_saying(&[picture]);
        desk.generate(&["--init", "photo.png", "--mask", picture]).fails_saying(&[picture]);
        assert!(!desk.path("out.png").exists());
    }
}

#[test]
fn a_mask_of_another_size_is_refused_with_both_sizes() {
    let desk = Desk::new();
    desk.photo("photo.png", 64, 72);
    desk.mask("mask.png", 32, 72);
    let ran = desk.generate(&["--init", "photo.png", "--mask", "mask.png"]);
    ran.fails_saying(&["mask.png", "photo.png", "32 x 72", "64 x 72"]);
    desk.generate(&["--init", "photo.png", "--width", "128"]).fails_saying(&["photo.png", "64 x 72", "--width"]);
}

#[test]
fn recipes_that_cannot_be_followed_are_named_with_the_reason() {
    let desk = Desk::new();
    for (text, reason) in [
        (r#"{"promt": "a cat"}"#, "promt"),
        (r#"{"guidance": NaN}"#, "recipe"),
        (r#"{"guidance": 1e39}"#, "guidance"),
        (r#"{"steps": -1}"#, "-1"),
        (r#"{"sampler": "eulr"}"#, "eulr"),
        (r#"{"width": 100}"#, "width"),
        ("[]", "recipe"),
        ("", "recipe"),
        ("\u{0}", "recipe"),
    ] {
        desk.write("recipe.json", text);
        desk.generate(&["--recipe", "recipe.json"]).fails_saying(&["recipe.json", reason]);
    }
    desk.generate(&["--recipe", "nowhere.json"]).fails_saying(&["nowhere.json"]);
}

#[test]
fn a_very_long_prompt_is_refused_in_one_line_or_done_and_soon() {
    let desk = Desk::new();
    let started = std::time::Instant::now();
    desk.generate_small(&["--prompt", &"cat ".repeat(25_000)]).fails_saying(&["prompt", "token"]);
    desk.generate_small(&["--prompt", &"(".repeat(100_000)]).is_done();
    desk.generate_small(&["--prompt", &"[a|".repeat(30_000)]).fails_saying(&["prompt", "token"]);
    assert!(started.elapsed().as_secs() < 60, "took {:?}", started.elapsed());
}

#[test]
fn places_that_cannot_be_written_to_are_found_before_the_work() {
    let desk = Desk::new();
    desk.write("file", "");
    fs::create_dir(desk.path("out.d.png")).unwrap();
    desk.generate_small(&["-o", "absent/out.png"]).fails_saying(&["absent", "no folder"]);
    desk.generate_small(&["-o", "file/out.png"]).fails_saying(&["file/out.png"]);
    desk.generate_small(&["-o", "out.d.png"]).fails_saying(&["out.d.png", "folder"]);
    desk.generate_small(&["-o", "out.txt"]).fails_saying(&["out.txt", ".png"]);
    desk.generate_small(&["--latents", "absent/x.safetensors"]).fails_saying(&["absent"]);
    desk.generate_small(&["--previews", "file"]).fails_saying(&["file"]);
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_to_write_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    let locked = desk.path("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    if tempfile::tempfile_in(&locked).is_ok() {
        eprintln!("passed over: this user may write anywhere");
        return;
    }
    desk.generate_small(&["-o", "locked/out.png"]).fails_saying(&["locked"]);
}

#[test]
fn a_failed_run_leaves_the_old_picture_alone() {
    let desk = Desk::new();
    let old = desk.photo("out.png", 64, 64);
    desk.write("cut.safetensors", &fs::read(golden("tiny-sd.safetensors")).unwrap()[..100_000]);
    desk.generate_small(&["--model", "cut.safetensors"]).fails_saying(&["cut.safetensors"]);
    assert_eq!(desk.open("out.png"), old);
}

/// Mounts a file system of 64 KB, which only root may; elsewhere the test is passed over.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_leaves_the_old_file() {
    let desk = Desk::new();
    let disk = desk.path("disk");
    fs::create_dir(&disk).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(&disk).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("passed over: no file system can be mounted here");
        return;
    }
    let old = desk.photo("disk/out.png", 8, 8);
    desk.write("disk/filler", vec![1; 56 * 1024]);
    let ran = desk.generate(&["--width", "256", "--height", "256", "--steps", "1", "-o", "disk/out.png"]);
    let left = desk.open("disk/out.png");
    let names: Vec<_> = fs::read_dir(&disk).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(Command::new("umount").arg(&disk).status().unwrap().success());
    ran.fails_saying(&["out.png"]);
    assert_eq!(left, old);
    assert_eq!(names.len(), 2, "something was left behind: {names:?}");
}

#[test]
fn inspect_says_what_a_model_is() {
    let desk = Desk::new();
    for model in ["tiny-sd", "tiny-sd.safetensors", "tiny-sd.ckpt"] {
        let path = golden(model);
        let ran = desk.run(&["inspect", "--json", path.to_str().unwrap()]);
        let told: Value = serde_json::from_str(&ran.is_done().stdout).unwrap();
        assert_eq!((&told["unknown"], &told["missing"]), (&serde_json::json!([]), &serde_json::json!([])), "{told}");
        assert!(!desk.run(&["inspect", path.to_str().unwrap()]).is_done().stdout.is_empty());
    }
    desk.write("empty.safetensors", "");
    desk.run(&["inspect", "empty.safetensors"]).fails_saying(&["empty.safetensors"]);
    desk.run(&["inspect", "nowhere"]).fails_saying(&["nowhere"]);
}

#[test]
fn devices_end_with_the_one_that_is_used() {
    let desk = Desk::new();
    let ran = desk.run(&["devices", "--device", "cpu", "--json"]);
    let told: Value = serde_json::from_str(&ran.is_done().stdout).unwrap();
    assert_eq!(told["used"], "CPU");
    assert!(told["adapters"].is_array());
    let text = desk.run(&["devices", "--device", "cpu"]);
    assert!(text.is_done().stdout.trim_end().ends_with("CPU in single precision"), "{}", text.told());
}

#[test]
fn bench_times_every_part() {
    let desk = Desk::new();
    let model = golden("tiny-sd");
    let arguments = ["--model", model.to_str().unwrap(), "--steps", "2", "--size", "64", "--device", "cpu", "--json"];
    let ran = desk.run(&[&["bench"], arguments.as_slice()].concat());
    let told: Value = serde_json::from_str(&ran.is_done().stdout).unwrap();
    for part in ["start_seconds", "load_seconds", "text_seconds", "step_seconds", "decode_seconds"] {
        assert!(told[part].as_f64().unwrap() >= 0.0, "{told}");
    }
    let stroke = desk.run(&["bench", "--stroke", "--json"]);
    let told: Value = serde_json::from_str(&stroke.is_done().stdout).unwrap();
    assert!(told["median_ms"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_name_that_is_neither_picture_nor_command_is_refused() {
    Desk::new().run(&["generat"]).fails_saying(&["generat", "--help"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_work_and_writes_nothing() {
    let desk = Desk::new();
    let model = golden("tiny-sd");
    let arguments =
        ["--model", model.to_str().unwrap(), "--prompt", "a", "--steps", "1000", "--device", "cpu", "--json"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_brushfire"));
    command.current_dir(desk.folder.path()).arg("generate").args(arguments).args(["--width", "512", "--height", "512"]);
    command.args(["-o", "out.png"]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The first line is told once the engine works, and the handler stands before that.
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    lines.find(|line| line.as_ref().unwrap().contains("\"step\"")).unwrap().unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let last = lines.map(Result::unwrap).last().unwrap();
    assert!(last.contains("cancelled"), "{last}");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!desk.path("out.png").exists());
}
