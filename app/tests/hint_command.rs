//! `brushfire hint`, from outside: files, exit codes, and what it says when something is wrong.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::PathBuf;
use std::process::Command;

use image::{ImageBuffer, ImageReader, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use tempfile::TempDir;

/// A folder of its own for one test, and the program run in it.
struct Desk(TempDir);

/// What a run left: the exit code, stdout and stderr.
struct Ran(i32, String, String);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn hint(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brushfire"));
        command.current_dir(self.0.path()).arg("hint").args(arguments);
        // Nothing of the user's own may take part.
        command.env("HOME", self.0.path()).env("XDG_DATA_HOME", self.path("data")).env_remove("RUST_LOG");
        command.env("XDG_CACHE_HOME", self.path("cache")).env_remove("RUST_BACKTRACE");
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran(output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
    }

    fn open(&self, name: &str) -> RgbImage {
        ImageReader::open(self.path(name)).unwrap().decode().unwrap().into_rgb8()
    }
}

impl Ran {
    fn is_done(&self) -> &Self {
        assert_eq!(self.0, 0, "{}\n{}", self.1, self.2);
        self
    }

    /// Failed with that code and all of `words`.
    fn fails_saying(&self, code: i32, words: &[&str]) {
        assert_eq!(self.0, code, "{}\n{}", self.1, self.2);
        for word in words {
            assert!(self.2.contains(word), "{word:?} is missing\n{}", self.2);
        }
    }
}

/// A white square on black.
fn square(width: u32, height: u32) -> RgbImage {
    let inside = |at: u32, side: u32| (side / 4..side * 3 / 4).contains(&at);
    let level = |x, y| if inside(x, width) && inside(y, height) { 255 } else { 0 };
    RgbImage::from_fn(width, height, |x, y| Rgb([level(x, y); 3]))
}

#[test]
fn canny_draws_the_outline_of_a_square() {
    let desk = Desk::new();
    square(80, 60).save(desk.path("in.png")).unwrap();
    desk.hint(&["canny", "in.png", "-o", "out.png", "--low", "50", "--high", "150"]).is_done();
    let hint = desk.open("out.png");
    assert_eq!(hint.dimensions(), (80, 60));
    let white = hint.pixels().filter(|pixel| pixel.0 == [255; 3]).count();
    // Its sides have 40 and 30 pixels.
    assert!((130..150).contains(&white), "{white}");
    assert!(hint.pixels().all(|pixel| [[0; 3], [255; 3]].contains(&pixel.0)));
}

#[test]
fn the_size_is_the_hints_shorter_side() {
    let desk = Desk::new();
    square(80, 60).save(desk.path("in.png")).unwrap();
    desk.hint(&["invert", "in.png", "-o", "out.png", "--size", "120"]).is_done();
    assert_eq!(desk.open("out.png").dimensions(), (160, 120));
}

#[test]
fn transparent_drawings_are_on_paper_and_transparent_maps_on_nothing() {
    let desk = Desk::new();
    RgbaImage::from_pixel(8, 8, Rgba([0; 4])).save(desk.path("clear.png")).unwrap();
    desk.hint(&["invert", "clear.png", "-o", "negative.png"]).is_done();
    assert!(desk.open("negative.png").pixels().all(|pixel| pixel.0 == [0; 3]), "the negative of white paper is black");
    desk.hint(&["normal-from-depth", "clear.png", "-o", "normal.png", "--background", "0.5"]).is_done();
    assert!(desk.open("normal.png").pixels().all(|pixel| pixel.0 == [128, 128, 255]));
    let ran = desk.hint(&["segmentation", "clear.png", "-o", "things.png"]);
    ran.is_done();
    assert_ne!(desk.open("things.png").get_pixel(0, 0).0, [230; 3], "black is no windowpane");
}

#[test]
fn sixteen_bits_and_grey_are_read_like_any_picture() {
    let desk = Desk::new();
    let deep = ImageBuffer::from_fn(40, 30, |x, _| Luma([if x < 20 { 0_u16 } else { 65_535 }]));
    deep.save(desk.path("deep.png")).unwrap();
    desk.hint(&["threshold", "deep.png", "-o", "out.png", "--dark"]).is_done();
    let hint = desk.open("out.png");
    assert_eq!([hint.get_pixel(5, 5).0, hint.get_pixel(30, 5).0], [[255; 3], [0; 3]]);
}

#[test]
fn what_is_no_picture_or_cannot_be_written_is_told_in_one_line() {
    let desk = Desk::new();
    std::fs::write(desk.path("notes.txt"), "not a picture").unwrap();
    square(20, 20).save(desk.path("in.png")).unwrap();
    let cases: [(&[&str], i32, &[&str]); 6] = [
        (&["canny", "notes.txt", "-o", "out.png"], 1, &["notes.txt is not a picture that can be opened"]),
        (&["canny", "nowhere.png", "-o", "out.png"], 1, &["nowhere.png", "there is no such file"]),
        (&["canny", "in.png", "-o", "out.gif"], 1, &["out.gif cannot be written", ".png"]),
        (&["canny", "in.png", "-o", "nowhere/out.png"], 1, &["there is no folder nowhere"]),
        (&["canny", "in.png", "-o", "out.png", "--low=-3"], 2, &["--low"]),
        (&["canny", "in.png", "-o", "out.png", "--width", "3"], 2, &["--width"]),
    ];
    for (arguments, code, words) in cases {
        desk.hint(arguments).fails_saying(code, words);
        assert!(!desk.path("out.png").exists(), "{arguments:?}");
    }
}

#[test]
fn a_network_that_is_missing_is_told_with_what_to_bring_and_where_to_put_it() {
    let desk = Desk::new();
    square(20, 20).save(desk.path("in.png")).unwrap();
    let ran = desk.hint(&["depth", "in.png", "-o", "out.png", "--device", "cpu"]);
    ran.fails_saying(1, &["depth needs a network", "bring ", "hints"]);
}

#[test]
fn the_list_names_every_type_and_its_parameters() {
    let desk = Desk::new();
    let Ran(code, told, _) = desk.hint(&["--list"]);
    assert_eq!(code, 0);
    for words in ["canny", "--low  An edge goes on where it is as strong as this (0 to 2040, usually 100)", "line-art"]
    {
        assert!(told.contains(words), "{words:?} is missing\n{told}");
    }
    desk.hint(&["canny", "--help"]).is_done();
    desk.hint(&[]).fails_saying(2, &["TYPE", "canny"]);
}
