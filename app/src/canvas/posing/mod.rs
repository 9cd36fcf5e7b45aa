//! The pose tool: people as OpenPose's skeletons on a hint layer, placed, bent, moved, scaled and turned.

mod changes;
mod grips;
mod overlay;

use brushfire_engine::hints::skeleton::Person;
use egui::{CursorIcon, Key, Modifiers, Painter, Pos2, Ui, Vec2};
use serde::{Deserialize, Serialize};

pub use self::overlay::paint_figure;

use self::grips::{Grip, Ways, corners_of, frame_of, grip_at};
use super::camera::Camera;
use super::tools::{Tool, Toolbox};
use super::transforming::arrow_keys;
use super::{handle, has_keyboard};
use crate::document::{HintObjects, LayerId};
use crate::figures::{PRESETS, PointId, Preset, point};
use crate::studio::Studio;

/// The pointer must move this far (points) before a click is a drag.
const DRAG: f32 = 3.0;

/// What is remembered of the tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PoseOptions {
    /// The key of the pose that a click places.
    preset: String,
    /// Dragged joints keep the lengths of their limbs, and what hangs on them follows.
    pub keeps_lengths: bool,
}

impl Default for PoseOptions {
    fn default() -> Self {
        Self { preset: String::new(), keeps_lengths: true }
    }
}

impl PoseOptions {
    /// What a click places.
    #[must_use]
    pub fn preset(&self) -> Preset {
        Preset::from_key(&self.preset).unwrap_or(PRESETS[0])
    }

    pub fn choose(&mut self, preset: Preset) {
        preset.key.clone_into(&mut self.preset);
    }
}

/// The people on the pose layer, while the tool is in hand.
#[derive(Default)]
pub struct Posing {
    session: Option<Session>,
    chosen: Option<Chosen>,
    grab: Option<Grab>,
}

struct Session {
    /// The picture, the layer on it, and what its people are known by.
    based_on: (u64, LayerId, HintObjects),
    people: Vec<Person>,
}

/// What keys and commands are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Chosen {
    person: usize,
    point: Option<PointId>,
}

struct Grab {
    grip: Grip,
    from_in_canvas: Pos2,
    /// As they were when the drag began.
    people: Vec<Person>,
    is_moved: bool,
}

