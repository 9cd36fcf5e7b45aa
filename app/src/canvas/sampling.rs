//! How pixels of the picture become pixels of the screen.

use egui::{TextureFilter, TextureOptions};

/// From here on enlarged pixels are shown as the squares they are. Below, squares would differ visibly in size.
const SQUARES_FROM: f32 = 3.0;
/// Screen pixels a canvas pixel that leave nothing of a blend between two pixels.
const UNBLENDED: f32 = 1e6;
/// Tiles are halved no further.
const MAX_LEVEL: u32 = super::gpu::LEVELS - 1;

/// How pixels are shown.
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

/// How often tiles are halved, so that linear filtering has at most two pixels to a side left to do.
#[must_use]
pub fn level_at(pixels_per_canvas_pixel: f32) -> u32 {
    let halvings = (1.0 / pixels_per_canvas_pixel.max(1e-6)).log2().floor();
    (halvings.max(0.0) as u32).min(MAX_LEVEL)
}

/// Screen pixels per canvas pixel where pixels are drawn as squares, with edges one pixel of the screen wide; 0 where they
/// are blended. Where the pixels of picture and screen coincide, the hardware has nothing to blend at all.
#[must_use]
pub fn sharpness_at(pixels_per_canvas_pixel: f32, is_square_on: bool) -> f32 {
    if is_square_on && (pixels_per_canvas_pixel - 1.0).abs() < 1e-4 {
        UNBLENDED
    } else if Sampling::at(pixels_per_canvas_pixel) == Sampling::Squares {
        pixels_per_canvas_pixel
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_halved_as_often_as_the_zoom_asks() {
        assert_eq!([4.0, 1.0, 0.6, 0.5, 0.3, 0.25, 1e-9].map(level_at), [0, 0, 0, 1, 1, 2, 6]);
    }

    #[test]
    fn pixels_are_squares_only_where_they_are_large_enough_to_be_alike() {
        let are_squares = |zoom| Sampling::at(zoom) == Sampling::Squares;
        assert_eq!([0.3, 1.0, 1.19, 2.38, 3.0, 8.0].map(are_squares), [false, false, false, false, true, true]);
        assert_eq!([0.3, 1.19, 8.0].map(|zoom| sharpness_at(zoom, true)), [0.0, 0.0, 8.0]);
        assert_eq!((sharpness_at(1.0, true), sharpness_at(1.0, false)), (UNBLENDED, 0.0));
    }
}
