//! Weights inside a prompt, read as `parse_prompt_attention` of stable-diffusion-webui (A1111) reads them.
//!
//! `(a)` weighs 1.1, `(a:1.3)` 1.3, `[a]` 1 / 1.1, nested brackets multiply, `\(` `\)` `\[` `\]` `\\` stand for the
//! sign itself, and `BREAK` ends a chunk. Unbalanced brackets are no error: what stays open reaches to the end.

use std::ops::Range;

/// How much a stretch of the prompt counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Emphasis {
    /// Factor for the text encoder's states; finite, at most [`MAX_WEIGHT`] in size.
    Weight(f64),
    /// Not text: the chunk ends here.
    Break,
}

/// A stretch of the prompt with one emphasis.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub text: String,
    pub emphasis: Emphasis,
}

/// Weights beyond this (`(a:99999999999)`, a thousand brackets) are cut to it: far past anything a model can use, and
/// its product with any state is still a finite number.
pub const MAX_WEIGHT: f64 = 1e6;

/// Brackets open at once that count; deeper ones are read but weigh nothing. 1.1 to this power is far over
/// [`MAX_WEIGHT`], and it keeps a prompt of nothing but brackets from taking quadratic time.
const MAX_DEPTH: usize = 512;

const ROUND: f64 = 1.1;
const SQUARE: f64 = 1.0 / 1.1;
/// The weight by which A1111 tells a break from the word `BREAK`; inside brackets it is multiplied, and the word is
/// then read as a word.
const BREAK_MARK: f64 = -1.0;

/// Splits `text` into pieces of one emphasis. There is always at least one piece, and never an error.
#[must_use]
pub fn parse_attention(text: &str) -> Vec<Piece> {
    let mut reader = Reader::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let used = reader.read_token(rest, first);
        rest = rest.get(used..).unwrap_or_default();
    }
    reader.finish()
}

/// What was read so far: texts and weights side by side, and where each open bracket began.
#[derive(Default)]
struct Reader<'a> {
    texts: Vec<&'a str>,
    weights: Vec<f64>,
    round: Vec<usize>,
    square: Vec<usize>,
}

impl<'a> Reader<'a> {
    /// Reads the token at the start of `rest` and returns its length in bytes.
    fn read_token(&mut self, rest: &'a str, first: char) -> usize {
        match first {
            '\\' => {
                let escaped = rest.get(1..2).filter(|next| "()[]\\".contains(next));
                self.push(escaped.unwrap_or_default(), 1.0);
                1 + escaped.map_or(0, str::len)
            }
            '(' => open(&mut self.round, self.texts.len()),
            '[' => open(&mut self.square, self.texts.len()),
            ':' => match weight_and_bracket(rest).filter(|_| !self.round.is_empty()) {
                Some((weight, length)) => {
                    let start = self.round.pop().unwrap_or(usize::MAX);
                    self.multiply(start, weight);
                    length
                }
                // Outside brackets `: 1.5 )` is text as a whole, spaces and all, which comes to the same.
                None => self.push_text(":", rest),
            },
            ')' => match self.round.pop() {
                Some(start) => self.close(start, ROUND),
                None => self.push_text(")", rest),
            },
            ']' => match self.square.pop() {
                Some(start) => self.close(start, SQUARE),
                None => self.push_text("]", rest),
            },
            _ => {
                let length = rest.find(['\\', '(', ')', '[', ']', ':']).unwrap_or(rest.len());
                self.push_words(rest.get(..length).unwrap_or_default());
                length
            }
        }
    }

    fn push(&mut self, text: &'a str, weight: f64) {
        self.texts.push(text);
        self.weights.push(weight);
    }

    fn push_text(&mut self, sign: &str, rest: &'a str) -> usize {
        self.push(rest.get(..sign.len()).unwrap_or_default(), 1.0);
        sign.len()
    }

    /// Text between signs, cut at every free-standing `BREAK`.
    fn push_words(&mut self, words: &'a str) {
        let mut from = 0;
        for (place, word) in breaks(words) {
            self.push(words.get(from..place.start).unwrap_or_default(), 1.0);
            self.push(words.get(word).unwrap_or_default(), BREAK_MARK);
            from = place.end;
        }
        self.push(words.get(from..).unwrap_or_default(), 1.0);
    }

    fn close(&mut self, start: usize, factor: f64) -> usize {
        self.multiply(start, factor);
        1
    }

    fn multiply(&mut self, start: usize, factor: f64) {
        for weight in self.weights.iter_mut().skip(start) {
            *weight *= factor;
        }
    }

    /// Weighs what is still open, then joins neighbours of the same weight.
    fn finish(mut self) -> Vec<Piece> {
        for start in std::mem::take(&mut self.round) {
            self.multiply(start, ROUND);
        }
        for start in std::mem::take(&mut self.square) {
            self.multiply(start, SQUARE);
        }
        let mut joined: Vec<(String, f64)> = Vec::new();
        for (text, weight) in self.texts.into_iter().zip(self.weights) {
            match joined.last_mut() {
                Some((last, same)) if *same == weight => last.push_str(text),
                _ => joined.push((text.to_owned(), weight)),
            }
        }
        if joined.is_empty() {
            joined.push((String::new(), 1.0));
        }
        joined.into_iter().map(|(text, weight)| Piece { emphasis: emphasis(&text, weight), text }).collect()
    }
}

