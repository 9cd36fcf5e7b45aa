//! From an OpenRaster file to a document.

use std::io::{Cursor, Read as _};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use zip::ZipArchive;

use super::super::damage::Damage;
use super::super::layered::{LayeredError, MAX_DECODED_BYTES, MemoryUsed, without_group};
use super::super::note::FileNote;
use super::super::png_tiles::{self, PngError};
use super::stack::{Node, Piece, Stack, What};
use super::{RECIPE, xml};
use crate::document::{
    BlendMode, CanvasSize, Document, HintObjects, Layer, LayerContent, LayerProps, Pixel, TileGrid, on_workers,
};

/// Bytes of `stack.xml` and of a recipe.
const MAX_TEXT_BYTES: u64 = 32 << 20;

/// Bytes of one layer's file: a canvas of the largest size that does not compress at all is a little more than 2 GiB.
const MAX_PIECE_BYTES: u64 = 3 << 30;

/// Bytes of a PNG file's signature and header.
const PNG_HEAD: u64 = 33;

/// Bytes of a layer's file besides its pixels, which no compression makes much larger: profiles, texts.
const MAX_PNG_EXTRAS: u64 = 16 << 20;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// What was in a file.
pub(in super::super) struct Opened {
    pub document: Document,
    /// What could not be taken over.
    pub notices: Vec<FileNote>,
}

/// Reads an OpenRaster file; its layers are decoded on several threads.
///
/// # Errors
/// Archives and pictures that are damaged, incomplete or absurdly large; the message says which piece.
pub(in super::super) fn read(bytes: &[u8]) -> Result<Opened, LayeredError> {
    let mut archive = archive_of(bytes)?;
    let text = text_of(&mut archive, "stack.xml")?.ok_or_else(|| LayeredError::damaged("it has no stack.xml"))?;
    let root = xml::parse(&text).map_err(|error| LayeredError::damaged(format!("stack.xml: {error}")))?;
    let mut stack = Stack::of(&root)?;

    let mut pieces = Vec::new();
    collect_pieces(&stack.nodes, &mut pieces);
    stack.aids.iter().for_each(|(node, _)| collect_pieces(std::slice::from_ref(node), &mut pieces));
    let has_selection = stack.selection.is_some();
    let needed = |Piece { entry, offset }| Needed { entry, offset, is_mask: true, layer: "selection".to_owned() };
    pieces.extend(stack.selection.take().map(needed));
    let mut loaded = load(&archive, stack.size, &pieces)?;
    let has_16_bits = stack.has_16_bits.unwrap_or_else(|| loaded.iter().any(|loaded| loaded.has_16_bits));
    for (loaded, piece) in loaded.iter().zip(&pieces) {
        if let Err(why) = loaded.profile.clone() {
            stack.notices.push(FileNote::ColorsOfLayer { entry: piece.entry.clone(), why });
        }
    }
    // It was asked for last.
    let selection = if has_selection { loaded.pop().and_then(|loaded| loaded.tiles.values()) } else { None };
    let mut building = Building {
        size: stack.size,
        is_ours: stack.is_ours,
        archive,
        loaded: loaded.into_iter(),
        notices: stack.notices,
        leaves: 0,
        selected: None,
    };
    let mut layers = building.layers_of(stack.nodes)?;
    building.leaves = 0;
    for (node, place) in stack.aids {
        for layer in building.layers_of(vec![node])? {
            put(&mut layers, &place, layer);
        }
    }
    let mut document = Document::with_layers(stack.size, layers, has_16_bits)
        .map_err(|error| LayeredError::damaged(error.to_string()))?
        .with_pixels_per_inch(stack.pixels_per_inch)
        .with_selection(selection);
    if let Some(selected) = building.selected {
        let is_alike = |layer: &&Layer| !layer.is_group() && layer.is_part_of_picture() != selected.is_aid;
        let leaf = document.all_layers().filter(is_alike).nth(selected.leaf).map(Layer::id);
        let group = leaf.and_then(|id| document.place_of(id)?.parent).filter(|_| selected.is_group);
        if let Some(id) = group.or(leaf) {
            document.set_active(id);
        }
    }
    Ok(Opened { document, notices: building.notices })
}

