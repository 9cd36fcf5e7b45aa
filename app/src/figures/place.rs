//! Whole persons moved, scaled, turned and mirrored.

use brushfire_engine::hints::skeleton::{Joint, Keypoint, Person};

/// The smallest upright rectangle around all points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub min: Keypoint,
    pub max: Keypoint,
}

impl Bounds {
    #[must_use]
    pub fn middle(&self) -> Keypoint {
        Keypoint::new((self.min.x + self.max.x) / 2.0, (self.min.y + self.max.y) / 2.0)
    }

    #[must_use]
    pub fn width(&self) -> f32 {
        self.max.x - self.min.x
    }

    #[must_use]
    pub fn height(&self) -> f32 {
        self.max.y - self.min.y
    }
}

/// Around these people; `None` where no point is seen.
#[must_use]
pub fn bounds_of<'a>(people: impl IntoIterator<Item = &'a Person>) -> Option<Bounds> {
    let around = |bounds: Bounds, point: Keypoint| Bounds {
        min: Keypoint::new(bounds.min.x.min(point.x), bounds.min.y.min(point.y)),
        max: Keypoint::new(bounds.max.x.max(point.x), bounds.max.y.max(point.y)),
    };
    let mut points = people.into_iter().flat_map(Person::points);
    let first = points.next()?;
    Some(points.fold(Bounds { min: first, max: first }, around))
}

fn changed(person: &Person, change: impl Fn(Keypoint) -> Keypoint) -> Person {
    let mut next = person.clone();
    next.points_mut().for_each(|point| *point = change(*point));
    next
}

#[must_use]
pub fn moved(person: &Person, right: f32, down: f32) -> Person {
    changed(person, |point| Keypoint::new(point.x + right, point.y + down))
}

#[must_use]
pub fn scaled(person: &Person, about: Keypoint, factor: f32) -> Person {
    changed(person, |point| {
        Keypoint::new(about.x + (point.x - about.x) * factor, about.y + (point.y - about.y) * factor)
    })
}

/// Clockwise as it is seen.
#[must_use]
pub fn turned(person: &Person, about: Keypoint, radians: f32) -> Person {
    let (sin, cos) = radians.sin_cos();
    changed(person, |point| {
        let (x, y) = (point.x - about.x, point.y - about.y);
        Keypoint::new(about.x + cos * x - sin * y, about.y + sin * x + cos * y)
    })
}

/// As a mirror beside them shows them, in their place: who waves with the right hand waves with the left one then, and
/// looks where they looked.
#[must_use]
pub fn mirrored(person: &Person) -> Person {
    let Some(bounds) = bounds_of([person]) else { return person.clone() };
    let twice = 2.0 * bounds.middle().x;
    sides_swapped(&changed(person, |point| Keypoint::new(twice - point.x, point.y)))
}

/// Every point has the name of its counterpart on the other side.
#[must_use]
pub fn sides_swapped(person: &Person) -> Person {
    let body = |joint: Joint| person.joint(joint.mirrored());
    let face = person
        .face
        .as_ref()
        .map(|face| Box::new(std::array::from_fn(|index| face.get(mirrored_in_face(index)).copied().flatten())));
    Person {
        body: Joint::ALL.map(body),
        left_hand: person.right_hand.clone(),
        right_hand: person.left_hand.clone(),
        face,
    }
}

/// The counterpart among the 68 points of iBUG and the pupils after them.
fn mirrored_in_face(index: usize) -> usize {
    const EYES: [usize; 12] = [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40];
    match index {
        0..=16 => 16 - index,
        17..=26 => 43 - index,
        31..=35 => 66 - index,
        36..=47 => EYES.get(index - 36).copied().unwrap_or(index),
        48..=54 => 102 - index,
        55..=59 => 114 - index,
        60..=64 => 124 - index,
        65..=67 => 132 - index,
        68 => 69,
        69 => 68,
        _ => index,
    }
}
