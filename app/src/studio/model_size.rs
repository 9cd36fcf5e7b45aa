//! What size the chosen model is best at: read from its files on a thread, guessed until then.

use std::collections::HashMap;

use brushfire_engine::find_model;
use brushfire_engine::inpaint::ModelSize;

use super::models::comfortable_side;
use super::{Message, Studio};

/// Sizes by the models' names in recipes; `None` where a model could not be read.
#[derive(Default)]
pub(super) struct ModelSizes(HashMap<String, Option<ModelSize>>);

impl Studio {
    /// What size the recipe's model is best at.
    #[must_use]
    pub fn model_size(&self) -> ModelSize {
        let known = self.model_sizes.0.get(&self.recipe.model).copied().flatten();
        known.unwrap_or_else(|| ModelSize { best_side: comfortable_side(&self.recipe.model), ..ModelSize::default() })
    }

    /// Has the size of a model read that was not asked about before. Called once a frame.
    pub(super) fn ask_model_size(&mut self) {
        let model = &self.recipe.model;
        if self.engine.is_none() || self.model_sizes.0.contains_key(model) {
            return;
        }
        let (model, path) = (model.clone(), find_model(model, &self.engine_settings));
        self.model_sizes.0.insert(model.clone(), None);
        // Whatever is wrong with the model, the engine will say it when it is used.
        self.mailbox
            .spawn("model-size", move || ModelSize::read(&path).ok().map(|size| Message::ModelSize(model, size)));
    }

    pub(super) fn take_in_model_size(&mut self, model: String, size: ModelSize) {
        self.model_sizes.0.insert(model, Some(size));
    }
}
