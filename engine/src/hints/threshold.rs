//! Black and white only.

use image::RgbImage;

use super::gray::{gray, picture_of};
use super::recipe::HintRecipe;

/// Where white begins.
pub(super) struct Level {
    /// What is lighter is white.
    pub level: f32,
    /// Finds it by itself.
    pub auto: bool,
    /// What is darker is white instead.
    pub dark: bool,
}

impl Level {
    pub fn of(recipe: &HintRecipe) -> Self {
        Self { level: recipe.value("level"), auto: recipe.is_on("auto"), dark: recipe.is_on("dark") }
    }
}

/// White where luma is above the level, as OpenCV's `threshold(gray, level, 255, THRESH_BINARY)`, or not above it.
pub(super) fn threshold(picture: &RgbImage, level: &Level) -> RgbImage {
    let mut gray = gray(picture);
    let limit = if level.auto { f32::from(best_level(gray.as_raw())) } else { level.level };
    for level_of_pixel in gray.iter_mut() {
        *level_of_pixel = if (f32::from(*level_of_pixel) > limit) == level.dark { 0 } else { u8::MAX };
    }
    picture_of(&gray, picture.width(), picture.height())
}

/// The level that parts light from dark best: both sides differ least within themselves (Otsu 1979, as OpenCV's
/// `THRESH_OTSU`).
#[expect(clippy::cast_precision_loss, reason = "counts of pixels")]
pub(super) fn best_level(levels: &[u8]) -> u8 {
    let mut counts = [0_u64; 256];
    for level in levels {
        counts[usize::from(*level)] += 1;
    }
    let pixels = levels.len() as f64;
    let share = |level: u8| counts[usize::from(level)] as f64 / pixels;
    let mean: f64 = (0..=u8::MAX).map(|level| f64::from(level) * share(level)).sum();
    let (mut best, mut most) = (0, 0.0);
    let (mut dark, mut dark_sum) = (0.0, 0.0);
    for level in 0..=u8::MAX {
        dark += share(level);
        dark_sum += f64::from(level) * share(level);
        let light = 1.0 - dark;
        if dark < f64::EPSILON || light < f64::EPSILON {
            continue;
        }
        let apart = dark * light * (dark_sum / dark - (mean - dark_sum) / light).powi(2);
        if apart > most {
            (best, most) = (level, apart);
        }
    }
    best
}
