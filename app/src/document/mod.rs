//! The picture: copy-on-write tiles, the mask over it, invertible edits and their history.
//!
//! Sees neither the window nor the engine; pictures come in and go out as buffers of the `image` crate. Every operation
//! changes the [`Document`] at once and returns the [`Edit`] that says what it did; pushed on the [`History`], that
//! edit *is* the undo.

pub mod blend;
mod composite;
mod edit;
mod error;
mod hint;
mod hint_objects;
mod hint_stamp;
mod history;
mod images;
pub mod journal;
mod layer;
mod layer_operations;
mod layer_tree;
mod mask_use;
mod operations;
mod pixel;
mod rect;
pub mod selection;
mod spill;
mod tiles;
pub mod transform;
mod vector;
mod workers;

pub use blend::BlendMode;
pub use composite::Composite;
pub use edit::Edit;
pub use error::{DocumentError, Piece, Refusal};
pub use hint::{HintControl, paint_of_lines};
pub use hint_objects::HintObjects;
pub use hint_stamp::{HintStamp, StampRule};
pub use history::{History, HistoryEntry};
pub use images::gray_image;
pub use layer::{Layer, LayerContent, LayerId, LayerProps};
pub use layer_tree::LayerPlace;
pub use mask_use::MaskUse;
pub use operations::AcceptedResult;
pub use pixel::Pixel;
pub use rect::{CanvasSize, PixelRect};
pub use tiles::{TILE_SIDE, TileGrid, TilePos, TileValue};

pub(crate) use edit::Change;
pub(crate) use history::NextStep;
pub(crate) use pixel::{Mix, from_rgba8, from_rgba16, scaled, to_rgba8, to_rgba16};
pub(crate) use tiles::{Tile, TileChange, for_rows, next_revision, positions_in, row_ranges};
pub(crate) use vector::{Kernel, dispatch};
pub(crate) use workers::on_workers;

/// How the mask is drawn over the picture; says nothing about what it does.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct MaskLook {
    /// sRGB.
    pub color: [u8; 3],
    /// Of the tint where the mask is full, 0 to 1.
    pub opacity: f32,
    pub visible: bool,
}

impl Default for MaskLook {
    fn default() -> Self {
        Self { color: [230, 50, 50], opacity: 0.5, visible: true }
    }
}

/// Bits a channel of the file that the picture came from, and of the one it is saved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileDepth {
    Eight,
    Sixteen,
}

/// A picture of layers of premultiplied 16-bit sRGB, the masks that say where it is repainted, and what is selected.
///
/// There is always a mask, and always a layer that is part of the picture; masks and hints stand outside groups. Tiles are shared until they are written to,
/// so a clone costs a few KB.
#[derive(Clone, Debug)]
pub struct Document {
    size: CanvasSize,
    /// The lowest first.
    layers: Vec<Layer>,
    next_layer: u64,
    active: LayerId,
    /// The one that was active before: it is again if the active one goes.
    formerly_active: LayerId,
    active_mask: LayerId,
    /// `None`: everything is.
    selected: Option<TileGrid<u16>>,
    /// What [`Document::mask`] is if ever there is no mask.
    no_mask: TileGrid<u16>,
    /// Stands for the order and the properties of the layers as they are now; see [`Document::structure_revision`].
    structure: u64,
    file_depth: FileDepth,
    /// Across and down, as the file says; nothing here computes with it.
    pixels_per_inch: Option<[u32; 2]>,
}

impl Document {
    /// A canvas with one layer of one colour (`rgba`: sRGB, straight alpha) and an empty mask.
    #[must_use]
    pub fn blank(size: CanvasSize, rgba: [u8; 4]) -> Self {
        Self::of(TileGrid::filled(size, pixel::from_rgba8(rgba)), FileDepth::Eight)
    }

    fn of(picture: TileGrid<Pixel>, file_depth: FileDepth) -> Self {
        let size = picture.size();
        let background = Layer::new(LayerProps::named("Background"), LayerContent::Paint(picture));
        Self::with_layers_of_depth(size, vec![background], file_depth)
    }

