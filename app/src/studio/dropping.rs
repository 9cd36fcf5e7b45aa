//! Files let go over the window: layers of the picture in front, or pictures of their own; people from OpenPose's files.

use std::path::{Path, PathBuf};

use super::files::Replacement;
use super::poses::PoseRead;
use super::saving::name_of;
use super::{Message, Studio};
use crate::dialog::POSE_ENDINGS;
use crate::document::{CanvasSize, Document};
use crate::files::{self, FileNote, OpenError, OpenedDocument, ReadTrouble};
use crate::language::{text_with, told};

/// A file let go over the window.
pub struct DroppedFile {
    pub path: PathBuf,
    /// Reads it where the path leads to no file: some programs give only the bytes.
    pub bytes: Box<dyn FnOnce() -> Result<Vec<u8>, String> + Send>,
}

/// A picture that was read to become a layer.
pub struct ForLayer {
    /// The picture it was let go over.
    target: u64,
    name: String,
    document: Document,
    notices: Vec<FileNote>,
}

impl DroppedFile {
    /// Whether it can only be people.
    fn is_pose(&self) -> bool {
        let ending = self.path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        ending.is_some_and(|ending| POSE_ENDINGS.contains(&ending.as_str()))
    }

    /// The people, for a picture of this number and size.
    fn read_pose(self, target: u64, size: CanvasSize) -> Message {
        if self.path.is_file() {
            return Message::PoseRead(Box::new(PoseRead::from_file(&self.path, target, size)));
        }
        match (self.bytes)() {
            Ok(bytes) => Message::PoseRead(Box::new(PoseRead::from_bytes(bytes, name_of(&self.path), target, size))),
            Err(why) => Message::Failed(Box::new(unreadable(&self.path, why))),
        }
    }

    /// The picture, and its path where there is a file.
    fn read(self) -> Result<(OpenedDocument, Option<PathBuf>), OpenError> {
        if self.path.is_file() {
            return Ok((files::open_document(&self.path)?, Some(self.path)));
        }
        let bytes = (self.bytes)().map_err(|why| unreadable(&self.path, why))?;
        Ok((files::decode_document(&bytes, &self.path.display().to_string())?, None))
    }
}

impl Studio {
    /// Takes files let go over the window, one after the other: each becomes a layer in the middle of the picture in
    /// front, flattened if it has layers itself, as in Krita. Where `opens`, and where nothing was done to the canvas
    /// yet, they are opened instead. People come to the picture in front.
    pub fn take_dropped(&mut self, dropped: Vec<DroppedFile>, opens: bool) {
        let Some(first) = dropped.first() else { return };
        let words = text_with("work-open", &[("file", name_of(&first.path).into())]);
        let target = (!opens && !self.is_untouched()).then_some(self.picture_number);
        let (front, size) = (self.picture_number, self.document.size());
        let mailbox = self.mailbox();
        self.spawn_work("read-dropped", words, move || {
            for file in dropped {
                mailbox.send(if file.is_pose() { file.read_pose(front, size) } else { message_of(file, target) });
            }
            None
        });
    }

    pub(super) fn take_in_for_layer(&mut self, picture: ForLayer) {
        let ForLayer { target, name, document, notices } = picture;
        if target == self.picture_number {
            self.reject_shown();
        }
        notices.iter().for_each(|notice| self.notices.say(told(notice)));
        self.edit_picture_in_background(target, move |canvas| {
            let place = files::centered(document.size(), canvas.size());
            let layer = files::as_layer(&document, name.clone(), canvas.size(), place);
            Ok(Some(canvas.add_layer(layer)))
        });
    }
}

/// What a program that gave a file's bytes says of them.
fn unreadable(path: &Path, why: String) -> OpenError {
    OpenError::Unreadable { name: path.display().to_string(), reason: ReadTrouble::Technical(why) }
}

fn message_of(file: DroppedFile, target: Option<u64>) -> Message {
    let name = file.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    match (file.read(), target) {
        (Ok((picture, path)), None) => Message::Opened(Box::new(Replacement::opened(picture, path))),
        (Ok((OpenedDocument { document, notices, .. }, _)), Some(target)) => {
            Message::ForLayer(Box::new(ForLayer { target, name, document, notices }))
        }
        (Err(error), _) => Message::Failed(Box::new(error)),
    }
}
