use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::document::{CanvasSize, Document, Pixel, TilePos};
use crate::paint::{BrushLibrary, BrushPicture, Curve, Driven, Dynamic, GrayPicture, Input, SmudgeMode};

const RED: Pixel = [65535, 0, 0, 65535];
const BLUE: Pixel = [0, 0, 65535, 65535];

fn grid<P: PaintValue>(width: u32, height: u32, value: P) -> TileGrid<P> {
    TileGrid::filled(CanvasSize::new(width, height).unwrap(), value)
}

fn setup(brush: Brush) -> Setup {
    Setup { brush, ..Setup::default() }
}

fn stroke<P: PaintValue>(grid: &mut TileGrid<P>, setup: Setup, ink: P, points: &[[f32; 2]]) -> Vec<TileChange<P>> {
    let mut stroke = GridStroke::begin(grid, setup, ink, PenSample::at(points[0]));
    let samples: Vec<_> = points[1..].iter().map(|point| PenSample::at(*point)).collect();
    stroke.extend(grid, &samples);
    stroke.finish(grid)
}

fn same<P: PaintValue>(a: &TileGrid<P>, b: &TileGrid<P>) -> bool {
    a.positions().all(|at| a.tile(at) == b.tile(at))
}

/// Half red, half blue, a hole in the middle.
fn ground() -> TileGrid<Pixel> {
    TileGrid::from_rows(CanvasSize::new(600, 300).unwrap(), |left, y, row| {
        for (value, x) in row.iter_mut().zip(left..) {
            let is_hole = (280..320).contains(&x) && (130..170).contains(&y);
            *value = if is_hole {
                [0; 4]
            } else if x < 300 {
                RED
            } else {
                BLUE
            };
        }
    })
}

/// A wild loop with changing pressure.
fn loop_of(count: u32) -> Vec<PenSample> {
    let sample = |index: u32| {
        let t = index as f32 / count as f32;
        let (sin, cos) = (t * 9.0).sin_cos();
        PenSample {
            pos_in_canvas: [300.0 + 250.0 * cos * (1.0 - 0.4 * t), 150.0 + 140.0 * sin],
            pressure: 0.2 + 0.8 * t,
            tilt: [40.0 * sin, 20.0],
            time: f64::from(t),
        }
    };
    (0..=count).map(sample).collect()
}

/// The brushes of the program.
fn presets() -> Vec<(String, Brush)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/brushes");
    let (library, errors) = BrushLibrary::load(&folder, None);
    assert!(errors.is_empty(), "{errors:?}");
    assert!(library.presets().len() >= 12);
    library.presets().iter().map(|entry| (entry.preset.name.clone(), entry.preset.brush.clone())).collect()
}

#[test]
fn every_brush_of_the_program_paints_the_same_in_frames_as_at_once_and_cancels_to_the_bit() {
    let samples = loop_of(60);
    for (name, brush) in presets() {
        let before = ground();
        let (mut at_once, mut in_frames, mut cancelled) = (before.clone(), before.clone(), before.clone());
        let symmetry = Symmetry::mirror([300.0, 150.0], 20.0);
        let setup = Setup { brush, symmetry, ..Setup::default() };
        let begin =
            |grid: &mut TileGrid<Pixel>| GridStroke::begin(grid, setup.clone(), [9000, 400, 0, 65535], samples[0]);
        let mut whole = begin(&mut at_once);
        whole.extend(&mut at_once, &samples[1..]);
        let dirty = whole.dirty();
        let changes = whole.finish(&mut at_once);
        assert!(!changes.is_empty(), "{name} leaves nothing");
        let mut parts = begin(&mut in_frames);
        for frame in samples[1..].chunks(7) {
            parts.extend(&mut in_frames, frame);
        }
        parts.finish(&mut in_frames);
        assert!(same(&at_once, &in_frames), "{name} depends on the frames");
        let mut lost = begin(&mut cancelled);
        lost.extend(&mut cancelled, &samples[1..]);
        assert!(!same(&cancelled, &before), "{name}");
        lost.cancel(&mut cancelled);
        assert!(same(&cancelled, &before), "{name} leaves a trace");
        for change in changes {
            assert!(!change.at.rect().intersect(dirty).is_empty(), "{name} changed {:?} beside {dirty:?}", change.at);
        }
        for at in at_once.positions() {
            let values = at_once.tile(at).unwrap_or_default();
            assert!(values.iter().all(|[r, g, b, a]| r.max(g).max(b) <= a), "{name} leaves colours above alpha");
        }
    }
}

