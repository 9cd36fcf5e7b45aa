//! What the program remembers between runs.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use brushfire_engine::DeviceChoice;
use brushfire_engine::recipe::STARTER_MODEL;
use directories::ProjectDirs;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::atomic;
use super::error::SaveError;
use crate::canvas::{ToolSettings, ViewAids};
use crate::document::MaskLook;
use crate::language::LanguageChoice;
use crate::paint::Brush;
use crate::panels::Layout;

/// Files in the list of recent ones.
const MAX_RECENT_FILES: usize = 12;

/// Kept as JSON in the system's folder for settings. What an older or newer version wrote is taken as far as it is
/// understood; what this version does not know is kept as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub device: DeviceChoice,
    /// As in a recipe.
    pub model: String,
    pub brushes: BrushSettings,
    pub tools: ToolSettings,
    pub mask_look: MaskLook,
    pub view: ViewAids,
    /// Whether changes of prompt, guidance and mask reach a generation that goes on.
    pub tweaks_while_running: bool,
    /// Dark walls rather than light ones.
    pub dark: bool,
    pub language: LanguageChoice,
    /// Where the panels stand; `None` before the first end of the program.
    pub layout: Option<Layout>,
    /// Those that differ from the program's own, by the command's key: `{"undo": ["Ctrl+Z"]}`.
    pub shortcuts: BTreeMap<String, Vec<String>>,
    /// Megabytes (2^20 bytes) of memory for the history of each picture.
    pub history_megabytes: u32,
    /// Newest first.
    pub recent_files: Vec<PathBuf>,
    pub window: WindowSettings,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

/// Each tool remembers its own brush.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrushSettings {
    pub mask: Brush,
    pub mask_eraser: Brush,
    pub color: Brush,
    pub picture_eraser: Brush,
    /// sRGB of the colour brush.
    pub ink: [u8; 3],
}

/// The window as it was left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowSettings {
    /// Logical pixels.
    pub width: f32,
    /// Logical pixels.
    pub height: f32,
    pub maximized: bool,
    /// Size of the interface, as a factor.
    pub zoom: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            device: DeviceChoice::default(),
            model: STARTER_MODEL.to_owned(),
            brushes: BrushSettings::default(),
            tools: ToolSettings::default(),
            mask_look: MaskLook::default(),
            view: ViewAids::default(),
            tweaks_while_running: false,
            dark: true,
            language: LanguageChoice::System,
            layout: None,
            shortcuts: BTreeMap::new(),
            history_megabytes: 1024,
            recent_files: Vec::new(),
            window: WindowSettings::default(),
            unknown: Map::new(),
        }
    }
}

impl Default for WindowSettings {
    fn default() -> Self {
        Self { width: 1440.0, height: 900.0, maximized: false, zoom: 1.0 }
    }
}

/// Settings that could not be read. Displays as a sentence or two.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The settings in {} could not be read ({reason}); the defaults are used.{}", path.display(), now_at(aside.as_deref()))]
pub struct SettingsTrouble {
    pub path: PathBuf,
    pub reason: String,
    /// Where the old file is now, if it could be put aside.
    pub aside: Option<PathBuf>,
}

fn now_at(aside: Option<&Path>) -> String {
    aside.map_or_else(String::new, |aside| format!(" The old file is now {}.", aside.display()))
}

impl Settings {
    /// What may be chosen for [`Self::history_megabytes`].
    pub const HISTORY_MEGABYTES: RangeInclusive<u32> = 64..=65_536;

    /// Where they are kept; `None` on a system that has no home folder.
    #[must_use]
    pub fn path() -> Option<PathBuf> {
        Some(ProjectDirs::from("", "", "Brushfire")?.config_dir().join("settings.json"))
    }

    /// The settings of the last run, and what to tell where they could not be read.
    #[must_use]
    pub fn load() -> (Self, Option<SettingsTrouble>) {
        Self::path().map_or_else(Default::default, |path| Self::load_from(&path))
    }

