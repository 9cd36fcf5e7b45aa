//! Configs of control networks that come as a single file.

use super::super::config::{AdapterConfig, AdapterType, ControlNetConfig, UnetConfig, mirrored};
use super::super::source::Source;
use super::{Level, MAX_COUNT, ORIGINAL, Shapes, Telling, first_half, transformer, unet_levels};

/// In diffusers' names.
const DIFFUSERS: Telling = Telling {
    conv_in: "conv_in",
    first_conv: "down_blocks.0.resnets.0.conv1",
    first_time: "down_blocks.0.resnets.0.time_emb_proj",
    text_pooling: "add_embedding.proj",
    mid: "mid_block.resnets.0.conv1",
};

/// The config of the ControlNet whose names, the original ones or diffusers', begin with `prefix`; `None` where there is
/// none. Not checked yet. Shapes do not show whether it pools what it adds.
pub fn controlnet(source: &dyn Source, prefix: &str) -> Option<ControlNetConfig> {
    let shapes = Shapes { source, prefix };
    let (unet, embedding) = match shapes.weight("input_hint_block.0") {
        Some(_) => {
            let mid = transformer(&shapes, "middle_block.1");
            let unet = first_half(&shapes, &unet_levels(&shapes), mid, &ORIGINAL)?;
            let mut convs = embedding_widths(&shapes, |place| format!("input_hint_block.{}", 2 * place));
            // The last brings them to the width of the UNet.
            convs.pop()?;
            (unet, convs)
        }
        None => {
            let mid = transformer(&shapes, "mid_block.attentions.0");
            let unet = first_half(&shapes, &diffusers_levels(&shapes), mid, &DIFFUSERS)?;
            (unet, embedding_widths(&shapes, embedding_name))
        }
    };
    let first = ["input_hint_block.0", "controlnet_cond_embedding.conv_in"];
    Some(ControlNetConfig {
        unet: UnetConfig { up_block_types: mirrored(&unet.down_block_types), out_channels: unet.in_channels, ..unet },
        conditioning_channels: first.into_iter().find_map(|conv| shapes.axis(conv, 1))?,
        // Between each two that halve stands one that does not.
        conditioning_embedding_out_channels: Some(embedding.into_iter().step_by(2).collect()),
        ..ControlNetConfig::default()
    })
}

fn embedding_widths(shapes: &Shapes<'_>, name: impl Fn(usize) -> String) -> Vec<usize> {
    (0..MAX_COUNT).map_while(|place| shapes.axis(&name(place), 0)).collect()
}

fn embedding_name(place: usize) -> String {
    match place.checked_sub(1) {
        None => "controlnet_cond_embedding.conv_in".to_owned(),
        Some(block) => format!("controlnet_cond_embedding.blocks.{block}"),
    }
}

fn diffusers_levels(shapes: &Shapes<'_>) -> Vec<Level> {
    let resnet = |level: usize, layer: usize| format!("down_blocks.{level}.resnets.{layer}.conv1");
    (0..MAX_COUNT)
        .map_while(|level| {
            Some(Level {
                channels: shapes.axis(&resnet(level, 0), 0)?,
                layers: shapes.count(|layer| resnet(level, layer)),
                transformer: transformer(shapes, &format!("down_blocks.{level}.attentions.0")),
            })
        })
        .collect()
}

/// The config of a T2I-Adapter in its original or diffusers' names; `None` where there is none. Not checked yet.
pub fn adapter(source: &dyn Source) -> Option<AdapterConfig> {
    let original = Shapes { source, prefix: "" };
    let diffusers = Shapes { source, prefix: "adapter." };
    light(&original, "body")
        .or_else(|| light(&diffusers, "resnets"))
        .or_else(|| original_full(&original))
        .or_else(|| diffusers_full(&diffusers))
}

/// Pixels whose numbers stand beside each other in an adapter's input.
const PIXELS: usize = 64;

/// `layers` is what a level's blocks are called.
fn light(shapes: &Shapes<'_>, layers: &str) -> Option<AdapterConfig> {
    let widths: Vec<usize> =
        (0..MAX_COUNT).map_while(|level| shapes.axis(&format!("body.{level}.out_conv"), 0)).collect();
    let (_, channels) = widths.split_last()?;
    let inputs = shapes.axis("body.0.in_conv", 1)? / PIXELS;
    let num_res_blocks = shapes.count(|layer| format!("body.0.{layers}.{layer}.block1"));
    Some(AdapterConfig { num_res_blocks, ..AdapterConfig::new(AdapterType::Light, inputs, channels.to_vec()) })
}

/// The blocks of all levels stand in one row, two a level in every published file.
fn original_full(shapes: &Shapes<'_>) -> Option<AdapterConfig> {
    let width = |place: usize| shapes.axis(&format!("body.{place}.block1"), 0);
    let channels: Vec<usize> = (0..MAX_COUNT).step_by(2).map_while(width).collect();
    let inputs = shapes.axis("conv_in", 1)? / PIXELS;
    (!channels.is_empty()).then(|| AdapterConfig::new(AdapterType::Full, inputs, channels))
}

fn diffusers_full(shapes: &Shapes<'_>) -> Option<AdapterConfig> {
    let width = |level: usize| shapes.axis(&format!("body.{level}.resnets.0.block1"), 0);
    let channels: Vec<usize> = (0..MAX_COUNT).map_while(width).collect();
    let inputs = shapes.axis("conv_in", 1)? / PIXELS;
    let num_res_blocks = shapes.count(|layer| format!("body.0.resnets.{layer}.block1"));
    let config = AdapterConfig { num_res_blocks, ..AdapterConfig::new(AdapterType::Full, inputs, channels) };
    (!config.channels.is_empty()).then_some(config)
}
