//! Hints: what a control network is shown beside the prompt, and the ways to make one from a picture, a file each.
//!
//! A client picks a [`HintProcessor`], says more about it in a [`HintRecipe`] and gives both with the picture to the engine's
//! thread ([`Engine::make_hint`](crate::Engine::make_hint)), which calls [`make`].

mod blur;
mod canny;
mod colors;
mod depth;
mod error;
mod gray;
mod invert;
mod kind;
mod lines;
mod make;
mod networks;
mod normals;
mod people;
mod planes;
mod pose;
mod processor;
mod recipe;
mod scribble;
mod seen;
mod segmentation;
pub mod skeleton;
mod soft_edge;
mod strips;
mod threshold;
mod tile;
mod watch;
mod xdog;

pub use error::HintError;
pub use kind::HintKind;
pub use lines::{Choice as LineChoice, LineFinder, Segment};
pub use make::{Context, MadeHint, make};
pub use networks::HintFolders;
pub use people::{Body, FoundHand, Landmark, People, PeopleFinder, Place, Side};
pub use pose::{Taken, pose_of};
pub use processor::{Backdrop, HintProcessor, Parameter, ParameterKind, Weights};
pub use recipe::HintRecipe;
pub use segmentation::{ADE20K, SegmentationClass};
pub use watch::Watch;

#[cfg(test)]
mod odd_tests;
#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod testing;
