//! What the networks see, as textures.

use std::collections::HashMap;
use std::time::Instant;

use egui::{Color32, ColorImage, Context, TextureHandle, TextureOptions};

use crate::document::{Document, LayerId};
use crate::studio::{SeenHint, SeenKey, Studio};

/// The hints' textures, each with what it shows.
#[derive(Default)]
pub struct SeenTextures(HashMap<LayerId, (SeenKey, TextureHandle)>);

impl SeenTextures {
    /// Follows what the studio has seen of every hint.
    pub fn update(&mut self, ctx: &Context, studio: &mut Studio) {
        let hints: Vec<_> = studio.document().hints().map(crate::document::Layer::id).collect();
        self.forget(studio.document());
        let plan = studio.plan();
        for id in hints {
            let Some(seen) = studio.look_at_hint(id, &plan, Instant::now()) else { continue };
            if self.0.get(&id).is_none_or(|(key, _)| *key != seen.key()) {
                let texture = ctx.load_texture("hint", color_image(&seen), TextureOptions::LINEAR);
                self.0.insert(id, (seen.key(), texture));
            }
        }
    }

    fn forget(&mut self, document: &Document) {
        self.0.retain(|id, _| document.layer(*id).is_some());
    }

    /// As it was seen last; none where nothing is drawn.
    pub fn get(&self, id: LayerId) -> Option<&TextureHandle> {
        self.0.get(&id).map(|(_, texture)| texture).filter(|texture| texture.size() != [1, 1])
    }
}

/// One pixel stands for a hint that is empty.
fn color_image(seen: &SeenHint) -> ColorImage {
    match &seen.image {
        Some(image) => ColorImage::from_rgb([image.width() as usize, image.height() as usize], image.as_raw()),
        None => ColorImage::filled([1, 1], Color32::BLACK),
    }
}
