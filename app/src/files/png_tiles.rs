//! PNG files to tiles and back, a strip of rows at a time, so that a large layer is never held twice.

use std::io::{Cursor, Write as _};

use png::{BitDepth, ColorType, Transformations};

use super::icc::{IccError, Samples, ToSrgb};
use crate::document::{
    CanvasSize, Pixel, PixelRect, TILE_SIDE, TileGrid, TileValue, from_rgba8, from_rgba16, row_ranges, to_rgba8,
    to_rgba16,
};

/// Pixels of a side of a layer: layers may reach beyond the canvas.
const MAX_SIDE: u32 = 4 * CanvasSize::MAX_SIDE;

/// What a decoder may take for text, profiles and rows.
const DECODER_BYTES: usize = 1 << 28;

/// What kept a PNG file from becoming tiles, as half a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PngError {
    #[error("is damaged: {0}")]
    Damaged(String),
    #[error("is missing")]
    Missing,
    #[error("is not a PNG picture")]
    NotPng,
    #[error("was cut short")]
    CutShort,
    #[error("says it is {width} x {height} pixels; up to {max} a side are opened")]
    BadSize { width: u32, height: u32, max: u32 },
}

impl From<png::DecodingError> for PngError {
    fn from(error: png::DecodingError) -> Self {
        match error {
            png::DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Self::CutShort,
            error => Self::Damaged(error.to_string()),
        }
    }
}

/// Width and height that a PNG file says it has.
///
/// # Errors
/// No PNG file, or an absurd size.
pub(super) fn size_of(png: &[u8]) -> Result<(u32, u32), PngError> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(png), png::Limits { bytes: DECODER_BYTES });
    let info = decoder.read_header_info()?;
    let (width, height) = (info.width, info.height);
    let fits = |side| (1..=MAX_SIDE).contains(&side);
    if fits(width) && fits(height) {
        Ok((width, height))
    } else {
        Err(PngError::BadSize { width, height, max: MAX_SIDE })
    }
}

/// A picture in tiles, and what else its file said.
pub(super) struct PngTiles<P> {
    pub tiles: TileGrid<P>,
    pub has_16_bits: bool,
    /// Why its colours are not what its profile says.
    pub profile: Result<(), IccError>,
}

/// A PNG file of colours, its top left corner at `offset` in a canvas of `size`; what lies outside is dropped. Colours
/// are converted to sRGB if it has a profile of its own.
///
/// # Errors
/// Damaged files.
pub(super) fn read_pixels(png: &[u8], size: CanvasSize, offset: [i64; 2]) -> Result<PngTiles<Pixel>, PngError> {
    let mut reader = Rows::new(png)?;
    let (color, depth) = reader.kind();
    let has_16_bits = depth == BitDepth::Sixteen;
    let (samples, channels) = match color {
        ColorType::Grayscale => (Samples::Gray, 1),
        ColorType::GrayscaleAlpha => (Samples::GrayAlpha, 2),
        ColorType::Rgb => (Samples::Rgb, 3),
        ColorType::Rgba => (Samples::Rgba, 4),
        ColorType::Indexed => return Err(PngError::Damaged("its palette is missing".to_owned())),
    };
    let (way, profile) = match reader.profile().map(|profile| ToSrgb::new(profile, samples)) {
        Some(Ok(way)) => (way, Ok(())),
        Some(Err(error)) => (None, Err(error)),
        None => (None, Ok(())),
    };
    let mut tiles = TileGrid::filled(size, Pixel::default());
    while let Some((rect, left, mut strip)) = reader.next_strip(size, offset)? {
        if let Some(way) = &way {
            // A profile that could be read converts any row; if it does not, the colours stay as they are.
            _ = convert_strip(way, &mut strip, has_16_bits);
        }
        let strip = Strip { bytes: &strip, rect, left, width: reader.width };
        match (channels, has_16_bits) {
            (1, false) => strip.fill_tiles(&mut tiles, |[gray]: [u8; 1]| from_rgba8([gray, gray, gray, u8::MAX])),
            (2, false) => strip.fill_tiles(&mut tiles, |[gray, alpha]: [u8; 2]| from_rgba8([gray, gray, gray, alpha])),
            (3, false) => strip.fill_tiles(&mut tiles, |[r, g, b]: [u8; 3]| from_rgba8([r, g, b, u8::MAX])),
            (_, false) => strip.fill_tiles(&mut tiles, from_rgba8),
            (1, true) => strip.fill_tiles(&mut tiles, |gray: [u8; 2]| {
                let gray = u16::from_be_bytes(gray);
                from_rgba16([gray, gray, gray, u16::MAX])
            }),
            (2, true) => strip.fill_tiles(&mut tiles, |bytes: [u8; 4]| {
                let [gray, alpha] = from_be(bytes);
                from_rgba16([gray, gray, gray, alpha])
            }),
            (3, true) => strip.fill_tiles(&mut tiles, |bytes: [u8; 6]| {
                let [r, g, b] = from_be(bytes);
                from_rgba16([r, g, b, u16::MAX])
            }),
            (_, true) => strip.fill_tiles(&mut tiles, |bytes: [u8; 8]| from_rgba16(from_be(bytes))),
        }
    }
    Ok(PngTiles { tiles, has_16_bits, profile })
}

