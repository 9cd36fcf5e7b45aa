//! Files that cannot be opened or saved, the clipboard, and what a system says of its files.

use std::io::{self, ErrorKind};

use brushfire_engine::memory;

use super::{Tell, Words};
use crate::files::{ClipboardError, OpenError, ReadTrouble, SaveError, SettingsTrouble};

impl Tell for OpenError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Unreadable { name, reason } => {
                Words::of("error-open-unreadable").with("name", name).with_told("why", reason)
            }
            Self::NotAFile { name } => Words::of("error-open-not-a-file").with("name", name),
            Self::Empty { name } => Words::of("error-open-empty").with("name", name),
            Self::FileTooLarge { name, bytes, max } => Words::of("error-open-file-too-large")
                .with("name", name)
                .with("size", memory::words(*bytes))
                .with("max", memory::words(*max)),
            Self::NotAPicture { name } => Words::of("error-open-not-a-picture").with("name", name),
            Self::BadSize { name, width, height, max } => Words::of("error-open-bad-size")
                .with("name", name)
                .with("width", *width)
                .with("height", *height)
                .with("max", *max),
            Self::TooMuchMemory { name, bytes, max } => Words::of("error-open-too-much-memory")
                .with("name", name)
                .with("size", memory::words(*bytes))
                .with("max", memory::words(*max)),
            Self::Damaged { name, format, reason } => {
                Words::of("error-open-damaged").with("name", name).with_shown("format", format).with_told("why", reason)
            }
        }
    }
}

impl Tell for ReadTrouble {
    fn words(&self) -> Words<'_> {
        match self {
            Self::NoFile => Words::of("error-read-no-file"),
            Self::NotAllowed => Words::of("error-read-not-allowed"),
            Self::Technical(words) => Words::as_it_is(words),
        }
    }
}

impl Tell for SaveError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::UnknownFormat { name } => Words::of("error-save-unknown-format").with("name", name),
            Self::TooLargeForFormat { name, format, width, height, max } => Words::of("error-save-too-large")
                .with("name", name)
                .with_shown("format", format)
                .with("width", *width)
                .with("height", *height)
                .with("max", *max),
            Self::DiskFull { name } => Words::of("error-save-disk-full").with("name", name),
            Self::WriteProtected { name } => Words::of("error-save-write-protected").with("name", name),
            Self::NotAFile { name } => Words::of("error-save-not-a-file").with("name", name),
            Self::NotAllowed { name } => Words::of("error-save-not-allowed").with("name", name),
            Self::NoFolder { name } => Words::of("error-save-no-folder").with("name", name),
            Self::Failed { name, reason } => Words::of("error-save-failed").with("name", name).with("why", reason),
        }
    }
}

impl Tell for ClipboardError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::NotThere(why) => Words::of("error-clipboard-not-there").with("why", why),
            Self::Busy => Words::of("error-clipboard-busy"),
            Self::Unreadable => Words::of("error-clipboard-unreadable"),
            Self::Refused(why) => Words::of("error-clipboard-refused").with("why", why),
        }
    }
}

impl Tell for SettingsTrouble {
    fn words(&self) -> Words<'_> {
        let Self { path, reason, aside } = self;
        let words = match aside {
            Some(aside) => Words::of("error-settings-aside").with_shown("aside", aside.display()),
            None => Words::of("error-settings"),
        };
        words.with_shown("path", path.display()).with("why", reason)
    }
}

/// The system's own words are another program's; what happens to painters has ours.
impl Tell for io::Error {
    fn words(&self) -> Words<'_> {
        match self.kind() {
            ErrorKind::NotFound => Words::of("error-io-not-found"),
            ErrorKind::PermissionDenied => Words::of("error-io-not-allowed"),
            ErrorKind::ReadOnlyFilesystem => Words::of("error-io-read-only"),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Words::of("error-io-disk-full"),
            ErrorKind::UnexpectedEof => Words::of("error-io-cut-short"),
            ErrorKind::OutOfMemory => Words::of("error-io-out-of-memory"),
            _ => Words::as_it_is(self),
        }
    }
}
