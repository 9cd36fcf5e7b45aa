//! Opening, saving, clipboard: the question before something would be lost, dialogs and files on their own threads.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use brushfire_engine::Recipe;
use image::{DynamicImage, RgbaImage};

use super::example::{Example, read_example};
use super::mailbox::Message;
use super::{PAPER, Studio};
use crate::dialog::{self, Answer, PathQuestion, Purpose};
use crate::document::journal::Abandoned;
use crate::document::{CanvasSize, Document};
use crate::files::{self, PictureClipboard, RecipeInFile, RecipeWriter, Saved};
use crate::language::{text, text_with};

/// A picture that is to be opened.
pub struct Replacement {
    pub document: Document,
    pub path: Option<PathBuf>,
    pub recipe: Option<RecipeInFile>,
    /// The journal it comes from and the parameters found there, after a crash.
    pub recovered: Option<(Abandoned, Box<Recipe>)>,
}

/// What waits for the answer whether changes are to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterQuestion {
    /// The picture in front is closed.
    Close,
    Quit,
}

/// "Save the changes first?", asked once before they would be lost.
pub struct Question {
    pub text: String,
    after: AfterQuestion,
}

/// A path that is being typed.
pub struct TypedPath {
    pub purpose: Purpose,
    pub text: String,
}

impl Studio {
    /// Asks which picture to open.
    pub fn open_with_dialog(&mut self) {
        self.ask(Purpose::OpenPicture);
    }

    /// Asks which file is the model.
    pub fn choose_model_file(&mut self) {
        self.ask(Purpose::OpenModelFile);
    }

    /// Asks which folder is the model.
    pub fn choose_model_folder(&mut self) {
        self.ask(Purpose::OpenModelFolder);
    }

    /// One dialog at a time, answered on its own thread.
    fn ask(&mut self, purpose: Purpose) {
        if self.dialog_open {
            return;
        }
        self.dialog_open = true;
        let question = PathQuestion::ask(purpose, self.folder().as_deref(), &self.name_to_save());
        self.mailbox.spawn("file-dialog", move || Message::Answered(purpose, question.wait()));
    }

    pub(super) fn take_in_answer(&mut self, purpose: Purpose, answer: Answer) {
        self.dialog_open = false;
        match answer {
            Answer::Path(path) => self.use_path(purpose, path),
            Answer::Cancelled => self.after_save = None,
            Answer::NoDialog => {
                let folder = self.folder().or_else(|| std::env::current_dir().ok()).unwrap_or_default();
                let path =
                    if purpose == Purpose::SavePicture { folder.join(self.name_to_save()) } else { folder.join("") };
                self.typed_path = Some(TypedPath { purpose, text: path.display().to_string() });
            }
        }
    }

    fn use_path(&mut self, purpose: Purpose, path: PathBuf) {
        match purpose {
            Purpose::OpenPicture => self.open_path(&path),
            Purpose::SavePicture => self.save_to(path),
            Purpose::OpenModelFile | Purpose::OpenModelFolder => {
                self.recipe.model = path.to_string_lossy().into_owned()
            }
        }
    }

    /// The path that is being typed, where the system has no dialog.
    pub fn typed_path_mut(&mut self) -> Option<&mut TypedPath> {
        self.typed_path.as_mut()
    }

    /// Uses the typed path, or leaves it.
    pub fn answer_typed_path(&mut self, is_accepted: bool) {
        match self.typed_path.take() {
            Some(typed) if is_accepted => self.use_path(typed.purpose, PathBuf::from(typed.text.trim())),
            _ => self.after_save = None,
        }
    }

