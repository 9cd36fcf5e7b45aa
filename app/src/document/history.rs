//! Undo and redo across strokes, mask, parameters and accepted results.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant};

use super::journal::Op;
use super::spill::{OnDisk, Spill};
use super::{Document, Edit};

/// Edits of one parameter that follow each other this quickly are one step: a slider dragged, a word typed.
const SAME_GESTURE: Duration = Duration::from_secs(1);

/// Steps kept at most, whatever they weigh.
const MAX_STEPS: usize = 1000;

/// All that was done, in order, and how far it is done at the moment.
///
/// `P` is whatever the program's parameters are; the history only keeps and hands them back.
#[derive(Debug)]
pub struct History<P> {
    steps: VecDeque<Step<P>>,
    /// Steps from here on are undone.
    done: usize,
    budget: usize,
    /// Whether the newest step may still take in a change of the same kind.
    open: bool,
    next_id: u64,
    /// The state before the oldest step that is kept.
    base: State,
    saved: State,
    /// Where older steps go; without it they are forgotten.
    spill: Option<Spill>,
}

/// Names a state by the newest steps that have changed it; 0 stands for the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    /// The newest that changed the picture.
    picture: u64,
    /// The newest that changed any layer: masks and hints too.
    layers: u64,
}

impl State {
    /// No step has this number.
    const NEVER: Self = Self { picture: u64::MAX, layers: u64::MAX };

    fn after<P>(&mut self, step: &Step<P>) {
        let Changes { picture, layers } = step.changes();
        self.picture = if picture { step.id } else { self.picture };
        self.layers = if layers { step.id } else { self.layers };
    }
}

/// What a step changes.
#[derive(Clone, Copy, Debug, Default)]
struct Changes {
    picture: bool,
    layers: bool,
}

impl Changes {
    fn of(edit: &Edit) -> Self {
        Self { picture: edit.changes_picture(), layers: edit.changes_layers() }
    }
}

#[derive(Debug)]
struct Step<P> {
    id: u64,
    /// Bytes of tiles that only this step holds while it is done, and while it is undone. Counted once: it takes a while.
    tile_bytes: [usize; 2],
    what: What<P>,
}

#[derive(Debug)]
enum What<P> {
    Document {
        edit: Edit,
        made_by: Option<P>,
        is_being_written: bool,
    },
    /// A step of the document whose tiles are on disk.
    OnDisk {
        place: OnDisk,
        name: Cow<'static, str>,
        changes: Changes,
        made_by: Option<P>,
    },
    Parameters {
        name: Cow<'static, str>,
        field: &'static str,
        before: P,
        after: P,
        at: Instant,
    },
}

/// A step on the way through the history.
pub(crate) enum NextStep {
    InMemory,
    /// Must be read first, which is better done on another thread.
    OnDisk {
        id: u64,
        read: Box<dyn FnOnce() -> std::io::Result<Vec<Op>> + Send>,
    },
}

/// One line of the list of steps.
#[derive(Debug)]
pub struct HistoryEntry<'a, P> {
    pub name: &'a str,
    /// Undone steps stand after all done ones.
    pub done: bool,
    /// The parameters that made an accepted result.
    pub made_by: Option<&'a P>,
}

impl<P> Step<P> {
    fn name(&self) -> &str {
        match &self.what {
            What::Document { edit, .. } => edit.name(),
            What::OnDisk { name, .. } | What::Parameters { name, .. } => name,
        }
    }

    fn new(id: u64, what: What<P>) -> Self {
        let tile_bytes = match &what {
            What::Document { edit, .. } => [edit.bytes(), edit.undone_bytes()],
            What::OnDisk { .. } | What::Parameters { .. } => [0; 2],
        };
        Self { id, tile_bytes, what }
    }

    fn bytes(&self, done: bool) -> usize {
        let [while_done, while_undone] = self.tile_bytes;
        size_of::<Self>() + if done { while_done } else { while_undone }
    }

    fn changes(&self) -> Changes {
        match &self.what {
            What::Document { edit, .. } => Changes::of(edit),
            What::OnDisk { changes, .. } => *changes,
            What::Parameters { .. } => Changes::default(),
        }
    }
}

impl<P: Clone + PartialEq> History<P> {
    /// Enough for hundreds of strokes on a large picture.
    pub const DEFAULT_BUDGET: usize = 1 << 30;

    /// An empty history that keeps at most `budget_bytes` of old and undone tiles (and always the newest step).
    #[must_use]
    pub fn new(budget_bytes: usize) -> Self {
        Self {
            steps: VecDeque::new(),
            done: 0,
            budget: budget_bytes,
            open: false,
            next_id: 1,
            base: State::default(),
            saved: State::default(),
            spill: None,
        }
    }

