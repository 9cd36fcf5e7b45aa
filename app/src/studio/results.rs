//! The strip of results: what was generated, newest first, until another picture is opened.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use brushfire_engine::Recipe;
use image::{GrayImage, RgbImage};

use super::generation::Origin;
use super::{RunId, Studio};
use crate::document::{AcceptedResult, Layer, LayerContent, PixelRect};

/// Names one result for as long as the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResultId(u64);

/// A picture the engine made, cut to the part of the document it is for.
#[derive(Clone, Debug)]
pub struct FinishedPicture {
    pub image: RgbImage,
    pub thumbnail: RgbImage,
    /// The image and what is around it, no larger than is seen well beside others.
    pub in_context: RgbImage,
    /// Makes exactly this picture again, where all steps were done.
    pub recipe: Recipe,
    /// Of a preview that was kept: the steps it had behind it.
    pub kept_at: Option<u32>,
    /// Of such a preview: from where its run can be gone on with.
    pub origin: Option<Arc<Origin>>,
    /// How strongly the mask's edge shows, 1 being like the picture's own lines beside it; where it was measured.
    pub seam: Option<f32>,
}

/// One entry of the strip.
#[derive(Clone, Debug)]
pub struct ResultPicture {
    pub id: ResultId,
    /// The run that made it.
    pub run: RunId,
    pub image: Arc<RgbImage>,
    /// Where it replaces what is there; of the image's size.
    pub mask: Arc<GrayImage>,
    /// Where it lies in the document.
    pub region: PixelRect,
    pub thumbnail: Arc<RgbImage>,
    /// As in [`FinishedPicture`].
    pub in_context: Arc<RgbImage>,
    pub recipe: Recipe,
    /// As in [`FinishedPicture`], as are the next two.
    pub kept_at: Option<u32>,
    pub origin: Option<Arc<Origin>>,
    pub seam: Option<f32>,
    pub accepted: bool,
}

/// Results of several pictures share the numbers.
static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// All results, newest first, and the one that is shown on the canvas.
#[derive(Default)]
pub struct Results {
    results: Vec<ResultPicture>,
    shown: Option<ResultId>,
}

impl Results {
    /// Results are dropped, oldest first, beyond so many bytes.
    const BUDGET: usize = 512 << 20;

    pub fn iter(&self) -> impl Iterator<Item = &ResultPicture> {
        self.results.iter()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.results.is_empty()
    }

    #[must_use]
    pub fn get(&self, id: ResultId) -> Option<&ResultPicture> {
        self.results.iter().find(|result| result.id == id)
    }

    /// The run whose results came last.
    #[must_use]
    pub fn newest_run(&self) -> Option<RunId> {
        self.results.first().map(|result| result.run)
    }

    /// The result that lies on the canvas, waiting to be accepted or rejected.
    #[must_use]
    pub fn shown(&self) -> Option<&ResultPicture> {
        self.get(self.shown?)
    }

    pub fn show(&mut self, id: Option<ResultId>) {
        self.shown = id;
    }

    /// Shows the result before or after the shown one in the strip; from none, the newest.
    pub fn show_neighbour(&mut self, towards_older: bool) {
        let shown = self.results.iter().position(|result| Some(result.id) == self.shown);
        let index = match shown {
            None => 0,
            Some(index) if towards_older => (index + 1).min(self.results.len().saturating_sub(1)),
            Some(index) => index.saturating_sub(1),
        };
        self.shown = self.results.get(index).map(|result| result.id);
    }

    /// Adds the pictures of one run and shows the first.
    pub fn add(&mut self, run: RunId, pictures: Vec<FinishedPicture>, region: PixelRect, mask: &Arc<GrayImage>) {
        let first = self.results.len();
        for picture in pictures {
            let id = ResultId(NEXT_ID.fetch_add(1, Ordering::Relaxed));
            self.results.push(ResultPicture {
                id,
                run,
                image: Arc::new(picture.image),
                mask: Arc::clone(mask),
                region,
                thumbnail: Arc::new(picture.thumbnail),
                in_context: Arc::new(picture.in_context),
                recipe: picture.recipe,
                kept_at: picture.kept_at,
                origin: picture.origin,
                seam: picture.seam,
                accepted: false,
            });
        }
        let added = self.results.len() - first;
        self.results.rotate_right(added);
        self.shown = self.results.first().map(|result| result.id);
        self.keep_within(Self::BUDGET);
    }

    pub fn mark_accepted(&mut self, id: ResultId) {
        if let Some(result) = self.results.iter_mut().find(|result| result.id == id) {
            result.accepted = true;
        }
    }

    /// Steps of the history have taken results' layers out of the picture, or brought them back: what was accepted is what
    /// the picture has. A layer that vanishes as a step is done again was merged, not given up.
    fn follow_step(&mut self, undone: bool, before: &HashSet<String>, after: &HashSet<String>) {
        for result in &mut self.results {
            let Ok(recipe) = serde_json::to_string(&result.recipe) else { continue };
            match (before.contains(&recipe), after.contains(&recipe)) {
                (true, false) if undone => result.accepted = false,
                (false, true) => result.accepted = true,
                _ => {}
            }
        }
    }

    /// Takes one away; nothing is shown if it was shown.
    pub fn remove(&mut self, id: ResultId) {
        self.results.retain(|result| result.id != id);
        if self.shown == Some(id) {
            self.shown = None;
        }
    }

    pub fn clear(&mut self) {
        self.results.clear();
        self.shown = None;
    }

