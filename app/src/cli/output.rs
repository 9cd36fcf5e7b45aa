//! Whether a picture can be written where it is to go, before work is spent on it.

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::files::SAVE_EXTENSIONS;

/// Whether its name says a format that pictures are saved in.
///
/// # Errors
/// Says which there are.
pub(super) fn check_picture_name(path: &Path) -> anyhow::Result<()> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if !SAVE_EXTENSIONS.contains(&extension.as_str()) {
        bail!("{} cannot be written: its name must end in .{}", path.display(), SAVE_EXTENSIONS.join(", ."));
    }
    Ok(())
}

/// Whether a file can be made there.
///
/// # Errors
/// Names the folder that is missing or cannot be written to.
pub(super) fn check_place(path: &Path) -> anyhow::Result<()> {
    if path.is_dir() {
        bail!("{} is a folder; name a file in it", path.display());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        bail!("{} cannot be written: there is no folder {}; make it first", path.display(), folder.display());
    }
    tempfile::tempfile_in(folder).with_context(|| {
        format!("{} cannot be written: no file can be made in {}", path.display(), folder.display())
    })?;
    Ok(())
}
