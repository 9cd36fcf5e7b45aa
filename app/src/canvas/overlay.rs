//! The picture that is forming, or the result that waits, drawn over the canvas inside the mask.
//!
//! A thread blends picture and mask into textures; while it works on one picture the last one stays.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use egui::epaint::{Mesh, Vertex};
use egui::{Color32, ColorImage, Context, Painter, Rect, Shape, TextureHandle, TextureId, pos2};
use image::{GrayImage, RgbImage};

use super::camera::Camera;
use super::egui_rect;
use super::sampling::Sampling;
use crate::document::PixelRect;
use crate::studio::RunId;
use crate::studio::results::ResultId;

/// Which picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverlayKey {
    Preview(RunId, u64),
    Result(ResultId),
}

/// A picture to draw, and where.
#[derive(Clone)]
pub struct OverlayPicture {
    pub key: OverlayKey,
    pub picture: Arc<RgbImage>,
    /// Where the whole picture lies in the canvas, whatever its own size.
    pub extent: Rect,
    /// The part of the canvas it is drawn in, and how much of it is seen there; of the region's size.
    pub region: PixelRect,
    pub mask: Arc<GrayImage>,
}

struct Block {
    extent: Rect,
    image: ColorImage,
}

struct OverlayTexture {
    extent: Rect,
    /// Kept for uploading it again, sampled in another way.
    image: Arc<ColorImage>,
    texture: TextureHandle,
}

struct Composed {
    key: OverlayKey,
    epoch: u64,
    blocks: Vec<Block>,
}

/// The way to the thread and back.
struct Composer {
    requests: Sender<(u64, OverlayPicture)>,
    composed: Receiver<Composed>,
}

/// The textures that are drawn, and the thread that makes them.
#[derive(Default)]
pub struct Overlay {
    requested: Option<OverlayKey>,
    /// Counts how often the overlay was cleared: what was asked for before is not shown after.
    epoch: u64,
    textures: Vec<OverlayTexture>,
    shown: Option<OverlayKey>,
    sampling: Sampling,
    thread: Option<Composer>,
}

impl Overlay {
    /// Sees to it that `wanted` is drawn as soon as it is blended.
    pub fn update(&mut self, ctx: &Context, wanted: Option<OverlayPicture>, sampling: Sampling) {
        match wanted {
            None => self.clear(),
            Some(wanted) if self.requested != Some(wanted.key) => self.request(ctx, wanted),
            Some(_) => {}
        }
        self.sample(sampling);
        let Some(composer) = &self.thread else { return };
        if let Some(composed) = composer.composed.try_iter().filter(|composed| composed.epoch == self.epoch).last() {
            let upload = |Block { extent, image }| {
                let image = Arc::new(image);
                let texture = ctx.load_texture("overlay", Arc::clone(&image), sampling.options());
                OverlayTexture { extent, image, texture }
            };
            self.textures = composed.blocks.into_iter().map(upload).collect();
            self.shown = Some(composed.key);
            log::trace!("overlay {:?}", composed.key);
        }
    }

    /// Whether something is drawn, so that the mask's tint would hide it.
    pub fn is_visible(&self) -> bool {
        !self.textures.is_empty()
    }

    /// Which picture is drawn, which may be the one before the one that is wanted.
    pub fn shown(&self) -> Option<OverlayKey> {
        self.shown
    }

    fn sample(&mut self, sampling: Sampling) {
        if std::mem::replace(&mut self.sampling, sampling) != sampling {
            for OverlayTexture { image, texture, .. } in &mut self.textures {
                texture.set(Arc::clone(image), sampling.options());
            }
        }
    }

    pub fn paint(&self, painter: &Painter, camera: &Camera) {
        for OverlayTexture { extent, texture, .. } in &self.textures {
            painter.add(textured_quad(camera, texture.id(), *extent));
        }
    }

    fn clear(&mut self) {
        if self.requested.take().is_some() {
            self.epoch += 1;
            self.textures.clear();
            self.shown = None;
        }
    }

    fn request(&mut self, ctx: &Context, wanted: OverlayPicture) {
        let key = wanted.key;
        if self.thread.is_none() {
            self.thread = start_thread(ctx.clone());
        }
        if let Some(composer) = &self.thread
            && composer.requests.send((self.epoch, wanted)).is_ok()
        {
            self.requested = Some(key);
        } else {
            self.thread = None;
        }
    }
}

