//! [`open_control`]: a folder or file -> a network that follows hints, checked and ready to be loaded.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::component_folder::{STEMS, class_name, find_weights, open_weights, read_text};
use super::config::{AdapterConfig, ControlNetConfig, UnetConfig};
use super::detect::{Family, Generation, Kind, control_generation, detect, unet_family};
use super::error::{CheckpointError, InFile, Reason};
use super::expected::skip_channels;
use super::found::Found;
use super::infer;
use super::key_map::{self, CONTROL_PREFIX, Mapping};
use super::model::{Component, ModelFiles, Part, open_model};
use super::open::open_source;
use super::parts::{Missing, ModelPart};
use super::source::Source;
use crate::hints::HintKind;

/// What a network that follows hints is built from.
#[derive(Clone, Debug, PartialEq)]
pub enum ControlConfig {
    /// A copy of a UNet's first half (Zhang et al. 2023, "Adding Conditional Control to Text-to-Image Diffusion Models").
    ControlNet(Box<ControlNetConfig>),
    /// A small network that looks at the hint alone, once a run (Mou et al. 2023, "T2I-Adapter").
    Adapter(AdapterConfig),
}

/// All that is needed of a network that follows hints.
pub struct ControlFiles {
    /// The folder or file that was named.
    pub location: PathBuf,
    pub network: Component<ControlConfig>,
    /// Its weights are differences to those of the UNet it is used with.
    pub is_difference: bool,
    /// What hints it is for, as far as its name or its config tells.
    pub kinds: Vec<HintKind>,
}

/// What configs call them.
const CONTROLNET_CLASS: &str = "ControlNetModel";
const ADAPTER_CLASS: &str = "T2IAdapter";

/// The folder of a ControlNet beside the parts of a model.
const IN_A_MODEL: &str = "controlnet";

/// Opens a ControlNet or a T2I-Adapter: a folder of diffusers, a model's folder with a `controlnet` in it, or a single file.
/// No numbers are read.
///
/// # Errors
/// Names the file and what is wrong with it or missing from it.
pub fn open_control(path: &Path) -> Result<ControlFiles, CheckpointError> {
    let ControlPart { part, is_difference, kinds } = open_part(path)?;
    let component = match &part.config {
        ControlConfig::ControlNet(_) => ModelPart::ControlNet,
        ControlConfig::Adapter(_) => ModelPart::Adapter,
    };
    let network = part.complete(component)?;
    Ok(ControlFiles { location: path.to_owned(), network, is_difference, kinds })
}

/// A network before it is known whether all of it is there.
pub(super) struct ControlPart {
    pub part: Part<ControlConfig>,
    pub is_difference: bool,
    pub kinds: Vec<HintKind>,
}

/// Whether a folder holds a network for hints, by what its config says.
pub(super) fn is_control_folder(path: &Path) -> bool {
    let config = path.join("config.json");
    let class = config.is_file().then(|| read_text(&config).ok()).flatten().and_then(|text| class_name(&text).ok()?);
    class.is_some_and(|class| [CONTROLNET_CLASS, ADAPTER_CLASS].contains(&class.as_str()))
}

pub(super) fn open_part(path: &Path) -> Result<ControlPart, CheckpointError> {
    if path.is_dir() {
        let inside = path.join(IN_A_MODEL);
        return open_folder(if is_control_folder(path) || !inside.is_dir() { path } else { &inside });
    }
    let source: Arc<dyn Source> = Arc::from(open_source(path)?);
    open_file(path, source)
}

fn open_folder(path: &Path) -> Result<ControlPart, CheckpointError> {
    let config_path = path.join("config.json");
    if !config_path.is_file() {
        return Err(CheckpointError::new(path, Reason::NotAModel(Found::NoControlFolder)));
    }
    let text = read_text(&config_path)?;
    let class = class_name(&text).in_file(&config_path)?.unwrap_or_default();
    if reads_a_size(&text) {
        let found = Found::Kind(Kind::ControlNet(Some(Generation::Xl)));
        return Err(CheckpointError::new(path, Reason::NotSupported(found)));
    }
    let config = match class.as_str() {
        CONTROLNET_CLASS => {
            ControlConfig::ControlNet(Box::new(ControlNetConfig::from_json(&text).in_file(&config_path)?))
        }
        ADAPTER_CLASS => ControlConfig::Adapter(AdapterConfig::from_json(&text).in_file(&config_path)?),
        _ => {
            return Err(CheckpointError::new(&config_path, Reason::NotSupported(Found::NoControlClass { class })));
        }
    };
    let Some(weights) = find_weights(path) else {
        let missing = Missing::WeightsBesideConfig { stem: STEMS[0] };
        return Err(CheckpointError::new(path, Reason::MissingPart { part: ModelPart::ControlNet, missing }));
    };
    let (source, files) = open_weights(&weights)?;
    let kinds = kinds(path, &config);
    Ok(ControlPart { part: part(config, source, files), is_difference: false, kinds })
}

/// Only networks for Stable Diffusion XL are told the picture's size beside the text.
fn reads_a_size(config: &str) -> bool {
    let addition = serde_json::from_str::<serde_json::Value>(config).ok();
    addition.is_some_and(|config| config.get("addition_embed_type").is_some_and(|what| what == "text_time"))
}

