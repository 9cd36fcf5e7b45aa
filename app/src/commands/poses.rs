//! What is done to people on the canvas.

use crate::canvas::Tool;
use crate::desk::Desk;
use crate::figures::{Side, has_hand};

/// What is done to the people on the pose layer, most of it to the one that is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PoseCommand {
    /// Places somebody in the middle of the canvas.
    Place,
    Mirror,
    Duplicate,
    /// The chosen joint, or the person.
    Delete,
    Hands,
    Face,
    Complete,
    NextJoint,
    NextPerson,
    /// Asks for a file, as the next does.
    Import,
    Export,
}

impl PoseCommand {
    /// Whether it can be asked for now.
    pub(super) fn is_enabled(self, desk: &Desk) -> bool {
        let (studio, posing) = (&desk.studio, desk.view.posing());
        let is_free = !studio.is_painting();
        match self {
            Self::Import => is_free,
            Self::Export => is_free && studio.pose_layer().is_some(),
            Self::Place => is_free && desk.tools.in_hand() == Tool::Pose,
            Self::NextJoint | Self::NextPerson => is_free && desk.tools.in_hand() == Tool::Pose && posing.has_people(),
            _ => is_free && desk.tools.in_hand() == Tool::Pose && posing.chosen_person().is_some(),
        }
    }

    pub(super) fn is_on(self, desk: &Desk) -> Option<bool> {
        let person = desk.view.posing().chosen_person();
        match self {
            Self::Hands => Some(person.is_some_and(|person| Side::BOTH.into_iter().any(|side| has_hand(person, side)))),
            Self::Face => Some(person.is_some_and(|person| person.face.is_some())),
            _ => None,
        }
    }

    pub(super) fn run(self, desk: &mut Desk) {
        let Desk { studio, view, tools, .. } = desk;
        let posing = view.posing_mut();
        match self {
            Self::Place => posing.place_in_middle(studio, tools),
            Self::Mirror => posing.mirror(studio),
            Self::Duplicate => posing.duplicate(studio),
            Self::Delete => posing.delete(studio),
            Self::Hands => posing.toggle_hands(studio),
            Self::Face => posing.toggle_face(studio),
            Self::Complete => posing.complete(studio),
            Self::NextJoint => posing.choose_next_joint(),
            Self::NextPerson => posing.choose_next_person(),
            Self::Import => {
                tools.take(Tool::Pose);
                studio.import_pose_with_dialog();
            }
            Self::Export => studio.export_pose_with_dialog(),
        }
    }
}
