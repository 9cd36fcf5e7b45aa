//! Figures on a document: hint layers of the kind `pose`, whose objects are OpenPose's JSON and whose pixels are its
//! drawing at the canvas's size.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use brushfire_engine::hints::HintKind;
use brushfire_engine::hints::skeleton::{Keypoint, Mark, Person, PixelBox, Pose, draw_row, marks_of};

use crate::document::transform::Projection;
use crate::document::{
    CanvasSize, Document, Edit, HintObjects, Layer, LayerContent, LayerId, LayerProps, Pixel, PixelRect, Tile,
    TileChange, TileGrid, TilePos, for_rows, on_workers, positions_in,
};
use crate::figures;

/// Tiles as they were before a change.
pub(super) type TilesBefore = HashMap<TilePos, Option<Arc<Tile<Pixel>>>>;

/// The people on a layer, where they are now; `None` of layers that have none.
pub(super) fn pose_of(layer: &Layer, size: CanvasSize) -> Option<Pose> {
    let LayerContent::Hint { kind, objects: Some(objects), .. } = layer.content() else { return None };
    let size = [size.width(), size.height()];
    let read = if kind == HintKind::Pose.name() { Pose::from_open_pose_json(&objects.text, size).ok() } else { None };
    Some(placed(read?, objects.placement, size))
}

/// What a layer is drawn from that shows nobody yet.
pub(in super::super) fn nobody(size: CanvasSize) -> HintObjects {
    HintObjects::new(Pose { people: vec![], size: sides(size) }.to_open_pose_json())
}

/// What a projection makes of people. In a mirror left and right are exchanged, or they would show their backs.
fn placed(pose: Pose, placement: Projection, size: [u32; 2]) -> Pose {
    if placement == Projection::IDENTITY {
        return Pose { size, ..pose };
    }
    let place = |point: Keypoint| {
        let [x, y] = placement.apply([f64::from(point.x), f64::from(point.y)])?;
        Some(Keypoint::new(x as f32, y as f32))
    };
    let is_mirrored = placement.turns_around();
    let people = pose.people.into_iter().map(|person| {
        let mut moved = person.clone();
        for (id, point) in figures::points(&person) {
            figures::set_point(&mut moved, id, place(point));
        }
        if is_mirrored { figures::sides_swapped(&moved) } else { moved }
    });
    Pose { people: people.filter(|person| !person.is_empty()).collect(), size }
}

/// Whether the pixels of a layer are the drawing of its people as they are now.
fn is_drawn(objects: &HintObjects, size: CanvasSize) -> bool {
    let said = Pose::from_open_pose_json(&objects.text, [0, 0]).map(|pose| pose.size);
    objects.placement == Projection::IDENTITY && said == Ok([size.width(), size.height()])
}

/// The layer that figures come to: the active one if it has figures, else the topmost that has and can be changed.
pub(super) fn layer_with_figures(document: &Document) -> Option<LayerId> {
    let has_figures = |layer: &&Layer| matches!(layer.content(), LayerContent::Hint { kind, objects: Some(_), .. } if kind == HintKind::Pose.name());
    let active = document.layer(document.active()).filter(has_figures).map(Layer::id);
    let is_free = |layer: &&Layer| layer.props().visible && !layer.props().locked;
    active.or_else(|| document.all_layers().filter(has_figures).filter(is_free).last().map(Layer::id))
}

/// What is on a layer while it is changed: the marks that its pixels show.
pub(super) struct Drawing {
    layer: LayerId,
    /// `None` where the pixels are no drawing of the figures, so that all of them are drawn anew.
    marks: Option<Vec<Mark>>,
}

impl Drawing {
    pub(super) fn of(document: &Document, layer: LayerId) -> Self {
        let found = document
            .layer(layer)
            .filter(|layer| layer.hint_objects().is_some_and(|objects| is_drawn(objects, document.size())));
        let marks = found.and_then(|layer| pose_of(layer, document.size())).map(|pose| marks_of(&pose));
        Self { layer, marks }
    }

    /// Draws other people: those tiles in which something changes. Remembers in `before` how they were, and returns
    /// what may have changed.
    pub(super) fn show(&mut self, document: &mut Document, pose: &Pose, before: &mut TilesBefore) -> PixelRect {
        let marks = marks_of(pose);
        let size = document.size();
        let Some(grid) = document.layer_mut(self.layer).and_then(Layer::pixels_mut) else { return PixelRect::EMPTY };
        let mut touched = HashSet::new();
        match &self.marks {
            Some(old) if old.len() == marks.len() => {
                let changed = old.iter().zip(&marks).filter(|(old, new)| old != new);
                changed.for_each(|(old, new)| {
                    touched.extend([old, new].into_iter().flat_map(|mark| tiles_of(mark, size)))
                });
            }
            Some(old) => touched.extend(old.iter().chain(&marks).flat_map(|mark| tiles_of(mark, size))),
            None => {
                touched.extend(grid.positions().filter(|at| grid.tile(*at).is_some()));
                touched.extend(marks.iter().flat_map(|mark| tiles_of(mark, size)));
            }
        }
        let mut dirty = PixelRect::EMPTY;
        for (at, tile) in drawn_tiles(&marks, touched, size) {
            before.entry(at).or_insert_with(|| grid.shared_tile(at));
            grid.set_tile(at, tile);
            dirty = dirty.union(at.rect().intersect(size.bounds()));
        }
        self.marks = Some(marks);
        dirty
    }
}

