//! Tiles of the document as textures: uploaded where their revision differs, within a time budget a frame.

use std::time::{Duration, Instant};

use egui::epaint::Mesh;
use egui::{Color32, ColorImage, Context, Painter, Rect, Shape, TextureFilter, TextureHandle, TextureOptions, pos2};

use super::camera::Camera;
use crate::document::{PixelRect, TILE_SIDE, TileGrid, TilePos};

/// From here on enlarged pixels are shown as the squares they are. Below, squares would differ visibly in size.
const SQUARES_FROM: f32 = 3.0;

/// How pixels of the picture become pixels of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampling {
    /// Blended with their neighbours. Where the pixels of picture and screen coincide, nothing is blended.
    #[default]
    Smooth,
    /// As squares.
    Squares,
}

impl Sampling {
    /// What suits a zoom, in pixels of the screen per pixel of the picture.
    #[must_use]
    pub fn at(pixels_per_canvas_pixel: f32) -> Self {
        if pixels_per_canvas_pixel < SQUARES_FROM { Self::Smooth } else { Self::Squares }
    }

    #[must_use]
    pub fn options(self) -> TextureOptions {
        TextureOptions {
            magnification: match self {
                Self::Smooth => TextureFilter::Linear,
                Self::Squares => TextureFilter::Nearest,
            },
            minification: TextureFilter::Linear,
            wrap_mode: egui::TextureWrapMode::ClampToEdge,
            mipmap_mode: None,
        }
    }
}

/// A pixel that can be averaged and shown.
pub trait TilePixel: Copy + Default + PartialEq + Send + Sync + std::fmt::Debug {
    /// The sum of a pixel's channels, 16 bits each, over up to 4096 pixels.
    type Sum: Copy + Default;
    fn add_to(self, sum: &mut Self::Sum);
    /// The colour of a sum over 2^`halvings` pixels.
    fn colour_of(sum: Self::Sum, halvings: u32) -> Color32;
    /// The colour of one pixel.
    fn colour(self) -> Color32;
}

/// Premultiplied red, green, blue and alpha.
impl TilePixel for [u16; 4] {
    type Sum = [u32; 4];

    fn add_to(self, sum: &mut [u32; 4]) {
        for (sum, channel) in sum.iter_mut().zip(self) {
            *sum += u32::from(channel);
        }
    }

    fn colour_of(sum: [u32; 4], halvings: u32) -> Color32 {
        sum.map(|sum| (sum >> halvings) as u16).colour()
    }

    fn colour(self) -> Color32 {
        let [red, green, blue, alpha] = self.map(eight_bits);
        Color32::from_rgba_premultiplied(red, green, blue, alpha)
    }
}

/// A mask's pixel is white of that opacity; the tint comes with the vertices.
impl TilePixel for u16 {
    type Sum = u32;

    fn add_to(self, sum: &mut u32) {
        *sum += u32::from(self);
    }

    fn colour_of(sum: u32, halvings: u32) -> Color32 {
        ((sum >> halvings) as u16).colour()
    }

    fn colour(self) -> Color32 {
        let level = eight_bits(self);
        Color32::from_rgba_premultiplied(level, level, level, level)
    }
}

/// Rounds 16 bits to 8 without a division.
fn eight_bits(channel: u16) -> u8 {
    ((u32::from(channel) * 255 + 32_895) >> 16) as u8
}

/// How tiles are turned into textures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileLook {
    /// How often they are halved, so that linear filtering has at most two pixels to a side left to do.
    pub level: u32,
    pub sampling: Sampling,
}

impl TileLook {
    /// What suits a zoom, in pixels of the screen per pixel of the picture.
    #[must_use]
    pub fn at(pixels_per_canvas_pixel: f32) -> Self {
        let halvings = (1.0 / pixels_per_canvas_pixel.max(1e-6)).log2().floor();
        Self { level: (halvings.max(0.0) as u32).min(6), sampling: Sampling::at(pixels_per_canvas_pixel) }
    }
}

struct Tile {
    revision: u64,
    look: TileLook,
    /// The last frame, by [`TileView::frame`], in which it was up to date.
    current_in: u64,
    texture: TextureHandle,
}

/// The textures of one grid.
pub struct TileTextures {
    name: &'static str,
    tiles: Vec<Option<Tile>>,
}

/// What limits uploading in one frame.
pub struct UploadBudget {
    until: Instant,
    uploaded: bool,
}

impl UploadBudget {
    pub fn new(time: Duration) -> Self {
        Self { until: Instant::now() + time, uploaded: false }
    }

    /// Whether one more tile may go up; the first always may, so that every frame gets on.
    fn take(&mut self) -> bool {
        let may = !self.uploaded || Instant::now() < self.until;
        self.uploaded = true;
        may
    }
}

