use super::*;

/// Coverage of a square of `side` pixels, 0 to 1.
fn laid(dab: &Dab, flow: f32, side: u32) -> Vec<Vec<f32>> {
    let brush = Brush::default();
    let shape = Shape::new(dab, &brush);
    (0..side)
        .map(|y| {
            let mut row = vec![0; side as usize];
            shape.raise_row(&mut row, 0, y, flow);
            row.into_iter().map(|value| f32::from(value) / 65535.0).collect()
        })
        .collect()
}

fn dab(x: f32, y: f32, diameter: f32, hardness: f32) -> Dab {
    Dab {
        center_in_canvas: [x, y],
        radius: diameter / 2.0,
        hardness,
        roundness: 1.0,
        angle: 0.0,
        is_mirrored: false,
        strength: 1.0,
        flow: 1.0,
        smudge: 0.0,
        color_shift: [0.0; 3],
        copy: 0,
    }
}

#[test]
fn the_falloff_is_krita_s() {
    // KisCircleMaskGenerator::valueAt for a diameter of 100 at 10, 20, 30, 40 pixels from the centre: with n and nf
    // the squares of r / 50 and of r / (50 * fade), opacity is 1 - n * (nf - 1) / (nf - n) where nf > 1.
    for (fade, expected) in [(0.5, [1.0, 1.0, 0.853_333, 0.48]), (0.25, [1.0, 0.896, 0.682_667, 0.384])] {
        let n = |r: f32| (r / 50.0) * (r / 50.0);
        for (r, value) in [10.0, 20.0, 30.0, 40.0].into_iter().zip(expected) {
            let nf = n(r) / (fade * fade);
            let krita = if nf < 1.0 { 1.0 } else { 1.0 - n(r) * (nf - 1.0) / (nf - n(r)) };
            assert!((krita - value).abs() < 1e-4, "{krita} is not {value}: the numbers of this test are wrong");
            let ours = laid(&dab(60.5, 60.5, 100.0, fade), 1.0, 121)[60][60 + r as usize];
            assert!((ours - value).abs() < 0.011, "at {r} with fade {fade}: {ours}, Krita {value}");
        }
    }
}

#[test]
fn a_hard_dab_covers_its_circle_s_area_wherever_its_centre_is() {
    for diameter in [2.0, 3.0, 5.0, 17.3, 64.0, 250.0] {
        let area = std::f32::consts::PI * diameter * diameter / 4.0;
        for (x, y) in [(0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.25, 0.7), (0.9, 0.1)] {
            let covered: f32 = laid(&dab(150.0 + x, 150.0 + y, diameter, 1.0), 1.0, 300).concat().iter().sum();
            assert!(
                (covered / area - 1.0).abs() < 0.02 + 0.25 / diameter,
                "diameter {diameter} at {x}, {y}: {covered} of {area}"
            );
        }
    }
}

#[test]
fn the_core_is_covered_as_the_formula_says() {
    for (diameter, hardness, strength) in [(300.0, 0.8, 0.7), (211.3, 1.0, 1.0), (90.0, 0.3, 1.0), (4.0, 0.9, 0.5)] {
        let disc = Disc::new(&Dab { strength, ..dab(160.37, 159.81, diameter, hardness) });
        for y in 0..320_u32 {
            let (mut row, mut computed) = ([0; 320], [0; 320]);
            disc.raise_row(&mut row, 0, y);
            disc.cover_row(&mut computed, 0, y);
            for (x, (covered, expected)) in row.into_iter().zip(computed).enumerate() {
                assert!(covered.abs_diff(expected) <= 1, "{covered} is not {expected} at {x}, {y} of {diameter}");
            }
        }
    }
}

