//! Where along a stroke dabs are laid.

use super::dab::Dab;
use super::{Brush, PenSample};
use crate::document::CanvasSize;

/// Dabs are never closer than this, in canvas pixels, however small the brush.
const MIN_STEP: f32 = 0.5;

/// How far from the canvas a pen is still followed, in canvas pixels. What lies beyond cannot be seen, and this bounds
/// the dabs that one sample can ask for.
const MARGIN: f32 = CanvasSize::MAX_SIDE as f32;

/// Follows the pen in straight lines from sample to sample and lays a dab each time it has gone the brush's spacing.
#[derive(Debug)]
pub(super) struct DabPath {
    brush: Brush,
    size: CanvasSize,
    last: PenSample,
    /// Canvas pixels from the last sample to the next dab.
    until_next: f32,
}

impl DabPath {
    /// Begins at `first` and lays a dab there.
    pub(super) fn begin(brush: Brush, size: CanvasSize, first: PenSample) -> (Self, Dab) {
        let origin = PenSample { pos_in_canvas: [0.0; 2], pressure: 1.0, time: first.time };
        let first = tamed(first, origin, size);
        let dab = dab_at(&brush, first.pos_in_canvas, first.pressure);
        (Self { until_next: step_after(&brush, &dab), brush, size, last: first }, dab)
    }

    /// Goes on to the next sample and adds the dabs on the way.
    pub(super) fn extend(&mut self, sample: PenSample, dabs: &mut Vec<Dab>) {
        let (from, to) = (self.last, tamed(sample, self.last, self.size));
        let [x0, y0] = from.pos_in_canvas;
        let [dx, dy] = [to.pos_in_canvas[0] - x0, to.pos_in_canvas[1] - y0];
        let length = dx.hypot(dy);
        let mut gone = self.until_next;
        while gone <= length {
            let share = if length > 0.0 { gone / length } else { 0.0 };
            let pressure = from.pressure + (to.pressure - from.pressure) * share;
            let dab = dab_at(&self.brush, [x0 + dx * share, y0 + dy * share], pressure);
            gone += step_after(&self.brush, &dab);
            dabs.push(dab);
        }
        self.until_next = gone - length;
        self.last = to;
    }
}

/// The sample with its position near the canvas and its pressure between 0 and 1; what is not a number stays as it was in
/// `last`.
fn tamed(sample: PenSample, last: PenSample, size: CanvasSize) -> PenSample {
    let near = |value: f32, last: f32, side: u32| {
        if value.is_nan() { last } else { value.clamp(-MARGIN, side as f32 + MARGIN) }
    };
    let ([x, y], [last_x, last_y]) = (sample.pos_in_canvas, last.pos_in_canvas);
    PenSample {
        pos_in_canvas: [near(x, last_x, size.width()), near(y, last_y, size.height())],
        pressure: if sample.pressure.is_nan() { last.pressure } else { sample.pressure.clamp(0.0, 1.0) },
        time: sample.time,
    }
}

fn dab_at(brush: &Brush, center_in_canvas: [f32; 2], pressure: f32) -> Dab {
    let diameter = if brush.size_by_pressure { brush.diameter * pressure } else { brush.diameter };
    Dab {
        center_in_canvas,
        radius: diameter.max(Brush::MIN_DIAMETER) / 2.0,
        hardness: brush.hardness,
        strength: if brush.opacity_by_pressure { pressure } else { 1.0 },
    }
}

fn step_after(brush: &Brush, dab: &Dab) -> f32 {
    (brush.spacing * dab.radius * 2.0).max(MIN_STEP)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(x: f32, y: f32, pressure: f32) -> PenSample {
        PenSample { pos_in_canvas: [x, y], pressure, time: 0.0 }
    }

    fn dabs_along(brush: Brush, samples: &[PenSample]) -> Vec<Dab> {
        let (mut path, first) = DabPath::begin(brush, CanvasSize::new(1000, 1000).unwrap(), samples[0]);
        let mut dabs = vec![first];
        samples[1..].iter().for_each(|sample| path.extend(*sample, &mut dabs));
        dabs
    }

    #[test]
    fn dabs_stand_at_equal_distances_however_often_the_pen_reports() {
        let brush = Brush { diameter: 40.0, spacing: 0.25, ..Brush::default() };
        let rarely = dabs_along(brush, &[sample(0.0, 0.0, 1.0), sample(300.0, 400.0, 1.0)]);
        let often: Vec<_> = (0..=1000).map(|i| sample(0.3 * i as f32, 0.4 * i as f32, 1.0)).collect();
        let often = dabs_along(brush, &often);
        assert_eq!((rarely.len(), often.len()), (51, 51));
        for (index, (a, b)) in rarely.iter().zip(&often).enumerate() {
            let expected = [6.0 * index as f32, 8.0 * index as f32];
            for dab in [a, b] {
                assert!(
                    dab.center_in_canvas.iter().zip(expected).all(|(at, want)| (at - want).abs() < 0.02),
                    "{dab:?}"
                );
            }
        }
    }

    #[test]
    fn pressure_changes_size_and_opacity_along_the_way() {
        let brush = Brush {
            diameter: 100.0,
            spacing: 0.1,
            size_by_pressure: true,
            opacity_by_pressure: true,
            ..Brush::default()
        };
        let dabs = dabs_along(brush, &[sample(0.0, 0.0, 0.2), sample(500.0, 0.0, 0.8)]);
        for dab in &dabs {
            let pressure = 0.2 + 0.6 * dab.center_in_canvas[0] / 500.0;
            assert!((dab.radius - 50.0 * pressure).abs() < 0.01 && (dab.strength - pressure).abs() < 1e-4, "{dab:?}");
        }
        assert!(dabs[1].center_in_canvas[0] < 3.0, "a thin start has close dabs");
    }

    #[test]
    fn wild_samples_cost_a_bounded_number_of_dabs() {
        let brush = Brush { diameter: 1.0, spacing: 0.01, ..Brush::default() };
        let wild = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1e20, 5.0];
        let samples: Vec<_> = wild.iter().flat_map(|x| wild.iter().map(|y| sample(*x, *y, *x))).collect();
        let dabs = dabs_along(brush, &samples);
        assert!(dabs.len() < 200_000 * samples.len());
        assert!(dabs.iter().all(|dab| dab.radius.is_finite() && dab.center_in_canvas.iter().all(|at| at.is_finite())));
    }

    #[test]
    fn a_pen_that_rests_lays_no_more_dabs() {
        let still = [sample(10.0, 10.0, 1.0); 100];
        assert_eq!(dabs_along(Brush::default(), &still).len(), 1);
    }
}
