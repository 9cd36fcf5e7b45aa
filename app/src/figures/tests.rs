use proptest::prelude::*;

use super::*;
use brushfire_engine::hints::skeleton::BODY_LIMBS;

fn standing() -> Person {
    PRESETS[0].people([512, 768], Keypoint::new(256.0, 384.0)).remove(0)
}

fn at(person: &Person, joint: Joint) -> Keypoint {
    person.joint(joint).unwrap()
}

fn apart(a: Keypoint, b: Keypoint) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

fn lengths(person: &Person) -> Vec<f32> {
    BODY_LIMBS.iter().map(|limb| apart(at(person, limb.from), at(person, limb.to))).collect()
}

#[test]
fn a_dragged_wrist_is_where_it_was_dragged_to_and_the_elbow_follows() {
    let person = standing();
    let to = Keypoint::new(at(&person, Joint::RightShoulder).x - 60.0, at(&person, Joint::RightShoulder).y - 40.0);
    let bent = dragged(&person, PointId::Body(Joint::RightWrist), to, true);
    assert!(apart(at(&bent, Joint::RightWrist), to) < 0.01);
    assert!(apart(at(&bent, Joint::RightElbow), at(&person, Joint::RightElbow)) > 20.0);
    for (before, after) in lengths(&person).iter().zip(lengths(&bent)) {
        assert!((before - after).abs() < 0.01, "{before} became {after}");
    }
}

#[test]
fn an_ankle_dragged_too_far_stretches_the_leg_towards_it_and_no_further() {
    let person = standing();
    let far = Keypoint::new(at(&person, Joint::LeftHip).x + 4000.0, at(&person, Joint::LeftHip).y);
    let bent = dragged(&person, PointId::Body(Joint::LeftAnkle), far, true);
    let [hip, knee, ankle] = [Joint::LeftHip, Joint::LeftKnee, Joint::LeftAnkle].map(|joint| at(&bent, joint));
    assert!((apart(hip, ankle) - apart(hip, knee) - apart(knee, ankle)).abs() < 0.01);
    assert!((ankle.y - hip.y).abs() < 0.01 && ankle.x > hip.x);
}

#[test]
fn what_hangs_on_an_elbow_swings_with_it() {
    let person = with_hand(&standing(), Side::Left);
    let shoulder = at(&person, Joint::LeftShoulder);
    let bent = dragged(&person, PointId::Body(Joint::LeftElbow), Keypoint::new(shoulder.x + 500.0, shoulder.y), true);
    assert!((at(&bent, Joint::LeftElbow).y - shoulder.y).abs() < 0.01);
    let fingertip = |person: &Person| point(person, PointId::LeftHand(12)).unwrap();
    for (before, after) in lengths(&person).iter().zip(lengths(&bent)) {
        assert!((before - after).abs() < 0.01);
    }
    let reach = |person: &Person| apart(fingertip(person), at(person, Joint::LeftWrist));
    assert!((reach(&bent) - reach(&person)).abs() < 0.01 && fingertip(&bent).x > fingertip(&person).x + 20.0);
}

#[test]
fn freely_only_the_point_moves_and_a_hand_with_its_wrist() {
    let person = with_hand(&standing(), Side::Right);
    let to = Keypoint::new(10.0, 20.0);
    let bent = dragged(&person, PointId::Body(Joint::RightKnee), to, false);
    let moved: Vec<_> = points(&person).zip(points(&bent)).filter(|(a, b)| a != b).map(|(_, b)| b).collect();
    assert_eq!(moved, [(PointId::Body(Joint::RightKnee), to)]);
    let bent = dragged(&person, PointId::Body(Joint::RightWrist), to, false);
    assert_eq!(point(&bent, PointId::RightHand(0)), Some(to));
    assert_eq!(at(&bent, Joint::RightElbow), at(&person, Joint::RightElbow));
}

#[test]
fn the_neck_takes_all_with_it() {
    let person = with_face(&standing());
    let neck = at(&person, Joint::Neck);
    let gone = dragged(&person, PointId::Body(Joint::Neck), Keypoint::new(neck.x + 7.0, neck.y - 3.0), true);
    for ((_, before), (_, after)) in points(&person).zip(points(&gone)) {
        assert!((after.x - before.x - 7.0).abs() < 1e-3 && (after.y - before.y + 3.0).abs() < 1e-3);
    }
}

