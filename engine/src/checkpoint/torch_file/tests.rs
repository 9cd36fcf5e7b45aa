use std::io::{Cursor, Write};
use std::path::PathBuf;

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::super::pickle::PickleError;
use super::*;

/// `{"w": tensor}` with storage `0` of four f32, as PyTorch writes it.
fn pickle(elements: u8, offset: u8, shape: &[u8], strides: &[u8]) -> Vec<u8> {
    let tuple = |items: &[u8]| {
        let numbers = items.iter().flat_map(|&item| [b'K', item]);
        [b'('].into_iter().chain(numbers).chain([b't']).collect::<Vec<u8>>()
    };
    let mut bytes =
        b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storage".to_vec();
    bytes.extend_from_slice(b"ctorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK");
    bytes.extend_from_slice(&[elements, b't', b'Q', b'K', offset]);
    bytes.extend(tuple(shape));
    bytes.extend(tuple(strides));
    bytes.extend_from_slice(b"\x89NtRs.");
    bytes
}

fn archive(entries: &[(&str, &[u8])], compression: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(compression)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn stored(pickle: &[u8], data: &[u8]) -> Vec<u8> {
    archive(&[("m/data.pkl", pickle), ("m/data/0", data)], CompressionMethod::Stored)
}

fn on_disk(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.pt");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn numbers() -> Vec<u8> {
    [1f32, 2.0, 3.0, 4.0].into_iter().flat_map(f32::to_le_bytes).collect()
}

fn error(bytes: &[u8]) -> Reason {
    let (_folder, path) = on_disk(bytes);
    TorchFile::open(&path).err().unwrap().reason
}

#[test]
fn views_are_read_in_their_own_order() {
    let read = |offset, shape: &[u8], strides: &[u8]| {
        let (_folder, path) = on_disk(&stored(&pickle(4, offset, shape, strides), &numbers()));
        TorchFile::open(&path).unwrap().read_f32("w").unwrap()
    };
    assert_eq!(read(0, &[2, 2], &[2, 1]), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(read(0, &[2, 2], &[1, 2]), [1.0, 3.0, 2.0, 4.0]);
    assert_eq!(read(1, &[2], &[2]), [2.0, 4.0]);
    assert_eq!(read(3, &[1, 1], &[9, 9]), [4.0]);
    assert_eq!(read(2, &[], &[]), [3.0]);
    assert_eq!(read(4, &[0], &[1]), [0f32; 0]);
}

#[test]
fn tensors_outside_their_storage_are_refused_by_name() {
    let outside =
        |offset, shape: &[u8], strides: &[u8]| match error(&stored(&pickle(4, offset, shape, strides), &numbers())) {
            Reason::Pickle(error) => error,
            other => panic!("{other}"),
        };
    let refused = PickleError::OutsideStorage { name: "w".to_owned(), key: "0".to_owned() };
    assert_eq!(outside(0, &[5], &[1]), refused);
    assert_eq!(outside(1, &[4], &[1]), refused);
    assert_eq!(outside(0, &[2, 2], &[3, 1]), refused);
    assert_eq!(outside(0, &[2, 2], &[2]), refused);
    assert_eq!(outside(5, &[0], &[1]), refused);
    assert_eq!(outside(0, &[200, 200], &[0, 0]), PickleError::Overlapping { name: "w".to_owned() });
}

#[test]
fn incomplete_archives_are_refused() {
    let missing = archive(&[("m/data.pkl", &pickle(4, 0, &[4], &[1]))], CompressionMethod::Stored);
    assert!(matches!(error(&missing), Reason::Pickle(PickleError::NoStorage { .. })));
    let other = archive(&[("photo.jpg", b"...")], CompressionMethod::Stored);
    assert!(matches!(error(&other), Reason::Zip(_)));
    let big = archive(
        &[("m/data.pkl", &pickle(4, 0, &[4], &[1])), ("m/byteorder", b"big"), ("m/data/0", &numbers())],
        CompressionMethod::Stored,
    );
    assert!(matches!(error(&big), Reason::Pickle(PickleError::BigEndian)));
    let whole = stored(&pickle(4, 0, &[4], &[1]), &numbers());
    assert!(matches!(error(&whole[..whole.len() - 30]), Reason::Zip(_)));
    assert!(matches!(error(&stored(b"\x80\x02}.", b"")), Reason::NoTensors));
}

#[test]
fn a_compressed_bomb_is_not_unpacked_before_it_is_asked_for() {
    let zeros = vec![0u8; 50 << 20];
    let entries: [(&str, &[u8]); 2] = [("m/data.pkl", &pickle(4, 0, &[4], &[1])), ("m/data/0", &zeros)];
    let bomb = archive(&entries, CompressionMethod::Deflated);
    assert!(bomb.len() < 200_000);
    let (_folder, path) = on_disk(&bomb);
    assert_eq!(TorchFile::open(&path).unwrap().read_f32("w").unwrap(), [0.0; 4]);
}

proptest! {
    #[test]
    fn a_damaged_file_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in 0usize..30, compress in any::<bool>(),
    ) {
        let method = if compress { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let entries: [(&str, &[u8]); 2] = [("m/data.pkl", &pickle(4, 0, &[2, 2], &[1, 2])), ("m/data/0", &numbers())];
        let mut bytes = archive(&entries, method);
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        bytes.truncate(bytes.len() - cut);
        let (_folder, path) = on_disk(&bytes);
        if let Ok(file) = TorchFile::open(&path) {
            for name in file.names() {
                if let Ok(raw) = file.raw(&name) {
                    prop_assert_eq!(raw.len(), file.info(&name).unwrap().bytes());
                }
            }
        }
    }

    #[test]
    fn any_view_is_read_or_refused(
        elements in 0u8..8, offset in 0u8..8, axes in prop::collection::vec((0u8..5, 0u8..5), 0..4),
    ) {
        let (shape, strides): (Vec<u8>, Vec<u8>) = axes.into_iter().unzip();
        let (_folder, path) = on_disk(&stored(&pickle(elements, offset, &shape, &strides), &numbers()));
        if let Ok(file) = TorchFile::open(&path) {
            prop_assert_eq!(file.raw("w").unwrap().len(), file.info("w").unwrap().bytes());
        }
    }

    #[test]
    fn any_legacy_file_is_read_or_refused(rest in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.".to_vec();
        bytes.extend(rest);
        let _ = legacy::read(&bytes);
    }
}
