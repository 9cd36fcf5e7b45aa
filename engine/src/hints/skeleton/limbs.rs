//! What is drawn between which points, and in which colours.
//!
//! Source: `draw_bodypose`, `draw_handpose` and `draw_facepose` of controlnet_aux (`open_pose/util.py`), which are those
//! that the published networks were trained with.

use super::Joint;

/// sRGB.
type Rgb = [u8; 3];

/// A stick between two joints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limb {
    pub from: Joint,
    pub to: Joint,
}

const fn limb(from: Joint, to: Joint) -> Limb {
    Limb { from, to }
}

/// The limbs of a body in the order in which they are drawn.
pub const BODY_LIMBS: [Limb; 17] = [
    limb(Joint::Neck, Joint::RightShoulder),
    limb(Joint::Neck, Joint::LeftShoulder),
    limb(Joint::RightShoulder, Joint::RightElbow),
    limb(Joint::RightElbow, Joint::RightWrist),
    limb(Joint::LeftShoulder, Joint::LeftElbow),
    limb(Joint::LeftElbow, Joint::LeftWrist),
    limb(Joint::Neck, Joint::RightHip),
    limb(Joint::RightHip, Joint::RightKnee),
    limb(Joint::RightKnee, Joint::RightAnkle),
    limb(Joint::Neck, Joint::LeftHip),
    limb(Joint::LeftHip, Joint::LeftKnee),
    limb(Joint::LeftKnee, Joint::LeftAnkle),
    limb(Joint::Neck, Joint::Nose),
    limb(Joint::Nose, Joint::RightEye),
    limb(Joint::RightEye, Joint::RightEar),
    limb(Joint::Nose, Joint::LeftEye),
    limb(Joint::LeftEye, Joint::LeftEar),
];

/// The colours of the joints; a limb has that of the joint of its number, darkened.
pub const JOINT_COLORS: [Rgb; Joint::COUNT] = [
    [255, 0, 0],
    [255, 85, 0],
    [255, 170, 0],
    [255, 255, 0],
    [170, 255, 0],
    [85, 255, 0],
    [0, 255, 0],
    [0, 255, 85],
    [0, 255, 170],
    [0, 255, 255],
    [0, 170, 255],
    [0, 85, 255],
    [0, 0, 255],
    [85, 0, 255],
    [170, 0, 255],
    [255, 0, 255],
    [255, 0, 170],
    [255, 0, 85],
];

/// The colour of a limb by its number in [`BODY_LIMBS`].
#[must_use]
pub fn limb_color(index: usize) -> Rgb {
    // 0.6 of it, cut off to a whole number.
    JOINT_COLORS.get(index).map_or([0; 3], |color| color.map(|channel| (u16::from(channel) * 6 / 10) as u8))
}

/// Which points of a hand are joined.
pub const HAND_BONES: [[usize; 2]; 20] = [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
    [0, 5],
    [5, 6],
    [6, 7],
    [7, 8],
    [0, 9],
    [9, 10],
    [10, 11],
    [11, 12],
    [0, 13],
    [13, 14],
    [14, 15],
    [15, 16],
    [0, 17],
    [17, 18],
    [18, 19],
    [19, 20],
];

/// The points of a hand.
pub const HAND_COLOR: Rgb = [0, 0, 255];

/// The points of a face.
pub const FACE_COLOR: Rgb = [255; 3];

/// The colour of a bone by its number in [`HAND_BONES`]: once around the hues.
#[must_use]
pub fn hand_bone_color(index: usize) -> Rgb {
    let sixths = index as f32 / HAND_BONES.len() as f32 * 6.0;
    // How far a channel is from the hue where it is full.
    let channel = |full_at: f32| {
        let away = (sixths - full_at).abs();
        ((2.0 - away.min(6.0 - away)).clamp(0.0, 1.0) * 255.0).round() as u8
    };
    [channel(0.0), channel(2.0), channel(4.0)]
}
