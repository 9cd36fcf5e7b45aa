//! Tiles of the document as textures: uploaded where their revision differs, within a time budget a frame.

use std::time::{Duration, Instant};

use egui::epaint::Mesh;
use egui::{Color32, ColorImage, Context, Painter, Rect, Shape, TextureFilter, TextureHandle, TextureOptions, pos2};

use super::camera::Camera;
use crate::document::{PixelRect, TILE_SIDE, TileGrid, TilePos};

/// How pixels of the picture become pixels of the screen: sharp when enlarged, smooth when reduced.
pub const PIXELS: TextureOptions = TextureOptions {
    magnification: TextureFilter::Nearest,
    minification: TextureFilter::Linear,
    wrap_mode: egui::TextureWrapMode::ClampToEdge,
    mipmap_mode: None,
};

/// A pixel that can be averaged and shown.
pub trait TilePixel: Copy + Default + PartialEq + Send + Sync + std::fmt::Debug {
    /// Premultiplied, 16 bits a channel.
    fn channels(self) -> [u16; 4];
}

impl TilePixel for [u16; 4] {
    fn channels(self) -> [u16; 4] {
        self
    }
}

/// A mask's pixel is white of that opacity; the tint comes with the vertices.
impl TilePixel for u16 {
    fn channels(self) -> [u16; 4] {
        [self; 4]
    }
}

struct Tile {
    revision: u64,
    level: u32,
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

    /// Uploads what has changed within `visible`. Returns whether everything is up to date; if not, another frame is needed.
    pub fn sync<P: TilePixel>(
        &mut self,
        ctx: &Context,
        grid: &TileGrid<P>,
        visible: PixelRect,
        level: u32,
        budget: &mut UploadBudget,
    ) -> bool {
        let count = grid.columns() as usize * grid.rows() as usize;
        self.tiles.resize_with(count, || None);
        let mut is_complete = true;
        for pos in grid.positions().filter(|pos| !pos.rect().intersect(visible).is_empty()) {
            let Some(slot) = self.tiles.get_mut(index(grid, pos)) else { continue };
            let Some(pixels) = grid.tile(pos) else {
                *slot = None;
                continue;
            };
            let revision = grid.revision(pos);
            if slot.as_ref().is_some_and(|tile| tile.revision == revision && tile.level == level) {
                continue;
            }
            if !budget.take() {
                is_complete = false;
                continue;
            }
            upload(ctx, self.name, slot, revision, level, reduced(pixels, level));
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

fn upload(ctx: &Context, name: &str, slot: &mut Option<Tile>, revision: u64, level: u32, image: ColorImage) {
    match slot {
        Some(tile) => {
            tile.texture.set(image, PIXELS);
            tile.revision = revision;
            tile.level = level;
        }
        None => *slot = Some(Tile { revision, level, texture: ctx.load_texture(name, image, PIXELS) }),
    }
}

/// A rectangle of pixels as egui's.
#[must_use]
pub fn egui_rect(rect: PixelRect) -> Rect {
    Rect::from_min_max(pos2(rect.left as f32, rect.top as f32), pos2(rect.right as f32, rect.bottom as f32))
}

/// How often to halve tiles for a zoom, so that linear filtering has at most two pixels to a side left to do.
#[must_use]
pub fn level_for(pixels_per_canvas_pixel: f32) -> u32 {
    let halvings = (1.0 / pixels_per_canvas_pixel.max(1e-6)).log2().floor();
    (halvings.max(0.0) as u32).min(6)
}

/// A tile halved `level` times by averaging squares of 2^level pixels.
fn reduced<P: TilePixel>(pixels: &[P], level: u32) -> ColorImage {
    let side = TILE_SIDE as usize;
    if level == 0 {
        let colours = pixels.iter().map(|pixel| colour(pixel.channels())).collect();
        return ColorImage::new([side, side], colours);
    }
    let square = 1_usize << level;
    let count = (square * square) as u64;
    let reduced_side = side >> level;
    let mut colours = Vec::with_capacity(reduced_side * reduced_side);
    for rows in pixels.chunks_exact(side * square) {
        let mut sums = vec![[0_u64; 4]; reduced_side];
        for row in rows.chunks_exact(side) {
            for (sum, run) in sums.iter_mut().zip(row.chunks_exact(square)) {
                for pixel in run {
                    let channels = pixel.channels();
                    for (sum, channel) in sum.iter_mut().zip(channels) {
                        *sum += u64::from(channel);
                    }
                }
            }
        }
        colours.extend(sums.into_iter().map(|sum| colour(sum.map(|channel| (channel / count) as u16))));
    }
    ColorImage::new([reduced_side, reduced_side], colours)
}

/// Rounds 16 bits to 8.
fn colour(channels: [u16; 4]) -> Color32 {
    let [red, green, blue, alpha] = channels.map(|channel| ((u32::from(channel) * 255 + 32_767) / 65_535) as u8);
    Color32::from_rgba_premultiplied(red, green, blue, alpha)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_halved_as_often_as_the_zoom_asks() {
        let levels: Vec<u32> = [4.0, 1.0, 0.6, 0.5, 0.3, 0.25, 1e-9].into_iter().map(level_for).collect();
        assert_eq!(levels, [0, 0, 0, 1, 1, 2, 6]);
    }

    #[test]
    fn halving_averages_squares() {
        let side = TILE_SIDE as usize;
        let mut pixels = vec![0_u16; side * side];
        pixels[0] = 65_535;
        pixels[side + 1] = 65_535;
        let image = reduced(&pixels, 1);
        assert_eq!(image.size, [side / 2, side / 2]);
        assert_eq!(image.pixels[0], Color32::from_rgba_premultiplied(127, 127, 127, 127));
        assert_eq!(image.pixels[1], Color32::TRANSPARENT);
    }

    #[test]
    fn every_8_bit_value_survives_16_bits() {
        for value in 0..=255_u8 {
            assert_eq!(colour([u16::from(value) * 257; 4]).r(), value);
        }
    }
}
