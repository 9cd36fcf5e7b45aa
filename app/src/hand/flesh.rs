//! Bones get their flesh: the pieces whose smooth union is the hand.

use super::anatomy::{
    CARPUS, CARPUS_LENGTH, FOREARM, FOREARM_LENGTH, Girth, HYPOTHENAR, HYPOTHENAR_END, HYPOTHENAR_START, METACARPAL,
    PHALANGES, THENAR, THENAR_START, THUMB, THUMB_LENGTHS, THUMB_TIP, TIP, finger_bones,
};
use super::pose::{Finger, HandPose};
use super::shape::{Shape, Sweep, Web, smooth_min};
use super::skeleton::Skeleton;
use super::vector::{Frame, Vec3, vec3};
use super::{Hand, Part};

/// How a piece comes together with those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joins {
    /// The palm and all that is one with it.
    Palm,
    /// The first of a finger: it grows out of the palm.
    Root,
    /// Goes on from the one before. It does not grow together with what it only touches.
    Link,
}

/// One body of the hand.
#[derive(Clone, Debug)]
pub struct Piece {
    pub shape: Shape,
    pub part: Part,
    pub joins: Joins,
    /// Width of the fillet, in centimetres.
    pub blend: f32,
    /// A ball around all that it has a part in.
    pub center: Vec3,
    pub radius: f32,
}

/// The whole hand as a signed distance.
#[derive(Clone, Debug)]
pub struct Flesh {
    pieces: Vec<Piece>,
}

/// Steps towards the surface must be shorter by this, for the distances are only near to exact.
pub const SAFETY: f32 = 0.9;

impl Flesh {
    /// The flesh of a right hand. `hand.is_left` is for those who look at it.
    #[must_use]
    pub fn new(hand: &Hand) -> Self {
        let skeleton = Skeleton::new(&hand.pose);
        let mut flesh = Self { pieces: vec![] };
        flesh.add_palm(&skeleton, hand);
        flesh.add_webs(&skeleton, &hand.pose);
        flesh.add_thumb_root(&skeleton, hand.thickness);
        for (finger, frames) in Finger::ALL.into_iter().zip(&skeleton.fingers) {
            flesh.add_finger(finger, frames, hand.thickness);
        }
        flesh.add_thumb(&skeleton.thumb, hand.thickness);
        flesh
    }

    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    fn add(&mut self, shape: Shape, part: Part, joins: Joins, blend: f32) {
        let (center, radius) = shape.bounds();
        self.pieces.push(Piece { shape, part, joins, blend, center, radius: radius + blend * 0.5 });
    }

    fn add_sweep(&mut self, part: Part, joins: Joins, blend: f32, sweep: Sweep) {
        self.add(Shape::Sweep(Box::new(sweep)), part, joins, blend);
    }

    fn add_palm(&mut self, skeleton: &Skeleton, hand: &Hand) {
        let carpus = Sweep::new(Frame::identity(), CARPUS_LENGTH, &CARPUS, [1.2, 1.0]);
        self.add_sweep(Part::Palm, Joins::Palm, 0.8, carpus);
        if hand.forearm > 0.0 {
            let length = FOREARM_LENGTH * hand.forearm.clamp(0.02, 1.0);
            let forearm = Sweep::new(skeleton.forearm, length, &FOREARM.up_to(hand.forearm), [1.3, 1.0]).cut();
            self.add_sweep(Part::Forearm, Joins::Palm, 1.0, forearm);
            // The head of the ulna.
            let ulna = skeleton.forearm.at(skeleton.forearm.global(vec3(1.62, 0.7, -0.72)));
            let round = Girth { side: [0.55, 0.6, 0.6, 0.55, 0.5], palm: [0.5; 5], back: [0.5, 0.55, 0.5, 0.4, 0.3] };
            self.add_sweep(Part::Forearm, Joins::Palm, 1.1, Sweep::new(ulna, 1.1, &round, [0.55, 0.9]));
        }
        for (index, frame) in skeleton.metacarpals.into_iter().enumerate() {
            let thickness = finger_bones(Finger::ALL[index]).thickness;
            let girth = METACARPAL.scaled(0.3 + 0.7 * thickness);
            let sweep = Sweep::new(frame, skeleton.metacarpal_lengths[index], &girth, [0.9, 0.95]);
            self.add_sweep(Part::Palm, Joins::Palm, 0.75, sweep);
        }
        let little = skeleton.metacarpals[3];
        let end = little.global(little_local(HYPOTHENAR_END));
        let along = end - HYPOTHENAR_START;
        let frame = Frame::along(HYPOTHENAR_START, along, little.z);
        self.add_sweep(Part::Palm, Joins::Palm, 0.9, Sweep::new(frame, along.length(), &HYPOTHENAR, [0.7, 0.7]));
    }

    /// The skin between the fingers.
    fn add_webs(&mut self, skeleton: &Skeleton, pose: &HandPose) {
        for pair in 0..3 {
            let (left, right) = (Finger::ALL[pair], Finger::ALL[pair + 1]);
            let apart = (pose.finger(left).base - pose.finger(right).base).abs();
            let reach = 0.40 * (1.0 - 0.65 * (apart / 70.0).clamp(0.0, 1.0));
            let place = |finger: usize| {
                let length = finger_bones(Finger::ALL[finger]).lengths[0];
                skeleton.fingers[finger][0].global(vec3(0.0, length * reach, 0.12))
            };
            let between = (skeleton.fingers[pair][0].origin + skeleton.fingers[pair + 1][0].origin) * 0.5;
            let web = Web::new([between, place(pair), place(pair + 1)], 0.42);
            self.add(Shape::Web(web), Part::Palm, Joins::Palm, 0.55);
        }
    }

