//! Opening: dialogs and files on their own threads, and how a picture takes its place.

use std::path::{Path, PathBuf};

use brushfire_engine::Recipe;

use super::example::{Example, read_example};
use super::mailbox::Message;
use super::pictures::revision_in;
use super::saving::name_of;
use super::{PAPER, Studio};
use crate::dialog::{Answer, PathQuestion, Purpose};
use crate::document::journal::Abandoned;
use crate::document::{CanvasSize, Document};
use crate::files::{self, FileNote, OpenedDocument, RecipeInFile, RecipeWriter};
use crate::language::{text, text_with, told};

/// A picture that is to be opened.
pub struct Replacement {
    pub document: Document,
    pub path: Option<PathBuf>,
    pub recipe: Option<RecipeInFile>,
    /// The journal it comes from and the parameters found there, after a crash.
    pub recovered: Option<(Abandoned, Box<Recipe>)>,
    /// What could not be taken over.
    pub notices: Vec<FileNote>,
    /// It would be lost if it were closed now.
    pub is_unsaved: bool,
}

impl Replacement {
    /// A canvas to begin on.
    pub(super) fn untitled(document: Document) -> Self {
        Self { document, path: None, recipe: None, recovered: None, notices: vec![], is_unsaved: false }
    }

    /// A picture that came from elsewhere and is in no file.
    pub(super) fn unsaved(document: Document) -> Self {
        Self { is_unsaved: true, ..Self::untitled(document) }
    }

    /// A picture that was read; from this file, where there is one.
    pub(super) fn opened(picture: OpenedDocument, path: Option<PathBuf>) -> Self {
        let OpenedDocument { document, recipe, notices, .. } = picture;
        Self { is_unsaved: path.is_none(), document, path, recipe, recovered: None, notices }
    }
}

/// A path that is being typed.
pub struct TypedPath {
    pub purpose: Purpose,
    pub text: String,
    /// What was typed when it was last accepted, and would replace a file.
    replaces: Option<String>,
}

impl TypedPath {
    fn path(&self) -> PathBuf {
        PathBuf::from(self.text.trim())
    }

    fn saves(&self) -> bool {
        matches!(self.purpose, Purpose::SavePicture | Purpose::SavePose)
    }

