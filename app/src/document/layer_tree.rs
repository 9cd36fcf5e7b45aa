//! Finding, taking out and putting in layers of a tree.

use super::layer::{Layer, LayerContent, LayerId};

/// Where a layer stands among its siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerPlace {
    /// The group it is in; `None` outside all groups.
    pub parent: Option<LayerId>,
    /// 0 is the lowest.
    pub index: usize,
}

/// Every layer of the tree, each group before its children.
pub(crate) fn walk(layers: &[Layer]) -> impl Iterator<Item = &Layer> {
    let mut ahead: Vec<&Layer> = layers.iter().rev().collect();
    std::iter::from_fn(move || {
        let next = ahead.pop()?;
        ahead.extend(next.children().iter().rev());
        Some(next)
    })
}

pub(crate) fn find(layers: &[Layer], id: LayerId) -> Option<&Layer> {
    walk(layers).find(|layer| layer.id == id)
}

pub(crate) fn find_mut(layers: &mut [Layer], id: LayerId) -> Option<&mut Layer> {
    for layer in layers {
        if layer.id == id {
            return Some(layer);
        }
        if let LayerContent::Group(children) = &mut layer.content
            && let Some(found) = find_mut(children, id)
        {
            return Some(found);
        }
    }
    None
}

/// The children of a group, or the roots.
pub(crate) fn siblings(layers: &[Layer], parent: Option<LayerId>) -> Option<&[Layer]> {
    match parent {
        None => Some(layers),
        Some(id) => find(layers, id).filter(|layer| layer.is_group()).map(Layer::children),
    }
}

fn siblings_mut(layers: &mut Vec<Layer>, parent: Option<LayerId>) -> Option<&mut Vec<Layer>> {
    match parent {
        None => Some(layers),
        Some(id) => match &mut find_mut(layers, id)?.content {
            LayerContent::Group(children) => Some(children),
            _ => None,
        },
    }
}

pub(crate) fn place_of(layers: &[Layer], id: LayerId) -> Option<LayerPlace> {
    let within = |parent, layers: &[Layer]| {
        layers.iter().position(|layer| layer.id == id).map(|index| LayerPlace { parent, index })
    };
    within(None, layers).or_else(|| walk(layers).find_map(|layer| within(Some(layer.id), layer.children())))
}

/// Takes a layer out of the tree.
pub(crate) fn take(layers: &mut Vec<Layer>, id: LayerId) -> Option<Layer> {
    let place = place_of(layers, id)?;
    let siblings = siblings_mut(layers, place.parent)?;
    (place.index < siblings.len()).then(|| siblings.remove(place.index))
}

/// Puts a layer into the tree; an index beyond the last is the last. A parent that is no group leaves the tree as it is
/// and hands the layer back.
pub(crate) fn put(layers: &mut Vec<Layer>, place: LayerPlace, layer: Layer) -> Option<Layer> {
    match siblings_mut(layers, place.parent) {
        Some(siblings) => {
            siblings.insert(place.index.min(siblings.len()), layer);
            None
        }
        None => Some(layer),
    }
}
