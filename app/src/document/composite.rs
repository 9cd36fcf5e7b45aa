//! The flattened picture: what the layers look like together. This is the definition of what is right; the window's own
//! compositor must agree with it.
//!
//! A clipped layer is laid atop the nearest layer below that is not clipped (source-atop), before that one is blended with
//! its own mode and opacity. A group is composited by itself first ("isolated").

use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::blend::{blend_row, blend_row_clipped};
use super::layer::{Layer, LayerContent};
use super::tiles::{Tile, TileGrid, TilePos, positions_in, row_ranges};
use super::{BlendMode, CanvasSize, Document, Pixel, PixelRect, on_workers};

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

/// The flattened picture, brought up to date where something has changed.
#[derive(Clone, Debug)]
pub struct Composite {
    picture: TileGrid<Pixel>,
    /// What each tile was made from; see [`stamp`].
    stamps: Vec<u64>,
}

impl Composite {
    /// Of a canvas of this size; empty until [`Composite::update`].
    #[must_use]
    pub fn new(size: CanvasSize) -> Self {
        let picture = TileGrid::filled(size, [0; 4]);
        let count = picture.columns() as usize * picture.rows() as usize;
        Self { picture, stamps: vec![0; count] }
    }

    /// The flattened picture as of the last update.
    #[must_use]
    pub fn picture(&self) -> &TileGrid<Pixel> {
        &self.picture
    }

    /// Brings the tiles that have pixels in `within` up to date. `changed`: everything that has changed since the last
    /// update, where that is known; whole tiles are made anew otherwise.
    pub fn update(&mut self, document: &Document, within: PixelRect, changed: Option<PixelRect>) {
        if self.picture.size() != document.size() {
            *self = Self::new(document.size());
        }
        let columns = self.picture.columns();
        let index = |at: TilePos| at.row as usize * columns as usize + at.column as usize;
        let mut stale = vec![];
        for at in positions_in(within.intersect(document.bounds())) {
            let now = stamp(document, at);
            let Some(then) = self.stamps.get_mut(index(at)) else { continue };
            if *then != now {
                // A tile that was never made is made whole.
                let part = changed.filter(|_| *then != 0).map(|changed| changed.intersect(at.rect()));
                stale.push((at, part.filter(|part| !part.is_empty()).unwrap_or_else(|| at.rect())));
                *then = now;
            }
        }
        let work: Vec<_> = stale.into_iter().map(|(at, part)| (at, part, self.picture.take_tile(at))).collect();
        let make = |(at, part, old): (TilePos, PixelRect, Option<Arc<Tile<Pixel>>>)| {
            (at, composite_tile(document.layers(), at, part, old))
        };
        let made: Vec<_> = if work.len() > 1 {
            on_workers(|| work.into_par_iter().map(make).collect())
        } else {
            work.into_iter().map(make).collect()
        };
        for (at, tile) in made {
            self.picture.set_tile(at, tile);
        }
    }
}

/// A number that differs whenever anything below the tile does. Never 0.
fn stamp(document: &Document, at: TilePos) -> u64 {
    let grids = document.all_layers().filter(|layer| layer.is_part_of_picture()).filter_map(Layer::pixels);
    // Revisions are unique and grow, and layers come and go with the structure, so the newest names the state.
    grids.map(|grid| grid.revision(at)).fold(document.structure_revision(), u64::max)
}

/// `part` of the tile (in canvas pixels); outside it, `old` is kept.
fn composite_tile(
    layers: &[Layer],
    at: TilePos,
    part: PixelRect,
    old: Option<Arc<Tile<Pixel>>>,
) -> Option<Arc<Tile<Pixel>>> {
    if part == at.rect()
        && let Some(tile) = the_only_tile(layers, at)
    {
        return tile;
    }
    let mut tile = old.unwrap_or_else(|| Arc::new(Tile::empty()));
    let values = Arc::make_mut(&mut tile).values_mut();
    for (_, range) in row_ranges(at, part) {
        if let Some(row) = values.get_mut(range) {
            row.fill([0; 4]);
        }
    }
    composite_into(values, layers, at, part);
    Some(tile)
}

/// A tile that needs no work: that of the topmost layer if it hides all others, or of the only layer that has any.
fn the_only_tile(layers: &[Layer], at: TilePos) -> Option<Option<Arc<Tile<Pixel>>>> {
    let mut seen = layers.iter().filter(|layer| layer.is_part_of_picture() && matters(layer, at));
    let Some(only) = seen.next() else { return Some(None) };
    if seen.next().is_some() || only.props.blend != BlendMode::Normal || only.props.opacity < 1.0 || only.props.clipped
    {
        return None;
    }
    only.pixels().map(|pixels| pixels.shared_tile(at))
}

/// Whether the layer can change the tile.
fn matters(layer: &Layer, at: TilePos) -> bool {
    layer.props.visible && (layer.props.blend.acts_where_transparent() || has_any(layer, at))
}

fn has_any(layer: &Layer, at: TilePos) -> bool {
    match &layer.content {
        LayerContent::Group(children) => children.iter().any(|layer| layer.is_part_of_picture() && matters(layer, at)),
        _ => layer.pixels().is_some_and(|pixels| pixels.tile(at).is_some()),
    }
}

/// Lays the layers on what `out` (a whole tile's values) holds.
fn composite_into(out: &mut [Pixel], layers: &[Layer], at: TilePos, part: PixelRect) {
    let mut rest = layers.iter().filter(|layer| layer.is_part_of_picture()).peekable();
    while let Some(base) = rest.next() {
        let mut clipped = vec![];
        while let Some(layer) = rest.next_if(|layer| layer.props.clipped) {
            clipped.push(layer);
        }
        if !matters(base, at) {
            continue;
        }
        clipped.retain(|layer| matters(layer, at));
        let (mode, opacity) = (base.props.blend, base.props.opacity_u16());
        if clipped.is_empty() {
            with_content(base, at, part, |values| rows(out, values, at, part, |o, v| blend_row(mode, o, v, opacity)));
            continue;
        }
        let mut whole = Tile::empty();
        with_content(base, at, part, |values| rows(whole.values_mut(), values, at, part, |o, v| o.copy_from_slice(v)));
        for layer in clipped {
            let (mode, opacity) = (layer.props.blend, layer.props.opacity_u16());
            let whole = whole.values_mut();
            with_content(layer, at, part, |values| {
                rows(whole, values, at, part, |o, v| blend_row_clipped(mode, o, v, opacity));
            });
        }
        rows(out, whole.values(), at, part, |o, v| blend_row(mode, o, v, opacity));
    }
}

/// Calls `work` with the tile's values of a layer, or of a group composited by itself.
fn with_content(layer: &Layer, at: TilePos, part: PixelRect, work: impl FnOnce(&[Pixel])) {
    match &layer.content {
        LayerContent::Group(children) => {
            let mut whole = Tile::empty();
            composite_into(whole.values_mut(), children, at, part);
            work(whole.values());
        }
        _ => match layer.pixels().and_then(|pixels| pixels.tile(at)) {
            Some(values) => work(values),
            None => work(Tile::empty().values()),
        },
    }
}

/// Calls `work` for each row of `part` in both tiles.
fn rows(out: &mut [Pixel], values: &[Pixel], at: TilePos, part: PixelRect, work: impl Fn(&mut [Pixel], &[Pixel])) {
    for (_, range) in row_ranges(at, part) {
        if let (Some(out), Some(values)) = (out.get_mut(range.clone()), values.get(range)) {
            work(out, values);
        }
    }
}
