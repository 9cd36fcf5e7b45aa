//! Which text counts at which step: `[from:to:when]`, `[to:when]`, `[from::when]` and `[a|b|c]`, read as
//! `get_learned_conditioning_prompt_schedules` of stable-diffusion-webui (A1111) reads them.
//!
//! A1111 gives the whole prompt to an Earley parser whose grammar takes stray brackets and colons as text but has no
//! place for a stray `|` or a trailing `\`: such a prompt is left unread as a whole. Balanced brackets can overlap only
//! by lying inside each other, so one pass with a stack finds the same reading in linear time.

use std::collections::BTreeSet;

use super::attention::is_python_space;

/// The texts of a prompt over `steps` steps, each with the last step (counted from 1) it holds for.
///
/// Ascending; the last entry holds until `steps`. Step `s` uses the first entry with `s <= until`. Never an error:
/// what cannot be read stays as it is. Texts repeat where alternatives do (`[a|b]`): encode each distinct text once.
#[must_use]
pub fn schedule(prompt: &str, steps: u32) -> Vec<(u32, String)> {
    let steps = steps.max(1);
    let Some(tree) = Tree::parse(prompt, steps) else {
        return vec![(steps, prompt.to_owned())];
    };
    tree.changes(steps).into_iter().map(|until| (until, tree.text_at(until))).collect()
}

/// A prompt as a tree; children are indices into one list, so that deep nesting needs no deep stack.
struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    root: Vec<usize>,
}

enum Node<'a> {
    Text(&'a str),
    /// Its parts in a row.
    Group(Vec<usize>),
    /// `before` up to and with step `when`, `after` from then on.
    Scheduled {
        before: Option<usize>,
        after: usize,
        when: u32,
    },
    /// One after the other, a step each.
    Alternate(Vec<usize>),
}

/// A bracket that is still open.
struct Frame<'a> {
    bracket: char,
    /// Where its text begins, after the bracket, and where its current part does.
    opened_at: usize,
    part_from: usize,
    /// What was read since the last separator.
    part: Vec<usize>,
    /// Parts that are complete, each with the separator that ended it.
    done: Vec<(Vec<usize>, &'a str)>,
}

impl<'a> Tree<'a> {
    /// `None` where A1111's grammar does not apply: a `|` that belongs to no bracket, a `\` with nothing to escape.
    fn parse(prompt: &'a str, steps: u32) -> Option<Self> {
        let mut parser = Parser { prompt, steps, nodes: Vec::new(), root: Vec::new(), open: Vec::new() };
        let mut at = 0;
        while let Some(rest) = prompt.get(at..).filter(|rest| !rest.is_empty()) {
            at += parser.read_token(rest, at)?;
        }
        parser.abandon_open_brackets()?;
        Some(Self { nodes: parser.nodes, root: parser.root })
    }

    /// The steps, ascending, at whose end the text may change; the last is `steps`.
    fn changes(&self, steps: u32) -> Vec<u32> {
        if self.nodes.iter().any(|node| matches!(node, Node::Alternate(_))) {
            return (1..=steps).collect();
        }
        let when = |node: &Node<'_>| if let Node::Scheduled { when, .. } = node { Some(*when) } else { None };
        let changes = self.nodes.iter().filter_map(when).filter(|&when| when >= 1).chain([steps]);
        changes.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn text_at(&self, step: u32) -> String {
        let mut text = String::new();
        let mut pending: Vec<usize> = self.root.iter().rev().copied().collect();
        while let Some(node) = pending.pop().and_then(|index| self.nodes.get(index)) {
            match node {
                Node::Text(plain) => text.push_str(plain),
                Node::Group(parts) => pending.extend(parts.iter().rev()),
                Node::Scheduled { before, after, when } => {
                    pending.extend(if step <= *when { *before } else { Some(*after) });
                }
                Node::Alternate(choices) => {
                    pending.extend(choices.get((step as usize - 1) % choices.len().max(1)));
                }
            }
        }
        text
    }
}

struct Parser<'a> {
    prompt: &'a str,
    steps: u32,
    nodes: Vec<Node<'a>>,
    root: Vec<usize>,
    open: Vec<Frame<'a>>,
}

