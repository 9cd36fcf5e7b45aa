//! `brushfire self-test ADAPTER`: what the engine runs in a child process before it trusts an adapter.

use anyhow::{Context as _, anyhow};
use brushfire_engine::device::{AdapterId, enumerate, run_in_this_process};

use crate::assets::cache_folder;

#[derive(Debug, clap::Args)]
pub(super) struct SelfTestArguments {
    /// The adapter's id as `brushfire devices` lists it, for instance vulkan/discrete/0
    adapter: AdapterId,
}

pub(super) fn run(SelfTestArguments { adapter: id }: &SelfTestArguments) -> anyhow::Result<()> {
    let adapters = enumerate(id.api);
    let adapter = adapters.iter().find(|adapter| adapter.id == *id);
    let half = adapter.with_context(|| format!("there is no adapter {id}; see brushfire devices"))?.f16;
    run_in_this_process(*id, half, &cache_folder()).map_err(|error| anyhow!("{id} failed its self-test: {error}"))
}
