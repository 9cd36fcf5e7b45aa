//! Byte-pair encoding: a word's bytes, joined pair by pair in the order of the merges' ranks (Sennrich et al. 2016).
//!
//! Every byte is written as one printable character (GPT-2's byte-level alphabet) and the last one carries `</w>`.
//! Pairs wait in a heap and symbols in a linked list, so a word of n bytes takes n log n steps however long it is.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Marks the last symbol of a word.
pub(super) const END_OF_WORD: &str = "</w>";

/// GPT-2's alphabet: the 256 characters that stand for bytes, by byte.
pub(super) fn byte_alphabet() -> [char; 256] {
    let mut next_free = 256_u32;
    std::array::from_fn(|byte| {
        let byte = byte as u8;
        if is_printable(byte) {
            return char::from(byte);
        }
        next_free += 1;
        char::from_u32(next_free - 1).unwrap_or(char::REPLACEMENT_CHARACTER)
    })
}

/// The bytes that stand for themselves in the alphabet.
pub(super) fn is_printable(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF)
}

/// Ids for bytes and the rules that join them.
pub(super) struct BytePairs {
    /// Id of each byte inside a word.
    pub inner: [u32; 256],
    /// Id of each byte at the end of a word.
    pub last: [u32; 256],
    /// Pair of ids -> rank (lower joins first) and id of what they become.
    pub merges: HashMap<(u32, u32), (u32, u32)>,
}

struct Symbol {
    id: u32,
    previous: Option<usize>,
    next: Option<usize>,
    joined_to_the_left: bool,
}

/// A pair that may be joined: lowest rank first, then leftmost.
type Candidate = Reverse<(u32, usize, u32)>;

impl BytePairs {
    /// The ids of one word, which must not be split any further by the caller.
    pub fn encode(&self, word: &str) -> Vec<u32> {
        let mut symbols = self.symbols(word.as_bytes());
        let mut heap: BinaryHeap<Candidate> =
            (0..symbols.len()).filter_map(|at| self.candidate(&symbols, at)).collect();
        while let Some(Reverse((_, at, becomes))) = heap.pop() {
            self.join(&mut symbols, at, becomes, &mut heap);
        }
        symbols.iter().filter(|symbol| !symbol.joined_to_the_left).map(|symbol| symbol.id).collect()
    }

    fn symbols(&self, bytes: &[u8]) -> Vec<Symbol> {
        let count = bytes.len();
        let symbol = |(at, &byte): (usize, &u8)| {
            let is_last = at + 1 == count;
            let ids = if is_last { &self.last } else { &self.inner };
            Symbol {
                id: ids.get(usize::from(byte)).copied().unwrap_or_default(),
                previous: at.checked_sub(1),
                next: (!is_last).then_some(at + 1),
                joined_to_the_left: false,
            }
        };
        bytes.iter().enumerate().map(symbol).collect()
    }

    /// The pair that begins at `at`, if a merge joins it.
    fn candidate(&self, symbols: &[Symbol], at: usize) -> Option<Candidate> {
        let left = symbols.get(at)?;
        let right = symbols.get(left.next?)?;
        let &(rank, becomes) = self.merges.get(&(left.id, right.id))?;
        Some(Reverse((rank, at, becomes)))
    }

    /// Joins the pair at `at`, unless one of its symbols was joined elsewhere since the pair was queued.
    fn join(&self, symbols: &mut [Symbol], at: usize, becomes: u32, heap: &mut BinaryHeap<Candidate>) {
        let is_current = symbols.get(at).is_some_and(|symbol| !symbol.joined_to_the_left)
            && self.candidate(symbols, at).is_some_and(|Reverse((_, _, now))| now == becomes);
        let Some(right) = symbols.get(at).and_then(|left| left.next).filter(|_| is_current) else {
            return;
        };
        let after = symbols.get_mut(right).and_then(|symbol| {
            symbol.joined_to_the_left = true;
            symbol.next
        });
        if let Some(symbol) = after.and_then(|after| symbols.get_mut(after)) {
            symbol.previous = Some(at);
        }
        let before = symbols.get_mut(at).and_then(|symbol| {
            symbol.id = becomes;
            symbol.next = after;
            symbol.previous
        });
        heap.extend(before.and_then(|before| self.candidate(symbols, before)));
        heap.extend(self.candidate(symbols, at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_is_gpt2s() {
        let alphabet = byte_alphabet();
        assert_eq!([alphabet[0], alphabet[b' ' as usize], alphabet[b'a' as usize]], ['\u{100}', '\u{120}', 'a']);
        assert_eq!(alphabet.iter().collect::<std::collections::HashSet<_>>().len(), 256);
    }

    #[test]
    fn lower_ranks_join_first_and_ties_go_left() {
        let mut pairs = BytePairs { inner: std::array::from_fn(|b| b as u32), last: [0; 256], merges: HashMap::new() };
        pairs.last = pairs.inner;
        let (a, b) = (u32::from(b'a'), u32::from(b'b'));
        pairs.merges.insert((a, a), (1, 300));
        pairs.merges.insert((a, b), (0, 301));
        pairs.merges.insert((300, 300), (2, 302));
        assert_eq!(pairs.encode("aab"), [a, 301], "ab has the lower rank");
        assert_eq!(pairs.encode("aaa"), [300, a]);
        assert_eq!(pairs.encode("aaaa"), [302]);
        assert_eq!(pairs.encode("a"), [a]);
    }
}