    /// A picture of these layers, the lowest first; a layer to paint on and a mask are added where there is none.
    ///
    /// # Errors
    /// A layer of another size than the canvas.
    pub fn with_layers(size: CanvasSize, layers: Vec<Layer>, has_16_bits: bool) -> Result<Self, DocumentError> {
        for grid_size in layer_tree::walk(&layers).filter_map(Layer::size) {
            if grid_size != size {
                return Err(DocumentError::OtherSize {
                    what: Piece::Layer,
                    width: grid_size.width(),
                    height: grid_size.height(),
                    expected_width: size.width(),
                    expected_height: size.height(),
                });
            }
        }
        let depth = if has_16_bits { FileDepth::Sixteen } else { FileDepth::Eight };
        Ok(Self::with_layers_of_depth(size, layers, depth))
    }

    fn with_layers_of_depth(size: CanvasSize, layers: Vec<Layer>, file_depth: FileDepth) -> Self {
        let mut document = Self {
            size,
            layers: vec![],
            next_layer: 1,
            active: LayerId(0),
            formerly_active: LayerId(0),
            active_mask: LayerId(0),
            selected: None,
            no_mask: TileGrid::filled(size, 0),
            structure: next_revision(),
            file_depth,
            pixels_per_inch: None,
        };
        let mut aids = vec![];
        let mut layers: Vec<_> = layers.into_iter().map(|layer| without_aids(layer, &mut aids)).collect();
        layers.append(&mut aids);
        let layers: Vec<_> = layers.into_iter().map(|layer| document.numbered(layer)).collect();
        document.layers = layers;
        document.add_what_is_missing();
        document.settle();
        document
    }

    /// A document as a journal remembers it: with the numbers its layers had.
    fn restored(
        size: CanvasSize,
        file_depth: FileDepth,
        layers: Vec<Layer>,
        [active, active_mask]: [LayerId; 2],
        selected: Option<TileGrid<u16>>,
    ) -> Self {
        let mut document = Self::with_layers_of_depth(size, vec![], file_depth);
        (document.layers, document.selected) = (layers, selected);
        (document.active, document.active_mask) = (active, active_mask);
        document.add_what_is_missing();
        document.settle();
        document
    }

    /// There must be a layer to paint on and a mask.
    fn add_what_is_missing(&mut self) {
        if !layer_tree::walk(&self.layers).any(|layer| layer.pixels().is_some() && layer.is_part_of_picture()) {
            let content = LayerContent::Paint(TileGrid::filled(self.size, [0; 4]));
            let layer = self.numbered(Layer::new(LayerProps::named("Background"), content));
            self.layers.insert(0, layer);
        }
        if !layer_tree::walk(&self.layers).any(Layer::is_mask) {
            let content = LayerContent::Mask(TileGrid::filled(self.size, 0));
            let layer = self.numbered(Layer::new(mask_props(MaskLook::default()), content));
            self.layers.push(layer);
        }
    }

    /// A pixel of this colour (sRGB).
    #[must_use]
    pub fn opaque_pixel([red, green, blue]: [u8; 3]) -> Pixel {
        pixel::from_rgba8([red, green, blue, u8::MAX])
    }

    /// Whether the file it came from, and the one it is saved to, has 16 bits a channel rather than 8.
    #[must_use]
    pub fn has_16_bits(&self) -> bool {
        self.file_depth == FileDepth::Sixteen
    }

    /// How large the picture is on paper: pixels of an inch across and down, where its file says so.
    #[must_use]
    pub fn pixels_per_inch(&self) -> Option<[u32; 2]> {
        self.pixels_per_inch
    }

    /// Says how large the picture is on paper; 0 in either direction means that nobody knows.
    #[must_use]
    pub fn with_pixels_per_inch(mut self, pixels_per_inch: Option<[u32; 2]>) -> Self {
        self.pixels_per_inch = pixels_per_inch.filter(|sides| !sides.contains(&0));
        self
    }

    /// The same picture with this selected; `None` is everything. A selection of another size is left out.
    #[must_use]
    pub fn with_selection(mut self, selected: Option<TileGrid<u16>>) -> Self {
        self.selected = selected.filter(|selected| selected.size() == self.size);
        self
    }

    #[must_use]
    pub fn size(&self) -> CanvasSize {
        self.size
    }

    /// The whole canvas.
    #[must_use]
    pub fn bounds(&self) -> PixelRect {
        self.size().bounds()
    }

