//! The tensors of a `T2IAdapter`.

use super::super::config::{AdapterConfig, AdapterType};
use super::{Expected, List};

/// The tensors of an adapter that was built from a checked `config`.
pub fn adapter(config: &AdapterConfig) -> Vec<Expected> {
    let mut list = List::default();
    let inputs = config.in_channels * config.downscale_factor * config.downscale_factor;
    match config.kind() {
        AdapterType::Full => full(&mut list, config, inputs),
        AdapterType::Light => light(&mut list, config, inputs),
    }
    list.0
}

fn full(list: &mut List, config: &AdapterConfig, inputs: usize) {
    let first = config.channels.first().copied().unwrap_or(0);
    list.conv("adapter.conv_in", inputs, first, 3);
    let mut from = first;
    for (level, &to) in config.channels.iter().enumerate() {
        if from != to {
            list.conv(&format!("adapter.body.{level}.in_conv"), from, to, 1);
        }
        for layer in 0..config.num_res_blocks {
            let layer = format!("adapter.body.{level}.resnets.{layer}");
            list.conv(&format!("{layer}.block1"), to, to, 3);
            list.conv(&format!("{layer}.block2"), to, to, 1);
        }
        from = to;
    }
}

fn light(list: &mut List, config: &AdapterConfig, inputs: usize) {
    let mut from = inputs;
    for (level, &to) in config.features().iter().enumerate() {
        let inner = to / 4;
        list.conv(&format!("adapter.body.{level}.in_conv"), from, inner, 1);
        for layer in 0..config.num_res_blocks {
            let layer = format!("adapter.body.{level}.resnets.{layer}");
            list.conv(&format!("{layer}.block1"), inner, inner, 3);
            list.conv(&format!("{layer}.block2"), inner, inner, 3);
        }
        list.conv(&format!("adapter.body.{level}.out_conv"), inner, to, 1);
        from = to;
    }
}
