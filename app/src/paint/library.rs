//! The brushes on disk: those that come with the program, and the painter's own.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::brush::Brush;
use super::parameters::{Kind, PARAMETERS};
use super::picture::{BrushPicture, GrayPicture, PictureKind};
use super::preset::{BrushPreset, PresetError};

/// Why a brush or its picture could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("the brush {} cannot be read: {reason}", path.display())]
    Preset { path: PathBuf, reason: PresetError },
    #[error("{} cannot be read: {reason}", path.display())]
    Read { path: PathBuf, reason: BrushReadError },
    #[error("a brush needs the picture {name}, which is not in any folder \"{folder}\" beside the brushes", folder = kind.folder())]
    NoPicture { name: String, kind: PictureKind },
    #[error("{} cannot be written: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("brushes cannot be saved: there is no folder for them")]
    NoFolder,
}

/// Why a file of brushes could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BrushReadError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Picture(#[from] image::ImageError),
    #[error("it has no pixels")]
    NoPixels,
}

/// A brush in the library.
#[derive(Clone, Debug, PartialEq)]
pub struct PresetEntry {
    pub preset: BrushPreset,
    pub path: PathBuf,
    /// The painter's own: it may be written over and deleted.
    pub is_own: bool,
}

/// All brushes and their pictures.
///
/// A folder of brushes holds `*.json`, shown in the order of their file names, and the pictures they name in `tips/*.png`
/// and `grains/*.png`.
#[derive(Debug, Default)]
pub struct BrushLibrary {
    /// Those that come with the program first.
    folders: Vec<PathBuf>,
    own_folder: Option<PathBuf>,
    presets: Vec<PresetEntry>,
    pictures: HashMap<(PictureKind, String), Arc<GrayPicture>>,
}

/// Files beyond this are no brush.
const MAX_PRESET_BYTES: u64 = 1 << 20;

impl BrushLibrary {
    /// Reads all brushes; what cannot be read is left out and told. Folders that are not there are empty.
    #[must_use]
    pub fn load(shipped_folder: &Path, own_folder: Option<&Path>) -> (Self, Vec<LibraryError>) {
        let folders = std::iter::once(shipped_folder).chain(own_folder).map(Path::to_owned).collect();
        let mut library = Self { folders, own_folder: own_folder.map(Path::to_owned), ..Self::default() };
        let mut errors = Vec::new();
        for folder in library.folders.clone() {
            let is_own = library.own_folder.as_ref() == Some(&folder);
            for path in presets_in(&folder, &mut errors) {
                match library.read(&path, &mut errors) {
                    Ok(preset) => library.presets.push(PresetEntry { preset, path, is_own }),
                    Err(error) => errors.push(error),
                }
            }
        }
        (library, errors)
    }

    #[must_use]
    pub fn presets(&self) -> &[PresetEntry] {
        &self.presets
    }

