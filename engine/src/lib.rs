//! Stable Diffusion on burn: checkpoints, models, sampling, and the thread that runs them. Knows nothing of windows.
//!
//! A client needs [`Engine`], [`Job`], [`Recipe`] and [`Event`]; the rest is public for tests and for the command line.

pub mod recipe;
