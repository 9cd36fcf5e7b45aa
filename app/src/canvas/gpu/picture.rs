//! The picture's tiles on the device: which must be made anew, and from what.

use std::collections::HashMap;
use std::time::Instant;

use eframe::wgpu;

use super::composer::{Composer, Job, SHOWN};
use super::program::{Blend, LayerTile, Program, Step};
use super::shader::LAYER_PAGES;
use super::slots::{self, PageKind, Place, Slots};
use super::{LEVELS, TileView};
use crate::document::{Document, Layer, LayerId, Pixel, PixelRect, TILE_SIDE, TileGrid, TilePos, positions_in};

/// Tiles made in one frame at most.
const WORK_A_FRAME: usize = 256;
const NO_PLACE: u32 = u32::MAX;

type LayerKey = (LayerId, TilePos);

/// A tile to make, with all that it takes.
pub struct Work {
    at: TilePos,
    program: Program,
    /// What has changed, in canvas pixels, if the rest of the tile is known to be as it was.
    changed: Option<PixelRect>,
    bounds: PixelRect,
}

/// What one frame has to do.
pub struct Plan {
    work: Vec<Work>,
    level: u32,
    visible: PixelRect,
    is_whole: bool,
}

/// What a made tile was made from.
struct Made {
    stamp: u64,
    layers: Vec<(LayerId, u64)>,
}

/// What was looked at last.
struct Scan {
    revision: u64,
    structure: u64,
    visible: PixelRect,
    level: u32,
    is_done: bool,
}

/// Tiles of layers, and the tiles made from them.
pub struct PictureTiles {
    layers: Slots<LayerKey, u64>,
    /// Tiles of one colour, with their revision.
    plain: HashMap<LayerKey, (u64, Pixel)>,
    made: Vec<Slots<TilePos, Made>>,
    last: Option<Scan>,
}

impl Default for PictureTiles {
    fn default() -> Self {
        let layers = Slots::new(PageKind {
            label: "layers",
            side: TILE_SIDE,
            format: wgpu::TextureFormat::Rgba16Uint,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            // 32 MB a page, 384 MB in all.
            layers: 64,
            pages_wanted: LAYER_PAGES as u32,
            pages_allowed: LAYER_PAGES as u32,
        });
        Self { layers, plain: HashMap::new(), made: (0..LEVELS).map(made_slots).collect(), last: None }
    }
}

fn made_slots(level: u32) -> Slots<TilePos, Made> {
    Slots::new(PageKind {
        label: "picture",
        side: TILE_SIDE >> level,
        format: SHOWN,
        usage: wgpu::TextureUsages::TEXTURE_BINDING
            | wgpu::TextureUsages::RENDER_ATTACHMENT
            | wgpu::TextureUsages::COPY_SRC,
        // 16 MB a page where tiles are whole.
        layers: if level == 0 { 64 } else { 256 },
        pages_wanted: 12,
        pages_allowed: 64,
    })
}

impl PictureTiles {
    /// Finds what must be made for this view.
    pub fn plan(&mut self, document: &Document, view: &TileView) -> Plan {
        let (revision, structure) = (revision_of(document), document.structure_revision());
        let TileView { visible, level, .. } = *view;
        let was_seen = |last: &&Scan| last.is_done && last.level == level && last.visible.intersect(visible) == visible;
        let last = self.last.as_ref().filter(was_seen);
        let is_same = last.is_some_and(|last| last.revision == revision);
        let changed = view.changed.filter(|_| last.is_some_and(|last| last.structure == structure));
        let mut plan = Plan { work: vec![], level, visible, is_whole: true };
        if !is_same {
            for at in positions_in(changed.unwrap_or(visible).intersect(visible)) {
                let Some(work) = self.work_for(document, at, level, changed) else { continue };
                if plan.work.len() == WORK_A_FRAME {
                    plan.is_whole = false;
                    break;
                }
                plan.work.push(work);
            }
        }
        let is_done = plan.is_whole && plan.work.is_empty();
        self.last = Some(Scan { revision, structure, visible, level, is_done });
        plan
    }

