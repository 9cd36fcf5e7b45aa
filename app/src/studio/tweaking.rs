//! What the painter changes while a run goes on reaches it at its next step, where that is wanted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use brushfire_engine::{JobId, Recipe, RegionRecipe, Tweak};

use super::mailbox::Message;
use super::plan::{self, OtherMask, Plan, Task};
use super::tweaking_hints::{HintTweak, ToldHints};
use super::{Masks, Phase, Run, RunId, Studio};
use crate::document::{Layer, TileGrid};

/// What is being typed or dragged is sent no more often than this.
const PAUSE: Duration = Duration::from_millis(150);

/// What the engine was told last.
#[derive(Clone, Debug)]
pub(super) struct Told {
    at: Instant,
    /// Of the mask that it has, or that is on its way; see [`crate::document::TileGrid::latest_revision`].
    mask_revision: u64,
    /// As the panels had it; a run may have a recipe of its own.
    recipe: Recipe,
    hints: ToldHints,
}

impl Told {
    pub(super) fn new(mask_revision: u64, recipe: Recipe, hints: ToldHints) -> Self {
        Self { at: Instant::now(), mask_revision, recipe, hints }
    }
}

/// Another mask for a run that goes on.
pub struct NextMask {
    pub(super) run: RunId,
    pub(super) plan: Plan,
    pub(super) other: OtherMask,
}

impl Studio {
    /// Tells the engine what has changed since it was told last. Called once a frame; returns when to come again, where
    /// that must not wait for another reason.
    pub fn tweak_run(&mut self, now: Instant) -> Option<Duration> {
        if !self.tweaks_while_running || self.is_painting() {
            return None;
        }
        let (mask_revision, masks) = (self.mask_revision(), self.masks());
        let (Some(engine), Some((job, run))) = (&self.engine, tweakable(self.run.as_mut(), self.picture_number)) else {
            return None;
        };
        let hints = HintTweak::between(&run.told.hints, &self.document);
        let controls = hints.as_ref().and_then(|hints| hints.controls.clone());
        let regions = other_regions(&run.plan, &masks);
        let tweak = Tweak { controls, regions, ..difference(&run.told.recipe, &self.recipe) };
        let is_other_mask = run.plan.task == Task::Inpaint && run.told.mask_revision != mask_revision;
        if tweak == Tweak::default() && hints.is_none() && !is_other_mask {
            return None;
        }
        let waited = now.saturating_duration_since(run.told.at);
        if waited < PAUSE {
            return Some(PAUSE - waited);
        }
        let told_hints = hints.as_ref().map_or_else(|| run.told.hints.clone(), |hints| hints.now.clone());
        run.told = Told { at: now, mask_revision, recipe: self.recipe.clone(), hints: told_hints };
        if tweak != Tweak::default() {
            run.plan.recipe = tweak.applied_to(&run.plan.recipe);
            engine.tweak(job, tweak);
        }
        let (run, plan) = (run.id, run.plan.clone());
        if let Some(hints) = hints {
            self.prepare_next_hints(run, plan.clone(), &hints);
        }
        if is_other_mask {
            self.prepare_next_mask(run, plan);
        }
        None
    }

    /// Without a mask within what the model sees there would be nothing left to make, so the last one stays.
    fn prepare_next_mask(&self, run: RunId, plan: Plan) {
        let masks = self.masks();
        let region = masks.bounds.map(|bounds| bounds.intersect(plan.seen()));
        let Some(region) = region.filter(|region| !region.is_empty()) else { return };
        let document = self.document.clone();
        self.mailbox.spawn("prepare-mask", move || {
            let plan = Plan { region, mask: masks.main, ..plan };
            let other = plan::other_mask(&plan, &document);
            Message::NextMask(Box::new(NextMask { run, plan, other }))
        });
    }

    /// Changes with the mask of the recipe's own prompt.
    pub(super) fn mask_revision(&self) -> u64 {
        self.document.main_mask().and_then(Layer::mask).map_or(0, TileGrid::latest_revision)
    }

    pub(super) fn take_in_next_mask(&mut self, next: NextMask) {
        let (Some(engine), Some((job, run))) = (&self.engine, tweakable(self.run.as_mut(), self.picture_number)) else {
            return;
        };
        if run.id == next.run {
            (run.plan.region, run.plan.mask) = (next.plan.region, next.plan.mask);
            run.mask = Some(Arc::new(next.other.in_region));
            engine.tweak(job, Tweak { mask: Some(next.other.for_engine), ..Tweak::default() });
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
        ..Tweak::default()
    }
}

/// What the run's regions have become; `None` where nothing has changed, or other masks are regions now.
fn other_regions(plan: &Plan, masks: &Masks) -> Option<Vec<RegionRecipe>> {
    let (ids, regions): (Vec<_>, Vec<_>) = masks.regions.iter().cloned().unzip();
    (ids == plan.regions && regions != plan.recipe.regions).then_some(regions)
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
