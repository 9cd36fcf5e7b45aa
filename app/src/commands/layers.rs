//! What can be done to layers; most of it to the active one.

use std::collections::HashSet;

use super::Command;
use crate::desk::Desk;
use crate::document::{Layer, LayerPlace};
use crate::language::text_with;
use crate::panels::{change_layer, layer_rows};
use crate::studio::Studio;

/// What can be done to layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LayerCommand {
    AddPaint,
    AddMask,
    Duplicate,
    Remove,
    Rename,
    MergeDown,
    Flatten,
    Group,
    Ungroup,
    MoveUp,
    MoveDown,
    ChooseAbove,
    ChooseBelow,
    ShowOrHide,
    Lock,
    LockAlpha,
    Clip,
}

impl LayerCommand {
    /// Whether it can be asked for now.
    pub(super) fn is_enabled(self, studio: &Studio) -> bool {
        let Some(layer) = active(studio).filter(|_| !studio.is_painting()) else { return false };
        match self {
            Self::Group | Self::Clip => layer.is_part_of_picture(),
            Self::LockAlpha => layer.pixels().is_some(),
            Self::MergeDown => layer.is_part_of_picture() && place(studio).is_some_and(|place| place.index > 0),
            Self::Ungroup => layer.is_group(),
            Self::Remove => {
                let is_alike = |other: &&Layer| other.is_mask() == layer.is_mask() && !other.is_group();
                layer.is_group() || studio.document().all_layers().filter(is_alike).count() > 1
            }
            Self::MoveUp => neighbour(studio, true).is_some(),
            Self::MoveDown => neighbour(studio, false).is_some(),
            _ => true,
        }
    }

    /// Whether it is a choice that is on; none for those that are no choice.
    pub(super) fn is_on(self, studio: &Studio) -> Option<bool> {
        let props = active(studio)?.props();
        match self {
            Self::ShowOrHide => Some(props.visible),
            Self::Lock => Some(props.locked),
            Self::LockAlpha => Some(props.alpha_locked),
            Self::Clip => Some(props.clipped),
            _ => None,
        }
    }

    pub(super) fn run(self, desk: &mut Desk) {
        let Some(layer) = active(&desk.studio).cloned() else { return };
        let id = layer.id();
        let new_name = |desk: &Desk, key| {
            let number = desk.studio.document().all_layers().count() + 1;
            text_with(key, &[("number", number.into())])
        };
        match self {
            Self::AddPaint => {
                let name = new_name(desk, "layer-new");
                desk.studio.edit(|document| Some(document.add_paint_layer(name)));
            }
            Self::AddMask => {
                let name = new_name(desk, "layer-new-mask");
                desk.studio.edit(|document| Some(document.add_mask(name)));
            }
            Self::Group => {
                let name = new_name(desk, "layer-new-group");
                desk.studio.edit(|document| document.group_active(name));
            }
            Self::Duplicate => desk.studio.edit(|document| document.duplicate_layer(id)),
            Self::Remove => desk.studio.edit(|document| document.remove_layer(id)),
            Self::Rename => desk.layers_panel.rename(&layer),
            Self::MergeDown => desk.studio.edit_in_background(move |document| Ok(document.merge_down(id))),
            Self::Flatten => desk.studio.edit_in_background(|document| Ok(document.flatten())),
            Self::Ungroup => desk.studio.edit(|document| document.ungroup(id)),
            Self::MoveUp | Self::MoveDown => {
                if let Some(to) = neighbour(&desk.studio, self == Self::MoveUp) {
                    desk.studio.edit(|document| document.move_layer(id, to));
                }
            }
            Self::ChooseAbove => choose_neighbour(desk, true),
            Self::ChooseBelow => choose_neighbour(desk, false),
            Self::ShowOrHide => change_layer(desk, id, |props| props.visible = !props.visible),
            Self::Lock => change_layer(desk, id, |props| props.locked = !props.locked),
            Self::LockAlpha => change_layer(desk, id, |props| props.alpha_locked = !props.alpha_locked),
            Self::Clip => change_layer(desk, id, |props| props.clipped = !props.clipped),
        }
    }
}

impl From<LayerCommand> for Command {
    fn from(command: LayerCommand) -> Self {
        Self::Layer(command)
    }
}

fn active(studio: &Studio) -> Option<&Layer> {
    studio.document().layer(studio.document().active())
}

fn place(studio: &Studio) -> Option<LayerPlace> {
    studio.document().place_of(studio.document().active())
}

/// The place above the next sibling, or below the one before; out of the group at its ends.
fn neighbour(studio: &Studio, above: bool) -> Option<LayerPlace> {
    let document = studio.document();
    let place = place(studio)?;
    let siblings = match place.parent {
        Some(parent) => document.layer(parent)?.children(),
        None => document.layers(),
    };
    match (above, place.parent) {
        (true, _) if place.index + 1 < siblings.len() => Some(LayerPlace { index: place.index + 1, ..place }),
        (false, _) if place.index > 0 => Some(LayerPlace { index: place.index - 1, ..place }),
        (true, Some(parent)) => document.place_of(parent).map(|group| LayerPlace { index: group.index + 1, ..group }),
        (false, Some(parent)) => document.place_of(parent),
        _ => None,
    }
}

fn choose_neighbour(desk: &mut Desk, above: bool) {
    let rows = layer_rows(desk.studio.document(), &HashSet::new());
    let Some(here) = rows.iter().position(|row| row.id == desk.studio.document().active()) else { return };
    let next = if above { here.checked_sub(1) } else { Some(here + 1) };
    if let Some(row) = next.and_then(|next| rows.get(next)) {
        desk.studio.choose_layer(row.id);
    }
}
