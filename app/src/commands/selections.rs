//! What can be done to what is selected, and with the same tools to the mask.

use super::Command;
use crate::desk::{Desk, Dialog};
use crate::document::selection::{Combine, Refine};
use crate::document::{Document, Layer};
use crate::paint::fill;
use crate::studio::Studio;

/// What can be done to what is selected, and with the same tools to the mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SelectionCommand {
    All,
    None,
    Invert,
    Opaque,
    FromMask,
    Refine(RefineKind),
    Fill,
    Clear,
    Copy,
    Cut,
    Paste,
    MaskFromSelection,
    MaskFromOpaque,
    RefineMask(RefineKind),
    /// Opens its dialog, as the next does.
    ColorRange,
    MaskColorRange,
}

/// A [`Refine`] without its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefineKind {
    Feather,
    Blur,
    Grow,
    Shrink,
    Border,
    Smooth,
    FillHoles,
}

impl RefineKind {
    /// With a length in pixels; filling holes needs none.
    #[must_use]
    pub fn with(self, pixels: f32) -> Refine {
        match self {
            Self::Feather => Refine::Feather(pixels),
            Self::Blur => Refine::Blur(pixels),
            Self::Grow => Refine::Grow(pixels),
            Self::Shrink => Refine::Shrink(pixels),
            Self::Border => Refine::Border(pixels),
            Self::Smooth => Refine::Smooth(pixels),
            Self::FillHoles => Refine::FillHoles,
        }
    }
}

/// What a [`RefineKind`] is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refined {
    Selection,
    Mask,
}

impl Refined {
    /// The command that asks for it.
    #[must_use]
    pub fn command(self, kind: RefineKind) -> Command {
        Command::Selection(match self {
            Self::Selection => SelectionCommand::Refine(kind),
            Self::Mask => SelectionCommand::RefineMask(kind),
        })
    }

    /// The command that makes one from a range of colours.
    #[must_use]
    pub fn color_range_command(self) -> Command {
        Command::Selection(match self {
            Self::Selection => SelectionCommand::ColorRange,
            Self::Mask => SelectionCommand::MaskColorRange,
        })
    }

    /// Does it; lengths in pixels.
    pub fn refine(self, studio: &mut Studio, refine: Refine) {
        match self {
            Self::Selection => studio.edit_in_background(move |document| Ok(document.refine_selection(refine))),
            Self::Mask => studio.edit_in_background(move |document| document.refine_mask(refine)),
        }
    }
}

impl SelectionCommand {
    /// Whether it can be asked for now.
    pub(super) fn is_enabled(self, studio: &Studio) -> bool {
        let document = studio.document();
        let is_selected = document.selection().is_some();
        !studio.is_painting()
            && match self {
                Self::All | Self::Fill | Self::Paste | Self::ColorRange | Self::MaskColorRange => true,
                Self::None | Self::Invert | Self::Refine(_) | Self::MaskFromSelection | Self::Clear => is_selected,
                Self::Opaque | Self::MaskFromOpaque | Self::Copy | Self::Cut => {
                    document.layer(document.active()).and_then(Layer::pixels).is_some()
                }
                Self::FromMask | Self::RefineMask(_) => studio.mask_bounds().is_some(),
            }
    }

    pub(super) fn run(self, desk: &mut Desk) {
        let (studio, color) = (&mut desk.studio, desk.tools.color);
        match self {
            Self::All => studio.edit(Document::select_all),
            Self::None => studio.edit(Document::deselect),
            Self::Invert => studio.edit_in_background(|document| Ok(document.invert_selection())),
            Self::Opaque => studio.edit_in_background(|document| Ok(document.select_opaque(Combine::Replace))),
            Self::FromMask => studio.edit_in_background(|document| Ok(document.select_mask(Combine::Replace))),
            Self::MaskFromSelection => studio.edit_in_background(Document::mask_from_selection),
            Self::MaskFromOpaque => studio.edit_in_background(Document::mask_from_opaque),
            Self::Fill => studio.fill_selected(color),
            Self::Copy => studio.copy_selected(),
            Self::Cut => studio.cut_selected(),
            Self::Paste => studio.paste_layer(),
            Self::Clear => {
                studio.reject_shown();
                studio.edit_in_background(fill::clear);
            }
            Self::Refine(RefineKind::FillHoles) => Refined::Selection.refine(studio, Refine::FillHoles),
            Self::RefineMask(RefineKind::FillHoles) => Refined::Mask.refine(studio, Refine::FillHoles),
            Self::ColorRange => desk.open_color_range(Refined::Selection),
            Self::MaskColorRange => desk.open_color_range(Refined::Mask),
            Self::Refine(kind) => desk.open_dialog(Dialog::Refine(Refined::Selection, kind)),
            Self::RefineMask(kind) => desk.open_dialog(Dialog::Refine(Refined::Mask, kind)),
        }
    }
}
