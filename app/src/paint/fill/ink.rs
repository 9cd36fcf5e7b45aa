//! Ink through coverage onto a layer.

use std::ops::Range;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::document::{
    Mix as _, Pixel, TILE_SIDE, Tile, TileChange, TileGrid, TilePos, TileValue, on_workers, row_ranges, scaled,
};

const FULL: u16 = u16::MAX;

/// Where ink goes, and how much of it.
#[derive(Clone, Copy)]
pub(crate) struct Cover<'a> {
    /// `None`: everywhere.
    pub(crate) region: Option<&'a TileGrid<u16>>,
    /// `None`: everything is selected.
    pub(crate) selection: Option<&'a TileGrid<u16>>,
    /// Pixels keep their coverage; only their colour changes.
    pub(crate) is_alpha_locked: bool,
}

/// Lays ink over the pixels of a layer: `ink(x, y)` is its colour at a place of the canvas. Returns the tiles that are
/// different afterwards.
pub(crate) fn lay(
    pixels: &mut TileGrid<Pixel>,
    cover: Cover<'_>,
    ink: impl Fn(u32, u32) -> Pixel + Sync,
) -> Vec<TileChange<Pixel>> {
    let is_alpha_locked = cover.is_alpha_locked;
    change(pixels, cover, |before, x, y, amount| {
        let ink = ink(x, y).map(|channel| scaled(channel, amount));
        if is_alpha_locked { atop(before, ink) } else { over(before, ink) }
    })
}

/// Takes paint away.
pub(crate) fn erase(pixels: &mut TileGrid<Pixel>, cover: Cover<'_>) -> Vec<TileChange<Pixel>> {
    change(pixels, cover, |before, _, _, amount| before.map(|channel| scaled(channel, FULL - amount)))
}

/// Brings a mask's values towards one: `share(x, y)` says how far at a place of the canvas.
pub(crate) fn lay_on_mask(
    mask: &mut TileGrid<u16>,
    cover: Cover<'_>,
    value: u16,
    share: impl Fn(u32, u32) -> u16 + Sync,
) -> Vec<TileChange<u16>> {
    change(mask, cover, |before, x, y, amount| before.mix(value, scaled(share(x, y), amount)))
}

/// The ink in front of what is there.
fn over(before: Pixel, ink: Pixel) -> Pixel {
    std::array::from_fn(|channel| ink[channel] + scaled(before[channel], FULL - ink[3]))
}

/// The ink in front of what is there, and only there.
fn atop(before: Pixel, ink: Pixel) -> Pixel {
    let alpha = before[3];
    let channel = |channel: usize| {
        let color = u32::from(scaled(ink[channel], alpha)) + u32::from(scaled(before[channel], FULL - ink[3]));
        color.min(u32::from(alpha)) as u16
    };
    [channel(0), channel(1), channel(2), alpha]
}

fn change<P: TileValue>(
    pixels: &mut TileGrid<P>,
    cover: Cover<'_>,
    change: impl Fn(P, u32, u32, u16) -> P + Sync,
) -> Vec<TileChange<P>> {
    let canvas = pixels.size().bounds();
    let places: Vec<_> =
        pixels.positions().filter(|at| cover.reaches(*at)).map(|at| (at, pixels.shared_tile(at))).collect();
    let change_tile = |(at, before): (TilePos, Option<Arc<Tile<P>>>)| {
        let mut tile = before.as_ref().map_or_else(Tile::empty, |tile| Tile::clone(tile));
        let mut amounts = [0; TILE_SIDE as usize];
        for (y, range) in row_ranges(at, canvas) {
            let amounts = &mut amounts[..range.len()];
            cover.amounts(at, range.clone(), amounts);
            for ((x, amount), pixel) in (at.rect().left..).zip(amounts).zip(&mut tile.values_mut()[range]) {
                if *amount > 0 {
                    *pixel = change(*pixel, x, y, *amount);
                }
            }
        }
        TileChange::between(at, before, Some(Arc::new(tile)))
    };
    let changed: Vec<_> = on_workers(|| places.into_par_iter().filter_map(change_tile).collect());
    for change in &changed {
        pixels.set_tile(change.at, change.after.clone());
    }
    changed
}

impl Cover<'_> {
    fn reaches(&self, at: TilePos) -> bool {
        [self.region, self.selection].into_iter().flatten().all(|grid| grid.tile(at).is_some())
    }

    /// How much ink goes to part of a row of the tile.
    fn amounts(&self, at: TilePos, places: Range<usize>, amounts: &mut [u16]) {
        amounts.fill(FULL);
        for grid in [self.region, self.selection].into_iter().flatten() {
            match grid.tile(at).and_then(|values| values.get(places.clone())) {
                Some(values) => {
                    amounts.iter_mut().zip(values).for_each(|(amount, value)| *amount = scaled(*amount, *value))
                }
                None => amounts.fill(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::selection::{everything, rectangle};
    use crate::document::{CanvasSize, Document};

    fn size() -> CanvasSize {
        CanvasSize::new(300, 260).unwrap()
    }

    #[test]
    fn ink_goes_where_region_and_selection_both_are() {
        let mut pixels = TileGrid::filled(size(), [0; 4]);
        let region = rectangle(size(), [10.0, 10.0], [200.5, 200.0]);
        let selection = rectangle(size(), [100.0, 0.0], [300.0, 260.0]);
        let cover = Cover { region: Some(&region), selection: Some(&selection), is_alpha_locked: false };
        let red = Document::opaque_pixel([255, 0, 0]);
        lay(&mut pixels, cover, |_, _| red);
        assert_eq!((pixels.pixel(99, 50), pixels.pixel(100, 50), pixels.pixel(199, 50)), ([0; 4], red, red));
        assert_eq!(pixels.pixel(200, 50), [32768, 0, 0, 32768]);
        let left = erase(&mut pixels, Cover { region: None, ..cover });
        assert_eq!(left.len(), 1);
        assert_eq!(pixels.bytes(), 0, "all of it was selected");
    }

    #[test]
    fn half_transparent_ink_lies_in_front_of_what_is_there() {
        let mut pixels = TileGrid::filled(size(), [0, 0, 65535, 65535]);
        let all = everything(size());
        let cover = Cover { region: Some(&all), selection: None, is_alpha_locked: false };
        lay(&mut pixels, cover, |_, _| [32768, 0, 0, 32768]);
        assert_eq!(pixels.pixel(5, 5), [32768, 0, 32767, 65535]);
    }

    #[test]
    fn a_locked_alpha_stays_whatever_is_laid() {
        let mut pixels = TileGrid::filled(size(), [0; 4]);
        let half = rectangle(size(), [0.0, 0.0], [150.0, 260.0]);
        lay(&mut pixels, Cover { region: Some(&half), selection: None, is_alpha_locked: false }, |x, _| {
            if x < 50 { [0, 0, 65535, 65535] } else { [0, 0, 20000, 20000] }
        });
        lay(&mut pixels, Cover { region: None, selection: None, is_alpha_locked: true }, |_, _| [65535, 0, 0, 65535]);
        assert_eq!(
            (pixels.pixel(10, 10), pixels.pixel(60, 10), pixels.pixel(200, 10)),
            ([65535, 0, 0, 65535], [20000, 0, 0, 20000], [0; 4])
        );
    }
}