#[test]
fn the_change_of_every_call_lies_within_the_rectangle_it_tells() {
    let samples = loop_of(25);
    for (name, brush) in presets() {
        let mut grid = ground();
        let mut stroke = GridStroke::begin(&mut grid, setup(brush), [9000, 400, 0, 65535], samples[0]);
        for sample in &samples[1..] {
            let before = grid.clone();
            let dirty = stroke.extend(&mut grid, std::slice::from_ref(sample));
            for (x, y) in (0..600).step_by(3).flat_map(|x| (0..300).step_by(3).map(move |y| (x, y))) {
                assert!(
                    dirty.contains(x, y) || grid.pixel(x, y) == before.pixel(x, y),
                    "{name} at {x}, {y} beside {dirty:?}"
                );
            }
        }
    }
}

#[test]
fn what_is_not_selected_stays_and_what_is_half_selected_changes_half() {
    let selection = TileGrid::from_rows(CanvasSize::new(600, 300).unwrap(), |left, _, row| {
        for (value, x) in row.iter_mut().zip(left..) {
            *value = if x < 100 {
                0
            } else if x < 200 {
                32768
            } else {
                65535
            };
        }
    });
    for builds_up in [false, true] {
        let brush = Brush { diameter: 60.0, hardness: 1.0, spacing: 10.0, builds_up, ..Brush::default() };
        let limits = Limits { selection: Some(selection.clone()), ..Limits::default() };
        let mut mask = grid(600, 300, 0u16);
        for x in [50.0, 150.0, 400.0] {
            stroke(&mut mask, Setup { limits: limits.clone(), ..setup(brush.clone()) }, u16::MAX, &[[x, 150.0]]);
        }
        assert_eq!([50, 150, 400].map(|x| mask.pixel(x, 150)), [0, 32768, 65535], "build-up {builds_up}");
        // Tiles without anything selected are not even touched.
        let nothing = Limits { selection: Some(grid(600, 300, 0u16)), ..Limits::default() };
        let changes = stroke(&mut mask, Setup { limits: nothing, ..setup(brush) }, 0, &[[400.0, 150.0]]);
        assert!(changes.is_empty());
    }
}

#[test]
fn locked_alpha_keeps_the_hole_a_hole() {
    for builds_up in [false, true] {
        let mut grid = ground();
        let brush = Brush { diameter: 100.0, builds_up, ..Brush::default() };
        let limits = Limits { alpha_locked: true, ..Limits::default() };
        let green = [0, 65535, 0, 65535];
        stroke(&mut grid, Setup { limits: limits.clone(), ..setup(brush.clone()) }, green, &[[300.0, 150.0]]);
        assert_eq!((grid.pixel(300, 150), grid.pixel(330, 150)), ([0; 4], green));
        let eraser = Brush { erases: true, ..brush };
        let changes = stroke(&mut grid, Setup { limits, ..setup(eraser) }, green, &[[300.0, 150.0]]);
        assert!(changes.is_empty(), "nothing can be erased");
    }
}

#[test]
fn a_wash_covers_as_one_and_build_up_adds() {
    let cross = [[20.0, 50.0], [80.0, 50.0], [50.0, 20.0], [50.0, 80.0]];
    let brush = Brush { diameter: 20.0, hardness: 1.0, opacity: 0.3, ..Brush::default() };
    let (mut wash, mut build_up) = (grid(100, 100, 0u16), grid(100, 100, 0u16));
    stroke(&mut wash, setup(brush.clone()), u16::MAX, &cross);
    stroke(&mut build_up, setup(Brush { builds_up: true, spacing: 0.5, ..brush }), u16::MAX, &cross);
    assert_eq!(wash.pixel(50, 50), 19661, "the opacity, also where it crosses itself");
    assert!(build_up.pixel(50, 50) > 40000, "{}", build_up.pixel(50, 50));
}

