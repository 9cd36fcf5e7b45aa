use proptest::prelude::*;

use super::*;
use crate::document::{Document, Layer, LayerContent, LayerProps, Pixel, PixelRect};

const FULL: u16 = u16::MAX;

fn size(width: u32, height: u32) -> CanvasSize {
    CanvasSize::new(width, height).unwrap()
}

/// That of `tests/reference/transforms.py`: slopes, edges and, where asked for, alpha that varies.
fn test_picture(has_alpha: bool) -> TileGrid<Pixel> {
    TileGrid::from_rows(size(83, 61), |left, y, row| {
        for (pixel, x) in row.iter_mut().zip(left..) {
            let alpha = if !has_alpha || (x / 9 + y / 7) % 3 > 0 { 255 } else { (x * 5 + y * 3) % 256 };
            let blue = if (x / 11 + y / 13) % 2 > 0 { 230 } else { 20 };
            let color = [(x * 3 + y) % 256, (x * x / 5 + y * 2) % 256, blue];
            let [r, g, b] = color.map(|channel| (channel * alpha / 255 * 257) as u16);
            *pixel = [r, g, b, alpha as u16 * 257];
        }
    })
}

fn filter(name: &str) -> Filter {
    serde_json::from_value(name.into()).unwrap()
}

/// The lines of `transforms.py` of one case: the filter and the numbers.
fn cases(case: &str) -> impl Iterator<Item = (Filter, Vec<f64>)> {
    include_str!("reference/pillow.txt").lines().filter_map(move |line| {
        let mut words = line.split(' ');
        (words.next() == Some(case)).then(|| {
            let filter = filter(words.next().unwrap());
            (filter, words.map(|word| word.parse().unwrap()).collect())
        })
    })
}

fn must_be_near(pixel: Pixel, expected: &[f64], tolerance: f64, what: &str) {
    for (channel, expected) in pixel.into_iter().zip(expected) {
        let off = (f64::from(channel) / 257.0 - expected).abs();
        assert!(off <= tolerance, "{what}: {:?}, not {expected:?}", pixel.map(|channel| f64::from(channel) / 257.0));
    }
}

#[test]
fn another_size_is_what_pillow_makes() {
    let picture = test_picture(true);
    let mut count = 0;
    for (filter, numbers) in cases("resize") {
        let [width, height, x, y] = [0, 1, 2, 3].map(|index| numbers[index] as u32);
        let axes = [Axis::whole(83, width), Axis::whole(61, height)];
        let result = rescaled(&picture, size(width, height), axes, filter, Edge::Ignored);
        // Where the kernel overshoots, Pillow leaves colours above their alpha and below nothing.
        let alpha = numbers[7].clamp(0.0, 255.0);
        let expected: Vec<_> = numbers[4..].iter().map(|channel| channel.clamp(0.0, alpha)).collect();
        must_be_near(result.pixel(x, y), &expected, 0.01, &format!("{filter:?} {width} x {height} at {x}, {y}"));
        count += 1;
    }
    assert_eq!(count, 180);
}

#[test]
fn turned_and_skewed_pictures_are_what_pillow_makes() {
    let picture = test_picture(false);
    for (filter, n) in cases("affine") {
        let ([a, b, c], [d, e, f]) = ([n[0], n[1], n[2]], [n[3], n[4], n[5]]);
        let inverse = Projection::from_rows([[a, b, c], [d, e, f], [0.0, 0.0, 1.0]]);
        let result = warp::warped(&picture, inverse.inverse().unwrap(), size(83, 61), filter).unwrap();
        let (x, y) = (n[6] as u32, n[7] as u32);
        must_be_near(result.pixel(x, y), &n[8..], 1.0, &format!("{filter:?} {:?} at {x}, {y}", &n[..6]));
    }
}

#[test]
fn a_view_in_perspective_is_what_pillow_makes() {
    let picture = test_picture(false);
    for (filter, n) in cases("project") {
        let inverse = Projection::from_rows([[n[0], n[1], n[2]], [n[3], n[4], n[5]], [n[6], n[7], 1.0]]);
        let result = warp::warped(&picture, inverse.inverse().unwrap(), size(83, 61), filter).unwrap();
        let (x, y) = (n[8] as u32, n[9] as u32);
        must_be_near(result.pixel(x, y), &n[10..], 1.0, &format!("{filter:?} at {x}, {y}"));
    }
}