    /// The brush of this name; the painter's own before one that came with the program.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&PresetEntry> {
        self.presets.iter().rev().find(|entry| entry.preset.name == name)
    }

    /// Names of all pictures of a kind, in order.
    #[must_use]
    pub fn picture_names(&self, kind: PictureKind) -> Vec<String> {
        let files = self.folders.iter().filter_map(|folder| fs::read_dir(folder.join(kind.folder())).ok());
        let mut names: Vec<_> = files
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".png"))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Gives the brush the pictures it names.
    ///
    /// # Errors
    /// The first picture that is missing or cannot be read; the others are there nevertheless.
    pub fn find_pictures(&mut self, brush: &mut Brush) -> Result<(), LibraryError> {
        let mut first_error = Ok(());
        for parameter in PARAMETERS {
            let Kind::Picture { kind, get, set } = &parameter.kind else { continue };
            let Some(name) = get(brush).as_ref().filter(|picture| picture.picture().is_none()).map(BrushPicture::name)
            else {
                continue;
            };
            let name = name.to_owned();
            match self.picture(*kind, &name) {
                Ok(picture) => set(brush, Some(BrushPicture::with_picture(name, picture))),
                Err(error) => first_error = first_error.and(Err(error)),
            }
        }
        first_error
    }

    fn picture(&mut self, kind: PictureKind, name: &str) -> Result<Arc<GrayPicture>, LibraryError> {
        let key = (kind, name.to_owned());
        if let Some(picture) = self.pictures.get(&key) {
            return Ok(Arc::clone(picture));
        }
        // The painter's own pictures before those of the program.
        let candidates = self.folders.iter().rev().map(|folder| folder.join(kind.folder()).join(name));
        let Some(path) = candidates.into_iter().find(|path| path.is_file()) else {
            return Err(LibraryError::NoPicture { name: name.to_owned(), kind });
        };
        let picture = Arc::new(read_picture(&path)?);
        self.pictures.insert(key, Arc::clone(&picture));
        Ok(picture)
    }

    fn read(&mut self, path: &Path, errors: &mut Vec<LibraryError>) -> Result<BrushPreset, LibraryError> {
        let failed = |reason: io::Error| LibraryError::Read { path: path.to_owned(), reason: reason.into() };
        let mut text = String::new();
        let file = fs::File::open(path).map_err(failed)?;
        file.take(MAX_PRESET_BYTES).read_to_string(&mut text).map_err(failed)?;
        let mut preset =
            BrushPreset::parse(&text).map_err(|reason| LibraryError::Preset { path: path.to_owned(), reason })?;
        if let Err(error) = self.find_pictures(&mut preset.brush) {
            errors.push(error);
        }
        Ok(preset)
    }

    /// Keeps a brush among the painter's own; one of the same name is replaced. Returns its place in
    /// [`BrushLibrary::presets`].
    ///
    /// # Errors
    /// Whatever the disk says.
    pub fn save(&mut self, preset: BrushPreset) -> Result<usize, LibraryError> {
        let folder = self.own_folder.clone().ok_or(LibraryError::NoFolder)?;
        let known = self.presets.iter().position(|entry| entry.is_own && entry.preset.name == preset.name);
        let path = match known.and_then(|index| self.presets.get(index)) {
            Some(entry) => entry.path.clone(),
            None => self.free_path(&folder, &preset.name),
        };
        write_whole(&folder, &path, &preset.to_text())
            .map_err(|source| LibraryError::Write { path: path.clone(), source })?;
        let entry = PresetEntry { preset, path, is_own: true };
        match known.and_then(|index| Some((index, self.presets.get_mut(index)?))) {
            Some((index, old)) => {
                *old = entry;
                Ok(index)
            }
            None => {
                self.presets.push(entry);
                Ok(self.presets.len() - 1)
            }
        }
    }

    /// Deletes one of the painter's own brushes; others stay.
    ///
    /// # Errors
    /// Whatever the disk says.
    pub fn delete(&mut self, index: usize) -> Result<(), LibraryError> {
        let Some(entry) = self.presets.get(index).filter(|entry| entry.is_own) else { return Ok(()) };
        match fs::remove_file(&entry.path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(LibraryError::Write { path: entry.path.clone(), source })
            }
            _ => {
                self.presets.remove(index);
                Ok(())
            }
        }
    }

    /// A file for a new brush, named after it.
    fn free_path(&self, folder: &Path, name: &str) -> PathBuf {
        let plain = |letter: char| if letter.is_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
        let stem: String = name.chars().map(plain).collect();
        let candidates = std::iter::once(format!("{stem}.json")).chain((2..).map(|n| format!("{stem}-{n}.json")));
        let mut paths = candidates.map(|file| folder.join(file));
        paths.find(|path| !path.exists()).unwrap_or_else(|| folder.join("brush.json"))
    }
}

/// The brush files of a folder, by name.
fn presets_in(folder: &Path, errors: &mut Vec<LibraryError>) -> Vec<PathBuf> {
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            errors.push(LibraryError::Read { path: folder.to_owned(), reason: error.into() });
            return Vec::new();
        }
    };
    let mut paths: Vec<_> = files.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort_unstable();
    paths
}

fn read_picture(path: &Path) -> Result<GrayPicture, LibraryError> {
    let failed = |reason: BrushReadError| LibraryError::Read { path: path.to_owned(), reason };
    let mut reader = image::ImageReader::open(path).map_err(|error| failed(error.into()))?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(GrayPicture::MAX_SIDE);
    limits.max_image_height = Some(GrayPicture::MAX_SIDE);
    reader.limits(limits);
    let image = reader.decode().map_err(|error| failed(error.into()))?.into_luma8();
    GrayPicture::new(&image).ok_or_else(|| failed(BrushReadError::NoPixels))
}

/// Writes a file whole or not at all.
fn write_whole(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
#[path = "library_tests.rs"]
mod tests;
