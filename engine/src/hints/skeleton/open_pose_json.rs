//! OpenPose's JSON, in and out.
//!
//! Written is what the ControlNet extension of A1111's web UI writes: `people` with 18 points of a body, `canvas_width`
//! and `canvas_height`. Read is besides that what OpenPose itself writes (25 points, no canvas), a list of frames (the
//! first counts), points as lists of their own, and coordinates as shares of the canvas.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Joint, Keypoint, Person, Pose};

/// What cannot be read, in words a painter understands.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PoseJsonError {
    #[error("it is not JSON: {0}")]
    NotJson(String),
    #[error("it has no list of “people”, so it is no pose of OpenPose's")]
    NoPeople,
    #[error("{0} people are more than this program takes at once; at most {max} are possible", max = Pose::MAX_PEOPLE)]
    TooManyPeople(usize),
    #[error("what stands in place of person {0} is not a person")]
    NotAPerson(usize),
    #[error("“{0}” must be a whole number between 1 and {max}", max = Pose::MAX_SIDE)]
    CanvasSize(&'static str),
    #[error("person {person}: “{part}” must be a list of points")]
    NotAList { person: usize, part: &'static str },
    #[error(
        "person {person}: “{part}” has {found} numbers; {} points with 3 numbers each (x, y, confidence) are needed",
        one_of(expected)
    )]
    Count { person: usize, part: &'static str, found: usize, expected: &'static [usize] },
    #[error("person {person}: point {point} of “{part}” must be 2 or 3 numbers")]
    NotAPoint { person: usize, part: &'static str, point: usize },
    #[error("person {person}: point {point} of “{part}” lies too far from the canvas")]
    TooFar { person: usize, part: &'static str, point: usize },
}

fn one_of(counts: &[usize]) -> String {
    counts.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ")
}

/// Canvas pixels from the corner.
const MAX_COORDINATE: f64 = 1e6;

/// Coordinates up to this, all of them, are shares of the canvas and not pixels; a limb may reach beyond it.
const MAX_SHARE: f32 = 2.0;

/// Where the 18 points stand among the 25 of OpenPose's newer body; its middle of the hips and its feet are not drawn.
const IN_BODY_25: [usize; Joint::COUNT] = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];

/// A list of points and how many they may be.
struct Part {
    /// As it is called now, and as OpenPose called it before version 1.1.
    names: [&'static str; 2],
    counts: &'static [usize],
}

const BODY: Part = Part { names: ["pose_keypoints_2d", "pose_keypoints"], counts: &[18, 25] };
const LEFT_HAND: Part = Part { names: ["hand_left_keypoints_2d", "hand_left_keypoints"], counts: &[21] };
const RIGHT_HAND: Part = Part { names: ["hand_right_keypoints_2d", "hand_right_keypoints"], counts: &[21] };
const FACE: Part = Part { names: ["face_keypoints_2d", "face_keypoints"], counts: &[70, 68] };

impl Pose {
    /// People that are read of one file.
    pub const MAX_PEOPLE: usize = 1000;
    /// Pixels of a side of the canvas that a file says it has.
    pub const MAX_SIDE: u64 = 65_535;

    /// Reads OpenPose's JSON. `size`: the canvas's, for files that do not say it.
    ///
    /// # Errors
    /// Text that is no such JSON; says which part is wrong.
    pub fn from_open_pose_json(text: &str, size: [u32; 2]) -> Result<Self, PoseJsonError> {
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| PoseJsonError::NotJson(error.to_string()))?;
        let frame = match &value {
            Value::Array(frames) => frames.first().ok_or(PoseJsonError::NoPeople)?,
            frame => frame,
        };
        let people = frame.get("people").and_then(Value::as_array).ok_or(PoseJsonError::NoPeople)?;
        if people.len() > Self::MAX_PEOPLE {
            return Err(PoseJsonError::TooManyPeople(people.len()));
        }
        let said = [side_of(frame, "canvas_width")?, side_of(frame, "canvas_height")?];
        let size = match said {
            [Some(width), Some(height)] => [width, height],
            _ => size,
        };
        let people = people.iter().enumerate().map(|(index, person)| person_of(person, index + 1));
        let mut pose = Self { people: people.collect::<Result<_, _>>()?, size };
        pose.shares_to_pixels();
        pose.people.iter_mut().for_each(drop_unseen);
        pose.people.retain(|person| !person.is_empty());
        Ok(pose)
    }

