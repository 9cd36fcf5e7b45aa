//! The pointer on the canvas: strokes, panning, zooming, the brush's outline.

use egui::{CursorIcon, Event, Key, Modifiers, MouseWheelUnit, Painter, PointerButton, Pos2, Rect, Response, Ui, Vec2};

use super::camera::Camera;
use super::cropping::Cropping;
use super::marking::Marking;
use super::pen::{Pen, PenEvent, PenState};
use super::placing::Placing;
use super::planning::Planning;
use super::posing::Posing;
use super::subject::Cutting;
use super::tools::{Tool, Toolbox};
use super::transforming::Transforming;
use super::{CanvasView, marking, size_of, tip_outline};
use crate::document::PixelRect;
use crate::paint::{Ink, PenSample};
use crate::studio::Studio;

/// Zoom of one notch of the wheel.
const WHEEL_STEP: f32 = 1.2;

/// What the pointer is doing, and what it remembers.
#[derive(Default)]
pub struct Pointer {
    pen: Pen,
    /// What the pointer does to the view while a button is held.
    moving: Option<ViewMove>,
    /// Where the last stroke ended, for straight lines, and on which picture.
    last_in_canvas: Option<(u64, Pos2)>,
    /// The colour in hand follows what is under the pointer.
    is_picking: bool,
    /// What the stroke of the mask brush covers, where it may extend the canvas; in canvas pixels.
    covered: Option<Rect>,
    marking: Marking,
    pub(super) transforming: Transforming,
    pub(super) cropping: Cropping,
    pub(super) planning: Planning,
    pub(super) cutting: Cutting,
    pub(super) posing: Posing,
    pub(super) placing: Placing,
}

impl Pointer {
    /// Takes pressure and tilt from tablets, where the system tells of them.
    pub fn listen_to_tablets(&mut self) {
        self.pen.listen_to_tablets();
    }

    /// Takes in the frame's pointer events, wheel and gestures.
    pub fn handle(
        &mut self,
        ui: &Ui,
        response: &Response,
        view: &mut CanvasView,
        studio: &mut Studio,
        tools: &mut Toolbox,
    ) {
        tools.follow_layer(studio);
        self.zoom_and_scroll(ui, response, view, studio);
        let mut samples = vec![];
        // First: keys mean the floating hand before the tool.
        self.placing.begin_frame(ui, studio);
        self.marking.begin_frame(ui, studio, tools);
        self.transforming.begin_frame(ui, studio, tools);
        self.cropping.begin_frame(ui, studio, tools);
        self.cutting.begin_frame(ui, studio, tools);
        self.posing.begin_frame(ui, studio, tools);
        for event in ui.input(|input| self.pen.read(input)) {
            match event {
                PenEvent::Down { pos_on_screen, button, pen, modifiers } => {
                    if is_ours(ui, response, pos_on_screen) {
                        let press = Press { pos_on_screen, button, pen, modifiers };
                        self.press(ui, press, view, studio, tools);
                    }
                }
                PenEvent::Move { pos_on_screen, pen } => {
                    self.move_view(ui, pos_on_screen, view);
                    let here = view.camera.canvas_from_screen(pos_on_screen);
                    if self.is_picking {
                        tools.color = color_at(studio, here).unwrap_or(tools.color);
                    }
                    self.marking.move_to(here, studio, tools);
                    self.transforming.move_to(here, ui, studio);
                    self.cropping.move_to(here, ui, tools);
                    self.planning.move_to(here, studio);
                    self.cutting.move_to(here);
                    self.placing.move_to(here, ui);
                    let modifiers = ui.input(|input| input.modifiers);
                    self.posing.move_to(here, modifiers, &view.camera, studio, tools);
                    if studio.is_painting() && !studio.is_posing() {
                        let pos_in_canvas = view.camera.canvas_from_screen(pos_on_screen);
                        self.last_in_canvas = Some((studio.picture_number(), pos_in_canvas));
                        samples.push(sample(pos_in_canvas, pen));
                        self.cover(pos_in_canvas, tools);
                    }
                }
                PenEvent::Up { button } => {
                    self.moving.take_if(|moving| moving.button == button);
                    if button == PointerButton::Primary {
                        self.is_picking = false;
                        self.release_tools(studio, tools);
                    }
                    if button == PointerButton::Primary && studio.is_painting() {
                        studio.extend_stroke(&std::mem::take(&mut samples));
                        studio.finish_stroke();
                        if let Some(Rect { min, max }) = self.covered.take() {
                            studio.extend_canvas_to([min.x, min.y, max.x, max.y]);
                        }
                    }
                }
            }
        }
        if !samples.is_empty() {
            studio.extend_stroke(&samples);
        }
        if !ui.input(|input| input.pointer.primary_down()) {
            // Should the window have lost the pointer, it lost the release with it.
            self.is_picking = false;
            if studio.is_painting() {
                studio.finish_stroke();
            }
            self.release_tools(studio, tools);
        }
    }

