//! One of every kind of error.

use std::io::{Error, ErrorKind};
use std::path::PathBuf;

use brushfire_engine::hints::skeleton::PoseJsonError;
use brushfire_engine::{RecipeError, RecipeField, Sampler};

use super::Tell;
use crate::document::journal::JournalTrouble;
use crate::document::{DocumentError, Piece, Refusal};
use crate::files::{
    ClipboardError, Damage, FileNote, IccError, OpenError, OtherColors, PictureFormat, PngError, ProfileColors,
    ReadTrouble, RecipeNote, RecipePart, SaveError, SettingsTrouble,
};
use crate::hand::GesturesError;
use crate::paint::{BrushReadError, Expected, LibraryError, PictureKind, PresetError, Unit};
use crate::studio::PoseTrouble;

type Samples = Vec<Box<dyn Tell>>;

macro_rules! samples {
    ($($error:expr),* $(,)?) => { vec![$(Box::new($error) as Box<dyn Tell>),*] };
}

mod engine;

pub(super) fn samples() -> Samples {
    let ours = [
        opening(),
        saving(),
        system(),
        damage(),
        profiles(),
        notes(),
        documents(),
        brushes(),
        presets(),
        recipe_notes(),
        pose_files(),
    ];
    ours.into_iter().flatten().chain(engine::samples()).collect()
}

fn s(text: &str) -> String {
    text.to_owned()
}

fn path() -> PathBuf {
    PathBuf::from("a/b")
}

fn io(kind: ErrorKind) -> Error {
    Error::from(kind)
}

fn json() -> serde_json::Error {
    serde_json::from_str::<u8>("{").unwrap_err()
}

fn opening() -> Samples {
    let name = || s("hat.png");
    samples![
        OpenError::Unreadable { name: name(), reason: ReadTrouble::NoFile },
        OpenError::NotAFile { name: name() },
        OpenError::Empty { name: name() },
        OpenError::FileTooLarge { name: name(), bytes: 5 << 30, max: 1 << 30 },
        OpenError::NotAPicture { name: name() },
        OpenError::BadSize { name: name(), width: 0, height: 9, max: 16_384 },
        OpenError::TooMuchMemory { name: name(), bytes: 5 << 30, max: 1 << 30 },
        OpenError::Damaged { name: name(), format: PictureFormat::Png, reason: Damage::CutShort },
        ReadTrouble::NoFile,
        ReadTrouble::NotAllowed,
        ReadTrouble::Technical(s("ENXIO")),
    ]
}

fn saving() -> Samples {
    let name = || s("hat.png");
    let format = PictureFormat::WebP;
    samples![
        SaveError::UnknownFormat { name: name() },
        SaveError::TooLargeForFormat { name: name(), format, width: 20_000, height: 9, max: 16_383 },
        SaveError::DiskFull { name: name() },
        SaveError::WriteProtected { name: name() },
        SaveError::NotAFile { name: name() },
        SaveError::NotAllowed { name: name() },
        SaveError::NoFolder { name: name() },
        SaveError::Failed { name: name(), reason: s("EIO") },
    ]
}

fn system() -> Samples {
    samples![
        ClipboardError::NotThere(s("no display")),
        ClipboardError::Busy,
        ClipboardError::Unreadable,
        ClipboardError::Refused(s("no")),
        SettingsTrouble { path: path(), reason: s("line 3"), aside: None },
        SettingsTrouble { path: path(), reason: s("line 3"), aside: Some(path()) },
        io(ErrorKind::NotFound),
        io(ErrorKind::PermissionDenied),
        io(ErrorKind::ReadOnlyFilesystem),
        io(ErrorKind::StorageFull),
        io(ErrorKind::UnexpectedEof),
        io(ErrorKind::OutOfMemory),
        io(ErrorKind::Other),
    ]
}

fn damage() -> Samples {
    samples![
        Damage::CutShort,
        Damage::CutShortAt(7),
        Damage::NoSense,
        Damage::TooMuchMemory,
        Damage::Colors(OtherColors::Multichannel),
        Damage::Depth(1),
        Damage::DeepGroups,
        Damage::InLayer { name: s("Sky"), damage: Box::new(Damage::CutShort) },
        Damage::LayerPicture { layer: s("Sky"), entry: s("data/1.png"), wrong: PngError::Missing },
        Damage::Technical(s("chunk 7")),
        OtherColors::BlackAndWhite,
        OtherColors::Multichannel,
        OtherColors::Unknown,
        PngError::Damaged(s("chunk 7")),
        PngError::Missing,
        PngError::NotPng,
        PngError::CutShort,
        PngError::BadSize { width: 0, height: 1, max: 9 },
    ]
}

