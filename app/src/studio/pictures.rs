//! Several pictures open at once: the one in front, which the rest of the studio works on, and those put aside with all
//! that belongs to them.

use std::path::{Path, PathBuf};

use brushfire_engine::Recipe;

use super::files::Replacement;
use super::results::Results;
use super::safety::About;
use super::{PAPER, Studio};
use crate::document::journal::Journal;
use crate::document::{Composite, Document, Edit, History};
use crate::files;
use crate::language::text;

/// A picture put aside.
pub(super) struct Aside {
    pub(super) number: u64,
    document: Document,
    /// So that it is seen at once when it comes back; see [`Composite::put_aside`].
    composite: Composite,
    history: History<Recipe>,
    recipe: Recipe,
    path: Option<PathBuf>,
    recipe_of_file: Option<Recipe>,
    flattens_into: Option<PathBuf>,
    saved_revision: Option<u64>,
    resting_mask: Option<u64>,
    pub(super) results: Results,
    journal: Option<Journal>,
}

/// What a tab says of its picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureTab {
    /// Names the picture for as long as the program runs.
    pub number: u64,
    pub title: String,
    pub is_modified: bool,
    pub is_in_front: bool,
}

impl Aside {
    fn is_modified(&self) -> bool {
        is_modified(&self.document, &self.history, self.path.as_deref(), self.saved_revision)
    }

    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    /// As [`History::tidy`].
    pub(super) fn tidy(&mut self) {
        self.history.tidy();
    }

    pub(super) fn set_history_budget(&mut self, bytes: usize) {
        self.history.set_budget(bytes);
    }

    pub(super) fn history_bytes(&self) -> usize {
        self.history.bytes()
    }

    /// What goes into its file.
    pub(super) fn to_save(&self) -> (Document, Option<Recipe>) {
        (self.document.clone(), recipe_to_save(&self.history, self.recipe_of_file.as_ref()))
    }

    /// Its file was written, with the picture as it was at this revision.
    pub(super) fn was_saved(&mut self, path: &Path, revision: u64) {
        self.saved_revision = Some(revision);
        self.path = Some(path.to_owned());
        if revision_in(Some(path), &self.document) == revision {
            self.history.mark_saved();
            if files::holds_everything(path, &self.document)
                && let Some(journal) = self.journal.take()
            {
                journal.discard();
            }
        }
    }

    /// Waits for the journal's file to be gone.
    pub(super) fn close(self) {
        if let Some(journal) = self.journal {
            journal.discard_and_wait();
        }
    }
}

impl Studio {
    /// The open pictures, in the order of their tabs.
    #[must_use]
    pub fn pictures(&self) -> Vec<PictureTab> {
        let mut tabs: Vec<_> = self.aside.iter().map(tab_of).collect();
        let front = PictureTab {
            number: self.picture_number,
            title: self.title(),
            is_modified: self.is_modified(),
            is_in_front: true,
        };
        tabs.insert(self.front_place.min(tabs.len()), front);
        tabs
    }

    /// Names the picture in front; another number means that the view starts anew.
    #[must_use]
    pub fn picture_number(&self) -> u64 {
        self.picture_number
    }

    /// Whether another picture may come to the front: not while a stroke is drawn or something is asked of this one.
    #[must_use]
    pub fn can_change_picture(&self) -> bool {
        !self.is_painting()
            && !self.dialog_open
            && self.typed_path.is_none()
            && self.question.is_none()
            && self.after_save.is_none()
    }

    /// Brings an open picture to the front.
    pub fn bring_to_front(&mut self, number: u64) {
        if !self.can_change_picture() {
            return;
        }
        let Some(index) = self.aside.iter().position(|aside| aside.number == number) else { return };
        let next = self.aside.remove(index);
        let last = self.put_front(next);
        // All keep their order; only which of them is in front changes.
        let (place, place_of_last) =
            if index < self.front_place { (index, self.front_place - 1) } else { (index + 1, self.front_place) };
        self.aside.insert(place_of_last.min(self.aside.len()), last);
        self.front_place = place;
    }

