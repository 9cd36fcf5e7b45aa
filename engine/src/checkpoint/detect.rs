//! What a file is, from the names and shapes of its tensors.

use std::fmt;

use super::config::UnetConfig;
use super::infer;
use super::key_map::{CLIP_PREFIX, CONTROL_PREFIX, UNET_PREFIX, VAE_PREFIX};
use super::source::Source;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole model in one file, in CompVis' layout.
    Checkpoint(Family),
    /// A UNet alone.
    Unet(Family),
    Autoencoder,
    TextEncoder,
    TinyAutoencoder,
    ControlNet(Option<Generation>),
    Adapter,
    Lora(LoraDialect),
    TextualInversion,
    Unknown,
}

/// A UNet's generation and what it takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    pub generation: Generation,
    /// Channels of the UNet's input: the latents, and what a model for a special task reads beside them.
    pub in_channels: usize,
    /// Channels of its output, which are those of the latents.
    pub out_channels: usize,
}

/// What a UNet is for, as far as its channels tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnetTask {
    Ordinary,
    Depth,
    InstructPix2Pix,
    Inpainting,
    Unknown,
}

impl Family {
    /// Not every autoencoder's latents have four channels, so only what is beside them tells the task.
    #[must_use]
    pub fn task(self) -> UnetTask {
        let latent = self.out_channels;
        match self.in_channels.checked_sub(latent) {
            Some(0) => UnetTask::Ordinary,
            Some(1) => UnetTask::Depth,
            Some(beside) if beside == latent => UnetTask::InstructPix2Pix,
            Some(beside) if beside == latent + 1 => UnetTask::Inpainting,
            _ => UnetTask::Unknown,
        }
    }
}

/// Generations differ in their text encoders, so in the width of the text states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    Sd1,
    Sd2,
    Xl,
    XlRefiner,
    /// The same architecture in another size.
    Sibling,
}

/// The ways LoRA files name their tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoraDialect {
    /// `lora_unet_...lora_down.weight`: kohya-ss, A1111.
    Kohya,
    /// `lora_unet_...hada_w1_a`, `...lokr_w1`: LyCORIS.
    Lycoris,
    /// `...processor.to_q_lora.down.weight`: diffusers before 0.22.
    Diffusers,
    /// `...to_q.lora_A.weight`: PEFT, diffusers since.
    Peft,
    /// `unet:0:up`: cloneofsimo.
    Cloneofsimo,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checkpoint(family) => write!(f, "a checkpoint of {family}"),
            Self::Unet(family) => write!(f, "a UNet of {family}"),
            Self::Autoencoder => f.write_str("an autoencoder (VAE)"),
            Self::TextEncoder => f.write_str("a text encoder (CLIP)"),
            Self::TinyAutoencoder => f.write_str("a tiny autoencoder (TAESD)"),
            Self::ControlNet(None) => f.write_str("a ControlNet"),
            Self::ControlNet(Some(generation)) => write!(f, "a ControlNet for {generation}"),
            Self::Adapter => f.write_str("a T2I-Adapter"),
            Self::Lora(dialect) => write!(f, "a LoRA ({dialect})"),
            Self::TextualInversion => f.write_str("a textual inversion"),
            Self::Unknown => f.write_str("something unknown"),
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.generation)?;
        match self.task() {
            UnetTask::Ordinary => Ok(()),
            UnetTask::Depth => f.write_str(" with depth"),
            UnetTask::InstructPix2Pix => f.write_str(" for instruct-pix2pix"),
            UnetTask::Inpainting => f.write_str(" for inpainting"),
            UnetTask::Unknown => write!(f, " with {} input channels", self.in_channels),
        }
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sd1 => "Stable Diffusion 1.x",
            Self::Sd2 => "Stable Diffusion 2.x",
            Self::Xl => "Stable Diffusion XL",
            Self::XlRefiner => "the Stable Diffusion XL refiner",
            Self::Sibling => "a Stable Diffusion of another size",
        })
    }
}

