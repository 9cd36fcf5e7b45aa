//! The program in its window: started with a picture, seen on the screen, worked with pointer and keys.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use image::{RgbImage, imageops};

use super::{Desktop, Process, framebuffer, look_until};

/// The machine may be slow and busy with other things.
const PATIENCE: Duration = Duration::from_secs(120);
/// A key is pressed again if nothing has come of it after so long.
const SECOND_TRY: Duration = Duration::from_secs(3);
/// How long nothing must move in the window for it to count as still; longer than the slowest frame takes.
const STILL: Duration = Duration::from_millis(1500);
/// A blinking caret has fewer pixels than this.
const CARET: usize = 64;
/// Steps of the pointer within one part of a stroke.
const STEPS_OF_STROKE: u32 = 24;

/// The running program.
pub struct Window<'a> {
    desktop: &'a Desktop,
    process: Process,
    /// What it writes to stderr.
    log: PathBuf,
    /// Left, top, width and height on the screen.
    rect: [u32; 4],
}

impl<'a> Window<'a> {
    /// Opens the program with a picture and waits for its first frame.
    pub fn open(desktop: &'a Desktop, picture: &Path) -> Self {
        let log = desktop.path("log.txt");
        let mut command = desktop.command(env!("CARGO_BIN_EXE_brushfire"));
        command.arg(picture).args(["--device", "cpu"]).stderr(File::create(&log).unwrap());
        command.env("BRUSHFIRE_ASSETS", Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets"));
        // The log tells what has happened in the window.
        command.env("RUST_LOG", "warn,brushfire=trace").env("BRUSHFIRE_TRACE_STARTUP", "1");
        command.env("WINIT_X11_SCALE_FACTOR", "1");
        let process = Process(command.spawn().unwrap());
        let mut window = Self { desktop, process, log, rect: [0; 4] };
        window.wait_for_log("first frame");
        window.take_focus();
        window
    }

    /// There is no window manager that would give the keyboard to a new window.
    fn take_focus(&mut self) {
        let search = ["search", "--onlyvisible", "--name", "^Brushfire$"];
        let found = self.wait_for("the window to be found", PATIENCE, || self.desktop.xdotool(search));
        let id = found.lines().next().unwrap().to_owned();
        self.wait_for("the window to take the keyboard", PATIENCE, || {
            self.desktop.xdotool(["windowfocus", "--sync", &id])
        });
        let geometry = self.desktop.xdotool(["getwindowgeometry", "--shell", &id]).unwrap();
        let value = |name: &str| {
            let line = geometry.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap().parse::<u32>().unwrap()
        };
        self.rect = ["X", "Y", "WIDTH", "HEIGHT"].map(value);
    }

    /// Width and height on the screen.
    pub fn size(&self) -> [u32; 2] {
        let [_, _, width, height] = self.rect;
        [width, height]
    }

    /// The window as it is now.
    pub fn look(&self) -> RgbImage {
        let [left, top, width, height] = self.rect;
        imageops::crop_imm(&self.desktop.screen(), left, top, width, height).to_image()
    }

    /// The window once nothing moves in it any more.
    pub fn look_when_still(&self) -> RgbImage {
        let mut last = self.look();
        let mut since = Instant::now();
        self.wait_for("the window to stand still", PATIENCE, || {
            let now = self.look();
            if now.pixels().zip(last.pixels()).filter(|(now, last)| now != last).nth(CARET).is_some() {
                (last, since) = (now, Instant::now());
            }
            (since.elapsed() >= STILL).then(|| last.clone())
        })
    }

    /// Keeps a picture of the window under this name in the folder `BRUSHFIRE_SCREENSHOTS`, where that is set.
    pub fn keep_screenshot(&self, name: &str) {
        if let Some(folder) = std::env::var_os("BRUSHFIRE_SCREENSHOTS") {
            fs::create_dir_all(&folder).unwrap();
            self.look().save(Path::new(&folder).join(name).with_extension("png")).unwrap();
        }
    }

    /// Shows the picture pixel for pixel and returns where its left upper corner then lies in the window.
    pub fn show_actual_size(&self, picture: &RgbImage) -> [u32; 2] {
        // Neither the pointer nor the brush's outline may lie over the picture.
        self.rest_pointer();
        self.wait_for("the picture to be shown at its actual size", PATIENCE, || {
            self.press("ctrl+1");
            look_until(SECOND_TRY, || framebuffer::find(picture, &self.look()))
        })
    }

    /// Presses keys together, in xdotool's names: `ctrl+s`.
    pub fn press(&self, keys: &str) {
        self.desktop.xdotool(["key", keys]).unwrap();
    }

    /// Types a text to whatever has the keyboard.
    pub fn write(&self, text: &str) {
        self.desktop.xdotool(["type", "--delay", "40", text]).unwrap();
    }

    /// Takes the pointer out of the window, and with it tooltips and the brush's outline.
    pub fn rest_pointer(&self) {
        let [width, height] = self.size();
        self.move_pointer([width + 40, height + 40]);
    }

    fn move_pointer(&self, pos_in_window: [u32; 2]) {
        self.desktop.xdotool(self.pointer_to(pos_in_window)).unwrap();
    }

    /// Clicks, and waits until the window shows that it was clicked.
    pub fn click(&self, pos_in_window: [u32; 2]) {
        self.move_pointer(pos_in_window);
        let before = self.look_when_still();
        self.desktop.xdotool(["click", "1"]).unwrap();
        self.wait_for("the window to answer a click", PATIENCE, || (self.look() != before).then_some(()));
        self.rest_pointer();
    }

    /// Draws through these points with the left button down, in the small steps of a hand.
    pub fn draw(&self, points_in_window: &[[u32; 2]]) {
        let Some(first) = points_in_window.first() else { return };
        let mut commands = self.pointer_to(*first).to_vec();
        commands.extend(["mousedown", "1"].map(str::to_owned));
        for part in points_in_window.windows(2) {
            for step in 1..=STEPS_OF_STROKE {
                let between =
                    |axis: usize| (part[0][axis] * (STEPS_OF_STROKE - step) + part[1][axis] * step) / STEPS_OF_STROKE;
                commands.extend(self.pointer_to([between(0), between(1)]));
                commands.extend(["sleep", "0.01"].map(str::to_owned));
            }
        }
        commands.extend(["mouseup", "1"].map(str::to_owned));
        self.desktop.xdotool(commands).unwrap();
        self.rest_pointer();
    }

    fn pointer_to(&self, [x, y]: [u32; 2]) -> [String; 3] {
        let [left, top, ..] = self.rect;
        ["mousemove".to_owned(), (left + x).to_string(), (top + y).to_string()]
    }

    /// Waits until the log holds these words, as long as a run of the model may take; returns the rest of the line.
    pub fn wait_for_log(&self, words: &str) -> String {
        self.wait_for(words, 5 * PATIENCE, || {
            let log = fs::read_to_string(&self.log).unwrap();
            let (_, rest) = log.split_once(words)?;
            Some(rest.lines().next().unwrap_or_default().trim().to_owned())
        })
    }

    /// Waits until the log holds these words so many times; or others, after which they do not come any more.
    pub fn wait_for_log_times(&self, words: &str, times: usize, or: &str) {
        self.wait_for(words, 5 * PATIENCE, || {
            let log = fs::read_to_string(&self.log).unwrap();
            (log.matches(words).count() >= times || log.contains(or)).then_some(())
        });
    }

    /// Waits until there is what is looked for; the test fails with the log if it does not come in time.
    pub fn wait_for<T>(&self, what: &str, limit: Duration, look: impl FnMut() -> Option<T>) -> T {
        look_until(limit, look).unwrap_or_else(|| {
            self.keep_screenshot("failed");
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            panic!("waited {} s for {what}; the program's log:\n{log}", limit.as_secs())
        })
    }

    /// As [`Self::wait_for`], with a limit for what needs no model.
    pub fn wait_for_soon<T>(&self, what: &str, look: impl FnMut() -> Option<T>) -> T {
        self.wait_for(what, PATIENCE, look)
    }

    /// Waits until the program has ended by itself.
    pub fn wait_for_end(mut self) -> ExitStatus {
        let end = look_until(PATIENCE, || self.process.0.try_wait().unwrap());
        end.unwrap_or_else(|| panic!("the program did not end"))
    }
}