/// The JSON of the recipe of a file's picture, if it has one.
pub(in super::super) fn recipe(bytes: &[u8]) -> Option<String> {
    text_of(&mut archive_of(bytes).ok()?, RECIPE).ok()?
}

fn archive_of(bytes: &[u8]) -> Result<Archive<'_>, LayeredError> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|error| LayeredError::damaged(error.to_string()))
}

/// An entry's bytes, at most `max` of them; `None` where there is no such entry. Entries are looked up in the archive's
/// own list: whatever a name says, nothing but the archive is read.
fn entry(archive: &mut Archive<'_>, name: &str, max: u64) -> Result<Option<Vec<u8>>, LayeredError> {
    entry_of(archive, name, 0, |_| Ok(max))
}

/// As [`entry`]; how many bytes there may be is known from the first `head_length`.
fn entry_of(
    archive: &mut Archive<'_>,
    name: &str,
    head_length: u64,
    max_by_head: impl FnOnce(&[u8]) -> Result<u64, LayeredError>,
) -> Result<Option<Vec<u8>>, LayeredError> {
    let Some(index) = archive.index_for_name(name) else { return Ok(None) };
    let damaged = |reason: String| LayeredError::damaged(format!("{name} in it {reason}"));
    let unreadable = |error: std::io::Error| damaged(format!("cannot be read: {error}"));
    let mut file = archive.by_index(index).map_err(|error| damaged(format!("cannot be read: {error}")))?;
    let mut bytes = Vec::new();
    file.by_ref().take(head_length).read_to_end(&mut bytes).map_err(unreadable)?;
    let max = max_by_head(&bytes)?;
    // What the archive says of an entry's size may be a lie; what is read is counted.
    file.take((max + 1).saturating_sub(bytes.len() as u64)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > max {
        return Err(damaged(format!("unfolds to more than {max} bytes")));
    }
    Ok(Some(bytes))
}

fn text_of(archive: &mut Archive<'_>, name: &str) -> Result<Option<String>, LayeredError> {
    let Some(bytes) = entry(archive, name, MAX_TEXT_BYTES)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|_| LayeredError::damaged(format!("{name} in it is not UTF-8")))?;
    Ok(Some(text.trim_start_matches('\u{feff}').to_owned()))
}

/// A picture that is needed, in the order in which [`Building`] takes it.
struct Needed {
    entry: String,
    offset: [i64; 2],
    is_mask: bool,
    /// What messages call it.
    layer: String,
}

fn collect_pieces(nodes: &[Node], pieces: &mut Vec<Needed>) {
    for node in nodes {
        let mut need = |piece: &Piece, is_mask| {
            let Piece { entry, offset } = piece.clone();
            pieces.push(Needed { entry, offset, is_mask, layer: node.props.name.clone() });
        };
        match &node.what {
            What::Paint(piece) | What::Result(piece, _) | What::Hint(Some(piece), _) => need(piece, false),
            What::Mask(Some(piece)) => need(piece, true),
            What::Hint(None, _) | What::Mask(None) => {}
            What::Group { nodes, .. } => collect_pieces(nodes, pieces),
        }
    }
}

/// A piece in memory.
struct Loaded {
    tiles: Tiles,
    has_16_bits: bool,
    profile: Result<(), super::super::icc::IccError>,
}

enum Tiles {
    Pixels(TileGrid<Pixel>),
    Values(TileGrid<u16>),
}

