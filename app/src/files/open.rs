//! Opening pictures.

use std::fs::File;
use std::io::{Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use brushfire_engine::memory::available_memory;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};

use super::damage::Damage;
use super::error::OpenError;
use super::format::PictureFormat;
use super::layered::LayeredError;
use super::note::FileNote;
use super::recipe::RecipeInFile;
use super::{icc, jpeg, ora, psd, recipe};
use crate::document::{CanvasSize, Document};

/// Bytes of a file that are read wherever it is opened; where more memory is free, half of that.
const SURE_FILE_BYTES: u64 = 1 << 30;

/// Bytes of a decoded picture: 16384 x 16384 pixels with 16 bits a channel and alpha.
const MAX_PICTURE_BYTES: u64 = 2 << 30;

/// What decoders may take besides the picture itself.
const DECODER_BYTES: u64 = 1 << 29;

/// A picture from a file.
#[derive(Clone, Debug)]
pub struct OpenedPicture {
    /// In sRGB, and turned as the camera was held (EXIF orientation applied).
    pub image: DynamicImage,
    /// How it was made, if the file says so.
    pub recipe: Option<RecipeInFile>,
    pub format: PictureFormat,
    /// What the painter should know about it.
    pub notices: Vec<FileNote>,
}

/// A picture from a file with all its layers.
#[derive(Clone, Debug)]
pub struct OpenedDocument {
    pub document: Document,
    /// How it was made, if the file says so.
    pub recipe: Option<RecipeInFile>,
    pub format: PictureFormat,
    /// What the painter should know about it: what could not be taken over as it was.
    pub notices: Vec<FileNote>,
}

/// Opens a picture with its layers; its content decides what it is, not its name. Pictures without layers become one.
///
/// # Errors
/// Files that cannot be read, are no picture, are damaged or cut short, or would take too much memory.
pub fn open_document(path: &Path) -> Result<OpenedDocument, OpenError> {
    decode_document(&read_file(path)?, &path.display().to_string())
}

/// Opens a picture with its layers from a file's bytes; `name` is what errors call it.
///
/// # Errors
/// As [`open_document`].
pub fn decode_document(bytes: &[u8], name: &str) -> Result<OpenedDocument, OpenError> {
    let format = format_of(bytes, name)?;
    let of_file = |error: LayeredError| error.of_file(name, format);
    let (document, notices) = match format {
        PictureFormat::OpenRaster => guarded(name, format, || ora::read(bytes).map_err(of_file))
            .map(|opened| (opened.document, opened.notices))?,
        PictureFormat::Photoshop => guarded(name, format, || psd::read(bytes).map_err(of_file))
            .map(|opened| (opened.document, opened.notices))?,
        _ => {
            let (image, notices) = guarded(name, format, || decode(bytes, name, format))?;
            let bad_size = |_| OpenError::BadSize {
                name: name.to_owned(),
                width: image.width(),
                height: image.height(),
                max: CanvasSize::MAX_SIDE,
            };
            (Document::from_image(&image).map_err(bad_size)?, notices)
        }
    };
    let recipe = recipe_in(bytes, name, format);
    Ok(OpenedDocument { document, recipe, format, notices })
}

/// Opens a picture; its content decides what it is, not its name. Layers are flattened.
///
/// # Errors
/// Files that cannot be read, are no picture, are damaged or cut short, or would take too much memory.
pub fn open_picture(path: &Path) -> Result<OpenedPicture, OpenError> {
    decode_picture(&read_file(path)?, &path.display().to_string())
}

/// Opens a picture from a file's bytes; `name` is what errors call it.
///
/// # Errors
/// As [`open_picture`].
pub fn decode_picture(bytes: &[u8], name: &str) -> Result<OpenedPicture, OpenError> {
    let format = format_of(bytes, name)?;
    if format.has_layers() {
        let OpenedDocument { document, recipe, format, notices } = decode_document(bytes, name)?;
        return Ok(OpenedPicture { image: document.to_image(), recipe, format, notices });
    }
    let (image, notices) = guarded(name, format, || decode(bytes, name, format))?;
    Ok(OpenedPicture { image, recipe: recipe_in(bytes, name, format), format, notices })
}

/// A picture whose recipe cannot be read is still a picture.
fn recipe_in(bytes: &[u8], name: &str, format: PictureFormat) -> Option<RecipeInFile> {
    guarded(name, format, || Ok(recipe::in_bytes(bytes, format))).unwrap_or_default()
}

/// The file's bytes.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, OpenError> {
    let name = path.display().to_string();
    let unreadable = |error| OpenError::unreadable(&name, &error);
    // Asked before opening: opening a named pipe waits for a writer.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(OpenError::NotAFile { name });
    }
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let max = SURE_FILE_BYTES.max(available_memory().map_or(0, |memory| memory.free / 2));
    if size > max {
        return Err(OpenError::FileTooLarge { name, bytes: size, max });
    }
    let mut bytes = Vec::with_capacity(size as usize);
    // A file that grows while it is read stays within the limit.
    file.take(max).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

pub(super) fn format_of(bytes: &[u8], name: &str) -> Result<PictureFormat, OpenError> {
    if bytes.is_empty() {
        return Err(OpenError::Empty { name: name.to_owned() });
    }
    PictureFormat::of_content(bytes).ok_or_else(|| OpenError::NotAPicture { name: name.to_owned() })
}

