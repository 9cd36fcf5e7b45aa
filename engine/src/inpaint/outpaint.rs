//! Painting beyond the picture's edge.

use image::{GrayImage, Luma};

/// Pixels added at each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sides {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
}

/// A larger canvas and the mask of what is new on it: 255 where there was no picture, and from there down to 0 across the
/// overlap, so that what is made fades into what is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outpainting {
    /// Of the new canvas, in pixels.
    pub size: [u32; 2],
    /// Where the old picture's top left pixel lies on it.
    pub picture_at: [u32; 2],
    /// The mask's levels of the columns and of the rows; a pixel has the greater one of its two.
    levels: [Vec<u8>; 2],
}

impl Outpainting {
    /// Adds `sides` to a picture; `overlap` pixels of it, along the sides that grow, are made anew as well.
    #[must_use]
    pub fn new(picture: [u32; 2], sides: Sides, overlap: u32) -> Self {
        let size = [
            picture[0].saturating_add(sides.left).saturating_add(sides.right),
            picture[1].saturating_add(sides.top).saturating_add(sides.bottom),
        ];
        let grown = [(sides.left, sides.right), (sides.top, sides.bottom)];
        let levels = [0, 1].map(|axis| {
            let (before, after) = grown[axis];
            (0..size[axis]).map(|at| level(at, before, picture[axis], after, overlap)).collect()
        });
        Self { size, picture_at: [sides.left, sides.top], levels }
    }

    /// The mask's level at a pixel of the new canvas; 0 beyond it.
    #[must_use]
    pub fn level(&self, x: u32, y: u32) -> u8 {
        let [across, down] = &self.levels;
        match (across.get(x as usize), down.get(y as usize)) {
            (Some(across), Some(down)) => *across.max(down),
            _ => 0,
        }
    }

    /// The whole mask, of the new canvas's size.
    #[must_use]
    pub fn mask(&self) -> GrayImage {
        GrayImage::from_fn(self.size[0], self.size[1], |x, y| Luma([self.level(x, y)]))
    }
}

/// How much of the place `at` is made anew, along one axis of which `before` and `after` are new.
fn level(at: u32, before: u32, picture: u32, after: u32, overlap: u32) -> u8 {
    let Some(inside) = at.checked_sub(before).filter(|inside| *inside < picture) else { return u8::MAX };
    // Pixels from here to the new part, counted from 1.
    let from_before = (before > 0).then_some(inside + 1);
    let from_after = (after > 0).then_some(picture - inside);
    let distance = from_before.into_iter().chain(from_after).min().unwrap_or(u32::MAX);
    if distance > overlap {
        return 0;
    }
    let share = u64::from(u8::MAX) * u64::from(overlap + 1 - distance) / u64::from(overlap + 1);
    u8::try_from(share).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_masked_and_overlaps_the_old() {
        let grown = Outpainting::new([10, 6], Sides { left: 4, ..Sides::default() }, 3);
        assert_eq!((grown.size, grown.picture_at), ([14, 6], [4, 0]));
        let row: Vec<u8> = grown.mask().as_raw()[..14].to_vec();
        assert_eq!(row, [255, 255, 255, 255, 191, 127, 63, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_picture_grows_on_all_sides_and_keeps_its_middle() {
        let sides = Sides { left: 5, top: 6, right: 7, bottom: 8 };
        let grown = Outpainting::new([40, 30], sides, 8);
        assert_eq!(grown.size, [52, 44]);
        assert_eq!(grown.mask().get_pixel(5 + 20, 6 + 15).0, [0]);
        assert_eq!((grown.mask().get_pixel(0, 20).0, grown.mask().get_pixel(51, 20).0), ([255], [255]));
        assert_eq!(grown.mask().iter().filter(|level| **level == 0).count(), (40 - 16) * (30 - 16));
        assert!(Outpainting::new([40, 30], Sides::default(), 8).mask().iter().all(|level| *level == 0));
    }
}
