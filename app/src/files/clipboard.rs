//! Pictures to and from the system's clipboard.

use std::borrow::Cow;

use arboard::{Clipboard, Error, ImageData};
use image::RgbaImage;

/// Why copying or pasting did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClipboardError {
    #[error("this system has no clipboard that can be used: {0}")]
    NotThere(String),
    #[error("another program is using the clipboard; try again")]
    Busy,
    #[error("the picture on the clipboard cannot be read")]
    Unreadable,
    #[error("the clipboard did not take the picture: {0}")]
    Refused(String),
}

/// A place that holds one picture for other programs; tests use their own.
pub trait PictureClipboard {
    /// Puts a picture (straight alpha) there.
    ///
    /// # Errors
    /// No clipboard, or it refuses.
    fn copy(&mut self, picture: &RgbaImage) -> Result<(), ClipboardError>;

    /// The picture that is there; `None` where something else is, or nothing.
    ///
    /// # Errors
    /// No clipboard, or a picture that cannot be read.
    fn paste(&mut self) -> Result<Option<RgbaImage>, ClipboardError>;
}

/// The system's clipboard, opened when it is first used. On X11 and Wayland what was copied is there for as long as
/// this is.
#[derive(Default)]
pub struct SystemClipboard(Option<Clipboard>);

impl SystemClipboard {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn opened(&mut self) -> Result<&mut Clipboard, ClipboardError> {
        let clipboard = match self.0.take() {
            Some(clipboard) => clipboard,
            None => Clipboard::new().map_err(in_words)?,
        };
        Ok(self.0.insert(clipboard))
    }
}

impl std::fmt::Debug for SystemClipboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SystemClipboard").field("opened", &self.0.is_some()).finish()
    }
}

impl PictureClipboard for SystemClipboard {
    fn copy(&mut self, picture: &RgbaImage) -> Result<(), ClipboardError> {
        let image = ImageData {
            width: picture.width() as usize,
            height: picture.height() as usize,
            bytes: Cow::Borrowed(picture.as_raw()),
        };
        self.opened()?.set_image(image).map_err(in_words)
    }

    fn paste(&mut self) -> Result<Option<RgbaImage>, ClipboardError> {
        match self.opened()?.get_image() {
            Ok(image) => picture_of(image).map(Some).ok_or(ClipboardError::Unreadable),
            Err(Error::ContentNotAvailable) => Ok(None),
            Err(error) => Err(in_words(error)),
        }
    }
}

/// `None` where the size and the bytes do not fit each other.
fn picture_of(image: ImageData<'_>) -> Option<RgbaImage> {
    RgbaImage::from_raw(image.width.try_into().ok()?, image.height.try_into().ok()?, image.bytes.into_owned())
}

fn in_words(error: Error) -> ClipboardError {
    match error {
        Error::ClipboardOccupied => ClipboardError::Busy,
        Error::ConversionFailure => ClipboardError::Unreadable,
        Error::ClipboardNotSupported => ClipboardError::NotThere(error.to_string()),
        Error::Unknown { description } => ClipboardError::NotThere(description),
        error => ClipboardError::Refused(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_whose_size_does_not_fit_its_bytes_is_refused() {
        let image = |width, height, bytes: usize| ImageData { width, height, bytes: vec![7; bytes].into() };
        assert_eq!(picture_of(image(2, 3, 24)).unwrap().dimensions(), (2, 3));
        assert_eq!(picture_of(image(2, 3, 23)), None);
        assert_eq!(picture_of(image(usize::MAX, 3, 24)), None);
    }

    #[test]
    fn errors_are_sentences() {
        assert_eq!(in_words(Error::ClipboardOccupied).to_string(), "another program is using the clipboard; try again");
        assert!(in_words(Error::Unknown { description: "no display".to_owned() }).to_string().ends_with("no display"));
    }
}
