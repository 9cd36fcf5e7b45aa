//! What the `image` crate does not tell or do of JPEG files: whether they are whole, and colours made for printing.

use image::RgbImage;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::damage::Damage;
use super::icc::IccError;
use super::inks::InksToSrgb;

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

/// A picture that was made for printing, in sRGB as its profile has it, and what the painter should know about that;
/// `None` of one with other colours. Its size has been found acceptable.
///
/// # Errors
/// Damaged pictures: why.
pub(super) fn read_inks(bytes: &[u8]) -> Option<Result<(RgbImage, Option<IccError>), Damage>> {
    let options = |colors| {
        let options = DecoderOptions::default().set_strict_mode(false).jpeg_set_out_colorspace(colors);
        options.set_max_width(usize::MAX).set_max_height(usize::MAX)
    };
    let mut head = JpegDecoder::new_with_options(ZCursor::new(bytes), options(ColorSpace::RGB));
    head.decode_headers().ok()?;
    let colors = head.input_colorspace().filter(|colors| matches!(colors, ColorSpace::CMYK | ColorSpace::YCCK))?;
    let profile = head.icc_profile();
    // The same colours out as in: four samples a pixel as they stand in the file.
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options(colors));
    Some(decoder.decode().map_err(|error| Damage::Technical(error.to_string())).and_then(|samples| {
        let (width, height) = decoder.dimensions().unwrap_or_default();
        let (way, why) = InksToSrgb::or_ideal(profile.as_deref());
        let image = in_srgb([width as u32, height as u32], &samples, colors, &way);
        image.map(|image| (image, why)).ok_or(Damage::CutShort)
    }))
}

/// Adobe's way, which everybody follows: 0 is all of an ink.
fn in_srgb([width, height]: [u32; 2], samples: &[u8], colors: ColorSpace, way: &InksToSrgb) -> Option<RgbImage> {
    let row_samples = 4 * width as usize;
    let mut image = RgbImage::new(width, height);
    let mut rgb = vec![u16::MAX; 3 * width as usize];
    for y in 0..height as usize {
        let row = samples.get(y * row_samples..(y + 1) * row_samples)?.as_chunks::<4>().0;
        let inks: Vec<u16> = row
            .iter()
            .map(|pixel| if colors == ColorSpace::YCCK { from_ycck(*pixel) } else { *pixel })
            .flat_map(|pixel| pixel.map(|left| u16::MAX - u16::from(left) * 257))
            .collect();
        way.convert(&inks, &mut rgb).ok()?;
        let line = image.as_flat_samples_mut().samples.get_mut(y * 3 * width as usize..)?;
        line.iter_mut().zip(&rgb).for_each(|(level, sample)| *level = ((u32::from(*sample) + 128) / 257) as u8);
    }
    Some(image)
}

/// What is left of white under cyan, magenta and yellow, and black as it is (Adobe Technical Note 5116: luma and chroma
/// stand for the complement).
fn from_ycck([luma, blue, red, black]: [u8; 4]) -> [u8; 4] {
    let (luma, blue, red) = (f32::from(luma), f32::from(blue) - 128.0, f32::from(red) - 128.0);
    let [r, g, b] = [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue];
    let [cyan, magenta, yellow] = [r, g, b].map(|level| 255 - level.round().clamp(0.0, 255.0) as u8);
    [cyan, magenta, yellow, black]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pillow's pictures and what lcms2 makes of their inks: see `tests/data/jpeg`.
    #[test]
    fn pictures_for_printing_have_the_colours_of_their_profile() {
        let expected: Vec<[u8; 3]> = serde_json::from_str(include_str!("../../tests/data/jpeg/expected.json")).unwrap();
        for (name, bytes) in [
            ("cmyk.jpg", include_bytes!("../../tests/data/jpeg/cmyk.jpg").as_slice()),
            ("ycck.jpg", include_bytes!("../../tests/data/jpeg/ycck.jpg").as_slice()),
        ] {
            let (image, why) = read_inks(bytes).unwrap().unwrap();
            assert_eq!((image.dimensions(), why), ((64, 48), None), "{name}");
            let places = (4..48_u32).step_by(8).flat_map(|y| (4..64_u32).step_by(8).map(move |x| (x, y)));
            for ((x, y), expected) in places.zip(&expected) {
                let got = image.get_pixel(x, y).0;
                let far = got.iter().zip(expected).map(|(got, want)| got.abs_diff(*want)).max().unwrap();
                assert!(far <= 6, "{name} {x} {y}: {got:?}, not {expected:?}");
            }
        }
        assert!(read_inks(&jpeg()).is_none());
    }

    #[test]
    fn a_picture_for_printing_that_is_cut_short_is_refused_or_filled() {
        let bytes = include_bytes!("../../tests/data/jpeg/ycck.jpg");
        for length in (0..bytes.len()).step_by(37) {
            _ = read_inks(&bytes[..length]);
        }
    }

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