    /// The next tab's picture, or the first after the last.
    pub fn bring_next_to_front(&mut self) {
        let tabs = self.pictures();
        let next = tabs.iter().cycle().skip_while(|tab| !tab.is_in_front).nth(1);
        if let Some(number) = next.map(|tab| tab.number) {
            self.bring_to_front(number);
        }
    }

    /// Whether nothing was done to the picture in front, which is in no file, so that another may take its place.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        let is_begun = self.history.can_undo() || self.history.can_redo() || self.is_modified();
        self.path.is_none() && !is_begun && !self.is_painting() && self.run.is_none() && !self.is_editing()
    }

    /// Whether the picture differs from its file. Masks count where the file keeps them.
    #[must_use]
    pub fn is_modified(&self) -> bool {
        is_modified(&self.document, &self.history, self.path.as_deref(), self.saved_revision)
    }

    /// The document of a picture; `None` if it has been closed.
    pub(super) fn document_of(&self, number: u64) -> Option<&Document> {
        if number == self.picture_number {
            return Some(&self.document);
        }
        self.aside.iter().find(|aside| aside.number == number).map(Aside::document)
    }

    /// An edit made on another thread joins the picture it was made for, which stands aside by now.
    pub(super) fn edit_aside(&mut self, number: u64, edit: &Edit) {
        let Some(aside) = self.aside.iter_mut().find(|aside| aside.number == number) else { return };
        edit.apply(&mut aside.document);
        match &aside.journal {
            Some(journal) => journal.record_ops(edit.ops(), &aside.document),
            None => {
                let about = About { path: aside.path.clone(), recipe: aside.recipe.clone() };
                aside.journal = self.safety.begin(&aside.document, &about, &self.mailbox, &mut self.notices);
            }
        }
        aside.history.push(edit.clone());
    }

    /// A picture comes beside the others, in front; or in place of one that nothing was done to.
    pub(super) fn open_beside(&mut self, replacement: Replacement) {
        if !self.is_untouched() {
            self.finish_stroke();
            self.cancel_posing();
            let blank = self.blank_aside();
            let last = self.put_front(blank);
            self.aside.insert(self.front_place.min(self.aside.len()), last);
            self.front_place = self.aside.len();
        }
        self.put_in_place(replacement);
    }

    /// The picture in front goes; the one beside it comes to the front, or a blank canvas.
    pub(super) fn drop_front(&mut self) {
        self.abandon_run_of_front();
        self.stroke = None;
        self.posing = None;
        self.end_journal();
        let neighbour = self.front_place.min(self.aside.len().saturating_sub(1));
        if neighbour < self.aside.len() {
            let next = self.aside.remove(neighbour);
            self.front_place = neighbour;
            let last = self.put_front(next);
            self.put_away(last);
        } else {
            let document = Document::blank(self.document.size(), PAPER);
            self.put_in_place(Replacement::untitled(document));
        }
    }

    /// Lets go of what is not needed any more: giving gigabytes back to the system takes a while.
    pub(super) fn put_away(&self, unneeded: impl Send + 'static) {
        self.mailbox.spawn("put-away", move || {
            drop(unneeded);
            None
        });
    }

    /// A picture put aside that has unsaved changes, and that nobody was asked about since the program is to be left.
    pub(super) fn unsettled(&self) -> Option<u64> {
        let is_unsettled = |aside: &&Aside| aside.is_modified() && !self.settled.contains(&aside.number);
        self.aside.iter().find(is_unsettled).map(|aside| aside.number)
    }

    /// A run belongs to the picture it was begun for.
    pub(super) fn abandon_run_of_front(&mut self) {
        if self.run.as_ref().is_some_and(|run| run.picture == self.picture_number) {
            self.abandon_run();
        }
    }

    /// The results of a picture; none if it has been closed.
    pub(super) fn results_of(&mut self, number: u64) -> Option<&mut Results> {
        if number == self.picture_number {
            return Some(&mut self.results);
        }
        self.aside_of(number).map(|aside| &mut aside.results)
    }

    pub(super) fn aside_of(&mut self, number: u64) -> Option<&mut Aside> {
        self.aside.iter_mut().find(|aside| aside.number == number)
    }

    fn blank_aside(&mut self) -> Aside {
        self.pictures_opened += 1;
        let document = Document::blank(self.document.size(), PAPER);
        Aside {
            number: self.pictures_opened,
            flattens_into: None,
            saved_revision: Some(revision_in(None, &document)),
            composite: Composite::new(document.size()),
            document,
            history: self.safety.new_history(),
            recipe: self.recipe.clone(),
            path: None,
            recipe_of_file: None,
            resting_mask: None,
            results: Results::default(),
            journal: None,
        }
    }

    /// Puts a picture in front; returns the one that was there.
    fn put_front(&mut self, next: Aside) -> Aside {
        self.history.seal();
        self.stop_stepping();
        self.notices.withdraw_offers();
        self.stroke_dirty = None;
        let last = Aside {
            number: std::mem::replace(&mut self.picture_number, next.number),
            document: std::mem::replace(&mut self.document, next.document),
            composite: std::mem::replace(&mut self.composite, next.composite).put_aside(),
            history: std::mem::replace(&mut self.history, next.history),
            recipe: std::mem::replace(&mut self.recipe, next.recipe),
            path: std::mem::replace(&mut self.path, next.path),
            recipe_of_file: std::mem::replace(&mut self.recipe_of_file, next.recipe_of_file),
            flattens_into: std::mem::replace(&mut self.flattens_into, next.flattens_into),
            saved_revision: std::mem::replace(&mut self.saved_revision, next.saved_revision),
            resting_mask: std::mem::replace(&mut self.resting_mask, next.resting_mask),
            results: std::mem::replace(&mut self.results, next.results),
            journal: self.exchange_journal(next.journal),
        };
        self.recipe_in_history = self.recipe.clone();
        last
    }
}

