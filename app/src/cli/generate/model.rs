//! The model, before the engine is asked for it.

use std::path::Path;

use anyhow::bail;
use brushfire_engine::checkpoint::open_model;
use brushfire_engine::inpaint::ModelSize;
use brushfire_engine::{EngineSettings, find_model, known_models};

/// Opens the model a recipe names, far enough to know that it is whole. The engine would find out too, but only after
/// it has chosen a device, which can take a minute the first time. Says what sizes the model is for.
///
/// # Errors
/// A model that is nowhere, or that is damaged; names it and, where it is nowhere, those there are.
pub(super) fn check_model(name: &str, settings: &EngineSettings) -> anyhow::Result<ModelSize> {
    let path = find_model(name, settings);
    if !path.exists() && Path::new(name).components().count() == 1 {
        let known = known_models(settings);
        let names: Vec<&str> = known.iter().map(|model| model.name.as_str()).collect();
        bail!(
            "there is no model {name}: it is no path, and {} holds none of that name. There is {}",
            settings.models_folder.display(),
            names.join(", ")
        );
    }
    Ok(ModelSize::of(&open_model(&path)?))
}
