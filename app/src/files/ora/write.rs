//! From a document to an OpenRaster file.

use std::io::{self, BufWriter, Seek, Write};

use image::RgbaImage;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::super::png_tiles::{content_bounds, write_mask, write_pixels};
use super::thumbnail::thumbnail;
use super::xml::{self, Element, NAMESPACE};
use super::{MIMETYPE, RECIPE};
use crate::document::transform::Projection;
use crate::document::{
    BlendMode, Document, HintObjects, Layer, LayerContent, LayerProps, MaskUse, Pixel, PixelRect, TileGrid, on_workers,
};

/// Layers that are compressed before the first of them is written: as much memory as this many compressed layers.
const AT_ONCE: usize = 16;

/// Writes a document as an OpenRaster file. `recipe` is the JSON of how the picture was made; `share` makes of a layer's
/// recipe what may leave this machine.
///
/// Every pixel comes back as it is: layers are stored with 8 bits a channel where that is exact, else with 16.
///
/// # Errors
/// Whatever the disk says.
pub(in super::super) fn write(
    file: impl Write + Seek,
    document: &Document,
    recipe: Option<&str>,
    share: impl Fn(&str) -> String,
) -> io::Result<()> {
    let mut plan = Plan { document, entries: Vec::new(), texts: Vec::new(), share };
    let root = plan.image();
    let (entries, texts) = (plan.entries, plan.texts);

    let mut archive = ZipWriter::new(BufWriter::new(file));
    add(&mut archive, "mimetype", MIMETYPE.as_bytes(), CompressionMethod::Stored)?;
    add(&mut archive, "stack.xml", &xml::write(&root)?, CompressionMethod::Deflated)?;
    for entries in entries.chunks(AT_ONCE) {
        let encode = |entry: &Entry<'_>| entry.encode().map_err(io::Error::other);
        let files = on_workers(|| entries.par_iter().map(encode).collect::<io::Result<Vec<_>>>())?;
        for (entry, file) in entries.iter().zip(files) {
            add(&mut archive, &entry.name, &file, CompressionMethod::Stored)?;
        }
    }
    for (name, json) in
        texts.iter().map(|(name, json)| (name.as_str(), json.as_str())).chain(recipe.map(|json| (RECIPE, json)))
    {
        add(&mut archive, name, json.as_bytes(), CompressionMethod::Deflated)?;
    }
    let picture = document.flattened();
    let merged = write_pixels(&picture, document.bounds()).map_err(io::Error::other)?;
    add(&mut archive, "mergedimage.png", &merged, CompressionMethod::Stored)?;
    add(&mut archive, "Thumbnails/thumbnail.png", &png_of(&thumbnail(&picture))?, CompressionMethod::Stored)?;
    archive.finish().map_err(io::Error::other)?.flush()
}

/// PNG files are compressed already and stored as they are.
fn add<W: Write + Seek>(
    archive: &mut ZipWriter<W>,
    name: &str,
    content: &[u8],
    method: CompressionMethod,
) -> io::Result<()> {
    let options = SimpleFileOptions::default().compression_method(method);
    archive.start_file(name, options).map_err(failed)?;
    archive.write_all(content)
}

/// The disk's own error, so that a full one is told as such.
fn failed(error: zip::result::ZipError) -> io::Error {
    match error {
        zip::result::ZipError::Io(error) => error,
        error => io::Error::other(error),
    }
}

fn png_of(image: &RgbaImage) -> io::Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, image.width(), image.height());
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().map_err(io::Error::other)?;
    writer.write_image_data(image).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)?;
    Ok(file)
}

/// A picture to be stored.
struct Entry<'a> {
    name: String,
    tiles: Tiles<'a>,
    rect: PixelRect,
}

#[derive(Clone, Copy)]
enum Tiles<'a> {
    Pixels(&'a TileGrid<Pixel>),
    Values(&'a TileGrid<u16>),
}

impl Entry<'_> {
    fn encode(&self) -> Result<Vec<u8>, png::EncodingError> {
        match self.tiles {
            Tiles::Pixels(pixels) => write_pixels(pixels, self.rect),
            Tiles::Values(values) => write_mask(values, self.rect),
        }
    }
}

impl Tiles<'_> {
    fn content_bounds(self) -> Option<PixelRect> {
        match self {
            Self::Pixels(pixels) => content_bounds(pixels),
            Self::Values(values) => content_bounds(values),
        }
    }
}

