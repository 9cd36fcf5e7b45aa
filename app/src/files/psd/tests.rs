//! Files that GIMP wrote, against what psd-tools reads from them; see `tests/data/psd`.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::document::{BlendMode, to_rgba16};

const GIMP_8: &[u8] = include_bytes!("../../../tests/data/psd/gimp-8.psd");
const GIMP_16: &[u8] = include_bytes!("../../../tests/data/psd/gimp-16.psd");
const GIMP_GRAY: &[u8] = include_bytes!("../../../tests/data/psd/gimp-gray.psd");
const FILES: [(&str, &[u8]); 3] = [("gimp-8.psd", GIMP_8), ("gimp-16.psd", GIMP_16), ("gimp-gray.psd", GIMP_GRAY)];

/// By file and layer: x, y in the canvas, and straight RGBA of 65535.
fn expected() -> HashMap<String, HashMap<String, Vec<[i64; 6]>>> {
    serde_json::from_str(include_str!("../../../tests/data/psd/expected.json")).unwrap()
}

#[test]
fn every_layer_has_the_pixels_that_psd_tools_reads() {
    let expected = expected();
    for (name, file) in FILES {
        let document = read(file).unwrap().document;
        let mut compared = 0;
        for (layer, pixels) in &expected[name] {
            let layer = document.all_layers().find(|known| known.props().name == *layer).unwrap();
            let tiles = layer.pixels().unwrap();
            for &[x, y, red, green, blue, alpha] in pixels {
                let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { continue };
                let got = to_rgba16(tiles.pixel(x, y)).map(i64::from);
                // Colours behind alpha keep what alpha leaves of them.
                let is_inside = x < document.size().width() && y < document.size().height();
                let tolerance = if alpha == 0 || !is_inside { i64::MAX } else { 1 + 65535 / alpha };
                let near = |got: i64, expected: i64| (got - expected).abs() <= tolerance;
                assert!(near(got[0], red) && near(got[1], green) && near(got[2], blue), "{name} {x} {y}: {got:?}");
                assert!(!is_inside || (got[3] - alpha).abs() <= 1, "{name} {x} {y}: {} for {alpha}", got[3]);
                compared += usize::from(is_inside);
            }
        }
        assert!(compared > 60, "{name}: {compared} pixels");
    }
}

#[test]
fn inks_lab_light_and_large_files_have_the_colours_that_lcms2_and_psd_tools_see() {
    let expected: HashMap<String, HashMap<String, Vec<[u32; 5]>>> =
        serde_json::from_str(include_str!("../../../tests/data/psd/colors.json")).unwrap();
    for (name, file, tolerance) in [
        ("cmyk.psd", include_bytes!("../../../tests/data/psd/cmyk.psd").as_slice(), 300),
        ("lab-16.psd", include_bytes!("../../../tests/data/psd/lab-16.psd"), 60),
        ("float.psd", include_bytes!("../../../tests/data/psd/float.psd"), 200),
        ("large.psb", include_bytes!("../../../tests/data/psd/large.psb"), 1),
    ] {
        let Opened { document, notices } = read(file).unwrap();
        assert_eq!(notices, [], "{name}");
        assert_eq!(document.has_16_bits(), matches!(name, "lab-16.psd" | "float.psd"));
        for (layer, pixels) in &expected[name] {
            let layer = document.all_layers().find(|known| known.props().name == *layer).unwrap();
            for &[x, y, red, green, blue] in pixels {
                let [got @ .., alpha] = to_rgba16(layer.pixels().unwrap().pixel(x, y)).map(u32::from);
                let far = got.iter().zip([red, green, blue]).map(|(got, want)| got.abs_diff(want)).max().unwrap();
                assert!(far <= tolerance && alpha == 65535, "{name} {x} {y}: {got:?} for {:?}", [red, green, blue]);
            }
        }
    }
}

#[test]
fn a_picture_for_printing_without_a_profile_is_shown_with_a_word_of_warning() {
    let mut file = include_bytes!("../../../tests/data/psd/cmyk.psd").to_vec();
    // The resource gets another number.
    let at = file.windows(6).position(|bytes| bytes == b"8BIM\x04\x0f").unwrap();
    file[at + 5] = 0xf0;
    let notices = read(&file).unwrap().notices;
    assert!(notices.len() == 1 && notices[0].to_string().contains("for which inks"), "{notices:?}");
}

