//! Painting beyond the picture's edge: another canvas, on which what is new is masked.

use brushfire_engine::inpaint::{Outpainting, Sides};

use super::Studio;
use crate::document::selection::Combine;
use crate::document::{CanvasSize, Document, DocumentError, Edit, PixelRect, TileGrid};
use crate::language::told;

/// What is made anew of the old picture beside a new part, in pixels; a quarter of the new part between these.
const OVERLAP: std::ops::RangeInclusive<u32> = 16..=96;

impl Studio {
    /// Gives the picture a canvas whose corner lies at a place of the old one, and masks what is new on it. There is
    /// nothing to keep there, so the strength becomes the whole.
    pub fn extend_canvas(&mut self, top_left: [i32; 2], size: CanvasSize, how: Combine) {
        let [left, top] = top_left;
        let bounds = self.document.bounds();
        let is_within = |from: i32, side: u32, end: u32| from >= 0 && from.unsigned_abs().saturating_add(side) <= end;
        if !is_within(left, size.width(), bounds.right) || !is_within(top, size.height(), bounds.bottom) {
            self.recipe.strength = 1.0;
        }
        self.reject_shown();
        self.edit_in_background(move |document| extended(document, top_left, size, how));
    }

    /// Extends the canvas so far that it holds a part of what was painted beyond its edge.
    pub fn extend_canvas_to(&mut self, [left, top, right, bottom]: [f32; 4]) {
        let (width, height) = (self.document.size().width(), self.document.size().height());
        let before = |place: f32| (-place / STEP).ceil().max(0.0) * STEP;
        let after = |place: f32, side: u32| ((place - side as f32) / STEP).ceil().max(0.0) * STEP;
        let [left, top] = [before(left), before(top)];
        let [right, bottom] = [after(right, width), after(bottom, height)];
        if [left, top, right, bottom].iter().all(|side| *side < STEP) {
            return;
        }
        match CanvasSize::new(width + (left + right) as u32, height + (top + bottom) as u32) {
            Ok(size) => self.extend_canvas([-(left as i32), -(top as i32)], size, Combine::Add),
            Err(error) => self.notices.say(told(&error)),
        }
    }
}

/// Models paint by so many pixels.
const STEP: f32 = 8.0;

fn extended(
    document: &mut Document,
    [left, top]: [i32; 2],
    size: CanvasSize,
    how: Combine,
) -> Result<Option<Edit>, DocumentError> {
    let old = document.bounds();
    let Some(cut) = document.crop_to([left, top], size) else { return Ok(None) };
    // The old picture on the new canvas.
    let place = |old: u32, from: i32, side: u32| (i64::from(old) - i64::from(from)).clamp(0, i64::from(side)) as u32;
    let kept = PixelRect {
        left: place(0, left, size.width()),
        top: place(0, top, size.height()),
        right: place(old.right, left, size.width()),
        bottom: place(old.bottom, top, size.height()),
    };
    let sides =
        Sides { left: kept.left, top: kept.top, right: size.width() - kept.right, bottom: size.height() - kept.bottom };
    let widest = [sides.left, sides.top, sides.right, sides.bottom].into_iter().max().unwrap_or(0);
    if widest == 0 {
        return Ok(Some(cut));
    }
    let overlap = (widest / 4).clamp(*OVERLAP.start(), *OVERLAP.end()).min(kept.width().min(kept.height()) / 4);
    let new = Outpainting::new([kept.width(), kept.height()], sides, overlap);
    let mask = TileGrid::from_rows(size, |from, y, row| {
        (from..).zip(row).for_each(|(x, value)| *value = u16::from(new.level(x, y)) * 257);
    });
    let masked = document.mask_by(&mask, how)?;
    Ok(Edit::joined("Extend the canvas", [Some(cut), masked].into_iter().flatten()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        Document::blank(CanvasSize::new(200, 100).unwrap(), [9, 9, 9, 255])
    }

    #[test]
    fn what_is_new_on_the_canvas_is_masked_and_fades_into_what_was_there() {
        let mut document = document();
        let edit = extended(&mut document, [-80, 0], CanvasSize::new(280, 100).unwrap(), Combine::Replace);
        let edit = edit.unwrap().unwrap();
        let level = |document: &Document, x| document.mask().pixel(x, 50) / 257;
        assert_eq!([level(&document, 0), level(&document, 79), level(&document, 100)], [255, 255, 0]);
        assert!((1..255).contains(&level(&document, 90)));
        assert_eq!(document.flattened().pixel(80, 3), Document::opaque_pixel([9, 9, 9]));
        edit.revert(&mut document);
        assert_eq!((document.size().width(), document.mask_bounds()), (200, None), "it is one step");
        edit.apply(&mut document);
        assert_eq!(level(&document, 10), 255);
    }

    #[test]
    fn a_frame_within_the_picture_only_cuts() {
        let mut document = document();
        extended(&mut document, [20, 10], CanvasSize::new(50, 40).unwrap(), Combine::Replace).unwrap().unwrap();
        assert_eq!((document.size().width(), document.mask_bounds()), (50, None));
    }

    #[test]
    fn a_frame_beside_the_picture_is_all_new() {
        let mut document = document();
        extended(&mut document, [500, 0], CanvasSize::new(60, 40).unwrap(), Combine::Replace).unwrap().unwrap();
        assert_eq!(document.mask_bounds(), Some(document.bounds()));
    }
}