    /// The button is up: what was being dragged stays where it is.
    fn release_tools(&mut self, studio: &mut Studio, tools: &mut Toolbox) {
        self.marking.release(studio, tools);
        self.transforming.release(studio);
        self.cropping.release();
        self.planning.release(studio);
        self.cutting.release(studio, tools);
        self.posing.release(studio);
        self.placing.release();
    }

    /// How far from its place the selection is to be drawn, in canvas pixels.
    pub(super) fn selection_shift(&self, studio: &Studio) -> Vec2 {
        self.marking.selection_shift(studio)
    }

    fn press(&mut self, ui: &Ui, press: Press, view: &CanvasView, studio: &mut Studio, tools: &mut Toolbox) {
        let with_space = ui.input(|input| input.key_down(Key::Space)) && !ui.ctx().text_edit_focused();
        let pans = press.button == PointerButton::Middle
            || (press.button == PointerButton::Primary && (with_space || tools.in_hand() == Tool::Hand));
        if pans {
            let turn = press.modifiers.shift.then(|| Turn { angle: view.camera.angle() });
            self.moving = Some(ViewMove { button: press.button, last_on_screen: press.pos_on_screen, turn });
            return;
        }
        if press.button == PointerButton::Primary && self.placing.press(press.pos_on_screen, &view.camera) {
            return;
        }
        let here = view.camera.canvas_from_screen(press.pos_on_screen);
        if press.button == PointerButton::Primary && asks_for_color(press.modifiers, tools.in_hand()) {
            self.is_picking = true;
            tools.color = color_at(studio, here).unwrap_or(tools.color);
            return;
        }
        if press.button == PointerButton::Primary
            && (self.planning.press(press.pos_on_screen, &view.camera, studio, tools)
                || self.marking.press(press.pos_on_screen, press.modifiers, &view.camera, studio, tools)
                || self.transforming.press(press.pos_on_screen, &view.camera, studio, tools)
                || self.cropping.press(press.pos_on_screen, &view.camera, tools)
                || self.cutting.press(press.pos_on_screen, press.modifiers, &view.camera, tools)
                || self.posing.press(press.pos_on_screen, &view.camera, studio, tools))
        {
            return;
        }
        let (Some(brush), Some(ink), PointerButton::Primary) = (tools.brush().cloned(), tools.ink(), press.button)
        else {
            return;
        };
        // A hand that has only just pressed says nothing of how a straight line is meant.
        let is_line_of_hand = press.modifiers.shift && press.pen.is_guessed;
        let pressure = if is_line_of_hand { 1.0 } else { press.pen.pressure };
        let press = Press { pen: PenState { pressure, ..press.pen }, ..press };
        if matches!(ink, Ink::Color(_)) {
            tools.color_is_used();
        }
        let first = sample(here, press.pen);
        let symmetry = tools.mirror.symmetry(studio.document().size(), tools.sectors);
        let straight_from = self.last_on(studio).filter(|_| press.modifiers.shift);
        studio.begin_stroke(brush, ink, symmetry, straight_from.map_or(first, |from| sample(from, press.pen)));
        if straight_from.is_some() {
            studio.extend_stroke(&[first]);
        }
        self.last_in_canvas = Some((studio.picture_number(), here));
        self.covered = None;
        self.cover(here, tools);
    }

