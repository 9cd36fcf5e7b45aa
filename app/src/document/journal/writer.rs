//! The thread that writes a journal.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::super::{Document, Edit};
use super::encode::encode;
use super::frames::{HEADER, framed};
use super::op::Op;

/// A journal that has grown beyond this and beyond [`GROWTH`] times its last whole picture is begun anew.
const LARGE: u64 = 64 << 20;
const GROWTH: u64 = 4;
/// After trouble, the next attempt comes no sooner.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// Why a journal cannot be written, said once until it can be again.
#[derive(Debug, thiserror::Error)]
#[error(
    "changes cannot be written to {folder} ({source}); should the program end now, what you paint from here on is lost. \
     Make room there, or save the picture"
)]
pub struct JournalTrouble {
    pub folder: String,
    pub source: io::Error,
}

enum Message {
    Ops(Vec<Op>),
    /// The whole picture, and what goes with it.
    Whole(Box<Document>, Option<String>),
    /// Answer once all before is in the file.
    Flush(Sender<()>),
    /// The picture is in a file of its own or not wanted: nothing is to be recovered.
    Discard,
}

/// A picture's journal, from its opening to its closing. Dropped, it stays for the next start to find; see
/// [`Journal::discard`].
#[derive(Debug)]
pub struct Journal {
    sender: Sender<Message>,
    wants_whole: Arc<AtomicBool>,
    /// What went with the picture last.
    context: Option<String>,
    thread: Option<JoinHandle<()>>,
}

