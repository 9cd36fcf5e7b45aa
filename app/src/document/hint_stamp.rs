//! Stamps on hint layers: a drawn thing comes to lie over, or in its depth among, what is there.

use super::edit::{Change, Edit};
use super::layer::{Layer, LayerContent, LayerId, LayerProps};
use super::layer_tree::LayerPlace;
use super::pixel::{Pixel, scaled};
use super::tiles::TileGrid;
use super::{Document, DocumentError, Piece, PixelRect};

/// How a stamp comes together with what is on the layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampRule {
    /// It lies over it.
    Over,
    /// Whichever is brighter hides the other: depth, where white is near.
    Nearest,
    /// Its colour is how much of a pixel is line. Lines are painted in the layer's tint, and nothing is left of what was
    /// where the stamp covers it.
    Lines,
}

/// Something to be stamped on a layer of hints.
#[derive(Clone, Debug)]
pub struct HintStamp<'a> {
    /// Of the hint, as recipes name it.
    pub kind: &'a str,
    /// What a layer is called that has to be made for it, and what its lines are drawn with (sRGB).
    pub layer_name: &'a str,
    pub tint: [u8; 3],
    pub rule: StampRule,
    /// Where its pixels lie.
    pub rect: PixelRect,
    /// Row by row: red, green, blue (not multiplied) and alpha, 0 to 1.
    pub pixels: &'a [[f32; 4]],
}

impl Document {
    /// Puts a stamp on the active layer if that holds hints of its kind, else on the uppermost that does and is not locked,
    /// else on a new one. The active layer stays what it is.
    ///
    /// # Errors
    /// Another number of pixels than the rectangle has.
    pub fn stamp_hint(&mut self, stamp: &HintStamp<'_>) -> Result<Option<Edit>, DocumentError> {
        const NAME: &str = "Stamp hand";
        let HintStamp { rect, .. } = *stamp;
        if stamp.pixels.len() as u64 != rect.area() {
            let (width, height) = (stamp.pixels.len() as u32, 1);
            let (expected_width, expected_height) = (rect.width(), rect.height());
            return Err(DocumentError::OtherSize {
                what: Piece::Stamp,
                width,
                height,
                expected_width,
                expected_height,
            });
        }
        if let Some(layer) = self.layer_for(stamp.kind) {
            let tint = self.layer(layer).map_or(stamp.tint, |layer| layer.props().tint);
            let grid = self.layer_mut(layer).and_then(Layer::pixels_mut);
            let tiles = grid.map(|grid| stamp.put_on(grid, tint)).unwrap_or_default();
            return Ok((!tiles.is_empty()).then(|| Edit::new(NAME, vec![Change::Pixels { layer, tiles }])));
        }
        let mut pixels = TileGrid::filled(self.size(), [0; 4]);
        if stamp.put_on(&mut pixels, stamp.tint).is_empty() {
            return Ok(None);
        }
        let content = LayerContent::Hint { pixels, kind: stamp.kind.to_owned(), objects: None };
        let props = LayerProps { tint: stamp.tint, ..LayerProps::named(stamp.layer_name) };
        let layer = Layer::new(props, content);
        let (active, place) = (self.active(), LayerPlace { parent: None, index: self.layers().len() });
        let edit = self.insert(NAME, place, layer);
        self.set_active(active);
        Ok(Some(edit))
    }

    /// Not one that the program draws from objects: its pixels would be drawn anew.
    fn layer_for(&self, wanted: &str) -> Option<LayerId> {
        let fits = |layer: &&Layer| {
            layer.hint_kind() == Some(wanted) && layer.hint_objects().is_none() && !layer.props().locked
        };
        let active = self.layer(self.active()).filter(fits);
        active.or_else(|| self.all_layers().filter(fits).last()).map(Layer::id)
    }
}

impl HintStamp<'_> {
    fn put_on(&self, grid: &mut TileGrid<Pixel>, tint: [u8; 3]) -> Vec<super::TileChange<Pixel>> {
        let width = self.rect.width() as usize;
        grid.change_rows(self.rect, |left, y, row| {
            let start = (y - self.rect.top) as usize * width + (left - self.rect.left) as usize;
            let stamped = self.pixels.get(start..start + row.len()).unwrap_or_default();
            for (pixel, color) in row.iter_mut().zip(stamped) {
                if color[3] > 0.0 {
                    *pixel = self.rule.combined(*pixel, premultiplied(*color), tint);
                }
            }
        })
    }
}

impl StampRule {
    fn combined(self, there: Pixel, stamped: Pixel, tint: [u8; 3]) -> Pixel {
        let is_nearer = |a: Pixel, b: Pixel| {
            // Of the colours without their alpha, across the fraction's bar.
            u64::from(a[0]) * u64::from(b[3]) > u64::from(b[0]) * u64::from(a[3])
        };
        match self {
            Self::Nearest if is_nearer(there, stamped) => over(there, stamped),
            Self::Nearest | Self::Over => over(stamped, there),
            Self::Lines => {
                let [line, _, _, covered] = stamped;
                let left = there.map(|channel| scaled(channel, u16::MAX - covered));
                let [red, green, blue] = tint.map(|channel| scaled(u16::from(channel) * 257, line));
                let ink = [red, green, blue, line];
                std::array::from_fn(|channel| left[channel].saturating_add(ink[channel]))
            }
        }
    }
}

fn premultiplied([red, green, blue, alpha]: [f32; 4]) -> Pixel {
    let alpha = alpha.clamp(0.0, 1.0);
    let full = f32::from(u16::MAX);
    // `as` saturates and makes 0 of NaN.
    let channel = |value: f32| (value.clamp(0.0, 1.0) * alpha * full).round() as u16;
    [channel(red), channel(green), channel(blue), (alpha * full).round() as u16]
}

