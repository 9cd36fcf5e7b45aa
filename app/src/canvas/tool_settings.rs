//! What is remembered of the tools from one run of the program to the next, beside their brushes.

use serde::{Deserialize, Serialize};

use super::cropping::CropRatio;
use super::marking::{FillOptions, GradientOptions, PickerOptions};
use super::mirror::Mirror;
use super::posing::PoseOptions;
use super::subject::SubjectOptions;
use super::tools::{MAX_RECENT_COLORS, Toolbox};
use crate::document::transform::Filter;
use crate::paint::Symmetry;
use crate::paint::fill::Bucket;
use crate::studio::{SelectOptions, WandOptions};

/// The options of all tools; which of them was in hand is not kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolSettings {
    /// sRGB; the first is kept with the brushes.
    pub second_color: [u8; 3],
    /// sRGB, the last one used first.
    pub recent_colors: Vec<[u8; 3]>,
    pub mirror: Mirror,
    pub sectors: u32,
    pub select: SelectOptions,
    pub wand: WandOptions,
    pub fill: FillOptions,
    pub gradient: GradientOptions,
    pub picker: PickerOptions,
    pub transform_filter: Filter,
    pub transform_keeps_ratio: bool,
    pub crop_ratio: CropRatio,
    pub crop_masks_new: bool,
    pub mask_extends_canvas: bool,
    pub subject: SubjectOptions,
    pub pose: PoseOptions,
}

impl Default for ToolSettings {
    fn default() -> Self {
        Self::of(&Toolbox::default())
    }
}

impl ToolSettings {
    #[must_use]
    pub fn of(tools: &Toolbox) -> Self {
        Self {
            second_color: tools.second_color,
            recent_colors: tools.recent_colors.clone(),
            mirror: tools.mirror,
            sectors: tools.sectors,
            select: tools.select,
            wand: tools.wand,
            fill: tools.fill,
            gradient: tools.gradient.clone(),
            picker: tools.picker,
            transform_filter: tools.transform_filter,
            transform_keeps_ratio: tools.transform_keeps_ratio,
            crop_ratio: tools.crop_ratio,
            crop_masks_new: tools.crop_masks_new,
            mask_extends_canvas: tools.mask_extends_canvas,
            subject: tools.subject,
            pose: tools.pose.clone(),
        }
    }

    /// Gives the tools their options back.
    pub fn put_into(&self, tools: &mut Toolbox) {
        tools.second_color = self.second_color;
        tools.recent_colors.clone_from(&self.recent_colors);
        tools.mirror = self.mirror;
        tools.sectors = self.sectors;
        tools.select = self.select;
        tools.wand = self.wand;
        tools.fill = self.fill;
        tools.gradient = self.gradient.clone();
        tools.picker = self.picker;
        tools.transform_filter = self.transform_filter;
        tools.transform_keeps_ratio = self.transform_keeps_ratio;
        tools.crop_ratio = self.crop_ratio;
        tools.crop_masks_new = self.crop_masks_new;
        tools.mask_extends_canvas = self.mask_extends_canvas;
        tools.subject = self.subject;
        tools.pose = self.pose.clone();
    }

    /// Numbers that were edited by hand are brought into their ranges.
    pub fn tame(&mut self) {
        let default = Self::default();
        let within = |value: &mut f32, max: f32, fallback: f32| {
            *value = if value.is_finite() { value.clamp(0.0, max) } else { fallback };
        };
        self.sectors = self.sectors.clamp(2, Symmetry::MAX_SECTORS);
        within(&mut self.select.feather, 1000.0, default.select.feather);
        within(&mut self.wand.tolerance, 1.0, default.wand.tolerance);
        within(&mut self.fill.tolerance, 1.0, default.fill.tolerance);
        within(&mut self.fill.gap, Bucket::MAX_GAP, default.fill.gap);
        within(&mut self.fill.grow, 200.0, default.fill.grow);
        self.recent_colors.truncate(MAX_RECENT_COLORS);
        within(&mut self.subject.diameter, 1000.0, default.subject.diameter);
        self.subject.diameter = self.subject.diameter.max(1.0);
        self.gradient.tame();
        self.picker.side = self.picker.side.clamp(1, 101);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_back_from_json() {
        let mut tools = Toolbox::default();
        tools.mirror = Mirror::Kaleidoscope;
        tools.color_is_used();
        tools.sectors = 9;
        tools.fill.tolerance = 0.25;
        let colors = tools.colors();
        tools.gradient.add_stop(colors, 0.5);
        tools.crop_ratio = CropRatio::Fixed(16, 9);
        tools.pose.choose(crate::figures::PRESETS[3]);
        let settings = ToolSettings::of(&tools);
        let json = serde_json::to_string(&settings).unwrap();
        let mut read: ToolSettings = serde_json::from_str(&json).unwrap();
        read.tame();
        let mut others = Toolbox::default();
        read.put_into(&mut others);
        assert_eq!(ToolSettings::of(&others), settings);
    }

    #[test]
    fn what_is_missing_or_out_of_range_is_made_good() {
        let mut settings: ToolSettings =
            serde_json::from_str(r#"{"sectors": 4000, "fill": {"tolerance": -3.0}, "gradient": {"stops": []}}"#)
                .unwrap();
        settings.tame();
        assert_eq!((settings.sectors, settings.fill.tolerance), (Symmetry::MAX_SECTORS, 0.0));
        assert_eq!(settings.gradient, GradientOptions::default());
        assert_eq!(settings.wand, WandOptions::default());
    }
}
