//! A rectangle of pixels.

/// Whole pixels of a picture, from `left` and `top` up to, but without, `right` and `bottom`. A region may reach beyond
/// the picture it speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl Region {
    /// All of a picture.
    #[must_use]
    pub fn of_size([width, height]: [u32; 2]) -> Self {
        Self { left: 0, top: 0, right: signed(width), bottom: signed(height) }
    }

    /// The smallest region outside which the mask is 0; `None` where it is 0 everywhere.
    #[must_use]
    pub fn of_mask(mask: &image::GrayImage) -> Option<Self> {
        let mut bounds: Option<Self> = None;
        for (y, row) in mask.as_raw().chunks_exact(mask.width().max(1) as usize).enumerate() {
            let Some(first) = row.iter().position(|level| *level > 0) else { continue };
            let last = row.iter().rposition(|level| *level > 0).unwrap_or(first);
            let side = |index: usize| i32::try_from(index).unwrap_or(i32::MAX);
            let line = Self { left: side(first), top: side(y), right: side(last + 1), bottom: side(y + 1) };
            bounds = Some(bounds.map_or(line, |bounds| bounds.union(line)));
        }
        bounds
    }

    /// In pixels; 0 for a region that is turned inside out.
    #[must_use]
    pub fn width(self) -> u32 {
        u32::try_from(self.right.saturating_sub(self.left)).unwrap_or(0)
    }

    /// In pixels; 0 for a region that is turned inside out.
    #[must_use]
    pub fn height(self) -> u32 {
        u32::try_from(self.bottom.saturating_sub(self.top)).unwrap_or(0)
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.width() == 0 || self.height() == 0
    }

    /// The smallest region that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// What is in both; empty where they do not meet.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        let (left, top) = (self.left.max(other.left), self.top.max(other.top));
        Self { left, top, right: self.right.min(other.right).max(left), bottom: self.bottom.min(other.bottom).max(top) }
    }

    /// With so many pixels more on each side.
    #[must_use]
    pub fn grown(self, by: u32) -> Self {
        let by = signed(by);
        Self {
            left: self.left.saturating_sub(by),
            top: self.top.saturating_sub(by),
            right: self.right.saturating_add(by),
            bottom: self.bottom.saturating_add(by),
        }
    }
}

/// Pictures are far smaller than 2^31 pixels across.
pub(super) fn signed(side: u32) -> i32 {
    i32::try_from(side).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    #[test]
    fn a_mask_is_bounded_by_its_outermost_pixels() {
        assert_eq!(Region::of_mask(&GrayImage::new(5, 4)), None);
        let mut mask = GrayImage::new(5, 4);
        mask.put_pixel(3, 1, Luma([1]));
        mask.put_pixel(1, 2, Luma([255]));
        assert_eq!(Region::of_mask(&mask), Some(Region { left: 1, top: 1, right: 4, bottom: 3 }));
    }

    #[test]
    fn regions_that_do_not_meet_have_nothing_in_common() {
        let left = Region::of_size([4, 4]);
        let right = Region { left: 6, top: 1, right: 9, bottom: 3 };
        assert!(left.intersection(right).is_empty());
        assert_eq!(left.union(right), Region { left: 0, top: 0, right: 9, bottom: 4 });
    }
}
