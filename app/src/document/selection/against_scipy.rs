//! The same as SciPy, scikit-image and OpenCV make it: `tests/reference/selections.py` wrote the numbers.

use std::collections::HashMap;

use super::*;
use crate::document::tiles::{TILE_SIDE, TileGrid};
use crate::document::{CanvasSize, Pixel};

const SIZE: (u32, u32) = (600, 560);

#[derive(serde::Deserialize)]
struct Golden {
    x: Vec<u32>,
    y: Vec<u32>,
    base: Vec<u16>,
    cases: HashMap<String, Vec<u16>>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../../tests/golden/selections.json")).unwrap()
}

fn size() -> CanvasSize {
    CanvasSize::new(SIZE.0, SIZE.1).unwrap()
}

fn hashed(x: u32, y: u32) -> u32 {
    let h = x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503));
    let h = (h ^ (h >> 15)).wrapping_mul(2_246_822_519);
    h ^ (h >> 13)
}

fn base() -> TileGrid<u16> {
    grid(|x, y| {
        let d = (i64::from(x) - 300).pow(2) * 2 + (i64::from(y) - 250).pow(2) * 3;
        let is_selected = (d % 60000 < 30000) != hashed(x, y).is_multiple_of(1009);
        if x >= 480 && y < 300 {
            ((x * 331 + y * 127) % 65536) as u16
        } else if is_selected {
            65535
        } else {
            0
        }
    })
}

fn hard() -> TileGrid<u16> {
    let soft = base();
    grid(|x, y| if soft.pixel(x, y) >= 32768 { 65535 } else { 0 })
}

fn grid(value: impl Fn(u32, u32) -> u16 + Sync) -> TileGrid<u16> {
    TileGrid::from_rows(size(), |left, y, row| {
        (left..).zip(row).for_each(|(x, place)| *place = value(x, y));
    })
}

fn picture() -> TileGrid<Pixel> {
    TileGrid::from_rows(size(), |left, y, row| {
        for (x, pixel) in (left..).zip(row) {
            let noise = hashed(x, y) % 3000;
            let area = ((x / 90 + y / 70) % 5) * 9000;
            let channels = [area + noise + 10 * x, area + 20 * y + noise / 2, area + noise / 3];
            let [red, green, blue] = channels.map(|channel| channel as u16);
            *pixel = [red, green, blue, 65535];
        }
    })
}

fn assert_near(golden: &Golden, case: &str, made: &TileGrid<u16>, tolerance: u16) {
    let expected = &golden.cases[case];
    for ((x, y), expected) in golden.x.iter().zip(&golden.y).zip(expected) {
        let value = made.pixel(*x, *y);
        assert!(value.abs_diff(*expected) <= tolerance, "{case} at {x}, {y}: {value} instead of {expected}");
    }
    for at in made.positions() {
        let tile = at.rect();
        let beyond = (tile.left..tile.right).flat_map(|x| (tile.top..tile.bottom).map(move |y| (x, y)));
        let beyond = beyond.filter(|(x, y)| *x >= SIZE.0 || *y >= SIZE.1);
        let values = made.tile(at);
        let value =
            |x: u32, y: u32| values.map_or(0, |values| values[((y % TILE_SIDE) * TILE_SIDE + x % TILE_SIDE) as usize]);
        assert!(beyond.into_iter().all(|(x, y)| value(x, y) == 0), "{case} reaches beyond the canvas");
    }
}

#[test]
fn both_sides_speak_of_the_same_selection() {
    let (golden, base) = (golden(), base());
    for ((x, y), expected) in golden.x.iter().zip(&golden.y).zip(&golden.base) {
        assert_eq!(base.pixel(*x, *y), *expected, "{x}, {y}");
    }
}

#[test]
fn a_blur_is_scipys_gaussian_filter_within_1_255th() {
    let golden = golden();
    for sigma in [0.5, 1.7, 15.3, 60.0] {
        assert_near(&golden, &format!("blur {sigma:?}"), &blurred(&base(), sigma), 257 / 2);
    }
}

#[test]
fn growing_and_shrinking_follow_scipys_distance_transform() {
    let golden = golden();
    for radius in [1.0, 3.5, 20.0, 300.0] {
        assert_near(&golden, &format!("grow {radius:?}"), &grown(&hard(), radius), 1);
        assert_near(&golden, &format!("shrink {radius:?}"), &shrunk(&hard(), radius), 1);
    }
    let sparse = grid(|x, y| if (x, y) == (17, 500) || (x, y) == (300, 3) { 65535 } else { 0 });
    assert_near(&golden, "grow sparse 250.5", &grown(&sparse, 250.5), 1);
}

#[test]
fn soft_edges_move_as_by_scipys_grey_dilation() {
    let golden = golden();
    for radius in [2.0, 13.5] {
        assert_near(&golden, &format!("dilate {radius:?}"), &dilate::dilated(&base(), radius), 0);
    }
    let soft = blurred(&grid(|x, y| if (200..300).contains(&x) && (200..300).contains(&y) { 65535 } else { 0 }), 12.0);
    let grown = grown(&soft, 10.0);
    assert_eq!(grown.pixel(310, 250), soft.pixel(300, 250), "the edge is where it should be, as soft as before");
    assert_eq!(grown.pixel(320, 250), soft.pixel(310, 250));
}

#[test]
fn holes_are_filled_as_by_scikit_image_and_scipy() {
    let golden = golden();
    assert_near(&golden, "fill holes", &holes_filled(&base()), 0);
    assert_near(&golden, "fill holes hard", &holes_filled(&hard()), 0);
}

#[test]
fn the_wand_selects_what_gimps_rule_and_opencvs_flood_do() {
    let (golden, picture) = (golden(), picture());
    for tolerance in [2500, 9000] {
        let soft = Similarity { color: picture.pixel(140, 100), tolerance, is_antialiased: true };
        assert_near(&golden, &format!("similar {tolerance}"), &color_range(&picture, soft), 1);
        assert_near(&golden, &format!("wand {tolerance}"), &contiguous(&picture, soft, [140, 100]), 1);
        let hard = Similarity { is_antialiased: false, ..soft };
        assert_near(&golden, &format!("hard wand {tolerance}"), &contiguous(&picture, hard, [140, 100]), 0);
    }
}
