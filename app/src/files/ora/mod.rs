//! OpenRaster, the format of layered pictures that Krita, GIMP, MyPaint and Drawpile share, and this program's own.
//!
//! The specification is at <https://www.openraster.org>; where it is silent or only proposed, Krita's and Drawpile's
//! ways are followed (`alpha-preserve`, `krita:` blend modes, `selected`). What it has no words for stands in our own
//! namespace: masks and hints as elements beside the stack, which other programs pass over, recipes as entries under
//! `brushfire/`.
//!
//! A clipped layer has no counterpart there, but an isolated group with a layer that preserves alpha looks the same:
//! base and clipped layers are written as such a group and come back as they were.

mod read;
mod stack;
mod thumbnail;
mod write;
mod xml;

pub(super) use read::{read, recipe};
pub(super) use write::write;

/// Content of the entry `mimetype`, which stands first and uncompressed so that others recognise the file by it.
const MIMETYPE: &str = "image/openraster";

/// The recipe of the whole picture.
const RECIPE: &str = "brushfire/recipe.json";

/// Whether these are the first bytes of an OpenRaster file: a zip archive whose first entry is `mimetype`, stored.
pub(super) fn is_openraster(bytes: &[u8]) -> bool {
    // The entry's name begins at byte 30 (APPNOTE.TXT, 4.3.7); an extra field may lie between it and the content.
    let Some(rest) = bytes.strip_prefix(b"PK\x03\x04") else { return false };
    let content = rest.get(34..).unwrap_or_default();
    let content = content.get(..64).unwrap_or(content);
    rest.get(26..34) == Some(b"mimetype") && content.windows(MIMETYPE.len()).any(|window| window == MIMETYPE.as_bytes())
}

#[cfg(test)]
mod tests;
