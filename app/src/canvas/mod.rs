//! The view of the picture: camera, tiles on the device, overlays, and the pointer that moves, zooms and paints.

mod aids;
pub mod camera;
mod cropping;
mod depth_hand;
mod gpu;
mod handle;
mod live_picture;
mod marking;
mod mask_view;
mod mirror;
mod navigator;
mod overlay;
mod pen;
mod placing;
mod planning;
mod pointer;
mod posing;
mod rulers;
mod sampling;
mod subject;
mod tip_outline;
mod tool_settings;
mod tools;
mod transforming;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::wgpu::TextureFormat;
use egui::epaint::{PathShape, PathStroke};
use egui::{Painter, Pos2, Rect, Response, Role, Sense, Ui, Vec2, Visuals, WidgetInfo, pos2, vec2};

pub use self::aids::ViewAids;
pub use self::camera::Camera;
pub use self::cropping::{CropFrame, CropRatio, Cropping};
pub use self::gpu::bench;
pub use self::live_picture::LivePicture;
pub use self::marking::{ColorStop, FillOptions, GradientOptions, GradientPreset, PickerOptions, StopColor};
pub use self::mask_view::MaskView;
pub use self::mirror::Mirror;
pub use self::navigator::Navigator;
pub use self::placing::{Placing, color_image};
pub use self::posing::{PoseOptions, Posing, paint_figure};
pub use self::subject::{Cutting, SubjectOptions};
pub use self::tool_settings::ToolSettings;
pub use self::tools::{HandColors, Tool, Toolbox};
pub use self::transforming::{TransformNumbers, Transforming};

use self::gpu::{CanvasTiles, Flat, FrameView, MaskDraw, MaskKey, Source, TileKind, TileView, ViewOnScreen};
use self::overlay::{Overlay, OverlayKey, OverlayPicture};
use self::pointer::Pointer;
use self::sampling::{Sampling, level_at, sharpness_at};
use crate::document::{CanvasSize, Layer, PixelRect, TileGrid, positions_in};
use crate::studio::Studio;
use crate::theme;

/// Room left around a fitted picture, in points.
const FIT_MARGIN: f32 = 32.0;
/// A fitted picture is not enlarged beyond this.
const FIT_MAX_ZOOM: f32 = 8.0;
/// This much of the picture always stays on the screen, in points.
const REACH: f32 = 48.0;
/// How much of its opacity a mask keeps whose result was accepted.
const RESTING: f32 = 0.25;
/// Side of a checkerboard's square, in points.
const CHECKER_SIDE: f32 = 8.0;
/// Flattening on the CPU takes at most about this long a frame, but for strokes.
const FLATTEN_TIME: Duration = Duration::from_millis(8);
/// How often the selection's line moves on, and how far, in dashes. Each time the whole window is drawn.
const MARCH: (Duration, f32) = (Duration::from_millis(125), 0.125);
/// The same where drawing the window keeps a processor busy.
const SLOW_MARCH: (Duration, f32) = (Duration::from_secs(1), 0.25);

/// What the view keeps from frame to frame.
pub struct CanvasView {
    camera: Camera,
    /// Rulers, grid, the way masks are shown.
    pub aids: ViewAids,
    /// Where the canvas was last frame.
    rect: Rect,
    id: Option<egui::Id>,
    /// The picture is to fill the view until the painter zooms or pans.
    is_fitted: bool,
    shown_document: Option<(u64, CanvasSize)>,
    /// How pictures were seen that are not in front now.
    left: HashMap<u64, Left>,
    pixels_per_point: f32,
    /// Of the window's surface.
    format: TextureFormat,
    /// There is no device but a program that stands in for one.
    is_software: bool,
    tiles: CanvasTiles,
    overlay: Overlay,
    pointer: Pointer,
}

/// How a picture was seen when it was left.
struct Left {
    size: CanvasSize,
    camera: Camera,
    is_fitted: bool,
}

