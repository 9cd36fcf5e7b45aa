//! A whole model in one file, in CompVis' layout, in safetensors or as a pickle.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::{AutoencoderConfig, ClipConfig, ConfigError, UnetConfig};
use super::detect::{Generation, Kind, detect};
use super::error::{CheckpointError, Reason};
use super::found::Found;
use super::infer;
use super::key_map::{self, CLIP_PREFIX, Layout, Mapping, UNET_PREFIX, VAE_PREFIX};
use super::model::Part;
use super::open::open_source;
use super::parts::{Missing, ModelPart};
use super::source::Source;

/// An opened checkpoint.
pub struct SingleFile {
    path: PathBuf,
    source: Arc<dyn Source>,
    kind: Kind,
}

impl SingleFile {
    /// # Errors
    /// It cannot be read, is no file of tensors, or is damaged.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        let source: Arc<dyn Source> = Arc::from(open_source(path)?);
        let kind = detect(source.as_ref());
        Ok(Self { path: path.to_owned(), source, kind })
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn source(&self) -> &dyn Source {
        self.source.as_ref()
    }

    /// # Errors
    /// It is not a checkpoint, or one of a generation that is not supported.
    pub fn require_supported(&self) -> Result<(), CheckpointError> {
        let reason = match self.kind {
            Kind::Checkpoint(family) if matches!(family.generation, Generation::Sd1 | Generation::Sibling) => {
                return Ok(());
            }
            Kind::Checkpoint(_) => Reason::NotSupported(Found::Kind(self.kind)),
            _ => Reason::NotAModel(Found::Kind(self.kind)),
        };
        Err(CheckpointError::new(&self.path, reason))
    }

    /// # Errors
    /// There is no UNet in it, or none that is supported.
    pub fn unet(&self) -> Result<Part<UnetConfig>, CheckpointError> {
        let config = self.inferred(&[UNET_PREFIX, ""], infer::unet);
        let config = self.checked(ModelPart::Unet, UNET_PREFIX, config, UnetConfig::check)?;
        let mapping = key_map::unet(&config, self.source(), Layout::SingleFile);
        Ok(self.part(config, mapping))
    }

    /// # Errors
    /// There is no autoencoder in it, or none that is supported.
    pub fn vae(&self) -> Result<Part<AutoencoderConfig>, CheckpointError> {
        let config = self.inferred(&[VAE_PREFIX, ""], infer::autoencoder);
        let config = self.checked(ModelPart::Vae, VAE_PREFIX, config, AutoencoderConfig::check)?;
        let mapping = key_map::autoencoder(&config, self.source(), Layout::SingleFile);
        Ok(self.part(config, mapping))
    }

    /// # Errors
    /// There is no text encoder in it, or none that is supported.
    pub fn text_encoder(&self) -> Result<Part<ClipConfig>, CheckpointError> {
        let long = format!("{CLIP_PREFIX}text_model.");
        let config = self.inferred(&[&long, CLIP_PREFIX, "text_model.", ""], infer::clip);
        let config = self.checked(ModelPart::TextEncoder, CLIP_PREFIX, config, ClipConfig::check)?;
        let mapping = key_map::clip(&config, self.source(), Layout::SingleFile);
        Ok(self.part(config, mapping))
    }

    fn inferred<C>(&self, prefixes: &[&str], infer: impl Fn(&dyn Source, &str) -> Option<C>) -> Option<C> {
        prefixes.iter().find_map(|prefix| infer(self.source(), prefix))
    }

    fn checked<C>(
        &self,
        part: ModelPart,
        prefix: &str,
        config: Option<C>,
        check: impl Fn(&C) -> Result<(), ConfigError>,
    ) -> Result<C, CheckpointError> {
        let missing = || {
            let missing = Missing::Tensors { prefix: prefix.to_owned() };
            CheckpointError::new(&self.path, Reason::MissingPart { part, missing })
        };
        let config = config.ok_or_else(missing)?;
        check(&config).map_err(|error| CheckpointError::new(&self.path, error))?;
        Ok(config)
    }

    fn part<C>(&self, config: C, mapping: Mapping) -> Part<C> {
        Part { config, mapping, source: Arc::clone(&self.source), files: vec![self.path.clone()] }
    }
}
