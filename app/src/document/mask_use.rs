//! What a mask is for.

use serde::{Deserialize, Serialize};

use super::layer::{Layer, LayerId};
use super::{Document, TileGrid};

/// What a mask is for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaskUse {
    /// Repainted by the picture's own prompt, while it is the active mask; see [`Document::main_mask`].
    #[default]
    Repaint,
    /// Repainted together with it by a prompt of its own.
    Region {
        prompt: String,
        /// 0 to 1, a share of the picture's own strength.
        strength: f32,
    },
    /// Not repainted: what the model is to see around the other masks.
    Context,
}

impl MaskUse {
    /// A region without a prompt yet.
    pub const NEW_REGION: Self = Self::Region { prompt: String::new(), strength: 1.0 };
}

impl Document {
    /// The mask that the picture's own prompt repaints: the active one if that is its use, else the topmost of that use.
    #[must_use]
    pub fn main_mask(&self) -> Option<&Layer> {
        let repaints = |layer: &&Layer| layer.is_mask() && layer.props().mask_use == MaskUse::Repaint;
        let active = self.layer(self.active_mask()).filter(repaints);
        active.or_else(|| self.all_layers().filter(repaints).last())
    }

    /// The masks with a prompt of their own, the lowest first.
    pub fn region_masks(&self) -> impl Iterator<Item = &Layer> {
        self.all_layers().filter(|layer| layer.is_mask() && matches!(layer.props().mask_use, MaskUse::Region { .. }))
    }

    /// The masks that say what the model is to see.
    pub fn context_masks(&self) -> impl Iterator<Item = &Layer> {
        self.all_layers().filter(|layer| layer.is_mask() && layer.props().mask_use == MaskUse::Context)
    }

    /// A mask's values; those of no mask where it is gone.
    #[must_use]
    pub fn mask_of(&self, id: LayerId) -> &TileGrid<u16> {
        self.layer(id).and_then(Layer::mask).unwrap_or(&self.no_mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{CanvasSize, LayerProps};

    #[test]
    fn the_main_mask_is_the_active_one_unless_that_has_another_use() {
        let mut document = Document::blank(CanvasSize::new(20, 10).unwrap(), [255; 4]);
        let first = document.active_mask();
        document.add_mask("region".to_owned());
        let region = document.active_mask();
        assert_eq!(document.main_mask().map(Layer::id), Some(region));
        let props = LayerProps { mask_use: MaskUse::NEW_REGION, ..document.layer(region).unwrap().props().clone() };
        document.set_props(region, props).unwrap();
        assert_eq!(document.main_mask().map(Layer::id), Some(first));
        assert_eq!(document.region_masks().map(Layer::id).collect::<Vec<_>>(), [region]);
        let props = LayerProps { mask_use: MaskUse::Context, ..document.layer(first).unwrap().props().clone() };
        document.set_props(first, props).unwrap();
        assert!(document.main_mask().is_none());
        assert_eq!(document.context_masks().count(), 1);
    }
}
