//! Commands by a part of their name.

use super::{COMMANDS, CommandInfo};
use crate::language::{self, Language};

/// A letter that begins a word counts this much more than one within.
const WORD_START: i32 = 8;
/// A letter that follows the one before it at once.
const CONSECUTIVE: i32 = 9;

/// The commands that fit the query, the best first; all of them, in the table's order, where it is empty.
#[must_use]
pub fn find(query: &str) -> Vec<&'static CommandInfo> {
    let mut found: Vec<_> = COMMANDS.iter().filter_map(|info| Some((score(query, info)?, info))).collect();
    found.sort_by_key(|(score, _)| -score);
    found.into_iter().map(|(_, info)| info).collect()
}

/// How well a command fits the query by its name, here and in English, by its menu and name, or by what other programs call
/// it; none where it does not.
#[must_use]
pub fn score(query: &str, info: &CommandInfo) -> Option<i32> {
    let label = info.label();
    let with_menu = fit(query, &format!("{} {label}", info.menu.label())).map(|score| score - WORD_START);
    let in_english = (language::current() != Language::English).then(|| fit(query, &info.key.replace('-', " ")));
    let other_words = language::keywords(&info.text_key());
    let by_other_words = other_words.iter().filter_map(|words| fit(query, words)).max().map(|score| score - WORD_START);
    [fit(query, &label), with_menu, in_english.flatten(), by_other_words].into_iter().flatten().max()
}

/// How well the letters of `query`, in their order, are found in `text`: letters at the beginnings of words and letters
/// side by side count more, long texts less. None where one is missing.
fn fit(query: &str, text: &str) -> Option<i32> {
    let letters = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (query, text) = (letters(query), letters(text));
    // The best score so far with the last letter found at each place.
    let mut best: Vec<Option<i32>> = vec![];
    for (number, wanted) in query.iter().filter(|letter| !letter.is_whitespace()).enumerate() {
        let mut next = vec![None; text.len()];
        let mut best_before: Option<i32> = (number == 0).then_some(0);
        for (place, letter) in text.iter().enumerate() {
            if letter == wanted {
                let starts_word = place == 0 || !text[place - 1].is_alphanumeric();
                let beside =
                    place.checked_sub(1).and_then(|before| *best.get(before)?).map(|score| score + CONSECUTIVE);
                let here = 1 + if starts_word { WORD_START } else { 0 };
                next[place] = beside.max(best_before).map(|score| score + here);
            }
            best_before = best_before.max(best.get(place).copied().flatten());
        }
        best = next;
    }
    if query.iter().all(|letter| letter.is_whitespace()) {
        return Some(0);
    }
    best.into_iter().flatten().max().map(|score| score - text.len() as i32 / 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use brushfire_engine::HintKind;

    use crate::canvas::MaskView;
    use crate::commands::{Command, HintCommand, InpaintCommand};
    use crate::language::use_language;

    fn first(query: &str) -> Option<Command> {
        find(query).first().map(|info| info.command)
    }

    #[test]
    fn a_part_of_the_name_finds_the_command() {
        assert_eq!(first("redo"), Some(Command::Redo));
        assert_eq!(first("inv mask"), Some(Command::InvertMask));
        assert_eq!(first("zi"), Some(Command::ZoomIn));
        assert_eq!(first("SAVE A"), Some(Command::SaveAs));
        assert_eq!(first("xyzzy"), None);
        assert_eq!(find("").len(), COMMANDS.len());
    }

    #[test]
    fn what_other_programs_call_it_finds_the_command_too() {
        assert_eq!(first("canny"), Some(Command::Hint(HintCommand::Add(HintKind::Canny))));
        assert_eq!(first("make a hint"), Some(Command::Hint(HintCommand::FromPicture)));
        assert_eq!(first("continue"), Some(Command::from(InpaintCommand::ContinueFromStep)));
        assert_eq!(first("isolated"), Some(Command::ShowMaskAs(MaskView::Isolated)));
        assert_eq!(first("scribble"), Some(Command::Hint(HintCommand::Add(HintKind::Scribble))));
    }

    #[test]
    fn the_menus_name_helps() {
        assert!(find("view").iter().any(|info| info.command == Command::ActualSize));
    }

    #[test]
    fn words_are_found_in_both_languages() {
        use_language(Language::SimplifiedChinese);
        assert_eq!(first("撤销"), Some(Command::Undo));
        assert_eq!(first("undo"), Some(Command::Undo));
        use_language(Language::English);
    }

    #[test]
    fn beginnings_of_words_and_neighbours_count_more() {
        assert!(fit("cm", "clear mask") > fit("cm", "command"));
        assert!(fit("mask", "mask brush") > fit("mask", "make a sketch"));
        assert_eq!(fit("ask", "sak"), None);
    }
}
