//! The flattened picture: what the layers look like together. This is the definition of what is right; the window's own
//! compositor must agree with it.
//!
//! A clipped layer is laid atop the nearest layer below that is not clipped (source-atop), before that one is blended with
//! its own mode and opacity. A group is composited by itself first ("isolated").

mod below;
mod tile_plan;

use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use self::below::{Below, Lower, Parts};
use self::tile_plan::TilePlan;
use super::layer::Layer;
use super::tiles::{Tile, TileGrid, TilePos, positions_in, row_ranges};
use super::{CanvasSize, Document, Pixel, PixelRect, on_workers};

/// Layers as one picture.
pub(crate) fn flatten_layers(size: CanvasSize, layers: &[Layer]) -> TileGrid<Pixel> {
    flatten_part(size, layers, size.bounds())
}

/// The tiles of the flattened picture that have pixels in `rect`; the others are left empty.
fn flatten_part(size: CanvasSize, layers: &[Layer], rect: PixelRect) -> TileGrid<Pixel> {
    let mut grid = TileGrid::filled(size, [0; 4]);
    let places: Vec<_> = positions_in(rect.intersect(size.bounds())).collect();
    let tiles: Vec<_> =
        on_workers(|| places.into_par_iter().map(|at| (at, composite_tile(layers, at, at.rect(), None))).collect());
    for (at, tile) in tiles {
        if tile.is_some() {
            grid.set_tile(at, tile);
        }
    }
    grid
}

impl Document {
    /// The whole picture as it is seen, masks and hints left out.
    #[must_use]
    pub fn flattened(&self) -> TileGrid<Pixel> {
        flatten_layers(self.size(), self.layers())
    }

    /// Whether every pixel of the picture as it is seen is the same. Stops at the first tile where one differs.
    #[must_use]
    pub fn is_uniform(&self) -> bool {
        let mut first = None;
        let mut seen: Option<Arc<Tile<Pixel>>> = None;
        self.bounds_tiles().all(|(at, inside)| {
            let tile = composite_tile(self.layers(), at, at.rect(), None);
            if let (Some(tile), Some(seen)) = (&tile, &seen)
                && inside == at.rect()
                && Arc::ptr_eq(tile, seen)
            {
                return true;
            }
            let is_all = |first: Pixel| match &tile {
                None => first == [0; 4],
                Some(tile) => row_ranges(at, inside)
                    .filter_map(|(_, range)| tile.values().get(range))
                    .all(|row| row.iter().all(|pixel| *pixel == first)),
            };
            let corner = tile.as_ref().and_then(|tile| tile.values().first().copied()).unwrap_or_default();
            let uniform = is_all(*first.get_or_insert(corner));
            seen = tile;
            uniform
        })
    }

    /// Every tile's place, with its part of the canvas.
    fn bounds_tiles(&self) -> impl Iterator<Item = (TilePos, PixelRect)> {
        let bounds = self.bounds();
        positions_in(bounds).map(move |at| (at, at.rect().intersect(bounds)))
    }

    /// As [`Document::flattened`], but only the tiles that have pixels in `rect`.
    pub(crate) fn flattened_part(&self, rect: PixelRect) -> TileGrid<Pixel> {
        flatten_part(self.size(), self.layers(), rect)
    }
}

/// Pixels of a flattened picture that is kept while another picture is in front: up to 128 MB.
const MAX_ASIDE: u64 = 4096 * 4096;

/// The flattened picture, brought up to date where something has changed.
#[derive(Clone, Debug)]
pub struct Composite {
    picture: TileGrid<Pixel>,
    made: Vec<Made>,
    /// Counts the updates that did something.
    updates: u64,
    /// The last update that was not told what had changed.
    all_may_differ_since: u64,
    /// The document as of the last update, and where the picture is true of it.
    revision: u64,
    structure: u64,
    current: PixelRect,
    /// While a stroke goes on.
    below: Below,
}

/// What one tile was made from.
#[derive(Clone, Copy, Debug, Default)]
struct Made {
    /// See [`stamp`]; 0 if it never was.
    stamp: u64,
    /// The last update after which it was true; 0 if it may miss changes whose place is forgotten.
    update: u64,
}

/// A tile that is not true any more, taken out of the picture.
struct Stale {
    at: TilePos,
    /// What is to be made anew, in canvas pixels.
    part: PixelRect,
    tile: Option<Arc<Tile<Pixel>>>,
    /// What is below the layer that is painted on, if that is kept.
    lower: Option<Lower>,
}

impl Composite {
    /// Of a canvas of this size; empty until [`Composite::update`].
    #[must_use]
    pub fn new(size: CanvasSize) -> Self {
        let picture = TileGrid::filled(size, [0; 4]);
        let count = picture.columns() as usize * picture.rows() as usize;
        Self {
            picture,
            made: vec![Made::default(); count],
            updates: 0,
            all_may_differ_since: 0,
            revision: 0,
            structure: 0,
            current: PixelRect::EMPTY,
            below: Below::default(),
        }
    }

    /// For a picture that is not looked at now: what a stroke needed is let go, and all of it where it is large.
    #[must_use]
    pub fn put_aside(self) -> Self {
        let size = self.picture.size();
        if size.bounds().area() > MAX_ASIDE { Self::new(size) } else { Self { below: Below::default(), ..self } }
    }

    /// The flattened picture as of the last update.
    #[must_use]
    pub fn picture(&self) -> &TileGrid<Pixel> {
        &self.picture
    }

