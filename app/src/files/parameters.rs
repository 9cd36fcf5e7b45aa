//! A1111's `parameters` text: the prompt, `Negative prompt: ...`, and a line of `Key: value` pairs.
//!
//! Follows `modules/infotext_utils.py` (`quote`, `parse_generation_parameters`) and `create_infotext` in
//! `modules/processing.py` of Stable Diffusion WebUI 1.9 and later.

use std::path::Path;

use brushfire_engine::{Area, Fill, NoiseSource, Recipe, Sampler, Schedule};

use super::note::{RecipeNote, RecipePart};
use super::recipe::{RecipeInFile, RecipeWriter};

const NEGATIVE_PROMPT: &str = "Negative prompt:";

/// Hexadecimal digits of a model's hash that are written.
const HASH_DIGITS: usize = 10;

/// The schedule A1111 1.9 and later calls the model's own timesteps.
const UNIFORM: &str = "Uniform";

/// The text for this recipe.
#[must_use]
pub fn parameters_text(recipe: &Recipe) -> String {
    let mut text = String::new();
    if !recipe.prompt.is_empty() {
        text.push_str(&recipe.prompt);
        text.push('\n');
    }
    if !recipe.negative_prompt.is_empty() {
        text.push_str(NEGATIVE_PROMPT);
        text.push(' ');
        text.push_str(&recipe.negative_prompt);
        text.push('\n');
    }
    let pairs: Vec<_> = pairs_of(recipe).into_iter().map(|(key, value)| format!("{key}: {}", quoted(&value))).collect();
    text + &pairs.join(", ")
}

/// In the order of `create_infotext`.
fn pairs_of(recipe: &Recipe) -> Vec<(&'static str, String)> {
    let mut pairs = vec![("Steps", recipe.steps.to_string()), ("Sampler", recipe.sampler.a1111_label().to_owned())];
    match recipe.schedule {
        Some(schedule) => pairs.push(("Schedule type", schedule.label().to_owned())),
        // Left out, it would mean "Automatic", which is not the model's own.
        None if recipe.sampler.takes_schedule() => pairs.push(("Schedule type", UNIFORM.to_owned())),
        None => {}
    }
    pairs.push(("CFG scale", recipe.guidance.to_string()));
    pairs.push(("Seed", recipe.seed.to_string()));
    pairs.push(("Size", format!("{}x{}", recipe.width, recipe.height)));
    if let Some(hash) = &recipe.model_hash {
        pairs.push(("Model hash", hash.chars().take(HASH_DIGITS).collect()));
    }
    pairs.push(("Model", model_name(&recipe.model)));
    if recipe.strength < 1.0 {
        pairs.push(("Denoising strength", recipe.strength.to_string()));
    }
    pairs.extend(inpainting_pairs(recipe));
    if recipe.clip_skip > 1 {
        pairs.push(("Clip skip", recipe.clip_skip.to_string()));
    }
    if recipe.rng == NoiseSource::Cpu {
        pairs.push(("RNG", "CPU".to_owned()));
    }
    pairs.push(("Version", format!("Brushfire {}", env!("CARGO_PKG_VERSION"))));
    pairs
}

/// How a mask was used, as far as A1111 has words for it (`modules/processing.py`, `scripts/soft_inpainting.py`).
fn inpainting_pairs(recipe: &Recipe) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    if recipe.feather > 0 {
        pairs.push(("Mask blur", recipe.feather.to_string()));
    }
    if recipe.area == Area::Masked {
        pairs.push(("Inpaint area", ONLY_MASKED.to_owned()));
        pairs.push(("Masked area padding", recipe.padding.to_string()));
    }
    if let Some((_, content)) = MASKED_CONTENT.iter().find(|(fill, _)| *fill == recipe.fill) {
        pairs.push(("Masked content", (*content).to_owned()));
    }
    if recipe.soft {
        pairs.push(("Soft inpainting enabled", "True".to_owned()));
    }
    pairs
}

const ONLY_MASKED: &str = "Only masked";

/// A1111's names of what starts inside a mask; its "fill" are the surroundings' colours.
const MASKED_CONTENT: [(Fill, &str); 4] = [
    (Fill::EdgeColors, "fill"),
    (Fill::Original, "original"),
    (Fill::Noise, "latent noise"),
    (Fill::Nothing, "latent nothing"),
];

