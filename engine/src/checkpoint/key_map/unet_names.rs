//! UNet: diffusers' names -> those of `ldm/modules/diffusionmodules/openaimodel.py`.
//!
//! There the blocks of all levels stand in one row: `input_blocks` 0 is the first convolution, then come a level's resnets
//! (each with its transformer as second part) and its downsampler. `output_blocks` runs backwards over the same, with
//! each level's upsampler as last part of its last block.

use super::super::config::{UnetConfig, UpBlock};

/// What the UNet's names begin with in a whole checkpoint.
pub const PREFIX: &str = "model.diffusion_model.";

/// The names a tensor may have in a single file: in a whole checkpoint, or in a file of the UNet alone.
pub fn single_file(config: &UnetConfig, name: &str) -> Vec<String> {
    let inner = original(config, name);
    inner.map(|inner| vec![format!("{PREFIX}{inner}"), inner]).unwrap_or_default()
}

/// The name in `openaimodel.py`, without a prefix.
pub fn original(config: &UnetConfig, name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('.').collect();
    match *parts.as_slice() {
        ["conv_in", end] => Some(format!("input_blocks.0.0.{end}")),
        ["time_embedding", "linear_1", end] => Some(format!("time_embed.0.{end}")),
        ["time_embedding", "linear_2", end] => Some(format!("time_embed.2.{end}")),
        ["add_embedding", ref rest @ ..] => text_in_time_embedding(rest),
        ["conv_norm_out", end] => Some(format!("out.0.{end}")),
        ["conv_out", end] => Some(format!("out.2.{end}")),
        ["down_blocks", level, kind, index, ref rest @ ..] => {
            down(config, level.parse().ok()?, kind, index.parse().ok()?, rest)
        }
        ["mid_block", "attentions", "0", ref rest @ ..] => Some(format!("middle_block.1.{}", rest.join("."))),
        ["mid_block", "resnets", index, ref rest @ ..] => {
            let place = 2 * index.parse::<usize>().ok()?;
            Some(format!("middle_block.{place}.{}", resnet(rest)?))
        }
        ["up_blocks", block, kind, index, ref rest @ ..] => {
            up(config, block.parse().ok()?, kind, index.parse().ok()?, rest)
        }
        _ => None,
    }
}

/// As in DeepFloyd IF's files.
fn text_in_time_embedding(rest: &[&str]) -> Option<String> {
    match *rest {
        ["norm1", end] => Some(format!("encoder_pooling.0.{end}")),
        ["pool", ref rest @ ..] => Some(format!("encoder_pooling.1.{}", rest.join("."))),
        ["proj", end] => Some(format!("encoder_pooling.2.{end}")),
        ["norm2", end] => Some(format!("encoder_pooling.3.{end}")),
        _ => None,
    }
}

fn down(config: &UnetConfig, level: usize, kind: &str, index: usize, rest: &[&str]) -> Option<String> {
    let before: usize = (0..level).map(|level| config.layers(level) + 1).sum();
    let place = 1 + before + index;
    match kind {
        "resnets" => Some(format!("input_blocks.{place}.0.{}", resnet(rest)?)),
        "attentions" => Some(format!("input_blocks.{place}.1.{}", rest.join("."))),
        "downsamplers" => {
            let [_conv, end] = rest else { return None };
            Some(format!("input_blocks.{}.0.op.{end}", 1 + before + config.layers(level)))
        }
        _ => None,
    }
}

fn up(config: &UnetConfig, block: usize, kind: &str, index: usize, rest: &[&str]) -> Option<String> {
    let layers = |block: usize| Some(config.layers(config.levels().checked_sub(block + 1)?) + 1);
    let before: usize = (0..block).map(layers).sum::<Option<usize>>()?;
    let place = before + index;
    match kind {
        "resnets" => Some(format!("output_blocks.{place}.0.{}", resnet(rest)?)),
        "attentions" => Some(format!("output_blocks.{place}.1.{}", rest.join("."))),
        "upsamplers" => {
            let last = before + layers(block)? - 1;
            let part = if config.up_block_types.get(block) == Some(&UpBlock::CrossAttention) { 2 } else { 1 };
            Some(format!("output_blocks.{last}.{part}.{}", rest.join(".")))
        }
        _ => None,
    }
}

fn resnet(rest: &[&str]) -> Option<String> {
    let [part, end] = rest else { return None };
    let part = match *part {
        "norm1" => "in_layers.0",
        "conv1" => "in_layers.2",
        "time_emb_proj" => "emb_layers.1",
        "norm2" => "out_layers.0",
        "conv2" => "out_layers.3",
        "conv_shortcut" => "skip_connection",
        _ => return None,
    };
    Some(format!("{part}.{end}"))
}
