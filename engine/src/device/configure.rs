//! Settings of burn's GPU runtime.

use std::path::Path;

use burn::cubecl::config::cache::CacheConfig;
use burn::cubecl::config::{CubeClRuntimeConfig, RuntimeConfig as _};

/// Fixes the runtime's settings in code, before the first tensor. Left alone, it would read `cubecl.toml` or `burn.toml`
/// from the working directory or any folder above it: a stray file would change what the program does. Its environment
/// variables still count, for those who look for a driver's fault.
pub(super) fn configure(cache_folder: &Path) {
    let mut config = CubeClRuntimeConfig::default();
    config.environment.path = CacheConfig::Directory(cache_folder.join("kernels"));
    // False where an earlier engine of this process did it already.
    CubeClRuntimeConfig::try_set(config.override_from_env());
}
