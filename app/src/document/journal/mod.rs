//! What keeps a picture through a crash: every change, appended to a file as soon as it is made.
//!
//! A journal is a header and records; a record carries its length and checksum, and says what the changed parts became
//! ([`Op`]), never how. Whatever happens to the end of the file, the records before it give the picture as it was after
//! the last change that was wholly written. An undo is a change like any other.
//!
//! ```text
//! file    "BRUSHFIRE-JOURNAL" version:u8  record*
//! record  length:u32  crc32:u32  payload             (little endian; the checksum is of length and payload)
//! payload op*                                        see `encode.rs`
//! ```

mod decode;
mod encode;
mod frames;
mod op;
mod recover;
mod writer;

pub use recover::{Abandoned, RecoverError, Recovered, abandoned};
pub use writer::{Journal, JournalTrouble};

pub(crate) use decode::decode;
pub(crate) use encode::encode;
pub(crate) use op::Op;
