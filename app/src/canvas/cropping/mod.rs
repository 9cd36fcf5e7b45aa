//! The crop tool: a frame over the picture that becomes the canvas.

mod frame;
mod ratio;

use egui::{Color32, CursorIcon, Key, Mesh, Painter, Pos2, Rect, Shape, Stroke, Ui};

pub use self::frame::CropFrame;
pub use self::ratio::CropRatio;

use self::frame::Grip;
use super::camera::Camera;
use super::tools::{Tool, Toolbox};
use super::{handle, has_keyboard};
use crate::document::selection::{Combine, bounds_of};
use crate::document::{CanvasSize, Document};
use crate::studio::Studio;

/// Canvas pixels around the frame that are darkened: further than any canvas reaches.
const FAR: f32 = 40_000.0;

/// The frame, while the tool is in hand.
#[derive(Default)]
pub struct Cropping {
    session: Option<Session>,
    /// What the frame is to become as soon as the tool is in hand.
    wider: Option<CropFrame>,
}

struct Session {
    /// The picture and its size when the tool was taken.
    based_on: (u64, CanvasSize),
    /// As it was then.
    first: CropFrame,
    frame: CropFrame,
    grab: Option<Grab>,
}

struct Grab {
    grip: Grip,
    from_in_canvas: Pos2,
    frame: CropFrame,
}

impl Cropping {
    /// Takes in keys; begins with the tool and ends with it.
    pub(super) fn begin_frame(&mut self, ui: &Ui, studio: &mut Studio, tools: &Toolbox) {
        if tools.in_hand() != Tool::Crop {
            self.session = None;
            return;
        }
        let now = (studio.picture_number(), studio.document().size());
        if self.session.as_ref().is_none_or(|session| session.based_on != now) {
            let first = first_frame(studio.document());
            self.session = Some(Session { based_on: now, first, frame: first, grab: None });
        }
        if let (Some(session), Some(wider)) = (&mut self.session, self.wider.take()) {
            session.frame = wider;
        }
        if has_keyboard(ui) && ui.input(|input| input.key_pressed(Key::Enter)) {
            self.apply(studio, tools.crop_masks_new);
        } else if has_keyboard(ui) && ui.input(|input| input.key_pressed(Key::Escape)) {
            self.give_up();
        }
    }

    /// The frame becomes the canvas; it grows where the frame reaches beyond it.
    pub fn apply(&mut self, studio: &mut Studio, masks_new: bool) {
        let Some(Session { frame, .. }) = self.session else { return };
        match CanvasSize::new(frame.width, frame.height) {
            Ok(size) => {
                let top_left = [frame.left, frame.top];
                if masks_new {
                    studio.extend_canvas(top_left, size, Combine::Replace);
                } else {
                    studio.edit_in_background(move |document| Ok(document.crop_to(top_left, size)));
                }
                self.session = None;
            }
            Err(error) => studio.notices.failed(&error),
        }
    }

    /// Begins with a frame that reaches beyond a picture of this size on all sides, to be dragged from there.
    pub fn reach_beyond(&mut self, size: CanvasSize) {
        self.wider = Some(CropFrame::beyond(size));
    }

    /// The frame lies where it lay first.
    pub fn give_up(&mut self) {
        if let Some(session) = &mut self.session {
            session.frame = session.first;
            session.grab = None;
        }
    }

    /// `None` while the tool is not in hand.
    #[must_use]
    pub fn frame(&self) -> Option<CropFrame> {
        self.session.as_ref().map(|session| session.frame)
    }

    pub fn set_frame(&mut self, frame: CropFrame) {
        if let Some(session) = &mut self.session {
            session.frame = frame;
        }
    }

