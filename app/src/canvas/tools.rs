//! The tools and the brushes each of them keeps.

use super::cropping::CropRatio;
use super::depth_hand::DepthHand;
use super::marking::{FillOptions, GradientOptions, PickerOptions};
use super::mirror::Mirror;
use super::posing::PoseOptions;
use super::subject::SubjectOptions;
use crate::document::transform::Filter;
use crate::paint::{Brush, Ink};
use crate::studio::{SelectOptions, WandOptions};

/// What the pointer does on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tool {
    MaskBrush,
    MaskEraser,
    ColorBrush,
    /// Takes paint off the active layer.
    Eraser,
    Fill,
    Gradient,
    Picker,
    RectangleSelect,
    EllipseSelect,
    LassoSelect,
    PolygonSelect,
    Wand,
    Subject,
    Move,
    Transform,
    Crop,
    /// Places and bends people on a hint layer.
    Pose,
    Hand,
}

impl Tool {
    /// The bar's order.
    pub const ALL: [Self; 18] = [
        Self::MaskBrush,
        Self::MaskEraser,
        Self::ColorBrush,
        Self::Eraser,
        Self::Fill,
        Self::Gradient,
        Self::Picker,
        Self::RectangleSelect,
        Self::EllipseSelect,
        Self::LassoSelect,
        Self::PolygonSelect,
        Self::Wand,
        Self::Subject,
        Self::Move,
        Self::Transform,
        Self::Crop,
        Self::Pose,
        Self::Hand,
    ];

    /// Whether it uses [`Toolbox::color`].
    #[must_use]
    pub fn uses_color(self) -> bool {
        matches!(self, Self::ColorBrush | Self::Fill | Self::Gradient | Self::Picker)
    }
}

/// The colours that are at hand, sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandColors {
    /// What is painted and filled with.
    pub first: [u8; 3],
    pub second: [u8; 3],
}

/// Colours that are remembered as used.
pub(super) const MAX_RECENT_COLORS: usize = 24;

/// The tool in hand, and the brush of each tool that has one.
#[derive(Clone, Debug)]
pub struct Toolbox {
    in_hand: Tool,
    pub mask_brush: Brush,
    pub mask_eraser: Brush,
    pub color_brush: Brush,
    pub eraser: Brush,
    /// What is painted and filled with, sRGB.
    pub color: [u8; 3],
    /// At hand beside it, sRGB: what Krita calls the background colour.
    pub second_color: [u8; 3],
    /// See [`Toolbox::recent_colors`].
    pub(super) recent_colors: Vec<[u8; 3]>,
    pub mirror: Mirror,
    /// Of a radial [`Toolbox::mirror`].
    pub sectors: u32,
    pub select: SelectOptions,
    pub wand: WandOptions,
    pub fill: FillOptions,
    pub gradient: GradientOptions,
    pub picker: PickerOptions,
    /// How [`Tool::Transform`] makes new pixels.
    pub transform_filter: Filter,
    /// Width and height in numbers change alike.
    pub transform_keeps_ratio: bool,
    pub crop_ratio: CropRatio,
    /// What the crop tool adds to the canvas is masked.
    pub crop_masks_new: bool,
    /// A stroke of the mask brush beyond the edge extends the canvas.
    pub mask_extends_canvas: bool,
    pub subject: SubjectOptions,
    pub pose: PoseOptions,
    pub(super) depth_hand: DepthHand,
}

impl Default for Toolbox {
    fn default() -> Self {
        Self {
            in_hand: Tool::MaskBrush,
            mask_brush: Brush { diameter: 48.0, ..Brush::default() },
            mask_eraser: Brush { diameter: 48.0, ..Brush::default() },
            color_brush: Brush { diameter: 24.0, ..Brush::default() },
            eraser: Brush { diameter: 24.0, ..Brush::default() },
            color: [0xD6, 0x45, 0x2B],
            second_color: [255; 3],
            recent_colors: vec![],
            mirror: Mirror::None,
            sectors: 6,
            select: SelectOptions::default(),
            wand: WandOptions::default(),
            fill: FillOptions::default(),
            gradient: GradientOptions::default(),
            picker: PickerOptions::default(),
            transform_filter: Filter::Bicubic,
            transform_keeps_ratio: true,
            crop_ratio: CropRatio::Free,
            crop_masks_new: false,
            mask_extends_canvas: false,
            subject: SubjectOptions::default(),
            pose: PoseOptions::default(),
            depth_hand: DepthHand::default(),
        }
    }
}

impl Toolbox {
    #[must_use]
    pub fn in_hand(&self) -> Tool {
        self.in_hand
    }

