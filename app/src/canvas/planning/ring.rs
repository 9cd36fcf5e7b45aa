//! The blend ring: where what is made fades into what is kept, as the mask, its softness and the feather make it.
//! Computed on a thread, at no more pixels than a screen has.

use std::sync::mpsc::{self, Receiver};

use brushfire_engine::inpaint::{Region, repainted};
use brushfire_engine::{CropPlan, Recipe};
use egui::{Color32, ColorImage, Context, Mesh, Painter, Rect, Shape, TextureHandle, TextureOptions, pos2};
use image::{GrayImage, imageops};

use crate::canvas::camera::Camera;
use crate::canvas::egui_rect;
use crate::document::{Document, LayerId, PixelRect, gray_image};
use crate::studio::Studio;
use crate::studio::plan::Plan;
use crate::theme::ACCENT;

/// Longer side of the picture of the ring, in pixels.
const MAX_SIDE: u32 = 1024;
/// Opacity of the ring where what is made and what is kept are halves.
const OPACITY: f32 = 0.75;

/// The ring of the plan as it was last.
#[derive(Default)]
pub(super) struct Ring {
    wanted: Option<Key>,
    under_way: Option<Receiver<(Key, ColorImage)>>,
    shown: Option<(Key, TextureHandle)>,
}

/// What the ring follows from.
#[derive(Clone, PartialEq)]
struct Key {
    picture: u64,
    region: PixelRect,
    crop: CropPlan,
    feather: u32,
    soft: bool,
    strengths: Vec<f32>,
    /// Of the masks' tiles.
    revisions: Vec<u64>,
}

impl Key {
    fn of(studio: &Studio, plan: &Plan) -> Self {
        let Recipe { feather, soft, regions, .. } = &plan.recipe;
        let revision = |id: &LayerId| studio.document().mask_of(*id).latest_revision();
        Self {
            picture: studio.picture_number(),
            region: plan.region,
            crop: plan.crop,
            feather: *feather,
            soft: *soft,
            strengths: regions.iter().map(|region| region.strength).collect(),
            revisions: plan.mask.iter().chain(&plan.regions).map(revision).collect(),
        }
    }
}

impl Ring {
    /// Draws it, once it is there; has it made where something has changed. Not while a stroke changes the mask.
    pub fn paint(&mut self, ctx: &Context, painter: &Painter, camera: &Camera, studio: &Studio, plan: &Plan) {
        if studio.is_painting() {
            return;
        }
        if let Some(made) = self.under_way.as_ref().and_then(|made| made.try_recv().ok()) {
            let (key, image) = made;
            self.under_way = None;
            self.shown = Some((key, ctx.load_texture("blend-ring", image, TextureOptions::LINEAR)));
        }
        let key = Key::of(studio, plan);
        if self.wanted.as_ref() != Some(&key) && self.under_way.is_none() {
            self.wanted = Some(key.clone());
            self.under_way = begin(ctx.clone(), key.clone(), studio.document().clone(), plan.clone());
        }
        if let Some((_, texture)) = self.shown.as_ref().filter(|(shown, _)| *shown == key) {
            painter.add(laid(camera, texture, egui_rect(plan.region.intersect(plan.seen()))));
        }
    }
}

fn begin(ctx: Context, key: Key, document: Document, plan: Plan) -> Option<Receiver<(Key, ColorImage)>> {
    let (sender, receiver) = mpsc::channel();
    let work = move || {
        if sender.send((key, ring(&document, &plan))).is_ok() {
            ctx.request_repaint();
        }
    };
    std::thread::Builder::new().name("blend-ring".to_owned()).spawn(work).ok().map(|_| receiver)
}

