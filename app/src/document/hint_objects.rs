//! What a hint layer is drawn from, where the program draws it: figures that can still be moved.

use std::sync::Arc;

use super::edit::Change;
use super::layer::{Layer, LayerContent, LayerId};
use super::tiles::TileChange;
use super::transform::Projection;
use super::{Document, Edit, Pixel};

/// Objects as text that only whoever draws them understands. The pixels of the layer are their drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct HintObjects {
    pub text: Arc<str>,
    /// From the places in the text to those in the canvas: what was done to layer or canvas since the text was written.
    pub placement: Projection,
}

impl HintObjects {
    /// Objects whose text says where they are.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), placement: Projection::IDENTITY }
    }

    pub(crate) fn moved(&self, by: Projection) -> Self {
        Self { text: Arc::clone(&self.text), placement: self.placement.then(by) }
    }
}

impl Layer {
    /// What a hint is drawn from; `None` of other layers, and of hints drawn by hand.
    #[must_use]
    pub fn hint_objects(&self) -> Option<&HintObjects> {
        match &self.content {
            LayerContent::Hint { objects, .. } => objects.as_ref(),
            _ => None,
        }
    }

    /// Says what a hint is drawn from; nothing of other layers.
    pub(crate) fn set_hint_objects(&mut self, new: Option<HintObjects>) {
        if let LayerContent::Hint { objects, .. } = &mut self.content {
            *objects = new;
        }
    }
}

impl Document {
    /// Says what a hint is drawn from now. The pixels are drawn by the caller.
    pub(crate) fn change_hint_objects(&mut self, id: LayerId, after: HintObjects) -> Option<Change> {
        let before = self.layer(id)?.hint_objects().cloned();
        if before.as_ref() == Some(&after) {
            return None;
        }
        self.set_hint_objects(id, Some(after.clone()));
        Some(Change::Objects { layer: id, before: before.map(Box::new), after: Some(Box::new(after)) })
    }

    pub(crate) fn set_hint_objects(&mut self, id: LayerId, objects: Option<HintObjects>) {
        if let Some(layer) = self.layer_mut(id) {
            layer.set_hint_objects(objects);
        }
        self.structure_changed();
    }

    /// The step of a hint that was drawn anew from other objects; `None` where neither they nor the pixels changed.
    pub(crate) fn hint_redrawn(
        &mut self,
        name: &'static str,
        id: LayerId,
        objects: HintObjects,
        tiles: Vec<TileChange<Pixel>>,
    ) -> Option<Edit> {
        let pixels = (!tiles.is_empty()).then_some(Change::Pixels { layer: id, tiles });
        let changes: Vec<_> = pixels.into_iter().chain(self.change_hint_objects(id, objects)).collect();
        (!changes.is_empty()).then(|| Edit::new(name, changes))
    }
}
