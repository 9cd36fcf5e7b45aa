//! Hands: where to look for them beside a body's wrists or a palm, and their 21 points (Zhang et al. 2020, MediaPipe
//! Hands; `hand_landmarks_from_pose` and `palm_detection_detection_to_roi` of its graphs).

use super::body::Landmark;
use super::detector::{Detection, sigmoid};
use super::region::{Place, Region, turn};
use crate::models::{Map, ModelError, Outputs};

/// Points of a hand.
pub const POINTS: usize = 21;
/// A hand is there if the network is as sure as this.
const MIN_PRESENCE: f32 = 0.5;
/// A wrist is looked at if it can be seen as surely as this.
const MIN_VISIBILITY: f32 = 0.1;

/// A person's own side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// A hand that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundHand {
    pub side: Side,
    /// How sure it is that there is a hand and that it is of this side, 0 to 1.
    pub score: f32,
    /// The wrist, then thumb, index, middle, ring and little finger, each of four from the palm on.
    pub points: [Place; POINTS],
}

impl FoundHand {
    /// From the wrist to the first joint of the middle finger.
    #[must_use]
    pub fn length(&self) -> f32 {
        self.points[0].distance(self.points[9])
    }
}

impl Side {
    /// Numbers of the wrist, the first joint of the little finger and that of the index finger among a body's landmarks.
    pub(super) fn landmarks(self) -> [usize; 3] {
        match self {
            Self::Left => [15, 17, 19],
            Self::Right => [16, 18, 20],
        }
    }
}

/// Where a body's hand is, about; `None` where its wrist cannot be seen.
#[must_use]
pub fn beside_body(body: &[Landmark], side: Side) -> Option<Region> {
    let [wrist, little, index] = side.landmarks().map(|i| body.get(i));
    let (wrist, little, index) = (wrist?, little?.place, index?.place);
    if wrist.visibility < MIN_VISIBILITY {
        return None;
    }
    let wrist = wrist.place;
    let middle = Place { x: (2.0 * index.x + little.x) / 3.0, y: (2.0 * index.y + little.y) / 3.0 };
    let region = Region { middle, side: 2.0 * middle.distance(wrist), angle: turn(wrist, middle, 90.0) };
    Some(region.grown(2.7, -0.1))
}

/// The region a second network makes of the first: `crop` holds two places in it, whose input was `size` pixels wide.
///
/// # Errors
/// The network has other outputs.
pub fn recropped(outputs: &mut Outputs, region: &Region, size: usize) -> Result<Region, ModelError> {
    let crop = outputs.take("crop")?;
    let place = |i: usize| {
        let at = |i: usize| crop.values.get(i).copied().unwrap_or_default() / size as f32;
        region.place(at(2 * i), at(2 * i + 1))
    };
    Ok(Region::aligned(place(0), place(1), -90.0).grown(1.0, -0.1))
}

/// Where the hand of a palm is that a detector found in `region`.
#[must_use]
pub fn around_palm(palm: &Detection, region: &Region) -> Option<Region> {
    let [left, top, width, height] = palm.frame;
    let place = |i: usize| palm.points.get(i).map(|&[u, v]| region.place(u, v));
    // The wrist and the first joint of the middle finger.
    let angle = turn(place(0)?, place(2)?, 90.0);
    let middle = region.place(left + width / 2.0, top + height / 2.0);
    let [width, height] = [width, height].map(|share| share * region.side);
    // Moved by half its own height before it becomes a square.
    let moved = Region { middle, side: height, angle }.grown(1.0, -0.5);
    Some(Region { side: width.max(height) * 2.6, ..moved })
}

/// Reads what the network says about `region`, whose input was `size` pixels wide and high; `None` where no hand is.
/// `side` is what is known already.
///
/// # Errors
/// The network has other outputs.
pub fn hand(
    outputs: &mut Outputs,
    region: &Region,
    size: usize,
    side: Option<Side>,
) -> Result<Option<FoundHand>, ModelError> {
    let first = |map: Map| map.values.first().copied().unwrap_or_default();
    let (presence, handedness) = (first(outputs.take("presence")?), first(outputs.take("handedness")?));
    let numbers = outputs.take("landmarks")?.values;
    if sigmoid(presence) < MIN_PRESENCE || numbers.len() != 3 * POINTS {
        return Ok(None);
    }
    // MediaPipe's names are those of a mirror's picture; this is the person's own side.
    let right = sigmoid(handedness);
    let side = side.unwrap_or(if right > 0.5 { Side::Right } else { Side::Left });
    let score = sigmoid(presence) * if side == Side::Right { right } else { 1.0 - right };
    let mut points = [Place::default(); POINTS];
    for (point, numbers) in points.iter_mut().zip(numbers.chunks_exact(3)) {
        *point = region.place(numbers[0] / size as f32, numbers[1] / size as f32);
    }
    Ok(Some(FoundHand { side, score, points }))
}
