//! What is done to one layer, or to what is selected of it.

use std::sync::Arc;

use super::filter::Sample;
use super::grids::grid_of_tiles;
use super::{Filter, Projection, projected};
use crate::document::layer_tree;
use crate::document::selection::is_empty;
use crate::document::tiles::{Tile, TileChange, TileGrid, TilePos, TileValue, row_ranges};
use crate::document::{
    Change, Document, DocumentError, Edit, Layer, LayerContent, LayerId, Pixel, PixelRect, Refusal, scaled,
};

const FULL: u16 = u16::MAX;

impl Document {
    /// Moves, scales, turns, skews a layer or puts it into perspective: where something is selected, only that, and the
    /// selection goes with it. What comes to lie beyond the canvas is gone. All layers of a group change alike.
    ///
    /// # Errors
    /// The layer, or one in the group, is hidden or locked; nothing has changed then.
    pub fn transform_layer(
        &mut self,
        id: LayerId,
        projection: Projection,
        filter: Filter,
    ) -> Result<Option<Edit>, DocumentError> {
        let name = if projection.is_move() { "Move" } else { "Transform" };
        self.target(id, |_| None)?;
        let ids: Vec<_> =
            self.layer(id).into_iter().flat_map(|layer| layer_tree::walk(std::slice::from_ref(layer))).collect();
        let ids: Vec<_> = ids.into_iter().filter(|layer| !layer.is_group()).map(Layer::id).collect();
        let has_selection = self.selected.is_some();
        let is_indivisible =
            |layer: &Layer| (has_selection && layer.hint_objects().is_some()).then_some(Refusal::Indivisible);
        for id in &ids {
            self.target(*id, is_indivisible)?;
        }
        let mut changes: Vec<_> = ids.iter().filter_map(|id| self.transform_grid(*id, projection, filter)).collect();
        for id in ids {
            let moved = self.layer(id).and_then(Layer::hint_objects).map(|objects| objects.moved(projection));
            changes.extend(moved.and_then(|moved| self.change_hint_objects(id, moved)));
        }
        let selected = self.selected.clone().filter(|_| !changes.is_empty());
        if let Some(before) = selected
            && let Some(after) = projected(&before, projection, self.size(), filter)
        {
            self.set_selected(Some(after.clone()));
            changes.push(Change::Selection { before: Some(Box::new(before)), after: Some(Box::new(after)) });
        }
        Ok((!changes.is_empty()).then(|| Edit::new(name, changes)))
    }

    fn transform_grid(&mut self, id: LayerId, projection: Projection, filter: Filter) -> Option<Change> {
        let selected = self.selected.clone();
        let transformation = Transformation { selected: selected.as_ref(), projection, filter };
        match &mut self.layer_mut(id)?.content {
            LayerContent::Paint(pixels) | LayerContent::Result { pixels, .. } | LayerContent::Hint { pixels, .. } => {
                Some(Change::Pixels { layer: id, tiles: transformation.apply(pixels)? })
            }
            LayerContent::Mask(values) => Some(Change::Mask { layer: id, tiles: transformation.apply(values)? }),
            LayerContent::Group(_) => None,
        }
    }

    /// Moves what is selected by whole pixels, and no pixel of the picture with it. What comes to lie beyond the canvas
    /// is not selected any more.
    pub fn move_selection(&mut self, by: [i32; 2]) -> Option<Edit> {
        let selected = self.selection()?;
        let moved = projected(selected, Projection::translation(by.map(f64::from)), self.size(), Filter::Nearest)?;
        self.set_selection("Move selection", Some(moved).filter(|moved| !is_empty(moved)))
    }

    /// The pixels that a transformation of the layer would move: those that are not empty, of what is selected.
    #[must_use]
    pub fn transformed_bounds(&self, id: LayerId) -> Option<PixelRect> {
        let layers = layer_tree::walk(std::slice::from_ref(self.layer(id)?));
        let bounds = layers.fold(PixelRect::EMPTY, |bounds, layer| {
            let own = layer.pixels().map(|pixels| self.bounds_of_selected(pixels));
            let own = own.or_else(|| layer.mask().map(|values| self.bounds_of_selected(values)));
            bounds.union(own.unwrap_or(PixelRect::EMPTY))
        });
        (!bounds.is_empty()).then_some(bounds)
    }

    fn bounds_of_selected<P: TileValue>(&self, grid: &TileGrid<P>) -> PixelRect {
        let mut bounds = PixelRect::EMPTY;
        // From the rim inwards, so that most tiles lie within what is found already.
        let from_rim = |at: &TilePos| {
            let (right, below) = (grid.columns() - 1 - at.column, grid.rows() - 1 - at.row);
            at.column.min(at.row).min(right).min(below)
        };
        let mut places: Vec<_> = grid.positions().filter(|at| grid.tile(*at).is_some()).collect();
        places.sort_by_key(from_rim);
        for at in places {
            let inside = at.rect().intersect(self.bounds());
            if bounds.union(inside) != bounds {
                bounds = bounds.union(self.bounds_in_tile(grid, at));
            }
        }
        bounds
    }

