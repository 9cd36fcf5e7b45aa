//! Control networks: diffusers' names -> those of their original files.

use super::super::config::{AdapterConfig, AdapterType, ControlNetConfig};
use super::unet_names;

/// What a ControlNet's names begin with in files saved by its training (lllyasviel/ControlNet).
pub const PREFIX: &str = "control_model.";

/// The names a ControlNet's tensor may have in a single file: those of `cldm/cldm.py` with and without the training's
/// prefix, then diffusers' own.
pub fn controlnet(config: &ControlNetConfig, name: &str) -> Vec<String> {
    let original = original(config, name).or_else(|| unet_names::original(&config.unet, name));
    let originals = original.into_iter().flat_map(|inner| [format!("{PREFIX}{inner}"), inner]);
    originals.chain([name.to_owned()]).collect()
}

fn original(config: &ControlNetConfig, name: &str) -> Option<String> {
    // The network that brings a hint to the latents' size is one row of convolutions, each followed by an activation.
    let hint = |place: usize, end: &str| Some(format!("input_hint_block.{}.{end}", 2 * place));
    let blocks = 2 * (config.embedding_channels().len() - 1);
    match *name.split('.').collect::<Vec<_>>().as_slice() {
        ["controlnet_cond_embedding", "conv_in", end] => hint(0, end),
        ["controlnet_cond_embedding", "blocks", index, end] => hint(index.parse::<usize>().ok()? + 1, end),
        ["controlnet_cond_embedding", "conv_out", end] => hint(blocks + 1, end),
        ["controlnet_down_blocks", index, end] => Some(format!("zero_convs.{index}.0.{end}")),
        ["controlnet_mid_block", end] => Some(format!("middle_block_out.0.{end}")),
        _ => None,
    }
}

/// The names an adapter's tensor may have: TencentARC's (`ldm/modules/encoders/adapter.py`), then diffusers'.
pub fn adapter(config: &AdapterConfig, name: &str) -> Vec<String> {
    original_adapter(config, name).into_iter().chain([name.to_owned()]).collect()
}

fn original_adapter(config: &AdapterConfig, name: &str) -> Option<String> {
    // Full adapters have all levels' blocks in one row there; the first of a level changes the width.
    let full = config.kind() == AdapterType::Full;
    match *name.split('.').collect::<Vec<_>>().as_slice() {
        ["adapter", "conv_in", end] => Some(format!("conv_in.{end}")),
        ["adapter", "body", level, "in_conv", end] if full => {
            Some(format!("body.{}.in_conv.{end}", level.parse::<usize>().ok()? * config.num_res_blocks))
        }
        ["adapter", "body", level, "resnets", layer, block, end] if full => {
            let place = level.parse::<usize>().ok()? * config.num_res_blocks + layer.parse::<usize>().ok()?;
            Some(format!("body.{place}.{block}.{end}"))
        }
        ["adapter", "body", level, conv @ ("in_conv" | "out_conv"), end] => Some(format!("body.{level}.{conv}.{end}")),
        ["adapter", "body", level, "resnets", layer, block, end] => {
            Some(format!("body.{level}.body.{layer}.{block}.{end}"))
        }
        _ => None,
    }
}