impl Journal {
    /// Begins a journal `folder/name.journal` of this picture. `on_trouble` is called on the journal's thread.
    ///
    /// # Errors
    /// The folder cannot be made, the file not locked, or the thread not started.
    pub fn begin(
        folder: &Path,
        name: &str,
        document: &Document,
        on_trouble: impl Fn(JournalTrouble) + Send + 'static,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("{name}.journal"));
        let lock = File::options().create(true).append(true).open(lock_of(&path))?;
        lock.try_lock().map_err(io::Error::from)?;
        let (sender, messages) = mpsc::channel();
        let wants_whole = Arc::new(AtomicBool::new(false));
        let writer = Writer {
            path,
            _lock: lock,
            file: None,
            length: 0,
            whole: 0,
            failed_at: None,
            wants_whole: Arc::clone(&wants_whole),
            on_trouble: Box::new(on_trouble),
        };
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run(&messages))?;
        let journal = Self { sender, wants_whole, context: None, thread: Some(thread) };
        journal.begin_anew(document);
        Ok(journal)
    }

    /// Another picture takes the place of this one, whatever came before.
    pub fn begin_anew(&self, document: &Document) {
        self.send(Message::Whole(Box::new(document.clone()), self.context.clone()));
    }

    /// An edit that was done, or done again; `document` is the picture with it.
    pub fn record(&self, edit: &Edit, document: &Document) {
        self.record_ops(edit.ops(), document);
    }

    /// An edit that was undone; `document` is the picture without it.
    pub fn record_undone(&self, edit: &Edit, document: &Document) {
        self.record_ops(edit.inverse_ops(), document);
    }

    /// What else is to be found again: parameters, the file's name; JSON of the program's own.
    pub fn record_context(&mut self, json: String, document: &Document) {
        if self.context.as_ref() != Some(&json) {
            self.context = Some(json.clone());
            self.record_ops(vec![Op::Context(json)], document);
        }
    }

    /// What parts of the picture have become; `document` is the picture with it.
    pub(crate) fn record_ops(&self, ops: Vec<Op>, document: &Document) {
        let message = if self.wants_whole.swap(false, Ordering::AcqRel) {
            Message::Whole(Box::new(document.clone()), self.context.clone())
        } else {
            Message::Ops(ops)
        };
        self.send(message);
    }

    /// Waits until all that was recorded is in the file. Not for the window's thread.
    pub fn flush(&self) {
        self.flush_then().wait();
    }

    /// As [`Journal::flush`], to be waited for on another thread.
    #[must_use]
    pub fn flush_then(&self) -> Flushed {
        let (sender, answer) = mpsc::channel();
        self.send(Message::Flush(sender));
        Flushed(answer)
    }

    /// Ends the journal and leaves nothing to recover. Does not wait for the file to be gone.
    pub fn discard(mut self) {
        self.send(Message::Discard);
        // A thread that is not joined goes on by itself.
        self.thread = None;
    }

    /// As [`Journal::discard`], but the file is gone afterwards.
    pub fn discard_and_wait(self) {
        self.send(Message::Discard);
    }

    fn send(&self, message: Message) {
        // The thread ends only with this sender; were it gone, painting must go on all the same.
        _ = self.sender.send(message);
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // Closes the channel; the thread writes what is left, which a process that ends must wait for.
        self.sender = mpsc::channel().0;
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

/// An answer to come; see [`Journal::flush_then`].
#[derive(Debug)]
pub struct Flushed(Receiver<()>);

impl Flushed {
    /// Waits; false if the journal's thread is gone.
    pub fn wait(self) -> bool {
        self.0.recv().is_ok()
    }
}

/// The file that is locked while a journal is in use.
pub(super) fn lock_of(journal: &Path) -> PathBuf {
    journal.with_extension("lock")
}

struct Writer {
    path: PathBuf,
    _lock: File,
    file: Option<File>,
    /// Bytes of whole records in the file.
    length: u64,
    /// Bytes of the record of the whole picture it began with.
    whole: u64,
    failed_at: Option<Instant>,
    wants_whole: Arc<AtomicBool>,
    on_trouble: Box<dyn Fn(JournalTrouble) + Send>,
}

impl Writer {
    fn run(mut self, messages: &Receiver<Message>) {
        let mut discard = false;
        while let Ok(first) = messages.recv() {
            let mut answers = vec![];
            // Everything that waits goes to the disk together.
            for message in std::iter::once(first).chain(messages.try_iter()) {
                match message {
                    Message::Ops(ops) => self.append(&ops),
                    Message::Whole(document, context) => self.begin_anew(*document, context),
                    Message::Flush(answer) => answers.push(answer),
                    Message::Discard => discard = true,
                }
            }
            self.synchronise();
            for answer in answers {
                _ = answer.send(());
            }
        }
        if discard {
            // Nothing depends on it: what stays is offered at the next start, and declined.
            _ = std::fs::remove_file(&self.path);
            _ = std::fs::remove_file(lock_of(&self.path));
        }
    }

    fn append(&mut self, ops: &[Op]) {
        let Some(file) = &mut self.file else {
            // What came before is not in the file, so neither may this be.
            return self.ask_for_whole_when_due();
        };
        let Some(record) = framed(&encode(ops)) else { return self.wants_whole.store(true, Ordering::Release) };
        match file.write_all(&record) {
            Ok(()) => self.length += record.len() as u64,
            Err(error) => self.failed(error),
        }
        if self.length > LARGE && self.length > GROWTH * self.whole {
            self.wants_whole.store(true, Ordering::Release);
        }
    }

    /// A new file with the whole picture takes the old one's place once it is written.
    fn begin_anew(&mut self, document: Document, context: Option<String>) {
        let ops: Vec<_> = std::iter::once(Op::Document(Box::new(document))).chain(context.map(Op::Context)).collect();
        match self.try_begin_anew(&ops) {
            Ok(()) => self.failed_at = None,
            Err(error) => self.failed(error),
        }
    }

    fn try_begin_anew(&mut self, ops: &[Op]) -> io::Result<()> {
        let new = self.path.with_extension("new");
        let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, "the picture is too large for a journal");
        let record = framed(&encode(ops)).ok_or_else(too_large)?;
        let write = || {
            let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&new)?;
            file.write_all(HEADER)?;
            file.write_all(&record)?;
            file.sync_data()?;
            std::fs::rename(&new, &self.path)?;
            Ok(file)
        };
        let file = write().inspect_err(|_: &io::Error| _ = std::fs::remove_file(&new))?;
        self.file = Some(file);
        self.length = (HEADER.len() + record.len()) as u64;
        self.whole = self.length;
        Ok(())
    }

    fn failed(&mut self, source: io::Error) {
        // The records before are whole; they stay for what they are worth.
        if let Some(mut file) = self.file.take() {
            _ = file.set_len(self.length);
            _ = file.seek(io::SeekFrom::Start(self.length));
        }
        if self.failed_at.replace(Instant::now()).is_none() {
            let folder = self.path.parent().unwrap_or(&self.path).display().to_string();
            (self.on_trouble)(JournalTrouble { folder, source });
        }
    }

    fn ask_for_whole_when_due(&self) {
        if self.failed_at.is_none_or(|at| at.elapsed() >= RETRY_AFTER) {
            self.wants_whole.store(true, Ordering::Release);
        }
    }

    fn synchronise(&mut self) {
        if let Some(Err(error)) = self.file.as_ref().map(File::sync_data) {
            self.failed(error);
        }
    }
}
