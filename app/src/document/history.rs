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
mod tests {
    use image::{GrayImage, Luma, Rgb, RgbImage};
    use proptest::prelude::*;

    use super::*;
    use crate::document::{CanvasSize, MaskLook};

    const MASK_TILE: usize = 2 * 256 * 256;

    fn setting() -> (Document, History<String>, String) {
        let document = Document::blank(CanvasSize::new(256, 256).unwrap(), [255; 4]);
        (document, History::new(History::<String>::DEFAULT_BUDGET), "a cat".to_owned())
    }

    fn paint(document: &mut Document, history: &mut History<String>, color: u8) {
        let result = RgbImage::from_pixel(256, 256, Rgb([color; 3]));
        let mask = GrayImage::from_pixel(256, 256, Luma([255]));
        history.push_result(
            document.accept_result(&result, &mask, [0, 0], None).unwrap().unwrap(),
            format!("seed {color}"),
        );
    }

    #[test]
    fn one_undo_covers_mask_parameters_and_results() {
        let (mut document, mut history, mut prompt) = setting();
        history.push(document.fill_mask().unwrap());
        history.push_parameters("Prompt", "prompt", "a cat".into(), "a dog".into(), Instant::now());
        prompt = {
            _ = prompt;
            "a dog".to_owned()
        };
        paint(&mut document, &mut history, 10);
        let names: Vec<_> = history.entries().map(|entry| entry.name.to_owned()).collect();
        assert_eq!(names, ["Fill mask", "Prompt", "Generate"]);
        assert_eq!(history.entries().last().unwrap().made_by, Some(&"seed 10".to_owned()));

        assert_eq!(history.undo(&mut document, &mut prompt).as_deref(), Some("Generate"));
        assert_eq!(document.rgb_image(document.bounds()).get_pixel(5, 5).0, [255; 3]);
        assert_eq!(history.undo(&mut document, &mut prompt).as_deref(), Some("Prompt"));
        assert_eq!(prompt, "a cat");
        assert_eq!(history.undo(&mut document, &mut prompt).as_deref(), Some("Fill mask"));
        assert_eq!(document.mask_bounds(), None);
        assert_eq!(history.undo(&mut document, &mut prompt), None);

        history.go_to(3, &mut document, &mut prompt);
        assert_eq!(prompt, "a dog");
        assert_eq!(document.rgb_image(document.bounds()).get_pixel(5, 5).0, [10; 3]);
        assert!(!history.can_redo());
    }

    proptest! {
        #[test]
        fn whatever_is_done_can_be_undone_and_done_again_bit_for_bit(
            steps in prop::collection::vec((0u8..6, any::<u8>(), 0u32..300, 0u32..100), 1..25),
            walk in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
        ) {
            let mut document = Document::blank(CanvasSize::new(300, 100).unwrap(), [200, 100, 50, 128]);
            let (mut history, mut prompt) = (History::new(History::<String>::DEFAULT_BUDGET), String::new());
            let mut states = vec![(document.clone(), prompt.clone())];
            for (kind, value, x, y) in steps {
                let (width, height) = (document.size().width(), document.size().height());
                let (x, y) = (x % width, y % height);
                let edit = match kind {
                    0 => document.invert_mask(),
                    1 => document.clear_mask(),
                    2 => document.replace_mask(&GrayImage::from_fn(width, height, |x, y| Luma([(x ^ y) as u8 & value]))).unwrap(),
                    3 => {
                        let result = RgbImage::from_pixel(width - x, height - y, Rgb([value; 3]));
                        let mask = GrayImage::from_pixel(width - x, height - y, Luma([value]));
                        document.accept_result(&result, &mask, [x, y], None).unwrap()
                    }
                    4 => Some(document.replace_with(Document::blank(CanvasSize::new(x + 1, y + 1).unwrap(), [value; 4]), "Open")),
                    _ => {
                        let before = prompt.clone();
                        prompt.push(char::from(value));
                        history.push_parameters("Prompt", "prompt", before, prompt.clone(), Instant::now());
                        history.seal();
                        states.push((document.clone(), prompt.clone()));
                        None
                    }
                };
                if let Some(edit) = edit {
                    history.push(edit);
                    states.push((document.clone(), prompt.clone()));
                }
            }
            prop_assert_eq!(history.entries().count() + 1, states.len());
            for index in walk {
                let done = index.index(states.len());
                history.go_to(done, &mut document, &mut prompt);
                let (expected, expected_prompt) = &states[done];
                prop_assert_eq!(&prompt, expected_prompt);
                prop_assert_eq!(document.size(), expected.size());
                let (picture, expected_picture) = (document.flattened(), expected.flattened());
                for at in picture.positions() {
                    prop_assert_eq!(picture.tile(at), expected_picture.tile(at));
                    prop_assert_eq!(document.mask().tile(at), expected.mask().tile(at));
                }
            }
        }
    }

