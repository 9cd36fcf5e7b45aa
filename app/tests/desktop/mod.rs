//! A desktop without a screen, the program's window on it, and hands that work it: an X server that keeps its picture
//! in memory (Xvfb), and pointer and keyboard driven through its test extension (xdotool).

pub mod framebuffer;
pub mod landscape;
pub mod window;

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::RgbImage;
use tempfile::TempDir;

/// How often is looked whether something has happened.
const GLANCE: Duration = Duration::from_millis(100);

/// The screen, with room beside the window for the pointer.
const SCREEN: &str = "1600x1000x24";

/// An X server of one's own and a home folder with nothing in it.
pub struct Desktop {
    _server: Process,
    /// As in `DISPLAY`.
    display: String,
    home: TempDir,
}

impl Desktop {
    /// Starts the X server. None, with the reason on stdout, where the machine lacks what it takes; continuous
    /// integration has to have it.
    pub fn start() -> Option<Self> {
        let missing: Vec<_> = ["Xvfb", "xdotool"].into_iter().filter(|program| !is_installed(program)).collect();
        if !missing.is_empty() {
            let reason = format!("the window is not tested for want of {}", missing.join(" and "));
            assert!(std::env::var_os("CI").is_none_or(|value| value != "true"), "{reason}");
            println!("{reason}");
            return None;
        }
        let home = tempfile::tempdir().unwrap();
        // The server chooses a free number and writes it to its stdout; its picture is a file in `-fbdir`.
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset", "-fbdir"]);
        let mut server = Process(server.arg(home.path()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        let mut number = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut number).unwrap();
        assert!(!number.trim().is_empty(), "the X server did not start");
        Some(Self { _server: server, display: format!(":{}", number.trim()), home })
    }

    /// A file in the home folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The whole screen as it is now.
    pub fn screen(&self) -> RgbImage {
        framebuffer::read(&self.path("Xvfb_screen0"))
    }

    /// A command whose windows open here, and that finds nothing of the user's own.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.display).env("HOME", self.home.path()).current_dir(self.home.path());
        for (variable, folder) in [
            ("XDG_RUNTIME_DIR", "runtime"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_DATA_HOME", "data"),
        ] {
            let folder = self.path(folder);
            std::fs::create_dir_all(&folder).unwrap();
            command.env(variable, folder);
        }
        for variable in ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs xdotool and returns what it says; none if it fails, as it does for windows that are not there.
    fn xdotool<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Option<String> {
        let output = self.command("xdotool").args(arguments).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Ends with its owner, also when a test fails.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Looks again and again until there is something; none if that takes longer than `limit`.
fn look_until<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        let seen = look();
        if seen.is_some() || begun.elapsed() > limit {
            return seen;
        }
        std::thread::sleep(GLANCE);
    }
}

fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| Path::new(&folder).join(program).is_file())
}
