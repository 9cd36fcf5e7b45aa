//! The flags of `brushfire generate`, and the recipe they make.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use brushfire_engine::{Area, DeviceChoice, Fill, NoiseSource, Recipe, RegionRecipe, Sampler, Schedule};
use serde_json::Value;

use super::super::choices;
use super::controls::ControlFlags;

/// A flag wins over the recipe's file, the file over the defaults.
#[derive(Debug, clap::Args)]
pub(crate) struct GenerateArguments {
    /// The model: its name in the models folder, or a path to a file or folder [default: starter]
    #[arg(long)]
    pub model: Option<String>,
    /// A recipe as JSON, as pictures carry it
    #[arg(long, value_name = "FILE.json")]
    pub recipe: Option<PathBuf>,
    /// What should be there, in A1111's grammar
    #[arg(long, required_unless_present = "recipe")]
    pub prompt: Option<String>,
    /// What should not be there
    #[arg(long, value_name = "PROMPT")]
    pub negative: Option<String>,
    /// The solver [default: dpmpp-2m]
    #[arg(long, value_parser = choices::sampler())]
    pub sampler: Option<Sampler>,
    /// The noise schedule [default: the model's own]
    #[arg(long, value_parser = choices::schedule())]
    pub schedule: Option<Schedule>,
    /// Solver steps [default: 20]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(Recipe::MAX_STEPS)))]
    pub steps: Option<u32>,
    /// Classifier-free guidance; 1 switches it off [default: 7, for the starter 3]
    #[arg(long, value_name = "GUIDANCE", value_parser = choices::guidance)]
    pub cfg: Option<f32>,
    /// Share of the guided prediction that is rescaled, 0 to 1 [default: 0]
    #[arg(long, value_name = "SHARE", value_parser = choices::share)]
    pub guidance_rescale: Option<f32>,
    /// Which text layer is used, counted from the last [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=12))]
    pub clip_skip: Option<u32>,
    /// The first picture's seed [default: random]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Whose random numbers: PyTorch's on the CPU, or A1111's on the GPU [default: cpu]
    #[arg(long, value_parser = choices::rng())]
    pub rng: Option<NoiseSource>,
    /// Width in pixels, a multiple of 8 [default: that of --init, else 256]
    #[arg(long, value_parser = choices::side)]
    pub width: Option<u32>,
    /// Height in pixels, a multiple of 8 [default: that of --init, else 256]
    #[arg(long, value_parser = choices::side)]
    pub height: Option<u32>,
    /// Pictures made at once; with more than one, OUT-1.png, OUT-2.png, ... are written [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(Recipe::MAX_BATCH)))]
    pub batch: Option<u32>,
    /// A picture to change; any size
    #[arg(long, value_name = "PICTURE")]
    pub init: Option<PathBuf>,
    /// How far --init is changed, 0 (not) to 1 (wholly) [default: 1]
    #[arg(long, requires = "init", value_name = "SHARE", value_parser = choices::share)]
    pub strength: Option<f32>,
    /// Where --init is changed: white is repainted, black stays as it is, bit for bit
    #[arg(long, requires = "init", value_name = "PICTURE")]
    pub mask: Option<PathBuf>,
    /// Greys in --mask are strengths of their own: what is made grows out of what is kept
    #[arg(long, requires = "mask")]
    pub soft: bool,
    /// How much of --init the model sees: all of it, what is around the masks at the size it is best at, or as its size suggests [default: whole]
    #[arg(long, requires = "init", value_parser = choices::area())]
    pub area: Option<Area>,
    /// Pixels around the masks that the model sees as well, with --area masked [default: 32]
    #[arg(long, requires = "init", value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(Recipe::MAX_PADDING)))]
    pub padding: Option<u32>,
    /// What the masked part starts from [default: auto, which is edge-colors from a strength of 0.9 on, else original]
    #[arg(long, requires = "init", value_parser = choices::fill())]
    pub fill: Option<Fill>,
    /// Pixels over which what is made fades into what is kept, inward from the masks' edges [default: 0]
    #[arg(long, requires = "init", value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(Recipe::MAX_FEATHER)))]
    pub feather: Option<u32>,
    /// Whether what is made takes its colours from around the masks, which undoes the model's drift [default: on]
    #[arg(long, requires = "init", value_name = "on|off", num_args = 0..=1, require_equals = true, default_missing_value = "on", value_parser = choices::on_or_off())]
    pub color_match: Option<bool>,
    /// A part with a mask, a strength (0 to 1) and a prompt of its own; may be given several times
    #[arg(long, num_args = 3, value_names = ["PICTURE", "SHARE", "PROMPT"])]
    pub region: Vec<String>,
    #[command(flatten)]
    pub controls: ControlFlags,
    /// Where the engine computes
    #[arg(long, default_value = "auto", value_parser = choices::device())]
    pub device: DeviceChoice,
    /// Write a preview picture of every step into this folder
    #[arg(long, value_name = "FOLDER")]
    pub previews: Option<PathBuf>,
    /// Take the initial noise from a safetensors file (tensor `noise`, [N, C, h, w])
    #[arg(long, value_name = "FILE")]
    pub noise: Option<PathBuf>,
    /// Write the final latents to a safetensors file (tensor `latents`, [N, C, h, w], f32)
    #[arg(long, value_name = "FILE")]
    pub latents: Option<PathBuf>,
    /// Tell events on stdout, one JSON object a line
    #[arg(long)]
    pub json: bool,
    /// The picture to write: .png, .jpg, .webp, .tif or .ora
    #[arg(short, long, value_name = "OUT.png")]
    pub output: PathBuf,
}

