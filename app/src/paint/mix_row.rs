//! Ink mixed into rows of values, by the widest vectors the processor has.

use super::dab::ROW;
use super::value::PaintValue;
use crate::document::{Kernel, Mix as _, dispatch};

/// What is mixed into a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Inks<'a, P> {
    /// The same everywhere.
    One(P),
    /// One for each value.
    Each(&'a [P]),
}

/// Mixes `inks` into as many of the values as there are amounts, [`ROW`] at most: where an amount is 0 the value stays,
/// where it is 65535 the ink takes its place. Locked alpha stays as it is everywhere.
pub(super) fn mix_row<P: PaintValue>(values: &mut [P], inks: Inks<'_, P>, amounts: &[u16], alpha_locked: bool) {
    dispatch(MixRow { values, inks, amounts, alpha_locked });
}

struct MixRow<'a, P> {
    values: &'a mut [P],
    inks: Inks<'a, P>,
    amounts: &'a [u16],
    alpha_locked: bool,
}

impl<P: PaintValue> Kernel for MixRow<'_, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let length = self.values.len().min(self.amounts.len()).min(ROW);
        let (values, amounts) = (&mut self.values[..length], &self.amounts[..length]);
        let mut one = [P::default(); ROW];
        let inks = match self.inks {
            Inks::Each(inks) => inks,
            Inks::One(ink) => {
                one[..length].fill(ink);
                &one[..length]
            }
        };
        if self.alpha_locked {
            for ((value, ink), amount) in values.iter_mut().zip(inks).zip(amounts) {
                *value = value.mix_locked(*ink, *amount);
            }
            return;
        }
        // The amounts channel by channel: what follows then is one plain loop over numbers.
        let mut spread = [P::default(); ROW];
        for (spread, amount) in spread.iter_mut().zip(amounts) {
            *spread = P::splat(*amount);
        }
        let amounts = P::flat(&spread[..length]);
        for ((channel, ink), amount) in P::flat_mut(values).iter_mut().zip(P::flat(inks)).zip(amounts) {
            *channel = channel.mix(*ink, *amount);
        }
    }
}

/// The values that lay under the last dab become what is laid under this one: `length` of them in the paint below, and
/// `smudge` of that in the brush's own ink (both 65535 for all).
pub(super) struct SmearRow<'a, P> {
    pub(super) values: &'a mut [P],
    /// `None` is an empty tile.
    pub(super) under: Option<&'a [P]>,
    pub(super) own: P,
    pub(super) length: u16,
    pub(super) smudge: u16,
}

impl<P: PaintValue> Kernel for SmearRow<'_, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let nothing = [P::default(); ROW];
        let owns = [self.own; ROW];
        let under = self.under.unwrap_or(&nothing);
        let channels = P::flat_mut(self.values).iter_mut().zip(P::flat(under)).zip(P::flat(&owns));
        for ((channel, under), own) in channels {
            *channel = own.mix(under.mix(*channel, self.length), self.smudge);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Pixel;

    fn pixel() -> impl Strategy<Value = Pixel> {
        any::<Pixel>().prop_map(|[red, green, blue, alpha]| [red.min(alpha), green.min(alpha), blue.min(alpha), alpha])
    }

    fn row() -> impl Strategy<Value = Vec<(Pixel, Pixel, u16)>> {
        proptest::collection::vec((pixel(), pixel(), any::<u16>()), 0..=ROW)
    }

    proptest! {
        #[test]
        fn a_row_is_mixed_as_its_pixels_are(row in row(), ink in pixel(), is_locked: bool) {
            let (before, inks): (Vec<_>, Vec<_>) = row.iter().map(|(before, ink, _)| (*before, *ink)).unzip();
            let amounts: Vec<_> = row.iter().map(|(.., amount)| *amount).collect();
            let mix = |value: Pixel, ink: Pixel, amount: u16| {
                if is_locked { value.mix_locked(ink, amount) } else { value.mix(ink, amount) }
            };
            let mut values = before.clone();
            mix_row(&mut values, Inks::Each(&inks), &amounts, is_locked);
            let each: Vec<_> = row.iter().map(|(value, ink, amount)| mix(*value, *ink, *amount)).collect();
            prop_assert_eq!(values, each);
            let mut values = before;
            mix_row(&mut values, Inks::One(ink), &amounts, is_locked);
            let one: Vec<_> = row.iter().map(|(value, _, amount)| mix(*value, ink, *amount)).collect();
            prop_assert_eq!(values, one);
        }

        #[test]
        fn a_row_is_smeared_as_its_pixels_are(row in row(), own in pixel(), length: u16, smudge: u16) {
            let (mut values, under): (Vec<_>, Vec<_>) = row.iter().map(|(value, under, _)| (*value, *under)).unzip();
            let expected: Vec<_> =
                row.iter().map(|(value, under, _)| own.mix(under.mix(*value, length), smudge)).collect();
            dispatch(SmearRow { values: &mut values, under: Some(&under), own, length, smudge });
            prop_assert_eq!(values, expected);
        }
    }
}
