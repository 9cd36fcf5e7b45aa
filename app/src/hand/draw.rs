//! A surface becomes a picture: as depth, as normals, as lines, or shaded for the eye.

use rayon::prelude::*;

use super::trace::{Sample, Surface};
use super::vector::{Vec3, vec3};

/// A picture of linear values 0 to 1, each pixel its colour (not multiplied) and how much of it is covered.
pub type Rgba = [f32; 4];

/// How near the hand is: `near` at the height `high`, `far` at `low`.
///
/// A hint's depth is white where things are near, and black is what is not there; so `far` should stay above 0.
#[must_use]
pub fn depth(surface: &Surface, [low, high]: [f32; 2], [near, far]: [f32; 2]) -> Vec<Rgba> {
    let range = (high - low).max(1e-3);
    each(surface, |sample| {
        let value = (far + (near - far) * (sample.height - low) / range).clamp(0.0, 1.0);
        [value, value, value, sample.coverage]
    })
}

/// Surface normals as ControlNet's networks know them (NormalBae's, after ScanNet): red looks to the left, green up, blue
/// at the eye.
#[must_use]
pub fn normals(surface: &Surface) -> Vec<Rgba> {
    each(surface, |sample| {
        let Vec3 { x, y, z } = sample.normal;
        [0.5 - x * 0.5, 0.5 + y * 0.5, 0.5 + z * 0.5, sample.coverage]
    })
}

/// As a model of clay in the light of a window, to be looked at.
#[must_use]
pub fn shaded(surface: &Surface) -> Vec<Rgba> {
    each(surface, |sample| {
        let [red, green, blue] = lit(sample);
        [red, green, blue, sample.coverage]
    })
}

fn lit(sample: &Sample) -> [f32; 3] {
    let normal = sample.skin_normal;
    let key = (normal.dot(vec3(-0.47, 0.66, 0.585)) * 0.82 + 0.18).max(0.0);
    let fill = normal.dot(vec3(0.78, -0.2, 0.59)).max(0.0);
    let rim = (1.0 - normal.z.max(0.0)).powi(3);
    let shade = 0.35 + 0.65 * sample.openness;
    let light = (0.17 + 0.70 * key + 0.16 * fill) * shade + 0.06 * rim;
    let skin = if sample.is_nail { [0.94, 0.80, 0.74] } else { [0.90, 0.74, 0.64] };
    // Shadows of skin are warm.
    let warm = (1.0 - light).max(0.0) * 0.10;
    [skin[0] * light + warm * 0.55, skin[1] * light + warm * 0.18, skin[2] * light + warm * 0.10]
}

fn each(surface: &Surface, color: impl Fn(&Sample) -> Rgba + Sync) -> Vec<Rgba> {
    surface.samples.par_iter().map(|sample| sample.as_ref().map_or([0.0; 4], &color)).collect()
}
