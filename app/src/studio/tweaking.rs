//! What the painter changes while a run goes on reaches it at its next step, where that is wanted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use brushfire_engine::{JobId, Recipe, RegionRecipe, Tweak};

use super::mailbox::Message;
use super::plan::{self, OtherMask, Plan, Task};
use super::tweaking_hints::{HintTweak, ToldHints};
use super::{Masks, Phase, Run, RunId, Studio};
use crate::document::{Document, LayerId};
use crate::paint::StrokeBuilder;

/// What is being typed or dragged is sent no more often than this.
const PAUSE: Duration = Duration::from_millis(150);

/// What the engine was told last.
#[derive(Clone, Debug)]
pub(super) struct Told {
    at: Instant,
    /// Of the masks that it has, or that are on their way.
    painted: Painted,
    /// As the panels had it; a run may have a recipe of its own.
    recipe: Recipe,
    /// Likewise.
    regions: Vec<(LayerId, RegionRecipe)>,
    hints: ToldHints,
}

impl Told {
    pub(super) fn new(document: &Document, masks: &Masks, recipe: Recipe, hints: ToldHints) -> Self {
        let (painted, regions) = (Painted::of(document, masks), masks.regions.clone());
        Self { at: Instant::now(), painted, recipe, regions, hints }
    }
}

/// What has been painted on the masks of a generation: each with the revision of its tiles.
#[derive(Clone, Debug, PartialEq)]
struct Painted {
    main: Option<(LayerId, u64)>,
    regions: Vec<(LayerId, u64)>,
}

impl Painted {
    fn of(document: &Document, masks: &Masks) -> Self {
        let painted = |id: LayerId| (id, document.mask_of(id).latest_revision());
        let regions = masks.regions.iter().map(|(id, _)| painted(*id)).collect();
        Self { main: masks.main.map(painted), regions }
    }
}

/// Other masks for a run that goes on.
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
        let masks = self.masks();
        let painted = Painted::of(&self.document, &masks);
        let (Some(engine), Some((job, run))) = (&self.engine, tweakable(self.run.as_mut(), self.picture_number)) else {
            return None;
        };
        let hints = HintTweak::between(&run.told.hints, &self.document);
        let controls = hints.as_ref().and_then(|hints| hints.controls.clone());
        let regions = other_regions(&run.plan, &run.told, &masks);
        let tweak = Tweak { controls, regions, ..difference(&run.told.recipe, &self.recipe) };
        let is_painted = run.plan.task == Task::Inpaint && run.told.painted != painted;
        if tweak == Tweak::default() && hints.is_none() && !is_painted {
            return None;
        }
        let waited = now.saturating_duration_since(run.told.at);
        if waited < PAUSE {
            return Some(PAUSE - waited);
        }
        let told_hints = hints.as_ref().map_or_else(|| run.told.hints.clone(), |hints| hints.now.clone());
        let regions = if tweak.regions.is_some() { masks.regions.clone() } else { run.told.regions.clone() };
        run.told = Told { at: now, painted, recipe: self.recipe.clone(), regions, hints: told_hints };
        if tweak != Tweak::default() {
            run.plan.recipe = tweak.applied_to(&run.plan.recipe);
            engine.tweak(job, tweak);
        }
        let (run, plan) = (run.id, run.plan.clone());
        if let Some(hints) = hints {
            self.prepare_next_hints(run, plan.clone(), &hints);
        }
        if is_painted {
            self.prepare_next_mask(run, plan, masks);
        }
        None
    }

    /// Without a mask within what the model sees there would be nothing left to make, so the last ones stay.
    fn prepare_next_mask(&self, run: RunId, plan: Plan, masks: Masks) {
        let region = masks.bounds.map(|bounds| bounds.intersect(plan.seen()));
        let Some(region) = region.filter(|region| !region.is_empty()) else { return };
        let document = self.document.clone();
        self.mailbox.spawn("prepare-mask", move || {
            let (regions, recipes) = masks.regions.into_iter().unzip();
            let recipe = Recipe { regions: recipes, ..plan.recipe };
            let plan = Plan { region, mask: masks.main, regions, recipe, ..plan };
            let other = plan::other_mask(&plan, &document);
            Message::NextMask(Box::new(NextMask { run, plan, other }))
        });
    }

    /// Whether masks are, or are just becoming, other than the run that goes on was told.
    #[must_use]
    pub fn is_masked_meanwhile(&self) -> bool {
        let run = self.run.as_ref().filter(|run| run.picture == self.picture_number);
        let is_painted_on = || self.stroke.as_ref().is_some_and(StrokeBuilder::is_on_mask);
        run.is_some_and(|run| is_painted_on() || run.told.painted != Painted::of(&self.document, &self.masks()))
    }

    pub(super) fn take_in_next_mask(&mut self, next: NextMask) {
        let (Some(engine), Some((job, run))) = (&self.engine, tweakable(self.run.as_mut(), self.picture_number)) else {
            return;
        };
        let NextMask { run: of_run, plan, other } = next;
        if run.id != of_run {
            return;
        }
        // Words that came while the masks were made are told next.
        run.told.regions = plan.regions.iter().copied().zip(plan.recipe.regions.iter().cloned()).collect();
        (run.plan.region, run.plan.mask, run.plan.regions) = (plan.region, plan.mask, plan.regions);
        run.plan.recipe.regions.clone_from(&plan.recipe.regions);
        run.mask = Some(Arc::new(other.in_region));
        let tweak = Tweak {
            mask: Some(other.for_engine),
            regions: Some(plan.recipe.regions),
            region_masks: Some(other.of_regions),
            ..Tweak::default()
        };
        if let Some(sent) = &mut run.sent {
            // A run that goes on from a step of this one begins with the same masks.
            let sent = Arc::make_mut(sent);
            (sent.mask, sent.regions) = (tweak.mask.clone(), tweak.region_masks.clone().unwrap_or_default());
        }
        engine.tweak(job, tweak);
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

/// What the run's regions have become; `None` where nothing has changed, or where the engine has other masks than these.
fn other_regions(plan: &Plan, told: &Told, masks: &Masks) -> Option<Vec<RegionRecipe>> {
    let is_known = masks.regions.iter().map(|(id, _)| id).eq(&plan.regions);
    (is_known && masks.regions != told.regions)
        .then(|| masks.regions.iter().map(|(_, region)| region.clone()).collect())
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
