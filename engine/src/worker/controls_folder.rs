//! Which networks for hints there are, and which of them a recipe means.

use std::path::{Path, PathBuf};

use super::EngineSettings;
use super::models_folder::{MODEL_ENDINGS, find_model};
use crate::checkpoint::detect::{Family, Generation};
use crate::checkpoint::{ControlBase, ControlConfig, ControlFiles, ControlFit, open_control};
use crate::hints::HintKind;
use crate::recipe::{ControlRecipe, STARTER_MODEL};

/// The folder of networks for hints in the models folder; also that of a network beside a model's other parts.
pub const CONTROLS_FOLDER: &str = "controlnet";

/// What a network is for that comes with a model and does not say.
const KINDS_OF_LINES: [HintKind; 5] =
    [HintKind::Scribble, HintKind::LineArt, HintKind::Canny, HintKind::SoftEdge, HintKind::Lines];

/// A network that can be named in a recipe.
#[derive(Clone, Debug)]
pub struct KnownControl {
    /// As a recipe names it: the file's or folder's name, or the model's where it is one of its parts.
    pub name: String,
    pub path: PathBuf,
    /// What hints it is for; empty where neither its name nor its config tells.
    pub kinds: Vec<HintKind>,
    pub config: ControlConfig,
}

impl KnownControl {
    /// Whether it works with a model.
    #[must_use]
    pub fn fits(&self, base: &ControlBase) -> bool {
        self.config.misfit(base).is_none()
    }

    /// Which models it is made for, for people.
    #[must_use]
    pub fn made_for(&self) -> ControlFit {
        self.config.fits()
    }
}

/// A hint that no network can follow.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error(
        "there is no network for {kind} hints that fits this model: {}, or leave the hint out",
        remedy(*family, folder)
    )]
    NoneForKind { kind: HintKind, family: Family, folder: PathBuf },
    #[error("there is no network {name} in {}; there is {}", folder.display(), listed(known))]
    Unknown { name: String, folder: PathBuf, known: Vec<String> },
    #[error("{name} is made for {fits}, but the model is {family}: {why}. Choose a network made for this model")]
    OtherFamily { name: String, fits: ControlFit, family: Family, why: String },
    #[error("the {kind} hint has no picture; draw one, or choose a file")]
    NoPicture { kind: HintKind },
    #[error("the {kind} hint is an empty picture; choose another")]
    EmptyPicture { kind: HintKind },
    #[error("the recipe has {wanted} hints, but {loaded} networks are loaded for it")]
    NotLoaded { wanted: usize, loaded: usize },
    #[error("while a picture is made its hints cannot become more or fewer, nor be followed by another network")]
    OtherNetworks,
}

/// Networks can be had for models that many people use; nobody makes them for one of a size of its own.
fn remedy(family: Family, folder: &Path) -> String {
    match family.generation {
        Generation::Sibling => {
            format!("choose a model of {}, with a network for it in {}", Generation::Sd1, folder.display())
        }
        _ => format!("put one for {family} into {}", folder.display()),
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Every network that can be read: the one that comes with `model`, the starter's, then those in the models folder's
/// `controlnet`, by name. Opens each file and looks at its head only: milliseconds, but not for a window's thread.
#[must_use]
pub fn known_controls(model: &str, settings: &EngineSettings) -> Vec<KnownControl> {
    let mut models = vec![(model.to_owned(), find_model(model, settings))];
    models.push((STARTER_MODEL.to_owned(), settings.starter_folder.clone()));
    models.dedup_by(|a, b| a.1 == b.1);
    let of_models = models.into_iter().filter_map(|(name, path)| beside_a_model(name, &path));
    let mut in_folder: Vec<KnownControl> = std::fs::read_dir(settings.models_folder.join(CONTROLS_FOLDER))
        .into_iter()
        .flatten()
        .filter_map(|entry| control_at(entry.ok()?.path()))
        .collect();
    in_folder.sort_by(|a, b| a.name.cmp(&b.name));
    of_models.chain(in_folder).collect()
}

fn beside_a_model(name: String, model: &Path) -> Option<KnownControl> {
    let path = model.join(CONTROLS_FOLDER);
    let files = path.is_dir().then(|| readable(&path)).flatten()?;
    let kinds = if files.kinds.is_empty() { KINDS_OF_LINES.to_vec() } else { files.kinds };
    Some(KnownControl { name, path, kinds, config: files.network.config })
}

fn control_at(path: PathBuf) -> Option<KnownControl> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if !path.is_dir() && !MODEL_ENDINGS.contains(&extension) {
        return None;
    }
    let name = path.file_name()?.to_str()?.to_owned();
    let files = readable(&path)?;
    Some(KnownControl { name, path, kinds: files.kinds, config: files.network.config })
}

fn readable(path: &Path) -> Option<ControlFiles> {
    open_control(path).inspect_err(|error| log::info!("not a network for hints: {error}")).ok()
}

/// The path of the network a recipe's control means: the one it names (a model's own, a path, or one in the models folder's
/// `controlnet`, whose ending may be left out), or else the first of [`known_controls`] for its kind that fits the model.
///
/// # Errors
/// There is none, in words that say where one should be.
pub fn find_control(
    control: &ControlRecipe,
    model: &str,
    base: &ControlBase,
    settings: &EngineSettings,
) -> Result<PathBuf, ControlError> {
    let folder = settings.models_folder.join(CONTROLS_FOLDER);
    if control.model.is_empty() {
        let known = known_controls(model, settings).into_iter();
        let mut fitting = known.filter(|known| known.kinds.contains(&control.kind) && known.fits(base));
        let (kind, family) = (control.kind, base.family());
        return fitting.next().map(|known| known.path).ok_or(ControlError::NoneForKind { kind, family, folder });
    }
    let name = control.model.as_str();
    let path = PathBuf::from(name);
    if path.components().count() != 1 || path.exists() {
        return Ok(path);
    }
    let endings = MODEL_ENDINGS.iter().map(|ending| format!("{name}.{ending}"));
    let names = std::iter::once(name.to_owned()).chain(endings);
    if let Some(path) = names.map(|name| folder.join(name)).find(|path| path.exists()) {
        return Ok(path);
    }
    let beside = find_model(name, settings).join(CONTROLS_FOLDER);
    if beside.is_dir() {
        return Ok(beside);
    }
    let known = known_controls(model, settings).into_iter().map(|known| known.name).collect();
    Err(ControlError::Unknown { name: name.to_owned(), folder, known })
}
