//! Older steps of the history on disk: written by a thread of their own, read back one at a time.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Edit;
use super::journal::{Op, decode, encode};

/// Beyond this the oldest steps are forgotten after all.
const LARGEST_FILE: u64 = 16 << 30;

/// So much must have gone to disk before memory is given back to the system, once no step has come for [`QUIET`].
const WORTH_GIVING_BACK: usize = 64 << 20;
const QUIET: Duration = Duration::from_secs(1);

/// Where a step lies in the file: what doing and what undoing it makes of the document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnDisk {
    done: Part,
    undone: Part,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    offset: u64,
    length: usize,
}

/// A file without a name that is gone with the program.
#[derive(Debug)]
pub(crate) struct Spill {
    file: Arc<Mutex<File>>,
    sender: Sender<(u64, Edit)>,
    written: Receiver<(u64, io::Result<OnDisk>)>,
}

impl Spill {
    /// # Errors
    /// No file can be made in the folder, or no thread.
    pub(crate) fn begin(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let file = Arc::new(Mutex::new(tempfile::tempfile_in(folder)?));
        let (sender, steps) = mpsc::channel::<(u64, Edit)>();
        let (reply, written) = mpsc::channel();
        let target = Arc::clone(&file);
        std::thread::Builder::new().name("history".to_owned()).spawn(move || {
            let mut left_memory = 0;
            loop {
                let next = if left_memory < WORTH_GIVING_BACK {
                    steps.recv().map_err(|_| RecvTimeoutError::Disconnected)
                } else {
                    steps.recv_timeout(QUIET)
                };
                match next {
                    Ok((id, edit)) => {
                        left_memory += edit.bytes();
                        // Nobody listens any more when the history is gone; then there is nothing left to do.
                        if reply.send((id, write(&target, &edit))).is_err() {
                            break;
                        }
                    }
                    Err(RecvTimeoutError::Timeout) => {
                        give_memory_back();
                        left_memory = 0;
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        })?;
        Ok(Self { file, sender, written })
    }

    /// Begins to write a step; see [`Spill::written`].
    pub(crate) fn store(&self, id: u64, edit: Edit) {
        // Were the thread gone, the step would stay in memory.
        _ = self.sender.send((id, edit));
    }

    /// The steps that have been written since this was asked last, or why they have not.
    pub(crate) fn written(&self) -> impl Iterator<Item = (u64, io::Result<OnDisk>)> {
        self.written.try_iter()
    }

    /// What doing the step makes of the document, or undoing it.
    ///
    /// # Errors
    /// The file cannot be read, or is not what was written.
    pub(crate) fn read(&self, step: OnDisk, undone: bool) -> io::Result<Vec<Op>> {
        self.reader(step, undone)()
    }

    /// Does what [`Spill::read`] does, on whatever thread it is called.
    pub(crate) fn reader(
        &self,
        step: OnDisk,
        undone: bool,
    ) -> impl FnOnce() -> io::Result<Vec<Op>> + Send + 'static + use<> {
        let Part { offset, length } = if undone { step.undone } else { step.done };
        let file = Arc::clone(&self.file);
        move || {
            let mut payload = vec![0; length];
            {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(offset))?;
                file.read_exact(&mut payload)?;
            }
            decode(&payload).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a step was damaged on disk"))
        }
    }
}

/// What was freed goes back to the system. glibc keeps it otherwise: tiles lie between others that are still needed, and the
/// program would seem to hold far more than the history's budget.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_memory_back() {
    #[allow(
        unsafe_code,
        reason = "a call into glibc that takes and returns plain numbers, and may be made at any time"
    )]
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other allocators do so by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_memory_back() {}

fn write(file: &Mutex<File>, edit: &Edit) -> io::Result<OnDisk> {
    let (done, undone) = (encode(&edit.ops()), encode(&edit.inverse_ops()));
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    let offset = file.seek(SeekFrom::End(0))?;
    if offset > LARGEST_FILE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "too many steps"));
    }
    file.write_all(&done)?;
    file.write_all(&undone)?;
    let second = offset + done.len() as u64;
    Ok(OnDisk { done: Part { offset, length: done.len() }, undone: Part { offset: second, length: undone.len() } })
}
