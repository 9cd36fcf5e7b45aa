//! One selection with another.

use serde::{Deserialize, Serialize};

use super::tilewise::{Content, FULL, Made, content_of, map_values, whole_grid_of};
use crate::document::CanvasSize;
use crate::document::tiles::{Tile, TileGrid, TilePos};

/// What a new selection does to the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    #[default]
    Replace,
    Add,
    Subtract,
    Intersect,
}

/// The selection after `new` was made over `old`, both of one size.
///
/// Partly selected pixels add and subtract up to the ends, so that two parts that share an edge join without a seam;
/// an intersection keeps the smaller. So do GIMP (`gimp_gegl_mask_combine`) and Krita (`KisPixelSelection`).
#[must_use]
pub fn combine(old: &TileGrid<u16>, new: &TileGrid<u16>, how: Combine) -> TileGrid<u16> {
    let [keep_old, take_new] =
        [old, new].map(|grid| move |at| grid.shared_tile(at).map_or(Made::Empty, |tile| Made::Shared(Some(tile))));
    whole_grid_of(old.size(), |at| match (how, content_of(old, at), content_of(new, at)) {
        (Combine::Replace, _, _) | (Combine::Add, Content::Empty, _) => take_new(at),
        (Combine::Add | Combine::Subtract, _, Content::Empty) => keep_old(at),
        (Combine::Subtract, Content::Empty, _) | (Combine::Subtract, _, Content::Full) => Made::Empty,
        (Combine::Intersect, Content::Empty, _) | (Combine::Intersect, _, Content::Empty) => Made::Empty,
        (Combine::Add, Content::Full, _) | (Combine::Intersect, _, Content::Full) => keep_old(at),
        (Combine::Add, _, Content::Full) | (Combine::Intersect, Content::Full, _) => take_new(at),
        (Combine::Add, Content::Mixed, Content::Mixed) => Made::New(zip(old, new, at, u16::saturating_add)),
        (Combine::Subtract, _, Content::Mixed) => Made::New(zip(old, new, at, u16::saturating_sub)),
        (Combine::Intersect, Content::Mixed, Content::Mixed) => Made::New(zip(old, new, at, Ord::min)),
    })
}

fn zip(old: &TileGrid<u16>, new: &TileGrid<u16>, at: TilePos, combine: impl Fn(u16, u16) -> u16) -> Tile<u16> {
    let mut tile = Tile::empty();
    let [old, new] = [old, new].map(|grid| grid.tile(at).unwrap_or_default());
    for (value, (old, new)) in tile.values_mut().iter_mut().zip(old.iter().zip(new)) {
        *value = combine(*old, *new);
    }
    tile
}

/// What was selected is not, and the other way round.
#[must_use]
pub fn inverted(selection: &TileGrid<u16>) -> TileGrid<u16> {
    whole_grid_of(selection.size(), |at| match content_of(selection, at) {
        Content::Empty => Made::Full,
        Content::Full => Made::Empty,
        Content::Mixed => Made::New(map_values(selection, at, |value| FULL - value)),
    })
}

/// Everything is selected.
#[must_use]
pub fn everything(size: CanvasSize) -> TileGrid<u16> {
    TileGrid::filled(size, FULL)
}

/// Whether nothing at all is selected.
#[must_use]
pub fn is_empty(selection: &TileGrid<u16>) -> bool {
    selection.positions().all(|at| content_of(selection, at) == Content::Empty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::selection::rectangle;

    fn size() -> CanvasSize {
        CanvasSize::new(700, 300).unwrap()
    }

    #[test]
    fn parts_add_subtract_and_intersect_pixel_by_pixel() {
        let old = rectangle(size(), [10.0, 10.0], [400.5, 290.0]);
        let new = rectangle(size(), [400.5, 10.0], [600.0, 290.0]);
        let added = combine(&old, &new, Combine::Add);
        assert_eq!((added.pixel(400, 50), added.pixel(9, 50), added.pixel(599, 50)), (65535, 0, 65535), "no seam");
        let cut = combine(&added, &new, Combine::Subtract);
        assert_eq!((cut.pixel(399, 50), cut.pixel(401, 50)), (65535, 0));
        assert!(cut.pixel(400, 50).abs_diff(old.pixel(400, 50)) <= 1);
        let both = combine(&old, &new, Combine::Intersect);
        assert_eq!((both.pixel(399, 50), both.pixel(400, 50), both.pixel(401, 50)), (0, 32768, 0));
        assert_eq!(
            combine(&old, &new, Combine::Replace).tile(TilePos { column: 1, row: 0 }),
            new.tile(TilePos { column: 1, row: 0 })
        );
    }

    #[test]
    fn everything_and_nothing_are_what_they_should_be_in_every_way() {
        let some = rectangle(size(), [100.0, 20.0], [500.0, 200.0]);
        let (all, none) = (everything(size()), TileGrid::filled(size(), 0));
        let same = |a: &TileGrid<u16>, b: &TileGrid<u16>| a.positions().all(|at| a.tile(at) == b.tile(at));
        for (old, new, how, expected) in [
            (&some, &all, Combine::Add, &all),
            (&all, &some, Combine::Add, &all),
            (&some, &none, Combine::Add, &some),
            (&none, &some, Combine::Add, &some),
            (&some, &all, Combine::Subtract, &none),
            (&some, &some, Combine::Subtract, &none),
            (&all, &some, Combine::Subtract, &inverted(&some)),
            (&some, &none, Combine::Subtract, &some),
            (&some, &all, Combine::Intersect, &some),
            (&all, &some, Combine::Intersect, &some),
            (&some, &none, Combine::Intersect, &none),
        ] {
            assert!(same(&combine(old, new, how), expected), "{how:?}");
        }
        assert!(is_empty(&none) && !is_empty(&some) && is_empty(&inverted(&all)));
    }

    #[test]
    fn inverting_stays_on_the_canvas_and_twice_changes_nothing() {
        let some = rectangle(size(), [100.3, 20.0], [500.0, 200.7]);
        let other = inverted(&some);
        assert_eq!(
            (other.pixel(0, 0), other.pixel(699, 299), other.pixel(700, 0), other.pixel(300, 100)),
            (65535, 65535, 0, 0)
        );
        assert!(some.positions().all(|at| inverted(&other).tile(at) == some.tile(at)));
    }
}
