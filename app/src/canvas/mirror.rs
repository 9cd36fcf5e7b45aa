//! Painting that is repeated over the canvas, about its middle.

use egui::{Color32, Painter, Stroke, pos2};
use serde::{Deserialize, Serialize};

use super::camera::Camera;
use crate::document::CanvasSize;
use crate::paint::Symmetry;
use crate::theme::ACCENT;

/// How strokes are repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mirror {
    #[default]
    None,
    /// At the upright axis.
    LeftRight,
    /// At the level axis.
    TopBottom,
    /// At both.
    Both,
    /// Turned about the middle.
    Radial,
    /// Turned, and mirrored within each sector.
    Kaleidoscope,
}

impl Mirror {
    pub const ALL: [Self; 6] =
        [Self::None, Self::LeftRight, Self::TopBottom, Self::Both, Self::Radial, Self::Kaleidoscope];

    /// The key of its name in the languages' files.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "mirror-none",
            Self::LeftRight => "mirror-left-right",
            Self::TopBottom => "mirror-top-bottom",
            Self::Both => "mirror-both",
            Self::Radial => "mirror-radial",
            Self::Kaleidoscope => "mirror-kaleidoscope",
        }
    }

    /// Whether it has sectors.
    #[must_use]
    pub fn is_radial(self) -> bool {
        matches!(self, Self::Radial | Self::Kaleidoscope)
    }

    /// The places that each dab is laid at on a canvas of this size.
    #[must_use]
    pub fn symmetry(self, size: CanvasSize, sectors: u32) -> Symmetry {
        let middle = middle_of(size);
        match self {
            Self::None => Symmetry::none(),
            Self::LeftRight => Symmetry::mirror(middle, 0.0),
            Self::TopBottom => Symmetry::mirror(middle, 90.0),
            Self::Both => Symmetry::two_mirrors(middle, 0.0),
            Self::Radial => Symmetry::radial(middle, sectors, false),
            Self::Kaleidoscope => Symmetry::radial(middle, sectors, true),
        }
    }

    /// Degrees clockwise from the vertical of the rays that are drawn from the middle.
    fn rays(self, sectors: u32) -> Vec<f32> {
        let evenly = |count: u32| (0..count).map(|ray| 360.0 * ray as f32 / count as f32).collect();
        match self {
            Self::None => vec![],
            Self::LeftRight => vec![0.0, 180.0],
            Self::TopBottom => vec![90.0, 270.0],
            Self::Both => evenly(4),
            Self::Radial => evenly(sectors),
            Self::Kaleidoscope => evenly(2 * sectors),
        }
    }

    /// Draws the axes over the canvas.
    pub fn paint(self, painter: &Painter, camera: &Camera, size: CanvasSize, sectors: u32) {
        let [x, y] = middle_of(size);
        let reach = x.hypot(y);
        let middle = camera.screen_from_canvas(pos2(x, y));
        let rays = self.rays(sectors.clamp(1, Symmetry::MAX_SECTORS));
        for angle in &rays {
            let (sin, cos) = angle.to_radians().sin_cos();
            let end = camera.screen_from_canvas(pos2(x + reach * sin, y - reach * cos));
            // Light on dark, so that one of them shows on every ground.
            painter.line_segment([middle, end], Stroke::new(3.0, Color32::from_black_alpha(60)));
            painter.line_segment([middle, end], Stroke::new(1.0, ACCENT.gamma_multiply(0.8)));
        }
    }
}

fn middle_of(size: CanvasSize) -> [f32; 2] {
    [size.width() as f32 / 2.0, size.height() as f32 / 2.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_repeats_a_stroke_as_often_as_it_says() {
        let size = CanvasSize::new(100, 80).unwrap();
        let copies: Vec<_> = Mirror::ALL.iter().map(|mirror| mirror.symmetry(size, 5).copies()).collect();
        assert_eq!(copies, [1, 2, 2, 4, 5, 10]);
        let rays: Vec<_> = Mirror::ALL.iter().map(|mirror| mirror.rays(5).len()).collect();
        assert_eq!(rays, [0, 2, 2, 4, 5, 10]);
        let mirrored = Mirror::LeftRight.symmetry(size, 5).maps()[0].point([10.0, 20.0]);
        assert_eq!(mirrored.map(f32::round), [90.0, 20.0]);
    }
}