/// Porter and Duff's.
fn over(upper: Pixel, lower: Pixel) -> Pixel {
    let rest = u16::MAX - upper[3];
    std::array::from_fn(|channel| upper[channel].saturating_add(scaled(lower[channel], rest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;

    fn stamp<'a>(rule: StampRule, left: u32, pixels: &'a [[f32; 4]]) -> HintStamp<'a> {
        let rect = PixelRect { left, top: 10, right: left + pixels.len() as u32, bottom: 11 };
        HintStamp { kind: "depth", layer_name: "Depth", tint: [90, 30, 200], rule, rect, pixels }
    }

    fn canvas() -> Document {
        Document::blank(CanvasSize::new(300, 40).unwrap(), [255; 4])
    }

    fn hint(document: &Document, x: u32) -> Pixel {
        let layer = document.all_layers().find(|layer| matches!(layer.content(), LayerContent::Hint { .. })).unwrap();
        layer.pixels().unwrap().pixel(x, 10)
    }

    fn grey(value: f32) -> [f32; 4] {
        [value, value, value, 1.0]
    }

    #[test]
    fn the_nearer_of_two_things_is_seen_in_whatever_order_they_were_stamped() {
        let (near, far) = ([grey(0.9); 4], [grey(0.4); 4]);
        for order in [[(10, &near), (12, &far)], [(12, &far), (10, &near)]] {
            let mut document = canvas();
            for (left, pixels) in order {
                document.stamp_hint(&stamp(StampRule::Nearest, left, pixels)).unwrap().unwrap();
            }
            let values: Vec<u16> = (9..17).map(|x| hint(&document, x)[0]).collect();
            let (near, far) = (58982, 26214);
            assert_eq!(values, [0, near, near, near, near, far, far, 0], "{order:?}");
        }
    }

    #[test]
    fn a_soft_edge_in_front_lets_what_is_behind_show_through() {
        let mut document = canvas();
        document.stamp_hint(&stamp(StampRule::Nearest, 0, &[grey(0.5)])).unwrap().unwrap();
        document.stamp_hint(&stamp(StampRule::Nearest, 0, &[[1.0, 1.0, 1.0, 0.5]])).unwrap().unwrap();
        let [red, _, _, alpha] = hint(&document, 0);
        assert!(red.abs_diff(49151) <= 2 && alpha == u16::MAX, "{red} {alpha}");
    }

    #[test]
    fn what_is_stamped_over_something_hides_it_whatever_its_brightness() {
        let mut document = canvas();
        document.stamp_hint(&stamp(StampRule::Over, 0, &[grey(1.0); 3])).unwrap().unwrap();
        document.stamp_hint(&stamp(StampRule::Over, 1, &[grey(0.2)])).unwrap().unwrap();
        assert_eq!([0, 1, 2].map(|x| hint(&document, x)[0]), [u16::MAX, 13107, u16::MAX]);
    }

    #[test]
    fn lines_are_painted_in_the_tint_and_what_lies_behind_the_hand_is_gone() {
        let mut document = canvas();
        document.stamp_hint(&stamp(StampRule::Lines, 0, &[grey(1.0); 3])).unwrap().unwrap();
        // Inside the second hand there is no line; half a line is at its edge.
        document.stamp_hint(&stamp(StampRule::Lines, 1, &[grey(0.0), [1.0, 1.0, 1.0, 0.5]])).unwrap().unwrap();
        assert_eq!(hint(&document, 0), [90 * 257, 30 * 257, 200 * 257, u16::MAX]);
        assert_eq!(hint(&document, 1), [0; 4]);
        assert_eq!(hint(&document, 2)[3], u16::MAX);
        let lines = document.lines_image(document.hints().next().unwrap().id(), document.bounds()).unwrap();
        assert_eq!([0, 1, 2, 3].map(|x| lines.get_pixel(x, 10).0[0]), [255, 0, 255, 0]);
    }

    #[test]
    fn one_undo_takes_the_layer_away_with_the_stamp_and_the_active_layer_stays() {
        let mut document = canvas();
        let (active, layers) = (document.active(), document.all_layers().count());
        let edit = document.stamp_hint(&stamp(StampRule::Nearest, 0, &[grey(0.5)])).unwrap().unwrap();
        assert_eq!(document.active(), active);
        assert_eq!(document.all_layers().count(), layers + 1);
        edit.revert(&mut document);
        assert_eq!(document.all_layers().count(), layers);
        edit.apply(&mut document);
        assert_eq!(hint(&document, 0)[3], u16::MAX);
    }

    #[test]
    fn a_locked_layer_is_left_alone() {
        let mut document = canvas();
        document.stamp_hint(&stamp(StampRule::Nearest, 0, &[grey(0.5)])).unwrap().unwrap();
        let id = document.all_layers().find(|layer| matches!(layer.content(), LayerContent::Hint { .. })).unwrap().id();
        let props = LayerProps { locked: true, ..document.layer(id).unwrap().props().clone() };
        document.set_props(id, props).unwrap();
        let layers = document.all_layers().count();
        document.stamp_hint(&stamp(StampRule::Nearest, 5, &[grey(0.5)])).unwrap().unwrap();
        assert_eq!(document.all_layers().count(), layers + 1);
        assert_eq!(document.layer(id).unwrap().pixels().unwrap().pixel(5, 10), [0; 4]);
    }

    #[test]
    fn a_stamp_with_too_few_pixels_is_refused() {
        let mut document = canvas();
        let pixels = [grey(0.5)];
        let rect = PixelRect { left: 0, top: 0, right: 2, bottom: 2 };
        let stamp = HintStamp { rect, ..stamp(StampRule::Over, 0, &pixels) };
        assert!(document.stamp_hint(&stamp).is_err());
    }
}
