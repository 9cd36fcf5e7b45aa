//! From a document to a PSD file, or a PSB file, whose lengths have 8 bytes where PSD's have 4.
//!
//! After Adobe's "Photoshop File Formats Specification" (2019). Layers, groups and what is done to them go in, run-length
//! encoded; masks, hints and recipes have no place in these files.

use std::io::{self, BufWriter, Write};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::super::png_tiles::content_bounds;
use crate::document::{
    BlendMode, Document, Layer, LayerContent, LayerProps, Pixel, PixelRect, TileGrid, on_workers, to_rgba8, to_rgba16,
};

const RUN_LENGTHS: u16 = 1;
/// Numbers of a layer's channels: transparency, red, green, blue.
const CHANNELS: [i16; 4] = [-1, 0, 1, 2];

/// Writes a document.
///
/// # Errors
/// Whatever the disk says, and sections that are too long for a file of this kind.
pub(in super::super) fn write(file: impl Write, document: &Document, is_large: bool) -> io::Result<()> {
    let kind = Kind { is_large, is_deep: document.has_16_bits() };
    let picture = document.flattened();
    let is_opaque = document.bounds().area() > 0 && is_opaque(&picture, document.bounds());
    let mut file = BufWriter::new(file);
    file.write_all(&header(kind, document, if is_opaque { 3 } else { 4 }))?;
    // No palette.
    file.write_all(&0_u32.to_be_bytes())?;
    let mut resources = resolution(document);
    resources.extend(profile());
    file.write_all(&(resources.len() as u32).to_be_bytes())?;
    file.write_all(&resources)?;
    let layers = kind.section(kind.layers(document, is_opaque)?)?;
    file.write_all(&layers)?;
    drop(layers);
    merged(&mut file, kind, &picture, document.bounds(), is_opaque)?;
    file.flush()
}

/// What decides about lengths and samples.
#[derive(Clone, Copy)]
struct Kind {
    is_large: bool,
    /// 16 bits a channel rather than 8.
    is_deep: bool,
}

fn header(kind: Kind, document: &Document, channels: u16) -> Vec<u8> {
    let mut bytes = super::SIGNATURE.to_vec();
    bytes.extend((if kind.is_large { 2_u16 } else { 1 }).to_be_bytes());
    bytes.extend([0; 6]);
    bytes.extend(channels.to_be_bytes());
    bytes.extend(document.size().height().to_be_bytes());
    bytes.extend(document.size().width().to_be_bytes());
    bytes.extend((if kind.is_deep { 16_u16 } else { 8 }).to_be_bytes());
    // RGB.
    bytes.extend(3_u16.to_be_bytes());
    bytes
}

