//! Where along a stroke dabs are laid, and what each of them is like.

use super::PenSample;
use super::brush::Brush;
use super::dab::Dab;
use super::dynamics::{Driven, DrivenValues, FULL_DISTANCE, FULL_SPEED, Input, Inputs};
use super::random::Random;
use super::spline::{Spline, Waypoint};
use super::stabilizer::Stabilizer;
use crate::document::CanvasSize;

/// Dabs are never closer than this, in canvas pixels, however small the brush.
const MIN_STEP: f32 = 0.5;

/// How far from the canvas a pen is still followed, in canvas pixels. What lies beyond cannot be seen, and this bounds
/// the dabs that one sample can ask for.
const MARGIN: f32 = CanvasSize::MAX_SIDE as f32;

/// Follows the pen: evens its way, joins the samples by a smooth curve, and lays dabs each time it has gone the brush's
/// spacing. Depends on the samples only, not on how they are grouped.
#[derive(Debug)]
pub(super) struct DabPath {
    brush: Brush,
    resting: DrivenValues,
    size: CanvasSize,
    stabilizer: Stabilizer,
    speed: SpeedMeter,
    spline: Spline,
    chance: Random,
    random_per_stroke: f32,
    last: PenSample,
    /// Where dabs have been laid up to.
    at: Waypoint,
    /// Canvas pixels from there to the next dab.
    until_next: f32,
    /// Canvas pixels since the stroke began.
    gone: f64,
    has_begun: bool,
}

impl DabPath {
    /// Begins at `first` and lays the first dabs there, unless the brush must know where the stroke goes.
    pub(super) fn begin(brush: &Brush, size: CanvasSize, first: PenSample, dabs: &mut Vec<Dab>) -> Self {
        let origin = PenSample { time: first.time, ..PenSample::at([0.0; 2]) };
        let first = tamed(first, origin, size);
        let at = Waypoint { pos: first.pos_in_canvas, pressure: first.pressure, tilt: first.tilt, speed: 0.0 };
        let [x, y] = first.pos_in_canvas;
        let mut chance = Random::from_numbers(&[x, y, first.time as f32]);
        let mut path = Self {
            resting: DrivenValues::resting(brush),
            brush: brush.clone(),
            size,
            stabilizer: Stabilizer::new(brush, first),
            speed: SpeedMeter { pos: first.pos_in_canvas, time: first.time, way: 0.0, speed: 0.0 },
            spline: Spline::begin(at),
            random_per_stroke: chance.share(),
            chance,
            last: first,
            at,
            until_next: 0.0,
            gone: 0.0,
            has_begun: false,
        };
        if !brush.dynamics.iter().any(|dynamic| dynamic.input == Input::Direction) {
            path.lay(at, 0.0, dabs);
        }
        path
    }

    /// Goes on to the next sample and adds the dabs on the way. The curve between the last two samples depends on the
    /// one that follows, so dabs lag one sample behind.
    pub(super) fn extend(&mut self, sample: PenSample, dabs: &mut Vec<Dab>) {
        let sample = tamed(sample, self.last, self.size);
        self.last = sample;
        let speed = self.speed.push(sample);
        let evened = self.stabilizer.push(sample);
        self.go_to(evened, speed, dabs);
    }

    /// The pen is lifted: adds the dabs up to where it was.
    pub(super) fn finish(&mut self, dabs: &mut Vec<Dab>) {
        if let Some(last) = self.stabilizer.finish() {
            self.go_to(last, self.speed.speed, dabs);
        }
        for waypoint in self.spline.finish() {
            self.walk(waypoint, dabs);
        }
        if !self.has_begun {
            self.lay(self.at, 0.0, dabs);
        }
    }

    fn go_to(&mut self, sample: PenSample, speed: f32, dabs: &mut Vec<Dab>) {
        let waypoint = Waypoint { pos: sample.pos_in_canvas, pressure: sample.pressure, tilt: sample.tilt, speed };
        for waypoint in self.spline.push(waypoint) {
            self.walk(waypoint, dabs);
        }
    }

    /// Goes straight to a point of the curve.
    fn walk(&mut self, to: Waypoint, dabs: &mut Vec<Dab>) {
        let from = self.at;
        let [dx, dy] = [to.pos[0] - from.pos[0], to.pos[1] - from.pos[1]];
        let length = dx.hypot(dy);
        let direction = dy.atan2(dx);
        let begun_at = self.gone;
        let mut along = self.until_next;
        while along <= length && length > 0.0 {
            self.gone = begun_at + f64::from(along);
            self.lay(from.toward(&to, along / length), direction, dabs);
            along += self.until_next;
        }
        self.until_next = along - length;
        self.gone = begun_at + f64::from(length);
        self.at = to;
    }

