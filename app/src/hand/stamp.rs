//! A hand as it is put on a picture: what it is drawn as, and where.

use super::draw::{Rgba, depth, normals};
use super::outline::{FINER, Pen, lines};
use super::trace::{Detail, HandView, Surface, bounds};
use super::vector::Rotation;
use super::{Gesture, Hand};

/// What a hand is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampKind {
    Depth,
    Normal,
    LineArt,
    Scribble,
}

impl StampKind {
    pub const ALL: [Self; 4] = [Self::Depth, Self::Normal, Self::LineArt, Self::Scribble];

    /// The kind of hint it is, as recipes name it.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Depth => "depth",
            Self::Normal => "normal",
            Self::LineArt => "line-art",
            Self::Scribble => "scribble",
        }
    }

    /// Whether it is a drawing: then a pixel's colour says how much of it is line.
    #[must_use]
    pub fn is_lines(self) -> bool {
        matches!(self, Self::LineArt | Self::Scribble)
    }
}

/// A hand, from where it is seen, and what is drawn of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HandStamp {
    pub hand: Hand,
    pub rotation: Rotation,
    pub kind: StampKind,
    /// The depth of its nearest place, 0 to 1.
    pub nearness: f32,
}

impl Default for HandStamp {
    fn default() -> Self {
        Self { hand: Hand::default(), rotation: Rotation::default(), kind: StampKind::Depth, nearness: 1.0 }
    }
}

/// Where a hand lies on a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Of the hand's middle, in the picture's pixels.
    pub center: [f32; 2],
    pub pixels_per_cm: f32,
}

impl Placement {
    pub const MIN_SCALE: f32 = 0.8;
    pub const MAX_SCALE: f32 = 400.0;

    /// So that the hand without its forearm fits a rectangle given by its left, top, right and bottom.
    #[must_use]
    pub fn within(stamp: &HandStamp, [left, top, right, bottom]: [f32; 4]) -> Self {
        let hand = HandStamp { hand: Hand { forearm: 0.02, ..stamp.hand }, ..*stamp };
        let unit = hand.bounds(&Self { center: [0.0; 2], pixels_per_cm: 1.0 });
        let [width, height] = [unit[2] - unit[0], unit[3] - unit[1]];
        let scale = ((right - left) / width).min((bottom - top) / height);
        let scale = scale.clamp(Self::MIN_SCALE, Self::MAX_SCALE);
        let middle = [(unit[0] + unit[2]) / 2.0 * scale, (unit[1] + unit[3]) / 2.0 * scale];
        Self { center: [(left + right) / 2.0 - middle[0], (top + bottom) / 2.0 - middle[1]], pixels_per_cm: scale }
    }
}

/// A drawn part of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Its first column and row in the picture.
    pub top_left: [u32; 2],
    pub size: [u32; 2],
    /// Row by row.
    pub pixels: Vec<Rgba>,
}

/// How much of its nearest place's depth the farthest has.
const FAR_SHARE: f32 = 0.3;
/// Widths of lines in centimetres of the hand, and their least and greatest in pixels.
const LINE_ART: (f32, f32, f32) = (0.10, 1.3, 8.0);
const SCRIBBLE: (f32, f32, f32) = (0.24, 3.0, 20.0);

impl HandStamp {
    /// As a gesture of the library, of the same side, drawn as the same.
    #[must_use]
    pub fn with_gesture(self, gesture: &Gesture) -> Self {
        let [yaw, pitch, roll] = gesture.view;
        let view = if self.hand.is_left { [-yaw, pitch, -roll] } else { gesture.view };
        Self { hand: Hand { pose: gesture.pose, ..self.hand }, rotation: Rotation::from_angles(view), ..self }
    }

    /// The other hand, seen as in a mirror.
    #[must_use]
    pub fn mirrored(self) -> Self {
        let [yaw, pitch, roll] = self.rotation.angles();
        let hand = Hand { is_left: !self.hand.is_left, ..self.hand };
        Self { hand, rotation: Rotation::from_angles([-yaw, pitch, -roll]), ..self }
    }

    fn view(&self, placement: &Placement) -> HandView {
        HandView { rotation: self.rotation, center: placement.center, pixels_per_cm: placement.pixels_per_cm }
    }

    /// Left, top, right and bottom of what it covers, in the picture's pixels.
    #[must_use]
    pub fn bounds(&self, placement: &Placement) -> [f32; 4] {
        bounds(&self.hand, &self.view(placement))
    }

    /// Draws what of it lies on a picture of this size; `None` if nothing does.
    #[must_use]
    pub fn draw(&self, placement: &Placement, [width, height]: [u32; 2]) -> Option<Drawn> {
        let [left, top, right, bottom] = self.bounds(placement);
        // `as` saturates: what lies before the picture begins with it.
        let [left, top] = [left.floor() as u32, top.floor() as u32];
        let [right, bottom] = [(right.ceil() as u32).min(width), (bottom.ceil() as u32).min(height)];
        if left >= right || top >= bottom {
            return None;
        }
        let size = [right - left, bottom - top];
        let center = [placement.center[0] - left as f32, placement.center[1] - top as f32];
        let pixels = self.draw_part(&Placement { center, ..*placement }, size.map(|side| side as usize));
        Some(Drawn { top_left: [left, top], size, pixels })
    }

