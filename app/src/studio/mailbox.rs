//! How work done on other threads comes back to the window's thread.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use brushfire_engine::inpaint::ModelSize;
use brushfire_engine::{Event, Job};
use image::GrayImage;

use super::RunId;
use super::files::Replacement;
use super::models::ModelChoice;
use super::results::FinishedPicture;
use crate::dialog::{Answer, Purpose};
use crate::document::PixelRect;
use crate::document::journal::JournalTrouble;
use crate::language::Tell;

/// Something another thread has done.
pub enum Message {
    /// An engine speaks; which one, for another may have taken its place.
    Engine { number: u64, event: Event },
    /// A file dialog was closed.
    Answered(Purpose, Answer),
    /// A picture was read and cut into tiles.
    Opened(Box<Replacement>),
    /// A picture that a crash has left.
    Found(Box<super::safety::Found>),
    /// A copy of the document was changed.
    Edited(Box<super::background::EditMade>),
    /// A step of the history was read from disk.
    StepRead(Box<super::stepping::StepRead>),
    /// This part of the canvas is on the clipboard.
    Copied(PixelRect),
    /// A picture for a new layer.
    Pasted(image::RgbaImage),
    /// A file that was let go over the window was read, for a new layer.
    ForLayer(Box<super::dropping::ForLayer>),
    /// People for the canvas were read from a file, or not.
    PoseRead(Box<super::PoseRead>),
    /// A picture was written, or not.
    Saved(Box<super::saving::SaveMade>),
    /// A job's buffers are ready for the engine; `mask` is that of the plan's region.
    Prepared { run: RunId, job: Box<Job>, mask: Arc<GrayImage> },
    /// Another mask for a job that runs.
    NextMask(Box<super::tweaking::NextMask>),
    /// Hints of a job that runs, as they look now.
    NextHints(Box<super::tweaking_hints::NextHints>),
    /// A job's pictures are cut to the document and have their thumbnails.
    Finished { run: RunId, pictures: Vec<FinishedPicture> },
    /// A preview was made into a result.
    Kept(Box<super::generation::KeptPreview>),
    /// What size a model is best at.
    ModelSize(String, ModelSize),
    /// The models that can be chosen.
    Models(Vec<ModelChoice>),
    /// The control networks that can be chosen.
    Networks(Box<super::hints::FoundNetworks>),
    /// What a hint's network sees.
    HintSeen(Box<super::hints::NowSeen>),
    /// A picture was cut out for a hint to be made of it.
    HintPrepared(Box<super::making_hints::PreparedHint>),
    /// The first start's example, if it is there.
    Example(Option<Box<super::example::Example>>),
    /// What could not be done. An error and not its words: only the window's thread speaks the painter's language.
    Failed(Box<dyn Tell + Send>),
    /// Changes of a picture are not kept safe at the moment.
    JournalTrouble(JournalTrouble),
    /// No thread could be started for some work of this name.
    NoThread { name: String, error: io::Error },
    /// What came of a wish, as one sentence for the status line.
    Done(String),
}

/// Where other threads leave their [`Message`]s; each wakes the window.
#[derive(Clone)]
pub struct Mailbox {
    sender: Sender<Message>,
    wake: Arc<dyn Fn() + Send + Sync>,
    /// The engine that [`Self::send_event`] speaks for.
    engine: u64,
}

impl Mailbox {
    pub(super) fn new(sender: Sender<Message>, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self { sender, wake, engine: 0 }
    }

    /// The mailbox for an engine's events.
    pub(super) fn for_engine(&self, number: u64) -> Self {
        Self { engine: number, ..self.clone() }
    }

    /// Leaves what the engine says.
    pub fn send_event(&self, event: Event) {
        self.send(Message::Engine { number: self.engine, event });
    }

    /// Leaves a message and wakes the window. After the window has gone, nothing happens.
    pub fn send(&self, message: Message) {
        if self.sender.send(message).is_ok() {
            (self.wake)();
        }
    }

    /// Has another frame come.
    pub(super) fn wake(&self) {
        (self.wake)();
    }

    /// Does `work` on a thread of this name and sends what it returns, if anything.
    pub(super) fn spawn<M: Into<Option<Message>>>(&self, name: &str, work: impl FnOnce() -> M + Send + 'static) {
        let mailbox = self.clone();
        let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            if let Some(message) = work().into() {
                mailbox.send(message);
            }
        });
        if let Err(error) = spawned {
            self.send(Message::NoThread { name: name.to_owned(), error });
        }
    }
}
