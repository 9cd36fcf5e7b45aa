use super::*;
use crate::paint::{Curve, Dynamic};

fn sample(x: f32, y: f32, pressure: f32) -> PenSample {
    PenSample { pressure, ..PenSample::at([x, y]) }
}

fn dabs_along(brush: Brush, samples: &[PenSample]) -> Vec<Dab> {
    let mut dabs = Vec::new();
    let mut path = DabPath::begin(&brush, CanvasSize::new(1000, 1000).unwrap(), samples[0], &mut dabs);
    samples[1..].iter().for_each(|sample| path.extend(*sample, &mut dabs));
    path.finish(&mut dabs);
    dabs
}

#[test]
fn dabs_stand_at_equal_distances_however_often_the_pen_reports() {
    let brush = Brush { diameter: 40.0, spacing: 0.25, ..Brush::default() };
    let rarely = dabs_along(brush.clone(), &[sample(0.0, 0.0, 1.0), sample(300.0, 400.0, 1.0)]);
    let often: Vec<_> = (0..=1000).map(|i| sample(0.3 * i as f32, 0.4 * i as f32, 1.0)).collect();
    let often = dabs_along(brush, &often);
    assert_eq!((rarely.len(), often.len()), (51, 51));
    for (index, (a, b)) in rarely.iter().zip(&often).enumerate() {
        let expected = [6.0 * index as f32, 8.0 * index as f32];
        for dab in [a, b] {
            assert!(dab.center_in_canvas.iter().zip(expected).all(|(at, want)| (at - want).abs() < 0.02), "{dab:?}");
        }
    }
}

#[test]
fn pressure_changes_size_and_opacity_along_the_way() {
    let brush = Brush {
        diameter: 100.0,
        spacing: 0.1,
        dynamics: vec![
            Dynamic { parameter: Driven::Diameter, input: Input::Pressure, curve: Curve::line(0.0, 1.0) },
            Dynamic { parameter: Driven::Opacity, input: Input::Pressure, curve: Curve::line(0.0, 1.0) },
        ],
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

#[test]
fn the_direction_of_the_stroke_turns_every_dab_also_the_first() {
    let by_direction = Dynamic { parameter: Driven::Angle, input: Input::Direction, curve: Curve::line(0.0, 1.0) };
    let brush = Brush { diameter: 10.0, dynamics: vec![by_direction], ..Brush::default() };
    let dabs = dabs_along(brush.clone(), &[sample(50.0, 50.0, 1.0), sample(50.0, 90.0, 1.0)]);
    assert!(dabs.iter().all(|dab| (dab.angle - std::f32::consts::FRAC_PI_2).abs() < 1e-4));
    assert_eq!(dabs[0].center_in_canvas, [50.0, 50.0]);
    assert_eq!(dabs_along(brush, &[sample(50.0, 50.0, 1.0)]).len(), 1, "a click leaves a dab nevertheless");
}

#[test]
fn scattered_dabs_stay_within_their_reach_and_are_the_same_every_time() {
    let brush = Brush { diameter: 20.0, scatter: 1.5, count: 3.0, spacing: 0.5, ..Brush::default() };
    let samples = [sample(100.0, 100.0, 1.0), sample(400.0, 100.0, 1.0)];
    let dabs = dabs_along(brush.clone(), &samples);
    assert_eq!(dabs, dabs_along(brush, &samples));
    assert_eq!(dabs.len(), 31 * 3);
    let strays: Vec<_> = dabs.iter().map(|dab| dab.center_in_canvas[1] - 100.0).collect();
    assert!(strays.iter().all(|stray| stray.abs() <= 30.0));
    assert!(strays.iter().any(|stray| *stray > 15.0) && strays.iter().any(|stray| *stray < -15.0));
}

#[test]
fn tilt_and_speed_are_measured_as_the_pen_has_them() {
    // The Pointer Events 3 conversion: tiltX 30, tiltY 40 is an altitude of 44.47 degrees and an azimuth of 55.47 degrees.
    let [tilt, direction] = lean_of([30.0, 40.0]);
    assert!((90.0 * (1.0 - tilt) - 44.47).abs() < 0.01 && (direction.to_degrees() - 55.47).abs() < 0.01);
    assert_eq!(lean_of([0.0, 0.0])[0], 0.0);
    assert!(lean_of([90.0, 0.0])[0] > 0.98);

    let mut meter = SpeedMeter { pos: [0.0; 2], time: 0.0, way: 0.0, speed: 0.0 };
    for index in 1..200 {
        let at = PenSample { time: f64::from(index / 4) * 0.016, ..PenSample::at([index as f32 * 5.0, 0.0]) };
        meter.push(at);
    }
    assert!((meter.speed - 1250.0).abs() < 10.0, "20 pixels in 16 ms, four samples at a time: {}", meter.speed);
}

#[test]
fn a_line_thinner_than_a_pixel_becomes_paler() {
    let by_pressure = Dynamic { parameter: Driven::Diameter, input: Input::Pressure, curve: Curve::line(0.0, 1.0) };
    let brush = Brush { diameter: 2.0, dynamics: vec![by_pressure], ..Brush::default() };
    let dabs = dabs_along(brush, &[sample(0.0, 0.0, 0.1)]);
    assert_eq!(dabs[0].radius, 0.5);
    assert!((dabs[0].strength - 0.2).abs() < 1e-5);
}
