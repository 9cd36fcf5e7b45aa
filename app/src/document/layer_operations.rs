//! What is done to the list of layers. Each operation changes the document at once and returns the edit that says how, or
//! `None` where nothing changed.

use super::composite::flatten_layers;
use super::edit::{Change, Edit};
use super::layer::{Layer, LayerContent, LayerId, LayerProps};
use super::layer_tree::{self, LayerPlace};
use super::pixel::Pixel;
use super::tiles::{TileChange, TileGrid};
use super::{BlendMode, Document, MaskLook};

impl Document {
    /// Chooses the layer that tools work on. Not a change of the picture, so no edit.
    pub fn set_active(&mut self, id: LayerId) {
        if self.layer(id).is_some() {
            self.activate(id);
            self.settle();
        }
    }

    /// Puts a new layer directly above the active one (a mask or hint above all others) and makes it active.
    pub fn add_layer(&mut self, layer: Layer) -> Edit {
        let place = self.place_for(&layer);
        self.insert("Add layer", place, layer)
    }

    /// An empty layer to paint on.
    pub fn add_paint_layer(&mut self, name: String) -> Edit {
        let content = LayerContent::Paint(TileGrid::filled(self.size(), [0; 4]));
        self.add_layer(Layer::new(LayerProps::named(name), content))
    }

    /// An empty mask with a tint that differs from those of the others.
    pub fn add_mask(&mut self, name: String) -> Edit {
        const TINTS: [[u8; 3]; 6] =
            [[230, 50, 50], [40, 120, 230], [40, 170, 80], [235, 150, 30], [160, 70, 210], [20, 170, 180]];
        let uses = |tint: &[u8; 3]| self.all_layers().filter(|l| l.is_mask() && l.props.tint == *tint).count();
        let tint = TINTS.into_iter().min_by_key(uses).unwrap_or(MaskLook::default().color);
        let props = LayerProps { opacity: MaskLook::default().opacity, tint, ..LayerProps::named(name) };
        let place = LayerPlace { parent: None, index: self.layers().len() };
        self.insert("Add mask", place, Layer::new(props, LayerContent::Mask(TileGrid::filled(self.size(), 0))))
    }

    /// A group with the active layer in it; `None` for masks and hints, which stay outside groups.
    pub fn group_active(&mut self, name: String) -> Option<Edit> {
        self.layer(self.active()).filter(|layer| layer.is_part_of_picture())?;
        let place = self.place_of(self.active())?;
        let moved = self.active();
        let group = Layer::new(LayerProps::named(name), LayerContent::Group(vec![]));
        let inserted = self.insert("Group", LayerPlace { index: place.index + 1, ..place }, group);
        let inside = LayerPlace { parent: Some(self.active()), index: 0 };
        let edit = Edit::joined("Group", [Some(inserted), self.move_layer(moved, inside)].into_iter().flatten());
        self.set_active(moved);
        edit
    }

    /// Takes a group away and leaves its layers where it was.
    pub fn ungroup(&mut self, id: LayerId) -> Option<Edit> {
        let place = self.place_of(id)?;
        let children: Vec<_> = self.layer(id).filter(|layer| layer.is_group())?.children().to_vec();
        let mut edits = vec![];
        for (offset, child) in children.iter().enumerate() {
            let to = LayerPlace { parent: place.parent, index: place.index + 1 + offset };
            edits.extend(self.move_layer(child.id, to));
        }
        edits.push(self.take_out("Ungroup", id)?);
        Edit::joined("Ungroup", edits)
    }

    /// The layer once more, directly above itself.
    pub fn duplicate_layer(&mut self, id: LayerId) -> Option<Edit> {
        let place = self.place_of(id)?;
        let mut copy = self.layer(id)?.clone();
        copy.props.name = format!("{} copy", copy.props.name);
        Some(self.insert("Duplicate layer", LayerPlace { index: place.index + 1, ..place }, copy))
    }