#[test]
fn symmetric_copies_are_exact_mirrors_also_of_a_stamp() {
    let image = image::GrayImage::from_fn(32, 32, |x, y| image::Luma([if x > y { (x * 8) as u8 } else { 0 }]));
    let picture = Arc::new(GrayPicture::new(&image).unwrap());
    let tip = BrushPicture::with_picture("corner.png", picture);
    for brush in [
        Brush { diameter: 40.0, hardness: 0.5, ..Brush::default() },
        Brush { diameter: 40.0, roundness: 0.3, angle: 25.0, ..Brush::default() },
        Brush { diameter: 40.0, tip: Some(tip), angle: 10.0, ..Brush::default() },
    ] {
        let mut mask = grid(400, 300, 0u16);
        let symmetry = Symmetry::two_mirrors([200.0, 150.0], 0.0);
        stroke(&mut mask, Setup { symmetry, ..setup(brush.clone()) }, u16::MAX, &[[120.3, 60.7], [160.0, 100.0]]);
        assert!(mask.pixel(130, 75) > 0);
        for (x, y) in (0..200).flat_map(|x| (0..150).map(move |y| (x, y))) {
            for (other_x, other_y) in [(399 - x, y), (x, 299 - y), (399 - x, 299 - y)] {
                let (here, there) = (mask.pixel(x, y), mask.pixel(other_x, other_y));
                assert!(here.abs_diff(there) < 700, "{here} and {there} at {x}, {y} of {brush:?}");
            }
        }
    }
}

#[test]
fn a_smudge_carries_colour_over_the_border_and_mixes_no_own_at_full_strength() {
    for smudge_mode in [SmudgeMode::Dull, SmudgeMode::Smear] {
        let mut grid = ground();
        let brush = Brush { diameter: 30.0, smudge: 1.0, smudge_mode, smudge_length: 0.9, ..Brush::default() };
        let green = [0, 65535, 0, 65535];
        stroke(&mut grid, setup(brush), green, &[[200.0, 60.0], [400.0, 60.0]]);
        let beyond = grid.pixel(310, 60);
        assert!(beyond[0] > 20000 && beyond[1] == 0, "{smudge_mode:?}: {beyond:?}");
        assert_eq!(grid.pixel(210, 60), RED, "red on red stays red");
        assert_eq!(grid.pixel(310, 100), BLUE);
    }
}

#[test]
fn a_smudge_on_one_colour_changes_nothing_but_rounding() {
    let mut plain = grid(300, 300, BLUE);
    let brush = Brush { diameter: 50.0, smudge: 1.0, flow: 0.4, ..Brush::default() };
    stroke(&mut plain, setup(brush), RED, &[[-40.0, 150.0], [340.0, 150.0]]);
    for x in 0..300 {
        let [r, g, b, a] = plain.pixel(x, 150);
        assert!(r == 0 && g == 0 && b > 65530 && a > 65530, "also at the canvas's edge: {:?}", [r, g, b, a]);
    }
}

