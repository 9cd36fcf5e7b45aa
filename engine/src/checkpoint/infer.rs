//! Configs of a single-file checkpoint's components, from the shapes of its tensors.
//!
//! What shapes do not show is taken from the original models: 8 attention heads (64 channels a head where transformers
//! project with linear layers, as in Stable Diffusion 2 and XL), 32 groups, 64 heads for pooling text, latents scaled by 0.18215. Where channels do
//! not divide by these, the next smaller power of two that does is taken.

mod control;

pub use control::{adapter, controlnet};

use super::config::{
    AdditionEmbed, AutoencoderConfig, ClipConfig, DownBlock, MidBlock, PerBlock, SampleSize, TimeScaleShift,
    UnetConfig, UpBlock,
};
use super::source::Source;

/// Heads that pool the text for the time embedding in DeepFloyd IF's UNets.
const POOLING_HEADS: usize = 64;
/// More blocks than any UNet has, at which counting ends.
const MAX_COUNT: usize = 256;

/// Looks tensors up under a prefix.
struct Shapes<'a> {
    source: &'a dyn Source,
    prefix: &'a str,
}

impl Shapes<'_> {
    /// The shape of a layer's weight.
    fn weight(&self, layer: &str) -> Option<Vec<usize>> {
        self.source.info(&format!("{}{layer}.weight", self.prefix)).map(|info| info.shape)
    }

    /// `axis` of the shape of a layer's weight.
    fn axis(&self, layer: &str, axis: usize) -> Option<usize> {
        self.weight(layer)?.get(axis).copied()
    }

    /// How many of the layers that `name` makes of 0, 1, 2, ... are there.
    fn count(&self, name: impl Fn(usize) -> String) -> usize {
        (0..MAX_COUNT).take_while(|&index| self.weight(&name(index)).is_some()).count()
    }
}

/// What is seen of a transformer.
#[derive(Clone, Copy, PartialEq)]
struct Transformer {
    layers: usize,
    text_width: usize,
    linear: bool,
}

#[derive(Default)]
struct Level {
    channels: usize,
    layers: usize,
    transformer: Option<Transformer>,
}

/// The config of the UNet whose names begin with `prefix`; `None` where there is none. Not checked yet.
pub fn unet(source: &dyn Source, prefix: &str) -> Option<UnetConfig> {
    let shapes = Shapes { source, prefix };
    let levels = unet_levels(&shapes);
    let mid = transformer(&shapes, "middle_block.1");
    let half = first_half(&shapes, &levels, mid, &ORIGINAL)?;
    Some(UnetConfig {
        out_channels: shapes.axis("out.2", 0)?,
        sample_size: Some(SampleSize::Square(64)),
        up_block_types: up_blocks(&shapes, &levels),
        ..half
    })
}

/// Layers whose shapes tell of a UNet's first half.
struct Telling {
    conv_in: &'static str,
    first_conv: &'static str,
    first_time: &'static str,
    text_pooling: &'static str,
    mid: &'static str,
}

/// In CompVis' names.
const ORIGINAL: Telling = Telling {
    conv_in: "input_blocks.0.0",
    first_conv: "input_blocks.1.0.in_layers.2",
    first_time: "input_blocks.1.0.emb_layers.1",
    text_pooling: "encoder_pooling.2",
    mid: "middle_block.0.in_layers.2",
};

/// All but the way up.
fn first_half(
    shapes: &Shapes<'_>,
    levels: &[Level],
    mid: Option<Transformer>,
    telling: &Telling,
) -> Option<UnetConfig> {
    let seen = || levels.iter().filter_map(|level| level.transformer).chain(mid);
    let linear = seen().any(|transformer| transformer.linear);
    let block_out_channels: Vec<usize> = levels.iter().map(|level| level.channels).collect();
    let text_width = seen().map(|transformer| transformer.text_width).next()?;
    let down = |level: &Level| level.transformer.map_or(DownBlock::Plain, |_| DownBlock::CrossAttention);
    let depth = |level: &Level| level.transformer.or(mid).map_or(1, |transformer| transformer.layers);
    Some(UnetConfig {
        in_channels: shapes.axis(telling.conv_in, 1)?,
        layers_per_block: per_block(levels.iter().map(|level| level.layers).collect()),
        down_block_types: levels.iter().map(down).collect(),
        mid_block_type: shapes.weight(telling.mid).map(|_| MidBlock::CrossAttention),
        cross_attention_dim: PerBlock::All(text_width),
        attention_head_dim: per_block(heads(&block_out_channels, linear)),
        use_linear_projection: linear,
        transformer_layers_per_block: per_block(levels.iter().map(depth).collect()),
        norm_num_groups: power_of_two_dividing(&block_out_channels, 32),
        resnet_time_scale_shift: time_scale_shift(shapes, telling),
        addition_embed_type: shapes.axis(telling.text_pooling, 0).map(|_| AdditionEmbed::Text),
        addition_embed_type_num_heads: power_of_two_dividing(&[text_width], POOLING_HEADS),
        block_out_channels,
        ..UnetConfig::default()
    })
}

