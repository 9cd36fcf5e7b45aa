//! Masks and the selection on the device: 8 bits a pixel, each tile with a rim of its neighbours' pixels, so that lines
//! along edges and blends between pixels run on across tiles.

use std::time::Instant;

use eframe::wgpu;

use super::slots::{self, PageKind, Place, Slots};
use super::{LEVELS, TileView};
use crate::document::{LayerId, PixelRect, TILE_SIDE, TileGrid, TilePos, positions_in};

/// Texels around a tile that are its neighbours'.
pub const RIM: u32 = 1;

/// A grid of mask values that is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MaskKey {
    Layer(LayerId),
    Selection,
}

/// What is known of a tile on the device.
#[derive(Clone, Copy)]
struct Uploaded {
    stamp: u64,
    /// All texels are the same, those of the rim included.
    is_plain: bool,
}

/// Texels to upload.
struct MaskUpload {
    key: (MaskKey, TilePos),
    uploaded: Uploaded,
    /// In the slot.
    corner: [u32; 2],
    size: [u32; 2],
    texels: Vec<u8>,
}

/// What one frame has to do.
pub struct MaskPlan {
    uploads: Vec<MaskUpload>,
    /// Whether that is all.
    is_whole: bool,
}

/// What was uploaded last, so that it is known what else can have changed.
#[derive(Clone, Copy, PartialEq)]
struct Seen {
    visible: PixelRect,
    level: u32,
}

/// Tiles of masks.
pub struct MaskTiles {
    levels: Vec<Slots<(MaskKey, TilePos), Uploaded>>,
    /// Present if everything visible was up to date after the last frame that was drawn.
    seen: Option<Seen>,
}

impl Default for MaskTiles {
    fn default() -> Self {
        Self { levels: (0..LEVELS).map(level_slots).collect(), seen: None }
    }
}

fn level_slots(level: u32) -> Slots<(MaskKey, TilePos), Uploaded> {
    Slots::new(PageKind {
        label: "masks",
        side: (TILE_SIDE >> level) + 2 * RIM,
        format: wgpu::TextureFormat::R8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        layers: if level == 0 { 64 } else { 256 },
        pages_wanted: 12,
        pages_allowed: 64,
    })
}

impl MaskTiles {
    /// Makes the texels of all that has changed in these masks, while there is time: at least one tile's.
    pub fn plan(&mut self, masks: &[(MaskKey, &TileGrid<u16>)], view: &TileView, until: Instant) -> MaskPlan {
        let now = Seen { visible: view.visible, level: view.level };
        // A frame that is planned may never be drawn.
        let was_seen = self.seen.take() == Some(now);
        let changed = view.changed.filter(|_| was_seen);
        let mut uploads = vec![];
        for (key, grid) in masks {
            for at in positions_in(view.visible) {
                if !uploads.is_empty() && Instant::now() >= until {
                    return MaskPlan { uploads, is_whole: false };
                }
                uploads.extend(self.upload_for((*key, at), grid, view.level, changed));
            }
        }
        MaskPlan { uploads, is_whole: true }
    }

    fn upload_for(
        &mut self,
        key: (MaskKey, TilePos),
        grid: &TileGrid<u16>,
        level: u32,
        changed: Option<PixelRect>,
    ) -> Option<MaskUpload> {
        let slots = self.levels.get_mut(level as usize)?;
        let Some(stamp) = stamp_of(grid, key.1) else {
            slots.remove(&key);
            return None;
        };
        let known = slots.get(&key).map(|(_, uploaded)| *uploaded);
        if known.is_some_and(|known| known.stamp == stamp) {
            return None;
        }
        let part = part_of_slot(key.1, changed.filter(|_| known.is_some()), level);
        let [left, top, right, bottom] = part;
        let tile = key.1.rect();
        let in_grid = |texel: u32, from: u32| i64::from(from >> level) + i64::from(texel) - i64::from(RIM);
        let size = [right - left, bottom - top];
        let texels = texels(grid, level, [in_grid(left, tile.left), in_grid(top, tile.top)], size);
        let first = texels.first();
        let same_here = texels.iter().all(|texel| Some(texel) == first);
        let is_plain = same_here && size == [(TILE_SIDE >> level) + 2 * RIM; 2];
        Some(MaskUpload { key, uploaded: Uploaded { stamp, is_plain }, corner: [left, top], size, texels })
    }

