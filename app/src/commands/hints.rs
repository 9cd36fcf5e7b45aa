//! What can be done to hints, the drawings that control networks follow.

use brushfire_engine::HintKind;

use crate::canvas::Tool;
use crate::desk::Desk;
use crate::panels::PanelKind;
use crate::studio::Studio;

/// What can be done to hints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HintCommand {
    /// An empty hint layer to draw on.
    Add(HintKind),
    /// Makes the active hint anew from the picture under the selection.
    FromPicture,
    /// The hint of lines to draw on, made if there is none.
    Sketch,
}

impl HintCommand {
    /// Whether it can be asked for now.
    pub(super) fn is_enabled(self, studio: &Studio) -> bool {
        let is_free = !studio.is_painting();
        match self {
            Self::Add(_) | Self::Sketch => is_free,
            Self::FromPicture => is_free && studio.can_make_hint(),
        }
    }

    pub(super) fn run(self, desk: &mut Desk) {
        match self {
            Self::Add(kind) => {
                desk.studio.add_hint(kind);
                // Lines are drawn and people placed at once; other hints have their own ways in the panel.
                match kind {
                    HintKind::Pose => desk.tools.take(Tool::Pose),
                    kind if kind.is_lines() => take_pencil(desk),
                    _ => {}
                }
                desk.bring_up(PanelKind::Control);
            }
            Self::FromPicture => desk.studio.make_hint(),
            Self::Sketch => {
                if !desk.studio.choose_sketch() {
                    desk.studio.add_hint(HintKind::Scribble);
                }
                take_pencil(desk);
                desk.bring_up(PanelKind::Control);
            }
        }
    }
}

/// Lines as wide as networks were shown: a brush that is wider than that becomes finer.
fn take_pencil(desk: &mut Desk) {
    let size = desk.studio.document().size();
    let widest = (size.width().min(size.height()) as f32 / 48.0).max(2.0).round();
    desk.tools.take(Tool::ColorBrush);
    if let Some(brush) = desk.tools.brush_mut() {
        brush.diameter = brush.diameter.min(widest);
    }
}
