//! A loaded model: text encoder, UNet, autoencoder and what belongs to them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use image::RgbImage;

use super::error::TaskError;
use super::picture::{pictures_from_values, values_from_picture};
use super::preview::LinearPreview;
use super::start::LatentShape;
use crate::checkpoint::combine::Summed;
use crate::checkpoint::config::AutoencoderConfig;
use crate::checkpoint::{
    Component, ControlBase, ControlConfig, ControlFiles, ModelFiles, Source, file_hash, open_control, open_model,
};
use crate::memory::ModelMemory;
use crate::models::{AutoencoderKl, AutoencoderTiny, ClipTextModel, ControlNetwork, ModelError, UNet2dConditionModel};
use crate::nn::{CancelToken, Compute, Precision};
use crate::sampling::SchedulerConfig;
use crate::text::Tokenizer;
use crate::worker::ControlError;

/// Where the tokenizer's vocabulary is, for models that bring none: OpenAI's merges.
#[derive(Clone, Debug)]
pub struct Vocabulary(pub PathBuf);

/// A model on a device.
pub struct Pipeline {
    /// The folder or file it came from.
    pub location: PathBuf,
    pub(super) tokenizer: Tokenizer,
    pub(super) text_encoder: ClipTextModel,
    pub(super) unet: UNet2dConditionModel,
    pub(super) autoencoder: AutoencoderKl,
    pub(super) scheduler: SchedulerConfig,
    autoencoder_compute: Compute,
    scale: u32,
    memory: ModelMemory,
    base: ControlBase,
    /// Networks for hints, one for each of the recipe's.
    controls: Vec<LoadedControl>,
    model_hash: LazyHash,
    preview: Preview,
    /// Seconds a latent cell took to decode, the last time one was.
    decode_seconds_per_cell: f64,
}

/// A network for hints, and where it came from.
#[derive(Clone)]
struct LoadedControl {
    path: PathBuf,
    config: ControlConfig,
    network: Arc<ControlNetwork>,
}

/// How half-done latents are shown.
enum Preview {
    Tiny(AutoencoderTiny),
    Linear(LinearPreview),
}

impl Pipeline {
    /// Reads a model, one component at a time. `compute` is for the text encoder and the UNet; the autoencoder works in
    /// single precision, because half precision overflows in it (SDXL's does; see `force_upcast`).
    ///
    /// # Errors
    /// A file that is not a model, a component that is missing or has the wrong shape.
    pub fn load(
        location: &Path,
        vocabulary: &Vocabulary,
        compute: &Compute,
        cancel: &CancelToken,
    ) -> Result<Self, TaskError> {
        let files = open_model(location)?;
        let tokenizer = match &files.tokenizer {
            Some(folder) => Tokenizer::from_folder(folder)?,
            None => Tokenizer::from_openai_merges(&vocabulary.0)?,
        };
        let scheduler = match &files.scheduler {
            Some(json) => SchedulerConfig::from_json(json)?,
            None => SchedulerConfig::default(),
        };
        let memory = ModelMemory::of(&files);
        let base = ControlBase::of(&files);
        let autoencoder_compute = Compute::new(compute.device(), Precision::F32);
        // Taken apart, so that each file is let go of as soon as its weights are on the device.
        let ModelFiles { location, text_encoder, unet, vae, tiny_vae, .. } = files;
        let unet_files = unet.files.clone();
        cancel.check()?;
        let text_encoder = with(text_encoder, |config, tensors| ClipTextModel::load(config, tensors, compute))?;
        cancel.check()?;
        let vae_config = vae.config.clone();
        let autoencoder = with(vae, |config, tensors| AutoencoderKl::load(config, tensors, &autoencoder_compute))?;
        cancel.check()?;
        let unet = with(unet, |config, tensors| UNet2dConditionModel::load(config, tensors, compute))?;
        cancel.check()?;
        let tiny = tiny_vae.map(|tiny| with(tiny, |config, tensors| AutoencoderTiny::load(config, tensors, compute)));
        let preview = match tiny.transpose()? {
            Some(tiny) => Preview::Tiny(tiny),
            None => Preview::linear(&vae_config, &autoencoder, &autoencoder_compute, cancel)?,
        };
        Ok(Self {
            scale: u32::try_from(autoencoder.scale()).unwrap_or(8),
            location,
            memory,
            base,
            controls: Vec::new(),
            model_hash: LazyHash::start(unet_files),
            tokenizer,
            text_encoder,
            unet,
            autoencoder,
            scheduler,
            autoencoder_compute,
            preview,
            decode_seconds_per_cell: 0.0,
        })
    }