    /// Uploads. Returns whether everything visible is up to date then.
    pub fn carry_out(
        &mut self,
        plan: &MaskPlan,
        view: &TileView,
        frame: u64,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
    ) -> bool {
        let Some(slots) = self.levels.get_mut(view.level as usize) else { return true };
        let mut is_done = plan.is_whole;
        for upload in &plan.uploads {
            let place = slots.put(device, upload.key, upload.uploaded, frame);
            if let Some(place) = place
                && let Some(texture) = slots.texture(place)
            {
                let bytes = (upload.texels.as_slice(), upload.size[0]);
                slots::write(queue, texture, place.layer, upload.corner, upload.size, bytes);
            } else {
                is_done = false;
            }
        }
        self.seen = is_done.then_some(Seen { visible: view.visible, level: view.level });
        if is_done {
            self.forget_other_levels(view.level);
        }
        is_done
    }

    /// Whether lines along the mask's edge can run through the tile.
    pub fn has_edges(&self, key: (MaskKey, TilePos), level: u32) -> bool {
        let uploaded = self.levels.get(level as usize).and_then(|slots| slots.get(&key));
        uploaded.is_some_and(|(_, uploaded)| !uploaded.is_plain)
    }

    /// Where a tile lies; none where its mask is empty. Keeps it for this frame.
    pub fn shown(&mut self, key: (MaskKey, TilePos), level: u32, frame: u64) -> Option<Place> {
        let slots = self.levels.get_mut(level as usize)?;
        slots.keep(&key, frame);
        slots.get(&key).map(|(place, _)| place)
    }

    /// The pages of a level.
    pub fn pages(&self, level: u32) -> &[slots::Page] {
        self.levels.get(level as usize).map_or(&[], Slots::pages)
    }

    fn forget_other_levels(&mut self, level: u32) {
        for (other, slots) in (0..).zip(&mut self.levels) {
            if other != level {
                slots.clear();
            }
        }
    }
}

/// Stands for the tile and its neighbours; `None` where all of them are empty.
fn stamp_of(grid: &TileGrid<u16>, at: TilePos) -> Option<u64> {
    let around = |middle: u32, count: u32| middle.saturating_sub(1)..(middle + 2).min(count);
    let places = around(at.row, grid.rows())
        .flat_map(|row| around(at.column, grid.columns()).map(move |column| TilePos { column, row }));
    let mut is_empty = true;
    // Revisions grow, so the newest names the state.
    let newest = places.map(|at| {
        is_empty &= grid.tile(at).is_none();
        grid.revision(at)
    });
    let newest = newest.fold(0, u64::max);
    (!is_empty).then_some(newest)
}

/// The texels of a slot that can have changed, rim included: left, top, right, bottom.
fn part_of_slot(at: TilePos, changed: Option<PixelRect>, level: u32) -> [u32; 4] {
    let side = (TILE_SIDE >> level) + 2 * RIM;
    let Some(changed) = changed else { return [0, 0, side, side] };
    let tile = at.rect();
    // In texels from the slot's corner, each way one further.
    let span = |from: u32, to: u32, origin: u32| {
        let texel = |pixel: u32| i64::from(pixel >> level) - i64::from(origin >> level) + i64::from(RIM);
        let inside = |texel: i64| texel.clamp(0, i64::from(side)) as u32;
        (inside(texel(from)), inside(texel(to.saturating_sub(1)) + 1))
    };
    let (left, right) = span(changed.left, changed.right, tile.left);
    let (top, bottom) = span(changed.top, changed.bottom, tile.top);
    if left < right && top < bottom { [left, top, right, bottom] } else { [0, 0, side, side] }
}

