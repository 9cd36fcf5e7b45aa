//! One layer of the picture.

use serde::{Deserialize, Serialize};

use super::blend::BlendMode;
use super::hint::HintControl;
use super::hint_objects::HintObjects;
use super::mask_use::MaskUse;
use super::pixel::Pixel;
use super::rect::CanvasSize;
use super::tiles::TileGrid;

/// A layer's name in the program; unique within a document and never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LayerId(pub(crate) u64);

impl LayerId {
    /// The number itself, for names of widgets and files.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

/// What the list of layers shows of a layer besides its picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LayerProps {
    pub name: String,
    pub visible: bool,
    /// 0 to 1; of a mask, that of its tint where it is full.
    pub opacity: f32,
    /// Nothing paints on it or moves it.
    pub locked: bool,
    /// Painting changes colours but not where there are any.
    pub alpha_locked: bool,
    /// Shows only where the nearest layer below that is not clipped itself has something.
    pub clipped: bool,
    pub blend: BlendMode,
    /// sRGB; what a mask is drawn with over the picture, and the lines of a hint. Other layers do not use it.
    pub tint: [u8; 3],
    /// Other layers than masks do not use it.
    pub mask_use: MaskUse,
    /// What a hint has to say. Other layers do not use it.
    pub control: HintControl,
}

impl Default for LayerProps {
    fn default() -> Self {
        Self {
            name: String::new(),
            visible: true,
            opacity: 1.0,
            locked: false,
            alpha_locked: false,
            clipped: false,
            blend: BlendMode::Normal,
            tint: super::MaskLook::default().color,
            mask_use: MaskUse::Repaint,
            control: HintControl::default(),
        }
    }
}

impl LayerProps {
    /// Visible, opaque, normal, of this name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// [`LayerProps::opacity`] as a share of 65535.
    pub(crate) fn opacity_u16(&self) -> u16 {
        // `as` saturates and makes 0 of NaN.
        (self.opacity * f32::from(u16::MAX)).round() as u16
    }
}

/// What a layer holds. Every grid has the canvas's size.
#[derive(Clone, Debug)]
pub enum LayerContent {
    Paint(TileGrid<Pixel>),
    /// An accepted result, with the recipe that made it (JSON, opaque here).
    Result {
        pixels: TileGrid<Pixel>,
        recipe: Option<String>,
    },
    /// A drawing that tells a ControlNet what to do; `kind` says which (`scribble`, `pose`, ...). Not part of the picture.
    Hint {
        pixels: TileGrid<Pixel>,
        kind: String,
        /// What it is drawn from, where the program draws it.
        objects: Option<HintObjects>,
    },
    /// Where the picture is repainted: 0 keeps, 65535 repaints. Not part of the picture.
    Mask(TileGrid<u16>),
    /// Layers, the lowest first, that are composited by themselves before the whole is blended.
    Group(Vec<Layer>),
}

/// One layer: its number, its properties, its content.
#[derive(Clone, Debug)]
pub struct Layer {
    pub(crate) id: LayerId,
    pub(crate) props: LayerProps,
    pub(crate) content: LayerContent,
}

impl Layer {
    /// A layer that gets its number when it comes into a document.
    #[must_use]
    pub fn new(props: LayerProps, content: LayerContent) -> Self {
        Self { id: LayerId(0), props, content }
    }

    /// Of its grid; `None` of a group.
    #[must_use]
    pub fn size(&self) -> Option<CanvasSize> {
        self.pixels().map(TileGrid::size).or_else(|| self.mask().map(TileGrid::size))
    }

    #[must_use]
    pub fn id(&self) -> LayerId {
        self.id
    }

    #[must_use]
    pub fn props(&self) -> &LayerProps {
        &self.props
    }

    #[must_use]
    pub fn content(&self) -> &LayerContent {
        &self.content
    }

    /// The colours of a paint, result or hint layer.
    #[must_use]
    pub fn pixels(&self) -> Option<&TileGrid<Pixel>> {
        match &self.content {
            LayerContent::Paint(pixels) | LayerContent::Result { pixels, .. } | LayerContent::Hint { pixels, .. } => {
                Some(pixels)
            }
            LayerContent::Mask(_) | LayerContent::Group(_) => None,
        }
    }

    pub(crate) fn pixels_mut(&mut self) -> Option<&mut TileGrid<Pixel>> {
        match &mut self.content {
            LayerContent::Paint(pixels) | LayerContent::Result { pixels, .. } | LayerContent::Hint { pixels, .. } => {
                Some(pixels)
            }
            LayerContent::Mask(_) | LayerContent::Group(_) => None,
        }
    }

    /// The values of a mask.
    #[must_use]
    pub fn mask(&self) -> Option<&TileGrid<u16>> {
        match &self.content {
            LayerContent::Mask(values) => Some(values),
            _ => None,
        }
    }

    pub(crate) fn mask_mut(&mut self) -> Option<&mut TileGrid<u16>> {
        match &mut self.content {
            LayerContent::Mask(values) => Some(values),
            _ => None,
        }
    }

    /// The layers of a group, the lowest first; none of other layers.
    #[must_use]
    pub fn children(&self) -> &[Layer] {
        match &self.content {
            LayerContent::Group(children) => children,
            _ => &[],
        }
    }

    #[must_use]
    pub fn is_group(&self) -> bool {
        matches!(self.content, LayerContent::Group(_))
    }

    #[must_use]
    pub fn is_mask(&self) -> bool {
        matches!(self.content, LayerContent::Mask(_))
    }

    /// Whether the flattened picture can show anything of it: masks and hints are aids.
    #[must_use]
    pub fn is_part_of_picture(&self) -> bool {
        matches!(self.content, LayerContent::Paint(_) | LayerContent::Result { .. } | LayerContent::Group(_))
    }

    /// Bytes of its tiles and of those of its children.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.content {
            LayerContent::Mask(values) => values.bytes(),
            LayerContent::Group(children) => children.iter().map(Self::bytes).sum(),
            _ => self.pixels().map_or(0, TileGrid::bytes),
        }
    }
}