    /// Whether there is anything to apply.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.session.as_ref().is_some_and(|session| {
            let (_, size) = session.based_on;
            session.frame != CropFrame::of(size.bounds())
        })
    }

    /// The button goes down; returns whether the tool is in hand.
    pub(super) fn press(&mut self, pos_on_screen: Pos2, camera: &Camera, tools: &Toolbox) -> bool {
        if tools.in_hand() != Tool::Crop {
            return false;
        }
        if let Some(session) = &mut self.session {
            let grip = session.grip_at(pos_on_screen, camera);
            let from_in_canvas = camera.canvas_from_screen(pos_on_screen);
            session.grab = Some(Grab { grip, from_in_canvas, frame: session.frame });
        }
        true
    }

    pub(super) fn move_to(&mut self, pos_in_canvas: Pos2, ui: &Ui, tools: &Toolbox) {
        let Some(session) = &mut self.session else { return };
        let Some(Grab { grip, from_in_canvas, frame }) = &session.grab else { return };
        let (_, size) = session.based_on;
        let own = ui.input(|input| input.modifiers.shift).then_some(frame.width as f32 / frame.height as f32);
        let ratio = tools.crop_ratio.of(size).or(own.filter(|_| matches!(grip, Grip::Edges(_))));
        session.frame = frame.dragged(*grip, *from_in_canvas, pos_in_canvas, ratio);
    }

    /// The drag was not meant: the frame goes back to where the drag began.
    pub(super) fn cancel_drag(&mut self) {
        if let Some(session) = &mut self.session
            && let Some(grab) = session.grab.take()
        {
            session.frame = grab.frame;
        }
    }

    /// The button goes up.
    pub(super) fn release(&mut self) {
        if let Some(session) = &mut self.session {
            session.grab = None;
        }
    }

    /// Draws the frame with its thirds and handles, and darkens what will be gone.
    pub(super) fn paint(&self, painter: &Painter, camera: &Camera) {
        let Some(session) = &self.session else { return };
        let rect = session.frame.rect();
        painter.add(darkened_around(rect, camera));
        let line = |from: Pos2, to: Pos2, strength: u8| {
            let ends = [from, to].map(|place| camera.screen_from_canvas(place));
            painter.line_segment(ends, Stroke::new(3.0, Color32::from_black_alpha(strength / 2)));
            painter.line_segment(ends, Stroke::new(1.0, Color32::from_white_alpha(strength)));
        };
        for third in [1.0 / 3.0, 2.0 / 3.0] {
            let (x, y) = (rect.left() + rect.width() * third, rect.top() + rect.height() * third);
            line(Pos2::new(x, rect.top()), Pos2::new(x, rect.bottom()), 90);
            line(Pos2::new(rect.left(), y), Pos2::new(rect.right(), y), 90);
        }
        let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom()];
        for (from, to) in corners.into_iter().zip(corners.into_iter().cycle().skip(1)) {
            line(from, to, 255);
        }
        session.frame.handles().for_each(|(place, _)| handle::paint(painter, camera.screen_from_canvas(place)));
    }

    /// What the pointer looks like; `None` while the tool is not in hand.
    pub(super) fn cursor(&self, pos_on_screen: Pos2, camera: &Camera) -> Option<CursorIcon> {
        let session = self.session.as_ref()?;
        let grip = session.grab.as_ref().map_or_else(|| session.grip_at(pos_on_screen, camera), |grab| grab.grip);
        let middle = camera.screen_from_canvas(session.frame.rect().center());
        Some(match grip {
            Grip::Inside => CursorIcon::Move,
            Grip::Outside => CursorIcon::Crosshair,
            Grip::Edges(edges) => {
                let place = session.frame.handles().find(|(_, way)| *way == edges).map(|(place, _)| place);
                place.map_or(CursorIcon::Crosshair, |place| {
                    handle::resize_cursor(camera.screen_from_canvas(place) - middle)
                })
            }
        })
    }
}

impl Session {
    /// While the frame is all of the canvas there is nothing to move, so a drag draws one.
    fn grip_at(&self, pos_on_screen: Pos2, camera: &Camera) -> Grip {
        let (_, size) = self.based_on;
        match self.frame.grip_at(pos_on_screen, camera) {
            Grip::Inside if self.frame == CropFrame::of(size.bounds()) => Grip::Outside,
            grip => grip,
        }
    }
}

/// What is selected, or all of the canvas.
fn first_frame(document: &Document) -> CropFrame {
    let selected = document.selection().and_then(bounds_of);
    CropFrame::of(selected.unwrap_or(document.bounds()))
}

/// Four pieces around the frame.
fn darkened_around(frame: Rect, camera: &Camera) -> Shape {
    let far = frame.expand(FAR);
    let pieces = [
        Rect::from_min_max(far.min, Pos2::new(far.right(), frame.top())),
        Rect::from_min_max(Pos2::new(far.left(), frame.bottom()), far.max),
        Rect::from_min_max(Pos2::new(far.left(), frame.top()), frame.left_bottom()),
        Rect::from_min_max(frame.right_top(), Pos2::new(far.right(), frame.bottom())),
    ];
    let mut mesh = Mesh::default();
    for piece in pieces {
        let first = mesh.vertices.len() as u32;
        for corner in camera.corners_on_screen(piece) {
            mesh.colored_vertex(corner, Color32::from_black_alpha(150));
        }
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first, first + 2, first + 3);
    }
    Shape::mesh(mesh)
}