/// `size` texels from `corner` (in texels of this level from the canvas's corner), each the mean of a square of 2^`level`
/// values; beyond the canvas all are 0.
fn texels(grid: &TileGrid<u16>, level: u32, corner: [i64; 2], size: [u32; 2]) -> Vec<u8> {
    let (width, height) = (i64::from(grid.size().width()), i64::from(grid.size().height()));
    let [columns, rows] = size.map(i64::from);
    let pixels = |texel: i64, end: i64| (texel << level).clamp(0, end) as u32;
    let (from, to) = (pixels(corner[0], width), pixels(corner[0] + columns, width));
    let mut texels = Vec::with_capacity(size[0] as usize * size[1] as usize);
    let mut sums = vec![0u32; size[0] as usize];
    for row in corner[1]..corner[1] + rows {
        sums.fill(0);
        for y in pixels(row, height)..pixels(row + 1, height) {
            for (left, _, values) in grid.row_parts(y, from, to) {
                let Some(values) = values else { continue };
                for (x, value) in (i64::from(left)..).zip(values) {
                    if let Some(sum) = sums.get_mut(((x >> level) - corner[0]) as usize) {
                        *sum += u32::from(*value);
                    }
                }
            }
        }
        texels.extend(sums.iter().map(|sum| (((sum >> (2 * level)) + 128) / 257) as u8));
    }
    texels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;

    fn grid(width: u32, height: u32, value: impl Fn(u32, u32) -> u16 + Sync) -> TileGrid<u16> {
        TileGrid::from_rows(CanvasSize::new(width, height).unwrap(), |left, y, row| {
            for (x, pixel) in (left..).zip(row) {
                *pixel = value(x, y);
            }
        })
    }

    #[test]
    fn a_tile_s_rim_is_its_neighbours_and_nothing_beyond_the_canvas() {
        let grid = grid(300, 10, |x, _| if x == 256 { u16::MAX } else { 0 });
        let row = texels(&grid, 0, [-1, 0], [258, 1]);
        assert_eq!(row.iter().position(|texel| *texel == 255), Some(257), "the first pixel of the tile to the right");
        assert_eq!(texels(&grid, 0, [255, -1], [3, 2]), [0, 0, 0, 0, 255, 0]);
    }

    #[test]
    fn halved_masks_are_means_of_squares() {
        let grid = grid(8, 8, |x, y| if (x, y) == (4, 4) || (x, y) == (5, 5) { u16::MAX } else { 0 });
        assert_eq!(texels(&grid, 1, [1, 2], [3, 1]), [0, 127, 0]);
        assert_eq!(texels(&grid, 2, [0, 0], [2, 2]), [0, 0, 0, 32]);
    }

    #[test]
    fn a_part_is_what_stands_there_in_the_whole() {
        let grid = grid(700, 300, |x, y| (x * 97 + y * 31) as u16);
        let at = TilePos { column: 1, row: 0 };
        for level in [0, 1, 3] {
            let side = (TILE_SIDE >> level) + 2;
            let origin = i64::from(TILE_SIDE >> level) - 1;
            let whole = texels(&grid, level, [origin, -1], [side, side]);
            let changed = PixelRect { left: 250, top: 8, right: 400, bottom: 40 };
            let [left, top, right, bottom] = part_of_slot(at, Some(changed), level);
            let corner = [origin + i64::from(left), i64::from(top) - 1];
            let part = texels(&grid, level, corner, [right - left, bottom - top]);
            let rows = whole.chunks(side as usize).skip(top as usize).take((bottom - top) as usize);
            let cut: Vec<u8> = rows.flat_map(|row| row[left as usize..right as usize].to_vec()).collect();
            assert_eq!(part, cut, "level {level}");
            assert!(left == 0 && top > 0, "what changed beyond the edge is seen in the rim");
        }
    }

    #[test]
    fn an_empty_tile_counts_when_its_neighbour_is_not() {
        let grid = grid(600, 600, |x, y| if x < 256 && y < 256 { 9 } else { 0 });
        assert!(stamp_of(&grid, TilePos { column: 1, row: 1 }).is_some());
        assert!(stamp_of(&grid, TilePos { column: 2, row: 1 }).is_none());
    }
}