    /// Of the pixels of one tile that are not empty, of what is selected.
    fn bounds_in_tile<P: TileValue>(&self, grid: &TileGrid<P>, at: TilePos) -> PixelRect {
        let mut bounds = PixelRect::EMPTY;
        let selected = match self.selection().map(|selected| selected.tile(at)) {
            Some(None) => return bounds,
            Some(tile) => tile,
            None => None,
        };
        let (left, inside) = (at.rect().left, at.rect().intersect(self.bounds()));
        for (y, range) in row_ranges(at, inside) {
            let row = grid.tile(at).and_then(|values| values.get(range.clone())).unwrap_or_default();
            let selected = selected.and_then(|tile| tile.get(range));
            let is_moved = |&(x, value): &(usize, &P)| {
                *value != P::default() && selected.is_none_or(|row| row.get(x).is_some_and(|amount| *amount > 0))
            };
            let mut moved = row.iter().enumerate().filter(is_moved).map(|(x, _)| left + x as u32);
            if let Some(first) = moved.next() {
                let last = moved.last().unwrap_or(first);
                bounds = bounds.union(PixelRect { left: first, top: y, right: last + 1, bottom: y + 1 });
            }
        }
        bounds
    }
}

struct Transformation<'a> {
    selected: Option<&'a TileGrid<u16>>,
    projection: Projection,
    filter: Filter,
}

impl Transformation<'_> {
    /// Changes the grid; `None` where it stays as it was.
    fn apply<P: Liftable>(&self, grid: &mut TileGrid<P>) -> Option<Vec<TileChange<P>>> {
        let size = grid.size();
        let (lifted, selected) = match self.selected {
            Some(selected) => (lifted(grid, selected), Some(selected)),
            None => (grid.clone(), None),
        };
        let moved = projected(&lifted, self.projection, size, self.filter)?;
        let mut changes = vec![];
        for at in moved.positions() {
            let is_touched = selected.is_none_or(|selected| selected.tile(at).is_some() || moved.tile(at).is_some());
            if is_touched {
                let after = match selected {
                    Some(selected) => Some(Arc::new(laid_down(grid, selected, &moved, at))),
                    None => moved.shared_tile(at),
                };
                changes.extend(TileChange::between(at, grid.shared_tile(at), after));
            }
        }
        for change in &changes {
            grid.set_tile(change.at, change.after.clone());
        }
        (!changes.is_empty()).then_some(changes)
    }
}

/// Tile values of which a part can be lifted off and laid down elsewhere.
pub(super) trait Liftable: Sample {
    /// The share that `amount` of 65535 is; with the share of what is missing to 65535 it makes the whole.
    #[must_use]
    fn share(self, amount: u16) -> Self;

    #[must_use]
    fn over(self, below: Self) -> Self;
}

impl Liftable for Pixel {
    fn share(self, amount: u16) -> Self {
        self.map(|channel| scaled(channel, amount))
    }

    fn over(self, below: Self) -> Self {
        let below = below.share(FULL - self[3]);
        std::array::from_fn(|channel| self[channel].saturating_add(below[channel]))
    }
}

impl Liftable for u16 {
    fn share(self, amount: u16) -> Self {
        scaled(self, amount)
    }

    fn over(self, below: Self) -> Self {
        self.saturating_add(below.share(FULL - self))
    }
}

/// What is selected, by itself.
fn lifted<P: Liftable>(grid: &TileGrid<P>, selected: &TileGrid<u16>) -> TileGrid<P> {
    grid_of_tiles(grid.size(), |at| {
        let (values, amounts) = (grid.tile(at)?, selected.tile(at)?);
        let mut tile = Tile::empty();
        for (lifted, (value, amount)) in tile.values_mut().iter_mut().zip(values.iter().zip(amounts)) {
            *lifted = value.share(*amount);
        }
        Some(tile)
    })
}

/// What a transformation takes.
pub(super) fn lifted_or_all<P: Liftable>(grid: &TileGrid<P>, selected: Option<&TileGrid<u16>>) -> TileGrid<P> {
    selected.map_or_else(|| grid.clone(), |selected| lifted(grid, selected))
}

/// What a transformation leaves in its place.
pub(super) fn left_behind<P: Liftable>(grid: &TileGrid<P>, selected: Option<&TileGrid<u16>>) -> TileGrid<P> {
    let Some(selected) = selected else { return TileGrid::filled(grid.size(), P::default()) };
    let nothing = TileGrid::filled(grid.size(), P::default());
    grid_of_tiles(grid.size(), |at| Some(laid_down(grid, selected, &nothing, at)))
}

/// What was lifted off, in its new place on what was left.
fn laid_down<P: Liftable>(grid: &TileGrid<P>, selected: &TileGrid<u16>, moved: &TileGrid<P>, at: TilePos) -> Tile<P> {
    let mut tile = Tile::empty();
    let (left, amounts, moved) = (grid.tile(at), selected.tile(at), moved.tile(at));
    for (index, value) in tile.values_mut().iter_mut().enumerate() {
        let amount = amounts.map_or(0, |amounts| amounts[index]);
        let left = left.map_or_else(P::default, |left| left[index]).share(FULL - amount);
        *value = moved.map_or_else(P::default, |moved| moved[index]).over(left);
    }
    tile
}
