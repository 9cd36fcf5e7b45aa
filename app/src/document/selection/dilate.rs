//! Moving soft edges outwards, softness and all.

use super::neighbours::Contents;
use super::tilewise::{Content, Made, content_of, tile_of_rows, whole_grid_of};
use crate::document::PixelRect;
use crate::document::tiles::{TILE_SIDE, Tile, TileGrid, TilePos, row_ranges};

/// Each pixel becomes the largest within `radius` pixels of it: grey dilation by a flat disc.
///
/// A disc is a stack of rows. Each row of values is widened step by step, and wherever it has the width of one of the
/// disc's rows it goes into the two rows that lie so far above and below; so the time per pixel grows with the radius,
/// not with its square.
pub(super) fn dilated(selection: &TileGrid<u16>, radius: f32) -> TileGrid<u16> {
    let contents = Contents::of(selection);
    let reach = radius.ceil() as u32;
    whole_grid_of(selection.size(), |at| match content_of(selection, at) {
        Content::Full => Made::Full,
        _ if !contents.any_near(at, reach, |content| content != Content::Empty) => Made::Empty,
        _ => Made::New(dilated_tile(selection, at, radius)),
    })
}

fn dilated_tile(selection: &TileGrid<u16>, at: TilePos, radius: f32) -> Tile<u16> {
    let (canvas, reach) = (selection.size().bounds(), radius.floor() as u32);
    let tile = at.rect();
    let wide = PixelRect {
        left: tile.left.saturating_sub(reach),
        top: tile.top.saturating_sub(reach),
        right: tile.right + reach,
        bottom: tile.bottom + reach,
    };
    let wide = wide.intersect(canvas);
    let own = tile.intersect(canvas);
    let start = (own.left - wide.left) as usize;
    let width = own.width() as usize;
    let mut rows = vec![0; width * own.height() as usize];
    let (mut values, mut widest) = (vec![], vec![]);
    for y in wide.top..wide.bottom {
        read_row(selection, y, wide, reach as usize, &mut values);
        widest.clear();
        widest.extend_from_slice(&values[reach as usize + start..][..width]);
        let mut half_width = 0;
        for dy in (0..=reach).rev() {
            let wanted = (radius * radius - (dy * dy) as f32).sqrt().floor() as usize;
            while half_width < wanted {
                half_width += 1;
                let left = &values[reach as usize + start - half_width..][..width];
                let right = &values[reach as usize + start + half_width..][..width];
                for ((widest, left), right) in widest.iter_mut().zip(left).zip(right) {
                    *widest = (*widest).max(*left).max(*right);
                }
            }
            let above = y.checked_sub(dy).filter(|_| dy > 0);
            for row in [above, Some(y + dy)].into_iter().flatten().filter(|row| (own.top..own.bottom).contains(row)) {
                let row = &mut rows[(row - own.top) as usize * width..][..width];
                row.iter_mut().zip(&widest).for_each(|(value, widest)| *value = (*value).max(*widest));
            }
        }
    }
    tile_of_rows(at, canvas, |_, y, row| row.copy_from_slice(&rows[(y - own.top) as usize * width..][..width]))
}

/// The values of a row between the sides of `rect`, with `margin` zeros before and after.
fn read_row(selection: &TileGrid<u16>, y: u32, rect: PixelRect, margin: usize, values: &mut Vec<u16>) {
    values.clear();
    values.resize(margin, 0);
    for (_, length, part) in selection.row_parts(y, rect.left, rect.right) {
        match part {
            Some(part) => values.extend_from_slice(part),
            None => values.resize(values.len() + length, 0),
        }
    }
    values.resize(values.len() + margin, 0);
}

/// Whether most of a selection's partly selected pixels lie among others: whether its edges are soft rather than only
/// anti-aliased.
pub(super) fn is_soft(selection: &TileGrid<u16>) -> bool {
    let (mut partial, mut deep) = (0u64, 0u64);
    for at in selection.positions() {
        let Some(values) = selection.tile(at) else { continue };
        let is_partial = |index: usize| values.get(index).is_some_and(|value| *value > 0 && *value < u16::MAX);
        for (y, range) in row_ranges(at, selection.size().bounds()) {
            let inner = y % TILE_SIDE > 0 && y % TILE_SIDE < TILE_SIDE - 1;
            for index in range.filter(|index| is_partial(*index)) {
                partial += 1;
                let side = TILE_SIDE as usize;
                let is_deep = inner
                    && [index.wrapping_sub(1), index + 1, index.wrapping_sub(side), index + side]
                        .into_iter()
                        .all(is_partial);
                deep += u64::from(is_deep);
            }
        }
    }
    deep * 2 > partial
}