impl GenerateArguments {
    /// The recipe, all but its size where there is a picture to start from: that has its own.
    ///
    /// # Errors
    /// A recipe file that cannot be read or followed.
    pub(crate) fn recipe(&self) -> anyhow::Result<Recipe> {
        let mut recipe = match &self.recipe {
            Some(path) => read_recipe(path)?,
            None => Recipe { seed: random_seed(), ..Recipe::default() },
        };
        set(&mut recipe.model, &self.model);
        if self.recipe.is_none() {
            recipe.guidance = Recipe::usual_guidance(&recipe.model);
        }
        set(&mut recipe.prompt, &self.prompt);
        set(&mut recipe.negative_prompt, &self.negative);
        set(&mut recipe.sampler, &self.sampler);
        set(&mut recipe.schedule, &self.schedule.map(Some));
        set(&mut recipe.steps, &self.steps);
        set(&mut recipe.guidance, &self.cfg);
        set(&mut recipe.guidance_rescale, &self.guidance_rescale);
        set(&mut recipe.clip_skip, &self.clip_skip);
        set(&mut recipe.seed, &self.seed);
        set(&mut recipe.rng, &self.rng);
        set(&mut recipe.width, &self.width);
        set(&mut recipe.height, &self.height);
        set(&mut recipe.batch, &self.batch);
        set(&mut recipe.strength, &self.strength);
        recipe.soft |= self.soft;
        set(&mut recipe.area, &self.area);
        set(&mut recipe.padding, &self.padding);
        set(&mut recipe.fill, &self.fill);
        set(&mut recipe.feather, &self.feather);
        set(&mut recipe.color_match, &self.color_match);
        if !self.region.is_empty() {
            recipe.regions = self.regions()?;
        }
        recipe.controls = self.controls.laid_over(&recipe.controls);
        recipe.check()?;
        Ok(recipe)
    }
}

impl GenerateArguments {
    /// The masks of all `--region`.
    pub(crate) fn region_masks(&self) -> impl Iterator<Item = &Path> {
        self.region.as_chunks::<3>().0.iter().map(|[mask, ..]| Path::new(mask))
    }

