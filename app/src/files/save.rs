//! Saving pictures, with the recipe that made them inside.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use brushfire_engine::Recipe;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder as _, ImageError, RgbImage};

use super::error::SaveError;
use super::format::PictureFormat;
use super::note::FileNote;
use super::parameters::{model_file_name, parameters_text};
use super::{atomic, exif, ora, png_text, psd};
use crate::document::{BlendMode, Document, Layer, LayerContent};

const JPEG_QUALITY: u8 = 95;

/// Bytes of an EXIF block in a JPEG file: a segment less its length and the word "Exif".
const MAX_JPEG_EXIF_BYTES: usize = 65_535 - 2 - 6;

/// A picture that was saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// What the painter should know about it.
    pub notice: Option<FileNote>,
    /// The file holds several layers as one.
    pub is_flattened: bool,
}

/// Whether files of this name keep layers, masks and hints.
#[must_use]
pub fn keeps_layers(path: &Path) -> bool {
    PictureFormat::to_save_as(path) == Some(PictureFormat::OpenRaster)
}

/// Whether a file of this name holds all there is to a document, so that nothing is lost when it is closed: layers with
/// what is done to them, masks and hints only where files of its kind keep them.
#[must_use]
pub fn holds_everything(path: &Path, document: &Document) -> bool {
    let is_plain = |layer: &Layer| match layer.content() {
        LayerContent::Paint(_) => {
            let props = layer.props();
            props.visible && props.opacity >= 1.0 && props.blend == BlendMode::Normal
        }
        LayerContent::Mask(values) => values.bytes() == 0,
        LayerContent::Result { .. } | LayerContent::Hint { .. } | LayerContent::Group(_) => false,
    };
    let is_one = || document.layers().iter().filter(|layer| layer.is_part_of_picture()).count() == 1;
    let knows = |layer: &Layer| match layer.content() {
        LayerContent::Paint(_) | LayerContent::Group(_) => layer.props().blend.psd_key().is_some(),
        LayerContent::Mask(values) => values.bytes() == 0,
        LayerContent::Result { .. } | LayerContent::Hint { .. } => false,
    };
    match PictureFormat::to_save_as(path) {
        Some(PictureFormat::OpenRaster) => true,
        Some(PictureFormat::Photoshop) => document.all_layers().all(knows),
        _ => document.layers().iter().all(is_plain) && is_one(),
    }
}

/// Whether this is another program's file of layers: it may hold what is not known here and would not be written back,
/// and masks, hints and recipes have no place in it.
#[must_use]
pub fn is_of_others(path: &Path) -> bool {
    PictureFormat::to_save_as(path) == Some(PictureFormat::Photoshop)
}

/// Whether a file of this name has lengths of 8 bytes.
fn is_psb(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("psb"))
}

/// Saves a picture with its layers where the name's ending is `.ora`, `.psd` or `.psb`, else flattened as
/// [`save_picture`] does.
///
/// # Errors
/// As [`save_picture`].
pub fn save_document(path: &Path, document: &Document, recipe: Option<&Recipe>) -> Result<Saved, SaveError> {
    if is_of_others(path) {
        atomic::write(path, |file| psd::write(file, document, is_psb(path)))?;
        return Ok(Saved::default());
    }
    if !keeps_layers(path) {
        let mut saved = save_picture(path, &document.to_image(), recipe)?;
        saved.is_flattened = document.all_layers().filter(|layer| layer.is_part_of_picture()).count() > 1;
        return Ok(saved);
    }
    let recipe = recipe.map(|recipe| shared(recipe).to_json());
    // A layer's recipe that cannot be read, as one of a later version might not, is passed on as it is.
    let share =
        |json: &str| Recipe::from_json(json).map_or_else(|_| json.to_owned(), |recipe| shared(&recipe).to_json());
    atomic::write(path, |file| ora::write(file, document, recipe.as_deref(), share))?;
    Ok(Saved::default())
}

/// A recipe that does not tell where on this machine its model lies.
fn shared(recipe: &Recipe) -> Recipe {
    Recipe { model: model_file_name(&recipe.model).to_owned(), ..recipe.clone() }
}

