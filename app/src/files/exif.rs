//! Text in a picture's EXIF block, where A1111 keeps the parameters of JPEG and WebP files.
//!
//! An EXIF block is a TIFF file: a header, directories of 12-byte entries, and values at offsets (Exif 2.32, 4.5 and
//! 4.6). Only one entry matters here: UserComment.

/// Points from the first directory to EXIF's own.
const EXIF_DIRECTORY: u16 = 0x8769;
const USER_COMMENT: u16 = 0x9286;
const LONG: u16 = 4;
const UNDEFINED: u16 = 7;
const UNICODE: &[u8; 8] = b"UNICODE\0";
const ASCII: &[u8; 8] = b"ASCII\0\0\0";

/// An EXIF block that holds just this comment, big-endian with UTF-16 text as A1111 writes it (through `piexif`).
pub(super) fn with_user_comment(text: &str) -> Vec<u8> {
    let comment: Vec<u8> = UNICODE.iter().copied().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let mut block = b"MM\0\x2a".to_vec();
    block.extend(8u32.to_be_bytes());
    // The first directory at 8, EXIF's at 26, the comment at 44.
    directory(&mut block, EXIF_DIRECTORY, LONG, 1, 26);
    directory(&mut block, USER_COMMENT, UNDEFINED, comment.len() as u32, 44);
    block.extend(comment);
    block
}

/// A directory of one entry, with no other after it.
fn directory(block: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32) {
    block.extend(1u16.to_be_bytes());
    block.extend(tag.to_be_bytes());
    block.extend(kind.to_be_bytes());
    block.extend(count.to_be_bytes());
    block.extend(value.to_be_bytes());
    block.extend(0u32.to_be_bytes());
}

/// The comment of an EXIF block, if it has one.
pub(super) fn user_comment(block: &[u8]) -> Option<String> {
    let tiff = Tiff::new(block.strip_prefix(b"Exif\0\0").unwrap_or(block))?;
    let (_, directory) = tiff.entry(tiff.u32_at(4)?, EXIF_DIRECTORY)?;
    let (length, at) = tiff.entry(directory, USER_COMMENT)?;
    let comment = tiff.bytes.get(at as usize..(at as usize).checked_add(length as usize)?)?;
    let (encoding, text) = comment.split_first_chunk::<8>()?;
    match encoding {
        UNICODE => Some(from_utf16(text)),
        ASCII => Some(String::from_utf8_lossy(text).trim_end_matches('\0').to_owned()),
        _ => None,
    }
}

/// UTF-16 of whichever byte order gives more of the zero bytes that Latin text has: writers disagree about the order.
fn from_utf16(text: &[u8]) -> String {
    let pairs = text.as_chunks::<2>().0;
    let zeros = |byte: usize| pairs.iter().filter(|pair| pair[byte] == 0).count();
    let unit = if zeros(0) >= zeros(1) { u16::from_be_bytes } else { u16::from_le_bytes };
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

struct Tiff<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        match bytes.first_chunk::<4>()? {
            b"MM\0\x2a" => Some(Self { bytes, big_endian: true }),
            b"II\x2a\0" => Some(Self { bytes, big_endian: false }),
            _ => None,
        }
    }

    fn u16_at(&self, at: u32) -> Option<u16> {
        let bytes = *self.bytes.get(at as usize..)?.first_chunk()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32_at(&self, at: u32) -> Option<u32> {
        let bytes = *self.bytes.get(at as usize..)?.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// Count and value (or offset) of an entry of the directory at `directory`.
    fn entry(&self, directory: u32, tag: u16) -> Option<(u32, u32)> {
        let count = u32::from(self.u16_at(directory)?);
        let first = directory.checked_add(2)?;
        let at =
            (0..count).map_while(|index| first.checked_add(12 * index)).find(|at| self.u16_at(*at) == Some(tag))?;
        Some((self.u32_at(at.checked_add(4)?)?, self.u32_at(at.checked_add(8)?)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_block_by_piexif_is_read() {
        // piexif 1.1.3: dump({"Exif": {UserComment: helper.UserComment.dump("Hi", encoding="unicode")}}).
        let block = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0\
            \0\x01\x92\x86\0\x07\0\0\0\x0c\0\0\0\x28UNICODE\0\0H\0i";
        assert_eq!(user_comment(block).as_deref(), Some("Hi"));
    }

    #[test]
    fn both_byte_orders_and_ascii_are_read() {
        let mut little = b"Exif\0\0II\x2a\0\x08\0\0\0".to_vec();
        little.extend(b"\x01\0\x69\x87\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0");
        little.extend(b"\x01\0\x86\x92\x07\0\x0c\0\0\0\x2c\0\0\0\0\0\0\0");
        let mut ascii = little.clone();
        little.extend(b"UNICODE\0H\0i\0");
        assert_eq!(user_comment(&little).as_deref(), Some("Hi"));
        ascii.extend(b"ASCII\0\0\0Hi\0\0");
        assert_eq!(user_comment(&ascii).as_deref(), Some("Hi"));
    }

    proptest! {
        #[test]
        fn text_comes_back(text in "\\PC{0,60}[ -~]{1,60}") {
            // Longer Latin text than other, as parameters always have: "Steps: 20, Sampler: ...".
            let text = format!("{text} Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Model: some-model");
            prop_assert_eq!(user_comment(&with_user_comment(&text)), Some(text));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), flip in any::<(usize, u8)>()) {
            user_comment(&bytes);
            let mut block = with_user_comment("a picture");
            let at = flip.0 % block.len();
            block[at] = flip.1;
            user_comment(&block);
        }
    }
}