    /// Remembers how far a stroke of the mask brush reaches, where that is to extend the canvas.
    fn cover(&mut self, here: Pos2, tools: &Toolbox) {
        if tools.in_hand() == Tool::MaskBrush && tools.mask_extends_canvas {
            let dab = Rect::from_center_size(here, Vec2::splat(tools.mask_brush.diameter));
            self.covered = Some(self.covered.map_or(dab, |covered| covered.union(dab)));
        }
    }

    /// Where the last stroke on this picture ended, in canvas pixels.
    fn last_on(&self, studio: &Studio) -> Option<Pos2> {
        self.last_in_canvas.filter(|(picture, _)| *picture == studio.picture_number()).map(|(_, pos)| pos)
    }

    /// Pans the view, or turns it about its middle: in steps while Shift is held, freely after.
    fn move_view(&mut self, ui: &Ui, pos_on_screen: Pos2, view: &mut CanvasView) {
        let Some(moving) = &mut self.moving else { return };
        let last = std::mem::replace(&mut moving.last_on_screen, pos_on_screen);
        view.is_fitted = false;
        let Some(turn) = &mut moving.turn else {
            view.camera.pan(pos_on_screen - last);
            return;
        };
        let middle = view.rect.center();
        turn.angle += (pos_on_screen - middle).angle().to_degrees() - (last - middle).angle().to_degrees();
        let snaps = ui.input(|input| input.modifiers.shift);
        view.camera.turn_to(if snaps { Camera::snapped(turn.angle) } else { turn.angle }, middle);
    }

    /// The wheel zooms about the pointer, two fingers on a pad scroll, pinching zooms; two fingers on a screen do both.
    fn zoom_and_scroll(&mut self, ui: &Ui, response: &Response, view: &mut CanvasView, studio: &mut Studio) {
        if let Some(touch) = ui.input(egui::InputState::multi_touch) {
            // The first finger began a stroke that was none.
            studio.cancel_stroke();
            self.marking.give_up();
            self.transforming.cancel_drag();
            self.cropping.cancel_drag();
            self.cutting.cancel_drag();
            self.posing.cancel_drag(studio);
            self.placing.cancel_drag();
            view.is_fitted = false;
            view.camera.pan(touch.translation_delta);
            view.camera.zoom_by(touch.zoom_delta, touch.center_pos);
            view.camera.turn_by(touch.rotation_delta.to_degrees(), touch.center_pos);
            return;
        }
        let Some(anchor) = response.hover_pos() else { return };
        let gestures = ui.input(|input| input.events.iter().filter_map(Gesture::from_event).collect::<Vec<_>>());
        for gesture in gestures {
            view.is_fitted = false;
            match gesture {
                Gesture::Zoom(factor) => view.camera.zoom_by(factor, anchor),
                Gesture::Scroll(delta) => view.camera.pan(delta),
            }
        }
    }

    /// The cursor, and the brush's outline where it would paint.
    pub fn paint(
        &mut self,
        ui: &Ui,
        painter: &Painter,
        response: &Response,
        camera: &Camera,
        studio: &Studio,
        tools: &Toolbox,
    ) {
        self.planning.paint(ui, painter, camera, studio, tools);
        self.transforming.paint(painter, camera, studio);
        self.cropping.paint(painter, camera);
        self.cutting.paint(painter, camera, studio);
        self.placing.paint(ui, painter, camera);
        let pointer = response.hover_pos().or_else(|| response.interact_pointer_pos());
        let may_place_people = self.moving.is_none() && !self.placing.is_floating();
        self.posing.paint(painter, camera, pointer.filter(|_| may_place_people), studio, tools);
        let Some(pos_on_screen) = pointer else { return };
        if self.moving.is_some() {
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
            return;
        }
        if let Some(cursor) = self.placing.cursor(pos_on_screen, camera) {
            ui.ctx().set_cursor_icon(cursor);
            return;
        }
        self.marking.paint(painter, camera, pos_on_screen, studio, tools);
        let (modifiers, moves) = ui.input(|input| (input.modifiers, input.key_down(Key::Space)));
        if self.is_picking {
            ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
            marking::paint_swatch(painter, pos_on_screen, tools.color);
            return;
        }
        if let Some(cursor) = self.planning.cursor(pos_on_screen, camera, studio, tools).filter(|_| !moves) {
            ui.ctx().set_cursor_icon(cursor);
            return;
        }
        let Some(brush) = tools.brush().filter(|_| !moves) else {
            let grabs = moves || tools.in_hand() == Tool::Hand;
            let of_handle = (self.transforming.cursor(pos_on_screen, camera))
                .or_else(|| self.cropping.cursor(pos_on_screen, camera))
                .or_else(|| self.posing.cursor(pos_on_screen, camera, tools))
                .or_else(|| self.marking.cursor(camera.canvas_from_screen(pos_on_screen), studio, tools));
            let of_tool = of_handle.unwrap_or(CursorIcon::Crosshair);
            ui.ctx().set_cursor_icon(if grabs { CursorIcon::Grab } else { of_tool });
            return;
        };
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        if asks_for_color(modifiers, tools.in_hand()) {
            return;
        }
        tip_outline::paint(painter, camera, brush, pos_on_screen);
        let is_line = ui.input(|input| input.modifiers.shift_only()) && !studio.is_painting();
        if let Some(from) = self.last_on(studio).filter(|_| is_line) {
            marking::paint_line(painter, camera, &[from, camera.canvas_from_screen(pos_on_screen)], false);
        }
    }
}