    fn work_for(&mut self, document: &Document, at: TilePos, level: u32, changed: Option<PixelRect>) -> Option<Work> {
        let program = Program::of(document, at);
        if program.steps.is_empty() {
            self.made.iter_mut().for_each(|level| level.remove(&at));
            return None;
        }
        let made = self.made.get(level as usize)?.get(&at);
        if made.is_some_and(|(_, made)| made.stamp == program.stamp) {
            return None;
        }
        let changed = changed.filter(|_| made.is_some());
        Some(Work { at, program, changed, bounds: document.bounds() })
    }

    /// Makes the tiles of the plan, at least one, more while there is time. Returns whether all are made.
    pub fn carry_out(
        &mut self,
        plan: &Plan,
        composer: &mut Composer,
        frame: u64,
        until: Instant,
        gpu: Gpu<'_>,
    ) -> bool {
        if let Some(slots) = self.made.get_mut(plan.level as usize) {
            positions_in(plan.visible).for_each(|at| slots.keep(&at, frame));
        }
        let (mut steps, mut jobs) = (vec![], vec![]);
        for work in &plan.work {
            if !jobs.is_empty() && Instant::now() >= until {
                break;
            }
            let Some(job) = self.begin_job(work, plan.level, frame, &gpu, &mut steps) else { break };
            jobs.push(job);
        }
        composer.run(gpu.device, gpu.queue, gpu.encoder, self.layers.pages(), (&steps, &jobs));
        let is_done = plan.is_whole && jobs.len() == plan.work.len();
        if let Some(last) = &mut self.last {
            last.is_done = is_done;
        }
        if is_done {
            self.forget_other_levels(plan.level);
        }
        is_done
    }

    /// Brings the layers' tiles to the device and finds a place for the result; `None` when there is no room.
    fn begin_job(
        &mut self,
        work: &Work,
        level: u32,
        frame: u64,
        gpu: &Gpu<'_>,
        steps: &mut Vec<[u32; 4]>,
    ) -> Option<Job> {
        let first = steps.len() as u32;
        let mut layers = vec![];
        for step in &work.program.steps {
            let encoded = match step {
                Step::Begin => [2, 0, 0, 0],
                Step::End { blend } => encode(3, *blend, 0, 0),
                Step::Lay { tile, blend } => {
                    layers.push((tile.layer, tile.revision));
                    self.lay(work, (tile, *blend), level, frame, gpu)?
                }
            };
            steps.push(encoded);
        }
        let slots = self.made.get_mut(level as usize)?;
        let is_known = work.changed.is_some() && slots.get(&work.at).is_some();
        let made = Made { stamp: work.program.stamp, layers };
        let place = slots.put(gpu.device, work.at, made, frame)?;
        let inside = work.at.rect().intersect(work.bounds);
        Some(Job {
            steps: [first, steps.len() as u32],
            target: slots.target(place)?,
            level,
            part: part_of_tile(work.at, work.changed.filter(|_| is_known), level),
            is_known,
            inside: [inside.width(), inside.height()],
        })
    }

    /// The step that lays a layer's tile; uploads it, or the part of it that changed.
    fn lay(
        &mut self,
        work: &Work,
        (tile, blend): (&LayerTile, Blend),
        level: u32,
        frame: u64,
        gpu: &Gpu<'_>,
    ) -> Option<[u32; 4]> {
        let Some(pixels) = &tile.pixels else { return Some(encode(0, blend, NO_PLACE, 0)) };
        let key = (tile.layer, work.at);
        if let Some((_, color)) = self.plain.get(&key).filter(|(revision, _)| *revision == tile.revision) {
            return Some(encode_color(*color, blend));
        }
        let known = self.layers.get(&key).map(|(place, revision)| (place, *revision));
        if let Some((place, revision)) = known
            && revision == tile.revision
        {
            self.layers.keep(&key, frame);
            return Some(encode(0, blend, packed(place), 0));
        }
        // The rest is as it was only if it was part of what is shown.
        let made = self.made.get(level as usize).and_then(|slots| slots.get(&work.at));
        let was_shown = |revision| made.is_some_and(|(_, made)| made.layers.contains(&(tile.layer, revision)));
        let changed = work.changed.filter(|_| known.is_some_and(|(_, revision)| was_shown(revision)));
        let values = pixels.values();
        if changed.is_none() {
            if let Some(color) = the_only_color(values) {
                self.layers.remove(&key);
                self.plain.insert(key, (tile.revision, color));
                return Some(encode_color(color, blend));
            }
            self.plain.remove(&key);
        }
        let place = self.layers.put(gpu.device, key, tile.revision, frame)?;
        let part = part_of_tile(work.at, changed, 0);
        let bytes: &[u8] = bytemuck::cast_slice(values);
        let begin = (part.top * TILE_SIDE + part.left) as usize * size_of::<Pixel>();
        let row_bytes = TILE_SIDE * size_of::<Pixel>() as u32;
        let size = [part.width(), part.height()];
        slots::write(
            gpu.queue,
            self.layers.texture(place)?,
            place.layer,
            [part.left, part.top],
            size,
            (bytes.get(begin..)?, row_bytes),
        );
        Some(encode(0, blend, packed(place), 0))
    }

