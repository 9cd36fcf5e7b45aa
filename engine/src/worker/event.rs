//! What the engine tells its client.

use std::sync::Arc;
use std::time::Duration;

use image::RgbImage;

use super::error::JobError;
use super::job::{JobId, Latents};
use super::notice::Notice;
use crate::hints::skeleton::Pose;
use crate::memory::Place;
use crate::recipe::Recipe;
use crate::tasks::BranchPoint;

/// One thing that happened. Events of one job arrive in order and end with exactly one of
/// [`Event::Finished`], [`Event::HintFinished`], [`Event::Failed`] or [`Event::Cancelled`].
#[derive(Clone, Debug)]
pub enum Event {
    /// A device was chosen (at start, or after a fall-back); `name` is for people to read, `place` for forecasts.
    DeviceReady { name: String, place: Place },
    /// Something the user should know but need not act on.
    Notice { notice: Notice },
    /// The job left the queue; a model is being read if `what` says so.
    Loading { job: JobId, what: String },
    /// A step is done.
    Step(Step),
    /// All steps are done and the picture is being decoded.
    Decoding { job: JobId },
    /// The job is done.
    Finished { job: JobId, pictures: Vec<Picture>, latents: Latents, seconds: f64 },
    /// A hint is being made; `share` of the work, 0 to 1, is done.
    HintProgress { job: JobId, share: f32 },
    /// A hint is made; of a pose, with the people that it shows, in its pixels.
    HintFinished { job: JobId, hint: RgbImage, people: Option<Pose>, seconds: f64 },
    /// The job could not be done.
    Failed { job: JobId, error: Arc<JobError> },
    /// The job was cancelled.
    Cancelled { job: JobId },
}

/// Progress of one job.
#[derive(Clone, Debug)]
pub struct Step {
    pub job: JobId,
    /// Steps done, from 1.
    pub step: u32,
    /// Steps in all.
    pub steps: u32,
    /// Time this step took.
    pub duration: Duration,
    /// Forecast for what is left of the job, decoding included.
    pub remaining: Duration,
    /// What the pictures look like now, one a picture in the batch, at whatever size the preview decoder makes;
    /// empty where the job asked for none.
    pub previews: Vec<RgbImage>,
    /// The place after this step, if the job asked for it; see [`Job::resume`](crate::worker::Job).
    pub branch: Option<Arc<BranchPoint>>,
}

/// A finished picture and the recipe that makes exactly this one again (seed of this picture, batch 1, model hash). Where
/// the job was changed while it ran, the recipe has the latest of everything, and makes another picture from the start.
#[derive(Clone, Debug)]
pub struct Picture {
    pub image: RgbImage,
    pub recipe: Recipe,
}
