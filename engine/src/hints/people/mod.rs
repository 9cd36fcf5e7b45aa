//! People in a picture: the points of their bodies and hands, as MediaPipe's networks see them.
//!
//! A detector finds people, another network the 33 landmarks of each; beside every wrist that can be seen two more look for
//! the hand. A detector of palms finds hands that belong to nobody who was found.

mod body;
mod detector;
mod hands;
mod region;

use std::path::Path;

use image::RgbImage;

pub use self::body::Landmark;
use self::detector::Detection;
pub use self::hands::{FoundHand, Side};
pub use self::region::Place;
use self::region::{Outside, Region};
use crate::checkpoint::safetensors::SafetensorsFile;
use crate::models::{ForwardError, LayerList, ModelError, Outputs};
use crate::nn::{Compute, Interrupted};

/// Most people that are looked at.
const MAX_PEOPLE: usize = 16;
/// Most hands that belong to nobody.
const MAX_LOOSE_HANDS: usize = 8;

/// The networks.
#[derive(Clone, Debug)]
pub struct PeopleFinder {
    body_detector: LayerList,
    body_landmarks: LayerList,
    palm_detector: LayerList,
    hand_place: LayerList,
    hand_landmarks: LayerList,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct People {
    pub bodies: Vec<Body>,
    /// Hands of nobody who was found.
    pub loose_hands: Vec<FoundHand>,
}

/// One person.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// MediaPipe's 33.
    pub landmarks: Vec<Landmark>,
    /// At most one of each side.
    pub hands: Vec<FoundHand>,
}

/// Told the share of the work that is done; may want it to stop.
type Reached<'a> = &'a mut dyn FnMut(f32) -> Result<(), Interrupted>;

impl PeopleFinder {
    /// Reads all five networks from one file.
    ///
    /// # Errors
    /// The file is no such file.
    pub fn load(file: &Path, compute: &Compute) -> Result<Self, ModelError> {
        let file = SafetensorsFile::open(file)?;
        let load = |name: &str| LayerList::load(&file, name, compute);
        Ok(Self {
            body_detector: load("body-detector")?,
            body_landmarks: load("body-landmarks")?,
            palm_detector: load("palm-detector")?,
            hand_place: load("hand-place")?,
            hand_landmarks: load("hand-landmarks")?,
        })
    }

    /// Everybody in the picture.
    ///
    /// # Errors
    /// `reached` wants it to stop, or the device failed.
    pub fn find(&self, picture: &RgbImage, reached: Reached<'_>) -> Result<People, ForwardError> {
        if picture.is_empty() {
            return Ok(People::default());
        }
        let whole = Region::around(picture);
        let detections = detect(&self.body_detector, picture, [-1.0, 1.0], &mut *reached, [0.0, 0.25])?;
        let people = detections.len().min(MAX_PEOPLE);
        let mut bodies: Vec<Body> = Vec::new();
        for (i, detection) in detections.iter().take(people).enumerate() {
            let [Some(&hips), Some(&head)] = [detection.points.first(), detection.points.get(1)] else { continue };
            let place = |[u, v]: [f32; 2]| whole.place(u, v);
            let region = Region::aligned(place(hips), place(head), 90.0).grown(1.25, 0.0);
            let share = |i: usize| 0.25 + 0.5 * i as f32 / people as f32;
            let Some(body) = self.body(picture, &region, &mut *reached, [share(i), share(i + 1)])? else { continue };
            if !bodies.iter().any(|known| known.is_same(&body)) {
                bodies.push(body);
            }
        }
        let mut people = People { bodies, loose_hands: Vec::new() };
        self.add_hands_by_palms(picture, &mut people, reached)?;
        Ok(people)
    }

    fn body(
        &self,
        picture: &RgbImage,
        region: &Region,
        reached: Reached<'_>,
        [from, to]: [f32; 2],
    ) -> Result<Option<Body>, ForwardError> {
        let at = |share: f32| from + (to - from) * share;
        let net = &self.body_landmarks;
        let mut outputs = net.look(picture, region, [0.0, 1.0], Outside::Edge, &mut *reached, [from, at(0.5)])?;
        let Some(landmarks) = body::landmarks(&mut outputs, region, net.side())? else { return Ok(None) };
        let mut hands: Vec<FoundHand> = Vec::new();
        for (side, share) in [(Side::Left, 0.5), (Side::Right, 0.75)] {
            let Some(about) = hands::beside_body(&landmarks, side) else { continue };
            let parts = [at(share), at(share + 0.1), at(share + 0.25)];
            let net = &self.hand_place;
            let mut outputs =
                net.look(picture, &about, [0.0, 1.0], Outside::Edge, &mut *reached, [parts[0], parts[1]])?;
            let region = hands::recropped(&mut outputs, &about, net.side())?;
            hands.extend(self.hand(picture, &region, Some(side), &mut *reached, [parts[1], parts[2]])?);
        }
        // One hand is easily taken for both where arms are crossed.
        if let [left, right] = hands.as_slice()
            && left.points[0].distance(right.points[0]) < left.length().max(right.length()) / 2.0
        {
            let weaker = usize::from(right.score < left.score);
            hands.remove(weaker);
        }
        Ok(Some(Body { landmarks, hands }))
    }