/// Decoders are other people's code reading anybody's bytes: where one panics, the file is damaged, and the program
/// goes on.
fn guarded<T>(name: &str, format: PictureFormat, work: impl FnOnce() -> Result<T, OpenError>) -> Result<T, OpenError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(OpenError::Damaged { name: name.to_owned(), format, reason: Damage::NoSense }))
}

/// A picture without layers, and what the painter should know about it.
fn decode(bytes: &[u8], name: &str, format: PictureFormat) -> Result<(DynamicImage, Vec<FileNote>), OpenError> {
    let damaged = |reason: Damage| OpenError::Damaged { name: name.to_owned(), format, reason };
    let Some(in_image_crate) = format.in_image_crate() else {
        return Err(OpenError::NotAPicture { name: name.to_owned() });
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), in_image_crate);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_PICTURE_BYTES + DECODER_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| damaged(reason_of(&error)))?;

    let (width, height) = decoder.dimensions();
    if CanvasSize::new(width, height).is_err() {
        return Err(OpenError::BadSize { name: name.to_owned(), width, height, max: CanvasSize::MAX_SIDE });
    }
    let picture_bytes = decoder.total_bytes();
    if picture_bytes > MAX_PICTURE_BYTES {
        return Err(OpenError::TooMuchMemory { name: name.to_owned(), bytes: picture_bytes, max: MAX_PICTURE_BYTES });
    }
    if format == PictureFormat::Jpeg && !jpeg::is_complete(bytes) {
        return Err(damaged(Damage::CutShort));
    }
    // A picture with damaged metadata is still a picture.
    let orientation = decoder.orientation().ok();
    let inks = if format == PictureFormat::Jpeg { jpeg::read_inks(bytes) } else { None };
    let (mut image, converted) = match inks {
        Some(read) => {
            let (image, why) = read.map_err(damaged)?;
            (DynamicImage::ImageRgb8(image), why.map_or(Ok(()), Err))
        }
        None => {
            let profile = decoder.icc_profile().ok().flatten();
            let mut image = DynamicImage::from_decoder(decoder).map_err(|error| damaged(reason_of(&error)))?;
            let converted = profile.map_or(Ok(()), |profile| icc::to_srgb(&mut image, &profile));
            (image, converted)
        }
    };
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    let file = Path::new(name).file_name().map_or(name.into(), |name| name.to_string_lossy()).into_owned();
    Ok((image, converted.err().map(|why| FileNote::ColorsOfFile { file, why }).into_iter().collect()))
}

fn reason_of(error: &ImageError) -> Damage {
    match error {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Damage::CutShort,
        ImageError::Limits(_) => Damage::TooMuchMemory,
        error => Damage::Technical(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Luma, Rgb, RgbImage};

    use super::*;

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn picture() -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_fn(37, 23, |x, y| Rgb([(x * 6) as u8, (y * 11) as u8, (x * y) as u8])))
    }

    #[test]
    fn lossless_formats_come_back_bit_for_bit_whatever_the_name_says() {
        for (format, expected) in [
            (ImageFormat::Png, PictureFormat::Png),
            (ImageFormat::WebP, PictureFormat::WebP),
            (ImageFormat::Bmp, PictureFormat::Bmp),
            (ImageFormat::Tiff, PictureFormat::Tiff),
        ] {
            let opened = decode_picture(&encoded(&picture(), format), "mislabelled.jpg").unwrap();
            assert_eq!((opened.format, opened.image.to_rgb8()), (expected, picture().to_rgb8()));
        }
    }

    #[test]
    fn sixteen_bit_pictures_keep_every_level() {
        let deep =
            DynamicImage::ImageLuma16(image::ImageBuffer::from_fn(256, 256, |x, y| Luma([(y * 256 + x) as u16])));
        for format in [ImageFormat::Png, ImageFormat::Tiff] {
            assert_eq!(decode_picture(&encoded(&deep, format), "deep").unwrap().image, deep);
        }
    }

    #[test]
    fn a_photograph_is_turned_as_the_camera_was_held() {
        let mut jpeg = encoded(&picture(), ImageFormat::Jpeg);
        // TIFF header, one entry: orientation (0x0112), SHORT, 1, value 6 (turn right).
        let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let mut segment = vec![0xff, 0xe1, 0, (exif.len() + 2) as u8];
        segment.extend(exif);
        jpeg.splice(2..2, segment);
        let opened = decode_picture(&jpeg, "photo.jpg").unwrap();
        assert_eq!((opened.image.width(), opened.image.height()), (23, 37));
    }

    #[test]
    fn errors_name_the_file_and_the_reason() {
        let error = decode_picture(b"", "drawing.png").unwrap_err();
        assert_eq!(error.to_string(), "drawing.png is empty");
        let error = decode_picture(b"<svg/>", "drawing.png").unwrap_err();
        assert!(error.to_string().starts_with("drawing.png is not a picture"));
        let error = open_picture(Path::new("/no/such/picture.png")).unwrap_err();
        assert_eq!(error.to_string(), "/no/such/picture.png cannot be read: there is no such file");
        assert!(matches!(open_picture(&std::env::temp_dir()), Err(OpenError::NotAFile { .. })));
    }
}
