//! Hint layers: drawings that tell a control network what to do, and how much they have to say.

use image::{GrayImage, Luma, Rgb, RgbImage, RgbaImage};
use serde::{Deserialize, Serialize};

use super::edit::{Change, Edit};
use super::hint_objects::HintObjects;
use super::images::image_of;
use super::layer::{Layer, LayerContent, LayerId, LayerProps};
use super::layer_tree::LayerPlace;
use super::pixel::{self, Mix as _};
use super::tiles::TileGrid;
use super::{Document, PixelRect};

/// How a hint layer takes part in a generation, in the words and numbers of the recipe's controls; the document knows no
/// engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HintControl {
    /// Whether it takes part. To be seen on the canvas is another thing: a layer's eye says that.
    pub follows: bool,
    /// The network that follows it; empty means the one that the program finds for the hint's kind.
    pub network: String,
    /// How much it weighs, 0 to [`HintControl::MAX_WEIGHT`].
    pub weight: f32,
    /// From this share of the steps on, 0 to 1.
    pub start: f32,
    /// Up to this share of the steps, 0 to 1.
    pub end: f32,
    /// What goes before where hint and prompt disagree: a word of the recipe's.
    pub mode: String,
}

impl Default for HintControl {
    fn default() -> Self {
        Self { follows: true, network: String::new(), weight: 1.0, start: 0.0, end: 1.0, mode: "balanced".to_owned() }
    }
}

impl HintControl {
    /// Beyond it pictures only burn out.
    pub const MAX_WEIGHT: f32 = 2.0;

    /// With every number in its range.
    #[must_use]
    pub fn in_range(self) -> Self {
        let within = |value: f32, max: f32, otherwise: f32| {
            if value.is_finite() { value.clamp(0.0, max) } else { otherwise }
        };
        let start = within(self.start, 1.0, 0.0);
        Self {
            weight: within(self.weight, Self::MAX_WEIGHT, 1.0),
            start,
            end: within(self.end, 1.0, 1.0).max(start),
            ..self
        }
    }
}

impl Layer {
    /// What kind of hint it is; `None` of other layers.
    #[must_use]
    pub fn hint_kind(&self) -> Option<&str> {
        match self.content() {
            LayerContent::Hint { kind, .. } => Some(kind),
            _ => None,
        }
    }
}

impl Document {
    /// The hint layers, the lowest first.
    pub fn hints(&self) -> impl Iterator<Item = &Layer> {
        self.all_layers().filter(|layer| layer.hint_kind().is_some())
    }

    /// An empty hint layer above all others, active from now on. `tint`: what its lines are drawn with, sRGB; `objects`: of
    /// one that is drawn from objects.
    pub fn add_hint(&mut self, kind: &str, name: String, tint: [u8; 3], objects: Option<HintObjects>) -> Edit {
        let pixels = TileGrid::filled(self.size(), [0; 4]);
        let content = LayerContent::Hint { pixels, kind: kind.to_owned(), objects };
        let place = LayerPlace { parent: None, index: self.layers().len() };
        self.insert("Add hint", place, Layer::new(LayerProps { tint, ..LayerProps::named(name) }, content))
    }

    /// Part of a layer as white lines on black: white is where it is painted, in whatever colour.
    #[must_use]
    pub fn lines_image(&self, id: LayerId, rect: PixelRect) -> Option<GrayImage> {
        let pixels = self.layer(id)?.pixels()?;
        Some(image_of::<Luma<u8>, _, 1>(pixels, rect, |[.., alpha]| [pixel::narrow(alpha)]))
    }

    /// Part of a layer in its colours, in front of black.
    #[must_use]
    pub fn colors_image(&self, id: LayerId, rect: PixelRect) -> Option<RgbImage> {
        let pixels = self.layer(id)?.pixels()?;
        // Colours are premultiplied, so that black behind them changes nothing.
        Some(image_of::<Rgb<u8>, _, 3>(pixels, rect, |[r, g, b, _]| [r, g, b].map(pixel::narrow)))
    }

