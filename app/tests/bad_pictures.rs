//! Damaged, hostile and mislabelled pictures, and disks that are full: each ends in an error that names the file, and
//! nothing is lost.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use brushfire::document::Document;
use brushfire::files::{OpenError, SaveError, decode_picture, open_picture, read_recipe, save_picture};
use brushfire_engine::Recipe;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use proptest::prelude::*;

const NAME: &str = "bad picture";

const FORMATS: [ImageFormat; 5] =
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Tiff];

/// A picture that compresses badly, so that every byte of a file matters.
fn noise(width: u32, height: u32) -> DynamicImage {
    let mut state = 1u32;
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb([(state >> 8) as u8, (state >> 16) as u8, (state >> 24) as u8])
    }))
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    noise(21, 13).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG chunk with its checksum.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body: Vec<u8> = kind.iter().chain(data).copied().collect();
    let mut crc = !0u32;
    for byte in &body {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    [&(data.len() as u32).to_be_bytes()[..], &body, &(!crc).to_be_bytes()].concat()
}

/// A PNG's signature and header.
fn png_header(width: u32, height: u32, depth: u8, color: u8) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header)].concat()
}

/// A whole small PNG with this chunk after its header.
fn png_with(extra: &[u8]) -> Vec<u8> {
    let mut bytes = encoded(ImageFormat::Png);
    bytes.splice(33..33, extra.iter().copied());
    bytes
}

