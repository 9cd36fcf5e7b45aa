//! The program is killed at any moment, and the picture comes back as it was after the last stroke that was told to be safe.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use brushfire::document::journal::{Journal, abandoned};
use brushfire::document::{CanvasSize, Document};
use brushfire::paint::{Brush, Ink, PenSample, StrokeBuilder};

/// Tells the child process that it is one, and where its journal is.
const CHILD: &str = "BRUSHFIRE_TEST_JOURNAL";
const KILLS: u32 = 200;

fn canvas() -> Document {
    Document::blank(CanvasSize::new(700, 500).unwrap(), [255; 4])
}

fn at(x: u32, y: u32) -> PenSample {
    PenSample { pos_in_canvas: [x as f32, y as f32], pressure: 1.0, time: 0.0 }
}

/// The `number`th stroke; the same in every process. `None` where it changes nothing.
fn paint(document: &mut Document, number: u32) -> Option<brushfire::document::Edit> {
    let ink = if number % 3 == 2 { Ink::Mask } else { Ink::Color([(number * 37) as u8, (number * 91) as u8, 40]) };
    let brush = Brush { diameter: 30.0 + (number % 7) as f32 * 10.0, ..Brush::default() };
    let start = [number * 53 % 700, number * 31 % 500];
    let mut stroke = StrokeBuilder::begin(document, brush, ink, at(start[0], start[1])).unwrap();
    stroke.extend(document, &[at((start[0] + 90) % 700, (start[1] + 60) % 500)]);
    stroke.finish(document)
}

fn look(document: &Document) -> (Vec<u8>, Vec<u8>) {
    (document.rgba_image(document.bounds()).into_raw(), document.mask_image(document.bounds()).into_raw())
}

/// The picture after so many strokes that changed it.
struct Painted {
    document: Document,
    next: u32,
    looks: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Painted {
    fn new() -> Self {
        let document = canvas();
        Self { looks: vec![look(&document)], document, next: 0 }
    }

    fn after(&mut self, strokes: usize) -> &(Vec<u8>, Vec<u8>) {
        while self.looks.len() <= strokes {
            if paint(&mut self.document, self.next).is_some() {
                self.looks.push(look(&self.document));
            }
            self.next += 1;
        }
        &self.looks[strokes]
    }
}

/// Not a test of its own: what the child process does until it is killed. Without its variable it does nothing.
#[test]
fn the_painting_child() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let mut document = canvas();
    let journal =
        Journal::begin(Path::new(&folder), "picture", &document, |trouble| println!("trouble {trouble}")).unwrap();
    journal.flush();
    let mut safe = 0;
    for number in 0.. {
        println!("safe {safe}");
        std::io::stdout().flush().unwrap();
        if let Some(edit) = paint(&mut document, number) {
            journal.record(&edit, &document);
            journal.flush();
            safe += 1;
        }
    }
}

/// Starts the child, kills it after `patience`, and returns how many strokes it said were safe.
fn killed_after(folder: &Path, patience: Duration, limit_blocks: Option<u32>) -> u32 {
    let program = std::env::current_exe().unwrap();
    let mut command = match limit_blocks {
        None => Command::new(program),
        Some(blocks) => {
            // A file may not grow beyond the limit, as on a full disk; without the trap it would be a signal.
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]).arg(program);
            shell
        }
    };
    let mut child = command
        .args(["--exact", "the_painting_child", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        let number = |line: String| line.rsplit_once("safe ").and_then(|(_, number)| number.trim().parse().ok());
        lines.filter_map(number).last().unwrap_or(0)
    });
    std::thread::sleep(patience);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

#[test]
fn killed_at_any_moment_the_picture_is_as_after_the_last_safe_stroke_or_the_one_after_it() {
    let mut painted = Painted::new();
    let mut recovered_some = 0;
    for kill in 0..KILLS {
        let folder = tempfile::tempdir().unwrap();
        // Spread over start, first stroke and many strokes.
        let safe = killed_after(folder.path(), Duration::from_micros(2_000 + u64::from(kill * 7919 % 60_000)), None);
        let found = abandoned(folder.path());
        let Some(found) = found.first() else {
            assert_eq!(safe, 0, "strokes were safe, but there is no journal");
            continue;
        };
        let recovered = found.recover();
        let Ok(recovered) = recovered else {
            assert_eq!(safe, 0, "strokes were safe, but {recovered:?}");
            continue;
        };
        recovered_some += u32::from(recovered.changes > 0);
        let expected = painted.after(recovered.changes);
        assert!(recovered.changes >= safe as usize, "{} strokes came back of {safe}", recovered.changes);
        assert!(look(&recovered.document) == *expected, "not the picture after {} strokes", recovered.changes);
    }
    assert!(recovered_some > KILLS / 4, "most kills came before the first stroke: {recovered_some}");
}

#[test]
#[cfg(unix)]
fn on_a_full_disk_the_picture_is_one_that_was_painted() {
    let mut painted = Painted::new();
    for kill in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        killed_after(folder.path(), Duration::from_millis(150 + kill * 20), Some(60 + 20 * kill as u32));
        let found = abandoned(folder.path());
        let Some(recovered) = found.first().and_then(|found| found.recover().ok()) else { continue };
        let expected = painted.after(recovered.changes);
        assert!(look(&recovered.document) == *expected, "a picture that never was, in round {kill}");
    }
}
