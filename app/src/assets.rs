//! Where the program's own files and the user's folders lie.

use std::path::{Path, PathBuf};

use brushfire_engine::{DeviceChoice, EngineSettings};
use directories::ProjectDirs;

/// The `assets` folder: `BRUSHFIRE_ASSETS` if set, else the first that exists of `assets` beside the executable,
/// `../share/brushfire/assets`, `assets` in any folder above the executable (a program run from its build folder), and the
/// source's own, for builds whose folder lies elsewhere.
#[must_use]
pub fn assets_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("BRUSHFIRE_ASSETS") {
        return PathBuf::from(folder);
    }
    let Ok(executable) = std::env::current_exe() else {
        return PathBuf::from("assets");
    };
    assets_folder_of(&executable).unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets"))
}

/// See [`assets_folder`].
fn assets_folder_of(executable: &Path) -> Option<PathBuf> {
    let folder = executable.parent()?;
    let installed = [folder.join("assets"), folder.join("../share/brushfire/assets")];
    let above = executable.ancestors().skip(2).map(|ancestor| ancestor.join("assets"));
    installed.into_iter().chain(above).find(|candidate| candidate.is_dir())
}

/// The model that ships with the program.
#[must_use]
pub fn starter_folder() -> PathBuf {
    assets_folder().join("starter")
}

/// The brushes that come with the program.
#[must_use]
pub fn brushes_folder() -> PathBuf {
    assets_folder().join("brushes")
}

/// The hands' gestures that come with the program.
#[must_use]
pub fn hands_folder() -> PathBuf {
    assets_folder().join("hands")
}

/// Where the painter's own brushes are kept; `None` on a system that has no home folder.
#[must_use]
pub fn own_brushes_folder() -> Option<PathBuf> {
    Some(project_folders()?.data_dir().join("brushes"))
}

/// Where the user's own models are looked for.
#[must_use]
pub fn models_folder() -> PathBuf {
    project_folders().map_or_else(|| PathBuf::from("models"), |folders| folders.data_dir().join("models"))
}

/// Where verdicts and compiled kernels are kept; may be deleted at any time.
#[must_use]
pub fn cache_folder() -> PathBuf {
    project_folders().map_or_else(|| std::env::temp_dir().join("brushfire"), |folders| folders.cache_dir().to_owned())
}

/// Where pictures that are not saved yet are kept safe from a crash; none where the system has no such place.
#[must_use]
pub fn journals_folder() -> Option<PathBuf> {
    Some(project_folders()?.data_local_dir().join("journals"))
}

fn project_folders() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "brushfire")
}

/// How window and command line start the engine.
#[must_use]
pub fn engine_settings(device: DeviceChoice) -> EngineSettings {
    EngineSettings {
        device,
        models_folder: models_folder(),
        starter_folder: starter_folder(),
        hints_folder: assets_folder().join("hints"),
        vocabulary: assets_folder().join("tokenizer/bpe_simple_vocab_16e6.txt.gz"),
        cache_folder: cache_folder(),
        self_test_program: std::env::current_exe().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_found_above_a_build_folder_and_beside_an_installed_program() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("assets")).unwrap();
        std::fs::create_dir_all(root.path().join("target/release")).unwrap();
        let built = root.path().join("target/release/brushfire");
        assert_eq!(assets_folder_of(&built), Some(root.path().join("assets")));

        std::fs::create_dir_all(root.path().join("target/release/assets")).unwrap();
        assert_eq!(assets_folder_of(&built), Some(root.path().join("target/release/assets")));
    }
}
