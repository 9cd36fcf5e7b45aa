//! Tokens that are found in a text before it is split into words, such as `<|endoftext|>`.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Map, Value};

/// A token that is taken out of the text whole, with `transformers`' flags.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AddedToken {
    pub content: String,
    /// Takes the white space before it, or after it, along.
    pub strips_left: bool,
    pub strips_right: bool,
    /// Only where no letter or digit touches it.
    pub single_word: bool,
    /// Looked for in the normalised text instead of the text as typed.
    pub normalized: bool,
}

impl AddedToken {
    pub fn plain(content: &str) -> Self {
        let content = content.to_owned();
        Self { content, strips_left: false, strips_right: false, single_word: false, normalized: false }
    }

    /// Reads `{"content": .., "lstrip": .., ..}`; where `normalized` is not said it is the opposite of `special`.
    pub fn from_object(object: &Map<String, Value>, special: bool) -> Option<Self> {
        let flag = |name: &str| object.get(name).and_then(Value::as_bool);
        Some(Self {
            content: object.get("content")?.as_str()?.to_owned(),
            strips_left: flag("lstrip").unwrap_or(false),
            strips_right: flag("rstrip").unwrap_or(false),
            single_word: flag("single_word").unwrap_or(false),
            normalized: flag("normalized").unwrap_or(!flag("special").unwrap_or(special)),
        })
    }
}

/// Finds one kind of added tokens (those of the typed or those of the normalised text).
pub(super) struct SpecialFinder {
    pattern: Option<Regex>,
    tokens: BTreeMap<String, (u32, AddedToken)>,
}

/// What a text is made of, in order.
#[derive(Debug, PartialEq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Token(u32),
}

impl SpecialFinder {
    /// `tokens` by the form in which they are looked for.
    pub fn new(tokens: BTreeMap<String, (u32, AddedToken)>) -> Result<Self, regex::Error> {
        let mut longest_first: Vec<&String> = tokens.keys().filter(|form| !form.is_empty()).collect();
        longest_first.sort_by_key(|form| std::cmp::Reverse(form.len()));
        let alternatives: Vec<String> = longest_first.iter().map(|form| regex::escape(form)).collect();
        let pattern = if alternatives.is_empty() { None } else { Some(Regex::new(&alternatives.join("|"))?) };
        Ok(Self { pattern, tokens })
    }

    /// Splits `text` at every token.
    pub fn split<'a>(&self, text: &'a str) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let mut from = 0;
        for found in self.pattern.iter().flat_map(|pattern| pattern.find_iter(text)) {
            let Some((id, token)) = self.tokens.get(found.as_str()) else { continue };
            let (before, after) = (text.get(..found.start()), text.get(found.end()..));
            let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
            if token.single_word && (before.ends_with(is_word_char) || after.starts_with(is_word_char)) {
                continue;
            }
            let start = if token.strips_left { before.trim_end().len().max(from) } else { found.start() };
            push_text(&mut parts, text.get(from..start));
            parts.push(Part::Token(*id));
            from = if token.strips_right { text.len() - after.trim_start().len() } else { found.end() };
        }
        push_text(&mut parts, text.get(from..));
        parts
    }
}

fn push_text<'a>(parts: &mut Vec<Part<'a>>, text: Option<&'a str>) {
    parts.extend(text.filter(|text| !text.is_empty()).map(Part::Text));
}

fn is_word_char(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder(tokens: &[AddedToken]) -> SpecialFinder {
        let numbered = tokens.iter().enumerate().map(|(id, token)| (token.content.clone(), (id as u32, token.clone())));
        SpecialFinder::new(numbered.collect()).unwrap()
    }

    #[test]
    fn the_longest_of_the_leftmost_wins() {
        let finder = finder(&[AddedToken::plain("<a>"), AddedToken::plain("<a>b")]);
        let parts = finder.split("x<a>b<a>c");
        assert_eq!(parts, [Part::Text("x"), Part::Token(1), Part::Token(0), Part::Text("c")]);
    }

    #[test]
    fn flags_decide_about_neighbours() {
        let strips = AddedToken { strips_left: true, strips_right: true, ..AddedToken::plain("<s>") };
        let single = AddedToken { single_word: true, ..AddedToken::plain("cat") };
        let finder = finder(&[strips, single]);
        assert_eq!(finder.split("a  <s>\t b"), [Part::Text("a"), Part::Token(0), Part::Text("b")]);
        assert_eq!(finder.split("cats cat"), [Part::Text("cats "), Part::Token(1)]);
    }

    #[test]
    fn nothing_is_lost_where_there_is_nothing_to_find() {
        assert_eq!(finder(&[]).split("a b"), [Part::Text("a b")]);
        assert_eq!(finder(&[]).split(""), []);
    }
}
