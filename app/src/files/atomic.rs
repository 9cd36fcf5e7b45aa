//! Saves that happen wholly or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::error::SaveError;

/// Writes a file beside its place, sees it safe on the disk, then puts it there in one step. If anything fails, what
/// was there before still is, and nothing is left lying about.
///
/// A link is followed: the file it points to is replaced. Permissions of a file that is replaced are kept. Folders,
/// devices and pipes are not replaced.
///
/// # Errors
/// Whatever the disk says; [`SaveError::WriteProtected`] for a file that may not be written, [`SaveError::NotAFile`] for
/// what is none.
pub fn write(path: &Path, write_content: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), SaveError> {
    let failed = |error: &io::Error| SaveError::from_io(path, error);
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let existing = fs::metadata(&target).ok();
    if existing.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        return Err(SaveError::NotAFile { name: path.display().to_string() });
    }
    let existing = existing.map(|metadata| metadata.permissions());
    if existing.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(SaveError::WriteProtected { name: path.display().to_string() });
    }
    let folder = folder_of(&target);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".brushfire-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut beside = builder.tempfile_in(&folder).map_err(|error| failed(&error))?;
    // From here on the temporary file removes itself wherever this function is left.
    write_content(beside.as_file_mut()).map_err(|error| failed(&error))?;
    if let Some(permissions) = existing {
        beside.as_file().set_permissions(permissions).map_err(|error| failed(&error))?;
    }
    beside.as_file().sync_all().map_err(|error| failed(&error))?;
    beside.persist(&target).map_err(|error| failed(&error.error))?;
    sync_folder(&folder);
    Ok(())
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Makes the new name last through a power cut. The file is complete and in place whether or not this can be done, so
/// it is no error where it cannot (Windows, some network disks).
fn sync_folder(folder: &Path) {
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        log::debug!("{} could not be synchronised: {error}", folder.display());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_written_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        for content in ["first", "second, longer"] {
            write(&path, |file| file.write_all(content.as_bytes())).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert_eq!(names_in(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, |file| file.write_all(b"precious")).unwrap();
        let error = write(&path, |file| {
            file.write_all(b"half of the n")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        })
        .unwrap_err();
        assert_eq!(error, SaveError::DiskFull { name: path.display().to_string() });
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        assert_eq!(names_in(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("a.txt");
        assert_eq!(write(&path, |_| Ok(())), Err(SaveError::NoFolder { name: path.display().to_string() }));
    }

    #[test]
    fn a_write_protected_file_is_respected() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "precious").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        assert_eq!(write(&path, |_| Ok(())), Err(SaveError::WriteProtected { name: path.display().to_string() }));
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    fn what_is_no_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        assert_eq!(write(&inner, |_| Ok(())), Err(SaveError::NotAFile { name: inner.display().to_string() }));
        #[cfg(unix)]
        assert!(matches!(write(Path::new("/dev/null"), |_| Ok(())), Err(SaveError::NotAFile { .. })));
        assert_eq!(names_in(folder.path()), ["inner"]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_the_old_file_and_links_stay_links() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.txt"), folder.path().join("link.txt"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write(&link, |file| file.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