/// A texture over a rectangle of the canvas.
pub(super) fn textured_quad(camera: &Camera, texture: TextureId, rect_in_canvas: Rect) -> Shape {
    let mut mesh = Mesh::with_texture(texture);
    let places = [pos2(0.0, 0.0), pos2(1.0, 0.0), pos2(1.0, 1.0), pos2(0.0, 1.0)];
    for (pos, uv) in camera.corners_on_screen(rect_in_canvas).into_iter().zip(places) {
        mesh.vertices.push(Vertex { pos, uv, color: Color32::WHITE });
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(0, 2, 3);
    Shape::mesh(mesh)
}

/// The thread ends when the overlay goes.
fn start_thread(ctx: Context) -> Option<Composer> {
    let (requests, to_do) = mpsc::channel::<(u64, OverlayPicture)>();
    let (done, composed) = mpsc::channel();
    let work = move || {
        while let Ok(first) = to_do.recv() {
            // Only the newest counts.
            let (epoch, wanted) = to_do.try_iter().last().unwrap_or(first);
            let blocks = compose(&wanted);
            if done.send(Composed { key: wanted.key, epoch, blocks }).is_err() {
                return;
            }
            ctx.request_repaint();
        }
    };
    match std::thread::Builder::new().name("overlay".to_owned()).spawn(work) {
        Ok(_) => Some(Composer { requests, composed }),
        Err(error) => {
            log::error!("The preview cannot be drawn, no thread could be started: {error}");
            None
        }
    }
}

/// Longer side of one texture.
const BLOCK_SIDE: u32 = 1024;

fn compose(wanted: &OverlayPicture) -> Vec<Block> {
    if wanted.picture.is_empty() {
        return vec![];
    }
    let region = wanted.region;
    let columns = (region.left..region.right).step_by(BLOCK_SIDE as usize);
    let corners =
        columns.flat_map(|left| (region.top..region.bottom).step_by(BLOCK_SIDE as usize).map(move |top| (left, top)));
    corners
        .map(|(left, top)| PixelRect {
            left,
            top,
            right: (left + BLOCK_SIDE).min(region.right),
            bottom: (top + BLOCK_SIDE).min(region.bottom),
        })
        .map(|block| compose_block(wanted, block))
        .collect()
}

fn compose_block(wanted: &OverlayPicture, block: PixelRect) -> Block {
    let mut colours = Vec::with_capacity(block.width() as usize * block.height() as usize);
    for y in block.top..block.bottom {
        for x in block.left..block.right {
            let alpha = wanted
                .mask
                .get_pixel_checked(x - wanted.region.left, y - wanted.region.top)
                .map_or(0, |pixel| pixel.0[0]);
            colours.push(if alpha == 0 { Color32::TRANSPARENT } else { with_alpha(sample(wanted, x, y), alpha) });
        }
    }
    let image = ColorImage::new([block.width() as usize, block.height() as usize], colours);
    Block { extent: egui_rect(block), image }
}

/// The picture's colour at a canvas pixel's centre, between its own pixels' centres linearly.
fn sample(wanted: &OverlayPicture, x: u32, y: u32) -> [f32; 3] {
    let picture = &wanted.picture;
    let (width, height) = picture.dimensions();
    let place = |pixel: u32, start: f32, extent: f32, side: u32| {
        let place = (pixel as f32 + 0.5 - start) / extent * side as f32 - 0.5;
        place.clamp(0.0, side.saturating_sub(1) as f32)
    };
    let across = place(x, wanted.extent.left(), wanted.extent.width(), width);
    let down = place(y, wanted.extent.top(), wanted.extent.height(), height);
    let (left, top) = (across as u32, down as u32);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (along_x, along_y) = (across - left as f32, down - top as f32);
    let pixel = |x, y| picture.get_pixel(x, y).0.map(f32::from);
    let mix = |a: [f32; 3], b: [f32; 3], share: f32| {
        std::array::from_fn(|channel| a[channel] + (b[channel] - a[channel]) * share)
    };
    mix(
        mix(pixel(left, top), pixel(right, top), along_x),
        mix(pixel(left, bottom), pixel(right, bottom), along_x),
        along_y,
    )
}

fn with_alpha(colour: [f32; 3], alpha: u8) -> Color32 {
    let share = f32::from(alpha) / 255.0;
    let [red, green, blue] = colour.map(|channel| (channel * share).round() as u8);
    Color32::from_rgba_premultiplied(red, green, blue, alpha)
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::Pos2;
    use image::{Luma, Rgb};

    fn wanted(picture: RgbImage, mask: GrayImage, region: PixelRect, extent: [f32; 2]) -> OverlayPicture {
        OverlayPicture {
            key: OverlayKey::Preview(RunId(1), 0),
            picture: Arc::new(picture),
            extent: Rect::from_min_max(Pos2::ZERO, pos2(extent[0], extent[1])),
            region,
            mask: Arc::new(mask),
        }
    }

    #[test]
    fn a_picture_of_the_canvas_size_is_shown_pixel_for_pixel_inside_the_mask_only() {
        let picture = RgbImage::from_fn(4, 2, |x, y| Rgb([x as u8 * 10, y as u8 * 20, 7]));
        let mut mask = GrayImage::new(2, 2);
        mask.put_pixel(1, 0, Luma([255]));
        mask.put_pixel(1, 1, Luma([128]));
        let region = PixelRect { left: 1, top: 0, right: 3, bottom: 2 };
        let blocks = compose(&wanted(picture, mask, region, [4.0, 2.0]));
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks[0].image.pixels[0], Color32::TRANSPARENT);
        assert_eq!(blocks[0].image.pixels[1], Color32::from_rgb(20, 0, 7));
        assert_eq!(blocks[0].image.pixels[3], Color32::from_rgba_premultiplied(10, 10, 4, 128));
    }

    #[test]
    fn a_small_preview_is_stretched_over_the_canvas() {
        let picture = RgbImage::from_fn(2, 1, |x, _| Rgb([x as u8 * 200, 0, 0]));
        let mask = GrayImage::from_pixel(8, 1, Luma([255]));
        let blocks = compose(&wanted(picture, mask, PixelRect { left: 0, top: 0, right: 8, bottom: 1 }, [8.0, 1.0]));
        let reds: Vec<u8> = blocks[0].image.pixels.iter().map(Color32::r).collect();
        assert_eq!(reds, [0, 0, 25, 75, 125, 175, 200, 200]);
    }

    #[test]
    fn a_large_region_is_cut_into_blocks_without_gaps() {
        let region = PixelRect { left: 5, top: 5, right: 5 + 1500, bottom: 15 };
        let blocks = compose(&wanted(RgbImage::new(1, 1), GrayImage::new(1500, 10), region, [2000.0, 2000.0]));
        let spans: Vec<_> = blocks.iter().map(|block| (block.extent.left(), block.extent.right())).collect();
        assert_eq!(spans, [(5.0, 1029.0), (1029.0, 1505.0)]);
    }
}
