//! What can go wrong with files, in words a painter understands: what, where, what to do.

use std::io;
use std::path::Path;

use super::damage::Damage;
use super::format::PictureFormat;

/// A picture that cannot be opened; `name` is the file as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("{name} cannot be read: {reason}")]
    Unreadable { name: String, reason: ReadTrouble },
    #[error("{name} is not a file")]
    NotAFile { name: String },
    #[error("{name} is empty")]
    Empty { name: String },
    #[error("{name} has {bytes} bytes; files up to {max} bytes are opened")]
    FileTooLarge { name: String, bytes: u64, max: u64 },
    #[error("{name} is not a picture that can be opened; OpenRaster, PNG, JPEG, WebP, PSD, TIFF and BMP can")]
    NotAPicture { name: String },
    #[error("{name} says it is {width} x {height} pixels; each side must be between 1 and {max} pixels")]
    BadSize { name: String, width: u32, height: u32, max: u32 },
    #[error(
        "{name} would need {bytes} bytes of memory; pictures up to {max} bytes are opened. Make it smaller or save it with 8 bits a channel"
    )]
    TooMuchMemory { name: String, bytes: u64, max: u64 },
    #[error("{name} is damaged or of a kind that cannot be opened ({format}): {reason}")]
    Damaged { name: String, format: PictureFormat, reason: Damage },
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadTrouble {
    #[error("there is no such file")]
    NoFile,
    #[error("you are not allowed to read it")]
    NotAllowed,
    #[error("{0}")]
    Technical(String),
}

impl OpenError {
    pub(super) fn unreadable(name: &str, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => ReadTrouble::NoFile,
            io::ErrorKind::PermissionDenied => ReadTrouble::NotAllowed,
            _ => ReadTrouble::Technical(error.to_string()),
        };
        Self::Unreadable { name: name.to_owned(), reason }
    }
}

/// A file that was not saved; what was there before is still there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    #[error(
        "{name} was not saved: pictures are saved as .ora, .psd, .png, .jpg, .webp or .tif. Give it one of these endings"
    )]
    UnknownFormat { name: String },
    #[error(
        "{name} was not saved: {format} files hold at most {max} pixels a side, and this picture is {width} x {height}. Save it as PNG"
    )]
    TooLargeForFormat { name: String, format: PictureFormat, width: u32, height: u32, max: u32 },
    #[error("{name} was not saved: the disk is full. Free some space or save elsewhere")]
    DiskFull { name: String },
    #[error("{name} was not saved: the file is write-protected. Save under another name")]
    WriteProtected { name: String },
    #[error("{name} was not saved: it is a folder or a device, not a file. Save under another name")]
    NotAFile { name: String },
    #[error("{name} was not saved: you are not allowed to write there. Save elsewhere")]
    NotAllowed { name: String },
    #[error("{name} was not saved: the folder does not exist")]
    NoFolder { name: String },
    #[error("{name} was not saved: {reason}")]
    Failed { name: String, reason: String },
}

impl SaveError {
    pub(super) fn from_io(path: &Path, error: &io::Error) -> Self {
        let name = path.display().to_string();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { name },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::NotAllowed { name },
            io::ErrorKind::NotFound => Self::NoFolder { name },
            _ => Self::Failed { name, reason: error.to_string() },
        }
    }
}