impl<'a> Parser<'a> {
    /// Reads the token at the start of `rest`, which stands at byte `at`; returns its length.
    fn read_token(&mut self, rest: &'a str, at: usize) -> Option<usize> {
        let sign = rest.get(..1).unwrap_or_default();
        match sign {
            "(" | "[" => {
                let bracket = if sign == "(" { '(' } else { '[' };
                let (opened_at, part_from) = (at, at + 1);
                self.open.push(Frame { bracket, opened_at, part_from, part: Vec::new(), done: Vec::new() });
            }
            ":" | "|" => match self.open.last_mut() {
                Some(frame) => {
                    frame.done.push((std::mem::take(&mut frame.part), sign));
                    frame.part_from = at + 1;
                }
                None if sign == "|" => return None,
                None => self.push_text(sign),
            },
            ")" | "]" => self.close(sign, at)?,
            _ => {
                let length = plain_length(rest)?;
                self.push_text(rest.get(..length)?);
                return Some(length);
            }
        }
        Some(1)
    }

    fn push_text(&mut self, text: &'a str) {
        let node = self.add(Node::Text(text));
        self.push(node);
    }

    fn add(&mut self, node: Node<'a>) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn push(&mut self, node: usize) {
        match self.open.last_mut() {
            Some(frame) => frame.part.push(node),
            None => self.root.push(node),
        }
    }

    fn close(&mut self, sign: &'a str, at: usize) -> Option<()> {
        let matching = if sign == ")" { '(' } else { '[' };
        let understood = match self.open.pop() {
            Some(frame) if frame.bracket == matching => self.understand(frame, sign, at),
            other => Err(other),
        };
        match understood {
            Ok(node) => self.push(node),
            Err(frame) => {
                self.open.extend(frame);
                self.abandon_open_brackets()?;
                self.push_text(sign);
            }
        }
        Some(())
    }

    /// Takes every open bracket as text: nothing around a bracket that has no meaning can have one either. `None`
    /// where one holds a `|`, which cannot be text.
    fn abandon_open_brackets(&mut self) -> Option<()> {
        for frame in std::mem::take(&mut self.open) {
            if frame.done.iter().any(|(_, separator)| *separator == "|") {
                return None;
            }
            let parts = self.spelled_out(frame, None);
            self.root.extend(parts);
        }
        Some(())
    }

    /// A closed bracket's meaning, or the frame back where it has none.
    fn understand(&mut self, frame: Frame<'a>, sign: &'a str, at: usize) -> Result<usize, Option<Frame<'a>>> {
        let colons = frame.done.iter().filter(|(_, separator)| *separator == ":").count();
        let bars = frame.done.len() - colons;
        match (frame.bracket, colons, bars) {
            ('(', 0 | 1, 0) | ('[', 0, 0) => Ok(self.emphasized(frame, sign)),
            ('[', 0, _) => Ok(self.alternate(frame)),
            ('[', 1 | 2, 0) => {
                match self.prompt.get(frame.part_from..at).and_then(|number| step_number(number, self.steps)) {
                    Some(when) => Ok(self.scheduled(frame, when)),
                    None => Err(Some(frame)),
                }
            }
            _ => Err(Some(frame)),
        }
    }

    /// Emphasis is [`super::parse_attention`]'s affair: here its brackets are text.
    fn emphasized(&mut self, frame: Frame<'a>, sign: &'a str) -> usize {
        let parts = self.spelled_out(frame, Some(sign));
        self.add(Node::Group(parts))
    }

    fn alternate(&mut self, frame: Frame<'a>) -> usize {
        let parts = frame.done.into_iter().map(|(part, _)| part).chain([frame.part]);
        let groups = parts.map(Node::Group).collect::<Vec<_>>();
        let choices = groups.into_iter().map(|group| self.add(group)).collect();
        self.add(Node::Alternate(choices))
    }

    fn scheduled(&mut self, frame: Frame<'a>, when: u32) -> usize {
        let mut groups = frame.done.into_iter().map(|(part, _)| self.add(Node::Group(part))).collect::<Vec<_>>();
        let after = groups.pop().unwrap_or_else(|| self.add(Node::Group(Vec::new())));
        self.add(Node::Scheduled { before: groups.pop(), after, when })
    }

    /// The frame's bracket, parts, separators and (if it has one) closing bracket, in the order they were written.
    fn spelled_out(&mut self, frame: Frame<'a>, closing: Option<&'a str>) -> Vec<usize> {
        let bracket = self.prompt.get(frame.opened_at..=frame.opened_at).unwrap_or_default();
        let mut parts = vec![self.add(Node::Text(bracket))];
        for (part, separator) in frame.done {
            parts.extend(part);
            parts.push(self.add(Node::Text(separator)));
        }
        parts.extend(frame.part);
        parts.extend(closing.map(|sign| self.add(Node::Text(sign))));
        parts
    }
}

/// Length of the text up to the next sign; `\` takes the next character with it, and none but a newline may follow it
/// that it cannot take.
fn plain_length(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '(' | ')' | '[' | ']' | ':' | '|' => return Some(at),
            '\\' => {
                chars.next().filter(|&(_, escaped)| escaped != '\n')?;
            }
            _ => {}
        }
    }
    Some(rest.len())
}

