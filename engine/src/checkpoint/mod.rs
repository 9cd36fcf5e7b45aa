//! Model files: what they are, what is in them, and their tensors under diffusers' names.

pub mod config;