    /// Replaces part of a hint layer, where something is selected only there; what reaches beyond the canvas is left out. One
    /// that is drawn from objects is left alone: its pixels are theirs.
    pub fn replace_hint(&mut self, id: LayerId, top_left: [u32; 2], image: &RgbaImage) -> Option<Edit> {
        let [left, top] = top_left;
        let (right, bottom) = (left.saturating_add(image.width()), top.saturating_add(image.height()));
        let rect = PixelRect { left, top, right, bottom }.intersect(self.bounds());
        let selected = self.selection().cloned();
        let grid = self
            .layer_mut(id)
            .filter(|layer| layer.hint_kind().is_some() && layer.hint_objects().is_none())
            .and_then(Layer::pixels_mut)?;
        let (samples, width) = (image.as_raw(), image.width() as usize);
        let tiles = grid.change_rows(rect, |x, y, row| {
            let from = (y - top) as usize * width + (x - left) as usize;
            let source = samples.as_chunks::<4>().0.iter().skip(from);
            for ((pixel, rgba), x) in row.iter_mut().zip(source).zip(x..) {
                let amount = selected.as_ref().map_or(u16::MAX, |selected| selected.pixel(x, y));
                *pixel = pixel.mix(pixel::from_rgba8(*rgba), amount);
            }
        });
        (!tiles.is_empty()).then(|| Edit::new("Make a hint", vec![Change::Pixels { layer: id, tiles }]))
    }
}

/// A hint of lines, white on black, as paint of one colour.
#[must_use]
pub fn paint_of_lines(lines: &RgbImage, [red, green, blue]: [u8; 3]) -> RgbaImage {
    RgbaImage::from_fn(lines.width(), lines.height(), |x, y| {
        let level = lines.get_pixel(x, y).0.into_iter().max().unwrap_or_default();
        image::Rgba([red, green, blue, level])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;

    fn with_hint() -> (Document, LayerId) {
        let mut document = Document::blank(CanvasSize::new(300, 270).unwrap(), [255; 4]);
        document.add_hint("scribble", "Scribble".into(), [90, 30, 200], None);
        let id = document.active();
        (document, id)
    }

    #[test]
    fn lines_come_back_white_on_black_whatever_they_were_painted_with() {
        let (mut document, id) = with_hint();
        let lines = RgbImage::from_fn(40, 30, |x, y| Rgb([(x * y % 256) as u8; 3]));
        document.replace_hint(id, [250, 240], &paint_of_lines(&lines, [90, 30, 200])).unwrap();
        let rect = PixelRect { left: 250, top: 240, right: 290, bottom: 270 };
        let back = document.lines_image(id, rect).unwrap();
        assert!(back.enumerate_pixels().all(|(x, y, level)| level.0[0] == lines.get_pixel(x, y).0[0]));
        assert_eq!(
            document.lines_image(id, PixelRect { left: 0, top: 0, right: 9, bottom: 9 }).unwrap(),
            GrayImage::new(9, 9)
        );
    }

    #[test]
    fn a_hint_in_front_of_black_fades_into_it() {
        let (mut document, id) = with_hint();
        document.replace_hint(id, [0, 0], &RgbaImage::from_pixel(300, 270, image::Rgba([200, 100, 0, 128]))).unwrap();
        let [red, green, blue] = document.colors_image(id, document.bounds()).unwrap().get_pixel(7, 200).0;
        assert!(red.abs_diff(100) <= 1 && green.abs_diff(50) <= 1 && blue == 0, "{red} {green} {blue}");
    }

    #[test]
    fn a_hint_beyond_the_canvas_is_cut_and_undone_whole() {
        let (mut document, id) = with_hint();
        let edit =
            document.replace_hint(id, [290, 260], &RgbaImage::from_pixel(64, 64, image::Rgba([255; 4]))).unwrap();
        assert_eq!(
            document.lines_image(id, document.bounds()).unwrap().iter().filter(|level| **level > 0).count(),
            100
        );
        edit.revert(&mut document);
        assert!(document.lines_image(id, document.bounds()).unwrap().iter().all(|level| *level == 0));
        assert_eq!(document.hints().count(), 1);
    }

    #[test]
    fn numbers_from_a_file_come_into_their_ranges() {
        let control = HintControl { weight: f32::NAN, start: 0.8, end: 0.2, ..HintControl::default() }.in_range();
        assert_eq!((control.weight, control.start, control.end), (1.0, 0.8, 0.8));
    }
}