    /// Adds an edit that has been applied; undone steps are forgotten. Changes of one property of a layer that follow each
    /// other become one step, until [`History::seal`].
    pub fn push(&mut self, edit: Edit) {
        if self.open
            && self.done == self.steps.len()
            && let Some(Step { what: What::Document { edit: last, .. }, .. }) = self.steps.back_mut()
            && last.absorb_props(&edit)
        {
            return;
        }
        let open = edit.is_of_props();
        self.add(What::Document { edit, made_by: None, is_being_written: false });
        self.open = open;
    }

    /// Adds an accepted result with the parameters that made it.
    pub fn push_result(&mut self, edit: Edit, made_by: P) {
        self.add(What::Document { edit, made_by: Some(made_by), is_being_written: false });
    }

    /// Adds a change of the parameters that has been made. Changes of the same `field` that follow each other within a
    /// second become one step, until [`History::seal`].
    pub fn push_parameters(&mut self, name: &'static str, field: &'static str, before: P, after: P, now: Instant) {
        if before == after {
            return;
        }
        if self.open
            && self.done == self.steps.len()
            && let Some(Step {
                what: What::Parameters { field: last_field, before: first, after: last, at, .. }, ..
            }) = self.steps.back_mut()
            && *last_field == field
            && now.saturating_duration_since(*at) <= SAME_GESTURE
        {
            if *first == after {
                self.steps.pop_back();
                self.done = self.steps.len();
                self.open = false;
            } else {
                (*last, *at) = (after, now);
            }
            return;
        }
        self.add(What::Parameters { name: name.into(), field, before, after, at: now });
        self.open = true;
    }

    /// The gesture is over: the next change of a parameter is a step of its own.
    pub fn seal(&mut self) {
        self.open = false;
    }

    fn add(&mut self, what: What<P>) {
        self.steps.truncate(self.done);
        self.steps.push_back(Step::new(self.next_id, what));
        self.next_id += 1;
        self.done = self.steps.len();
        self.open = false;
        self.keep_within_budget();
    }

    /// From now on older steps go to a file in this folder instead of being forgotten.
    ///
    /// # Errors
    /// No file can be made there.
    pub fn keep_older_steps_in(&mut self, folder: &Path) -> std::io::Result<()> {
        self.spill = Some(Spill::begin(folder)?);
        Ok(())
    }

    /// Lets go of what has been written to disk since the last call. Called once a frame.
    pub fn tidy(&mut self) {
        let Some(spill) = &self.spill else { return };
        let mut failed = false;
        for (id, written) in spill.written() {
            let Some(step) = self.steps.iter_mut().find(|step| step.id == id) else { continue };
            match (&mut step.what, written) {
                (What::Document { edit, made_by, .. }, Ok(place)) => {
                    let name = edit.name().to_owned().into();
                    let (changes, made_by) = (Changes::of(edit), made_by.take());
                    *step = Step::new(id, What::OnDisk { place, name, changes, made_by });
                }
                (What::Document { is_being_written, .. }, Err(error)) => {
                    log::warn!("older steps cannot be kept on disk and are forgotten: {error}");
                    (*is_being_written, failed) = (false, true);
                }
                (What::OnDisk { .. } | What::Parameters { .. }, _) => {}
            }
        }
        if failed && !self.steps.iter().any(|step| matches!(step.what, What::OnDisk { .. })) {
            self.spill = None;
        }
        self.keep_within_budget();
    }

    /// Above the budget the oldest steps go to disk, or are forgotten where that is not possible.
    fn keep_within_budget(&mut self) {
        let mut bytes = self.bytes();
        if let Some(spill) = &self.spill {
            for step in self.steps.iter_mut().take(self.done.saturating_sub(1)) {
                if bytes <= self.budget {
                    break;
                }
                let freed = step.bytes(true);
                if let What::Document { edit, is_being_written, .. } = &mut step.what {
                    if !std::mem::replace(is_being_written, true) {
                        spill.store(step.id, edit.clone());
                    }
                    bytes = bytes.saturating_sub(freed);
                }
            }
        }
        while self.done > 1 && ((self.spill.is_none() && bytes > self.budget) || self.steps.len() > MAX_STEPS) {
            let Some(step) = self.steps.pop_front() else { break };
            bytes = bytes.saturating_sub(step.bytes(true));
            self.done -= 1;
            self.base.after(&step);
        }
    }

    /// What taking back the newest step makes of the document; `None` if it is not one of the document, or cannot be read.
    pub(crate) fn ops_to_undo(&self) -> Option<Vec<Op>> {
        self.ops_of(self.steps.get(self.done.checked_sub(1)?)?, true)
    }

    /// What doing the oldest undone step again makes of the document.
    pub(crate) fn ops_to_redo(&self) -> Option<Vec<Op>> {
        self.ops_of(self.steps.get(self.done)?, false)
    }

    fn ops_of(&self, step: &Step<P>, undone: bool) -> Option<Vec<Op>> {
        match &step.what {
            What::Document { edit, .. } => Some(if undone { edit.inverse_ops() } else { edit.ops() }),
            What::OnDisk { place, .. } => {
                let read = self.spill.as_ref()?.read(*place, undone);
                read.inspect_err(|error| log::warn!("a step could not be read back: {error}")).ok()
            }
            What::Parameters { .. } => None,
        }
    }