/// A grey PNG file as the values of a mask; of a coloured one, red is taken.
///
/// # Errors
/// As [`read_pixels`].
pub(super) fn read_mask(png: &[u8], size: CanvasSize, offset: [i64; 2]) -> Result<TileGrid<u16>, PngError> {
    let mut reader = Rows::new(png)?;
    let (color, depth) = reader.kind();
    let mut values = TileGrid::filled(size, 0);
    while let Some((rect, left, bytes)) = reader.next_strip(size, offset)? {
        let strip = Strip { bytes: &bytes, rect, left, width: reader.width };
        match (color.samples(), depth == BitDepth::Sixteen) {
            (1, true) => strip.fill_tiles(&mut values, u16::from_be_bytes),
            (1, false) => strip.fill_tiles(&mut values, |[value]: [u8; 1]| u16::from(value) * 257),
            (2, true) => strip.fill_tiles(&mut values, |bytes: [u8; 4]| from_be::<4, 2>(bytes)[0]),
            (2, false) => strip.fill_tiles(&mut values, |bytes: [u8; 2]| u16::from(bytes[0]) * 257),
            (3, true) => strip.fill_tiles(&mut values, |bytes: [u8; 6]| from_be::<6, 3>(bytes)[0]),
            (3, false) => strip.fill_tiles(&mut values, |bytes: [u8; 3]| u16::from(bytes[0]) * 257),
            (_, true) => strip.fill_tiles(&mut values, |bytes: [u8; 8]| from_be::<8, 4>(bytes)[0]),
            (_, false) => strip.fill_tiles(&mut values, |bytes: [u8; 4]| u16::from(bytes[0]) * 257),
        }
    }
    Ok(values)
}

fn from_be<const BYTES: usize, const N: usize>(bytes: [u8; BYTES]) -> [u16; N] {
    std::array::from_fn(|i| match bytes.get(2 * i..2 * i + 2) {
        Some(&[high, low]) => u16::from_be_bytes([high, low]),
        _ => 0,
    })
}

fn convert_strip(way: &ToSrgb, strip: &mut [u8], has_16_bits: bool) -> Result<(), IccError> {
    if !has_16_bits {
        return way.convert(strip);
    }
    let mut samples: Vec<u16> = strip.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    way.convert(&mut samples)?;
    for (pair, sample) in strip.as_chunks_mut::<2>().0.iter_mut().zip(samples) {
        *pair = sample.to_be_bytes();
    }
    Ok(())
}

/// A file's rows, those of one row of tiles at a time.
struct Rows<'a> {
    reader: png::Reader<Cursor<&'a [u8]>>,
    width: u32,
    height: u32,
    /// Of the file.
    next_row: u32,
    /// All rows, of files that store them interlaced.
    whole: Option<Vec<u8>>,
    row_bytes: usize,
}

