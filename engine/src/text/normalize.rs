//! What CLIP's tokenizer does to a text before it looks for words: canonical composition, runs of white space to one
//! space, lower case; as the `tokenizers` library that `transformers` uses does it.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Marks and their bases that entered Unicode after version 9, the version by which `tokenizers` composes. To it
/// these characters neither combine nor change places, so texts are composed in the stretches between them.
///
/// Pairs of first and last, ascending: every character that has a combining class or a place in a canonical
/// decomposition today and had none in Unicode 9.
#[rustfmt::skip]
const INERT: &[(u32, u32)] = &[
    (0x5C8, 0x5C9), (0x7FD, 0x7FD), (0x897, 0x89F), (0x8CA, 0x8D3), (0x9FE, 0x9FE), (0xC3C, 0xC3C), (0xD3B, 0xD3C),
    (0xEBA, 0xEBA), (0x1715, 0x1715), (0x1ABF, 0x1AF0), (0x1DF6, 0x1DFA), (0xA82C, 0xA82C), (0x105C9, 0x105C9),
    (0x105D2, 0x105D2), (0x105DA, 0x105DA), (0x105E4, 0x105E4), (0x10D24, 0x10D27), (0x10D69, 0x10D6D),
    (0x10EAB, 0x10EAC), (0x10ECB, 0x10ECF), (0x10EF0, 0x10EFB), (0x10EFD, 0x10EFF), (0x10F46, 0x10F50),
    (0x10F82, 0x10F85), (0x11070, 0x11070), (0x1133B, 0x1133B), (0x11382, 0x11385), (0x1138B, 0x1138B),
    (0x1138E, 0x1138E), (0x11390, 0x11391), (0x113B8, 0x113B8), (0x113BB, 0x113BB), (0x113C2, 0x113C2),
    (0x113C5, 0x113C5), (0x113C7, 0x113C9), (0x113CE, 0x113D0), (0x1145E, 0x1145E), (0x11839, 0x1183A),
    (0x11930, 0x11930), (0x11935, 0x11935), (0x11938, 0x11938), (0x1193D, 0x1193E), (0x11943, 0x11943),
    (0x119E0, 0x119E0), (0x11A34, 0x11A34), (0x11A47, 0x11A47), (0x11A99, 0x11A99), (0x11D42, 0x11D42),
    (0x11D44, 0x11D45), (0x11D97, 0x11D97), (0x11F41, 0x11F42), (0x1611E, 0x16129), (0x1612F, 0x1612F),
    (0x16D63, 0x16D63), (0x16D67, 0x16D6A), (0x16FF0, 0x16FF1), (0x1D127, 0x1D128), (0x1D250, 0x1D252),
    (0x1D25B, 0x1D25C), (0x1D25F, 0x1D25F), (0x1D280, 0x1D281), (0x1E08F, 0x1E08F), (0x1E130, 0x1E136),
    (0x1E2AE, 0x1E2AE), (0x1E2EC, 0x1E2EF), (0x1E4EC, 0x1E4EF), (0x1E5EE, 0x1E5EF), (0x1E6E3, 0x1E6E3),
    (0x1E6E6, 0x1E6E6), (0x1E6EE, 0x1E6EF), (0x1E6F5, 0x1E6F5),
];

/// The text in the form in which it is split into words.
pub(super) fn normalize(text: &str) -> String {
    lower_case(&single_spaces(&compose(text)))
}

fn compose(text: &str) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text.to_owned();
    }
    let mut composed = String::with_capacity(text.len());
    for stretch in text.split_inclusive(is_inert) {
        match stretch.char_indices().next_back() {
            Some((at, inert)) if is_inert(inert) => {
                composed.extend(stretch.get(..at).unwrap_or_default().nfc());
                composed.push(inert);
            }
            _ => composed.extend(stretch.nfc()),
        }
    }
    composed
}

fn is_inert(c: char) -> bool {
    let code = u32::from(c);
    let range = INERT.partition_point(|&(_, last)| last < code);
    INERT.get(range).is_some_and(|&(first, _)| first <= code)
}

fn single_spaces(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    let mut after_space = false;
    for c in text.chars() {
        let is_space = c.is_whitespace();
        if !(is_space && after_space) {
            spaced.push(if is_space { ' ' } else { c });
        }
        after_space = is_space;
    }
    spaced
}

/// Character by character: a sigma at the end of a word becomes the ordinary one.
fn lower_case(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composes_collapses_and_lowers() {
        assert_eq!(normalize("E\u{301}TUDE \t\n\u{3000} No.\u{a0}1"), "\u{e9}tude no. 1");
        assert_eq!(normalize("ΟΔΟΣ İ"), "οδοσ i\u{307}");
    }

    #[test]
    fn characters_younger_than_unicode_9_stay_where_they_are() {
        assert_eq!(normalize("\u{11935}\u{11930}"), "\u{11935}\u{11930}");
        assert_eq!(normalize("a\u{1df6}\u{301}e\u{301}"), "a\u{1df6}\u{301}\u{e9}");
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(INERT.windows(2).all(|pair| pair[0].0 <= pair[0].1 && pair[0].1 < pair[1].0));
    }
}
