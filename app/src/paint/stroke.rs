//! One stroke, from pen down to pen up.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::iter::{IntoParallelRefMutIterator as _, ParallelIterator as _};

use super::dab::{Dab, DabShape};
use super::path::DabPath;
use super::{Brush, PenSample};
use crate::document::{
    Change, Document, DocumentError, Edit, Layer, LayerId, Mix, Pixel, PixelRect, Tile, TileChange, TileGrid, TilePos,
    TileValue, for_rows, on_workers, positions_in, row_ranges, scaled,
};

/// What a stroke leaves, and on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Adds to the mask.
    Mask,
    /// Takes from the mask.
    MaskEraser,
    /// sRGB, onto the picture.
    Color([u8; 3]),
    /// Makes the picture transparent.
    PictureEraser,
}

impl Ink {
    fn stroke_name(self) -> &'static str {
        match self {
            Self::Mask => "Paint mask",
            Self::MaskEraser => "Erase mask",
            Self::Color(_) => "Paint",
            Self::PictureEraser => "Erase",
        }
    }
}

/// A stroke that is being made. Between [`StrokeBuilder::begin`] and [`StrokeBuilder::finish`] or
/// [`StrokeBuilder::cancel`] nothing else may change the document.
#[derive(Debug)]
pub struct StrokeBuilder {
    path: DabPath,
    layer: LayerId,
    surface: Surface,
    name: &'static str,
    dirty: PixelRect,
}

#[derive(Debug)]
enum Surface {
    Mask(Wash<u16>),
    Picture(Wash<Pixel>),
}

impl StrokeBuilder {
    /// The pen touches the canvas and lays the first dab: on the active layer, or on the active mask.
    ///
    /// # Errors
    /// The layer cannot be painted on.
    pub fn begin(document: &mut Document, brush: Brush, ink: Ink, sample: PenSample) -> Result<Self, DocumentError> {
        let layer = match ink {
            Ink::Mask | Ink::MaskEraser => document.mask_target()?,
            Ink::Color(_) | Ink::PictureEraser => document.paint_target()?,
        };
        let brush = brush.clamped();
        let (path, dab) = DabPath::begin(brush, document.size(), sample);
        let surface = match ink {
            Ink::Mask => Surface::Mask(Wash::new(u16::MAX, &brush)),
            Ink::MaskEraser => Surface::Mask(Wash::new(0, &brush)),
            Ink::Color([red, green, blue]) => {
                Surface::Picture(Wash::new(Document::opaque_pixel([red, green, blue]), &brush))
            }
            Ink::PictureEraser => Surface::Picture(Wash::new([0; 4], &brush)),
        };
        let mut stroke = Self { path, layer, surface, name: ink.stroke_name(), dirty: PixelRect::EMPTY };
        stroke.lay(document, &[dab]);
        Ok(stroke)
    }

    /// Goes on through all samples since the last call; returns the pixels that may have changed.
    pub fn extend(&mut self, document: &mut Document, samples: &[PenSample]) -> PixelRect {
        let mut dabs = Vec::new();
        for sample in samples {
            self.path.extend(*sample, &mut dabs);
        }
        self.lay(document, &dabs)
    }

    fn lay(&mut self, document: &mut Document, dabs: &[Dab]) -> PixelRect {
        let layer = document.layer_mut(self.layer);
        let dirty = match &mut self.surface {
            Surface::Mask(wash) => layer.and_then(Layer::mask_mut).map(|grid| wash.lay(grid, dabs)),
            Surface::Picture(wash) => layer.and_then(Layer::pixels_mut).map(|grid| wash.lay(grid, dabs)),
        };
        let dirty = dirty.unwrap_or(PixelRect::EMPTY);
        self.dirty = self.dirty.union(dirty);
        dirty
    }

    /// All pixels that may have changed since the stroke began.
    #[must_use]
    pub fn dirty(&self) -> PixelRect {
        self.dirty
    }

    /// The pen is lifted. `None` where the stroke left nothing.
    #[must_use]
    pub fn finish(self, document: &mut Document) -> Option<Edit> {
        let (id, layer) = (self.layer, document.layer_mut(self.layer)?);
        let change = match self.surface {
            Surface::Mask(wash) => Change::Mask { layer: id, tiles: wash.finish(layer.mask_mut()?)? },
            Surface::Picture(wash) => Change::Pixels { layer: id, tiles: wash.finish(layer.pixels_mut()?)? },
        };
        Some(Edit::new(self.name, vec![change]))
    }