    /// Takes a layer away with all in it. The last mask and the last layer of the picture stay.
    pub fn remove_layer(&mut self, id: LayerId) -> Option<Edit> {
        let gone = self.layer(id)?;
        let stays = |fit: fn(&Layer) -> bool| {
            let inside = layer_tree::walk(std::slice::from_ref(gone)).filter(|layer| fit(layer)).count();
            inside == 0 || self.all_layers().filter(|layer| fit(layer)).count() > inside
        };
        let leaves_enough =
            stays(Layer::is_mask) && stays(|layer| layer.pixels().is_some() && layer.is_part_of_picture());
        if leaves_enough { self.take_out("Delete layer", id) } else { None }
    }

    /// Moves a layer; `to.index` counts the siblings as they stand without it. Into itself it cannot go, and masks and
    /// hints not into groups.
    pub fn move_layer(&mut self, id: LayerId, to: LayerPlace) -> Option<Edit> {
        let from = self.place_of(id)?;
        let moved = self.layer(id)?;
        let into_itself = to.parent.is_some_and(|group| layer_tree::find(std::slice::from_ref(moved), group).is_some());
        let out_of_place = to.parent.is_some() && !moved.is_part_of_picture();
        if into_itself || out_of_place || from == to || layer_tree::siblings(self.layers(), to.parent).is_none() {
            return None;
        }
        let layer = layer_tree::take(self.layers_mut(), id)?;
        self.put(to, layer);
        self.settle();
        let to = self.place_of(id)?;
        (from != to).then(|| Edit::new("Move layer", vec![Change::Move { layer: id, from, to }]))
    }

    /// Changes a layer's name, opacity, mode and so on.
    pub fn set_props(&mut self, id: LayerId, props: LayerProps) -> Option<Edit> {
        let layer = self.layer_mut(id)?;
        let mut props = props;
        props.opacity = if props.opacity.is_nan() { 1.0 } else { props.opacity.clamp(0.0, 1.0) };
        props.control = props.control.in_range();
        let before = std::mem::replace(&mut layer.props, props.clone());
        self.structure_changed();
        let name = name_of_change(&before, &props)?;
        Some(Edit::new(name, vec![Change::Props { layer: id, before: Box::new(before), after: Box::new(props) }]))
    }

    /// Draws the active mask in another way.
    pub fn set_mask_look(&mut self, look: MaskLook) -> Option<Edit> {
        let id = self.active_mask();
        let props = self.layer(id)?.props.clone();
        let MaskLook { color, opacity, visible } = look;
        self.set_props(id, LayerProps { tint: color, opacity, visible, ..props })
    }

    /// One layer of this layer and the one below it, looking as both did where nothing lies below them.
    pub fn merge_down(&mut self, id: LayerId) -> Option<Edit> {
        let place = self.place_of(id)?;
        let below = place.index.checked_sub(1)?;
        let siblings = layer_tree::siblings(self.layers(), place.parent)?;
        let [lower, upper] = [siblings.get(below)?.clone(), siblings.get(place.index)?.clone()];
        if !lower.is_part_of_picture() || !upper.is_part_of_picture() || lower.props.locked {
            return None;
        }
        // The lower one's own mode and opacity go on to work on what lies below it.
        let plain = |layer: &Layer, clipped| Layer {
            props: LayerProps { opacity: 1.0, blend: BlendMode::Normal, visible: true, clipped, ..layer.props.clone() },
            ..layer.clone()
        };
        let merged = flatten_layers(self.size(), &[plain(&lower, false), upper.clone()]);
        let props = lower.props.clone();
        let at = LayerPlace { index: below, ..place };
        let edits = [
            self.take_out("Merge down", upper.id)?,
            self.take_out("Merge down", lower.id)?,
            self.insert("Merge down", at, Layer::new(props, LayerContent::Paint(merged))),
        ];
        Edit::joined("Merge down", edits)
    }

