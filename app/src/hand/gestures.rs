//! The gestures that come with the program: `assets/hands/gestures.json`.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::pose::HandPose;

/// A hand held in a way that has a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gesture {
    /// After `gesture-`, its key in the languages' files.
    pub name: String,
    /// From where it is seen best: yaw, pitch and roll of a right hand in degrees.
    pub view: [f32; 3],
    pub pose: HandPose,
}

/// Why the gestures cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum GesturesError {
    #[error("the hands' gestures cannot be read from {}: {source}", path.display())]
    Read { path: std::path::PathBuf, source: std::io::Error },
    #[error("{} is no list of gestures: {source}", path.display())]
    Json { path: std::path::PathBuf, source: serde_json::Error },
}

/// Reads a list of gestures; every joint comes back within its limits.
///
/// # Errors
/// When there is no such file or it holds something else.
pub fn read_gestures(path: &Path) -> Result<Vec<Gesture>, GesturesError> {
    let bytes = std::fs::read(path).map_err(|source| GesturesError::Read { path: path.to_owned(), source })?;
    let gestures: Vec<Gesture> =
        serde_json::from_slice(&bytes).map_err(|source| GesturesError::Json { path: path.to_owned(), source })?;
    Ok(gestures.into_iter().map(|gesture| Gesture { pose: gesture.pose.within_limits(), ..gesture }).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::assets;
    use crate::hand::{Detail, Flesh, Hand, HandView, Joint, Rotation, SOFT, Surface};

    fn gestures() -> Vec<Gesture> {
        read_gestures(&assets::hands_folder().join("gestures.json")).unwrap()
    }

    #[test]
    fn there_are_twenty_gestures_each_with_its_own_name_and_within_what_joints_allow() {
        let path = assets::hands_folder().join("gestures.json");
        let as_written: Vec<Gesture> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert!(as_written.len() >= 20);
        let names: HashSet<_> = as_written.iter().map(|gesture| &gesture.name).collect();
        assert_eq!(names.len(), as_written.len());
        assert_eq!(as_written, gestures());
    }

    #[test]
    fn no_finger_passes_through_another_or_through_the_palm() {
        for gesture in gestures() {
            let depth = Flesh::new(&Hand { pose: gesture.pose, ..Hand::default() }).deepest_overlap();
            assert!(depth <= SOFT, "{}: {depth} cm", gesture.name);
        }
    }

    #[test]
    fn fingers_that_do_pass_through_the_palm_are_noticed() {
        let mut pose = HandPose::default();
        for finger in crate::hand::Finger::ALL {
            (pose.finger_mut(finger).base, pose.finger_mut(finger).middle) = (0.0, 110.0);
            pose.finger_mut(finger).end = Some(85.0);
            pose.finger_mut(finger).spread = -20.0;
        }
        assert!(Flesh::new(&Hand { pose, ..Hand::default() }).deepest_overlap() > 2.0 * SOFT);
    }

    #[test]
    fn an_open_hand_has_the_measures_of_one() {
        let mut hand = Hand { forearm: 0.0, ..Hand::default() };
        *Joint::ThumbSpread.angle_mut(&mut hand.pose).unwrap() = 70.0;
        *Joint::ThumbLift.angle_mut(&mut hand.pose).unwrap() = 0.0;
        let scale = 10.0;
        let view = HandView { rotation: Rotation::default(), center: [150.0, 150.0], pixels_per_cm: scale };
        let surface = Surface::new(&hand, &view, [300, 300], Detail::Depth);
        let is_hand = |x: usize, y: usize| surface.samples[y * 300 + x].is_some_and(|sample| sample.coverage > 0.5);
        let top = (0..300).find(|y| (0..300).any(|x| is_hand(x, *y))).unwrap() as f32;
        // The wrist's joint is the origin; the hand's middle, 8 cm above it, lies in the middle of the picture.
        let length = (150.0 + 8.0 * scale - top) / scale;
        let knuckles = 150;
        let breadth = (0..300).filter(|x| is_hand(*x, knuckles)).count() as f32 / scale;
        // Means of men and women in ANSUR (Gordon 1988): lengths 19.4 and 18.1, breadths 9.0 and 7.9.
        assert!((17.5..=19.5).contains(&length), "{length}");
        assert!((7.7..=9.1).contains(&breadth), "{breadth}");
    }

    #[test]
    fn a_file_that_holds_something_else_is_told_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gestures.json");
        assert!(read_gestures(&path).unwrap_err().to_string().contains("gestures.json"));
        std::fs::write(&path, "{\"name\": 3}").unwrap();
        assert!(read_gestures(&path).unwrap_err().to_string().contains("no list of gestures"));
    }
}
