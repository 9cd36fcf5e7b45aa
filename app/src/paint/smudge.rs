//! Paint that is picked up from the canvas and carried along.

use super::dab::Dab;
use super::value::PaintValue;
use crate::document::{PixelRect, TileGrid};

/// What a dab is painted with.
pub(super) enum Picked<P> {
    Color(P),
    /// Another colour for each pixel.
    Region(Region<P>),
}

/// The paint in the brush.
#[derive(Clone, Debug)]
pub(super) struct Reservoir {
    /// How much of it stays from dab to dab, 0 to 1.
    length: f32,
    /// Premultiplied, 0 to 65535; `None` before the first dab.
    color: Option<[f32; 4]>,
    /// Pixel that the last dab's centre was in.
    last: Option<[i64; 2]>,
}

/// Points a side at which the canvas is looked at under a dab; more make no difference that can be seen.
const LOOKS: u32 = 20;

impl Reservoir {
    pub(super) fn new(length: f32) -> Self {
        Self { length, color: None, last: None }
    }

    /// MyPaint's smudge: the colour under the brush is mixed into what the brush carries, and that into its own colour.
    pub(super) fn dulled<P: PaintValue>(&mut self, grid: &TileGrid<P>, dab: &Dab, own: P) -> P {
        let under = color_under(grid, dab);
        let mix = |a: [f32; 4], b: [f32; 4], share: f32| -> [f32; 4] {
            std::array::from_fn(|channel| a[channel] + (b[channel] - a[channel]) * share)
        };
        let carried = match (self.color, under) {
            (Some(carried), Some(under)) => mix(under, carried, self.length),
            (Some(carried), None) => carried,
            (None, Some(under)) => under,
            (None, None) => return own,
        };
        self.color = Some(carried);
        P::from_channels(mix(own.channels(), carried, dab.smudge))
    }

    /// Krita's smearing: what lay under the last dab is laid under this one.
    pub(super) fn smeared<P: PaintValue>(
        &mut self,
        grid: &TileGrid<P>,
        dab: &Dab,
        bounds: PixelRect,
        own: P,
    ) -> Region<P> {
        // Whole pixels: parts of pixels would blur the paint at every dab.
        let here = dab.center_in_canvas.map(|at| at.floor() as i64);
        let [last_x, last_y] = self.last.replace(here).unwrap_or(here);
        let offset = [last_x - here[0], last_y - here[1]];
        let mut region = Region::copied(grid, bounds, offset);
        let share = |share: f32| (share * 65535.0) as u16;
        let (length, smudge) = (share(self.length), share(dab.smudge));
        for y in bounds.top..bounds.bottom {
            let row = region.row_mut(y);
            let mut rest = row;
            for (_, count, under) in grid.row_parts(y, bounds.left, bounds.right) {
                let (part, others) = rest.split_at_mut(count.min(rest.len()));
                for (index, value) in part.iter_mut().enumerate() {
                    let under = under.and_then(|under| under.get(index)).copied().unwrap_or_default();
                    *value = own.mix(under.mix(*value, length), smudge);
                }
                rest = others;
            }
        }
        region
    }
}

/// The mean of what lies under the dab, the middle counting more; `None` beside the canvas.
fn color_under<P: PaintValue>(grid: &TileGrid<P>, dab: &Dab) -> Option<[f32; 4]> {
    let (width, height) = (grid.size().width() as f32, grid.size().height() as f32);
    let [center_x, center_y] = dab.center_in_canvas;
    let looks = (2.0 * dab.radius).ceil().min(LOOKS as f32).max(1.0) as u32;
    let at = |index: u32| (2 * index + 1) as f32 / looks as f32 - 1.0;
    let (mut sums, mut weights) = ([0.0f32; 4], 0.0f32);
    for (u, v) in (0..looks).flat_map(|row| (0..looks).map(move |column| (at(column), at(row)))) {
        let weight = 1.0 - u * u - v * v;
        let (x, y) = (center_x + u * dab.radius, center_y + v * dab.radius);
        if weight <= 0.0 || x < 0.0 || y < 0.0 || x >= width || y >= height {
            continue;
        }
        for (sum, channel) in sums.iter_mut().zip(grid.pixel(x as u32, y as u32).channels()) {
            *sum += weight * channel;
        }
        weights += weight;
    }
    (weights > 0.0).then(|| sums.map(|sum| sum / weights))
}

/// A copied part of a canvas.
pub(super) struct Region<P> {
    bounds: PixelRect,
    values: Vec<P>,
}

impl<P: PaintValue> Region<P> {
    /// What lies `offset` beside `bounds`; beyond the canvas its rim goes on.
    fn copied(grid: &TileGrid<P>, bounds: PixelRect, offset: [i64; 2]) -> Self {
        let (width, height) = (i64::from(grid.size().width()), i64::from(grid.size().height()));
        let mut values = Vec::with_capacity(bounds.area() as usize);
        let left = i64::from(bounds.left) + offset[0];
        let right = i64::from(bounds.right) + offset[0];
        // The part of the row that lies on the canvas; at least its first or last pixel, to go on from.
        let inside_left = left.clamp(0, width - 1);
        let inside_right = right.clamp(inside_left + 1, width);
        for y in bounds.top..bounds.bottom {
            let row_starts_at = values.len();
            let y = (i64::from(y) + offset[1]).clamp(0, height - 1) as u32;
            let pixel = |x: i64| grid.pixel(x as u32, y);
            values.extend((left..inside_left.min(right)).map(|_| pixel(inside_left)));
            for (_, count, part) in grid.row_parts(y, inside_left as u32, inside_right as u32) {
                match part {
                    Some(part) => values.extend_from_slice(part),
                    None => values.extend((0..count).map(|_| P::default())),
                }
            }
            let width = bounds.width() as usize;
            values.resize(row_starts_at + width, pixel(inside_right - 1));
        }
        Self { bounds, values }
    }

    /// The values from `left` on.
    pub(super) fn row(&self, left: u32, y: u32) -> &[P] {
        let width = self.bounds.width() as usize;
        let start = (y - self.bounds.top) as usize * width;
        self.values.get(start + (left - self.bounds.left) as usize..start + width).unwrap_or_default()
    }

    fn row_mut(&mut self, y: u32) -> &mut [P] {
        let width = self.bounds.width() as usize;
        let start = (y - self.bounds.top) as usize * width;
        self.values.get_mut(start..start + width).unwrap_or_default()
    }
}
