//! The pose tool: people placed, bent, mirrored, taken away, imported, saved.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use std::path::{Path, PathBuf};

use brushfire::commands::{Command, PoseCommand};
use brushfire::document::LayerContent;
use brushfire::studio::DroppedFile;
use brushfire_engine::hints::skeleton::{BODY_LIMBS, Joint, Keypoint, Person, Pose};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use painter::Desk;

fn with_tool() -> Desk {
    let mut desk = Desk::new();
    desk.press(Modifiers::NONE, Key::O);
    desk
}

/// With somebody standing in the middle of 256 x 256 pixels.
fn with_person() -> Desk {
    let mut desk = with_tool();
    desk.stroke(&[(128.0, 128.0)]);
    desk
}

fn pose(desk: &Desk) -> Pose {
    let studio = &desk.window().desk.studio;
    studio.pose_layer().and_then(|layer| studio.pose_on(layer)).unwrap_or_default()
}

fn person(desk: &Desk) -> Person {
    pose(desk).people.remove(0)
}

fn at(person: &Person, joint: Joint) -> Keypoint {
    person.joint(joint).unwrap()
}

fn lengths(person: &Person) -> Vec<f32> {
    let apart = |a: Keypoint, b: Keypoint| (a.x - b.x).hypot(a.y - b.y);
    BODY_LIMBS.iter().map(|limb| apart(at(person, limb.from), at(person, limb.to))).collect()
}

/// Drags from a joint by so many pixels.
fn drag(desk: &mut Desk, joint: Joint, right: f32, down: f32) -> Keypoint {
    let from = at(&person(desk), joint);
    desk.stroke(&[(from.x, from.y), (from.x + right / 2.0, from.y + down / 2.0), (from.x + right, from.y + down)]);
    Keypoint::new(from.x + right, from.y + down)
}

fn run(desk: &mut Desk, command: PoseCommand) {
    Command::Pose(command).run(&mut desk.window_mut().desk);
    desk.settle();
}

fn is_near(a: Keypoint, b: Keypoint) -> bool {
    (a.x - b.x).hypot(a.y - b.y) < 0.1
}

fn steps(desk: &Desk) -> Vec<String> {
    let history = desk.window().desk.studio.history();
    history.entries().filter(|entry| entry.done).map(|entry| entry.name.to_owned()).collect()
}

/// The layer's pixels over black are what the engine draws of its people.
fn assert_drawn(desk: &Desk) {
    let layer = desk.window().desk.studio.pose_layer().unwrap();
    let pixels = desk.document().layer(layer).unwrap().pixels().unwrap();
    for (x, y, expected) in pose(desk).render().enumerate_pixels() {
        let found = pixels.pixel(x, y);
        for (found, expected) in found.iter().zip(expected.0) {
            assert!((i32::from(found / 257) - i32::from(expected)).abs() <= 1, "at {x}, {y}");
        }
    }
}

#[test]
fn a_click_puts_somebody_on_a_layer_of_their_own_and_undo_takes_both_away() {
    let mut desk = with_person();
    let layers = desk.document().layers().len();
    let people = pose(&desk).people;
    assert_eq!((people.len(), people[0].points().count()), (1, 18));
    let middle = (at(&people[0], Joint::LeftAnkle).y + at(&people[0], Joint::LeftEye).y) / 2.0;
    assert!((middle - 128.0).abs() < 8.0);
    let active = desk.document().layer(desk.document().active()).unwrap();
    assert!(matches!(active.content(), LayerContent::Hint { kind, .. } if kind == "pose"));
    assert_drawn(&desk);
    assert_eq!(steps(&desk), ["Place person"]);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(desk.document().layers().len(), layers - 1);
    assert!(pose(&desk).people.is_empty());
}

#[test]
fn a_click_beside_everybody_lets_go_and_the_next_one_places_somebody() {
    let mut desk = with_person();
    desk.stroke(&[(20.0, 128.0)]);
    assert_eq!(pose(&desk).people.len(), 1);
    desk.stroke(&[(20.0, 128.0)]);
    assert_eq!(pose(&desk).people.len(), 2);
    assert_eq!(desk.document().all_layers().filter(|layer| layer.hint_objects().is_some()).count(), 1, "on one layer");
    assert_drawn(&desk);
}

