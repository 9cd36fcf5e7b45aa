//! From people that were found to OpenPose's skeletons.

use super::people::{Body, FoundHand, People, Place, Side};
use super::skeleton::{Hand, Joint, Keypoint, Person, Pose};

/// What of the people is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    /// Points that are less surely seen than this, 0 to 1, are left out.
    pub min_visibility: f32,
    pub hands: bool,
}

/// MediaPipe's number of each of OpenPose's joints but the neck, which MediaPipe does not have.
const LANDMARKS: [(Joint, usize); 17] = [
    (Joint::Nose, 0),
    (Joint::RightShoulder, 12),
    (Joint::RightElbow, 14),
    (Joint::RightWrist, 16),
    (Joint::LeftShoulder, 11),
    (Joint::LeftElbow, 13),
    (Joint::LeftWrist, 15),
    (Joint::RightHip, 24),
    (Joint::RightKnee, 26),
    (Joint::RightAnkle, 28),
    (Joint::LeftHip, 23),
    (Joint::LeftKnee, 25),
    (Joint::LeftAnkle, 27),
    (Joint::RightEye, 5),
    (Joint::LeftEye, 2),
    (Joint::RightEar, 8),
    (Joint::LeftEar, 7),
];

/// The people as skeletons on a canvas of the picture's size.
#[must_use]
pub fn pose_of(people: &People, size: [u32; 2], taken: Taken) -> Pose {
    let bodies = people.bodies.iter().map(|body| person(body, size, taken));
    let loose = people.loose_hands.iter().filter(|_| taken.hands).map(|hand| {
        let mut person = Person::default();
        give(&mut person, hand, size);
        person
    });
    // The surest came first; they are usually the nearest, which are drawn last.
    let mut people: Vec<Person> = bodies.chain(loose).filter(|person| !person.is_empty()).collect();
    people.reverse();
    Pose { people, size }
}

fn person(body: &Body, size: [u32; 2], taken: Taken) -> Person {
    let mut person = Person::default();
    for (joint, landmark) in LANDMARKS {
        let landmark = body.landmarks.get(landmark).filter(|landmark| landmark.visibility >= taken.min_visibility);
        if let Some(point) = person.body.get_mut(joint.index()) {
            *point = landmark.and_then(|landmark| keypoint(landmark.place, size));
        }
    }
    let shoulders = [Joint::LeftShoulder, Joint::RightShoulder].map(|joint| person.joint(joint));
    if let ([Some(left), Some(right)], Some(neck)) = (shoulders, person.body.get_mut(Joint::Neck.index())) {
        *neck = Some(Keypoint::new((left.x + right.x) / 2.0, (left.y + right.y) / 2.0));
    }
    if taken.hands {
        body.hands.iter().for_each(|hand| give(&mut person, hand, size));
    }
    person
}

fn give(person: &mut Person, hand: &FoundHand, size: [u32; 2]) {
    let points: Hand = hand.points.map(|place| keypoint(place, size));
    let slot = match hand.side {
        Side::Left => &mut person.left_hand,
        Side::Right => &mut person.right_hand,
    };
    *slot = Some(Box::new(points));
}

/// `None` where the place is not in the picture.
fn keypoint(place: Place, [width, height]: [u32; 2]) -> Option<Keypoint> {
    // 0 is the middle of the first pixel there, and its edge here.
    let (x, y) = (place.x + 0.5, place.y + 0.5);
    let inside = (0.0..=width as f32).contains(&x) && (0.0..=height as f32).contains(&y);
    inside.then(|| Keypoint::new(x, y))
}

#[cfg(test)]
mod tests {
    use super::super::people::Landmark;
    use super::*;

    fn body() -> Body {
        let landmark = |i: usize| Landmark { place: Place { x: i as f32, y: 2.0 * i as f32 }, visibility: 0.9 };
        let hand = FoundHand { side: Side::Left, score: 0.9, points: [Place { x: 3.5, y: 4.5 }; 21] };
        Body { landmarks: (0..33).map(landmark).collect(), hands: vec![hand] }
    }

    #[test]
    fn landmarks_become_joints_and_the_neck_is_between_the_shoulders() {
        let people = People { bodies: vec![body()], loose_hands: Vec::new() };
        let pose = pose_of(&people, [100, 100], Taken { min_visibility: 0.5, hands: true });
        let person = &pose.people[0];
        assert_eq!(person.joint(Joint::RightWrist), Some(Keypoint::new(16.5, 32.5)));
        assert_eq!(person.joint(Joint::Neck), Some(Keypoint::new(12.0, 23.5)));
        assert_eq!(person.left_hand.as_deref().unwrap()[20], Some(Keypoint::new(4.0, 5.0)));
        assert_eq!(person.right_hand, None);
    }

    #[test]
    fn what_is_hidden_or_beyond_the_edge_is_left_out() {
        let mut hidden = body();
        hidden.landmarks[11].visibility = 0.3;
        let people = People { bodies: vec![hidden], loose_hands: Vec::new() };
        let pose = pose_of(&people, [100, 40], Taken { min_visibility: 0.5, hands: false });
        let person = &pose.people[0];
        assert_eq!((person.joint(Joint::LeftShoulder), person.joint(Joint::Neck)), (None, None));
        assert_eq!((person.joint(Joint::LeftHip), person.left_hand.as_deref()), (None, None));
        assert!(person.joint(Joint::RightWrist).is_some());
    }
}