fn open(brackets: &mut Vec<usize>, position: usize) -> usize {
    // A bracket that is too deep starts past every piece, so that closing it weighs nothing.
    brackets.push(if brackets.len() < MAX_DEPTH { position } else { usize::MAX });
    1
}

fn emphasis(text: &str, weight: f64) -> Emphasis {
    if text == "BREAK" && weight == BREAK_MARK {
        Emphasis::Break
    } else if weight.is_nan() {
        Emphasis::Weight(0.0)
    } else {
        Emphasis::Weight(weight.clamp(-MAX_WEIGHT, MAX_WEIGHT))
    }
}

/// `: 1.3 )` at the start of `rest`: the weight and the length of it all. A1111 stops with an error where digits and
/// points make no number (`1.2.3`); here that is text.
fn weight_and_bracket(rest: &str) -> Option<(f64, usize)> {
    let number = rest.strip_prefix(':')?.trim_start_matches(is_python_space);
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    let after = digits.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let weight = number.get(..number.len() - after.len())?.parse().ok()?;
    let end = after.trim_start_matches(is_python_space).strip_prefix(')')?;
    Some((weight, rest.len() - end.len()))
}

/// Each `BREAK` that is a word of its own: its place with the white space around it, and the word's.
fn breaks(words: &str) -> Vec<(Range<usize>, Range<usize>)> {
    const BREAK: &str = "BREAK";
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (start, _) in words.match_indices(BREAK) {
        let end = start + BREAK.len();
        let (before, after) = (words.get(..start).unwrap_or_default(), words.get(end..).unwrap_or_default());
        if before.ends_with(is_word_char) || after.starts_with(is_word_char) {
            continue;
        }
        let free_from = found.last().map_or(0, |(place, _)| place.end);
        let from = before.trim_end_matches(is_python_space).len().max(free_from);
        let to = words.len() - after.trim_start_matches(is_python_space).len();
        found.push((from..to, start..end));
    }
    found
}

/// Python's `\w` differs from Unicode's: letters and numbers, no marks.
fn is_word_char(c: char) -> bool {
    c == '_' || c.is_alphabetic() || c.is_numeric()
}

/// Python's `\s`: Unicode's white space and the four ASCII separators.
pub(super) fn is_python_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn weights(text: &str) -> Vec<(String, f64)> {
        let piece = |piece: Piece| match piece.emphasis {
            Emphasis::Weight(weight) => (piece.text, weight),
            Emphasis::Break => (piece.text, BREAK_MARK),
        };
        parse_attention(text).into_iter().map(piece).collect()
    }

    fn expect(text: &str, expected: &[(&str, f64)]) {
        let expected: Vec<_> = expected.iter().map(|&(text, weight)| (text.to_owned(), weight)).collect();
        assert_eq!(weights(text), expected, "{text:?}");
    }

    /// The examples in the documentation of A1111's `parse_prompt_attention`.
    #[test]
    fn reads_the_examples_of_its_model() {
        expect("normal text", &[("normal text", 1.0)]);
        expect("an (important) word", &[("an ", 1.0), ("important", 1.1), (" word", 1.0)]);
        expect("(unbalanced", &[("unbalanced", 1.1)]);
        expect(r"\(literal\]", &[("(literal]", 1.0)]);
        expect("(unnecessary)(parens)", &[("unnecessaryparens", 1.1)]);
        expect(
            "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
            &[
                ("a ", 1.0),
                ("house", 1.573_000_000_000_000_4),
                (" ", 1.1),
                ("on", 1.0),
                (" a ", 1.1),
                ("hill", 0.55),
                (", sun, ", 1.1),
                ("sky", 1.464_100_000_000_000_6),
                (".", 1.1),
            ],
        );
    }

    #[test]
    fn break_splits_only_as_a_word_of_its_own() {
        expect("a BREAK  b", &[("a", 1.0), ("BREAK", -1.0), ("b", 1.0)]);
        expect("BREAKFAST, OUTBREAK", &[("BREAKFAST, OUTBREAK", 1.0)]);
        assert_eq!(parse_attention("BREAK").len(), 3, "an empty text stands on either side");
    }

    #[test]
    fn break_in_brackets_is_a_word_as_in_a1111() {
        expect("(a BREAK b)", &[("a", 1.1), ("BREAK", -1.1), ("b", 1.1)]);
    }

    #[test]
    fn weights_that_are_no_numbers_are_text() {
        expect("(a:1e999)", &[("a:1e999", 1.1)]);
        expect("(a:1.2.3)", &[("a:1.2.3", 1.1)]);
        expect("(a:.)", &[("a:.", 1.1)]);
        expect("a:1.5)", &[("a:1.5)", 1.0)]);
    }

    #[test]
    fn absurd_weights_stay_finite() {
        expect(&format!("(a:{})", "9".repeat(400)), &[("a", MAX_WEIGHT)]);
        expect(&format!("((a:{}):0)", "9".repeat(400)), &[("a", 0.0)]);
        expect(&format!("{}a", "(".repeat(100_000)), &[("a", MAX_WEIGHT)]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_weighs_a_finite_amount(text in r"([a-c \[\]():|\\0-9.+-]|BREAK|\PC){0,60}") {
            let pieces = parse_attention(&text);
            prop_assert!(!pieces.is_empty());
            for piece in pieces {
                if let Emphasis::Weight(weight) = piece.emphasis {
                    prop_assert!(weight.is_finite());
                }
            }
        }
    }
}