impl TileTextures {
    pub fn new(name: &'static str) -> Self {
        Self { name, tiles: vec![] }
    }

    /// Uploads what has changed within `view`. Returns whether everything is up to date; if not, another frame is
    /// needed.
    pub fn sync<P: TilePixel>(
        &mut self,
        ctx: &Context,
        grid: &TileGrid<P>,
        view: &TileView,
        budget: &mut UploadBudget,
    ) -> bool {
        let count = grid.columns() as usize * grid.rows() as usize;
        self.tiles.resize_with(count, || None);
        let mut is_complete = true;
        for pos in grid.positions().filter(|pos| !pos.rect().intersect(view.visible).is_empty()) {
            let Some(slot) = self.tiles.get_mut(index(grid, pos)) else { continue };
            let Some(pixels) = grid.tile(pos) else {
                *slot = None;
                continue;
            };
            let revision = grid.revision(pos);
            if let Some(tile) = slot.as_mut().filter(|tile| tile.revision == revision && tile.look == view.look) {
                tile.current_in = view.frame;
                continue;
            }
            if !budget.take() {
                is_complete = false;
                continue;
            }
            let part = part_to_upload(slot.as_ref(), pos, view);
            upload(ctx, self.name, slot, reduced(pixels, view.look.level, part), part, view.look);
            if let Some(tile) = slot {
                (tile.revision, tile.look, tile.current_in) = (revision, view.look, view.frame);
            }
        }
        is_complete
    }

    /// Draws the tiles that intersect `visible`, multiplied by `tint`.
    pub fn paint<P>(
        &self,
        painter: &Painter,
        camera: &Camera,
        grid: &TileGrid<P>,
        bounds: PixelRect,
        visible: PixelRect,
        tint: Color32,
    ) {
        for pos in grid.positions() {
            let rect = pos.rect().intersect(bounds);
            if rect.intersect(visible).is_empty() {
                continue;
            }
            let Some(Some(tile)) = self.tiles.get(index(grid, pos)) else { continue };
            let side = TILE_SIDE as f32;
            let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(rect.width() as f32 / side, rect.height() as f32 / side));
            let mut mesh = Mesh::with_texture(tile.texture.id());
            mesh.add_rect_with_uv(camera.screen_from_canvas_rect(egui_rect(rect)), uv, tint);
            painter.add(Shape::mesh(mesh));
        }
    }
}

fn index<P>(grid: &TileGrid<P>, pos: TilePos) -> usize {
    pos.row as usize * grid.columns() as usize + pos.column as usize
}

/// What of the grid is seen, and how.
pub struct TileView {
    /// Counts the view's frames.
    pub frame: u64,
    pub visible: PixelRect,
    pub look: TileLook,
    /// All that has changed since the last frame, where that is known.
    pub changed: Option<PixelRect>,
}

/// The part of a tile, in its own pixels, that must go up: what has changed if the rest was up to date a frame ago.
fn part_to_upload(tile: Option<&Tile>, pos: TilePos, view: &TileView) -> PixelRect {
    let whole = PixelRect { left: 0, top: 0, right: TILE_SIDE, bottom: TILE_SIDE };
    let was_current = tile.is_some_and(|tile| tile.current_in + 1 == view.frame && tile.look == view.look);
    let Some(changed) = view.changed.filter(|_| was_current) else { return whole };
    let origin = pos.rect();
    let inside = changed.intersect(origin);
    if inside.is_empty() {
        return whole;
    }
    let square = 1 << view.look.level;
    PixelRect {
        left: (inside.left - origin.left) / square * square,
        top: (inside.top - origin.top) / square * square,
        right: (inside.right - origin.left).next_multiple_of(square),
        bottom: (inside.bottom - origin.top).next_multiple_of(square),
    }
}

fn upload(ctx: &Context, name: &str, slot: &mut Option<Tile>, image: ColorImage, part: PixelRect, look: TileLook) {
    let options = look.sampling.options();
    match slot {
        Some(tile) if part.width() < TILE_SIDE || part.height() < TILE_SIDE => {
            let corner = [(part.left >> look.level) as usize, (part.top >> look.level) as usize];
            tile.texture.set_partial(corner, image, options);
        }
        Some(tile) => tile.texture.set(image, options),
        None => {
            let texture = ctx.load_texture(name, image, options);
            *slot = Some(Tile { revision: 0, look, current_in: 0, texture });
        }
    }
}

/// A rectangle of pixels as egui's.
#[must_use]
pub fn egui_rect(rect: PixelRect) -> Rect {
    Rect::from_min_max(pos2(rect.left as f32, rect.top as f32), pos2(rect.right as f32, rect.bottom as f32))
}

