//! Small pictures of a transformation that is still being made.

use super::grids::{ExactMove, moved};
use super::layers::{left_behind, lifted_or_all};
use super::scale::{Axis, Edge, rescaled};
use super::{Filter, Projection};
use crate::document::composite::flatten_layers;
use crate::document::tiles::TileGrid;
use crate::document::{
    CanvasSize, Document, Layer, LayerContent, LayerId, LayerProps, Pixel, PixelRect, from_rgba8, layer_tree, scaled,
};

/// What a transformation takes and what it leaves.
pub struct TransformPreview {
    /// What is taken: the part of the canvas that `bounds` says.
    pub moved: PreviewPicture,
    /// The whole canvas without it.
    pub rest: PreviewPicture,
    /// In canvas pixels.
    pub bounds: PixelRect,
}

/// A picture of 8 bits a channel, premultiplied, for the screen.
pub struct PreviewPicture {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<u8>,
}

impl Document {
    /// The picture as it is seen, no side longer than `max_side` pixels. Takes its time on large canvases.
    #[must_use]
    pub fn small_picture(&self, max_side: u32) -> Option<PreviewPicture> {
        picture(&self.flattened(), max_side)
    }

    /// Pictures to show while a layer, or what is selected of it, is being transformed; no side exceeds `max_side`
    /// pixels. Layers above the one in question are shown below it. Takes its time on large canvases.
    #[must_use]
    pub fn transform_preview(&self, id: LayerId, max_side: u32) -> Option<TransformPreview> {
        let bounds = self.transformed_bounds(id)?;
        let selected = self.selection();
        let layer = self.layer(id)?;
        let taken = with_grids(layer, &|pixels| lifted_or_all(pixels, selected), &|mask| lifted_or_all(mask, selected));
        let shown = Layer { props: LayerProps { visible: true, clipped: false, ..taken.props.clone() }, ..taken };
        let moved_whole = match shown.mask() {
            Some(values) => tinted(values, shown.props()),
            None => flatten_layers(self.size(), &[shown]),
        };
        let mut rest = self.clone();
        let left = with_grids(layer, &|pixels| left_behind(pixels, selected), &|mask| left_behind(mask, selected));
        *layer_tree::find_mut(rest.layers_mut(), id)? = left;
        let size = CanvasSize::new(bounds.width(), bounds.height()).ok()?;
        let to_origin = ExactMove::of(Projection::translation([-f64::from(bounds.left), -f64::from(bounds.top)]))?;
        Some(TransformPreview {
            moved: picture(&moved(&moved_whole, size, to_origin), max_side)?,
            rest: picture(&rest.flattened(), max_side)?,
            bounds,
        })
    }
}

/// The layer, and all in it, with other grids.
fn with_grids(
    layer: &Layer,
    pixels: &impl Fn(&TileGrid<Pixel>) -> TileGrid<Pixel>,
    mask: &impl Fn(&TileGrid<u16>) -> TileGrid<u16>,
) -> Layer {
    let content = match &layer.content {
        LayerContent::Group(children) => {
            LayerContent::Group(children.iter().map(|child| with_grids(child, pixels, mask)).collect())
        }
        LayerContent::Mask(values) => LayerContent::Mask(mask(values)),
        LayerContent::Paint(grid)
        | LayerContent::Result { pixels: grid, .. }
        | LayerContent::Hint { pixels: grid, .. } => LayerContent::Paint(pixels(grid)),
    };
    Layer { id: layer.id, props: layer.props.clone(), content }
}

fn tinted(values: &TileGrid<u16>, props: &LayerProps) -> TileGrid<Pixel> {
    let [red, green, blue] = props.tint;
    let tint = from_rgba8([red, green, blue, u8::MAX]).map(|channel| scaled(channel, props.opacity_u16()));
    TileGrid::from_rows(values.size(), |left, y, row| {
        for (pixel, x) in row.iter_mut().zip(left..) {
            *pixel = tint.map(|channel| scaled(channel, values.pixel(x, y)));
        }
    })
}

fn picture(grid: &TileGrid<Pixel>, max_side: u32) -> Option<PreviewPicture> {
    let (width, height) = (grid.size().width(), grid.size().height());
    let shrink = (f64::from(max_side) / f64::from(width.max(height))).min(1.0);
    let side = |length: u32| ((f64::from(length) * shrink).round() as u32).max(1);
    let size = CanvasSize::new(side(width), side(height)).ok()?;
    let axes = [Axis::whole(width, size.width()), Axis::whole(height, size.height())];
    let small = if shrink < 1.0 { rescaled(grid, size, axes, Filter::Bilinear, Edge::Ignored) } else { grid.clone() };
    let mut rgba = Vec::with_capacity(4 * size.bounds().area() as usize);
    for y in 0..size.height() {
        for (_, length, part) in small.row_parts(y, 0, size.width()) {
            match part {
                Some(values) => rgba.extend(values.iter().flatten().map(|channel| (channel / 257) as u8)),
                None => rgba.resize(rgba.len() + 4 * length, 0),
            }
        }
    }
    Some(PreviewPicture { width: size.width() as usize, height: size.height() as usize, rgba })
}
