//! What a journal remembers.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::super::Document;
use super::decode::decode;
use super::frames::{HEADER, split_record};
use super::op::Op;
use super::writer::lock_of;

/// Why nothing could be recovered.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    #[error("{path} cannot be read: {source}")]
    Read { path: String, source: std::io::Error },
    #[error("{path} is no journal of this program, or of a newer version of it")]
    NoJournal { path: String },
    #[error("{path} was cut off before the picture was wholly written; there is nothing to recover in it")]
    NoPicture { path: String },
}

/// A picture as it was after the last change that reached the journal.
#[derive(Debug)]
pub struct Recovered {
    pub document: Document,
    /// What the program wanted to find again; see `Journal::record_context`.
    pub context: Option<String>,
    /// Changes after the whole picture that the journal begins with.
    pub changes: usize,
}

/// A journal whose program has ended without closing it. While this lives, nobody else takes it.
#[derive(Debug)]
pub struct Abandoned {
    path: PathBuf,
    lock: File,
}

/// The journals in `folder` that no running program writes, oldest first. A folder that is not there has none.
#[must_use]
pub fn abandoned(folder: &Path) -> Vec<Abandoned> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let mut journals: Vec<_> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "journal"))
        .collect();
    journals.sort_by_key(|path| std::fs::metadata(path).and_then(|about| about.modified()).ok());
    let free = |path: PathBuf| {
        let lock = File::options().create(true).append(true).open(lock_of(&path)).ok()?;
        lock.try_lock().ok().map(|()| Abandoned { path, lock })
    };
    journals.into_iter().filter_map(free).collect()
}

impl Abandoned {
    /// Reads the picture. Takes as long as opening a picture of that size.
    ///
    /// # Errors
    /// The file cannot be read, is no journal, or does not hold one whole picture.
    pub fn recover(&self) -> Result<Recovered, RecoverError> {
        let path = || self.path.display().to_string();
        let bytes = std::fs::read(&self.path).map_err(|source| RecoverError::Read { path: path(), source })?;
        let records = bytes.strip_prefix(HEADER).ok_or_else(|| RecoverError::NoJournal { path: path() })?;
        replay(records).ok_or_else(|| RecoverError::NoPicture { path: path() })
    }

    /// When the last change was written.
    #[must_use]
    pub fn last_change(&self) -> Option<std::time::SystemTime> {
        std::fs::metadata(&self.path).and_then(|about| about.modified()).ok()
    }

    /// Deletes it: the picture was saved, recovered into another journal, or is not wanted.
    pub fn discard(self) {
        // What cannot be deleted is offered again at the next start; no harm is done.
        _ = std::fs::remove_file(&self.path);
        _ = std::fs::remove_file(lock_of(&self.path));
        drop(self.lock);
    }
}

/// Goes through the records up to the first that is damaged or cut off.
fn replay(mut records: &[u8]) -> Option<Recovered> {
    let mut recovered: Option<Recovered> = None;
    let mut context = None;
    while let Some((payload, rest)) = split_record(records) {
        records = rest;
        let Some(ops) = decode(payload) else { break };
        for op in ops {
            match (op, &mut recovered) {
                (Op::Context(json), _) => context = Some(json),
                (Op::Document(document), None) => {
                    recovered = Some(Recovered { document: *document, context: None, changes: 0 });
                }
                (op, Some(recovered)) => op.apply(&mut recovered.document),
                (_, None) => {}
            }
        }
        if let Some(recovered) = &mut recovered {
            recovered.changes += 1;
        }
    }
    let recovered = recovered?;
    Some(Recovered { context, changes: recovered.changes.saturating_sub(1), ..recovered })
}

#[cfg(test)]
mod tests;
