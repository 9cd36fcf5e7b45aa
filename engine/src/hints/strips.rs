//! Large pictures in strips of rows: several at once, so that no more than these are in memory as floating point.

use std::ops::Range;

use rayon::prelude::*;

use super::watch::Watch;
use crate::nn::Interrupted;

/// Rows of a strip: enough that what is computed twice, above and below, is little.
const ROWS: usize = 128;

/// Calls `work` with the rows of each strip and its part of `numbers`, `stride` of them a row.
///
/// # Errors
/// The work is no longer wanted.
pub(super) fn in_strips<T: Send>(
    numbers: &mut [T],
    stride: usize,
    watch: &mut Watch<'_>,
    work: impl Fn(Range<usize>, &mut [T]) + Sync,
) -> Result<(), Interrupted> {
    let stride = stride.max(1);
    let at_once = rayon::current_num_threads().max(1);
    let total = numbers.len();
    let mut done = 0;
    for batch in numbers.chunks_mut(stride * ROWS * at_once) {
        let first = done / stride;
        done += batch.len();
        batch.par_chunks_mut(stride * ROWS).enumerate().for_each(|(number, strip)| {
            let first = first + number * ROWS;
            work(first..first + strip.len() / stride, strip);
        });
        #[expect(clippy::cast_precision_loss, reason = "a share to be shown")]
        watch.reached(done as f32 / total as f32)?;
    }
    Ok(())
}