#[test]
fn a_dab_of_one_pixel_covers_one_pixel() {
    assert_eq!(laid(&dab(2.5, 2.5, 1.0, 1.0), 1.0, 5)[2], [0.0, 0.0, 1.0, 0.0, 0.0]);
    let between = laid(&dab(2.0, 2.5, 1.0, 1.0), 1.0, 5);
    assert!((between[2][1] - 0.5).abs() < 1e-3 && (between[2][2] - 0.5).abs() < 1e-3, "{between:?}");
}

#[test]
fn a_hard_edge_is_anti_aliased_over_no_more_than_two_pixels() {
    for diameter in [10.0, 99.7, 1999.0] {
        let row = &laid(&dab(1010.3, 1010.6, diameter, 1.0), 1.0, 2021)[1010];
        let partly = row.iter().filter(|value| (0.001..0.999).contains(*value)).count();
        assert!((1..=4).contains(&partly), "{partly} pixels at both edges of {diameter}");
    }
}

#[test]
fn moving_a_dab_by_part_of_a_pixel_moves_its_weight_by_as_much() {
    let center_of = |x: f32| {
        let rows = laid(&dab(x, 20.5, 11.0, 0.5), 1.0, 41).concat();
        let (sum, moment) = rows.iter().enumerate().fold((0.0, 0.0), |(sum, moment), (index, value)| {
            (sum + value, moment + value * ((index % 41) as f32 + 0.5))
        });
        moment / sum
    };
    for step in 0..10 {
        let x = 20.0 + step as f32 / 10.0;
        assert!((center_of(x) - x).abs() < 0.02, "{x} became {}", center_of(x));
    }
}

#[test]
fn flow_builds_up_to_the_dab_and_not_beyond() {
    let spot = dab(8.0, 8.0, 12.0, 0.3);
    let brush = Brush::default();
    let shape = Shape::new(&spot, &brush);
    let (mut at_once, mut slowly) = ([0u16; 16], [0u16; 16]);
    shape.raise_row(&mut at_once, 0, 8, 1.0);
    shape.raise_row(&mut slowly, 0, 8, 0.1);
    assert!((f32::from(slowly[8]) / f32::from(at_once[8]) - 0.1).abs() < 0.001);
    for _ in 0..200 {
        shape.raise_row(&mut slowly, 0, 8, 0.1);
    }
    assert_eq!(slowly, at_once);
}

#[test]
fn integers_are_rounded_to_the_nearest() {
    assert_eq!([0.0, 0.4, 0.6, 254.7, 65534.4, 65535.0].map(rounded), [0, 0, 1, 255, 65534, 65535]);
}

#[test]
fn bounds_hold_every_pixel_that_is_touched() {
    let canvas = PixelRect { left: 0, top: 0, right: 64, bottom: 64 };
    for (x, y, diameter) in
        [(0.0, 0.0, 1.0), (63.9, 10.2, 7.0), (-3.0, 30.0, 20.0), (32.0, 32.0, 2000.0), (500.0, 0.0, 3.0)]
    {
        let spot = dab(x, y, diameter, 1.0);
        let bounds = spot.bounds(&Brush::default(), canvas);
        for (row, y) in laid(&spot, 1.0, 64).iter().zip(0..) {
            assert!(row.iter().zip(0..).all(|(value, x)| *value == 0.0 || bounds.contains(x, y)), "{spot:?}");
        }
    }
}

/// Coverage of a square of `side` pixels by a dab of any shape, 0 to 1.
fn covered(dab: &Dab, brush: &Brush, side: u32) -> Vec<Vec<f32>> {
    let shape = Shape::new(dab, brush);
    let mut row = vec![0; side as usize];
    let row = |y| {
        shape.cover_row(&mut row, 0, y);
        row.iter().map(|value| f32::from(*value) / 65535.0).collect()
    };
    (0..side).map(row).collect()
}

