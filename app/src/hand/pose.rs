//! How a hand is held: the angles of its joints, in degrees, and what a joint allows.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// A finger other than the thumb, in the order in which arrays hold them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finger {
    Index,
    Middle,
    Ring,
    Little,
}

impl Finger {
    pub const ALL: [Self; 4] = [Self::Index, Self::Middle, Self::Ring, Self::Little];

    fn key(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Middle => "middle",
            Self::Ring => "ring",
            Self::Little => "little",
        }
    }
}

/// The joints of one finger. The end joint follows the middle one unless it is set by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FingerPose {
    /// Away from the middle finger; of the middle finger, towards the thumb.
    pub spread: f32,
    /// Of the knuckle (MCP).
    pub base: f32,
    /// Of the middle joint (PIP).
    pub middle: f32,
    /// Of the end joint (DIP).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<f32>,
}

/// The end joint bends with the middle one in this proportion: one tendon pulls both.
const END_TO_MIDDLE: f32 = 0.62;

impl FingerPose {
    /// The bend of the end joint, set or following.
    #[must_use]
    pub fn end_bend(&self) -> f32 {
        self.end.unwrap_or_else(|| (self.middle * END_TO_MIDDLE).max(0.0))
    }
}

/// The joints of the thumb.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThumbPose {
    /// Of the metacarpal from the index's direction outward, in the plane of the palm.
    pub spread: f32,
    /// Of the metacarpal out of that plane, to the palm's side.
    pub lift: f32,
    /// About its own length: 0 has the nail look sideways away from the fingers, more turns the pad to face them.
    pub turn: f32,
    /// Of its knuckle (MCP).
    pub base: f32,
    /// Of its end joint (IP).
    pub end: f32,
}

impl Default for ThumbPose {
    fn default() -> Self {
        Self { spread: 42.0, lift: 22.0, turn: -15.0, base: 8.0, end: 8.0 }
    }
}

/// A whole hand. Of a right one; left ones are mirrored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HandPose {
    pub thumb: ThumbPose,
    pub index: FingerPose,
    pub middle: FingerPose,
    pub ring: FingerPose,
    pub little: FingerPose,
    /// How far the palm is hollowed: the little finger's side comes to meet the thumb.
    pub cup: f32,
    /// The hand bent to the palm's side.
    pub wrist_bend: f32,
    /// The hand bent to the little finger's side.
    pub wrist_side: f32,
}

impl HandPose {
    #[must_use]
    pub fn finger(&self, finger: Finger) -> &FingerPose {
        match finger {
            Finger::Index => &self.index,
            Finger::Middle => &self.middle,
            Finger::Ring => &self.ring,
            Finger::Little => &self.little,
        }
    }

    pub fn finger_mut(&mut self, finger: Finger) -> &mut FingerPose {
        match finger {
            Finger::Index => &mut self.index,
            Finger::Middle => &mut self.middle,
            Finger::Ring => &mut self.ring,
            Finger::Little => &mut self.little,
        }
    }

    /// With every joint within what it allows; what is no number becomes the middle of that.
    #[must_use]
    pub fn within_limits(mut self) -> Self {
        for joint in Joint::all() {
            if let Some(angle) = joint.angle_mut(&mut self) {
                let limits = joint.limits();
                if angle.is_nan() {
                    *angle = (limits.start() + limits.end()) / 2.0;
                }
                *angle = angle.clamp(*limits.start(), *limits.end());
            }
        }
        self
    }
}

/// Every angle that can be set: sliders, limits and their test are made from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    ThumbSpread,
    ThumbLift,
    ThumbTurn,
    ThumbBase,
    ThumbEnd,
    Spread(Finger),
    Base(Finger),
    Middle(Finger),
    End(Finger),
    Cup,
    WristBend,
    WristSide,
}

impl Joint {
    /// From the thumb to the wrist.
    pub fn all() -> impl Iterator<Item = Self> {
        let fingers = Finger::ALL.into_iter().flat_map(Self::of_finger);
        Self::OF_THUMB.into_iter().chain(fingers).chain([Self::Cup, Self::WristBend, Self::WristSide])
    }

    pub const OF_THUMB: [Self; 5] =
        [Self::ThumbSpread, Self::ThumbLift, Self::ThumbTurn, Self::ThumbBase, Self::ThumbEnd];

    /// Its name in the languages' files.
    #[must_use]
    pub fn words(self) -> String {
        let of_finger = |finger: Finger, joint: &str| format!("hands-{}-{joint}", finger.key());
        match self {
            Self::ThumbSpread => "hands-thumb-spread".to_owned(),
            Self::ThumbLift => "hands-thumb-lift".to_owned(),
            Self::ThumbTurn => "hands-thumb-turn".to_owned(),
            Self::ThumbBase => "hands-thumb-base".to_owned(),
            Self::ThumbEnd => "hands-thumb-end".to_owned(),
            Self::Spread(finger) => of_finger(finger, "spread"),
            Self::Base(finger) => of_finger(finger, "base"),
            Self::Middle(finger) => of_finger(finger, "bend"),
            Self::End(finger) => of_finger(finger, "end"),
            Self::Cup => "hands-cup".to_owned(),
            Self::WristBend => "hands-wrist-bend".to_owned(),
            Self::WristSide => "hands-wrist-side".to_owned(),
        }
    }

    /// Those of one finger, from the knuckle to the tip.
    #[must_use]
    pub fn of_finger(finger: Finger) -> [Self; 4] {
        [Self::Base(finger), Self::Middle(finger), Self::End(finger), Self::Spread(finger)]
    }

    /// What the joint allows without a helping hand (after the ranges in Kapandji, The Physiology of the Joints, I).
    #[must_use]
    pub fn limits(self) -> RangeInclusive<f32> {
        match self {
            Self::ThumbSpread => -40.0..=70.0,
            Self::ThumbLift => -15.0..=75.0,
            Self::ThumbTurn => -60.0..=80.0,
            Self::ThumbBase => -20.0..=65.0,
            Self::ThumbEnd => -25.0..=85.0,
            Self::Spread(_) => -20.0..=28.0,
            Self::Base(_) => -30.0..=92.0,
            Self::Middle(_) => -5.0..=112.0,
            Self::End(_) => -15.0..=85.0,
            Self::Cup => 0.0..=30.0,
            Self::WristBend => -70.0..=75.0,
            Self::WristSide => -22.0..=32.0,
        }
    }

    /// Where the pose keeps it; `None` of an end joint that follows.
    pub fn angle_mut(self, pose: &mut HandPose) -> Option<&mut f32> {
        match self {
            Self::ThumbSpread => Some(&mut pose.thumb.spread),
            Self::ThumbLift => Some(&mut pose.thumb.lift),
            Self::ThumbTurn => Some(&mut pose.thumb.turn),
            Self::ThumbBase => Some(&mut pose.thumb.base),
            Self::ThumbEnd => Some(&mut pose.thumb.end),
            Self::Spread(finger) => Some(&mut pose.finger_mut(finger).spread),
            Self::Base(finger) => Some(&mut pose.finger_mut(finger).base),
            Self::Middle(finger) => Some(&mut pose.finger_mut(finger).middle),
            Self::End(finger) => pose.finger_mut(finger).end.as_mut(),
            Self::Cup => Some(&mut pose.cup),
            Self::WristBend => Some(&mut pose.wrist_bend),
            Self::WristSide => Some(&mut pose.wrist_side),
        }
    }
}