    /// The picture as it is seen, as its only layer; masks and hints stay.
    pub fn flatten(&mut self) -> Option<Edit> {
        let picture = self.flattened();
        let gone: Vec<_> = self.layers().iter().filter(|layer| layer.is_part_of_picture()).map(Layer::id).collect();
        if let [only] = gone.as_slice()
            && self.layer(*only).is_some_and(|layer| !layer.is_group() && layer.props.opacity >= 1.0)
        {
            return None;
        }
        let name = self.layers().iter().find(|layer| layer.is_part_of_picture())?.props.name.clone();
        let layer = Layer::new(LayerProps::named(name), LayerContent::Paint(picture));
        let mut edits = vec![self.insert("Flatten", LayerPlace { parent: None, index: 0 }, layer)];
        edits.extend(gone.into_iter().filter_map(|id| self.take_out("Flatten", id)));
        Edit::joined("Flatten", edits)
    }

    /// Says that tiles of a layer's colours were changed, for operations that changed them.
    pub(crate) fn pixels_changed(name: &'static str, layer: LayerId, tiles: Vec<TileChange<Pixel>>) -> Option<Edit> {
        (!tiles.is_empty()).then(|| Edit::new(name, vec![Change::Pixels { layer, tiles }]))
    }

    /// As [`Document::pixels_changed`], of a mask.
    pub(crate) fn mask_changed(name: &'static str, layer: LayerId, tiles: Vec<TileChange<u16>>) -> Option<Edit> {
        (!tiles.is_empty()).then(|| Edit::new(name, vec![Change::Mask { layer, tiles }]))
    }

    /// Selects something else; `None` selects everything.
    pub fn set_selection(&mut self, name: &'static str, selection: Option<TileGrid<u16>>) -> Option<Edit> {
        let is_same = match (&self.selected, &selection) {
            (Some(before), Some(after)) => before.latest_revision() == after.latest_revision(),
            (None, None) => true,
            _ => false,
        };
        if is_same {
            return None;
        }
        let before = std::mem::replace(&mut self.selected, selection.clone());
        let boxed = |grid: Option<TileGrid<u16>>| grid.map(Box::new);
        Some(Edit::new(name, vec![Change::Selection { before: boxed(before), after: boxed(selection) }]))
    }

    fn place_for(&self, layer: &Layer) -> LayerPlace {
        let top = LayerPlace { parent: None, index: self.layers().len() };
        if !layer.is_part_of_picture() {
            return top;
        }
        match self.layer(self.active()) {
            Some(active) if active.is_group() => LayerPlace { parent: Some(active.id), index: active.children().len() },
            // Above the picture, below the masks.
            Some(active) if !active.is_part_of_picture() => {
                let above = self.layers().iter().rposition(Layer::is_part_of_picture).map_or(0, |index| index + 1);
                LayerPlace { parent: None, index: above }
            }
            active => active
                .and_then(|active| self.place_of(active.id))
                .map_or(top, |place| LayerPlace { index: place.index + 1, ..place }),
        }
    }

    pub(crate) fn insert(&mut self, name: &'static str, place: LayerPlace, layer: Layer) -> Edit {
        let layer = self.numbered(layer);
        let id = layer.id;
        let kept = Box::new(layer.clone());
        self.put(place, layer);
        self.activate(id);
        self.settle();
        Edit::new(name, vec![Change::Insert { place, layer: kept }])
    }

    fn take_out(&mut self, name: &'static str, id: LayerId) -> Option<Edit> {
        let place = self.place_of(id)?;
        let layer = layer_tree::take(self.layers_mut(), id)?;
        if self.active == id {
            let siblings = layer_tree::siblings(self.layers(), place.parent).unwrap_or_default();
            let next = siblings.get(place.index.saturating_sub(1)).map(Layer::id);
            self.active = next.or(place.parent).unwrap_or(self.active);
        }
        self.settle();
        Some(Edit::new(name, vec![Change::Remove { place, layer: Box::new(layer) }]))
    }
}