impl<'a> Rows<'a> {
    fn new(png: &'a [u8]) -> Result<Self, PngError> {
        let (width, height) = size_of(png)?;
        let mut decoder = png::Decoder::new_with_limits(Cursor::new(png), png::Limits { bytes: DECODER_BYTES });
        decoder.set_transformations(Transformations::EXPAND);
        decoder.set_ignore_text_chunk(true);
        let mut reader = decoder.read_info()?;
        let too_large = || PngError::BadSize { width, height, max: MAX_SIDE };
        let row_bytes = reader.output_line_size(width).ok_or_else(too_large)?;
        let whole = if reader.info().interlaced {
            // Such files are as large as other programs make them in memory; ours are not.
            let bytes = reader.output_buffer_size().filter(|bytes| *bytes <= 1 << 30).ok_or_else(too_large)?;
            let mut whole = vec![0; bytes];
            reader.next_frame(&mut whole)?;
            Some(whole)
        } else {
            None
        };
        Ok(Self { reader, width, height, next_row: 0, whole, row_bytes })
    }

    fn kind(&self) -> (ColorType, BitDepth) {
        self.reader.output_color_type()
    }

    fn profile(&self) -> Option<&[u8]> {
        self.reader.info().icc_profile.as_deref()
    }

    /// The next rows that lie in the same tiles: where they are in the canvas, the file's column there, and their bytes.
    fn next_strip(
        &mut self,
        size: CanvasSize,
        [left, top]: [i64; 2],
    ) -> Result<Option<(PixelRect, usize, Vec<u8>)>, PngError> {
        let in_canvas = |at: i64, max: u32| at.clamp(0, i64::from(max)) as u32;
        let from_x = in_canvas(left, size.width());
        let to_x = in_canvas(left.saturating_add(i64::from(self.width)), size.width());
        let end_y = in_canvas(top.saturating_add(i64::from(self.height)), size.height());
        // Rows above the canvas are decoded and forgotten.
        while self.next_row < self.height && top.saturating_add(i64::from(self.next_row)) < 0 {
            self.read_row(None)?;
        }
        let from_y = in_canvas(top.saturating_add(i64::from(self.next_row)), size.height());
        if from_x >= to_x || from_y >= end_y {
            return Ok(None);
        }
        let to_y = ((from_y / TILE_SIDE + 1) * TILE_SIDE).min(end_y);
        let mut strip = Vec::with_capacity(self.row_bytes * (to_y - from_y) as usize);
        for _ in from_y..to_y {
            self.read_row(Some(&mut strip))?;
        }
        let rect = PixelRect { left: from_x, top: from_y, right: to_x, bottom: to_y };
        Ok(Some((rect, (i64::from(from_x).saturating_sub(left)) as usize, strip)))
    }

    fn read_row(&mut self, strip: Option<&mut Vec<u8>>) -> Result<(), PngError> {
        let at = self.next_row as usize * self.row_bytes;
        self.next_row += 1;
        let row = match &self.whole {
            Some(whole) => whole.get(at..at + self.row_bytes),
            None => self.reader.next_row()?.map(|row| row.data()),
        };
        let row = row.ok_or(PngError::CutShort)?;
        if let Some(strip) = strip {
            strip.extend_from_slice(row);
        }
        Ok(())
    }
}

/// Rows of a file and where they belong.
struct Strip<'a> {
    bytes: &'a [u8],
    /// In the canvas.
    rect: PixelRect,
    /// The file's column at the rectangle's left edge.
    left: usize,
    /// Of the file, in pixels.
    width: u32,
}

impl Strip<'_> {
    /// Converts pixels of `N` bytes each.
    fn fill_tiles<P: TileValue, const N: usize>(&self, tiles: &mut TileGrid<P>, convert: impl Fn([u8; N]) -> P + Sync) {
        let pixels = self.bytes.as_chunks::<N>().0;
        tiles.change_rows(self.rect, |left, y, row| {
            let start =
                (y - self.rect.top) as usize * self.width as usize + self.left + (left - self.rect.left) as usize;
            for (value, source) in row.iter_mut().zip(pixels.get(start..).unwrap_or_default()) {
                *value = convert(*source);
            }
        });
    }
}