#[test]
fn a_dragged_wrist_takes_the_elbow_along_in_one_step_and_undo_brings_all_back() {
    let mut desk = with_person();
    let before = person(&desk);
    let to = drag(&mut desk, Joint::RightWrist, -20.0, -30.0);
    let after = person(&desk);
    assert!(is_near(at(&after, Joint::RightWrist), to));
    assert!(!is_near(at(&after, Joint::RightElbow), at(&before, Joint::RightElbow)));
    for (before, after) in lengths(&before).iter().zip(lengths(&after)) {
        assert!((before - after).abs() < 0.1);
    }
    assert_drawn(&desk);
    assert_eq!(steps(&desk), ["Place person", "Move joint"]);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(person(&desk), before);
    assert_drawn(&desk);
    desk.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(person(&desk), after);
}

#[test]
fn without_kept_lengths_only_the_joint_moves() {
    let mut desk = with_person();
    desk.harness.get_by_label("Keep lengths").click();
    desk.settle();
    let before = person(&desk);
    let to = drag(&mut desk, Joint::LeftKnee, 30.0, -10.0);
    let after = person(&desk);
    let moved: Vec<_> = Joint::ALL.into_iter().filter(|joint| at(&before, *joint) != at(&after, *joint)).collect();
    assert_eq!(moved, [Joint::LeftKnee]);
    assert!(is_near(at(&after, Joint::LeftKnee), to));
}

#[test]
fn the_trunk_moves_all_and_a_corner_makes_all_larger() {
    let mut desk = with_person();
    let before = person(&desk);
    let neck = at(&before, Joint::Neck);
    let hip = at(&before, Joint::RightHip);
    let trunk = (neck.x, (neck.y + hip.y) / 2.0);
    desk.stroke(&[trunk, (trunk.0 - 5.0, trunk.1), (trunk.0 - 11.0, trunk.1 + 4.0)]);
    let moved = person(&desk);
    for joint in Joint::ALL {
        let (from, to) = (at(&before, joint), at(&moved, joint));
        assert!(is_near(Keypoint::new(from.x - 11.0, from.y + 4.0), to), "{joint:?}");
    }
    // The upper left handle stands 16 points outside of all points.
    let corner = moved.points().fold([f32::MAX; 2], |[x, y], point| [x.min(point.x), y.min(point.y)]);
    let margin = 16.0 / desk.window().desk.view.camera().zoom();
    let from = (corner[0] - margin, corner[1] - margin);
    desk.stroke(&[from, (from.0 + 10.0, from.1 + 30.0), (from.0 + 20.0, from.1 + 60.0)]);
    let scaled = person(&desk);
    let factors: Vec<_> = lengths(&moved).iter().zip(lengths(&scaled)).map(|(before, after)| after / before).collect();
    assert!(factors.iter().all(|factor| (factor - factors[0]).abs() < 0.01 && *factor < 0.9), "{factors:?}");
    assert_eq!(steps(&desk), ["Place person", "Move person", "Scale person"]);
    assert_drawn(&desk);
}

#[test]
fn mirrored_duplicated_completed_and_taken_away() {
    let mut desk = with_person();
    drag(&mut desk, Joint::RightWrist, -10.0, -80.0);
    let before = person(&desk);
    run(&mut desk, PoseCommand::Mirror);
    let mirrored = person(&desk);
    assert!((at(&mirrored, Joint::LeftWrist).y - at(&before, Joint::RightWrist).y).abs() < 0.1);
    run(&mut desk, PoseCommand::Duplicate);
    assert_eq!(pose(&desk).people.len(), 2);
    desk.press(Modifiers::NONE, Key::Delete);
    assert_eq!(pose(&desk).people, std::slice::from_ref(&mirrored), "the copy was chosen, and is gone");
    // A joint, by a click on it.
    let ear = at(&mirrored, Joint::LeftAnkle);
    desk.stroke(&[(ear.x, ear.y)]);
    desk.press(Modifiers::NONE, Key::Delete);
    assert_eq!(person(&desk).joint(Joint::LeftAnkle), None);
    run(&mut desk, PoseCommand::Complete);
    assert!(person(&desk).joint(Joint::LeftAnkle).is_some());
    run(&mut desk, PoseCommand::Hands);
    run(&mut desk, PoseCommand::Face);
    assert_eq!(person(&desk).points().count(), 18 + 2 * 21 + 70);
    assert_drawn(&desk);
    run(&mut desk, PoseCommand::Hands);
    assert_eq!(person(&desk).points().count(), 18 + 70);
    desk.press(Modifiers::NONE, Key::Backspace);
    assert!(pose(&desk).people.is_empty());
}