/// A model's name without folders and without the ending of a model file.
fn model_name(model: &str) -> String {
    let name = model_file_name(model);
    match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("safetensors" | "ckpt" | "bin" | "pt") => name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned(),
        _ => name.to_owned(),
    }
}

/// A model's file or folder without the folders above it, whichever system's path it is: pictures are shared, and where
/// things lie on one's disk is nobody else's business.
pub(super) fn model_file_name(model: &str) -> &str {
    model.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or(model)
}

/// A value with commas, colons, quotes or line breaks becomes a JSON string.
fn quoted(value: &str) -> String {
    let plain = !value.contains([',', ':', '\n', '"']) && value.trim() == value;
    if plain { value.to_owned() } else { serde_json::to_string(value).unwrap_or_default() }
}

/// Reads such a text, from us, A1111 or others; `None` where it has no line of pairs that begins with `Steps:`.
///
/// What is missing has A1111's default, and what cannot be followed stays at ours and is noted.
#[must_use]
pub fn parse_parameters(text: &str) -> Option<RecipeInFile> {
    let lines: Vec<_> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    // A prompt may speak of steps; the pairs come last.
    let last = lines.iter().rposition(|line| is_line_of_pairs(line))?;
    let prompts = lines.get(..last)?;
    let pairs = pairs_in(lines.get(last)?);

    let negative = prompts.iter().position(|line| line.starts_with(NEGATIVE_PROMPT)).unwrap_or(prompts.len());
    let (prompt, negative_prompt) = prompts.split_at(negative);
    let negative_prompt = negative_prompt.join("\n");
    let negative_prompt = negative_prompt.strip_prefix(NEGATIVE_PROMPT).unwrap_or_default();
    let mut reading = Reading { recipe: Recipe { rng: NoiseSource::Gpu, ..Recipe::default() }, notes: Vec::new() };
    reading.change(RecipePart::Prompt, |recipe| recipe.prompt = prompt.join("\n"));
    let negative_prompt = negative_prompt.strip_prefix(' ').unwrap_or(negative_prompt);
    reading.change(RecipePart::NegativePrompt, |recipe| negative_prompt.clone_into(&mut recipe.negative_prompt));
    for (key, value) in &pairs {
        reading.take(key, value, &pairs);
    }
    Some(RecipeInFile { recipe: reading.recipe, written_by: RecipeWriter::A1111, notes: reading.notes })
}

/// Whether the line begins as A1111's does and has three pairs or more, the number A1111 asks for.
fn is_line_of_pairs(line: &str) -> bool {
    let line = line.trim_start();
    line.strip_prefix("Steps:").is_some_and(|rest| rest.trim_start().starts_with(|char: char| char.is_ascii_digit()))
        && pairs_in(line).len() >= 3
}

/// `Key: value` pairs between commas; a value may be a JSON string.
fn pairs_in(line: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let comma = rest.find(',').unwrap_or(rest.len());
        let Some(colon) = rest.find(':').filter(|colon| *colon < comma) else {
            rest = rest.get(comma + 1..).unwrap_or_default();
            continue;
        };
        let (key, value) = rest.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_start();
        let (value, after) = json_string(value).unwrap_or_else(|| {
            let (value, after) = value.split_once(',').unwrap_or((value, ""));
            (value.trim_end().to_owned(), after)
        });
        pairs.push((key.trim().to_owned(), value));
        rest = after;
    }
    pairs
}

/// A JSON string at the beginning of `text`, and what comes after it and its comma.
fn json_string(text: &str) -> Option<(String, &str)> {
    if !text.starts_with('"') {
        return None;
    }
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })?;
    let (quoted, after) = text.split_at_checked(end + 2)?;
    let after = after.trim_start();
    // Something else before the next comma: the quotes were part of a plain value.
    let after = if after.is_empty() { after } else { after.strip_prefix(',')? };
    Some((serde_json::from_str(quoted).ok()?, after))
}

/// A recipe that is being put together from pairs.
struct Reading {
    recipe: Recipe,
    notes: Vec<RecipeNote>,
}

