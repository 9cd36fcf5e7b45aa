//! What a painter chooses for an inpainting, each under the one name that recipes, command line and window use.

use super::model_size::ModelSize;
use crate::sampling::names::read_and_written_by_name;

/// How much of the picture the model sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Area {
    /// All of it, at its own size.
    #[default]
    Whole,
    /// The part around the mask, scaled to the size the model is best at, and back; see [`CropPlan`](super::CropPlan).
    Masked,
    /// Chosen by the picture's size; see [`Area::resolved`].
    Auto,
}

impl Area {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Whole, Self::Masked];

    /// What is larger than this many times what the model is best at is seen in parts: models repeat themselves there, and
    /// take long.
    pub const AUTO_LARGE: u64 = 2;

    /// What `Auto` means for a picture of this size, in pixels; the others mean themselves.
    #[must_use]
    pub fn resolved(self, [width, height]: [u32; 2], model: ModelSize) -> Self {
        let best = u64::from(model.best_side) * u64::from(model.best_side);
        match self {
            Self::Auto if u64::from(width) * u64::from(height) > Self::AUTO_LARGE * best => Self::Masked,
            Self::Auto => Self::Whole,
            area => area,
        }
    }

    /// The name in recipes and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Masked => "masked",
            Self::Auto => "auto",
        }
    }

    /// The name in the window.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Whole => "Whole picture",
            Self::Masked => "Masked part",
            Self::Auto => "Automatic",
        }
    }

    /// One sentence for a tooltip.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Whole => "The model sees the whole picture, at its own size.",
            Self::Masked => {
                "The model sees the masked part and its surroundings at the size it is best at: more detail, less time."
            }
            Self::Auto => "The whole picture, or the masked part where the picture is large for the model.",
        }
    }
}

read_and_written_by_name!(Area, "area");

/// What the masked part starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fill {
    /// Chosen by strength; see [`Fill::resolved`].
    #[default]
    Auto,
    /// What is there.
    Original,
    /// What is there, blurred until only colours are left.
    Blurred,
    /// The colours around the mask, grown inward.
    EdgeColors,
    /// Pieces of the picture itself, fitted to each other and to the edge.
    Texture,
    /// Middle grey.
    Neutral,
    /// Latents that are noise.
    Noise,
    /// Latents that are nothing.
    Nothing,
}

impl Fill {
    pub const ALL: [Self; 8] = [
        Self::Auto,
        Self::Original,
        Self::Blurred,
        Self::EdgeColors,
        Self::Texture,
        Self::Neutral,
        Self::Noise,
        Self::Nothing,
    ];

    /// From this strength on `Auto` takes the surroundings' colours: of what was there only the large patches of colour
    /// would survive so much noise, and those should be the surroundings'.
    pub const AUTO_EDGE_STRENGTH: f32 = 0.9;

    /// The name in recipes and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Original => "original",
            Self::Blurred => "blurred",
            Self::EdgeColors => "edge-colors",
            Self::Texture => "texture",
            Self::Neutral => "neutral",
            Self::Noise => "noise",
            Self::Nothing => "nothing",
        }
    }

    /// The name in the window.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Auto => "Automatic",
            Self::Original => "Original",
            Self::Blurred => "Blurred",
            Self::EdgeColors => "Edge colours",
            Self::Texture => "Texture",
            Self::Neutral => "Neutral",
            Self::Noise => "Latent noise",
            Self::Nothing => "Latent nothing",
        }
    }

    /// One sentence for a tooltip.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Auto => "Edge colours from a strength of 90 % on, below that the original.",
            Self::Original => "Starts from what is there: shapes and colours are kept as far as the strength allows.",
            Self::Blurred => "Starts from what is there, blurred: only its colours are kept.",
            Self::EdgeColors => "Starts from the colours around the mask, grown inward: what was there is forgotten.",
            Self::Texture => {
                "Starts from pieces of the rest of the picture, fitted to the edge: its textures go on, without anything new."
            }
            Self::Neutral => "Starts from grey.",
            Self::Noise => "Starts from noise in the model's own space: anything may come, at a high strength.",
            Self::Nothing => "Starts from nothing in the model's own space: needs a high strength.",
        }
    }

    /// Whether it is a picture other than the original.
    #[must_use]
    pub fn is_of_pixels(self) -> bool {
        matches!(self, Self::Blurred | Self::EdgeColors | Self::Texture | Self::Neutral)
    }

    /// What `Auto` means at this strength; the others mean themselves.
    #[must_use]
    pub fn resolved(self, strength: f32) -> Self {
        match self {
            Self::Auto if strength >= Self::AUTO_EDGE_STRENGTH => Self::EdgeColors,
            Self::Auto => Self::Original,
            fill => fill,
        }
    }
}

read_and_written_by_name!(Fill, "fill");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for fill in Fill::ALL {
            assert_eq!(fill.name().parse(), Ok(fill));
        }
        for area in Area::ALL {
            assert_eq!(area.name().parse(), Ok(area));
        }
        assert!("inside".parse::<Area>().is_err());
    }

    #[test]
    fn a_picture_that_is_large_for_the_model_is_seen_in_parts() {
        let model = ModelSize { best_side: 512, multiple: 8 };
        let area = |side| Area::Auto.resolved([side, side], model);
        assert_eq!([area(512), area(700), area(800)], [Area::Whole, Area::Whole, Area::Masked]);
        assert_eq!(Area::Whole.resolved([8000; 2], model), Area::Whole);
    }

    #[test]
    fn what_starts_inside_follows_from_strength_unless_it_is_said() {
        assert_eq!(
            [0.5, 0.9, 1.0].map(|s| Fill::Auto.resolved(s)),
            [Fill::Original, Fill::EdgeColors, Fill::EdgeColors]
        );
        assert_eq!(Fill::Neutral.resolved(1.0), Fill::Neutral);
    }
}
