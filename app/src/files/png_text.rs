//! Texts in PNG files: A1111's `parameters` and our own recipe.

use std::io::Cursor;

use png::text_metadata::{ITXtChunk, ZTXtChunk};

/// A1111's keyword for the text that says how a picture was made.
pub(super) const PARAMETERS: &str = "parameters";

/// Our keyword; the text is the recipe's JSON.
pub(super) const BRUSHFIRE: &str = "brushfire";

/// Bytes that a compressed text may unfold to: the longest prompts there are, and no bomb.
const MAX_TEXT_BYTES: usize = 4 << 20;

/// All texts before the picture's data with this keyword, whichever of the three kinds of chunk they are in.
pub(super) fn texts(bytes: &[u8], keyword: &str) -> Vec<String> {
    let decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: 16 * MAX_TEXT_BYTES });
    let Ok(reader) = decoder.read_info() else { return Vec::new() };
    let info = reader.info();
    let plain =
        info.uncompressed_latin1_text.iter().filter(|chunk| chunk.keyword == keyword).map(|chunk| chunk.text.clone());
    let compressed = info
        .compressed_latin1_text
        .iter()
        .filter(|chunk| chunk.keyword == keyword)
        .filter_map(|chunk| unfolded(chunk.clone()));
    let utf8 =
        info.utf8_text.iter().filter(|chunk| chunk.keyword == keyword).filter_map(|chunk| unfolded_utf8(chunk.clone()));
    plain.chain(compressed).chain(utf8).collect()
}

fn unfolded(mut chunk: ZTXtChunk) -> Option<String> {
    chunk.decompress_text_with_limit(MAX_TEXT_BYTES).ok()?;
    chunk.get_text().ok()
}

fn unfolded_utf8(mut chunk: ITXtChunk) -> Option<String> {
    chunk.decompress_text_with_limit(MAX_TEXT_BYTES).ok()?;
    chunk.get_text().ok()
}

/// Adds a text as Pillow does, on which A1111 builds: `tEXt` where it is Latin-1, else `iTXt`.
pub(super) fn add<W: std::io::Write>(
    encoder: &mut png::Encoder<'_, W>,
    keyword: &str,
    text: &str,
) -> Result<(), png::EncodingError> {
    // The format ends texts at a zero byte, and none belongs in one.
    let text = text.replace('\0', "");
    if text.chars().all(|char| u32::from(char) <= 0xff) {
        encoder.add_text_chunk(keyword.to_owned(), text)
    } else {
        encoder.add_itxt_chunk(keyword.to_owned(), text)
    }
}
