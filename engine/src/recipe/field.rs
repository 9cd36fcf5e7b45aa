//! The fields of a recipe that can be wrong.

/// Displays as messages call it: by its name in the recipe's JSON where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecipeField {
    Prompt,
    NegativePrompt,
    Steps,
    Guidance,
    GuidanceRescale,
    Strength,
    ClipSkip,
    Batch,
    Width,
    Height,
    Padding,
    Feather,
    Regions,
    RegionPrompt,
    RegionStrength,
    Controls,
    ControlWeight,
    ControlStart,
    ControlEnd,
}

impl std::fmt::Display for RecipeField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Prompt => "prompt",
            Self::NegativePrompt => "negative_prompt",
            Self::Steps => "steps",
            Self::Guidance => "guidance",
            Self::GuidanceRescale => "guidance_rescale",
            Self::Strength => "strength",
            Self::ClipSkip => "clip_skip",
            Self::Batch => "batch",
            Self::Width => "width",
            Self::Height => "height",
            Self::Padding => "padding",
            Self::Feather => "feather",
            Self::Regions => "regions",
            Self::RegionPrompt => "a region's prompt",
            Self::RegionStrength => "a region's strength",
            Self::Controls => "controls",
            Self::ControlWeight => "a hint's weight",
            Self::ControlStart => "a hint's start",
            Self::ControlEnd => "a hint's end",
        })
    }
}
