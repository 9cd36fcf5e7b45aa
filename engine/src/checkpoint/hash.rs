//! SHA-256 of model files, remembered for as long as the program runs.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::error::{CheckpointError, InFile};

/// What tells whether a file is still the one that was hashed.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Identity {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
}

static KNOWN: LazyLock<Mutex<HashMap<Vec<Identity>, String>>> = LazyLock::new(Mutex::default);

/// Bytes read at once.
const CHUNK: usize = 1 << 20;

/// SHA-256 of the files' bytes one after the other, in hexadecimal.
///
/// # Errors
/// A file cannot be read.
pub fn file_hash(files: &[PathBuf]) -> Result<String, CheckpointError> {
    let identities = files.iter().map(|path| identity(path)).collect::<Result<Vec<_>, _>>()?;
    if let Some(hash) = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(&identities) {
        return Ok(hash.clone());
    }
    let mut hasher = Sha256::new();
    files.iter().try_for_each(|path| feed(&mut hasher, path))?;
    let hash: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(identities, hash.clone());
    Ok(hash)
}

fn identity(path: &Path) -> Result<Identity, CheckpointError> {
    let metadata = path.metadata().in_file(path)?;
    Ok(Identity { path: path.to_owned(), bytes: metadata.len(), modified: metadata.modified().ok() })
}

fn feed(hasher: &mut Sha256, path: &Path) -> Result<(), CheckpointError> {
    let mut file = File::open(path).in_file(path)?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk).in_file(path)?;
        match chunk.get(..read) {
            Some([]) | None => return Ok(()),
            Some(bytes) => hasher.update(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_sha256_and_follows_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        // FIPS 180-2, appendix B.1.
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(file_hash(std::slice::from_ref(&path)).unwrap(), known);
        assert_eq!(file_hash(std::slice::from_ref(&path)).unwrap(), known);
        std::fs::write(&path, "abcd").unwrap();
        assert_ne!(file_hash(&[path]).unwrap(), known);
    }
}