impl Reading {
    fn take(&mut self, key: &str, value: &str, pairs: &[(String, String)]) {
        match key {
            "Steps" => self.number(key, value, |recipe, steps| recipe.steps = steps),
            "Sampler" => self.sampler(value, pairs),
            "CFG scale" => self.number(key, value, |recipe, scale| recipe.guidance = scale),
            "Seed" => self.number(key, value, |recipe, seed| recipe.seed = seed),
            "Denoising strength" => self.number(key, value, |recipe, strength| recipe.strength = strength),
            "Clip skip" => self.number(key, value, |recipe, skip| recipe.clip_skip = skip),
            "Size" => self.size(value),
            "Model" => self.change(RecipePart::ModelName, |recipe| value.clone_into(&mut recipe.model)),
            "Model hash" => self.change(RecipePart::ModelHash, |recipe| recipe.model_hash = Some(value.to_owned())),
            "Mask blur" => self.number(key, value, |recipe, feather| recipe.feather = feather),
            "Inpaint area" if value == ONLY_MASKED => self.recipe.area = Area::Masked,
            "Masked area padding" => self.number(key, value, |recipe, padding| recipe.padding = padding),
            "Masked content" => {
                let content = MASKED_CONTENT.iter().find(|(_, content)| *content == value);
                self.recipe.fill = content.map_or(self.recipe.fill, |(fill, _)| *fill);
            }
            "Soft inpainting enabled" => self.recipe.soft = value.eq_ignore_ascii_case("true"),
            "RNG" if value.eq_ignore_ascii_case("CPU") => self.recipe.rng = NoiseSource::Cpu,
            _ => {}
        }
    }

    /// Makes a change, unless the recipe could not be followed after it.
    fn change(&mut self, part: RecipePart, change: impl FnOnce(&mut Recipe)) {
        let mut changed = self.recipe.clone();
        change(&mut changed);
        match changed.check() {
            Ok(()) => self.recipe = changed,
            Err(why) => self.notes.push(RecipeNote::LeftOut { part, why }),
        }
    }

    fn number<T: std::str::FromStr>(&mut self, key: &str, value: &str, change: impl FnOnce(&mut Recipe, T)) {
        match value.parse() {
            Ok(number) => self.change(RecipePart::Named(key.to_owned()), |recipe| change(recipe, number)),
            Err(_) => self.notes.push(RecipeNote::NoNumber { key: key.to_owned(), value: shortened(value) }),
        }
    }

    fn size(&mut self, value: &str) {
        match value
            .split_once('x')
            .and_then(|(width, height)| Some((width.trim().parse().ok()?, height.trim().parse().ok()?)))
        {
            Some((width, height)) => {
                let part = RecipePart::Named("Size".to_owned());
                self.change(part, |recipe| (recipe.width, recipe.height) = (width, height));
            }
            None => self.notes.push(RecipeNote::NoSize(shortened(value))),
        }
    }

    /// The sampler and, as they belong together, its schedule.
    fn sampler(&mut self, label: &str, pairs: &[(String, String)]) {
        // Before 1.9 the schedule was part of the sampler's name.
        let (name, suffix) = ["Karras", "Exponential"]
            .into_iter()
            .find_map(|schedule| Some((label.strip_suffix(schedule)?.trim_end(), Some(schedule))))
            .unwrap_or((label, None));
        let Some(sampler) = Sampler::from_a1111_label(name) else {
            let instead = self.recipe.sampler;
            self.notes.push(RecipeNote::UnknownSampler { label: shortened(label), instead });
            return;
        };
        self.recipe.sampler = sampler;
        let schedule = pairs.iter().find(|(key, _)| key == "Schedule type").map(|(_, value)| value.as_str()).or(suffix);
        self.recipe.schedule = match schedule {
            None => None,
            Some(_) if !sampler.takes_schedule() => None,
            Some("Automatic") => automatic_schedule(sampler),
            Some(label) if label.eq_ignore_ascii_case(UNIFORM) => None,
            Some(label) => {
                let known = Schedule::from_a1111_label(label);
                if known.is_none() {
                    self.notes.push(RecipeNote::UnknownSchedule(shortened(label)));
                }
                known
            }
        };
    }
}

/// What "Automatic" means for each sampler (`samplers_k_diffusion` in `modules/sd_samplers_kdiffusion.py`).
fn automatic_schedule(sampler: Sampler) -> Option<Schedule> {
    match sampler {
        Sampler::Dpmpp2m | Sampler::DpmppSde | Sampler::Dpmpp2sA | Sampler::Dpm2 | Sampler::Dpm2A => {
            Some(Schedule::Karras)
        }
        Sampler::Dpmpp2mSde | Sampler::Dpmpp3mSde => Some(Schedule::Exponential),
        _ => None,
    }
}

