//! Errors in the painter's language.
//!
//! In English an error is its `Display`, the one definition that command line and logs share. In another language it is a
//! message `error-…` of that language's file, which only these files have; errors inside it are told in turn, and what is
//! purely technical (a tensor's name, what a decoder says) stands in it as it is. The parts of the program below the window
//! know no languages, so what they refuse is matched here, each kind of error in full: a new one cannot be forgotten.
//!
//! Threads bring errors, not words: languages belong to threads, and only the window's speaks.

mod brushes;
mod checkpoints;
mod devices;
mod documents;
mod files;
mod found;
mod hints;
mod jobs;
mod models;
mod notices;
mod pictures;
mod recipes;

use std::fmt::Display;

use fluent_bundle::FluentValue;

use super::{Language, current, find_in, text};

/// An error that the window can show.
pub trait Tell: Display {
    /// The message for it in languages other than English.
    fn words(&self) -> Words<'_>;
}

/// What says an error in languages other than English.
pub enum Words<'a> {
    /// A message of the language's file, with values in it.
    Message { key: &'static str, values: Vec<(&'static str, FluentValue<'a>)> },
    /// What is the same in every language.
    AsItIs(String),
}

impl<'a> Words<'a> {
    /// The message of this key.
    fn of(key: &'static str) -> Self {
        Self::Message { key, values: vec![] }
    }

    /// What is the same in every language.
    fn as_it_is(words: impl Display) -> Self {
        Self::AsItIs(words.to_string())
    }

    /// With a value in it.
    fn with(mut self, name: &'static str, value: impl Into<FluentValue<'a>>) -> Self {
        if let Self::Message { values, .. } = &mut self {
            values.push((name, value.into()));
        }
        self
    }

    /// With something in it that displays the same in every language.
    fn with_shown(self, name: &'static str, value: impl Display) -> Self {
        self.with(name, value.to_string())
    }

    /// With another error in it.
    fn with_told(self, name: &'static str, error: &(impl Tell + ?Sized)) -> Self {
        self.with(name, told(error))
    }

    /// In the thread's language, if that knows it.
    fn found(&self) -> Option<String> {
        match self {
            Self::Message { key, values } => find_in(current(), key, None, values),
            Self::AsItIs(words) => Some(words.clone()),
        }
    }
}

/// The error in the thread's language; in English where that has no words for it.
#[must_use]
pub fn told(error: &(impl Tell + ?Sized)) -> String {
    match current() {
        Language::English => error.to_string(),
        Language::SimplifiedChinese => error.words().found().unwrap_or_else(|| error.to_string()),
    }
}

/// An error that begins in small letters, as a sentence of its own.
#[must_use]
pub fn told_as_sentence(error: &(impl Tell + ?Sized)) -> String {
    let words = told(error);
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}{}", letters.as_str(), text("sentence-end"))
}

/// Several things, of which any will do.
fn any_of<T: Display>(things: impl IntoIterator<Item = T>) -> String {
    let things: Vec<String> = things.into_iter().map(|thing| thing.to_string()).collect();
    things.join(&text("list-or"))
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
