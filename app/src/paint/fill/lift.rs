//! What is selected, taken off a layer and laid down as another.

use image::{Rgba, RgbaImage};

use crate::document::selection::bounds_of;
use crate::document::{
    Document, Edit, Layer, LayerContent, LayerProps, PixelRect, TileGrid, from_rgba8, scaled, to_rgba8,
};

/// What is selected of the active layer, with straight alpha, and where it lies; all of the canvas without a selection.
/// `None` where nothing is selected, and of groups and masks.
#[must_use]
pub fn lifted(document: &Document) -> Option<(PixelRect, RgbaImage)> {
    let pixels = document.layer(document.active())?.pixels()?;
    let selection = document.selection();
    let rect = selection.map_or(Some(document.bounds()), bounds_of)?;
    let picture = RgbaImage::from_fn(rect.width(), rect.height(), |x, y| {
        let (x, y) = (rect.left + x, rect.top + y);
        let amount = selection.map_or(u16::MAX, |selection| selection.pixel(x, y));
        Rgba(to_rgba8(pixels.pixel(x, y).map(|channel| scaled(channel, amount))))
    });
    Some((rect, picture))
}

/// Lays a picture (straight alpha) down as a new layer, its top left pixel at `top_left` (canvas pixels, beyond the
/// canvas as well); what lies beyond the canvas is cut off.
pub fn paste(document: &mut Document, name: String, picture: &RgbaImage, top_left: [i32; 2]) -> Edit {
    let mut pixels = TileGrid::filled(document.size(), [0; 4]);
    let [left, top] = top_left.map(i64::from);
    let end = |start: i64, length: u32| u32::try_from(start + i64::from(length)).unwrap_or(0);
    let rect = PixelRect {
        left: left.max(0) as u32,
        top: top.max(0) as u32,
        right: end(left, picture.width()),
        bottom: end(top, picture.height()),
    };
    pixels.change_rows(rect, |start, y, row| {
        for (x, pixel) in (i64::from(start)..).zip(row) {
            let (x, y) = ((x - left) as u32, (i64::from(y) - top) as u32);
            *pixel = picture.get_pixel_checked(x, y).map_or([0; 4], |Rgba(rgba)| from_rgba8(*rgba));
        }
    });
    document.add_layer(Layer::new(LayerProps::named(name), LayerContent::Paint(pixels)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;
    use crate::document::selection::{Combine, rectangle};

    fn document() -> Document {
        Document::blank(CanvasSize::new(300, 280).unwrap(), [10, 20, 30, 255])
    }

    #[test]
    fn what_is_lifted_and_pasted_lies_where_it_was() {
        let mut document = document();
        let part = rectangle(document.size(), [100.0, 50.5], [270.0, 80.0]);
        document.select(&part, Combine::Replace);
        let (rect, picture) = lifted(&document).unwrap();
        assert_eq!(rect, PixelRect { left: 100, top: 50, right: 270, bottom: 80 });
        assert_eq!((picture.get_pixel(3, 0).0, picture.get_pixel(3, 1).0), ([10, 20, 30, 128], [10, 20, 30, 255]));
        let edit = paste(&mut document, "Pasted".into(), &picture, [100, 50]);
        let layer = document.layer(document.active()).unwrap().pixels().unwrap();
        assert_eq!((layer.pixel(100, 51)[3], layer.pixel(99, 51)[3], layer.pixel(269, 79)[3]), (65535, 0, 65535));
        edit.revert(&mut document);
        assert_eq!(document.all_layers().filter(|layer| layer.pixels().is_some()).count(), 1);
    }

    #[test]
    fn a_picture_that_does_not_fit_is_cut_off() {
        let mut document = document();
        let picture = RgbaImage::from_fn(400, 400, |x, y| Rgba([(x % 256) as u8, (y % 256) as u8, 0, 255]));
        paste(&mut document, "Pasted".into(), &picture, [-60, -70]);
        let layer = document.layer(document.active()).unwrap().pixels().unwrap();
        assert_eq!(
            (layer.pixel(0, 0), layer.pixel(299, 279)),
            ([60 * 257, 70 * 257, 0, 65535], [103 * 257, 93 * 257, 0, 65535])
        );
        assert_eq!(layer.pixel(300, 0), [0; 4]);
        paste(&mut document, "Far away".into(), &picture, [-1000, 5]);
        assert_eq!(document.layer(document.active()).unwrap().pixels().unwrap().bytes(), 0);
    }

    #[test]
    fn without_a_selection_the_whole_layer_is_lifted_and_of_a_mask_nothing() {
        let mut document = document();
        assert_eq!(lifted(&document).unwrap().1.dimensions(), (300, 280));
        document.set_active(document.active_mask());
        assert!(lifted(&document).is_none());
    }
}
