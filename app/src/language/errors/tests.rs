//! Every error is told in every language.

use std::collections::BTreeSet;

use super::samples::samples;
use super::{Tell, Words, told, told_as_sentence};
use crate::files::{Damage, OpenError, PictureFormat, ReadTrouble};
use crate::language::tests::keys;
use crate::language::{Language, use_language};

/// Where errors are matched.
const SOURCES: [&str; 12] = [
    include_str!("brushes.rs"),
    include_str!("checkpoints.rs"),
    include_str!("devices.rs"),
    include_str!("documents.rs"),
    include_str!("files.rs"),
    include_str!("found.rs"),
    include_str!("hints.rs"),
    include_str!("jobs.rs"),
    include_str!("models.rs"),
    include_str!("notices.rs"),
    include_str!("pictures.rs"),
    include_str!("recipes.rs"),
];

/// The keys that the code names.
fn named() -> BTreeSet<String> {
    let named = SOURCES.iter().flat_map(|source| source.split('"').skip(1).step_by(2));
    named.filter(|text| text.starts_with("error-")).map(str::to_owned).collect()
}

/// The keys of a language's file that are for errors.
fn written(language: Language) -> BTreeSet<String> {
    keys(language).into_iter().filter(|key| key.starts_with("error-")).collect()
}

/// What a message of one line has places for.
fn places(language: Language, key: &str) -> BTreeSet<String> {
    let message = language.source().lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ")).unwrap();
    message.split("{ $").skip(1).filter_map(|rest| Some(rest.split_once(" }")?.0.to_owned())).collect()
}

fn message(error: &dyn Tell) -> Option<(&'static str, BTreeSet<String>)> {
    match error.words() {
        Words::Message { key, values } => Some((key, values.iter().map(|(name, _)| (*name).to_owned()).collect())),
        Words::AsItIs(_) => None,
    }
}

#[test]
fn every_message_of_an_error_is_used_and_every_one_used_is_there() {
    assert_eq!(named(), written(Language::SimplifiedChinese));
    assert_eq!(written(Language::English), BTreeSet::new(), "English errors are what they display");
}

#[test]
fn every_message_of_an_error_has_a_place_for_all_that_it_is_given_and_for_nothing_else() {
    use_language(Language::SimplifiedChinese);
    let mut untried = named();
    for (key, values) in samples().iter().filter_map(|error| message(&**error)) {
        untried.remove(key);
        assert_eq!(values, places(Language::SimplifiedChinese, key), "{key}");
    }
    // What hints need stands in another message, and is an error of its own to nobody.
    untried.retain(|key| !key.starts_with("error-network-"));
    assert_eq!(untried, BTreeSet::new(), "messages without a sample");
}

#[test]
fn errors_in_english_are_what_they_display() {
    use_language(Language::English);
    for error in samples() {
        assert_eq!(told(&*error), error.to_string());
    }
}

#[test]
fn errors_in_chinese_are_told_without_english_around_what_is_technical() {
    use_language(Language::SimplifiedChinese);
    let error = OpenError::Unreadable { name: "帽子.png".to_owned(), reason: ReadTrouble::NoFile };
    assert_eq!(told(&error), "无法读取 帽子.png：没有这个文件");
    let damage = Damage::InLayer { name: "天空".to_owned(), damage: Box::new(Damage::CutShort) };
    let error = OpenError::Damaged { name: "a.psd".to_owned(), format: PictureFormat::Photoshop, reason: damage };
    assert_eq!(told(&error), "a.psd 已损坏，或者是无法打开的类型（PSD）：图层“天空”：文件不完整");
    for error in samples() {
        let words = told(&*error);
        assert!(!words.contains("{ $") && !words.contains("error-"), "{words}");
    }
}

#[test]
fn a_sentence_begins_large_and_ends_as_the_language_has_it() {
    let error = ReadTrouble::NoFile;
    use_language(Language::English);
    assert_eq!(told_as_sentence(&error), "There is no such file.");
    use_language(Language::SimplifiedChinese);
    assert_eq!(told_as_sentence(&error), "没有这个文件。");
}

/// A library of brushes and a journal live on other threads; what they bring must be able to travel.
#[test]
fn errors_travel_between_threads() {
    fn travels<T: Tell + Send + 'static>() {}
    travels::<OpenError>();
    travels::<crate::files::SaveError>();
    travels::<crate::paint::LibraryError>();
    travels::<crate::document::journal::JournalTrouble>();
    travels::<brushfire_engine::JobError>();
}