fn deflated(data: &[u8]) -> Vec<u8> {
    // The data of a PNG's IDAT chunk are a zlib stream; one of grey pixels without filters holds zeros and our bytes.
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, data.len() as u32, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.write_header().unwrap().write_image_data(data).unwrap();
    let start = png.windows(4).position(|window| window == b"IDAT").unwrap();
    let length = u32::from_be_bytes(png[start - 4..start].try_into().unwrap()) as usize;
    png[start + 4..start + 4 + length].to_vec()
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn files_cut_short_anywhere_are_refused_by_name() {
    for format in FORMATS {
        let bytes = encoded(format);
        // A PNG's last chunk says only that it is the last, and the last bytes of the others may be padding.
        let needed = bytes.len() - if format == ImageFormat::Png { 12 } else { 4 };
        for length in 0..needed {
            let error = decode_picture(&bytes[..length], NAME)
                .expect_err(&format!("{format:?} of {length} bytes of {}", bytes.len()));
            assert!(error.to_string().starts_with(NAME), "{error}");
        }
        assert!(decode_picture(&bytes, NAME).is_ok(), "{format:?}");
    }
}

#[test]
fn a_picture_cannot_ask_for_absurd_memory() {
    for (width, height, depth, color) in
        [(u32::MAX, u32::MAX, 8, 6), (i32::MAX as u32, 1, 8, 2), (65_535, 65_535, 1, 0), (16_385, 1, 8, 2)]
    {
        let bytes = [png_header(width, height, depth, color), chunk(b"IDAT", &deflated(&[0; 99])), chunk(b"IEND", b"")]
            .concat();
        let error = decode_picture(&bytes, NAME).unwrap_err();
        assert!(matches!(error, OpenError::BadSize { .. } | OpenError::Damaged { .. }), "{width} x {height}: {error}");
    }
    // The largest canvas with 16 bits a channel may be asked for; there is nothing of it.
    let bytes = [png_header(16_384, 16_384, 16, 6), chunk(b"IDAT", &deflated(&[0; 99]))].concat();
    assert!(matches!(decode_picture(&bytes, NAME), Err(OpenError::Damaged { .. })));
    let bytes = tiff_header_of_floats(16_384);
    assert!(matches!(decode_picture(&bytes, NAME), Err(OpenError::TooMuchMemory { bytes: 3_221_225_472, .. })));
}

/// A TIFF file that says it has as many pixels a side, each of three numbers of 32 bits.
fn tiff_header_of_floats(side: u32) -> Vec<u8> {
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    let entries: [(u16, u16, u32, u32); 10] = [
        (256, LONG, 1, side),
        (257, LONG, 1, side),
        (258, SHORT, 3, 134),
        // Not compressed; red, green and blue.
        (259, SHORT, 1, 1),
        (262, SHORT, 1, 2),
        (273, LONG, 1, 146),
        (277, SHORT, 1, 3),
        (278, LONG, 1, side),
        (279, LONG, 1, 12 * side * side),
        (339, SHORT, 3, 140),
    ];
    let mut file = b"II\x2a\0\x08\0\0\0\x0a\0".to_vec();
    for (tag, kind, count, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    // 32 bits a sample, floating point.
    [32_u16, 32, 32, 3, 3, 3].iter().for_each(|value| file.extend(value.to_le_bytes()));
    file.resize(file.len() + 16, 0);
    file
}

#[test]
fn a_picture_of_no_pixels_is_refused() {
    for (width, height) in [(0, 0), (0, 7), (7, 0)] {
        let png = [png_header(width, height, 8, 2), chunk(b"IDAT", &deflated(&[0])), chunk(b"IEND", b"")].concat();
        assert!(decode_picture(&png, NAME).unwrap_err().to_string().starts_with(NAME));
        let mut bmp = encoded(ImageFormat::Bmp);
        bmp[18..22].copy_from_slice(&width.to_le_bytes());
        bmp[22..26].copy_from_slice(&height.to_le_bytes());
        assert!(decode_picture(&bmp, NAME).unwrap_err().to_string().starts_with(NAME));
    }
}

#[test]
fn texts_that_unfold_without_end_do_not_keep_a_picture_from_opening() {
    let bomb = deflated(&vec![b' '; 300 << 20]);
    assert!(bomb.len() < 4 << 20);
    for text in [
        chunk(b"zTXt", &[b"parameters\0\0", &bomb[..]].concat()),
        chunk(b"iTXt", &[b"parameters\0\x01\0\0\0", &bomb[..]].concat()),
        chunk(b"iTXt", &[b"brushfire\0\x01\0\0\0", &bomb[..]].concat()),
    ] {
        let opened = decode_picture(&png_with(&text), NAME).unwrap();
        assert_eq!((opened.image, opened.recipe), (noise(21, 13), None));
    }
}

#[test]
fn texts_that_are_no_recipe_are_passed_over() {
    let a1111 = chunk(b"tEXt", b"parameters\0a cat\nSteps: 9, Sampler: Euler, Seed: 7");
    for json in [
        r#"{"promt": "misspelt"}"#,
        r#"{"guidance": NaN}"#,
        r#"{"guidance": 1e39}"#,
        r#"{"width": 0}"#,
        "[[[[",
        "",
        "\u{fffd}",
    ] {
        let ours = chunk(b"iTXt", &[b"brushfire\0\0\0\0\0", json.as_bytes()].concat());
        assert_eq!(decode_picture(&png_with(&ours), NAME).unwrap().recipe, None, "{json}");
        let found = decode_picture(&png_with(&[ours, a1111.clone()].concat()), NAME).unwrap().recipe.unwrap();
        assert_eq!((found.recipe.prompt.as_str(), found.recipe.steps), ("a cat", 9), "{json}");
    }
    for text in [&b"tEXt"[..], b"zTXtparameters\0\x07nonsense", b"iTXtparameters\0\x01\0", b"tEXtparameters"] {
        let (kind, data) = text.split_first_chunk::<4>().unwrap();
        assert!(
            decode_picture(&png_with(&chunk(kind, data)), NAME).is_ok_and(|opened| opened.recipe.is_none()),
            "{text:?}"
        );
    }
}

#[test]
fn what_is_not_a_picture_is_refused_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.png");
    for content in [
        &b"not a picture"[..],
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"RIFF\xff\xff\xff\xffWEBPVP8 ",
        b"BM",
        b"II*\0\x08\0\0\0",
        b"GIF89a\x01\0\x01\0",
        b"\0",
    ] {
        fs::write(&path, content).unwrap();
        let error = open_picture(&path).expect_err(&format!("{content:?}")).to_string();
        assert!(error.starts_with(path.to_str().unwrap()), "{error}");
        assert!(!matches!(read_recipe(&path), Ok(Some(_))));
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_does_not_make_the_program_wait() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe.png");
    if Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()) {
        assert!(matches!(open_picture(&path), Err(OpenError::NotAFile { .. })));
    }
}

/// A file system of 256 KB, for as long as this is; only root may make one.
struct TinyDisk(PathBuf);

impl TinyDisk {
    fn mount(at: &Path) -> Option<Self> {
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(at).output().ok()?;
        mount.status.success().then(|| Self(at.to_owned()))
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(&self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "{} is still mounted", self.0.display());
    }
}

#[test]
fn a_full_disk_leaves_the_old_file_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = TinyDisk::mount(folder.path()) else {
        eprintln!("skipped: only root can make a disk that is full");
        return;
    };
    for name in ["a.png", "a.jpg", "a.webp"] {
        let path = disk.0.join(name);
        save_picture(&path, &noise(20, 20), Some(&Recipe::default())).unwrap();
        let before = fs::read(&path).unwrap();
        let error = save_picture(&path, &noise(700, 700), Some(&Recipe::default())).unwrap_err();
        assert_eq!(error, SaveError::DiskFull { name: path.display().to_string() });
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(names_in(&disk.0), [name], "nothing else is left");
        fs::remove_file(&path).unwrap();
    }
    // The very last byte counts as well: a buffer that is written late.
    let filler = disk.0.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    let path = disk.0.join("small.png");
    assert_eq!(
        save_picture(&path, &noise(20, 20), None),
        Err(SaveError::DiskFull { name: path.display().to_string() })
    );
    assert_eq!(names_in(&disk.0), ["filler"]);
}

/// Files whose header says more pixels than a test should decode are left to the tests above.
fn is_small(bytes: &[u8]) -> bool {
    let reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap();
    reader.into_dimensions().is_ok_and(|(width, height)| u64::from(width) * u64::from(height) < 1 << 20)
}

proptest! {
    // A failing case is printed whole; there is no source folder beside this file to keep it in.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_opened_or_refused(
        format in prop::sample::select(FORMATS.to_vec()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = encoded(format);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        match decode_picture(&bytes, NAME) {
            Ok(opened) if is_small(&bytes) => prop_assert!(Document::from_image(&opened.image).is_ok()),
            Ok(_) => {}
            Err(error) => prop_assert!(error.to_string().starts_with(NAME), "{error}"),
        }
    }

    #[test]
    fn any_bytes_behind_a_signature_are_refused_or_opened(
        signature in prop::sample::select(vec![&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff\xe0", b"RIFF\x40\0\0\0WEBPVP8L", b"RIFF\x40\0\0\0WEBPVP8X", b"BM", b"II*\0", b"MM\0*"]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = [signature, &rest].concat();
        if let Err(error) = decode_picture(&bytes, NAME) {
            prop_assert!(error.to_string().starts_with(NAME), "{error}");
        }
    }
}