/// What goes into the file.
struct Plan<'a, S> {
    document: &'a Document,
    entries: Vec<Entry<'a>>,
    /// Entries of recipes and of what hints are drawn from.
    texts: Vec<(String, String)>,
    share: S,
}

impl<'a, S: Fn(&str) -> String> Plan<'a, S> {
    fn image(&mut self) -> Element {
        let mut image = Element::new("image");
        image.set("xmlns:brushfire", NAMESPACE);
        image.set("version", "0.0.5");
        image.set("w", self.document.size().width().to_string());
        image.set("h", self.document.size().height().to_string());
        if let Some([across, down]) = self.document.pixels_per_inch() {
            image.set("xres", across.to_string());
            image.set("yres", down.to_string());
        }
        image.set("brushfire:depth", if self.document.has_16_bits() { "16" } else { "8" });
        let mut stack = Element::new("stack");
        stack.children = self.elements(self.document.layers());
        image.children = vec![stack];
        let mut aids = Element::new("brushfire:aids");
        self.add_aids(self.document.layers(), &mut Vec::new(), &mut aids.children);
        if let Some(selection) = self.document.selection() {
            let mut element = Element::new("brushfire:selection");
            self.set_piece(&mut element, Tiles::Values(selection), "brushfire/selection");
            aids.children.push(element);
        }
        if !aids.children.is_empty() {
            image.children.push(aids);
        }
        image
    }

    /// What is part of the picture, the topmost layer first.
    fn elements(&mut self, layers: &'a [Layer]) -> Vec<Element> {
        let layers: Vec<&Layer> = layers.iter().filter(|layer| layer.is_part_of_picture()).collect();
        let mut elements = Vec::new();
        let mut at = 0;
        while let Some(layer) = layers.get(at) {
            let clipped = layers.iter().skip(at + 1).take_while(|layer| layer.props().clipped).count();
            let together = layers.get(at..=at + clipped).unwrap_or_default();
            elements.push(if clipped > 0 { self.clip_group(layer, together) } else { self.element(layer) });
            at += 1 + clipped;
        }
        elements.reverse();
        elements
    }

    /// Masks and hints, the lowest first, with their places among all layers: the numbers of the groups they are in and
    /// their own, each counted from the lowest. They stand outside the stack, for in it MyPaint takes everything for a
    /// layer.
    fn add_aids(&mut self, layers: &'a [Layer], group: &mut Vec<usize>, elements: &mut Vec<Element>) {
        for (index, layer) in layers.iter().enumerate() {
            group.push(index);
            if layer.is_group() {
                self.add_aids(layer.children(), group, elements);
            } else if !layer.is_part_of_picture() {
                let mut element = self.element(layer);
                let place: Vec<_> = group.iter().map(usize::to_string).collect();
                element.set("place", place.join("/"));
                elements.push(element);
            }
            group.pop();
        }
    }

