//! Planes become tiles: colours with their alpha and mask, in sRGB, where they belong in the canvas.

use super::super::layered::{LayeredError, MemoryUsed};
use super::channels::{self, Plane};
use super::colors::Colors;
use super::header::{ColorMode, Header};
use super::layers::{MASK, MaskRecord, Place, Record, TRANSPARENCY};
use crate::document::{CanvasSize, Pixel, PixelRect, TILE_SIDE, TileGrid, from_rgba16, scaled};

/// Where layers go.
pub(super) struct Canvas<'a> {
    pub header: &'a Header,
    pub size: CanvasSize,
    pub colors: &'a Colors,
    pub used: MemoryUsed,
}

/// A mask with its plane.
struct Mask {
    record: MaskRecord,
    plane: Option<Plane>,
}

impl Mask {
    /// Its value at a pixel of the canvas, as a share of 65535.
    fn row(&self, y: i64, left: i64, length: usize) -> Vec<u16> {
        let MaskRecord { place, outside, .. } = self.record;
        let mut row = vec![u16::from(outside) * 257; length];
        let inside = usize::try_from(y - i64::from(place.top)).ok().filter(|y| *y < place.height() as usize);
        if let (Some(y), Some(plane)) = (inside, &self.plane) {
            for (x, value) in (i64::from(place.left)..).zip(plane.row(y)) {
                if let Some(slot) = usize::try_from(x - left).ok().and_then(|at| row.get_mut(at)) {
                    *slot = value;
                }
            }
        }
        row
    }
}