    #[test]
    fn older_steps_go_to_disk_and_come_back_bit_by_bit() {
        let folder = tempfile::tempdir().unwrap();
        let (mut document, mut history, mut prompt) = setting();
        history.set_budget(MASK_TILE);
        history.keep_older_steps_in(folder.path()).unwrap();
        let mut states = vec![document.rgb_image(document.bounds())];
        for color in 0..20 {
            paint(&mut document, &mut history, color * 10);
            states.push(document.rgb_image(document.bounds()));
        }
        history.push(document.flatten().unwrap());
        let on_disk = |history: &History<String>| {
            history.steps.iter().filter(|step| matches!(step.what, What::OnDisk { .. })).count()
        };
        let give_up = Instant::now() + Duration::from_secs(20);
        while on_disk(&history) < 20 && Instant::now() < give_up {
            std::thread::sleep(Duration::from_millis(5));
            history.tidy();
        }
        assert_eq!(on_disk(&history), 20);
        assert_eq!(history.entries().count(), 21, "nothing is forgotten");
        for done in [20, 7, 0, 13, 20] {
            history.go_to(done, &mut document, &mut prompt);
            assert_eq!(document.rgb_image(document.bounds()), states[done], "after {done} steps");
        }
        assert_eq!(history.entries().last().unwrap().name, "Flatten");
        assert_eq!(history.entries().nth(3).unwrap().made_by, Some(&"seed 30".to_owned()));
    }

    #[test]
    fn a_new_step_forgets_what_was_undone() {
        let (mut document, mut history, mut prompt) = setting();
        paint(&mut document, &mut history, 1);
        paint(&mut document, &mut history, 2);
        history.undo(&mut document, &mut prompt);
        assert_eq!(history.redo_name(), Some("Generate"));
        history.push(document.fill_mask().unwrap());
        assert!(!history.can_redo());
        assert_eq!(history.entries().count(), 2);
    }

    #[test]
    fn a_slider_dragged_is_one_step_and_one_dragged_back_is_none() {
        let (_, mut history, _) = setting();
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        for (index, (before, after)) in [("1", "2"), ("2", "3"), ("3", "4")].into_iter().enumerate() {
            history.push_parameters("Steps", "steps", before.into(), after.into(), at(900 * index as u64));
        }
        assert_eq!(history.entries().count(), 1, "each within a second of the last");
        history.push_parameters("Steps", "steps", "4".into(), "5".into(), at(2900));
        assert_eq!(history.entries().count(), 2, "a second and more later");
        history.push_parameters("Guidance", "guidance", "5".into(), "6".into(), at(2950));
        assert_eq!(history.entries().count(), 3, "another field");
        history.seal();
        history.push_parameters("Guidance", "guidance", "6".into(), "7".into(), at(2960));
        assert_eq!(history.entries().count(), 4, "another gesture");
        history.push_parameters("Guidance", "guidance", "7".into(), "6".into(), at(2970));
        assert_eq!(history.entries().count(), 3, "dragged back to where it began");
        history.push_parameters("Guidance", "guidance", "6".into(), "6".into(), at(2980));
        assert_eq!(history.entries().count(), 3, "not changed at all");
    }

    #[test]
    fn a_slider_of_the_mask_s_look_dragged_is_one_step() {
        let (mut document, mut history, mut prompt) = setting();
        let original = document.mask_look();
        for opacity in [0.6, 0.7, 0.8] {
            history.push(document.set_mask_look(MaskLook { opacity, ..original }).unwrap());
        }
        assert_eq!(history.entries().count(), 1);
        history.seal();
        history.push(document.set_mask_look(MaskLook { opacity: 0.9, ..original }).unwrap());
        assert_eq!(history.entries().count(), 2);
        history.go_to(0, &mut document, &mut prompt);
        assert_eq!(document.mask_look(), original);
    }

    #[test]
    fn memory_stays_within_the_budget_and_the_newest_step_can_always_be_undone() {
        let (mut document, _, mut prompt) = setting();
        let mut history = History::<String>::new(4 * MASK_TILE);
        for _ in 0..20 {
            history.push(document.fill_mask().unwrap());
            history.push(document.invert_mask().unwrap());
            assert!(history.bytes() <= history.budget(), "{} bytes", history.bytes());
        }
        assert!((2..40).contains(&history.entries().count()));
        history.set_budget(0);
        assert_eq!(history.entries().count(), 1);
        assert!(history.undo(&mut document, &mut prompt).is_some());
    }

    #[test]
    fn the_picture_is_modified_until_it_is_saved_or_undone() {
        let (mut document, mut history, mut prompt) = setting();
        history.push(document.fill_mask().unwrap());
        assert!(!history.is_modified(), "a mask is not part of the picture");
        assert!(history.is_any_layer_modified(), "but it is a layer");
        paint(&mut document, &mut history, 1);
        assert!(history.is_modified());
        history.undo(&mut document, &mut prompt);
        assert!(!history.is_modified());
        paint(&mut document, &mut history, 2);
        history.mark_saved();
        history.set_budget(0);
        assert!(!history.is_modified());
        history.undo(&mut document, &mut prompt);
        assert!(history.is_modified(), "undone past what was saved");
    }
}