    /// Pixels a latent cell stands for, along one side.
    #[must_use]
    pub fn scale(&self) -> u32 {
        self.scale
    }

    /// What is known of its need for memory, with the networks for hints that are loaded.
    #[must_use]
    pub fn memory(&self) -> &ModelMemory {
        &self.memory
    }

    /// What networks for hints must fit.
    #[must_use]
    pub fn control_base(&self) -> &ControlBase {
        &self.base
    }

    /// Whether the network at this path is loaded.
    #[must_use]
    pub fn has_control(&self, path: &Path) -> bool {
        self.controls.iter().any(|loaded| loaded.path == path)
    }

    /// Makes the networks at `paths`, one for each of a recipe's [controls](crate::Recipe::controls), the loaded ones. Those
    /// that are loaded already are kept, others are given up first.
    ///
    /// # Errors
    /// A file that is no such network, or one made for other models.
    pub fn load_controls(&mut self, paths: &[PathBuf], cancel: &CancelToken) -> Result<(), TaskError> {
        let mut held = std::mem::take(&mut self.controls);
        held.retain(|loaded| paths.contains(&loaded.path));
        for path in paths {
            let loaded = held.iter().chain(&self.controls).find(|loaded| loaded.path == *path).cloned();
            self.controls.push(loaded.map_or_else(|| self.read_control(path), Ok)?);
            cancel.check()?;
        }
        let distinct: BTreeMap<_, _> = self.controls.iter().map(|loaded| (&loaded.path, &loaded.config)).collect();
        self.memory = self.memory.with_controls(distinct.into_values());
        Ok(())
    }

    fn read_control(&self, path: &Path) -> Result<LoadedControl, TaskError> {
        let ControlFiles { network: Component { config, tensors, .. }, is_difference, .. } = open_control(path)?;
        if let Some(why) = config.misfit(&self.base) {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            let family = self.base.family();
            return Err(ControlError::OtherFamily { name, fits: config.fits(), family, why }.into());
        }
        let tensors = if is_difference {
            Box::new(Summed::new(tensors, open_model(&self.location)?.unet.tensors))
        } else {
            tensors
        };
        let network = Arc::new(ControlNetwork::load(&config, &*tensors, self.unet.compute())?);
        Ok(LoadedControl { path: path.to_owned(), config, network })
    }

    /// The networks for a recipe's hints, in their order.
    pub(super) fn controls(&self) -> impl ExactSizeIterator<Item = &Arc<ControlNetwork>> {
        self.controls.iter().map(|loaded| &loaded.network)
    }

    pub(super) fn autoencoder_compute(&self) -> &Compute {
        &self.autoencoder_compute
    }

    pub(super) fn model_hash(&self) -> Option<String> {
        self.model_hash.wait()
    }

    /// What half-done latents (`[N, C, h, w]`) look like.
    pub(super) fn preview(
        &self,
        latents: &[f64],
        shape: LatentShape,
        cancel: &CancelToken,
    ) -> Result<Vec<RgbImage>, TaskError> {
        match &self.preview {
            Preview::Linear(linear) => Ok(linear.pictures(latents, shape.rows, shape.columns)),
            Preview::Tiny(tiny) => {
                #[expect(clippy::cast_possible_truncation, reason = "models compute in single precision")]
                let values = latents.iter().map(|value| *value as f32).collect();
                let picture = tiny.decode(self.unet.compute().tensor(values, shape.array()), cancel)?;
                let [_, _, height, width] = picture.dims();
                let side = |side: usize| u32::try_from(side).unwrap_or_default();
                Ok(pictures_from_values(&Compute::values(picture)?, side(width), side(height)))
            }
        }
    }

