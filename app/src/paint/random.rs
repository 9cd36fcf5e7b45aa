//! Chance that is the same whenever the same stroke is drawn.

/// Numbers by SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"): small, fast and
/// even enough for where a dab lands.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The bits of some numbers as a seed.
    pub(super) fn from_numbers(numbers: &[f32]) -> Self {
        let mut random = Self(0x5bd1_e995);
        for number in numbers {
            random.0 ^= u64::from(number.to_bits());
            random.0 = random.next();
        }
        random
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly between 0 (included) and 1 (not included).
    pub(super) fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 24) as f32
    }

    /// Evenly between -1 and 1.
    pub(super) fn signed(&mut self) -> f32 {
        2.0 * self.share() - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_splitmix64_s() {
        // The first three from the seed 1234567, as Vigna's reference code in C prints them.
        let mut random = Random(1_234_567);
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(expected.map(|_| random.next()), expected);
    }

    #[test]
    fn shares_are_spread_over_the_whole_range() {
        let mut random = Random::from_numbers(&[1.0, 2.0]);
        let shares: Vec<_> = (0..4000).map(|_| random.share()).collect();
        assert!(shares.iter().all(|share| (0.0..1.0).contains(share)));
        assert!((shares.iter().sum::<f32>() / 4000.0 - 0.5).abs() < 0.02);
    }
}
