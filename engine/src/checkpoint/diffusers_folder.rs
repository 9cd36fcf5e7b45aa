//! A model as diffusers saves it: `model_index.json` and a folder for each component, with its `config.json` and weights.

use std::path::{Path, PathBuf};

use super::component_folder::{STEMS, class_name, find_weights, open_weights, read_text};
use super::config::{AutoencoderConfig, ClipConfig, ConfigError, TinyAutoencoderConfig, UnetConfig};
use super::error::{CheckpointError, InFile, Reason};
use super::key_map::{self, Layout, Mapping};
use super::model::{Part, TEXT_ENCODER, TINY_VAE, UNET, VAE};
use super::source::Source;

/// Folders in which a tiny autoencoder may stand.
const TINY_VAE_FOLDERS: &[&str] = &["taesd", "tiny_vae"];

/// Beginnings of the names of pipelines with another architecture, and what they are.
const OTHER_PIPELINES: &[(&str, &str)] = &[
    ("StableDiffusionXL", "a model of Stable Diffusion XL"),
    ("StableDiffusion3", "a model of Stable Diffusion 3"),
    ("Flux", "a model of FLUX"),
    ("PixArt", "a model of PixArt"),
    ("Kandinsky", "a model of Kandinsky"),
    ("StableCascade", "a model of Stable Cascade"),
    ("StableVideo", "a model of Stable Video Diffusion"),
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
                return Err(CheckpointError::new(path, Reason::NotSupported((*what).to_owned())));
            }
        } else if !path.join("unet").is_dir() {
            let what = "not a diffusers folder: it holds neither model_index.json nor a folder `unet`".to_owned();
            return Err(CheckpointError::new(path, Reason::NotAModel(what)));
        }
        Ok(Self { path: path.to_owned() })
    }

    /// # Errors
    /// It is missing, damaged or not supported.
    pub fn text_encoder(&self) -> Result<Part<ClipConfig>, CheckpointError> {
        self.part(TEXT_ENCODER, "text_encoder", ClipConfig::from_json, |config, source| {
            key_map::clip(config, source, Layout::Diffusers)
        })
    }

    /// # Errors
    /// It is missing, damaged or not supported.
    pub fn unet(&self) -> Result<Part<UnetConfig>, CheckpointError> {
        self.part(UNET, "unet", UnetConfig::from_json, |config, source| {
            key_map::unet(config, source, Layout::Diffusers)
        })
    }

    /// # Errors
    /// It is missing, damaged or not supported.
    pub fn vae(&self) -> Result<Part<AutoencoderConfig>, CheckpointError> {
        self.part(VAE, "vae", AutoencoderConfig::from_json, |config, source| {
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
        self.part(TINY_VAE, folder, TinyAutoencoderConfig::from_json, key_map::tiny_autoencoder).map(Some)
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
        component: &'static str,
        folder: &str,
        parse: impl Fn(&str) -> Result<C, ConfigError>,
        map: impl Fn(&C, &dyn Source) -> Mapping,
    ) -> Result<Part<C>, CheckpointError> {
        let folder = self.path.join(folder);
        let missing =
            |what: String| CheckpointError::new(&self.path, Reason::MissingComponent { component, expected: what });
        let config_path = folder.join("config.json");
        if !config_path.is_file() {
            return Err(missing(format!("there is no file {}", self.relative(&config_path))));
        }
        let text = read_text(&config_path)?;
        self.require_class(component, &config_path, &text)?;
        let config = parse(&text).in_file(&config_path)?;
        let weights = find_weights(&folder).ok_or_else(|| {
            missing(format!(
                "there is no {0}.safetensors, {0}.bin or the like in {1}",
                STEMS[0],
                self.relative(&folder)
            ))
        })?;
        let (source, files) = open_weights(&weights)?;
        let mapping = map(&config, source.as_ref());
        Ok(Part { config, mapping, source, files })
    }

    /// `vae` may hold a tiny autoencoder or another one; its config would be read as if it were what was looked for.
    fn require_class(&self, component: &'static str, path: &Path, text: &str) -> Result<(), CheckpointError> {
        let wanted = match component {
            UNET => "UNet2DConditionModel",
            VAE => "AutoencoderKL",
            TINY_VAE => "AutoencoderTiny",
            _ => return Ok(()),
        };
        match class_name(text).in_file(path)? {
            Some(name) if name != wanted => {
                let what = format!("a {name}; the {component} must be a {wanted}");
                Err(CheckpointError::new(path, Reason::NotSupported(what)))
            }
            _ => Ok(()),
        }
    }

    fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.path).unwrap_or(path).display().to_string()
    }
}
