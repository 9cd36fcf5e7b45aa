//! A picture that comes into another as a layer: pasted, or dropped on it.

use crate::document::{CanvasSize, Document, Layer, LayerContent, LayerProps, Pixel, PixelRect, TileGrid};

/// Where the top left corner of a picture of `size` lies when it stands in the middle of a canvas.
#[must_use]
pub fn centered(size: CanvasSize, canvas: CanvasSize) -> [i64; 2] {
    let middle = |canvas: u32, side: u32| (i64::from(canvas) - i64::from(side)).div_euclid(2);
    [middle(canvas.width(), size.width()), middle(canvas.height(), size.height())]
}

/// The flattened picture as a layer for a canvas of another size, its top left corner at `top_left` (canvas pixels);
/// what lies beyond the canvas is left out.
#[must_use]
pub fn as_layer(picture: &Document, name: impl Into<String>, canvas: CanvasSize, top_left: [i64; 2]) -> Layer {
    let source = picture.flattened();
    let mut pixels = TileGrid::filled(canvas, Pixel::default());
    let [left, top] = top_left;
    let within = |at: i64, max: u32| at.clamp(0, i64::from(max)) as u32;
    let rect = PixelRect {
        left: within(left, canvas.width()),
        top: within(top, canvas.height()),
        right: within(left.saturating_add(i64::from(source.size().width())), canvas.width()),
        bottom: within(top.saturating_add(i64::from(source.size().height())), canvas.height()),
    };
    pixels.change_rows(rect, |x, y, row| {
        let (from_x, from_y) = ((i64::from(x) - left) as u32, (i64::from(y) - top) as u32);
        let mut row = row.iter_mut();
        for (_, length, part) in source.row_parts(from_y, from_x, from_x + row.len() as u32) {
            match part {
                Some(values) => row.by_ref().zip(values).for_each(|(pixel, value)| *pixel = *value),
                None => row.by_ref().take(length).for_each(|pixel| *pixel = Pixel::default()),
            }
        }
    });
    Layer::new(LayerProps::named(name), LayerContent::Paint(pixels))
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgba, RgbaImage};

    use super::*;

    fn canvas(width: u32, height: u32) -> CanvasSize {
        CanvasSize::new(width, height).unwrap()
    }

    #[test]
    fn a_picture_lies_where_it_is_put_and_is_cut_at_the_edges() {
        let image = RgbaImage::from_fn(600, 400, |x, y| Rgba([x as u8, y as u8, (x / 256) as u8, 255]));
        let picture = Document::from_image(&DynamicImage::ImageRgba8(image)).unwrap();
        let source = picture.flattened();
        for (size, at) in [
            (canvas(300, 300), [-150, -50]),
            (canvas(1000, 900), [200, 250]),
            (canvas(50, 50), [70, 0]),
            (canvas(9, 9), [-900, 0]),
        ] {
            let layer = as_layer(&picture, "dropped", size, at);
            for (x, y) in [(0, 0), (149, 49), (299, 299), (200, 250), (799, 649), (8, 8)] {
                let from = |at: u32, start: i64| u32::try_from(i64::from(at) - start).ok();
                let inside = x < size.width() && y < size.height();
                let expected = from(x, at[0]).zip(from(y, at[1])).filter(|_| inside);
                let expected = expected.map_or([0; 4], |(x, y)| source.pixel(x, y));
                assert_eq!(layer.pixels().unwrap().pixel(x, y), expected, "{x}, {y} at {at:?}");
            }
        }
    }

    #[test]
    fn the_middle_is_the_middle_whichever_is_larger() {
        assert_eq!(centered(canvas(100, 50), canvas(200, 200)), [50, 75]);
        assert_eq!(centered(canvas(200, 201), canvas(100, 100)), [-50, -51]);
    }
}
