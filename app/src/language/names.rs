//! Words for what parts of the program that know no languages have named in English: steps of the history, blend
//! modes, samplers.

use super::{find, text};

/// The message whose key is `prefix` and the name in small letters with hyphens; the name itself where there is none.
#[must_use]
pub fn text_of_name(prefix: &str, name: &str) -> String {
    find(&format!("{prefix}-{}", slug(name)), None, &[]).unwrap_or_else(|| name.to_owned())
}

/// What the history calls a step.
#[must_use]
pub fn edit_name(name: &str) -> String {
    match name.split_once(": ") {
        // What was done, and to which layer.
        Some((name, object)) => format!("{}{}{object}", edit_name(name), text("colon")),
        None => text_of_name("edit", name),
    }
}

/// "Fill mask" -> "fill-mask"
fn slug(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Language, use_language};

    #[test]
    fn names_are_translated_where_they_are_known() {
        use_language(Language::SimplifiedChinese);
        assert_eq!(edit_name("Fill mask"), "填满蒙版");
        assert_eq!(edit_name("Something new"), "Something new");
        use_language(Language::English);
        assert_eq!(edit_name("Rename layer: Sky"), "Rename layer: Sky");
    }
}
