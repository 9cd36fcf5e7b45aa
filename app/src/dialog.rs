//! The system's file dialogs. They are asked for on the window's thread, as macOS wants it, and waited for on another.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use rfd::{AsyncFileDialog, FileHandle};

use crate::files::{OPEN_EXTENSIONS, SAVE_EXTENSIONS};
use crate::language::text;
use crate::studio::models::MODEL_ENDINGS;

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    OpenPicture,
    SavePicture,
    OpenModelFile,
    OpenModelFolder,
    /// People in OpenPose's JSON, from a file or to one.
    OpenPose,
    SavePose,
}

impl Purpose {
    /// The dialog's title, by its key.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::OpenPicture => "path-for-open-picture",
            Self::SavePicture => "path-for-save-picture",
            Self::OpenModelFile => "path-for-open-model-file",
            Self::OpenModelFolder => "path-for-open-model-folder",
            Self::OpenPose => "path-for-open-pose",
            Self::SavePose => "path-for-save-pose",
        }
    }
}

/// What came of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Path(PathBuf),
    Cancelled,
    /// The system has no dialog to show: the path must be typed.
    NoDialog,
}

/// Of OpenPose's files.
pub const POSE_ENDINGS: &[&str] = &["json"];

/// A dialog that is open.
pub struct PathQuestion(Pin<Box<dyn Future<Output = Option<FileHandle>> + Send>>);

/// Nobody reads and cancels a dialog as quickly as this.
const TOO_QUICK: Duration = Duration::from_millis(400);

impl PathQuestion {
    /// Opens the dialog, in `folder` and with `name` typed where these are known.
    #[must_use]
    pub fn ask(purpose: Purpose, folder: Option<&Path>, name: &str) -> Self {
        let mut dialog = AsyncFileDialog::new().set_title(text(purpose.key()));
        if let Some(folder) = folder {
            dialog = dialog.set_directory(folder);
        }
        Self(match purpose {
            Purpose::OpenPicture => Box::pin(dialog.add_filter(text("files-pictures"), OPEN_EXTENSIONS).pick_file()),
            Purpose::OpenModelFile => Box::pin(dialog.add_filter(text("files-models"), MODEL_ENDINGS).pick_file()),
            Purpose::OpenModelFolder => Box::pin(dialog.pick_folder()),
            Purpose::OpenPose => Box::pin(dialog.add_filter("OpenPose", POSE_ENDINGS).pick_file()),
            Purpose::SavePose => Box::pin(dialog.add_filter("OpenPose", POSE_ENDINGS).set_file_name(name).save_file()),
            Purpose::SavePicture => {
                let layered = [("files-openraster", &["ora"][..]), ("files-photoshop", &["psd", "psb"])];
                let flat = [
                    ("files-png", &["png"][..]),
                    ("files-jpeg", &["jpg", "jpeg"]),
                    ("files-webp", &["webp"]),
                    ("files-tiff", &["tif", "tiff"]),
                ];
                // The first is the one that is chosen.
                let formats = match name.ends_with(".ora") {
                    true => [&layered[..], &flat].concat(),
                    false => [&flat[..], &layered].concat(),
                };
                let with_formats = formats
                    .into_iter()
                    .fold(dialog, |dialog, (label, endings)| dialog.add_filter(text(label), endings));
                Box::pin(with_formats.set_file_name(name).save_file())
            }
        })
    }

    /// Blocks the calling thread until the dialog is closed.
    #[must_use]
    pub fn wait(self) -> Answer {
        let asked = Instant::now();
        match wait_for(self.0) {
            Some(file) => Answer::Path(file.path().to_owned()),
            None if asked.elapsed() < TOO_QUICK => Answer::NoDialog,
            None => Answer::Cancelled,
        }
    }
}

/// Whether pictures can be written in the format of this file's ending.
#[must_use]
pub fn can_save_as(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| SAVE_EXTENSIONS.contains(&ending.as_str()))
}

/// Wakes a thread that waits for a future.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_when_the_future_is_woken_from_another_thread() {
        let mut polled = false;
        let future = std::future::poll_fn(|context| {
            if std::mem::replace(&mut polled, true) {
                return Poll::Ready(7);
            }
            let waker = context.waker().clone();
            std::thread::Builder::new().name("waker".to_owned()).spawn(move || waker.wake()).unwrap();
            Poll::Pending
        });
        assert_eq!(wait_for(future), 7);
    }

    #[test]
    fn a_picture_is_saved_over_only_in_a_format_that_can_be_written() {
        assert!(can_save_as(Path::new("a.PNG")));
        assert!(can_save_as(Path::new("a.ora")));
        assert!(can_save_as(Path::new("a.psd")));
        assert!(!can_save_as(Path::new("a.xcf")));
    }
}