    fn draw_part(&self, placement: &Placement, size: [usize; 2]) -> Vec<Rgba> {
        let view = self.view(placement);
        match self.kind {
            StampKind::Depth => {
                let range = [self.nearness, self.nearness * FAR_SHARE];
                depth(&Surface::new(&self.hand, &view, size, Detail::Depth), self.heights(), range)
            }
            StampKind::Normal => normals(&Surface::new(&self.hand, &view, size, Detail::Normals)),
            StampKind::LineArt => self.draw_lines(&view, size, LINE_ART, true),
            StampKind::Scribble => self.draw_lines(&view, size, SCRIBBLE, false),
        }
    }

    fn draw_lines(
        &self,
        view: &HandView,
        size: [usize; 2],
        (width, least, greatest): (f32, f32, f32),
        has_details: bool,
    ) -> Vec<Rgba> {
        let pen = Pen { width: (width * view.pixels_per_cm).clamp(least, greatest), has_details };
        let finer = FINER as f32;
        let center = view.center.map(|place| place * finer);
        let view = HandView { center, pixels_per_cm: view.pixels_per_cm * finer, ..*view };
        let detail = if has_details { Detail::Lines } else { Detail::Normals };
        lines(&Surface::new(&self.hand, &view, size.map(|side| side * FINER), detail), &pen)
    }

    /// How low and how high the whole hand reaches towards the eye, wherever it lies; see [`Surface`].
    fn heights(&self) -> [f32; 2] {
        const SCALE: f32 = 4.0;
        let unit = self.bounds(&Placement { center: [0.0; 2], pixels_per_cm: SCALE });
        let view = HandView { rotation: self.rotation, center: [-unit[0], -unit[1]], pixels_per_cm: SCALE };
        let size = [(unit[2] - unit[0]).ceil() as usize, (unit[3] - unit[1]).ceil() as usize];
        Surface::new(&self.hand, &view, size, Detail::Depth).heights()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(drawn: &Drawn) -> f32 {
        drawn.pixels.iter().map(|pixel| pixel[3]).sum()
    }

    #[test]
    fn a_hand_fits_where_it_is_put() {
        let stamp = HandStamp { rotation: Rotation::from_angles([30.0, -20.0, 50.0]), ..HandStamp::default() };
        let place = [100.0, 60.0, 220.0, 260.0];
        let hand = HandStamp { hand: Hand { forearm: 0.02, ..stamp.hand }, ..stamp };
        let bounds = hand.bounds(&Placement::within(&stamp, place));
        for (edge, (bound, place)) in bounds.into_iter().zip(place).enumerate() {
            let inside = if edge < 2 { bound - place } else { place - bound };
            assert!(inside > -0.5, "{bounds:?}");
        }
    }

    #[test]
    fn depth_is_white_where_the_hand_is_nearest_and_never_as_dark_as_what_is_not_there() {
        let stamp = HandStamp::default();
        let placement = Placement { center: [64.0, 64.0], pixels_per_cm: 5.0 };
        let drawn = stamp.draw(&placement, [128, 128]).unwrap();
        let whole = drawn.pixels.iter().filter(|pixel| pixel[3] == 1.0).map(|pixel| pixel[0]);
        let (low, high) = whole.fold((1.0_f32, 0.0_f32), |(low, high), value| (low.min(value), high.max(value)));
        assert!((0.97..=1.01).contains(&high) && low >= 0.28, "{low} {high}");
    }

    #[test]
    fn a_left_hand_is_a_right_one_in_a_mirror() {
        let right = HandStamp { rotation: Rotation::from_angles([40.0, 10.0, -25.0]), ..HandStamp::default() };
        let placement = Placement { center: [64.0, 64.0], pixels_per_cm: 4.0 };
        let (a, b) =
            (right.draw(&placement, [128, 128]).unwrap(), right.mirrored().draw(&placement, [128, 128]).unwrap());
        let at = |drawn: &Drawn, x: u32, y: u32| {
            let [left, top] = drawn.top_left;
            let inside = x >= left && y >= top && x - left < drawn.size[0] && y - top < drawn.size[1];
            if inside { drawn.pixels[((y - top) * drawn.size[0] + x - left) as usize][3] } else { 0.0 }
        };
        let differing = (0..128 * 128)
            .filter(|index| (at(&a, index % 128, index / 128) - at(&b, 127 - index % 128, index / 128)).abs() > 0.1)
            .count();
        assert!(differing < 8, "{differing} pixels differ");
    }

    #[test]
    fn what_lies_beside_the_picture_is_not_drawn() {
        let stamp = HandStamp::default();
        let whole = stamp.draw(&Placement { center: [100.0, 100.0], pixels_per_cm: 5.0 }, [200, 200]).unwrap();
        let cut = stamp.draw(&Placement { center: [0.0, 100.0], pixels_per_cm: 5.0 }, [200, 200]).unwrap();
        assert_eq!(cut.top_left[0], 0);
        assert!(covered(&cut) < 0.7 * covered(&whole) && covered(&cut) > 0.3 * covered(&whole));
        assert_eq!(stamp.draw(&Placement { center: [-500.0, 100.0], pixels_per_cm: 5.0 }, [200, 200]), None);
    }
}
