//! Fills as edits of a document. Each changes it at once and returns the edit that says how, or `None` where nothing
//! changed; all keep to what is selected.

use super::gradient::Gradient;
use super::ink::{Cover, erase, lay, lay_on_mask};
use crate::document::{Document, DocumentError, Edit, Layer, LayerId, Pixel, TileChange, TileGrid};

/// Fills a region (all of the canvas with none) of the active layer with one colour; a mask is filled, whatever the
/// colour.
///
/// # Errors
/// The layer is a group, hidden or locked.
pub fn fill(
    document: &mut Document,
    region: Option<&TileGrid<u16>>,
    color: Pixel,
) -> Result<Option<Edit>, DocumentError> {
    if is_mask_active(document) {
        return change_mask(document, "Fill mask", region, |mask, cover| lay_on_mask(mask, cover, u16::MAX, opaque));
    }
    change_pixels(document, "Fill", region, |pixels, cover| lay(pixels, cover, |_, _| color))
}

/// Lays a gradient over the active layer; a mask is filled as far as the gradient is opaque, whatever its colours.
///
/// # Errors
/// The layer is a group, hidden or locked.
pub fn lay_gradient(document: &mut Document, gradient: &Gradient) -> Result<Option<Edit>, DocumentError> {
    if is_mask_active(document) {
        return change_mask(document, "Gradient", None, |mask, cover| {
            lay_on_mask(mask, cover, u16::MAX, |x, y| gradient.pixel(x, y)[3])
        });
    }
    change_pixels(document, "Gradient", None, |pixels, cover| lay(pixels, cover, |x, y| gradient.pixel(x, y)))
}

/// Takes what is selected away from the active layer or mask.
///
/// # Errors
/// The layer is a group, hidden or locked.
pub fn clear(document: &mut Document) -> Result<Option<Edit>, DocumentError> {
    if is_mask_active(document) {
        return change_mask(document, "Clear mask", None, |mask, cover| lay_on_mask(mask, cover, 0, opaque));
    }
    change_pixels(document, "Clear", None, erase)
}

/// As much at every place.
fn opaque(_: u32, _: u32) -> u16 {
    u16::MAX
}

fn is_mask_active(document: &Document) -> bool {
    document.layer(document.active()).is_some_and(Layer::is_mask)
}

fn change_pixels(
    document: &mut Document,
    name: &'static str,
    region: Option<&TileGrid<u16>>,
    change: impl FnOnce(&mut TileGrid<Pixel>, Cover<'_>) -> Vec<TileChange<Pixel>>,
) -> Result<Option<Edit>, DocumentError> {
    let target = document.paint_target()?;
    let selection = document.selection().cloned();
    let is_alpha_locked = is_alpha_locked(document, target);
    let Some(pixels) = document.layer_mut(target).and_then(Layer::pixels_mut) else { return Ok(None) };
    let tiles = change(pixels, Cover { region, selection: selection.as_ref(), is_alpha_locked });
    Ok(Document::pixels_changed(name, target, tiles))
}

fn change_mask(
    document: &mut Document,
    name: &'static str,
    region: Option<&TileGrid<u16>>,
    change: impl FnOnce(&mut TileGrid<u16>, Cover<'_>) -> Vec<TileChange<u16>>,
) -> Result<Option<Edit>, DocumentError> {
    let target = document.mask_target()?;
    let selection = document.selection().cloned();
    let Some(mask) = document.layer_mut(target).and_then(Layer::mask_mut) else { return Ok(None) };
    let tiles = change(mask, Cover { region, selection: selection.as_ref(), is_alpha_locked: false });
    Ok(Document::mask_changed(name, target, tiles))
}

fn is_alpha_locked(document: &Document, layer: LayerId) -> bool {
    document.layer(layer).is_some_and(|layer| layer.props().alpha_locked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;
    use crate::document::selection::{Combine, rectangle};

    fn document() -> Document {
        Document::blank(CanvasSize::new(300, 300).unwrap(), [255; 4])
    }

    #[test]
    fn a_fill_keeps_to_what_is_selected_and_can_be_undone() {
        let mut document = document();
        let half = rectangle(document.size(), [0.0, 0.0], [150.0, 300.0]);
        document.select(&half, Combine::Replace);
        let red = Document::opaque_pixel([255, 0, 0]);
        let edit = fill(&mut document, None, red).unwrap().unwrap();
        let layer = document.active();
        let at = |document: &Document, x| document.layer(layer).unwrap().pixels().unwrap().pixel(x, 7);
        assert_eq!((at(&document, 149), at(&document, 150)), (red, [65535; 4]));
        edit.revert(&mut document);
        assert_eq!(at(&document, 149), [65535; 4]);
        clear(&mut document).unwrap().unwrap();
        assert_eq!((at(&document, 149), at(&document, 150)), ([0; 4], [65535; 4]));
    }

    #[test]
    fn a_mask_is_filled_and_cleared_where_it_is_the_active_layer() {
        let mut document = document();
        document.set_active(document.active_mask());
        let half = rectangle(document.size(), [0.0, 0.0], [150.0, 300.0]);
        fill(&mut document, Some(&half), [0; 4]).unwrap().unwrap();
        assert_eq!((document.mask().pixel(149, 3), document.mask().pixel(150, 3)), (65535, 0));
        clear(&mut document).unwrap().unwrap();
        assert_eq!(document.mask_bounds(), None);
        assert!(clear(&mut document).unwrap().is_none(), "nothing left");
    }

    #[test]
    fn a_locked_layer_is_not_filled() {
        let mut document = document();
        let id = document.active();
        let props = document.layer(id).unwrap().props().clone();
        document.set_props(id, crate::document::LayerProps { locked: true, ..props });
        assert!(matches!(fill(&mut document, None, [0; 4]), Err(DocumentError::NoTarget { .. })));
    }
}