/// Decodes all pieces, several at a time.
fn load(archive: &Archive<'_>, size: CanvasSize, pieces: &[Needed]) -> Result<Vec<Loaded>, LayeredError> {
    let used = MemoryUsed::default();
    let decoded = std::sync::atomic::AtomicU64::new(0);
    let load = |piece: &Needed| {
        let wrong = |wrong: PngError| {
            let (layer, entry) = (piece.layer.clone(), piece.entry.clone());
            LayeredError::Damaged(Damage::LayerPicture { layer, entry, wrong })
        };
        let look_at_head = |head: &[u8]| {
            if !head.starts_with(b"\x89PNG") {
                return Err(wrong(PngError::NotPng));
            }
            let (width, height) = png_tiles::size_of(head).map_err(wrong)?;
            let bytes = u64::from(width) * u64::from(height) * size_of::<Pixel>() as u64;
            if decoded.fetch_add(bytes, std::sync::atomic::Ordering::Relaxed) > MAX_DECODED_BYTES {
                return Err(LayeredError::TooMuchMemory { bytes: MAX_DECODED_BYTES, max: MAX_DECODED_BYTES });
            }
            Ok((bytes + bytes / 8 + MAX_PNG_EXTRAS).min(MAX_PIECE_BYTES))
        };
        let file = entry_of(&mut archive.clone(), &piece.entry, PNG_HEAD, look_at_head)?;
        let file = file.ok_or_else(|| wrong(PngError::Missing))?;
        let loaded = if piece.is_mask {
            let tiles = Tiles::Values(png_tiles::read_mask(&file, size, piece.offset).map_err(wrong)?);
            Loaded { tiles, has_16_bits: false, profile: Ok(()) }
        } else {
            let read = png_tiles::read_pixels(&file, size, piece.offset).map_err(wrong)?;
            Loaded { tiles: Tiles::Pixels(read.tiles), has_16_bits: read.has_16_bits, profile: read.profile }
        };
        used.add(loaded.tiles.bytes())?;
        Ok(loaded)
    };
    on_workers(|| pieces.par_iter().map(load).collect())
}

impl Tiles {
    fn values(self) -> Option<TileGrid<u16>> {
        match self {
            Self::Pixels(_) => None,
            Self::Values(values) => Some(values),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Pixels(tiles) => tiles.bytes(),
            Self::Values(tiles) => tiles.bytes(),
        }
    }
}

/// Puts a mask or hint where it was; above all others where another program has changed the groups.
fn put(layers: &mut Vec<Layer>, place: &[usize], layer: Layer) {
    let siblings = match place.split_last() {
        Some((index, groups)) => find(layers, groups).map(|siblings| (siblings, *index)),
        None => None,
    };
    match siblings {
        Some(place) => {
            let (siblings, index) = place;
            siblings.insert(index.min(siblings.len()), layer);
        }
        None => layers.push(layer),
    }
}

/// The layers of the group at this place.
fn find<'a>(layers: &'a mut Vec<Layer>, groups: &[usize]) -> Option<&'a mut Vec<Layer>> {
    let Some((first, rest)) = groups.split_first() else { return Some(layers) };
    match &mut layers.get_mut(*first)?.content {
        LayerContent::Group(children) => find(children, rest),
        _ => None,
    }
}

/// Puts layers together.
struct Building<'a> {
    size: CanvasSize,
    is_ours: bool,
    archive: Archive<'a>,
    loaded: std::vec::IntoIter<Loaded>,
    notices: Vec<FileNote>,
    /// Layers so far that are no groups: groups come and go, but these keep their order.
    leaves: usize,
    selected: Option<Selected>,
}

/// The layer that tools worked on.
struct Selected {
    /// Its place among the layers of the picture that are no groups, or that of the lowest layer in it; of a mask or
    /// hint, among those.
    leaf: usize,
    is_group: bool,
    is_aid: bool,
}