/// The accent where it fades, and nothing elsewhere; of the plan's region, smaller where that is large.
fn ring(document: &Document, plan: &Plan) -> ColorImage {
    let seen = plan.seen();
    let shrink = seen.width().max(seen.height()).div_ceil(MAX_SIDE).max(1);
    let small = |id: &LayerId| shrunk(document, *id, seen, shrink);
    let size = [seen.width().div_ceil(shrink), seen.height().div_ceil(shrink)];
    let main = plan.mask.as_ref().map_or_else(|| GrayImage::new(size[0], size[1]), small);
    let regions: Vec<_> = plan.regions.iter().map(small).collect();
    let mask = repainted(Some(&main), &regions, &plan.recipe.regions).unwrap_or_default();
    let scaled = |side: i32| side / i32::try_from(shrink).unwrap_or(1);
    let Region { left, top, right, bottom } = plan.crop.crop;
    let crop = CropPlan {
        picture: plan.crop.picture.map(|side| side.div_ceil(shrink)),
        crop: Region { left: scaled(left), top: scaled(top), right: scaled(right), bottom: scaled(bottom) },
        ..plan.crop
    };
    let recipe = Recipe { feather: plan.recipe.feather.div_ceil(shrink), ..plan.recipe.clone() };
    let coverage = crop.coverage(&mask, &recipe);
    let region = plan.region.intersect(seen);
    let at = |side: u32, from: u32| (side - from) / shrink;
    let (left, top) = (at(region.left, seen.left), at(region.top, seen.top));
    let (width, height) = (region.width().div_ceil(shrink), region.height().div_ceil(shrink));
    let part = imageops::crop_imm(&coverage, left, top, width, height).to_image();
    let colors = part.iter().map(|level| {
        let share = f32::from(*level) / 255.0;
        ACCENT.gamma_multiply(4.0 * share * (1.0 - share) * OPACITY)
    });
    ColorImage::new([part.width() as usize, part.height() as usize], colors.collect::<Vec<Color32>>())
}

/// A mask's part with the greatest of each square of pixels, a few rows of it at a time.
fn shrunk(document: &Document, id: LayerId, seen: PixelRect, shrink: u32) -> GrayImage {
    let (width, height) = (seen.width().div_ceil(shrink), seen.height().div_ceil(shrink));
    let mut small = GrayImage::new(width, height);
    for y in 0..height {
        let top = seen.top + y * shrink;
        let strip = PixelRect { top, bottom: (top + shrink).min(seen.bottom), ..seen };
        for (x, _, level) in gray_image(document.mask_of(id), strip).enumerate_pixels() {
            if let Some(most) = small.get_pixel_mut_checked(x / shrink, y) {
                most.0[0] = most.0[0].max(level.0[0]);
            }
        }
    }
    small
}

fn laid(camera: &Camera, texture: &TextureHandle, rect_in_canvas: Rect) -> Shape {
    let mut mesh = Mesh::with_texture(texture.id());
    let places = [pos2(0.0, 0.0), pos2(1.0, 0.0), pos2(1.0, 1.0), pos2(0.0, 1.0)];
    for (pos, uv) in camera.corners_on_screen(rect_in_canvas).into_iter().zip(places) {
        mesh.vertices.push(egui::epaint::Vertex { pos, uv, color: Color32::WHITE });
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(0, 2, 3);
    Shape::mesh(mesh)
}

#[cfg(test)]
mod tests {
    use brushfire_engine::inpaint::ModelSize;

    use super::*;
    use crate::document::CanvasSize;
    use crate::document::selection::{Combine, rectangle};
    use crate::studio::Masks;

    fn ring_of(side: u32, to: f32, feather: u32) -> (ColorImage, PixelRect) {
        let mut document = Document::blank(CanvasSize::new(side, side).unwrap(), [255; 4]);
        let shape = rectangle(document.size(), [10.0, 10.0], [to, to]);
        document.mask_by(&shape, Combine::Replace).unwrap();
        let masks = Masks { main: Some(document.active_mask()), bounds: document.mask_bounds(), ..Masks::default() };
        let recipe = Recipe { feather, ..Recipe::default() };
        let plan = Plan::new(document.size(), &masks, false, &recipe, ModelSize::default());
        (ring(&document, &plan), plan.region)
    }

    #[test]
    fn a_hard_edge_has_no_ring_and_a_feathered_one_is_as_wide_as_the_feather() {
        let (hard, region) = ring_of(200, 110.0, 0);
        assert_eq!(hard.size, [region.width() as usize, region.height() as usize]);
        assert!(hard.pixels.iter().all(|pixel| pixel.a() == 0));
        let (soft, _) = ring_of(200, 110.0, 8);
        let row: Vec<bool> = soft.pixels[50 * 100..51 * 100].iter().map(|pixel| pixel.a() > 0).collect();
        assert_eq!(row.iter().position(|ring| !ring), Some(8));
        assert!(row[20..80].iter().all(|ring| !ring) && row[95]);
    }

    #[test]
    fn the_ring_of_a_large_mask_is_made_at_the_size_of_a_screen() {
        let (ring, _) = ring_of(5000, 4990.0, 80);
        assert!(ring.size[0] <= 1024 && ring.size[0] > 900, "{:?}", ring.size);
        assert!(ring.pixels.iter().any(|pixel| pixel.a() > 60));
    }
}