    /// The stroke is given up and the document is as it was before.
    pub fn cancel(self, document: &mut Document) {
        let Some(layer) = document.layer_mut(self.layer) else { return };
        match self.surface {
            Surface::Mask(wash) => {
                if let Some(grid) = layer.mask_mut() {
                    wash.cancel(grid);
                }
            }
            Surface::Picture(wash) => {
                if let Some(grid) = layer.pixels_mut() {
                    wash.cancel(grid);
                }
            }
        }
    }
}

/// Dabs over this many pixels together are spread over the cores; below, waking them costs more.
const PARALLEL_PIXELS: u64 = 128 * 128;

/// What a stroke has covered so far, and the tiles as they were before it.
#[derive(Debug)]
struct Wash<P> {
    ink: P,
    opacity: u16,
    flow: f32,
    tiles: HashMap<TilePos, WashTile<P>>,
}

#[derive(Debug)]
struct WashTile<P> {
    /// How far each pixel is covered, 65535 is fully.
    coverage: Tile<u16>,
    before: Option<Arc<Tile<P>>>,
}

/// A tile that is being painted on.
struct Work<P> {
    at: TilePos,
    /// What the new dabs touch, in canvas pixels.
    dirty: PixelRect,
    wash: WashTile<P>,
    tile: Arc<Tile<P>>,
}

impl<P: TileValue + Mix> Wash<P> {
    fn new(ink: P, brush: &Brush) -> Self {
        let opacity = (brush.opacity * f32::from(u16::MAX)).round() as u16;
        Self { ink, opacity, flow: brush.flow, tiles: HashMap::new() }
    }

    fn lay(&mut self, grid: &mut TileGrid<P>, dabs: &[Dab]) -> PixelRect {
        let canvas = grid.size().bounds();
        let shapes: Vec<_> = dabs.iter().map(|dab| (dab.bounds(canvas), DabShape::new(dab, self.flow))).collect();
        let dirty = union_of(&shapes, canvas);
        let mut work: Vec<_> = positions_in(dirty)
            .filter_map(|at| {
                let dirty = union_of(&shapes, at.rect());
                (!dirty.is_empty()).then(|| self.take(grid, at, dirty))
            })
            .collect();

        let paint = |work: &mut Work<P>| work.paint(&shapes, self.ink, self.opacity);
        if shapes.iter().map(|(bounds, _)| bounds.area()).sum::<u64>() > PARALLEL_PIXELS {
            on_workers(|| work.par_iter_mut().for_each(paint));
        } else {
            work.iter_mut().for_each(paint);
        }
        for Work { at, wash, tile, .. } in work {
            grid.set_tile(at, Some(tile));
            self.tiles.insert(at, wash);
        }
        dirty
    }

    fn take(&mut self, grid: &mut TileGrid<P>, at: TilePos, dirty: PixelRect) -> Work<P> {
        let wash = self
            .tiles
            .remove(&at)
            .unwrap_or_else(|| WashTile { coverage: Tile::empty(), before: grid.shared_tile(at) });
        let tile = grid.take_tile(at).unwrap_or_else(|| Arc::new(Tile::empty()));
        Work { at, dirty, wash, tile }
    }

    fn finish(self, grid: &mut TileGrid<P>) -> Option<Vec<TileChange<P>>> {
        let mut changes: Vec<_> = self
            .tiles
            .into_iter()
            .filter_map(|(at, WashTile { before, .. })| {
                let change = TileChange::between(at, before.clone(), grid.shared_tile(at));
                // A tile that is empty now is free, and one that is as before is shared again.
                grid.set_tile(at, change.as_ref().map_or(before, |change| change.after.clone()));
                change
            })
            .collect();
        changes.sort_unstable_by_key(|change| (change.at.row, change.at.column));
        (!changes.is_empty()).then_some(changes)
    }

    fn cancel(self, grid: &mut TileGrid<P>) {
        for (at, WashTile { before, .. }) in self.tiles {
            grid.set_tile(at, before);
        }
    }
}

fn union_of(shapes: &[(PixelRect, DabShape)], within: PixelRect) -> PixelRect {
    shapes.iter().fold(PixelRect::EMPTY, |union, (bounds, _)| union.union(bounds.intersect(within)))
}

