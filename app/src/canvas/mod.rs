//! The view of the picture: camera, textures, overlays, and the pointer that moves, zooms and paints.

pub mod camera;
mod overlay;
mod pen;
mod pointer;
mod tiles;
mod tools;

use std::sync::Arc;
use std::time::Duration;

use egui::epaint::{Mesh, StrokeKind};
use egui::{
    Color32, ColorImage, Context, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, TextureHandle,
    TextureOptions, Ui, Vec2, WidgetInfo, pos2, vec2,
};

pub use self::camera::Camera;
pub use self::tools::{Tool, Toolbox};

use self::overlay::{Overlay, OverlayKey, OverlayPicture};
use self::pointer::Pointer;
use self::tiles::{Sampling, TileLook, TileTextures, TileView, UploadBudget, egui_rect};
use crate::document::{CanvasSize, PixelRect};
use crate::studio::Studio;
use crate::theme;

/// Room left around a fitted picture, in points.
const FIT_MARGIN: f32 = 32.0;
/// A fitted picture is not enlarged beyond this.
const FIT_MAX_ZOOM: f32 = 8.0;
/// This much of the picture always stays on the screen, in points.
const REACH: f32 = 48.0;
/// Uploading tiles takes at most this long a frame.
const UPLOAD_TIME: Duration = Duration::from_millis(3);
/// How much of its opacity a mask keeps whose result was accepted.
const RESTING: f32 = 0.25;

/// What the view keeps from frame to frame.
pub struct CanvasView {
    camera: Camera,
    /// Where the canvas was last frame.
    rect: Rect,
    id: Option<egui::Id>,
    /// The picture is to fill the view until the painter zooms or pans.
    is_fitted: bool,
    shown_document: Option<(u64, CanvasSize)>,
    frame: u64,
    pixels_per_point: f32,
    picture: TileTextures,
    mask: TileTextures,
    overlay: Overlay,
    checkerboard: Option<TextureHandle>,
    pointer: Pointer,
}

impl Default for CanvasView {
    fn default() -> Self {
        Self {
            camera: Camera::default(),
            rect: Rect::from_min_size(Pos2::ZERO, vec2(1.0, 1.0)),
            id: None,
            is_fitted: true,
            shown_document: None,
            frame: 0,
            pixels_per_point: 1.0,
            picture: TileTextures::new("picture"),
            mask: TileTextures::new("mask"),
            overlay: Overlay::default(),
            checkerboard: None,
            pointer: Pointer::default(),
        }
    }
}

impl CanvasView {
    #[must_use]
    pub fn camera(&self) -> &Camera {
        &self.camera
    }

    /// The canvas's widget, once it was shown.
    #[must_use]
    pub fn id(&self) -> Option<egui::Id> {
        self.id
    }

    /// Where the canvas lies on the screen.
    #[must_use]
    pub fn rect(&self) -> Rect {
        self.rect
    }

    /// Zooms about the middle of the view.
    pub fn zoom_by(&mut self, factor: f32) {
        self.is_fitted = false;
        self.camera.zoom_by(factor, self.rect.center());
    }

    /// Shows the whole picture, and goes on doing so while the window changes its size.
    pub fn zoom_to_fit(&mut self) {
        self.is_fitted = true;
    }

    /// Shows a pixel of the picture as a pixel of the screen.
    pub fn actual_size(&mut self) {
        self.is_fitted = false;
        self.camera.zoom_to(1.0 / self.pixels_per_point, self.rect.center());
    }

    /// Whether a result lies on the canvas, whole and for everyone to see.
    #[must_use]
    pub fn shows_result(&self) -> bool {
        matches!(self.overlay.shown(), Some(OverlayKey::Result(_)))
    }

    /// Pixels of the screen per pixel of the picture.
    #[must_use]
    pub fn magnification(&self) -> f32 {
        self.camera.zoom() * self.pixels_per_point
    }

