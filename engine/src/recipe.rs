//! All that is said about a generation. The window edits a [`Recipe`], the command line reads it, pictures carry it
//! and history keeps it; there is no second way to say it.

use serde::{Deserialize, Serialize};

mod control;
mod field;

pub use control::{ControlMode, ControlRecipe, HintFit};
pub use field::RecipeField;

use crate::inpaint::{Area, Fill};
use crate::sampling::{NoiseSource, Sampler, Schedule};

/// The model that ships with the program.
pub const STARTER_MODEL: &str = "starter";

/// Everything that decides the picture, save the pictures it starts from (see [`crate::worker::Job`]).
///
/// Read from JSON, an unknown field is an error: a misspelt setting must not be lost silently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// `"starter"`, the name of a model in the models folder, or a path to a folder or file.
    pub model: String,
    /// SHA-256 (hex) of the UNet's file, filled in when a picture is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_hash: Option<String>,
    /// What should be there, in A1111's grammar.
    pub prompt: String,
    /// What should not be there.
    pub negative_prompt: String,
    /// The solver.
    pub sampler: Sampler,
    /// The noise schedule; the model's own where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Solver steps, 1 to [`Recipe::MAX_STEPS`].
    pub steps: u32,
    /// Classifier-free guidance; 1 switches it off.
    pub guidance: f32,
    /// Share of the guided prediction rescaled to the conditional one's deviation, 0 to 1 (Lin et al. 2023, 3.4).
    pub guidance_rescale: f32,
    /// Which text layer is used, counted from the last: 1 is the last.
    pub clip_skip: u32,
    /// The first picture's seed; the n-th of a batch has `seed + n`.
    pub seed: u64,
    /// Whose random numbers: PyTorch's on the CPU or A1111's on the GPU.
    pub rng: NoiseSource,
    /// Picture size in pixels; multiples of 8.
    pub width: u32,
    /// Picture size in pixels; multiples of 8.
    pub height: u32,
    /// Pictures made at once, 1 to [`Recipe::MAX_BATCH`].
    pub batch: u32,
    /// How far an initial picture is changed, 0 (not) to 1 (wholly).
    pub strength: f32,
    /// Whether a mask's greys are strengths: each pixel takes part in as large a share of the steps as it is white, so that
    /// what is made grows out of what is kept; see [`crate::tasks::soft_coverage`] for how to blend it. Otherwise a mask
    /// only says where.
    pub soft: bool,
    /// How much of the picture the model sees where there is a mask. `width` and `height` are what it works at:
    /// [`CropPlan::model_size`](crate::inpaint::CropPlan).
    pub area: Area,
    /// Pixels of the picture around the mask that the model sees as well, 0 to [`Recipe::MAX_PADDING`]; for
    /// [`Area::Masked`].
    pub padding: u32,
    /// What the masked part starts from.
    pub fill: Fill,
    /// Over so many pixels of the picture what is made fades into what is kept, 0 to [`Recipe::MAX_FEATHER`]: inward from
    /// the mask's edge, so that nothing outside it changes; see [`feathered`](crate::inpaint::feathered).
    pub feather: u32,
    /// Whether what is made takes its colours at the mask's edge from what surrounds it, which undoes the autoencoder's
    /// drift; see [`crate::inpaint::match_colors`].
    pub color_match: bool,
    /// Parts with a prompt and a strength of their own, each with a mask in [`Job::regions`](crate::worker::Job), at most
    /// [`Recipe::MAX_REGIONS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<RegionRecipe>,
    /// Hints that are followed beside the prompt, each with a picture in [`Job::hints`](crate::worker::Job), at most
    /// [`Recipe::MAX_CONTROLS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<ControlRecipe>,
}

/// What one mask of several is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegionRecipe {
    /// What should be there; the negative prompt is the recipe's.
    pub prompt: String,
    /// How far this part is changed, 0 (not) to 1 (wholly), as a share of the recipe's strength.
    pub strength: f32,
}

impl Default for RegionRecipe {
    fn default() -> Self {
        Self { prompt: String::new(), strength: 1.0 }
    }
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            model: STARTER_MODEL.to_owned(),
            model_hash: None,
            prompt: String::new(),
            negative_prompt: String::new(),
            sampler: Sampler::Dpmpp2m,
            schedule: None,
            steps: 20,
            guidance: Self::usual_guidance(STARTER_MODEL),
            guidance_rescale: 0.0,
            clip_skip: 1,
            seed: 0,
            rng: NoiseSource::Cpu,
            width: 256,
            height: 256,
            batch: 1,
            strength: 1.0,
            soft: false,
            area: Area::Whole,
            padding: 32,
            fill: Fill::Auto,
            feather: 0,
            color_match: true,
            regions: Vec::new(),
            controls: Vec::new(),
        }
    }
}

/// Whether a recipe's JSON names a guidance; without one it follows the model.
#[derive(Deserialize)]
struct SaysGuidance {
    guidance: Option<serde::de::IgnoredAny>,
}