impl<P: TileValue + Mix> Work<P> {
    /// Raises the coverage by the dabs, then mixes ink into what was there before the stroke.
    fn paint(&mut self, shapes: &[(PixelRect, DabShape)], ink: P, opacity: u16) {
        let coverage = self.wash.coverage.values_mut();
        for (bounds, shape) in shapes {
            for_rows(coverage, self.at, *bounds, |left, y, row| shape.raise_row(row, left, y));
        }
        let before = self.wash.before.as_ref().map(|tile| tile.values());
        let after = Arc::make_mut(&mut self.tile).values_mut();
        for (_, range) in row_ranges(self.at, self.dirty) {
            let (Some(after), Some(coverage)) = (after.get_mut(range.clone()), coverage.get(range.clone())) else {
                continue;
            };
            match before.and_then(|values| values.get(range)) {
                Some(before) => {
                    for ((after, before), covered) in after.iter_mut().zip(before).zip(coverage) {
                        *after = before.mix(ink, scaled(*covered, opacity));
                    }
                }
                None => {
                    for (after, covered) in after.iter_mut().zip(coverage) {
                        *after = P::default().mix(ink, scaled(*covered, opacity));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;
    use crate::document::CanvasSize;

    fn canvas(width: u32, height: u32) -> Document {
        Document::blank(CanvasSize::new(width, height).unwrap(), [255; 4])
    }

    fn at(x: f32, y: f32) -> PenSample {
        PenSample { pos_in_canvas: [x, y], pressure: 1.0, time: 0.0 }
    }

    fn stroke(document: &mut Document, brush: Brush, ink: Ink, points: &[[f32; 2]]) -> Option<Edit> {
        let mut builder = StrokeBuilder::begin(document, brush, ink, at(points[0][0], points[0][1])).unwrap();
        let samples: Vec<_> = points[1..].iter().map(|[x, y]| at(*x, *y)).collect();
        builder.extend(document, &samples);
        builder.finish(document)
    }

    #[test]
    fn a_click_leaves_one_dab() {
        let mut document = canvas(300, 300);
        let edit = stroke(
            &mut document,
            Brush { diameter: 20.0, hardness: 1.0, ..Brush::default() },
            Ink::Mask,
            &[[256.0, 100.0]],
        )
        .unwrap();
        assert_eq!(edit.name(), "Paint mask");
        assert_eq!(document.mask_bounds(), Some(PixelRect { left: 246, top: 90, right: 266, bottom: 110 }));
        assert_eq!(document.mask().pixel(256, 100), u16::MAX);
    }

    #[test]
    fn a_stroke_along_a_line_is_even() {
        let mut document = canvas(600, 100);
        let brush = Brush { diameter: 40.0, hardness: 0.2, opacity: 0.5, ..Brush::default() };
        stroke(&mut document, brush, Ink::Mask, &[[50.0, 50.0], [300.0, 50.0], [550.0, 50.0]]).unwrap();
        for y in [35, 45, 50, 60] {
            let along: Vec<_> = (100..500).map(|x| document.mask().pixel(x, y)).collect();
            let (low, high) = (along.iter().min().unwrap(), along.iter().max().unwrap());
            assert!(high - low < 65535 / 100, "row {y} lies between {low} and {high}");
        }
    }

    #[test]
    fn a_stroke_that_crosses_itself_covers_no_more_than_its_opacity() {
        let mut document = canvas(200, 200);
        let brush = Brush { diameter: 50.0, hardness: 0.5, opacity: 0.4, ..Brush::default() };
        let scribble: Vec<_> = (0..40).map(|i| [if i % 2 == 0 { 40.0 } else { 160.0 }, 100.0]).collect();
        stroke(&mut document, brush, Ink::Mask, &scribble).unwrap();
        let most = document.mask().tile(TilePos { column: 0, row: 0 }).unwrap().iter().copied().max().unwrap();
        assert_eq!(most, (0.4f32 * 65535.0).round() as u16);
        stroke(&mut document, brush, Ink::Mask, &[[100.0, 100.0]]).unwrap();
        assert_eq!(document.mask().pixel(100, 100), (0.64f32 * 65535.0) as u16, "a second stroke adds to the first");
    }

    #[test]
    fn erasing_takes_the_mask_away_and_leaves_no_tile() {
        let mut document = canvas(100, 100);
        let brush = Brush { diameter: 30.0, ..Brush::default() };
        stroke(&mut document, brush, Ink::Mask, &[[50.0, 50.0]]).unwrap();
        let eraser = Brush { diameter: 90.0, hardness: 1.0, ..Brush::default() };
        stroke(&mut document, eraser, Ink::MaskEraser, &[[50.0, 50.0]]).unwrap();
        assert_eq!(document.mask_bounds(), None);
        assert!(document.mask().tile(TilePos { column: 0, row: 0 }).is_none());
    }

    #[test]
    fn a_stroke_that_leaves_nothing_is_no_edit() {
        let mut document = canvas(100, 100);
        assert!(stroke(&mut document, Brush::default(), Ink::MaskEraser, &[[50.0, 50.0], [60.0, 60.0]]).is_none());
        assert!(stroke(&mut document, Brush::default(), Ink::Mask, &[[-500.0, 50.0], [-400.0, 60.0]]).is_none());
        assert!(
            stroke(&mut document, Brush { opacity: 0.0, ..Brush::default() }, Ink::Mask, &[[50.0, 50.0]]).is_none()
        );
    }

    #[test]
    fn undo_and_redo_bring_every_bit_back() {
        let mut document = canvas(700, 400);
        let mask = GrayImage::from_fn(700, 400, |x, y| Luma([(x * 3 + y) as u8]));
        document.replace_mask(&mask).unwrap();
        let before = document.clone();
        let brush = Brush { diameter: 120.0, hardness: 0.3, flow: 0.3, opacity: 0.7, ..Brush::default() };
        let edit =
            stroke(&mut document, brush, Ink::MaskEraser, &[[10.0, 10.0], [650.0, 390.0], [300.0, 20.0]]).unwrap();
        let after = document.clone();
        edit.revert(&mut document);
        assert!(same_mask(&document, &before));
        edit.apply(&mut document);
        assert!(same_mask(&document, &after));
        assert!(!same_mask(&document, &before));
    }

    #[test]
    fn a_cancelled_stroke_leaves_no_trace() {
        let mut document = canvas(400, 400);
        document.fill_mask();
        let before = document.clone();
        let mut builder =
            StrokeBuilder::begin(&mut document, Brush::default(), Ink::MaskEraser, at(20.0, 20.0)).unwrap();
        builder.extend(&mut document, &[at(390.0, 390.0)]);
        assert!(!same_mask(&document, &before));
        builder.cancel(&mut document);
        assert!(same_mask(&document, &before));
    }

    #[test]
    fn nothing_changes_outside_the_dirty_rectangle_and_it_is_told_what_did() {
        let mut document = canvas(600, 600);
        let before = document.clone();
        let mut builder = StrokeBuilder::begin(
            &mut document,
            Brush { diameter: 33.0, ..Brush::default() },
            Ink::Mask,
            at(100.0, 100.0),
        )
        .unwrap();
        let dirty = builder.extend(&mut document, &[at(130.0, 100.0), at(130.0, 160.0)]);
        assert!(dirty.right <= 149 && dirty.bottom <= 179, "{dirty:?}");
        let all = builder.dirty();
        assert_eq!(all, all.union(dirty));
        for (x, y) in (0..600).flat_map(|x| (0..600).map(move |y| (x, y))) {
            assert!(all.contains(x, y) || document.mask().pixel(x, y) == 0);
        }
        let changed = document
            .mask()
            .positions()
            .filter(|at| document.mask().revision(*at) != before.mask().revision(*at))
            .count();
        assert_eq!(changed, 1, "one tile to upload");
    }

    #[test]
    fn frames_make_no_difference_to_a_stroke() {
        let points: Vec<_> =
            (0..200).map(|i| [20.0 + i as f32 * 2.5, 200.0 + 150.0 * (i as f32 / 20.0).sin()]).collect();
        let brush = Brush { diameter: 77.0, hardness: 0.4, flow: 0.6, ..Brush::default() };
        let (mut at_once, mut in_frames) = (canvas(600, 400), canvas(600, 400));
        stroke(&mut at_once, brush, Ink::Mask, &points).unwrap();
        let mut builder =
            StrokeBuilder::begin(&mut in_frames, brush, Ink::Mask, at(points[0][0], points[0][1])).unwrap();
        for frame in points[1..].chunks(7) {
            let samples: Vec<_> = frame.iter().map(|[x, y]| at(*x, *y)).collect();
            builder.extend(&mut in_frames, &samples);
        }
        builder.finish(&mut in_frames).unwrap();
        assert!(same_mask(&at_once, &in_frames));
    }

    #[test]
    fn colour_is_laid_over_the_picture_and_erased_again() {
        let mut document = Document::blank(CanvasSize::new(64, 64).unwrap(), [0, 0, 0, 0]);
        let brush = Brush { diameter: 40.0, hardness: 1.0, opacity: 0.5, ..Brush::default() };
        assert_eq!(stroke(&mut document, brush, Ink::Color([255, 128, 0]), &[[32.0, 32.0]]).unwrap().name(), "Paint");
        let pixel = document.rgba_image(document.bounds()).get_pixel(32, 32).0;
        assert_eq!(pixel, [255, 128, 0, 128]);
        stroke(&mut document, Brush { opacity: 1.0, diameter: 60.0, ..brush }, Ink::PictureEraser, &[[32.0, 32.0]])
            .unwrap();
        assert_eq!(document.flattened().pixel(32, 32), [0; 4]);
        assert_eq!(document.mask_bounds(), None, "the mask is not touched");
    }

    fn same_mask(a: &Document, b: &Document) -> bool {
        a.mask().positions().all(|at| a.mask().tile(at) == b.mask().tile(at))
    }
}
