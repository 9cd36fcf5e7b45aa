//! How long everything around the model takes in an inpainting: cutting, filling, fading, matching, stitching.

use std::fmt;
use std::time::{Duration, Instant};

use brushfire_engine::inpaint::{ModelSize, Region, filled, match_colors};
use brushfire_engine::tasks::composite;
use brushfire_engine::{CropPlan, Fill, Recipe};
use image::{GrayImage, Luma, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::cli::{print, print_json};

/// Side of the picture, in pixels.
const SIDE: u32 = 2048;
/// Radius of the mask, a disc, in pixels.
const RADIUS: u32 = 400;
/// The median of so many runs is told.
const RUNS: usize = 5;

pub(super) fn run(json: bool) {
    let [masked, whole] = inpaint_2048();
    if json {
        print_json(&json!({ "masked": masked.as_json(), "whole": whole.as_json() }));
    } else {
        print(format_args!("{masked}\n{whole}"));
    }
}

/// Times of the parts of one inpainting, in their order.
struct InpaintTimes {
    /// What the model would have seen.
    plan: CropPlan,
    parts: [(&'static str, Duration); 6],
}

/// Measures the masked part at Stable Diffusion's size, and the whole picture at its own.
fn inpaint_2048() -> [InpaintTimes; 2] {
    let picture = RgbImage::from_fn(SIDE, SIDE, |x, y| Rgb([(x / 8) as u8, (y / 8) as u8, (x * y / 4096) as u8]));
    let inside = |x: u32, y: u32| x.abs_diff(SIDE / 2).pow(2) + y.abs_diff(SIDE / 2).pow(2) < RADIUS.pow(2);
    let mask = GrayImage::from_fn(SIDE, SIDE, |x, y| Luma([if inside(x, y) { 255 } else { 0 }]));
    let size = [SIDE, SIDE];
    let bounds = Region::of_mask(&mask).unwrap_or(Region::of_size(size));
    let masked = CropPlan::masked(size, bounds, 64, None, ModelSize::default());
    [masked, CropPlan::whole(size)].map(|plan| {
        let mut runs: Vec<InpaintTimes> = (0..RUNS).map(|_| measure(plan, &picture, &mask)).collect();
        runs.sort_by_key(InpaintTimes::total);
        runs.swap_remove(RUNS / 2)
    })
}

fn measure(plan: CropPlan, picture: &RgbImage, mask: &GrayImage) -> InpaintTimes {
    let recipe = Recipe { feather: 16, ..Recipe::default() };
    let part = plan.part();
    let [left, top] = [part.left, part.top].map(|side| u32::try_from(side).unwrap_or(0));
    let mut last = Instant::now();
    let mut parts = Vec::with_capacity(6);
    let mut lap = |name: &'static str| {
        parts.push((name, last.elapsed()));
        last = Instant::now();
    };
    let picture = image::imageops::crop_imm(picture, left, top, part.width(), part.height()).to_image();
    let mask = image::imageops::crop_imm(mask, left, top, part.width(), part.height()).to_image();
    let (init, model_mask) = (plan.picture_for_model(&picture), plan.mask_for_model(&mask, false));
    lap("crop");
    let under = filled(&init, &model_mask, Fill::EdgeColors, &|| false);
    lap("fill");
    let coverage = plan.coverage(&mask, &recipe);
    lap("feather");
    let made = match_colors(&init, &under, &model_mask);
    lap("colour match");
    let result = plan.laid_back(&made);
    lap("scale back");
    let stitched = composite(&picture, &result, &coverage);
    lap("stitch");
    drop(stitched);
    let parts = std::array::from_fn(|index| parts.get(index).copied().unwrap_or_default());
    InpaintTimes { plan, parts }
}

impl InpaintTimes {
    fn total(&self) -> Duration {
        self.parts.iter().map(|(_, time)| *time).sum()
    }

    pub fn as_json(&self) -> Value {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        let parts: serde_json::Map<String, Value> = self
            .parts
            .iter()
            .map(|(name, time)| (format!("{}_ms", name.replace(' ', "_")), milliseconds(*time).into()))
            .collect();
        json!({ "model_size": self.plan.model_size, "parts": parts, "total_ms": milliseconds(self.total()) })
    }
}

impl fmt::Display for InpaintTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (crop, [width, height]) = (self.plan.crop, self.plan.model_size);
        write!(f, "{} x {} of {SIDE} x {SIDE} at {width} x {height}:", crop.width(), crop.height())?;
        for (name, time) in self.parts {
            write!(f, " {name} {:.1},", time.as_secs_f64() * 1000.0)?;
        }
        write!(f, " together {:.1} ms", self.total().as_secs_f64() * 1000.0)
    }
}
