//! Saving: on a thread of its own, one file at a time, and asked first where a file cannot keep the layers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use brushfire_engine::Recipe;

use super::closing::Question;
use super::mailbox::Message;
use super::{Studio, pictures};
use crate::dialog::{self, Purpose};
use crate::document::Document;
use crate::files::{self, SaveError, Saved};
use crate::language::{text_with, told};

/// Files that are being written, one after the other: of two for the same place the later one lasts.
#[derive(Default)]
pub(super) struct Saves {
    /// Lives until what came of the last one is taken in.
    under_way: Weak<()>,
    /// The picture to be saved next, and where.
    next: Option<(u64, PathBuf)>,
}

impl Saves {
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.strong_count() > 0 || self.next.is_some()
    }
}

/// What came of saving a picture.
pub struct SaveMade {
    picture: u64,
    path: PathBuf,
    /// What is in the file: see [`pictures::revision_in`].
    revision: u64,
    result: Result<Saved, SaveError>,
    token: Arc<()>,
}

impl Studio {
    /// Saves to the picture's file; asks where to if it has none, and asks first if that file cannot keep the layers.
    pub fn save(&mut self) {
        match self.path.clone().filter(|path| dialog::can_save_as(path)) {
            Some(path) if self.flattens_into.as_ref() == Some(&path) => self.save_to(path),
            Some(path) if files::holds_everything(&path, &self.document) && !files::is_of_others(&path) => {
                self.save_to(path);
            }
            Some(path) => self.question = Some(Question::CannotKeepLayers { path }),
            None => self.save_with_dialog(),
        }
    }

    /// Asks where to save.
    pub fn save_with_dialog(&mut self) {
        self.ask(Purpose::SavePicture);
    }

    /// Saves to a file that was chosen; asks first if it cannot keep the layers.
    pub(super) fn save_as(&mut self, path: PathBuf) {
        let is_asked = self.flattens_into.as_ref() == Some(&path);
        if is_asked || !dialog::can_save_as(&path) || files::holds_everything(&path, &self.document) {
            self.save_to(path);
        } else {
            self.question = Some(Question::CannotKeepLayers { path });
        }
    }

    /// The answer to [`Question::CannotKeepLayers`]: an OpenRaster file beside it, which is not to replace another.
    pub fn answer_keep_layers(&mut self) {
        let Some(Question::CannotKeepLayers { path }) = &self.question else { return };
        let beside = path.with_extension("ora");
        self.question = None;
        if beside.exists() { self.save_with_dialog() } else { self.save_to(beside) }
    }

    /// The other answer: the file gets the picture as it looks; it is not asked again for this file.
    pub fn answer_flatten(&mut self) {
        if let Some(Question::CannotKeepLayers { path }) = self.question.take() {
            self.save_to(path);
        }
    }

    pub(super) fn name_to_save(&self) -> String {
        let stem = self.path.as_deref().and_then(Path::file_stem);
        let stem = stem.map_or_else(|| "picture".into(), |stem| stem.to_string_lossy());
        let png = format!("{stem}.png");
        if files::holds_everything(Path::new(&png), &self.document) { png } else { format!("{stem}.ora") }
    }

    /// Saves to this file, in the format of its ending, with the recipe where the format can carry it.
    pub fn save_to(&mut self, path: PathBuf) {
        if !files::holds_everything(&path, &self.document) || files::is_of_others(&path) {
            self.flattens_into = Some(path.clone());
        }
        self.saves.next = Some((self.picture_number, path));
        self.start_next_save();
    }

    /// Begins with the save that waits, once the one before it is done.
    pub(super) fn start_next_save(&mut self) {
        if self.saves.under_way.strong_count() > 0 {
            return;
        }
        let Some((picture, path)) = self.saves.next.take() else { return };
        if picture == self.picture_number {
            let recipe = pictures::recipe_to_save(&self.history, self.recipe_of_file.as_ref());
            self.start_saving(path, picture, self.document.clone(), recipe);
        } else if let Some((document, recipe)) = self.aside_of(picture).map(|aside| aside.to_save()) {
            self.start_saving(path, picture, document, recipe);
        }
    }

    fn start_saving(&mut self, path: PathBuf, picture: u64, document: Document, recipe: Option<Recipe>) {
        let token = Arc::new(());
        self.saves.under_way = Arc::downgrade(&token);
        let revision = pictures::revision_in(Some(&path), &document);
        let words = text_with("work-save", &[("file", name_of(&path).into())]);
        self.spawn_work("save-picture", words, move || {
            let result = files::save_document(&path, &document, recipe.as_ref());
            Message::Saved(Box::new(SaveMade { picture, path, revision, result, token }))
        });
    }

    pub(super) fn take_in_saved(&mut self, made: SaveMade) {
        let SaveMade { picture, path, revision, result, token } = made;
        drop(token);
        match result {
            Ok(saved) => {
                self.was_saved(picture, &path, revision);
                self.tell_saved(&saved, &path);
            }
            Err(error) => {
                // Nothing that waits for this file may happen now.
                self.after_save = None;
                self.notices.failed(&error);
            }
        }
        self.start_next_save();
        if self.saves.is_under_way() {
            return;
        }
        if let Some(after) = self.after_save.take() {
            // Something may have been painted while the file was written.
            self.unless_modified(after);
        }
    }

    fn was_saved(&mut self, picture: u64, path: &Path, revision: u64) {
        if picture != self.picture_number {
            if let Some(aside) = self.aside_of(picture) {
                aside.was_saved(path, revision);
            }
            return;
        }
        self.saved_revision = Some(revision);
        self.path = Some(path.to_owned());
        if pictures::revision_in(Some(path), &self.document) == revision {
            self.history.mark_saved();
            if files::holds_everything(path, &self.document) {
                // It begins anew with the next change.
                self.end_journal();
            }
        }
        self.keep_context();
    }

    fn tell_saved(&mut self, saved: &Saved, path: &Path) {
        match &saved.notice {
            Some(notice) => self.notices.say(told(notice)),
            None => {
                let words = if saved.is_flattened { "saved-as-one-layer" } else { "saved" };
                self.notices.confirm(text_with(words, &[("file", name_of(path).into())]));
            }
        }
    }
}

/// A file's name without its folder.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