    /// What is asked for, by its key.
    #[must_use]
    pub fn question_key(&self) -> &'static str {
        match (self.asks_to_replace(), self.saves()) {
            (true, _) => "typed-path-replaces",
            (false, true) => "typed-path-to-save",
            (false, false) => "typed-path",
        }
    }

    /// Whether it was accepted, and a file of this name is there: accepted once more, it replaces that.
    #[must_use]
    pub fn asks_to_replace(&self) -> bool {
        self.replaces.as_ref() == Some(&self.text)
    }
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
    pub(super) fn ask(&mut self, purpose: Purpose) {
        if self.dialog_open {
            return;
        }
        self.dialog_open = true;
        let question = PathQuestion::ask(purpose, self.folder().as_deref(), &self.name_for(purpose));
        self.mailbox.spawn("file-dialog", move || Message::Answered(purpose, question.wait()));
    }

    pub(super) fn take_in_answer(&mut self, purpose: Purpose, answer: Answer) {
        self.dialog_open = false;
        match answer {
            Answer::Path(path) => self.use_path(purpose, path),
            Answer::Cancelled => self.after_save = None,
            Answer::NoDialog => {
                let folder = self.folder().or_else(|| std::env::current_dir().ok()).unwrap_or_default();
                let path = folder.join(self.name_for(purpose));
                self.typed_path = Some(TypedPath { purpose, text: path.display().to_string(), replaces: None });
            }
        }
    }

    fn use_path(&mut self, purpose: Purpose, path: PathBuf) {
        match purpose {
            Purpose::OpenPicture => self.open_path(&path),
            Purpose::SavePicture => self.save_as(path),
            Purpose::OpenPose => self.import_pose(path),
            Purpose::SavePose => self.export_pose(path),
            Purpose::OpenModelFile | Purpose::OpenModelFolder => {
                self.recipe.model = path.to_string_lossy().into_owned()
            }
        }
    }

    /// The path that is being typed, where the system has no dialog.
    pub fn typed_path_mut(&mut self) -> Option<&mut TypedPath> {
        self.typed_path.as_mut()
    }

    /// Uses the typed path, or leaves it. One that would replace another file must be accepted twice.
    pub fn answer_typed_path(&mut self, is_accepted: bool) {
        let Some(mut typed) = self.typed_path.take().filter(|_| is_accepted) else {
            self.after_save = None;
            return;
        };
        let path = typed.path();
        if typed.saves() && !typed.asks_to_replace() && self.path.as_ref() != Some(&path) && path.exists() {
            typed.replaces = Some(typed.text.clone());
            self.typed_path = Some(typed);
        } else {
            self.use_path(typed.purpose, path);
        }
    }

    /// Opens a picture.
    pub fn open_path(&mut self, path: &Path) {
        // The list of recent files is read from another folder the next time.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let words = text_with("work-open", &[("file", name_of(&path).into())]);
        self.spawn_work("open-picture", words, move || match files::open_document(&path) {
            Ok(picture) => Message::Opened(Box::new(Replacement::opened(picture, Some(path)))),
            Err(error) => Message::Failed(Box::new(error)),
        });
    }

    /// Opens a blank canvas.
    pub fn new_canvas(&mut self, size: CanvasSize) {
        self.arrive(Replacement::untitled(Document::blank(size, PAPER)));
    }

    /// A picture is to come to the front, as soon as nothing is asked of the one that is there: the answer is meant
    /// for that one.
    pub(super) fn arrive(&mut self, picture: Replacement) {
        self.arrivals.push(picture);
        self.take_in_arrivals();
    }

    pub(super) fn take_in_arrivals(&mut self) {
        if !self.can_change_picture() {
            return;
        }
        for mut picture in std::mem::take(&mut self.arrivals) {
            let notices = std::mem::take(&mut picture.notices);
            self.open_beside(picture);
            notices.iter().for_each(|notice| self.notices.say(told(notice)));
        }
    }

    /// Reads the first start's example on a thread.
    pub fn open_example(&mut self, folder: PathBuf) {
        self.mailbox.spawn("open-example", move || Message::Example(read_example(&folder).map(Box::new)));
    }

    pub(super) fn take_in_example(&mut self, example: Option<Example>) {
        // Whoever was quicker than the disk keeps what they have begun.
        let Some(example) = example.filter(|_| !self.history.can_undo() && self.path.is_none()) else { return };
        self.put_in_place(Replacement::untitled(example.document));
        if self.recipe.prompt.is_empty() {
            self.recipe.prompt = example.prompt;
            self.recipe_in_history = self.recipe.clone();
        }
    }

    /// Puts another picture in place of the one in front.
    pub(super) fn put_in_place(&mut self, replacement: Replacement) {
        self.abandon_run_of_front();
        self.stroke = None;
        self.posing = None;
        self.stop_stepping();
        self.end_journal();
        self.results.clear();
        self.notices.withdraw_offers();
        let look = self.document.mask_look();
        let document = std::mem::replace(&mut self.document, replacement.document);
        let history = std::mem::replace(&mut self.history, self.safety.new_history());
        self.put_away((document, history));
        self.document.set_mask_look(look);
        self.recipe_in_history = self.recipe.clone();
        self.flattens_into = None;
        let path = replacement.path.as_deref();
        self.saved_revision = (!replacement.is_unsaved).then(|| revision_in(path, &self.document));
        if replacement.is_unsaved {
            self.history.mark_unsaved();
        }
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
        let words: Vec<String> = std::iter::once(what).chain(found.notes.iter().map(told)).collect();
        self.notices.offer_recipe(words.join(&text("between-sentences")), found.recipe);
    }

    /// What a file is to be called at first; nothing where one is only to be found.
    fn name_for(&self, purpose: Purpose) -> String {
        match purpose {
            Purpose::SavePicture => self.name_to_save(),
            Purpose::SavePose => self.name_for_pose(),
            Purpose::OpenPicture | Purpose::OpenModelFile | Purpose::OpenModelFolder | Purpose::OpenPose => {
                String::new()
            }
        }
    }

    fn folder(&self) -> Option<PathBuf> {
        self.path.as_deref().and_then(Path::parent).map(Path::to_owned)
    }
}
