//! The transform tool: handles around the active layer, or around what is selected of it.

mod preview;
mod quad;

use egui::{Color32, CursorIcon, Key, Painter, Pos2, Rect, Shape, Stroke, Ui, Vec2, vec2};

use self::preview::Preview;
use self::quad::{Handle, Quad, Ways};
use super::camera::Camera;
use super::tools::{Tool, Toolbox};
use super::{egui_rect, size_of};
use crate::document::transform::Filter;
use crate::document::{Layer, LayerId, TileGrid};
use crate::studio::Studio;

/// Side of a handle, in points.
const HANDLE_SIDE: f32 = 9.0;

/// What is being transformed, while the tool is in hand.
#[derive(Default)]
pub(super) struct Transforming {
    session: Option<Session>,
    /// The document in which there was nothing to transform.
    found_nothing: Option<State>,
}

/// One layer from taking the tool, or from the last change of the document, to Enter or Escape.
struct Session {
    layer: LayerId,
    based_on: State,
    quad: Quad,
    grab: Option<Grab>,
    /// Made when first something moves.
    preview: Option<Preview>,
    /// Enter was pressed, and the document is changing.
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

impl Transforming {
    /// Takes in keys; begins with the tool and ends with it.
    pub(super) fn begin_frame(&mut self, ui: &Ui, studio: &mut Studio, tools: &Toolbox) {
        if tools.in_hand() != Tool::Transform {
            self.apply(studio, tools.transform_filter);
            *self = Self::default();
            return;
        }
        if studio.is_editing() {
            return;
        }
        let state = State::of(studio);
        if self.session.as_ref().is_some_and(|session| session.based_on != state || session.is_applied) {
            self.session = None;
        }
        if self.session.is_none() && self.found_nothing != Some(state) {
            let bounds = studio.document().transformed_bounds(state.layer);
            self.found_nothing = bounds.is_none().then_some(state);
            self.session = bounds.map(|bounds| Session {
                layer: state.layer,
                based_on: state,
                quad: Quad::of(bounds),
                grab: None,
                preview: None,
                is_applied: false,
            });
        }
        if ui.input(|input| input.key_pressed(Key::Enter)) && !ui.ctx().text_edit_focused() {
            self.apply(studio, tools.transform_filter);
        } else if ui.input(|input| input.key_pressed(Key::Escape)) {
            self.session = None;
        }
    }

    fn apply(&mut self, studio: &mut Studio, filter: Filter) {
        let Some(session) = &mut self.session else { return };
        let Some(projection) = session.quad.projection().filter(|_| session.quad.is_changed()) else { return };
        if session.is_applied || session.based_on != State::of(studio) {
            return;
        }
        session.is_applied = true;
        session.grab = None;
        let layer = session.layer;
        studio.edit_in_background(move |document| document.transform_layer(layer, projection, filter));
    }

    /// The button goes down; returns whether the tool is in hand.
    pub(super) fn press(&mut self, pos_on_screen: Pos2, camera: &Camera, tools: &Toolbox) -> bool {
        if let Some(session) = self.session.as_mut().filter(|session| !session.is_applied) {
            let handle = session.quad.handle_at(pos_on_screen, |pos| camera.screen_from_canvas(pos));
            let from_in_canvas = camera.canvas_from_screen(pos_on_screen);
            session.grab = Some(Grab { handle, from_in_canvas, quad: session.quad });
        }
        tools.in_hand() == Tool::Transform
    }

    pub(super) fn move_to(&mut self, pos_in_canvas: Pos2, ui: &Ui, studio: &Studio) {
        let Some(session) = &mut self.session else { return };
        let Some(Grab { handle, from_in_canvas, quad }) = &session.grab else { return };
        let modifiers = ui.input(|input| input.modifiers);
        let ways = Ways { freely: modifiers.command, evenly: modifiers.shift };
        if let Some(dragged) = quad.dragged(*handle, *from_in_canvas, pos_in_canvas, ways) {
            session.quad = dragged;
            session.preview.get_or_insert_with(|| Preview::begin(ui.ctx(), studio.document().clone(), session.layer));
        }
    }

    /// The button goes up.
    pub(super) fn release(&mut self) {
        if let Some(session) = &mut self.session {
            session.grab = None;
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
        if session.is_applied {
            return;
        }
        let on_screen = |pos: Pos2| camera.screen_from_canvas(pos);
        let corners = session.quad.corners.map(on_screen);
        // Light on dark, so that one of them shows on every ground.
        painter.add(Shape::closed_line(corners.to_vec(), Stroke::new(3.0, Color32::from_black_alpha(120))));
        painter.add(Shape::closed_line(corners.to_vec(), Stroke::new(1.0, Color32::WHITE)));
        let sides = [0, 1, 2, 3].map(|side| on_screen(session.quad.middle_of_side(side)));
        for handle in corners.into_iter().chain(sides) {
            let square = Rect::from_center_size(handle, Vec2::splat(HANDLE_SIDE));
            painter.rect(
                square,
                1.0,
                Color32::WHITE,
                Stroke::new(1.0, Color32::from_black_alpha(200)),
                egui::StrokeKind::Outside,
            );
        }
        let middle = on_screen(session.quad.middle());
        for arm in [vec2(4.0, 0.0), vec2(0.0, 4.0)] {
            painter.line_segment([middle - arm, middle + arm], Stroke::new(3.0, Color32::from_black_alpha(120)));
            painter.line_segment([middle - arm, middle + arm], Stroke::new(1.0, Color32::WHITE));
        }
    }

    /// What the pointer looks like; `None` while there is nothing to transform.
    pub(super) fn cursor(&self, pos_on_screen: Pos2, camera: &Camera) -> Option<CursorIcon> {
        let session = self.session.as_ref().filter(|session| !session.is_applied)?;
        let under_it = || session.quad.handle_at(pos_on_screen, |pos| camera.screen_from_canvas(pos));
        Some(cursor(session.grab.as_ref().map_or_else(under_it, |grab| grab.handle), &session.quad, camera))
    }
}

fn cursor(handle: Handle, quad: &Quad, camera: &Camera) -> CursorIcon {
    let from_middle = |place: Pos2| camera.screen_from_canvas(place) - camera.screen_from_canvas(quad.middle());
    let away = match handle {
        Handle::Inside => return CursorIcon::Move,
        Handle::Outside => return CursorIcon::Alias,
        Handle::Corner(corner) => from_middle(quad.corners[corner]),
        Handle::Side(side) => from_middle(quad.middle_of_side(side)),
    };
    // To the next eighth of a circle; opposite ways share a cursor.
    match (away.angle() / std::f32::consts::FRAC_PI_4).round().rem_euclid(4.0) as u32 {
        0 => CursorIcon::ResizeHorizontal,
        1 => CursorIcon::ResizeNwSe,
        2 => CursorIcon::ResizeVertical,
        _ => CursorIcon::ResizeNeSw,
    }
}
