//! `brushfire bench`: how long things take on this machine.

mod generation;
mod inpaint;
mod memory;
mod painting;

use brushfire_engine::{DeviceChoice, HintKind, Recipe, STARTER_MODEL};

use super::choices;

/// What is measured instead of a generation.
const INSTEAD: &str = "instead of a generation";

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new(INSTEAD).conflicts_with_all(["steps", "model", "size", "device", "control"])))]
pub(super) struct BenchArguments {
    /// Solver steps
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(Recipe::MAX_STEPS)))]
    steps: u32,
    /// The model
    #[arg(long, default_value = STARTER_MODEL)]
    model: String,
    /// Measure the steps with a hint of this type as well, and how much longer they take
    #[arg(long, value_name = "TYPE", value_parser = choices::hint_kind())]
    control: Option<HintKind>,
    /// Width and height in pixels
    #[arg(long, default_value = "256", value_parser = choices::side)]
    size: u32,
    /// Where the engine computes
    #[arg(long, default_value = "auto", value_parser = choices::device())]
    device: DeviceChoice,
    /// Measure a brush stroke on a picture of 2048 x 2048 pixels instead
    #[arg(long, group = INSTEAD)]
    stroke: bool,
    /// Measure a brush stroke on a picture of 4096 x 4096 pixels in 10 layers instead, with its compositing
    #[arg(long, group = INSTEAD)]
    layers: bool,
    /// Measure a stroke of every brush at 500 pixels instead, and of some at 2000
    #[arg(long, group = INSTEAD)]
    brushes: bool,
    /// Save and open an OpenRaster file of 4096 x 4096 pixels with ten layers instead
    #[arg(long, group = INSTEAD)]
    ora: bool,
    /// Measure everything around the model in an inpainting of a picture of 2048 x 2048 pixels instead
    #[arg(long, group = INSTEAD)]
    inpaint: bool,
    /// Measure instead what an empty canvas of 16384 x 16384 pixels and 1000 undo steps take of memory
    #[arg(long, group = INSTEAD)]
    memory: bool,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &BenchArguments) -> anyhow::Result<()> {
    let json = arguments.json;
    match arguments {
        BenchArguments { stroke: true, .. } => painting::stroke(json),
        BenchArguments { layers: true, .. } => painting::layers(json),
        BenchArguments { brushes: true, .. } => painting::brushes(json),
        BenchArguments { ora: true, .. } => return painting::openraster(json),
        BenchArguments { inpaint: true, .. } => inpaint::run(json),
        BenchArguments { memory: true, .. } => return memory::run(json),
        _ => return generation::run(arguments),
    }
    Ok(())
}
