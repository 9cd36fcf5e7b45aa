//! What the window says, in the painter's language.
//!
//! The words stand in `assets/locales`, one [Fluent](https://projectfluent.org) file a language, compiled into the
//! program. A message is found by its key; its attribute `tooltip` explains it. Languages belong to threads: the window
//! chooses one for its own with [`use_language`], and only the window speaks.

mod errors;
mod names;

use std::cell::Cell;
use std::thread::LocalKey;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};

pub use self::errors::{Tell, Words, told, told_as_sentence};
pub use self::names::{edit_name, text_of_name};
pub use fluent_bundle::FluentValue;

/// The languages the window speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    English,
    SimplifiedChinese,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::SimplifiedChinese];

    /// As in BCP 47.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::SimplifiedChinese => "zh-CN",
        }
    }

    /// What its speakers call it.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::SimplifiedChinese => "简体中文",
        }
    }

    /// The language of a tag such as `en_GB.UTF-8` or `zh-Hans-SG`; none if it is not spoken here.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', '.']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().split('-').next() == Some(primary))
    }

    /// The system's language, or English.
    #[must_use]
    pub fn of_system() -> Self {
        sys_locale::get_locale().and_then(|tag| Self::from_tag(&tag)).unwrap_or(Self::English)
    }

    fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("../../../assets/locales/en.ftl"),
            Self::SimplifiedChinese => include_str!("../../../assets/locales/zh-CN.ftl"),
        }
    }

    fn bundle(self) -> &'static LocalKey<FluentBundle<FluentResource>> {
        match self {
            Self::English => &ENGLISH,
            Self::SimplifiedChinese => &SIMPLIFIED_CHINESE,
        }
    }
}

/// The language the painter wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "String", into = "String")]
pub enum LanguageChoice {
    /// The system's, or English.
    #[default]
    System,
    Of(Language),
}

impl LanguageChoice {
    #[must_use]
    pub fn language(self) -> Language {
        match self {
            Self::System => Language::of_system(),
            Self::Of(language) => language,
        }
    }
}

/// A tag; what is not understood is the system's.
impl From<String> for LanguageChoice {
    fn from(tag: String) -> Self {
        Language::from_tag(&tag).map_or(Self::System, Self::Of)
    }
}

impl From<LanguageChoice> for String {
    fn from(choice: LanguageChoice) -> Self {
        match choice {
            LanguageChoice::System => "system".to_owned(),
            LanguageChoice::Of(language) => language.tag().to_owned(),
        }
    }
}

thread_local! {
    static CURRENT: Cell<Language> = const { Cell::new(Language::English) };
    static ENGLISH: FluentBundle<FluentResource> = load(Language::English);
    static SIMPLIFIED_CHINESE: FluentBundle<FluentResource> = load(Language::SimplifiedChinese);
}

/// What cannot be read is missing, and then said in English; a test holds that nothing is.
fn load(language: Language) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new(language.tag().parse().into_iter().collect());
    // The marks around inserted words are for mixed directions of writing, and no font shows them as nothing.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(language.source().to_owned()).unwrap_or_else(|(resource, errors)| {
        log::error!("the words of {} are damaged: {errors:?}", language.tag());
        resource
    });
    if let Err(errors) = bundle.add_resource(resource) {
        log::error!("the words of {} are damaged: {errors:?}", language.tag());
    }
    bundle
}

/// From now on this thread speaks `language`.
pub fn use_language(language: Language) {
    CURRENT.set(language);
}

/// What this thread speaks.
#[must_use]
pub fn current() -> Language {
    CURRENT.get()
}

/// The message of this key.
#[must_use]
pub fn text(key: &str) -> String {
    text_with(key, &[])
}

/// The message of this key with these values in it.
#[must_use]
pub fn text_with(key: &str, values: &[(&'static str, FluentValue<'_>)]) -> String {
    find(key, None, values).unwrap_or_else(|| key.to_owned())
}

