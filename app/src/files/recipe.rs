//! The recipe a picture carries.

use std::path::Path;

use brushfire_engine::Recipe;
use image::{ImageDecoder as _, ImageReader};

use super::error::OpenError;
use super::format::PictureFormat;
use super::note::RecipeNote;
use super::open::{format_of, read_file};
use super::parameters::parse_parameters;
use super::{exif, ora, png_text};

/// A recipe found in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipeInFile {
    pub recipe: Recipe,
    pub written_by: RecipeWriter,
    /// What could not be taken over.
    pub notes: Vec<RecipeNote>,
}

/// Whose words a recipe was in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecipeWriter {
    /// Our own JSON: nothing is missing.
    Brushfire,
    /// The text of Stable Diffusion WebUI and the many programs that follow it.
    A1111,
}

/// The recipe in a picture file; `None` where there is none.
///
/// # Errors
/// Files that cannot be read or are no picture.
pub fn read_recipe(path: &Path) -> Result<Option<RecipeInFile>, OpenError> {
    let bytes = read_file(path)?;
    let format = format_of(&bytes, &path.display().to_string())?;
    Ok(in_bytes(&bytes, format))
}

/// The recipe in a picture's bytes. Our own is preferred; where it cannot be read, as one of a later version might not,
/// A1111's text serves.
pub(super) fn in_bytes(bytes: &[u8], format: PictureFormat) -> Option<RecipeInFile> {
    match format {
        PictureFormat::Png => {
            let ours = png_text::texts(bytes, png_text::BRUSHFIRE).iter().find_map(|text| Recipe::from_json(text).ok());
            let ours =
                ours.map(|recipe| RecipeInFile { recipe, written_by: RecipeWriter::Brushfire, notes: Vec::new() });
            ours.or_else(|| png_text::texts(bytes, png_text::PARAMETERS).iter().find_map(|text| parse_parameters(text)))
        }
        PictureFormat::Jpeg | PictureFormat::WebP => {
            parse_parameters(&exif::user_comment(&exif_block(bytes, format)?)?)
        }
        PictureFormat::OpenRaster => {
            let recipe = Recipe::from_json(&ora::recipe(bytes)?).ok()?;
            Some(RecipeInFile { recipe, written_by: RecipeWriter::Brushfire, notes: Vec::new() })
        }
        PictureFormat::Bmp | PictureFormat::Tiff | PictureFormat::Photoshop => None,
    }
}

fn exif_block(bytes: &[u8], format: PictureFormat) -> Option<Vec<u8>> {
    let reader = ImageReader::with_format(std::io::Cursor::new(bytes), format.in_image_crate()?);
    reader.into_decoder().ok()?.exif_metadata().ok()?
}