    /// A layer and those clipped to it, as other programs understand it: an isolated group in which the upper ones keep
    /// the alpha of the lowest. The group blends as the lowest layer does, which has nothing to blend with inside.
    fn clip_group(&mut self, base: &'a Layer, together: &[&'a Layer]) -> Element {
        let props = base.props();
        let mut group = Element::new("stack");
        group.set("isolation", "isolate");
        group.set("brushfire:clips", "true");
        set_look(&mut group, &LayerProps { clipped: false, ..props.clone() });
        for layer in together {
            let mut element = self.element(layer);
            if std::ptr::eq(*layer, base) {
                let inside = LayerProps { visible: true, opacity: 1.0, blend: BlendMode::Normal, ..props.clone() };
                element = self.element_looking(layer, &inside, element);
            }
            group.children.push(element);
        }
        group.children.reverse();
        group
    }

    /// The same element with another look.
    fn element_looking(&self, layer: &Layer, props: &LayerProps, element: Element) -> Element {
        let mut other = Element::new(element.name.clone());
        set_look(&mut other, props);
        self.set_state(&mut other, layer);
        for name in ["isolation", "src", "x", "y", "brushfire:kind", "brushfire:recipe"] {
            if let Some(value) = element.get(name) {
                other.set(name, value);
            }
        }
        other.children = element.children;
        other
    }

    fn element(&mut self, layer: &'a Layer) -> Element {
        let mut element = Element::new(match layer.content() {
            LayerContent::Paint(_) | LayerContent::Result { .. } => "layer",
            LayerContent::Group(_) => "stack",
            LayerContent::Hint { .. } => "brushfire:hint",
            LayerContent::Mask(_) => "brushfire:mask",
        });
        set_look(&mut element, layer.props());
        self.set_state(&mut element, layer);
        match layer.content() {
            LayerContent::Group(children) => {
                element.set("isolation", "isolate");
                element.children = self.elements(children);
            }
            LayerContent::Paint(pixels) => self.set_piece(&mut element, Tiles::Pixels(pixels), "data/layer"),
            LayerContent::Result { pixels, recipe } => {
                self.set_piece(&mut element, Tiles::Pixels(pixels), "data/layer");
                element.set("brushfire:kind", "result");
                if let Some(recipe) = recipe {
                    let name = format!("brushfire/recipe{:03}.json", self.texts.len());
                    element.set("brushfire:recipe", name.clone());
                    self.texts.push((name, (self.share)(recipe)));
                }
            }
            LayerContent::Hint { pixels, kind, objects } => {
                self.set_piece(&mut element, Tiles::Pixels(pixels), "brushfire/hint");
                element.set("brushfire:kind", kind.as_str());
                if let Some(objects) = objects {
                    self.set_objects(&mut element, objects);
                }
                // Numbers and words, which JSON can say.
                let control = serde_json::to_string(&layer.props().control).unwrap_or_default();
                element.set("brushfire:control", control);
            }
            LayerContent::Mask(values) => self.set_piece(&mut element, Tiles::Values(values), "brushfire/mask"),
        }
        element
    }

    /// What a hint is drawn from, as an entry of its own.
    fn set_objects(&mut self, element: &mut Element, objects: &HintObjects) {
        let name = format!("brushfire/objects{:03}.json", self.texts.len());
        element.set("brushfire:objects", name.clone());
        if objects.placement != Projection::IDENTITY {
            let numbers: Vec<_> = objects.placement.rows().as_flattened().iter().map(f64::to_string).collect();
            element.set("brushfire:placement", numbers.join(" "));
        }
        self.texts.push((name, objects.text.to_string()));
    }

    /// Only what is there is stored; of an empty layer one pixel, for there must be a picture.
    fn set_piece(&mut self, element: &mut Element, tiles: Tiles<'a>, folder: &str) {
        let rect = tiles.content_bounds().unwrap_or(PixelRect { left: 0, top: 0, right: 1, bottom: 1 });
        let name = format!("{folder}{:03}.png", self.entries.len());
        element.set("src", name.clone());
        element.set("x", rect.left.to_string());
        element.set("y", rect.top.to_string());
        self.entries.push(Entry { name, tiles, rect });
    }

    fn set_state(&self, element: &mut Element, layer: &Layer) {
        let is_active = layer.id() == self.document.active();
        element.set_true("selected", is_active);
        element.set_true("edit-locked", layer.props().locked);
        element.set_true("brushfire:alpha-locked", layer.props().alpha_locked);
        if layer.is_mask() || layer.hint_kind().is_some() {
            let [red, green, blue] = layer.props().tint;
            element.set("brushfire:tint", format!("#{red:02x}{green:02x}{blue:02x}"));
            set_use(element, &layer.props().mask_use);
        }
    }
}

fn set_use(element: &mut Element, mask_use: &MaskUse) {
    match mask_use {
        MaskUse::Repaint => {}
        MaskUse::Context => element.set("brushfire:use", "context"),
        MaskUse::Region { prompt, strength } => {
            element.set("brushfire:use", "region");
            element.set("brushfire:prompt", prompt.as_str());
            element.set("brushfire:strength", strength.to_string());
        }
    }
}

/// What everybody understands.
fn set_look(element: &mut Element, props: &LayerProps) {
    element.set("name", props.name.as_str());
    element.set("visibility", if props.visible { "visible" } else { "hidden" });
    element.set("opacity", props.opacity.to_string());
    let is_normal = matches!(props.blend, BlendMode::Normal | BlendMode::SourceAtop);
    let operator = if props.clipped && is_normal { BlendMode::SourceAtop } else { props.blend };
    element.set("composite-op", operator.ora_name());
    // With svg:src-atop, and with those operators that are about alpha, the attribute would mean nothing.
    let is_operator = props.blend.kind() == crate::document::blend::BlendKind::Operator;
    element.set_true("alpha-preserve", props.clipped && !is_normal && !is_operator);
    element.set_true("brushfire:clipped", props.clipped);
}