#[test]
fn what_is_shrunk_keeps_its_mean_whatever_the_angle() {
    let stripes = TileGrid::from_rows(size(600, 600), |left, _, row| {
        for (pixel, x) in row.iter_mut().zip(left..) {
            let level = if x % 2 == 0 { FULL } else { 0 };
            *pixel = [level, level, level, FULL];
        }
    });
    for degrees in [0.0, 20.0, 45.0, 90.0, 133.0] {
        let small = Projection::scaling(0.125, 0.125).then(Projection::rotation(degrees)).about([300.0, 300.0]);
        let result = projected(&stripes, small, size(600, 600), Filter::Bicubic).unwrap();
        for (x, y) in [(300, 300), (310, 296), (290, 305)] {
            let [red, _, _, alpha] = result.pixel(x, y);
            assert_eq!(alpha, FULL);
            assert!(red.abs_diff(FULL / 2) < 1500, "{degrees}°: {red}");
        }
    }
}

#[test]
fn quarter_turns_flips_and_whole_steps_change_no_value() {
    let picture = test_picture(true);
    let quarter = Projection::rotation(90.0).then(Projection::translation([61.0, 0.0]));
    let turned = projected(&picture, quarter, size(61, 83), Filter::Lanczos).unwrap();
    for (x, y) in (0..83).flat_map(|x| (0..61).map(move |y| (x, y))) {
        assert_eq!(turned.pixel(60 - y, x), picture.pixel(x, y));
    }
    let shifted = projected(&picture, Projection::translation([-3.0, 7.0]), size(83, 61), Filter::Lanczos).unwrap();
    assert_eq!(shifted.pixel(10, 20), picture.pixel(13, 13));
    assert_eq!(shifted.pixel(10, 6), [0; 4]);
    assert_eq!(shifted.pixel(80, 20), [0; 4], "beyond the old canvas");
}

#[test]
fn half_a_step_mixes_neighbours_and_fades_at_the_canvas_edge() {
    let white = TileGrid::filled(size(20, 20), [FULL; 4]);
    let shifted = projected(&white, Projection::translation([0.5, 0.0]), size(20, 20), Filter::Bilinear).unwrap();
    assert_eq!(shifted.pixel(10, 10), [FULL; 4]);
    assert_eq!(shifted.pixel(0, 10), [32768; 4]);
}

#[test]
fn transparent_pixels_lend_no_colour() {
    let grid = TileGrid::from_rows(size(40, 40), |left, _, row| {
        for (pixel, x) in row.iter_mut().zip(left..) {
            *pixel = if x < 20 { [FULL, 0, 0, FULL] } else { [0; 4] };
        }
    });
    for projection in [Projection::scaling(0.7, 0.7), Projection::rotation(30.0).about([20.0, 20.0])] {
        let result = projected(&grid, projection, size(40, 40), Filter::Bicubic).unwrap();
        for (x, y) in (0..40).flat_map(|x| (0..40).map(move |y| (x, y))) {
            let [red, green, blue, alpha] = result.pixel(x, y);
            assert!(red == alpha && green == 0 && blue == 0);
        }
    }
}

/// A layer, a mask and a selection over more than one tile.
fn document() -> Document {
    let pixels = TileGrid::from_rows(size(300, 280), |left, y, row| {
        for (pixel, x) in row.iter_mut().zip(left..) {
            *pixel =
                if (100..150).contains(&x) && (120..180).contains(&y) { [x as u16, y as u16, 0, FULL] } else { [0; 4] };
        }
    });
    let mask = TileGrid::from_rows(size(300, 280), |left, y, row| {
        for (value, x) in row.iter_mut().zip(left..) {
            *value = (x * 100 + y) as u16;
        }
    });
    let layers = vec![
        Layer::new(LayerProps::named("Square"), LayerContent::Paint(pixels)),
        Layer::new(LayerProps::named("Mask"), LayerContent::Mask(mask)),
    ];
    Document::with_layers(size(300, 280), layers, true).unwrap()
}

fn select(document: &mut Document, rect: PixelRect) {
    let selection = TileGrid::from_rows(document.size(), |left, y, row| {
        for (value, x) in row.iter_mut().zip(left..) {
            *value = if rect.contains(x, y) { FULL } else { 0 };
        }
    });
    document.set_selection("Select", Some(selection));
}

#[test]
fn the_whole_picture_turns_with_its_masks_and_its_selection_and_back() {
    let mut document = document();
    select(&mut document, PixelRect { left: 10, top: 20, right: 30, bottom: 50 });
    let before = document.clone();
    let edit = document.turn_image(Turn::Clockwise).unwrap();
    assert_eq!(document.size(), size(280, 300));
    assert_eq!(document.flattened().pixel(279 - 125, 110), [110, 125, 0, FULL]);
    assert_eq!(document.mask().pixel(279 - 7, 290), before.mask().pixel(290, 7));
    assert_eq!(document.selection().unwrap().pixel(279 - 20, 10), FULL);
    assert_eq!(document.layers()[0].id(), before.layers()[0].id());
    document.turn_image(Turn::Counterclockwise).unwrap();
    assert_eq!(document.to_image(), before.to_image());
    edit.apply(&mut document);
    edit.revert(&mut document);
    assert_eq!(document.to_image(), before.to_image());
    for turn in [Turn::Half, Turn::FlipHorizontally, Turn::FlipVertically] {
        document.turn_image(turn).unwrap();
        assert_ne!(document.to_image(), before.to_image());
        document.turn_image(turn).unwrap();
        assert_eq!(document.to_image(), before.to_image());
    }
}

