//! What of a recipe says how a picture follows hints.

use serde::{Deserialize, Serialize};

use super::{RecipeError, RecipeField, within};
use crate::hints::HintKind;
use crate::sampling::names::read_and_written_by_name;

/// How one hint is followed; its picture is in [`Job::hints`](crate::worker::Job), at the same place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ControlRecipe {
    /// What the hint shows.
    pub kind: HintKind,
    /// The network that follows it: its name in the models folder or a path. Empty: the one for hints of this kind; see
    /// [`find_control`](crate::worker::find_control).
    pub model: String,
    /// How strongly it is followed, 0 (not) to [`ControlRecipe::MAX_WEIGHT`].
    pub weight: f32,
    /// The share of the run's steps, 0 to 1, that are done before it is followed.
    pub start: f32,
    /// The share of the run's steps, 0 to 1, after which it is followed no more.
    pub end: f32,
    /// What decides where hint and prompt disagree.
    pub mode: ControlMode,
    /// How a hint of another shape than the picture is laid over it.
    pub fit: HintFit,
}

impl Default for ControlRecipe {
    fn default() -> Self {
        Self {
            kind: HintKind::default(),
            model: String::new(),
            weight: 1.0,
            start: 0.0,
            end: 1.0,
            mode: ControlMode::Balanced,
            fit: HintFit::Fill,
        }
    }
}

impl ControlRecipe {
    /// At twice its weight a network already overpowers the model.
    pub const MAX_WEIGHT: f32 = 2.0;

    /// Whether step `step` (from 0) of `steps` follows it, as in diffusers' pipelines: a step that is not wholly inside
    /// does not. At weight 0 no step does.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "steps are few")]
    pub fn is_followed_at(&self, step: usize, steps: usize) -> bool {
        let steps = steps.max(1) as f32;
        self.weight != 0.0 && step as f32 / steps >= self.start && (step + 1) as f32 / steps <= self.end
    }

    pub(super) fn check(&self) -> Result<(), RecipeError> {
        within(RecipeField::ControlWeight, self.weight, 0.0, Self::MAX_WEIGHT)?;
        within(RecipeField::ControlStart, self.start, 0.0, 1.0)?;
        within(RecipeField::ControlEnd, self.end, 0.0, 1.0)?;
        if self.start > self.end {
            return Err(RecipeError::EndsBeforeItStarts { start: self.start, end: self.end });
        }
        Ok(())
    }
}

/// What decides where hint and prompt disagree. The first three are those of the ControlNet extension of A1111's web UI
/// (Mikubill/sd-webui-controlnet, `scripts/enums.py` and `scripts/hook.py`), the last is diffusers' guess mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ControlMode {
    /// Both alike.
    #[default]
    Balanced,
    /// The prompt: the hint's influence fades towards the outer, detailed levels of the network.
    Prompt,
    /// The hint: it pulls as `Prompt` does, but on the guided half alone, so that guidance makes it stronger.
    Control,
    /// The hint alone, for an empty prompt.
    Guess,
}

impl ControlMode {
    pub const ALL: [Self; 4] = [Self::Balanced, Self::Prompt, Self::Control, Self::Guess];

    /// The name in recipes and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Balanced => "balanced",
            Self::Prompt => "prompt",
            Self::Control => "control",
            Self::Guess => "guess",
        }
    }

    /// The name in the window.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Balanced => "Balanced",
            Self::Prompt => "Prompt matters more",
            Self::Control => "Hint matters more",
            Self::Guess => "Hint alone",
        }
    }

    /// One sentence for a tooltip.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Balanced => "Hint and prompt count alike.",
            Self::Prompt => "Where both disagree the prompt decides: the hint says what is where, less how it looks.",
            Self::Control => "Where both disagree the hint decides; guidance makes it stronger.",
            Self::Guess => "The model guesses from the hint what is meant: leave the prompt empty, guidance 3 to 5.",
        }
    }

    /// Whether the prediction without the prompt is made without the hint too.
    #[must_use]
    pub fn is_for_the_guided_half(self) -> bool {
        matches!(self, Self::Control | Self::Guess)
    }
}

read_and_written_by_name!(ControlMode, "control mode");

/// How a hint of another shape than the picture is laid over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HintFit {
    /// All of the hint is seen; what it leaves free is filled with the colour of its border.
    Fit,
    /// All of the picture is covered; what sticks out is cut off on both sides.
    #[default]
    Fill,
    /// Stretched to the picture's shape.
    Stretch,
}

impl HintFit {
    pub const ALL: [Self; 3] = [Self::Fit, Self::Fill, Self::Stretch];

    /// The name in recipes and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::Fill => "fill",
            Self::Stretch => "stretch",
        }
    }

    /// The name in the window.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Fit => "Fit",
            Self::Fill => "Fill",
            Self::Stretch => "Stretch",
        }
    }

    /// One sentence for a tooltip.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Fit => "All of the hint is seen; what it leaves free takes the colour of its border.",
            Self::Fill => "The hint covers the whole picture; what sticks out is cut off.",
            Self::Stretch => "The hint is stretched to the picture's shape.",
        }
    }
}

read_and_written_by_name!(HintFit, "fit of hints");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for mode in ControlMode::ALL {
            assert_eq!(mode.name().parse(), Ok(mode));
        }
        for fit in HintFit::ALL {
            assert_eq!(fit.name().parse(), Ok(fit));
        }
    }

    /// `[1 - float(i / n < s or (i + 1) / n > e) for i in range(n)]` of diffusers' pipelines, n = 10, s = 0.2, e = 0.7.
    #[test]
    fn a_hint_is_followed_from_its_start_to_its_end() {
        let followed = |start, end| {
            let control = ControlRecipe { start, end, ..ControlRecipe::default() };
            (0..10).filter(|&step| control.is_followed_at(step, 10)).collect::<Vec<_>>()
        };
        assert_eq!(followed(0.2, 0.7), [2, 3, 4, 5, 6]);
        assert_eq!(followed(0.25, 0.72), [3, 4, 5, 6]);
        assert_eq!(followed(0.0, 1.0).len(), 10);
        assert!(followed(0.3, 0.3).is_empty());
        let weightless = ControlRecipe { weight: 0.0, ..ControlRecipe::default() };
        assert!(!weightless.is_followed_at(3, 10));
    }
}