/// The image resource that says how large the picture is on paper; empty where nobody knows.
fn resolution(document: &Document) -> Vec<u8> {
    const RESOLUTION: u16 = 1005;
    let Some([across, down]) = document.pixels_per_inch() else { return Vec::new() };
    let mut bytes = b"8BIM".to_vec();
    bytes.extend(RESOLUTION.to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(16_u32.to_be_bytes());
    for pixels in [across, down] {
        // Fixed point; per inch, shown in inches.
        bytes.extend((pixels.min(0x7fff) << 16).to_be_bytes());
        bytes.extend([0, 1, 0, 1]);
    }
    bytes
}

/// The image resource that says that colours are sRGB: without it Krita takes those of 16 bits for light itself.
fn profile() -> Vec<u8> {
    const ICC_PROFILE: u16 = 1039;
    let Ok(profile) = moxcms::ColorProfile::new_srgb().encode() else { return Vec::new() };
    let mut bytes = b"8BIM".to_vec();
    bytes.extend(ICC_PROFILE.to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend((profile.len() as u32).to_be_bytes());
    bytes.extend(&profile);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

impl Kind {
    fn length(self, length: usize) -> io::Result<Vec<u8>> {
        if self.is_large {
            return Ok((length as u64).to_be_bytes().to_vec());
        }
        let too_long = |_| io::Error::other("it is too large for a PSD file; save it as .psb or .ora");
        u32::try_from(length).map(|length| length.to_be_bytes().to_vec()).map_err(too_long)
    }

    /// The content with its length in front.
    fn section(self, content: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut bytes = self.length(content.len())?;
        bytes.extend(content);
        Ok(bytes)
    }

    /// The section of layers and masks. With 16 bits the layers stand in a block of their own.
    fn layers(self, document: &Document, is_opaque: bool) -> io::Result<Vec<u8>> {
        let mut records = Vec::new();
        collect(document.layers(), &mut records);
        let mut info = self.layer_info(&records, is_opaque)?;
        info.resize(info.len().next_multiple_of(4), 0);
        let global_mask = 0_u32.to_be_bytes();
        if !self.is_deep {
            let mut bytes = self.section(info)?;
            bytes.extend(global_mask);
            return Ok(bytes);
        }
        let mut bytes = self.length(0)?;
        bytes.extend(global_mask);
        bytes.extend(b"8BIMLr16");
        bytes.extend(self.section(info)?);
        Ok(bytes)
    }

    fn layer_info(self, records: &[Record<'_>], is_opaque: bool) -> io::Result<Vec<u8>> {
        let channels: Vec<[Vec<u8>; 4]> =
            on_workers(|| records.par_iter().map(|record| record.channels(self)).collect());
        // Below 0: the merged picture has transparency.
        let count = records.len() as i16;
        let mut bytes = (if is_opaque { count } else { -count }).to_be_bytes().to_vec();
        for (record, channels) in records.iter().zip(&channels) {
            bytes.extend(self.record(record, channels)?);
        }
        channels.into_iter().flatten().for_each(|channel| bytes.extend(channel));
        Ok(bytes)
    }

    fn record(self, record: &Record<'_>, channels: &[Vec<u8>; 4]) -> io::Result<Vec<u8>> {
        let PixelRect { left, top, right, bottom } = record.rect;
        let mut bytes: Vec<u8> = [top, left, bottom, right].into_iter().flat_map(u32::to_be_bytes).collect();
        bytes.extend((CHANNELS.len() as u16).to_be_bytes());
        for (number, channel) in CHANNELS.iter().zip(channels) {
            bytes.extend(number.to_be_bytes());
            bytes.extend(self.length(channel.len())?);
        }
        bytes.extend(b"8BIM");
        bytes.extend(record.blend());
        let props = record.props;
        let opacity = (props.opacity * 255.0).round() as u8;
        // Bit 3: what bit 4 says is meant. Bit 4: there are no pixels to look at.
        let flags = u8::from(props.alpha_locked) | u8::from(!props.visible) << 1 | 1 << 3;
        let flags = flags | u8::from(!matches!(record.part, Part::Layer(_))) << 4;
        bytes.extend([opacity, u8::from(props.clipped), flags, 0]);
        bytes.extend(extra_of(record).map(|extra| [&(extra.len() as u32).to_be_bytes()[..], &extra].concat())?);
        Ok(bytes)
    }
}

/// Mask, ranges of blending, name, and blocks.
fn extra_of(record: &Record<'_>) -> io::Result<Vec<u8>> {
    let props = record.props;
    let name = if matches!(record.part, Part::End) { "</Layer group>" } else { props.name.as_str() };
    let mut extra = vec![0; 8];
    let plain: Vec<u8> = name.chars().map(|char| if char.is_ascii() { char as u8 } else { b'?' }).take(255).collect();
    extra.push(plain.len() as u8);
    extra.extend(&plain);
    extra.resize(8 + (plain.len() + 1).next_multiple_of(4), 0);
    let units: Vec<u16> = name.encode_utf16().collect();
    let mut unicode = (units.len() as u32).to_be_bytes().to_vec();
    unicode.extend(units.into_iter().flat_map(u16::to_be_bytes));
    block(&mut extra, b"luni", unicode)?;
    // Transparency, pixels, position.
    let locks = u32::from(props.alpha_locked) | if props.locked { 0b110 } else { 0 };
    block(&mut extra, b"lspf", locks.to_be_bytes().to_vec())?;
    match record.part {
        Part::Layer(_) => {}
        Part::Group => {
            let open = [&1_u32.to_be_bytes()[..], b"8BIM", &record.blend()].concat();
            block(&mut extra, b"lsct", open)?;
        }
        Part::End => block(&mut extra, b"lsct", 3_u32.to_be_bytes().to_vec())?,
    }
    Ok(extra)
}

fn block(bytes: &mut Vec<u8>, key: &[u8; 4], mut content: Vec<u8>) -> io::Result<()> {
    content.resize(content.len().next_multiple_of(4), 0);
    bytes.extend(b"8BIM");
    bytes.extend(key);
    bytes.extend(u32::try_from(content.len()).map_err(io::Error::other)?.to_be_bytes());
    bytes.extend(content);
    Ok(())
}

/// A layer, or where a group begins or ends.
struct Record<'a> {
    props: &'a LayerProps,
    part: Part<'a>,
    /// Where its pixels lie, in canvas pixels.
    rect: PixelRect,
}

enum Part<'a> {
    Layer(&'a TileGrid<Pixel>),
    Group,
    /// Below the group's lowest layer.
    End,
}

/// Records stand as layers do, the lowest first; a group's own comes above its layers.
fn collect<'a>(layers: &'a [Layer], records: &mut Vec<Record<'a>>) {
    for layer in layers.iter().filter(|layer| layer.is_part_of_picture()) {
        let props = layer.props();
        match layer.content() {
            LayerContent::Group(children) => {
                records.push(Record { props, part: Part::End, rect: PixelRect::EMPTY });
                collect(children, records);
                records.push(Record { props, part: Part::Group, rect: PixelRect::EMPTY });
            }
            _ => {
                let Some(pixels) = layer.pixels() else { continue };
                let rect = content_bounds(pixels).unwrap_or(PixelRect::EMPTY);
                records.push(Record { props, part: Part::Layer(pixels), rect });
            }
        }
    }
}

impl Record<'_> {
    fn blend(&self) -> [u8; 4] {
        let mode = if matches!(self.part, Part::End) { BlendMode::Normal } else { self.props.blend };
        mode.psd_key().unwrap_or(*b"norm")
    }

    fn channels(&self, kind: Kind) -> [Vec<u8>; 4] {
        match self.part {
            Part::Layer(pixels) if !self.rect.is_empty() => packed(pixels, self.rect, kind).map(|channel| {
                let mut bytes = RUN_LENGTHS.to_be_bytes().to_vec();
                bytes.extend(channel.lengths);
                bytes.extend(channel.rows);
                bytes
            }),
            // Raw, and nothing.
            _ => std::array::from_fn(|_| vec![0, 0]),
        }
    }
}

/// A channel's rows, run-length encoded, and how long each of them is.
#[derive(Default)]
struct Packed {
    lengths: Vec<u8>,
    rows: Vec<u8>,
}

/// Alpha, red, green and blue of straight colours.
fn packed(pixels: &TileGrid<Pixel>, rect: PixelRect, kind: Kind) -> [Packed; 4] {
    let mut channels: [Packed; 4] = std::array::from_fn(|_| Packed::default());
    let mut rows: [Vec<u8>; 4] = std::array::from_fn(|_| Vec::new());
    for y in rect.top..rect.bottom {
        rows.iter_mut().for_each(Vec::clear);
        for (_, length, part) in pixels.row_parts(y, rect.left, rect.right) {
            let Some(values) = part else {
                let bytes = if kind.is_deep { 2 * length } else { length };
                rows.iter_mut().for_each(|row| row.resize(row.len() + bytes, 0));
                continue;
            };
            for pixel in values {
                if kind.is_deep {
                    let [red, green, blue, alpha] = to_rgba16(*pixel);
                    let samples = [alpha, red, green, blue];
                    rows.iter_mut().zip(samples).for_each(|(row, sample)| row.extend(sample.to_be_bytes()));
                } else {
                    let [red, green, blue, alpha] = to_rgba8(*pixel);
                    rows.iter_mut().zip([alpha, red, green, blue]).for_each(|(row, sample)| row.push(sample));
                }
            }
        }
        for (channel, row) in channels.iter_mut().zip(&rows) {
            let start = channel.rows.len();
            pack_row(row, &mut channel.rows);
            let length = (channel.rows.len() - start) as u32;
            let bytes = length.to_be_bytes();
            channel.lengths.extend(if kind.is_large { &bytes[..] } else { &bytes[2..] });
        }
    }
    channels
}

/// PackBits (TIFF 6.0, section 9).
fn pack_row(mut row: &[u8], out: &mut Vec<u8>) {
    const LONGEST: usize = 128;
    let run = |row: &[u8]| {
        let first = row.first();
        row.iter().take(LONGEST).take_while(|byte| Some(*byte) == first).count()
    };
    while !row.is_empty() {
        let length = run(row);
        if length > 2 {
            out.push((1 - length as i16) as u8);
            out.extend(row.first());
            row = row.get(length..).unwrap_or_default();
            continue;
        }
        // As it is, up to the next run that is worth its two bytes.
        let starts_run = |at: &usize| matches!(row.get(*at..*at + 3), Some([a, b, c]) if a == b && b == c);
        let length = (1..row.len().min(LONGEST)).find(starts_run).unwrap_or(row.len().min(LONGEST));
        let (literal, rest) = row.split_at(length);
        out.push((length - 1) as u8);
        out.extend(literal);
        row = rest;
    }
}

/// The picture as it is seen, for programs that do not read layers.
fn merged(
    file: &mut impl Write,
    kind: Kind,
    picture: &TileGrid<Pixel>,
    bounds: PixelRect,
    is_opaque: bool,
) -> io::Result<()> {
    let [alpha, red, green, blue] = packed(picture, bounds, kind);
    let channels = [red, green, blue, alpha];
    let channels = channels.get(..if is_opaque { 3 } else { 4 }).unwrap_or_default();
    file.write_all(&RUN_LENGTHS.to_be_bytes())?;
    for channel in channels {
        file.write_all(&channel.lengths)?;
    }
    for channel in channels {
        file.write_all(&channel.rows)?;
    }
    Ok(())
}

fn is_opaque(picture: &TileGrid<Pixel>, bounds: PixelRect) -> bool {
    (bounds.top..bounds.bottom).all(|y| {
        let mut parts = picture.row_parts(y, bounds.left, bounds.right);
        parts.all(|(_, _, part)| part.is_some_and(|row| row.iter().all(|pixel| pixel[3] == u16::MAX)))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read;
    use super::*;
    use crate::document::{CanvasSize, from_rgba16};

    fn written(document: &Document, is_large: bool) -> Vec<u8> {
        let mut file = Vec::new();
        write(&mut file, document, is_large).unwrap();
        file
    }

    /// Layers of every kind and property that these files know.
    fn document(has_16_bits: bool) -> Document {
        let size = CanvasSize::new(300, 70).unwrap();
        let layer = |props, from: u32| {
            let pixels = TileGrid::from_rows(size, |left, y, row| {
                for (pixel, x) in row.iter_mut().zip(left..).filter(|(_, x)| *x > from && y > 3) {
                    let alpha = if from == 0 { u16::MAX } else { (x * 200) as u16 / 257 * 257 };
                    *pixel = from_rgba16([(x * 150) as u16 / 257 * 257, (y * 900) as u16 / 257 * 257, 25_700, alpha]);
                }
            });
            Layer::new(props, LayerContent::Paint(pixels))
        };
        let named = |name: &str| LayerProps::named(name);
        let inner = vec![
            layer(named("Innen, 里面"), 40),
            layer(LayerProps { clipped: true, blend: BlendMode::Screen, ..named("Clipped") }, 60),
        ];
        let layers = vec![
            layer(LayerProps { locked: true, ..named("Ground") }, 0),
            Layer::new(
                LayerProps { opacity: 0.6, blend: BlendMode::Multiply, ..named("Group") },
                LayerContent::Group(inner),
            ),
            layer(LayerProps { visible: false, alpha_locked: true, ..named("Hidden") }, 100),
            Layer::new(named("Empty"), LayerContent::Paint(TileGrid::filled(size, [0; 4]))),
        ];
        Document::with_layers(size, layers, has_16_bits).unwrap().with_pixels_per_inch(Some([300, 300]))
    }

    fn describe(layers: &[Layer], depth: usize, out: &mut Vec<String>) {
        for layer in layers.iter().filter(|layer| layer.is_part_of_picture()) {
            let LayerProps { name, visible, opacity, locked, alpha_locked, clipped, blend, .. } = layer.props();
            out.push(format!("{depth} {name} {visible} {opacity:.2} {locked} {alpha_locked} {clipped} {blend:?}"));
            describe(layer.children(), depth + 1, out);
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for (has_16_bits, is_large) in [(false, false), (true, false), (false, true), (true, true)] {
            let document = document(has_16_bits);
            let opened = read(&written(&document, is_large)).unwrap();
            assert_eq!(opened.notices, []);
            assert_eq!((opened.document.size(), opened.document.has_16_bits()), (document.size(), has_16_bits));
            let (mut before, mut after) = (vec![], vec![]);
            describe(document.layers(), 0, &mut before);
            describe(opened.document.layers(), 0, &mut after);
            assert_eq!(before, after);
            let picture = |document: &Document| {
                document.all_layers().filter_map(Layer::pixels).cloned().collect::<Vec<TileGrid<Pixel>>>()
            };
            for (before, after) in picture(&document).iter().zip(picture(&opened.document)) {
                let differs = |at| before.tile(at) != after.tile(at);
                assert_eq!(before.positions().find(|at| differs(*at)), None, "{has_16_bits} {is_large}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_row_comes_back(row in prop::collection::vec(prop::sample::select(vec![0_u8, 0, 0, 1, 200]), 0..700)) {
            let mut packed = Vec::new();
            pack_row(&row, &mut packed);
            let mut out = Vec::new();
            super::super::channels::unpack_row(&packed, row.len(), &mut out);
            prop_assert_eq!(out, row);
        }
    }
}
