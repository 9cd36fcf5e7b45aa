//! Figures on the canvas: what the pose tool asks for.

mod drawing;
mod exchange;

use brushfire_engine::hints::skeleton::{Person, Pose};

pub(super) use self::drawing::{found_people, nobody, with_figures_redrawn};
pub use self::exchange::{PoseRead, PoseTrouble};

use self::drawing::{Drawing, TilesBefore, add_people, change_people, edit_of, layer_with_figures, pose_of, sides};
use super::Studio;
use crate::document::{HintObjects, Layer, LayerId, PixelRect};
use crate::language::{text, text_with, told};

/// People being moved: the document follows them, and becomes one step of the history at the end.
pub(super) struct Posing {
    layer: LayerId,
    drawing: Drawing,
    before: TilesBefore,
    /// As it was shown last.
    shown: Option<Pose>,
}

impl Studio {
    /// The layer that the pose tool works on, if there is one with figures.
    #[must_use]
    pub fn pose_layer(&self) -> Option<LayerId> {
        layer_with_figures(&self.document)
    }

    /// The people on a layer, in canvas pixels.
    #[must_use]
    pub fn pose_on(&self, layer: LayerId) -> Option<Pose> {
        pose_of(self.document.layer(layer)?, self.document.size())
    }

    /// What the people on a layer are known by: it changes with them.
    #[must_use]
    pub fn pose_objects(&self, layer: LayerId) -> Option<&HintObjects> {
        self.document.layer(layer).and_then(Layer::hint_objects)
    }

    /// Whether figures are being dragged.
    #[must_use]
    pub fn is_posing(&self) -> bool {
        self.posing.is_some()
    }

    /// Whether a layer's figures can be changed; says why where they cannot.
    pub fn may_pose(&mut self, layer: LayerId) -> bool {
        match self.document.hint_target(layer) {
            Ok(_) => true,
            Err(error) => {
                self.notices.say(text_with("pose-refused", &[("why", told(&error).into())]));
                false
            }
        }
    }

    /// Begins to move figures on a layer. A result that waits on the canvas goes back to the strip.
    pub fn begin_posing(&mut self, layer: LayerId) {
        self.finish_stroke();
        self.cancel_posing();
        self.reject_shown();
        // What these answer meanwhile is what they answered before.
        let _ = (self.mask_bounds(), self.is_blank());
        self.stroke_dirty = None;
        let drawing = Drawing::of(&self.document, layer);
        self.posing = Some(Posing { layer, drawing, before: TilesBefore::new(), shown: None });
    }

    /// Shows these people on the layer that is being changed.
    pub fn show_people(&mut self, people: &[Person]) {
        let size = sides(self.document.size());
        let Some(posing) = &mut self.posing else { return };
        let pose = Pose { people: people.to_vec(), size };
        let dirty = posing.drawing.show(&mut self.document, &pose, &mut posing.before);
        posing.shown = Some(pose);
        self.stroke_dirty = self.stroke_dirty.map(|before: PixelRect| before.union(dirty));
    }

    /// What is shown becomes a step of the history.
    pub fn finish_posing(&mut self, name: &'static str) {
        self.stroke_dirty = None;
        let Some(Posing { layer, before, shown: Some(pose), .. }) = self.posing.take() else { return };
        if let Some(edit) = edit_of(&mut self.document, name, layer, &pose, before) {
            self.remember(edit);
        }
    }

    /// The document is as before the figures were moved.
    pub fn cancel_posing(&mut self) {
        self.stroke_dirty = None;
        let Some(Posing { layer, before, .. }) = self.posing.take() else { return };
        if let Some(grid) = self.document.layer_mut(layer).and_then(Layer::pixels_mut) {
            before.into_iter().for_each(|(at, tile)| grid.set_tile(at, tile));
        }
    }

    /// Other people on a layer, in one step.
    pub fn change_people(&mut self, name: &'static str, layer: LayerId, people: Vec<Person>) {
        self.reject_shown();
        self.edit(|document| change_people(document, name, layer, people));
    }

    /// More people, on the layer that has figures or on a new one.
    pub fn add_people(&mut self, name: &'static str, people: Vec<Person>) {
        self.reject_shown();
        let layer_name = text("pose-layer");
        self.edit(|document| add_people(document, name, &layer_name, people));
    }
}