/// Whether a click takes a colour from the picture: with Ctrl, as in Krita, or with Alt, as in other programs.
fn asks_for_color(modifiers: Modifiers, tool: Tool) -> bool {
    (modifiers.command || modifiers.alt) && matches!(tool, Tool::ColorBrush | Tool::Fill | Tool::Gradient)
}

/// The view being moved by a drag.
struct ViewMove {
    button: PointerButton,
    last_on_screen: Pos2,
    /// Turned rather than panned.
    turn: Option<Turn>,
}

/// Where a turn has come to, in degrees, before it snaps.
struct Turn {
    angle: f32,
}

/// A button going down.
struct Press {
    pos_on_screen: Pos2,
    button: PointerButton,
    pen: PenState,
    modifiers: Modifiers,
}

/// What wheel and pad ask for.
enum Gesture {
    Zoom(f32),
    Scroll(egui::Vec2),
}

impl Gesture {
    fn from_event(event: &Event) -> Option<Self> {
        match event {
            Event::Zoom(factor) => Some(Self::Zoom(*factor)),
            Event::MouseWheel { unit: MouseWheelUnit::Point, delta, modifiers, .. } if !modifiers.command => {
                Some(Self::Scroll(*delta))
            }
            Event::MouseWheel { unit: MouseWheelUnit::Point, delta, .. } => {
                Some(Self::Zoom(WHEEL_STEP.powf(delta.y / 50.0)))
            }
            Event::MouseWheel { delta, .. } => Some(Self::Zoom(WHEEL_STEP.powf(delta.y))),
            _ => None,
        }
    }
}

/// Whether a press at this place is meant for the canvas and not for something over it.
fn is_ours(ui: &Ui, response: &Response, pos_on_screen: Pos2) -> bool {
    response.enabled()
        && response.rect.contains(pos_on_screen)
        && ui.ctx().layer_id_at(pos_on_screen).is_none_or(|layer| layer == ui.layer_id())
}

fn sample(pos_in_canvas: Pos2, PenState { pressure, tilt, time, .. }: PenState) -> PenSample {
    PenSample { pos_in_canvas: [pos_in_canvas.x, pos_in_canvas.y], pressure, tilt, time }
}

/// The picture's colour under the pointer; none beside the picture or where it is transparent.
fn color_at(studio: &mut Studio, pos_in_canvas: Pos2) -> Option<[u8; 3]> {
    let size = size_of(studio);
    let is_inside =
        pos_in_canvas.x >= 0.0 && pos_in_canvas.y >= 0.0 && pos_in_canvas.x < size.x && pos_in_canvas.y < size.y;
    if !is_inside {
        return None;
    }
    let (x, y) = (pos_in_canvas.x as u32, pos_in_canvas.y as u32);
    studio.update_picture(PixelRect { left: x, top: y, right: x + 1, bottom: y + 1 }, None);
    let [red, green, blue, alpha] = studio.picture().pixel(x, y);
    let straight = |channel: u16| (f32::from(channel) / f32::from(alpha) * 255.0).round() as u8;
    (alpha > 0).then(|| [straight(red), straight(green), straight(blue)])
}
