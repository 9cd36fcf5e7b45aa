//! The navigator: the whole picture, small, with a frame around what the view shows; the frame can be dragged.
//!
//! A thread of its own flattens and shrinks the picture, tile by tile, and only those that have changed.

use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use egui::epaint::{PathShape, PathStroke};
use egui::{
    Color32, ColorImage, Context, Pos2, Rect, Response, Role, Sense, TextureHandle, TextureOptions, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::CanvasView;
use super::gpu::picture_stamp;
use crate::document::{CanvasSize, Document, Pixel, PixelRect, TilePos, positions_in};
use crate::studio::Studio;
use crate::theme;

/// The small picture's longer side is at least this, in pixels, where the picture is as large; at most twice that.
const MIN_SIDE: u32 = 256;
/// After a change the picture is made anew no sooner than this after the last time.
const REST: Duration = Duration::from_millis(250);

/// The small picture, and the thread that makes it.
#[derive(Default)]
pub struct Navigator {
    texture: Option<TextureHandle>,
    /// The document and revision that were asked for last.
    requested: Option<(u64, u64)>,
    asked_at: Option<Instant>,
    is_waiting: bool,
    thread: Option<Maker>,
}

/// The way to the thread and back.
struct Maker {
    requests: Sender<Document>,
    made: Receiver<ColorImage>,
}

impl Navigator {
    /// Shows the picture as large as fits into `room`, in points, and lets the pointer move the view.
    pub fn show(&mut self, ui: &mut Ui, room: Vec2, view: &mut CanvasView, studio: &Studio) -> Response {
        self.update(ui.ctx(), studio);
        let size = studio.document().size();
        let size = vec2(size.width() as f32, size.height() as f32);
        let scale = (room.x / size.x).min(room.y / size.y).max(0.0);
        let (whole, _) = ui.allocate_exact_size(vec2(room.x, size.y * scale), Sense::hover());
        let rect = Rect::from_center_size(whole.center(), size * scale);
        let response = ui.interact(rect, ui.scope_id().with("navigator"), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, crate::language::text("navigator")));

        let painter = ui.painter_at(whole.expand(1.0));
        painter.rect_filled(rect, 0.0, Color32::from_gray(0xBB));
        if let Some(texture) = &self.texture {
            let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
            painter.image(texture.id(), rect, uv, Color32::WHITE);
        }
        let frame = view.camera().canvas_corners_of(view.rect()).map(|pos| rect.min + pos.to_vec2() * scale);
        let painter = painter.with_clip_rect(rect.expand(1.0));
        for (width, color) in [(3.0, Color32::from_black_alpha(120)), (1.5, theme::accent_text(ui.visuals()))] {
            painter.add(PathShape::closed_line(frame.to_vec(), PathStroke::new(width, color)));
        }
        if let Some(pointer) = response.interact_pointer_pos()
            && scale > 0.0
        {
            view.look_at(((pointer - rect.min) / scale).to_pos2());
        }
        response
    }

    /// Asks for another small picture where it is out of date, and takes in the one that is made. Not during a stroke:
    /// its tiles would have to be copied.
    fn update(&mut self, ctx: &Context, studio: &Studio) {
        if let Some(maker) = &self.thread
            && let Some(image) = maker.made.try_iter().last()
        {
            self.is_waiting = false;
            match &mut self.texture {
                Some(texture) => texture.set(image, TextureOptions::LINEAR),
                None => self.texture = Some(ctx.load_texture("navigator", image, TextureOptions::LINEAR)),
            }
        }
        let wanted = (studio.picture_number(), studio.document().picture_revision());
        if self.requested == Some(wanted) || self.is_waiting || studio.is_painting() {
            return;
        }
        if let Some(rest) = self.asked_at.and_then(|asked| REST.checked_sub(asked.elapsed())) {
            ctx.request_repaint_after(rest);
            return;
        }
        if self.thread.is_none() {
            self.thread = start_thread(ctx.clone());
        }
        let Some(maker) = &self.thread else { return };
        if maker.requests.send(studio.document().clone()).is_err() {
            self.thread = None;
            return;
        }
        self.requested = Some(wanted);
        self.asked_at = Some(Instant::now());
        self.is_waiting = true;
    }
}

/// The thread ends when the navigator goes.
fn start_thread(ctx: Context) -> Option<Maker> {
    let (requests, to_do) = mpsc::channel::<Document>();
    let (done, made) = mpsc::channel();
    let work = move || {
        let mut small = SmallPicture::default();
        while let Ok(first) = to_do.recv() {
            // Only the newest counts.
            let document = to_do.try_iter().last().unwrap_or(first);
            small.update(&document);
            drop(document);
            if done.send(small.image()).is_err() {
                return;
            }
            ctx.request_repaint();
        }
    };
    match std::thread::Builder::new().name("navigator".to_owned()).spawn(work) {
        Ok(_) => Some(Maker { requests, made }),
        Err(error) => {
            log::error!("The navigator stays empty, no thread could be started: {error}");
            None
        }
    }
}