    pub fn take(&mut self, tool: Tool) {
        self.in_hand = tool;
    }

    /// Both colours.
    #[must_use]
    pub fn colors(&self) -> HandColors {
        HandColors { first: self.color, second: self.second_color }
    }

    /// The first colour becomes the second one and the other way round.
    pub fn swap_colors(&mut self) {
        std::mem::swap(&mut self.color, &mut self.second_color);
    }

    /// The colours that were painted and filled with, sRGB, the last one first.
    #[must_use]
    pub fn recent_colors(&self) -> &[[u8; 3]] {
        &self.recent_colors
    }

    /// Remembers that the colour in hand is used.
    pub fn color_is_used(&mut self) {
        let color = self.color;
        self.recent_colors.retain(|known| *known != color);
        self.recent_colors.insert(0, color);
        self.recent_colors.truncate(MAX_RECENT_COLORS);
    }

    /// Black, and white beside it.
    pub fn reset_colors(&mut self) {
        (self.color, self.second_color) = ([0; 3], [255; 3]);
    }

    /// The brush of the tool in hand.
    #[must_use]
    pub fn brush(&self) -> Option<&Brush> {
        match self.in_hand {
            Tool::MaskBrush => Some(&self.mask_brush),
            Tool::MaskEraser => Some(&self.mask_eraser),
            Tool::ColorBrush => Some(&self.color_brush),
            Tool::Eraser => Some(&self.eraser),
            _ => None,
        }
    }

    pub fn brush_mut(&mut self) -> Option<&mut Brush> {
        match self.in_hand {
            Tool::MaskBrush => Some(&mut self.mask_brush),
            Tool::MaskEraser => Some(&mut self.mask_eraser),
            Tool::ColorBrush => Some(&mut self.color_brush),
            Tool::Eraser => Some(&mut self.eraser),
            _ => None,
        }
    }

    /// What the tool in hand leaves on the canvas.
    #[must_use]
    pub fn ink(&self) -> Option<Ink> {
        match self.in_hand {
            Tool::MaskBrush => Some(Ink::Mask),
            Tool::MaskEraser => Some(Ink::MaskEraser),
            Tool::ColorBrush => Some(Ink::Color(self.color)),
            Tool::Eraser => Some(Ink::PictureEraser),
            _ => None,
        }
    }

    /// Makes the brush in hand bigger or smaller, by at least a pixel.
    pub fn scale_brush(&mut self, factor: f32) {
        if let Some(brush) = self.brush_mut() {
            let step = (brush.diameter * factor - brush.diameter).abs().max(1.0);
            let diameter = if factor > 1.0 { brush.diameter + step } else { brush.diameter - step };
            brush.diameter = diameter.round().clamp(1.0, Brush::MAX_DIAMETER);
        }
    }

    /// Makes the edge of the brush in hand sharper or softer.
    pub fn harden_brush(&mut self, by: f32) {
        if let Some(brush) = self.brush_mut() {
            brush.hardness = ((brush.hardness + by) * 20.0).round().clamp(0.0, 20.0) / 20.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brush_and_eraser_keep_their_own_sizes() {
        let mut tools = Toolbox::default();
        let eraser = tools.mask_eraser.diameter;
        tools.scale_brush(1.2);
        tools.take(Tool::MaskEraser);
        assert_eq!(tools.brush().map(|brush| brush.diameter), Some(eraser));
        tools.take(Tool::MaskBrush);
        assert!(tools.brush().is_some_and(|brush| brush.diameter > eraser));
    }

    #[test]
    fn a_colour_that_is_used_again_comes_first_and_the_oldest_is_forgotten() {
        let mut tools = Toolbox::default();
        for level in 0..40 {
            tools.color = [level; 3];
            tools.color_is_used();
        }
        assert_eq!((tools.recent_colors().len(), tools.recent_colors()[0]), (MAX_RECENT_COLORS, [39; 3]));
        tools.color = [30; 3];
        tools.color_is_used();
        assert_eq!(tools.recent_colors()[..3], [[30; 3], [39; 3], [38; 3]]);
        assert_eq!(tools.recent_colors().len(), MAX_RECENT_COLORS);
    }

    #[test]
    fn even_the_smallest_brush_grows_and_stays_in_range() {
        let mut tools = Toolbox::default();
        tools.mask_brush.diameter = 1.0;
        tools.scale_brush(1.0 / 1.2);
        assert_eq!(tools.mask_brush.diameter, 1.0);
        tools.scale_brush(1.2);
        assert_eq!(tools.mask_brush.diameter, 2.0);
        tools.harden_brush(5.0);
        assert_eq!(tools.mask_brush.hardness, 1.0);
    }
}
