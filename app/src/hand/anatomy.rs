//! Measures of a hand, in centimetres: where its bones lie and how thick its flesh is.
//!
//! Lengths of bones are the means of Buryanov & Kotiuk, Proportions of Hand Segments (2010); the flesh before the last
//! bone is theirs too. A right hand lies with its wrist in the origin, its fingers along y, its palm looking along z; so
//! its thumb is at the side of positive x.

use super::pose::Finger;
use super::vector::{Vec3, vec3};

/// Half widths along a bone at evenly spaced places from its start to its end: sideways, to the palm, to the back.
#[derive(Clone, Copy, Debug)]
pub struct Girth {
    pub side: [f32; 5],
    pub palm: [f32; 5],
    pub back: [f32; 5],
}

impl Girth {
    #[must_use]
    pub fn scaled(self, factor: f32) -> Self {
        let scale = |values: [f32; 5]| values.map(|value| value * factor);
        Self { side: scale(self.side), palm: scale(self.palm), back: scale(self.back) }
    }

    /// Only its beginning: that share of the bone is left.
    #[must_use]
    pub fn up_to(self, share: f32) -> Self {
        let cut = |values: [f32; 5]| {
            std::array::from_fn(|index| {
                let place = index as f32 * share;
                let low = (place as usize).min(3);
                values[low] + (values[low + 1] - values[low]) * (place - low as f32)
            })
        };
        Self { side: cut(self.side), palm: cut(self.palm), back: cut(self.back) }
    }
}

/// One of the four fingers.
pub struct FingerBones {
    /// Where its metacarpal begins and where its knuckle is.
    pub carpal: Vec3,
    pub knuckle: Vec3,
    /// Of the three phalanges; the last one without what its rounded end adds.
    pub lengths: [f32; 3],
    /// About its own length: bent fingers point to the root of the thumb.
    pub roll: f32,
    /// Sideways from the line of its metacarpal, in degrees, when it is not spread.
    pub lean: f32,
    /// Against the index.
    pub thickness: f32,
}

/// How far the flesh goes on beyond the end of the last bone's axis.
pub const TIP: f32 = 0.84;

#[must_use]
pub fn finger_bones(finger: Finger) -> FingerBones {
    match finger {
        Finger::Index => FingerBones {
            carpal: vec3(1.25, 2.5, -0.10),
            knuckle: vec3(2.90, 9.10, -0.05),
            lengths: [3.98, 2.24, 1.22],
            roll: -7.0,
            lean: 6.5,
            thickness: 1.0,
        },
        Finger::Middle => FingerBones {
            carpal: vec3(0.40, 2.6, -0.28),
            knuckle: vec3(0.78, 9.22, -0.22),
            lengths: [4.46, 2.63, 1.34],
            roll: 0.0,
            lean: 1.0,
            thickness: 1.03,
        },
        Finger::Ring => FingerBones {
            carpal: vec3(-0.45, 2.5, -0.22),
            knuckle: vec3(-1.26, 8.64, -0.12),
            lengths: [4.14, 2.57, 1.34],
            roll: 8.0,
            lean: -3.5,
            thickness: 0.97,
        },
        Finger::Little => FingerBones {
            carpal: vec3(-1.20, 2.3, 0.0),
            knuckle: vec3(-3.10, 7.78, 0.24),
            lengths: [3.27, 1.81, 1.22],
            roll: 17.0,
            lean: -9.0,
            thickness: 0.86,
        },
    }
}

/// The three phalanges of the index.
pub const PHALANGES: [Girth; 3] = [
    Girth {
        side: [0.87, 0.95, 0.93, 0.91, 0.89],
        palm: [0.82, 1.01, 1.03, 0.89, 0.74],
        back: [0.82, 0.78, 0.74, 0.74, 0.78],
    },
    Girth {
        side: [0.89, 0.88, 0.85, 0.82, 0.80],
        palm: [0.74, 0.88, 0.90, 0.78, 0.66],
        back: [0.78, 0.70, 0.64, 0.61, 0.61],
    },
    Girth {
        side: [0.80, 0.82, 0.83, 0.82, 0.77],
        palm: [0.66, 0.79, 0.84, 0.81, 0.70],
        back: [0.61, 0.58, 0.55, 0.52, 0.48],
    },
];

/// The metacarpals of the four fingers, within the palm.
pub const METACARPAL: Girth = Girth {
    side: [0.85, 0.88, 0.95, 1.05, 1.05],
    palm: [1.10, 0.90, 0.85, 1.05, 1.12],
    back: [0.80, 0.82, 0.80, 0.82, 0.88],
};

pub const THUMB_CARPAL: Vec3 = vec3(1.95, 1.75, 0.75);
/// Metacarpal and two phalanges; the last one without what its rounded end adds.
pub const THUMB_LENGTHS: [f32; 3] = [4.62, 3.20, 1.62];
pub const THUMB_TIP: f32 = 1.0;

pub const THUMB: [Girth; 3] = [
    Girth {
        side: [0.95, 0.93, 0.92, 0.96, 0.96],
        palm: [1.05, 1.05, 1.00, 0.98, 0.92],
        back: [0.88, 0.80, 0.78, 0.82, 0.86],
    },
    Girth {
        side: [0.96, 0.94, 0.90, 0.91, 0.92],
        palm: [0.92, 0.95, 0.90, 0.80, 0.76],
        back: [0.86, 0.78, 0.73, 0.73, 0.76],
    },
    Girth {
        side: [0.92, 1.00, 1.05, 1.03, 0.95],
        palm: [0.76, 0.93, 1.00, 0.95, 0.80],
        back: [0.76, 0.68, 0.62, 0.58, 0.53],
    },
];

/// The ball of the thumb, from the wrist to the thumb's knuckle.
pub const THENAR: Girth = Girth {
    side: [1.00, 1.45, 1.50, 1.25, 0.90],
    palm: [0.80, 1.30, 1.42, 1.20, 0.85],
    back: [0.80, 1.20, 1.30, 1.10, 0.80],
};
pub const THENAR_START: Vec3 = vec3(1.05, 1.10, 0.70);

/// The ball of the little finger's side.
pub const HYPOTHENAR: Girth = Girth {
    side: [0.85, 1.10, 1.15, 1.00, 0.85],
    palm: [0.70, 1.10, 1.20, 1.00, 0.80],
    back: [0.70, 0.90, 0.95, 0.90, 0.80],
};
pub const HYPOTHENAR_START: Vec3 = vec3(-1.75, 1.20, 0.60);
pub const HYPOTHENAR_END: Vec3 = vec3(-3.15, 6.40, 0.55);

/// The wrist's bones, from the joint to where the metacarpals begin.
pub const CARPUS: Girth = Girth {
    side: [2.20, 2.30, 2.35, 2.40, 2.30],
    palm: [1.20, 1.25, 1.25, 1.15, 1.00],
    back: [1.15, 1.18, 1.15, 1.06, 0.95],
};
pub const CARPUS_LENGTH: f32 = 3.0;

/// The forearm, from the wrist towards the elbow.
pub const FOREARM: Girth = Girth {
    side: [2.22, 2.50, 2.72, 3.05, 3.40],
    palm: [1.25, 1.50, 1.75, 2.10, 2.45],
    back: [1.20, 1.42, 1.62, 1.90, 2.20],
};
pub const FOREARM_LENGTH: f32 = 12.0;
