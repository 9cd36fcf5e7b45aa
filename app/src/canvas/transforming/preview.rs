//! What a transformation will look like, drawn while it is made: small pictures on the device, made on a thread.

use std::sync::mpsc::{Receiver, channel};

use egui::epaint::Vertex;
use egui::{Color32, ColorImage, Context, Mesh, Painter, Pos2, Rect, Shape, TextureHandle, TextureOptions, pos2, vec2};

use super::quad::{Quad, place};
use crate::canvas::camera::Camera;
use crate::document::transform::{PreviewPicture, TransformPreview};
use crate::document::{Document, LayerId};

/// Pixels along the longest side of a preview.
const MAX_SIDE: u32 = 1536;
/// Pieces along each side of a picture in perspective; within one, the device draws it straight.
const PIECES: u32 = 24;
/// Side of a checkerboard's square behind what is transparent, in pixels of the preview.
const CHECKER: usize = 8;

/// Two pictures, once they are made: the canvas without what is transformed, and that.
pub(super) struct Preview {
    coming: Receiver<Option<TransformPreview>>,
    textures: Option<[TextureHandle; 2]>,
}

impl Preview {
    /// Begins to make them.
    pub(super) fn begin(ctx: &Context, document: Document, layer: LayerId) -> Self {
        let (sender, coming) = channel();
        let ctx = ctx.clone();
        let make = move || {
            // Nobody waits any more where sending fails.
            _ = sender.send(document.transform_preview(layer, MAX_SIDE));
            ctx.request_repaint();
        };
        if let Err(error) = std::thread::Builder::new().name("transform-preview".to_owned()).spawn(make) {
            log::warn!("no preview of the transformation: {error}");
        }
        Self { coming, textures: None }
    }

    /// Draws the canvas as it will be; nothing before the pictures are made.
    pub(super) fn paint(&mut self, painter: &Painter, camera: &Camera, canvas: Rect, quad: &Quad) {
        if let Ok(Some(made)) = self.coming.try_recv() {
            let ctx = painter.ctx();
            let load = |name: &str, image: ColorImage| ctx.load_texture(name, image, TextureOptions::LINEAR);
            let rest = load("transform-rest", on_checkerboard(&made.rest));
            self.textures = Some([rest, load("transform-moved", image(&made.moved))]);
        }
        let (Some([rest, moved]), Some(projection)) = (&self.textures, quad.projection()) else { return };
        let on_screen = |pos_in_canvas: Pos2| camera.screen_from_canvas(pos_in_canvas);
        painter.add(mesh(rest, 1, |x, y| Some(on_screen(canvas.lerp_inside(vec2(x, y))))));
        let bounds = quad.source_rect();
        painter.add(mesh(moved, PIECES, |x, y| {
            let at = bounds.lerp_inside(vec2(x, y));
            Some(on_screen(place(projection.apply([f64::from(at.x), f64::from(at.y)])?)))
        }));
    }
}

/// A texture whose place (x, y), 0 to 1, is drawn where `at` says.
fn mesh(texture: &TextureHandle, pieces: u32, at: impl Fn(f32, f32) -> Option<Pos2>) -> Shape {
    let mut mesh = Mesh::with_texture(texture.id());
    let share = |index: u32| index as f32 / pieces as f32;
    for (y, x) in (0..=pieces).flat_map(|y| (0..=pieces).map(move |x| (share(y), share(x)))) {
        let Some(pos) = at(x, y) else { return Shape::Noop };
        mesh.vertices.push(Vertex { pos, uv: pos2(x, y), color: Color32::WHITE });
    }
    for (y, x) in (0..pieces).flat_map(|y| (0..pieces).map(move |x| (y, x))) {
        let [a, b] = [y * (pieces + 1) + x, (y + 1) * (pieces + 1) + x];
        mesh.add_triangle(a, a + 1, b);
        mesh.add_triangle(b, a + 1, b + 1);
    }
    Shape::mesh(mesh)
}

fn image(picture: &PreviewPicture) -> ColorImage {
    ColorImage::from_rgba_premultiplied([picture.width, picture.height], &picture.rgba)
}

/// The canvas is drawn below with all that is on it; nothing of that may show through.
fn on_checkerboard(picture: &PreviewPicture) -> ColorImage {
    let mut image = image(picture);
    for (index, pixel) in image.pixels.iter_mut().enumerate() {
        let (x, y) = (index % picture.width, index / picture.width);
        let gray = if (x / CHECKER + y / CHECKER).is_multiple_of(2) { 255 } else { 224 };
        *pixel = Color32::from_gray(gray).blend(*pixel);
    }
    image
}
