//! `brushfire inspect FILE|FOLDER`.

use std::path::PathBuf;

use brushfire_engine::checkpoint;

#[derive(Debug, clap::Args)]
pub(super) struct InspectArguments {
    /// A checkpoint (.safetensors, .ckpt, .bin, ...) or a folder in diffusers' layout
    path: PathBuf,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &InspectArguments) -> anyhow::Result<()> {
    let inspection = checkpoint::inspect(&arguments.path)?;
    if arguments.json {
        super::print_json(&serde_json::to_value(&inspection)?);
    } else {
        super::print(inspection);
    }
    Ok(())
}