#[test]
fn arrow_keys_move_the_chosen_joint_by_pixels() {
    let mut desk = with_person();
    let wrist = at(&person(&desk), Joint::RightWrist);
    desk.stroke(&[(wrist.x, wrist.y)]);
    desk.press(Modifiers::NONE, Key::ArrowUp);
    desk.press(Modifiers::SHIFT, Key::ArrowUp);
    assert!(is_near(at(&person(&desk), Joint::RightWrist), Keypoint::new(wrist.x, wrist.y - 11.0)));
    assert_eq!(steps(&desk), ["Place person", "Move joint", "Move joint"]);
    // By keys alone: nobody, the first person, their nose.
    desk.press(Modifiers::NONE, Key::Escape);
    desk.press(Modifiers::NONE, Key::Escape);
    let nose = at(&person(&desk), Joint::Nose);
    (0..2).for_each(|_| desk.press(Modifiers::NONE, Key::N));
    desk.press(Modifiers::NONE, Key::ArrowLeft);
    assert!(at(&person(&desk), Joint::Nose).x < nose.x - 0.5);
}

#[test]
fn joints_are_taken_where_they_are_seen_in_a_turned_and_mirrored_view_too() {
    let mut desk = with_person();
    for _ in 0..3 {
        desk.window_mut().desk.view.turn_a_step(true);
    }
    desk.window_mut().desk.view.mirror();
    desk.window_mut().desk.view.zoom_by(0.6);
    desk.settle();
    let to = drag(&mut desk, Joint::LeftWrist, 10.0, -25.0);
    assert!(is_near(at(&person(&desk), Joint::LeftWrist), to));
}

#[test]
fn a_locked_layer_keeps_its_people() {
    let mut desk = with_person();
    let before = person(&desk);
    desk.window_mut().desk.studio.edit(|document| {
        let id = document.active();
        let props = document.layer(id)?.props().clone();
        document.set_props(id, brushfire::document::LayerProps { locked: true, ..props })
    });
    drag(&mut desk, Joint::RightWrist, -20.0, -30.0);
    assert_eq!(person(&desk), before);
}

fn dropped(path: PathBuf) -> DroppedFile {
    DroppedFile { path, bytes: Box::new(|| Err("only the path is known".to_owned())) }
}

#[test]
fn a_file_of_openpose_let_go_over_the_window_brings_its_people_and_a_bad_one_says_why_not() {
    let mut desk = with_tool();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/open_pose/person.json");
    desk.window_mut().desk.studio.take_dropped(vec![dropped(golden)], false);
    desk.wait_for(|window| window.desk.studio.pose_layer().is_some());
    let found = person(&desk);
    assert!(found.face.is_some() && found.left_hand.is_some());
    // 512 x 512 on 256 x 256.
    assert!(is_near(at(&found, Joint::Nose), Keypoint::new(262.3 / 2.0, 92.8 / 2.0)));
    assert_eq!(steps(&desk), ["Import pose"]);

    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.json");
    std::fs::write(&bad, r#"{"people": [{"pose_keypoints_2d": [1, 2]}]}"#).unwrap();
    desk.window_mut().desk.studio.take_dropped(vec![dropped(bad)], false);
    desk.wait_for(|window| {
        let notices = &window.desk.studio.notices;
        notices.iter().any(|notice| notice.text.contains("bad.json") && notice.text.contains("18 or 25"))
    });
    assert_eq!(pose(&desk).people.len(), 1);
}

#[test]
fn people_are_exported_and_kept_in_openraster_files() {
    let mut desk = with_person();
    drag(&mut desk, Joint::RightWrist, -20.0, -30.0);
    let before = pose(&desk);
    let folder = tempfile::tempdir().unwrap();
    let (json, ora) = (folder.path().join("out.json"), folder.path().join("picture.ora"));
    desk.window_mut().desk.studio.export_pose(json.clone());
    desk.wait_for(|_| json.exists());
    assert_eq!(Pose::from_open_pose_json(&std::fs::read_to_string(&json).unwrap(), [1, 1]).unwrap(), before);

    desk.window_mut().desk.studio.save_to(ora.clone());
    desk.wait_for(|window| window.desk.studio.path().is_some());
    let number = desk.window().desk.studio.picture_number();
    desk.window_mut().desk.studio.open_path(&ora);
    desk.wait_for(|window| window.desk.studio.picture_number() != number);
    assert_eq!(pose(&desk), before);
    assert_drawn(&desk);
    drag(&mut desk, Joint::LeftWrist, 10.0, -20.0);
    assert_ne!(pose(&desk), before, "and they can still be moved");
}

#[test]
fn all_poses_can_be_chosen_by_their_pictures() {
    let mut desk = with_tool();
    desk.click("Poses");
    desk.harness.get_by_label("Jumping").click();
    desk.settle();
    desk.stroke(&[(128.0, 128.0)]);
    let jumping = person(&desk);
    assert!(at(&jumping, Joint::RightWrist).y < at(&jumping, Joint::Nose).y);
}