    fn forget_other_levels(&mut self, level: u32) {
        for (other, slots) in (0..).zip(&mut self.made) {
            if other != level {
                slots.clear();
            }
        }
    }

    /// The level and place of the tile as it is shown: made for this level, or for another one while it is not.
    pub fn shown(&self, at: TilePos, level: u32) -> Option<(u32, Place)> {
        let place_at = |level: u32| {
            let (place, _) = self.made.get(level as usize)?.get(&at)?;
            Some((level, place))
        };
        place_at(level).or_else(|| (0..LEVELS).find_map(place_at))
    }

    /// The pages of a level.
    pub fn pages(&self, level: u32) -> &[slots::Page] {
        self.made.get(level as usize).map_or(&[], Slots::pages)
    }

    #[cfg(test)]
    pub fn texture(&self, level: u32, place: Place) -> Option<&wgpu::Texture> {
        self.made.get(level as usize)?.texture(place)
    }
}

/// The device, and where commands go.
pub struct Gpu<'a> {
    pub device: &'a wgpu::Device,
    pub queue: &'a wgpu::Queue,
    pub encoder: &'a mut wgpu::CommandEncoder,
}

/// A number that changes whenever what the view shows of the layers may have changed, hints included.
fn revision_of(document: &Document) -> u64 {
    let grids = document.all_layers().filter_map(Layer::pixels);
    grids.map(TileGrid::latest_revision).fold(document.structure_revision(), u64::max)
}

/// The whole tile, or the changed part of it on whole squares; in the tile's own pixels.
fn part_of_tile(at: TilePos, changed: Option<PixelRect>, level: u32) -> PixelRect {
    let tile = at.rect();
    let part = changed.map_or(tile, |changed| changed.intersect(tile));
    let part = if part.is_empty() { tile } else { part };
    let square = 1 << level;
    PixelRect {
        left: (part.left - tile.left) / square * square,
        top: (part.top - tile.top) / square * square,
        right: (part.right - tile.left).next_multiple_of(square),
        bottom: (part.bottom - tile.top).next_multiple_of(square),
    }
}

fn the_only_color(values: &[Pixel]) -> Option<Pixel> {
    let first = *values.first()?;
    values.iter().all(|value| *value == first).then_some(first)
}

fn packed(place: Place) -> u32 {
    place.page << 16 | place.layer
}

/// As `compose.wgsl` reads it.
fn encode(kind: u32, blend: Blend, third: u32, fourth: u32) -> [u32; 4] {
    let Blend { mode, opacity, is_clipped } = blend;
    [kind | (mode as u32) << 8 | u32::from(is_clipped) << 16, u32::from(opacity), third, fourth]
}

fn encode_color([red, green, blue, alpha]: Pixel, blend: Blend) -> [u32; 4] {
    let pair = |low: u16, high: u16| u32::from(low) | u32::from(high) << 16;
    encode(1, blend, pair(red, green), pair(blue, alpha))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_made_and_it_lies_on_whole_squares() {
        let changed = Some(PixelRect { left: 257, top: 3, right: 300, bottom: 10 });
        let at = TilePos { column: 1, row: 0 };
        assert_eq!(part_of_tile(at, changed, 2), PixelRect { left: 0, top: 0, right: 44, bottom: 12 });
        let whole = PixelRect { left: 0, top: 0, right: TILE_SIDE, bottom: TILE_SIDE };
        assert_eq!(part_of_tile(at, None, 2), whole);
        assert_eq!(part_of_tile(TilePos { column: 3, row: 0 }, changed, 0), whole, "nothing known of this tile");
    }
}
