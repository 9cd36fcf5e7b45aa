//! Which models can be chosen: the starter and what lies in the models folder.

use std::path::Path;

use brushfire_engine::{EngineSettings, STARTER_MODEL, known_models};

/// One entry of the list of models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelChoice {
    /// What [`brushfire_engine::Recipe::model`] says for it.
    pub name: String,
    /// What the list shows.
    pub label: String,
}

/// The side, in pixels, of the pictures a model was most likely trained on.
#[must_use]
pub fn comfortable_side(model: &str) -> u32 {
    if model == STARTER_MODEL { 256 } else { 512 }
}

/// The models the engine knows, as the list shows them.
#[must_use]
pub fn list_models(settings: &EngineSettings) -> Vec<ModelChoice> {
    known_models(settings)
        .into_iter()
        .map(|model| ModelChoice { label: label_of(&model.name), name: model.name })
        .collect()
}

/// What the list shows for a model's name or path: its last part, without the ending of a file.
#[must_use]
pub fn label_of(model: &str) -> String {
    if model == STARTER_MODEL {
        return "Starter".to_owned();
    }
    let path = Path::new(model);
    let is_file =
        path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| MODEL_ENDINGS.contains(&ending));
    let part = if is_file { path.file_stem() } else { path.file_name() };
    part.and_then(|part| part.to_str()).unwrap_or(model).to_owned()
}

/// Endings of single-file checkpoints.
pub const MODEL_ENDINGS: &[&str] = &["safetensors", "ckpt", "bin", "pt", "pth"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_in_a_folder_name_is_no_ending() {
        assert_eq!(label_of("/models/sd-v1.5"), "sd-v1.5");
        assert_eq!(label_of("/models/sd-v1.5.safetensors"), "sd-v1.5");
    }
}
