//! Files of PyTorch 1.6 and later: zip archives.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read};
use std::ops::Range;

use zip::{CompressionMethod, ZipArchive};

use super::super::error::Reason;
use super::super::pickle::{MAX_PICKLE_BYTES, PickleError, tensors, unpickle};
use super::{Bytes, View, views};

/// Most files in an archive.
const MAX_ENTRIES: usize = 200_000;
/// Largest compressed storage that is unpacked. PyTorch compresses none; archives packed anew by hand do.
const MAX_UNPACKED_BYTES: usize = 4 << 30;

/// Whether `file` begins like a zip archive.
pub fn looks_like(file: &[u8]) -> bool {
    file.starts_with(b"PK\x03\x04")
}

/// # Errors
/// What is wrong with the archive or the pickle in it.
pub fn read(file: &[u8]) -> Result<BTreeMap<String, View>, Reason> {
    let mut archive = open(file)?;
    if archive.len() > MAX_ENTRIES {
        return Err(Reason::Zip(format!("it holds {} files", archive.len())));
    }
    let entries = list(&mut archive, file.len())?;
    let pickles = entries.keys().filter_map(|name| name.strip_suffix("data.pkl"));
    let folder = pickles.filter(|folder| folder.is_empty() || folder.ends_with('/')).min_by_key(|folder| folder.len());
    let folder = folder.ok_or_else(|| Reason::Zip("it holds no data.pkl, so it is not one of PyTorch's".to_owned()))?;
    if let Some(order) = entries.get(&format!("{folder}byteorder"))
        && bytes(file, order, 16)?.starts_with(b"big")
    {
        return Err(PickleError::BigEndian.into());
    }
    let pickle = entries.get(&format!("{folder}data.pkl")).ok_or(PickleError::Truncated)?;
    let content = unpickle(&bytes(file, pickle, MAX_PICKLE_BYTES)?)?;
    let find = |key: &str| entries.get(&format!("{folder}data/{key}")).cloned();
    Ok(views(tensors(&content)?, find)?)
}

/// Unpacks the first `needed` bytes of a compressed entry.
///
/// # Errors
/// The archive is damaged, or holds less than that.
pub fn unpack(file: &[u8], entry: usize, needed: usize) -> Result<Vec<u8>, Reason> {
    let mut archive = open(file)?;
    let packed = archive.by_index(entry).map_err(|error| Reason::Zip(error.to_string()))?;
    // Grows with what is really there: the length is only what the archive claims.
    let mut bytes = Vec::new();
    packed.take(needed as u64).read_to_end(&mut bytes).map_err(|error| Reason::Zip(error.to_string()))?;
    if bytes.len() == needed { Ok(bytes) } else { Err(Reason::Zip("a file in it is cut short".to_owned())) }
}

fn open(file: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, Reason> {
    ZipArchive::new(Cursor::new(file)).map_err(|error| Reason::Zip(error.to_string()))
}

fn list(archive: &mut ZipArchive<Cursor<&[u8]>>, file_bytes: usize) -> Result<HashMap<String, Bytes>, Reason> {
    let mut entries = HashMap::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| Reason::Zip(error.to_string()))?;
        let name = entry.name().map_err(|error| Reason::Zip(error.to_string()))?.into_owned();
        let length = usize::try_from(entry.size()).unwrap_or(usize::MAX);
        let place = match entry.compression() {
            CompressionMethod::Stored => Bytes::Plain(range(entry.data_start(), length, file_bytes)?),
            _ if length > MAX_UNPACKED_BYTES => return Err(Reason::Zip(format!("{name} is too large"))),
            _ => Bytes::Packed { entry: index, length },
        };
        entries.insert(name, place);
    }
    Ok(entries)
}

fn range(start: Option<u64>, length: usize, file_bytes: usize) -> Result<Range<usize>, Reason> {
    let start = start.and_then(|start| usize::try_from(start).ok());
    let range = start.and_then(|start| Some(start..start.checked_add(length)?));
    range.filter(|range| range.end <= file_bytes).ok_or_else(|| Reason::Zip("it is cut short".to_owned()))
}

/// A small entry's bytes.
fn bytes(file: &[u8], place: &Bytes, most: usize) -> Result<Vec<u8>, Reason> {
    if place.length() > most {
        return Err(PickleError::TooLong(place.length()).into());
    }
    match place {
        Bytes::Plain(range) => Ok(file.get(range.clone()).unwrap_or_default().to_vec()),
        Bytes::Packed { entry, length } => unpack(file, *entry, *length),
    }
}