    /// Brings the tiles that have pixels in `within` up to date; does next to nothing where they are. `changed`:
    /// everything that has been painted since the last update, where that is known; tiles that differ are made anew
    /// otherwise.
    pub fn update(&mut self, document: &Document, within: PixelRect, changed: Option<PixelRect>) {
        if self.picture.size() != document.size() {
            *self = Self::new(document.size());
        }
        let within = within.intersect(document.bounds());
        let revision = document.picture_revision();
        if revision == self.revision && self.current.intersect(within) == within {
            return;
        }
        let changed = changed.filter(|_| self.structure == document.structure_revision());
        self.updates += 1;
        match changed {
            Some(changed) => self.forget_unseen(changed, within),
            None if revision != self.revision => self.all_may_differ_since = self.updates,
            None => {}
        }
        let parts = if changed.is_some() { Parts::at_active(document) } else { Parts::whole(document) };
        self.below.follow(changed.map(|_| document.active()));
        let work = self.stale_tiles(document, parts, within, changed);
        let make = |Stale { at, part, tile, lower }: Stale| {
            let lower = lower.map(|lower| lower.with(parts.lower, at, part));
            (at, composite_over(lower.as_ref().and_then(Lower::tile), parts.upper, at, part, tile), lower)
        };
        let made: Vec<_> = if work.len() > 1 {
            on_workers(|| work.into_par_iter().map(make).collect())
        } else {
            work.into_iter().map(make).collect()
        };
        for (at, tile, lower) in made {
            self.picture.set_tile(at, tile);
            if let Some(lower) = lower {
                self.below.keep(at, lower);
            }
        }
        (self.revision, self.structure, self.current) = (revision, document.structure_revision(), within);
    }

    /// Tiles that change while they are not looked at must later be made whole.
    fn forget_unseen(&mut self, changed: PixelRect, within: PixelRect) {
        for at in positions_in(changed).filter(|at| at.rect().intersect(within).is_empty()) {
            let index = self.index(at);
            if let Some(made) = self.made.get_mut(index) {
                made.update = 0;
            }
        }
    }

    /// The tiles in `within` that are not true any more. All of `within` counts as true afterwards.
    fn stale_tiles(
        &mut self,
        document: &Document,
        parts: Parts<'_>,
        within: PixelRect,
        changed: Option<PixelRect>,
    ) -> Vec<Stale> {
        // Where all was true before, nothing else than what has changed can be otherwise now.
        let was_true = self.current.intersect(within) == within;
        let may_differ = changed.filter(|_| was_true).map_or(within, |changed| changed.intersect(within));
        let mut stale = vec![];
        for at in positions_in(may_differ) {
            let index = self.index(at);
            let Some(made) = self.made.get_mut(index) else { continue };
            let stamp = stamp(document.structure_revision(), document.all_layers(), at);
            let now = Made { stamp, update: self.updates };
            let then = std::mem::replace(made, now);
            if then.stamp != now.stamp {
                let misses_nothing_else = then.update > 0 && then.update >= self.all_may_differ_since;
                let part = changed.filter(|_| misses_nothing_else).map(|changed| changed.intersect(at.rect()));
                let part = part.filter(|part| !part.is_empty()).unwrap_or_else(|| at.rect());
                let lower = parts.lower_stamp(at).map(|stamp| self.below.take(at, stamp));
                stale.push(Stale { at, part, tile: self.picture.take_tile(at), lower });
            }
        }
        stale
    }

    fn index(&self, at: TilePos) -> usize {
        // Places beyond the grid must not wrap into the next row.
        let columns = self.picture.columns();
        if at.column < columns { at.row as usize * columns as usize + at.column as usize } else { usize::MAX }
    }
}

/// A number that differs whenever anything in these layers' tile does. Never 0. `structure`:
/// [`Document::structure_revision`].
fn stamp<'a>(structure: u64, layers: impl Iterator<Item = &'a Layer>, at: TilePos) -> u64 {
    let grids = layers.filter(|layer| layer.is_part_of_picture()).filter_map(Layer::pixels);
    // Revisions are unique and grow, and layers come and go with the structure, so the newest names the state.
    grids.map(|grid| grid.revision(at)).fold(structure, u64::max)
}

/// `part` of the tile (in canvas pixels); outside it, `old` is kept.
fn composite_tile(
    layers: &[Layer],
    at: TilePos,
    part: PixelRect,
    old: Option<Arc<Tile<Pixel>>>,
) -> Option<Arc<Tile<Pixel>>> {
    composite_over(None, layers, at, part, old)
}

/// The same with the layers laid on `below`.
fn composite_over(
    below: Option<&Tile<Pixel>>,
    layers: &[Layer],
    at: TilePos,
    part: PixelRect,
    old: Option<Arc<Tile<Pixel>>>,
) -> Option<Arc<Tile<Pixel>>> {
    let plan = TilePlan::new(layers, at, part);
    // While a stroke goes on the tile is kept apart from the layer's, which would have to be copied for each dab.
    if part == at.rect()
        && below.is_none()
        && let Some(tile) = plan.only_tile(at)
    {
        return tile;
    }
    let mut tile = old.unwrap_or_else(|| Arc::new(Tile::empty()));
    let values = Arc::make_mut(&mut tile).values_mut();
    for (_, range) in row_ranges(at, part) {
        if let Some(row) = values.get_mut(range.clone()) {
            let below = below.and_then(|tile| tile.values().get(range.clone()));
            plan.write_row(range, below, row);
        }
    }
    Some(tile)
}

#[cfg(test)]
mod tests;
