//! Which masks take part in a generation, and what the painter wants the model to see around them.

use brushfire_engine::RegionRecipe;

use super::Studio;
use crate::document::selection::bounds_of;
use crate::document::{Document, Edit, Layer, LayerId, LayerProps, MaskUse, PixelRect, TileGrid};

/// The masks that take part in a generation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Masks {
    /// Repainted by the recipe's own prompt.
    pub main: Option<LayerId>,
    /// Repainted by prompts of their own; those with nothing in them are left out.
    pub regions: Vec<(LayerId, RegionRecipe)>,
    /// Where any of them is not empty.
    pub bounds: Option<PixelRect>,
    /// What the model is to see as well, where the painter says so.
    pub context: Option<PixelRect>,
}

/// Where masks are not empty, by the revision of their tiles: the same tiles are not looked through twice.
#[derive(Default)]
pub(super) struct KnownBounds(Vec<(u64, Option<PixelRect>)>);

/// Masks of all open pictures; the oldest are found anew.
const MAX_KNOWN: usize = 64;

impl KnownBounds {
    fn of(&mut self, mask: &Layer) -> Option<PixelRect> {
        self.of_values(mask.mask()?)
    }

    pub(super) fn of_values(&mut self, values: &TileGrid<u16>) -> Option<PixelRect> {
        let revision = values.latest_revision();
        if let Some((_, bounds)) = self.0.iter().find(|(known, _)| *known == revision) {
            return *bounds;
        }
        let bounds = bounds_of(values);
        if self.0.len() == MAX_KNOWN {
            self.0.remove(0);
        }
        self.0.push((revision, bounds));
        bounds
    }

    fn masks(&mut self, document: &Document, drawn: Option<PixelRect>) -> Masks {
        let mut bounds: Option<PixelRect> = None;
        let mut seen = |more: PixelRect| bounds = Some(bounds.map_or(more, |bounds| bounds.union(more)));
        let main = document.main_mask().and_then(|mask| Some((mask.id(), self.of(mask)?)));
        main.iter().for_each(|(_, bounds)| seen(*bounds));
        let mut regions = vec![];
        for mask in document.region_masks() {
            let (MaskUse::Region { prompt, strength }, Some(bounds)) = (&mask.props().mask_use, self.of(mask)) else {
                continue;
            };
            seen(bounds);
            regions.push((mask.id(), RegionRecipe { prompt: prompt.clone(), strength: *strength }));
        }
        let of_masks = document.context_masks().filter_map(|mask| self.of(mask));
        let context = of_masks.chain(drawn).reduce(PixelRect::union);
        Masks { main: main.map(|(id, _)| id), regions, bounds, context }
    }
}

impl Studio {
    /// The masks that a generation would use now; as they were before the stroke while one is drawn.
    #[must_use]
    pub fn masks(&self) -> Masks {
        let drawn = self.drawn_context();
        let mut known = self.known_bounds.borrow_mut();
        if self.is_painting() {
            // A mask that changes with every movement is not looked through each time.
            let before = self.masks_before_stroke.borrow();
            return Masks { context: before.context.or(drawn), ..before.clone() };
        }
        let masks = known.masks(&self.document, drawn);
        self.masks_before_stroke.borrow_mut().clone_from(&masks);
        masks
    }

    /// What the painter has drawn for the model to see, beside context masks.
    #[must_use]
    pub fn drawn_context(&self) -> Option<PixelRect> {
        let (picture, rect) = self.drawn_context?;
        let rect = rect.intersect(self.document.bounds());
        (picture == self.picture_number && !rect.is_empty()).then_some(rect)
    }

    /// Lets the model see this part of the picture; `None`: what lies around the mask.
    pub fn draw_context(&mut self, rect: Option<PixelRect>) {
        self.drawn_context = rect.map(|rect| (self.picture_number, rect));
    }

    /// Adds a mask with a prompt of its own, as one step.
    pub fn add_region(&mut self, name: String) {
        self.edit(|document| {
            let added = document.add_mask(name);
            let id = document.active_mask();
            let props = document.layer(id)?.props().clone();
            let used = document.set_props(id, LayerProps { mask_use: MaskUse::NEW_REGION, ..props });
            Edit::joined("Add mask", std::iter::once(added).chain(used))
        });
    }

    /// Gives a mask another use, as one step.
    pub fn use_mask(&mut self, id: LayerId, mask_use: MaskUse) {
        self.edit(|document| {
            let props = document.layer(id)?.props().clone();
            document.set_props(id, LayerProps { mask_use, ..props })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;
    use crate::document::selection::{Combine, rectangle};

    fn paint(document: &mut Document, from: [f32; 2], to: [f32; 2]) -> LayerId {
        let shape = rectangle(document.size(), from, to);
        document.mask_by(&shape, Combine::Add).unwrap();
        document.active_mask()
    }

    fn give(document: &mut Document, id: LayerId, mask_use: MaskUse) {
        let props = document.layer(id).unwrap().props().clone();
        document.set_props(id, LayerProps { mask_use, ..props });
    }

    #[test]
    fn regions_are_repainted_together_with_the_main_mask_and_contexts_are_only_seen() {
        let mut document = Document::blank(CanvasSize::new(100, 80).unwrap(), [255; 4]);
        let main = paint(&mut document, [10.0, 10.0], [20.0, 20.0]);
        document.add_mask("hat".to_owned());
        let hat = paint(&mut document, [60.0, 40.0], [70.0, 60.0]);
        give(&mut document, hat, MaskUse::Region { prompt: "a hat".to_owned(), strength: 0.5 });
        document.add_mask("empty".to_owned());
        let empty = document.active_mask();
        give(&mut document, empty, MaskUse::NEW_REGION);
        document.add_mask("context".to_owned());
        let context = paint(&mut document, [0.0, 0.0], [90.0, 70.0]);
        give(&mut document, context, MaskUse::Context);

        let masks = KnownBounds::default().masks(&document, None);
        assert_eq!(masks.main, Some(main));
        let region = RegionRecipe { prompt: "a hat".to_owned(), strength: 0.5 };
        assert_eq!(masks.regions, [(hat, region)], "an empty one would only make every step longer");
        assert_eq!(masks.bounds, Some(PixelRect { left: 10, top: 10, right: 70, bottom: 60 }));
        assert_eq!(masks.context, Some(PixelRect { left: 0, top: 0, right: 90, bottom: 70 }));
    }
}
