//! What a transformation will look like, drawn while it is made: small pictures on the device, made on a thread.

use std::sync::mpsc::{Receiver, channel};

use egui::epaint::Vertex;
use egui::{Color32, ColorImage, Context, Mesh, Painter, Pos2, Rect, Shape, TextureHandle, TextureOptions, pos2, vec2};

use super::quad::{Quad, place};
use crate::canvas::CHECKER_SIDE;
use crate::canvas::camera::Camera;
use crate::document::transform::{PreviewPicture, TransformPreview};
use crate::document::{Document, LayerId};

/// Pixels along the longest side of a preview.
const MAX_SIDE: u32 = 2048;
/// Pieces along each side of a picture in perspective; within one, the device draws it straight.
const PIECES: u32 = 24;
/// The checkerboard's squares, as the canvas's shader has them.
const CHECKER_GRAYS: [u8; 2] = [204, 170];

/// Two pictures, once they are made: the canvas without what is transformed, and that.
pub(super) struct Preview {
    coming: Receiver<Option<TransformPreview>>,
    textures: Option<Textures>,
}

struct Textures {
    /// Four squares, to be repeated.
    checker: TextureHandle,
    rest: TextureHandle,
    moved: TextureHandle,
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
            self.textures = Some(Textures::load(painter.ctx(), &made));
        }
        let (Some(Textures { checker, rest, moved }), Some(projection)) = (&self.textures, quad.projection()) else {
            return;
        };
        let on_screen = |pos_in_canvas: Pos2| camera.screen_from_canvas(pos_in_canvas);
        // The canvas is drawn below with all that is on it; nothing of that may show through.
        painter.add(checkerboard(checker, camera.corners_on_screen(canvas), on_screen(Pos2::ZERO)));
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

/// Squares as large on the screen as those under the picture, and in the same places.
fn checkerboard(texture: &TextureHandle, corners: [Pos2; 4], origin: Pos2) -> Shape {
    let mut mesh = Mesh::with_texture(texture.id());
    for pos in corners {
        let uv = ((pos - origin) / (2.0 * CHECKER_SIDE)).to_pos2();
        mesh.vertices.push(Vertex { pos, uv, color: Color32::WHITE });
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(0, 2, 3);
    Shape::mesh(mesh)
}

impl Textures {
    fn load(ctx: &Context, made: &TransformPreview) -> Self {
        let [light, dark] = CHECKER_GRAYS;
        let squares = ColorImage::from_gray([2, 2], &[light, dark, dark, light]);
        let repeated = TextureOptions::NEAREST_REPEAT;
        Self {
            checker: ctx.load_texture("transform-checker", squares, repeated),
            rest: ctx.load_texture("transform-rest", image(&made.rest), TextureOptions::LINEAR),
            moved: ctx.load_texture("transform-moved", image(&made.moved), TextureOptions::LINEAR),
        }
    }
}

fn image(picture: &PreviewPicture) -> ColorImage {
    ColorImage::from_rgba_premultiplied([picture.width, picture.height], &picture.rgba)
}
