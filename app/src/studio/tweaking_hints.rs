//! Hints that change while a run follows them: how much they weigh, and what is drawn on them.

use std::collections::BTreeMap;

use brushfire_engine::{ControlRecipe, JobId, Tweak};
use image::RgbImage;

use super::hints::{controls_of, seen};
use super::plan::Plan;
use super::{Message, RunId, Studio};
use crate::document::{Document, LayerId, TileGrid};

/// The hints that the engine was told of, in the order of the job's controls.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ToldHints {
    controls: Vec<(LayerId, ControlRecipe)>,
    revisions: Vec<u64>,
}

/// Hints of a run as they look now, by their place among its controls.
pub struct NextHints {
    run: RunId,
    hints: BTreeMap<usize, Option<RgbImage>>,
}

impl ToldHints {
    /// Those of a plan that is about to be made.
    pub(super) fn of(plan: &Plan, document: &Document) -> Self {
        let controls: Vec<_> = plan.hints.iter().copied().zip(plan.recipe.controls.iter().cloned()).collect();
        let revisions = controls.iter().map(|(id, _)| revision_of(document, *id)).collect();
        Self { controls, revisions }
    }

    /// The same hints as they are now. One that is not followed any more weighs nothing: their number cannot change.
    fn now(&self, document: &Document) -> Self {
        let current = controls_of(document);
        let now = |(id, before): &(LayerId, ControlRecipe)| {
            let found = current.iter().find(|(other, _)| other == id).map(|(_, control)| control.clone());
            let gone = || ControlRecipe { weight: 0.0, ..before.clone() };
            // What network follows a hint, and what kind of hint it is, cannot change.
            let same = found.filter(|control| control.kind == before.kind && control.model == before.model);
            (*id, same.unwrap_or_else(gone))
        };
        Self {
            controls: self.controls.iter().map(now).collect(),
            revisions: self.controls.iter().map(|(id, _)| revision_of(document, *id)).collect(),
        }
    }

    fn recipes(&self) -> Vec<ControlRecipe> {
        self.controls.iter().map(|(_, control)| control.clone()).collect()
    }
}

fn revision_of(document: &Document, id: LayerId) -> u64 {
    document.layer(id).and_then(|layer| layer.pixels().map(TileGrid::latest_revision)).unwrap_or_default()
}

/// What is to be told of hints, where anything is.
pub(super) struct HintTweak {
    pub now: ToldHints,
    pub controls: Option<Vec<ControlRecipe>>,
    /// Places of those that look otherwise, with their layers.
    redrawn: Vec<(usize, LayerId)>,
}

impl HintTweak {
    pub(super) fn between(told: &ToldHints, document: &Document) -> Option<Self> {
        let now = told.now(document);
        if now == *told {
            return None;
        }
        let controls = (now.controls != told.controls).then(|| now.recipes());
        let places = now.controls.iter().zip(now.revisions.iter().zip(&told.revisions)).enumerate();
        let redrawn = places.filter(|(_, (_, (now, told)))| now != told).map(|(place, ((id, _), _))| (place, *id));
        Some(Self { redrawn: redrawn.collect(), controls, now })
    }
}

impl Studio {
    /// Has the hints drawn anew that have changed, for a run that goes on.
    pub(super) fn prepare_next_hints(&self, run: RunId, plan: Plan, tweak: &HintTweak) {
        if tweak.redrawn.is_empty() {
            return;
        }
        let (redrawn, document) = (tweak.redrawn.clone(), self.document.clone());
        self.mailbox.spawn("prepare-hints", move || {
            let drawn = redrawn.into_iter().map(|(place, id)| (place, seen(&plan, &document, id)));
            // What was wiped away says nothing: black.
            let [width, height] = plan.crop.model_size;
            let hints = drawn.map(|(place, hint)| (place, Some(hint.unwrap_or_else(|| RgbImage::new(width, height)))));
            Message::NextHints(Box::new(NextHints { run, hints: hints.collect() }))
        });
    }

    pub(super) fn take_in_next_hints(&mut self, next: NextHints) {
        let Some(job) = self.job_of_run(next.run) else { return };
        if let Some(engine) = &self.engine {
            engine.tweak(job, Tweak { hints: next.hints, ..Tweak::default() });
        }
    }

    fn job_of_run(&self, run: RunId) -> Option<JobId> {
        self.run.as_ref().filter(|now| now.id == run && !now.is_being_cancelled())?.job
    }
}