/// `when` of a schedule: with a point in it a share of all steps, without one a step.
fn step_number(text: &str, steps: u32) -> Option<u32> {
    let number = text.trim_matches(is_python_space);
    let unsigned = number.strip_prefix(['+', '-']).unwrap_or(number);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    if !is_number {
        return None;
    }
    let value: f64 = number.parse().ok()?;
    let step = if number.contains('.') { value * f64::from(steps) } else { value };
    // Towards zero and within 0 and u32::MAX, as float to int casts go; a negative step is long past, as 0 is.
    Some((step as u32).min(steps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn expect(prompt: &str, expected: &[(u32, &str)]) {
        let expected: Vec<_> = expected.iter().map(|&(until, text)| (until, text.to_owned())).collect();
        assert_eq!(schedule(prompt, 10), expected, "{prompt:?}");
    }

    /// The examples in the documentation of A1111's `get_learned_conditioning_prompt_schedules`, save the one that it
    /// says it does not handle.
    #[test]
    fn reads_the_examples_of_its_model() {
        expect("test", &[(10, "test")]);
        expect("a [b:3]", &[(3, "a "), (10, "a b")]);
        expect("a [b: 3]", &[(3, "a "), (10, "a b")]);
        expect("a [[[b]]:2]", &[(2, "a "), (10, "a [[b]]")]);
        expect("[(a:2):3]", &[(3, ""), (10, "(a:2)")]);
        expect("a [b : c : 1] d", &[(1, "a b  d"), (10, "a  c  d")]);
        expect("a[b:[c:d:2]:1]e", &[(1, "abe"), (2, "ace"), (10, "ade")]);
        expect("a [unbalanced", &[(10, "a [unbalanced")]);
        expect("a [b:.5] c", &[(5, "a  c"), (10, "a b c")]);
        expect("((a][:b:c [d:3]", &[(3, "((a][:b:c "), (10, "((a][:b:c d")]);
        let turns = |odd: &'static str, even: &'static str| {
            (1..=10).map(|step| (step, if step % 2 == 1 { odd } else { even })).collect::<Vec<_>>()
        };
        expect("[a|(b:1.1)]", &turns("a", "(b:1.1)"));
        expect("[fe|]male", &turns("female", "male"));
        let every_fourth = (1..=10).map(|step| (step, if step % 4 == 1 { "female" } else { "male" }));
        expect("[fe|||]male", &every_fourth.collect::<Vec<_>>());
    }

    #[test]
    fn changes_lie_where_the_worked_example_has_them() {
        let prompt = "fantasy landscape with a [mountain:lake:0.25] and [an oak:a christmas tree:0.75]\
                      [ in foreground::0.6][ in background:0.25] [shoddy:masterful:0.5]";
        let steps: Vec<u32> = schedule(prompt, 100).into_iter().map(|(until, _)| until).collect();
        assert_eq!(steps, [25, 50, 60, 75, 100]);
        let texts: Vec<String> = schedule(prompt, 100).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts[0], "fantasy landscape with a mountain and an oak in foreground shoddy");
        assert_eq!(texts[4], "fantasy landscape with a lake and a christmas tree in background masterful");
    }

    #[test]
    fn a_stray_bar_or_backslash_leaves_the_prompt_unread() {
        for prompt in ["a|b [c:3]", "(a|b) [c:3]", "[a|b", "[a:3] \\", "[a:3|b]"] {
            expect(prompt, &[(10, prompt)]);
        }
    }

    #[test]
    fn numbers_out_of_range_are_brought_into_it() {
        expect("[a:99]", &[(10, "")]);
        expect("[a:-3]", &[(10, "a")]);
        expect("[a:1e999]", &[(10, "")]);
        expect("[a:0]", &[(10, "a")]);
        expect("[a:nan]", &[(10, "[a:nan]")]);
    }

    #[test]
    fn deep_nesting_is_read_without_deep_recursion() {
        let depth = 100_000;
        let prompt = format!("{}a{}", "[".repeat(depth), ":1]".repeat(depth));
        let texts = schedule(&prompt, 10);
        assert_eq!(texts, [(1, String::new()), (10, "a".to_owned())]);
    }

    proptest! {
        #[test]
        fn any_text_has_a_schedule_that_ends_with_the_last_step(
            prompt in r"([a-b \[\]():|\\0-9.]|\PC){0,40}", steps in 1_u32..30
        ) {
            let texts = schedule(&prompt, steps);
            prop_assert_eq!(texts.last().map(|(until, _)| *until), Some(steps));
            prop_assert!(texts.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
    }
}
