//! Small pictures of the layers, a few of them a frame.

use std::collections::HashMap;

use egui::{Color32, ColorImage, Context, TextureHandle, TextureOptions};

use crate::document::{CanvasSize, Document, Layer, LayerId, Pixel, TileGrid, TileValue};

/// Longer side of a thumbnail, in its own pixels.
const SIDE: u32 = 64;
/// Places of the layer that are looked at for one pixel of its thumbnail, along each axis.
const SAMPLES: u32 = 3;
/// How many are made anew in one frame; each takes well under a millisecond, however large the layer is.
const PER_FRAME: usize = 2;
/// Side of the squares behind what is transparent.
const CHECKER: u32 = 8;

/// The thumbnails' textures, each with the revision of the layer it shows.
#[derive(Default)]
pub struct LayerThumbnails(HashMap<LayerId, (u64, TextureHandle)>);

impl LayerThumbnails {
    /// Makes some of those that are missing or old; calls for another frame where there are more.
    pub fn update(&mut self, ctx: &Context, document: &Document) {
        self.0.retain(|id, _| document.layer(*id).is_some());
        let mut left = PER_FRAME;
        for layer in document.all_layers() {
            let Some(revision) = revision_of(layer) else { continue };
            if self.0.get(&layer.id()).is_some_and(|(known, _)| *known == revision) {
                continue;
            }
            if left == 0 {
                ctx.request_repaint();
                return;
            }
            left -= 1;
            let Some(image) = thumbnail(layer) else { continue };
            let texture = ctx.load_texture("layer", image, TextureOptions::LINEAR);
            self.0.insert(layer.id(), (revision, texture));
        }
    }

    pub fn get(&self, id: LayerId) -> Option<&TextureHandle> {
        self.0.get(&id).map(|(_, texture)| texture)
    }
}

/// Another number whenever the layer looks different; none of groups.
fn revision_of(layer: &Layer) -> Option<u64> {
    // Revisions come from one counter, so the size needs no place in it.
    layer.pixels().map(TileGrid::latest_revision).or_else(|| layer.mask().map(TileGrid::latest_revision))
}

fn thumbnail(layer: &Layer) -> Option<ColorImage> {
    if let Some(mask) = layer.mask() {
        return Some(sampled(mask, |value, _| [value; 3]));
    }
    layer.pixels().map(|pixels| {
        sampled(pixels, |[red, green, blue, alpha]: Pixel, ground| {
            let behind = u32::from(ground) * u32::from(u16::MAX - alpha) / u32::from(u16::MAX);
            [red, green, blue].map(|channel| channel.saturating_add(behind as u16))
        })
    })
}

/// The grid at thumbnail size. `color` gives sRGB of 16 bits for a value over a ground of this grey.
fn sampled<P: TileValue>(grid: &TileGrid<P>, color: impl Fn(P, u16) -> [u16; 3]) -> ColorImage {
    let [width, height] = size_of_thumbnail(grid.size());
    let mut pixels = Vec::with_capacity((width * height) as usize);
    for y in 0..height {
        for x in 0..width {
            let is_dark = (x / CHECKER + y / CHECKER) % 2 == 1;
            let ground = if is_dark { 0xB0B0 } else { 0xD8D8 };
            let mut sums = [0_u32; 3];
            for (sample_x, sample_y) in (0..SAMPLES).flat_map(|x| (0..SAMPLES).map(move |y| (x, y))) {
                let at = |place: u32, sample: u32, side: u32, of: u32| {
                    (u64::from(place * SAMPLES + sample) * 2 + 1) * u64::from(side) / u64::from(of * SAMPLES * 2)
                };
                let from_x = at(x, sample_x, grid.size().width(), width) as u32;
                let from_y = at(y, sample_y, grid.size().height(), height) as u32;
                for (sum, channel) in sums.iter_mut().zip(color(grid.pixel(from_x, from_y), ground)) {
                    *sum += u32::from(channel);
                }
            }
            let [red, green, blue] = sums.map(|sum| (sum / (SAMPLES * SAMPLES * 257)) as u8);
            pixels.push(Color32::from_rgb(red, green, blue));
        }
    }
    ColorImage::new([width as usize, height as usize], pixels)
}

fn size_of_thumbnail(size: CanvasSize) -> [u32; 2] {
    let longer = size.width().max(size.height());
    let side = |side: u32| (u64::from(side) * u64::from(SIDE) / u64::from(longer)).max(1) as u32;
    [side(size.width()), side(size.height())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_keeps_proportions_and_colours() {
        let document = Document::blank(CanvasSize::new(1000, 250).unwrap(), [200, 100, 50, 255]);
        let image = thumbnail(document.layer(document.active()).unwrap()).unwrap();
        assert_eq!(image.size, [64, 16]);
        assert!(image.pixels.iter().all(|pixel| *pixel == Color32::from_rgb(200, 100, 50)));
    }

    #[test]
    fn what_is_transparent_shows_squares_and_an_empty_mask_is_black() {
        let document = Document::blank(CanvasSize::new(3, 3).unwrap(), [0; 4]);
        let image = thumbnail(document.layer(document.active()).unwrap()).unwrap();
        assert_eq!((image.pixels[0], image.pixels[8]), (Color32::from_gray(0xD8), Color32::from_gray(0xB0)));
        let mask = thumbnail(document.layer(document.active_mask()).unwrap()).unwrap();
        assert!(mask.pixels.iter().all(|pixel| *pixel == Color32::BLACK));
    }
}
