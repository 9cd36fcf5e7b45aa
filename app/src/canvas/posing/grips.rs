//! What of the figures can be taken hold of, and what dragging it does.

use brushfire_engine::hints::skeleton::{BODY_LIMBS, Joint, Keypoint, Person};
use egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::canvas::camera::Camera;
use crate::canvas::handle::REACH;
use crate::figures::{Bounds, PointId, bounds_of, dragged, moved, points, scaled, turned};

/// How near the points of hands and faces must be, in points: they lie close together.
const FINE_REACH: f32 = 5.0;
/// Hands and faces smaller than this on the screen (points) have no points to take.
const FINE_SIDE: f32 = 56.0;
/// Room between a person and the handles around it, in points.
const MARGIN: f32 = 16.0;
/// From the upper edge of the handles to that which turns, in points.
const STALK: f32 = 26.0;
/// Distance from a limb at which it is taken, in points.
const LIMB_REACH: f32 = 7.0;
/// Nobody becomes smaller than this share of what they were, in one drag.
const SMALLEST: f32 = 0.05;

/// Something that can be dragged, of the person of this number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Grip {
    Point(usize, PointId),
    /// All of a person.
    Body(usize),
    /// A corner, clockwise from the upper left one.
    Corner(usize, usize),
    /// What turns a person.
    Turn(usize),
}

/// How a drag is meant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    pub keeps_lengths: bool,
    /// By steps of 15 degrees; along one axis only.
    pub straight: bool,
}

pub(super) fn pos_of(point: Keypoint) -> Pos2 {
    pos2(point.x, point.y)
}

fn keypoint_of(pos: Pos2) -> Keypoint {
    Keypoint::new(pos.x, pos.y)
}

/// The box with the handles, in canvas pixels.
pub(super) fn frame_of(person: &Person, camera: &Camera) -> Option<Rect> {
    let Bounds { min, max } = bounds_of([person])?;
    Some(Rect::from_min_max(pos_of(min), pos_of(max)).expand(MARGIN / camera.zoom()))
}

/// Clockwise from the upper left one.
pub(super) fn corners_of(frame: Rect) -> [Pos2; 4] {
    [frame.left_top(), frame.right_top(), frame.right_bottom(), frame.left_bottom()]
}

/// Where the handle that turns stands, and where its stalk begins.
pub(super) fn turn_handle(frame: Rect, camera: &Camera) -> [Pos2; 2] {
    [frame.center_top() - vec2(0.0, STALK / camera.zoom()), frame.center_top()]
}

/// Whether points of this part of a person are shown: the body's always, others where they can be told apart.
pub(super) fn is_shown(person: &Person, id: PointId, camera: &Camera) -> bool {
    let side = |points: &[Option<Keypoint>]| {
        let part = points.iter().flatten().map(|point| pos_of(*point));
        let around = part.fold(Rect::NOTHING, |around, pos| around.union(Rect::from_min_max(pos, pos)));
        around.size().max_elem() * camera.zoom()
    };
    let part = match id {
        PointId::Body(_) => return true,
        PointId::LeftHand(_) => person.left_hand.as_deref().map(<[_; 21]>::as_slice),
        PointId::RightHand(_) => person.right_hand.as_deref().map(<[_; 21]>::as_slice),
        PointId::Face(_) => person.face.as_deref().map(<[_; 70]>::as_slice),
    };
    part.is_some_and(|points| side(points) >= FINE_SIDE)
}

/// What lies under a place of the screen: points first, then the handles of the chosen person, then limbs and trunks, the
/// nearest people before those behind them.
pub(super) fn grip_at(people: &[Person], chosen: Option<usize>, on_screen: Pos2, camera: &Camera) -> Option<Grip> {
    let point = nearest_point(people, chosen, on_screen, camera);
    let handle = || chosen.and_then(|number| handle_at(people.get(number)?, number, on_screen, camera));
    let body = || {
        let is_hit = |number: &usize| people.get(*number).is_some_and(|person| is_on_body(person, on_screen, camera));
        chosen.filter(is_hit).or_else(|| (0..people.len()).rev().find(is_hit)).map(Grip::Body)
    };
    point.or_else(handle).or_else(body)
}

fn nearest_point(people: &[Person], chosen: Option<usize>, on_screen: Pos2, camera: &Camera) -> Option<Grip> {
    let mut nearest: Option<(f32, Grip)> = None;
    for (number, person) in people.iter().enumerate() {
        for (id, place) in points(person) {
            let distance = camera.screen_from_canvas(pos_of(place)).distance(on_screen);
            let reach = if matches!(id, PointId::Body(_)) { REACH } else { FINE_REACH };
            // Whose handles are shown comes first where people overlap.
            let counted = if chosen == Some(number) { distance * 0.5 } else { distance };
            let is_nearer = nearest.is_none_or(|(before, _)| counted < before);
            if distance <= reach && is_nearer && is_shown(person, id, camera) {
                nearest = Some((counted, Grip::Point(number, id)));
            }
        }
    }
    nearest.map(|(_, grip)| grip)
}