/// A recipe that cannot be followed, in words a painter understands.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecipeError {
    /// A number outside its range, or not a number.
    #[error("{field} is {value}, but must lie between {min} and {max}")]
    OutOfRange { field: RecipeField, value: String, min: String, max: String },
    /// A size the model cannot make.
    #[error("{field} is {value}, but must be a multiple of 8")]
    NotMultipleOf8 { field: RecipeField, value: u32 },
    /// A prompt no model can read in a sensible time.
    #[error("{field} has {length} bytes; at most {max} are read. Shorten it")]
    PromptTooLong { field: RecipeField, length: usize, max: usize },
    /// A prompt that changes with the steps, whose texts for all of them would fill the memory.
    #[error(
        "{field} has {length} bytes and changes with the steps; of {steps} steps at most {max} are read. Shorten it or take fewer steps"
    )]
    ChangingPromptTooLong { field: RecipeField, length: usize, steps: u32, max: usize },
    /// A hint that would never be followed.
    #[error("a hint is followed from {start} to {end} of the steps; let its end come after its start")]
    EndsBeforeItStarts { start: f32, end: f32 },
    /// Not a recipe.
    #[error("this is not a recipe: {0}")]
    Unreadable(String),
}

impl Recipe {
    /// Solver steps; models are trained on so many noise levels.
    pub const MAX_STEPS: u32 = 1000;
    /// Pictures made at once.
    pub const MAX_BATCH: u32 = 64;
    /// Width and height in pixels: what is smaller leaves a model nothing to see.
    pub const MIN_SIDE: u32 = 64;
    /// Width and height in pixels.
    pub const MAX_SIDE: u32 = 8192;
    /// Classifier-free guidance.
    pub const MAX_GUIDANCE: f32 = 100.0;
    /// Pixels around the mask.
    pub const MAX_PADDING: u32 = 2048;
    /// Pixels of a soft edge.
    pub const MAX_FEATHER: u32 = 512;
    /// Masks with a prompt of their own: each makes every step longer.
    pub const MAX_REGIONS: usize = 16;
    /// How far what was filled in is changed when something is taken away.
    pub const REMOVAL_STRENGTH: f32 = 0.5;
    /// Hints: each network makes every step longer.
    pub const MAX_CONTROLS: usize = 8;
    /// Bytes of a prompt: far more than any model uses, little enough to stay quick.
    pub const MAX_PROMPT_BYTES: usize = 256 * 1024;
    /// Bytes of a prompt with `[a:b:3]` or `[a|b]` in it times steps: each step may have a text of its own.
    const MAX_CHANGING_BYTES: usize = 16 << 20;

    /// The guidance that suits a model: the starter's colours burn out where Stable Diffusion's are at their best.
    #[must_use]
    pub fn usual_guidance(model: &str) -> f32 {
        if model == STARTER_MODEL { 3.0 } else { 7.0 }
    }

    /// Reads a recipe from JSON and checks it.
    ///
    /// # Errors
    /// Anything but a JSON object, unknown fields, wrong types, numbers out of range or not finite.
    pub fn from_json(text: &str) -> Result<Self, RecipeError> {
        // serde would take a list for the fields in their order, and an empty one for a recipe of defaults.
        if !text.trim_start().starts_with('{') {
            return Err(RecipeError::Unreadable("it is no JSON object {\"prompt\": .., ..}".to_owned()));
        }
        let unreadable = |error: serde_json::Error| RecipeError::Unreadable(error.to_string());
        let mut recipe: Self = serde_json::from_str(text).map_err(unreadable)?;
        if serde_json::from_str::<SaysGuidance>(text).map_err(unreadable)?.guidance.is_none() {
            recipe.guidance = Self::usual_guidance(&recipe.model);
        }
        recipe.check()?;
        Ok(recipe)
    }

    /// The recipe as pretty JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // A struct of plain numbers and strings always serialises; NaN becomes null, which `from_json` refuses.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The recipe for taking away what is under the mask: no words, for none say what is behind a thing, so no guidance
    /// either; the surroundings' texture in its place, and as much strength as makes one picture of it and no new thing. Hints
    /// would bring the thing back.
    #[must_use]
    pub fn for_removal(&self) -> Self {
        Self {
            prompt: String::new(),
            negative_prompt: String::new(),
            guidance: 1.0,
            strength: Self::REMOVAL_STRENGTH,
            soft: false,
            area: Area::Masked,
            padding: self.padding.max(64),
            fill: Fill::Texture,
            feather: self.feather.max(8),
            color_match: true,
            regions: Vec::new(),
            controls: Vec::new(),
            ..self.clone()
        }
    }

    /// Whether predictions are made with and without the prompt.
    #[must_use]
    #[expect(clippy::float_cmp, reason = "exactly 1 switches guidance off")]
    pub fn is_guided(&self) -> bool {
        self.guidance != 1.0
    }

