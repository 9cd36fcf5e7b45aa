//! People as OpenPose draws them: keypoints of body, hands and face, the limbs between them, their colours.
//!
//! Points lie in canvas pixels, 0 being the left or top edge of the canvas, so that the middle of its first pixel is
//! 0.5. Left and right are the person's own.

mod limbs;
mod open_pose_json;
mod render;

pub use limbs::{BODY_LIMBS, FACE_COLOR, HAND_BONES, HAND_COLOR, JOINT_COLORS, Limb, hand_bone_color, limb_color};
pub use open_pose_json::PoseJsonError;
pub use render::{Mark, PixelBox, draw_row, marks_of};

/// A place in canvas pixels; may lie beyond the canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keypoint {
    pub x: f32,
    pub y: f32,
}

impl Keypoint {
    #[must_use]
    pub fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }
}

/// The points of a body, in the order of COCO's 18 as OpenPose numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Joint {
    Nose,
    Neck,
    RightShoulder,
    RightElbow,
    RightWrist,
    LeftShoulder,
    LeftElbow,
    LeftWrist,
    RightHip,
    RightKnee,
    RightAnkle,
    LeftHip,
    LeftKnee,
    LeftAnkle,
    RightEye,
    LeftEye,
    RightEar,
    LeftEar,
}

impl Joint {
    pub const COUNT: usize = 18;

    pub const ALL: [Self; Self::COUNT] = [
        Self::Nose,
        Self::Neck,
        Self::RightShoulder,
        Self::RightElbow,
        Self::RightWrist,
        Self::LeftShoulder,
        Self::LeftElbow,
        Self::LeftWrist,
        Self::RightHip,
        Self::RightKnee,
        Self::RightAnkle,
        Self::LeftHip,
        Self::LeftKnee,
        Self::LeftAnkle,
        Self::RightEye,
        Self::LeftEye,
        Self::RightEar,
        Self::LeftEar,
    ];

    /// Its place in [`Person::body`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The same joint of the other side; itself where there is one only.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Nose => Self::Nose,
            Self::Neck => Self::Neck,
            Self::RightShoulder => Self::LeftShoulder,
            Self::RightElbow => Self::LeftElbow,
            Self::RightWrist => Self::LeftWrist,
            Self::LeftShoulder => Self::RightShoulder,
            Self::LeftElbow => Self::RightElbow,
            Self::LeftWrist => Self::RightWrist,
            Self::RightHip => Self::LeftHip,
            Self::RightKnee => Self::LeftKnee,
            Self::RightAnkle => Self::LeftAnkle,
            Self::LeftHip => Self::RightHip,
            Self::LeftKnee => Self::RightKnee,
            Self::LeftAnkle => Self::RightAnkle,
            Self::RightEye => Self::LeftEye,
            Self::LeftEye => Self::RightEye,
            Self::RightEar => Self::LeftEar,
            Self::LeftEar => Self::RightEar,
        }
    }
}

/// Points of one hand: the wrist, then thumb, index, middle, ring and little finger, each of four from the palm on.
pub type Hand = [Option<Keypoint>; 21];

/// Points of a face: the 68 of iBUG (jaw, brows, nose, eyes, lips), then the pupils.
pub type Face = [Option<Keypoint>; 70];

/// One person; `None` is a point that cannot be seen, or a part that is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// In the order of [`Joint`].
    pub body: [Option<Keypoint>; Joint::COUNT],
    pub left_hand: Option<Box<Hand>>,
    pub right_hand: Option<Box<Hand>>,
    pub face: Option<Box<Face>>,
}

impl Default for Person {
    fn default() -> Self {
        Self { body: [None; Joint::COUNT], left_hand: None, right_hand: None, face: None }
    }
}

impl Person {
    #[must_use]
    pub fn joint(&self, joint: Joint) -> Option<Keypoint> {
        self.body.get(joint.index()).copied().flatten()
    }

    /// All points that can be seen: body, left hand, right hand, face.
    pub fn points(&self) -> impl Iterator<Item = Keypoint> {
        let part = |points: Option<&[Option<Keypoint>]>| points.unwrap_or_default().to_vec();
        let hands = [&self.left_hand, &self.right_hand].map(|hand| part(hand.as_deref().map(<[_; 21]>::as_slice)));
        let face = part(self.face.as_deref().map(<[_; 70]>::as_slice));
        self.body.into_iter().chain(hands.into_iter().flatten()).chain(face).flatten()
    }

    /// All points that can be seen, to be changed.
    pub fn points_mut(&mut self) -> impl Iterator<Item = &mut Keypoint> {
        let hands = [&mut self.left_hand, &mut self.right_hand].into_iter().flatten().flat_map(|hand| hand.iter_mut());
        let face = self.face.iter_mut().flat_map(|face| face.iter_mut());
        self.body.iter_mut().chain(hands).chain(face).flatten()
    }

    /// Whether there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points().next().is_none()
    }
}

/// People on a canvas, the farthest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pose {
    pub people: Vec<Person>,
    /// Width and height of the canvas in pixels.
    pub size: [u32; 2],
}
