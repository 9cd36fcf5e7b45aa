use super::super::Joint;
use super::*;

/// `tests/reference/open_pose.py` made the pictures by controlnet_aux 0.0.10 and OpenCV.
fn reference(name: &str) -> (Pose, RgbImage) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/open_pose/");
    let text = std::fs::read_to_string(format!("{folder}{name}.json")).unwrap();
    let picture = image::open(format!("{folder}{name}.png")).unwrap().into_rgb8();
    (Pose::from_open_pose_json(&text, [512, 512]).unwrap(), picture)
}

/// The mean over all channels of what differs, and over those that are not black in either.
fn differences(found: &RgbImage, expected: &RgbImage) -> [f32; 2] {
    assert_eq!(found.dimensions(), expected.dimensions());
    let pairs = || found.iter().zip(expected.iter());
    let sum: f32 = pairs().map(|(a, b)| f32::from(a.abs_diff(*b))).sum();
    let drawn = pairs().filter(|(a, b)| **a > 0 || **b > 0).count();
    [sum / pairs().count() as f32, sum / drawn as f32]
}

#[test]
fn a_person_with_hands_and_face_looks_as_controlnet_aux_draws_it() {
    let (pose, expected) = reference("person");
    let found = pose.render();
    let [all, drawn] = differences(&found, &expected);
    assert!(all < 0.75 && drawn < 21.5, "differs by {all}, where something is drawn by {drawn}");
    let sum = |picture: &RgbImage| picture.iter().map(|channel| f32::from(*channel)).sum::<f32>();
    assert!((sum(&found) / sum(&expected) - 1.0).abs() < 0.005, "as wide as there");
}

#[test]
fn a_larger_picture_is_the_smaller_one_scaled() {
    let (pose, _) = reference("person");
    let mut double = Pose { size: pose.size.map(|side| side * 2), ..pose.clone() };
    double.people.iter_mut().flat_map(Person::points_mut).for_each(|point| {
        *point = Keypoint::new(point.x * 2.0, point.y * 2.0);
    });
    let smaller = image::imageops::resize(&double.render(), 512, 512, image::imageops::FilterType::Triangle);
    assert!(differences(&smaller, &pose.render())[0] < 0.25);
}

#[test]
fn a_part_of_the_rows_is_what_the_whole_has_there() {
    let (pose, _) = reference("person");
    let marks = marks_of(&pose);
    let whole = pose.render();
    for y in [100, 200, 300] {
        let mut row = [[0.0; 4]; 64];
        draw_row(&marks, 224, y, &mut row);
        for (x, pixel) in row.iter().enumerate() {
            let expected = whole.get_pixel(224 + x as u32, y as u32).0;
            assert_eq!([pixel[0], pixel[1], pixel[2]].map(|value| (value * 255.0).round() as u8), expected);
        }
    }
}

#[test]
fn nothing_is_drawn_beyond_the_bounds_of_the_marks() {
    let mut person = Person::default();
    person.body[Joint::Neck.index()] = Some(Keypoint::new(40.0, 50.0));
    person.body[Joint::RightShoulder.index()] = Some(Keypoint::new(90.0, 77.0));
    person.left_hand = Some(Box::new([Some(Keypoint::new(20.0, 100.0)); 21]));
    let pose = Pose { people: vec![person], size: [512, 512] };
    let marks = marks_of(&pose);
    for (x, y, pixel) in pose.render().enumerate_pixels() {
        let here = PixelBox { left: x as i32, top: y as i32, right: x as i32 + 1, bottom: y as i32 + 1 };
        assert!(pixel.0 == [0; 3] || marks.iter().any(|mark| mark.bounds().touches(&here)), "{x}, {y}");
        assert!(pixel.0 == [0; 3] || marks.iter().any(|mark| mark.may_touch(&here)), "{x}, {y}");
    }
    let beside_the_limb = PixelBox { left: 40, top: 66, right: 50, bottom: 76 };
    assert!(marks[0].bounds().touches(&beside_the_limb) && !marks[0].may_touch(&beside_the_limb));
}

#[test]
fn joints_far_outside_and_on_top_of_each_other_are_drawn_without_harm() {
    let mut person = Person { body: [Some(Keypoint::new(-1e6, 1e6)); 18], ..Person::default() };
    person.body[3] = Some(Keypoint::new(1e6, -1e6));
    let pose = Pose { people: vec![person], size: [64, 48] };
    assert_eq!(pose.render().dimensions(), (64, 48));
    assert_eq!(Pose { people: vec![], size: [0, 3] }.render().dimensions(), (0, 3));
}