    /// Shows the canvas in all of `ui` and lets the pointer work on it.
    pub fn show(&mut self, ui: &mut Ui, studio: &mut Studio, tools: &mut Toolbox) -> Response {
        let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Canvas"));
        self.id = Some(response.id);
        self.pixels_per_point = ui.pixels_per_point();
        self.follow_document(studio, rect);
        let mut pointer = std::mem::take(&mut self.pointer);
        pointer.handle(ui, &response, self, studio, tools);
        self.pointer = pointer;
        self.fit(studio, rect);
        self.overlay.update(ui.ctx(), wanted_overlay(studio), Sampling::at(self.magnification()));

        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, 0.0, theme::surround(ui.visuals()));
        let changed = studio.take_stroke_dirty();
        let camera = self.camera.on_whole_pixels(self.pixels_per_point);
        studio.update_picture(visible_part(&camera, rect, studio.document().bounds()), changed);
        self.paint(ui, &painter, studio, changed);
        self.pointer.paint(ui, &painter, &response, &self.camera, tools);
        response
    }

    /// Another picture, or one of another size, is shown whole.
    fn follow_document(&mut self, studio: &Studio, rect: Rect) {
        let shown = (studio.documents_opened(), studio.document().size());
        if self.shown_document.replace(shown) != Some(shown) {
            self.is_fitted = true;
            self.picture = TileTextures::new("picture");
            self.mask = TileTextures::new("mask");
        }
        self.rect = rect;
    }

    fn fit(&mut self, studio: &Studio, rect: Rect) {
        let size = size_of(studio);
        if self.is_fitted {
            self.camera.fit(size, rect, FIT_MARGIN, FIT_MAX_ZOOM);
        } else {
            self.camera.keep_in_reach(size, rect, REACH);
        }
    }

    fn paint(&mut self, ui: &Ui, painter: &Painter, studio: &Studio, changed: Option<PixelRect>) {
        let document = studio.document();
        let bounds = document.bounds();
        let camera = self.camera.on_whole_pixels(self.pixels_per_point);
        let visible = visible_part(&camera, self.rect, bounds);
        let on_screen = camera.screen_from_canvas_rect(egui_rect(bounds));
        self.paint_paper(ui, painter, on_screen);

        self.frame += 1;
        let view = TileView { frame: self.frame, visible, look: TileLook::at(self.magnification()), changed };
        let mut budget = UploadBudget::new(UPLOAD_TIME);
        let look = document.mask_look();
        let mut is_complete = self.picture.sync(ui.ctx(), studio.picture(), &view, &mut budget);
        self.picture.paint(painter, &camera, studio.picture(), bounds, visible, Color32::WHITE);
        if self.overlay.is_visible() {
            self.overlay.paint(painter, &camera);
        } else if look.visible {
            is_complete &= self.mask.sync(ui.ctx(), document.mask(), &view, &mut budget);
            let opacity = if studio.is_mask_resting() { look.opacity * RESTING } else { look.opacity };
            let [red, green, blue] = look.color;
            let tint = Color32::from_rgb(red, green, blue).gamma_multiply(opacity);
            self.mask.paint(painter, &camera, document.mask(), bounds, visible, tint);
        }
        if !is_complete {
            ui.ctx().request_repaint();
        }
    }

    /// A thin edge and a checkerboard that shows where the picture is transparent.
    fn paint_paper(&mut self, ui: &Ui, painter: &Painter, on_screen: Rect) {
        let checkerboard = self.checkerboard.get_or_insert_with(|| load_checkerboard(ui.ctx()));
        let visible = on_screen.intersect(self.rect);
        let squares = visible.size() / (2.0 * CHECKER_SIDE);
        let mut mesh = Mesh::with_texture(checkerboard.id());
        mesh.add_rect_with_uv(visible, Rect::from_min_size(Pos2::ZERO, squares), Color32::WHITE);
        painter.add(Shape::mesh(mesh));
        painter.rect_stroke(on_screen, 0.0, Stroke::new(1.0, theme::line(ui.visuals())), StrokeKind::Outside);
    }
}

/// Side of a checkerboard's square, in points.
const CHECKER_SIDE: f32 = 8.0;

fn load_checkerboard(ctx: &Context) -> TextureHandle {
    let (light, dark) = (Color32::from_gray(0xCC), Color32::from_gray(0xAA));
    let image = ColorImage::new([2, 2], vec![light, dark, dark, light]);
    ctx.load_texture("checkerboard", image, TextureOptions::NEAREST_REPEAT)
}

fn size_of(studio: &Studio) -> Vec2 {
    let size = studio.document().size();
    vec2(size.width() as f32, size.height() as f32)
}

/// The pixels of the picture that can be seen.
fn visible_part(camera: &Camera, view: Rect, bounds: PixelRect) -> PixelRect {
    let seen = camera.canvas_from_screen_rect(view);
    let pixels = |from: f32, to: f32| (from.floor().max(0.0) as u32, to.ceil().max(0.0) as u32);
    let (left, right) = pixels(seen.left(), seen.right());
    let (top, bottom) = pixels(seen.top(), seen.bottom());
    PixelRect { left, top, right, bottom }.intersect(bounds)
}

/// The run's preview while one goes on, else the result that waits.
fn wanted_overlay(studio: &Studio) -> Option<OverlayPicture> {
    if let Some(run) = studio.run() {
        let (number, picture) = run.preview.as_ref()?;
        let recipe = &run.plan.recipe;
        return Some(OverlayPicture {
            key: OverlayKey::Preview(run.id, *number),
            picture: Arc::clone(picture),
            extent: Rect::from_min_max(Pos2::ZERO, pos2(recipe.width as f32, recipe.height as f32)),
            region: run.plan.region,
            mask: Arc::clone(run.mask.as_ref()?),
        });
    }
    let result = studio.results().shown()?;
    Some(OverlayPicture {
        key: OverlayKey::Result(result.id),
        picture: Arc::clone(&result.image),
        extent: egui_rect(result.region),
        region: result.region,
        mask: Arc::clone(&result.mask),
    })
}