    /// The step that comes next on the way back or forth; `None` at the end.
    pub(crate) fn next_step(&self, undone: bool) -> Option<NextStep> {
        let step = if undone { self.steps.get(self.done.checked_sub(1)?) } else { self.steps.get(self.done) }?;
        Some(match (&step.what, &self.spill) {
            (What::OnDisk { place, .. }, Some(spill)) => {
                NextStep::OnDisk { id: step.id, read: Box::new(spill.reader(*place, undone)) }
            }
            _ => NextStep::InMemory,
        })
    }

    /// Takes back the next step or does it again, with what was read of it; nothing if it is another step by now.
    pub(crate) fn take_step(&mut self, id: u64, undone: bool, ops: Vec<Op>, document: &mut Document) {
        let index = if undone { self.done.checked_sub(1) } else { Some(self.done) };
        if index.and_then(|index| self.steps.get(index)).is_none_or(|step| step.id != id) {
            return;
        }
        ops.into_iter().for_each(|op| op.apply(document));
        self.done = if undone { self.done - 1 } else { self.done + 1 };
        self.open = false;
    }

    /// Takes back the newest step that is done; returns its name. A step that cannot be read back stays.
    pub fn undo(&mut self, document: &mut Document, parameters: &mut P) -> Option<String> {
        let step = self.steps.get(self.done.checked_sub(1)?)?;
        match &step.what {
            What::Document { edit, .. } => edit.revert(document),
            What::OnDisk { .. } => self.ops_of(step, true)?.into_iter().for_each(|op| op.apply(document)),
            What::Parameters { before, .. } => parameters.clone_from(before),
        }
        let name = step.name().to_owned();
        self.done -= 1;
        self.open = false;
        Some(name)
    }

    /// Does the oldest step that is undone again; returns its name. A step that cannot be read back stays.
    pub fn redo(&mut self, document: &mut Document, parameters: &mut P) -> Option<String> {
        let step = self.steps.get(self.done)?;
        match &step.what {
            What::Document { edit, .. } => edit.apply(document),
            What::OnDisk { .. } => self.ops_of(step, false)?.into_iter().for_each(|op| op.apply(document)),
            What::Parameters { after, .. } => parameters.clone_from(after),
        }
        let name = step.name().to_owned();
        self.done += 1;
        self.open = false;
        Some(name)
    }

    /// Undoes or redoes until `done` steps (from the oldest) are done.
    pub fn go_to(&mut self, done: usize, document: &mut Document, parameters: &mut P) {
        while self.done > done && self.undo(document, parameters).is_some() {}
        while self.done < done && self.redo(document, parameters).is_some() {}
    }

    #[must_use]
    pub fn can_undo(&self) -> bool {
        self.done > 0
    }

    #[must_use]
    pub fn can_redo(&self) -> bool {
        self.done < self.steps.len()
    }

    /// The name of what [`History::undo`] would take back.
    #[must_use]
    pub fn undo_name(&self) -> Option<&str> {
        Some(self.steps.get(self.done.checked_sub(1)?)?.name())
    }

    /// The name of what [`History::redo`] would do.
    #[must_use]
    pub fn redo_name(&self) -> Option<&str> {
        Some(self.steps.get(self.done)?.name())
    }

    /// All steps, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = HistoryEntry<'_, P>> {
        self.steps.iter().enumerate().map(|(index, step)| HistoryEntry {
            name: step.name(),
            done: index < self.done,
            made_by: match &step.what {
                What::Document { made_by, .. } | What::OnDisk { made_by, .. } => made_by.as_ref(),
                What::Parameters { .. } => None,
            },
        })
    }

    /// Bytes of tiles that only the history holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.steps.iter().enumerate().map(|(index, step)| step.bytes(index < self.done)).sum()
    }

    #[must_use]
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// Lets the oldest steps go if the new budget asks for it.
    pub fn set_budget(&mut self, bytes: usize) {
        self.budget = bytes;
        self.keep_within_budget();
    }

    /// Steps that are done.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done
    }

    /// The picture is in no file, whatever was done to it here.
    pub fn mark_unsaved(&mut self) {
        self.saved = State::NEVER;
    }

    /// The picture as it is now is in a file.
    pub fn mark_saved(&mut self) {
        self.saved = self.state();
    }

    /// Whether the picture differs from the saved one (masks, hints and parameters do not count).
    #[must_use]
    pub fn is_modified(&self) -> bool {
        self.state().picture != self.saved.picture
    }

    /// Whether any layer differs from the saved ones: masks and hints too.
    #[must_use]
    pub fn is_any_layer_modified(&self) -> bool {
        self.state().layers != self.saved.layers
    }

    fn state(&self) -> State {
        let mut state = self.base;
        self.steps.iter().take(self.done).for_each(|step| state.after(step));
        state
    }
}

#[cfg(test)]
mod tests;
