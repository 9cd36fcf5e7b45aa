//! The model, before the engine is asked for it.

use std::path::{Path, PathBuf};

use anyhow::bail;
use brushfire_engine::checkpoint::open_model;
use brushfire_engine::{EngineSettings, STARTER_MODEL, known_models};

/// Opens the model a recipe names, far enough to know that it is whole. The engine would find out too, but only after
/// it has chosen a device, which can take a minute the first time.
///
/// # Errors
/// A model that is nowhere, or that is damaged; names it and, where it is nowhere, those there are.
pub(super) fn check_model(name: &str, settings: &EngineSettings) -> anyhow::Result<()> {
    if name == STARTER_MODEL || name.is_empty() {
        open_model(&settings.starter_folder)?;
        return Ok(());
    }
    let known = known_models(settings);
    let by_name = || {
        let has_name = |path: &Path| path.file_stem().is_some_and(|stem| stem == name);
        known.iter().find(|model| model.name == name || has_name(&model.path)).map(|model| model.path.clone())
    };
    let path = Some(PathBuf::from(name)).filter(|path| path.exists()).or_else(by_name);
    let Some(path) = path else {
        let names: Vec<&str> = known.iter().map(|model| model.name.as_str()).collect();
        bail!(
            "there is no model {name}: it is no path, and {} holds none of that name. There is {}",
            settings.models_folder.display(),
            names.join(", ")
        );
    };
    open_model(&path)?;
    Ok(())
}