impl Canvas<'_> {
    /// A layer's pixels, its mask applied.
    pub(super) fn layer(&self, record: &Record<'_>) -> Result<TileGrid<Pixel>, LayeredError> {
        let mut tiles = TileGrid::filled(self.size, Pixel::default());
        let Some(rect) = self.visible(record.place) else { return Ok(tiles) };
        let plane = |number: i16| {
            let data = record.channels.iter().find(|(known, _)| *known == number).map(|(_, data)| *data);
            data.map(|data| channels::of_layer(data, self.header, record.place.width(), record.place.height()))
                .transpose()
        };
        let colors = (0..self.header.mode.channels() as i16)
            .map(|number| plane(number)?.ok_or_else(|| LayeredError::damaged("a channel of colour is missing")))
            .collect::<Result<Vec<_>, _>>()?;
        let alpha = plane(TRANSPARENCY)?;
        let mask = self.mask(record)?;
        self.fill(&mut tiles, rect, [record.place.left, record.place.top], &colors, alpha.as_ref(), mask.as_ref());
        self.used.add(tiles.bytes())?;
        Ok(tiles)
    }

    /// A mask by itself, as white of its alpha; `None` where the record has none in use.
    pub(super) fn mask_as_pixels(&self, record: &Record<'_>) -> Result<Option<TileGrid<Pixel>>, LayeredError> {
        let Some(mask) = self.mask(record)? else { return Ok(None) };
        let mut tiles = TileGrid::filled(self.size, Pixel::default());
        tiles.change_rows(self.size.bounds(), |left, y, row| {
            let values = mask.row(i64::from(y), i64::from(left), row.len());
            row.iter_mut().zip(values).for_each(|(pixel, value)| *pixel = [value; 4]);
        });
        self.used.add(tiles.bytes())?;
        Ok(Some(tiles))
    }

    fn mask(&self, record: &Record<'_>) -> Result<Option<Mask>, LayeredError> {
        let Some(mask) = record.mask.filter(|mask| !mask.is_disabled) else { return Ok(None) };
        let data = record.channels.iter().find(|(number, _)| *number == MASK).map(|(_, data)| *data);
        let Some(data) = data else { return Ok(None) };
        let plane = (!mask.place.is_empty())
            .then(|| channels::of_layer(data, self.header, mask.place.width(), mask.place.height()))
            .transpose()?;
        Ok(Some(Mask { record: mask, plane }))
    }

    /// The merged picture of a file without layers.
    pub(super) fn merged(
        &self,
        planes: &[Plane],
        palette: &[u8],
        has_alpha: bool,
    ) -> Result<TileGrid<Pixel>, LayeredError> {
        let mut tiles = TileGrid::filled(self.size, Pixel::default());
        let colors = planes
            .get(..self.header.mode.channels())
            .ok_or_else(|| LayeredError::damaged("its channels are missing"))?;
        let alpha = planes.get(self.header.mode.channels()).filter(|_| has_alpha);
        if self.header.mode == ColorMode::Indexed {
            let colors = by_palette(colors.first(), palette)?;
            self.fill(&mut tiles, self.size.bounds(), [0, 0], &colors, alpha, None);
        } else {
            self.fill(&mut tiles, self.size.bounds(), [0, 0], colors, alpha, None);
        }
        self.used.add(tiles.bytes())?;
        Ok(tiles)
    }

    /// What of a rectangle lies in the canvas.
    fn visible(&self, place: Place) -> Option<PixelRect> {
        let within = |at: i32, max: u32| at.clamp(0, max as i32) as u32;
        let rect = PixelRect {
            left: within(place.left, self.size.width()),
            top: within(place.top, self.size.height()),
            right: within(place.right, self.size.width()),
            bottom: within(place.bottom, self.size.height()),
        };
        (!rect.is_empty()).then_some(rect)
    }

    /// Fills `rect`; the planes begin at `origin`. A row of tiles at a time, so that no picture is held twice.
    fn fill(
        &self,
        tiles: &mut TileGrid<Pixel>,
        rect: PixelRect,
        origin: [i32; 2],
        colors: &[Plane],
        alpha: Option<&Plane>,
        mask: Option<&Mask>,
    ) {
        // Alpha stands beside the colours: the layouts that profiles are applied to.
        let channels = colors.len() + 1;
        let width = rect.width() as usize;
        let skip = (i64::from(rect.left) - i64::from(origin[0])) as usize;
        let mut top = rect.top;
        while top < rect.bottom {
            let bottom = ((top / TILE_SIDE + 1) * TILE_SIDE).min(rect.bottom);
            let mut strip = vec![u16::MAX; width * (bottom - top) as usize * channels];
            for (y, row) in (top..bottom).zip(strip.chunks_exact_mut(width * channels)) {
                let row_in_plane = (i64::from(y) - i64::from(origin[1])) as usize;
                let planes = colors.iter().enumerate().chain(alpha.map(|alpha| (channels - 1, alpha)));
                for (channel, plane) in planes {
                    for (pixel, sample) in row.chunks_exact_mut(channels).zip(plane.row(row_in_plane).skip(skip)) {
                        if let Some(slot) = pixel.get_mut(channel) {
                            *slot = sample;
                        }
                    }
                }
                if let Some(mask) = mask {
                    let values = mask.row(i64::from(y), i64::from(rect.left), width);
                    for (pixel, value) in row.chunks_exact_mut(channels).zip(values) {
                        if let Some(alpha) = pixel.last_mut() {
                            *alpha = scaled(*alpha, value);
                        }
                    }
                }
            }
            let strip = self.colors.convert(strip, channels);
            let channels = if colors.len() == 1 { 2 } else { 4 };
            tiles.change_rows(PixelRect { top, bottom, ..rect }, |left, y, row| {
                let start = ((y - top) as usize * width + (left - rect.left) as usize) * channels;
                let source = strip.get(start..).unwrap_or_default().chunks_exact(channels);
                for (pixel, source) in row.iter_mut().zip(source) {
                    *pixel = match *source {
                        [gray, alpha] => from_rgba16([gray, gray, gray, alpha]),
                        [red, green, blue, alpha] => from_rgba16([red, green, blue, alpha]),
                        _ => Pixel::default(),
                    };
                }
            });
            top = bottom;
        }
    }
}

/// Red, green and blue of an indexed picture; the palette has all reds first.
fn by_palette(indices: Option<&Plane>, palette: &[u8]) -> Result<Vec<Plane>, LayeredError> {
    let (Some(indices), [reds, greens, blues]) = (indices, [0, 256, 512].map(|at| palette.get(at..at + 256))) else {
        return Err(LayeredError::damaged("its palette is missing"));
    };
    [reds, greens, blues]
        .into_iter()
        .map(|colors| {
            let colors = colors.ok_or_else(|| LayeredError::damaged("its palette is too short"))?;
            let look_up = |index: &u8| colors.get(usize::from(*index)).copied().unwrap_or_default();
            Ok(indices.with_bytes(indices.bytes.iter().map(look_up).collect()))
        })
        .collect()
}
