//! The tensors of an `AutoencoderTiny`: two plain sequences of layers.

use super::super::config::TinyAutoencoderConfig;
use super::{Expected, List};

/// The tensors of a tiny autoencoder that was built from a checked `config`.
pub fn tiny_autoencoder(config: &TinyAutoencoderConfig) -> Vec<Expected> {
    let mut list = List::default();
    encoder(&mut list, config);
    decoder(&mut list, config);
    list.0
}

fn encoder(list: &mut List, config: &TinyAutoencoderConfig) {
    let mut layer = 0;
    let mut next = || {
        layer += 1;
        format!("encoder.layers.{}", layer - 1)
    };
    let mut width = 0;
    for (block, (&channels, &blocks)) in
        config.encoder_block_out_channels.iter().zip(&config.num_encoder_blocks).enumerate()
    {
        match block {
            0 => list.conv(&next(), config.in_channels, channels, 3),
            _ => list.conv_without_bias(&next(), channels, channels, 3),
        }
        (0..blocks).for_each(|_| residual(list, &next(), channels));
        width = channels;
    }
    list.conv(&next(), width, config.latent_channels, 3);
}

fn decoder(list: &mut List, config: &TinyAutoencoderConfig) {
    let widths = &config.decoder_block_out_channels;
    list.conv("decoder.layers.0", config.latent_channels, widths.first().copied().unwrap_or(0), 3);
    // Number 1 is the activation.
    let mut layer = 2;
    for (block, (&channels, &blocks)) in widths.iter().zip(&config.num_decoder_blocks).enumerate() {
        for _ in 0..blocks {
            residual(list, &format!("decoder.layers.{layer}"), channels);
            layer += 1;
        }
        if block + 1 == widths.len() {
            list.conv(&format!("decoder.layers.{layer}"), channels, config.out_channels, 3);
        } else {
            // The number before it is the upsampler's.
            list.conv_without_bias(&format!("decoder.layers.{}", layer + 1), channels, channels, 3);
            layer += 2;
        }
    }
}

fn residual(list: &mut List, name: &str, width: usize) {
    for part in [0, 2, 4] {
        list.conv(&format!("{name}.conv.{part}"), width, width, 3);
    }
}
