//! What changes the whole document: every layer, every mask and the selection alike.

use super::filter::Sample;
use super::grids::{ExactMove, moved};
use super::scale::{Axis, Edge, rescaled};
use super::{Filter, Projection};
use crate::document::tiles::TileGrid;
use crate::document::{CanvasSize, Document, DocumentError, Edit, Layer, LayerContent, PixelRect};

/// Turns and flips of the whole picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Turn {
    /// By 90 degrees.
    Clockwise,
    Counterclockwise,
    Half,
    /// Left becomes right.
    FlipHorizontally,
    FlipVertically,
}

impl Turn {
    fn name(self) -> &'static str {
        match self {
            Self::Clockwise => "Rotate picture clockwise",
            Self::Counterclockwise => "Rotate picture counterclockwise",
            Self::Half => "Turn picture around",
            Self::FlipHorizontally => "Flip picture horizontally",
            Self::FlipVertically => "Flip picture vertically",
        }
    }

    fn swaps_sides(self) -> bool {
        matches!(self, Self::Clockwise | Self::Counterclockwise)
    }

    /// About the origin.
    #[must_use]
    pub fn projection(self) -> Projection {
        match self {
            Self::Clockwise => Projection::rotation(90.0),
            Self::Counterclockwise => Projection::rotation(270.0),
            Self::Half => Projection::rotation(180.0),
            Self::FlipHorizontally => Projection::scaling(-1.0, 1.0),
            Self::FlipVertically => Projection::scaling(1.0, -1.0),
        }
    }
}

/// What stays in its place when the canvas grows or shrinks: 0 the left or top edge, 0.5 the middle, 1 the right or
/// bottom edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    pub x: f64,
    pub y: f64,
}

impl Anchor {
    pub const CENTER: Self = Self { x: 0.5, y: 0.5 };
}

impl Document {
    /// Cuts the canvas down to a rectangle; `None` where that is all of it.
    ///
    /// # Errors
    /// A rectangle that has no pixel in the canvas.
    pub fn crop(&mut self, rect: PixelRect) -> Result<Option<Edit>, DocumentError> {
        let rect = rect.intersect(self.bounds());
        let size = CanvasSize::new(rect.width(), rect.height())?;
        Ok(self.reframe("Crop", size, [-i64::from(rect.left), -i64::from(rect.top)]))
    }

    /// Another canvas whose corner lies at a place of the old one: what lies beyond the new one is gone, what comes in
    /// from beyond the old one is transparent. `None` where nothing changes.
    pub fn crop_to(&mut self, [left, top]: [i32; 2], size: CanvasSize) -> Option<Edit> {
        self.reframe("Crop", size, [-i64::from(left), -i64::from(top)])
    }

    /// Another canvas under the same picture: what is added is transparent, what is cut off is gone.
    pub fn resize_canvas(&mut self, size: CanvasSize, anchor: Anchor) -> Option<Edit> {
        let shift = |new: u32, old: u32, anchor: f64| ((f64::from(new) - f64::from(old)) * anchor).round() as i64;
        let (new, old) = (size, self.size());
        let by = [shift(new.width(), old.width(), anchor.x), shift(new.height(), old.height(), anchor.y)];
        self.reframe("Canvas size", size, by)
    }

    /// A canvas of `size` with everything moved `by` whole pixels.
    fn reframe(&mut self, name: &'static str, size: CanvasSize, by: [i64; 2]) -> Option<Edit> {
        if size == self.size() && by == [0, 0] {
            return None;
        }
        let projection = Projection::translation(by.map(|by| by as f64));
        let exact = ExactMove::of(projection)?;
        Some(self.remake(name, size, &MoveGrid { size, projection, exact }))
    }

    /// The whole picture with more or fewer pixels.
    pub fn resize_image(&mut self, size: CanvasSize, filter: Filter) -> Option<Edit> {
        (size != self.size()).then(|| self.remake("Image size", size, &ScaleGrid { size, filter }))
    }

    /// Turns or flips the whole picture, masks and selection with it.
    pub fn turn_image(&mut self, turn: Turn) -> Option<Edit> {
        let (width, height) = (self.size().width(), self.size().height());
        let size = if turn.swaps_sides() { CanvasSize::new(height, width).ok()? } else { self.size() };
        let middle = |size: CanvasSize| [f64::from(size.width()) / 2.0, f64::from(size.height()) / 2.0];
        let [x, y] = middle(self.size());
        let projection =
            Projection::translation([-x, -y]).then(turn.projection()).then(Projection::translation(middle(size)));
        let exact = ExactMove::of(projection)?;
        Some(self.remake(turn.name(), size, &MoveGrid { size, projection, exact }))
    }

    /// The same layers with other grids.
    pub(super) fn remake(&mut self, name: &'static str, size: CanvasSize, make: &impl MakeGrid) -> Edit {
        let mut after = self.clone();
        after.size = size;
        after.no_mask = TileGrid::filled(size, 0);
        after.selected = self.selected.as_ref().map(|selected| make.of(selected));
        remake_layers(&mut after.layers, make, make.projection(self.size()));
        after.structure_changed();
        self.replace_with(after, name)
    }
}

fn remake_layers(layers: &mut [Layer], make: &impl MakeGrid, projection: Projection) {
    for layer in layers {
        if let Some(moved) = layer.hint_objects().map(|objects| objects.moved(projection)) {
            layer.set_hint_objects(Some(moved));
        }
        match &mut layer.content {
            LayerContent::Paint(pixels) | LayerContent::Result { pixels, .. } | LayerContent::Hint { pixels, .. } => {
                *pixels = make.of(pixels);
            }
            LayerContent::Mask(values) => *values = make.of(values),
            LayerContent::Group(children) => remake_layers(children, make, projection),
        }
    }
}

/// A grid from another, of colours and of mask values alike.
pub(super) trait MakeGrid {
    fn of<P: Sample>(&self, grid: &TileGrid<P>) -> TileGrid<P>;

    /// From places in a canvas of the old size to those in the new one.
    fn projection(&self, old: CanvasSize) -> Projection;
}

struct MoveGrid {
    size: CanvasSize,
    projection: Projection,
    exact: ExactMove,
}

impl MakeGrid for MoveGrid {
    fn of<P: Sample>(&self, grid: &TileGrid<P>) -> TileGrid<P> {
        moved(grid, self.size, self.exact)
    }

    fn projection(&self, _old: CanvasSize) -> Projection {
        self.projection
    }
}

struct ScaleGrid {
    size: CanvasSize,
    filter: Filter,
}

impl MakeGrid for ScaleGrid {
    fn of<P: Sample>(&self, grid: &TileGrid<P>) -> TileGrid<P> {
        let (old, new) = (grid.size(), self.size);
        let axes = [Axis::whole(old.width(), new.width()), Axis::whole(old.height(), new.height())];
        rescaled(grid, new, axes, self.filter, Edge::Ignored)
    }

    fn projection(&self, old: CanvasSize) -> Projection {
        let share = |new: u32, old: u32| f64::from(new) / f64::from(old);
        Projection::scaling(share(self.size.width(), old.width()), share(self.size.height(), old.height()))
    }
}
