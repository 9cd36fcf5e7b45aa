//! What is to be done for one tile of the picture: the document's layers as steps for the compositor's shader.
//!
//! The order and the rules are those of `document/composite.rs`; hints, which are no part of the picture, are laid over it.

use std::sync::Arc;

use super::shader::STACK;
use crate::document::{BlendMode, Document, Layer, LayerContent, LayerId, Pixel, Tile, TilePos};

/// Stands for all layers together; no layer of a document has this number.
const FLATTENED: LayerId = LayerId(0);

/// One step, from the lowest layer up.
#[derive(Clone, Debug)]
pub enum Step {
    /// Lays a layer's tile on what there is.
    Lay { tile: LayerTile, blend: Blend },
    /// Puts what there is aside and begins with nothing: a group, or a base with what is clipped to it.
    Begin,
    /// Lays what there is on what was put aside last.
    End { blend: Blend },
}

/// How something is laid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blend {
    pub mode: BlendMode,
    /// A share of 65535.
    pub opacity: u16,
    pub is_clipped: bool,
}

impl Blend {
    const PLAIN: Self = Self { mode: BlendMode::Normal, opacity: u16::MAX, is_clipped: false };

    fn of(layer: &Layer, is_clipped: bool) -> Self {
        Self { mode: layer.props().blend, opacity: layer.props().opacity_u16(), is_clipped }
    }
}

/// A layer's tile; none where the layer is empty and blends all the same.
#[derive(Clone, Debug)]
pub struct LayerTile {
    pub layer: LayerId,
    pub revision: u64,
    pub pixels: Option<Arc<Tile<Pixel>>>,
}

/// The steps of one tile.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub steps: Vec<Step>,
    /// Stands for all that the tile is made from: equal steps with equal tiles have the same.
    pub stamp: u64,
}

impl Program {
    /// The steps for the tile at this place.
    #[must_use]
    pub fn of(document: &Document, at: TilePos) -> Self {
        let mut maker = Maker { at, steps: vec![], depth: 0, deepest: 0 };
        maker.lay_all(document.layers());
        for layer in document.all_layers().filter(|layer| matches!(layer.content(), LayerContent::Hint { .. })) {
            if maker.matters(layer) {
                maker.lay(layer, Blend::of(layer, false));
            }
        }
        let (steps, deepest) = (maker.steps, maker.deepest);
        let stamp = stamp_of(&steps);
        if deepest < STACK && steps.len() <= Self::MAX_STEPS {
            return Self { steps, stamp };
        }
        // More than the shader can follow: flattened here.
        let flat = document.flattened_part(at.rect());
        let tile = LayerTile { layer: FLATTENED, revision: stamp, pixels: flat.shared_tile(at) };
        Self { steps: vec![Step::Lay { tile, blend: Blend::PLAIN }], stamp }
    }

    /// Far more than the shader's textures can hold of one tile would be needed beyond.
    const MAX_STEPS: usize = 256;
}

struct Maker {
    at: TilePos,
    steps: Vec<Step>,
    depth: usize,
    deepest: usize,
}

impl Maker {
    fn lay_all(&mut self, layers: &[Layer]) {
        let mut rest = layers.iter().filter(|layer| layer.is_part_of_picture()).peekable();
        while let Some(base) = rest.next() {
            let mut clipped = vec![];
            while let Some(layer) = rest.next_if(|layer| layer.props().clipped) {
                clipped.push(layer);
            }
            if !self.matters(base) {
                continue;
            }
            clipped.retain(|layer| self.matters(layer));
            let blend = Blend::of(base, false);
            if clipped.is_empty() {
                self.lay(base, blend);
                continue;
            }
            self.begin();
            self.lay_content(base);
            for layer in clipped {
                self.lay(layer, Blend::of(layer, true));
            }
            self.end(blend);
        }
    }

    fn lay(&mut self, layer: &Layer, blend: Blend) {
        if layer.is_group() {
            self.begin();
            self.lay_all(layer.children());
            self.end(blend);
        } else {
            self.push_tile(layer, blend);
        }
    }

    /// The layer as it is, on nothing.
    fn lay_content(&mut self, layer: &Layer) {
        if layer.is_group() {
            self.lay_all(layer.children());
        } else {
            self.push_tile(layer, Blend::PLAIN);
        }
    }

    fn push_tile(&mut self, layer: &Layer, blend: Blend) {
        let Some(pixels) = layer.pixels() else { return };
        let revision = pixels.revision(self.at);
        let tile = LayerTile { layer: layer.id(), revision, pixels: pixels.shared_tile(self.at) };
        self.steps.push(Step::Lay { tile, blend });
    }

    fn begin(&mut self) {
        self.steps.push(Step::Begin);
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
    }

    fn end(&mut self, blend: Blend) {
        self.steps.push(Step::End { blend });
        self.depth -= 1;
    }

    /// Whether the layer can change the tile.
    fn matters(&self, layer: &Layer) -> bool {
        let props = layer.props();
        props.visible && (props.blend.acts_where_transparent() || self.has_any(layer))
    }

    fn has_any(&self, layer: &Layer) -> bool {
        match layer.content() {
            LayerContent::Group(children) => {
                children.iter().any(|layer| layer.is_part_of_picture() && self.matters(layer))
            }
            _ => layer.pixels().is_some_and(|pixels| pixels.tile(self.at).is_some()),
        }
    }
}

fn stamp_of(steps: &[Step]) -> u64 {
    let mut stamp = Stamp(1);
    for step in steps {
        match step {
            Step::Lay { tile, blend } => {
                stamp.add(tile.revision);
                stamp.add_blend(*blend, 1);
            }
            Step::Begin => stamp.add(2),
            Step::End { blend } => stamp.add_blend(*blend, 3),
        }
    }
    stamp.0
}

/// A quick hash (the one of rustc, "FxHash").
struct Stamp(u64);

impl Stamp {
    fn add(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn add_blend(&mut self, blend: Blend, kind: u64) {
        let packed = kind << 32 | (blend.mode as u64) << 24 | u64::from(blend.is_clipped) << 16;
        self.add(packed | u64::from(blend.opacity));
    }
}
