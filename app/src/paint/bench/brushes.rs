//! How long strokes of every brush take.

use std::fmt;
use std::path::Path;
use std::time::Instant;

use super::{BenchStroke, StrokeTimes};
use crate::document::{CanvasSize, Document};
use crate::paint::{Brush, BrushLibrary, Ink};

/// Side of the picture that is painted on, in pixels.
const SIDE: u32 = 4096;
/// Two seconds at 60 frames a second.
const FRAMES: u32 = 120;
/// Brushes that are also measured as large as a brush can be.
const ALSO_LARGEST: [&str; 2] = ["Hard round", "Soft airbrush"];

/// Times of a stroke's frames, from the samples to changed tiles.
#[derive(Clone, Debug)]
pub struct BrushTimes {
    pub name: String,
    /// Canvas pixels.
    pub diameter: f32,
    pub times: StrokeTimes,
}

impl fmt::Display for BrushTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:18} {:4} px  {}", self.name, self.diameter, self.times)
    }
}

/// A stroke of each brush in the folder, at 500 pixels, over a layer of 4096 x 4096 pixels that is full of colour.
#[must_use]
pub fn all_brushes_4096(folder: &Path) -> Vec<BrushTimes> {
    let (mut library, _) = BrushLibrary::load(folder, None);
    let brushes: Vec<_> = library.presets().iter().map(|entry| entry.preset.clone()).collect();
    let measured = brushes.into_iter().flat_map(|preset| {
        let mut brush = preset.brush;
        // A brush whose picture is missing is measured with a round tip.
        drop(library.find_pictures(&mut brush));
        let largest = ALSO_LARGEST.contains(&preset.name.as_str()).then_some(Brush::MAX_DIAMETER);
        let diameters = [500.0].into_iter().chain(largest);
        let name = preset.name;
        diameters.filter_map(move |diameter| {
            let brush = Brush { diameter, ..brush.clone() };
            Some(BrushTimes { name: name.clone(), diameter, times: stroke_4096(brush)? })
        })
    });
    measured.collect()
}

fn stroke_4096(brush: Brush) -> Option<StrokeTimes> {
    let mut document = Document::blank(CanvasSize::new(SIDE, SIDE).ok()?, [90, 140, 200, 255]);
    let mut stroke = BenchStroke::begin_with(&mut document, brush, Ink::Color([200, 60, 40]))?;
    let frames = (0..FRAMES).map(|frame| {
        let start = Instant::now();
        stroke.frame(&mut document, frame);
        start.elapsed()
    });
    Some(StrokeTimes { frames: frames.collect() })
}
