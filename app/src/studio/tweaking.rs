//! What the painter changes while a run goes on reaches it at its next step, where that is wanted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use brushfire_engine::{JobId, Recipe, Tweak};
use image::GrayImage;

use super::mailbox::Message;
use super::plan::{self, Plan, Task};
use super::{Phase, Run, RunId, Studio};

/// What is being typed or dragged is sent no more often than this.
const PAUSE: Duration = Duration::from_millis(150);

/// What the engine was told last.
#[derive(Clone, Debug)]
pub(super) struct Told {
    at: Instant,
    /// Of the mask that it has, or that is on its way; see [`crate::document::TileGrid::latest_revision`].
    mask_revision: u64,
}

impl Told {
    pub(super) fn new(mask_revision: u64) -> Self {
        Self { at: Instant::now(), mask_revision }
    }
}

/// Another mask for a run that goes on.
pub struct NextMask {
    pub(super) run: RunId,
    pub(super) plan: Plan,
    pub(super) for_engine: GrayImage,
    /// Of the plan's region.
    pub(super) in_region: GrayImage,
}

impl Studio {
    /// Tells the engine what has changed since it was told last. Called once a frame; returns when to come again, where
    /// that must not wait for another reason.
    pub fn tweak_run(&mut self, now: Instant) -> Option<Duration> {
        if !self.tweaks_while_running || self.is_painting() {
            return None;
        }
        let (Some(engine), Some((job, run))) = (&self.engine, tweakable(self.run.as_mut(), self.picture_number)) else {
            return None;
        };
        let tweak = difference(&run.plan.recipe, &self.recipe);
        let mask_revision = self.document.mask().latest_revision();
        let is_other_mask = run.plan.task == Task::Inpaint && run.told.mask_revision != mask_revision;
        if tweak == Tweak::default() && !is_other_mask {
            return None;
        }
        let waited = now.saturating_duration_since(run.told.at);
        if waited < PAUSE {
            return Some(PAUSE - waited);
        }
        run.told = Told { at: now, mask_revision };
        if tweak != Tweak::default() {
            run.plan.recipe = tweak.applied_to(&run.plan.recipe);
            engine.tweak(job, tweak);
        }
        if is_other_mask {
            let (run, plan) = (run.id, run.plan.clone());
            self.prepare_next_mask(run, plan);
        }
        None
    }

    /// Without a mask there would be nothing left to make, so the last one stays.
    fn prepare_next_mask(&self, run: RunId, plan: Plan) {
        let Some(bounds) = self.mask_bounds() else { return };
        let document = self.document.clone();
        self.mailbox.spawn("prepare-mask", move || {
            let plan = Plan { region: bounds, ..plan };
            let (for_engine, in_region) = plan::masks(&plan, &document);
            for_engine.map(|for_engine| Message::NextMask(Box::new(NextMask { run, plan, for_engine, in_region })))
        });
    }

    pub(super) fn take_in_next_mask(&mut self, next: NextMask) {
        let (Some(engine), Some((job, run))) = (&self.engine, tweakable(self.run.as_mut(), self.picture_number)) else {
            return;
        };
        if run.id == next.run {
            run.plan.region = next.plan.region;
            run.mask = Some(Arc::new(next.in_region));
            engine.tweak(job, Tweak { mask: Some(next.for_engine), ..Tweak::default() });
        }
    }
}

/// A run of the picture in front whose steps are not all done.
fn tweakable(run: Option<&mut Run>, picture: u64) -> Option<(JobId, &mut Run)> {
    let run = run.filter(|run| run.picture == picture && run.phase != Phase::Decoding && !run.is_being_cancelled())?;
    Some((run.job?, run))
}

/// What of a recipe can still change, where it has.
fn difference(before: &Recipe, after: &Recipe) -> Tweak {
    fn other<T: PartialEq + Clone>(before: &T, after: &T) -> Option<T> {
        (before != after).then(|| after.clone())
    }
    Tweak {
        prompt: other(&before.prompt, &after.prompt),
        negative_prompt: other(&before.negative_prompt, &after.negative_prompt),
        guidance: other(&before.guidance, &after.guidance),
        guidance_rescale: other(&before.guidance_rescale, &after.guidance_rescale),
        strength: other(&before.strength, &after.strength),
        mask: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let before = Recipe { prompt: "a hat".to_owned(), ..Recipe::default() };
        assert_eq!(difference(&before, &before), Tweak::default());
        let after = Recipe { prompt: "a red hat".to_owned(), steps: before.steps + 1, ..before.clone() };
        let told = Tweak { prompt: Some("a red hat".to_owned()), ..Tweak::default() };
        assert_eq!(difference(&before, &after), told, "the number of steps cannot change any more");
    }
}
