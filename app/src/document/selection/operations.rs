//! What is done to a document's selection and, with the same tools, to its mask. Each operation changes the document at
//! once and returns the edit that says how, or `None` where nothing changed.

use super::blur::{blurred, feathered};
use super::combine::{Combine, combine, everything, inverted, is_empty};
use super::grow::{bordered, grown, shrunk};
use super::holes::holes_filled;
use super::smooth::smoothed;
use super::tilewise::{Made, grid_of, tile_of_rows};
use crate::document::tiles::{TILE_SIDE, TileChange, TileGrid};
use crate::document::{Document, DocumentError, Edit, Pixel};

/// A change of a whole selection or mask; lengths in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Refine {
    Feather(f32),
    /// The standard deviation of the Gaussian.
    Blur(f32),
    Grow(f32),
    Shrink(f32),
    Border(f32),
    Smooth(f32),
    FillHoles,
}

impl Refine {
    #[must_use]
    pub fn of(self, selection: &TileGrid<u16>) -> TileGrid<u16> {
        match self {
            Self::Feather(radius) => feathered(selection, radius),
            Self::Blur(sigma) => blurred(selection, sigma),
            Self::Grow(radius) => grown(selection, radius),
            Self::Shrink(radius) => shrunk(selection, radius),
            Self::Border(radius) => bordered(selection, radius),
            Self::Smooth(radius) => smoothed(selection, radius),
            Self::FillHoles => holes_filled(selection),
        }
    }

    fn names(self) -> [&'static str; 2] {
        match self {
            Self::Feather(_) => ["Feather selection", "Feather mask"],
            Self::Blur(_) => ["Blur selection", "Blur mask"],
            Self::Grow(_) => ["Grow selection", "Grow mask"],
            Self::Shrink(_) => ["Shrink selection", "Shrink mask"],
            Self::Border(_) => ["Border selection", "Border mask"],
            Self::Smooth(_) => ["Smooth selection", "Smooth mask"],
            Self::FillHoles => ["Fill holes in selection", "Fill holes in mask"],
        }
    }
}

impl Document {
    /// Selects by a new selection and the one there is. Where nothing is left, nothing is selected any more, which
    /// means that everything can be painted on.
    pub fn select(&mut self, new: &TileGrid<u16>, how: Combine) -> Option<Edit> {
        let selected = match (self.selection(), how) {
            (_, Combine::Replace) | (None, Combine::Add | Combine::Intersect) => new.clone(),
            (None, Combine::Subtract) => inverted(new),
            (Some(old), _) => combine(old, new, how),
        };
        let name = match how {
            Combine::Replace => "Select",
            Combine::Add => "Add to selection",
            Combine::Subtract => "Subtract from selection",
            Combine::Intersect => "Intersect selection",
        };
        self.set_selection(name, Some(selected).filter(|selected| !is_empty(selected)))
    }

    pub fn select_all(&mut self) -> Option<Edit> {
        self.set_selection("Select all", Some(everything(self.size())))
    }

    pub fn deselect(&mut self) -> Option<Edit> {
        self.set_selection("Deselect", None)
    }

    pub fn invert_selection(&mut self) -> Option<Edit> {
        let inverted = inverted(self.selection()?);
        self.set_selection("Invert selection", Some(inverted).filter(|selected| !is_empty(selected)))
    }

    /// Nothing happens where nothing is selected.
    pub fn refine_selection(&mut self, refine: Refine) -> Option<Edit> {
        let refined = refine.of(self.selection()?);
        self.set_selection(refine.names()[0], Some(refined).filter(|selected| !is_empty(selected)))
    }

    /// The active mask.
    ///
    /// # Errors
    /// It is hidden or locked.
    pub fn refine_mask(&mut self, refine: Refine) -> Result<Option<Edit>, DocumentError> {
        let refined = refine.of(self.mask());
        self.set_mask(refine.names()[1], &refined)
    }

    /// What is selected becomes the active mask.
    ///
    /// # Errors
    /// The mask is hidden or locked.
    pub fn mask_from_selection(&mut self) -> Result<Option<Edit>, DocumentError> {
        let Some(selection) = self.selection().cloned() else { return Ok(None) };
        self.set_mask("Mask from selection", &selection)
    }

    /// The active mask by a new one and the one there is.
    ///
    /// # Errors
    /// The mask is hidden or locked.
    pub fn mask_by(&mut self, new: &TileGrid<u16>, how: Combine) -> Result<Option<Edit>, DocumentError> {
        let mask = if how == Combine::Replace { new.clone() } else { combine(self.mask(), new, how) };
        self.set_mask("Mask from colours", &mask)
    }

    /// Selects what the active mask repaints.
    pub fn select_mask(&mut self, how: Combine) -> Option<Edit> {
        let mask = self.mask().clone();
        self.select(&mask, how)
    }

    /// Selects what the active layer covers.
    pub fn select_opaque(&mut self, how: Combine) -> Option<Edit> {
        let covered = coverage_of(self.layer(self.active())?.pixels()?);
        self.select(&covered, how)
    }

