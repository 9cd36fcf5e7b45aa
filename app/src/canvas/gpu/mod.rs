//! The canvas on the device: layers' tiles go up where they changed, are composited there, and are drawn by one paint
//! callback of egui's.
//!
//! What is on the device belongs to the view, not to egui's `callback_resources`: so the view knows, while it has the
//! document at hand, what must go up, and takes along those tiles alone.

pub mod bench;
mod composer;
mod display;
mod flat;
mod masks;
mod picture;
mod program;
mod shader;
mod slots;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use eframe::wgpu;
use egui::{Context, PaintCallback, PaintCallbackInfo, Rect, Vec2};

pub use self::display::{TileKind, ViewOnScreen};
pub use self::flat::Flat;
pub use self::masks::MaskKey;
pub use self::picture::Source;

use self::composer::Composer;
use self::display::{Batch, Display, Tile};
use self::masks::{MaskPlan, MaskTiles, RIM};
use self::picture::{Gpu, PictureTiles, Plan};
use self::program::Program;
use crate::document::{Document, PixelRect, TILE_SIDE, TileGrid, TilePos, positions_in};

/// Sizes that tiles are kept in: whole, halved once, and so on to 4 pixels a side.
pub const LEVELS: u32 = 7;
/// Bringing tiles to the device and starting their compositing takes at most this long a frame, once for the picture and
/// once for masks.
const UPLOAD_TIME: Duration = Duration::from_millis(3);

/// Stands for all that a tile of the flattened picture is made from, hints included: another number, perhaps another
/// picture.
#[must_use]
pub fn picture_stamp(document: &Document, at: TilePos) -> u64 {
    Program::of(document, at).stamp
}

/// What of the canvas is seen.
#[derive(Clone, Copy, Debug)]
pub struct TileView {
    pub visible: PixelRect,
    /// How often tiles are halved.
    pub level: u32,
    /// All that has changed since the last frame, where that is known.
    pub changed: Option<PixelRect>,
}

/// A mask that is drawn over the picture.
#[derive(Clone, Copy, Debug)]
pub struct MaskDraw {
    pub key: MaskKey,
    pub kind: TileKind,
    /// sRGB and opacity, 0 to 1.
    pub color: [f32; 4],
    /// How far from its place it is drawn, in canvas pixels.
    pub shift: Vec2,
}

/// What a frame shows, and how.
#[derive(Clone, Copy, Debug)]
pub struct FrameView {
    pub tiles: TileView,
    pub on_screen: ViewOnScreen,
    /// Screen pixels a canvas pixel where pixels are shown as squares; 0 where they are blended.
    pub sharpness: f32,
    /// Of what is drawn on.
    pub format: wgpu::TextureFormat,
}

#[derive(Default)]
struct OnDevice {
    picture: PictureTiles,
    masks: MaskTiles,
    composer: Option<Composer>,
    display: Option<Display>,
    /// Counts the frames that were drawn.
    frame: u64,
}

/// What a view has on the device.
#[derive(Clone, Default)]
pub struct CanvasTiles(Arc<Mutex<OnDevice>>);

impl CanvasTiles {
    /// Forgets everything: another document is shown.
    pub fn forget(&self) {
        let mut tiles = self.lock();
        tiles.picture = PictureTiles::default();
        tiles.masks = MaskTiles::default();
    }

    /// Draws the picture in `rect`, and the masks over it in their order.
    pub fn paint(
        &self,
        ctx: &Context,
        rect: Rect,
        source: Source<'_>,
        view: FrameView,
        masks: &[(MaskDraw, &TileGrid<u16>)],
    ) -> PaintCallback {
        let mut tiles = self.lock();
        let plan = tiles.picture.plan(source, &view.tiles, Instant::now() + UPLOAD_TIME);
        let grids: Vec<_> = masks.iter().map(|(mask, grid)| (mask.key, *grid)).collect();
        let mask_plan = tiles.masks.plan(&grids, &view.tiles, Instant::now() + UPLOAD_TIME);
        let scene = Scene {
            tiles: self.clone(),
            ctx: ctx.clone(),
            bounds: source.document().bounds(),
            view,
            plan,
            mask_plan,
            masks: masks.iter().map(|(mask, _)| *mask).collect(),
        };
        Callback::new_paint_callback(rect, scene)
    }

