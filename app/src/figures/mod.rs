//! Figures: people as OpenPose's skeletons that can be bent, moved and put together. Plain geometry on points in canvas
//! pixels; sees neither the window nor the document.

mod bend;
mod parts;
mod place;
mod presets;

use brushfire_engine::hints::skeleton::{HAND_BONES, Joint, Keypoint, Person};

pub use self::bend::dragged;
pub use self::parts::{Side, completed, has_hand, with_face, with_hand, without_face, without_hand};
pub use self::place::{Bounds, bounds_of, mirrored, moved, scaled, sides_swapped, turned};
pub use self::presets::{PRESETS, Preset};

/// One point of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PointId {
    Body(Joint),
    LeftHand(usize),
    RightHand(usize),
    Face(usize),
}

impl PointId {
    /// What it hangs on: bending there takes it along. The neck hangs on nothing.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let in_hand = |index: usize| HAND_BONES.iter().find(|[_, to]| *to == index).map(|[from, _]| *from);
        match self {
            Self::Body(joint) => parent_of_joint(joint).map(Self::Body),
            Self::LeftHand(index) => Some(in_hand(index).map_or(Self::Body(Joint::LeftWrist), Self::LeftHand)),
            Self::RightHand(index) => Some(in_hand(index).map_or(Self::Body(Joint::RightWrist), Self::RightHand)),
            Self::Face(_) => Some(Self::Body(Joint::Nose)),
        }
    }

    /// Whether it hangs on `other`, however far down.
    #[must_use]
    pub fn hangs_on(self, other: Self) -> bool {
        let mut above = self.parent();
        while let Some(id) = above {
            if id == other {
                return true;
            }
            above = id.parent();
        }
        false
    }
}

fn parent_of_joint(joint: Joint) -> Option<Joint> {
    Some(match joint {
        Joint::Neck => return None,
        Joint::Nose | Joint::RightShoulder | Joint::LeftShoulder | Joint::RightHip | Joint::LeftHip => Joint::Neck,
        Joint::RightElbow => Joint::RightShoulder,
        Joint::RightWrist => Joint::RightElbow,
        Joint::LeftElbow => Joint::LeftShoulder,
        Joint::LeftWrist => Joint::LeftElbow,
        Joint::RightKnee => Joint::RightHip,
        Joint::RightAnkle => Joint::RightKnee,
        Joint::LeftKnee => Joint::LeftHip,
        Joint::LeftAnkle => Joint::LeftKnee,
        Joint::RightEye | Joint::LeftEye | Joint::RightEar | Joint::LeftEar => Joint::Nose,
    })
}

/// Where a point is; `None` where it is not seen.
#[must_use]
pub fn point(person: &Person, id: PointId) -> Option<Keypoint> {
    match id {
        PointId::Body(joint) => person.joint(joint),
        PointId::LeftHand(index) => *person.left_hand.as_ref()?.get(index)?,
        PointId::RightHand(index) => *person.right_hand.as_ref()?.get(index)?,
        PointId::Face(index) => *person.face.as_ref()?.get(index)?,
    }
}

/// Puts a point there, or takes it away; nothing where the person has no such part. A part without points is gone.
pub fn set_point(person: &mut Person, id: PointId, place: Option<Keypoint>) {
    fn set<const N: usize>(part: &mut Option<Box<[Option<Keypoint>; N]>>, index: usize, place: Option<Keypoint>) {
        if let Some(point) = part.as_mut().and_then(|points| points.get_mut(index)) {
            *point = place;
        }
        part.take_if(|points| points.iter().all(Option::is_none));
    }
    match id {
        PointId::Body(joint) => {
            if let Some(point) = person.body.get_mut(joint.index()) {
                *point = place;
            }
        }
        PointId::LeftHand(index) => set(&mut person.left_hand, index, place),
        PointId::RightHand(index) => set(&mut person.right_hand, index, place),
        PointId::Face(index) => set(&mut person.face, index, place),
    }
}

/// All points that are seen: body, hands, face.
pub fn points(person: &Person) -> impl Iterator<Item = (PointId, Keypoint)> {
    let body = Joint::ALL.into_iter().map(PointId::Body);
    let hand = |part: &Option<_>| if part.is_some() { 0..21 } else { 0..0 };
    let left = hand(&person.left_hand).map(PointId::LeftHand);
    let right = hand(&person.right_hand).map(PointId::RightHand);
    let face = if person.face.is_some() { 0..70 } else { 0..0 }.map(PointId::Face);
    let ids = body.chain(left).chain(right).chain(face);
    ids.filter_map(|id| Some((id, point(person, id)?)))
}

#[cfg(test)]
mod tests;