#[test]
fn a_flat_tip_covers_an_ellipse_and_turns() {
    let brush = Brush::default();
    for angle in [0.0f32, 30.0, 90.0, 210.0] {
        let flat = Dab { roundness: 0.25, angle: angle.to_radians(), ..dab(60.3, 59.8, 80.0, 1.0) };
        let rows = covered(&flat, &brush, 120);
        let area: f32 = rows.concat().iter().sum();
        assert!((area / (std::f32::consts::PI * 40.0 * 10.0) - 1.0).abs() < 0.01, "{angle}: {area}");
        let (sin, cos) = angle.to_radians().sin_cos();
        let at = |along: f32, across: f32| {
            let (x, y) = (60.3 + along * cos - across * sin, 59.8 + along * sin + across * cos);
            rows[y as usize][x as usize]
        };
        assert_eq!((at(37.0, 0.0), at(0.0, 8.0), at(0.0, 13.0), at(-43.0, 0.0)), (1.0, 1.0, 0.0, 0.0), "{angle}");
    }
}

#[test]
fn a_nearly_round_tip_looks_like_a_round_one() {
    let brush = Brush::default();
    for hardness in [0.0, 0.5, 0.9, 1.0] {
        let round = covered(&dab(30.2, 30.7, 40.0, hardness), &brush, 61);
        let flat = covered(&Dab { roundness: 0.99, ..dab(30.2, 30.7, 40.0, hardness) }, &brush, 61);
        let most = round.concat().iter().zip(flat.concat()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(most < if hardness == 1.0 { 0.3 } else { 0.11 }, "hardness {hardness}: {most}");
    }
}

#[test]
fn even_the_flattest_tip_leaves_a_line() {
    let brush = Brush::default();
    let hair = covered(&Dab { roundness: 0.05, angle: 0.7, ..dab(20.0, 20.0, 10.0, 1.0) }, &brush, 40);
    let area: f32 = hair.concat().iter().sum();
    assert!((area / (std::f32::consts::PI * 5.0 * 0.25) - 1.0).abs() < 0.2, "{area}");
}

#[test]
fn without_smooth_edges_every_size_has_its_pixel_shape() {
    let brush = Brush { antialiased: false, ..Brush::default() };
    let count = |diameter: f32, x: f32| {
        let rows = covered(&dab(x, 10.2, diameter, 0.3), &brush, 20).concat();
        assert!(rows.iter().all(|value| *value == 0.0 || *value == 1.0));
        rows.iter().filter(|value| **value == 1.0).count()
    };
    for (diameter, pixels) in [(1.0, 1), (2.0, 4), (3.0, 5), (4.0, 12), (5.0, 21)] {
        for x in [10.0, 10.3, 10.49, 10.7] {
            assert_eq!(count(diameter, x), pixels, "{diameter} at {x}");
        }
    }
}

#[test]
fn a_stamp_is_turned_and_scaled() {
    // White at the left half only.
    let image = image::GrayImage::from_fn(64, 64, |x, _| image::Luma([if x < 32 { 255 } else { 0 }]));
    let picture = std::sync::Arc::new(crate::paint::GrayPicture::new(&image).unwrap());
    let tip = crate::paint::BrushPicture::with_picture("half.png", picture);
    let brush = Brush { tip: Some(tip), ..Brush::default() };
    for diameter in [7.0, 64.0, 200.0] {
        let whole = dab(150.0, 150.0, diameter, 1.0);
        let area: f32 = covered(&whole, &brush, 300).concat().iter().sum();
        assert!((area / (diameter * diameter / 2.0) - 1.0).abs() < 0.1, "{diameter}: {area}");
    }
    let sides = |dab: &Dab| {
        let rows = covered(dab, &brush, 300);
        [rows[150][130], rows[150][170], rows[130][150], rows[170][150]].map(|value| value > 0.5)
    };
    let whole = dab(150.0, 150.0, 100.0, 1.0);
    assert_eq!((sides(&whole)[0], sides(&whole)[1]), (true, false), "left");
    let turned = Dab { angle: std::f32::consts::FRAC_PI_2, ..whole };
    assert_eq!((sides(&turned)[2], sides(&turned)[3]), (true, false), "a quarter clockwise: up");
}