/// The picture, halved several times.
#[derive(Default)]
struct SmallPicture {
    size: Option<CanvasSize>,
    level: u32,
    columns: usize,
    pixels: Vec<Color32>,
    /// What each tile was made from.
    stamps: Vec<u64>,
}

impl SmallPicture {
    fn update(&mut self, document: &Document) {
        let size = document.size();
        if self.size != Some(size) {
            let longer = size.width().max(size.height());
            let level = (longer / MIN_SIDE).max(1).ilog2();
            let columns = size.width().div_ceil(1 << level) as usize;
            let count = columns * size.height().div_ceil(1 << level) as usize;
            let pixels = vec![Color32::TRANSPARENT; count];
            *self = Self { size: Some(size), level, columns, pixels, stamps: vec![] };
        }
        let places: Vec<_> = positions_in(document.bounds()).collect();
        self.stamps.resize(places.len(), 0);
        for (index, at) in places.into_iter().enumerate() {
            let stamp = picture_stamp(document, at);
            if self.stamps.get(index) != Some(&stamp) {
                self.shrink_tile(document, at);
                if let Some(known) = self.stamps.get_mut(index) {
                    *known = stamp;
                }
            }
        }
    }

    fn shrink_tile(&mut self, document: &Document, at: TilePos) {
        let rect = at.rect().intersect(document.bounds());
        let flat = document.flattened_part(rect);
        let square = 1 << self.level;
        for top in (rect.top..rect.bottom).step_by(square) {
            for left in (rect.left..rect.right).step_by(square) {
                let part =
                    PixelRect { left, top, right: left + square as u32, bottom: top + square as u32 }.intersect(rect);
                let mean = mean_of(part, |x, y| flat.pixel(x, y));
                let index = (top >> self.level) as usize * self.columns + (left >> self.level) as usize;
                if let Some(pixel) = self.pixels.get_mut(index) {
                    *pixel = mean;
                }
            }
        }
    }

    fn image(&self) -> ColorImage {
        let rows = self.pixels.len() / self.columns.max(1);
        ColorImage::new([self.columns, rows], self.pixels.clone())
    }
}

fn mean_of(part: PixelRect, pixel: impl Fn(u32, u32) -> Pixel) -> Color32 {
    let mut sums = [0u64; 4];
    for y in part.top..part.bottom {
        for x in part.left..part.right {
            sums.iter_mut().zip(pixel(x, y)).for_each(|(sum, channel)| *sum += u64::from(channel));
        }
    }
    let count = part.area().max(1);
    let [red, green, blue, alpha] = sums.map(|sum| ((sum / count + 128) / 257) as u8);
    Color32::from_rgba_premultiplied(red, green, blue, alpha)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Layer, LayerContent, LayerProps, TileGrid};

    #[test]
    fn a_large_picture_is_shrunk_to_a_few_hundred_pixels_and_a_small_one_is_kept() {
        let side_of = |width, height| {
            let mut small = SmallPicture::default();
            small.update(&Document::blank(CanvasSize::new(width, height).unwrap(), [10, 20, 30, 255]));
            let image = small.image();
            assert!(image.pixels.iter().all(|pixel| *pixel == Color32::from_rgb(10, 20, 30)));
            image.size
        };
        assert_eq!(side_of(100, 60), [100, 60]);
        assert_eq!(side_of(511, 300), [511, 300]);
        assert_eq!(side_of(2048, 1025), [256, 129]);
    }

    #[test]
    fn only_tiles_that_changed_are_made_anew() {
        let size = CanvasSize::new(600, 300).unwrap();
        let paint = LayerContent::Paint(TileGrid::filled(size, [65535; 4]));
        let mut document = Document::with_layers(size, vec![Layer::new(LayerProps::default(), paint)], false).unwrap();
        let mut small = SmallPicture::default();
        small.update(&document);
        let before = small.stamps.clone();
        let id = document.layers()[0].id();
        let rect = PixelRect { left: 256, top: 0, right: 258, bottom: 2 };
        let pixels = document.layer_mut(id).unwrap().pixels_mut().unwrap();
        pixels.change_rows(rect, |_, _, row| row.fill([0, 0, 0, 65535]));
        small.update(&document);
        let changed: Vec<_> = (0..before.len()).filter(|index| before[*index] != small.stamps[*index]).collect();
        assert_eq!(changed, [1]);
        assert_eq!(small.image().pixels[128], Color32::BLACK, "halved once, the first pixel of the second tile");
        assert_eq!(small.image().pixels[127], Color32::WHITE);
    }
}