    pub(super) fn note_decode(&mut self, took: Duration, cells: usize) {
        #[expect(clippy::cast_precision_loss, reason = "a forecast")]
        let cells = cells.max(1) as f64;
        self.decode_seconds_per_cell = took.as_secs_f64() / cells;
    }

    pub(super) fn decode_forecast(&self, cells: usize) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "a forecast")]
        let cells = cells as f64;
        Duration::from_secs_f64(self.decode_seconds_per_cell * cells)
    }
}

/// Loads a component and lets go of its files.
fn with<C, M>(
    component: Component<C>,
    load: impl FnOnce(&C, &dyn Source) -> Result<M, ModelError>,
) -> Result<M, ModelError> {
    load(&component.config, &*component.tensors)
}

/// The SHA-256 of the UNet's file, made beside the first run: gigabytes take seconds to read.
struct LazyHash {
    made: OnceLock<Option<String>>,
    hash: Mutex<Option<JoinHandle<Option<String>>>>,
}

impl LazyHash {
    fn start(files: Vec<PathBuf>) -> Self {
        // A picture without its model's hash is better than no picture.
        let make = move || file_hash(&files).inspect_err(|error| log::warn!("no model hash: {error}")).ok();
        let thread = std::thread::Builder::new().name("model hash".to_owned()).spawn(make);
        Self { made: OnceLock::new(), hash: Mutex::new(thread.ok()) }
    }

    fn wait(&self) -> Option<String> {
        let join = || self.hash.lock().unwrap_or_else(PoisonError::into_inner).take()?.join().ok()?;
        self.made.get_or_init(join).clone()
    }
}

impl Preview {
    fn linear(
        config: &AutoencoderConfig,
        autoencoder: &AutoencoderKl,
        compute: &Compute,
        cancel: &CancelToken,
    ) -> Result<Self, TaskError> {
        if let Some(linear) = LinearPreview::published(config.latent_channels, config.scaling_factor) {
            return Ok(Self::Linear(linear));
        }
        Self::fitted(autoencoder, compute, cancel).map(Self::Linear)
    }

    /// Latents of an unknown autoencoder: it is shown a picture of many colours, and the map from its latents back to
    /// them is fitted.
    fn fitted(
        autoencoder: &AutoencoderKl,
        compute: &Compute,
        cancel: &CancelToken,
    ) -> Result<LinearPreview, TaskError> {
        const CELLS: usize = 16;
        let scale = autoencoder.scale();
        let (picture, colours) = colour_chart(CELLS, scale);
        let picture = compute.tensor(values_from_picture(&picture), [1, 3, CELLS * scale, CELLS * scale]);
        let latents = Compute::values(autoencoder.encode(picture, cancel)?.mode())?;
        Ok(LinearPreview::fitted(&latents, autoencoder.latent_channels(), &colours))
    }
}

/// Patches of 2 x 2 cells in every combination of four levels of red, green and blue, and the colour under each cell.
fn colour_chart(cells: usize, scale: usize) -> (RgbImage, Vec<[f32; 3]>) {
    const LEVELS: [u8; 4] = [16, 96, 176, 240];
    let patch_of = |row: usize, column: usize| {
        // A stride prime to 64 sets unlike colours beside each other, as pictures do.
        let index = ((row / 2) * (cells / 2) + column / 2) * 37 % 64;
        [LEVELS[index % 4], LEVELS[index / 4 % 4], LEVELS[index / 16 % 4]]
    };
    let side = u32::try_from(cells * scale).unwrap_or_default();
    let picture = RgbImage::from_fn(side, side, |x, y| image::Rgb(patch_of(y as usize / scale, x as usize / scale)));
    let colours = (0..cells * cells)
        .map(|cell| patch_of(cell / cells, cell % cells).map(|level| f32::from(level) / 127.5 - 1.0))
        .collect();
    (picture, colours)
}
