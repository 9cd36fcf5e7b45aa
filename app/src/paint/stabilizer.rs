//! Evens out an unsteady hand.

use std::collections::VecDeque;

use super::PenSample;
use super::brush::{Brush, StabilizerKind};

/// Samples of the pen in, samples of an evened way out, one for one.
#[derive(Debug)]
pub(super) struct Stabilizer {
    way: Way,
    catches_up: bool,
    /// The pen itself.
    pen: PenSample,
    /// Where the evened way stands.
    at: [f32; 2],
}

#[derive(Debug)]
enum Way {
    AsDrawn,
    /// The last samples, newest first, and how far each is from the one after it.
    Average {
        sigma: f32,
        last: VecDeque<(PenSample, f32)>,
    },
    Rope {
        length: f32,
    },
}

/// Samples that one average takes in at most.
const MAX_AVERAGED: usize = 512;

impl Stabilizer {
    pub(super) fn new(brush: &Brush, first: PenSample) -> Self {
        let length = brush.stabilizer_length;
        let way = match brush.stabilizer {
            StabilizerKind::Average if length > 0.0 => {
                // Krita: the length is three standard deviations.
                Way::Average { sigma: length / 3.0, last: VecDeque::from([(first, 0.0)]) }
            }
            StabilizerKind::Rope if length > 0.0 => Way::Rope { length },
            _ => Way::AsDrawn,
        };
        Self { way, catches_up: brush.catches_up, pen: first, at: first.pos_in_canvas }
    }

    pub(super) fn push(&mut self, sample: PenSample) -> PenSample {
        let moved = distance(sample.pos_in_canvas, self.pen.pos_in_canvas);
        self.pen = sample;
        let evened = match &mut self.way {
            Way::AsDrawn => sample,
            Way::Average { sigma, last } => {
                if let Some((_, to_next)) = last.front_mut() {
                    *to_next = moved;
                }
                last.push_front((sample, 0.0));
                last.truncate(MAX_AVERAGED);
                average(last, *sigma)
            }
            Way::Rope { length } => {
                let taut = distance(self.at, sample.pos_in_canvas);
                let pull = if taut > *length { 1.0 - *length / taut } else { 0.0 };
                let pulled = |axis: usize| self.at[axis] + (sample.pos_in_canvas[axis] - self.at[axis]) * pull;
                PenSample { pos_in_canvas: [pulled(0), pulled(1)], ..sample }
            }
        };
        self.at = evened.pos_in_canvas;
        evened
    }

    /// The pen is lifted: where the way still has to go.
    pub(super) fn finish(&self) -> Option<PenSample> {
        (self.catches_up && self.at != self.pen.pos_in_canvas).then_some(self.pen)
    }
}

/// The mean of position, pressure and tilt, weighted by a Gaussian of the distance along the pen's way, as Krita's weighted
/// smoothing has it (`KisToolFreehandHelper::paint`). Samples that no longer weigh anything are dropped.
fn average(last: &mut VecDeque<(PenSample, f32)>, sigma: f32) -> PenSample {
    let (mut sums, mut weights, mut back) = ([0.0f64; 5], 0.0f64, 0.0f32);
    let mut used = 0;
    for (sample, to_next) in last.iter() {
        back += to_next;
        let weight = f64::from((-back * back / (2.0 * sigma * sigma)).exp());
        if weight < 0.01 {
            break;
        }
        let [x, y] = sample.pos_in_canvas;
        let [tilt_x, tilt_y] = sample.tilt;
        for (sum, value) in sums.iter_mut().zip([x, y, sample.pressure, tilt_x, tilt_y]) {
            *sum += weight * f64::from(value);
        }
        weights += weight;
        used += 1;
    }
    last.truncate(used + 1);
    let time = last.front().map_or(0.0, |(newest, _)| newest.time);
    let [x, y, pressure, tilt_x, tilt_y] = sums.map(|sum| (sum / weights) as f32);
    PenSample { pos_in_canvas: [x, y], pressure, tilt: [tilt_x, tilt_y], time }
}

fn distance([x0, y0]: [f32; 2], [x1, y1]: [f32; 2]) -> f32 {
    (x1 - x0).hypot(y1 - y0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(x: f32, y: f32) -> PenSample {
        PenSample::at([x, y])
    }

    fn stabilizer(kind: StabilizerKind, length: f32, catches_up: bool) -> Stabilizer {
        let brush = Brush { stabilizer: kind, stabilizer_length: length, catches_up, ..Brush::default() };
        Stabilizer::new(&brush, sample(0.0, 0.0))
    }

    #[test]
    fn without_one_the_way_is_as_drawn() {
        let mut none = stabilizer(StabilizerKind::None, 50.0, true);
        assert_eq!(none.push(sample(3.0, 4.0)), sample(3.0, 4.0));
        assert_eq!(none.finish(), None);
    }

    #[test]
    fn an_average_takes_the_tremor_out_of_a_line() {
        let mut average = stabilizer(StabilizerKind::Average, 60.0, true);
        let tremor = |index: usize| if index.is_multiple_of(2) { 3.0 } else { -3.0 };
        let evened: Vec<_> = (1..200).map(|index| average.push(sample(index as f32 * 2.0, tremor(index)))).collect();
        let worst = evened[50..].iter().map(|sample| sample.pos_in_canvas[1].abs()).fold(0.0, f32::max);
        assert!(worst < 0.5, "{worst}");
        let lag = 398.0 - evened[198].pos_in_canvas[0];
        // The mean distance of a half Gaussian is sigma * sqrt(2 / pi), 16 along the way, of which 2 of 6.3 go on.
        assert!((lag - 5.0).abs() < 1.0, "{lag}");
        assert_eq!(average.finish().unwrap().pos_in_canvas[0], 398.0);
    }

    #[test]
    fn a_rope_is_dragged_and_lies_still_while_it_is_slack() {
        let mut rope = stabilizer(StabilizerKind::Rope, 50.0, false);
        assert_eq!(rope.push(sample(30.0, 30.0)).pos_in_canvas, [0.0, 0.0]);
        let pulled = rope.push(sample(120.0, 0.0)).pos_in_canvas;
        assert!((pulled[0] - 70.0).abs() < 1e-3 && pulled[1] == 0.0);
        assert_eq!(rope.push(sample(100.0, 10.0)).pos_in_canvas, pulled);
        assert_eq!(rope.finish(), None, "a rope may stay behind");
    }
}