    /// Checks every number's range and the prompts' lengths.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), RecipeError> {
        within(RecipeField::Steps, self.steps, 1, Self::MAX_STEPS)?;
        within(RecipeField::Guidance, self.guidance, 0.0, Self::MAX_GUIDANCE)?;
        within(RecipeField::GuidanceRescale, self.guidance_rescale, 0.0, 1.0)?;
        within(RecipeField::Strength, self.strength, 0.0, 1.0)?;
        within(RecipeField::ClipSkip, self.clip_skip, 1, 12)?;
        within(RecipeField::Batch, self.batch, 1, Self::MAX_BATCH)?;
        within(RecipeField::Padding, self.padding, 0, Self::MAX_PADDING)?;
        within(RecipeField::Feather, self.feather, 0, Self::MAX_FEATHER)?;
        within(RecipeField::Regions, self.regions.len(), 0, Self::MAX_REGIONS)?;
        for region in &self.regions {
            within(RecipeField::RegionStrength, region.strength, 0.0, 1.0)?;
        }
        within(RecipeField::Controls, self.controls.len(), 0, Self::MAX_CONTROLS)?;
        self.controls.iter().try_for_each(ControlRecipe::check)?;
        for (field, value) in [(RecipeField::Width, self.width), (RecipeField::Height, self.height)] {
            within(field, value, Self::MIN_SIDE, Self::MAX_SIDE)?;
            if value % 8 != 0 {
                return Err(RecipeError::NotMultipleOf8 { field, value });
            }
        }
        let of_regions = self.regions.iter().map(|region| (RecipeField::RegionPrompt, &region.prompt));
        let prompts = [(RecipeField::Prompt, &self.prompt), (RecipeField::NegativePrompt, &self.negative_prompt)];
        for (field, text) in prompts.into_iter().chain(of_regions) {
            if text.len() > Self::MAX_PROMPT_BYTES {
                return Err(RecipeError::PromptTooLong { field, length: text.len(), max: Self::MAX_PROMPT_BYTES });
            }
            let max = Self::MAX_CHANGING_BYTES / self.steps as usize;
            if text.len() > max && text.contains('[') {
                let (length, steps) = (text.len(), self.steps);
                return Err(RecipeError::ChangingPromptTooLong { field, length, steps, max });
            }
        }
        Ok(())
    }
}

/// NaN lies in no range.
fn within<T: PartialOrd + std::fmt::Display>(field: RecipeField, value: T, min: T, max: T) -> Result<(), RecipeError> {
    if value >= min && value <= max {
        Ok(())
    } else {
        Err(RecipeError::OutOfRange { field, value: value.to_string(), min: min.to_string(), max: max.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_survives_json() {
        let hint =
            ControlRecipe { mode: ControlMode::Guess, fit: HintFit::Fit, weight: 0.5, ..ControlRecipe::default() };
        let recipe = Recipe {
            prompt: "a (red:1.2) apple".to_owned(),
            seed: u64::MAX,
            controls: vec![hint],
            ..Recipe::default()
        };
        assert!(!Recipe::default().to_json().contains("controls"), "recipes without hints read as they did");
        assert_eq!(Recipe::from_json(&recipe.to_json()), Ok(recipe));
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        let error = Recipe::from_json(r#"{"promt": "a cat"}"#).unwrap_err();
        assert!(error.to_string().contains("promt"), "{error}");
    }

    #[test]
    fn numbers_that_are_not_finite_or_out_of_range_are_refused() {
        for text in [
            r#"{"guidance": null}"#,
            r#"{"guidance": 1e39}"#,
            r#"{"strength": 1.5}"#,
            r#"{"steps": 0}"#,
            r#"{"width": 255}"#,
            r#"{"steps": -1}"#,
            r#"{"controls": [{"weight": 2.5}]}"#,
            r#"{"controls": [{"start": 0.6, "end": 0.4}]}"#,
            r#"{"controls": [{"kind": "dream"}]}"#,
            r#"{"controls": [{}, {}, {}, {}, {}, {}, {}, {}, {}]}"#,
        ] {
            assert!(Recipe::from_json(text).is_err(), "{text}");
        }
        assert!(Recipe { guidance: f32::NAN, ..Recipe::default() }.check().is_err());
    }

    #[test]
    fn only_an_object_is_a_recipe() {
        for text in ["[]", " [\"starter\"]", "null", "\"starter\"", "7", ""] {
            assert!(matches!(Recipe::from_json(text), Err(RecipeError::Unreadable(_))), "{text}");
        }
        assert_eq!(Recipe::from_json("\n {}"), Ok(Recipe::default()));
        let guidance = |json| Recipe::from_json(json).unwrap().guidance;
        assert_eq!([guidance(r#"{"model": "sd15"}"#), guidance(r#"{"guidance": 5}"#)], [7.0, 5.0]);
    }

    #[test]
    fn a_prompt_may_be_long_or_change_at_every_step_but_not_both() {
        let long = "word ".repeat(50_000);
        let checked = |prompt: String, steps: u32| Recipe { prompt, steps, ..Recipe::default() }.check();
        assert_eq!(checked(long.clone(), 1000), Ok(()));
        assert_eq!(checked(format!("[a|b] {long}"), 20), Ok(()));
        assert_eq!(checked("[a|b] ".repeat(2000), 1000), Ok(()));
        let error = checked(format!("[a|b] {long}"), 1000).unwrap_err();
        assert!(error.to_string().contains("prompt has 250006 bytes and changes with the steps"), "{error}");
    }
}
