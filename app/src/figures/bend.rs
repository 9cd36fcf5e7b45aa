//! What dragging a point does to a person: with the lengths of the limbs kept, or freely.

use brushfire_engine::hints::skeleton::{Joint, Keypoint, Person};

use super::{PointId, moved, point, points, set_point};

/// Lengths below this (canvas pixels) have no direction.
const SMALLEST: f32 = 1e-3;

/// The person with a point dragged to a place. With the lengths kept, what hangs on the point goes with it: wrists and
/// ankles pull elbow and knee after them as far as arm and leg reach, other points swing about what they hang on, and
/// the neck moves all. Freely, only the point moves, and a hand with its wrist.
#[must_use]
pub fn dragged(person: &Person, id: PointId, to: Keypoint, keeps_lengths: bool) -> Person {
    let Some(from) = point(person, id) else { return person.clone() };
    if !keeps_lengths || matches!(id, PointId::Face(_)) {
        return freely(person, id, from, to);
    }
    if id == PointId::Body(Joint::Neck) {
        return moved(person, to.x - from.x, to.y - from.y);
    }
    let parent = id.parent().and_then(|parent| Some((parent, point(person, parent)?)));
    if let PointId::Body(Joint::RightWrist | Joint::LeftWrist | Joint::RightAnkle | Joint::LeftAnkle) = id
        && let Some((middle, _)) = parent
        && let Some(root) = middle.parent().and_then(|root| point(person, root))
        && let Some(reached) = reaching(person, root, middle, id, to)
    {
        return reached;
    }
    match parent {
        Some((_, about)) if distance(about, from) > SMALLEST && distance(about, to) > SMALLEST => {
            let swing = Rigid { from: about, to: about, angle: angle_of(about, to) - angle_of(about, from) };
            let mut next = person.clone();
            set_point(&mut next, id, Some(swing.apply(from)));
            carry(&mut next, id, swing);
            next
        }
        _ => {
            let mut next = person.clone();
            set_point(&mut next, id, Some(to));
            carry(&mut next, id, Rigid { from, to, angle: 0.0 });
            next
        }
    }
}

fn freely(person: &Person, id: PointId, from: Keypoint, to: Keypoint) -> Person {
    let mut next = person.clone();
    set_point(&mut next, id, Some(to));
    if let PointId::Body(Joint::RightWrist | Joint::LeftWrist) = id {
        let elbow = id.parent().and_then(|elbow| point(person, elbow));
        let angle = elbow.map_or(0.0, |elbow| angle_of(elbow, to) - angle_of(elbow, from));
        carry(&mut next, id, Rigid { from, to, angle });
    }
    next
}

/// Two bones from `root` over `middle` to `end`, as near to `to` as they reach; the middle stays on its side. `None`
/// where a bone has no length.
fn reaching(person: &Person, root: Keypoint, middle: PointId, end: PointId, to: Keypoint) -> Option<Person> {
    let (middle_place, end_place) = (point(person, middle)?, point(person, end)?);
    let (upper, lower) = (distance(root, middle_place), distance(middle_place, end_place));
    if upper < SMALLEST || lower < SMALLEST {
        return None;
    }
    let far = distance(root, to).clamp((upper - lower).abs().max(SMALLEST), upper + lower);
    // The law of cosines.
    let opening = ((upper * upper + far * far - lower * lower) / (2.0 * upper * far)).clamp(-1.0, 1.0).acos();
    let side = (end_place.x - root.x) * (middle_place.y - root.y) - (end_place.y - root.y) * (middle_place.x - root.x);
    let direction = angle_of(root, to);
    let at = |angle: f32, length: f32| Keypoint::new(root.x + angle.cos() * length, root.y + angle.sin() * length);
    let new_middle = at(direction + if side < 0.0 { -opening } else { opening }, upper);
    let new_end = at(direction, far);
    let mut next = person.clone();
    set_point(&mut next, middle, Some(new_middle));
    set_point(&mut next, end, Some(new_end));
    let angle = angle_of(new_middle, new_end) - angle_of(middle_place, end_place);
    carry(&mut next, end, Rigid { from: end_place, to: new_end, angle });
    Some(next)
}

/// Moves `from` to `to` and turns all else about it.
#[derive(Clone, Copy)]
struct Rigid {
    from: Keypoint,
    to: Keypoint,
    angle: f32,
}

impl Rigid {
    fn apply(&self, place: Keypoint) -> Keypoint {
        let (sin, cos) = self.angle.sin_cos();
        let (x, y) = (place.x - self.from.x, place.y - self.from.y);
        Keypoint::new(self.to.x + cos * x - sin * y, self.to.y + sin * x + cos * y)
    }
}

/// All that hangs on a point goes with it.
fn carry(person: &mut Person, id: PointId, rigid: Rigid) {
    let hanging: Vec<_> = points(person).filter(|(below, _)| below.hangs_on(id)).collect();
    for (below, place) in hanging {
        set_point(person, below, Some(rigid.apply(place)));
    }
}

fn distance(a: Keypoint, b: Keypoint) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

fn angle_of(from: Keypoint, to: Keypoint) -> f32 {
    (to.y - from.y).atan2(to.x - from.x)
}
