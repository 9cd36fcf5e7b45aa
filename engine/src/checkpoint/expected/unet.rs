//! The tensors of a `UNet2DConditionModel`.

use super::super::config::{AdditionEmbed, DownBlock, UnetConfig, UpBlock};
use super::{Expected, List, TimeInput};

/// The tensors of a UNet that was built from a checked `config`.
pub fn unet(config: &UnetConfig) -> Vec<Expected> {
    let mut list = List::default();
    first_half(&mut list, config);
    let first = channels(config, 0);
    for block in 0..config.levels() {
        up_block(&mut list, config, block);
    }
    list.norm("conv_norm_out", first);
    list.conv("conv_out", first, config.out_channels, 3);
    list.0
}

/// All before the way up.
pub(super) fn first_half(list: &mut List, config: &UnetConfig) {
    let (first, time) = (channels(config, 0), config.time_width());
    list.conv("conv_in", config.in_channels, first, 3);
    list.linear("time_embedding.linear_1", first, time);
    list.linear("time_embedding.linear_2", time, time);
    if config.addition_embed_type == Some(AdditionEmbed::Text) {
        text_in_time_embedding(list, config.text_width(0), time);
    }
    for level in 0..config.levels() {
        down_block(list, config, level);
    }
    mid_block(list, config);
}

fn channels(config: &UnetConfig, level: usize) -> usize {
    config.block_out_channels.get(level).copied().unwrap_or(0)
}

fn time_input(config: &UnetConfig) -> TimeInput {
    TimeInput { width: config.time_width(), scales: config.time_scales() }
}

fn text_in_time_embedding(list: &mut List, text: usize, time: usize) {
    list.norm("add_embedding.norm1", text);
    list.tensor("add_embedding.pool.positional_embedding".to_owned(), &[1, text]);
    for projection in ["k_proj", "q_proj", "v_proj"] {
        list.linear(&format!("add_embedding.pool.{projection}"), text, text);
    }
    list.linear("add_embedding.proj", text, time);
    list.norm("add_embedding.norm2", time);
}

fn down_block(list: &mut List, config: &UnetConfig, level: usize) {
    let (block, to) = (format!("down_blocks.{level}"), channels(config, level));
    let mut from = channels(config, level.saturating_sub(1));
    for layer in 0..config.layers(level) {
        list.resnet(&format!("{block}.resnets.{layer}"), from, to, Some(time_input(config)));
        if config.down_block_types.get(level) == Some(&DownBlock::CrossAttention) {
            transformer(list, config, &format!("{block}.attentions.{layer}"), level);
        }
        from = to;
    }
    if level + 1 < config.levels() {
        list.conv(&format!("{block}.downsamplers.0.conv"), to, to, 3);
    }
}

fn mid_block(list: &mut List, config: &UnetConfig) {
    if config.mid_block_type.is_none() {
        return;
    }
    let level = config.levels().saturating_sub(1);
    let width = channels(config, level);
    list.resnet("mid_block.resnets.0", width, width, Some(time_input(config)));
    transformer(list, config, "mid_block.attentions.0", level);
    list.resnet("mid_block.resnets.1", width, width, Some(time_input(config)));
}

/// `block` counts from the innermost.
fn up_block(list: &mut List, config: &UnetConfig, block: usize) {
    let level = config.levels().saturating_sub(block + 1);
    let (name, to) = (format!("up_blocks.{block}"), channels(config, level));
    let below = if block == 0 { to } else { channels(config, level + 1) };
    let layers = config.layers(level) + 1;
    for layer in 0..layers {
        // What comes from below or from the layer before, and the skip connection beside it: the way down's outputs
        // backwards, the last of which is that of the downsampler above this level (or of `conv_in`).
        let from = if layer == 0 { below } else { to };
        let skip = if layer + 1 == layers { channels(config, level.saturating_sub(1)) } else { to };
        list.resnet(&format!("{name}.resnets.{layer}"), from + skip, to, Some(time_input(config)));
        if config.up_block_types.get(block) == Some(&UpBlock::CrossAttention) {
            transformer(list, config, &format!("{name}.attentions.{layer}"), level);
        }
    }
    if level > 0 {
        list.conv(&format!("{name}.upsamplers.0.conv"), to, to, 3);
    }
}

fn transformer(list: &mut List, config: &UnetConfig, name: &str, level: usize) {
    let (width, text) = (channels(config, level), config.text_width(level));
    let project = |list: &mut List, name: String| match config.use_linear_projection {
        true => list.linear(&name, width, width),
        false => list.conv(&name, width, width, 1),
    };
    list.norm(&format!("{name}.norm"), width);
    project(list, format!("{name}.proj_in"));
    for layer in 0..config.transformer_layers(level) {
        let layer = format!("{name}.transformer_blocks.{layer}");
        for (attention, from) in [("attn1", width), ("attn2", text)] {
            let attention = format!("{layer}.{attention}");
            list.linear_without_bias(&format!("{attention}.to_q"), width, width);
            list.linear_without_bias(&format!("{attention}.to_k"), from, width);
            list.linear_without_bias(&format!("{attention}.to_v"), from, width);
            list.linear(&format!("{attention}.to_out.0"), width, width);
        }
        // Twice the hidden width: one half gates the other (GEGLU).
        list.linear(&format!("{layer}.ff.net.0.proj"), width, 8 * width);
        list.linear(&format!("{layer}.ff.net.2"), 4 * width, width);
        for norm in ["norm1", "norm2", "norm3"] {
            list.norm(&format!("{layer}.{norm}"), width);
        }
    }
    project(list, format!("{name}.proj_out"));
}
