//! A slider for every joint, made from the table of joints; and how the hand is turned and built.

use egui::{CollapsingHeader, Ui};

use crate::hand::{Finger, HandStamp, Joint, Rotation, StampKind};
use crate::icons;
use crate::language::text;
use crate::panels::controls::{Number, Unit, icon_button, row};
use crate::theme::CONTROL_HEIGHT;

/// Sliders under one heading.
enum Group {
    View,
    Thumb,
    Finger(Finger),
    Wrist,
    Build,
}

const GROUPS: [Group; 8] = [
    Group::View,
    Group::Thumb,
    Group::Finger(Finger::Index),
    Group::Finger(Finger::Middle),
    Group::Finger(Finger::Ring),
    Group::Finger(Finger::Little),
    Group::Wrist,
    Group::Build,
];

pub(super) fn show(ui: &mut Ui, stamp: &mut HandStamp) {
    for group in GROUPS {
        let words = group.words();
        CollapsingHeader::new(text(words)).id_salt(words).show(ui, |ui| match group {
            Group::View => view(ui, stamp),
            Group::Build => build(ui, stamp),
            Group::Thumb => joints(ui, stamp, &Joint::OF_THUMB),
            Group::Finger(finger) => joints(ui, stamp, &Joint::of_finger(finger)),
            Group::Wrist => joints(ui, stamp, &[Joint::Cup, Joint::WristBend, Joint::WristSide]),
        });
    }
}

impl Group {
    fn words(&self) -> &'static str {
        match self {
            Self::View => "hands-view",
            Self::Thumb => "hands-thumb",
            Self::Finger(Finger::Index) => "hands-index",
            Self::Finger(Finger::Middle) => "hands-middle",
            Self::Finger(Finger::Ring) => "hands-ring",
            Self::Finger(Finger::Little) => "hands-little",
            Self::Wrist => "hands-wrist",
            Self::Build => "hands-build",
        }
    }
}

fn joints(ui: &mut Ui, stamp: &mut HandStamp, joints: &[Joint]) {
    for joint in joints {
        let words = joint.words();
        row(ui, &words, |ui| match joint {
            Joint::End(finger) => end_joint(ui, stamp, *joint, *finger, &words),
            _ => {
                if let Some(angle) = joint.angle_mut(&mut stamp.hand.pose) {
                    slider(ui, ui.available_width(), &words, angle, *joint);
                }
            }
        });
    }
    stamp.hand.pose = stamp.hand.pose.within_limits();
}

fn slider(ui: &mut Ui, width: f32, words: &str, angle: &mut f32, joint: Joint) {
    let limits = joint.limits();
    let most = *limits.end();
    Number { key: words, unit: Unit::Degrees }.show(ui, width, angle, limits, most);
}

/// A finger's last joint follows the one before until it is bent by itself.
fn end_joint(ui: &mut Ui, stamp: &mut HandStamp, joint: Joint, finger: Finger, words: &str) {
    let pose = stamp.hand.pose.finger_mut(finger);
    let mut angle = pose.end_bend();
    let before = angle;
    let width = ui.available_width() - CONTROL_HEIGHT - ui.spacing().item_spacing.x;
    slider(ui, width, words, &mut angle, joint);
    if angle != before {
        pose.end = Some(angle);
    }
    let follows = pose.end.is_none();
    if icon_button(ui, icons::LINK, &format!("{words}-follows"), Some(follows)).clicked() {
        pose.end = if follows { Some(angle) } else { None };
    }
}

/// The three angles from which it is seen.
fn view(ui: &mut Ui, stamp: &mut HandStamp) {
    let before = stamp.rotation.angles();
    let mut angles = before.map(f32::round);
    let rounded = angles;
    let limits = [("hands-yaw", 180.0), ("hands-pitch", 90.0), ("hands-roll", 180.0)];
    for (angle, (key, limit)) in angles.iter_mut().zip(limits) {
        row(ui, key, |ui| {
            let number = Number { key, unit: Unit::Degrees };
            number.show(ui, ui.available_width(), angle, -limit..=limit, limit);
        });
    }
    if angles != rounded {
        // What was not touched keeps its fractions.
        let kept = std::array::from_fn(|axis| if angles[axis] == rounded[axis] { before[axis] } else { angles[axis] });
        stamp.rotation = Rotation::from_angles(kept);
    }
}

fn build(ui: &mut Ui, stamp: &mut HandStamp) {
    let share = |ui: &mut Ui, key: &str, value: &mut f32, range: std::ops::RangeInclusive<f32>| {
        let most = *range.end();
        row(ui, key, |ui| {
            Number { key, unit: Unit::Percent }.show(ui, ui.available_width(), value, range, most);
        });
    };
    share(ui, "hands-thickness", &mut stamp.hand.thickness, 0.8..=1.2);
    share(ui, "hands-forearm", &mut stamp.hand.forearm, 0.0..=1.0);
    if stamp.kind == StampKind::Depth {
        share(ui, "hands-nearness", &mut stamp.nearness, 0.1..=1.0);
    }
    stamp.hand = stamp.hand.within_limits();
    stamp.nearness = if stamp.nearness.is_nan() { 1.0 } else { stamp.nearness.clamp(0.1, 1.0) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets;
    use crate::hand::read_gestures;
    use crate::language::{Language, text_of_name, tooltip, use_language};

    #[test]
    fn every_joint_group_and_gesture_has_words_in_every_language() {
        for language in Language::ALL {
            use_language(language);
            let has_words = |key: &str| assert_ne!(text(key), key, "no words for {key}");
            for joint in Joint::all() {
                has_words(&joint.words());
                assert_ne!(tooltip(&joint.words()), joint.words());
            }
            GROUPS.iter().for_each(|group| has_words(group.words()));
            StampKind::ALL.iter().for_each(|kind| has_words(&format!("hint-{}", kind.hint())));
            for gesture in read_gestures(&assets::hands_folder().join("gestures.json")).unwrap() {
                assert_ne!(text_of_name("gesture", &gesture.name), gesture.name);
            }
        }
        use_language(Language::English);
    }
}
