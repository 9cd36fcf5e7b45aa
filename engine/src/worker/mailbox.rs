//! What waits for the engine's thread: a queue, the running job's cancel token, and "the latest wins" for live painting.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::job::{HintJob, Job, JobId, Tweak};
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
    waiting: VecDeque<(JobId, Work)>,
    /// Taken off the queue by a client, not yet reported by the thread.
    cancelled_while_waiting: Vec<JobId>,
    running: Option<Running>,
    closed: bool,
}

struct Running {
    id: JobId,
    kind: Kind,
    cancel: CancelToken,
    /// All changes since the thread last asked, joined.
    tweak: Option<Tweak>,
}

/// What can be asked for.
pub(super) enum Work {
    Generate(Box<Job>),
    MakeHint(Box<HintJob>),
}

/// Generations and hints do not drop each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Generation,
    Hint,
}

impl Work {
    fn kind(&self) -> Kind {
        match self {
            Self::Generate(_) => Kind::Generation,
            Self::MakeHint(_) => Kind::Hint,
        }
    }
}

/// What the thread should do next.
pub(super) enum Letter {
    Run(JobId, Work, CancelToken),
    /// These were cancelled before they ran.
    Cancelled(Vec<JobId>),
    Close,
}

impl Mailbox {
    /// Appends work. `latest` first drops what waits and cancels what runs of the same kind.
    pub(super) fn post(&self, work: Work, latest: bool) -> JobId {
        let mut state = self.lock();
        if latest {
            state.cancel_where(|kind| kind == work.kind());
        }
        let id = JobId(state.next_id);
        state.next_id += 1;
        state.waiting.push_back((id, work));
        self.changed.notify_all();
        id
    }

    /// Changes a waiting job, or keeps what is to change in the running one until the thread asks for it.
    pub(super) fn tweak(&self, id: JobId, tweak: Tweak) {
        let mut state = self.lock();
        if let Some(running) = state.running.as_mut().filter(|running| running.id == id) {
            let earlier = running.tweak.take().unwrap_or_default();
            running.tweak = Some(tweak.or(earlier));
        } else if let Some((_, Work::Generate(job))) = state.waiting.iter_mut().find(|(waiting, _)| *waiting == id) {
            job.recipe = tweak.applied_to(&job.recipe);
            tweak.change_hints(&mut job.hints);
            job.mask = tweak.mask.filter(|_| job.init.is_some()).or(job.mask.take());
            job.regions = tweak.region_masks.unwrap_or_else(|| std::mem::take(&mut job.regions));
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
        self.lock().cancel_where(|_| true);
        self.changed.notify_all();
    }

    /// Cancels everything and tells the thread to end.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.cancel_where(|_| true);
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
            if let Some((id, work)) = state.waiting.pop_front() {
                let token = CancelToken::new();
                state.running = Some(Running { id, kind: work.kind(), cancel: token.clone(), tweak: None });
                return Letter::Run(id, work, token);
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
    fn cancel_where(&mut self, is_meant: impl Fn(Kind) -> bool) {
        if let Some(running) = self.running.as_ref().filter(|running| is_meant(running.kind)) {
            running.cancel.cancel();
        }
        let waiting = std::mem::take(&mut self.waiting);
        let (dropped, kept) = waiting.into_iter().partition(|(_, work)| is_meant(work.kind()));
        self.waiting = kept;
        let dropped: VecDeque<(JobId, Work)> = dropped;
        self.cancelled_while_waiting.extend(dropped.into_iter().map(|(id, _)| id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generation() -> Work {
        Work::Generate(Box::default())
    }

    fn hint() -> Work {
        Work::MakeHint(Box::default())
    }

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
        let ids: Vec<JobId> = (0..3).map(|_| mailbox.post(generation(), false)).collect();
        let order: Vec<JobId> = (0..3).map(|_| taken(&mailbox).0).collect();
        assert_eq!(order, ids);
    }

    #[test]
    fn the_latest_cancels_what_runs_and_drops_what_waits() {
        let mailbox = Mailbox::default();
        let first = mailbox.post(generation(), false);
        let (running, token) = taken(&mailbox);
        let second = mailbox.post(generation(), false);
        let latest = mailbox.post(generation(), true);
        assert_eq!(running, first);
        assert!(token.is_cancelled());
        assert!(matches!(mailbox.next(), Letter::Cancelled(ids) if ids == [second]));
        mailbox.done();
        assert_eq!(taken(&mailbox).0, latest);
    }

    #[test]
    fn the_latest_hint_drops_earlier_hints_and_no_generation() {
        let mailbox = Mailbox::default();
        let running = mailbox.post(generation(), false);
        let (_, token) = taken(&mailbox);
        let earlier = mailbox.post(hint(), false);
        let waiting = mailbox.post(generation(), false);
        let latest = mailbox.post(hint(), true);
        assert!(!token.is_cancelled());
        assert!(matches!(mailbox.next(), Letter::Cancelled(ids) if ids == [earlier]));
        mailbox.done();
        assert_eq!([taken(&mailbox).0, taken(&mailbox).0], [waiting, latest]);
        assert_eq!(running, JobId(0));
    }

    #[test]
    fn the_latest_generation_drops_no_hint() {
        let mailbox = Mailbox::default();
        let hint = mailbox.post(hint(), false);
        let earlier = mailbox.post(generation(), false);
        mailbox.post(generation(), true);
        assert!(matches!(mailbox.next(), Letter::Cancelled(ids) if ids == [earlier]));
        assert_eq!(taken(&mailbox).0, hint);
    }

    #[test]
    fn cancelling_a_job_leaves_the_others() {
        let mailbox = Mailbox::default();
        let first = mailbox.post(generation(), false);
        let second = mailbox.post(generation(), false);
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
        let id = mailbox.post(generation(), false);
        mailbox.tweak(id, prompt("a cat"));
        let Letter::Run(_, Work::Generate(job), _) = mailbox.next() else { panic!("no job") };
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
        let id = mailbox.post(generation(), false);
        mailbox.close();
        assert!(matches!(mailbox.next(), Letter::Cancelled(ids) if ids == [id]));
        assert!(matches!(mailbox.next(), Letter::Close));
    }
}