    fn keep_within(&mut self, budget: usize) {
        let mut bytes = 0;
        let mut kept = 0;
        self.results.retain(|result| {
            bytes += result.image.as_raw().len() + result.mask.as_raw().len();
            bytes += result.origin.as_ref().map_or(0, |origin| origin.bytes());
            kept += 1;
            kept == 1 || bytes <= budget
        });
    }
}

impl Studio {
    #[must_use]
    pub fn results(&self) -> &Results {
        &self.results
    }

    /// Lays a result on the canvas, or none.
    pub fn show_result(&mut self, id: Option<ResultId>) {
        self.results.show(id.filter(|id| self.fits(*id)));
    }

    /// Whether a result's part of the picture is there: the canvas may have become smaller.
    #[must_use]
    pub fn fits(&self, id: ResultId) -> bool {
        let bounds = self.document.bounds();
        self.results.get(id).is_some_and(|result| result.region.intersect(bounds) == result.region)
    }

    pub fn show_neighbour_result(&mut self, towards_older: bool) {
        self.results.show_neighbour(towards_older);
    }

    /// Takes the shown result off the canvas; it stays in the strip.
    pub fn reject_shown(&mut self) {
        self.results.show(None);
    }

    /// Makes the newest run's results layers one over the other, the one on the canvas topmost: erasing in one shows
    /// the next.
    pub fn accept_as_layers(&mut self) {
        let newest = self.results.newest_run();
        let shown = self.results.shown().map(|result| result.id);
        let mut taken: Vec<_> = self.results.iter().filter(|result| Some(result.run) == newest).cloned().collect();
        taken.retain(|result| self.fits(result.id));
        taken.sort_by_key(|result| (Some(result.id) != shown, result.id));
        taken.iter().for_each(|result| self.results.mark_accepted(result.id));
        self.results.show(None);
        self.resting_mask = Some(self.document.mask().latest_revision());
        self.edit_in_background(move |document| {
            document.accept_results(taken.iter().map(|result| AcceptedResult {
                image: &result.image,
                mask: &result.mask,
                top_left: [result.region.left, result.region.top],
                recipe: serde_json::to_string(&result.recipe).ok(),
            }))
        });
    }

    /// The recipes of the results that are layers of the picture.
    pub(super) fn accepted_recipes(&self) -> HashSet<String> {
        let recipe = |layer: &Layer| match layer.content() {
            LayerContent::Result { recipe, .. } => recipe.clone(),
            _ => None,
        };
        self.document.all_layers().filter_map(recipe).collect()
    }

    /// After a step of the history, before which the picture had results of these recipes.
    pub(super) fn mark_results_after_step(&mut self, undone: bool, before: &HashSet<String>) {
        let after = self.accepted_recipes();
        self.results.follow_step(undone, before, &after);
    }

    /// Makes the shown result part of the picture.
    pub fn accept_shown(&mut self) {
        let Some(result) = self.results.shown() else { return };
        let (id, recipe) = (result.id, result.recipe.clone());
        let accepted = self.document.accept_result(
            &result.image,
            &result.mask,
            [result.region.left, result.region.top],
            serde_json::to_string(&recipe).ok(),
        );
        match accepted {
            Ok(edit) => {
                if let Some(edit) = edit {
                    self.remember_result(edit, recipe);
                }
                self.results.mark_accepted(id);
                self.results.show(None);
                self.resting_mask = Some(self.document.mask().latest_revision());
            }
            Err(error) => self.notices.failed(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(seed: u64) -> FinishedPicture {
        FinishedPicture {
            image: RgbImage::new(10, 10),
            thumbnail: RgbImage::new(1, 1),
            in_context: RgbImage::new(1, 1),
            kept_at: None,
            origin: None,
            seam: None,
            recipe: Recipe { seed, ..Recipe::default() },
        }
    }

    fn seeds(results: &Results) -> Vec<u64> {
        results.iter().map(|result| result.recipe.seed).collect()
    }

    #[test]
    fn the_newest_run_stands_first_and_its_first_picture_is_shown() {
        let mut results = Results::default();
        let region = PixelRect { left: 0, top: 0, right: 10, bottom: 10 };
        let mask = Arc::new(GrayImage::new(10, 10));
        results.add(RunId(1), vec![picture(1)], region, &mask);
        results.add(RunId(2), vec![picture(2), picture(3)], region, &mask);
        assert_eq!(seeds(&results), [2, 3, 1]);
        assert_eq!(results.shown().map(|result| result.recipe.seed), Some(2));
        results.show_neighbour(true);
        assert_eq!(results.shown().map(|result| result.recipe.seed), Some(3));

        results.keep_within(900);
        assert_eq!(seeds(&results), [2, 3]);
    }
    #[test]
    fn what_was_accepted_loses_its_mark_when_that_is_undone_and_gets_it_back() {
        let mut results = Results::default();
        let region = PixelRect { left: 0, top: 0, right: 10, bottom: 10 };
        results.add(RunId(1), vec![picture(1), picture(2)], region, &Arc::new(GrayImage::new(10, 10)));
        let first = results.iter().next().map(|result| (result.id, serde_json::to_string(&result.recipe).unwrap()));
        let (id, recipe) = first.unwrap();
        let (without, with) = (HashSet::new(), HashSet::from([recipe]));
        let marks = |results: &Results| results.iter().map(|result| result.accepted).collect::<Vec<_>>();
        results.mark_accepted(id);

        results.follow_step(true, &with, &without);
        assert_eq!(marks(&results), [false, false]);
        results.follow_step(false, &without, &with);
        assert_eq!(marks(&results), [true, false]);
        results.follow_step(false, &with, &without);
        assert_eq!(marks(&results), [true, false], "merging layers gives nothing up");
    }
}
