//! The tools that move a layer, or what is selected of it: freely, and with handles around it.

mod handles;
mod numbers;
mod preview;
mod quad;

use egui::{Color32, Context, CursorIcon, Event, Key, Painter, Pos2, Rect, Shape, Stroke, Ui, Vec2, vec2};

pub use self::numbers::TransformNumbers;

use self::preview::Preview;
use self::quad::{Handle, Quad, Ways};
use super::camera::Camera;
use super::tools::{Tool, Toolbox};
use super::{egui_rect, has_keyboard, size_of};
use crate::document::transform::Filter;
use crate::document::{Layer, LayerId, TileGrid};
use crate::language::text;
use crate::studio::Studio;

/// Pixels that an arrow key moves by while Shift is held; one otherwise.
const LONG_STEP: f32 = 10.0;

/// What is being transformed, while one of the tools is in hand.
#[derive(Default)]
pub struct Transforming {
    session: Option<Session>,
    /// The document in which there was nothing to transform.
    found_nothing: Option<State>,
    /// By arrow keys, in canvas pixels, and not taken in yet.
    nudged: Vec2,
}

/// One layer from taking the tool, or from the last change of the document, to Enter or Escape.
struct Session {
    tool: Tool,
    layer: LayerId,
    based_on: State,
    quad: Quad,
    grab: Option<Grab>,
    /// Made when first something moves.
    preview: Option<Preview>,
    /// The document is changing.
    is_applied: bool,
}

/// A handle being dragged.
struct Grab {
    handle: Handle,
    from_in_canvas: Pos2,
    quad: Quad,
}

/// Tells documents apart as far as a transformation can see them.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    opened: u64,
    layer: LayerId,
    content: u64,
    selection: Option<u64>,
}

impl State {
    fn of(studio: &Studio) -> Self {
        let document = studio.document();
        let of_layer = |layer: &Layer| {
            let pixels = layer.pixels().map_or(0, TileGrid::latest_revision);
            pixels.max(layer.mask().map_or(0, TileGrid::latest_revision))
        };
        Self {
            opened: studio.picture_number(),
            layer: document.active(),
            content: document.all_layers().map(of_layer).fold(document.structure_revision(), u64::max),
            selection: document.selection().map(TileGrid::latest_revision),
        }
    }
}

/// Whether this is one of the tools for it.
fn is_ours(tool: Tool) -> bool {
    matches!(tool, Tool::Move | Tool::Transform)
}

impl Transforming {
    /// Takes in keys; begins with the tool and ends with it.
    pub(super) fn begin_frame(&mut self, ui: &Ui, studio: &mut Studio, tools: &Toolbox) {
        let tool = tools.in_hand();
        if self.session.as_ref().is_some_and(|session| session.tool != tool) || !is_ours(tool) {
            self.apply(studio, tools.transform_filter);
            *self = Self::default();
        }
        if !is_ours(tool) {
            return;
        }
        if has_keyboard(ui) {
            self.nudged += arrow_keys(ui);
        }
        if studio.is_editing() {
            return;
        }
        self.follow_document(studio, tool);
        let nudged = std::mem::take(&mut self.nudged);
        if nudged != Vec2::ZERO {
            self.nudge(ui.ctx(), studio, nudged);
        }
        if has_keyboard(ui) && ui.input(|input| input.key_pressed(Key::Enter)) {
            self.apply(studio, tools.transform_filter);
        } else if has_keyboard(ui) && ui.input(|input| input.key_pressed(Key::Escape)) {
            self.give_up();
        }
    }

    /// Begins anew where another document, layer or selection is there.
    fn follow_document(&mut self, studio: &Studio, tool: Tool) {
        let state = State::of(studio);
        if self.session.as_ref().is_some_and(|session| session.based_on != state || session.is_applied) {
            self.session = None;
        }
        if self.session.is_none() && self.found_nothing != Some(state) {
            let bounds = studio.document().transformed_bounds(state.layer);
            self.found_nothing = bounds.is_none().then_some(state);
            self.session = bounds.map(|bounds| Session {
                tool,
                layer: state.layer,
                based_on: state,
                quad: Quad::of(bounds),
                grab: None,
                preview: None,
                is_applied: false,
            });
        }
    }

    fn nudge(&mut self, ctx: &Context, studio: &mut Studio, by: Vec2) {
        let Some(session) = &mut self.session else { return };
        if session.grab.is_some() {
            return;
        }
        let moved = session.quad.dragged(Handle::Inside, Pos2::ZERO, by.to_pos2(), Ways::default());
        session.quad = moved.unwrap_or(session.quad);
        if session.tool == Tool::Move {
            self.apply(studio, Filter::default());
        } else {
            session.begin_preview(ctx, studio);
        }
    }

    /// Changes the document by what is shown.
    pub fn apply(&mut self, studio: &mut Studio, filter: Filter) {
        let Some(session) = &mut self.session else { return };
        let Some(projection) = session.quad.projection().filter(|_| session.quad.is_changed()) else { return };
        if session.is_applied || session.based_on != State::of(studio) {
            return;
        }
        session.is_applied = true;
        session.grab = None;
        let layer = session.layer;
        if session.quad.reaches_beyond(studio.document().bounds()) {
            studio.notices.confirm(text("cut-by-canvas"));
        }
        studio.edit_in_background(move |document| document.transform_layer(layer, projection, filter));
    }

