//! How much memory pictures and their histories take.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::document::{CanvasSize, Composite, Document, History};
use crate::paint::bench::{MANY_STEPS, many_strokes};

pub(super) fn run(json: bool) -> anyhow::Result<()> {
    let before = memory();
    let canvas = EmptyCanvas::measure()?;
    let history = LongHistory::measure()?;
    if json {
        crate::cli::print_json(&json!({
            "start_bytes": before,
            "empty_canvas_bytes": canvas.bytes,
            "history_steps": MANY_STEPS,
            "history_bytes": history.bytes,
            "history_budget_bytes": history.budget,
            "history_with_undone_bytes": history.bytes_after_undo,
            "undo_seconds": history.undo_seconds,
            "peak_memory_bytes": peak_memory(),
        }));
        return Ok(());
    }
    let mib =
        |bytes: Option<u64>| bytes.map_or_else(|| "not known here".to_owned(), |bytes| format!("{} MiB", bytes >> 20));
    crate::cli::print(format!(
        "start                              {}\n\
         an empty canvas of {side} x {side} {} more\n\
         {MANY_STEPS} strokes that can be undone   {} more, budget {} MiB\n\
         all of them undone                 {} more, {:.1} ms a step\n\
         peak                               {}",
        mib(before),
        mib(canvas.bytes),
        mib(history.bytes),
        history.budget >> 20,
        mib(history.bytes_after_undo),
        history.undo_seconds * 1000.0 / MANY_STEPS as f64,
        mib(peak_memory()),
        side = CanvasSize::MAX_SIDE,
    ));
    Ok(())
}

/// A white canvas as large as any, with its flattened picture.
struct EmptyCanvas {
    bytes: Option<u64>,
}

impl EmptyCanvas {
    fn measure() -> anyhow::Result<Self> {
        let before = memory();
        let document = Document::blank(CanvasSize::new(CanvasSize::MAX_SIDE, CanvasSize::MAX_SIDE)?, [255; 4]);
        let mut composite = Composite::new(document.size());
        composite.update(&document, document.bounds(), None);
        Ok(Self { bytes: growth_since(before) })
    }
}

/// Strokes on a layer, older ones on disk.
struct LongHistory {
    budget: usize,
    bytes: Option<u64>,
    bytes_after_undo: Option<u64>,
    undo_seconds: f64,
}

impl LongHistory {
    fn measure() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let before = memory();
        let mut history = History::new(History::<()>::DEFAULT_BUDGET);
        history.keep_older_steps_in(folder.path())?;
        let mut document = many_strokes(&mut history)?;
        wait_for_the_disk(&mut history);
        let bytes = growth_since(before);
        let started = Instant::now();
        while history.undo(&mut document, &mut ()).is_some() {
            history.tidy();
        }
        let undo_seconds = started.elapsed().as_secs_f64();
        anyhow::ensure!(!history.can_undo(), "a step could not be read back");
        Ok(Self { budget: history.budget(), bytes, bytes_after_undo: growth_since(before), undo_seconds })
    }
}

/// Older steps are written by a thread of their own, which needs longer than a program that paints without a pause.
fn wait_for_the_disk(history: &mut History<()>) {
    let started = Instant::now();
    while history.bytes() > history.budget() && started.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(10));
        history.tidy();
    }
    // It gives memory back when nothing has come for a second.
    std::thread::sleep(Duration::from_secs(2));
}

fn growth_since(before: Option<u64>) -> Option<u64> {
    Some(memory()?.saturating_sub(before?))
}

/// The memory that this process holds, where the system says so (Linux).
fn memory() -> Option<u64> {
    bytes_in(&status()?, "VmRSS:")
}

/// The most it ever held.
pub(super) fn peak_memory() -> Option<u64> {
    bytes_in(&status()?, "VmHWM:")
}

fn status() -> Option<String> {
    std::fs::read_to_string("/proc/self/status").ok()
}

fn bytes_in(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_status_file() {
        let status = "VmPeak:\t 9 kB\nVmHWM:\t  2048 kB\nVmRSS:\t 1 kB\n";
        assert_eq!((bytes_in(status, "VmHWM:"), bytes_in(status, "VmRSS:")), (Some(2 << 20), Some(1024)));
        assert_eq!(bytes_in("nothing", "VmRSS:"), None);
    }
}
