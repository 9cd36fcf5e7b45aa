//! What the pose tool draws over the canvas: limbs in their colours, joints to take, and the handles of the chosen person.

use brushfire_engine::hints::skeleton::{
    BODY_LIMBS, FACE_COLOR, HAND_BONES, HAND_COLOR, JOINT_COLORS, Keypoint, Person, hand_bone_color,
};
use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke};

use super::Chosen;
use super::grips::{Grip, corners_of, frame_of, is_shown, pos_of, turn_handle};
use crate::canvas::camera::Camera;
use crate::canvas::handle;
use crate::figures::{PointId, points};
use crate::theme::ACCENT;

/// Radius of a joint's handle and of those of hands and faces, in points.
const JOINT: f32 = 4.5;
const FINE: f32 = 2.5;
/// Radius of a face's points where there is nothing to take: they are white, and so is many a canvas.
const FACE_DOT: f32 = 1.25;

fn rgb([red, green, blue]: [u8; 3]) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

/// Draws a figure by its limbs alone, as small as one likes.
pub fn paint_figure(painter: &Painter, person: &Person, place: impl Fn(Keypoint) -> Pos2, width: f32, opacity: f32) {
    let line = |from: Option<Keypoint>, to: Option<Keypoint>, color: [u8; 3], width: f32| {
        if let (Some(from), Some(to)) = (from, to) {
            let stroke = Stroke::new(width, rgb(color).gamma_multiply(opacity));
            painter.line_segment([place(from), place(to)], stroke);
        }
    };
    for (limb, color) in BODY_LIMBS.iter().zip(JOINT_COLORS) {
        line(person.joint(limb.from), person.joint(limb.to), color, width);
    }
    for hand in [&person.left_hand, &person.right_hand].into_iter().flatten() {
        for (index, [from, to]) in HAND_BONES.iter().enumerate() {
            let at = |index: usize| hand.get(index).copied().flatten();
            line(at(*from), at(*to), hand_bone_color(index), width * 0.6);
        }
    }
}

/// Draws people with their joints; what the pointer is over, and what is chosen, stands out.
pub(super) fn paint(
    painter: &Painter,
    camera: &Camera,
    people: &[Person],
    chosen: Option<Chosen>,
    hovered: Option<Grip>,
) {
    for (number, person) in people.iter().enumerate() {
        let is_chosen = chosen.is_some_and(|chosen| chosen.person == number);
        let stands_out = is_chosen || hovered.is_some_and(|grip| grip.person() == number);
        paint_limbs(painter, camera, person, if stands_out { 1.0 } else { 0.65 });
        let marked = |id: PointId| chosen.is_some_and(|chosen| chosen.person == number && chosen.point == Some(id));
        for (id, place) in points(person).filter(|(id, _)| is_shown(person, *id, camera)) {
            let is_hovered = hovered == Some(Grip::Point(number, id));
            paint_joint(painter, camera.screen_from_canvas(pos_of(place)), id, is_hovered, marked(id));
        }
    }
    let frame = chosen.and_then(|chosen| frame_of(people.get(chosen.person)?, camera));
    if let Some(frame) = frame {
        paint_frame(painter, camera, frame);
    }
}

/// Someone who would be put there by a click.
pub(super) fn paint_ghost(painter: &Painter, camera: &Camera, people: &[Person]) {
    let place = |point: Keypoint| camera.screen_from_canvas(pos_of(point));
    people.iter().for_each(|person| paint_figure(painter, person, place, 2.0, 0.45));
}

fn paint_limbs(painter: &Painter, camera: &Camera, person: &Person, opacity: f32) {
    let place = |point: Keypoint| camera.screen_from_canvas(pos_of(point));
    // Dark under light, so that the lines show on every ground.
    for limb in &BODY_LIMBS {
        if let (Some(from), Some(to)) = (person.joint(limb.from), person.joint(limb.to)) {
            let shade = Stroke::new(5.0, Color32::from_black_alpha((110.0 * opacity) as u8));
            painter.line_segment([place(from), place(to)], shade);
        }
    }
    paint_figure(painter, person, place, 2.5, opacity);
    for dot in person.face.iter().flat_map(|face| face.iter().flatten()) {
        let middle = place(*dot);
        painter.circle_filled(middle, FACE_DOT + 1.0, Color32::from_black_alpha((170.0 * opacity) as u8));
        painter.circle_filled(middle, FACE_DOT, rgb(FACE_COLOR).gamma_multiply(opacity));
    }
}

fn paint_joint(painter: &Painter, middle: Pos2, id: PointId, is_hovered: bool, is_chosen: bool) {
    let (color, radius) = match id {
        PointId::Body(joint) => (JOINT_COLORS.get(joint.index()).copied().unwrap_or_default(), JOINT),
        PointId::LeftHand(_) | PointId::RightHand(_) => (HAND_COLOR, FINE),
        PointId::Face(_) => (FACE_COLOR, FINE),
    };
    let radius = if is_hovered { radius + 2.0 } else { radius };
    painter.circle(middle, radius, rgb(color), Stroke::new(1.5, Color32::from_black_alpha(200)));
    if is_hovered || is_chosen {
        painter.circle_stroke(middle, radius + 1.5, Stroke::new(1.5, Color32::WHITE));
    }
    if is_chosen {
        painter.circle_stroke(middle, radius + 4.0, Stroke::new(2.0, ACCENT));
    }
}

fn paint_frame(painter: &Painter, camera: &Camera, frame: Rect) {
    let corners = corners_of(frame).map(|corner| camera.screen_from_canvas(corner));
    let [turn, stalk] = turn_handle(frame, camera).map(|place| camera.screen_from_canvas(place));
    for stroke in [Stroke::new(3.0, Color32::from_black_alpha(90)), Stroke::new(1.0, Color32::from_white_alpha(200))] {
        painter.add(Shape::closed_line(corners.to_vec(), stroke));
        painter.line_segment([stalk, turn], stroke);
    }
    corners.into_iter().for_each(|corner| handle::paint(painter, corner));
    painter.circle(turn, 5.0, Color32::WHITE, Stroke::new(1.0, Color32::from_black_alpha(200)));
}
