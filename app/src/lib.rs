//! Brushfire: a native painting program in which a diffusion model paints with you.
//!
//! The window ([`window`]) and the command line ([`cli`]) over the same engine. [`document`] and [`paint`] know neither
//! window nor engine; [`studio`] is the only place where all of them meet.

pub mod assets;
pub mod canvas;
pub mod cli;
pub mod commands;
pub mod desk;
pub mod dialog;
pub mod document;
mod event_order;
pub mod figures;
pub mod files;
pub mod hand;
pub mod icons;
pub mod language;
pub mod paint;
pub mod panels;
mod settings_keeper;
pub mod studio;
mod text_clipboard;
pub mod theme;
pub mod window;
