//! The model, before the engine is asked for it.

use std::path::Path;

use anyhow::bail;
use brushfire_engine::checkpoint::{ControlBase, open_control, open_model};
use brushfire_engine::inpaint::ModelSize;
use brushfire_engine::{EngineSettings, Recipe, find_control, find_model, known_models};

/// Opens the model a recipe names and the networks of its hints, far enough to know that they are whole. The engine would find out too, but only after
/// it has chosen a device, which can take a minute the first time. Says what sizes the model is for.
///
/// # Errors
/// A model or network that is nowhere, or that is damaged; names it and, where it is nowhere, those there are.
pub(super) fn check_model(recipe: &Recipe, settings: &EngineSettings) -> anyhow::Result<ModelSize> {
    let name = recipe.model.as_str();
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
    let files = open_model(&path)?;
    let base = ControlBase::of(&files);
    for control in &recipe.controls {
        open_control(&find_control(control, name, &base, settings)?)?;
    }
    Ok(ModelSize::of(&files))
}