    fn lock(&self) -> MutexGuard<'_, OnDevice> {
        // What a panic left behind is at worst drawn wrong.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One frame on its way to the device.
struct Scene {
    tiles: CanvasTiles,
    ctx: Context,
    bounds: PixelRect,
    view: FrameView,
    plan: Plan,
    mask_plan: MaskPlan,
    masks: Vec<MaskDraw>,
}

impl CallbackTrait for Scene {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        encoder: &mut wgpu::CommandEncoder,
        _: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let until = Instant::now() + UPLOAD_TIME;
        let mut tiles = self.tiles.lock();
        let OnDevice { picture, masks, composer, display, frame } = &mut *tiles;
        *frame += 1;
        let gpu = Gpu { device, queue, encoder };
        let has_picture = picture.carry_out(&self.plan, composer, *frame, until, gpu);
        let has_masks = masks.carry_out(&self.mask_plan, &self.view.tiles, *frame, device, queue);
        if !has_picture || !has_masks {
            self.ctx.request_repaint();
        }
        display.take_if(|display| display.format() != self.view.format);
        let display = display.get_or_insert_with(|| Display::new(device, self.view.format));
        let places = self.places(picture, masks, *frame);
        let batches: Vec<_> = places
            .into_iter()
            .map(|((origin, page), tiles)| {
                let pages = match origin {
                    Origin::Picture(level) => picture.pages(level),
                    Origin::Mask(_) => masks.pages(self.view.tiles.level),
                };
                Batch { page: page.and_then(|page| pages.get(page as usize)), tiles }
            })
            .collect();
        display.prepare(device, queue, screen.size_in_pixels, (&self.view.on_screen, &batches));
        vec![]
    }

    fn paint(&self, _: PaintCallbackInfo, pass: &mut wgpu::RenderPass<'static>, _: &CallbackResources) {
        if let Some(display) = &self.tiles.lock().display {
            display.draw(pass);
        }
    }
}

/// Where tiles' texels come from, in the order of drawing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    /// Tiles of this level.
    Picture(u32),
    /// The mask's number.
    Mask(usize),
}

type Places = BTreeMap<(Origin, Option<u32>), Vec<Tile>>;

impl Scene {
    /// All tiles to draw, those of a page together.
    fn places(&self, picture: &PictureTiles, masks: &mut MaskTiles, frame: u64) -> Places {
        let TileView { visible, level, .. } = self.view.tiles;
        let mut places = Places::new();
        for at in positions_in(visible) {
            let shown = picture.shown(at, level);
            let (level, page) = shown.map_or((level, None), |(level, place)| (level, Some(place.page)));
            let layer = shown.map(|(_, place)| place.layer);
            let tile = self.tile(at, level, 0, layer, (TileKind::Picture, [0.0; 4]));
            places.entry((Origin::Picture(level), page)).or_default().push(tile);
        }
        for (number, mask) in self.masks.iter().enumerate() {
            let shows_nothing = matches!(mask.kind, TileKind::BlackAndWhite | TileKind::Isolated);
            for at in positions_in(visible) {
                let place = masks.shown((mask.key, at), level, frame);
                let shows_edges = matches!(mask.kind, TileKind::Outline | TileKind::Selection);
                if (place.is_none() && !shows_nothing) || (shows_edges && !masks.has_edges((mask.key, at), level)) {
                    continue;
                }
                let tile = self.tile(at, level, RIM, place.map(|place| place.layer), (mask.kind, mask.color));
                let tile = tile.shifted(mask.shift);
                places.entry((Origin::Mask(number), place.map(|place| place.page))).or_default().push(tile);
            }
        }
        places
    }

    fn tile(&self, at: TilePos, level: u32, rim: u32, layer: Option<u32>, (kind, color): (TileKind, [f32; 4])) -> Tile {
        let inside = at.rect().intersect(self.bounds);
        let side = (1 << level) as f32;
        let texels = |pixels: u32| if rim > 0 { (TILE_SIDE >> level) + 2 * rim } else { pixels.div_ceil(1 << level) };
        Tile {
            rect: [inside.left, inside.top, inside.right, inside.bottom].map(|edge| edge as f32),
            texel_origin: [inside.left, inside.top].map(|edge| edge as f32 - rim as f32 * side),
            texel_side: side,
            sharpness: self.view.sharpness * side,
            texels: [inside.width(), inside.height()].map(|side| texels(side) as f32),
            color,
            layer,
            kind,
        }
    }
}

#[cfg(test)]
mod tests;