/// The step from what was before to what is on the layer now.
pub(super) fn edit_of(
    document: &mut Document,
    name: &'static str,
    layer: LayerId,
    pose: &Pose,
    before: TilesBefore,
) -> Option<Edit> {
    let grid = document.layer(layer)?.pixels()?;
    let changes = before.into_iter().filter_map(|(at, tile)| TileChange::between(at, tile, grid.shared_tile(at)));
    let changes = changes.collect();
    document.hint_redrawn(name, layer, HintObjects::new(pose.to_open_pose_json()), changes)
}

/// Other people on a layer, in one step.
pub(super) fn change_people(
    document: &mut Document,
    name: &'static str,
    layer: LayerId,
    people: Vec<Person>,
) -> Option<Edit> {
    let pose = Pose { people, size: sides(document.size()) };
    let mut before = TilesBefore::new();
    Drawing::of(document, layer).show(document, &pose, &mut before);
    edit_of(document, name, layer, &pose, before)
}

/// People that were found in part of the picture, in its pixels once `placement` has placed them. They take the place of
/// those on the layer, where something is selected they come to them.
pub(in super::super) fn found_people(
    document: &mut Document,
    layer: LayerId,
    found: Pose,
    placement: Projection,
) -> Option<Edit> {
    let size = document.size();
    let before = pose_of(document.layer(layer)?, size)?.people;
    let kept = if document.selection().is_some() { before } else { vec![] };
    let people = kept.into_iter().chain(placed(found, placement, sides(size)).people).collect();
    change_people(document, "Make a hint", layer, people)
}

/// More people: on the layer that has figures, or on a new one of this name.
pub(super) fn add_people(
    document: &mut Document,
    name: &'static str,
    layer_name: &str,
    people: Vec<Person>,
) -> Option<Edit> {
    if let Some((layer, pose)) =
        layer_with_figures(document).and_then(|id| Some((id, pose_of(document.layer(id)?, document.size())?)))
    {
        return change_people(document, name, layer, pose.people.into_iter().chain(people).collect());
    }
    let pose = Pose { people, size: sides(document.size()) };
    let mut pixels = TileGrid::filled(document.size(), [0; 4]);
    let marks = marks_of(&pose);
    let touched: HashSet<_> = marks.iter().flat_map(|mark| tiles_of(mark, document.size())).collect();
    let tiles = drawn_tiles(&marks, touched, document.size());
    tiles.into_iter().for_each(|(at, tile)| pixels.set_tile(at, tile));
    let objects = Some(HintObjects::new(pose.to_open_pose_json()));
    let content = LayerContent::Hint { pixels, kind: HintKind::Pose.name().to_owned(), objects };
    let added = document.add_layer(Layer::new(LayerProps::named(layer_name), content));
    Edit::joined(name, [added])
}

/// An edit, and with it that figures which it moved are drawn anew where they are now: lines keep their width, and the
/// sides of people their colours.
pub(in super::super) fn with_figures_redrawn(edit: Edit, document: &mut Document) -> Edit {
    let is_stale = |layer: &&Layer| layer.hint_objects().is_some_and(|objects| !is_drawn(objects, document.size()));
    let moved = document.all_layers().filter(is_stale);
    let moved: Vec<_> = moved.filter_map(|layer| Some((layer.id(), pose_of(layer, document.size())?.people))).collect();
    let redraw = |(id, people)| change_people(document, "Transform", id, people);
    let redrawn: Vec<_> = moved.into_iter().filter_map(redraw).collect();
    Edit::joined(edit.name().to_owned(), std::iter::once(edit.clone()).chain(redrawn)).unwrap_or(edit)
}

pub(super) fn sides(size: CanvasSize) -> [u32; 2] {
    [size.width(), size.height()]
}

/// The tiles of the canvas that a mark can touch.
fn tiles_of(mark: &Mark, size: CanvasSize) -> impl Iterator<Item = TilePos> + use<> {
    let PixelBox { left, top, right, bottom } = mark.bounds();
    let within = |side: i32| side.max(0) as u32;
    let rect = PixelRect { left: within(left), top: within(top), right: within(right), bottom: within(bottom) };
    let mark = *mark;
    positions_in(rect.intersect(size.bounds())).filter(move |at| mark.may_touch(&area_of(at.rect())))
}

fn area_of(rect: PixelRect) -> PixelBox {
    let [left, top, right, bottom] = [rect.left, rect.top, rect.right, rect.bottom].map(|side| side as i32);
    PixelBox { left, top, right, bottom }
}

/// What the marks leave on tiles, several at a time.
fn drawn_tiles(marks: &[Mark], places: HashSet<TilePos>, size: CanvasSize) -> Vec<(TilePos, Option<Arc<Tile<Pixel>>>)> {
    on_workers(|| places.into_par_iter().map(|at| (at, drawn_tile(marks, at, size))).collect())
}

/// What the marks leave on a tile; `None` where that is nothing.
fn drawn_tile(marks: &[Mark], at: TilePos, size: CanvasSize) -> Option<Arc<Tile<Pixel>>> {
    let inside = at.rect().intersect(size.bounds());
    let area = area_of(inside);
    let marks: Vec<_> = marks.iter().filter(|mark| mark.may_touch(&area)).copied().collect();
    if marks.is_empty() {
        return None;
    }
    let mut tile = Tile::empty();
    let mut values = vec![];
    for_rows(tile.values_mut(), at, inside, |left, y, row: &mut [Pixel]| {
        values.clear();
        values.resize(row.len(), [0.0f32; 4]);
        draw_row(&marks, left as i32, y as i32, &mut values);
        for (pixel, value) in row.iter_mut().zip(&values) {
            *pixel = value.map(|share| (share * f32::from(u16::MAX)).round() as u16);
        }
    });
    (!tile.is_empty()).then(|| Arc::new(tile))
}

#[cfg(test)]
mod tests;