impl fmt::Display for LoraDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kohya => "kohya's names",
            Self::Lycoris => "LyCORIS",
            Self::Diffusers => "diffusers' older names",
            Self::Peft => "PEFT's names",
            Self::Cloneofsimo => "cloneofsimo's names",
        })
    }
}

impl Kind {
    /// One word, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Checkpoint(_) => "checkpoint",
            Self::Unet(_) => "unet",
            Self::Autoencoder => "vae",
            Self::TextEncoder => "text_encoder",
            Self::TinyAutoencoder => "tiny_vae",
            Self::ControlNet(_) => "controlnet",
            Self::Adapter => "t2i_adapter",
            Self::Lora(_) => "lora",
            Self::TextualInversion => "textual_inversion",
            Self::Unknown => "unknown",
        }
    }
}

/// What a UNet with this config belongs to.
pub fn unet_family(config: &UnetConfig) -> Family {
    let full_size = config.block_out_channels.first() >= Some(&320);
    family(
        config.text_width(0),
        [config.in_channels, config.out_channels],
        // Only Stable Diffusion XL has one (`text_time`), and its configs are refused before they come here.
        false,
        full_size,
    )
}

/// What a ControlNet whose half of a UNet has this config belongs to.
pub fn control_generation(half: &UnetConfig) -> Generation {
    unet_family(half).generation
}

/// What `source` is. Looks at names first, since training leaves much beside the weights, then at shapes.
pub fn detect(source: &dyn Source) -> Kind {
    let names = source.names();
    let any = |test: &dyn Fn(&str) -> bool| names.iter().any(|name| test(name));
    let has = |name: &str| source.info(name).is_some();
    if let Some(dialect) = lora(&names) {
        return Kind::Lora(dialect);
    }
    if any(&|name| {
        name.starts_with("control_model.") || name.contains("controlnet_") || name.starts_with("zero_convs.")
    }) {
        return Kind::ControlNet(controlnet_generation(source));
    }
    if is_adapter(source) {
        return Kind::Adapter;
    }
    if let Some(family) = single_file_family(source, UNET_PREFIX) {
        return Kind::Checkpoint(family);
    }
    if let Some(family) = single_file_family(source, "").or_else(|| diffusers_family(source)) {
        return Kind::Unet(family);
    }
    if ["decoder.conv_in.weight", &format!("{VAE_PREFIX}decoder.conv_in.weight")].into_iter().any(has) {
        return Kind::Autoencoder;
    }
    let embedding = "embeddings.token_embedding.weight";
    if ["", "text_model.", CLIP_PREFIX, &format!("{CLIP_PREFIX}text_model.")]
        .into_iter()
        .any(|prefix| has(&format!("{prefix}{embedding}")))
    {
        return Kind::TextEncoder;
    }
    if is_tiny_autoencoder(source) {
        return Kind::TinyAutoencoder;
    }
    if is_textual_inversion(source, &names) { Kind::TextualInversion } else { Kind::Unknown }
}

fn controlnet_generation(source: &dyn Source) -> Option<Generation> {
    let label = ["label_emb.0.0.weight", "control_model.label_emb.0.0.weight", "add_embedding.linear_1.weight"];
    let has_label = label.into_iter().any(|name| source.info(name).is_some());
    let config = [CONTROL_PREFIX, ""].into_iter().find_map(|prefix| infer::controlnet(source, prefix))?.unet;
    let channels = [config.in_channels, config.out_channels];
    let full_size = config.block_out_channels.first() >= Some(&320);
    Some(family(config.text_width(0), channels, has_label, full_size).generation)
}

/// TencentARC's names, or diffusers'.
fn is_adapter(source: &dyn Source) -> bool {
    ["body.0.block1.weight", "body.0.body.0.block1.weight", "adapter.body.0.resnets.0.block1.weight"]
        .into_iter()
        .any(|name| source.info(name).is_some())
}