/// A stranger's value, short enough for a sentence.
fn shortened(value: &str) -> String {
    const SHOWN: usize = 40;
    let mut text: String = value.chars().take(SHOWN).collect();
    if value.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As A1111 1.9.4 writes it.
    const A1111: &str = "a portrait of a (red:1.2) fox,\nmasterpiece, Steps: many\n\
        Negative prompt: blurry, low quality\n\
        Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 3456789012, Size: 512x768, \
        Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, Denoising strength: 0.45, Clip skip: 2, \
        Lora hashes: \"detail: 47aaaf0d2945, other: 0123\", TI hashes: \"easynegative: c74b4e810b03\", RNG: CPU, Version: v1.9.4";

    #[test]
    fn a1111_s_own_text_is_read() {
        let found = parse_parameters(A1111).unwrap();
        assert_eq!(found.notes, []);
        assert_eq!(
            found.recipe,
            Recipe {
                model: "v1-5-pruned-emaonly".to_owned(),
                model_hash: Some("6ce0161689".to_owned()),
                prompt: "a portrait of a (red:1.2) fox,\nmasterpiece, Steps: many".to_owned(),
                negative_prompt: "blurry, low quality".to_owned(),
                sampler: Sampler::Dpmpp2m,
                schedule: Some(Schedule::Karras),
                steps: 28,
                guidance: 6.5,
                clip_skip: 2,
                seed: 3_456_789_012,
                rng: NoiseSource::Cpu,
                width: 512,
                height: 768,
                strength: 0.45,
                ..Recipe::default()
            }
        );
    }

    #[test]
    fn our_text_is_written_as_a1111_writes_it() {
        let recipe = parse_parameters(A1111).unwrap().recipe;
        let version = format!("Version: Brushfire {}", env!("CARGO_PKG_VERSION"));
        let expected = A1111.split(", Lora hashes").next().unwrap().to_owned() + ", RNG: CPU, " + &version;
        assert_eq!(parameters_text(&recipe), expected);
    }

    #[test]
    fn how_a_mask_was_used_comes_back_as_far_as_there_are_words() {
        for (fill, _) in MASKED_CONTENT {
            let recipe = Recipe { area: Area::Masked, padding: 48, fill, feather: 6, soft: true, ..Recipe::default() };
            assert_eq!(parse_parameters(&parameters_text(&recipe)).unwrap().recipe, recipe);
        }
    }

    #[test]
    fn schedules_of_every_version_are_understood() {
        let schedule = |fields: &str| {
            parse_parameters(&format!("Steps: 20, {fields}, Seed: 1, Size: 512x512")).unwrap().recipe.schedule
        };
        assert_eq!(schedule("Sampler: DPM++ 2M Karras"), Some(Schedule::Karras), "before 1.9");
        assert_eq!(schedule("Sampler: DPM++ 2M"), None, "before 1.9, without a name: the model's own");
        assert_eq!(schedule("Sampler: DPM++ 2M SDE Exponential"), Some(Schedule::Exponential));
        assert_eq!(schedule("Sampler: DPM++ 2M, Schedule type: Automatic"), Some(Schedule::Karras));
        assert_eq!(schedule("Sampler: DPM++ 3M SDE, Schedule type: Automatic"), Some(Schedule::Exponential));
        assert_eq!(schedule("Sampler: Euler a, Schedule type: Automatic"), None);
        assert_eq!(schedule("Sampler: Euler, Schedule type: SGM Uniform"), Some(Schedule::SgmUniform));
        assert_eq!(schedule("Sampler: DDIM, Schedule type: Karras"), None, "DDIM takes none");
    }

    #[test]
    fn what_cannot_be_followed_is_noted_and_the_rest_is_taken() {
        let text = "a cat\nSteps: 5000, Sampler: DPM adaptive, Schedule type: Polyexponential, CFG scale: NaN, Seed: -1, Size: 513x512, Model: m";
        let found = parse_parameters(text).unwrap();
        assert_eq!((found.recipe.prompt.as_str(), found.recipe.model.as_str()), ("a cat", "m"));
        assert_eq!(found.recipe.check(), Ok(()));
        for (note, word) in found.notes.iter().zip(["Steps", "DPM adaptive", "CFG scale", "Seed", "Size"]) {
            assert!(note.to_string().contains(word), "{note}");
        }
        assert_eq!(found.notes.len(), 5, "{:?}", found.notes);
    }

    #[test]
    fn missing_fields_have_defaults_and_texts_without_pairs_are_none() {
        let found = parse_parameters("Steps: 30, Sampler: Euler, Seed: 7").unwrap();
        assert_eq!((found.recipe.steps, found.recipe.seed, found.recipe.rng), (30, 7, NoiseSource::Gpu));
        assert_eq!(found.recipe.prompt, "");
        for text in
            ["", "\n", "a cat", "Steps: 20", "Steps: take three, first: one, second: two", "Negative prompt: dogs"]
        {
            assert_eq!(parse_parameters(text), None, "{text}");
        }
    }

    #[test]
    fn lines_that_other_programs_add_below_are_passed_over() {
        let found = parse_parameters("a cat\r\nSteps: 9, Sampler: Euler, Seed: 7\r\nTemplate: a {cat|dog}").unwrap();
        assert_eq!((found.recipe.prompt.as_str(), found.recipe.steps), ("a cat", 9));
    }

    #[test]
    fn quoted_values_hold_commas_colons_and_quotes() {
        let pairs = pairs_in(r#"A: "x, y: \"z\"", B: "unclosed, C: plain , D: "a" b, no pair, E:"#);
        let expected = [("A", r#"x, y: "z""#), ("B", "\"unclosed"), ("C", "plain"), ("D", "\"a\" b"), ("E", "")];
        assert_eq!(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect::<Vec<_>>(), expected);
    }

    fn recipes() -> impl Strategy<Value = Recipe> {
        // A line of a prompt that begins with "Negative prompt:" cannot be told from the real one in this format.
        let prompt = prop::collection::vec("[^\r\n]{0,20}|Steps: 20, Sampler: Euler, Seed: 5|\"quoted\", a: b", 0..5)
            .prop_map(|lines| lines.join("\n"))
            .prop_filter("ambiguous", |text| !text.contains(NEGATIVE_PROMPT));
        let sampler = prop::sample::select(Sampler::ALL.to_vec());
        let schedule = prop::option::of(prop::sample::select(Schedule::ALL.to_vec()));
        let numbers = (
            1u32..=1000,
            0.0f32..=100.0,
            1u32..=12,
            any::<u64>(),
            8u32..=1024,
            8u32..=1024,
            0.0f32..=1.0,
            any::<bool>(),
        );
        (prompt.clone(), prompt, sampler, schedule, numbers, "[^/\\\\\r\n.]{1,12}", prop::option::of("[0-9a-f]{10}"))
            .prop_map(|(prompt, negative_prompt, sampler, schedule, numbers, model, model_hash)| Recipe {
                model,
                model_hash,
                prompt,
                negative_prompt,
                sampler,
                schedule: schedule.filter(|_| sampler.takes_schedule()),
                steps: numbers.0,
                guidance: numbers.1,
                clip_skip: numbers.2,
                seed: numbers.3,
                width: numbers.4 * 8,
                height: numbers.5 * 8,
                strength: numbers.6,
                rng: if numbers.7 { NoiseSource::Cpu } else { NoiseSource::Gpu },
                ..Recipe::default()
            })
    }

    proptest! {
        #[test]
        fn our_own_text_comes_back(recipe in recipes()) {
            let found = parse_parameters(&parameters_text(&recipe)).unwrap();
            prop_assert_eq!(found.notes, vec![]);
            prop_assert_eq!(found.recipe, recipe);
        }

        #[test]
        fn no_text_makes_it_panic(text in "(\\PC|\n){0,200}") {
            let _ = parse_parameters(&text);
            let _ = parse_parameters(&format!("Steps: 1, a: b, c: d{text}"));
        }

        #[test]
        fn a_damaged_text_never_makes_a_recipe_that_cannot_be_followed(at in 0..A1111.len(), insert in "[\":,\\\\\n0-9xé-]{0,6}") {
            let mut text = A1111.to_owned();
            text.insert_str(at, &insert);
            if let Some(found) = parse_parameters(&text) {
                prop_assert_eq!(found.recipe.check(), Ok(()));
            }
            if let Some(found) = text.get(at..).and_then(parse_parameters) {
                prop_assert_eq!(found.recipe.check(), Ok(()));
            }
        }
    }
}