#[test]
fn a_larger_canvas_keeps_the_picture_where_its_anchor_says() {
    let mut document = document();
    document.resize_canvas(size(400, 300), Anchor::CENTER).unwrap();
    assert_eq!(document.flattened().pixel(110 + 50, 125 + 10), [110, 125, 0, FULL]);
    document.resize_canvas(size(300, 280), Anchor { x: 1.0, y: 0.0 }).unwrap();
    assert_eq!(document.flattened().pixel(110 + 50 - 100, 125 + 10), [110, 125, 0, FULL]);
    assert!(document.resize_canvas(size(300, 280), Anchor::CENTER).is_none(), "nothing to do");
}

#[test]
fn cropping_keeps_what_is_inside() {
    let mut document = document();
    let edit = document.crop(PixelRect { left: 90, top: 100, right: 290, bottom: 9999 }).unwrap().unwrap();
    assert_eq!(document.size(), size(200, 180));
    assert_eq!(document.flattened().pixel(20, 25), [110, 125, 0, FULL]);
    assert_eq!(document.mask().pixel(0, 0), 9100);
    edit.revert(&mut document);
    assert_eq!(document.size(), size(300, 280));
    assert!(document.crop(PixelRect { left: 300, top: 0, right: 400, bottom: 10 }).is_err());
}

#[test]
fn what_is_selected_moves_with_its_selection_and_the_rest_stays() {
    let mut document = document();
    let id = document.layers()[0].id();
    document.set_active(id);
    let before = document.flattened();
    assert_eq!(document.transformed_bounds(id), Some(PixelRect { left: 100, top: 120, right: 150, bottom: 180 }));
    select(&mut document, PixelRect { left: 0, top: 0, right: 120, bottom: 280 });
    assert_eq!(document.transformed_bounds(id), Some(PixelRect { left: 100, top: 120, right: 120, bottom: 180 }));
    let edit = document.transform_layer(id, Projection::translation([150.0, 90.0]), Filter::Bicubic).unwrap().unwrap();
    assert_eq!(edit.name(), "Move");
    let after = document.flattened();
    assert_eq!(after.pixel(100, 120), [0; 4]);
    assert_eq!(after.pixel(130, 130), before.pixel(130, 130));
    assert_eq!(after.pixel(250, 210), before.pixel(100, 120));
    assert_eq!(document.selection().unwrap().pixel(269, 279), FULL);
    assert_eq!(document.selection().unwrap().pixel(119, 100), 0);
    edit.revert(&mut document);
    assert!(before.positions().all(|at| before.tile(at) == document.flattened().tile(at)));
    assert_eq!(document.selection().unwrap().pixel(119, 100), FULL);
}

#[test]
fn a_locked_layer_does_not_move() {
    let mut document = document();
    let id = document.layers()[0].id();
    document.set_props(id, LayerProps { locked: true, ..LayerProps::named("Square") });
    let error = document.transform_layer(id, Projection::translation([1.0, 0.0]), Filter::Bicubic).unwrap_err();
    assert_eq!(error.to_string(), "the layer “Square” is locked; unlock it to change it");
}

#[test]
fn all_layers_of_a_group_move_together() {
    let mut document = document();
    document.set_active(document.layers()[0].id());
    document.group_active("Group".into()).unwrap();
    let group = document.layers()[0].id();
    let before = document.flattened();
    document.transform_layer(group, Projection::translation([0.0, -100.0]), Filter::Bicubic).unwrap().unwrap();
    assert_eq!(document.flattened().pixel(120, 30), before.pixel(120, 130));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_projection_makes_a_colour_above_its_alpha_or_anything_but_an_answer(
        corners in prop::array::uniform4(prop::array::uniform2(-300.0..600.0f64)),
        filter in prop::sample::select(Filter::ALL.to_vec()),
    ) {
        let from = [[0.0, 0.0], [83.0, 0.0], [83.0, 61.0], [0.0, 61.0]];
        let Some(projection) = Projection::between(from, corners) else { return Ok(()) };
        let Some(result) = projected(&test_picture(true), projection, size(280, 260), filter) else { return Ok(()) };
        for at in result.positions() {
            for [red, green, blue, alpha] in result.tile(at).into_iter().flatten() {
                prop_assert!(red.max(green).max(blue) <= alpha);
            }
        }
        prop_assert_eq!(result.pixel(280, 0), [0; 4]);
    }
}
