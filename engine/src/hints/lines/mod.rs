//! Straight lines (M-LSD, Gu et al. 2022): a network says where the middles of lines are and how far it is from there to
//! their ends.

mod draw;

use std::path::Path;

use image::RgbImage;

pub use self::draw::drawn;
use crate::checkpoint::safetensors::SafetensorsFile;
use crate::models::{ForwardError, LayerList, Map, ModelError};
use crate::nn::{Compute, Interrupted};

/// A straight line in pixels, 0 being the left or top edge of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    pub from: [f32; 2],
    pub to: [f32; 2],
}

/// The network and how its answer is read.
#[derive(Clone, Debug)]
pub struct LineFinder {
    net: LayerList,
}

/// Which lines count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// How sure the network must be of a line, 0 to 1.
    pub min_score: f32,
    /// Shortest line, as a share of the picture's edge, in the square the network sees.
    pub min_length: f32,
}

/// Surest lines that are read, as in the published code.
const MOST: usize = 200;
/// The map of middles among the network's, and the first of the four from there to the ends.
const MIDDLES: usize = 7;
const ENDS: usize = 8;

impl LineFinder {
    /// # Errors
    /// The file is no such file.
    pub fn load(file: &Path, compute: &Compute) -> Result<Self, ModelError> {
        let net = LayerList::load(&SafetensorsFile::open(file)?, "lines", compute)?;
        Ok(Self { net })
    }

    /// Pixels along the edges of the square that the network sees; a picture is brought to that size first.
    #[must_use]
    pub fn side(&self) -> u32 {
        u32::try_from(self.net.input()[1]).unwrap_or(u32::MAX)
    }

    /// The lines of `picture`, which is [`LineFinder::side`] wide and high; the surest first. Their places are shares of
    /// the picture, 0 to 1. `reached` is told the share of the work that is done.
    ///
    /// # Errors
    /// `reached` wants it to stop, or the device failed.
    pub fn find(
        &self,
        picture: &RgbImage,
        choice: Choice,
        reached: &mut dyn FnMut(f32) -> Result<(), Interrupted>,
    ) -> Result<Vec<Segment>, ForwardError> {
        let level = |level: u8| f32::from(level) / 127.5 - 1.0;
        let colors = (0..3).flat_map(|channel| picture.pixels().map(move |pixel| level(pixel.0[channel])));
        // The fourth channel is 1, before it is scaled as the colours are.
        let opaque = std::iter::repeat_n(level(1), picture.pixels().len());
        let mut outputs = self.net.forward(colors.chain(opaque).collect(), reached)?;
        Ok(segments(&outputs.take("maps")?, choice))
    }
}

/// Reads the network's maps `[16, H, W]` as the published code does; places are shares of the picture.
fn segments(maps: &Map, choice: Choice) -> Vec<Segment> {
    let [_, height, width] = maps.shape;
    let channel = |i: usize| maps.channels().nth(i).unwrap_or_default();
    let ends: [&[f32]; 4] = std::array::from_fn(|i| channel(ENDS + i));
    let mut found = Vec::new();
    for (i, score) in peaks(channel(MIDDLES), width).into_iter().take(MOST) {
        let (x, y) = ((i % width) as f32, (i / width) as f32);
        let [from_x, from_y, to_x, to_y] = ends.map(|map| map.get(i).copied().unwrap_or_default());
        let length = (from_x - to_x).hypot(from_y - to_y);
        if score > choice.min_score && length > choice.min_length * width as f32 {
            let share = |dx: f32, dy: f32| [(x + dx) / width as f32, (y + dy) / height as f32];
            found.push(Segment { from: share(from_x, from_y), to: share(to_x, to_y) });
        }
    }
    found
}

/// Pixels none of whose neighbours is surer, with how sure they are, 0 to 1; the surest first.
fn peaks(map: &[f32], width: usize) -> Vec<(usize, f32)> {
    let height = map.len() / width.max(1);
    let is_peak = |&(i, &value): &(usize, &f32)| {
        let (x, y) = (i % width, i / width);
        let rows = y.saturating_sub(1)..(y + 2).min(height);
        let row = |y: usize| &map[y * width + x.saturating_sub(1)..y * width + (x + 2).min(width)];
        rows.flat_map(row).all(|&neighbour| neighbour <= value)
    };
    let score = |logit: f32| 1.0 / (1.0 + (-logit).exp());
    let mut peaks: Vec<(usize, f32)> = map.iter().enumerate().filter(is_peak).map(|(i, &x)| (i, score(x))).collect();
    peaks.sort_by(|a, b| b.1.total_cmp(&a.1));
    peaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_from_their_middles() {
        let mut maps = Map { shape: [16, 8, 8], values: vec![0.0; 16 * 64] };
        let middle = 4 * 8 + 4;
        maps.values[MIDDLES * 64..][..64].fill(-9.0);
        maps.values[MIDDLES * 64 + middle] = 2.0;
        maps.values[MIDDLES * 64 + middle + 1] = 1.0;
        for (channel, value) in [-2.0, -1.0, 2.0, 1.0].into_iter().enumerate() {
            maps.values[(ENDS + channel) * 64 + middle] = value;
        }
        let choice = Choice { min_score: 0.1, min_length: 0.0 };
        assert_eq!(segments(&maps, choice), [Segment { from: [0.25, 0.375], to: [0.75, 0.625] }]);
        assert_eq!(segments(&maps, Choice { min_length: 0.6, ..choice }), []);
        assert_eq!(segments(&maps, Choice { min_score: 0.9, ..choice }), []);
    }
}
