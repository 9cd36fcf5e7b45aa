//! The recipe as the panels edit it: its seed, and its changes as entries of the history.

use std::hash::{BuildHasher, RandomState};
use std::time::Instant;

use brushfire_engine::Recipe;

use super::Studio;

/// Where the next run's seed comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedChoice {
    /// A new one for every run.
    Random,
    /// The one in the recipe.
    Fixed,
}

impl Studio {
    /// Remembers what the panels have changed since the last frame, so that it can be undone. Called once a frame.
    pub fn note_parameters(&mut self, now: Instant) {
        if self.recipe == self.recipe_in_history || self.is_stepping() {
            return;
        }
        self.follow_model();
        if let Some((name, field)) = changed_field(&self.recipe_in_history, &self.recipe) {
            self.history.push_parameters(name, field, self.recipe_in_history.clone(), self.recipe.clone(), now);
        }
        self.recipe_in_history = self.recipe.clone();
        self.keep_context();
    }

    /// A guidance that was the usual one of the old model becomes that of the new one.
    pub(super) fn follow_model(&mut self) {
        let (old, new) = (&self.recipe_in_history.model, &self.recipe.model);
        if old != new && self.recipe.guidance == Recipe::usual_guidance(old) {
            self.recipe.guidance = Recipe::usual_guidance(new);
        }
    }

    /// Ends the merging of one parameter's changes: the pointer was released or the focus has moved.
    pub fn seal_parameters(&mut self) {
        self.history.seal();
    }

    /// Takes over a recipe from a file or a result, seed included.
    pub fn use_recipe(&mut self, recipe: Recipe) {
        // The regions of a picture are its masks.
        self.recipe = Recipe { model_hash: None, regions: vec![], ..recipe };
        self.seed_choice = SeedChoice::Fixed;
    }

    /// Puts another seed into the recipe and keeps it.
    pub fn roll_seed(&mut self) {
        self.recipe.seed = fresh_seed();
        self.seed_choice = SeedChoice::Fixed;
    }

    /// Whether the recipe's seed is one that a run has used or the painter has chosen.
    #[must_use]
    pub fn is_seed_known(&self) -> bool {
        self.seed_choice == SeedChoice::Fixed || self.runs_started > 0
    }

    /// A seed that a run chose is no edit of the painter's: undo must not stop at it.
    pub(super) fn set_seed_silently(&mut self, seed: u64) {
        self.recipe.seed = seed;
        self.recipe_in_history.seed = seed;
    }
}

/// A seed nobody has chosen, of 32 bits as other programs use them, so that it can be typed there.
#[must_use]
pub fn fresh_seed() -> u64 {
    // Every `RandomState` has its own keys, seeded by the operating system.
    RandomState::new().hash_one(Instant::now()) & u64::from(u32::MAX)
}

/// What differs: the entry's name for people, and the field's own name. Several fields change when a recipe is taken
/// over.
fn changed_field(before: &Recipe, after: &Recipe) -> Option<(&'static str, &'static str)> {
    let fields = [
        (before.prompt != after.prompt, "Change the prompt", "prompt"),
        (before.negative_prompt != after.negative_prompt, "Change the negative prompt", "negative_prompt"),
        (before.model != after.model, "Change the model", "model"),
        (before.sampler != after.sampler, "Change the sampler", "sampler"),
        (before.schedule != after.schedule, "Change the schedule", "schedule"),
        (before.steps != after.steps, "Change the steps", "steps"),
        (before.guidance != after.guidance, "Change the guidance", "guidance"),
        (before.strength != after.strength, "Change the strength", "strength"),
        (before.seed != after.seed, "Change the seed", "seed"),
        (before.batch != after.batch, "Change the number of pictures", "batch"),
        (before.area != after.area, "Change the area", "area"),
        (before.padding != after.padding, "Change the padding", "padding"),
        (before.fill != after.fill, "Change the fill", "fill"),
        (before.feather != after.feather, "Change the feather", "feather"),
        (before.soft != after.soft, "Change soft inpainting", "soft"),
        (before.color_match != after.color_match, "Change the colour match", "color_match"),
    ];
    let mut differing = fields.into_iter().filter(|(differs, ..)| *differs);
    match (differing.next(), differing.next()) {
        (Some((_, name, field)), None) => Some((name, field)),
        (None, _) if before == after => None,
        _ => Some(("Change the settings", "recipe")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_named_after_its_field() {
        let before = Recipe::default();
        assert_eq!(changed_field(&before, &before), None);
        let after = Recipe { steps: before.steps + 1, ..before.clone() };
        assert_eq!(changed_field(&before, &after), Some(("Change the steps", "steps")));
        let several = Recipe { steps: 7, prompt: "a hat".to_owned(), ..before.clone() };
        assert_eq!(changed_field(&before, &several), Some(("Change the settings", "recipe")));
        let after = Recipe { clip_skip: 2, ..before.clone() };
        assert_eq!(changed_field(&before, &after), Some(("Change the settings", "recipe")));
    }

    #[test]
    fn fresh_seeds_differ_and_have_32_bits() {
        let seeds: std::collections::HashSet<u64> = (0..100).map(|_| fresh_seed()).collect();
        assert!(seeds.len() > 95 && seeds.iter().all(|seed| *seed <= u64::from(u32::MAX)));
    }
}
