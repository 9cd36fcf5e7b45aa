//! Whether a generation fits this machine, and what to do where it does not.

use super::available::AvailableMemory;
use super::forecast::{ModelMemory, Place, RunSize};
use super::words;

/// A generation that would end in the system killing the program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of memory are needed for this, but only {} are free. {advice}", words(*needed), words(*available))]
pub struct MemoryError {
    /// Bytes.
    pub needed: u64,
    /// Bytes, swap space included.
    pub available: u64,
    pub advice: MemoryAdvice,
}

/// A generation that fits the memory only together with the swap space.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} of memory are needed, but {} are free; the rest is swapped to disk, which is slow. {advice}",
    words(*needed),
    words(*free)
)]
pub struct SwapNotice {
    /// Bytes.
    pub needed: u64,
    /// Bytes.
    pub free: u64,
    pub advice: MemoryAdvice,
}

/// What would fit, as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemoryAdvice {
    #[error("Make one picture at a time.")]
    OneAtATime,
    #[error("Make at most {pictures} pictures at once.")]
    Fewer { pictures: u32 },
    #[error("Make the picture smaller: {width} x {height} would fit, one at a time.")]
    Smaller { width: u32, height: u32 },
    #[error("Close other programs, or choose a smaller model.")]
    NothingFits,
}

/// Compares the forecast with what is there. `held`: bytes that the program holds already and that serve this generation or
/// are given back before it. What does not fit the memory but would fit together with the swap space is only warned of.
///
/// # Errors
/// It does not fit at all.
pub fn check(
    model: &ModelMemory,
    run: RunSize,
    place: Place,
    held: u64,
    available: AvailableMemory,
) -> Result<Option<SwapNotice>, MemoryError> {
    let needed = model.forecast(run, place).total();
    let free = available.free.saturating_add(held);
    let all = free.saturating_add(available.swap);
    let advice = |bytes| advice(model, run, place, bytes);
    if needed > all {
        return Err(MemoryError {
            needed: needed.saturating_sub(held),
            available: all.saturating_sub(held),
            advice: advice(all),
        });
    }
    let notice = || SwapNotice { needed: needed.saturating_sub(held), free: available.free, advice: advice(all) };
    Ok((needed > free).then(notice))
}

/// What would fit into `bytes`.
fn advice(model: &ModelMemory, run: RunSize, place: Place, bytes: u64) -> MemoryAdvice {
    let fits = |run: &RunSize| model.forecast(*run, place).total() <= bytes;
    let fewer = (1..run.pictures).rev().map(|pictures| RunSize { pictures, ..run }).find(fits);
    let one = RunSize { pictures: 1, ..run };
    let smaller = (1..SIZES).rev().map(|share| scaled(one, share)).filter(|run| run.width > 0 && run.height > 0);
    match (fewer, smaller.into_iter().find(fits)) {
        (Some(RunSize { pictures: 1, .. }), _) => MemoryAdvice::OneAtATime,
        (Some(RunSize { pictures, .. }), _) => MemoryAdvice::Fewer { pictures },
        (None, Some(RunSize { width, height, .. })) => MemoryAdvice::Smaller { width, height },
        (None, None) => MemoryAdvice::NothingFits,
    }
}

/// Sizes tried on the way down to nothing.
const SIZES: u32 = 64;

/// `share` / [`SIZES`] of the picture's edges, rounded down to multiples of 64.
fn scaled(run: RunSize, share: u32) -> RunSize {
    let edge = |edge: u32| (u64::from(edge) * u64::from(share) / u64::from(SIZES)) as u32 / 64 * 64;
    RunSize { width: edge(run.width), height: edge(run.height), ..run }
}

#[cfg(test)]
mod tests {
    use super::super::forecast::tests::{square, stable_diffusion_1_5};
    use super::*;

    const GB: u64 = 1_000_000_000;

    fn checked(run: RunSize, free: u64, swap: u64, held: u64) -> Result<Option<SwapNotice>, String> {
        let available = AvailableMemory { free, swap };
        check(&stable_diffusion_1_5(), run, Place::Cpu, held, available).map_err(|error| error.to_string())
    }

    #[test]
    fn what_fits_is_let_through() {
        assert_eq!(checked(square(512, 1), 16 * GB, 0, 0), Ok(None));
        // A loaded model's weights need no place any more.
        assert_eq!(checked(square(512, 1), 2 * GB, 0, 4 * GB), Ok(None));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_would() {
        let error = checked(square(4096, 1), 16 * GB, 0, 0).unwrap_err();
        assert!(error.contains("but only 16.0 GB are free. Make the picture smaller: "), "{error}");
        let edge: u32 = error.rsplit(" x ").next().unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!((512..4096).contains(&edge), "{error}");
        assert_eq!(checked(square(edge, 1), 16 * GB, 0, 0), Ok(None));

        let error = checked(square(1024, 64), 16 * GB, 0, 0).unwrap_err();
        assert!(error.contains("pictures at once."), "{error}");
        let error = checked(square(512, 1), GB, 0, 0).unwrap_err();
        assert!(error.ends_with("Close other programs, or choose a smaller model."), "{error}");
    }

    #[test]
    fn what_fits_with_the_swap_space_is_warned_of() {
        let notice = checked(square(512, 1), 4 * GB, 4 * GB, 0).unwrap().unwrap().to_string();
        assert!(notice.contains("4.0 GB are free; the rest is swapped to disk"), "{notice}");
    }
}
