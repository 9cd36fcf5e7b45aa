//! Sizes and rectangles in whole canvas pixels.

use super::DocumentError;

/// Width and height of a canvas, each between 1 and [`CanvasSize::MAX_SIDE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanvasSize {
    width: u32,
    height: u32,
}

impl CanvasSize {
    /// Pixels of the longest side.
    pub const MAX_SIDE: u32 = 16384;

    /// # Errors
    /// A side of 0 or of more than [`CanvasSize::MAX_SIDE`] pixels.
    pub fn new(width: u32, height: u32) -> Result<Self, DocumentError> {
        let allowed = 1..=Self::MAX_SIDE;
        if allowed.contains(&width) && allowed.contains(&height) {
            Ok(Self { width, height })
        } else {
            Err(DocumentError::Size { width, height })
        }
    }

    #[must_use]
    pub fn width(self) -> u32 {
        self.width
    }

    #[must_use]
    pub fn height(self) -> u32 {
        self.height
    }

    /// The rectangle of all its pixels.
    #[must_use]
    pub fn bounds(self) -> PixelRect {
        PixelRect { left: 0, top: 0, right: self.width, bottom: self.height }
    }
}

/// Pixels with `left <= x < right` and `top <= y < bottom`; empty where either range is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PixelRect {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
}

impl PixelRect {
    pub const EMPTY: Self = Self { left: 0, top: 0, right: 0, bottom: 0 };

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    #[must_use]
    pub fn width(self) -> u32 {
        self.right.saturating_sub(self.left)
    }

    #[must_use]
    pub fn height(self) -> u32 {
        self.bottom.saturating_sub(self.top)
    }

    /// Pixels inside.
    #[must_use]
    pub fn area(self) -> u64 {
        u64::from(self.width()) * u64::from(self.height())
    }

    #[must_use]
    pub fn contains(self, x: u32, y: u32) -> bool {
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }

    /// The pixels in both.
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        let both = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        if both.is_empty() { Self::EMPTY } else { both }
    }

    /// The smallest rectangle with the pixels of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// What lies in this rectangle and not in `inner`, which lies in it: above, below, left and right of it.
    #[must_use]
    pub(crate) fn around(self, inner: Self) -> [Self; 4] {
        if inner.is_empty() {
            return [self, Self::EMPTY, Self::EMPTY, Self::EMPTY];
        }
        [
            Self { bottom: inner.top, ..self },
            Self { top: inner.bottom, ..self },
            Self { right: inner.left, top: inner.top, bottom: inner.bottom, ..self },
            Self { left: inner.right, top: inner.top, bottom: inner.bottom, ..self },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canvas_has_at_least_one_and_at_most_16384_pixels_a_side() {
        assert!(CanvasSize::new(1, 16384).is_ok());
        for (width, height) in [(0, 10), (10, 0), (16385, 1), (1, u32::MAX)] {
            assert_eq!(CanvasSize::new(width, height), Err(DocumentError::Size { width, height }));
        }
    }

    #[test]
    fn an_empty_rectangle_adds_nothing_to_a_union() {
        let square = PixelRect { left: 3, top: 4, right: 5, bottom: 6 };
        let empty = PixelRect { left: 100, top: 100, right: 100, bottom: 300 };
        assert_eq!(square.union(empty), square);
        assert_eq!(empty.union(square), square);
        assert!(square.intersect(empty).is_empty());
    }

    #[test]
    fn around_a_rectangle_lies_each_pixel_once() {
        let (inner, outer) =
            (PixelRect { left: 3, top: 2, right: 5, bottom: 9 }, PixelRect { left: 1, top: 2, right: 10, bottom: 12 });
        for y in 0..15 {
            for x in 0..15 {
                let count = outer.around(inner).iter().filter(|part| part.contains(x, y)).count();
                assert_eq!(count, usize::from(outer.contains(x, y) && !inner.contains(x, y)), "{x}, {y}");
            }
        }
        assert_eq!(outer.around(PixelRect::EMPTY)[0], outer);
    }
}
