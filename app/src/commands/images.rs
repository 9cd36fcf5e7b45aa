//! What changes the size of the picture or turns it, or a layer of it.

use crate::desk::{Desk, Dialog};
use crate::document::PixelRect;
use crate::document::selection::bounds_of;
use crate::document::transform::{Filter, Projection, Turn};
use crate::panels::TurnPictureDialog;
use crate::studio::Studio;

/// What changes the size of the picture or turns it, or a layer of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageCommand {
    /// Opens its dialog, as the next does.
    ImageSize,
    CanvasSize,
    TurnFreely,
    CropToSelection,
    Turn(Turn),
    TurnLayer(Turn),
}

impl ImageCommand {
    /// Whether it can be asked for now.
    pub(super) fn is_enabled(self, studio: &Studio) -> bool {
        let document = studio.document();
        !studio.is_painting()
            && match self {
                Self::CropToSelection => document.selection().is_some(),
                Self::TurnLayer(_) => document.layer(document.active()).is_some(),
                _ => true,
            }
    }

    pub(super) fn run(self, desk: &mut Desk) {
        let size = desk.studio.document().size();
        match self {
            Self::ImageSize => {
                desk.new_picture_size = [size.width(), size.height()];
                desk.open_dialog(Dialog::ImageSize);
            }
            Self::CanvasSize => {
                desk.new_picture_size = [size.width(), size.height()];
                desk.open_dialog(Dialog::CanvasSize);
            }
            Self::TurnFreely => {
                desk.turn_picture = TurnPictureDialog::default();
                desk.open_dialog(Dialog::TurnPicture);
            }
            Self::CropToSelection => {
                desk.studio.edit_in_background(|document| match document.selection().and_then(bounds_of) {
                    Some(bounds) => document.crop(bounds),
                    None => Ok(None),
                })
            }
            Self::Turn(turn) => desk.studio.edit_in_background(move |document| Ok(document.turn_image(turn))),
            Self::TurnLayer(turn) => desk.studio.edit_in_background(move |document| {
                let id = document.active();
                let Some(bounds) = document.transformed_bounds(id) else { return Ok(None) };
                document.transform_layer(id, about_middle(turn, bounds), Filter::default())
            }),
        }
    }
}

/// A turn about the middle of a rectangle, or half a pixel beside it so that pixels stay pixels.
fn about_middle(turn: Turn, bounds: PixelRect) -> Projection {
    let [x, y] = [bounds.left + bounds.right, bounds.top + bounds.bottom].map(|sum| f64::from(sum) / 2.0);
    let is_uneven = (bounds.width() + bounds.height()) % 2 == 1;
    let swaps = matches!(turn, Turn::Clockwise | Turn::Counterclockwise);
    let x = if swaps && is_uneven { x + 0.5 } else { x };
    turn.projection().about([x, y])
}
