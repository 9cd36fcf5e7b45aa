//! The engine as the studio sees it, so that tests can put something quicker in its place.

use brushfire_engine::worker::StartError;
use brushfire_engine::{Engine, EngineSettings, HintJob, Job, JobId, Tweak};

use super::mailbox::Mailbox;

/// What the studio needs of an engine. No call blocks.
pub trait EngineHandle: Send {
    /// Queues a job.
    fn submit(&self, job: Job) -> JobId;
    /// Cancels a queued or running job; its last event is `Cancelled`, unless it had ended already.
    fn cancel(&self, job: JobId);
    /// Queues a hint that is to be made.
    fn make_hint(&self, job: HintJob) -> JobId;
    /// Changes a queued or running job from its next step on.
    fn tweak(&self, job: JobId, tweak: Tweak);
}

impl EngineHandle for Engine {
    fn submit(&self, job: Job) -> JobId {
        Self::submit(self, job)
    }

    fn cancel(&self, job: JobId) {
        Self::cancel(self, job);
    }

    fn make_hint(&self, job: HintJob) -> JobId {
        Self::make_hint(self, job)
    }

    fn tweak(&self, job: JobId, tweak: Tweak) {
        Self::tweak(self, job, tweak);
    }
}

/// Starts an engine, the first or another, whose events go to the mailbox.
pub type EngineStarter = Box<dyn Fn(EngineSettings, Mailbox) -> Result<Box<dyn EngineHandle>, StartError>>;

/// Starts the real engine on its own thread.
#[must_use]
pub fn real_engine() -> EngineStarter {
    Box::new(|settings, mailbox| {
        let engine = Engine::start(settings, move |event| mailbox.send_event(event));
        engine.map(|engine| Box::new(engine) as Box<dyn EngineHandle>)
    })
}
