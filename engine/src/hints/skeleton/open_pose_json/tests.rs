use proptest::prelude::*;

use super::*;

const SIZE: [u32; 2] = [512, 768];

fn read(text: &str) -> Result<Pose, PoseJsonError> {
    Pose::from_open_pose_json(text, SIZE)
}

/// A person of which one list is this.
fn with_part(part: &str, list: &str) -> String {
    format!(r#"{{"people":[{{"{part}":{list}}}],"canvas_width":512,"canvas_height":768}}"#)
}

/// Points at (10, 20), (11, 21), ...
fn flat_points(count: usize) -> String {
    let numbers: Vec<_> = (0..count).map(|index| format!("{}, {}, 0.9", 10 + index, 20 + index)).collect();
    format!("[{}]", numbers.join(","))
}

#[test]
fn the_extensions_file_is_read_and_missing_points_stay_missing() {
    let mut body = vec!["0, 0, 0".to_owned(); 18];
    body[0] = "250.5, 100, 1".to_owned();
    body[1] = "251, 160.25, 1.0".to_owned();
    let text = format!(
        r#"{{"people":[{{"pose_keypoints_2d":[{}],"face_keypoints_2d":null,"hand_left_keypoints_2d":[]}}],
            "canvas_height":640,"canvas_width":640}}"#,
        body.join(",")
    );
    let pose = read(&text).unwrap();
    assert_eq!(pose.size, [640, 640]);
    assert_eq!(pose.people[0].joint(Joint::Nose), Some(Keypoint::new(250.5, 100.0)));
    assert_eq!(pose.people[0].joint(Joint::Neck), Some(Keypoint::new(251.0, 160.25)));
    assert_eq!(pose.people[0].points().count(), 2);
    assert!(pose.people[0].face.is_none() && pose.people[0].left_hand.is_none());
}

#[test]
fn of_25_points_those_of_the_18_are_taken_by_their_meaning() {
    let pose = read(&with_part("pose_keypoints_2d", &flat_points(25))).unwrap();
    let number = |joint| pose.people[0].joint(joint).unwrap().x - 10.0;
    // OpenPose's POSE_BODY_25_BODY_PARTS: 8 is the middle of the hips.
    for (joint, expected) in [
        (Joint::Nose, 0.0),
        (Joint::LeftWrist, 7.0),
        (Joint::RightHip, 9.0),
        (Joint::RightAnkle, 11.0),
        (Joint::LeftAnkle, 14.0),
        (Joint::RightEye, 15.0),
        (Joint::LeftEar, 18.0),
    ] {
        assert_eq!(number(joint), expected, "{joint:?}");
    }
}

#[test]
fn lists_of_lists_say_the_same_as_flat_lists() {
    let flat = read(&with_part("hand_left_keypoints_2d", &flat_points(21))).unwrap();
    let lists: Vec<_> = (0..21).map(|index| format!("[{}, {}, 0.9]", 10 + index, 20 + index)).collect();
    assert_eq!(read(&with_part("hand_left_keypoints_2d", &format!("[{}]", lists.join(",")))).unwrap(), flat);
    let pairs: Vec<_> = (0..21).map(|index| format!("[{}, {}]", 10 + index, 20 + index)).collect();
    assert_eq!(read(&with_part("hand_left_keypoints_2d", &format!("[{}]", pairs.join(",")))).unwrap(), flat);
    let frames = format!("[{}]", with_part("hand_left_keypoints_2d", &flat_points(21)));
    assert_eq!(read(&frames).unwrap(), flat);
}

