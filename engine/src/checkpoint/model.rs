//! [`open_model`]: a folder or file -> the components of a model, checked and ready to be loaded.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::{AutoencoderConfig, ClipConfig, TinyAutoencoderConfig, UnetConfig};
use super::diffusers_folder::DiffusersFolder;
use super::error::{CheckpointError, Reason};
use super::hash::file_hash;
use super::key_map::Mapping;
use super::parts::{Misfit, ModelPart};
use super::single_file::SingleFile;
use super::source::Source;

/// All that generation needs of a model.
pub struct ModelFiles {
    /// The folder or file that was opened.
    pub location: PathBuf,
    pub text_encoder: Component<ClipConfig>,
    pub unet: Component<UnetConfig>,
    pub vae: Component<AutoencoderConfig>,
    /// A tiny autoencoder for previews, from the folder `taesd` or `tiny_vae` beside the others.
    pub tiny_vae: Option<Component<TinyAutoencoderConfig>>,
    /// The folder with the tokenizer's files; `None`: OpenAI's vocabulary.
    pub tokenizer: Option<PathBuf>,
    /// The text of `scheduler_config.json`.
    pub scheduler: Option<String>,
}

/// One network of a model.
pub struct Component<C> {
    pub config: C,
    /// Exactly the tensors that `config` asks for, under diffusers' names and in the shapes it asks for.
    pub tensors: Box<dyn Source>,
    /// Where they are: one file, or the shards in order of their names.
    pub files: Vec<PathBuf>,
}

/// A component before it is known whether all of it is there.
pub(super) struct Part<C> {
    pub config: C,
    pub mapping: Mapping,
    pub source: Arc<dyn Source>,
    pub files: Vec<PathBuf>,
}

impl<C> Part<C> {
    /// # Errors
    /// A tensor is missing, has another shape or is not of weights; `part` is what it is called in messages.
    pub fn complete(self, part: ModelPart) -> Result<Component<C>, CheckpointError> {
        let fail = |reason| Err(CheckpointError::new(self.source.location(), reason));
        if let Some((wanted, found)) = self.mapping.misshapen.into_iter().next() {
            return fail(Reason::WrongShape { part, name: wanted.name, found, expected: wanted.shape });
        }
        if let Some(first) = self.mapping.missing.first() {
            let (count, first) = (self.mapping.missing.len(), first.name.clone());
            return fail(Reason::MissingTensors { part, count, first });
        }
        // Models compressed to integers need scales beside them to be read; without, they would make noise.
        let names = self.mapping.found.values().map(|origin| &origin.name);
        let mut types = names.filter_map(|name| Some((name, self.source.info(name)?.dtype)));
        if let Some((name, dtype)) = types.find(|(_, dtype)| !dtype.is_float()) {
            return fail(Reason::NotWeights { name: name.clone(), dtype });
        }
        let mapping = Mapping { found: self.mapping.found, ..Mapping::default() };
        Ok(Component { config: self.config, tensors: Box::new(mapping.select(self.source)), files: self.files })
    }
}

/// Opens a diffusers folder or a single-file checkpoint and checks that every tensor is there and that the parts fit each
/// other. No numbers are read.
///
/// # Errors
/// Names the file and what is wrong with it or missing from it.
pub fn open_model(path: &Path) -> Result<ModelFiles, CheckpointError> {
    let files = if path.is_dir() { open_folder(path)? } else { open_file(path)? };
    let tiny_vae = files.tiny_vae.as_ref().map(|tiny| &tiny.config);
    match misfit(&files.text_encoder.config, &files.unet.config, &files.vae.config, tiny_vae) {
        Some(what) => Err(CheckpointError::new(path, Reason::Mismatch(what))),
        None => Ok(files),
    }
}

/// Why parts that are each whole cannot work together; `None` where they can.
pub(super) fn misfit(
    text_encoder: &ClipConfig,
    unet: &UnetConfig,
    vae: &AutoencoderConfig,
    tiny_vae: Option<&TinyAutoencoderConfig>,
) -> Option<Misfit> {
    let (width, latent) = (text_encoder.hidden_size, vae.latent_channels);
    let mut text_widths = (0..unet.levels()).filter(|&level| unet.attends(level)).map(|level| unet.text_width(level));
    if let Some(wanted) = text_widths.find(|&wanted| wanted != width) {
        return Some(Misfit::TextWidth { unet: wanted, text_encoder: width });
    }
    let (inputs, outputs) = (unet.in_channels, unet.out_channels);
    if outputs != latent || inputs < latent {
        return Some(Misfit::Channels { inputs, outputs, latent });
    }
    let tiny = tiny_vae.map(|tiny| tiny.latent_channels).filter(|&tiny| tiny != latent)?;
    Some(Misfit::TinyLatents { tiny, latent })
}

fn open_folder(path: &Path) -> Result<ModelFiles, CheckpointError> {
    let folder = DiffusersFolder::open(path)?;
    Ok(ModelFiles {
        location: path.to_owned(),
        text_encoder: folder.text_encoder()?.complete(ModelPart::TextEncoder)?,
        unet: folder.unet()?.complete(ModelPart::Unet)?,
        vae: folder.vae()?.complete(ModelPart::Vae)?,
        tiny_vae: folder.tiny_vae()?.map(|part| part.complete(ModelPart::TinyVae)).transpose()?,
        tokenizer: folder.tokenizer(),
        scheduler: folder.scheduler()?,
    })
}

fn open_file(path: &Path) -> Result<ModelFiles, CheckpointError> {
    let file = SingleFile::open(path)?;
    file.require_supported()?;
    Ok(ModelFiles {
        location: path.to_owned(),
        text_encoder: file.text_encoder()?.complete(ModelPart::TextEncoder)?,
        unet: file.unet()?.complete(ModelPart::Unet)?,
        vae: file.vae()?.complete(ModelPart::Vae)?,
        tiny_vae: None,
        tokenizer: None,
        scheduler: None,
    })
}

impl ModelFiles {
    /// SHA-256 of the UNet's file (of its shards, one after the other), in hexadecimal. Reads all of it the first time, which
    /// takes seconds for a large model; afterwards as long as the file stays what it is, nothing.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn model_hash(&self) -> Result<String, CheckpointError> {
        file_hash(&self.unet.files)
    }
}