    /// As [`Settings::load`], from a file of one's own. A damaged file is put aside under another name, so that saving
    /// does not overwrite it.
    #[must_use]
    pub fn load_from(path: &Path) -> (Self, Option<SettingsTrouble>) {
        let reason = match fs::read_to_string(path) {
            Ok(text) => match serde_json::from_str::<Self>(&text) {
                Ok(settings) => return (settings.tamed(), None),
                Err(error) => error.to_string(),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (Self::default(), None),
            Err(error) => error.to_string(),
        };
        let aside = path.with_extension("damaged.json");
        let aside = fs::rename(path, &aside).ok().map(|()| aside);
        (Self::default(), Some(SettingsTrouble { path: path.to_owned(), reason, aside }))
    }

    /// Saves them for the next run.
    ///
    /// # Errors
    /// Whatever the disk says.
    pub fn save(&self) -> Result<(), SaveError> {
        Self::path().map_or(Ok(()), |path| self.save_to(&path))
    }

    /// As [`Settings::save`], to a file of one's own; its folder is made where it is missing.
    ///
    /// # Errors
    /// Whatever the disk says.
    pub fn save_to(&self, path: &Path) -> Result<(), SaveError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| SaveError::from_io(path, &error))?;
        }
        let text = serde_json::to_string_pretty(self).map_err(|error| SaveError::from_io(path, &error.into()))?;
        atomic::write(path, |file| file.write_all(text.as_bytes()))
    }

    /// Puts a file at the top of the recent ones.
    pub fn remember_file(&mut self, path: &Path) {
        self.recent_files.retain(|known| known != path);
        self.recent_files.insert(0, path.to_owned());
        self.recent_files.truncate(MAX_RECENT_FILES);
    }

    /// Numbers that were edited by hand are brought into their ranges.
    fn tamed(mut self) -> Self {
        let brushes = &mut self.brushes;
        for brush in [&mut brushes.mask, &mut brushes.mask_eraser, &mut brushes.color, &mut brushes.picture_eraser] {
            *brush = std::mem::take(brush).clamped();
        }
        self.tools.tame();
        let within = |value: f32, range: RangeInclusive<f32>, fallback: f32| {
            if range.contains(&value) { value } else { fallback }
        };
        let default = WindowSettings::default();
        self.window.width = within(self.window.width, 200.0..=32_768.0, default.width);
        self.window.height = within(self.window.height, 200.0..=32_768.0, default.height);
        self.window.zoom = within(self.window.zoom, 0.25..=4.0, default.zoom);
        self.mask_look.opacity = within(self.mask_look.opacity, 0.0..=1.0, MaskLook::default().opacity);
        let megabytes = Self::HISTORY_MEGABYTES;
        self.history_megabytes = self.history_megabytes.clamp(*megabytes.start(), *megabytes.end());
        self.recent_files.truncate(MAX_RECENT_FILES);
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn settings_come_back_and_the_folder_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("settings.json");
        assert_eq!(Settings::load_from(&path), (Settings::default(), None), "nothing there on the first start");
        let mut settings = Settings { device: DeviceChoice::Cpu, model: "other".to_owned(), ..Settings::default() };
        settings.brushes.mask.diameter = 321.0;
        settings.remember_file(Path::new("a.png"));
        settings.save_to(&path).unwrap();
        assert_eq!(Settings::load_from(&path), (settings, None));
    }

    #[test]
    fn a_damaged_file_is_put_aside_with_a_notice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        for text in ["", "{", "[]", r#"{"device": "abacus"}"#, r#"{"brushes": 5}"#] {
            fs::write(&path, text).unwrap();
            let (settings, notice) = Settings::load_from(&path);
            assert_eq!(settings, Settings::default());
            assert!(notice.unwrap().to_string().contains("settings.json"), "{text}");
            assert_eq!(fs::read_to_string(folder.path().join("settings.damaged.json")).unwrap(), text);
            assert!(!path.exists());
        }
    }

    #[test]
    fn what_another_version_wrote_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        fs::write(&path, r#"{"mood": "blue", "model": "m", "window": {"width": 1e9}}"#).unwrap();
        let (settings, notice) = Settings::load_from(&path);
        assert_eq!((settings.model.as_str(), settings.window.width, notice), ("m", 1440.0, None));
        settings.save_to(&path).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains(r#""mood": "blue""#));
    }

    #[test]
    fn the_newest_file_stands_first_and_only_once() {
        let mut settings = Settings::default();
        for index in 0..20 {
            settings.remember_file(Path::new(&format!("{index}.png")));
        }
        settings.remember_file(Path::new("12.png"));
        assert_eq!(settings.recent_files.len(), 12);
        assert_eq!(settings.recent_files[..3], ["12.png", "19.png", "18.png"].map(PathBuf::from));
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic(text in "\\PC{0,100}|(\\{\"(device|model|brushes|window)\": *(\"cpu\"|\\{\\}|[0-9.e]{1,9}|null|\\[\\])\\})") {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("settings.json");
            fs::write(&path, text).unwrap();
            let (settings, _) = Settings::load_from(&path);
            settings.save_to(&path).unwrap();
            prop_assert_eq!(Settings::load_from(&path).0, settings);
        }
    }
}