    /// Opens a picture.
    pub fn open_path(&mut self, path: &Path) {
        // The list of recent files is read from another folder the next time.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.mailbox.spawn("open-picture", move || match files::open_document(&path) {
            Ok(picture) => Message::opened(picture, Some(path)),
            Err(error) => Message::Failed(error.to_string()),
        });
    }

    /// Opens a picture from a file's bytes, as they are dropped by programs that give no path.
    pub fn open_bytes(&mut self, bytes: Vec<u8>, name: String) {
        self.mailbox.spawn("open-picture", move || match files::decode_document(&bytes, &name) {
            Ok(picture) => Message::opened(picture, None),
            Err(error) => Message::Failed(error.to_string()),
        });
    }

    /// Opens the clipboard's picture.
    pub fn paste_picture(&mut self) {
        let (clipboard, nothing) = (Arc::clone(&self.clipboard), text("clipboard-empty"));
        self.mailbox.spawn("paste-picture", move || {
            let pasted = clipboard.lock().unwrap_or_else(PoisonError::into_inner).paste();
            match pasted {
                Ok(Some(picture)) => opened_without_file(picture),
                Ok(None) => Message::Done(nothing),
                Err(error) => Message::Failed(error.to_string()),
            }
        });
    }

    /// Copies the whole picture to the clipboard.
    pub fn copy_picture(&mut self) {
        let (clipboard, document) = (Arc::clone(&self.clipboard), self.document.clone());
        let done = text("clipboard-filled");
        self.mailbox.spawn("copy-picture", move || {
            let picture = document.rgba_image(document.bounds());
            match clipboard.lock().unwrap_or_else(PoisonError::into_inner).copy(&picture) {
                Ok(()) => Message::Done(done),
                Err(error) => Message::Failed(error.to_string()),
            }
        });
    }

    /// Opens a blank canvas.
    pub fn new_canvas(&mut self, size: CanvasSize) {
        self.open_beside(Replacement {
            document: Document::blank(size, PAPER),
            path: None,
            recipe: None,
            recovered: None,
        });
    }

    /// Reads the first start's example on a thread.
    pub fn open_example(&mut self, folder: PathBuf) {
        self.mailbox.spawn("open-example", move || Message::Example(read_example(&folder).map(Box::new)));
    }

    pub(super) fn take_in_example(&mut self, example: Option<Example>) {
        // Whoever was quicker than the disk keeps what they have begun.
        let Some(example) = example.filter(|_| !self.history.can_undo() && self.path.is_none()) else { return };
        self.put_in_place(Replacement { document: example.document, path: None, recipe: None, recovered: None });
        if self.recipe.prompt.is_empty() {
            self.recipe.prompt = example.prompt;
            self.recipe_in_history = self.recipe.clone();
        }
    }

    /// Closes the picture in front, after asking where changes would be lost.
    pub fn close_picture(&mut self) {
        self.unless_modified(AfterQuestion::Close);
    }

    /// Leaves the program, after asking of every picture where changes would be lost. See [`Self::may_leave`].
    pub fn quit(&mut self) {
        self.settled.clear();
        self.unless_modified(AfterQuestion::Quit);
    }

    /// Whether the window may close now.
    #[must_use]
    pub fn may_leave(&self) -> bool {
        self.leave
    }

    fn unless_modified(&mut self, after: AfterQuestion) {
        if self.is_modified() {
            let text = text_with("question", &[("picture", self.title().into())]);
            self.question = Some(Question { text, after });
        } else {
            self.go_on(after);
        }
    }

    fn go_on(&mut self, after: AfterQuestion) {
        match after {
            AfterQuestion::Close => self.drop_front(),
            AfterQuestion::Quit => {
                self.settled.push(self.picture_number);
                let Some(number) = self.unsettled() else {
                    self.leave = true;
                    return;
                };
                self.bring_to_front(number);
                if self.picture_number == number {
                    self.unless_modified(AfterQuestion::Quit);
                }
            }
        }
    }

    /// The question that waits for an answer.
    #[must_use]
    pub fn question(&self) -> Option<&Question> {
        self.question.as_ref()
    }

    /// Saves first, then goes on once that is done.
    pub fn answer_save(&mut self) {
        if let Some(question) = self.question.take() {
            self.after_save = Some(question.after);
            self.save();
        }
    }

    /// Goes on; the changes are lost.
    pub fn answer_discard(&mut self) {
        if let Some(question) = self.question.take() {
            self.go_on(question.after);
        }
    }

    /// Stays where we are.
    pub fn answer_stay(&mut self) {
        self.question = None;
    }

    /// Puts another picture in place of the one in front.
    pub(super) fn put_in_place(&mut self, replacement: Replacement) {
        self.abandon_run_of_front();
        self.stroke = None;
        self.end_journal();
        self.results.clear();
        self.notices.withdraw_offers();
        let look = self.document.mask_look();
        self.document = replacement.document;
        self.document.set_mask_look(look);
        self.history = self.safety.new_history();
        self.recipe_in_history = self.recipe.clone();
        self.saved_fingerprint = self.document.picture_revision();
        self.path = replacement.path;
        self.pictures_opened += 1;
        self.picture_number = self.pictures_opened;
        self.recipe_of_file = replacement.recipe.as_ref().map(|found| found.recipe.clone());
        if let Some(found) = replacement.recipe {
            self.offer(found);
        }
        if let Some((abandoned, recipe)) = replacement.recovered {
            self.settle_recovered(abandoned, *recipe);
        }
    }

    fn offer(&mut self, found: RecipeInFile) {
        let what = text(match found.written_by {
            RecipeWriter::Brushfire => "recipe-found",
            RecipeWriter::A1111 => "recipe-found-foreign",
        });
        let notes = found.notes.iter().fold(String::new(), |text, note| format!("{text} {note}"));
        self.notices.offer_recipe(format!("{what}{notes}"), found.recipe);
    }

    /// Saves to the picture's file; asks where to if it has none.
    pub fn save(&mut self) {
        match self.path.clone().filter(|path| dialog::can_save_as(path)) {
            Some(path) => self.save_to(path),
            None => self.save_with_dialog(),
        }
    }

    /// Asks where to save.
    pub fn save_with_dialog(&mut self) {
        self.ask(Purpose::SavePicture);
    }

    fn name_to_save(&self) -> String {
        let stem = self.path.as_deref().and_then(Path::file_stem);
        let has_layers = self.document.all_layers().filter(|layer| !layer.is_mask()).count() > 1;
        let ending = if has_layers { "ora" } else { "png" };
        format!("{}.{ending}", stem.map_or_else(|| "picture".into(), |stem| stem.to_string_lossy()))
    }

    /// Saves to this file, in the format of its ending, with the recipe where the format can carry it.
    pub fn save_to(&mut self, path: PathBuf) {
        let (document, recipe) = (self.document.clone(), self.recipe_to_save());
        self.saving_fingerprint = self.document.picture_revision();
        let picture = self.picture_number;
        self.mailbox.spawn("save-picture", move || match files::save_document(&path, &document, recipe.as_ref()) {
            Ok(saved) => Message::Saved { picture, path, saved },
            Err(error) => Message::Failed(error.to_string()),
        });
    }

    pub(super) fn take_in_saved(&mut self, picture: u64, path: PathBuf, saved: Saved) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if picture == self.picture_number {
            self.front_was_saved(path);
        } else if let Some(aside) = self.aside_of(picture) {
            aside.was_saved(path);
        }
        match saved.notice {
            Some(notice) => self.notices.say(notice),
            None => {
                let words = if saved.is_flattened { "saved-as-one-layer" } else { "saved" };
                self.notices.confirm(text_with(words, &[("file", name.into())]));
            }
        }
        if let Some(after) = self.after_save.take() {
            // Something may have been painted while the file was written.
            self.unless_modified(after);
        }
    }

    fn front_was_saved(&mut self, path: PathBuf) {
        self.saved_fingerprint = self.saving_fingerprint;
        if self.saved_fingerprint == self.document.picture_revision() {
            self.history.mark_saved();
            // It begins anew with the next change.
            self.end_journal();
        }
        self.path = Some(path);
        self.keep_context();
    }

    /// The recipe of the last accepted result, else the one the file came with.
    fn recipe_to_save(&self) -> Option<Recipe> {
        let accepted =
            self.history.entries().filter(|entry| entry.done).filter_map(|entry| entry.made_by.cloned()).last();
        accepted.or_else(|| self.recipe_of_file.clone())
    }

    fn folder(&self) -> Option<PathBuf> {
        self.path.as_deref().and_then(Path::parent).map(Path::to_owned)
    }
}

fn opened_without_file(picture: RgbaImage) -> Message {
    match Document::from_image(&DynamicImage::ImageRgba8(picture)) {
        Ok(document) => Message::Opened { document: Box::new(document), path: None, recipe: None, notices: vec![] },
        Err(error) => Message::Failed(error.to_string()),
    }
}