/// Saves in the format of the name's ending: PNG and TIFF (8 or 16 bits as the picture has), JPEG (quality 95, on
/// white), WebP (lossless, 8 bits), OpenRaster or PSD (one layer). The old file stays until the new one is complete.
///
/// The recipe is written as A1111 writes it, into PNG also as JSON; of a model's path only the file's or folder's name.
///
/// # Errors
/// An ending that is none of these, a picture too large for the format, and whatever the disk says.
pub fn save_picture(path: &Path, image: &DynamicImage, recipe: Option<&Recipe>) -> Result<Saved, SaveError> {
    let name = || path.display().to_string();
    let format = PictureFormat::to_save_as(path).ok_or_else(|| SaveError::UnknownFormat { name: name() })?;
    let (width, height, max) = (image.width(), image.height(), format.max_side());
    if width.max(height) > max {
        return Err(SaveError::TooLargeForFormat { name: name(), format, width, height, max });
    }
    let mut saved = Saved::default();
    let exif_block = match (format, recipe) {
        (PictureFormat::Jpeg | PictureFormat::WebP, Some(recipe)) => {
            Some(exif::with_user_comment(&parameters_text(recipe)))
        }
        _ => None,
    };
    let exif_block = exif_block.filter(|block| {
        let fits = format != PictureFormat::Jpeg || block.len() <= MAX_JPEG_EXIF_BYTES;
        if !fits {
            saved.notice = Some(FileNote::RecipeTooLong);
        }
        fits
    });
    atomic::write(path, |file| match format {
        PictureFormat::Jpeg => write_jpeg(file, image, exif_block),
        PictureFormat::WebP => write_webp(file, image, exif_block),
        PictureFormat::Tiff => write_tiff(file, image),
        PictureFormat::OpenRaster => write_openraster(file, image, recipe),
        PictureFormat::Photoshop => {
            let document = Document::from_image(image).map_err(io::Error::other)?;
            psd::write(file, &document, is_psb(path))
        }
        _ => write_png(file, image, recipe),
    })?;
    Ok(saved)
}

fn write_png(file: &mut File, image: &DynamicImage, recipe: Option<&Recipe>) -> io::Result<()> {
    let image = storable(image);
    let mut file = BufWriter::new(file);
    let mut encoder = png::Encoder::new(&mut file, image.width(), image.height());
    encoder.set_color(if image.color().has_alpha() { png::ColorType::Rgba } else { png::ColorType::Rgb });
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    if let Some(recipe) = recipe {
        png_text::add(&mut encoder, png_text::PARAMETERS, &parameters_text(recipe)).map_err(png_failed)?;
        encoder.add_itxt_chunk(png_text::BRUSHFIRE.to_owned(), shared(recipe).to_json()).map_err(png_failed)?;
    }
    let samples = match &*image {
        DynamicImage::ImageRgb16(image) => Some(image.as_raw()),
        DynamicImage::ImageRgba16(image) => Some(image.as_raw()),
        _ => None,
    };
    encoder.set_depth(if samples.is_some() { png::BitDepth::Sixteen } else { png::BitDepth::Eight });
    let big_endian: Option<Vec<u8>> =
        samples.map(|samples| samples.iter().flat_map(|sample| sample.to_be_bytes()).collect());
    let mut writer = encoder.write_header().map_err(png_failed)?;
    writer.write_image_data(big_endian.as_deref().unwrap_or(image.as_bytes())).map_err(png_failed)?;
    writer.finish().map_err(png_failed)?;
    file.flush()
}

/// The picture as RGB or RGBA with 8 or 16 bits a channel.
fn storable(image: &DynamicImage) -> Cow<'_, DynamicImage> {
    use DynamicImage::{ImageRgb8, ImageRgb16, ImageRgba8, ImageRgba16};
    match image {
        ImageRgb8(_) | ImageRgba8(_) | ImageRgb16(_) | ImageRgba16(_) => Cow::Borrowed(image),
        image => {
            let eight_bit = image.color().bytes_per_pixel() == image.color().channel_count();
            Cow::Owned(match (eight_bit, image.color().has_alpha()) {
                (true, false) => ImageRgb8(image.to_rgb8()),
                (true, true) => ImageRgba8(image.to_rgba8()),
                (false, false) => ImageRgb16(image.to_rgb16()),
                (false, true) => ImageRgba16(image.to_rgba16()),
            })
        }
    }
}

fn png_failed(error: png::EncodingError) -> io::Error {
    match error {
        png::EncodingError::IoError(error) => error,
        error => io::Error::other(error),
    }
}

fn write_jpeg(file: &mut File, image: &DynamicImage, exif_block: Option<Vec<u8>>) -> io::Result<()> {
    let mut file = BufWriter::new(file);
    let mut encoder = JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY);
    if let Some(block) = exif_block {
        encoder.set_exif_metadata(block).map_err(io::Error::other)?;
    }
    encoder.encode_image(&on_white(image)).map_err(image_failed)?;
    file.flush()
}

