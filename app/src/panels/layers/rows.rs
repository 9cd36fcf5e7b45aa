//! The layer tree as lines of a list, the topmost layer first; and where a layer goes that is dropped between them.

use std::collections::HashSet;

use crate::document::{Document, Layer, LayerId, LayerPlace};

/// One line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: LayerId,
    /// How many groups it is in.
    pub depth: usize,
    /// Of a group: its layers follow.
    pub is_expanded: bool,
}

/// The lines of all layers but those in groups that are collapsed.
pub fn rows(document: &Document, collapsed: &HashSet<LayerId>) -> Vec<Row> {
    let mut rows = vec![];
    add(&mut rows, document.layers(), 0, collapsed);
    rows
}

fn add(rows: &mut Vec<Row>, layers: &[Layer], depth: usize, collapsed: &HashSet<LayerId>) {
    for layer in layers.iter().rev() {
        let is_expanded = layer.is_group() && !collapsed.contains(&layer.id());
        rows.push(Row { id: layer.id(), depth, is_expanded });
        if is_expanded {
            add(rows, layer.children(), depth + 1, collapsed);
        }
    }
}

/// Where on a line something is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropZone {
    Above,
    /// Into the group.
    Into,
    Below,
}

/// Where on a line of a group, or of another layer, the pointer is: `share` is 0 at its top and 1 at its bottom.
pub fn zone_at(share: f32, is_group: bool) -> DropZone {
    match share {
        share if is_group && (0.25..0.75).contains(&share) => DropZone::Into,
        share if share < 0.5 => DropZone::Above,
        _ => DropZone::Below,
    }
}

/// The place that `moved` gets when it is dropped there; as [`Document::move_layer`] counts, without itself.
pub fn place_of_drop(document: &Document, moved: LayerId, row: Row, zone: DropZone) -> Option<LayerPlace> {
    let to = document.place_of(row.id)?;
    let place = match zone {
        DropZone::Above => LayerPlace { index: to.index + 1, ..to },
        // Below an open group's line stands its topmost layer.
        DropZone::Into | DropZone::Below if zone == DropZone::Into || row.is_expanded => {
            LayerPlace { parent: Some(row.id), index: document.layer(row.id)?.children().len() }
        }
        DropZone::Into | DropZone::Below => to,
    };
    let from = document.place_of(moved)?;
    let is_below_itself = from.parent == place.parent && from.index < place.index;
    Some(if is_below_itself { LayerPlace { index: place.index - 1, ..place } } else { place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;

    /// Background, Group(Sketch), Light, Mask; the lowest first.
    fn document() -> Document {
        let mut document = Document::blank(CanvasSize::new(8, 8).unwrap(), [255; 4]);
        document.add_paint_layer("Sketch".into());
        document.group_active("Group".into()).unwrap();
        let group = document.layers()[1].id();
        document.add_paint_layer("Light".into());
        let light = document.active();
        let above = LayerPlace { parent: None, index: document.place_of(group).unwrap().index + 1 };
        document.move_layer(light, above);
        document
    }

    fn find(document: &Document, name: &str) -> LayerId {
        document.all_layers().find(|layer| layer.props().name == name).unwrap().id()
    }

    fn list(document: &Document, collapsed: &HashSet<LayerId>) -> String {
        let name = |row: &Row| format!("{}{}", "-".repeat(row.depth), document.layer(row.id).unwrap().props().name);
        rows(document, collapsed).iter().map(name).collect::<Vec<_>>().join(" ")
    }

    fn drop(document: &mut Document, moved: &str, on: &str, zone: DropZone) -> String {
        let (moved, on) = (find(document, moved), find(document, on));
        let row = rows(document, &HashSet::new()).into_iter().find(|row| row.id == on).unwrap();
        let place = place_of_drop(document, moved, row, zone).unwrap();
        document.move_layer(moved, place);
        list(document, &HashSet::new())
    }

    #[test]
    fn the_topmost_layer_stands_first_and_collapsed_groups_hide_theirs() {
        let document = document();
        assert_eq!(list(&document, &HashSet::new()), "Mask Light Group -Sketch Background");
        assert_eq!(list(&document, &HashSet::from([find(&document, "Group")])), "Mask Light Group Background");
    }

    #[test]
    fn a_layer_is_dropped_where_the_line_is() {
        let mut document = document();
        assert_eq!(drop(&mut document, "Light", "Background", DropZone::Below), "Mask Group -Sketch Background Light");
        assert_eq!(drop(&mut document, "Light", "Background", DropZone::Above), "Mask Group -Sketch Light Background");
        assert_eq!(drop(&mut document, "Light", "Group", DropZone::Into), "Mask Group -Light -Sketch Background");
        assert_eq!(drop(&mut document, "Light", "Sketch", DropZone::Below), "Mask Group -Sketch -Light Background");
        assert_eq!(drop(&mut document, "Light", "Group", DropZone::Above), "Mask Light Group -Sketch Background");
        assert_eq!(drop(&mut document, "Light", "Group", DropZone::Below), "Mask Group -Light -Sketch Background");
    }

    #[test]
    fn a_group_does_not_go_into_itself() {
        let mut document = document();
        let before = list(&document, &HashSet::new());
        assert_eq!(drop(&mut document, "Group", "Sketch", DropZone::Above), before);
    }

    #[test]
    fn the_middle_of_a_groups_line_is_the_group() {
        assert_eq!(zone_at(0.5, true), DropZone::Into);
        assert_eq!(zone_at(0.5, false), DropZone::Below);
        assert_eq!(zone_at(0.1, true), DropZone::Above);
        assert_eq!(zone_at(0.9, true), DropZone::Below);
    }
}