    /// The layer is shown as it is.
    pub fn give_up(&mut self) {
        self.session = None;
    }

    /// Whether there is anything to apply or to give up.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.quad.is_changed() && !session.is_applied)
    }

    /// What has been done so far; `None` where there is nothing to transform.
    #[must_use]
    pub fn numbers(&self) -> Option<TransformNumbers> {
        self.session.as_ref().map(|session| TransformNumbers::of(&session.quad))
    }

    /// Other numbers for what is being transformed; nothing happens where nothing would be left to see.
    pub fn set_numbers(&mut self, ctx: &Context, studio: &Studio, numbers: TransformNumbers) {
        let Some(session) = self.session.as_mut().filter(|session| !session.is_applied) else { return };
        if let Some(quad) = session.quad.with_numbers(numbers) {
            session.quad = quad;
            session.begin_preview(ctx, studio);
        }
    }

    /// The button goes down; returns whether one of the tools is in hand.
    pub(super) fn press(&mut self, pos_on_screen: Pos2, camera: &Camera, studio: &mut Studio, tools: &Toolbox) -> bool {
        if !is_ours(tools.in_hand()) {
            return false;
        }
        if self.session.is_none() && self.found_nothing.is_some() {
            studio.notices.say(text("nothing-to-move"));
        }
        if let Some(session) = self.session.as_mut().filter(|session| !session.is_applied) {
            let handle = match session.tool {
                Tool::Transform => session.quad.handle_at(pos_on_screen, |pos| camera.screen_from_canvas(pos)),
                _ => Handle::Inside,
            };
            let from_in_canvas = camera.canvas_from_screen(pos_on_screen);
            session.grab = Some(Grab { handle, from_in_canvas, quad: session.quad });
        }
        true
    }

    pub(super) fn move_to(&mut self, pos_in_canvas: Pos2, ui: &Ui, studio: &Studio) {
        let Some(session) = &mut self.session else { return };
        let Some(Grab { handle, from_in_canvas, quad }) = &session.grab else { return };
        let modifiers = ui.input(|input| input.modifiers);
        let ways = Ways { freely: modifiers.command, evenly: modifiers.shift };
        if let Some(dragged) = quad.dragged(*handle, *from_in_canvas, pos_in_canvas, ways) {
            session.quad = dragged;
            session.begin_preview(ui.ctx(), studio);
        }
    }

    /// The drag was not meant: what is dragged goes back to where the drag began.
    pub(super) fn cancel_drag(&mut self) {
        if let Some(session) = &mut self.session
            && let Some(grab) = session.grab.take()
        {
            session.quad = grab.quad;
        }
    }

    /// The button goes up.
    pub(super) fn release(&mut self, studio: &mut Studio) {
        let Some(session) = &mut self.session else { return };
        if session.grab.take().is_some() && session.tool == Tool::Move {
            self.apply(studio, Filter::default());
        }
    }

    /// Draws what it will look like, and the handles.
    pub(super) fn paint(&mut self, painter: &Painter, camera: &Camera, studio: &Studio) {
        let Some(session) = &mut self.session else { return };
        if let Some(preview) = session.preview.as_mut().filter(|_| session.quad.is_changed()) {
            preview.paint(painter, camera, Rect::from_min_size(Pos2::ZERO, size_of(studio)), &session.quad);
            let edge = camera.corners_on_screen(egui_rect(studio.document().bounds())).to_vec();
            painter.add(Shape::closed_line(edge, Stroke::new(1.0, Color32::from_gray(128))));
        }
        if session.tool == Tool::Transform && !session.is_applied {
            handles::paint(painter, camera, &session.quad);
        }
    }

    /// What the pointer looks like; `None` while there is nothing to transform.
    pub(super) fn cursor(&self, pos_on_screen: Pos2, camera: &Camera) -> Option<CursorIcon> {
        let session = self.session.as_ref().filter(|session| !session.is_applied)?;
        if session.tool == Tool::Move {
            return Some(CursorIcon::Move);
        }
        let under_it = || session.quad.handle_at(pos_on_screen, |pos| camera.screen_from_canvas(pos));
        Some(handles::cursor(session.grab.as_ref().map_or_else(under_it, |grab| grab.handle), &session.quad, camera))
    }
}

impl Session {
    fn begin_preview(&mut self, ctx: &Context, studio: &Studio) {
        self.preview.get_or_insert_with(|| Preview::begin(ctx, studio.document().clone(), self.layer));
    }
}

/// How far the arrow keys pressed in this frame move things, in canvas pixels; takes those presses away.
pub(super) fn arrow_keys(ui: &Ui) -> Vec2 {
    let mut by = Vec2::ZERO;
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
            let way = match key {
                Key::ArrowLeft => vec2(-1.0, 0.0),
                Key::ArrowRight => vec2(1.0, 0.0),
                Key::ArrowUp => vec2(0.0, -1.0),
                Key::ArrowDown => vec2(0.0, 1.0),
                _ => return true,
            };
            by += way * if modifiers.shift { LONG_STEP } else { 1.0 };
            false
        });
    });
    by
}