/// JPEG has no transparency; what is transparent lies on white.
fn on_white(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let mut flat = RgbImage::new(image.width(), image.height());
    for (flat, image::Rgba([red, green, blue, alpha])) in flat.pixels_mut().zip(image.to_rgba8().pixels()) {
        let over_white = |channel: u8| {
            let (channel, alpha) = (u32::from(channel), u32::from(*alpha));
            ((channel * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        };
        flat.0 = [*red, *green, *blue].map(over_white);
    }
    flat
}

fn write_webp(file: &mut File, image: &DynamicImage, exif_block: Option<Vec<u8>>) -> io::Result<()> {
    let mut file = BufWriter::new(file);
    let mut encoder = WebPEncoder::new_lossless(&mut file);
    if let Some(block) = exif_block {
        encoder.set_exif_metadata(block).map_err(io::Error::other)?;
    }
    let (width, height) = (image.width(), image.height());
    if image.color().has_alpha() {
        encoder.encode(&image.to_rgba8(), width, height, ExtendedColorType::Rgba8).map_err(image_failed)?;
    } else {
        encoder.encode(&image.to_rgb8(), width, height, ExtendedColorType::Rgb8).map_err(image_failed)?;
    }
    file.flush()
}

fn write_tiff(file: &mut File, image: &DynamicImage) -> io::Result<()> {
    let image = storable(image);
    let mut file = BufWriter::new(file);
    let (width, height, color) = (image.width(), image.height(), image.color().into());
    TiffEncoder::new(&mut file).write_image(image.as_bytes(), width, height, color).map_err(image_failed)?;
    file.flush()
}

fn write_openraster(file: &mut File, image: &DynamicImage, recipe: Option<&Recipe>) -> io::Result<()> {
    let document = Document::from_image(image).map_err(io::Error::other)?;
    ora::write(file, &document, recipe.map(|recipe| shared(recipe).to_json()).as_deref(), str::to_owned)
}

fn image_failed(error: ImageError) -> io::Error {
    match error {
        ImageError::IoError(error) => error,
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Rgb, Rgba, RgbaImage};

    use super::*;
    use crate::files::{RecipeInFile, RecipeWriter, open_document, open_picture, parse_parameters, read_recipe};

    fn picture() -> DynamicImage {
        DynamicImage::ImageRgba8(RgbaImage::from_fn(40, 30, |x, y| {
            Rgba([(x * 6) as u8, (y * 8) as u8, 90, if x < 5 { 0 } else { 255 }])
        }))
    }

    fn recipe() -> Recipe {
        Recipe {
            prompt: "a fox in the snow, 雪の中の狐\nsecond line".to_owned(),
            negative_prompt: "blurry".to_owned(),
            model_hash: Some("6ce0161689b3853acaa03779ec93eafe75a02f4ced659bee03f50797806fa2fa".to_owned()),
            guidance_rescale: 0.7,
            seed: u64::MAX,
            ..Recipe::default()
        }
    }

    #[test]
    fn a_png_brings_picture_and_recipe_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fox.png");
        for recipe in [recipe(), Recipe { prompt: "plain".to_owned(), ..recipe() }] {
            assert_eq!(save_picture(&path, &picture(), Some(&recipe)), Ok(Saved::default()));
            let opened = open_picture(&path).unwrap();
            assert_eq!(opened.image, picture());
            assert_eq!(
                opened.recipe,
                Some(RecipeInFile { recipe, written_by: RecipeWriter::Brushfire, notes: Vec::new() })
            );
        }
    }

    #[test]
    fn other_programs_find_a1111_s_text_in_the_png() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fox.png");
        save_picture(&path, &picture(), Some(&recipe())).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(png_text::texts(&bytes, "parameters"), [parameters_text(&recipe())]);
        assert!(bytes.windows(19).any(|window| window == b"iTXtparameters\0\0\0\0\0"), "Unicode: an iTXt chunk");
        save_picture(&path, &picture(), Some(&Recipe::default())).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.windows(15).any(|window| window == b"tEXtparameters\0"), "Latin-1: a tEXt chunk");
    }

    #[test]
    fn a_picture_does_not_tell_where_its_model_lies() {
        let folder = tempfile::tempdir().unwrap();
        for model in ["/home/ada/models/fox.safetensors", r"C:\Users\ada\fox.safetensors", "ada/fox.safetensors/"] {
            for (name, told) in [("a.png", "fox.safetensors"), ("a.jpg", "fox"), ("a.webp", "fox")] {
                let path = folder.path().join(name);
                save_picture(&path, &picture(), Some(&Recipe { model: model.to_owned(), ..recipe() })).unwrap();
                assert_eq!(read_recipe(&path).unwrap().unwrap().recipe.model, told, "{model} in {name}");
            }
        }
    }

    #[test]
    fn a_16_bit_picture_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep.PNG");
        let deep = DynamicImage::ImageRgb16(ImageBuffer::from_fn(300, 50, |x, y| {
            Rgb([(x * 217) as u16, (y * 1300) as u16, 12345])
        }));
        save_picture(&path, &deep, None).unwrap();
        assert_eq!(open_picture(&path).unwrap().image, deep);
        assert_eq!(read_recipe(&path), Ok(None));
    }

    #[test]
    fn tiff_keeps_every_level_of_both_depths() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep.tif");
        let deep = DynamicImage::ImageRgba16(ImageBuffer::from_fn(300, 50, |x, y| {
            Rgba([(x * 217) as u16, (y * 1300) as u16, 12345, (x * y) as u16])
        }));
        for picture in [deep, picture()] {
            assert_eq!(save_picture(&path, &picture, None), Ok(Saved::default()));
            assert!(open_picture(&path).unwrap().image == picture);
        }
    }

    #[test]
    fn an_openraster_file_brings_layers_and_recipe_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fox.ora");
        let mut document = Document::from_image(&picture()).unwrap();
        document.add_paint_layer("above".to_owned());
        let local = Recipe { model: "/home/ada/models/fox.safetensors".to_owned(), ..recipe() };
        assert_eq!(save_document(&path, &document, Some(&local)), Ok(Saved::default()));
        let opened = open_document(&path).unwrap();
        assert_eq!(opened.document.all_layers().count(), document.all_layers().count());
        let flattened = document.to_image();
        assert!(opened.document.to_image() == flattened);
        let expected = Recipe { model: "fox.safetensors".to_owned(), ..local };
        assert_eq!(opened.recipe.map(|found| found.recipe), Some(expected));
        let flat = open_picture(&path).unwrap();
        assert!(flat.image == flattened && flat.format == PictureFormat::OpenRaster);
        // Saved as something else, there is one layer, and this is told.
        let saved = save_document(&folder.path().join("fox.png"), &document, None).unwrap();
        assert!(saved.is_flattened);
        assert!(open_picture(&folder.path().join("fox.png")).unwrap().image == flattened);
    }

    #[test]
    fn jpeg_and_webp_carry_a1111_s_text() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["fox.jpg", "fox.jpeg", "fox.webp"] {
            let path = folder.path().join(name);
            assert_eq!(save_picture(&path, &picture(), Some(&recipe())), Ok(Saved::default()));
            assert_eq!(read_recipe(&path).unwrap(), parse_parameters(&parameters_text(&recipe())), "{name}");
        }
        assert_eq!(open_picture(&folder.path().join("fox.webp")).unwrap().image, picture(), "lossless");
    }

    #[test]
    fn jpeg_lies_on_white_and_stays_close() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fox.jpg");
        save_picture(&path, &picture(), None).unwrap();
        let opened = open_picture(&path).unwrap().image.to_rgb8();
        assert!(opened.get_pixel(1, 15).0.iter().all(|channel| *channel > 245), "{:?}", opened.get_pixel(1, 15));
        let (got, want) = (opened.get_pixel(30, 15).0, [180, 120, 90]);
        assert!(got.iter().zip(want).all(|(got, want): (&u8, u8)| got.abs_diff(want) < 12), "{got:?}");
    }

    #[test]
    fn a_recipe_too_long_for_jpeg_is_left_out_with_a_notice() {
        let folder = tempfile::tempdir().unwrap();
        let long = Recipe { prompt: "fox ".repeat(20_000), ..Recipe::default() };
        let path = folder.path().join("fox.jpg");
        assert!(save_picture(&path, &picture(), Some(&long)).unwrap().notice == Some(FileNote::RecipeTooLong));
        assert_eq!(read_recipe(&path), Ok(None));
        for name in ["fox.png", "fox.webp"] {
            let path = folder.path().join(name);
            assert_eq!(save_picture(&path, &picture(), Some(&long)), Ok(Saved::default()));
            assert_eq!(read_recipe(&path).unwrap().unwrap().recipe.prompt, long.prompt, "{name}");
        }
    }

    #[test]
    fn endings_and_sizes_that_cannot_be_saved_are_told() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["fox", "fox.bmp", "fox.xcf", ".png"] {
            assert!(
                matches!(
                    save_picture(&folder.path().join(name), &picture(), None),
                    Err(SaveError::UnknownFormat { .. })
                ),
                "{name}"
            );
        }
        let wide = DynamicImage::new_rgb8(16_384, 1);
        let error = save_picture(&folder.path().join("wide.webp"), &wide, None).unwrap_err();
        assert!(error.to_string().contains("Save it as PNG"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
