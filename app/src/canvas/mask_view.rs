//! The ways in which masks are shown.

/// How the canvas shows masks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaskView {
    /// Every visible mask in its colour, over the picture.
    #[default]
    Tint,
    /// A line in its colour where the active mask is half.
    Outline,
    /// The active mask alone: black keeps, white repaints.
    BlackAndWhite,
    /// The picture where the active mask is, and nothing of it elsewhere.
    Isolated,
}
