//! Where and how far a stroke may change what it is painted on.

use crate::document::{TileGrid, TilePos, scaled};

/// What a stroke must leave as it is.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// 65535 may be painted, 0 not; `None` is everything. Of the canvas's size.
    pub selection: Option<TileGrid<u16>>,
    /// What is transparent stays as transparent as it is.
    pub alpha_locked: bool,
}

impl Limits {
    /// Whether any pixel of the tile may change.
    pub(super) fn may_touch(&self, at: TilePos) -> bool {
        self.selection.as_ref().is_none_or(|selection| selection.tile(at).is_some())
    }

    /// Takes from the amounts of the row's pixels what the selection forbids. All of them lie in one tile.
    pub(super) fn restrict_row(&self, amounts: &mut [u16], left: u32, y: u32) {
        let Some(selection) = &self.selection else { return };
        for (from, length, part) in selection.row_parts(y, left, left + amounts.len() as u32) {
            let start = (from - left) as usize;
            let amounts = amounts.get_mut(start..start + length).unwrap_or_default();
            match part {
                Some(part) => {
                    for (amount, selected) in amounts.iter_mut().zip(part) {
                        *amount = scaled(*amount, *selected);
                    }
                }
                None => amounts.fill(0),
            }
        }
    }
}
