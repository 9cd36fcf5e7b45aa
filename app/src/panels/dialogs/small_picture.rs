//! The picture, small, for dialogs that show what they will do.

use std::sync::mpsc::{Receiver, channel};

use egui::{Color32, ColorImage, Context, Rect, TextureHandle, TextureOptions, Ui, Vec2, pos2, vec2};

use crate::document::transform::PreviewPicture;
use crate::document::{Document, Pixel};
use crate::studio::Studio;

/// Pixels along its longest side.
const MAX_SIDE: u32 = 512;

/// The flattened picture, made on a thread.
#[derive(Default)]
pub struct SmallPicture {
    /// The picture's number and its revision.
    of: Option<(u64, u64)>,
    coming: Option<Receiver<Option<PreviewPicture>>>,
    made: Option<Made>,
}

struct Made {
    pixels: SmallPixels,
    texture: TextureHandle,
}

/// Row by row.
pub struct SmallPixels {
    pub size: [usize; 2],
    pub pixels: Vec<Pixel>,
}

impl SmallPicture {
    /// Begins to make it where the picture is another one, and takes it in when it is made.
    pub fn follow(&mut self, ctx: &Context, studio: &Studio) {
        let now = (studio.picture_number(), studio.document().picture_revision());
        if self.of.replace(now) != Some(now) {
            self.coming = Some(make(ctx.clone(), studio.document().clone()));
        }
        if let Some(Ok(Some(picture))) = self.coming.as_ref().map(Receiver::try_recv) {
            self.made = Some(Made::of(ctx, &picture));
        }
    }

    /// Its pixels, once it is made.
    #[must_use]
    pub fn pixels(&self) -> Option<&SmallPixels> {
        self.made.as_ref().map(|made| &made.pixels)
    }

    #[must_use]
    pub fn texture(&self) -> Option<&TextureHandle> {
        self.made.as_ref().map(|made| &made.texture)
    }

    /// Where it lies in a rectangle that it fills as far as its proportions allow.
    #[must_use]
    pub fn place_in(&self, rect: Rect) -> Rect {
        let size = self.texture().map_or(Vec2::splat(1.0), TextureHandle::size_vec2);
        let scale = (rect.width() / size.x).min(rect.height() / size.y);
        Rect::from_center_size(rect.center(), size * scale)
    }

    /// Draws it there; returns where it lies, once it is made.
    pub fn paint(&self, ui: &Ui, rect: Rect) -> Option<Rect> {
        let place = self.place_in(rect);
        let texture = self.texture()?;
        let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        // Behind what is transparent.
        ui.painter().rect_filled(place, 0.0, Color32::from_gray(190));
        ui.painter().image(texture.id(), place, uv, Color32::WHITE);
        Some(place)
    }

    /// The colour at a place, 0 to 1 from its top left corner; `None` beside it and where it is transparent.
    #[must_use]
    pub fn color_at(&self, place: Vec2) -> Option<[u8; 3]> {
        let SmallPixels { size: [width, height], pixels } = self.pixels()?;
        let at = place * vec2(*width as f32, *height as f32);
        let (x, y) = (at.x.floor(), at.y.floor());
        let is_inside = x >= 0.0 && y >= 0.0 && x < *width as f32 && y < *height as f32;
        let pixel = pixels.get(y as usize * width + x as usize).filter(|_| is_inside)?;
        let [red, green, blue, alpha] = crate::document::to_rgba8(*pixel);
        (alpha > 0).then_some([red, green, blue])
    }
}

/// On a thread of its own.
fn make(ctx: Context, document: Document) -> Receiver<Option<PreviewPicture>> {
    let (sender, coming) = channel();
    let make = move || {
        // Nobody waits any more where sending fails.
        _ = sender.send(document.small_picture(MAX_SIDE));
        ctx.request_repaint();
    };
    if let Err(error) = std::thread::Builder::new().name("small-picture".to_owned()).spawn(make) {
        log::warn!("no small picture for the dialog: {error}");
    }
    coming
}

impl Made {
    fn of(ctx: &Context, picture: &PreviewPicture) -> Self {
        let size = [picture.width, picture.height];
        let image = ColorImage::from_rgba_premultiplied(size, &picture.rgba);
        let widened = |pixel: &[u8; 4]| pixel.map(|channel| u16::from(channel) * 257);
        let pixels = picture.rgba.as_chunks::<4>().0.iter().map(widened).collect();
        let texture = ctx.load_texture("small-picture", image, TextureOptions::LINEAR);
        Self { pixels: SmallPixels { size, pixels }, texture }
    }
}
