//! The clipboard: the selected part of a layer or the whole picture goes there, pictures from there become layers or
//! pictures of their own.

use std::sync::{Arc, PoisonError};

use image::{DynamicImage, RgbaImage};

use super::files::Replacement;
use super::{Message, Studio};
use crate::document::{CanvasSize, Document, PixelRect};
use crate::files::{self, PictureClipboard as _};
use crate::language::text;
use crate::paint::fill;

impl Studio {
    /// Copies what is selected of the active layer to the clipboard.
    pub fn copy_selected(&mut self) {
        let (clipboard, document) = (Arc::clone(&self.clipboard), self.document.clone());
        let nothing = text("clipboard-nothing-to-copy");
        self.spawn_work("copy-selected", text("work-copy"), move || {
            let Some((rect, picture)) = fill::lifted(&document) else { return Message::Done(nothing) };
            match clipboard.lock().unwrap_or_else(PoisonError::into_inner).copy(&picture) {
                Ok(()) => Message::Copied(rect),
                Err(error) => Message::Failed(Box::new(error)),
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
        self.paste(Message::Pasted);
    }

    /// Opens the clipboard's picture.
    pub fn paste_picture(&mut self) {
        self.paste(opened_without_file);
    }

    /// Makes something of the clipboard's picture, on another thread.
    fn paste(&mut self, use_picture: fn(RgbaImage) -> Message) {
        let (clipboard, nothing) = (Arc::clone(&self.clipboard), text("clipboard-empty"));
        self.spawn_work("paste-picture", text("work-paste"), move || {
            match clipboard.lock().unwrap_or_else(PoisonError::into_inner).paste() {
                Ok(Some(picture)) => use_picture(picture),
                Ok(None) => Message::Done(nothing),
                Err(error) => Message::Failed(Box::new(error)),
            }
        });
    }

    /// Copies the whole picture to the clipboard.
    pub fn copy_picture(&mut self) {
        let (clipboard, document) = (Arc::clone(&self.clipboard), self.document.clone());
        self.spawn_work("copy-picture", text("work-copy"), move || {
            let picture = document.rgba_image(document.bounds());
            match clipboard.lock().unwrap_or_else(PoisonError::into_inner).copy(&picture) {
                Ok(()) => Message::Copied(document.bounds()),
                Err(error) => Message::Failed(Box::new(error)),
            }
        });
    }

    pub(super) fn take_in_copied(&mut self, rect: PixelRect) {
        self.copied_from = Some(rect);
        let is_all = rect == self.document.bounds();
        self.notices.confirm(text(if is_all { "clipboard-filled" } else { "clipboard-selected" }));
    }

    pub(super) fn take_in_pasted(&mut self, picture: RgbaImage) {
        self.reject_shown();
        let came_from = |rect: &PixelRect| (rect.width(), rect.height()) == picture.dimensions();
        let copied_from = self.copied_from.filter(came_from);
        let name = text("layer-pasted");
        self.edit_in_background(move |document| {
            let size = CanvasSize::new(picture.width(), picture.height())?;
            let top_left = match copied_from {
                Some(rect) => [rect.left as i32, rect.top as i32],
                None => files::centered(size, document.size()).map(|at| at as i32),
            };
            Ok(Some(fill::paste(document, name.clone(), &picture, top_left)))
        });
    }
}

fn opened_without_file(picture: RgbaImage) -> Message {
    match Document::from_image(&DynamicImage::ImageRgba8(picture)) {
        Ok(document) => Message::Opened(Box::new(Replacement::unsaved(document))),
        Err(error) => Message::Failed(Box::new(error)),
    }
}
