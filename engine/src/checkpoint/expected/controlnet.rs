//! The tensors of a `ControlNetModel`.

use super::super::config::{ControlNetConfig, UnetConfig};
use super::{Expected, List, unet};

/// The tensors of a ControlNet that was built from a checked `config`.
pub fn controlnet(config: &ControlNetConfig) -> Vec<Expected> {
    let mut list = List::default();
    unet::first_half(&mut list, &config.unet);
    let widths = config.embedding_channels();
    let (first, last) = (widths.first().copied().unwrap_or(0), widths.last().copied().unwrap_or(0));
    list.conv("controlnet_cond_embedding.conv_in", config.conditioning_channels, first, 3);
    for (index, pair) in widths.windows(2).enumerate() {
        let &[from, to] = pair else { continue };
        list.conv(&format!("controlnet_cond_embedding.blocks.{}", 2 * index), from, from, 3);
        list.conv(&format!("controlnet_cond_embedding.blocks.{}", 2 * index + 1), from, to, 3);
    }
    let skips = skip_channels(&config.unet);
    list.conv("controlnet_cond_embedding.conv_out", last, skips.first().copied().unwrap_or(0), 3);
    for (index, &channels) in skips.iter().enumerate() {
        list.conv(&format!("controlnet_down_blocks.{index}"), channels, channels, 1);
    }
    let innermost = config.unet.block_out_channels.last().copied().unwrap_or(0);
    list.conv("controlnet_mid_block", innermost, innermost, 1);
    list.0
}

/// Channels of a UNet's skips in the order they are made: the first convolution's, then each level's layers' and its
/// downsampler's.
pub fn skip_channels(config: &UnetConfig) -> Vec<usize> {
    let mut channels = vec![config.block_out_channels.first().copied().unwrap_or(0)];
    for (level, &width) in config.block_out_channels.iter().enumerate() {
        let downsampler = usize::from(level + 1 < config.levels());
        channels.extend(std::iter::repeat_n(width, config.layers(level) + downsampler));
    }
    channels
}
