//! What can be done with masks besides following the prompt.

use super::Command;
use crate::canvas::Tool;
use crate::desk::Desk;
use crate::language::text_with;
use crate::studio::Studio;

/// What can be done with masks besides following the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InpaintCommand {
    /// What is under the mask goes, without a prompt.
    RemoveMasked,
    /// The mask is filled with what is selected, without a model.
    FillLikeSelection,
    /// Takes the tool that tells a subject from what is around it, and has what is around it masked.
    ReplaceBackground,
    /// Takes the crop tool with a frame that reaches beyond the picture; what is new will be masked.
    ExtendCanvas,
    /// Another mask, filled in the same run by a prompt of its own.
    AddRegion,
    /// What lies around the mask is seen by the model, not what the painter has drawn.
    ForgetContext,
    /// Draws on the canvas what the model sees and where it repaints.
    ShowPlan,
    /// Goes on from the kept step on the canvas with the prompts as they are now.
    ContinueFromStep,
    /// Makes a picture of the kept step on the canvas as it was.
    FinishStep,
}

impl From<InpaintCommand> for Command {
    fn from(command: InpaintCommand) -> Self {
        Self::Inpaint(command)
    }
}

impl InpaintCommand {
    /// Whether it can be asked for now.
    pub(super) fn is_enabled(self, desk: &Desk) -> bool {
        let studio: &Studio = &desk.studio;
        !studio.is_painting()
            && match self {
                Self::RemoveMasked => studio.can_generate() && studio.masks().main.is_some(),
                Self::FillLikeSelection => {
                    studio.document().selection().is_some() && studio.masks().main.is_some() && !studio.is_editing()
                }
                Self::ForgetContext => studio.drawn_context().is_some(),
                Self::ContinueFromStep | Self::FinishStep => studio.can_continue(),
                Self::AddRegion | Self::ReplaceBackground | Self::ExtendCanvas | Self::ShowPlan => true,
            }
    }

    /// Whether it is a choice that is on; none for those that are no choice.
    pub(super) fn is_on(self, desk: &Desk) -> Option<bool> {
        (self == Self::ShowPlan).then_some(desk.view.aids.inpainting)
    }

    pub(super) fn run(self, desk: &mut Desk) {
        match self {
            Self::RemoveMasked => desk.studio.remove_masked(),
            Self::FillLikeSelection => desk.studio.fill_like_selection(),
            Self::ReplaceBackground => {
                desk.tools.subject.masks_background = true;
                desk.tools.take(Tool::Subject);
            }
            Self::ExtendCanvas => {
                desk.tools.crop_masks_new = true;
                desk.tools.take(Tool::Crop);
                desk.view.cropping().reach_beyond(desk.studio.document().size());
                // So that the frame is seen, which is half as wide and high again.
                desk.view.zoom_by(0.6);
            }
            Self::AddRegion => {
                let number = desk.studio.document().all_layers().filter(|layer| layer.is_mask()).count() + 1;
                desk.studio.add_region(text_with("layer-new-mask", &[("number", number.into())]));
                desk.tools.take(Tool::MaskBrush);
            }
            Self::ForgetContext => desk.studio.draw_context(None),
            Self::ShowPlan => desk.view.aids.inpainting = !desk.view.aids.inpainting,
            Self::ContinueFromStep => desk.studio.continue_from_shown(),
            Self::FinishStep => desk.studio.finish_shown(),
        }
    }
}
