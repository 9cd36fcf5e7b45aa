//! Hints: what a control network is shown beside the prompt, and the ways to make one from a picture, a file each.
//!
//! A client picks a [`HintProcessor`], says more about it in a [`HintRecipe`] and gives both with the picture to the engine's
//! thread ([`Engine::make_hint`](crate::Engine::make_hint)), which calls [`make`].

mod blur;
mod canny;
mod colors;
mod error;
mod gray;
mod invert;
mod kind;
mod make;
mod networks;
mod normals;
mod planes;
mod processor;
mod recipe;
mod scribble;
mod segmentation;
pub mod skeleton;
mod strips;
mod threshold;
mod tile;
mod watch;
mod xdog;

pub use error::HintError;
pub use kind::HintKind;
pub use make::{Context, make};
pub use networks::HintFolders;
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
