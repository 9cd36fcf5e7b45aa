//! The engine: a handle for clients and the one named thread behind it that owns the device and every tensor.
//!
//! A client posts a [`Job`] and hears [`Event`]s; no call of [`Engine`] blocks. A panic or a lost device inside a job
//! becomes [`Event::Failed`], and the next job runs, on the CPU if need be.

mod controls_folder;
mod error;
mod event;
mod job;
mod mailbox;
mod models_folder;
mod notice;
mod thread;

use std::path::PathBuf;
use std::sync::Arc;

pub use controls_folder::{CONTROLS_FOLDER, ControlError, KnownControl, find_control, known_controls};
pub use error::JobError;
pub use event::{Event, Picture, Step};
pub use job::{HintJob, Job, JobId, Latents, Tweak};
pub use models_folder::{KnownModel, MODEL_ENDINGS, find_model, known_models, own_hints_folder};
pub use notice::Notice;

use crate::device::DeviceChoice;
use mailbox::{Mailbox, Work};

/// What the engine needs to know of its surroundings.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    pub device: DeviceChoice,
    /// The user's models: folders in diffusers' layout, and single files; networks for hints in its folder
    /// [`CONTROLS_FOLDER`].
    pub models_folder: PathBuf,
    /// The model that ships with the program.
    pub starter_folder: PathBuf,
    /// Networks for hints that ship with the program; the user's own are in [`own_hints_folder`].
    pub hints_folder: PathBuf,
    /// OpenAI's merges, for models that bring no tokenizer.
    pub vocabulary: PathBuf,
    /// For what can be found again at a price: self-tests' verdicts.
    pub cache_folder: PathBuf,
    /// The program that runs the self-test in its own process (`PROGRAM self-test ADAPTER`); without it no GPU is used.
    pub self_test_program: Option<PathBuf>,
}

/// The engine could not start.
#[derive(Debug, thiserror::Error)]
#[error("the engine's thread could not be started: {0}")]
pub struct StartError(#[from] pub std::io::Error);

/// A handle to the engine. Dropping it cancels all work and waits for the thread to end.
pub struct Engine {
    mailbox: Arc<Mailbox>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Engine {
    /// Starts the engine's thread, which first chooses a device. `on_event` is called on that thread for every event; it
    /// should hand the event on and wake its window, no more.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(settings: EngineSettings, on_event: impl FnMut(Event) + Send + 'static) -> Result<Self, StartError> {
        let mailbox = Arc::new(Mailbox::default());
        let letters = Arc::clone(&mailbox);
        let thread = std::thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || thread::run(&settings, &letters, Box::new(on_event)))?;
        Ok(Self { mailbox, thread: Some(thread) })
    }

    /// Appends a job to the queue.
    pub fn submit(&self, job: Job) -> JobId {
        self.mailbox.post(Work::Generate(Box::new(job)), false)
    }

    /// Replaces whatever generation waits, and cancels the one that runs: for live painting, where only the newest matters.
    pub fn submit_latest(&self, job: Job) -> JobId {
        self.mailbox.post(Work::Generate(Box::new(job)), true)
    }

    /// Appends a hint to the queue; it ends with [`Event::HintFinished`].
    pub fn make_hint(&self, job: HintJob) -> JobId {
        self.mailbox.post(Work::MakeHint(Box::new(job)), false)
    }

    /// Replaces whatever hint waits, and cancels the one that is being made: for a slider that is dragged. Generations are
    /// left alone.
    pub fn make_latest_hint(&self, job: HintJob) -> JobId {
        self.mailbox.post(Work::MakeHint(Box::new(job)), true)
    }

    /// Changes a job, waiting or running; see [`Tweak`]. One that has ended is left alone. What cannot be followed is
    /// answered with an [`Event::Notice`], and the job goes on as it was.
    pub fn tweak(&self, job: JobId, tweak: Tweak) {
        self.mailbox.tweak(job, tweak);
    }

    /// Cancels a job, waiting or running. A running one ends at the next block of the UNet.
    pub fn cancel(&self, job: JobId) {
        self.mailbox.cancel(job);
    }

    /// Cancels every job.
    pub fn cancel_all(&self) {
        self.mailbox.cancel_all();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.mailbox.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the engine's thread ended in a panic");
        }
    }
}