#[test]
fn layers_have_their_properties_and_places() {
    for (name, file) in FILES {
        let Opened { document, notices } = read(file).unwrap();
        assert_eq!(notices, [], "{name}");
        let [ground, shade, group, hidden, ..] = document.layers() else { panic!("{name}") };
        let names: Vec<_> = [ground, shade, group, hidden].map(|layer| layer.props().name.as_str()).into();
        assert_eq!(names, ["Ground", "Shade", "Group", "Hidden"]);
        assert_eq!((shade.props().blend, shade.props().opacity), (BlendMode::Multiply, 0.6));
        assert!((group.props().opacity - 0.5).abs() < 0.01 && group.children()[0].props().name == "Inner");
        assert!(!hidden.props().visible && hidden.props().blend == BlendMode::Screen);
        assert_eq!(document.has_16_bits(), name == "gimp-16.psd");
    }
}

#[test]
fn the_picture_looks_as_gimp_flattened_it() {
    for (name, file) in FILES {
        let document = read(file).unwrap().document;
        let mut bytes = Bytes::new(file);
        let header = Header::read(&mut bytes).unwrap();
        for _ in 0..3 {
            bytes.section32().unwrap();
        }
        let merged = channels::merged(bytes, &header).unwrap();
        let flat = document.flattened();
        for y in 0..header.height {
            for (channel, plane) in merged.iter().enumerate() {
                for (x, expected) in (0..header.width).zip(plane.row(y as usize)) {
                    let got = to_rgba16(flat.pixel(x, y))[channel];
                    assert!(got.abs_diff(expected) <= 257, "{name} {x} {y}: {got}, not {expected}");
                }
            }
        }
    }
}

#[test]
fn krita_s_pass_through_group_is_dissolved_and_the_picture_looks_the_same() {
    let file = include_bytes!("../../../tests/data/psd/krita.psd");
    let Opened { document, notices } = read(file).unwrap();
    assert!(notices.len() == 1 && notices[0].to_string().contains("“through”"), "{notices:?}");
    let names: Vec<_> = document.layers().iter().map(|layer| layer.props().name.as_str()).collect();
    assert_eq!(&names[..4], ["background", "light", "isolated", "top"]);
    assert_eq!(document.layers()[1].props().blend, BlendMode::Screen);
}

#[test]
fn files_cut_short_anywhere_are_opened_or_refused() {
    for (_, file) in FILES {
        for length in (0..file.len()).step_by(101) {
            _ = read(&file[..length]);
        }
    }
    let error = read(&GIMP_8[..500]).err().unwrap().to_string();
    assert!(error.contains("at byte"), "{error}");
}

#[test]
fn groups_too_deep_in_each_other_are_refused_in_words() {
    // Layer records that say nothing but that a group begins.
    let record = |section: u32| {
        let mut record = vec![0; 16];
        record.extend(0_u16.to_be_bytes());
        record.extend(b"8BIMnorm\xff\0\0\0");
        let mut extra = vec![0; 12];
        extra.extend(b"8BIMlsct\0\0\0\x04");
        extra.extend(section.to_be_bytes());
        record.extend((extra.len() as u32).to_be_bytes());
        record.extend(extra);
        record
    };
    let file = |groups: u16| {
        let mut info = groups.to_be_bytes().to_vec();
        (0..groups).for_each(|_| info.extend(record(3)));
        let mut file = b"8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x04\0\0\0\x04\0\x08\0\x03\0\0\0\0\0\0\0\0".to_vec();
        file.extend((info.len() as u32 + 4).to_be_bytes());
        file.extend((info.len() as u32).to_be_bytes());
        file.extend(info);
        read(&file).err().map(|error| error.to_string())
    };
    assert_eq!(file(20), None);
    assert!(file(8000).unwrap().contains("too deep in each other"));
    assert!(file(30_000).unwrap().contains("30000 layers"));
}

#[test]
fn colours_that_cannot_be_read_are_named() {
    let with = |at: usize, value: u8| {
        let mut file = GIMP_8.to_vec();
        file[at] = value;
        read(&file).err().unwrap().to_string()
    };
    assert!(with(25, 7).contains("multichannel; convert it to RGB"));
    assert!(with(25, 0).contains("black and white"));
    assert!(with(23, 1).contains("1 bits"));
    assert!(with(5, 3).contains("version 3"));
    assert!(matches!(
        read(b"8BPS\0\x01\0\0\0\0\0\0\0\x03\xff\xff\xff\xff\0\0\0\x01\0\x08\0\x03"),
        Err(LayeredError::BadSize { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn damaged_files_are_opened_or_refused(
        file in prop::sample::select(FILES.to_vec()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        early in prop::collection::vec((0usize..1400, any::<u8>()), 0..3),
    ) {
        let mut bytes = file.1.to_vec();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        // Most of a file is pixels; what matters stands at its beginning.
        for (at, byte) in early {
            bytes[at] = byte;
        }
        // A header that says more than a test should decode.
        let side = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if side(14) < 4096 && side(18) < 4096 && let Ok(opened) = read(&bytes) {
            prop_assert_eq!(opened.document.size().height(), side(14));
        }
    }
}