    /// Lays the brush's dabs at a place and says how far it is to the next.
    fn lay(&mut self, at: Waypoint, direction: f32, dabs: &mut Vec<Dab>) {
        self.has_begun = true;
        let mut step = 0.0;
        for _ in 0..self.brush.count.round().max(1.0) as usize {
            let dab = self.dab_at(&at, direction);
            step = self.brush.spacing * dab.radius * 2.0;
            dabs.push(dab);
        }
        self.until_next = step.max(MIN_STEP);
    }

    fn dab_at(&mut self, at: &Waypoint, direction: f32) -> Dab {
        let inputs = self.inputs_at(at, direction);
        let values = self.resting.driven_by(&self.brush.dynamics, &inputs);
        let diameter = values.get(Driven::Diameter);
        let [x, y] = at.pos;
        let [stray_x, stray_y] = self.stray(values.get(Driven::Scatter) * self.brush.diameter);
        let mut shift = |driven: Driven| match values.get(driven) {
            0.0 => 0.0,
            most => most * self.chance.signed(),
        };
        Dab {
            center_in_canvas: [x + stray_x, y + stray_y],
            radius: diameter.max(Brush::MIN_DIAMETER) / 2.0,
            hardness: values.get(Driven::Hardness),
            roundness: values.get(Driven::Roundness),
            angle: values.get(Driven::Angle).to_radians(),
            is_mirrored: false,
            // What is thinner than a pixel covers less of it.
            strength: values.get(Driven::Opacity).min(self.brush.opacity) / self.brush.opacity.max(1e-6)
                * diameter.min(Brush::MIN_DIAMETER),
            flow: values.get(Driven::Flow),
            smudge: values.get(Driven::Smudge),
            color_shift: [Driven::HueJitter, Driven::SaturationJitter, Driven::ValueJitter].map(&mut shift),
            copy: 0,
        }
    }

    /// A random place within a disc of this radius.
    fn stray(&mut self, radius: f32) -> [f32; 2] {
        if radius <= 0.0 {
            return [0.0; 2];
        }
        let (sin, cos) = (std::f32::consts::TAU * self.chance.share()).sin_cos();
        let away = radius * self.chance.share().sqrt();
        [away * cos, away * sin]
    }

    fn inputs_at(&mut self, at: &Waypoint, direction: f32) -> Inputs {
        let turn = |radians: f32| (radians / std::f32::consts::TAU).rem_euclid(1.0);
        let [tilt, tilt_direction] = lean_of(at.tilt);
        let mut inputs = Inputs::default();
        inputs.set(Input::Pressure, at.pressure);
        inputs.set(Input::Tilt, tilt);
        inputs.set(Input::TiltDirection, turn(tilt_direction));
        inputs.set(Input::Speed, (at.speed / FULL_SPEED).min(1.0));
        inputs.set(Input::Direction, turn(direction));
        inputs.set(Input::Distance, (self.gone as f32 / (FULL_DISTANCE * self.brush.diameter)).min(1.0));
        inputs.set(Input::Random, self.chance.share());
        inputs.set(Input::RandomPerStroke, self.random_per_stroke);
        inputs
    }
}

/// How far a pen leans (0 upright, 1 flat) and where to (radians clockwise from the right), of its tilt in degrees: the
/// conversion of the W3C's Pointer Events 3 from `tiltX` and `tiltY` to altitude and azimuth.
fn lean_of(tilt: [f32; 2]) -> [f32; 2] {
    let [x, y] = tilt.map(|degrees| degrees.clamp(-89.0, 89.0).to_radians().tan());
    [x.hypot(y).atan() / std::f32::consts::FRAC_PI_2, y.atan2(x)]
}

/// The pen's speed, evened over a few hundredths of a second.
#[derive(Debug)]
struct SpeedMeter {
    pos: [f32; 2],
    /// When the speed was last taken.
    time: f64,
    /// Canvas pixels since then.
    way: f32,
    /// Canvas pixels a second.
    speed: f32,
}

/// Shorter times say nothing about the speed: samples of one frame may have the same.
const MIN_SECONDS: f32 = 0.002;
const EVENED_OVER_SECONDS: f32 = 0.05;

impl SpeedMeter {
    fn push(&mut self, sample: PenSample) -> f32 {
        let [x, y] = sample.pos_in_canvas;
        self.way += (x - self.pos[0]).hypot(y - self.pos[1]);
        self.pos = sample.pos_in_canvas;
        let seconds = (sample.time - self.time) as f32;
        if seconds >= MIN_SECONDS {
            let share = 1.0 - (-seconds / EVENED_OVER_SECONDS).exp();
            self.speed += (self.way / seconds - self.speed) * share;
            (self.time, self.way) = (sample.time, 0.0);
        }
        self.speed
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
        tilt: sample.tilt.map(|degrees| if degrees.is_nan() { 0.0 } else { degrees }),
        time: if sample.time.is_finite() { sample.time } else { last.time },
    }
}

#[cfg(test)]
#[path = "path_tests.rs"]
mod tests;
