//! Which models there are, and where a recipe's model is.

use std::path::PathBuf;

use super::EngineSettings;
use crate::recipe::STARTER_MODEL;

/// A model that can be named in a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownModel {
    /// As a recipe names it: the file's or folder's name.
    pub name: String,
    pub path: PathBuf,
}

/// What single files of models end in.
pub const MODEL_ENDINGS: [&str; 5] = ["safetensors", "ckpt", "pt", "pth", "bin"];

/// The starter, then every folder and checkpoint in the models folder, by name.
#[must_use]
pub fn known_models(settings: &EngineSettings) -> Vec<KnownModel> {
    let mut models: Vec<KnownModel> = std::fs::read_dir(&settings.models_folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| model_at(entry.ok()?.path()))
        .collect();
    models.sort_by(|a, b| a.name.cmp(&b.name));
    models.insert(0, KnownModel { name: STARTER_MODEL.to_owned(), path: settings.starter_folder.clone() });
    models
}

fn model_at(path: PathBuf) -> Option<KnownModel> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let is_model =
        if path.is_dir() { path.join("model_index.json").is_file() } else { MODEL_ENDINGS.contains(&extension) };
    let name = path.file_name()?.to_str()?.to_owned();
    is_model.then_some(KnownModel { name, path })
}

/// The path of the model a recipe names: the starter, a path of its own, or a model in the models folder, whose ending may
/// be left out. A name that is nothing of these is taken for a path, whose reader will say that it is missing.
#[must_use]
pub fn find_model(name: &str, settings: &EngineSettings) -> PathBuf {
    if name == STARTER_MODEL || name.is_empty() {
        return settings.starter_folder.clone();
    }
    let path = PathBuf::from(name);
    if path.exists() || path.components().count() != 1 {
        return path;
    }
    let endings = MODEL_ENDINGS.iter().map(|ending| format!("{name}.{ending}"));
    let names = std::iter::once(name.to_owned()).chain(endings);
    names.map(|name| settings.models_folder.join(name)).find(|path| path.exists()).unwrap_or(path)
}

/// Where the user's own networks for hints are looked for.
#[must_use]
pub fn own_hints_folder(settings: &EngineSettings) -> PathBuf {
    settings.models_folder.join("hints")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn settings(models_folder: &Path) -> EngineSettings {
        EngineSettings {
            device: crate::device::DeviceChoice::Cpu,
            models_folder: models_folder.to_owned(),
            starter_folder: PathBuf::from("the-starter"),
            hints_folder: PathBuf::new(),
            vocabulary: PathBuf::new(),
            cache_folder: PathBuf::new(),
            self_test_program: None,
        }
    }

    #[test]
    fn models_are_found_by_name_with_or_without_their_ending() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("dream.safetensors"), b"").unwrap();
        std::fs::create_dir(folder.path().join("house")).unwrap();
        std::fs::write(folder.path().join("house/model_index.json"), b"{}").unwrap();
        std::fs::write(folder.path().join("notes.txt"), b"").unwrap();
        let settings = settings(folder.path());
        let names: Vec<String> = known_models(&settings).into_iter().map(|model| model.name).collect();
        assert_eq!(names, ["starter", "dream.safetensors", "house"]);
        assert_eq!(find_model("dream", &settings), folder.path().join("dream.safetensors"));
        assert_eq!(find_model("house", &settings), folder.path().join("house"));
        assert_eq!(find_model("starter", &settings), Path::new("the-starter"));
        assert_eq!(find_model("elsewhere/x.ckpt", &settings), Path::new("elsewhere/x.ckpt"));
    }
}