#[test]
fn straying_colours_differ_from_dab_to_dab_and_stay_under_the_opacity() {
    let mut grid = grid(400, 100, [0; 4]);
    let brush = Brush {
        diameter: 20.0,
        hardness: 1.0,
        opacity: 0.5,
        spacing: 1.5,
        hue_jitter: 0.2,
        value_jitter: 0.3,
        ..Brush::default()
    };
    stroke(&mut grid, setup(brush), Document::opaque_pixel([200, 80, 40]), &[[30.0, 50.0], [370.0, 50.0]]);
    let dabs: Vec<_> = (0..12).map(|index| grid.pixel(30 + 30 * index, 50)).collect();
    assert!(dabs.iter().all(|pixel| pixel[3] == 32768));
    assert!(dabs.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn a_wet_edge_is_darker_than_the_middle() {
    let mut mask = grid(200, 200, 0u16);
    let brush = Brush { diameter: 120.0, hardness: 0.3, wet_edge: 1.0, ..Brush::default() };
    stroke(&mut mask, setup(brush), u16::MAX, &[[100.0, 100.0]]);
    let across: Vec<_> = (100..160).map(|x| mask.pixel(x, 100)).collect();
    let rim = across.iter().max().unwrap();
    assert!(*rim > 60000 && across[0] < 25000 && across[59] < 5000, "{across:?}");
}

#[test]
fn a_mask_is_painted_by_brushes_with_colour_as_by_others() {
    let brush = Brush { hue_jitter: 1.0, value_jitter: 1.0, hardness: 1.0, ..Brush::default() };
    let mut mask = grid(100, 100, 0u16);
    stroke(&mut mask, setup(brush), u16::MAX, &[[50.0, 50.0]]);
    assert_eq!(mask.pixel(50, 50), u16::MAX);
}

#[test]
fn a_two_thousand_pixel_dab_and_a_one_pixel_dab_are_both_smooth() {
    for diameter in [1.0, 2000.0] {
        let mut mask = grid(2400, 64, 0u16);
        stroke(&mut mask, setup(Brush { diameter, hardness: 1.0, ..Brush::default() }), u16::MAX, &[[1200.25, 32.0]]);
        let edges = (0..2400).filter(|x| (1..65535).contains(&mask.pixel(*x, 31))).count();
        assert!((1..=4).contains(&edges), "{diameter}: {edges}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_brush_and_no_pen_leave_colours_above_alpha_or_values_beyond_the_canvas(
        numbers in prop::collection::vec(-0.5f32..1.5, 24),
        points in prop::collection::vec((-100.0f32..400.0, -100.0f32..400.0, -1.0f32..2.0), 1..6),
        switches in prop::collection::vec(any::<bool>(), 4),
    ) {
        let at = |index: usize| numbers[index];
        let brush = Brush {
            diameter: at(0) * 120.0, hardness: at(1), roundness: at(2), angle: at(3) * 300.0, antialiased: switches[0],
            spacing: 0.2 + at(4), scatter: at(5), count: at(6) * 4.0, opacity: at(7), flow: at(8), builds_up: switches[1],
            erases: switches[2], wet_edge: at(9), hue_jitter: at(10), value_jitter: at(11), smudge: at(12) - 0.5,
            smudge_mode: if switches[3] { SmudgeMode::Dull } else { SmudgeMode::Smear }, smudge_length: at(13),
            dynamics: vec![Dynamic { parameter: Driven::Flow, input: Input::Pressure, curve: Curve::line(at(14), at(15)) }],
            ..Brush::default()
        };
        let mut grid = TileGrid::from_rows(CanvasSize::new(300, 270).unwrap(), |left, y, row| {
            for (value, x) in row.iter_mut().zip(left..) {
                *value = if (x / 16 + y / 16) % 2 == 0 { [300, 20000, 0, 30000] } else { [0; 4] };
            }
        });
        let samples: Vec<_> = points
            .iter()
            .map(|(x, y, pressure)| PenSample { pressure: *pressure, ..PenSample::at([*x, *y]) })
            .collect();
        let mut stroke = GridStroke::begin(&mut grid, setup(brush), RED, samples[0]);
        stroke.extend(&mut grid, &samples[1..]);
        stroke.finish(&mut grid);
        for at in grid.positions() {
            let Some(values) = grid.tile(at) else { continue };
            for (index, [r, g, b, a]) in values.iter().enumerate() {
                prop_assert!(r.max(g).max(b) <= a);
                let (x, y) = (at.rect().left + index as u32 % 256, at.rect().top + index as u32 / 256);
                prop_assert!(*a == 0 || (x < 300 && y < 270));
            }
        }
        let corner = TilePos { column: 1, row: 1 };
        prop_assert!(grid.tile(corner).is_none_or(|values| values[65535] == [0; 4]));
    }
}