#[test]
fn a_mirrored_person_waves_with_the_other_hand_and_mirrored_twice_is_as_before() {
    let person = with_face(&with_hand(
        &Preset::from_key("waving").unwrap().people([512, 512], Keypoint::new(250.0, 250.0))[0],
        Side::Right,
    ));
    let other = mirrored(&person);
    assert!(at(&person, Joint::RightWrist).y < at(&person, Joint::RightElbow).y);
    assert!(at(&other, Joint::LeftWrist).y < at(&other, Joint::LeftElbow).y);
    assert!(at(&other, Joint::RightShoulder).x < at(&other, Joint::LeftShoulder).x, "still seen from in front");
    assert!(has_hand(&other, Side::Left) && !has_hand(&other, Side::Right));
    // The first point of the jaw is on the left of the picture, before and after.
    assert!(point(&other, PointId::Face(0)).unwrap().x < point(&other, PointId::Face(16)).unwrap().x);
    let back = mirrored(&other);
    for ((id, before), (again, after)) in points(&person).zip(points(&back)) {
        assert!(id == again && apart(before, after) < 1e-2, "{id:?}");
    }
}

#[test]
fn hands_and_face_grow_where_they_belong() {
    let person = with_face(&with_hand(&standing(), Side::Left));
    let hand: Vec<_> = (0..21).filter_map(|index| point(&person, PointId::LeftHand(index))).collect();
    assert_eq!(hand[0], at(&person, Joint::LeftWrist));
    assert!(hand[4].x < hand[20].x, "the thumb towards the body");
    assert!(hand.iter().all(|point| point.y >= hand[0].y - 1.0), "fingers down");
    let face: Vec<_> = (0..70).filter_map(|index| point(&person, PointId::Face(index))).collect();
    for (pupil, eye) in [(68, Joint::RightEye), (69, Joint::LeftEye)] {
        assert!(apart(face[pupil], at(&person, eye)) < 0.01);
    }
    assert!(apart(face[30], at(&person, Joint::Nose)) < 10.0);
    assert!(face[8].y < at(&person, Joint::Neck).y, "the chin is above the shoulders");
    assert_eq!(points(&without_face(&without_hand(&person, Side::Left))).count(), 18);
}

#[test]
fn missing_joints_come_back_near_where_they_were() {
    let whole = turned(&scaled(&standing(), Keypoint::new(0.0, 0.0), 1.7), Keypoint::new(100.0, 100.0), 0.6);
    let mut person = whole.clone();
    for joint in [Joint::LeftWrist, Joint::RightAnkle, Joint::RightEar] {
        set_point(&mut person, PointId::Body(joint), None);
    }
    for (before, after) in points(&whole).zip(points(&completed(&person))) {
        assert!(before.0 == after.0 && apart(before.1, after.1) < 0.1);
    }
    assert_eq!(completed(&Person::default()), Person::default());
}

#[test]
fn every_preset_fits_every_canvas() {
    for preset in PRESETS {
        let pose = preset.pose();
        assert!(!pose.people.is_empty() && pose.size == [768, 768], "{}", preset.key);
        assert_eq!(Preset::from_key(preset.key), Some(*preset));
        for size in [[512, 512], [512, 768], [1920, 300], [64, 1024]] {
            let people = preset.people(size, Keypoint::new(size[0] as f32 / 2.0, size[1] as f32 / 2.0));
            let bounds = bounds_of(&people).unwrap();
            assert!(bounds.min.x > 0.0 && bounds.max.x < size[0] as f32, "{} {size:?}", preset.key);
            assert!(bounds.min.y > 0.0 && bounds.max.y < size[1] as f32, "{} {size:?}", preset.key);
        }
    }
}

#[test]
fn a_part_without_points_is_gone() {
    let mut person = with_hand(&standing(), Side::Left);
    (0..21).for_each(|index| set_point(&mut person, PointId::LeftHand(index), None));
    assert!(person.left_hand.is_none());
    assert!(PointId::RightHand(8).hangs_on(PointId::Body(Joint::RightShoulder)));
    assert!(!PointId::Body(Joint::RightShoulder).hangs_on(PointId::RightHand(8)));
}

proptest! {
    #[test]
    fn whatever_is_dragged_wherever_the_limbs_below_the_neck_keep_their_lengths(
        joint in 2usize..14, x in -900.0..900.0f32, y in -900.0..900.0f32
    ) {
        let person = standing();
        let bent = dragged(&person, PointId::Body(Joint::ALL[joint]), Keypoint::new(x, y), true);
        for (before, after) in lengths(&person).iter().zip(lengths(&bent)) {
            prop_assert!((before - after).abs() < 0.05, "{} became {}", before, after);
        }
    }
}