fn lora(names: &[String]) -> Option<LoraDialect> {
    let any = |test: &dyn Fn(&str) -> bool| names.iter().any(|name| test(name));
    if any(&|name| name.contains(".hada_w1") || name.contains(".lokr_w")) {
        Some(LoraDialect::Lycoris)
    } else if any(&|name| name.starts_with("lora_") && name.contains(".lora_down")) {
        Some(LoraDialect::Kohya)
    } else if any(&|name| name.contains(".lora_A.")) {
        Some(LoraDialect::Peft)
    } else if any(&|name| name.contains("_lora.down.") || name.contains(".lora.down.")) {
        Some(LoraDialect::Diffusers)
    } else if any(&is_cloneofsimo) {
        Some(LoraDialect::Cloneofsimo)
    } else {
        None
    }
}

/// `unet:12:up`, `text_encoder:3:down`.
fn is_cloneofsimo(name: &str) -> bool {
    let mut parts = name.split(':');
    let (Some(_), Some(index), Some("up" | "down"), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    index.parse::<u32>().is_ok()
}

fn single_file_family(source: &dyn Source, prefix: &str) -> Option<Family> {
    let config = infer::unet(source, prefix)?;
    let has_label = source.info(&format!("{prefix}label_emb.0.0.weight")).is_some();
    let channels = [config.in_channels, config.out_channels];
    Some(family(config.text_width(0), channels, has_label, config.block_out_channels.first() >= Some(&320)))
}

fn diffusers_family(source: &dyn Source) -> Option<Family> {
    let conv_in = source.info("conv_in.weight")?.shape;
    let out_channels = *source.info("conv_out.weight")?.shape.first()?;
    source.info("time_embedding.linear_1.weight")?;
    let has_label = source.info("add_embedding.linear_1.weight").is_some();
    let text = (0..8).find_map(|level| {
        let name = format!("down_blocks.{level}.attentions.0.transformer_blocks.0.attn2.to_k.weight");
        source.info(&name)?.shape.get(1).copied()
    });
    let &[first, in_channels, ..] = conv_in.as_slice() else { return None };
    Some(family(text?, [in_channels, out_channels], has_label, first >= 320))
}

fn family(text_width: usize, channels: [usize; 2], has_label: bool, full_size: bool) -> Family {
    let generation = match (text_width, has_label) {
        (2048, true) => Generation::Xl,
        (1280, true) => Generation::XlRefiner,
        (768, false) if full_size => Generation::Sd1,
        (1024, false) if full_size => Generation::Sd2,
        _ => Generation::Sibling,
    };
    let [in_channels, out_channels] = channels;
    Family { generation, in_channels, out_channels }
}

/// diffusers' names, or those of madebyollin/taesd: a sequence whose residual blocks hold `conv.0`, `conv.2`, `conv.4`.
fn is_tiny_autoencoder(source: &dyn Source) -> bool {
    let has = |name: &str| source.info(name).is_some();
    let own = |first: &str, block: &str| has(&format!("{first}.weight")) && has(&format!("{block}.conv.0.weight"));
    own("encoder.layers.0", "encoder.layers.1")
        || own("decoder.layers.0", "decoder.layers.2")
        || own("0", "1")
        || own("1", "3")
        || (has("1.weight") && has("3.0.conv.0.weight"))
}

/// A few rows as wide as a text encoder's states.
fn is_textual_inversion(source: &dyn Source, names: &[String]) -> bool {
    let is_row = |name: &String| {
        source.info(name).is_some_and(|info| {
            matches!(info.shape.as_slice(), [768 | 1024 | 1280] | [_, 768 | 1024 | 1280]) && info.elements() <= 1 << 20
        })
    };
    let known = |name: &String| name == "emb_params" || name.starts_with("string_to_param");
    names.iter().any(known) || (names.len() <= 16 && !names.is_empty() && names.iter().all(is_row))
}

#[cfg(test)]
mod tests;