#[test]
fn shares_of_the_canvas_become_pixels() {
    let list = format!("[{}]", vec!["0.5, 0.25, 1"; 18].join(","));
    let text = format!(r#"{{"people":[{{"pose_keypoints_2d":{list}}}]}}"#);
    assert_eq!(read(&text).unwrap().people[0].joint(Joint::LeftEar), Some(Keypoint::new(256.0, 192.0)));
    assert_eq!(read(&text).unwrap().size, SIZE, "which the file does not say");
}

#[test]
fn points_of_a_hand_that_controlnet_aux_did_not_find_are_missing() {
    let mut points = vec![format!("{}, {}, 1.0", -1.0 / 512.0, -1.0 / 768.0); 21];
    points[4] = "0.5, 0.5, 1.0".to_owned();
    let pose = read(&with_part("hand_right_keypoints_2d", &format!("[{}]", points.join(",")))).unwrap();
    let hand = pose.people[0].right_hand.as_deref().unwrap();
    assert_eq!(hand.iter().flatten().count(), 1);
    assert_eq!(hand[4], Some(Keypoint::new(256.0, 384.0)));
}

#[test]
fn what_is_wrong_is_said() {
    let said = |text: &str| read(text).unwrap_err().to_string();
    assert!(said("people").starts_with("it is not JSON: "), "{}", said("people"));
    assert!(said("{}").contains("no list of “people”"));
    assert!(said("[]").contains("no list of “people”"));
    assert!(said("7").contains("no list of “people”"));
    assert_eq!(said(r#"{"people":[7]}"#), "what stands in place of person 1 is not a person");
    assert_eq!(
        said(&with_part("pose_keypoints_2d", &flat_points(17))),
        "person 1: “pose_keypoints_2d” has 51 numbers; 18 or 25 points with 3 numbers each (x, y, confidence) are needed"
    );
    assert_eq!(said(&with_part("face_keypoints_2d", "7")), "person 1: “face_keypoints_2d” must be a list of points");
    let mut points = vec!["1, 2, 3"; 18];
    points[5] = "1, \"two\", 3";
    assert_eq!(
        said(&with_part("pose_keypoints_2d", &format!("[{}]", points.join(",")))),
        "person 1: point 6 of “pose_keypoints_2d” must be 2 or 3 numbers"
    );
    points[5] = "1, 1e30, 3";
    assert_eq!(
        said(&with_part("pose_keypoints_2d", &format!("[{}]", points.join(",")))),
        "person 1: point 6 of “pose_keypoints_2d” lies too far from the canvas"
    );
    assert_eq!(
        said(r#"{"people":[],"canvas_width":-5,"canvas_height":512}"#),
        "“canvas_width” must be a whole number between 1 and 65535"
    );
}

fn point() -> impl Strategy<Value = Option<Keypoint>> {
    // Beyond what is taken for a share of the canvas, and never where controlnet_aux puts what it has not found.
    prop::option::of((3.0..5000.0f32, -5000.0..5000.0f32).prop_map(|(x, y)| Keypoint::new(x, y)))
}

fn part<const N: usize>() -> impl Strategy<Value = Option<Box<[Option<Keypoint>; N]>>> {
    prop::option::of(prop::collection::vec(point(), N).prop_map(|points| Box::new(padded::<N>(&points))))
        .prop_map(|part| part.filter(|points| points.iter().any(Option::is_some)))
}

fn person() -> impl Strategy<Value = Person> {
    let body = prop::collection::vec(point(), 18).prop_map(|points| padded(&points));
    (body, part(), part(), part()).prop_map(|(body, left_hand, right_hand, face)| Person {
        body,
        left_hand,
        right_hand,
        face,
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_exactly(people in prop::collection::vec(person(), 0..4), width in 1u32..9000) {
        let people = people.into_iter().filter(|person| !person.is_empty()).collect();
        let pose = Pose { people, size: [width, 700] };
        prop_assert_eq!(read(&pose.to_open_pose_json()).unwrap(), pose);
    }

    #[test]
    fn no_text_breaks_the_reader(text in r#"[\[\]{}":,0-9a-z_ .eE-]{0,200}"#) {
        _ = read(&text);
    }

    #[test]
    fn a_file_cut_short_or_changed_is_refused_or_read(cut in 0usize..400, byte in any::<u8>()) {
        let mut bytes = with_part("pose_keypoints_2d", &flat_points(18)).into_bytes();
        let at = cut % bytes.len();
        bytes[at] = byte;
        _ = read(&String::from_utf8_lossy(&bytes));
        prop_assert!(read(&String::from_utf8_lossy(&bytes[..at])).is_err());
    }
}
