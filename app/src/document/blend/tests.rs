use proptest::prelude::*;

use super::*;
use crate::document::scaled;

const FULL: u16 = u16::MAX;

/// Premultiplied pixels; often opaque, transparent or of an extreme colour.
fn pixels() -> impl Strategy<Value = Pixel> {
    let level = || prop_oneof![Just(0), Just(FULL), any::<u16>()];
    (level(), level(), level(), level())
        .prop_map(|(r, g, b, alpha)| [scaled(r, alpha), scaled(g, alpha), scaled(b, alpha), alpha])
}

fn modes() -> impl Strategy<Value = BlendMode> {
    proptest::sample::select(BlendMode::all().collect::<Vec<_>>())
}

/// Lines of `tests/reference/blend_modes.py`: mode, backdrop, source, opacity, result.
fn cases(text: &str) -> impl Iterator<Item = (BlendMode, Pixel, Pixel, u16, Pixel)> {
    text.lines().map(|line| {
        let (mode, numbers) = line.split_once(' ').unwrap();
        let mode = serde_json::from_value(mode.into()).unwrap();
        let numbers: Vec<u16> = numbers.split(' ').map(|number| number.parse().unwrap()).collect();
        let pixel = |at: usize| std::array::from_fn(|channel| numbers[at + channel]);
        (mode, pixel(0), pixel(4), numbers[8], pixel(9))
    })
}

#[test]
fn every_mode_agrees_with_cairo_within_its_8_bits() {
    let mut count = 0;
    for (mode, backdrop, source, opacity, expected) in cases(include_str!("reference/cairo.txt")) {
        let widen = |pixel: Pixel| pixel.map(|channel| channel * 257);
        let result = blend(mode, widen(backdrop), widen(source), opacity * 257);
        for channel in 0..4 {
            let off = (f32::from(result[channel]) / 257.0 - f32::from(expected[channel])).abs();
            // Cairo rounds to 8 bits after the opacity and again after the blend; burning and dodging enlarge the first.
            assert!(off <= 1.6, "{mode:?} of {source:?} at {opacity} on {backdrop:?}: {result:?}, not {expected:?}");
        }
        count += 1;
    }
    assert_eq!(count, 320);
}

#[test]
fn every_formula_agrees_with_psd_tools_to_a_level_of_16_bits() {
    let mut count = 0;
    for (mode, backdrop, source, opacity, expected) in cases(include_str!("reference/psd_tools.txt")) {
        let result = blend(mode, backdrop, source, opacity);
        for channel in 0..4 {
            let off = result[channel].abs_diff(expected[channel]);
            assert!(off <= 1, "{mode:?} of {source:?} on {backdrop:?}: {result:?}, not {expected:?}");
        }
        count += 1;
    }
    assert_eq!(count, 272);
}

#[test]
fn every_mode_stands_in_its_place() {
    for (place, mode) in BlendMode::all().enumerate() {
        assert_eq!(mode as usize, place);
    }
}

#[test]
fn every_name_leads_back_to_its_mode() {
    for mode in BlendMode::all() {
        assert_eq!(BlendMode::from_ora_name(mode.ora_name()), Some(mode));
        if let Some(key) = mode.psd_key() {
            assert_eq!(BlendMode::from_psd_key(key), Some(mode));
        }
    }
    assert_eq!(BlendMode::from_ora_name("svg:exclusion"), Some(BlendMode::Exclusion));
    assert_eq!(BlendMode::from_ora_name("svg:unheard-of"), None);
    assert_eq!(serde_json::to_string(&BlendMode::ColorDodge).unwrap(), "\"color-dodge\"");
}

#[test]
fn an_opaque_layer_in_normal_mode_hides_all_below_and_half_of_it_shows_half() {
    let (below, layer) = ([65535, 0, 1000, 65535], [0, 65535, 3000, 65535]);
    assert_eq!(blend(BlendMode::Normal, below, layer, FULL), layer);
    assert_eq!(blend(BlendMode::Normal, below, layer, 32768), [32767, 32768, 2000, 65535]);
}

#[test]
fn black_on_white_and_white_on_black_burn_and_dodge_as_the_specification_says() {
    let (black, white) = ([0, 0, 0, FULL], [FULL; 4]);
    assert_eq!(blend(BlendMode::ColorBurn, white, black, FULL), white);
    assert_eq!(blend(BlendMode::ColorBurn, [30000, 30000, 30000, FULL], black, FULL), black);
    assert_eq!(blend(BlendMode::ColorDodge, black, white, FULL), black);
    assert_eq!(blend(BlendMode::ColorDodge, [1, 1, 1, FULL], white, FULL), white);
}

#[test]
fn a_clipped_layer_colours_a_soft_edge_as_it_colours_the_inside() {
    let red = [FULL, 0, 0, FULL];
    let half = |pixel: Pixel| pixel.map(|channel| channel / 2);
    for mode in BlendMode::all().filter(|mode| mode.kind() != BlendKind::Operator) {
        let (mut inside, mut edge) = ([[20000, 30000, 40000, FULL]], [half([20000, 30000, 40000, FULL])]);
        blend_row_clipped(mode, &mut inside, &[red], 40000);
        blend_row_clipped(mode, &mut edge, &[red], 40000);
        for (edge, inside) in edge[0].into_iter().zip(half(inside[0])) {
            assert!(edge.abs_diff(inside) <= 2, "{mode:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_colour_ever_exceeds_its_alpha(
        mode in modes(), backdrop in pixels(), source in pixels(), opacity: u16, clipped: bool,
    ) {
        let mut result = [backdrop];
        if clipped {
            blend_row_clipped(mode, &mut result, &[source], opacity);
        } else {
            blend_row(mode, &mut result, &[source], opacity);
        }
        let [red, green, blue, alpha] = result[0];
        prop_assert!(red.max(green).max(blue) <= alpha, "{:?}", result);
        if clipped && mode.kind() != BlendKind::Operator {
            prop_assert_eq!(alpha, backdrop[3]);
        }
    }

    #[test]
    fn where_a_layer_is_transparent_all_stays_as_it_is(mode in modes(), backdrop in pixels(), source in pixels(), opacity: u16) {
        if !mode.acts_where_transparent() {
            prop_assert_eq!(blend(mode, backdrop, [0; 4], opacity), backdrop);
            prop_assert_eq!(blend(mode, backdrop, source, 0), backdrop);
        }
    }

    #[test]
    fn on_nothing_a_layer_shows_as_it_is(mode in modes(), source in pixels()) {
        if mode.kind() != BlendKind::Operator {
            prop_assert_eq!(blend(mode, [0; 4], source, FULL), source);
        }
    }

    #[test]
    fn opaque_pixels_stay_opaque(mode in modes(), mut backdrop in pixels(), source in pixels(), opacity: u16) {
        backdrop[3] = FULL;
        if mode.kind() != BlendKind::Operator {
            prop_assert_eq!(blend(mode, backdrop, source, opacity)[3], FULL);
        }
    }

    #[test]
    fn a_row_is_its_pixels_one_by_one(
        mode in modes(), row in proptest::collection::vec((pixels(), pixels()), 0..50), opacity: u16,
    ) {
        let (mut backdrop, source): (Vec<_>, Vec<_>) = row.iter().copied().unzip();
        blend_row(mode, &mut backdrop, &source, opacity);
        for (result, (below, source)) in backdrop.iter().zip(&row) {
            prop_assert_eq!(*result, blend(mode, *below, *source, opacity));
        }
    }
}
