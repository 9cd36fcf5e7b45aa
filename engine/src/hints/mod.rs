//! Hints: what a control network is shown beside the prompt. One file a way of making one from a picture.

mod kind;
pub mod skeleton;

pub use kind::HintKind;