fn open_file(path: &Path, source: Arc<dyn Source>) -> Result<ControlPart, CheckpointError> {
    let kind = detect(source.as_ref());
    let config = match kind {
        Kind::ControlNet(Some(Generation::Xl | Generation::XlRefiner)) => {
            return Err(CheckpointError::new(path, Reason::NotSupported(Found::Kind(kind))));
        }
        Kind::ControlNet(_) => inferred_controlnet(source.as_ref(), path),
        Kind::Adapter => infer::adapter(source.as_ref()).map(ControlConfig::Adapter),
        other => return Err(CheckpointError::new(path, Reason::NotSupported(Found::NoControl(other)))),
    };
    let incomplete = || {
        let reason = Reason::MissingPart { part: ModelPart::ControlNet, missing: Missing::Incomplete };
        CheckpointError::new(path, reason)
    };
    let config = config.ok_or_else(incomplete)?;
    match &config {
        ControlConfig::ControlNet(config) => config.check(),
        ControlConfig::Adapter(config) => config.check(),
    }
    .in_file(path)?;
    let is_difference = source.info("difference").is_some();
    let kinds = kinds(path, &config);
    Ok(ControlPart { part: part(config, source, vec![path.to_owned()]), is_difference, kinds })
}

fn inferred_controlnet(source: &dyn Source, path: &Path) -> Option<ControlConfig> {
    let config = [CONTROL_PREFIX, ""].into_iter().find_map(|prefix| infer::controlnet(source, prefix))?;
    // As the ControlNet extension of A1111's web UI tells them apart: by name.
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let config = ControlNetConfig { global_pool_conditions: name.contains("shuffle"), ..config };
    Some(ControlConfig::ControlNet(Box::new(config)))
}

fn part(config: ControlConfig, source: Arc<dyn Source>, files: Vec<PathBuf>) -> Part<ControlConfig> {
    let mapping: Mapping = match &config {
        ControlConfig::ControlNet(config) => key_map::controlnet(config, source.as_ref()),
        ControlConfig::Adapter(config) => key_map::adapter(config, source.as_ref()),
    };
    Part { config, mapping, source, files }
}

fn kinds(path: &Path, config: &ControlConfig) -> Vec<HintKind> {
    match config {
        ControlConfig::ControlNet(config) if !config.hint_kinds.is_empty() => config.hint_kinds.clone(),
        _ => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            HintKind::of_network(&name).into_iter().collect()
        }
    }
}

impl ControlConfig {
    /// Which models it fits.
    #[must_use]
    pub fn fits(&self) -> ControlFit {
        match self {
            Self::ControlNet(config) => {
                ControlFit { generation: control_generation(&config.unet), text_width: Some(config.unet.text_width(0)) }
            }
            Self::Adapter(config) => {
                let full_size = config.features() == UnetConfig::default().block_out_channels;
                ControlFit {
                    generation: if full_size { Generation::Sd1 } else { Generation::Sibling },
                    text_width: None,
                }
            }
        }
    }

    /// Why it cannot be used with a model, as half a sentence; `None` where it can.
    #[must_use]
    pub fn misfit(&self, base: &ControlBase) -> Option<String> {
        let ControlBase { unet, latent_channels: latent, scale } = base;
        let (latent, scale) = (*latent, *scale);
        let differs = |what: &str, own: &dyn fmt::Debug, its: &dyn fmt::Debug| {
            Some(format!("{what} {own:?}, the model's {its:?}"))
        };
        let hint_scale = match self {
            Self::ControlNet(config) => config.downscale(),
            Self::Adapter(config) => config.downscale_factor,
        };
        match self {
            Self::ControlNet(config) => {
                let half = &config.unet;
                let text = |unet: &UnetConfig| unet.text_width(0);
                if text(half) != text(unet) {
                    return differs("its text states are as wide as", &text(half), &text(unet));
                }
                if ![latent, unet.in_channels].contains(&half.in_channels) {
                    return differs("its input channels are", &half.in_channels, &latent);
                }
                if half.block_out_channels != unet.block_out_channels {
                    return differs("its blocks' widths are", &half.block_out_channels, &unet.block_out_channels);
                }
                if skip_channels(half) != skip_channels(unet) {
                    return differs("its blocks' layers are", &half.layers_per_block, &unet.layers_per_block);
                }
                if half.mid_block_type != unet.mid_block_type {
                    return differs("its mid block is", &half.mid_block_type, &unet.mid_block_type);
                }
            }
            Self::Adapter(config) => {
                let features = config.features();
                if features != unet.block_out_channels {
                    return differs("its levels' widths are", &features, &unet.block_out_channels);
                }
            }
        }
        if hint_scale == scale {
            None
        } else {
            differs("a place of it stands for so many pixels:", &hint_scale, &scale)
        }
    }
}

/// What a network must fit to be used with a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlBase {
    pub unet: UnetConfig,
    pub latent_channels: usize,
    /// Pixels a latent cell stands for, along one side.
    pub scale: usize,
}

impl ControlBase {
    /// Of an opened model.
    #[must_use]
    pub fn of(files: &ModelFiles) -> Self {
        let vae = &files.vae.config;
        Self { unet: files.unet.config.clone(), latent_channels: vae.latent_channels, scale: vae.downscale() }
    }

    /// Opens a model and looks at its configs or shapes only: milliseconds, but not for a window's thread.
    ///
    /// # Errors
    /// It is no model, or an incomplete one.
    pub fn read(location: &Path) -> Result<Self, CheckpointError> {
        Ok(Self::of(&open_model(location)?))
    }

    /// What the model is, for people.
    #[must_use]
    pub fn family(&self) -> Family {
        unet_family(&self.unet)
    }
}

/// Which models a control network fits. Displays as words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlFit {
    pub generation: Generation,
    /// Of the text states; `None` for an adapter, which reads no text.
    pub text_width: Option<usize>,
}

impl fmt::Display for ControlFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.text_width, self.generation) {
            (None, Generation::Sd1) => f.write_str("Stable Diffusion 1.x or 2.x"),
            (Some(width), Generation::Sibling) => {
                write!(f, "{} (with text states {width} wide)", self.generation)
            }
            _ => write!(f, "{}", self.generation),
        }
    }
}