    /// The roots of the layer tree, the lowest first.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Every layer, each group before its children, the lowest first.
    pub fn all_layers(&self) -> impl Iterator<Item = &Layer> {
        layer_tree::walk(&self.layers)
    }

    #[must_use]
    pub fn layer(&self, id: LayerId) -> Option<&Layer> {
        layer_tree::find(&self.layers, id)
    }

    /// Where a layer stands.
    #[must_use]
    pub fn place_of(&self, id: LayerId) -> Option<LayerPlace> {
        layer_tree::place_of(&self.layers, id)
    }

    /// The layer that tools work on; may be of any kind.
    #[must_use]
    pub fn active(&self) -> LayerId {
        self.active
    }

    /// The mask that generation and the tools for masks use: the active layer if it is one, else the one used last.
    #[must_use]
    pub fn active_mask(&self) -> LayerId {
        self.active_mask
    }

    /// The active mask's values: 0 keeps, 65535 repaints.
    #[must_use]
    pub fn mask(&self) -> &TileGrid<u16> {
        self.layer(self.active_mask).and_then(Layer::mask).unwrap_or(&self.no_mask)
    }

    /// How the active mask is drawn.
    #[must_use]
    pub fn mask_look(&self) -> MaskLook {
        self.layer(self.active_mask).map_or_else(MaskLook::default, |layer| MaskLook {
            color: layer.props.tint,
            opacity: layer.props.opacity,
            visible: layer.props.visible,
        })
    }

    /// What is selected, 65535 wholly; `None`: everything.
    #[must_use]
    pub fn selection(&self) -> Option<&TileGrid<u16>> {
        self.selected.as_ref()
    }

    /// A number that changes whenever layers come, go, move or change their properties, and never returns. With the
    /// revisions of all tiles it says whether a picture made from the layers is still true.
    #[must_use]
    pub fn structure_revision(&self) -> u64 {
        self.structure
    }

    /// A number that changes whenever the flattened picture may have changed, and never returns.
    #[must_use]
    pub fn picture_revision(&self) -> u64 {
        let tiles = self.all_layers().filter(|layer| layer.is_part_of_picture()).filter_map(Layer::pixels);
        tiles.map(TileGrid::latest_revision).fold(self.structure, u64::max)
    }

    /// As [`Self::picture_revision`], of hints too.
    #[must_use]
    pub fn unmasked_revision(&self) -> u64 {
        let tiles = self.all_layers().filter_map(Layer::pixels);
        tiles.map(TileGrid::latest_revision).fold(self.structure, u64::max)
    }

    /// As [`Self::picture_revision`], of masks and hints too: of all that a file of layers keeps.
    #[must_use]
    pub fn content_revision(&self) -> u64 {
        let of_layer = |layer: &Layer| {
            let pixels = layer.pixels().map_or(0, TileGrid::latest_revision);
            pixels.max(layer.mask().map_or(0, TileGrid::latest_revision))
        };
        self.all_layers().map(of_layer).fold(self.structure, u64::max)
    }

    /// The layer that paint goes to: the active one.
    ///
    /// # Errors
    /// It is a group or a mask, hidden or locked.
    pub fn paint_target(&self) -> Result<LayerId, DocumentError> {
        self.target(self.active, |layer| match layer.content {
            LayerContent::Group(_) => Some(Refusal::IsGroup),
            LayerContent::Mask(_) => Some(Refusal::IsMask),
            LayerContent::Hint { objects: Some(_), .. } => Some(Refusal::HasFigures),
            _ => None,
        })
    }

    /// The mask that the mask brush paints on.
    ///
    /// # Errors
    /// It is hidden or locked.
    pub fn mask_target(&self) -> Result<LayerId, DocumentError> {
        self.target(self.active_mask, |_| None)
    }

    /// A hint layer whose figures are to be changed.
    ///
    /// # Errors
    /// It is hidden or locked.
    pub fn hint_target(&self, id: LayerId) -> Result<LayerId, DocumentError> {
        self.target(id, |_| None)
    }