    /// What the active layer covers becomes the active mask; nothing happens where it is no layer of colours.
    ///
    /// # Errors
    /// The mask is hidden or locked.
    pub fn mask_from_opaque(&mut self) -> Result<Option<Edit>, DocumentError> {
        let Some(pixels) = self.layer(self.active()).and_then(|layer| layer.pixels()) else { return Ok(None) };
        let covered = coverage_of(pixels);
        self.set_mask("Mask from layer", &covered)
    }

    fn set_mask(&mut self, name: &'static str, values: &TileGrid<u16>) -> Result<Option<Edit>, DocumentError> {
        let target = self.mask_target()?;
        let Some(mask) = self.layer_mut(target).and_then(|layer| layer.mask_mut()) else { return Ok(None) };
        let change = |at| TileChange::between(at, mask.shared_tile(at), values.shared_tile(at));
        let changes: Vec<_> = mask.positions().filter_map(change).collect();
        for change in &changes {
            mask.set_tile(change.at, change.after.clone());
        }
        Ok(Self::mask_changed(name, target, changes))
    }
}

/// How far each pixel is covered.
fn coverage_of(pixels: &TileGrid<Pixel>) -> TileGrid<u16> {
    let filled = pixels.positions().filter(|at| pixels.tile(*at).is_some());
    grid_of(pixels.size(), filled, |at| {
        let values = pixels.tile(at).unwrap_or_default();
        Made::New(tile_of_rows(at, pixels.size().bounds(), |left, y, row| {
            let start = ((y % TILE_SIDE) * TILE_SIDE + left % TILE_SIDE) as usize;
            row.iter_mut().zip(values.iter().skip(start)).for_each(|(covered, pixel)| *covered = pixel[3]);
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;
    use crate::document::selection::rectangle;

    fn document() -> Document {
        Document::blank(CanvasSize::new(600, 300).unwrap(), [255; 4])
    }

    fn left_half(document: &Document) -> TileGrid<u16> {
        rectangle(document.size(), [0.0, 0.0], [300.0, 300.0])
    }

    #[test]
    fn selecting_is_an_edit_like_any_other() {
        let mut document = document();
        let half = left_half(&document);
        let edit = document.select(&half, Combine::Replace).unwrap();
        assert_eq!(document.selection().unwrap().pixel(10, 10), 65535);
        let inverted = document.invert_selection().unwrap();
        assert_eq!(document.selection().unwrap().pixel(10, 10), 0);
        inverted.revert(&mut document);
        edit.revert(&mut document);
        assert!(document.selection().is_none());
        edit.apply(&mut document);
        assert_eq!(document.selection().unwrap().pixel(299, 10), 65535);
    }

    #[test]
    fn without_a_selection_everything_is_selected_and_can_be_taken_from() {
        let mut document = document();
        let half = left_half(&document);
        document.select(&half, Combine::Subtract);
        let selected = document.selection().unwrap();
        assert_eq!((selected.pixel(10, 10), selected.pixel(500, 10)), (0, 65535));
        document.select(&inverted(&half), Combine::Subtract);
        assert!(document.selection().is_none(), "nothing was left");
        assert!(document.invert_selection().is_none());
        assert!(document.refine_selection(Refine::Grow(4.0)).is_none());
    }

    #[test]
    fn a_selection_becomes_the_mask_and_comes_back() {
        let mut document = document();
        let half = left_half(&document);
        document.select(&half, Combine::Replace);
        let edit = document.mask_from_selection().unwrap().unwrap();
        assert_eq!(edit.name(), "Mask from selection");
        document.deselect();
        document.refine_mask(Refine::Grow(10.0)).unwrap().unwrap();
        assert_eq!((document.mask().pixel(309, 5), document.mask().pixel(310, 5)), (65535, 0));
        document.select_mask(Combine::Replace).unwrap();
        assert_eq!(document.selection().unwrap().pixel(309, 5), 65535);
        edit.revert(&mut document);
        assert_eq!(document.mask().pixel(5, 5), 0);
    }

    #[test]
    fn a_hidden_mask_is_not_changed() {
        let mut document = document();
        document.set_mask_look(crate::document::MaskLook { visible: false, ..document.mask_look() });
        document.select_all();
        assert!(matches!(document.mask_from_selection(), Err(DocumentError::NoTarget { .. })));
    }

    #[test]
    fn the_covered_part_of_a_layer_is_selected() {
        let mut document = document();
        document.add_paint_layer("Sketch".into());
        assert!(document.select_opaque(Combine::Replace).is_none(), "nothing is covered, nothing was selected");
        let background = document.layers()[0].id();
        document.set_active(background);
        document.select_opaque(Combine::Replace).unwrap();
        assert_eq!(document.selection().unwrap().pixel(599, 299), 65535);
        document.mask_from_opaque().unwrap().unwrap();
        assert_eq!(document.mask().pixel(0, 0), 65535);
    }
}
