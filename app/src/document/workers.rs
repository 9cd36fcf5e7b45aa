//! Threads for work on pixels, apart from those the engine computes on: a stroke must not wait behind a model's step.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Few pictures keep more cores busy than this; memory is the limit before.
const MAX_THREADS: usize = 8;

/// Runs `work` so that the parallel iterators in it use these threads; waits for it.
pub(crate) fn on_workers<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
        let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(|index| format!("pixels-{index}")).build();
        pool.inspect_err(|error| log::warn!("no threads of their own for pixels: {error}")).ok()
    });
    match pool {
        Some(pool) => pool.install(work),
        // The process's shared threads do as well, only later.
        None => work(),
    }
}