    fn target(&self, id: LayerId, unfit: impl Fn(&Layer) -> Option<Refusal>) -> Result<LayerId, DocumentError> {
        let refused = |name: &str, why| DocumentError::NoTarget { name: name.to_owned(), why };
        let layer = self.layer(id).ok_or_else(|| refused("", Refusal::Gone))?;
        let props = &layer.props;
        let why = unfit(layer)
            .or_else(|| props.locked.then_some(Refusal::Locked))
            .or_else(|| (!props.visible).then_some(Refusal::Hidden));
        match why {
            Some(why) => Err(refused(&props.name, why)),
            None => Ok(id),
        }
    }

    /// For strokes, which write tiles many times before they become one [`Edit`].
    pub(crate) fn layer_mut(&mut self, id: LayerId) -> Option<&mut Layer> {
        layer_tree::find_mut(&mut self.layers, id)
    }

    /// For edits; whoever moves layers calls [`Document::settle`] at the end.
    pub(crate) fn layers_mut(&mut self) -> &mut Vec<Layer> {
        self.structure_changed();
        &mut self.layers
    }

    pub(crate) fn structure_changed(&mut self) {
        self.structure = next_revision();
    }

    pub(crate) fn put(&mut self, place: LayerPlace, layer: Layer) {
        self.structure_changed();
        if let Some(layer) = layer_tree::put(&mut self.layers, place, layer) {
            // Nothing is lost even where an edit does not fit the document.
            self.layers.push(layer);
        }
    }

    /// For edits: a layer comes or goes.
    pub(crate) fn put_or_take(&mut self, place: LayerPlace, layer: &Layer, comes: bool) {
        if comes {
            self.put(place, layer.clone());
            self.activate(layer.id);
        } else {
            _ = layer_tree::take(self.layers_mut(), layer.id);
        }
    }

    fn activate(&mut self, id: LayerId) {
        if self.active != id {
            self.formerly_active = std::mem::replace(&mut self.active, id);
        }
    }

    pub(crate) fn set_selected(&mut self, selected: Option<TileGrid<u16>>) {
        self.selected = selected;
    }

    /// The layer and all in it with numbers of their own.
    pub(crate) fn numbered(&mut self, mut layer: Layer) -> Layer {
        layer.id = LayerId(self.next_layer);
        self.next_layer += 1;
        if let LayerContent::Group(children) = layer.content {
            layer.content = LayerContent::Group(children.into_iter().map(|child| self.numbered(child)).collect());
        }
        layer
    }

    /// After any change of the tree: the active layers are layers of this document, and the numbers given are used.
    pub(crate) fn settle(&mut self) {
        let highest = self.all_layers().map(|layer| layer.id.0).max().unwrap_or(0);
        self.next_layer = self.next_layer.max(highest + 1);
        if self.layer(self.active).is_none() {
            let former = self.layer(self.formerly_active).filter(|layer| layer.is_part_of_picture());
            let fit = former.or(layer_tree::walk(&self.layers).filter(|layer| layer.is_part_of_picture()).last());
            self.active = fit.or(self.layers.last()).map_or(LayerId(0), Layer::id);
        }
        if self.layer(self.active).is_some_and(Layer::is_mask) {
            self.active_mask = self.active;
        } else if !self.layer(self.active_mask).is_some_and(Layer::is_mask) {
            let top = layer_tree::walk(&self.layers).filter(|layer| layer.is_mask()).last();
            self.active_mask = top.map_or(LayerId(0), Layer::id);
        }
    }

    /// Bytes of all tiles, tiles shared with other documents included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.layers.iter().map(Layer::bytes).sum::<usize>() + self.selected.as_ref().map_or(0, TileGrid::bytes)
    }
}

/// Takes masks and hints out of a group: they stand outside groups, so that nothing done to a group loses them.
fn without_aids(mut layer: Layer, aids: &mut Vec<Layer>) -> Layer {
    if let LayerContent::Group(children) = layer.content {
        let (kept, out): (Vec<_>, Vec<_>) = children.into_iter().partition(Layer::is_part_of_picture);
        aids.extend(out);
        layer.content = LayerContent::Group(kept.into_iter().map(|child| without_aids(child, aids)).collect());
    }
    layer
}

/// The properties of a mask that looks so.
fn mask_props(look: MaskLook) -> LayerProps {
    LayerProps { visible: look.visible, opacity: look.opacity, tint: look.color, ..LayerProps::named("Mask") }
}