/// Where the time scales as well as shifts, each channel takes two numbers from it.
fn time_scale_shift(shapes: &Shapes<'_>, telling: &Telling) -> TimeScaleShift {
    let channels = shapes.axis(telling.first_conv, 0);
    let from_time = shapes.axis(telling.first_time, 0);
    match channels.zip(from_time) {
        Some((channels, from_time)) if channels.checked_mul(2) == Some(from_time) => TimeScaleShift::ScaleShift,
        _ => TimeScaleShift::Default,
    }
}

fn unet_levels(shapes: &Shapes<'_>) -> Vec<Level> {
    let mut levels = Vec::new();
    let mut level = Level::default();
    for block in 1..MAX_COUNT {
        if shapes.weight(&format!("input_blocks.{block}.0.op")).is_some() {
            levels.push(std::mem::take(&mut level));
        } else if let Some(channels) = shapes.axis(&format!("input_blocks.{block}.0.in_layers.2"), 0) {
            level.channels = channels;
            level.layers += 1;
            level.transformer = level.transformer.or(transformer(shapes, &format!("input_blocks.{block}.1")));
        } else {
            break;
        }
    }
    levels.push(level);
    levels
}

fn transformer(shapes: &Shapes<'_>, name: &str) -> Option<Transformer> {
    let project = shapes.weight(&format!("{name}.proj_in"))?;
    let block = |index| format!("{name}.transformer_blocks.{index}.attn2.to_k");
    Some(Transformer {
        layers: shapes.count(block),
        text_width: shapes.axis(&block(0), 1)?,
        linear: project.len() == 2,
    })
}

/// From the innermost level outwards.
fn up_blocks(shapes: &Shapes<'_>, levels: &[Level]) -> Vec<UpBlock> {
    let mut place = 0;
    let mut blocks = Vec::new();
    for level in levels.iter().rev() {
        let attends = shapes.weight(&format!("output_blocks.{place}.1.proj_in")).is_some();
        blocks.push(if attends { UpBlock::CrossAttention } else { UpBlock::Plain });
        place += level.layers + 1;
    }
    blocks
}

fn heads(channels: &[usize], linear: bool) -> Vec<usize> {
    match linear {
        true => channels.iter().map(|channels| (channels / 64).max(1)).collect(),
        false => vec![power_of_two_dividing(channels, 8); channels.len()],
    }
}

/// The config of the autoencoder whose names begin with `prefix`; `None` where there is none. Not checked yet.
pub fn autoencoder(source: &dyn Source, prefix: &str) -> Option<AutoencoderConfig> {
    let shapes = Shapes { source, prefix };
    let first_conv = |block: usize| format!("encoder.down.{block}.block.0.conv1");
    let blocks = shapes.count(first_conv);
    let block_out_channels: Vec<usize> = (0..blocks).filter_map(|block| shapes.axis(&first_conv(block), 0)).collect();
    Some(AutoencoderConfig {
        in_channels: shapes.axis("encoder.conv_in", 1)?,
        out_channels: shapes.axis("decoder.conv_out", 0)?,
        latent_channels: shapes.axis("decoder.conv_in", 1)?,
        down_block_types: vec!["DownEncoderBlock2D".to_owned(); blocks],
        up_block_types: vec!["UpDecoderBlock2D".to_owned(); blocks],
        layers_per_block: shapes.count(|layer| format!("encoder.down.0.block.{layer}.conv1")),
        norm_num_groups: power_of_two_dividing(&block_out_channels, 32),
        use_quant_conv: shapes.weight("quant_conv").is_some(),
        use_post_quant_conv: shapes.weight("post_quant_conv").is_some(),
        mid_block_add_attention: shapes.weight("decoder.mid.attn_1.q").is_some(),
        sample_size: 512,
        block_out_channels,
        ..AutoencoderConfig::default()
    })
}

/// The config of the text encoder whose names begin with `prefix`; `None` where there is none. Not checked yet.
pub fn clip(source: &dyn Source, prefix: &str) -> Option<ClipConfig> {
    let shapes = Shapes { source, prefix };
    let tokens = shapes.weight("embeddings.token_embedding")?;
    let &[vocab_size, hidden_size] = tokens.as_slice() else { return None };
    Some(ClipConfig {
        vocab_size,
        hidden_size,
        intermediate_size: shapes.axis("encoder.layers.0.mlp.fc1", 0)?,
        num_hidden_layers: shapes.count(|layer| format!("encoder.layers.{layer}.mlp.fc1")),
        num_attention_heads: text_heads(hidden_size),
        max_position_embeddings: shapes.axis("embeddings.position_embedding", 0)?,
        projection_dim: hidden_size,
        ..ClipConfig::default()
    })
}

/// CLIP's heads are 64 wide; text encoders too narrow for that are given heads of 8.
fn text_heads(width: usize) -> usize {
    [64, 8].into_iter().find(|&head| width.is_multiple_of(head)).map_or(1, |head| (width / head).max(1))
}

fn per_block(values: Vec<usize>) -> PerBlock<usize> {
    match values.as_slice() {
        [first, rest @ ..] if rest.iter().all(|value| value == first) => PerBlock::All(*first),
        _ => PerBlock::Each(values),
    }
}

/// The largest power of two up to `most` that divides all `values`.
fn power_of_two_dividing(values: &[usize], most: usize) -> usize {
    let mut power = most;
    while power > 1 && !values.iter().all(|value| value.is_multiple_of(power)) {
        power /= 2;
    }
    power
}