fn profiles() -> Samples {
    samples![
        IccError::Damaged(Damage::NoSense),
        IccError::ForOthers { profile: ProfileColors::Gray },
        IccError::Cmyk,
        IccError::NoInkProfile,
        ProfileColors::Rgb,
        ProfileColors::Gray,
        ProfileColors::Other,
    ]
}

fn notes() -> Samples {
    samples![
        FileNote::ColorsOfFile { file: s("hat.jpg"), why: IccError::Cmyk },
        FileNote::ColorsOfPicture(IccError::NoInkProfile),
        FileNote::ColorsOfLayer { entry: s("data/1.png"), why: IccError::Damaged(Damage::NoSense) },
        FileNote::GroupDissolved(s("Hat")),
        FileNote::AdjustmentLeftOut { name: s("Curves"), kind: s("curv") },
        FileNote::UnknownBlend { layer: s("Sky"), mode: s("svg:odd") },
        FileNote::UnknownElement { name: s("Soft"), element: s("filter") },
        FileNote::RecipeTooLong,
    ]
}

fn documents() -> Samples {
    let (width, height) = (3, 4);
    samples![
        DocumentError::Size { width, height },
        DocumentError::OtherSize { what: Piece::Mask, width, height, expected_width: 5, expected_height: 6 },
        DocumentError::NoTarget { name: s("Sky"), why: Refusal::Locked },
        DocumentError::BeyondCanvas { what: Piece::Result, width, height },
        Piece::Layer,
        Piece::Mask,
        Piece::Result,
        Piece::MaskOfResult,
        Piece::Stamp,
        Refusal::Gone,
        Refusal::Locked,
        Refusal::Hidden,
        Refusal::IsGroup,
        Refusal::IsMask,
        Refusal::HasFigures,
        Refusal::Indivisible,
        JournalTrouble { folder: s("a/b"), source: io(ErrorKind::StorageFull) },
    ]
}

fn brushes() -> Samples {
    samples![
        LibraryError::Preset { path: path(), reason: PresetError::Name },
        LibraryError::Read { path: path(), reason: BrushReadError::NoPixels },
        LibraryError::NoPicture { name: s("leaf.png"), kind: PictureKind::Tip },
        LibraryError::Write { path: path(), source: io(ErrorKind::StorageFull) },
        LibraryError::NoFolder,
        BrushReadError::Io(io(ErrorKind::NotFound)),
        BrushReadError::NoPixels,
        GesturesError::Read { path: path(), source: io(ErrorKind::NotFound) },
        GesturesError::Json { path: path(), source: json() },
    ]
}

fn presets() -> Samples {
    let number = |unit| Expected::Number { min: 0.5, max: 9.0, unit };
    samples![
        PresetError::NotJson(s("line 1")),
        PresetError::NoVersion,
        PresetError::Version(9),
        PresetError::Missing("name"),
        PresetError::Name,
        PresetError::Unknown { key: s("hardnes"), nearest: Some("hardness") },
        PresetError::Unknown { key: s("bristles"), nearest: None },
        PresetError::Type { key: s("flow"), expected: Expected::List, found: s("3") },
        PresetError::TooManyDynamics { number: 65 },
        PresetError::Dynamic { number: 1, reason: s("a curve") },
        number(Unit::Pixels),
        number(Unit::Percent),
        number(Unit::Degrees),
        number(Unit::Times),
        Expected::Switch,
        Expected::OneOf { names: vec!["height", "multiply"] },
        Expected::Picture(PictureKind::Grain),
        Expected::List,
    ]
}

fn recipe_notes() -> Samples {
    let why = RecipeError::NotMultipleOf8 { field: RecipeField::Width, value: 9 };
    samples![
        RecipeNote::LeftOut { part: RecipePart::Named(s("Size")), why },
        RecipeNote::NoNumber { key: s("Seed"), value: s("\"x\"") },
        RecipeNote::NoSize(s("\"x\"")),
        RecipeNote::UnknownSampler { label: s("\"odd\""), instead: Sampler::Euler },
        RecipeNote::UnknownSchedule(s("\"odd\"")),
        RecipePart::Prompt,
        RecipePart::NegativePrompt,
        RecipePart::ModelName,
        RecipePart::ModelHash,
        RecipePart::Named(s("Size")),
    ]
}

fn pose_files() -> Samples {
    samples![
        PoseTrouble::File(io(ErrorKind::NotFound)),
        PoseTrouble::NotUtf8,
        PoseTrouble::Json(PoseJsonError::NoPeople),
    ]
}
