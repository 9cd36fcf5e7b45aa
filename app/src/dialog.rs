//! The system's file dialogs. They are asked for on the window's thread, as macOS wants it, and waited for on another.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use rfd::{AsyncFileDialog, FileHandle};

use crate::files::{OPEN_EXTENSIONS, SAVE_EXTENSIONS};
use crate::studio::models::MODEL_ENDINGS;

/// A dialog that is open; its answer is one path or none.
pub struct PathQuestion(Pin<Box<dyn Future<Output = Option<FileHandle>> + Send>>);

impl PathQuestion {
    /// Blocks the calling thread until the dialog is closed.
    #[must_use]
    pub fn wait(self) -> Option<PathBuf> {
        wait_for(self.0).map(|file| file.path().to_owned())
    }
}

/// Asks for a picture to open.
#[must_use]
pub fn open_picture(folder: Option<PathBuf>) -> PathQuestion {
    let dialog =
        in_folder(AsyncFileDialog::new(), folder).set_title("Open a picture").add_filter("Pictures", OPEN_EXTENSIONS);
    PathQuestion(Box::pin(dialog.pick_file()))
}

/// Asks where to save a picture.
#[must_use]
pub fn save_picture(folder: Option<PathBuf>, name: &str) -> PathQuestion {
    let mut dialog = in_folder(AsyncFileDialog::new(), folder).set_title("Save the picture").set_file_name(name);
    for (label, endings) in [("PNG, keeps the recipe", &["png"][..]), ("JPEG", &["jpg", "jpeg"]), ("WebP", &["webp"])] {
        dialog = dialog.add_filter(label, endings);
    }
    PathQuestion(Box::pin(dialog.save_file()))
}

/// Asks for a single-file checkpoint.
#[must_use]
pub fn open_model_file() -> PathQuestion {
    let dialog = AsyncFileDialog::new().set_title("Choose a model's file").add_filter("Models", MODEL_ENDINGS);
    PathQuestion(Box::pin(dialog.pick_file()))
}

/// Asks for a diffusers folder.
#[must_use]
pub fn open_model_folder() -> PathQuestion {
    PathQuestion(Box::pin(AsyncFileDialog::new().set_title("Choose a model's folder").pick_folder()))
}

/// Whether pictures can be written in the format of this file's ending.
#[must_use]
pub fn can_save_as(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| SAVE_EXTENSIONS.contains(&ending.as_str()))
}

fn in_folder(dialog: AsyncFileDialog, folder: Option<PathBuf>) -> AsyncFileDialog {
    match folder {
        Some(folder) => dialog.set_directory(folder),
        None => dialog,
    }
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
        assert!(!can_save_as(Path::new("a.tiff")));
    }
}