    /// The JSON of the people and the canvas.
    #[must_use]
    pub fn to_open_pose_json(&self) -> String {
        let written = Written {
            people: self.people.iter().map(WrittenPerson::of).collect(),
            canvas_width: self.size[0],
            canvas_height: self.size[1],
        };
        // Numbers and words only; there is nothing in them that JSON cannot say.
        serde_json::to_string(&written).unwrap_or_default()
    }

    fn shares_to_pixels(&mut self) {
        let is_share = |point: Keypoint| point.x.abs() <= MAX_SHARE && point.y.abs() <= MAX_SHARE;
        if self.people.iter().flat_map(Person::points).all(is_share) {
            let [width, height] = self.size.map(|side| side as f32);
            for point in self.people.iter_mut().flat_map(Person::points_mut) {
                *point = Keypoint::new(point.x * width, point.y * height);
            }
        }
    }
}

fn side_of(frame: &Value, name: &'static str) -> Result<Option<u32>, PoseJsonError> {
    match frame.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(side) => {
            // Some programs write 512.0.
            let side = side.as_f64().filter(|side| side.fract() == 0.0 && (1.0..=Pose::MAX_SIDE as f64).contains(side));
            side.map(|side| Some(side as u32)).ok_or(PoseJsonError::CanvasSize(name))
        }
    }
}

fn person_of(value: &Value, number: usize) -> Result<Person, PoseJsonError> {
    let object = value.as_object().ok_or(PoseJsonError::NotAPerson(number))?;
    let body = points_of(object, &BODY, number)?;
    let body = if body.len() > Joint::COUNT {
        IN_BODY_25.map(|index| body.get(index).copied().flatten()).to_vec()
    } else {
        body
    };
    Ok(Person {
        body: padded(&body),
        left_hand: boxed(&points_of(object, &LEFT_HAND, number)?),
        right_hand: boxed(&points_of(object, &RIGHT_HAND, number)?),
        face: boxed(&points_of(object, &FACE, number)?),
    })
}

fn padded<const N: usize>(points: &[Option<Keypoint>]) -> [Option<Keypoint>; N] {
    std::array::from_fn(|index| points.get(index).copied().flatten())
}

/// `None` where no point is seen.
fn boxed<const N: usize>(points: &[Option<Keypoint>]) -> Option<Box<[Option<Keypoint>; N]>> {
    points.iter().any(Option::is_some).then(|| Box::new(padded(points)))
}

/// The points of one part; none where the part is left out, null or empty.
fn points_of(object: &Map<String, Value>, part: &Part, person: usize) -> Result<Vec<Option<Keypoint>>, PoseJsonError> {
    let [name, old_name] = part.names;
    let list = match object.get(name).or_else(|| object.get(old_name)) {
        None | Some(Value::Null) => return Ok(vec![]),
        Some(Value::Array(list)) if list.is_empty() => return Ok(vec![]),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(PoseJsonError::NotAList { person, part: name }),
    };
    let reader = PointReader { person, part: name };
    let miscounted = || PoseJsonError::Count { person, part: name, found: list.len(), expected: part.counts };
    if list.iter().any(Value::is_array) {
        if !part.counts.contains(&list.len()) {
            return Err(PoseJsonError::Count { person, part: name, found: list.len() * 3, expected: part.counts });
        }
        let nested = list.iter().enumerate().map(|(index, value)| match value {
            Value::Null => Ok(None),
            Value::Array(numbers) => reader.point(numbers, index + 1),
            _ => Err(reader.not_a_point(index + 1)),
        });
        return nested.collect();
    }
    let numbers_each = [3, 2].into_iter().find(|each| part.counts.iter().any(|count| count * each == list.len()));
    let numbers_each = numbers_each.ok_or_else(miscounted)?;
    list.chunks_exact(numbers_each).enumerate().map(|(index, numbers)| reader.point(numbers, index + 1)).collect()
}

