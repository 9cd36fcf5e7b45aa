//! The selected part of a layer to the clipboard, and pictures from there as new layers.

use std::sync::{Arc, PoisonError};

use image::RgbaImage;

use super::{Message, Studio};
use crate::document::PixelRect;
use crate::files::PictureClipboard as _;
use crate::paint::fill;

impl Studio {
    /// Copies what is selected of the active layer to the clipboard.
    pub fn copy_selected(&mut self) {
        let (clipboard, document) = (Arc::clone(&self.clipboard), self.document.clone());
        self.mailbox.spawn("copy-selected", move || {
            let Some((rect, picture)) = fill::lifted(&document) else {
                return Message::Done("There is nothing to copy: the active layer has no colours.".to_owned());
            };
            match clipboard.lock().unwrap_or_else(PoisonError::into_inner).copy(&picture) {
                Ok(()) => Message::Copied(rect),
                Err(error) => Message::Failed(error.to_string()),
            }
        });
    }

    /// Copies what is selected of the active layer to the clipboard and takes it away.
    pub fn cut_selected(&mut self) {
        self.copy_selected();
        self.edit_in_background(fill::clear);
    }

    /// Lays the clipboard's picture down as a new layer: where it was copied from, else in the middle.
    pub fn paste_layer(&mut self) {
        let clipboard = Arc::clone(&self.clipboard);
        self.mailbox.spawn("paste-layer", move || {
            match clipboard.lock().unwrap_or_else(PoisonError::into_inner).paste() {
                Ok(Some(picture)) => Message::Pasted(picture),
                Ok(None) => Message::Done("There is no picture on the clipboard.".to_owned()),
                Err(error) => Message::Failed(error.to_string()),
            }
        });
    }

    pub(super) fn take_in_copied(&mut self, rect: PixelRect) {
        self.copied_from = Some(rect);
        self.notices.confirm("What is selected is on the clipboard.".to_owned());
    }

    pub(super) fn take_in_pasted(&mut self, picture: RgbaImage) {
        self.reject_shown();
        let came_from = |rect: &PixelRect| (rect.width(), rect.height()) == picture.dimensions();
        let middle = |canvas: u32, length: u32| (i64::from(canvas) - i64::from(length)).div_euclid(2) as i32;
        let size = self.document.size();
        let top_left = match self.copied_from.filter(came_from) {
            Some(rect) => [rect.left as i32, rect.top as i32],
            None => [middle(size.width(), picture.width()), middle(size.height(), picture.height())],
        };
        self.edit_in_background(move |document| {
            Ok(Some(fill::paste(document, "Pasted".to_owned(), &picture, top_left)))
        });
    }
}