/// The smallest rectangle outside which every value is the default; `None` where all are.
pub(super) fn content_bounds<P: TileValue>(tiles: &TileGrid<P>) -> Option<PixelRect> {
    let mut bounds = PixelRect::EMPTY;
    for at in tiles.positions() {
        let Some(values) = tiles.tile(at) else { continue };
        let tile = at.rect();
        if bounds.union(tile) == bounds {
            continue;
        }
        for (row, y) in values.chunks_exact(TILE_SIDE as usize).zip(tile.top..) {
            let first = row.iter().position(|value| *value != P::default());
            let last = row.iter().rposition(|value| *value != P::default());
            if let (Some(first), Some(last)) = (first, last) {
                let (left, right) = (tile.left + first as u32, tile.left + last as u32 + 1);
                bounds = bounds.union(PixelRect { left, top: y, right, bottom: y + 1 });
            }
        }
    }
    (!bounds.is_empty()).then_some(bounds)
}

/// Part of a layer as a PNG file of straight RGBA: with 8 bits a channel where they hold every pixel exactly, else 16.
///
/// # Errors
/// None that a buffer in memory can cause; they are passed on all the same.
pub(super) fn write_pixels(tiles: &TileGrid<Pixel>, rect: PixelRect) -> Result<Vec<u8>, png::EncodingError> {
    let has_8_bits = tiles.positions().filter(|at| !at.rect().intersect(rect).is_empty()).all(|at| {
        let values = tiles.tile(at).unwrap_or_default();
        row_ranges(at, rect)
            .filter_map(|(_, range)| values.get(range))
            .all(|row| row.iter().all(|pixel| from_rgba8(to_rgba8(*pixel)) == *pixel))
    });
    if has_8_bits {
        write_rows(tiles, rect, ColorType::Rgba, BitDepth::Eight, to_rgba8)
    } else {
        write_rows(tiles, rect, ColorType::Rgba, BitDepth::Sixteen, |pixel| to_be::<4, 8>(to_rgba16(pixel)))
    }
}

/// Part of a mask as a grey PNG file with 16 bits.
///
/// # Errors
/// As [`write_pixels`].
pub(super) fn write_mask(values: &TileGrid<u16>, rect: PixelRect) -> Result<Vec<u8>, png::EncodingError> {
    write_rows(values, rect, ColorType::Grayscale, BitDepth::Sixteen, u16::to_be_bytes)
}

fn to_be<const N: usize, const BYTES: usize>(samples: [u16; N]) -> [u8; BYTES] {
    std::array::from_fn(|i| samples.get(i / 2).map_or(0, |sample| sample.to_be_bytes()[i % 2]))
}