    fn hand(
        &self,
        picture: &RgbImage,
        region: &Region,
        side: Option<Side>,
        reached: Reached<'_>,
        part: [f32; 2],
    ) -> Result<Option<FoundHand>, ForwardError> {
        if region.side <= 0.0 {
            return Ok(None);
        }
        let net = &self.hand_landmarks;
        let mut outputs = net.look(picture, region, [0.0, 1.0], Outside::Edge, reached, part)?;
        Ok(hands::hand(&mut outputs, region, net.side(), side)?)
    }

    /// Hands whose palms a detector finds in the whole picture, save those that are known already.
    fn add_hands_by_palms(
        &self,
        picture: &RgbImage,
        people: &mut People,
        reached: Reached<'_>,
    ) -> Result<(), ForwardError> {
        let whole = Region::around(picture);
        let palms = detect(&self.palm_detector, picture, [0.0, 1.0], &mut *reached, [0.75, 0.95])?;
        let palms = &palms[..palms.len().min(MAX_LOOSE_HANDS + 2 * people.bodies.len())];
        for (i, palm) in palms.iter().enumerate() {
            let share = |i: usize| 0.95 + 0.04 * i as f32 / palms.len() as f32;
            let Some(region) = hands::around_palm(palm, &whole) else { continue };
            if let Some(hand) = self.hand(picture, &region, None, &mut *reached, [share(i), share(i + 1)])? {
                people.add(hand);
            }
        }
        Ok(())
    }
}

/// What a detector finds in the whole picture and, where that shows more, in its parts; all in shares of the whole.
fn detect(
    net: &LayerList,
    picture: &RgbImage,
    range: [f32; 2],
    reached: Reached<'_>,
    [from, to]: [f32; 2],
) -> Result<Vec<Detection>, ForwardError> {
    let whole = Region::around(picture);
    let parts = Region::parts(picture);
    let at = |i: usize| from + (to - from) * i as f32 / (parts.len() + 1) as f32;
    let mut outputs = net.look(picture, &whole, range, Outside::Black, &mut *reached, [at(0), at(1)])?;
    let mut found = detector::detections(&mut outputs, net.side())?;
    let mut in_parts = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let mut outputs = net.look(picture, part, range, Outside::Black, &mut *reached, [at(i + 1), at(i + 2)])?;
        let more = detector::detections(&mut outputs, net.side())?;
        in_parts.extend(more.into_iter().map(|detection| detection.moved(part, &whole)));
    }
    detector::add_new(&mut found, in_parts);
    Ok(found)
}

impl People {
    /// Gives a hand to the body at whose wrist it is; one that is known already is dropped.
    fn add(&mut self, hand: FoundHand) {
        let length = hand.length();
        let is_near = |place: Place| place.distance(hand.points[0]) < length;
        let mut known = self.bodies.iter().flat_map(|body| &body.hands).chain(&self.loose_hands);
        if known.any(|known| is_near(known.points[0])) {
            return;
        }
        for body in &mut self.bodies {
            if let Some(side) = body.free_sides().find(|&side| body.wrist(side).is_some_and(is_near)) {
                body.hands.push(FoundHand { side, ..hand });
                return;
            }
        }
        self.loose_hands.push(hand);
    }
}

impl Body {
    /// The sides of which no hand is known.
    fn free_sides(&self) -> impl Iterator<Item = Side> + use<> {
        let known: Vec<Side> = self.hands.iter().map(|hand| hand.side).collect();
        [Side::Left, Side::Right].into_iter().filter(move |side| !known.contains(side))
    }

    /// Whether nose, shoulders and hips are about where the other's are.
    fn is_same(&self, other: &Self) -> bool {
        let place = |body: &Self, i: usize| body.landmarks.get(i).map(|landmark| landmark.place).unwrap_or_default();
        const POINTS: [usize; 5] = [0, 11, 12, 23, 24];
        let apart: f32 = POINTS.iter().map(|&i| place(self, i).distance(place(other, i))).sum();
        let size = place(self, 0).distance(place(self, 24)).max(place(other, 0).distance(place(other, 24)));
        apart < 0.25 * size * POINTS.len() as f32
    }

    fn wrist(&self, side: Side) -> Option<Place> {
        let [wrist, ..] = side.landmarks();
        self.landmarks.get(wrist).map(|landmark| landmark.place)
    }
}

impl LayerList {
    /// Pixels of its square input along each edge.
    fn side(&self) -> usize {
        self.input()[1]
    }

    /// Runs on a region; `part` is from which to which share of the whole work this is.
    fn look(
        &self,
        picture: &RgbImage,
        region: &Region,
        range: [f32; 2],
        outside: Outside,
        reached: Reached<'_>,
        [from, to]: [f32; 2],
    ) -> Result<Outputs, ForwardError> {
        let input = region.cut(picture, self.side(), range, outside);
        self.forward(input, &mut |share| reached(from + (to - from) * share))
    }
}
