//! Pictures in and out with the recipes they carry, saves that never damage what was there, clipboard and settings.
//!
//! Everything that comes from a file is untrusted: sizes are checked before memory is taken, a file is what its first
//! bytes say and not what its name says, and whatever is wrong becomes an error with the file's name in it.

mod as_layer;
pub mod atomic;
pub(crate) mod bench;
mod clipboard;
mod damage;
mod error;
mod exif;
mod format;
mod icc;
mod inks;
mod jpeg;
mod layered;
mod note;
mod open;
mod ora;
mod parameters;
mod png_text;
mod png_tiles;
mod psd;
mod recipe;
mod save;
mod settings;

pub use as_layer::{as_layer, centered};
pub use clipboard::{ClipboardError, PictureClipboard, SystemClipboard};
pub use damage::{Damage, OtherColors};
pub use error::{OpenError, ReadTrouble, SaveError};
pub use format::{OPEN_EXTENSIONS, PictureFormat, SAVE_EXTENSIONS};
pub use icc::{IccError, ProfileColors};
pub use note::{FileNote, RecipeNote, RecipePart};
pub use open::{OpenedDocument, OpenedPicture, decode_document, decode_picture, open_document, open_picture};
pub use parameters::{parameters_text, parse_parameters};
pub use png_tiles::PngError;
pub use recipe::{RecipeInFile, RecipeWriter, read_recipe};
pub use save::{Saved, holds_everything, is_of_others, keeps_layers, save_document, save_picture};
pub use settings::{BrushSettings, Settings, SettingsTrouble, WindowSettings};