fn write_rows<P: TileValue, const N: usize>(
    tiles: &TileGrid<P>,
    rect: PixelRect,
    color: ColorType,
    depth: BitDepth,
    convert: impl Fn(P) -> [u8; N],
) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, rect.width(), rect.height());
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(png::Compression::Fast);
    if color == ColorType::Rgba {
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    }
    let mut file_writer = encoder.write_header()?;
    let mut writer = file_writer.stream_writer_with_size(1 << 16)?;
    let mut row = Vec::with_capacity(rect.width() as usize * N);
    for y in rect.top..rect.bottom {
        row.clear();
        for (_, length, part) in tiles.row_parts(y, rect.left, rect.right) {
            match part {
                Some(values) => row.extend(values.iter().flat_map(|value| convert(*value))),
                None => row.extend(std::iter::repeat_n(convert(P::default()), length).flatten()),
            }
        }
        writer.write_all(&row)?;
    }
    writer.finish()?;
    file_writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageBuffer, Rgba, RgbaImage};

    use super::*;
    use crate::document::Document;

    fn tiles_of(image: DynamicImage) -> TileGrid<Pixel> {
        Document::from_image(&image).unwrap().flattened()
    }

    fn canvas(width: u32, height: u32) -> CanvasSize {
        CanvasSize::new(width, height).unwrap()
    }

    fn same(a: &TileGrid<Pixel>, b: &TileGrid<Pixel>) -> bool {
        a.size() == b.size() && a.positions().all(|at| a.tile(at) == b.tile(at))
    }

    #[test]
    fn every_premultiplied_pixel_comes_back() {
        // 16-bit colours behind every kind of alpha: premultiplied values that 8 bits cannot hold.
        let image = ImageBuffer::<Rgba<u16>, _>::from_fn(600, 300, |x, y| {
            Rgba([(x * 109) as u16, (y * 218) as u16, (x * y) as u16, (x * 7919 + y * 104_729) as u16])
        });
        let tiles = tiles_of(image.into());
        let bounds = tiles.size().bounds();
        let file = write_pixels(&tiles, bounds).unwrap();
        let read = read_pixels(&file, tiles.size(), [0, 0]).unwrap();
        assert!(same(&read.tiles, &tiles) && read.has_16_bits);
    }

    #[test]
    fn pixels_of_an_8_bit_picture_are_stored_with_8_bits() {
        let image = RgbaImage::from_fn(300, 300, |x, y| Rgba([x as u8, y as u8, 9, (x ^ y) as u8]));
        let tiles = tiles_of(image.into());
        let file = write_pixels(&tiles, tiles.size().bounds()).unwrap();
        let read = read_pixels(&file, tiles.size(), [0, 0]).unwrap();
        assert!(same(&read.tiles, &tiles) && !read.has_16_bits);
    }

    #[test]
    fn a_layer_may_reach_beyond_the_canvas_on_every_side() {
        let image = RgbaImage::from_fn(700, 600, |x, y| Rgba([x as u8, y as u8, 9, 255]));
        let whole = tiles_of(image.clone().into());
        let file = write_pixels(&whole, whole.size().bounds()).unwrap();
        for (offset, size) in
            [([-100, -300], canvas(500, 280)), ([40, 500], canvas(800, 520)), ([900, 0], canvas(10, 10))]
        {
            let read = read_pixels(&file, size, offset).unwrap().tiles;
            for (x, y) in [(0, 0), (41, 501), (270, 270), (499, 279), (739, 519), (9, 9)] {
                let at = |at: u32, offset: i64| u32::try_from(i64::from(at) - offset).ok();
                let inside = x < size.width() && y < size.height();
                let expected = at(x, offset[0]).zip(at(y, offset[1])).filter(|_| inside);
                let expected = expected.map_or([0; 4], |(x, y)| whole.pixel(x, y));
                assert_eq!(read.pixel(x, y), expected, "{x}, {y} at {offset:?}");
            }
        }
    }

    #[test]
    fn bounds_are_exact_and_empty_layers_have_none() {
        let mut image = RgbaImage::new(700, 700);
        for (x, y) in [(300, 90), (301, 520), (299, 400)] {
            image.put_pixel(x, y, Rgba([1, 2, 3, 255]));
        }
        let bounds = content_bounds(&tiles_of(image.into()));
        assert_eq!(bounds, Some(PixelRect { left: 299, top: 90, right: 302, bottom: 521 }));
        assert_eq!(content_bounds(&TileGrid::filled(canvas(700, 700), 0u16)), None);
    }

    #[test]
    fn other_kinds_of_png_are_read_too() {
        let size = canvas(40, 30);
        let gray = DynamicImage::ImageLuma8(image::GrayImage::from_fn(40, 30, |x, y| image::Luma([(x + y) as u8])));
        for image in [
            gray.clone(),
            gray.clone().into_luma_alpha8().into(),
            gray.clone().into_rgb8().into(),
            gray.clone().into_luma16().into(),
            gray.clone().into_rgb16().into(),
            gray.clone().into_luma_alpha16().into(),
        ] {
            let mut file = Cursor::new(Vec::new());
            image.write_to(&mut file, image::ImageFormat::Png).unwrap();
            let read = read_pixels(file.get_ref(), size, [0, 0]).unwrap().tiles;
            assert!(same(&read, &tiles_of(gray.clone())), "{:?}", image.color());
            let mask = read_mask(file.get_ref(), size, [0, 0]).unwrap();
            assert_eq!(mask.pixel(20, 9), 29 * 257, "{:?}", image.color());
        }
    }

    #[test]
    fn files_cut_short_are_refused() {
        let image = RgbaImage::from_fn(40, 30, |x, y| Rgba([x as u8, y as u8, (x * y) as u8, 255]));
        let tiles = tiles_of(image.into());
        let file = write_pixels(&tiles, tiles.size().bounds()).unwrap();
        for length in 0..file.len() - 40 {
            assert!(read_pixels(&file[..length], tiles.size(), [0, 0]).is_err(), "{length} of {}", file.len());
        }
    }
}
