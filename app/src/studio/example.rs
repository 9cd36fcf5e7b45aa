//! The first start: a picture, a mask already painted, a prompt typed, and one button to press.

use std::path::Path;

use crate::document::Document;
use crate::files;

/// What a first start opens.
pub struct Example {
    pub document: Document,
    pub prompt: String,
}

/// Reads `scene.png`, `mask.png` and `prompt.txt` from a folder; none where one is missing or unreadable, since a
/// first start must not begin with an error.
#[must_use]
pub fn read_example(folder: &Path) -> Option<Example> {
    let scene = files::open_picture(&folder.join("scene.png")).ok()?;
    let mask = files::open_picture(&folder.join("mask.png")).ok()?;
    let prompt = std::fs::read_to_string(folder.join("prompt.txt")).ok()?;
    let mut document = Document::from_image(&scene.image).ok()?;
    document.replace_mask(&mask.image.to_luma8()).ok()?;
    Some(Example { document, prompt: prompt.trim().to_owned() })
}
