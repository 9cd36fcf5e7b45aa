//! A model as diffusers saves it: `model_index.json` and a folder for each component, with its `config.json` and weights.

use std::path::{Path, PathBuf};

use super::component_folder::{STEMS, class_name, find_weights, open_weights, read_text};
use super::config::{AutoencoderConfig, ClipConfig, ConfigError, TinyAutoencoderConfig, UnetConfig};
use super::error::{CheckpointError, InFile, Reason};
use super::found::Found;
use super::key_map::{self, Layout, Mapping};
use super::model::Part;
use super::parts::{Missing, ModelPart};
use super::source::Source;

/// Folders in which a tiny autoencoder may stand.
const TINY_VAE_FOLDERS: &[&str] = &["taesd", "tiny_vae"];

/// Beginnings of the names of pipelines with another architecture, and what they are.
const OTHER_PIPELINES: &[(&str, &str)] = &[
    ("StableDiffusionXL", "Stable Diffusion XL"),
    ("StableDiffusion3", "Stable Diffusion 3"),
    ("Flux", "FLUX"),
    ("PixArt", "PixArt"),
    ("Kandinsky", "Kandinsky"),
    ("StableCascade", "Stable Cascade"),
    ("StableVideo", "Stable Video Diffusion"),
];

/// A folder in diffusers' layout.
pub struct DiffusersFolder {
    path: PathBuf,
}

impl DiffusersFolder {
    /// # Errors
    /// It is not such a folder, or one of another architecture.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        let index = path.join("model_index.json");
        if index.is_file() {
            let name = class_name(&read_text(&index)?).in_file(&index)?.unwrap_or_default();
            if let Some((_, what)) = OTHER_PIPELINES.iter().find(|(start, _)| name.starts_with(start)) {
                return Err(CheckpointError::new(path, Reason::NotSupported(Found::ModelOf(what))));
            }
        } else if !path.join("unet").is_dir() {
            return Err(CheckpointError::new(path, Reason::NotAModel(Found::NoModelFolder)));
        }
        Ok(Self { path: path.to_owned() })
    }

    /// # Errors
    /// It is missing, damaged or not supported.
    pub fn text_encoder(&self) -> Result<Part<ClipConfig>, CheckpointError> {
        self.part(ModelPart::TextEncoder, "text_encoder", ClipConfig::from_json, |config, source| {
            key_map::clip(config, source, Layout::Diffusers)
        })
    }

    /// # Errors
    /// It is missing, damaged or not supported.
    pub fn unet(&self) -> Result<Part<UnetConfig>, CheckpointError> {
        self.part(ModelPart::Unet, "unet", UnetConfig::from_json, |config, source| {
            key_map::unet(config, source, Layout::Diffusers)
        })
    }

    /// # Errors
    /// It is missing, damaged or not supported.
    pub fn vae(&self) -> Result<Part<AutoencoderConfig>, CheckpointError> {
        self.part(ModelPart::Vae, "vae", AutoencoderConfig::from_json, |config, source| {
            key_map::autoencoder(config, source, Layout::Diffusers)
        })
    }

    /// The tiny autoencoder, if there is one.
    ///
    /// # Errors
    /// It is damaged or not supported.
    pub fn tiny_vae(&self) -> Result<Option<Part<TinyAutoencoderConfig>>, CheckpointError> {
        let Some(folder) = TINY_VAE_FOLDERS.iter().find(|folder| self.path.join(folder).is_dir()) else {
            return Ok(None);
        };
        self.part(ModelPart::TinyVae, folder, TinyAutoencoderConfig::from_json, key_map::tiny_autoencoder).map(Some)
    }

    /// The folder with the tokenizer's files.
    pub fn tokenizer(&self) -> Option<PathBuf> {
        Some(self.path.join("tokenizer")).filter(|folder| folder.is_dir())
    }

    /// The text of the scheduler's config.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn scheduler(&self) -> Result<Option<String>, CheckpointError> {
        let file = self.path.join("scheduler").join("scheduler_config.json");
        if file.is_file() { read_text(&file).map(Some) } else { Ok(None) }
    }

    fn part<C>(
        &self,
        part: ModelPart,
        folder: &str,
        parse: impl Fn(&str) -> Result<C, ConfigError>,
        map: impl Fn(&C, &dyn Source) -> Mapping,
    ) -> Result<Part<C>, CheckpointError> {
        let folder = self.path.join(folder);
        let missing = |missing| CheckpointError::new(&self.path, Reason::MissingPart { part, missing });
        let config_path = folder.join("config.json");
        if !config_path.is_file() {
            return Err(missing(Missing::File(self.relative(&config_path))));
        }
        let text = read_text(&config_path)?;
        self.require_class(part, &config_path, &text)?;
        let config = parse(&text).in_file(&config_path)?;
        let weights = find_weights(&folder)
            .ok_or_else(|| missing(Missing::Weights { stem: STEMS[0], folder: self.relative(&folder) }))?;
        let (source, files) = open_weights(&weights)?;
        let mapping = map(&config, source.as_ref());
        Ok(Part { config, mapping, source, files })
    }

    /// `vae` may hold a tiny autoencoder or another one; its config would be read as if it were what was looked for.
    fn require_class(&self, part: ModelPart, path: &Path, text: &str) -> Result<(), CheckpointError> {
        let wanted = match part {
            ModelPart::Unet => "UNet2DConditionModel",
            ModelPart::Vae => "AutoencoderKL",
            ModelPart::TinyVae => "AutoencoderTiny",
            ModelPart::TextEncoder | ModelPart::ControlNet | ModelPart::Adapter => return Ok(()),
        };
        match class_name(text).in_file(path)? {
            Some(class) if class != wanted => {
                Err(CheckpointError::new(path, Reason::NotSupported(Found::OtherClass { class, part, wanted })))
            }
            _ => Ok(()),
        }
    }

    fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.path).unwrap_or(path).display().to_string()
    }
}
