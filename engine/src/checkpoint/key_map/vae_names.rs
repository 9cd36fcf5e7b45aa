//! Autoencoder: diffusers' names -> its older ones, and those of `ldm/modules/diffusionmodules/model.py`.

use super::super::config::AutoencoderConfig;

/// What the autoencoder's names begin with in a whole checkpoint.
pub const PREFIX: &str = "first_stage_model.";

/// The parts of the attention in the mid block: diffusers' name, the one it had before version 0.17, CompVis'.
const ATTENTION: &[(&str, &str, &str)] = &[
    ("group_norm", "group_norm", "norm"),
    ("to_q", "query", "q"),
    ("to_k", "key", "k"),
    ("to_v", "value", "v"),
    ("to_out.0", "proj_attn", "proj_out"),
];

/// The names a tensor may have in a file of diffusers.
pub fn diffusers(name: &str) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    if let Some((before, part, end)) = attention(name) {
        names.extend(
            ATTENTION.iter().filter(|(now, ..)| *now == part).map(|(_, old, _)| format!("{before}{old}.{end}")),
        );
    }
    names
}

/// The names a tensor may have in a single file: in a whole checkpoint, or in a file of the autoencoder alone.
pub fn single_file(config: &AutoencoderConfig, name: &str) -> Vec<String> {
    let inner = original(config, name);
    inner.map(|inner| vec![format!("{PREFIX}{inner}"), inner]).unwrap_or_default()
}

/// `encoder.mid_block.attentions.0.to_out.0.weight` -> (`encoder.mid_block.attentions.0.`, `to_out.0`, `weight`).
fn attention(name: &str) -> Option<(&str, &str, &str)> {
    const MARK: &str = "mid_block.attentions.0.";
    let start = name.find(MARK)? + MARK.len();
    let (part, end) = name.get(start..)?.rsplit_once('.')?;
    Some((name.get(..start)?, part, end))
}

fn original(config: &AutoencoderConfig, name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('.').collect();
    match *parts.as_slice() {
        ["quant_conv" | "post_quant_conv", _] => Some(name.to_owned()),
        [side, "conv_in" | "conv_out", _] if is_side(side) => Some(name.to_owned()),
        [side, "conv_norm_out", end] => Some(format!("{side}.norm_out.{end}")),
        [side, "mid_block", "attentions", ..] => {
            let (_, part, end) = attention(name)?;
            let (.., part) = ATTENTION.iter().find(|(now, ..)| *now == part)?;
            Some(format!("{side}.mid.attn_1.{part}.{end}"))
        }
        [side, "mid_block", "resnets", index, part, end] => {
            let place = index.parse::<usize>().ok()? + 1;
            Some(format!("{side}.mid.block_{place}.{}.{end}", resnet(part)))
        }
        ["encoder", "down_blocks", block, "resnets", index, part, end] => {
            Some(format!("encoder.down.{block}.block.{index}.{}.{end}", resnet(part)))
        }
        ["encoder", "down_blocks", block, "downsamplers", "0", "conv", end] => {
            Some(format!("encoder.down.{block}.downsample.conv.{end}"))
        }
        ["decoder", "up_blocks", block, "resnets", index, part, end] => {
            Some(format!("decoder.up.{}.block.{index}.{}.{end}", from_far_end(config, block)?, resnet(part)))
        }
        ["decoder", "up_blocks", block, "upsamplers", "0", "conv", end] => {
            Some(format!("decoder.up.{}.upsample.conv.{end}", from_far_end(config, block)?))
        }
        _ => None,
    }
}

fn is_side(part: &str) -> bool {
    matches!(part, "encoder" | "decoder")
}

/// CompVis numbers the decoder's blocks by resolution, diffusers in the order they are run.
fn from_far_end(config: &AutoencoderConfig, block: &str) -> Option<usize> {
    config.block_out_channels.len().checked_sub(block.parse::<usize>().ok()? + 1)
}

fn resnet(part: &str) -> &str {
    if part == "conv_shortcut" { "nin_shortcut" } else { part }
}
