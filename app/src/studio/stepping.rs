//! Undo and redo: steps in memory as quickly as frames allow, older ones once they are read from disk.

use std::io;
use std::time::{Duration, Instant};

use super::{Message, Studio};
use crate::document::NextStep;
use crate::document::journal::Op;
use crate::language::{text, text_with, told};

/// Steps take at most about this long a frame.
const TIME: Duration = Duration::from_millis(8);

/// The way through the history.
#[derive(Default)]
pub(super) struct Stepping {
    /// So many steps, from the oldest, are to be done.
    target: Option<usize>,
    /// The step that is being read.
    reading: Option<u64>,
}

/// A step that was read from disk.
pub struct StepRead {
    id: u64,
    undone: bool,
    ops: io::Result<Vec<Op>>,
}

impl Studio {
    /// Takes back the newest step. Not while a stroke is drawn.
    pub fn undo(&mut self) {
        if let Some(done) = self.wanted_step().checked_sub(1) {
            self.go_to_step(done);
        }
    }

    /// Does the step again that was taken back last. Not while a stroke is drawn.
    pub fn redo(&mut self) {
        self.go_to_step(self.wanted_step() + 1);
    }

    fn wanted_step(&self) -> usize {
        self.stepping.target.unwrap_or_else(|| self.history.done())
    }

    /// Goes through the history until so many steps, from the oldest, are done. Not while a stroke is drawn.
    pub fn go_to_step(&mut self, done: usize) {
        if !self.is_painting() {
            self.stepping.target = Some(done);
            self.step_on();
        }
    }

    /// Whether the history is being gone through.
    pub(super) fn is_stepping(&self) -> bool {
        self.stepping.target.is_some()
    }

    /// Stays where we are: something else was done, or another picture comes to the front.
    pub(super) fn stop_stepping(&mut self) {
        self.stepping = Stepping::default();
    }

    /// Goes on through the history.
    pub(super) fn step_on(&mut self) {
        if self.is_painting() || self.stepping.reading.is_some() {
            return;
        }
        let until = Instant::now() + TIME;
        while let Some(target) = self.stepping.target {
            let undone = self.history.done() > target;
            let next = if self.history.done() == target { None } else { self.history.next_step(undone) };
            match next {
                None => self.stop_stepping(),
                Some(NextStep::InMemory) => self.step(undone),
                Some(NextStep::OnDisk { id, read }) => {
                    self.stepping.reading = Some(id);
                    self.spawn_work("read-step", text("work-step"), move || {
                        Message::StepRead(Box::new(StepRead { id, undone, ops: read() }))
                    });
                    return;
                }
            }
            if self.is_stepping() && Instant::now() >= until {
                self.mailbox.wake();
                return;
            }
        }
    }

    fn step(&mut self, undone: bool) {
        let accepted = self.accepted_recipes();
        if undone {
            let ops = self.history.ops_to_undo();
            self.history.undo(&mut self.document, &mut self.recipe);
            self.after_step(ops);
        } else {
            let ops = self.history.ops_to_redo();
            self.history.redo(&mut self.document, &mut self.recipe);
            self.after_step(ops);
        }
        self.mark_results_after_step(undone, &accepted);
    }

    pub(super) fn take_in_step_read(&mut self, read: StepRead) {
        let StepRead { id, undone, ops } = read;
        if self.stepping.reading != Some(id) || self.is_painting() {
            return;
        }
        self.stepping.reading = None;
        match ops {
            Ok(ops) => {
                let accepted = self.accepted_recipes();
                self.history.take_step(id, undone, ops.clone(), &mut self.document);
                self.after_step(Some(ops));
                self.mark_results_after_step(undone, &accepted);
                self.step_on();
            }
            Err(error) => {
                self.stop_stepping();
                let sentence = text_with("step-unreadable", &[("why", told(&error).into())]);
                self.notices.failed_as(sentence, &error);
            }
        }
    }

    fn after_step(&mut self, ops: Option<Vec<Op>>) {
        self.recipe_in_history = self.recipe.clone();
        match ops {
            Some(ops) => self.keep(ops),
            None => self.keep_context(),
        }
    }
}
