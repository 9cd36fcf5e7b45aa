//! The one thing about JPEG files that the decoder does not tell: whether they are whole.

/// Whether the data run up to an end-of-image marker. The decoder fills what is missing of a file that was cut short
/// with grey and says nothing (ITU-T T.81, annex B, for the markers).
pub(super) fn is_complete(bytes: &[u8]) -> bool {
    const START_OF_IMAGE: u8 = 0xd8;
    const END_OF_IMAGE: u8 = 0xd9;
    let mut rest = bytes;
    loop {
        // Markers are FF and a code; between segments there may be more FF, and scans hold FF only before 0.
        let Some(at) = rest.windows(2).position(|pair| matches!(pair, [0xff, code] if !matches!(code, 0 | 0xff)))
        else {
            return false;
        };
        let Some((&code, after)) = rest.get(at + 1..).and_then(<[u8]>::split_first) else { return false };
        rest = match code {
            END_OF_IMAGE => return true,
            // Markers without a segment: restarts, the start, and a temporary one.
            START_OF_IMAGE | 0xd0..=0xd7 | 0x01 => after,
            _ => {
                let Some((length, _)) = after.split_first_chunk::<2>() else { return false };
                let length = usize::from(u16::from_be_bytes(*length));
                // After a scan's header come entropy-coded data; the search above runs through them.
                match after.get(length..) {
                    Some(rest) => rest,
                    None => return false,
                }
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg() -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture =
            image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([(x * 6) as u8, (y * 8) as u8, (x * y) as u8]));
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(&picture).unwrap();
        bytes
    }

    #[test]
    fn a_whole_file_is_complete_and_so_is_one_with_something_behind_it() {
        let mut bytes = jpeg();
        assert!(is_complete(&bytes));
        bytes.extend(b"a film behind the picture");
        assert!(is_complete(&bytes));
    }

    #[test]
    fn a_file_cut_short_anywhere_is_not() {
        let bytes = jpeg();
        assert!((0..bytes.len()).all(|length| !is_complete(&bytes[..length])));
    }

    #[test]
    fn an_end_inside_a_thumbnail_is_not_the_picture_s() {
        let thumbnail = [0xff, 0xd8, 0xff, 0xe1, 0, 6, 0xff, 0xd9, 0xff, 0xd9, 0xff, 0xda, 0, 2, 1, 2, 3];
        assert!(!is_complete(&thumbnail));
    }
}
