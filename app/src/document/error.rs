//! What a document refuses.

use super::CanvasSize;

/// Displays in words a painter understands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// A side of no pixels, or of too many.
    #[error("a canvas of {width} x {height} pixels cannot be made; each side must be between 1 and {max} pixels", max = CanvasSize::MAX_SIDE)]
    Size { width: u32, height: u32 },
    /// Two pictures that must cover each other do not.
    #[error("the {what} is {width} x {height} pixels, but {expected_width} x {expected_height} are needed")]
    OtherSize { what: Piece, width: u32, height: u32, expected_width: u32, expected_height: u32 },
    /// A layer that cannot be painted on.
    #[error("the layer “{name}” {why}")]
    NoTarget { name: String, why: Refusal },
    /// A picture laid down beyond the canvas.
    #[error("the {what} reaches beyond the canvas of {width} x {height} pixels")]
    BeyondCanvas { what: Piece, width: u32, height: u32 },
}

/// A picture that becomes a part of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Piece {
    #[error("layer")]
    Layer,
    #[error("mask")]
    Mask,
    #[error("result")]
    Result,
    #[error("mask of the result")]
    MaskOfResult,
    #[error("stamp")]
    Stamp,
}

/// Why a layer cannot be painted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("is not there any more")]
    Gone,
    #[error("is locked; unlock it to change it")]
    Locked,
    #[error("is hidden; show it to change it")]
    Hidden,
    #[error("is a group; choose a layer in it to paint on")]
    IsGroup,
    #[error("is a mask; choose a layer of the picture, or take the mask brush")]
    IsMask,
    #[error("is drawn from figures; move them with the pose tool, or choose a layer to paint on")]
    HasFigures,
    /// Figures are not moved while something is selected.
    #[error("is drawn from figures, of which a selection takes no part; select nothing to change it")]
    Indivisible,
}
