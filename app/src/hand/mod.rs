//! A hand in three dimensions, drawn as a hint: its joints, its flesh, and what it looks like from anywhere.
//!
//! A [`HandPose`] (angles of joints) becomes a [`Skeleton`](skeleton), that becomes [`Flesh`](flesh) (a signed
//! distance), rays find its surface ([`Surface`]), and a surface is drawn as depth, as normals, as lines, or shaded for the
//! eye. All geometry is the program's own. Neither egui nor the engine is seen from here.

mod anatomy;
mod contact;
mod draw;
mod flesh;
mod gestures;
mod marks;
mod outline;
mod pose;
mod shape;
mod skeleton;
mod stamp;
mod trace;
mod vector;

pub use self::contact::SOFT;
pub use self::draw::{Rgba, depth, normals, shaded};
pub use self::flesh::Flesh;
pub use self::gestures::{Gesture, GesturesError, read_gestures};
pub use self::outline::{FINER, Pen, lines};
pub use self::pose::{Finger, FingerPose, HandPose, Joint, ThumbPose};
pub use self::stamp::{Drawn, HandStamp, Placement, StampKind};
pub use self::trace::{Detail, HandView, Sample, Surface, bounds};
pub use self::vector::{Rotation, Vec3, vec3};

/// Whose hand, how held, how built.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hand {
    pub pose: HandPose,
    pub is_left: bool,
    /// Of the fingers; 1 is the mean of men and women.
    pub thickness: f32,
    /// How much of the forearm is there, 0 to 1.
    pub forearm: f32,
}

impl Default for Hand {
    fn default() -> Self {
        Self { pose: HandPose::default(), is_left: false, thickness: 1.0, forearm: 0.4 }
    }
}

impl Hand {
    /// With every joint and measure within what it can be; what is no number becomes what it usually is.
    #[must_use]
    pub fn within_limits(self) -> Self {
        let usual = Self::default();
        let within = |value: f32, least: f32, most: f32, usual: f32| {
            if value.is_nan() { usual } else { value.clamp(least, most) }
        };
        Self {
            pose: self.pose.within_limits(),
            thickness: within(self.thickness, 0.8, 1.2, usual.thickness),
            forearm: within(self.forearm, 0.0, 1.0, usual.forearm),
            ..self
        }
    }
}

/// What a place of the surface belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Palm,
    Forearm,
    /// The phalanx of that number, from the knuckle.
    Phalanx(Finger, u8),
    /// The bone of that number, the metacarpal being 0.
    Thumb(u8),
}

impl Part {
    /// The finger it belongs to: 0 to 3, the thumb 4.
    #[must_use]
    pub fn chain(self) -> Option<u8> {
        match self {
            Self::Palm | Self::Forearm => None,
            Self::Phalanx(finger, _) => Some(finger as u8),
            Self::Thumb(_) => Some(4),
        }
    }

    /// Whether both belong to one finger and there is a bone between them.
    #[must_use]
    fn is_two_bones_from(self, other: Self) -> bool {
        match (self, other) {
            (Self::Phalanx(a, bone), Self::Phalanx(b, other)) => a == b && bone.abs_diff(other) > 1,
            _ => false,
        }
    }
}
