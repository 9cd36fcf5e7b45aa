//! Networks that see how near things are.

mod depth_anything;
mod dino;
mod fusion;
mod midas_small;

pub use depth_anything::{DepthAnything, DepthAnythingConfig};
pub use midas_small::MidasSmall;