/// A part of a tile, halved `level` times by averaging squares of 2^level pixels. The part lies on such squares.
fn reduced<P: TilePixel>(pixels: &[P], level: u32, part: PixelRect) -> ColorImage {
    let side = TILE_SIDE as usize;
    let (left, right) = (part.left as usize, part.right as usize);
    let rows = pixels.chunks_exact(side).skip(part.top as usize).take(part.height() as usize);
    let size = [part.width() as usize >> level, part.height() as usize >> level];
    let mut colours = Vec::with_capacity(size[0] * size[1]);
    if level == 0 {
        for row in rows {
            colours.extend(row.iter().take(right).skip(left).map(|pixel| pixel.colour()));
        }
        return ColorImage::new(size, colours);
    }
    let square = 1_usize << level;
    let mut sums = vec![P::Sum::default(); size[0]];
    for (number, row) in rows.enumerate() {
        for (sum, run) in sums.iter_mut().zip(row[left..right].chunks_exact(square)) {
            for pixel in run {
                pixel.add_to(sum);
            }
        }
        if (number + 1) % square == 0 {
            colours.extend(sums.iter_mut().map(|sum| P::colour_of(std::mem::take(sum), 2 * level)));
        }
    }
    ColorImage::new(size, colours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_halved_as_often_as_the_zoom_asks() {
        let levels: Vec<u32> =
            [4.0, 1.0, 0.6, 0.5, 0.3, 0.25, 1e-9].into_iter().map(|zoom| TileLook::at(zoom).level).collect();
        assert_eq!(levels, [0, 0, 0, 1, 1, 2, 6]);
    }

    #[test]
    fn pixels_are_squares_only_where_they_are_large_enough_to_be_alike() {
        let are_squares = |zoom| Sampling::at(zoom) == Sampling::Squares;
        assert_eq!([0.3, 1.0, 1.19, 2.38, 3.0, 8.0].map(are_squares), [false, false, false, false, true, true]);
    }

    const WHOLE: PixelRect = PixelRect { left: 0, top: 0, right: TILE_SIDE, bottom: TILE_SIDE };

    #[test]
    fn halving_averages_squares() {
        let side = TILE_SIDE as usize;
        let mut pixels = vec![0_u16; side * side];
        pixels[0] = 65_535;
        pixels[side + 1] = 65_535;
        let image = reduced(&pixels, 1, WHOLE);
        assert_eq!(image.size, [side / 2, side / 2]);
        assert_eq!(image.pixels[0], Color32::from_rgba_premultiplied(127, 127, 127, 127));
        assert_eq!(image.pixels[1], Color32::TRANSPARENT);
    }

    #[test]
    fn a_part_of_a_tile_is_what_stands_there_in_the_whole() {
        let side = TILE_SIDE as usize;
        let pixels: Vec<[u16; 4]> =
            (0..side * side).map(|n| [n as u16, (n / 7) as u16, (n * 3) as u16, u16::MAX]).collect();
        for level in [0, 1, 3] {
            let whole = reduced(&pixels, level, WHOLE);
            let part = PixelRect { left: 16, top: 8, right: 48, bottom: 32 };
            let cut = whole.region_by_pixels([16 >> level, 8 >> level], [32 >> level, 24 >> level]);
            assert_eq!(reduced(&pixels, level, part).pixels, cut.pixels);
        }
    }

    #[test]
    fn only_what_changed_goes_up_and_it_lies_on_whole_squares() {
        let ctx = Context::default();
        let look = |level| TileLook { level, sampling: Sampling::Smooth };
        let texture = ctx.load_texture("tile", ColorImage::filled([1, 1], Color32::WHITE), Default::default());
        let tile = Tile { revision: 1, look: look(2), current_in: 6, texture };
        let changed = Some(PixelRect { left: 257, top: 3, right: 300, bottom: 10 });
        let view = |frame, level| TileView { frame, visible: WHOLE, look: look(level), changed };
        let pos = TilePos { column: 1, row: 0 };
        assert_eq!(part_to_upload(Some(&tile), pos, &view(7, 2)), PixelRect { left: 0, top: 0, right: 44, bottom: 12 });
        assert_eq!(part_to_upload(Some(&tile), pos, &view(8, 2)), WHOLE, "a frame was missed");
        assert_eq!(part_to_upload(Some(&tile), pos, &view(7, 1)), WHOLE, "another level");
        let squares = TileView { look: TileLook { level: 2, sampling: Sampling::Squares }, ..view(7, 2) };
        assert_eq!(part_to_upload(Some(&tile), pos, &squares), WHOLE, "sampled in another way");
        assert_eq!(part_to_upload(None, pos, &view(7, 2)), WHOLE);
    }

    #[test]
    fn every_8_bit_value_survives_16_bits() {
        for value in 0..=255_u8 {
            assert_eq!(eight_bits(u16::from(value) * 257), value);
        }
    }
}