    /// The thumb's metacarpal, its ball, and the skin to the index.
    fn add_thumb_root(&mut self, skeleton: &Skeleton, thickness: f32) {
        let thumb = skeleton.thumb[0];
        let metacarpal = Sweep::new(thumb, THUMB_LENGTHS[0], &THUMB[0].scaled(0.3 + 0.7 * thickness), [0.9, 0.9]);
        self.add_sweep(Part::Palm, Joins::Palm, 0.9, metacarpal);
        let end = thumb.global(vec3(0.0, THUMB_LENGTHS[0] * 0.92, 0.12));
        let along = end - THENAR_START;
        let frame = Frame::along(THENAR_START, along, vec3(0.0, 0.0, 1.0));
        self.add_sweep(Part::Palm, Joins::Palm, 0.9, Sweep::new(frame, along.length(), &THENAR, [0.8, 0.7]));

        let index = skeleton.metacarpals[0];
        let inner = index.global(vec3(0.0, 0.5, 0.0));
        let outer = thumb.global(vec3(0.0, THUMB_LENGTHS[0] * 0.98, 0.1));
        let upper = index.global(vec3(0.1, skeleton.metacarpal_lengths[0] * 0.84, 0.15));
        let middle = ((outer + upper) * 0.5).lerp(inner, 0.24);
        for corners in [[inner, outer, middle], [inner, middle, upper]] {
            self.add(Shape::Web(Web::new(corners, 0.52)), Part::Palm, Joins::Palm, 0.9);
        }
    }

    fn add_finger(&mut self, finger: Finger, frames: &[Frame; 3], thickness: f32) {
        let bones = finger_bones(finger);
        for (bone, frame) in frames.iter().enumerate() {
            let girth = PHALANGES[bone].scaled(bones.thickness * thickness);
            let tip = if bone == 2 { TIP } else { 0.72 } * bones.thickness * thickness;
            let start = 0.72 * bones.thickness * thickness;
            let sweep = Sweep::new(*frame, bones.lengths[bone], &girth, [start, tip]);
            let (joins, blend) = if bone == 0 { (Joins::Root, 0.8) } else { (Joins::Link, 0.34) };
            self.add_sweep(Part::Phalanx(finger, bone as u8), joins, blend, sweep);
        }
    }

    fn add_thumb(&mut self, frames: &[Frame; 3], thickness: f32) {
        for bone in 1..3 {
            let girth = THUMB[bone].scaled(thickness);
            let tip = if bone == 2 { THUMB_TIP } else { 0.8 } * thickness;
            let sweep = Sweep::new(frames[bone], THUMB_LENGTHS[bone], &girth, [0.8 * thickness, tip]);
            let (joins, blend) = if bone == 1 { (Joins::Root, 0.6) } else { (Joins::Link, 0.34) };
            self.add_sweep(Part::Thumb(bone as u8), joins, blend, sweep);
        }
    }

    /// The distance to the surface, negative within, of the pieces in `list` (in their order).
    #[must_use]
    pub fn distance(&self, list: &[u8], pos: Vec3) -> f32 {
        let (mut palm, mut nearest, mut chain) = (f32::INFINITY, f32::INFINITY, f32::INFINITY);
        let mut of_chain = None;
        for piece in list.iter().filter_map(|index| self.pieces.get(usize::from(*index))) {
            let offset = pos - piece.center;
            let reach = nearest.min(palm).min(chain) + piece.blend + piece.radius;
            if reach > 0.0 && offset.dot(offset) > reach * reach {
                continue;
            }
            let distance = piece.shape.distance(pos);
            if piece.joins == Joins::Palm {
                palm = smooth_min(palm, distance, piece.blend);
                continue;
            }
            if of_chain != piece.part.chain() {
                nearest = nearest.min(chain);
                chain = f32::INFINITY;
                of_chain = piece.part.chain();
            }
            if piece.joins == Joins::Root {
                nearest = nearest.min(smooth_min(palm, distance, piece.blend));
                chain = distance;
            } else {
                chain = smooth_min(chain, distance, piece.blend);
            }
        }
        nearest.min(palm).min(chain)
    }

    /// The piece whose body is nearest.
    #[must_use]
    pub fn piece_at(&self, list: &[u8], pos: Vec3) -> Option<&Piece> {
        let pieces = list.iter().filter_map(|index| self.pieces.get(usize::from(*index)));
        let distances = pieces.map(|piece| (piece, piece.shape.distance(pos)));
        distances.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(piece, _)| piece)
    }
}

/// A place as the straight metacarpal of the little finger sees it, so that it moves with that.
fn little_local(pos: Vec3) -> Vec3 {
    let bones = finger_bones(Finger::Little);
    let straight = Frame::along(bones.carpal, bones.knuckle - bones.carpal, vec3(0.0, 0.0, 1.0));
    straight.rolled(bones.roll.to_radians()).local(pos)
}