impl Building<'_> {
    fn layers_of(&mut self, nodes: Vec<Node>) -> Result<Vec<Layer>, LayeredError> {
        let mut layers: Vec<Layer> = Vec::new();
        for node in nodes {
            if let What::Group { nodes, clips: true, .. } = node.what {
                self.unwrap_clipped(&node.props, nodes, &mut layers)?;
                continue;
            }
            let is_group = matches!(node.what, What::Group { .. });
            if node.is_selected {
                let is_aid = matches!(node.what, What::Mask(_) | What::Hint(..));
                self.selected = Some(Selected { leaf: self.leaves, is_group, is_aid });
            }
            self.leaves += usize::from(!is_group);
            let is_isolated = !matches!(node.what, What::Group { is_isolated: false, .. });
            let layer = Layer::new(node.props, self.content_of(node.what)?);
            let dissolved = (!is_isolated && !node.keeps_alpha)
                .then(|| without_group(layer.props(), layer.children(), &mut self.notices))
                .flatten();
            match dissolved {
                Some(dissolved) => layers.extend(dissolved),
                None if node.keeps_alpha && !layer.props().clipped => self.add_alpha_keeping(layer, &mut layers),
                None => layers.push(layer),
            }
        }
        Ok(layers)
    }

    /// A group that stands for a layer and those clipped to it.
    fn unwrap_clipped(
        &mut self,
        group: &LayerProps,
        nodes: Vec<Node>,
        layers: &mut Vec<Layer>,
    ) -> Result<(), LayeredError> {
        let mut is_base_found = false;
        for layer in self.layers_of(nodes)? {
            if layer.is_part_of_picture() && !is_base_found {
                is_base_found = true;
                let LayerProps { visible, opacity, blend, .. } = group.clone();
                let props = LayerProps { visible, opacity, blend, ..layer.props().clone() };
                layers.push(Layer::new(props, layer.content().clone()));
            } else {
                layers.push(layer);
            }
        }
        Ok(())
    }

    /// Another program's layer that leaves the alpha of all that is below it in its group as it is. Where that is one
    /// layer, it is what clipping means here; else the nearest that looks the same.
    fn add_alpha_keeping(&mut self, layer: Layer, layers: &mut Vec<Layer>) {
        let bases = layers.iter().filter(|layer| layer.is_part_of_picture() && !layer.props().clipped).count();
        let with = |layer: &Layer, change: &dyn Fn(&mut LayerProps)| {
            let mut props = layer.props().clone();
            change(&mut props);
            Layer::new(props, layer.content().clone())
        };
        let is_normal = layer.props().blend == BlendMode::Normal;
        if is_normal && (self.is_ours || bases != 1) {
            layers.push(with(&layer, &|props| props.blend = BlendMode::SourceAtop));
        } else if bases != 1 && layers.iter().any(covers_everything) {
            layers.push(layer);
        } else {
            if bases > 1 {
                let below = LayerContent::Group(std::mem::take(layers));
                layers.push(Layer::new(LayerProps::named("Below"), below));
            }
            layers.push(with(&layer, &|props| props.clipped = true));
        }
    }

    fn content_of(&mut self, what: What) -> Result<LayerContent, LayeredError> {
        Ok(match what {
            What::Paint(_) => LayerContent::Paint(self.pixels()),
            What::Result(_, recipe) => {
                // A result whose recipe is lost is still a result.
                let recipe = recipe.and_then(|name| text_of(&mut self.archive, &name).ok().flatten());
                LayerContent::Result { pixels: self.pixels(), recipe }
            }
            What::Hint(piece, hint) => {
                let empty = TileGrid::filled(self.size, [0; 4]);
                let pixels = if piece.is_some() { self.pixels() } else { empty };
                // Figures that are lost leave their drawing.
                let objects = hint.objects.and_then(|(entry, placement)| {
                    let text = text_of(&mut self.archive, &entry).ok().flatten()?;
                    Some(HintObjects { placement, ..HintObjects::new(text) })
                });
                LayerContent::Hint { pixels, kind: hint.kind, objects }
            }
            What::Mask(Some(_)) => match self.loaded.next().map(|loaded| loaded.tiles) {
                Some(Tiles::Values(values)) => LayerContent::Mask(values),
                _ => LayerContent::Mask(TileGrid::filled(self.size, 0)),
            },
            What::Mask(None) => LayerContent::Mask(TileGrid::filled(self.size, 0)),
            What::Group { nodes, .. } => LayerContent::Group(self.layers_of(nodes)?),
        })
    }

    fn pixels(&mut self) -> TileGrid<Pixel> {
        match self.loaded.next().map(|loaded| loaded.tiles) {
            Some(Tiles::Pixels(pixels)) => pixels,
            _ => TileGrid::filled(self.size, [0; 4]),
        }
    }
}

/// Whether nothing below shows through anywhere.
fn covers_everything(layer: &Layer) -> bool {
    let props = layer.props();
    let LayerContent::Paint(pixels) = layer.content() else { return false };
    let (width, height) = (pixels.size().width(), pixels.size().height());
    props.visible
        && !props.clipped
        && props.opacity >= 1.0
        && props.blend == BlendMode::Normal
        && (0..height).all(|y| {
            pixels
                .row_parts(y, 0, width)
                .all(|(_, _, part)| part.is_some_and(|pixels| pixels.iter().all(|pixel| pixel[3] == u16::MAX)))
        })
}
