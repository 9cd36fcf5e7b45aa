//! How long a stroke takes, frame by frame.

mod brushes;
mod history;

use std::fmt;
use std::time::{Duration, Instant};

pub use self::brushes::{BrushTimes, all_brushes_4096};
pub use self::history::{MANY_STEPS, many_strokes};

use super::{Brush, Ink, PenSample, StrokeBuilder};
use crate::document::{CanvasSize, Document, PixelRect};

/// Side of the picture that is painted on, in pixels.
const SIDE: u32 = 2048;
const FRAMES_PER_SECOND: f32 = 60.0;
/// As often as a good tablet or mouse reports.
const SAMPLES_PER_FRAME: u32 = 4;
/// Canvas pixels a second: the picture's width in less than a second, as one sketches.
const PEN_SPEED: f32 = 2500.0;

/// Times of the frames of one stroke.
#[derive(Clone, Debug, Default)]
pub struct StrokeTimes {
    /// From the samples to changed tiles, without upload; in order.
    pub frames: Vec<Duration>,
}

impl StrokeTimes {
    #[must_use]
    pub fn median(&self) -> Duration {
        self.quantile(0.5)
    }

    #[must_use]
    pub fn percentile_99(&self) -> Duration {
        self.quantile(0.99)
    }

    #[must_use]
    pub fn max(&self) -> Duration {
        self.quantile(1.0)
    }

    /// The shortest time that at least this share of the frames do not exceed; zero without frames.
    fn quantile(&self, share: f64) -> Duration {
        let mut sorted = self.frames.clone();
        sorted.sort_unstable();
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

impl fmt::Display for StrokeTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        write!(
            f,
            "{} frames: median {:.2} ms, 99th percentile {:.2} ms, longest {:.2} ms",
            self.frames.len(),
            milliseconds(self.median()),
            milliseconds(self.percentile_99()),
            milliseconds(self.max())
        )
    }
}

/// A 500-pixel soft brush in loops over the mask of a 2048 x 2048 picture, ten seconds of it at 60 frames a second.
#[must_use]
pub fn stroke_2048() -> StrokeTimes {
    let Ok(size) = CanvasSize::new(SIDE, SIDE) else { return StrokeTimes::default() };
    let mut document = Document::blank(size, [255; 4]);
    let Some(mut stroke) = BenchStroke::begin(&mut document, Ink::Mask) else { return StrokeTimes::default() };
    let frames = (0..BenchStroke::FRAMES)
        .map(|frame| {
            let start = Instant::now();
            stroke.frame(&mut document, frame);
            start.elapsed()
        })
        .collect();
    StrokeTimes { frames }
}

/// The stroke that is measured, frame by frame.
pub struct BenchStroke {
    stroke: StrokeBuilder,
    /// Of the picture's shorter side.
    side: u32,
}

impl BenchStroke {
    /// Frames of the whole stroke: ten seconds.
    pub const FRAMES: u32 = 600;
    /// Samples of the whole stroke.
    pub const SAMPLES: u32 = Self::FRAMES * SAMPLES_PER_FRAME;

    /// Begins with a 500-pixel soft brush; `None` where nothing can be painted.
    #[must_use]
    pub fn begin(document: &mut Document, ink: Ink) -> Option<Self> {
        Self::begin_with(document, Brush { diameter: 500.0, hardness: 0.3, opacity: 0.8, ..Brush::default() }, ink)
    }

    /// Begins with any brush; `None` where nothing can be painted.
    #[must_use]
    pub fn begin_with(document: &mut Document, brush: Brush, ink: Ink) -> Option<Self> {
        let side = document.size().width().min(document.size().height());
        let stroke = StrokeBuilder::begin(document, brush, ink, sample_at(0, side)).ok()?;
        Some(Self { stroke, side })
    }

    /// Draws through the samples of this frame and returns what they have changed.
    pub fn frame(&mut self, document: &mut Document, number: u32) -> PixelRect {
        let first = number * SAMPLES_PER_FRAME + 1;
        let samples: Vec<_> = (first..first + SAMPLES_PER_FRAME).map(|index| sample_at(index, self.side)).collect();
        self.stroke.extend(document, &samples)
    }

    /// The same with one sample alone.
    pub fn sample(&mut self, document: &mut Document, number: u32) -> PixelRect {
        self.stroke.extend(document, &[sample_at(number + 1, self.side)])
    }
}

/// The pen on loops that wander across the whole picture, at [`PEN_SPEED`].
fn sample_at(index: u32, side: u32) -> PenSample {
    let side = side as f32;
    let seconds = index as f32 / (FRAMES_PER_SECOND * SAMPLES_PER_FRAME as f32);
    let radius = 0.3 * side;
    let angle = PEN_SPEED / radius * seconds;
    let drift = 0.15 * side * (0.7 * seconds).sin();
    let middle = 0.5 * side;
    PenSample {
        pos_in_canvas: [middle + drift + radius * angle.cos(), middle - drift + radius * angle.sin()],
        pressure: 1.0,
        tilt: [0.0; 2],
        time: f64::from(seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_sorted_times() {
        let times = StrokeTimes { frames: (1..=200).rev().map(Duration::from_millis).collect() };
        assert_eq!(times.median(), Duration::from_millis(100));
        assert_eq!(times.percentile_99(), Duration::from_millis(198));
        assert_eq!(times.max(), Duration::from_millis(200));
        assert_eq!(StrokeTimes { frames: Vec::new() }.max(), Duration::ZERO);
    }

    #[test]
    fn the_pen_of_the_benchmark_moves_at_its_speed_and_stays_on_the_canvas() {
        let distance: f32 = (0..2400)
            .map(|index| {
                let ([x0, y0], [x1, y1]) =
                    (sample_at(index, SIDE).pos_in_canvas, sample_at(index + 1, SIDE).pos_in_canvas);
                assert!((0.0..SIDE as f32).contains(&x1) && (0.0..SIDE as f32).contains(&y1));
                (x1 - x0).hypot(y1 - y0)
            })
            .sum();
        assert!((2300.0..2700.0).contains(&(distance / 10.0)), "{distance}");
    }
}