/// What explains the message of this key.
#[must_use]
pub fn tooltip(key: &str) -> String {
    find(key, Some("tooltip"), &[]).unwrap_or_else(|| key.to_owned())
}

/// Other words for what the message of this key names, where there are any.
#[must_use]
pub fn keywords(key: &str) -> Vec<String> {
    let words = find(key, Some("keywords"), &[]).unwrap_or_default();
    words.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

/// In the thread's language, else in English, else nowhere.
fn find(key: &str, attribute: Option<&str>, values: &[(&'static str, FluentValue<'_>)]) -> Option<String> {
    find_in(current(), key, attribute, values).or_else(|| find_in(Language::English, key, attribute, values))
}

fn find_in(
    language: Language,
    key: &str,
    attribute: Option<&str>,
    values: &[(&'static str, FluentValue<'_>)],
) -> Option<String> {
    language.bundle().with(|bundle| {
        let message = bundle.get_message(key)?;
        let pattern = match attribute {
            Some(attribute) => message.get_attribute(attribute)?.value(),
            None => message.value()?,
        };
        let arguments: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        Some(bundle.format_pattern(pattern, Some(&arguments), &mut vec![]).into_owned())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::commands::{COMMANDS, Menu};

    /// The keys in a file, `command-undo` and `command-undo.tooltip`.
    pub(super) fn keys(language: Language) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        let mut message = "";
        for line in language.source().lines() {
            let Some((key, _)) = line.split_once('=') else { continue };
            let key = key.trim_end();
            if let Some(attribute) = key.strip_prefix("    .") {
                assert!(keys.insert(format!("{message}.{attribute}")), "{message}.{attribute} stands there twice");
            } else if key.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
            {
                message = key;
                assert!(keys.insert(key.to_owned()), "{key} stands there twice");
            }
        }
        keys
    }

    #[test]
    fn both_languages_have_the_same_words() {
        let (english, mut chinese) = (keys(Language::English), keys(Language::SimplifiedChinese));
        // In English errors are what they display.
        chinese.retain(|key| !key.starts_with("error-"));
        let missing: Vec<_> = english.symmetric_difference(&chinese).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(english.len() > 100);
    }

    #[test]
    fn both_files_can_be_read_whole() {
        for language in Language::ALL {
            let errors =
                FluentResource::try_new(language.source().to_owned()).map(|_| ()).map_err(|(_, errors)| errors);
            assert_eq!(errors, Ok(()), "{}", language.tag());
        }
    }

    #[test]
    fn every_command_and_menu_has_its_words_in_every_language() {
        for language in Language::ALL {
            for info in COMMANDS {
                for attribute in [None, Some("tooltip")] {
                    let found = find_in(language, &info.text_key(), attribute, &[]);
                    assert!(found.is_some(), "{} {attribute:?} in {}", info.text_key(), language.tag());
                }
            }
            for menu in Menu::ALL {
                assert!(find_in(language, menu.key(), None, &[]).is_some(), "{}", menu.key());
            }
        }
    }

    #[test]
    fn the_language_is_chosen_and_values_stand_in_the_sentence() {
        use_language(Language::SimplifiedChinese);
        assert_eq!(text("command-undo"), "撤销");
        use_language(Language::English);
        assert_eq!(text_with("run-step", &[("step", 3.into()), ("steps", 20.into())]), "Step 3 of 20");
        assert_eq!(text("no such key"), "no such key");
    }

    #[test]
    fn the_systems_tags_are_understood() {
        for (tag, language) in [
            ("en_GB.UTF-8", Some(Language::English)),
            ("zh-Hans-SG", Some(Language::SimplifiedChinese)),
            ("zh_CN", Some(Language::SimplifiedChinese)),
            ("C", None),
            ("de-DE", None),
        ] {
            assert_eq!(Language::from_tag(tag), language, "{tag}");
        }
    }
}