/// Reads points of one part of one person.
struct PointReader {
    person: usize,
    part: &'static str,
}

impl PointReader {
    /// `x, y` and a confidence, which is 0 of a point that was not found; tools without confidence put those at 0, 0.
    fn point(&self, numbers: &[Value], point: usize) -> Result<Option<Keypoint>, PoseJsonError> {
        if numbers.iter().all(Value::is_null) {
            return Ok(None);
        }
        let (x, y, confidence) = match numbers {
            [x, y] => (x.as_f64(), y.as_f64(), Some(1.0)),
            [x, y, Value::Null] => (x.as_f64(), y.as_f64(), Some(1.0)),
            [x, y, confidence] => (x.as_f64(), y.as_f64(), confidence.as_f64()),
            _ => return Err(self.not_a_point(point)),
        };
        let (Some(x), Some(y), Some(confidence)) = (x, y, confidence) else { return Err(self.not_a_point(point)) };
        if confidence <= 0.0 || (x == 0.0 && y == 0.0) {
            return Ok(None);
        }
        if x.abs() > MAX_COORDINATE || y.abs() > MAX_COORDINATE {
            return Err(PoseJsonError::TooFar { person: self.person, part: self.part, point });
        }
        Ok(Some(Keypoint::new(x as f32, y as f32)))
    }

    fn not_a_point(&self, point: usize) -> PoseJsonError {
        PoseJsonError::NotAPoint { person: self.person, part: self.part, point }
    }
}

/// controlnet_aux puts points of hands and faces that it has not found one pixel left of and above the corner.
fn drop_unseen(person: &mut Person) {
    let is_unseen = |point: &Keypoint| (point.x + 1.0).abs() < 0.01 && (point.y + 1.0).abs() < 0.01;
    let hands = [&mut person.left_hand, &mut person.right_hand];
    for hand in hands {
        hand.iter_mut().flat_map(|hand| hand.iter_mut()).for_each(|point| _ = point.take_if(|point| is_unseen(point)));
        hand.take_if(|hand| hand.iter().all(Option::is_none));
    }
    person
        .face
        .iter_mut()
        .flat_map(|face| face.iter_mut())
        .for_each(|point| _ = point.take_if(|point| is_unseen(point)));
    person.face.take_if(|face| face.iter().all(Option::is_none));
}

#[derive(Serialize)]
struct Written {
    people: Vec<WrittenPerson>,
    canvas_width: u32,
    canvas_height: u32,
}

#[derive(Serialize)]
struct WrittenPerson {
    pose_keypoints_2d: Vec<f32>,
    face_keypoints_2d: Option<Vec<f32>>,
    hand_left_keypoints_2d: Option<Vec<f32>>,
    hand_right_keypoints_2d: Option<Vec<f32>>,
}

impl WrittenPerson {
    fn of(person: &Person) -> Self {
        Self {
            pose_keypoints_2d: flat(&person.body),
            face_keypoints_2d: person.face.as_deref().map(|face| flat(face)),
            hand_left_keypoints_2d: person.left_hand.as_deref().map(|hand| flat(hand)),
            hand_right_keypoints_2d: person.right_hand.as_deref().map(|hand| flat(hand)),
        }
    }
}

fn flat(points: &[Option<Keypoint>]) -> Vec<f32> {
    points.iter().flat_map(|point| point.map_or([0.0; 3], |Keypoint { x, y }| [x, y, 1.0])).collect()
}

#[cfg(test)]
mod tests;
