//! The tool that tells a subject from what is around it: strokes on the one and on the other.

use egui::epaint::{PathShape, PathStroke};
use egui::{Color32, Key, Modifiers, Painter, Pos2, Ui};
use serde::{Deserialize, Serialize};

use super::camera::Camera;
use super::has_keyboard;
use super::tools::{Tool, Toolbox};
use crate::studio::{Studio, SubjectStroke};

/// How the tool marks and what it makes the mask.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SubjectOptions {
    /// Of the strokes, in canvas pixels.
    pub diameter: f32,
    /// The next stroke is on what is around the subject.
    pub marks_background: bool,
    /// What is around the subject becomes the mask, rather than the subject.
    pub masks_background: bool,
}

impl Default for SubjectOptions {
    fn default() -> Self {
        Self { diameter: 12.0, marks_background: false, masks_background: false }
    }
}

/// What was marked since the tool was taken.
#[derive(Default)]
pub struct Cutting {
    picture: u64,
    strokes: Vec<SubjectStroke>,
    is_drawing: bool,
    masked_background: bool,
}

const SUBJECT: Color32 = Color32::from_rgb(60, 200, 110);
const BACKGROUND: Color32 = Color32::from_rgb(235, 80, 80);

impl Cutting {
    /// Takes in keys; begins with the tool and ends with it.
    pub(super) fn begin_frame(&mut self, ui: &Ui, studio: &mut Studio, tools: &Toolbox) {
        if tools.in_hand() != Tool::Subject || self.picture != studio.picture_number() {
            *self = Self { picture: studio.picture_number(), ..Self::default() };
            return;
        }
        if std::mem::replace(&mut self.masked_background, tools.subject.masks_background)
            != tools.subject.masks_background
        {
            self.cut(studio, tools);
        }
        if has_keyboard(ui) && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Backspace)) {
            self.strokes.pop();
            self.cut(studio, tools);
        } else if has_keyboard(ui)
            && !self.strokes.is_empty()
            && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
        {
            self.forget();
        }
    }

    /// Whether anything is marked.
    #[must_use]
    pub fn has_strokes(&self) -> bool {
        !self.strokes.is_empty()
    }

    /// Takes the strokes away; the mask stays.
    pub fn forget(&mut self) {
        self.strokes.clear();
        self.is_drawing = false;
    }

    /// The button goes down; returns whether the tool is in hand.
    pub(super) fn press(
        &mut self,
        pos_on_screen: Pos2,
        modifiers: Modifiers,
        camera: &Camera,
        tools: &Toolbox,
    ) -> bool {
        if tools.in_hand() != Tool::Subject {
            return false;
        }
        let SubjectOptions { diameter, marks_background, .. } = tools.subject;
        let Pos2 { x, y } = camera.canvas_from_screen(pos_on_screen);
        // Alt means the other.
        let is_subject = marks_background == modifiers.alt;
        self.strokes.push(SubjectStroke { is_subject, points: vec![[x, y]], diameter });
        self.is_drawing = true;
        true
    }

    pub(super) fn move_to(&mut self, here: Pos2) {
        if let Some(stroke) = self.strokes.last_mut().filter(|_| self.is_drawing) {
            stroke.points.push([here.x, here.y]);
        }
    }

    /// The stroke was not meant.
    pub(super) fn cancel_drag(&mut self) {
        if std::mem::take(&mut self.is_drawing) {
            self.strokes.pop();
        }
    }

    /// The button goes up.
    pub(super) fn release(&mut self, studio: &mut Studio, tools: &Toolbox) {
        if std::mem::take(&mut self.is_drawing) {
            self.cut(studio, tools);
        }
    }

    fn cut(&self, studio: &mut Studio, tools: &Toolbox) {
        studio.mask_by_subject(self.strokes.clone(), tools.subject.masks_background);
    }

    /// Draws what is marked; not over a picture that is made or waits for a judgement.
    pub(super) fn paint(&self, painter: &Painter, camera: &Camera, studio: &Studio) {
        if studio.run().is_some() || studio.results().shown().is_some() {
            return;
        }
        for SubjectStroke { is_subject, points, diameter } in &self.strokes {
            let color = if *is_subject { SUBJECT } else { BACKGROUND };
            let line: Vec<Pos2> = points.iter().map(|[x, y]| camera.screen_from_canvas(Pos2::new(*x, *y))).collect();
            let width = (diameter * camera.zoom()).max(2.0);
            if let [only] = line.as_slice() {
                painter.circle_filled(*only, width / 2.0, color.gamma_multiply(0.7));
            } else {
                painter.add(PathShape::line(line, PathStroke::new(width, color.gamma_multiply(0.7))));
            }
        }
    }
}
