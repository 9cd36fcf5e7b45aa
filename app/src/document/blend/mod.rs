//! Blend modes: how a layer's pixels and those below become one.
//!
//! Everything is on premultiplied, sRGB-encoded pixels, as painting programs do it by default. The formulas are those of
//! W3C's Compositing and Blending Level 1 (<https://www.w3.org/TR/compositing-1/>), which OpenRaster refers to.

mod formulas;
mod operators;
mod premultiplied;
mod rows;

use serde::{Deserialize, Serialize};

use super::pixel::Pixel;
use formulas::{color, hue, luminosity, saturation};
use premultiplied::terms;
use rows::{Shape, combined_row, separable_row};

/// How a layer's pixels and those below become one.
///
/// The order is that of menus and of the numbers that shaders use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlendMode {
    #[default]
    Normal,
    Multiply,
    Screen,
    Overlay,
    Darken,
    Lighten,
    ColorDodge,
    ColorBurn,
    HardLight,
    SoftLight,
    Difference,
    Exclusion,
    /// The sum, capped at white: Krita's addition, Photoshop's linear dodge. Covers as [`BlendMode::Normal`] does.
    Add,
    /// What is below less the layer, not under black.
    Subtract,
    Hue,
    Saturation,
    Color,
    Luminosity,
    /// Keeps what is below where the layer has paint.
    DestinationIn,
    /// Keeps what is below where the layer has no paint: an eraser.
    Erase,
    /// Paints only where there is something below.
    SourceAtop,
    /// What is below, where the layer has paint, in front of the layer.
    DestinationAtop,
}

/// What a mode is called, here and in files.
struct Names {
    mode: BlendMode,
    name: &'static str,
    ora: &'static str,
    psd: Option<[u8; 4]>,
    kind: BlendKind,
}

/// What a mode computes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlendKind {
    /// Each colour channel by itself.
    Separable,
    /// All three colour channels together.
    NonSeparable,
    /// Only coverage decides (a Porter-Duff operator).
    Operator,
}

const fn names(mode: BlendMode, name: &'static str, ora: &'static str, psd: Option<[u8; 4]>, kind: BlendKind) -> Names {
    Names { mode, name, ora, psd, kind }
}

use BlendKind::{NonSeparable, Operator, Separable};

/// Where OpenRaster has no name, Krita's is written. Keys of PSD: Adobe Photoshop File Formats Specification, "Layer
/// records".
const TABLE: [Names; 22] = [
    names(BlendMode::Normal, "Normal", "svg:src-over", Some(*b"norm"), Separable),
    names(BlendMode::Multiply, "Multiply", "svg:multiply", Some(*b"mul "), Separable),
    names(BlendMode::Screen, "Screen", "svg:screen", Some(*b"scrn"), Separable),
    names(BlendMode::Overlay, "Overlay", "svg:overlay", Some(*b"over"), Separable),
    names(BlendMode::Darken, "Darken", "svg:darken", Some(*b"dark"), Separable),
    names(BlendMode::Lighten, "Lighten", "svg:lighten", Some(*b"lite"), Separable),
    names(BlendMode::ColorDodge, "Color Dodge", "svg:color-dodge", Some(*b"div "), Separable),
    names(BlendMode::ColorBurn, "Color Burn", "svg:color-burn", Some(*b"idiv"), Separable),
    names(BlendMode::HardLight, "Hard Light", "svg:hard-light", Some(*b"hLit"), Separable),
    names(BlendMode::SoftLight, "Soft Light", "svg:soft-light", Some(*b"sLit"), Separable),
    names(BlendMode::Difference, "Difference", "svg:difference", Some(*b"diff"), Separable),
    names(BlendMode::Exclusion, "Exclusion", "krita:exclusion", Some(*b"smud"), Separable),
    names(BlendMode::Add, "Add", "svg:plus", Some(*b"lddg"), Separable),
    names(BlendMode::Subtract, "Subtract", "krita:subtract", Some(*b"fsub"), Separable),
    names(BlendMode::Hue, "Hue", "svg:hue", Some(*b"hue "), NonSeparable),
    names(BlendMode::Saturation, "Saturation", "svg:saturation", Some(*b"sat "), NonSeparable),
    names(BlendMode::Color, "Color", "svg:color", Some(*b"colr"), NonSeparable),
    names(BlendMode::Luminosity, "Luminosity", "svg:luminosity", Some(*b"lum "), NonSeparable),
    names(BlendMode::DestinationIn, "Destination In", "svg:dst-in", None, Operator),
    names(BlendMode::Erase, "Erase", "svg:dst-out", None, Operator),
    names(BlendMode::SourceAtop, "Source Atop", "svg:src-atop", None, Operator),
    names(BlendMode::DestinationAtop, "Destination Atop", "svg:dst-atop", None, Operator),
];

/// Other names that files of other programs have.
const ORA_ALIASES: [(&str, BlendMode); 6] = [
    ("svg:exclusion", BlendMode::Exclusion),
    ("svg:add", BlendMode::Add),
    ("krita:plus", BlendMode::Add),
    ("krita:linear_dodge", BlendMode::Add),
    ("krita:soft_light", BlendMode::SoftLight),
    ("krita:erase", BlendMode::Erase),
];

