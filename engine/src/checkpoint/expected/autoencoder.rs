//! The tensors of an `AutoencoderKL`.

use super::super::config::AutoencoderConfig;
use super::{Expected, List};

/// The tensors of an autoencoder that was built from a checked `config`.
pub fn autoencoder(config: &AutoencoderConfig) -> Vec<Expected> {
    let mut list = List::default();
    encoder(&mut list, config);
    decoder(&mut list, config);
    let latent = config.latent_channels;
    if config.use_quant_conv {
        list.conv("quant_conv", 2 * latent, 2 * latent, 1);
    }
    if config.use_post_quant_conv {
        list.conv("post_quant_conv", latent, latent, 1);
    }
    list.0
}

fn encoder(list: &mut List, config: &AutoencoderConfig) {
    let widths = &config.block_out_channels;
    let mut from = widths.first().copied().unwrap_or(0);
    list.conv("encoder.conv_in", config.in_channels, from, 3);
    for (block, &to) in widths.iter().enumerate() {
        for layer in 0..config.layers_per_block {
            list.resnet(&format!("encoder.down_blocks.{block}.resnets.{layer}"), from, to, None);
            from = to;
        }
        if block + 1 < widths.len() {
            list.conv(&format!("encoder.down_blocks.{block}.downsamplers.0.conv"), to, to, 3);
        }
    }
    mid_block(list, config, "encoder.mid_block", from);
    list.norm("encoder.conv_norm_out", from);
    // A mean and a log-variance for every latent channel.
    list.conv("encoder.conv_out", from, 2 * config.latent_channels, 3);
}

fn decoder(list: &mut List, config: &AutoencoderConfig) {
    let widths = &config.block_out_channels;
    let mut from = widths.last().copied().unwrap_or(0);
    list.conv("decoder.conv_in", config.latent_channels, from, 3);
    mid_block(list, config, "decoder.mid_block", from);
    for (block, &to) in widths.iter().rev().enumerate() {
        for layer in 0..=config.layers_per_block {
            list.resnet(&format!("decoder.up_blocks.{block}.resnets.{layer}"), from, to, None);
            from = to;
        }
        if block + 1 < widths.len() {
            list.conv(&format!("decoder.up_blocks.{block}.upsamplers.0.conv"), to, to, 3);
        }
    }
    list.norm("decoder.conv_norm_out", from);
    list.conv("decoder.conv_out", from, config.out_channels, 3);
}

fn mid_block(list: &mut List, config: &AutoencoderConfig, name: &str, width: usize) {
    list.resnet(&format!("{name}.resnets.0"), width, width, None);
    if config.mid_block_add_attention {
        list.norm(&format!("{name}.attentions.0.group_norm"), width);
        for part in ["to_q", "to_k", "to_v", "to_out.0"] {
            list.linear(&format!("{name}.attentions.0.{part}"), width, width);
        }
    }
    list.resnet(&format!("{name}.resnets.1"), width, width, None);
}