    fn regions(&self) -> anyhow::Result<Vec<RegionRecipe>> {
        let region = |[mask, share, prompt]: &[String; 3]| {
            let strength = choices::share(share)
                .map_err(|needed| anyhow!("--region {mask} {share}: for its strength, {needed}"))?;
            Ok(RegionRecipe { prompt: prompt.clone(), strength })
        };
        self.region.as_chunks::<3>().0.iter().map(region).collect()
    }
}

fn set<T: Clone>(field: &mut T, flag: &Option<T>) {
    if let Some(value) = flag {
        field.clone_from(value);
    }
}

/// A recipe file may leave out the seed, which is then random.
fn read_recipe(path: &Path) -> anyhow::Result<Recipe> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("the recipe {} cannot be read", path.display()))?;
    let recipe =
        Recipe::from_json(&text).with_context(|| format!("the recipe {} cannot be followed", path.display()))?;
    let names_a_seed = serde_json::from_str::<Value>(&text).is_ok_and(|fields| fields.get("seed").is_some());
    Ok(if names_a_seed { recipe } else { Recipe { seed: random_seed(), ..recipe } })
}

/// 32 bits, as A1111 draws them: a seed people can type.
fn random_seed() -> u64 {
    RandomState::new().build_hasher().finish() & u64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: GenerateArguments,
    }

    fn recipe(line: &[&str]) -> anyhow::Result<Recipe> {
        Line::try_parse_from(["generate", "-o", "out.png"].iter().chain(line))?.arguments.recipe()
    }

    #[test]
    fn a_prompt_is_enough() {
        let recipe = recipe(&["--prompt", "a cat", "--seed", "7"]).unwrap();
        assert_eq!(recipe, Recipe { prompt: "a cat".to_owned(), seed: 7, ..Recipe::default() });
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("recipe.json");
        std::fs::write(&file, r#"{"prompt": "a dog", "steps": 5, "sampler": "lms"}"#).unwrap();
        let recipe = recipe(&["--recipe", file.to_str().unwrap(), "--steps", "9", "--schedule", "karras"]).unwrap();
        assert_eq!((recipe.prompt.as_str(), recipe.steps, recipe.sampler), ("a dog", 9, Sampler::Lms));
        assert_eq!((recipe.schedule, recipe.guidance), (Some(Schedule::Karras), 3.0));
    }

    #[test]
    fn nothing_to_go_by_is_refused() {
        assert!(recipe(&[]).is_err());
        assert!(recipe(&["--prompt", "x", "--mask", "m.png"]).is_err(), "a mask needs a picture");
        assert!(recipe(&["--prompt", "x", "--sampler", "eulr"]).is_err());
        assert!(recipe(&["--prompt", "x", "--cfg", "nan"]).is_err());
    }

    #[test]
    fn how_a_mask_is_used_is_said_in_the_recipes_words() {
        let line = ["--prompt", "x", "--init", "a.png", "--mask", "m.png", "--area", "masked", "--padding", "64"];
        let more =
            ["--fill", "edge-colors", "--feather", "12", "--color-match=off", "--region", "b.png", "0.5", "a hat"];
        let made = recipe(&[line.as_slice(), &more].concat()).unwrap();
        assert_eq!((made.area, made.padding, made.fill, made.feather), (Area::Masked, 64, Fill::EdgeColors, 12));
        assert!(!made.color_match);
        assert_eq!(made.regions, [RegionRecipe { prompt: "a hat".to_owned(), strength: 0.5 }]);
        assert!(recipe(&[line.as_slice(), &["--color-match"]].concat()).unwrap().color_match);
        let wrong = recipe(&[line.as_slice(), &["--region", "b.png", "2", "a hat"]].concat()).unwrap_err();
        assert!(wrong.to_string().contains("b.png") && wrong.to_string().contains("between 0 and 1"), "{wrong}");
        assert!(recipe(&["--prompt", "x", "--area", "masked"]).is_err(), "a picture is needed");
    }

    #[test]
    fn seeds_differ_where_none_is_given() {
        let seed = || recipe(&["--prompt", "x"]).unwrap().seed;
        assert!(seed() != seed() || seed() != seed());
    }
}