impl Posing {
    /// Takes in keys; follows the document; begins with the tool and ends with it.
    pub(super) fn begin_frame(&mut self, ui: &Ui, studio: &mut Studio, tools: &Toolbox) {
        if tools.in_hand() != Tool::Pose {
            self.release(studio);
            *self = Self::default();
            return;
        }
        if self.grab.as_ref().is_some_and(|grab| grab.is_moved) && !studio.is_posing() {
            // Another picture has come to the front.
            self.grab = None;
        }
        self.follow_document(studio);
        if !has_keyboard(ui) || self.grab.is_some() || self.chosen.is_none() {
            return;
        }
        let by = arrow_keys(ui);
        if by != Vec2::ZERO {
            self.nudge(studio, by, tools.pose.keeps_lengths);
        }
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            self.choose_less();
        }
    }

    fn follow_document(&mut self, studio: &Studio) {
        if self.grab.is_some() {
            return;
        }
        let found = studio.pose_layer().and_then(|layer| Some((layer, studio.pose_objects(layer)?)));
        let Some((layer, objects)) = found else {
            (self.session, self.chosen) = (None, None);
            return;
        };
        let is_same = |session: &Session| {
            let (picture, known, before) = &session.based_on;
            let is_same_text = std::sync::Arc::ptr_eq(&before.text, &objects.text);
            *picture == studio.picture_number()
                && *known == layer
                && is_same_text
                && before.placement == objects.placement
        };
        if self.session.as_ref().is_some_and(is_same) {
            return;
        }
        let is_other_layer = self
            .session
            .as_ref()
            .is_some_and(|session| (session.based_on.0, session.based_on.1) != (studio.picture_number(), layer));
        let people = studio.pose_on(layer).map(|pose| pose.people).unwrap_or_default();
        self.chosen = self.chosen.filter(|_| !is_other_layer).and_then(|chosen| {
            let person = people.get(chosen.person)?;
            Some(Chosen { point: chosen.point.filter(|id| point(person, *id).is_some()), ..chosen })
        });
        self.session = Some(Session { based_on: (studio.picture_number(), layer, objects.clone()), people });
    }

    fn people(&self) -> &[Person] {
        self.session.as_ref().map_or(&[], |session| &session.people)
    }

    fn grip_at(&self, pos_on_screen: Pos2, camera: &Camera) -> Option<Grip> {
        grip_at(self.people(), self.chosen.map(|chosen| chosen.person), pos_on_screen, camera)
    }

    /// A joint that is chosen is let go, then the person.
    fn choose_less(&mut self) {
        self.chosen = self.chosen.and_then(|chosen| chosen.point.map(|_| Chosen { point: None, ..chosen }));
    }

    /// The button goes down; returns whether the tool is in hand.
    pub(super) fn press(&mut self, pos_on_screen: Pos2, camera: &Camera, studio: &mut Studio, tools: &Toolbox) -> bool {
        if tools.in_hand() != Tool::Pose {
            return false;
        }
        if studio.is_editing() {
            return true;
        }
        self.release(studio);
        self.follow_document(studio);
        let pos_in_canvas = camera.canvas_from_screen(pos_on_screen);
        match self.grip_at(pos_on_screen, camera) {
            Some(grip) => self.take(grip, pos_in_canvas, studio),
            // A click beside everybody lets go of who is chosen; only then it places somebody.
            None if self.chosen.is_some() => self.chosen = None,
            None => self.place(pos_in_canvas, studio, tools),
        }
        true
    }

    fn take(&mut self, grip: Grip, from_in_canvas: Pos2, studio: &mut Studio) {
        let point = match grip {
            Grip::Point(_, id) => Some(id),
            _ => self.chosen.filter(|chosen| chosen.person == grip.person()).and_then(|chosen| chosen.point),
        };
        self.chosen = Some(Chosen { person: grip.person(), point });
        let Some(Session { based_on: (_, layer, _), people }) = &self.session else { return };
        if studio.may_pose(*layer) {
            self.grab = Some(Grab { grip, from_in_canvas, people: people.clone(), is_moved: false });
        }
    }

    pub(super) fn move_to(
        &mut self,
        pos_in_canvas: Pos2,
        modifiers: Modifiers,
        camera: &Camera,
        studio: &mut Studio,
        tools: &Toolbox,
    ) {
        let (Some(grab), Some(session)) = (&mut self.grab, &mut self.session) else { return };
        if !grab.is_moved {
            if (pos_in_canvas - grab.from_in_canvas).length() * camera.zoom() < DRAG {
                return;
            }
            grab.is_moved = true;
            studio.begin_posing(session.based_on.1);
        }
        let ways = Ways { keeps_lengths: tools.pose.keeps_lengths != modifiers.command, straight: modifiers.shift };
        let number = grab.grip.person();
        if let (Some(before), Some(now)) = (grab.people.get(number), session.people.get_mut(number)) {
            *now = grab.grip.dragged(before, grab.from_in_canvas, pos_in_canvas, ways);
            studio.show_people(&session.people);
        }
    }

    /// The drag was not meant: everybody is where the drag began.
    pub fn cancel_drag(&mut self, studio: &mut Studio) {
        if let (Some(grab), Some(session)) = (self.grab.take(), &mut self.session) {
            session.people = grab.people;
            studio.cancel_posing();
        }
    }

    /// The button goes up: what was dragged becomes a step.
    pub(super) fn release(&mut self, studio: &mut Studio) {
        if let Some(grab) = self.grab.take().filter(|grab| grab.is_moved) {
            studio.finish_posing(grab.grip.step_name());
        }
    }

    pub(super) fn paint(
        &self,
        painter: &Painter,
        camera: &Camera,
        pointer: Option<Pos2>,
        studio: &Studio,
        tools: &Toolbox,
    ) {
        if tools.in_hand() != Tool::Pose {
            return;
        }
        let hovered = self.hovered(pointer, camera);
        if let Some(pos) = pointer.filter(|_| hovered.is_none() && self.chosen.is_none() && self.grab.is_none()) {
            overlay::paint_ghost(painter, camera, &placed_at(camera.canvas_from_screen(pos), studio, tools));
        }
        overlay::paint(painter, camera, self.people(), self.chosen, hovered);
    }

    fn hovered(&self, pointer: Option<Pos2>, camera: &Camera) -> Option<Grip> {
        let under_it = || pointer.and_then(|pos| self.grip_at(pos, camera));
        self.grab.as_ref().map(|grab| grab.grip).or_else(under_it)
    }

    /// What the pointer looks like; `None` while the tool is not in hand.
    pub(super) fn cursor(&self, pos_on_screen: Pos2, camera: &Camera, tools: &Toolbox) -> Option<CursorIcon> {
        if tools.in_hand() != Tool::Pose {
            return None;
        }
        Some(match self.hovered(Some(pos_on_screen), camera) {
            Some(Grip::Point(..)) if self.grab.is_some() => CursorIcon::Grabbing,
            Some(Grip::Point(..)) => CursorIcon::Grab,
            Some(Grip::Body(_)) => CursorIcon::Move,
            Some(Grip::Turn(_)) => CursorIcon::Alias,
            Some(Grip::Corner(person, corner)) => {
                let frame = self.people().get(person).and_then(|person| frame_of(person, camera));
                let away = frame.and_then(|frame| {
                    let corner = corners_of(frame).get(corner).copied()?;
                    Some(camera.screen_from_canvas(corner) - camera.screen_from_canvas(frame.center()))
                });
                away.map_or(CursorIcon::Move, handle::resize_cursor)
            }
            None if self.chosen.is_some() => CursorIcon::Default,
            None => CursorIcon::Crosshair,
        })
    }
}

/// Who comes to a place of the canvas by a click there.
fn placed_at(pos_in_canvas: Pos2, studio: &Studio, tools: &Toolbox) -> Vec<Person> {
    let size = studio.document().size();
    let middle = brushfire_engine::hints::skeleton::Keypoint::new(pos_in_canvas.x, pos_in_canvas.y);
    tools.pose.preset().people([size.width(), size.height()], middle)
}