impl Default for CanvasView {
    fn default() -> Self {
        Self {
            camera: Camera::default(),
            aids: ViewAids::default(),
            rect: Rect::from_min_size(Pos2::ZERO, vec2(1.0, 1.0)),
            id: None,
            is_fitted: true,
            shown_document: None,
            left: HashMap::new(),
            pixels_per_point: 1.0,
            format: TextureFormat::Rgba8Unorm,
            is_software: false,
            tiles: CanvasTiles::default(),
            overlay: Overlay::default(),
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

    /// Takes pressure and tilt from tablets, where the system tells of them.
    pub fn listen_to_tablets(&mut self) {
        self.pointer.listen_to_tablets();
    }

    /// What the transform tool is doing.
    pub fn transforming(&mut self) -> &mut Transforming {
        &mut self.pointer.transforming
    }

    /// What the crop tool is doing.
    pub fn cropping(&mut self) -> &mut Cropping {
        &mut self.pointer.cropping
    }

    /// What the tool for subjects is doing.
    pub fn cutting(&mut self) -> &mut Cutting {
        &mut self.pointer.cutting
    }

    /// What the pose tool is doing.
    #[must_use]
    pub fn posing(&self) -> &Posing {
        &self.pointer.posing
    }

    pub fn posing_mut(&mut self) -> &mut Posing {
        &mut self.pointer.posing
    }

    /// The hand of the hand panel, and where it floats over the picture.
    pub fn placing(&mut self) -> &mut Placing {
        &mut self.pointer.placing
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

    /// Turns the view about its middle to the next multiple of 15 degrees.
    pub fn turn_a_step(&mut self, clockwise: bool) {
        self.camera.turn_a_step(clockwise, self.rect.center());
    }

    /// Turns the view about its middle so that the picture stands upright.
    pub fn reset_rotation(&mut self) {
        self.camera.turn_to(0.0, self.rect.center());
    }

    /// Shows the mirror image of the view, left and right exchanged about its middle.
    pub fn mirror(&mut self) {
        self.camera.mirror(self.rect.center());
    }

    /// Moves the view so that this place of the canvas lies in its middle.
    pub fn look_at(&mut self, pos_in_canvas: Pos2) {
        self.is_fitted = false;
        self.camera.pan(self.rect.center() - self.camera.screen_from_canvas(pos_in_canvas));
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

    /// Says what the window draws on: egui's usual format if this is never called, and whether that is a device or a
    /// program that stands in for one.
    pub fn set_surface(&mut self, format: TextureFormat, is_software: bool) {
        self.format = format;
        self.is_software = is_software;
    }

    /// Shows the canvas in all of `ui` and lets the pointer work on it.
    pub fn show(&mut self, ui: &mut Ui, studio: &mut Studio, tools: &mut Toolbox) -> Response {
        let (whole, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
        let rulers = if self.aids.rulers { Vec2::splat(rulers::WIDTH) } else { Vec2::ZERO };
        let rect = Rect::from_min_max((whole.min + rulers).min(whole.max), whole.max);
        let response = ui.interact(rect, ui.scope_id().with("canvas"), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Canvas"));
        self.id = Some(response.id);
        self.pixels_per_point = ui.pixels_per_point();
        self.follow_document(studio, rect);
        let mut pointer = std::mem::take(&mut self.pointer);
        pointer.handle(ui, &response, self, studio, tools);
        self.pointer = pointer;
        self.fit(studio, rect);
        self.pointer.planning.set_shown(self.aids.inpainting);
        self.overlay.update(ui.ctx(), wanted_overlay(studio), Sampling::at(self.magnification()));

        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, 0.0, theme::surround(ui.visuals()));
        let changed = studio.take_stroke_dirty();
        if self.is_software && !self.flatten(studio, changed) {
            ui.ctx().request_repaint();
        }
        self.paint(ui, &painter, studio, changed);
        if self.aids.rulers {
            rulers::paint(ui, rect, &self.camera, response.hover_pos());
        }
        tools.mirror.paint(&painter, &self.camera, studio.document().size(), tools.sectors);
        self.pointer.paint(ui, &painter, &response, &self.camera, studio, tools);
        response
    }

    /// A picture is shown as it was when it was in front last; a new one, or one of another size, whole.
    fn follow_document(&mut self, studio: &Studio, rect: Rect) {
        let shown = (studio.picture_number(), studio.document().size());
        let last = self.shown_document.replace(shown);
        if last != Some(shown) {
            self.tiles.forget();
            if let Some((number, size)) = last.filter(|(number, _)| *number != shown.0) {
                self.left.insert(number, Left { size, camera: self.camera, is_fitted: self.is_fitted });
                let open: HashSet<_> = studio.pictures().iter().map(|tab| tab.number).collect();
                self.left.retain(|number, _| open.contains(number));
                self.camera = Camera::default();
            }
            match self.left.remove(&shown.0).filter(|left| left.size == shown.1) {
                Some(Left { camera, is_fitted, .. }) => (self.camera, self.is_fitted) = (camera, is_fitted),
                None => self.is_fitted = true,
            }
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

    /// Has the CPU flatten what is seen, a tile at a time while there is time. Returns whether that was all.
    fn flatten(&self, studio: &mut Studio, changed: Option<PixelRect>) -> bool {
        let until = Instant::now() + FLATTEN_TIME;
        let camera = self.camera.on_whole_pixels(self.pixels_per_point);
        let visible = visible_part(&camera, self.rect, studio.document().bounds());
        if changed.is_some() {
            studio.update_picture(visible, changed);
            return true;
        }
        for at in positions_in(visible) {
            studio.update_picture(at.rect().intersect(visible), None);
            if Instant::now() >= until {
                return false;
            }
        }
        true
    }

    fn paint(&mut self, ui: &Ui, painter: &Painter, studio: &Studio, changed: Option<PixelRect>) {
        let document = studio.document();
        let camera = self.camera.on_whole_pixels(self.pixels_per_point);
        let visible = visible_part(&camera, self.rect, document.bounds());
        let masks = self.masks_to_draw(ui.visuals(), studio);
        let tiles = TileView { visible, level: level_at(self.magnification()), changed };
        let view = self.frame_view(&camera, tiles, self.march(ui, studio));
        let source = match self.is_software {
            true => Source::Flat(Flat { picture: studio.picture(), document }),
            false => Source::Layers(document),
        };
        painter.add(self.tiles.paint(ui.ctx(), self.rect, source, view, &masks));

        let mut edge = camera.corners_on_screen(egui_rect(document.bounds())).to_vec();
        if camera.is_mirrored() {
            // Which side of a line is outside depends on which way round it goes.
            edge.reverse();
        }
        painter.add(PathShape::closed_line(edge, PathStroke::new(1.0, theme::line(ui.visuals())).outside()));
        self.overlay.paint(painter, &camera);
        if self.aids.grid {
            aids::paint_grid(painter, &camera, visible, self.aids.grid_side);
        }
    }

    /// How many dashes the selection's line has moved on. It stands still while the painter works in another window.
    fn march(&self, ui: &Ui, studio: &Studio) -> f32 {
        let (every, stride) = if self.is_software { SLOW_MARCH } else { MARCH };
        let (time, has_focus) = ui.input(|input| (input.time, input.focused));
        let steps = (time / every.as_secs_f64()).floor();
        if studio.document().selection().is_some() && has_focus {
            let next = (steps + 1.0) * every.as_secs_f64();
            ui.ctx().request_repaint_after(Duration::from_secs_f64((next - time).max(0.0)));
        }
        ((steps * f64::from(stride)) % 1.0) as f32
    }

    fn frame_view(&self, camera: &Camera, tiles: TileView, march: f32) -> FrameView {
        let map = camera.screen_from_canvas_map();
        let pixels = |x: f32, y: f32| [x * self.pixels_per_point, y * self.pixels_per_point];
        FrameView {
            tiles,
            on_screen: ViewOnScreen {
                x_axis: pixels(map.x_axis.x, map.x_axis.y),
                y_axis: pixels(map.y_axis.x, map.y_axis.y),
                origin: pixels(map.origin.x, map.origin.y),
                checker: CHECKER_SIDE * self.pixels_per_point,
                march,
            },
            sharpness: sharpness_at(self.magnification(), camera.is_square_on()),
            format: self.format,
        }
    }

    /// The masks as the painter wants to see them, and the selection. What lies on the canvas hides masks.
    fn masks_to_draw<'a>(&self, visuals: &Visuals, studio: &'a Studio) -> Vec<(MaskDraw, &'a TileGrid<u16>)> {
        let document = studio.document();
        let active = document.active_mask();
        let kind = match self.aids.mask_view {
            MaskView::Tint => TileKind::Tint,
            MaskView::Outline => TileKind::Outline,
            MaskView::BlackAndWhite => TileKind::BlackAndWhite,
            MaskView::Isolated => TileKind::Isolated,
        };
        // What is painted while pictures form is seen until they form there too.
        let is_hidden = self.overlay.is_visible() && !studio.is_masked_meanwhile();
        let is_shown =
            |layer: &&Layer| !is_hidden && layer.props().visible && (kind == TileKind::Tint || layer.id() == active);
        let mut masks = vec![];
        for layer in document.all_layers().filter(is_shown) {
            let Some(grid) = layer.mask() else { continue };
            let rests = layer.id() == active && studio.is_mask_resting();
            let opacity = layer.props().opacity * if rests { RESTING } else { 1.0 };
            let [red, green, blue] = layer.props().tint.map(|channel| f32::from(channel) / 255.0);
            let color = match kind {
                TileKind::Isolated => {
                    let [red, green, blue, _] =
                        theme::surround(visuals).to_array().map(|channel| f32::from(channel) / 255.0);
                    [red, green, blue, 1.0]
                }
                _ => [red, green, blue, opacity],
            };
            masks.push((MaskDraw { key: MaskKey::Layer(layer.id()), kind, color, shift: Vec2::ZERO }, grid));
        }
        let shift = self.pointer.selection_shift(studio);
        let selection = MaskDraw { key: MaskKey::Selection, kind: TileKind::Selection, color: [1.0; 4], shift };
        masks.extend(document.selection().map(|grid| (selection, grid)));
        masks
    }
}

/// Whether keys mean the canvas: nothing is being typed, and nothing lies over the window.
fn has_keyboard(ui: &Ui) -> bool {
    let ctx = ui.ctx();
    !ctx.text_edit_focused()
        && !egui::Popup::is_any_open(ctx)
        && ctx.memory(|memory| memory.top_modal_layer().is_none())
}

/// A rectangle of pixels as egui's.
fn egui_rect(rect: PixelRect) -> Rect {
    Rect::from_min_max(pos2(rect.left as f32, rect.top as f32), pos2(rect.right as f32, rect.bottom as f32))
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
    if let Some(run) = studio.run().filter(|run| run.picture == studio.picture_number()) {
        let preview = run.preview.as_ref()?;
        let crop = run.plan.crop.crop;
        let corner = |x: i32, y: i32| pos2(x as f32, y as f32);
        return Some(OverlayPicture {
            key: OverlayKey::Preview(run.id, preview.number),
            picture: Arc::clone(preview.pictures.first()?),
            extent: Rect::from_min_max(corner(crop.left, crop.top), corner(crop.right, crop.bottom)),
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
