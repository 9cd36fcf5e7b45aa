//! The poses that come with the program, from `assets/poses`.

use brushfire_engine::hints::skeleton::{Keypoint, Person, Pose};

use super::place::{bounds_of, moved, scaled};

/// A pose to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Names it in settings and, after `pose-`, in the languages' files.
    pub key: &'static str,
    /// OpenPose's.
    json: &'static str,
}

/// So much of the canvas's sides a figure takes at most.
const MOST: f32 = 0.94;

macro_rules! presets {
    ($($key:literal),* $(,)?) => {
        /// All poses, in the order in which they are shown.
        pub const PRESETS: &[Preset] =
            &[$(Preset { key: $key, json: include_str!(concat!("../../../assets/poses/", $key, ".json")) }),*];
    };
}

presets![
    "standing",
    "relaxed",
    "walking",
    "running",
    "sitting",
    "cross-legged",
    "kneeling",
    "crouching",
    "lying",
    "waving",
    "thinking",
    "arms-raised",
    "dancing",
    "jumping",
    "kicking",
    "from-behind",
    "portrait",
    "back-to-back",
    "hand-in-hand",
];

impl Preset {
    /// The pose of that key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        PRESETS.iter().find(|preset| preset.key == key).copied()
    }

    /// The people of the pose, their middle at a place of the canvas; standing people are five sixths as tall as the
    /// canvas, where its width allows that.
    #[must_use]
    pub fn people(&self, canvas: [u32; 2], middle: Keypoint) -> Vec<Person> {
        let pose = self.pose();
        let Some(bounds) = bounds_of(&pose.people) else { return vec![] };
        let [width, height] = canvas.map(|side| side as f32);
        let as_tall = height / pose.size[1].max(1) as f32;
        let fits = |side: f32, length: f32| MOST * side / length.max(1.0);
        let scale = as_tall.min(fits(width, bounds.width())).min(fits(height, bounds.height()));
        let at = bounds.middle();
        pose.people.iter().map(|person| moved(&scaled(person, at, scale), middle.x - at.x, middle.y - at.y)).collect()
    }

    pub(super) fn pose(&self) -> Pose {
        // A test reads them all.
        Pose::from_open_pose_json(self.json, [1, 1]).unwrap_or_default()
    }
}

/// Someone who stands upright, from in front.
pub(super) fn standing() -> Person {
    PRESETS.first().map(Preset::pose).and_then(|pose| pose.people.into_iter().next()).unwrap_or_default()
}
