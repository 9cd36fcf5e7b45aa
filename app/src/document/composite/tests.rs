use proptest::prelude::*;

use super::*;
use crate::document::blend::{blend, blend_row_clipped};
use crate::document::{BlendMode, LayerContent, LayerProps};

const FULL: u16 = u16::MAX;

fn size() -> CanvasSize {
    CanvasSize::new(300, 270).unwrap()
}

/// Some tiles empty, some opaque, some noise.
fn grid(seed: u32) -> TileGrid<Pixel> {
    let tile_kind = |x: u32, y: u32| (x / 256 + 2 * (y / 256) + seed) % 3;
    TileGrid::from_rows(size(), |left, y, row| {
        for (pixel, x) in row.iter_mut().zip(left..) {
            let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503) ^ seed).wrapping_mul(2_246_822_519);
            *pixel = match tile_kind(x, y) {
                0 => [0; 4],
                1 => [(noise >> 16) as u16, noise as u16, 300, FULL],
                _ => [(noise >> 18) as u16 / 4, 0, (noise >> 17) as u16 / 4, (noise >> 16) as u16 | 0x3fff],
            };
        }
    })
}

fn props() -> impl Strategy<Value = LayerProps> {
    let modes = proptest::sample::select(BlendMode::all().collect::<Vec<_>>());
    let mode = prop_oneof![3 => Just(BlendMode::Normal), 1 => modes];
    let opacity = prop_oneof![Just(1.0), Just(0.0), 0.0..1.0f32];
    (mode, opacity, proptest::bool::weighted(0.8), proptest::bool::weighted(0.3)).prop_map(
        |(blend, opacity, visible, clipped)| LayerProps { blend, opacity, visible, clipped, ..LayerProps::default() },
    )
}

fn layers() -> impl Strategy<Value = Vec<Layer>> {
    let leaf = prop_oneof![
        5 => (props(), any::<u32>()).prop_map(|(props, seed)| Layer::new(props, LayerContent::Paint(grid(seed)))),
        1 => props().prop_map(|props| Layer::new(props, LayerContent::Mask(TileGrid::filled(size(), FULL)))),
    ];
    let layer = leaf.prop_recursive(2, 8, 4, |inner| {
        (props(), prop::collection::vec(inner, 0..4))
            .prop_map(|(props, children)| Layer::new(props, LayerContent::Group(children)))
    });
    prop::collection::vec(layer, 1..6)
}

/// The picture's pixel by the words of the module's documentation, without any tile.
fn pixel_at(layers: &[Layer], x: u32, y: u32) -> Pixel {
    let own = |layer: &Layer| match layer.pixels() {
        Some(pixels) => pixels.pixel(x, y),
        None => pixel_at(layer.children(), x, y),
    };
    let mut out = [0; 4];
    let layers: Vec<_> = layers.iter().filter(|layer| layer.is_part_of_picture()).collect();
    let starts = (0..layers.len()).filter(|&index| index == 0 || !layers[index].props.clipped);
    for start in starts {
        let base = layers[start];
        let mut pixel = [own(base)];
        for layer in layers[start + 1..].iter().take_while(|layer| layer.props.clipped).filter(|l| l.props.visible) {
            blend_row_clipped(layer.props.blend, &mut pixel, &[own(layer)], layer.props.opacity_u16());
        }
        if base.props.visible {
            out = blend(base.props.blend, out, pixel[0], base.props.opacity_u16());
        }
    }
    out
}

fn places() -> impl Iterator<Item = (u32, u32)> {
    (0..270)
        .step_by(23)
        .chain([255, 256, 269])
        .flat_map(|y| (0..300).step_by(19).chain([255, 256]).map(move |x| (x, y)))
}

fn rects() -> impl Strategy<Value = PixelRect> {
    (0..300u32, 0..270u32, 1..200u32, 1..200u32).prop_map(|(left, top, width, height)| PixelRect {
        left,
        top,
        right: (left + width).min(300),
        bottom: (top + height).min(270),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_picture_is_what_the_layers_make_pixel_by_pixel(layers in layers()) {
        let picture = flatten_layers(size(), &layers);
        for (x, y) in places() {
            prop_assert_eq!(picture.pixel(x, y), pixel_at(&layers, x, y), "at {}, {}", x, y);
        }
        prop_assert_eq!(picture.pixel(300, 0), [0; 4], "beyond the canvas");
    }

    /// Painting here and looking there, sometimes without knowing what was painted.
    #[test]
    fn the_kept_picture_is_true_wherever_it_is_looked_at(
        layers in layers(),
        steps in prop::collection::vec((rects(), rects(), any::<bool>(), any::<prop::sample::Index>()), 1..8),
    ) {
        let mut document = Document::with_layers(size(), layers, false).unwrap();
        let paintable: Vec<_> =
            document.all_layers().filter(|l| l.is_part_of_picture() && l.pixels().is_some()).map(Layer::id).collect();
        let mut kept = Composite::new(size());
        for (painted, seen, is_known, layer) in steps {
            let grid = document.layer_mut(*layer.get(&paintable)).and_then(Layer::pixels_mut).unwrap();
            grid.change_rows(painted, |left, y, row| {
                let color = [(left + y) as u16, 77, 0, FULL];
                row.fill(if row.first() == Some(&color) { [0; 4] } else { color });
            });
            kept.update(&document, seen, is_known.then_some(painted));
            let whole = document.flattened();
            for (x, y) in places().filter(|&(x, y)| seen.contains(x, y)) {
                prop_assert_eq!(kept.picture().pixel(x, y), whole.pixel(x, y), "at {}, {}", x, y);
            }
        }
    }
}

fn sheet(pixel: Pixel) -> Layer {
    Layer::new(LayerProps::default(), LayerContent::Paint(TileGrid::filled(size(), pixel)))
}

#[test]
fn a_tile_that_one_opaque_layer_covers_is_that_layers_own() {
    let layers = [sheet([1, 2, 3, FULL]), sheet([9, 9, 9, FULL])];
    let picture = flatten_layers(size(), &layers);
    for at in picture.positions() {
        let (of_picture, of_layer) =
            (picture.shared_tile(at).unwrap(), layers[1].pixels().unwrap().shared_tile(at).unwrap());
        assert!(Arc::ptr_eq(&of_picture, &of_layer));
    }
}

#[test]
fn nothing_is_made_twice() {
    let mut document =
        Document::with_layers(size(), vec![sheet([1, 2, 3, FULL]), sheet([4, 5, 6, 30000])], false).unwrap();
    let mut kept = Composite::new(size());
    let corner = PixelRect { left: 0, top: 0, right: 10, bottom: 10 };
    kept.update(&document, document.bounds(), None);
    let before = kept.picture().latest_revision();
    kept.update(&document, corner, Some(corner));
    kept.update(&document, document.bounds(), None);
    assert_eq!(kept.picture().latest_revision(), before);
    let props = LayerProps { visible: false, ..LayerProps::default() };
    document.set_props(document.active(), props);
    kept.update(&document, document.bounds(), Some(corner));
    assert_eq!(kept.picture().pixel(299, 269), [1, 2, 3, FULL], "properties act beyond what was painted");
}
