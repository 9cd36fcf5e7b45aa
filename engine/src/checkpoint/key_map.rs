//! One component's tensors in a file that may call them otherwise: diffusers' names, its older ones, or those of the
//! original single-file (CompVis) checkpoints.
//!
//! Everything starts from the list of what the config asks for ([`super::expected`]); each name is looked up under all
//! the names it goes by. So smaller and larger siblings of a model map by the same rules, and nothing is left to chance:
//! what the file lacks and what it has too much come out by name.

mod clip_names;
mod control_names;
mod unet_names;
mod vae_names;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use clip_names::PREFIX as CLIP_PREFIX;
pub use control_names::PREFIX as CONTROL_PREFIX;
pub use unet_names::PREFIX as UNET_PREFIX;
pub use vae_names::PREFIX as VAE_PREFIX;

use super::combine::{Origin, Selected};
use super::config::{
    AdapterConfig, AutoencoderConfig, ClipConfig, ControlNetConfig, TinyAutoencoderConfig, UnetConfig,
};
use super::expected::{self, Expected};
use super::source::Source;

/// How a file names the tensors of its components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As diffusers does (also as it once did), each component in a file of its own.
    Diffusers,
    /// As CompVis' original code does, all components in one file.
    SingleFile,
}

/// Where each tensor of a component is in a file.
#[derive(Debug, Default)]
pub struct Mapping {
    /// By diffusers' names.
    pub found: BTreeMap<String, Origin>,
    pub missing: Vec<Expected>,
    /// Tensors that are there with another shape: what was expected, and the shape found.
    pub misshapen: Vec<(Expected, Vec<usize>)>,
}

impl Mapping {
    /// `names_of` lists the names a tensor may go by, the likeliest first.
    pub fn new(expected: Vec<Expected>, source: &dyn Source, names_of: impl Fn(&str) -> Vec<String>) -> Self {
        let mut mapping = Self::default();
        for wanted in expected {
            let there = names_of(&wanted.name).into_iter().find_map(|name| Some((source.info(&name)?, name)));
            match there {
                Some((info, name)) if is_same_matrix(&info.shape, &wanted.shape) => {
                    mapping.found.insert(wanted.name, Origin { name, shape: wanted.shape });
                }
                Some((info, _)) => mapping.misshapen.push((wanted, info.shape)),
                None => mapping.missing.push(wanted),
            }
        }
        mapping
    }

    /// The names in the file that are used.
    pub fn used(&self) -> BTreeSet<&str> {
        self.found.values().map(|origin| origin.name.as_str()).collect()
    }

    /// The component's tensors under diffusers' names.
    pub fn select(self, source: Arc<dyn Source>) -> Selected {
        Selected::new(source, self.found)
    }
}

/// Equal but for trailing axes of one element: a linear layer's `[a, b]` is a 1x1 convolution's `[a, b, 1, 1]`.
fn is_same_matrix(found: &[usize], wanted: &[usize]) -> bool {
    fn trimmed(mut shape: &[usize]) -> &[usize] {
        while shape.len() > 2
            && let [rest @ .., 1] = shape
        {
            shape = rest;
        }
        shape
    }
    found == wanted || (found.len() >= 2 && wanted.len() >= 2 && trimmed(found) == trimmed(wanted))
}

/// Maps a UNet.
pub fn unet(config: &UnetConfig, source: &dyn Source, layout: Layout) -> Mapping {
    Mapping::new(expected::unet(config), source, |name| match layout {
        Layout::Diffusers => vec![name.to_owned()],
        Layout::SingleFile => unet_names::single_file(config, name),
    })
}

/// Maps an autoencoder.
pub fn autoencoder(config: &AutoencoderConfig, source: &dyn Source, layout: Layout) -> Mapping {
    Mapping::new(expected::autoencoder(config), source, |name| match layout {
        Layout::Diffusers => vae_names::diffusers(name),
        Layout::SingleFile => vae_names::single_file(config, name),
    })
}

/// Maps a text encoder.
pub fn clip(config: &ClipConfig, source: &dyn Source, layout: Layout) -> Mapping {
    Mapping::new(expected::clip(config), source, |name| match layout {
        Layout::Diffusers => clip_names::diffusers(name),
        Layout::SingleFile => clip_names::single_file(name),
    })
}

/// Maps a ControlNet, in whichever layout.
pub fn controlnet(config: &ControlNetConfig, source: &dyn Source) -> Mapping {
    Mapping::new(expected::controlnet(config), source, |name| control_names::controlnet(config, name))
}

/// Maps a T2I-Adapter, in whichever layout.
pub fn adapter(config: &AdapterConfig, source: &dyn Source) -> Mapping {
    Mapping::new(expected::adapter(config), source, |name| control_names::adapter(config, name))
}

/// Maps a tiny autoencoder, which has only ever had one layout.
pub fn tiny_autoencoder(config: &TinyAutoencoderConfig, source: &dyn Source) -> Mapping {
    Mapping::new(expected::tiny_autoencoder(config), source, |name| vec![name.to_owned()])
}

/// Beginnings of names that training leaves in checkpoints and that generation does not need: averaged copies of the
/// weights, the noise schedule's tables, the loss's network.
const HARMLESS_PREFIXES: &[&str] =
    &["model_ema.", "loss.", "first_stage_model.loss.", "optimizer", "embedding_manager."];

/// Names (or their ends, after a dot) of the same kind.
const HARMLESS_NAMES: &[&str] = &[
    "alphas_cumprod",
    "alphas_cumprod_prev",
    "betas",
    "ddim_sigmas",
    // Marks ControlNets that are stored as differences; read, but no weight.
    "difference",
    "log_one_minus_alphas_cumprod",
    "logit_scale",
    "logvar",
    "lvlb_weights",
    "model_ema.decay",
    "model_ema.num_updates",
    "position_ids",
    "posterior_log_variance_clipped",
    "posterior_mean_coef1",
    "posterior_mean_coef2",
    "posterior_variance",
    "scale_factor",
    "sigmas",
    "sqrt_alphas_cumprod",
    "sqrt_one_minus_alphas_cumprod",
    "sqrt_recip_alphas_cumprod",
    "sqrt_recipm1_alphas_cumprod",
    // CLIPTextModelWithProjection; only models with pooled text states use it.
    "text_projection.weight",
];

/// Whether a tensor that no model asks for is known to be unnecessary.
pub fn is_harmless(name: &str) -> bool {
    let ends_so = |known: &&str| name.strip_suffix(*known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    HARMLESS_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || HARMLESS_NAMES.iter().any(ends_so)
}

#[cfg(test)]
mod tests;