/// What the list of steps calls a change of properties; `None` where there is none.
fn name_of_change(before: &LayerProps, after: &LayerProps) -> Option<&'static str> {
    let is_only = |with_after: LayerProps| with_after == *after;
    if before == after {
        return None;
    }
    let old = || before.clone();
    Some(if is_only(LayerProps { name: after.name.clone(), ..old() }) {
        "Rename layer"
    } else if is_only(LayerProps { visible: after.visible, ..old() }) {
        if after.visible { "Show layer" } else { "Hide layer" }
    } else if is_only(LayerProps { opacity: after.opacity, ..old() }) {
        "Layer opacity"
    } else if is_only(LayerProps { blend: after.blend, ..old() }) {
        "Blend mode"
    } else if is_only(LayerProps { locked: after.locked, ..old() }) {
        if after.locked { "Lock layer" } else { "Unlock layer" }
    } else if is_only(LayerProps { alpha_locked: after.alpha_locked, ..old() }) {
        "Alpha lock"
    } else if is_only(LayerProps { clipped: after.clipped, ..old() }) {
        "Clip layer"
    } else if is_only(LayerProps { tint: after.tint, ..old() }) {
        "Mask colour"
    } else if is_only(LayerProps { mask_use: after.mask_use.clone(), ..old() }) {
        "Use of the mask"
    } else if is_only(LayerProps { control: after.control.clone(), ..old() }) {
        "Change a hint"
    } else {
        "Layer properties"
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::document::CanvasSize;

    fn canvas() -> Document {
        Document::blank(CanvasSize::new(300, 270).unwrap(), [255; 4])
    }

    /// A layer of one colour (sRGB, straight alpha).
    fn sheet(document: &Document, name: &str, rgba: [u8; 4]) -> Layer {
        let pixels = TileGrid::filled(document.size(), crate::document::pixel::from_rgba8(rgba));
        Layer::new(LayerProps::named(name), LayerContent::Paint(pixels))
    }

    fn names(layers: &[Layer]) -> Vec<String> {
        let name = |layer: &Layer| match layer.children() {
            [] => layer.props.name.clone(),
            children => format!("{}({})", layer.props.name, names(children).join(" ")),
        };
        layers.iter().map(name).collect()
    }

    fn list(document: &Document) -> String {
        names(document.layers()).join(" ")
    }

    #[test]
    fn a_new_layer_comes_directly_above_the_active_one_and_a_mask_above_all() {
        let mut document = canvas();
        let background = document.active();
        document.add_paint_layer("Sketch".into());
        document.set_active(background);
        document.add_paint_layer("Colour".into());
        document.add_mask("Second mask".into());
        assert_eq!(list(&document), "Background Colour Sketch Mask Second mask");
        document.add_paint_layer("Light".into());
        assert_eq!(list(&document), "Background Colour Sketch Light Mask Second mask", "above the picture");
        assert_eq!(document.layer(document.active_mask()).unwrap().props().name, "Second mask");
    }

    #[test]
    fn the_masks_have_tints_that_differ() {
        let mut document = canvas();
        document.add_mask("2".into());
        document.add_mask("3".into());
        let tints: Vec<_> = document.all_layers().filter(|layer| layer.is_mask()).map(|mask| mask.props.tint).collect();
        assert!(tints[0] != tints[1] && tints[1] != tints[2] && tints[0] != tints[2]);
    }

    #[test]
    fn the_last_layer_and_the_last_mask_stay() {
        let mut document = canvas();
        assert!(document.remove_layer(document.active()).is_none());
        assert!(document.remove_layer(document.active_mask()).is_none());
        document.add_paint_layer("Sketch".into());
        assert!(document.remove_layer(document.active()).is_some());
        assert_eq!(list(&document), "Background Mask");
    }

    #[test]
    fn a_group_takes_the_active_layer_in_and_gives_it_back() {
        let mut document = canvas();
        document.add_paint_layer("Sketch".into());
        document.group_active("Group".into()).unwrap();
        assert_eq!(list(&document), "Background Group(Sketch) Mask");
        let group = document.layers()[1].id;
        assert!(document.move_layer(group, LayerPlace { parent: Some(group), index: 0 }).is_none(), "not into itself");
        document.ungroup(group).unwrap();
        assert_eq!(list(&document), "Background Sketch Mask");
    }

    #[test]
    fn merging_down_keeps_the_look_and_the_lower_layers_name() {
        let mut document = canvas();
        let mut red = sheet(&document, "Red", [255, 0, 0, 128]);
        red.props.blend = BlendMode::Multiply;
        red.props.opacity = 0.5;
        document.add_layer(red);
        let before = document.rgb_image(document.bounds());
        let edit = document.merge_down(document.active()).unwrap();
        assert_eq!(list(&document), "Background Mask");
        assert_eq!(document.rgb_image(document.bounds()), before);
        edit.revert(&mut document);
        assert_eq!(list(&document), "Background Red Mask");
        assert_eq!(document.rgb_image(document.bounds()), before);
    }

    #[test]
    fn flattening_keeps_the_look_and_the_masks() {
        let mut document = canvas();
        document.add_layer(sheet(&document, "Blue", [0, 0, 255, 77]));
        document.group_active("Group".into());
        let before = document.rgb_image(document.bounds());
        document.flatten().unwrap();
        assert_eq!(list(&document), "Background Mask");
        assert_eq!(document.rgb_image(document.bounds()), before);
        assert!(document.flatten().is_none(), "nothing to do");
    }

    #[test]
    fn hints_and_masks_are_not_part_of_the_picture() {
        let mut document = canvas();
        let Layer { props, content: LayerContent::Paint(pixels), .. } = sheet(&document, "Pose", [9, 9, 9, 255]) else {
            unreachable!()
        };
        document.add_layer(Layer::new(props, LayerContent::Hint { pixels, kind: "pose".into(), objects: None }));
        document.fill_mask();
        assert!(document.rgb_image(document.bounds()).pixels().all(|pixel| pixel.0 == [255; 3]));
    }

    #[test]
    fn a_clipped_layer_shows_only_on_its_base_and_goes_with_it() {
        let mut document = Document::blank(CanvasSize::new(4, 1).unwrap(), [0; 4]);
        let id = document.active();
        let grid = document.layer_mut(id).and_then(Layer::pixels_mut).unwrap();
        grid.change_rows(CanvasSize::new(2, 1).unwrap().bounds(), |_, _, row| row.fill([u16::MAX; 4]));
        let mut red = sheet(&document, "Red", [255, 0, 0, 255]);
        red.props.clipped = true;
        document.add_layer(red);
        let row =
            |document: &Document| document.rgba_image(document.bounds()).pixels().map(|p| p.0).collect::<Vec<_>>();
        assert_eq!(row(&document), [[255, 0, 0, 255], [255, 0, 0, 255], [0; 4], [0; 4]]);
        document.set_props(id, LayerProps { visible: false, ..document.layer(id).unwrap().props.clone() });
        assert_eq!(row(&document), [[0; 4]; 4]);
    }

    #[test]
    fn the_cache_is_what_flattening_gives() {
        let mut document = canvas();
        let mut cache = crate::document::Composite::new(document.size());
        let (bounds, pixel) = (document.bounds(), |c: &crate::document::Composite| c.picture().pixel(290, 260));
        cache.update(&document, bounds, None);
        assert_eq!(pixel(&cache), [u16::MAX; 4]);
        document.add_layer(sheet(&document, "Red", [255, 0, 0, 255]));
        cache.update(&document, bounds, None);
        assert_eq!(pixel(&cache), [u16::MAX, 0, 0, u16::MAX]);
        let revision = |c: &crate::document::Composite| c.picture().latest_revision();
        let before = revision(&cache);
        cache.update(&document, bounds, None);
        assert_eq!(revision(&cache), before, "nothing changed, nothing is done");
        let id = document.active();
        let rect = crate::document::PixelRect { left: 280, top: 250, right: 295, bottom: 265 };
        document.layer_mut(id).and_then(Layer::pixels_mut).unwrap().change_rows(rect, |_, _, row| row.fill([0; 4]));
        cache.update(&document, bounds, Some(rect));
        let whole = document.flattened();
        assert!(whole.positions().all(|at| whole.tile(at) == cache.picture().tile(at)));
    }

    #[derive(Clone, Debug)]
    enum Step {
        AddPaint,
        AddMask,
        Group(Index),
        Ungroup(Index),
        Duplicate(Index),
        Remove(Index),
        Move(Index, Index, usize),
        Opacity(Index, f32),
        Merge(Index),
        Flatten,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let any_layer = any::<Index>;
        prop::collection::vec(
            prop_oneof![
                Just(Step::AddPaint),
                Just(Step::AddMask),
                any_layer().prop_map(Step::Group),
                any_layer().prop_map(Step::Ungroup),
                any_layer().prop_map(Step::Duplicate),
                any_layer().prop_map(Step::Remove),
                (any_layer(), any_layer(), 0..6usize).prop_map(|(layer, to, index)| Step::Move(layer, to, index)),
                (any_layer(), 0.0..1.0f32).prop_map(|(layer, opacity)| Step::Opacity(layer, opacity)),
                any_layer().prop_map(Step::Merge),
                Just(Step::Flatten),
            ],
            1..12,
        )
    }

    fn perform(document: &mut Document, step: &Step) -> Option<Edit> {
        let ids: Vec<_> = document.all_layers().map(Layer::id).collect();
        let id = |index: &Index| *index.get(&ids);
        match step {
            Step::AddPaint => Some(document.add_layer(sheet(document, "Sheet", [10, 200, 30, 90]))),
            Step::AddMask => Some(document.add_mask("Mask".into())),
            Step::Group(index) => {
                document.set_active(id(index));
                document.group_active("Group".into())
            }
            Step::Ungroup(index) => document.ungroup(id(index)),
            Step::Duplicate(index) => document.duplicate_layer(id(index)),
            Step::Remove(index) => document.remove_layer(id(index)),
            Step::Move(layer, to, index) => {
                let parent = document.layer(id(to)).filter(|layer| layer.is_group()).map(Layer::id);
                document.move_layer(id(layer), LayerPlace { parent, index: *index })
            }
            Step::Opacity(layer, opacity) => {
                let props = document.layer(id(layer))?.props.clone();
                document.set_props(id(layer), LayerProps { opacity: *opacity, ..props })
            }
            Step::Merge(index) => document.merge_down(id(index)),
            Step::Flatten => document.flatten(),
        }
    }

    /// Everything but the active layer, which is no part of the picture.
    fn state(document: &Document) -> String {
        let props: Vec<_> = document.all_layers().map(|layer| (layer.id, &layer.props)).collect();
        format!("{} {props:?} {:?}", list(document), document.rgba_image(document.bounds()).get_pixel(299, 269))
    }

    #[test]
    fn the_layer_that_was_active_is_again_when_a_new_one_is_undone() {
        let mut document = Document::blank(CanvasSize::new(8, 8).unwrap(), [255; 4]);
        let background = document.active();
        document.add_paint_layer("above".to_owned());
        document.set_active(background);
        let added = document.add_paint_layer("between".to_owned());
        added.revert(&mut document);
        assert_eq!(document.active(), background);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_operation_can_be_undone_and_done_again(steps in steps()) {
            let mut document = canvas();
            let mut past = vec![(None, state(&document))];
            for step in &steps {
                if let Some(edit) = perform(&mut document, step) {
                    past.push((Some(edit), state(&document)));
                }
                prop_assert!(document.all_layers().any(Layer::is_mask));
                prop_assert!(document.layer(document.active()).is_some());
            }
            for pair in past.windows(2).rev() {
                pair[1].0.as_ref().unwrap().revert(&mut document);
                prop_assert_eq!(&state(&document), &pair[0].1);
            }
            for (edit, expected) in &past[1..] {
                edit.as_ref().unwrap().apply(&mut document);
                prop_assert_eq!(&state(&document), expected);
            }
        }
    }
}