fn tab_of(aside: &Aside) -> PictureTab {
    PictureTab {
        number: aside.number,
        title: title_of(aside.path.as_deref()),
        is_modified: aside.is_modified(),
        is_in_front: false,
    }
}

/// Whether a document differs from its file, which has it as it was at `saved_revision` (`None`: it is in no file). Where a
/// file keeps no masks they do not count: to paint a mask on a photograph is not to change it.
fn is_modified(
    document: &Document,
    history: &History<Recipe>,
    path: Option<&Path>,
    saved_revision: Option<u64>,
) -> bool {
    let is_another = if counts_masks(path) { history.is_any_layer_modified() } else { history.is_modified() };
    is_another && saved_revision != Some(revision_in(path, document))
}

/// The revision of what counts of a document in a file of this name, or in none.
pub(super) fn revision_in(path: Option<&Path>, document: &Document) -> u64 {
    if counts_masks(path) { document.content_revision() } else { document.unmasked_revision() }
}

/// What is in no file yet will be asked for one that keeps masks.
fn counts_masks(path: Option<&Path>) -> bool {
    path.is_none_or(files::keeps_layers)
}

/// The recipe of the last accepted result, else the one the file came with.
pub(super) fn recipe_to_save(history: &History<Recipe>, of_file: Option<&Recipe>) -> Option<Recipe> {
    let accepted = history.entries().filter(|entry| entry.done).filter_map(|entry| entry.made_by).last();
    accepted.or(of_file).cloned()
}

/// The file's name, or what stands for it.
pub(super) fn title_of(path: Option<&std::path::Path>) -> String {
    let name = path.and_then(std::path::Path::file_name).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| text("untitled"))
}
