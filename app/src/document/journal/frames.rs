//! Records on disk: length, checksum, payload.

/// How a journal begins. The last byte is the version.
pub(super) const HEADER: &[u8] = b"BRUSHFIRE-JOURNAL\x01";

/// Length and checksum.
const FRAME: usize = 8;

/// The payload as a record.
pub(super) fn framed(payload: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(payload.len()).ok()?.to_le_bytes();
    let mut record = Vec::with_capacity(FRAME + payload.len());
    record.extend_from_slice(&length);
    record.extend_from_slice(&checksum(length, payload).to_le_bytes());
    record.extend_from_slice(payload);
    Some(record)
}

/// Splits the first record off; `None` where what follows is not a whole, undamaged record.
pub(super) fn split_record(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let size = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (payload, rest) = rest.split_at_checked(size)?;
    (checksum(*length, payload) == u32::from_le_bytes(*sum)).then_some((payload, rest))
}

fn checksum(length: [u8; 4], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length);
    hasher.update(payload);
    hasher.finalize()
}