fn handle_at(person: &Person, number: usize, on_screen: Pos2, camera: &Camera) -> Option<Grip> {
    let frame = frame_of(person, camera)?;
    let is_near = |place: Pos2| camera.screen_from_canvas(place).distance(on_screen) <= REACH;
    let [turn, _] = turn_handle(frame, camera);
    if is_near(turn) {
        return Some(Grip::Turn(number));
    }
    corners_of(frame).into_iter().position(is_near).map(|corner| Grip::Corner(number, corner))
}

fn is_on_body(person: &Person, on_screen: Pos2, camera: &Camera) -> bool {
    let on_screen_of = |joint: Joint| person.joint(joint).map(|place| camera.screen_from_canvas(pos_of(place)));
    let near_limb = BODY_LIMBS.iter().any(|limb| match (on_screen_of(limb.from), on_screen_of(limb.to)) {
        (Some(from), Some(to)) => distance_to_line(on_screen, from, to) <= LIMB_REACH,
        _ => false,
    });
    let trunk = [Joint::RightShoulder, Joint::LeftShoulder, Joint::LeftHip, Joint::RightHip].map(on_screen_of);
    near_limb || trunk_contains(trunk, on_screen)
}

fn trunk_contains(corners: [Option<Pos2>; 4], place: Pos2) -> bool {
    let [Some(a), Some(b), Some(c), Some(d)] = corners else { return false };
    // Even-odd: shoulders and hips may be turned against each other.
    let crosses = |(from, to): (Pos2, Pos2)| {
        (from.y > place.y) != (to.y > place.y)
            && place.x < from.x + (place.y - from.y) / (to.y - from.y) * (to.x - from.x)
    };
    [(a, b), (b, c), (c, d), (d, a)].into_iter().filter(|side| crosses(*side)).count() % 2 == 1
}

fn distance_to_line(place: Pos2, from: Pos2, to: Pos2) -> f32 {
    let along = to - from;
    let share = ((place - from).dot(along) / along.length_sq().max(f32::MIN_POSITIVE)).clamp(0.0, 1.0);
    place.distance(from + along * share)
}

impl Grip {
    /// The person of this number is meant.
    pub(super) fn person(self) -> usize {
        match self {
            Self::Point(number, _) | Self::Body(number) | Self::Corner(number, _) | Self::Turn(number) => number,
        }
    }

    /// What the step of a drag is called.
    pub(super) fn step_name(self) -> &'static str {
        match self {
            Self::Point(..) => "Move joint",
            Self::Body(_) => "Move person",
            Self::Corner(..) => "Scale person",
            Self::Turn(_) => "Turn person",
        }
    }

    /// The person after a drag between two places of the canvas.
    pub(super) fn dragged(self, person: &Person, from: Pos2, to: Pos2, ways: Ways) -> Person {
        match self {
            Self::Point(_, id) => {
                let Some(place) = crate::figures::point(person, id) else { return person.clone() };
                dragged(person, id, keypoint_of(pos_of(place) + (to - from)), ways.keeps_lengths)
            }
            Self::Body(_) => {
                let by = if ways.straight { along_axis(to - from) } else { to - from };
                moved(person, by.x, by.y)
            }
            Self::Corner(_, corner) => {
                let Some(bounds) = bounds_of([person]) else { return person.clone() };
                let frame = Rect::from_min_max(pos_of(bounds.min), pos_of(bounds.max));
                let opposite = corners_of(frame).into_iter().cycle().nth(corner + 2).unwrap_or_default();
                let (before, after) = (from - opposite, to - opposite);
                let factor = before.dot(after) / before.length_sq().max(f32::MIN_POSITIVE);
                scaled(person, keypoint_of(opposite), factor.max(SMALLEST))
            }
            Self::Turn(_) => {
                let Some(middle) = bounds_of([person]).map(|bounds| bounds.middle()) else { return person.clone() };
                let angle = (to - pos_of(middle)).angle() - (from - pos_of(middle)).angle();
                let step = 15f32.to_radians();
                let angle = if ways.straight { (angle / step).round() * step } else { angle };
                turned(person, middle, angle)
            }
        }
    }
}

fn along_axis(by: Vec2) -> Vec2 {
    if by.x.abs() >= by.y.abs() { vec2(by.x, 0.0) } else { vec2(0.0, by.y) }
}