impl BlendMode {
    /// Every mode, in the order of menus; a mode's place here is `mode as usize`.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|names| names.mode)
    }

    fn names(self) -> &'static Names {
        // A test sees to it that each mode stands in its place.
        &TABLE[self as usize]
    }

    /// What painters call it, in English.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.names().name
    }

    #[must_use]
    pub fn kind(self) -> BlendKind {
        self.names().kind
    }

    /// OpenRaster's `composite-op`.
    #[must_use]
    pub fn ora_name(self) -> &'static str {
        self.names().ora
    }

    /// The mode that an OpenRaster file means; `None` for one that is not known here.
    #[must_use]
    pub fn from_ora_name(name: &str) -> Option<Self> {
        let alias = || ORA_ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, mode)| *mode);
        TABLE.iter().find(|names| names.ora == name).map(|names| names.mode).or_else(alias)
    }

    /// Photoshop's key, for those modes that Photoshop has.
    #[must_use]
    pub fn psd_key(self) -> Option<[u8; 4]> {
        self.names().psd
    }

    /// The mode of a Photoshop layer; `None` for one that is not known here.
    #[must_use]
    pub fn from_psd_key(key: [u8; 4]) -> Option<Self> {
        TABLE.iter().find(|names| names.psd == Some(key)).map(|names| names.mode)
    }

    /// Whether what is below changes even where the layer is transparent, so that empty tiles cannot be passed over.
    #[must_use]
    pub fn acts_where_transparent(self) -> bool {
        matches!(self, Self::DestinationIn | Self::DestinationAtop)
    }
}

/// `source` (a layer's pixel, at `opacity` of 65535) on `backdrop`.
///
/// With `a` for alpha, `c` for straight colour and `B` for the mode's formula:
/// `co = cs as (1 - ab) + cb ab (1 - as) + as ab B(cb, cs)`, `ao = as + ab - as ab`.
/// [`BlendMode::Normal`] and the operators are computed in integers: exact where the source is opaque or transparent.
/// The others are computed in `f32` and rounded once.
#[must_use]
pub fn blend(mode: BlendMode, backdrop: Pixel, source: Pixel, opacity: u16) -> Pixel {
    let mut pixel = [backdrop];
    blend_row(mode, &mut pixel, &[source], opacity);
    pixel[0]
}

/// [`blend`] for as many pixels as both rows have.
pub fn blend_row(mode: BlendMode, backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    row(mode, Shape::Union, backdrop, source, opacity);
}

/// The same for a clipped layer: it colours its base and leaves the base's alpha as it is.
///
/// `co = ab ((1 - as) cb + as B(cb, cs))`, `ao = ab`: the base blends as if it were opaque and keeps its shape, so that
/// its soft edges have the colours of its inside. [`BlendMode::DestinationIn`] and [`BlendMode::Erase`] cut into the base
/// all the same, and so does [`BlendMode::DestinationAtop`], whose own colour then has no place.
pub fn blend_row_clipped(mode: BlendMode, base: &mut [Pixel], source: &[Pixel], opacity: u16) {
    row(mode, Shape::Backdrop, base, source, opacity);
}

fn row(mode: BlendMode, shape: Shape, backdrop: &mut [Pixel], source: &[Pixel], opacity: u16) {
    if !mode.acts_where_transparent() && is_transparent(source) {
        return;
    }
    match mode {
        BlendMode::Normal if shape == Shape::Union => operators::over(backdrop, source, opacity),
        BlendMode::Normal | BlendMode::SourceAtop => operators::atop(backdrop, source, opacity),
        BlendMode::DestinationAtop if shape == Shape::Union => operators::destination_atop(backdrop, source, opacity),
        BlendMode::DestinationIn | BlendMode::DestinationAtop => operators::destination_in(backdrop, source, opacity),
        BlendMode::Erase => operators::destination_out(backdrop, source, opacity),
        BlendMode::Multiply => premultiplied::row::<64>(shape, backdrop, source, opacity, terms::multiply),
        BlendMode::Screen => premultiplied::row::<32>(shape, backdrop, source, opacity, terms::screen),
        BlendMode::Overlay => premultiplied::row::<32>(shape, backdrop, source, opacity, terms::overlay),
        BlendMode::Darken => premultiplied::row::<64>(shape, backdrop, source, opacity, terms::darken),
        BlendMode::Lighten => premultiplied::row::<64>(shape, backdrop, source, opacity, terms::lighten),
        BlendMode::ColorDodge => separable_row(shape, backdrop, source, opacity, formulas::color_dodge),
        BlendMode::ColorBurn => separable_row(shape, backdrop, source, opacity, formulas::color_burn),
        BlendMode::HardLight => premultiplied::row::<32>(shape, backdrop, source, opacity, terms::hard_light),
        BlendMode::SoftLight => separable_row(shape, backdrop, source, opacity, formulas::soft_light),
        BlendMode::Difference => premultiplied::row::<64>(shape, backdrop, source, opacity, terms::difference),
        BlendMode::Exclusion => premultiplied::row::<64>(shape, backdrop, source, opacity, terms::exclusion),
        BlendMode::Add => premultiplied::row::<64>(shape, backdrop, source, opacity, terms::add),
        BlendMode::Subtract => premultiplied::row::<64>(shape, backdrop, source, opacity, terms::subtract),
        BlendMode::Hue => combined_row(shape, backdrop, source, opacity, hue),
        BlendMode::Saturation => combined_row(shape, backdrop, source, opacity, saturation),
        BlendMode::Color => combined_row(shape, backdrop, source, opacity, color),
        BlendMode::Luminosity => combined_row(shape, backdrop, source, opacity, luminosity),
    }
}

/// Most of what painters' layers have beside their strokes.
fn is_transparent(row: &[Pixel]) -> bool {
    row.as_flattened().chunks(128).all(|channels| channels.iter().fold(0, |any, channel| any | channel) == 0)
}

#[cfg(test)]
mod tests;
