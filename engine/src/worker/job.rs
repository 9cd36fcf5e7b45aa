//! What a client asks for.

use std::collections::BTreeMap;

use image::{GrayImage, RgbImage};

use crate::hints::HintRecipe;
use crate::recipe::{ControlRecipe, Recipe, RegionRecipe};
use crate::tasks::Resume;

/// Names one job for as long as the engine lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// One generation: a recipe and the pictures it starts from.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// What to make. `width` and `height` must be those of `init` and `mask` where these are given.
    pub recipe: Recipe,
    /// The picture that is changed (image to image, inpainting).
    pub init: Option<RgbImage>,
    /// Where it is changed: white (255) is repainted, black (0) is kept bit for bit; see [`Recipe::soft`] for greys. Where
    /// the recipe has regions this is the part of its own prompt, and they are repainted besides.
    pub mask: Option<GrayImage>,
    /// Where each of the recipe's [regions](Recipe::regions) is, in their order and of the picture's size: 255 is wholly of
    /// that region, greys are shares.
    pub regions: Vec<GrayImage>,
    /// What each of the recipe's [controls](Recipe::controls) follows, in their order, of any size. `None`, or a list that is
    /// too short, where the job's own picture is the hint: as content to keep
    /// ([`HintKind::is_the_picture`](crate::hints::HintKind::is_the_picture)).
    pub hints: Vec<Option<RgbImage>>,
    /// Initial noise instead of the seed's, `[N, C, h, w]`.
    pub noise: Option<Latents>,
    /// Send a preview picture with every step.
    pub previews: bool,
    /// Send with every step the place from which another run can go on.
    pub branches: bool,
    /// Goes on from there instead of from the start. The recipe must be the earlier one's in size, number of pictures,
    /// sampler, schedule and steps; all else may differ.
    pub resume: Option<Resume>,
}

/// A hint to make of a picture.
#[derive(Clone, Debug, Default)]
pub struct HintJob {
    pub recipe: HintRecipe,
    /// Without transparency; see [`HintProcessor::backdrop`](crate::hints::HintProcessor::backdrop).
    pub picture: RgbImage,
}

/// What may change while a job waits or runs; what is `None` stays. It counts from the next step on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tweak {
    pub prompt: Option<String>,
    pub negative_prompt: Option<String>,
    pub guidance: Option<f32>,
    pub guidance_rescale: Option<f32>,
    /// It decides at which step a run begins: with another one the run begins anew, with the same noise, at the step that
    /// belongs to it, and counts its steps from there. Nothing happens where the job has no picture to start from.
    pub strength: Option<f32>,
    /// Prompts and strengths of the job's regions, all of them and in their order; more or fewer than before only together
    /// with their masks.
    pub regions: Option<Vec<RegionRecipe>>,
    /// Masks of all regions, in their order and of the job's size.
    pub region_masks: Option<Vec<GrayImage>>,
    /// Of the job's size; nothing happens where the job has no picture to start from.
    pub mask: Option<GrayImage>,
    /// The recipe's controls with other weights, starts, ends, modes or fits; as many as before, with the same networks.
    pub controls: Option<Vec<ControlRecipe>>,
    /// Other pictures for some of the recipe's controls, by their place.
    pub hints: BTreeMap<usize, Option<RgbImage>>,
}

impl Tweak {
    /// This, and where it says nothing what `earlier` said.
    #[must_use]
    pub fn or(self, earlier: Self) -> Self {
        Self {
            prompt: self.prompt.or(earlier.prompt),
            negative_prompt: self.negative_prompt.or(earlier.negative_prompt),
            guidance: self.guidance.or(earlier.guidance),
            guidance_rescale: self.guidance_rescale.or(earlier.guidance_rescale),
            strength: self.strength.or(earlier.strength),
            regions: self.regions.or(earlier.regions),
            region_masks: self.region_masks.or(earlier.region_masks),
            mask: self.mask.or(earlier.mask),
            controls: self.controls.or(earlier.controls),
            hints: earlier.hints.into_iter().chain(self.hints).collect(),
        }
    }

    /// `recipe` with these changes, those of pictures aside.
    #[must_use]
    pub fn applied_to(&self, recipe: &Recipe) -> Recipe {
        let mut recipe = recipe.clone();
        if let Some(prompt) = &self.prompt {
            prompt.clone_into(&mut recipe.prompt);
        }
        if let Some(prompt) = &self.negative_prompt {
            prompt.clone_into(&mut recipe.negative_prompt);
        }
        if let Some(regions) = &self.regions {
            recipe.regions.clone_from(regions);
        }
        recipe.guidance = self.guidance.unwrap_or(recipe.guidance);
        recipe.strength = self.strength.unwrap_or(recipe.strength);
        recipe.guidance_rescale = self.guidance_rescale.unwrap_or(recipe.guidance_rescale);
        if let Some(controls) = &self.controls {
            controls.clone_into(&mut recipe.controls);
        }
        recipe
    }

    /// Puts the hints that are changed into `hints`.
    pub(crate) fn change_hints(&self, hints: &mut Vec<Option<RgbImage>>) {
        for (&place, hint) in self.hints.iter().filter(|(place, _)| **place < Recipe::MAX_CONTROLS) {
            if hints.len() <= place {
                hints.resize(place + 1, None);
            }
            hints[place].clone_from(hint);
        }
    }
}

/// Latents on the CPU, row-major `[N, C, h, w]`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Latents {
    pub shape: [usize; 4],
    pub values: Vec<f32>,
}
