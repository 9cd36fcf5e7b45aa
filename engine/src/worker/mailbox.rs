//! What waits for the engine's thread: a queue, the running job's cancel token, and "the latest wins" for live painting.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::job::{Job, JobId, Tweak};
use crate::nn::CancelToken;

/// Shared by the handle and the thread.
#[derive(Default)]
pub(super) struct Mailbox {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    next_id: u64,
    waiting: VecDeque<(JobId, Job)>,
    /// Taken off the queue by a client, not yet reported by the thread.
    cancelled_while_waiting: Vec<JobId>,
    running: Option<Running>,
    closed: bool,
}

struct Running {
    id: JobId,
    cancel: CancelToken,
    /// All changes since the thread last asked, joined.
    tweak: Option<Tweak>,
}

/// What the thread should do next.
pub(super) enum Letter {
    Run(JobId, Box<Job>, CancelToken),
    /// These were cancelled before they ran.
    Cancelled(Vec<JobId>),
    Close,
}

impl Mailbox {
    /// Appends a job. `latest` first drops what waits and cancels what runs.
    pub(super) fn post(&self, job: Job, latest: bool) -> JobId {
        let mut state = self.lock();
        if latest {
            state.cancel_all();
        }
        let id = JobId(state.next_id);
        state.next_id += 1;
        state.waiting.push_back((id, job));
        self.changed.notify_all();
        id
    }

    /// Changes a waiting job, or keeps what is to change in the running one until the thread asks for it.
    pub(super) fn tweak(&self, id: JobId, tweak: Tweak) {
        let mut state = self.lock();
        if let Some(running) = state.running.as_mut().filter(|running| running.id == id) {
            let earlier = running.tweak.take().unwrap_or_default();
            running.tweak = Some(tweak.or(earlier));
        } else if let Some((_, job)) = state.waiting.iter_mut().find(|(waiting, _)| *waiting == id) {
            job.recipe = tweak.applied_to(&job.recipe);
            job.mask = tweak.mask.filter(|_| job.init.is_some()).or(job.mask.take());
        }
    }

    /// What is to change in the running job, once.
    pub(super) fn take_tweak(&self) -> Option<Tweak> {
        self.lock().running.as_mut()?.tweak.take()
    }

    /// Cancels one job, waiting or running. One that has ended is left alone.
    pub(super) fn cancel(&self, id: JobId) {
        let mut state = self.lock();
        if let Some(running) = state.running.as_ref().filter(|running| running.id == id) {
            running.cancel.cancel();
        }
        let before = state.waiting.len();
        state.waiting.retain(|(waiting, _)| *waiting != id);
        if state.waiting.len() < before {
            state.cancelled_while_waiting.push(id);
        }
        self.changed.notify_all();
    }

    /// Cancels every job, waiting or running.
    pub(super) fn cancel_all(&self) {
        self.lock().cancel_all();
        self.changed.notify_all();
    }

    /// Cancels everything and tells the thread to end.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.cancel_all();
        state.closed = true;
        self.changed.notify_all();
    }

    /// Waits for something to do. Marks the job it returns as running until [`Mailbox::done`].
    pub(super) fn next(&self) -> Letter {
        let mut state = self.lock();
        loop {
            if !state.cancelled_while_waiting.is_empty() {
                return Letter::Cancelled(std::mem::take(&mut state.cancelled_while_waiting));
            }
            if state.closed {
                return Letter::Close;
            }
            if let Some((id, job)) = state.waiting.pop_front() {
                let token = CancelToken::new();
                state.running = Some(Running { id, cancel: token.clone(), tweak: None });
                return Letter::Run(id, Box::new(job), token);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether the handle is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// The running job has ended.
    pub(super) fn done(&self) {
        self.lock().running = None;
    }

    /// Nothing in here panics while it holds the lock, so a poisoned state is still whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn cancel_all(&mut self) {
        if let Some(running) = &self.running {
            running.cancel.cancel();
        }
        let waiting = std::mem::take(&mut self.waiting);
        self.cancelled_while_waiting.extend(waiting.into_iter().map(|(id, _)| id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(mailbox: &Mailbox) -> (JobId, CancelToken) {
        match mailbox.next() {
            Letter::Run(id, _, token) => (id, token),
            Letter::Cancelled(ids) => panic!("cancelled {ids:?}"),
            Letter::Close => panic!("closed"),
        }
    }

    #[test]
    fn jobs_are_taken_in_the_order_they_came() {
        let mailbox = Mailbox::default();
        let ids: Vec<JobId> = (0..3).map(|_| mailbox.post(Job::default(), false)).collect();
        let order: Vec<JobId> = (0..3).map(|_| taken(&mailbox).0).collect();
        assert_eq!(order, ids);
    }

    #[test]
    fn the_latest_cancels_what_runs_and_drops_what_waits() {
        let mailbox = Mailbox::default();
        let first = mailbox.post(Job::default(), false);
        let (running, token) = taken(&mailbox);
        let second = mailbox.post(Job::default(), false);
        let latest = mailbox.post(Job::default(), true);
        assert_eq!(running, first);
        assert!(token.is_cancelled());
        assert!(matches!(mailbox.next(), Letter::Cancelled(ids) if ids == [second]));
        mailbox.done();
        assert_eq!(taken(&mailbox).0, latest);
    }

    #[test]
    fn cancelling_a_job_leaves_the_others() {
        let mailbox = Mailbox::default();
        let first = mailbox.post(Job::default(), false);
        let second = mailbox.post(Job::default(), false);
        mailbox.cancel(first);
        assert!(matches!(mailbox.next(), Letter::Cancelled(ids) if ids == [first]));
        let (id, token) = taken(&mailbox);
        assert_eq!(id, second);
        mailbox.cancel(first);
        assert!(!token.is_cancelled());
        mailbox.cancel(second);
        assert!(token.is_cancelled());
    }

    #[test]
    fn tweaks_change_a_waiting_job_and_are_joined_for_the_running_one() {
        let prompt = |text: &str| Tweak { prompt: Some(text.to_owned()), ..Tweak::default() };
        let mailbox = Mailbox::default();
        let id = mailbox.post(Job::default(), false);
        mailbox.tweak(id, prompt("a cat"));
        let Letter::Run(_, job, _) = mailbox.next() else { panic!("no job") };
        assert_eq!(job.recipe.prompt, "a cat");
        assert_eq!(mailbox.take_tweak(), None);
        mailbox.tweak(id, Tweak { guidance: Some(3.0), ..prompt("a cow") });
        mailbox.tweak(id, prompt("a dog"));
        assert_eq!(mailbox.take_tweak(), Some(Tweak { guidance: Some(3.0), ..prompt("a dog") }));
        assert_eq!(mailbox.take_tweak(), None);
        mailbox.tweak(id, prompt("too late"));
        mailbox.done();
        mailbox.tweak(id, prompt("much too late"));
        assert_eq!(mailbox.take_tweak(), None);
    }

    #[test]
    fn closing_reports_what_waited_and_then_ends() {
        let mailbox = Mailbox::default();
        let id = mailbox.post(Job::default(), false);
        mailbox.close();
        assert!(matches!(mailbox.next(), Letter::Cancelled(ids) if ids == [id]));
        assert!(matches!(mailbox.next(), Letter::Close));
    }
}
