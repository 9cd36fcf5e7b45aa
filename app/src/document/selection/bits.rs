//! A tile of yes and no, worked on 64 pixels at a time.

use crate::document::tiles::{TILE_SIDE, Tile};

const SIDE: usize = TILE_SIDE as usize;
const WORDS: usize = SIDE / 64;

/// A row or column of a tile; the first pixel is the lowest bit of the first word.
pub(crate) type BitLine = [u64; WORDS];

pub(crate) const NO_BITS: BitLine = [0; WORDS];

/// A tile's pixels that are of some kind.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BitTile(Box<[BitLine; SIDE]>);

impl BitTile {
    pub(crate) fn empty() -> Self {
        Self(Box::new([NO_BITS; SIDE]))
    }

    pub(crate) fn full() -> Self {
        Self(Box::new([[u64::MAX; WORDS]; SIDE]))
    }

    /// The pixels whose values `is_set` takes.
    pub(crate) fn of_values(tile: &Tile<u16>, is_set: impl Fn(u16) -> bool) -> Self {
        let mut bits = Self::empty();
        for (line, row) in bits.0.iter_mut().zip(tile.values().chunks_exact(SIDE)) {
            for (word, values) in line.iter_mut().zip(row.chunks_exact(64)) {
                *word = values.iter().rev().fold(0, |word, value| word << 1 | u64::from(is_set(*value)));
            }
        }
        bits
    }

    pub(crate) fn get(&self, x: u32, y: u32) -> bool {
        self.0[y as usize][x as usize / 64] >> (x % 64) & 1 != 0
    }

    pub(crate) fn set(&mut self, x: u32, y: u32) {
        self.0[y as usize][x as usize / 64] |= 1 << (x % 64);
    }

    pub(crate) fn clear(&mut self, x: u32, y: u32) {
        self.0[y as usize][x as usize / 64] &= !(1 << (x % 64));
    }

    pub(crate) fn row(&self, y: usize) -> BitLine {
        self.0[y]
    }

    pub(crate) fn row_mut(&mut self, y: usize) -> &mut BitLine {
        &mut self.0[y]
    }

    pub(crate) fn column(&self, x: usize) -> BitLine {
        let mut column = NO_BITS;
        for (y, line) in self.0.iter().enumerate() {
            column[y / 64] |= (line[x / 64] >> (x % 64) & 1) << (y % 64);
        }
        column
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|line| *line == NO_BITS)
    }

    /// The places of all pixels set, row by row.
    pub(crate) fn places(&self) -> impl Iterator<Item = (u32, u32)> {
        (0u32..).zip(self.0.iter()).flat_map(|(y, line)| ones(*line).map(move |x| (x, y)))
    }
}

/// The places of a line's bits that are set.
pub(crate) fn ones(line: BitLine) -> impl Iterator<Item = u32> {
    (0u32..).step_by(64).zip(line).flat_map(|(start, word)| {
        std::iter::successors(Some(word), |word| Some(word & word.wrapping_sub(1)))
            .take_while(|word| *word != 0)
            .map(move |word| start + word.trailing_zeros())
    })
}

pub(crate) fn and(a: BitLine, b: BitLine) -> BitLine {
    std::array::from_fn(|word| a[word] & b[word])
}

pub(crate) fn or(a: BitLine, b: BitLine) -> BitLine {
    std::array::from_fn(|word| a[word] | b[word])
}

pub(crate) fn and_not(a: BitLine, b: BitLine) -> BitLine {
    std::array::from_fn(|word| a[word] & !b[word])
}

/// Spreads `seeds` along a line as far as `passable` goes without a gap; seeds elsewhere are lost.
pub(crate) fn spread(passable: BitLine, seeds: BitLine) -> BitLine {
    let seeds = and(passable, seeds);
    or(spread_up(passable, seeds), reversed(spread_up(reversed(passable), reversed(seeds))))
}

/// Adding a bit to a run of ones carries to the run's end.
fn spread_up(passable: BitLine, seeds: BitLine) -> BitLine {
    let mut carry = false;
    std::array::from_fn(|word| {
        let (sum, first) = passable[word].overflowing_add(seeds[word]);
        let (sum, second) = sum.overflowing_add(u64::from(carry));
        carry = first || second;
        passable[word] & !sum | seeds[word]
    })
}

fn reversed(line: BitLine) -> BitLine {
    std::array::from_fn(|word| line[WORDS - 1 - word].reverse_bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> BitLine {
        let mut line = NO_BITS;
        text.chars().enumerate().filter(|(_, c)| *c != '.').for_each(|(i, _)| line[i / 64] |= 1 << (i % 64));
        line
    }

    #[test]
    fn seeds_spread_to_both_ends_of_their_runs_and_no_further() {
        let passable = line("####..####.##.#####");
        assert_eq!(spread(passable, line(".#......#..#...#.#")), line("####..####.##.#####"));
        assert_eq!(spread(passable, line("......#............")), line("......####........."));
        assert_eq!(spread(passable, line("....##....#........")), NO_BITS, "seeds beside the way");
    }

    #[test]
    fn runs_go_on_from_word_to_word() {
        let all = [u64::MAX; 4];
        for place in [0, 63, 64, 130, 255] {
            let mut seed = NO_BITS;
            seed[place / 64] |= 1 << (place % 64);
            assert_eq!(spread(all, seed), all);
        }
        let mut broken = all;
        broken[2] &= !(1 << 7);
        let mut seed = NO_BITS;
        seed[0] = 1;
        assert_eq!(spread(broken, seed), [u64::MAX, u64::MAX, 0x7f, 0]);
    }

    #[test]
    fn places_rows_and_columns_agree() {
        let mut tile = BitTile::empty();
        for (x, y) in [(0, 0), (63, 1), (64, 1), (255, 255), (7, 200)] {
            tile.set(x, y);
        }
        assert_eq!(tile.places().collect::<Vec<_>>(), [(0, 0), (63, 1), (64, 1), (7, 200), (255, 255)]);
        assert_eq!(ones(tile.column(7)).collect::<Vec<_>>(), [200]);
        assert_eq!(ones(tile.row(1)).collect::<Vec<_>>(), [63, 64]);
        assert!(tile.get(64, 1) && !tile.get(65, 1) && !tile.is_empty());
    }
}
