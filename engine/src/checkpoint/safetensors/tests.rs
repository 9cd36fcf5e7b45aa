use std::io::Write;

use proptest::prelude::*;

use super::*;

/// A file with this header and this many bytes after it.
fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + data, 7);
    bytes
}

fn error(bytes: &[u8]) -> SafetensorsError {
    read_header(bytes).err().unwrap()
}

const GOOD: &str = r#"{"__metadata__":{"made by":"hand"},
    "a":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},"b":{"dtype":"BF16","shape":[],"data_offsets":[12,14]}}"#;

#[test]
fn a_good_file_is_read() {
    let mut on_disk = tempfile::NamedTempFile::new().unwrap();
    on_disk.write_all(&file(GOOD, 14)).unwrap();
    let source = SafetensorsFile::open(on_disk.path()).unwrap();
    assert_eq!(source.names(), ["a", "b"]);
    assert_eq!(source.info("a"), Some(TensorInfo { shape: vec![2, 3], dtype: DType::F16 }));
    assert_eq!(source.raw("b").unwrap().as_ref(), [7, 7]);
    assert_eq!(source.metadata()["made by"], "hand");
    assert!(source.raw("c").unwrap_err().to_string().contains("no tensor `c`"));
}

#[test]
fn absurd_headers_are_refused_by_name() {
    assert_eq!(error(b""), SafetensorsError::TooShort);
    assert_eq!(error(&[1, 2, 3]), SafetensorsError::TooShort);
    let absurd = [0xff; 20];
    assert_eq!(error(&absurd), SafetensorsError::HeaderLength { claimed: u64::MAX, file: 20 });
    let mut long = (MAX_HEADER_BYTES + 1).to_le_bytes().to_vec();
    long.resize(MAX_HEADER_BYTES as usize + 10, b' ');
    assert_eq!(error(&long), SafetensorsError::HeaderTooLong(MAX_HEADER_BYTES + 1));
    let mut not_text = file(GOOD, 14);
    not_text[20] = 0xff;
    assert!(matches!(error(&not_text), SafetensorsError::Header(_)));
    assert!(matches!(error(&file("[]", 0)), SafetensorsError::Header(_)));
    assert!(matches!(error(&file(&"[".repeat(100_000), 0)), SafetensorsError::Header(_)));
    let nested = format!(r#"{{"a":{}"#, r#"{"a":"#.repeat(100_000));
    assert!(matches!(error(&file(&nested, 0)), SafetensorsError::Header(_)));
}

#[test]
fn a_file_cut_short_says_how_much_is_there() {
    let whole = file(GOOD, 14).len();
    let seen = error(&file(GOOD, 9));
    assert_eq!(seen, SafetensorsError::Truncated { wanted: whole as u64, present: whole - 5 });
    assert!(matches!(error(&file(GOOD, 15)), SafetensorsError::TooLong { .. }));
}

#[test]
fn tensors_that_overlap_or_do_not_fit_are_refused() {
    let two = |first: &str, second: &str| {
        let header = format!(
            r#"{{"a":{{"dtype":"F32","shape":[2],"data_offsets":{first}}},
                "b":{{"dtype":"F32","shape":[2],"data_offsets":{second}}}}}"#
        );
        error(&file(&header, 16))
    };
    assert_eq!(two("[0,8]", "[4,16]"), SafetensorsError::Offsets("b".to_owned()));
    assert_eq!(two("[0,16]", "[0,16]"), SafetensorsError::ShapeAndBytes);
    assert_eq!(two("[0,4]", "[4,16]"), SafetensorsError::ShapeAndBytes);
    assert!(matches!(two("[8,0]", "[8,16]"), SafetensorsError::Offsets(_)));
    assert!(matches!(two("[0,8]", "[8,18446744073709551615]"), SafetensorsError::Truncated { .. }));
    assert!(matches!(two("[0,-8]", "[8,16]"), SafetensorsError::Header(_)));
    let overflow = r#"{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,16]}}"#;
    assert_eq!(error(&file(overflow, 16)), SafetensorsError::ShapeAndBytes);
}

#[test]
fn a_name_may_occur_only_once() {
    let header =
        r#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#;
    assert_eq!(error(&file(header, 0)), SafetensorsError::Duplicate("a".to_owned()));
}

#[test]
fn there_are_limits_to_tensors_and_axes() {
    let many: Vec<String> =
        (0..=MAX_TENSORS).map(|i| format!(r#""{i}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#)).collect();
    assert_eq!(error(&file(&format!("{{{}}}", many.join(",")), 0)), SafetensorsError::TooManyTensors);
    let header = format!(r#"{{"a":{{"dtype":"U8","shape":[{}1],"data_offsets":[0,1]}}}}"#, "1,".repeat(20));
    assert_eq!(error(&file(&header, 1)), SafetensorsError::TooManyAxes { name: "a".to_owned(), axes: 21 });
    let header = r#"{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}"#;
    assert!(matches!(error(&file(header, 1)), SafetensorsError::Type { .. }));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_header(&bytes);
    }

    #[test]
    fn any_header_is_read_or_refused(header in "[{}\\[\\]\":,a-f0-9FU_ -]{0,120}", data in 0usize..64) {
        let _ = read_header(&file(&header, data));
    }

    #[test]
    fn a_damaged_file_is_read_within_its_bounds_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in 0usize..40,
    ) {
        let mut bytes = file(GOOD, 14);
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        bytes.truncate(bytes.len() - cut);
        if let Ok((tensors, _)) = read_header(&bytes) {
            for entry in tensors.values() {
                prop_assert!(entry.bytes.end <= bytes.len());
                prop_assert_eq!(entry.bytes.len(), entry.info.bytes());
            }
        }
    }
}
