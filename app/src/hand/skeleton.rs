//! A pose becomes places and directions of bones.

use super::anatomy::{THUMB_CARPAL, THUMB_LENGTHS, finger_bones};
use super::pose::{Finger, HandPose, ThumbPose};
use super::vector::{Frame, vec3};

/// Where the bones of a right hand lie; each frame is at its bone's beginning.
#[derive(Clone, Copy, Debug)]
pub struct Skeleton {
    pub metacarpals: [Frame; 4],
    /// Their lengths.
    pub metacarpal_lengths: [f32; 4],
    /// The phalanges of the four fingers.
    pub fingers: [[Frame; 3]; 4],
    /// Metacarpal and phalanges.
    pub thumb: [Frame; 3],
    /// Along the arm to the elbow.
    pub forearm: Frame,
}

impl Skeleton {
    #[must_use]
    pub fn new(pose: &HandPose) -> Self {
        let metacarpals = Finger::ALL.map(|finger| metacarpal(finger, pose));
        let fingers = Finger::ALL.map(|finger| phalanges(finger, pose));
        let metacarpal_lengths = Finger::ALL.map(|finger| {
            let bones = finger_bones(finger);
            (bones.knuckle - bones.carpal).length()
        });
        Self { metacarpals, metacarpal_lengths, fingers, thumb: thumb(&pose.thumb), forearm: forearm(pose) }
    }
}

/// How much of the palm's hollowing each metacarpal takes part in: the first two stand firm.
fn share_of_cup(finger: Finger) -> f32 {
    match finger {
        Finger::Index | Finger::Middle => 0.0,
        Finger::Ring => 0.5,
        Finger::Little => 1.0,
    }
}

fn metacarpal(finger: Finger, pose: &HandPose) -> Frame {
    let bones = finger_bones(finger);
    let straight = Frame::along(bones.carpal, bones.knuckle - bones.carpal, vec3(0.0, 0.0, 1.0));
    let cup = pose.cup * share_of_cup(finger);
    // The side that folds in turns to face the thumb, too.
    straight.rolled((bones.roll + 0.6 * cup).to_radians()).bent(cup.to_radians())
}

fn phalanges(finger: Finger, pose: &HandPose) -> [Frame; 3] {
    let (bones, joints) = (finger_bones(finger), pose.finger(finger));
    let hand_bone = metacarpal(finger, pose);
    let knuckle = hand_bone.global(vec3(0.0, (bones.knuckle - bones.carpal).length(), 0.0));
    let away = match finger {
        Finger::Index | Finger::Middle => joints.spread,
        Finger::Ring | Finger::Little => -joints.spread,
    };
    let along = bones.knuckle - bones.carpal;
    let metacarpal_lean = along.x.atan2(along.y);
    // The ligaments of a bent knuckle are taut: bent fingers lie side by side.
    let lean = bones.lean * (1.0 - 0.75 * (joints.base / 90.0).clamp(0.0, 1.0)) + away;
    let first = hand_bone.at(knuckle).swung(metacarpal_lean - lean.to_radians()).bent(joints.base.to_radians());
    let second = first.at(first.global(vec3(0.0, bones.lengths[0], 0.0))).bent(joints.middle.to_radians());
    let third = second.at(second.global(vec3(0.0, bones.lengths[1], 0.0))).bent(joints.end_bend().to_radians());
    [first, second, third]
}

fn thumb(joints: &ThumbPose) -> [Frame; 3] {
    let (sin_spread, cos_spread) = joints.spread.to_radians().sin_cos();
    let (sin_lift, cos_lift) = joints.lift.to_radians().sin_cos();
    let (sin_turn, cos_turn) = joints.turn.to_radians().sin_cos();
    let along = vec3(sin_spread * cos_lift, cos_spread * cos_lift, sin_lift);
    let outward = vec3(cos_spread, -sin_spread, 0.0);
    let upward = vec3(-sin_spread * sin_lift, -cos_spread * sin_lift, cos_lift);
    let nail = outward * cos_turn + upward * sin_turn;
    let first = Frame::along(THUMB_CARPAL, along, -nail);
    let second = first.at(first.global(vec3(0.0, THUMB_LENGTHS[0], 0.0))).bent(joints.base.to_radians());
    let third = second.at(second.global(vec3(0.0, THUMB_LENGTHS[1], 0.0))).bent(joints.end.to_radians());
    [first, second, third]
}

fn forearm(pose: &HandPose) -> Frame {
    let straight = Frame::along(vec3(0.0, 0.0, 0.0), vec3(0.0, -1.0, 0.0), vec3(0.0, 0.0, 1.0));
    // A hand bent to its palm has the arm come from that side.
    straight.bent(pose.wrist_bend.to_radians()).swung(-pose.wrist_side.to_radians())
}
